//! Planted effects, written down to check that a model found them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::event::shopper_id;
use super::habits::{Bond, Habits};
use super::shop::Shop;

#[derive(Serialize)]
pub struct Truth<'a> {
    pub viewed_with: Vec<Pair<'a>>,
    pub bought_after: Vec<Sequence<'a>>,
    pub weekly: Vec<Weekly<'a>>,
}

/// Two articles that are viewed one after the other, in either order; `a` < `b` in the order of the catalogue.
#[derive(Serialize)]
pub struct Pair<'a> {
    pub a: &'a str,
    pub b: &'a str,
    pub bond: Bond,
}

/// A rule between categories, and the articles that are preferred on its second side.
#[derive(Serialize)]
pub struct Sequence<'a> {
    pub name: &'static str,
    pub from: Vec<&'a str>,
    pub to: Vec<&'a str>,
    pub probability: f64,
    pub window_days: u32,
    pub pairs: Vec<(&'a str, &'a str)>,
}

#[derive(Serialize)]
pub struct Weekly<'a> {
    pub shopper: String,
    pub weekday: &'static str,
    pub items: Vec<&'a str>,
}

impl<'a> Truth<'a> {
    pub fn new(shop: &'a Shop, habits: &Habits, weekly: &BTreeMap<u32, Vec<u32>>) -> Self {
        let key = |item: u32| shop.good(item).key.as_str();
        let mut bonds = BTreeMap::new();
        for (item, steps) in (0..).zip(&habits.steps) {
            for (to, bond) in &steps.to {
                bonds.entry((item.min(*to), item.max(*to))).or_insert(*bond);
            }
        }
        let pair = |((a, b), bond)| Pair {
            a: key(a),
            b: key(b),
            bond,
        };
        Truth {
            viewed_with: bonds.into_iter().map(pair).collect(),
            bought_after: habits
                .sequences
                .iter()
                .map(|sequence| {
                    let mut from: Vec<u32> = sequence
                        .partners
                        .keys()
                        .map(|item| shop.good(*item).category)
                        .collect();
                    from.sort_unstable();
                    from.dedup();
                    let paths = |numbers: &[u32]| {
                        numbers
                            .iter()
                            .map(|number| shop.category(*number).path.as_str())
                            .collect()
                    };
                    Sequence {
                        name: sequence.rule.name,
                        from: paths(&from),
                        to: paths(&sequence.to),
                        probability: sequence.rule.probability,
                        window_days: sequence.rule.window_days,
                        pairs: sequence
                            .partners
                            .iter()
                            .flat_map(|(from, to)| to.iter().map(|to| (key(*from), key(*to))))
                            .collect(),
                    }
                })
                .collect(),
            weekly: weekly
                .iter()
                .map(|(shopper, items)| Weekly {
                    shopper: shopper_id(*shopper),
                    weekday: "Friday",
                    items: items.iter().map(|item| key(*item)).collect(),
                })
                .collect(),
        }
    }
}
