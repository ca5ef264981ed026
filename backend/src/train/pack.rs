//! From what was counted to the bytes of a model file.
//!
//! [`count`] does what no setting changes; [`Counted::pack`] the rest, so that trying settings out is cheap.

use std::collections::BTreeMap;

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use tillside::shop::pack::Packer;
use tillside::shop::rows::{encode_items, encode_neighbours};
use tillside::shop::{Blend, REPURCHASE, RETURN, terms};

use super::bought::{self, Bought};
use super::columns::{self, Brands, Categories, postings, prices};
use super::complement::{Limits, Order};
use super::content::{self, Descriptions};
use super::customers::Customers;
use super::distil;
use super::encoder::Encoder;
use super::goods::Goods;
use super::habits;
use super::lean;
use super::linear;
use super::products;
use super::related;
use super::sequence::{self, Rules};
use super::sums::Row;
use crate::compressed::compressed;

/// What the neighbours of viewed items may take, on average, in bytes for each item.
const VIEW_BYTES: f64 = 50.0;

/// With an encoder they and it share this room, in compressed bytes; neighbours compress to [`COMPRESSED`] of their
/// size, codes and weights not at all.
const ROOM: f64 = 58.0;
const COMPRESSED: f64 = 0.76;

/// What a model with an encoder and without descriptions may take of an item with brotli, everything counted.
const LIMIT: f64 = 60.0;

/// Between these the number of neighbours is chosen by size.
const NEIGHBOURS: std::ops::RangeInclusive<usize> = 4..=40;

/// Neighbours that a row may choose from where it learns from an encoder.
const CANDIDATES: usize = 200;

/// Rows by which the size of all is judged.
const SAMPLE: usize = 8_192;

/// Longest row that a row list holds.
const ROW: usize = u16::MAX as usize;

/// What the trainer finds out by trying.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How much rows of rare items borrow: [`sequence::widen`].
    pub widen: f32,
    /// How much rules lean to what holds both ways, and to what is rising: [`lean::lean`].
    pub mutual: f32,
    pub trend: f32,
    /// How much rules lean to what predicts together: [`linear::lean`].
    pub linear: f32,
    /// δ of the session weights.
    pub decay: f32,
    pub blend: Blend,
    /// The weights of the odds of a return, where there was enough to fit them to.
    pub revisit: Option<[f32; RETURN]>,
    /// The weights of the odds of buying again, likewise.
    pub repurchase: Option<[f32; REPURCHASE]>,
    /// Half-life of views in days, where it was fitted.
    pub age: Option<f32>,
    /// The share of what completes baskets together in what is bought together: [`Bought::rows`].
    pub joint: f32,
    /// Whether what is bought together may be of one leaf category.
    pub substitutes: bool,
    /// λ of what the encoder foresees, as a part of the sequence's; 0 where no encoder is worth its bytes.
    pub encoder: f32,
    /// How much rows lean to what an encoder foresees of their items: [`distil::lean`].
    pub taught: f32,
}

impl Default for Settings {
    /// What is best or nearly so on most shops: used where there is too little to try on.
    fn default() -> Self {
        Settings {
            widen: 3.0,
            mutual: 0.2,
            trend: 0.3,
            linear: 0.0,
            decay: 2.0,
            blend: Blend {
                popularity: 0.002,
                ..Blend::default()
            },
            revisit: None,
            repurchase: None,
            age: None,
            joint: 0.5,
            substitutes: false,
            encoder: 0.0,
            taught: 0.0,
        }
    }
}

/// Free text of the model's metadata.
#[derive(Clone, Copy, Default)]
pub struct Labels<'a> {
    pub shop: &'a str,
    pub currency: &'a str,
    /// ISO 8601, or empty.
    pub trained: &'a str,
    /// Attributes of which only equal values work together, as [`Model::compatible`] gives them.
    pub compatible: &'a str,
}

