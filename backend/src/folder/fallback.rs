//! Fallback lists for pages without an engine: keys of items in stock, by popularity.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tillside::shop::Model;

/// Keys of popular items, and of each category's.
const POPULAR: usize = 100;
const IN_CATEGORY: usize = 12;

/// Keys in all categories together; with many categories each gets fewer, at least [`FEWEST`].
const IN_ALL: usize = 5_000;
const FEWEST: usize = 4;

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
