//! From what was counted to the bytes of a model file.
//!
//! [`count`] does what no setting changes; [`Counted::pack`] the rest, so that trying settings out is cheap.

use sha2::{Digest, Sha256};
use tillside::shop::pack::Packer;
use tillside::shop::rows::{encode_items, encode_neighbours};
use tillside::shop::{Blend, Model};

use super::columns::{Brands, Categories, flags, postings, prices};
use super::complement::{self, Order};
use super::content;
use super::goods::Goods;
use super::sequence::{self, Rules};
use super::sums::Row;

/// What the neighbours of viewed items may take, on average, in bytes for each item.
const VIEW_BYTES: usize = 50;

/// Between these the number of neighbours is chosen by size.
const NEIGHBOURS: std::ops::RangeInclusive<usize> = 8..=40;

/// Longest row that a row list holds.
const ROW: usize = u16::MAX as usize;

/// What the trainer finds out by trying.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How much rows of rare items borrow: [`sequence::widen`].
    pub widen: f32,
    /// δ of the session weights.
    pub decay: f32,
    pub blend: Blend,
}

impl Default for Settings {
    /// What is best or nearly so on most shops: used where there is too little to try on.
    fn default() -> Self {
        Settings {
            widen: 3.0,
            decay: 2.0,
            blend: Blend {
                popularity: 0.002,
                ..Blend::default()
            },
        }
    }
}

/// Free text of the model's metadata.
pub struct Labels<'a> {
    pub shop: &'a str,
    pub currency: &'a str,
    /// ISO 8601, or empty.
    pub trained: &'a str,
}

/// Everything that goes into a model, before settings.
pub struct Counted<'a> {
    pub goods: Goods<'a>,
    pub orders: Vec<Order>,
    pub view: Rules,
    pub buy: Option<Vec<Row>>,
    pub content: Option<Vec<Row>>,
    pub categories: Categories,
    pub brands: Brands,
    described: bool,
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

/// Counts rules and compares descriptions. `step` is told what begins.
pub fn count<'a>(goods: Goods<'a>, step: impl Fn(&'static str)) -> Counted<'a> {
    let described = goods.products.iter().any(Option::is_some);
    step("counting what is viewed together");
    let view = sequence::rules(&goods.browsing(), goods.len());
    let categories = Categories::of(&goods);
    let brands = Brands::of(&goods);
    let orders = goods.orders();
    let buy = (!orders.is_empty()).then(|| {
        step("counting what is bought together");
        complement::rules(&orders, goods.len(), |item| categories.leaf(item))
    });
    let content = described.then(|| {
        step("comparing descriptions");
        content::neighbours(&goods.products)
    });
    Counted {
        goods,
        orders,
        view,
        buy,
        content,
        categories,
        brands,
        described,
    }
}

impl Counted<'_> {
    /// The model file. `neighbours` is how many to keep of each viewed item's; by default as many as are worth their
    /// bytes.
    pub fn pack(&self, settings: &Settings, neighbours: Option<usize>, labels: &Labels) -> Packed {
        let mut packer = Packer::default();
        packer.keys(&self.goods.keys);
        packer.u8s("item.popularity", &popularity(&self.goods.popularity));
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
        if self.described || !self.orders.is_empty() {
            packer.u8s(
                "item.flags",
                &flags(&self.goods, &self.categories, &self.orders),
            );
        }
        let mut kept = 0;
        if self.view.rows.iter().any(|row| !row.is_empty()) {
            let rows = sequence::widen(&self.view, settings.widen);
            kept = neighbours.unwrap_or_else(|| affordable(&rows));
            packer.rows("view", &encode(&rows, kept));
        }
        if let Some(rows) = &self.buy {
            packer.rows("buy", &encode(rows, complement::KEEP));
        }
        if let Some(rows) = &self.content {
            packer.rows("content", &encode(rows, content::KEEP));
        }
        let sizes = packer
            .sizes()
            .map(|(name, bytes)| (name.to_owned(), bytes))
            .collect();
        let (items, decay, blend) = (
            self.goods.len().to_string(),
            settings.decay.to_string(),
            blend_text(&settings.blend),
        );
        let metadata = |id| {
            let all = [
                ("items", items.as_str()),
                ("model", id),
                ("shop", labels.shop),
                ("currency", labels.currency),
                ("trained", labels.trained),
                ("decay", decay.as_str()),
                ("blend", blend.as_str()),
            ];
            all.into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect::<Vec<_>>()
        };
        let id = hex(&Sha256::digest(tensors(
            &packer.clone().finish(&metadata("unnamed")),
        )))[..12]
            .to_owned();
        let bytes = packer.finish(&metadata(&id));
        Packed {
            bytes,
            id,
            sizes,
            neighbours: kept,
        }
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
fn popularity(counts: &[u64]) -> Vec<u8> {
    let most = (1.0 + counts.first().copied().unwrap_or(0) as f64).ln();
    let byte = |&count: &u64| (255.0 * (1.0 + count as f64).ln() / most).round() as u8;
    counts
        .iter()
        .map(|count| if most > 0.0 { byte(count) } else { 0 })
        .collect()
}

fn encode(rows: &[Row], keep: usize) -> Vec<Vec<u8>> {
    rows.iter()
        .map(|row| {
            let mut list = row[..row.len().min(keep)].to_vec();
            let mut bytes = Vec::new();
            encode_neighbours(&mut list, &mut bytes);
            bytes
        })
        .collect()
}

/// The most neighbours whose rows stay within [`VIEW_BYTES`].
fn affordable(rows: &[Row]) -> usize {
    let budget = rows.len() * VIEW_BYTES;
    let fits = |keep: usize| {
        let bytes: usize = encode(rows, keep).iter().map(|row| 2 + row.len()).sum();
        bytes <= budget
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

/// Opens what was packed and reads every row again.
///
/// # Errors
/// What [`Model::open`] or [`Model::verify`] find.
pub fn reopen(bytes: Vec<u8>) -> Result<Model, tillside::shop::ModelError> {
    let model = Model::open(bytes)?;
    model.verify()?;
    Ok(model)
}