/// Everything that goes into a model, before settings.
pub struct Counted<'a> {
    pub goods: Goods<'a>,
    pub orders: Vec<Order>,
    pub view: Rules,
    pub rising: Vec<f32>,
    /// What [`Counted::solve`] found, for those who want it.
    pub linear: Vec<Row>,
    /// What made the rules of what is bought together.
    pub limits: Limits,
    pub bought: Bought,
    pub content: Option<Vec<Row>>,
    /// What [`count`] leaves to those who want one.
    pub encoder: Option<Encoder>,
    /// What it foresaw, before it was cut down, of the [`Counted::candidates`] of each item; empty without one.
    pub foreseen: Vec<Row>,
    pub categories: Categories,
    pub brands: Brands,
    pub flags: Option<Vec<u8>>,
    /// The variant that leads each item's product, where products have several.
    pub groups: Option<Vec<u32>>,
    /// By category path: for how many days it rests after a purchase, and its weight on a front page for strangers.
    pub rests: Habits<u16>,
    pub shares: Habits<u8>,
    /// By which part being new raises an item.
    pub fresh: f32,
    pub described: bool,
    /// For the full edition.
    pub customers: Option<Customers>,
}

/// What goes together, as settings have it.
pub struct Rows {
    /// More of each row than is kept.
    pub viewed: Vec<Row>,
    pub bought: Vec<Row>,
}

/// A model file.
pub struct Packed {
    pub bytes: Vec<u8>,
    pub id: String,
    /// Name and bytes of each tensor.
    pub sizes: Vec<(String, usize)>,
    /// Viewed-together neighbours kept of each item.
    pub neighbours: usize,
}

/// Packs with fewer neighbours until what is packed takes no more than `most` with brotli, or few enough are kept.
fn within(most: usize, mut packed: Packed, pack: impl Fn(usize) -> Packed) -> Packed {
    while packed.neighbours > *NEIGHBOURS.start()
        && compressed(&packed.bytes[..], packed.bytes.len()) > most
    {
        packed = pack(packed.neighbours - 1);
    }
    packed
}

/// What is known of categories, by their paths: the numbers of a part are its own.
pub type Habits<T> = BTreeMap<String, T>;

fn by_path<T>(categories: &Categories, values: Vec<T>, known: bool) -> Habits<T> {
    let paths = (0..categories.names.len() as u16).map(|category| categories.path(category));
    let known = if known { usize::MAX } else { 0 };
    paths.zip(values).take(known).collect()
}

/// Counts rules and compares descriptions; without limits, nothing of what is bought together. `step` is told what begins.
pub fn count<'a>(
    goods: Goods<'a>,
    limits: Option<Limits>,
    step: impl Fn(&'static str),
) -> Counted<'a> {
    let described = goods.products.iter().any(Option::is_some);
    step("counting what is viewed together");
    let browsing = goods.browsing();
    let view = sequence::rules(&browsing, goods.len());
    let rising = lean::rising(&browsing, goods.len());
    let categories = Categories::of(&goods.products);
    let brands = Brands::of(&goods);
    let orders = goods.orders();
    step("comparing descriptions");
    let descriptions = Descriptions::of(&goods.products);
    let content = described.then(|| descriptions.neighbours());
    let bought = limits.map(|limits| {
        step("counting what is bought together");
        bought(&orders, &goods, &categories, &descriptions, limits)
    });
    let flags = described || !orders.is_empty();
    let new = habits::new(&goods);
    let fresh = habits::fresh(&goods, &categories, &new);
    let flags = flags.then(|| columns::flags(&goods, &categories, &orders, &new));
    Counted {
        groups: products::groups(&goods),
        rests: by_path(
            &categories,
            habits::rests(&orders, &categories),
            !orders.is_empty(),
        ),
        shares: by_path(
            &categories,
            habits::shares(&goods, &categories).unwrap_or_default(),
            described,
        ),
        fresh,
        goods,
        orders,
        view,
        rising,
        linear: Vec::new(),
        limits: limits.unwrap_or_default(),
        bought: bought.unwrap_or_default(),
        content,
        encoder: None,
        foreseen: Vec::new(),
        categories,
        brands,
        flags,
        described,
        customers: None,
    }
}

