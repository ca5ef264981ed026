//! Affinity of the shopper to each category and brand of the model, as shares of the whole.

use crate::recommend::filter::settled::Settled;
use crate::shop::Model;
use crate::shopper::{Interests, Shopper};

pub(crate) struct Affinity {
    categories: Vec<f32>,
    brands: Vec<f32>,
    fresh: f32,
    /// No item has more.
    pub most: f32,
}

/// A brand counts for this part of a category.
const BRAND: f32 = 0.5;

impl Affinity {
    pub fn of(
        model: &Model,
        shopper: &Shopper,
        personal: bool,
        now: i64,
        settled: &Settled,
    ) -> Affinity {
        let shares = |count: usize, interests: &Interests, settled: Option<&Settled>| {
            let mut shares = vec![0.0; if personal { count } else { 0 }];
            let mut total = 0.0;
            for interest in interests.iter() {
                let bought = settled.zip(interest.number);
                let bought = bought.and_then(|(settled, number)| settled.bought(number));
                let strength = match bought {
                    // What was wanted before the order is there; only looks after it count.
                    Some(bought) => looks(model, shopper, interest.number, bought),
                    None => {
                        let (short, long) = interest.at(now);
                        (short + long) as f32
                    }
                };
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
        let settled = Some(settled).filter(|settled| !settled.is_empty());
        let categories = shares(model.categories(), shopper.categories(), settled);
        let brands = shares(model.brands(), shopper.brands(), None);
        let most = |shares: &[f32]| shares.iter().copied().fold(0.0, f32::max);
        let fresh = 1.0 + model.fresh();
        Affinity {
            most: fresh * most(&categories) + BRAND * most(&brands),
            categories,
            brands,
            fresh,
        }
    }

    /// To the item's category, raised where the item is new.
    pub fn category(&self, model: &Model, item: u32) -> f32 {
        let share = share(&self.categories, model.category(item));
        if self.fresh > 1.0 && share > 0.0 && model.is_new(item) {
            self.fresh * share
        } else {
            share
        }
    }

    pub fn brand(&self, model: &Model, item: u32) -> f32 {
        BRAND * share(&self.brands, model.brand(item))
    }
}

/// How many looks there were at a category after a time.
fn looks(model: &Model, shopper: &Shopper, category: Option<u16>, after: i64) -> f32 {
    let mut looks = 0.0;
    for viewed in shopper.recent() {
        let own = viewed.item.and_then(|item| model.category(item));
        if viewed.time > after && own == category {
            looks += viewed.count as f32;
        }
    }
    looks
}

fn share(shares: &[f32], number: Option<u16>) -> f32 {
    let share = number.and_then(|number| shares.get(usize::from(number)));
    share.copied().unwrap_or(0.0)
}
