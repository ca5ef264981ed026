//! The shop folder: `catalog.jsonl`, `shop.json`, `products/`, `img/`. Events are [`orders`](super::orders)' work.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::json;

use super::goods::{Good, Shop};
use super::{CURRENCY, Error};
use crate::progress;

/// Shards of about thirty kilobytes.
const SHARDS: u32 = 512;

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    title_zh: &'a str,
    link: String,
    image_link: String,
    price: String,
    availability: &'static str,
    brand: &'a str,
    product_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<&'a str>,
    repeatable: bool,
}

/// One product as `products/<k>.json` gives it.
#[derive(Serialize)]
struct Article<'a> {
    t: &'a [String; 2],
    p: f64,
    b: &'a str,
    c: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    a: Option<BTreeMap<&'static str, &'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    z: Option<[[&'a str; 2]; 1]>,
    i: String,
}

/// Writes everything but the events.
pub fn write(shop: &Shop, out: &Path) -> Result<(), Error> {
    for folder in ["products", "img"] {
        let path = out.join(folder);
        fs::create_dir_all(&path).map_err(|source| Error::Write { path, source })?;
    }
    file(&out.join("catalog.jsonl"), |file| {
        for good in progress::bar("writing the catalogue", shop.goods.len() as u64)
            .wrap_iter(shop.goods.iter())
        {
            serde_json::to_writer(&mut *file, &row(good))?;
            file.write_all(b"\n")?;
        }
        Ok(())
    })?;
    let categories: Vec<_> = shop
        .categories
        .iter()
        .map(|(path, zh)| {
            let en = path.rsplit(" > ").next().unwrap_or(path);
            json!({ "path": path, "name": { "en": en, "zh": zh } })
        })
        .collect();
    let description = json!({
        "id": "complete-journey",
        "name": { "en": "The Complete Journey", "zh": "购物全程超市" },
        "currency": CURRENCY,
        "shards": SHARDS,
        "categories": categories,
    });
    file(&out.join("shop.json"), |file| {
        Ok(serde_json::to_writer(file, &description)?)
    })?;
    let mut shards = vec![BTreeMap::new(); SHARDS as usize];
    for good in &shop.goods {
        shards[shard(&good.id) as usize].insert(good.id.as_str(), good);
    }
    for (number, goods) in progress::bar("writing products", SHARDS.into())
        .wrap_iter(shards.iter())
        .enumerate()
    {
        let articles: BTreeMap<_, _> = goods.iter().map(|(id, good)| (id, article(good))).collect();
        file(&out.join(format!("products/{number}.json")), |file| {
            Ok(serde_json::to_writer(file, &articles)?)
        })?;
    }
    let pictures: BTreeMap<_, _> = shop
        .goods
        .iter()
        .map(|good| (good.department.picture(), good.department))
        .collect();
    for (name, department) in pictures {
        file(&out.join(name), |file| {
            file.write_all(department.draw().as_bytes())
        })?;
    }
    Ok(())
}

pub fn file(
    path: &Path,
    content: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<(), Error> {
    let written = File::create(path).and_then(|file| {
        let mut file = BufWriter::new(file);
        content(&mut file)?;
        file.flush()
    });
    written.map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
    })
}

fn row(good: &Good) -> Row<'_> {
    Row {
        id: &good.id,
        title: &good.title[0],
        title_zh: &good.title[1],
        link: format!("#/p/{}", good.id),
        image_link: good.department.picture(),
        price: format!("{:.2} {CURRENCY}", good.price),
        availability: "in_stock",
        brand: &good.brand,
        product_type: &good.path,
        size: good.size.as_deref(),
        repeatable: good.department.repeatable,
    }
}

fn article(good: &Good) -> Article<'_> {
    let size = good.size.as_deref();
    Article {
        t: &good.title,
        p: good.price,
        b: &good.brand,
        c: &good.path,
        a: size.map(|size| BTreeMap::from([("size", size)])),
        z: size.map(|size| [["规格", size]]),
        i: good.department.picture(),
    }
}

/// FNV-1a, 32 bits, of the id, by the number of shards: the pages compute the same.
fn shard(id: &str) -> u32 {
    let hash = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    hash % SHARDS
}
