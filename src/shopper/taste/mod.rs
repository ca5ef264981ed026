//! Depth of preferences: price level, promotions, brands, breadth, and drift of interests.
//!
//! | file | what |
//! | --- | --- |
//! | `promotion` | sensitivity to reduced prices |
//! | `brand` | loyalty to brands |
//! | `drift` | short against long memory of categories |
//!
//! Every claim has a least evidence below which it is not made. The price level is a percentile within the leaf category,
//! by quantiles that come with the model: who buys the dearest rice and the cheapest phone is in the middle. Breadth is
//! told by the purchases of [`super::cycle`]. None of it sets or raises a price.

mod brand;
mod drift;
mod promotion;

pub use brand::{Brands, Loyalty};
pub use drift::{Drift, Report};
pub use promotion::{Promotion, Sensitivity};

use super::cycle::{Cycles, gamma::Moments};
use super::profile::Orders;
use crate::codec::{Reader, put_text, put_uint};
use crate::intake::{Event, Field, Kind, Product, Scalar};
use crate::shop::Model;

/// Version of the stored section.
pub const VERSION: u8 = 1;
/// What the section may take.
const BUDGET: usize = 3 * 1024;
/// Categories whose price level is kept each by itself.
const LEVELS: usize = 12;
/// Purchases of known price below which no level is claimed, for one category and for all.
const FEWEST: f64 = 3.0;
const TYPED: f64 = 5.0;
/// A price level counts as all purchases' spread of so many before there are more.
const SPREAD: f64 = 0.29;
/// Bounds of the levels, and of sensitivity, that a type needs.
const LOW: f64 = 0.4;
const HIGH: f64 = 0.6;
const SENSITIVE: f64 = 0.55;
const NOT_SENSITIVE: f64 = 0.45;

/// Price level, promotions, brands and drift.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taste {
    /// Percentiles of what was bought, and of what was viewed.
    bought: Moments,
    viewed: Moments,
    /// By leaf category, of what was bought.
    levels: Vec<(String, Moments)>,
    /// Views and purchases at reduced prices.
    pub promotion: Promotion,
    /// Purchases by brand.
    pub brands: Brands,
    /// Drift of interests.
    pub drift: Drift,
}

/// A mean percentile and its 90 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Mean percentile, 0–1.
    pub mean: f64,
    /// 90 % interval.
    pub between: [f64; 2],
    /// Number of items.
    pub evidence: u32,
}

/// Type of price behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Buys cheap or reduced items.
    PriceSensitive,
    /// Neither.
    Balanced,
    /// Buys expensive items at full price.
    QualitySeeking,
}

impl Type {
    /// Names in answers.
    pub const NAMES: [&str; 3] = ["price_sensitive", "balanced", "quality_seeking"];

    /// Name in answers.
    pub fn name(self) -> &'static str {
        Type::NAMES[self as usize]
    }
}

fn level(seen: &Moments, fewest: f64) -> Option<Level> {
    if seen.count < fewest {
        return None;
    }
    // The spread of few is itself uncertain: that of all percentiles counts as two more.
    let variance = (seen.squares + 2.0 * SPREAD * SPREAD) / (seen.count + 1.0);
    let error = promotion::NINETY * f64::sqrt(variance / seen.count);
    Some(Level {
        mean: seen.mean,
        between: [(seen.mean - error).max(0.0), (seen.mean + error).min(1.0)],
        evidence: seen.count as u32,
    })
}

fn is_reduced(fields: &[(Field, Scalar)]) -> bool {
    fields.iter().any(|(field, scalar)| match scalar {
        Scalar::Amount(amount) => *field == Field::Discount && *amount > 0.0,
        _ => *field == Field::Coupon,
    })
}

impl Taste {
    /// Folds a clean event in.
    pub fn learn(&mut self, event: &Event, model: Option<&Model>) {
        let buys = event.kind == Kind::OrderCompleted;
        let views = event.kind == Kind::ProductViewed;
        let counts = buys || views || event.kind == Kind::ProductAdded;
        if !counts {
            return;
        }
        let all_reduced = buys && is_reduced(&event.fields);
        for product in &event.products {
            let item = model.and_then(|model| model.find(&product.id));
            let of_model = model.zip(item);
            let category = of_model
                .and_then(|(model, item)| Some((model, model.category(item)?)))
                .map(|(model, category)| (model, category, model.category_path(category)));
            let name = match &category {
                Some((_, _, path)) => Some(path.as_str()),
                None => product.category.as_deref(),
            };
            if let Some(name) = name {
                self.drift.add(name);
            }
            let percentile = category.as_ref().and_then(|(model, category, _)| {
                let price = paid(product).or_else(|| model.price(item?).map(f64::from))?;
                model.price_percentile(*category, price as f32)
            });
            let reduced = all_reduced || is_reduced(&product.fields);
            if views {
                self.promotion.view(reduced);
                percentile.inspect(|p| self.viewed.add(f64::from(*p)));
            }
            if !buys {
                continue;
            }
            self.promotion.buy(reduced);
            if let Some(p) = percentile {
                self.bought.add(f64::from(p));
                if let Some(name) = name {
                    self.in_category(name, f64::from(p));
                }
            }
            let brand =
                of_model.and_then(|(model, item)| Some(model.brand_name(model.brand(item)?)));
            if let Some(brand) = brand.or(product.brand.as_deref()) {
                self.brands.buy(brand);
            }
        }
        while self.bytes() > BUDGET && (self.drift.forget_least() || self.brands.forget_least()) {}
    }

