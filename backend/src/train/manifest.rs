//! What the page reads first: names, sizes and hashes of the parts, and a shelf for where the engine cannot run.

use std::collections::BTreeMap;

use serde::Serialize;

use super::columns::Categories;
use super::goods::Goods;

/// Keys of popular items, and of each category's.
const POPULAR: usize = 100;
const IN_CATEGORY: usize = 12;

/// Keys in all categories together; with many categories each gets fewer, at least [`FEWEST`].
const IN_ALL: usize = 5_000;
const FEWEST: usize = 4;

#[derive(Serialize)]
pub struct Manifest<'a> {
    pub format: u32,
    pub model: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub shop: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub created: &'a str,
    pub items: usize,
    pub parts: [Part<'a>; 1],
    pub fallback: Fallback<'a>,
}

#[derive(Serialize)]
pub struct Part<'a> {
    pub name: &'a str,
    pub url: &'a str,
    pub bytes: usize,
    pub sha256: &'a str,
}

/// Item keys by popularity, in stock.
#[derive(Debug, PartialEq, Serialize)]
pub struct Fallback<'a> {
    pub popular: Vec<&'a str>,
    pub categories: BTreeMap<String, Vec<&'a str>>,
}

impl<'a> Fallback<'a> {
    pub fn of(goods: &Goods<'a>, categories: &Categories) -> Fallback<'a> {
        let each = (IN_ALL / categories.names.len().max(1)).clamp(FEWEST, IN_CATEGORY);
        let mut popular = Vec::new();
        let mut lists: Vec<Vec<&str>> = vec![Vec::new(); categories.names.len()];
        for (item, (&key, product)) in goods.keys.iter().zip(&goods.products).enumerate() {
            if product.is_some_and(|product| product.out_of_stock) {
                continue;
            }
            if popular.len() < POPULAR {
                popular.push(key);
            }
            for category in categories.upward(categories.of[item]) {
                let list = &mut lists[usize::from(category)];
                if list.len() < each {
                    list.push(key);
                }
            }
        }
        let named = lists
            .into_iter()
            .zip(0..)
            .filter(|(list, _)| !list.is_empty());
        Fallback {
            popular,
            categories: named
                .map(|(list, category)| (categories.path(category), list))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{Catalogue, Product};
    use crate::train::goods::tests::interactions;

    #[test]
    fn holds_what_is_in_stock_by_popularity() {
        let product = |key: &str, category: &[&str], out_of_stock| Product {
            key: key.into(),
            category: category.iter().map(|&name| name.into()).collect(),
            out_of_stock,
            ..Product::default()
        };
        let catalogue = Catalogue {
            products: vec![
                product("a", &["Fresh", "Fruit"], false),
                product("b", &["Fresh"], false),
                product("c", &["Fresh", "Fruit"], true),
                product("d", &[], false),
            ],
            currency: None,
        };
        let read = interactions(&[(0, 1, "bbbaac")]);
        let goods = Goods::number(&read, &read.sessions, Some(&catalogue));
        let fallback = Fallback::of(&goods, &Categories::of(&goods.products));
        assert_eq!(fallback.popular, ["b", "a", "d"]);
        let expected = [("Fresh", vec!["b", "a"]), ("Fresh > Fruit", vec!["a"])];
        assert_eq!(
            fallback.categories,
            expected.map(|(path, list)| (path.to_owned(), list)).into()
        );
    }
}
