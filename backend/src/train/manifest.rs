//! What the page reads first: names, sizes and hashes of the parts, and a shelf for where the engine cannot run.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tillside::shop::Model;

/// The part with a shop's content, which is JSON.
pub const CONTENT: &str = "content";

/// Keys of popular items, and of each category's.
const POPULAR: usize = 100;
const IN_CATEGORY: usize = 12;

/// Keys in all categories together; with many categories each gets fewer, at least [`FEWEST`].
const IN_ALL: usize = 5_000;
const FEWEST: usize = 4;

#[derive(Deserialize, Serialize)]
pub struct Manifest {
    pub format: u32,
    pub model: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub shop: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub created: String,
    pub items: usize,
    /// Whether the model has a sequence encoder: pages load a module that reads it then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub encoder: bool,
    /// `full` where pages are to load the full edition; empty where the page decides.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub edition: String,
    pub parts: Vec<Part>,
    pub fallback: Fallback,
}

impl Manifest {
    pub fn text(&self) -> String {
        // Strings, numbers and maps of strings: nothing in it can fail to serialise.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

#[derive(Clone, Deserialize, Serialize)]
pub struct Part {
    pub name: String,
    /// Of a shard, and of what is newer of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    pub url: String,
    pub bytes: usize,
    pub sha256: String,
}

impl Part {
    pub fn of(name: &str, category: Option<&str>, bytes: &[u8]) -> Part {
        let sha256 = super::pack::hex(&Sha256::digest(bytes));
        Part {
            name: name.into(),
            category: category.map(str::to_owned),
            url: format!(
                "{name}-{}.{}",
                &sha256[..12],
                if name == CONTENT {
                    "json"
                } else {
                    "safetensors"
                }
            ),
            bytes: bytes.len(),
            sha256,
        }
    }
}

/// Item keys by popularity, in stock.
#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Fallback {
    pub popular: Vec<String>,
    pub categories: BTreeMap<String, Vec<String>>,
}

impl Fallback {
    /// Of a model, or of its parts: the first for every page, then shards. A category's list is that of the part that has
    /// most of it.
    pub fn of(models: &[Model]) -> Fallback {
        let paths = |model: &Model| -> Vec<String> {
            let categories = 0..model.categories() as u16;
            categories
                .map(|category| model.category_path(category))
                .collect()
        };
        let all: BTreeSet<String> = models.iter().flat_map(paths).collect();
        let each = (IN_ALL / all.len().max(1)).clamp(FEWEST, IN_CATEGORY);
        let mut fallback = Fallback::default();
        for (n, model) in models.iter().enumerate() {
            let mut lists: Vec<Vec<String>> = vec![Vec::new(); model.categories()];
            let mut items: Vec<u32> = (0..model.items() as u32).collect();
            // By what is popular now; items are numbered by what was when the model was trained.
            items.sort_by(|a, b| model.popularity(*b).total_cmp(&model.popularity(*a)));
            for item in items {
                if model.out_of_stock(item) {
                    continue;
                }
                if n == 0 && fallback.popular.len() < POPULAR {
                    fallback.popular.push(model.key(item).into());
                }
                let up = |&category: &u16| model.category_parent(category);
                for category in std::iter::successors(model.category(item), up) {
                    let list = &mut lists[usize::from(category)];
                    if list.len() < each {
                        list.push(model.key(item).into());
                    }
                }
            }
            for (path, list) in paths(model).into_iter().zip(lists) {
                let known = fallback.categories.entry(path).or_default();
                if known.len() < list.len() {
                    *known = list;
                }
            }
        }
        fallback.categories.retain(|_, list| !list.is_empty());
        fallback
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::tests::interactions;
    use crate::ingest::{Catalogue, Product};
    use crate::train::goods::Goods;
    use crate::train::pack;

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
        let labels = pack::Labels::default();
        let packed =
            pack::count(goods, None, |_| ()).pack(&pack::Settings::default(), None, &labels);
        let fallback = Fallback::of(&[Model::open_verified(packed.bytes).unwrap()]);
        assert_eq!(fallback.popular, ["b", "a", "d"]);
        let lists = |keys: &[&str]| keys.iter().map(|&key| key.to_owned()).collect();
        let expected = [
            ("Fresh", lists(&["b", "a"])),
            ("Fresh > Fruit", lists(&["a"])),
        ];
        assert_eq!(
            fallback.categories,
            expected.map(|(path, list)| (path.to_owned(), list)).into()
        );
    }
}
