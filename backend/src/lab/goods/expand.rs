//! Rows multiplied by their makers, sizes and colours.

use std::collections::HashMap;

use super::cells::{self, Change, Looks};
use super::price;
use super::product::Product;
use super::slug::slug;
use super::table::{self, Brand, Kind, Row};
use super::words::{Both, Words, words};

/// One product in so many is out of stock, one series in so many is on offer, and one is new.
const OUT_OF_STOCK: u64 = 41;
const ON_OFFER: u64 = 9;
/// One series in so many came in October 2026.
const NEW: u64 = 17;
/// Characters in an id of a Merchant feed.
const ID_LENGTH: usize = 50;
const OFFERS: [f64; 3] = [0.9, 0.85, 0.75];

/// Every product of the store, trade by trade.
pub fn all() -> Vec<Product> {
    let store = Store {
        brands: keyed(table::brands(), |brand| &brand.brand),
        kinds: keyed(table::kinds(), |kind| &kind.kind),
        words: words(),
    };
    let rows = table::rows();
    rows.iter().flat_map(|row| store.products(row)).collect()
}

fn keyed<T>(rows: Vec<T>, key: impl Fn(&T) -> &String) -> HashMap<String, T> {
    rows.into_iter()
        .map(|row| (key(&row).clone(), row))
        .collect()
}

struct Store {
    brands: HashMap<String, Brand>,
    kinds: HashMap<String, Kind>,
    words: Words,
}

/// A row with one maker, one size and one colour taken.
struct Pick<'a> {
    row: &'a Row,
    kind: &'a Kind,
    brand: &'a Brand,
    line: Option<&'a str>,
    /// What sizes are called, the one taken and how it changes the price.
    size: Option<(&'a str, &'a str, Change)>,
    look: Option<&'a str>,
    /// The colour tells this product from another of the row.
    chosen: bool,
}

impl Store {
    fn products(&self, row: &Row) -> Vec<Product> {
        let Some(kind) = self.kinds.get(&row.kind) else {
            panic!("{}: no kind {:?}", row.en, row.kind);
        };
        let makers = cells::makers(&row.makers);
        let sizes = cells::sizes(&row.size);
        let name = sizes.name.unwrap_or("size");
        let options: Vec<_> = match &sizes.options[..] {
            [] => vec![None],
            some => some
                .iter()
                .map(|(size, change)| Some((name, *size, *change)))
                .collect(),
        };
        let looks = cells::looks(&row.look);
        let mut products = Vec::new();
        for (m, (brand, line)) in makers.iter().enumerate() {
            let Some(brand) = self.brands.get(*brand) else {
                panic!("{}: no brand {brand:?}", row.en);
            };
            for (s, size) in options.iter().enumerate() {
                let turn = if makers.len() > 1 { m } else { s };
                let colours: Vec<Option<&str>> = match &looks {
                    Looks::Choice(colours) if colours.is_empty() => vec![None],
                    Looks::Choice(colours) => colours.iter().map(|colour| Some(*colour)).collect(),
                    Looks::InTurn(colours) => vec![Some(colours[turn % colours.len()])],
                };
                let chosen = colours.len() > 1;
                products.extend(colours.into_iter().map(|look| {
                    self.product(Pick {
                        row,
                        kind,
                        brand,
                        line: *line,
                        size: *size,
                        look,
                        chosen,
                    })
                }));
            }
        }
        products
    }

    fn product(&self, pick: Pick) -> Product {
        let Pick {
            row,
            kind,
            brand,
            size,
            chosen,
            ..
        } = pick;
        let group = self.name(&pick);
        let title = self.title(&pick, &group);
        let id = id(&group[0], &title[0]);
        let change = size.map_or(Change::None, |(_, _, change)| change);
        let price = price::shelf(change.of(row.price) * brand.level);
        let name = group;
        let group = slug(&name[0]);
        let luck = hash(&group);
        let sale_price = luck
            .is_multiple_of(ON_OFFER)
            .then(|| price::shelf(price * OFFERS[(luck / ON_OFFER) as usize % OFFERS.len()]))
            .filter(|sale| *sale < price);
        let repeatable = kind.repeatable == "yes";
        let (colour, accent) = self.paint(&pick);
        Product {
            attributes: self.attributes(&pick, chosen || !repeatable),
            out_of_stock: hash(&id).is_multiple_of(OUT_OF_STOCK),
            about: [row.about_en.clone(), row.about_zh.clone()],
            brand: brand.brand.clone(),
            brand_zh: brand.zh.clone(),
            first_seen: luck
                .is_multiple_of(NEW)
                .then(|| format!("2026-10-{:02}", 2 + luck / NEW % 20)),
            category: kind.category.clone(),
            picture: kind.picture.clone(),
            id,
            group,
            name,
            title,
            price,
            sale_price,
            repeatable,
            colour,
            accent,
        }
    }

