use std::collections::{BTreeMap, HashSet};
use std::fs;

use serde_json::Value;

use super::{Error, write};
use crate::Coded;

/// What a feed may hold: the Merchant fields that are used, and two of Tillside's own.
const FIELDS: [&str; 21] = [
    "id",
    "item_group_id",
    "title",
    "title_zh",
    "description",
    "link",
    "image_link",
    "price",
    "sale_price",
    "availability",
    "brand",
    "product_type",
    "color",
    "size",
    "material",
    "gender",
    "age_group",
    "product_detail",
    "repeatable",
    "first_seen",
    "keywords",
];

/// Every file below a folder by its path.
fn files(folder: &std::path::Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(current).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/");
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn a_shop_is_whole_and_written_the_same_twice() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let count = write(one.path()).unwrap();
    write(two.path()).unwrap();
    write(two.path()).unwrap();
    let shop = files(one.path());
    assert!(shop == files(two.path()), "two runs differ");

    let description: Value = serde_json::from_str(&shop["shop.json"]).unwrap();
    let shards = description["shards"].as_u64().unwrap();
    let mut goods = BTreeMap::new();
    for number in 0..shards {
        let shard: BTreeMap<String, Value> =
            serde_json::from_str(&shop[&format!("products/{number}.json")]).unwrap();
        for (id, good) in shard {
            let hash = id.bytes().fold(2_166_136_261_u64, |hash, byte| {
                (hash ^ u64::from(byte)) * 16_777_619 % (1 << 32)
            });
            assert_eq!(hash % shards, number, "{id}");
            goods.insert(id, good);
        }
    }
    let paths: HashSet<&str> = description["categories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|category| category["path"].as_str().unwrap())
        .collect();

    let rows: Vec<Value> = shop["catalog.jsonl"]
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((rows.len(), goods.len()), (count, count));
    for row in rows {
        let id = row["id"].as_str().unwrap();
        for field in row.as_object().unwrap().keys() {
            assert!(FIELDS.contains(&field.as_str()), "{id}: {field}");
        }
        assert!(
            paths.contains(row["product_type"].as_str().unwrap()),
            "{id}"
        );
        let good = &goods[id];
        assert_eq!(
            good["t"],
            serde_json::json!([row["title"], row["title_zh"]])
        );
        assert_eq!(
            good["o"] == 1,
            row["availability"] == "out_of_stock",
            "{id}"
        );
        let price = row
            .get("sale_price")
            .unwrap_or(&row["price"])
            .as_str()
            .unwrap();
        assert_eq!(
            format!("{:.2} CNY", good["p"].as_f64().unwrap()),
            price,
            "{id}"
        );
        assert_eq!(
            good["a"].as_object().unwrap().len(),
            good["z"].as_array().unwrap().len(),
            "{id}"
        );
        assert!(
            shop.contains_key(row["image_link"].as_str().unwrap()),
            "{id}"
        );
    }
}

#[test]
fn what_is_said_of_the_goods_is_about_them_and_can_be_shown() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path()).unwrap();
    let shop = files(folder.path());
    let rows = |name: &str| -> Vec<Value> {
        let lines = shop[name].lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let products = rows("catalog.jsonl");
    let ids: HashSet<&str> = products
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    let mut shown = BTreeMap::new();
    for number in 0..super::page::SHARDS {
        let shard: BTreeMap<String, Value> =
            serde_json::from_str(&shop[&format!("content/{number}.json")]).unwrap();
        shown.extend(shard);
    }
    let content = rows("content.jsonl");
    assert_eq!(content.len(), shown.len(), "each is there once");
    let mut of_groups: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
    for row in &content {
        let id = row["id"].as_str().unwrap();
        let text = |name: &str| row[name].as_str().unwrap_or_default();
        assert!(
            !text("title").is_empty() && !text("title_zh").is_empty(),
            "{id}"
        );
        assert!(
            shop.contains_key(text("image_link")),
            "{id}: {}",
            text("image_link")
        );
        for item in row["about_items"].as_array().into_iter().flatten() {
            let item = item.as_str().unwrap();
            assert!(ids.contains(item), "{id}: {item}");
            of_groups.entry(item).or_default().insert(text("type"));
        }
        let piece = &shown[id];
        assert_eq!(
            piece["t"],
            serde_json::json!([row["title"], row["title_zh"]])
        );
        for language in 0..2 {
            let text = piece["x"][language].as_str().unwrap();
            assert!(!text.is_empty() && !text.contains("{}"), "{id}: {text}");
        }
    }
    let whole = of_groups
        .values()
        .filter(|types| types.contains("review") && types.contains("photo"));
    assert!(whole.count() > 300, "products have reviews and pictures");
    let rooms: Vec<Value> = serde_json::from_str(&shop["live.json"]).unwrap();
    for room in &rooms {
        let items = room["items"].as_array().unwrap();
        assert!(
            items.len() >= 4
                && items
                    .iter()
                    .all(|item| ids.contains(item.as_str().unwrap())),
            "{room}"
        );
    }
}

#[test]
fn a_file_is_no_shop_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop");
    fs::write(&file, "").unwrap();
    let error = write(&file).unwrap_err();
    assert!(matches!(error, Error::NoFolder(_)));
    assert_eq!(error.code(), "shop.no_folder");

    let error = write(&file.join("within")).unwrap_err();
    assert_eq!(error.code(), "shop.unwritable");
    assert!(error.to_string().contains("within"));
}
