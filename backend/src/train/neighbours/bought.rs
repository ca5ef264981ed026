//! The rows of what is bought together.
//!
//! A row is made of what an item's own orders tell, as [rules](crate::train::neighbours::complement) and as [weights](crate::train::neighbours::basket_ridge) that
//! foretell together: both, by default half and half, since either finds what the other does not; baskets that were held
//! back decide. What the item's orders do not tell, those who looked at it do: see [`crate::train::neighbours::view_to_buy`].
//!
//! Items of the same leaf category are substitutes, since another phone does not complement a phone; but yoghurts are
//! bought by the flavour. Rows can be had with and without them, and again baskets decide.
//!
//! Few pairs of items are bought together often enough to say so, but their categories are: phones and cases, running
//! shoes and running tops. So the same rules are counted between leaf categories, and a row is filled with what is bought
//! most in the categories that its item's own leads to, first of all what resembles it: the case for this phone, the top
//! of this brand. Where substitutes go together only rows that hold nothing else are filled: the others know better.

use rayon::prelude::*;

use crate::train::items::columns::Categories;
use crate::train::items::orders::{Order, Visit};
use crate::train::linalg::sums::{Row, Sums, strongest};
use crate::train::neighbours::basket_ridge;
use crate::train::neighbours::complement::{KEEP, LIFT, Limits, rules};
use crate::train::neighbours::content::Descriptions;
use crate::train::neighbours::view_to_buy;

/// Of each item so many are kept until it is known which of them may stay.
const CHOICE: usize = 200;

/// What a viewer's purchase is worth against a buyer's.
const LOOKED: f32 = 0.5;

/// Categories that an item's own may lead to, items of each that are compared with it, and that are taken.
const CATEGORIES: usize = 6;
const COMPARED: usize = 64;
const TAKEN: usize = 5;

/// How much more likely full likeness makes an item.
const LIKENESS: f32 = 8.0;

/// What orders and visits tell of each item.
#[derive(Clone, Debug, Default)]
pub struct Bought {
    rules: Vec<Row>,
    /// Of the rules' scale: all of them weigh what all rules do.
    joint: Vec<Row>,
    looked: Vec<Row>,
    /// By category.
    likely: Vec<Row>,
}

impl Bought {
    /// `orders` and `visits` are by shopper, each shopper's oldest first.
    pub fn count(
        orders: &[Order],
        visits: &[Visit],
        items: usize,
        categories: &Categories,
        descriptions: &Descriptions,
        limits: Limits,
    ) -> Bought {
        let mut rules = rules(orders, items, limits, 1.0);
        let mut joint = basket_ridge::rows(orders, &rules);
        let sum = |rows: &[Row]| -> f64 {
            let all = rows.iter().flatten();
            all.map(|one| f64::from(one.1)).sum()
        };
        let scale = (sum(&rules) / sum(&joint).max(f64::MIN_POSITIVE)) as f32;
        let leaf = |item| categories.leaf(item);
        let odds = &descriptions.odds;
        for rows in [&mut rules, &mut joint] {
            rows.par_iter_mut().enumerate().for_each(|(item, row)| {
                row.retain(|one| !odds.at_odds(item as u32, one.0));
            });
        }
        joint.par_iter_mut().for_each(|row| {
            row.iter_mut().for_each(|one| one.1 *= scale);
            *row = strongest(std::mem::take(row), CHOICE);
        });
        rules.par_iter_mut().for_each(|row| {
            row.truncate(CHOICE);
            row.shrink_to_fit();
        });
        let mut looked = view_to_buy::rules(visits, items, limits, leaf);
        looked.par_iter_mut().enumerate().for_each(|(item, row)| {
            row.retain(|one| !odds.at_odds(item as u32, one.0));
        });
        Bought {
            rules,
            joint,
            looked,
            likely: likely(orders, items, categories, descriptions, limits),
        }
    }

    /// The row of each item. `joint` is the share of what foretells together, from 0 to 1; `substitutes` says whether
    /// what has the item's own leaf category may stand in its row.
    pub fn rows(&self, categories: &Categories, joint: f32, substitutes: bool) -> Vec<Row> {
        let row = |sums: &mut Sums, item: usize| {
            for (rows, share) in [(&self.rules, 1.0 - joint), (&self.joint, joint)] {
                for &(other, weight) in &rows[item] {
                    if share * weight > 0.0 {
                        sums.add(other, share * weight);
                    }
                }
            }
            let own = sums.strongest(usize::MAX);
            let leaf = categories.leaf(item as u32);
            let alike = |other: u32| leaf.is_some() && categories.leaf(other) == leaf;
            if substitutes {
                let mut all = own.clone();
                all.truncate(KEEP);
                if leaf.is_none() || !all.iter().all(|one| alike(one.0)) {
                    return all;
                }
                all.extend(self.apart(item, own, alike));
                return strongest(all, KEEP);
            }
            self.apart(item, own, alike)
        };
        (0..self.rules.len())
            .into_par_iter()
            .with_min_len(64)
            .map_init(|| Sums::new(self.rules.len()), row)
            .collect()
    }

    /// Of what an item's `own` orders tell what is not `alike`, and what fills it up.
    fn apart(&self, item: usize, mut own: Row, alike: impl Fn(u32) -> bool) -> Row {
        own.retain(|one| !alike(one.0));
        own.truncate(KEEP);
        for &(other, weight) in &self.looked[item] {
            if own.iter().all(|known| known.0 != other) {
                own.push((other, LOOKED * weight));
            }
        }
        for &(other, weight) in &self.likely[item] {
            match own.iter_mut().find(|known| known.0 == other) {
                Some(known) => known.1 += weight,
                None => own.push((other, weight)),
            }
        }
        strongest(own, KEEP)
    }
}

