//! Content items in the order that suits the shopper: what they looked at or asked about, their categories and brands,
//! what is new, and what is about popular products.
//!
//! A score is a sum of five parts, each of at most its weight, so that it can be shown as it is: [`WEIGHTS`]. Beside a
//! product of the page, relation to that product comes first, and what has none is out. Of one product and of one type a
//! list holds fewer the more it has already. Ties go to the newer and then to the smaller id; a list is a function of
//! shopper, request, content and model.
//!
//! Opinions of what the shopper bought are left out, unless the page is about it: the choice is made.

use super::answer::{Because, Code};
use crate::natural;
use crate::shop::Model;
use crate::shop::contents::{About, Content, Contents, TYPES};
use crate::shopper::{Interests, Shopper};

/// The parts of a score.
pub const PARTS: [&str; 6] = ["page", "items", "categories", "brands", "fresh", "popular"];
/// The most that each part gives.
const WEIGHTS: [f32; 6] = [4.0, 1.0, 0.6, 0.3, 0.15, 0.1];
/// Of the weight of the page: about its product, its category, its brand.
const PAGE: [f32; 3] = [1.0, 0.4, 0.2];
/// Each older view counts for this part of the one after it.
const OLDER: f32 = 0.8;
const HISTORY: usize = 20;
/// Milliseconds in which what is new becomes half as new.
const FRESH_MS: f64 = 60.0 * 86_400e3;
const DAY_MS: i64 = 86_400_000;
/// A second one of a product, and of a type, counts for this part.
const SAME_PRODUCT: f32 = 0.5;
const SAME_TYPE: f32 = 0.85;
/// Reviews, photos and videos: opinions of a product.
const OPINIONS: u8 = 3;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct ContentRequest<'a> {
    /// The product of the page.
    pub item: &'a str,
    /// Only what is about that product itself.
    pub exact: bool,
    /// Types in [`TYPES`] that are wanted; any where empty.
    pub kinds: Vec<u8>,
    /// Maximum number of content items.
    pub limit: usize,
    /// Ids to leave out.
    pub exclude: Vec<&'a str>,
    /// Whether the shopper's history may be used.
    pub personal: bool,
}

/// How a content item goes with the product of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// About the product itself.
    Item,
    /// About its category.
    Category,
    /// About its brand.
    Brand,
}

/// One place of a list of content.
#[derive(Clone, Debug)]
pub struct ContentEntry {
    /// Its row.
    pub row: usize,
    /// Score; comparable within a list only.
    pub score: f32,
    /// In the order of [`PARTS`]; they sum to the score before what a list holds already lowers it.
    pub parts: [f32; 6],
    /// Relation to the page's product, if any.
    pub relation: Option<Relation>,
    /// Code of the reason.
    pub code: Code,
    /// What the reason refers to.
    pub because: Because,
}

/// What is known of the shopper, as weights of the model's products, categories and brands.
struct Wants {
    /// With the item to name, of those that were viewed.
    items: Vec<(u32, f32, u32)>,
    categories: Vec<f32>,
    brands: Vec<f32>,
    bought: Vec<u32>,
}

impl Wants {
    /// `asked`: keys of products that the shopper asked about, the newest last.
    fn of(model: &Model, shopper: &Shopper, asked: &[&str], now: i64) -> Wants {
        let mut items: Vec<(u32, f32, u32)> = Vec::new();
        let mut add = |item: u32, weight: f32| {
            let leader = model.leader(item);
            match items.iter_mut().find(|known| known.0 == leader) {
                Some(known) => known.1 = f32::max(known.1, weight),
                None => items.push((leader, weight, item)),
            }
        };
        for key in asked {
            model.find(key).into_iter().for_each(|item| add(item, 1.0));
        }
        let mut weight = 1.0;
        for viewed in shopper.recent().iter().rev().take(HISTORY) {
            viewed.item.into_iter().for_each(|item| add(item, weight));
            weight *= OLDER;
        }
        let bought = shopper.bought().iter();
        Wants {
            items,
            categories: upwards(model, shares(model.categories(), shopper.categories(), now)),
            brands: shares(model.brands(), shopper.brands(), now),
            bought: bought
                .filter_map(|kept| Some(model.leader(kept.item?)))
                .collect(),
        }
    }
}