    fn in_category(&mut self, name: &str, percentile: f64) {
        if let Some(known) = self.levels.iter_mut().find(|known| known.0 == name) {
            return known.1.add(percentile);
        }
        if self.levels.len() == LEVELS {
            // A plain loop: of `min_by_key` the module's compiler loses which it was.
            let (mut least, mut fewest) = (0, f64::INFINITY);
            for (n, known) in self.levels.iter().enumerate() {
                if known.1.count < fewest {
                    (least, fewest) = (n, known.1.count);
                }
            }
            self.levels.remove(least);
        }
        self.levels.push((name.into(), Moments::of([percentile])));
    }

    /// Keeps categories and brands that pass, as after a deletion.
    pub fn retain(&mut self, category: impl Fn(&str) -> bool, brand: impl Fn(&str) -> bool) {
        self.levels.retain(|known| category(&known.0));
        self.drift.retain(category);
        self.brands.retain(brand);
    }

    fn bytes(&self) -> usize {
        let levels: usize = self.levels.iter().map(|known| known.0.len() + 26).sum();
        levels + self.brands.bytes() + self.drift.bytes() + 96
    }

    /// The price level of what was bought.
    pub fn level(&self) -> Option<Level> {
        level(&self.bought, FEWEST)
    }

    /// The same by leaf category, most purchases first.
    pub fn levels(&self) -> Vec<(&str, Level)> {
        let mut all: Vec<(&str, Level)> = Vec::new();
        for (name, seen) in &self.levels {
            if let Some(level) = level(seen, FEWEST) {
                let at = all.partition_point(|known| known.1.evidence >= level.evidence);
                all.insert(at, (name, level));
            }
        }
        all
    }

    /// The price level of what was viewed.
    pub fn viewed(&self) -> Option<Level> {
        level(&self.viewed, FEWEST)
    }

    /// Response to promotions; `None` on too little evidence.
    pub fn sensitivity(&self, orders: &Orders) -> Option<Sensitivity> {
        let reduced = orders.rows().iter();
        let reduced = reduced.filter(|order| order.discount > 0.0 || order.coupon);
        self.promotion
            .sensitivity(&orders.totals(), reduced.count() as u32)
    }

    /// The named type; `None` where level or sensitivity cannot be told, or on fewer than five purchases.
    pub fn named(&self, orders: &Orders) -> Option<Type> {
        let level = level(&self.bought, TYPED)?;
        let sensitivity = self.sensitivity(orders)?.all;
        let [low, high] = level.between;
        Some(if high <= LOW || sensitivity >= SENSITIVE && high <= 0.5 {
            Type::PriceSensitive
        } else if low >= HIGH && sensitivity <= NOT_SENSITIVE {
            Type::QualitySeeking
        } else {
            Type::Balanced
        })
    }

    /// How well a price percentile fits what was bought, as a factor; 1 where nothing is known. Bounded by ±`strength`.
    pub fn fit(&self, percentile: f32, strength: f32) -> f32 {
        let seen = &self.bought;
        if seen.count < FEWEST {
            return 1.0;
        }
        let variance = (seen.squares + 2.0 * SPREAD * SPREAD) / (seen.count + 1.0);
        let away = f64::from(percentile) - seen.mean;
        let near = libm::exp(-away * away / (2.0 * variance.max(0.02)));
        let trust = seen.count / (seen.count + 5.0);
        1.0 + strength * (trust * (2.0 * near - 1.0)) as f32
    }

    /// Appends the stored form.
    pub fn encode(&self, out: &mut Vec<u8>) {
        self.bought.encode(out);
        self.viewed.encode(out);
        self.promotion.encode(out);
        self.brands.encode(out);
        self.drift.encode(out);
        put_uint(out, self.levels.len() as u64);
        for (name, seen) in &self.levels {
            put_text(out, name);
            seen.encode(out);
        }
    }

    /// Whether this version is known.
    pub fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        self.bought = Moments::decode(reader);
        self.viewed = Moments::decode(reader);
        self.promotion = Promotion::decode(reader);
        self.brands = Brands::decode(reader);
        self.drift = Drift::decode(reader);
        for _ in 0..reader.count(25, LEVELS) {
            let level = (reader.text().into(), Moments::decode(reader));
            self.levels.push(level);
        }
        true
    }
}

fn paid(product: &Product) -> Option<f64> {
    product.price.filter(|price| *price > 0.0)
}

/// How many leaf categories a shopper buys from, and how many it would be if all were bought equally often: e to the
/// entropy of the shares. `None` where nothing was bought.
pub fn breadth(cycles: &Cycles) -> Option<(u32, f64)> {
    let counts = cycles.lines().iter().filter(|line| line.category);
    let counts: Vec<f64> = counts.map(|line| line.count() as f64).collect();
    let sum: f64 = counts.iter().sum();
    let entropy: f64 = counts
        .iter()
        .map(|count| -count / sum * libm::log(count / sum))
        .sum();
    (sum > 0.0).then(|| (counts.len() as u32, libm::exp(entropy)))
}

#[cfg(test)]
mod tests;
