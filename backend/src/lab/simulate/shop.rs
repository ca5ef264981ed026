//! The goods as shoppers see them: by category, dear or cheap within it, more or less liked.

use std::collections::{HashMap, HashSet};

use crate::ingest::Catalogue;
use crate::random::{Random, Wheel};

/// Zipf's exponents: how much better the best are known than the rest.
const SKEW_OF_ITEMS: f64 = 0.8;
const SKEW_OF_CATEGORIES: f64 = 0.5;
/// How many articles a shopper with a taste glances at before opening one.
const GLANCES: usize = 5;

pub struct Good {
    pub key: String,
    /// Place in [`Shop::categories`].
    pub category: u32,
    pub brand: Option<String>,
    /// The devices it works with: the attribute of that name, else the brand.
    pub ecosystem: Option<String>,
    /// The same for all variants of a product.
    pub group: Option<String>,
    pub colour: Option<String>,
    /// Models that it fits, and that it is.
    pub fits: Vec<String>,
    pub models: Vec<String>,
    /// When the shop first has it, Unix milliseconds.
    pub since: i64,
    pub cents: u64,
    pub available: bool,
    pub repeatable: bool,
    /// Where its price lies among those of its category: 0 the cheapest, 1 the dearest.
    pub dearness: f64,
}

pub struct Category {
    /// As the catalogue writes it: `Fresh > Fruit`; empty for goods without one.
    pub path: String,
    pub lower: String,
    /// From the cheapest to the dearest.
    pub items: Vec<u32>,
    liking: Wheel,
}

pub struct Shop {
    pub goods: Vec<Good>,
    pub categories: Vec<Category>,
    pub currency: Option<String>,
    popularity: Wheel,
    /// Models that the shop sells.
    models: HashSet<String>,
}

/// What a shopper minds.
#[derive(Clone, Debug, Default)]
pub struct Taste {
    /// The dearness that is sought; `None` does not mind.
    pub dearness: Option<f64>,
    /// The brand that is preferred where there is a choice.
    pub brand: Option<String>,
    /// The colour that is insisted on where a product comes in it.
    pub colour: Option<String>,
}

impl Shop {
    pub fn new(catalogue: Catalogue, seed: u64) -> Self {
        let all = |name: &str| -> HashSet<String> {
            let attributes = catalogue.products.iter().flat_map(|one| &one.attributes);
            let own = attributes.filter(|(own, _)| own == name);
            own.map(|(_, value)| value.clone()).collect()
        };
        let models = all("model");
        let mut goods = Vec::new();
        let mut categories: Vec<Category> = Vec::new();
        let mut known = HashMap::new();
        for product in catalogue.products {
            let path = product.category.join(" > ");
            let category = *known.entry(path).or_insert_with_key(|path| {
                categories.push(Category {
                    path: path.clone(),
                    lower: path.to_lowercase(),
                    items: Vec::new(),
                    liking: Wheel::new([]),
                });
                categories.len() as u32 - 1
            });
            categories[category as usize].items.push(goods.len() as u32);
            let named = |name: &str| {
                let own = product
                    .attributes
                    .iter()
                    .filter(move |(own, _)| own == name);
                own.map(|(_, value)| value.clone()).collect::<Vec<_>>()
            };
            let (fits, own_models) = (named("fits"), named("model"));
            let colour = named("color").into_iter().next();
            let mut attributes = product.attributes.into_iter();
            let ecosystem = attributes.find(|(name, _)| name == "ecosystem");
            goods.push(Good {
                key: product.key,
                category,
                ecosystem: ecosystem
                    .map(|(_, value)| value)
                    .or_else(|| product.brand.as_deref().map(str::to_lowercase)),
                brand: product.brand,
                group: product.group,
                colour,
                fits,
                models: own_models,
                since: product.first_seen.unwrap_or(0),
                cents: (f64::from(product.price.unwrap_or(0.0)) * 100.0).round() as u64,
                available: !product.out_of_stock,
                repeatable: product.repeatable.unwrap_or(false),
                dearness: 0.5,
            });
        }
        for (number, category) in categories.iter_mut().enumerate() {
            category
                .items
                .sort_by_key(|item| (goods[*item as usize].cents, *item));
            let last = category.items.len().saturating_sub(1);
            for (rank, item) in category.items.iter().enumerate().filter(|_| last > 0) {
                goods[*item as usize].dearness = rank as f64 / last as f64;
            }
            let mut random = Random::of(seed, "liking", number as u64);
            category.liking = zipf(category.items.len(), SKEW_OF_ITEMS, &mut random);
        }
        let mut random = Random::of(seed, "popularity", 0);
        Shop {
            popularity: zipf(categories.len(), SKEW_OF_CATEGORIES, &mut random),
            models,
            goods,
            categories,
            currency: catalogue.currency,
        }
    }

    /// Whether the two may be used together: what fits certain models is for no other device.
    pub fn work_together(&self, one: u32, other: u32) -> bool {
        let (one, other) = (self.good(one), self.good(other));
        let apart = |a: &Good, b: &Good| {
            let mut fits = a
                .fits
                .iter()
                .filter(|model| self.models.contains(*model))
                .peekable();
            fits.peek().is_some()
                && !b.models.is_empty()
                && !fits.any(|model| b.models.contains(model))
        };
        !apart(one, other) && !apart(other, one)
    }

    /// The article in the colour that is insisted on, if it comes in it.
    pub fn in_colour(&self, item: u32, taste: &Taste) -> u32 {
        let good = self.good(item);
        if taste.colour.is_none() || good.group.is_none() || good.colour == taste.colour {
            return item;
        }
        let items = &self.category(good.category).items;
        let own = items.iter().copied().find(|other| {
            let other = self.good(*other);
            other.group == good.group && other.colour == taste.colour && other.cents == good.cents
        });
        own.unwrap_or(item)
    }

    pub fn good(&self, item: u32) -> &Good {
        &self.goods[item as usize]
    }

    pub fn category(&self, number: u32) -> &Category {
        &self.categories[number as usize]
    }

    /// A category, the popular ones more often.
    pub fn draw_category(&self, random: &mut Random) -> u32 {
        self.popularity.spin(random) as u32
    }

    /// An article of a category, the liked ones and those to the shopper's taste more often.
    pub fn draw(&self, category: u32, taste: &Taste, random: &mut Random) -> u32 {
        let category = self.category(category);
        let minds = taste.dearness.is_some() || taste.brand.is_some();
        let mut best = (f64::NEG_INFINITY, category.items[0]);
        for _ in 0..if minds { GLANCES } else { 1 } {
            let item = category.items[category.liking.spin(random)];
            let good = self.good(item);
            let off = taste
                .dearness
                .map_or(0.0, |sought| (good.dearness - sought).abs());
            let own = taste.brand.is_some() && good.brand == taste.brand;
            let score = f64::from(u8::from(own)) - off;
            if score > best.0 {
                best = (score, item);
            }
        }
        best.1
    }
}

/// Weights by rank, the ranks dealt at random.
fn zipf(count: usize, skew: f64, random: &mut Random) -> Wheel {
    let mut ranks: Vec<usize> = (1..=count).collect();
    random.shuffle(&mut ranks);
    Wheel::new(ranks.into_iter().map(|rank| (rank as f64).powf(-skew)))
}