/// The strength of each interest as a part of the strongest.
fn shares(count: usize, interests: &Interests, now: i64) -> Vec<f32> {
    let mut shares = vec![0.0; count];
    for interest in interests.iter() {
        let (short, long) = interest.at(now);
        let number = interest.number.map(usize::from);
        if let Some(share) = number.and_then(|number| shares.get_mut(number)) {
            *share += (short + long) as f32;
        }
    }
    let most = shares.iter().copied().fold(0.0, f32::max);
    if most > 0.0 {
        shares.iter_mut().for_each(|share| *share /= most);
    }
    shares
}

/// What is about a department is of use to who likes an aisle of it, half as much for each step up.
fn upwards(model: &Model, mut shares: Vec<f32>) -> Vec<f32> {
    // Parents come before children in a model.
    for category in (0..shares.len() as u16).rev() {
        if let Some(parent) = model.category_parent(category) {
            let half = 0.5 * shares[usize::from(category)];
            let above = &mut shares[usize::from(parent)];
            *above = f32::max(*above, half);
        }
    }
    shares
}

/// The strongest of some numbers, and which it is.
fn strongest<T: Copy>(of: impl Iterator<Item = (T, f32)>) -> Option<(T, f32)> {
    let mut best: Option<(T, f32)> = None;
    for one in of {
        if one.1 > best.map_or(0.0, |best| best.1) {
            best = Some(one);
        }
    }
    best
}

/// The product of the page: its leader, leaf category and brand.
#[derive(Clone, Copy)]
struct Page {
    leader: u32,
    category: Option<u16>,
    brand: Option<u16>,
}

impl Page {
    fn of(model: &Model, key: &str) -> Option<Page> {
        let item = model.find(key)?;
        Some(Page {
            leader: model.leader(item),
            category: model.category(item),
            brand: model.brand(item),
        })
    }

    fn relation(self, model: &Model, about: &About) -> Option<Relation> {
        if about.items.contains(&self.leader) {
            return Some(Relation::Item);
        }
        let within = |category: &u16| {
            self.category
                .is_some_and(|own| model.category_within(own, *category))
        };
        if about.leaves.iter().chain(&about.categories).any(within) {
            return Some(Relation::Category);
        }
        let own = |brand: &u16| Some(*brand) == self.brand;
        about.brands.iter().any(own).then_some(Relation::Brand)
    }
}

/// Ranks a shop's content. `asked`: keys of products that the shopper asked about.
pub fn rank(
    contents: &Contents,
    model: &Model,
    shopper: &Shopper,
    asked: &[&str],
    request: &ContentRequest,
    now: i64,
) -> Vec<ContentEntry> {
    let nobody = Shopper::default();
    let (shopper, asked) = match request.personal {
        true => (shopper, asked),
        false => (&nobody, &[][..]),
    };
    let page = Page::of(model, request.item);
    // A product that the model does not have has no content either.
    if page.is_none() && !request.item.is_empty() {
        return Vec::new();
    }
    let wants = Wants::of(model, shopper, asked, now);
    let hidden = |key: &str| shopper.hidden().iter().any(|kept| kept.key == key);
    let mut found = Vec::new();
    for (n, row) in contents.rows().iter().enumerate() {
        let wanted = request.kinds.is_empty() || request.kinds.contains(&row.kind);
        if !wanted || request.exclude.contains(&row.id.as_str()) || hidden(&row.id) {
            continue;
        }
        // About nothing but what the shopper does not want to see.
        if !row.items.is_empty() && row.items.iter().all(|key| hidden(key)) {
            continue;
        }
        let about = contents.about(n);
        let relation = page.and_then(|page| page.relation(model, about));
        let fits = match request.exact {
            true => relation == Some(Relation::Item),
            false => page.is_none() || relation.is_some(),
        };
        let settled = row.kind < OPINIONS
            && page.is_none()
            && !about.items.is_empty()
            && about.items.iter().all(|item| wants.bought.contains(item));
        if fits && !settled {
            found.push(score(n, row, about, relation, model, &wants, now));
        }
    }
    select(found, contents, request.limit)
}