fn bought(
    orders: &[Order],
    goods: &Goods,
    categories: &Categories,
    descriptions: &Descriptions,
    limits: Limits,
) -> Bought {
    Bought::count(
        orders,
        &goods.visits(),
        goods.len(),
        categories,
        descriptions,
        limits,
    )
}

/// Counts only what is bought together: enough to try baskets on.
pub fn count_orders(goods: Goods, limits: Limits) -> Counted {
    let categories = Categories::of(&goods.products);
    let orders = goods.orders();
    let descriptions = Descriptions::of(&goods.products);
    let bought = bought(&orders, &goods, &categories, &descriptions, limits);
    Counted {
        flags: Some(columns::flags(
            &goods,
            &categories,
            &orders,
            &vec![false; goods.len()],
        )),
        groups: None,
        rests: Habits::new(),
        shares: Habits::new(),
        fresh: 0.0,
        brands: Brands::of(&goods),
        view: sequence::rules(&[], goods.len()),
        rising: Vec::new(),
        linear: Vec::new(),
        content: None,
        encoder: None,
        foreseen: Vec::new(),
        described: goods.products.iter().any(Option::is_some),
        goods,
        orders,
        limits,
        bought,
        categories,
        customers: None,
    }
}

impl Counted<'_> {
    /// The model file. `neighbours` is how many to keep of each viewed item's; by default as many as are worth their
    /// bytes.
    pub fn pack(&self, settings: &Settings, neighbours: Option<usize>, labels: &Labels) -> Packed {
        let rows = self.rows(settings, neighbours);
        self.pack_with(&rows, settings, neighbours, labels, None)
    }

    /// As [`Counted::pack`] of rows that are there. Where a shop's rows compress worse than [`COMPRESSED`] says, an
    /// encoder leaves room for fewer of them than it was tried with.
    pub fn pack_within(
        &self,
        rows: &Rows,
        settings: &Settings,
        neighbours: Option<usize>,
        labels: &Labels,
    ) -> Packed {
        let pack = |kept| self.pack_with(rows, settings, kept, labels, None);
        let packed = pack(neighbours);
        let shared = self.encoder.is_some() && settings.encoder > 0.0;
        if !shared || neighbours.is_some() || self.described {
            return packed;
        }
        within((LIMIT * self.goods.len() as f64) as usize, packed, |kept| {
            pack(Some(kept))
        })
    }

    /// What goes together, as the settings have it.
    pub fn rows(&self, settings: &Settings, neighbours: Option<usize>) -> Rows {
        let (joint, substitutes) = (settings.joint, settings.substitutes);
        let mut bought = self.bought.rows(&self.categories, joint, substitutes);
        related::relate(&mut bought, &self.goods);
        Rows {
            viewed: self.viewed(settings, neighbours),
            bought,
        }
    }

    fn viewed(&self, settings: &Settings, neighbours: Option<usize>) -> Vec<Row> {
        let most = neighbours.unwrap_or(*NEIGHBOURS.end());
        let solved;
        let mut view = &self.view;
        if settings.linear > 0.0 && !self.linear.is_empty() {
            solved = Rules {
                rows: linear::lean(&view.rows, &self.linear, settings.linear),
                seen: view.seen.clone(),
            };
            view = &solved;
        }
        let view = lean::lean(view, &self.rising, settings.mutual, settings.trend);
        if settings.taught > 0.0 && !self.foreseen.is_empty() {
            let rows = sequence::widen(&view, settings.widen, CANDIDATES);
            return distil::lean(rows, &self.foreseen, settings.taught, most);
        }
        sequence::widen(&view, settings.widen, most)
    }

    /// What items weigh as sources of others; see [`linear`].
    pub fn solve(&self) -> Vec<Row> {
        linear::rows(&self.goods.browsing(), self.goods.len())
    }

    /// Neighbours that an encoder is asked about, for rows to learn from it.
    pub fn candidates(&self) -> Vec<Row> {
        sequence::widen(&self.view, Settings::default().widen, CANDIDATES)
    }

    /// The same, with the rows given, and the identifier of the training if it is not these bytes' own.
    pub fn pack_with(
        &self,
        rows: &Rows,
        settings: &Settings,
        neighbours: Option<usize>,
        labels: &Labels,
        id: Option<&str>,
    ) -> Packed {
        let mut packer = Packer::default();
        packer.keys(&self.goods.keys);
        let counts = &self.goods.popularity;
        let most = counts.first().copied().unwrap_or(0);
        packer.u8s("item.popularity", &popularity(counts, most));
        if self.described {
            packer.texts("category.name", &self.categories.names);
            packer.u16s("category.parent", &self.categories.parents);
            packer.u16s("item.category", &self.categories.of);
            packer.texts("brand.name", &self.brands.names);
            packer.u16s("item.brand", &self.brands.of);
            packer.f32s("item.price", &prices(&self.goods));
            let postings = postings(&self.goods);
            packer.texts("term.text", &postings.keys().collect::<Vec<_>>());
            packer.rows(
                "term.items",
                &postings
                    .values()
                    .map(|items| item_row(items))
                    .collect::<Vec<_>>(),
            );
        }
        if let Some(flags) = &self.flags {
            packer.u8s("item.flags", flags);
        }
        let paths: Vec<String> = (0..self.categories.names.len() as u16)
            .map(|category| self.categories.path(category))
            .collect();
        if self.described && !self.rests.is_empty() {
            let rest = |path| self.rests.get(path).copied().unwrap_or(habits::LONGEST);
            packer.u16s("category.rest", &paths.iter().map(rest).collect::<Vec<_>>());
        }
        if self.described && !self.shares.is_empty() {
            let share = |path| self.shares.get(path).copied().unwrap_or(0);
            packer.u8s(
                "category.share",
                &paths.iter().map(share).collect::<Vec<_>>(),
            );
        }
        let mut looks = String::new();
        if let Some(groups) = &self.groups {
            looks = products::looks(&self.goods, groups);
            if groups.len() > 1 << 16 {
                packer.u32s("item.group", groups);
            } else {
                let groups: Vec<u16> = groups.iter().map(|leader| *leader as u16).collect();
                packer.u16s("item.group", &groups);
            }
        }
        let encoder = self.encoder.as_ref().filter(|_| settings.encoder > 0.0);
        let mut room = VIEW_BYTES;
        if let Some(encoder) = encoder {
            encoder.pack(settings.encoder, &mut packer);
            let each = encoder.bytes() as f64 / self.goods.len().max(1) as f64;
            room = (ROOM - each) / COMPRESSED;
        }
        let mut kept = 0;
        let Rows { viewed, bought } = rows;
        if viewed.iter().any(|row| !row.is_empty()) {
            kept = neighbours.unwrap_or_else(|| affordable(viewed, room));
            packer.rows("view", &encode(viewed, kept));
        }
        if bought.iter().any(|row| !row.is_empty()) {
            packer.rows("buy", &encode(bought, bought::KEEP));
        }
        if let Some(rows) = &self.content {
            packer.rows("content", &encode(rows, content::KEEP));
        }
        if let Some(customers) = &self.customers {
            customers.pack(&mut packer);
        }
        let fitted = self.customers.as_ref().map(Customers::metadata);
        let sizes = packer
            .sizes()
            .map(|(name, bytes)| (name.to_owned(), bytes))
            .collect();
        let (items, window, decay, blend, revisit, repurchase, age, fresh, compatible) = (
            self.goods.len().to_string(),
            window_text(self.limits.window),
            settings.decay.to_string(),
            blend_text(&settings.blend),
            settings.revisit.as_ref().map_or_else(String::new, texts),
            settings.repurchase.as_ref().map_or_else(String::new, texts),
            settings
                .age
                .map_or_else(String::new, |days| days.to_string()),
            fresh_text(self.fresh),
            self.compatible(labels.compatible),
        );
        let metadata = |id| {
            let all = [
                ("items", items.as_str()),
                ("model", id),
                ("shop", labels.shop),
                ("currency", labels.currency),
                ("trained", labels.trained),
                ("compatible", compatible.as_str()),
                ("variant", looks.as_str()),
                ("age", age.as_str()),
                ("fresh", fresh.as_str()),
                ("window", window.as_str()),
                ("decay", decay.as_str()),
                ("blend", blend.as_str()),
                ("revisit", revisit.as_str()),
                ("repurchase", repurchase.as_str()),
            ];
            let fitted = fitted.iter().flatten();
            let fitted = fitted.map(|(key, value)| (*key, value.as_str()));
            all.into_iter()
                .chain(fitted)
                .filter(|(_, value)| !value.is_empty())
                .collect::<Vec<_>>()
        };
        let own = || {
            let unnamed = packer.clone().finish(&metadata("unnamed"));
            hex(&Sha256::digest(tensors(&unnamed)))[..12].to_owned()
        };
        let id = id.map_or_else(own, str::to_owned);
        let bytes = packer.finish(&metadata(&id));
        Packed {
            bytes,
            id,
            sizes,
            neighbours: kept,
        }
    }
}

