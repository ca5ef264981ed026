//! The habits that all shoppers of a shop share, drawn from its goods and the seed: what a trained model is to find.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{ECOSYSTEM, RULES, Rule, WEEKLY, holds};
use super::shop::{Shop, Taste};
use crate::random::{Random, Wheel};

/// Neighbours in price, on either side, that an article is compared with.
const COMPARED: usize = 3;
/// Other articles of its brand that it leads to.
const OF_BRAND: usize = 3;
/// Devices of each other sort in its ecosystem that it leads to.
const OF_ECOSYSTEM: usize = 2;
/// Articles of a rule's second side that are preferred after one of its first.
const PARTNERS: usize = 4;

/// Why two articles are viewed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bond {
    /// Same category, near in price.
    Comparison,
    /// Same brand, another category where there is one.
    Brand,
    /// Devices of another sort that work together.
    Ecosystem,
}

impl Bond {
    /// Part of the steps from one article to the next that follows such a bond.
    fn share(self) -> f64 {
        match self {
            Bond::Comparison => 0.6,
            Bond::Brand => 0.2,
            Bond::Ecosystem => 0.2,
        }
    }
}

/// Where one article leads.
pub struct Steps {
    pub to: Vec<(u32, Bond)>,
    pub wheel: Wheel,
}

/// A rule on this shop's goods.
pub struct Sequence {
    pub rule: &'static Rule,
    /// Categories of the second side.
    pub to: Vec<u32>,
    /// For each article of the first side, those preferred after it.
    pub partners: BTreeMap<u32, Vec<u32>>,
}

pub struct Habits {
    /// By item.
    pub steps: Vec<Steps>,
    pub sequences: Vec<Sequence>,
    /// Categories of what some buy every week.
    pub weekly: Vec<u32>,
}

impl Habits {
    pub fn new(shop: &Shop, seed: u64) -> Self {
        let bonds = Bonds::new(shop);
        let steps = (0..shop.goods.len() as u32).map(|item| {
            let mut random = Random::of(seed, "steps", item.into());
            let to = bonds.of(item, &mut random);
            let weights: Vec<f64> = to
                .iter()
                .map(|(_, bond)| {
                    let alike = to.iter().filter(|(_, other)| other == bond).count();
                    (0.5 + random.unit()) * bond.share() / alike as f64
                })
                .collect();
            let wheel = Wheel::new(weights);
            Steps { to, wheel }
        });
        Habits {
            steps: steps.collect(),
            sequences: RULES
                .iter()
                .filter_map(|rule| sequence(shop, rule, seed))
                .collect(),
            weekly: categories(shop, WEEKLY),
        }
    }
}

fn categories(shop: &Shop, side: &[&str]) -> Vec<u32> {
    (0..shop.categories.len() as u32)
        .filter(|number| holds(side, &shop.category(*number).lower))
        .collect()
}

fn sequence(shop: &Shop, rule: &'static Rule, seed: u64) -> Option<Sequence> {
    let to: Vec<u32> = categories(shop, rule.to)
        .into_iter()
        .filter(|number| {
            let items = &shop.category(*number).items;
            items.iter().any(|item| shop.good(*item).available)
        })
        .collect();
    let mut partners = BTreeMap::new();
    for from in categories(shop, rule.from) {
        for item in &shop.category(from).items {
            let mut random = Random::of(seed, rule.name, (*item).into());
            partners.insert(*item, preferred(shop, *item, &to, &mut random));
        }
    }
    (!to.is_empty() && !partners.is_empty()).then_some(Sequence { rule, to, partners })
}

/// Articles of the second side that go with this one: of its brand and about as dear, where there are such.
fn preferred(shop: &Shop, item: u32, to: &[u32], random: &mut Random) -> Vec<u32> {
    let good = shop.good(item);
    let taste = Taste {
        dearness: Some(good.dearness),
        brand: good.brand.clone(),
        colour: good.colour.clone(),
    };
    let mut chosen = Vec::new();
    for _ in 0..PARTNERS * 12 {
        let Some(category) = random.pick(to) else {
            break;
        };
        let partner = shop.draw(*category, &taste, random);
        if shop.good(partner).available
            && partner != item
            && shop.work_together(item, partner)
            && !chosen.contains(&partner)
        {
            chosen.push(partner);
        }
        if chosen.len() == PARTNERS {
            break;
        }
    }
    chosen
}