    /// Brand, line and name, without size and colour.
    fn name(&self, pick: &Pick) -> Both {
        let brand = pick.brand;
        let (en, zh) = match pick.line {
            None => ("", ""),
            Some(line) => {
                let lines = cells::pairs(&brand.lines);
                let Some((en, Some(zh))) = lines.into_iter().find(|(name, _)| *name == line) else {
                    panic!("{}: {} has no line {line:?}", pick.row.en, brand.brand);
                };
                (en, zh)
            }
        };
        let en = format!("{} {}", brand.brand, pick.row.en.replace("{line}", en));
        let zh = format!("{} {}", brand.zh, pick.row.zh.replace("{line}", zh));
        [en, zh].map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn title(&self, pick: &Pick, name: &Both) -> Both {
        let [mut en, mut zh] = name.clone();
        let size = pick.size.map(|(name, size, _)| (name, size));
        let colour = pick
            .look
            .filter(|_| pick.chosen)
            .map(|look| ("color", look));
        for (name, value) in size.into_iter().chain(colour) {
            en.push_str(", ");
            en.push_str(&capital(value));
            zh.push(' ');
            zh.push_str(&self.words.chinese(name, value));
        }
        [en, zh]
    }

    /// What the feed says of it; the colour of packaging is not worth a word.
    fn attributes(&self, pick: &Pick, coloured: bool) -> Vec<(String, String)> {
        let size = pick.size.map(|(name, size, _)| (name, size));
        let look = pick.look.filter(|_| coloured).map(|look| ("color", look));
        let organic = (pick.line == Some("Organic")).then_some(("organic", "yes"));
        let own = cells::pairs(&pick.row.attributes)
            .map(|(name, value)| (name, value.unwrap_or(&pick.brand.ecosystem)));
        let brand = cells::pairs(&pick.brand.attributes)
            .filter_map(|(name, value)| value.map(|value| (name, value)));
        let mut attributes: Vec<(String, String)> = Vec::new();
        for (name, value) in size
            .into_iter()
            .chain(look)
            .chain(own)
            .chain(organic)
            .chain(brand)
        {
            if !value.is_empty() && !attributes.iter().any(|(known, _)| known == name) {
                attributes.push((name.to_owned(), value.to_owned()));
            }
        }
        attributes
    }

    /// The colour of the thing and of its brand: what is named as its look, else its flavour or scent, else the brand.
    fn paint(&self, pick: &Pick) -> (String, String) {
        let accent = &pick.brand.colour;
        let named =
            match (pick.look, pick.size) {
                (Some(look), _) => Some(self.words.colour("color", look).unwrap_or_else(|| {
                    panic!("{}: {look:?} has no colour in words.csv", pick.row.en)
                })),
                (None, Some((name, size, _))) => self.words.colour(name, size),
                (None, None) => None,
            };
        (named.unwrap_or(accent).to_owned(), accent.clone())
    }
}

/// The title in at most as many characters as a feed allows: where it is longer, the name gives way, not size and colour.
fn id(name: &str, title: &str) -> String {
    let rest = slug(title.strip_prefix(name).unwrap_or_default());
    let mut id = slug(name);
    while !rest.is_empty() && id.len() + 1 + rest.len() > ID_LENGTH {
        let Some((shorter, _)) = id.rsplit_once('-') else {
            break;
        };
        id.truncate(shorter.len());
    }
    if rest.is_empty() {
        id
    } else {
        id + "-" + &rest
    }
}

/// With a capital first letter.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    match rest.next() {
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => String::new(),
    }
}

/// Chance that is the same on every machine.
fn hash(text: &str) -> u64 {
    tillside::codec::hash(text.as_bytes())
}