fn score(
    n: usize,
    row: &Content,
    about: &About,
    relation: Option<Relation>,
    model: &Model,
    wants: &Wants,
    now: i64,
) -> ContentEntry {
    let beside = relation.map_or(0.0, |relation| PAGE[relation as usize]);
    let viewed = wants.items.iter();
    let viewed = viewed.filter(|(leader, ..)| about.items.contains(leader));
    let viewed = strongest(viewed.map(|(_, weight, item)| (*item, *weight)));
    let of = |list: &[f32], number: u16| list.get(usize::from(number)).copied().unwrap_or(0.0);
    let category = about.leaves.iter().chain(&about.categories);
    let category =
        strongest(category.map(|category| (*category, of(&wants.categories, *category))));
    let own = about.items.iter().filter_map(|item| model.brand(*item));
    let brand = own.chain(about.brands.iter().copied());
    let brand = strongest(brand.map(|brand| (brand, of(&wants.brands, brand))));
    let age = now.saturating_sub(i64::from(row.day) * DAY_MS).max(0) as f64;
    let fresh = match row.day {
        0 => 0.0,
        _ => natural::exp(-core::f64::consts::LN_2 * age / FRESH_MS) as f32,
    };
    let popular = about.items.iter().map(|item| model.popularity(*item));
    let popular = popular.fold(0.0, f32::max);
    let share = |found: Option<f32>| found.unwrap_or(0.0);
    let mut parts = [
        beside,
        share(viewed.map(|one| one.1)),
        share(category.map(|one| one.1)),
        share(brand.map(|one| one.1)),
        fresh,
        popular,
    ];
    parts
        .iter_mut()
        .zip(WEIGHTS)
        .for_each(|(part, weight)| *part *= weight);
    let (code, because) = if let Some((item, _)) = viewed {
        (Code::Viewed, Because::Item(item))
    } else if let Some((category, _)) = category {
        (Code::Category, Because::Category(category))
    } else if let Some((brand, _)) = brand {
        (Code::Brand, Because::Brand(brand))
    } else {
        (Code::Popular, Because::Nothing)
    };
    ContentEntry {
        row: n,
        score: parts.iter().sum(),
        parts,
        relation,
        code,
        because,
    }
}

