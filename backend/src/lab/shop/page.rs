//! Files that the pages of the shop fetch: `shop.json` and the product shards.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::lab::goods::{Category, Product, Words};

/// Shards of about forty kilobytes: a shelf asks for a few, and none is long in coming.
pub const SHARDS: u32 = 32;

/// Where the pages find prices and stock as of now, and what is there until `tillside lab live` writes something.
pub const FEED: &str = "live/feed.json";
pub const NO_NEWS: &str = r#"{"version":0,"currency":"CNY","rows":[]}"#;

/// One product as `products/<k>.json` gives it; names are short because every page carries them.
#[derive(Clone, Serialize)]
struct Good<'a> {
    /// Title: English, Chinese.
    t: &'a [String; 2],
    /// The same without size and colour.
    s: &'a [String; 2],
    /// Description.
    d: &'a [String; 2],
    /// What it costs now.
    p: f64,
    /// What it costs when it is not on offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    r: Option<f64>,
    b: &'a str,
    /// The brand in Chinese.
    bz: &'a str,
    /// The same for all variants of a product.
    g: &'a str,
    /// New.
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u8>,
    c: &'a str,
    #[serde(serialize_with = "in_order")]
    a: &'a [(String, String)],
    /// The attributes in Chinese, in the same order.
    z: Vec<[String; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    o: Option<u8>,
}

/// The content of `shop.json`.
pub fn shop(categories: &[Category], products: &[Product]) -> String {
    let categories: Vec<Value> = categories
        .iter()
        .map(|Category { path, zh, .. }| {
            let below = format!("{path} > ");
            let own = |product: &&Product| {
                !product.out_of_stock
                    && (product.category == *path || product.category.starts_with(&below))
            };
            let picture = products
                .iter()
                .find(own)
                .map(|product| picture(&product.id));
            let en = path.rsplit(" > ").next().unwrap_or(path);
            json!({ "path": path, "name": { "en": en, "zh": zh }, "i": picture })
        })
        .collect();
    json!({
        "id": "tillside",
        "name": { "en": "Tillside Stores", "zh": "台边百货" },
        "currency": "CNY",
        "shards": SHARDS,
        "feed": FEED,
        "categories": categories,
    })
    .to_string()
}

/// The contents of `products/0.json`, `products/1.json` and so on.
pub fn shards(products: &[Product], words: &Words) -> Vec<String> {
    let mut shards = vec![BTreeMap::new(); SHARDS as usize];
    for product in products {
        shards[shard(&product.id) as usize].insert(&product.id, good(product, words));
    }
    shards.iter().map(json).collect()
}

fn good<'a>(product: &'a Product, words: &Words) -> Good<'a> {
    let chinese = product.attributes.iter().map(|(name, value)| {
        let name_zh = words.name(name).unwrap_or(name);
        [name_zh.to_owned(), words.chinese(name, value)]
    });
    Good {
        t: &product.title,
        s: &product.name,
        d: &product.about,
        p: product.sale_price.unwrap_or(product.price),
        r: product.sale_price.map(|_| product.price),
        b: &product.brand,
        bz: &product.brand_zh,
        g: &product.group,
        n: product.first_seen.as_ref().map(|_| 1),
        c: &product.category,
        a: &product.attributes,
        z: chinese.collect(),
        o: product.out_of_stock.then_some(1),
    }
}

fn in_order<S: Serializer>(pairs: &&[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

/// What holds only text and finite numbers is always JSON.
pub fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("text and finite numbers")
}

/// Where the picture of a product is, seen from the shop folder.
pub fn picture(id: &str) -> String {
    format!("img/{id}.svg")
}

/// FNV-1a, 32 bits, of the id, by the number of shards: the pages compute the same.
pub fn shard(id: &str) -> u32 {
    let hash = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    hash % SHARDS
}