/// The goods by what binds them.
struct Bonds<'a> {
    shop: &'a Shop,
    /// Place of each item in its category, by price.
    ranks: Vec<usize>,
    brands: BTreeMap<&'a str, Vec<u32>>,
    /// Sort of device by category.
    sorts: Vec<Option<usize>>,
    ecosystems: BTreeMap<(&'a str, usize), Vec<u32>>,
}

impl<'a> Bonds<'a> {
    fn new(shop: &'a Shop) -> Self {
        let mut ranks = vec![0; shop.goods.len()];
        let mut sorts = Vec::new();
        for category in &shop.categories {
            for (rank, item) in category.items.iter().enumerate() {
                ranks[*item as usize] = rank;
            }
            sorts.push(
                ECOSYSTEM
                    .iter()
                    .position(|side| holds(side, &category.lower)),
            );
        }
        let mut brands: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        let mut ecosystems: BTreeMap<(&str, usize), Vec<u32>> = BTreeMap::new();
        for (item, good) in (0..).zip(&shop.goods) {
            if let Some(brand) = &good.brand {
                brands.entry(brand).or_default().push(item);
            }
            if let (Some(ecosystem), Some(sort)) = (&good.ecosystem, sorts[good.category as usize])
            {
                ecosystems.entry((ecosystem, sort)).or_default().push(item);
            }
        }
        Bonds {
            shop,
            ranks,
            brands,
            sorts,
            ecosystems,
        }
    }

    fn of(&self, item: u32, random: &mut Random) -> Vec<(u32, Bond)> {
        let mut taken = BTreeSet::from([item]);
        let mut to = Vec::new();
        let mut take = |bond: Bond, items: Vec<u32>| {
            to.extend(
                items
                    .into_iter()
                    .filter(|item| taken.insert(*item))
                    .map(|item| (item, bond)),
            );
        };
        take(Bond::Comparison, self.compared(item));
        take(Bond::Ecosystem, self.in_ecosystem(item, random));
        take(Bond::Brand, self.of_brand(item, random));
        to
    }

    fn compared(&self, item: u32) -> Vec<u32> {
        let items = &self.shop.category(self.shop.good(item).category).items;
        let rank = self.ranks[item as usize];
        let from = rank.saturating_sub(COMPARED);
        let to = (rank + COMPARED + 1).min(items.len());
        items[from..to].to_vec()
    }

    fn in_ecosystem(&self, item: u32, random: &mut Random) -> Vec<u32> {
        let good = self.shop.good(item);
        let Some((own, ecosystem)) =
            self.sorts[good.category as usize].zip(good.ecosystem.as_deref())
        else {
            return Vec::new();
        };
        let mut chosen = Vec::new();
        for sort in (0..ECOSYSTEM.len()).filter(|sort| *sort != own) {
            if let Some(items) = self.ecosystems.get(&(ecosystem, sort)) {
                chosen.extend(some(items, OF_ECOSYSTEM, random));
            }
        }
        chosen
    }

    fn of_brand(&self, item: u32, random: &mut Random) -> Vec<u32> {
        let good = self.shop.good(item);
        let all = good
            .brand
            .as_deref()
            .and_then(|brand| self.brands.get(brand));
        let all = all.map_or(&[][..], Vec::as_slice);
        let elsewhere: Vec<u32> = all
            .iter()
            .copied()
            .filter(|other| self.shop.good(*other).category != good.category)
            .collect();
        some(
            if elsewhere.is_empty() {
                all
            } else {
                &elsewhere
            },
            OF_BRAND,
            random,
        )
    }
}

/// A few of many, none twice.
fn some(items: &[u32], count: usize, random: &mut Random) -> Vec<u32> {
    let mut chosen = BTreeSet::new();
    for _ in 0..count * 3 {
        if chosen.len() < count {
            chosen.extend(random.pick(items));
        }
    }
    chosen.into_iter().collect()
}