impl Counted<'_> {
    /// The attributes of which only equal values work together, those that name models among them where there are any.
    fn compatible(&self, told: &str) -> String {
        let mut lines: Vec<String> = vec![told.to_owned()];
        if products::joined(&self.goods.products) {
            let [fits, model] = ["fits", "model"].map(|name| terms::attribute(name, ""));
            lines.push(format!("{fits}\n*{model}"));
        }
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }
}

/// Left out where new items are like others.
fn fresh_text(fresh: f32) -> String {
    if fresh > 0.0 {
        format!("{fresh:.3}")
    } else {
        String::new()
    }
}

/// What follows the header of a safetensors file.
fn tensors(file: &[u8]) -> &[u8] {
    let (length, rest) = file.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    rest.get(u64::from_le_bytes(*length) as usize..)
        .unwrap_or(&[])
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn texts<const N: usize>(weights: &[f32; N]) -> String {
    weights.map(|w| w.to_string()).join(" ")
}

/// Left out where it is the usual.
fn window_text(days: u16) -> String {
    if days == Limits::default().window {
        return String::new();
    }
    days.to_string()
}

fn blend_text(blend: &Blend) -> String {
    let Blend {
        sequence,
        complement,
        content,
        affinity,
        popularity,
    } = blend;
    format!("{sequence} {complement} {content} {affinity} {popularity}")
}

/// One byte each, logarithmic, the most popular 255.
pub fn popularity(counts: &[u64], most: u64) -> Vec<u8> {
    let most = (1.0 + most as f64).ln();
    let byte = |&count: &u64| (255.0 * (1.0 + count as f64).ln() / most).round() as u8;
    counts
        .iter()
        .map(|count| if most > 0.0 { byte(count) } else { 0 })
        .collect()
}

fn encode(rows: &[Row], keep: usize) -> Vec<Vec<u8>> {
    rows.par_iter()
        .map(|row| {
            let mut list = row[..row.len().min(keep)].to_vec();
            let mut bytes = Vec::new();
            encode_neighbours(&mut list, &mut bytes);
            bytes
        })
        .collect()
}

/// The most neighbours whose rows take at most `room` bytes each, judged by a sample of them.
fn affordable(rows: &[Row], room: f64) -> usize {
    let sample: Vec<Row> = rows
        .iter()
        .step_by(rows.len().div_ceil(SAMPLE).max(1))
        .cloned()
        .collect();
    let fits = |keep: usize| {
        let bytes: usize = encode(&sample, keep).iter().map(|row| 2 + row.len()).sum();
        bytes as f64 <= sample.len() as f64 * room
    };
    let (mut low, mut high) = (*NEIGHBOURS.start(), *NEIGHBOURS.end());
    while low < high {
        let middle = (low + high).div_ceil(2);
        if fits(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

/// A row of item numbers; where it would be too long, of the most popular.
fn item_row(mut items: &[u32]) -> Vec<u8> {
    loop {
        let mut bytes = Vec::new();
        encode_items(items, &mut bytes);
        if bytes.len() <= ROW {
            return bytes;
        }
        items = &items[..items.len() / 16 * 15];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::tests::interactions;
    use crate::ingest::{Interaction, Interactions, Kind, Session};
    use proptest::prelude::*;
    use tillside::shop::{Matrix, Model};

    const LABELS: Labels = Labels {
        shop: "corner",
        currency: "CNY",
        trained: "",
        compatible: "",
    };

    fn neighbours(model: &Model, matrix: Matrix, key: &str) -> Vec<(String, f32)> {
        let mut list = Vec::new();
        let item = model.find(key).unwrap();
        model
            .neighbours(matrix, item, |item, weight| {
                list.push((model.key(item).to_owned(), weight))
            })
            .unwrap();
        list
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// Rows that compress as badly as can be: as many neighbours as there is room for, and no fewer than the least.
        #[test]
        fn keeps_what_there_is_room_for(most in 0usize..1000, seed: u64) {
            let pack = |neighbours: usize| {
                let mut state = seed | 1;
                let bytes = (0..neighbours * 20).map(|_| {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    (state >> 56) as u8
                });
                Packed { bytes: bytes.collect(), id: String::new(), sizes: Vec::new(), neighbours }
            };
            let size = |packed: &Packed| compressed(&packed.bytes[..], packed.bytes.len());
            let packed = within(most, pack(40), pack);
            prop_assert!(size(&packed) <= most || packed.neighbours == 4);
            prop_assert!(packed.neighbours == 40 || size(&pack(packed.neighbours + 1)) > most);
        }
    }

    #[test]
    fn a_tiny_model_by_hand() {
        // Views: a b, a b, a c; three shoppers buy c and d together, ten others something else.
        let mut sessions = vec![(0, 1, "ab"), (1, 2, "ab"), (2, 3, "ac")];
        sessions.extend((0..3).map(|shopper| (shopper, 10, "CD")));
        sessions.extend(
            (3..13)
                .zip(["E", "F", "G", "H", "I", "J", "K", "L", "M", "N"])
                .map(|(shopper, item)| (shopper, 13, item)),
        );
        let read = interactions(&sessions);
        let counted = count(
            Goods::number(&read, &read.sessions, None),
            Some(Limits::default()),
            |_| (),
        );
        let settings = Settings {
            widen: 0.0,
            mutual: 0.0,
            trend: 0.0,
            revisit: Some([-0.25; RETURN]),
            repurchase: Some([-1.5, 1.0, -0.313, 0.0, 100.0, -100.0]),
            ..Settings::default()
        };
        let packed = counted.pack(&settings, Some(2), &LABELS);
        let model = Model::open_verified(packed.bytes.clone()).unwrap();
        assert_eq!((model.items(), model.id()), (14, packed.id.as_str()));
        let keys: Vec<&str> = (0..14).map(|item| model.key(item)).collect();
        assert_eq!(
            keys,
            [
                "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "a", "b"
            ]
        );
        assert_eq!(model.popularity(0), 1.0);
        let popularity = (255.0 * 3f64.ln() / 20f64.ln()).round() as f32 / 255.0;
        assert_eq!(model.popularity(model.find("b").unwrap()), popularity);
        // Numbers rise: c before b. b follows a twice, in the older sessions.
        let of_a = neighbours(&model, Matrix::View, "a");
        assert_eq!(
            of_a.iter().map(|n| n.0.as_str()).collect::<Vec<_>>(),
            ["c", "b"]
        );
        let recency = |n: f32| (-0.5 * (15.0 - n) / 16.0).exp();
        let seen = recency(0.0) + recency(1.0) + recency(2.0);
        let expected = [
            recency(2.0) / (seen + 5.0),
            (recency(0.0) + recency(1.0)) / (seen + 5.0),
        ];
        for (found, expected) in of_a.iter().zip(expected) {
            assert!(
                (found.1 / expected - 1.0).abs() < 0.15,
                "{found:?} {expected}"
            );
        }
        assert_eq!(neighbours(&model, Matrix::Buy, "c").len(), 1);
        assert_eq!(neighbours(&model, Matrix::Buy, "c")[0].0, "d");
        assert!(neighbours(&model, Matrix::Buy, "e").is_empty());
        assert!(!model.has(Matrix::Content));
        assert!((model.decay() - 2.0).abs() < 1e-6);
        assert_eq!(model.blend(), settings.blend);
        assert_eq!(model.revisit(), settings.revisit.as_ref());
        assert_eq!(model.repurchase(), settings.repurchase.as_ref());
        assert_eq!(
            packed
                .sizes
                .iter()
                .map(|(name, _)| name.as_str())
                .collect::<Vec<_>>(),
            [
                "item.key.length",
                "item.key.bytes",
                "item.key.order",
                "item.popularity",
                "item.flags",
                "view.length",
                "view.data",
                "buy.length",
                "buy.data",
            ]
        );
    }

    #[test]
    fn the_name_is_the_hash_of_the_tensors() {
        let read = interactions(&[(0, 1, "ab")]);
        let counted = count(
            Goods::number(&read, &read.sessions, None),
            Some(Limits::default()),
            |_| (),
        );
        let pack = |shop| {
            let labels = Labels { shop, ..LABELS };
            counted.pack(&Settings::default(), None, &labels)
        };
        let (one, other) = (pack("one"), pack("other"));
        assert_eq!(one.id, other.id);
        assert_ne!(one.bytes, other.bytes);
        assert_eq!(one.id, hex(&Sha256::digest(tensors(&one.bytes)))[..12]);
    }

    #[test]
    fn a_term_of_very_many_items_keeps_the_most_popular() {
        let items: Vec<u32> = (0..50_000).map(|n| 200 * n).collect();
        let row = item_row(&items);
        assert!(row.len() <= ROW && row.len() > ROW / 2);
        assert_eq!(item_row(&items[..100]).len(), 1 + 99 * 2);
    }

    proptest! {
        #[test]
        fn packs_what_was_counted(
            sessions in prop::collection::vec(prop::collection::vec((0u32..40, 0u8..6), 1..12), 1..40),
            keep in 1usize..12,
        ) {
            let mut read = Interactions { items: (0..40).map(|n| format!("item-{n}")).collect(), ..Interactions::default() };
            for (events, n) in sessions.into_iter().zip(0..) {
                let kind = |n: u8| [Kind::View, Kind::View, Kind::View, Kind::Cart, Kind::Buy, Kind::Buy][usize::from(n)];
                let events = events.into_iter().map(|(item, n)| Interaction { item, time: 1, kind: kind(n) }).collect();
                read.sessions.push(Session { shopper: n % 7, start: 1, events });
            }
            let counted = count(Goods::number(&read, &read.sessions, None), Some(Limits::default()), |_| ());
            let settings = Settings::default();
            let model = Model::open_verified(counted.pack(&settings, Some(keep), &LABELS).bytes).unwrap();
            prop_assert_eq!(model.items(), counted.goods.len());
            let view = lean::lean(&counted.view, &counted.rising, settings.mutual, settings.trend);
            let rows = sequence::widen(&view, settings.widen, keep);
            for (item, key) in counted.goods.keys.iter().enumerate() {
                prop_assert_eq!(model.key(item as u32), *key);
                let row = &rows[item][..rows[item].len().min(keep)];
                let found = neighbours(&model, Matrix::View, key);
                prop_assert_eq!(found.len(), row.len());
                let strongest = row.first().map_or(0.0, |n| n.1);
                for (other, weight) in found {
                    let at = row.iter().find(|n| counted.goods.keys[n.0 as usize] == other);
                    prop_assert!((at.unwrap().1 - weight).abs() < 0.1 * strongest);
                }
            }
        }
    }
}
