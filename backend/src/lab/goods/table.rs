//! The tables as they are written, and how one is read: columns between `|`, `#` before a remark.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::product::Category;

/// One row of a trade: a product before it is multiplied.
#[derive(Deserialize)]
pub struct Row {
    pub kind: String,
    pub makers: String,
    pub en: String,
    pub zh: String,
    pub price: f64,
    pub size: String,
    pub look: String,
    pub attributes: String,
    pub about_en: String,
    pub about_zh: String,
}

#[derive(Deserialize)]
pub struct Kind {
    pub kind: String,
    pub category: String,
    pub picture: String,
    pub repeatable: String,
}

#[derive(Deserialize)]
pub struct Brand {
    pub brand: String,
    pub zh: String,
    pub level: f64,
    pub colour: String,
    pub ecosystem: String,
    pub attributes: String,
    pub lines: String,
}

#[derive(Deserialize)]
pub struct Word {
    pub en: String,
    pub zh: String,
    pub colour: String,
}

#[derive(Deserialize)]
struct Aisle {
    path: String,
    zh: String,
    also: String,
}

macro_rules! table {
    ($name:literal) => {
        read($name, include_str!($name))
    };
}

/// Every trade's rows, in the order of the departments.
pub fn rows() -> Vec<Row> {
    let trades: [Vec<Row>; 11] = [
        table!("phones.csv"),
        table!("computers.csv"),
        table!("appliances.csv"),
        table!("kitchen.csv"),
        table!("fresh.csv"),
        table!("imported.csv"),
        table!("baby.csv"),
        table!("beauty.csv"),
        table!("sports.csv"),
        table!("fashion.csv"),
        table!("home.csv"),
    ];
    trades.into_iter().flatten().collect()
}

pub fn kinds() -> Vec<Kind> {
    table!("kinds.csv")
}

pub fn brands() -> Vec<Brand> {
    table!("brands.csv")
}

pub fn words() -> Vec<Word> {
    table!("words.csv")
}

/// The store's departments and aisles, parents before children.
pub fn categories() -> Vec<Category> {
    let aisles: Vec<Aisle> = table!("categories.csv");
    aisles
        .into_iter()
        .map(|Aisle { path, zh, also }| Category { path, zh, also })
        .collect()
}

fn read<T: DeserializeOwned>(name: &str, text: &str) -> Vec<T> {
    csv::ReaderBuilder::new()
        .delimiter(b'|')
        .quoting(false)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
        .deserialize()
        .map(|row| row.unwrap_or_else(|error| panic!("{name}: {error}")))
        .collect()
}
