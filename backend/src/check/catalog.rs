//! Summary of a catalogue: its products and their missing fields.

use serde::Serialize;

use crate::ingest::{Catalogue, Product};

/// Products read back.
const SAMPLES: usize = 3;

#[derive(Clone, Debug, Serialize)]
pub struct Catalog {
    pub products: usize,
    pub currency: Option<String>,
    pub without_title: usize,
    pub without_price: usize,
    pub without_category: usize,
    pub without_brand: usize,
    pub out_of_stock: usize,
    pub cheapest: Option<f32>,
    pub median_price: Option<f32>,
    pub dearest: Option<f32>,
    pub samples: Vec<Sample>,
}

/// A product as it was read.
#[derive(Clone, Debug, Serialize)]
pub struct Sample {
    pub id: String,
    pub title: String,
    pub price: Option<f32>,
    pub category: String,
    pub out_of_stock: bool,
}

impl Catalog {
    pub fn of(catalogue: &Catalogue) -> Catalog {
        let products = &catalogue.products;
        let count = |lacks: fn(&Product) -> bool| products.iter().filter(|one| lacks(one)).count();
        let mut prices: Vec<f32> = products.iter().filter_map(|one| one.price).collect();
        prices.sort_unstable_by(f32::total_cmp);
        let sample = |product: &Product| Sample {
            id: product.key.clone(),
            title: product.titles.first().cloned().unwrap_or_default(),
            price: product.price,
            category: product.category.join(" > "),
            out_of_stock: product.out_of_stock,
        };
        Catalog {
            products: products.len(),
            currency: catalogue.currency.clone(),
            without_title: count(|one| one.titles.is_empty()),
            without_price: count(|one| one.price.is_none()),
            without_category: count(|one| one.category.is_empty()),
            without_brand: count(|one| one.brand.is_none()),
            out_of_stock: count(|one| one.out_of_stock),
            cheapest: prices.first().copied(),
            median_price: prices.get(prices.len() / 2).copied(),
            dearest: prices.last().copied(),
            samples: products.iter().take(SAMPLES).map(sample).collect(),
        }
    }
}
