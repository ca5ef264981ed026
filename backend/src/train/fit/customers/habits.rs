//! What is usual between two purchases, of all customers and by category, and what prices are usual in a category.

use std::collections::BTreeMap;

use tillside::shop::customers::DECILES;

use super::day;
use crate::train::items::columns::{Categories, NONE};
use crate::train::items::goods::Goods;
use crate::train::items::orders::Order;

/// Intervals, and shoppers they come from, that a category needs.
const INTERVALS: f64 = 30.0;
const SHOPPERS: usize = 10;
/// Priced items that a category needs.
const PRICED: usize = 5;
/// Bounds of what a prior weighs, in observations.
const WEIGHT: [f64; 2] = [1.0, 20.0];

/// Intervals of many shoppers: all together, and how shoppers differ.
#[derive(Clone, Default)]
pub struct Intervals {
    count: f64,
    sum: f64,
    squares: f64,
    /// Of shoppers with at least two intervals: how many, the mean of their means, and sums of squares about both.
    shoppers: usize,
    within: f64,
    free: f64,
    means: Vec<(f64, f64)>,
}

impl Intervals {
    /// Takes the intervals of one shopper in.
    pub fn add(&mut self, gaps: &[f64]) {
        if gaps.is_empty() {
            return;
        }
        let n = gaps.len() as f64;
        let sum: f64 = gaps.iter().sum();
        let mean = sum / n;
        self.count += n;
        self.sum += sum;
        self.squares += gaps.iter().map(|gap| gap * gap).sum::<f64>();
        self.shoppers += 1;
        self.within += gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>();
        self.free += n - 1.0;
        self.means.push((mean, n));
    }

    /// Mean and variance of all intervals; `None` where there are too few.
    pub fn moments(&self) -> Option<[f64; 2]> {
        if self.count < INTERVALS || self.shoppers < SHOPPERS {
            return None;
        }
        let mean = self.sum / self.count;
        let variance = (self.squares / self.count - mean * mean).max(mean * mean / 100.0);
        Some([mean, variance])
    }

    /// How many observations the prior is worth: the variance within shoppers over that between them (Bühlmann 1967).
    pub fn weight(&self) -> f64 {
        let Some([mean, _]) = self.moments() else {
            return WEIGHT[0];
        };
        let within = self.within / self.free.max(1.0);
        let (mut between, mut all) = (0.0, 0.0);
        for (own, n) in &self.means {
            between += n * (own - mean).powi(2);
            all += n * n;
        }
        // Unbiased for unequal numbers of intervals.
        let count = self.means.len() as f64;
        let scale = self.count - all / self.count;
        let between = ((between - (count - 1.0) * within) / scale.max(1.0)).max(1e-9);
        (within / between).clamp(WEIGHT[0], WEIGHT[1])
    }
}

/// Days between rising distinct days.
pub fn gaps(days: &[i32]) -> Vec<f64> {
    days.windows(2)
        .map(|two| f64::from(two[1] - two[0]))
        .collect()
}

/// Intervals between purchases in one category, by category and of all.
pub fn cycles(orders: &[Order], categories: &Categories, zone: i32) -> (Vec<Intervals>, Intervals) {
    let mut by_category = vec![Intervals::default(); categories.names.len()];
    let mut all = Intervals::default();
    for orders in orders.chunk_by(|a, b| a.shopper == b.shopper) {
        let mut days: BTreeMap<u16, Vec<i32>> = BTreeMap::new();
        for order in orders {
            let today = day(order.time, zone);
            for &item in &order.items {
                for category in categories.upward(categories.of[item as usize]) {
                    let days = days.entry(category).or_default();
                    if days.last() != Some(&today) {
                        days.push(today);
                    }
                }
            }
        }
        for (category, days) in days {
            let gaps = gaps(&days);
            by_category[usize::from(category)].add(&gaps);
            all.add(&gaps);
        }
    }
    (by_category, all)
}

/// Deciles of the prices of each category's own items; zeros where too few have a price.
pub fn deciles(goods: &Goods, categories: &Categories) -> Vec<f32> {
    let mut prices: Vec<Vec<f32>> = vec![Vec::new(); categories.names.len()];
    for (product, category) in goods.products.iter().zip(&categories.of) {
        let price = product
            .and_then(|product| product.price)
            .filter(|price| *price > 0.0);
        if let Some(price) = price.filter(|_| *category != NONE) {
            prices[usize::from(*category)].push(price);
        }
    }
    let mut all = Vec::with_capacity(prices.len() * DECILES);
    for mut prices in prices {
        prices.sort_by(f32::total_cmp);
        for n in 1..=DECILES {
            let quantile = match prices.len() {
                few if few < PRICED => 0.0,
                many => {
                    let at = (many - 1) as f32 * n as f32 / (DECILES + 1) as f32;
                    let (low, part) = (at as usize, at.fract());
                    let next = prices[(low + 1).min(many - 1)];
                    prices[low] + (next - prices[low]) * part
                }
            };
            all.push(quantile);
        }
    }
    all
}

/// Four cuts into fifths; `None` of nothing.
pub fn quintiles(mut values: Vec<f64>) -> Option<[f64; 4]> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some([1, 2, 3, 4].map(|n| values[last * n / 5]))
}
