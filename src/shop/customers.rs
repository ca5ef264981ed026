//! Parameters of the customer models, and of seasons, in the model: for the full edition.
//!
//! Parameters of the customer models, intervals between purchases by category, quantiles of prices, the festival
//! calendar, and what items gain in a scene. All optional; `docs/model-format.md` gives them. Nothing of it is about one
//! customer.

use core::ops::Range;

use super::open::Opening;
use super::rows::Ragged;
use super::safetensors::Dtype;
use super::{Model, f32_at};

/// Quantiles of the price of a category: the tenth to the ninetieth hundredth.
pub const DECILES: usize = 9;

/// Numbers of the model's metadata, and how many each has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fitted {
    /// r, α, a, b of BG/NBD, in days.
    Activity,
    /// p, q, γ of gamma-gamma.
    Spend,
    /// Four cuts each of days, orders and spend.
    Rfm,
    /// Mean, variance and weight of intervals between trips, in days.
    Interval,
    /// The same of purchases in one category, of all categories.
    Cycle,
}

/// Their keys in `__metadata__`.
pub const FITTED: [(&str, usize); 5] = [
    ("customers.activity", 4),
    ("customers.spend", 3),
    ("customers.rfm", 12),
    ("customers.interval", 3),
    ("customers.cycle", 3),
];

/// Where it lies in the file.
#[derive(Debug, Default)]
pub(super) struct Parts {
    fitted: [Vec<f32>; FITTED.len()],
    cycle: Range<usize>,
    price: Range<usize>,
    segments: Range<usize>,
    festivals: Range<usize>,
    item_scene: Ragged,
    category_scene: Ragged,
}

impl Opening<'_> {
    pub(super) fn customers(&mut self, items: usize, categories: usize, parts: &mut Parts) {
        for (&(key, count), to) in FITTED.iter().zip(&mut parts.fitted) {
            let mut numbers = vec![0.0; count];
            if self.decimals(key, [0.0, 1e12], &mut numbers) {
                *to = numbers;
            }
        }
        parts.cycle = self.column("category.cycle", Dtype::F32, Some(2 * categories));
        parts.price = self.column("category.price", Dtype::F32, Some(DECILES * categories));
        parts.segments = self.column("customers.segments", Dtype::F32, None);
        parts.festivals = self.column("festivals", Dtype::U8, None);
        parts.item_scene = self.ragged("item.scene", false, Some(items));
        parts.category_scene = self.ragged("category.scene", false, Some(categories));
    }
}

impl Model {
    /// The numbers that were fitted, where they were.
    pub fn fitted(&self, what: Fitted) -> Option<&[f32]> {
        let numbers = &self.customers.fitted[what as usize];
        (!numbers.is_empty()).then_some(numbers)
    }

    /// Mean and variance in days of the interval between two purchases of a category; of the nearest above it that has
    /// them.
    pub fn category_cycle(&self, category: u16) -> Option<[f32; 2]> {
        let column = &self.customers.cycle;
        let row = usize::from(category);
        if row < column.len() / 8 {
            let at = |n| f32_at(&self.file, column.start, 2 * row + n);
            let (mean, variance) = (at(0), at(1));
            if mean > 0.0 && mean <= 1e5 && variance > 0.0 && variance <= 1e10 {
                return Some([mean, variance]);
            }
        }
        self.category_cycle(self.category_parent(category)?)
    }

    /// The share of a category's items that cost less, 0–1, between the quantiles by interpolation; `None` where the
    /// category has none.
    pub fn price_percentile(&self, category: u16, price: f32) -> Option<f32> {
        let column = &self.customers.price;
        let row = usize::from(category);
        if row >= column.len() / 4 / DECILES || !(0.0..=f32::MAX).contains(&price) {
            return None;
        }
        let quantile = |n: usize| f32_at(&self.file, column.start, row * DECILES + n);
        let (least, most) = (quantile(0), quantile(DECILES - 1));
        let sound = least > 0.0 && most <= f32::MAX && least <= most;
        if !sound {
            return None;
        }
        let step = 1.0 / (DECILES + 1) as f32;
        let (mut below, mut equal) = (0, 0);
        for n in 0..DECILES {
            below += usize::from(quantile(n) < price);
            equal += usize::from(quantile(n) == price);
        }
        if equal > 0 {
            // Several quantiles are this price: the middle of them.
            return Some((below as f32 + (equal + 1) as f32 / 2.0) * step);
        }
        Some(if below == 0 {
            price / least * step
        } else if below == DECILES {
            // Beyond the ninth: as far as twice its price.
            (DECILES as f32 + ((price - most) / most).min(1.0)) * step
        } else {
            let (low, high) = (quantile(below - 1), quantile(below));
            (below as f32 + (price - low) / (high - low)) * step
        })
    }

    /// The percentile of an item's own price in its leaf category.
    pub fn item_percentile(&self, item: u32) -> Option<f32> {
        self.price_percentile(self.category(item)?, self.price(item)?)
    }

    /// The numbers of the segments of customers; empty where there are none.
    pub fn segments(&self) -> Vec<f32> {
        let column = &self.customers.segments;
        let at = |n| f32_at(&self.file, column.start, n);
        (0..column.len() / 4).map(at).collect()
    }

    /// The lines of the festival calendar; empty where there is none.
    pub fn festivals(&self) -> &str {
        let bytes = self.file.get(self.customers.festivals.clone());
        core::str::from_utf8(bytes.unwrap_or(&[])).unwrap_or("")
    }

    /// What an item gains in scenes, as pairs of feature and code; that of its category, or of one above it, where the
    /// item has none of its own.
    pub fn scene_row(&self, item: u32) -> &[u8] {
        let own = self.customers.item_scene.get(&self.file, item as usize);
        if !own.is_empty() {
            return own;
        }
        let mut category = self.category(item);
        while let Some(one) = category {
            let row = self.customers.category_scene.get(&self.file, one.into());
            if !row.is_empty() {
                return row;
            }
            category = self.category_parent(one);
        }
        &[]
    }

    /// Whether anything is said of scenes.
    pub fn has_scenes(&self) -> bool {
        let parts = &self.customers;
        parts.item_scene.len() + parts.category_scene.len() > 0
    }

    pub(super) fn scene_rows(&self) -> [(&'static str, &Ragged); 2] {
        let parts = &self.customers;
        [
            ("item.scene", &parts.item_scene),
            ("category.scene", &parts.category_scene),
        ]
    }
}