/// What is bought most in the categories that each item's own leads to.
fn likely(
    orders: &[Order],
    items: usize,
    categories: &Categories,
    descriptions: &Descriptions,
    limits: Limits,
) -> Vec<Row> {
    let of_categories: Vec<Order> = (orders.iter())
        .map(|order| {
            let leaves = order.items.iter().filter_map(|&item| categories.leaf(item));
            let mut leaves: Vec<u32> = leaves.map(u32::from).collect();
            leaves.sort_unstable();
            leaves.dedup();
            Order {
                items: leaves,
                ..*order
            }
        })
        .collect();
    let leads_to = rules(&of_categories, categories.names.len(), limits, LIFT);
    let bought = most_bought(orders, items, categories);
    let row = |item: usize| {
        let mut row = Row::new();
        let Some(leaf) = categories.leaf(item as u32) else {
            return row;
        };
        for &(category, weight) in leads_to[usize::from(leaf)].iter().take(CATEGORIES) {
            let candidates = &bought[category as usize];
            let likely = |&(other, count): &(u32, f32)| {
                (
                    other,
                    count * (1.0 + LIKENESS * descriptions.likeness(item as u32, other)),
                )
            };
            let works = |one: &&(u32, f32)| !descriptions.odds.at_odds(item as u32, one.0);
            let likely: Row = candidates.iter().filter(works).map(likely).collect();
            let total: f32 = likely.iter().map(|n| n.1).sum();
            let taken = strongest(likely, TAKEN).into_iter();
            row.extend(taken.map(|(other, count)| (other, weight * count / total)));
        }
        row
    };
    (0..items).into_par_iter().map(row).collect()
}

/// The items of each category in the most orders, and in how many.
fn most_bought(orders: &[Order], items: usize, categories: &Categories) -> Vec<Row> {
    let mut counts = vec![0.0f32; items];
    for &item in orders.iter().flat_map(|order| &order.items) {
        counts[item as usize] += 1.0;
    }
    let mut bought = vec![Row::new(); categories.names.len()];
    for (item, count) in (0u32..).zip(counts).filter(|(_, count)| *count > 0.0) {
        if let Some(leaf) = categories.leaf(item) {
            bought[usize::from(leaf)].push((item, count));
        }
    }
    bought
        .into_iter()
        .map(|row| strongest(row, COMPARED))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Product;
    use crate::train::neighbours::complement::tests::order;

    #[test]
    fn categories_speak_for_items_that_were_bought_too_seldom() {
        // Ten phones, each bought once, always with a case; twice as many shoppers buy pears.
        let mut orders = Vec::new();
        for shopper in 0..10 {
            orders.push(order(shopper, 1, &[shopper, 10 + shopper % 2]));
            orders.push(order(20 + shopper, 1, &[12]));
            orders.push(order(30 + shopper, 1, &[12]));
        }
        let product = |category: &str, title: String| Product {
            category: vec![category.to_owned()],
            titles: vec![title],
            ..Product::default()
        };
        let mut products: Vec<Product> = (0..10)
            .map(|n| product("Phones", format!("model{} phone", n % 2)))
            .collect();
        products.extend((0..2).map(|n| product("Cases", format!("case for model{n}"))));
        products.push(product("Fruit", "pears".into()));
        let products: Vec<Option<&Product>> = products.iter().map(Some).collect();
        let categories = Categories::of(&products);
        let bought = Bought::count(
            &orders,
            &[],
            13,
            &categories,
            &Descriptions::of(&products),
            Limits::default(),
        );
        let rows = bought.rows(&categories, 0.5, false);
        for (phone, row) in rows.iter().enumerate().take(10) {
            let own_case = 10 + phone as u32 % 2;
            assert_eq!(row[0].0, own_case, "the case for this phone first");
            assert_eq!(row.len(), 2);
        }
        assert!(rows[10].iter().all(|n| n.0 < 10) && rows[10].len() == TAKEN);
        assert_eq!(rows[12], []);
    }

    #[test]
    fn substitutes_may_stay_or_go_and_both_ways_of_counting_weigh_the_same() {
        // Two flavours of yoghurt and spoons, always together; cheese by itself.
        let mut orders = Vec::new();
        for shopper in 0..20 {
            orders.push(order(shopper, 1, &[0, 1, 2]));
            orders.push(order(shopper, 200, &[3]));
        }
        let kinds = ["Yoghurt", "Yoghurt", "Spoons", "Cheese"];
        let products = kinds.map(|kind| Product {
            category: vec![kind.to_owned()],
            ..Product::default()
        });
        let products: Vec<Option<&Product>> = products.iter().map(Some).collect();
        let categories = Categories::of(&products);
        let descriptions = Descriptions::of(&products);
        let bought = Bought::count(
            &orders,
            &[],
            4,
            &categories,
            &descriptions,
            Limits::default(),
        );
        let names = |joint, substitutes| {
            let rows = bought.rows(&categories, joint, substitutes);
            let mut names: Vec<u32> = rows[0].iter().map(|one| one.0).collect();
            names.sort_unstable();
            names
        };
        for joint in [0.0, 0.5, 1.0] {
            assert_eq!(names(joint, false), [2]);
            assert_eq!(names(joint, true), [1, 2]);
        }
        let mass = |joint| -> f32 {
            let rows = bought.rows(&categories, joint, true);
            rows.iter().flatten().map(|one| one.1).sum()
        };
        assert!((mass(0.0) - mass(1.0)).abs() < 1e-3 * mass(0.0));
    }
}
