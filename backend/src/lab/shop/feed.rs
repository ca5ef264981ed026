//! `catalog.jsonl`: the goods with the fields of a Merchant product feed, one JSON object a line.
//!
//! Four columns are Tillside's own: `title_zh`, `repeatable`, `first_seen` and `keywords`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::lab::goods::{Category, Product};

/// Attributes that a feed has columns for; the others are details.
const COLUMNS: [&str; 5] = ["color", "size", "material", "gender", "age_group"];

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    item_group_id: &'a str,
    title: &'a str,
    title_zh: &'a str,
    description: &'a str,
    link: String,
    image_link: String,
    price: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sale_price: Option<String>,
    availability: &'static str,
    brand: &'a str,
    product_type: &'a str,
    #[serde(flatten)]
    columns: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    product_detail: Vec<Detail<'a>>,
    repeatable: bool,
    /// What its category is called in Chinese, and besides.
    #[serde(skip_serializing_if = "String::is_empty")]
    keywords: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen: Option<&'a str>,
}

#[derive(Serialize)]
struct Detail<'a> {
    section_name: &'static str,
    attribute_name: &'a str,
    attribute_value: &'a str,
}

pub fn lines(products: &[Product], categories: &[Category]) -> String {
    let words = |product: &Product| {
        let own = categories.iter().find(|one| one.path == product.category);
        own.map_or(String::new(), |one| {
            let words = [one.zh.as_str(), one.also.as_str()];
            let words = words.into_iter().filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(", ")
        })
    };
    let lines = products.iter().map(|product| line(product, words(product)));
    lines.collect()
}

fn line(product: &Product, keywords: String) -> String {
    let pairs = product.attributes.iter();
    let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_str()));
    let (columns, details): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| COLUMNS.contains(name));
    let row = Row {
        id: &product.id,
        item_group_id: &product.group,
        title: &product.title[0],
        title_zh: &product.title[1],
        description: &product.about[0],
        link: format!("#/p/{}", product.id),
        image_link: super::page::picture(&product.id),
        price: money(product.price),
        sale_price: product.sale_price.map(money),
        availability: if product.out_of_stock {
            "out_of_stock"
        } else {
            "in_stock"
        },
        brand: &product.brand,
        product_type: &product.category,
        columns: columns.into_iter().collect(),
        product_detail: details
            .into_iter()
            .map(|(attribute_name, attribute_value)| Detail {
                section_name: "Details",
                attribute_name,
                attribute_value,
            })
            .collect(),
        repeatable: product.repeatable,
        keywords,
        first_seen: product.first_seen.as_deref(),
    };
    super::page::json(&row) + "\n"
}

fn money(amount: f64) -> String {
    format!("{amount:.2} CNY")
}