/// Takes the best one by one, each lowered by what the list holds of its product and type already.
fn select(mut found: Vec<ContentEntry>, contents: &Contents, limit: usize) -> Vec<ContentEntry> {
    let row = |entry: &ContentEntry| &contents.rows()[entry.row];
    found.sort_by(|a, b| {
        let newer = row(b).day.cmp(&row(a).day);
        b.score
            .total_cmp(&a.score)
            .then(newer)
            .then_with(|| row(a).id.cmp(&row(b).id))
    });
    let mut kinds = [0; TYPES.len()];
    let mut products: Vec<(u32, i32)> = Vec::new();
    let mut list: Vec<ContentEntry> = Vec::new();
    while list.len() < limit && !found.is_empty() {
        let lowered = |entry: &ContentEntry| {
            let mut score = entry.score;
            for _ in 0..kinds[usize::from(row(entry).kind) % TYPES.len()] {
                score *= SAME_TYPE;
            }
            let items = &contents.about(entry.row).items;
            let most = products.iter().filter(|(item, _)| items.contains(item));
            for _ in 0..most.map(|(_, count)| *count).max().unwrap_or(0) {
                score *= SAME_PRODUCT;
            }
            score
        };
        let mut best = (0, lowered(&found[0]));
        for (n, entry) in found.iter().enumerate().skip(1) {
            // What is worth less than the best so far even where nothing lowers it ends the search.
            if entry.score <= best.1 {
                break;
            }
            let score = lowered(entry);
            if score > best.1 {
                best = (n, score);
            }
        }
        let entry = found.remove(best.0);
        kinds[usize::from(row(&entry).kind) % TYPES.len()] += 1;
        for item in &contents.about(entry.row).items {
            match products.iter_mut().find(|(known, _)| known == item) {
                Some((_, count)) => *count += 1,
                None => products.push((*item, 1)),
            }
        }
        list.push(entry);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Event, Kind};
    use crate::shop::tests::toy;

    const NOW: i64 = 20_010 * DAY_MS;

    fn row(id: &str, kind: &str, items: &[&str], categories: &[&str]) -> Content {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Content {
            id: id.into(),
            kind: crate::shop::contents::kind(kind).unwrap(),
            items: owned(items),
            categories: owned(categories),
            brands: Vec::new(),
            day: 20_000,
        }
    }

    fn shop() -> (Contents, Model) {
        let rows = [
            row("apple-1", "review", &["apple"], &[]),
            row("phone-1", "review", &["phone-a"], &[]),
            row("phone-2", "photo", &["phone-a"], &[]),
            row("phone-3", "review", &["phone-b"], &[]),
            row("watch-1", "video", &["watch"], &[]),
            row("fruit", "guide", &[], &["Fresh > Fruit"]),
            row("phones", "guide", &[], &["Phones"]),
        ];
        let mut contents = Contents::read(&Contents::part(&rows)).unwrap();
        let model = toy().open();
        contents.resolve(&model);
        (contents, model)
    }

    fn ids(
        shop: &(Contents, Model),
        shopper: &Shopper,
        asked: &[&str],
        request: &ContentRequest,
    ) -> Vec<String> {
        let list = rank(&shop.0, &shop.1, shopper, asked, request, NOW);
        list.iter()
            .map(|entry| shop.0.rows()[entry.row].id.clone())
            .collect()
    }

    fn any(limit: usize) -> ContentRequest<'static> {
        ContentRequest {
            limit,
            personal: true,
            ..ContentRequest::default()
        }
    }

    #[test]
    fn what_was_looked_at_leads_and_says_why() {
        let shop = shop();
        let mut shopper = Shopper::default();
        let viewed = Event::about(Kind::ProductViewed, NOW - 5, ["phone-a"]);
        shopper.learn(&viewed, Some(&shop.1));
        let list = rank(&shop.0, &shop.1, &shopper, &[], &any(7), NOW);
        let first = &list[0];
        assert!(["phone-1", "phone-2"].contains(&shop.0.rows()[first.row].id.as_str()));
        assert_eq!(
            (first.code, first.because),
            (Code::Viewed, Because::Item(shop.1.find("phone-a").unwrap()))
        );
        assert!((first.parts.iter().sum::<f32>() - first.score).abs() < 1e-6);
        let order = ids(&shop, &shopper, &[], &any(7));
        let at = |id: &str| order.iter().position(|one| one == id).unwrap();
        assert!(
            at("phones") < at("fruit") && at("phone-3") < at("apple-1"),
            "{order:?}"
        );
        // Without leave it is as for anybody.
        let nobody = ContentRequest {
            personal: false,
            ..any(7)
        };
        assert_eq!(
            ids(&shop, &shopper, &[], &nobody),
            ids(&shop, &Shopper::default(), &[], &nobody)
        );
    }

    #[test]
    fn a_question_counts_as_a_look_at_its_product() {
        let shop = shop();
        let first = ids(&shop, &Shopper::default(), &["watch"], &any(1));
        assert_eq!(first, ["watch-1"]);
    }

    #[test]
    fn beside_a_product_only_what_goes_with_it_is_shown() {
        let shop = shop();
        let shopper = Shopper::default();
        let beside = ContentRequest {
            item: "phone-a",
            ..any(9)
        };
        let order = ids(&shop, &shopper, &[], &beside);
        assert_eq!(order.len(), 4, "{order:?}");
        assert!(
            order[..2]
                .iter()
                .all(|id| id == "phone-1" || id == "phone-2")
        );
        let exact = ContentRequest {
            exact: true,
            kinds: vec![1],
            ..beside.clone()
        };
        assert_eq!(ids(&shop, &shopper, &[], &exact), ["phone-2"]);
        let unknown = ContentRequest {
            item: "gone",
            ..any(9)
        };
        assert!(ids(&shop, &shopper, &[], &unknown).is_empty());
    }

    #[test]
    fn what_was_bought_or_refused_is_left_out() {
        let shop = shop();
        let mut shopper = Shopper::default();
        shopper.learn(
            &Event::about(Kind::OrderCompleted, NOW - 9, ["phone-a"]),
            Some(&shop.1),
        );
        shopper.learn(
            &Event::about(Kind::ProductDisliked, NOW - 8, ["apple"]),
            Some(&shop.1),
        );
        let order = ids(&shop, &shopper, &[], &any(9));
        for gone in ["phone-1", "phone-2", "apple-1"] {
            assert!(!order.iter().any(|id| id == gone), "{order:?}");
        }
        let own = ContentRequest {
            item: "phone-a",
            exact: true,
            ..any(9)
        };
        assert_eq!(ids(&shop, &shopper, &[], &own).len(), 2);
    }

    #[test]
    fn one_product_does_not_fill_a_list() {
        let shop = shop();
        let mut shopper = Shopper::default();
        for key in ["phone-b", "phone-a"] {
            shopper.learn(
                &Event::about(Kind::ProductViewed, NOW - 5, [key]),
                Some(&shop.1),
            );
        }
        let order = ids(&shop, &shopper, &[], &any(2));
        assert!(order.contains(&"phone-3".to_owned()), "{order:?}");
        let out = ContentRequest {
            exclude: vec!["phone-3"],
            ..any(9)
        };
        assert_eq!(ids(&shop, &shopper, &[], &out).len(), 6);
    }
}
