//! Variants of one product and compatibility, from the feed.
//!
//! `item_group_id` joins variants; the most popular of them leads, and its number names the product. `fits` of an
//! accessory and `model` of a device join the two: both may hold several values, and what an accessory fits counts only
//! where the shop sells such a model. An accessory is at odds with devices of other models and with accessories for
//! them, whatever shoppers bought with what; two devices never are.

use std::collections::{BTreeMap, HashMap, HashSet};

use tillside::shop::{MAX_LOOKS, terms};

use crate::ingest::Product;
use crate::train::items::goods::Goods;

/// An attribute tells variants apart where it does in at least this share of the products that have several.
const TELLS: f64 = 0.05;

/// Of each item the number of the variant that leads its product; `None` where no product has several.
pub fn groups(goods: &Goods) -> Option<Vec<u32>> {
    let mut leaders: HashMap<&str, u32> = HashMap::new();
    let mut joined = false;
    let mut all = Vec::with_capacity(goods.len());
    for (product, item) in goods.products.iter().zip(0..) {
        let group = product.and_then(|product| product.group.as_deref());
        let leader = group.map_or(item, |group| *leaders.entry(group).or_insert(item));
        joined |= leader != item;
        all.push(leader);
    }
    joined.then_some(all)
}

/// The terms that attributes which tell variants apart begin with, a line each, the most telling first.
pub fn looks(goods: &Goods, groups: &[u32]) -> String {
    let mut values: BTreeMap<(u32, &str), HashSet<&str>> = BTreeMap::new();
    let mut several: HashSet<u32> = HashSet::new();
    for (product, (item, &leader)) in goods.products.iter().zip((0u32..).zip(groups)) {
        if leader != item {
            several.insert(leader);
        }
        for (name, value) in product.iter().flat_map(|product| &product.attributes) {
            values.entry((leader, name)).or_default().insert(value);
        }
    }
    let mut tells: BTreeMap<&str, usize> = BTreeMap::new();
    for ((leader, name), values) in &values {
        if values.len() > 1 && several.contains(leader) {
            *tells.entry(name).or_default() += 1;
        }
    }
    let mut tells: Vec<(&str, usize)> = tells
        .into_iter()
        .filter(|(_, count)| *count as f64 >= TELLS * several.len() as f64)
        .collect();
    tells.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let names = tells.iter().take(MAX_LOOKS);
    let names: Vec<String> = names.map(|(name, _)| terms::attribute(name, "")).collect();
    names.join("\n")
}

/// Whether accessories and devices of the shop are joined: something fits a model that is sold.
pub fn joined(products: &[Option<&Product>]) -> bool {
    let all =
        |name| -> HashSet<&str> { products.iter().flat_map(|one| named(one, name)).collect() };
    !all("fits").is_disjoint(&all("model"))
}

fn named<'a>(product: &Option<&'a Product>, name: &str) -> Vec<&'a str> {
    let attributes = product.iter().flat_map(|product| &product.attributes);
    let own = attributes.filter(|(own, _)| own == name);
    own.map(|(_, value)| value.as_str()).collect()
}

/// What must not be said to go with what: numbers of models, and of products, by item.
#[derive(Default)]
pub struct Odds {
    /// Models that an accessory fits, and that a device is.
    fits: Vec<Vec<u32>>,
    models: Vec<Vec<u32>>,
    groups: Vec<u32>,
}

impl Odds {
    pub fn of(products: &[Option<&Product>]) -> Odds {
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut models = Vec::new();
        for product in products {
            let number = |name| {
                let next = numbers.len() as u32;
                *numbers.entry(name).or_insert(next)
            };
            models.push(named(product, "model").into_iter().map(number).collect());
        }
        // What fits nothing that is sold as a model fits whatever it says.
        let fits = products.iter().map(|product| {
            let own = named(product, "fits").into_iter();
            own.filter_map(|name| numbers.get(name).copied()).collect()
        });
        let fits = fits.collect();
        let mut leaders: HashMap<&str, u32> = HashMap::new();
        let groups = products.iter().zip(0..).map(|(product, item)| {
            let group = product.and_then(|product| product.group.as_deref());
            group.map_or(item, |group| *leaders.entry(group).or_insert(item))
        });
        Odds {
            groups: groups.collect(),
            fits,
            models,
        }
    }

    /// The number of the first variant of the item's product.
    pub fn product(&self, item: u32) -> u32 {
        self.groups[item as usize]
    }

    /// Whether the items are of one product, or one is an accessory and the other, device or accessory, of other models.
    pub fn at_odds(&self, one: u32, other: u32) -> bool {
        let apart = |a: &Vec<u32>, b: &Vec<u32>| {
            !a.is_empty() && !b.is_empty() && !a.iter().any(|model| b.contains(model))
        };
        let [one_fits, other_fits] = [one, other].map(|item| &self.fits[item as usize]);
        let [one_is, other_is] = [one, other].map(|item| &self.models[item as usize]);
        apart(one_fits, other_is)
            || apart(other_fits, one_is)
            || apart(one_fits, other_fits)
            || self.product(one) == self.product(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Catalogue;
    use crate::ingest::tests::interactions;

    fn product(key: &str, group: &str, attributes: &[(&str, &str)]) -> Product {
        let text = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        Product {
            key: key.into(),
            group: (!group.is_empty()).then(|| group.to_owned()),
            attributes: attributes.iter().map(text).collect(),
            ..Product::default()
        }
    }

    #[test]
    fn the_most_popular_variant_leads_and_what_differs_tells_them_apart() {
        let products = vec![
            product("a", "g", &[("color", "red"), ("material", "silk")]),
            product("b", "g", &[("color", "blue"), ("material", "silk")]),
            product("c", "", &[("color", "red")]),
        ];
        let catalogue = Catalogue {
            products,
            currency: None,
        };
        let read = interactions(&[(0, 1, "bbc")]);
        let goods = Goods::number(&read, &read.sessions, Some(&catalogue));
        assert_eq!(goods.keys, ["b", "c", "a"]);
        let groups = groups(&goods).unwrap();
        assert_eq!(groups, [0, 1, 0]);
        assert_eq!(looks(&goods, &groups), "color=");
    }

    #[test]
    fn a_case_goes_with_its_phones_and_no_others() {
        let products = [
            product("a", "p", &[("model", "halo 14")]),
            product("b", "p", &[("model", "halo 14")]),
            product("c", "", &[("model", "ridge 9")]),
            product("d", "", &[("fits", "halo 14"), ("fits", "halo 14 pro")]),
            product("e", "", &[("fits", "ridge 9")]),
            product("f", "", &[("fits", "phones & laptops")]),
        ];
        let products: Vec<Option<&Product>> = products.iter().map(Some).collect();
        assert!(joined(&products) && !joined(&products[..3]));
        let odds = Odds::of(&products);
        assert!(odds.at_odds(0, 1), "one product");
        assert!(!odds.at_odds(0, 3) && odds.at_odds(0, 4) && odds.at_odds(2, 3));
        assert!(
            !odds.at_odds(2, 5) && !odds.at_odds(2, 4),
            "a charger fits all"
        );
    }
}
