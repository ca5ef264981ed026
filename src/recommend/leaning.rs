//! How much a shopper leans to each category and brand of the model now open.

use crate::shop::Model;
use crate::shopper::{Interests, Shopper};

/// The shopper's lean to every category and brand of the model, as shares of the whole.
pub(super) struct Leaning {
    categories: Vec<f32>,
    brands: Vec<f32>,
    /// No item has more.
    pub(super) most: f32,
}

/// A brand counts for this part of a category.
const BRAND: f32 = 0.5;

impl Leaning {
    pub(super) fn of(model: &Model, shopper: &Shopper, personal: bool, now: i64) -> Leaning {
        let shares = |count: usize, interests: &Interests| {
            let mut shares = vec![0.0; if personal { count } else { 0 }];
            let mut total = 0.0;
            for interest in interests.iter() {
                let (short, long) = interest.at(now);
                let strength = (short + long) as f32;
                total += strength;
                if let Some(share) = interest
                    .number
                    .and_then(|number| shares.get_mut(usize::from(number)))
                {
                    *share += strength;
                }
            }
            if total > 0.0 {
                shares.iter_mut().for_each(|share| *share /= total);
            }
            shares
        };
        let categories = shares(model.categories(), shopper.categories());
        let brands = shares(model.brands(), shopper.brands());
        let most = |shares: &[f32]| shares.iter().copied().fold(0.0, f32::max);
        Leaning {
            most: most(&categories) + BRAND * most(&brands),
            categories,
            brands,
        }
    }

    pub(super) fn category(&self, model: &Model, item: u32) -> f32 {
        share(&self.categories, model.category(item))
    }

    pub(super) fn brand(&self, model: &Model, item: u32) -> f32 {
        BRAND * share(&self.brands, model.brand(item))
    }
}

fn share(shares: &[f32], number: Option<u16>) -> f32 {
    let share = number.and_then(|number| shares.get(usize::from(number)));
    share.copied().unwrap_or(0.0)
}
