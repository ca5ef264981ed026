//! Which arm suits a shopper: Thompson sampling on a Bayesian logit of conversion, times revenue less discount.
//!
//! The shop trains the posterior on pooled logs (`tillside lab offers`) and publishes its mean and the Cholesky factor of its
//! covariance; a page makes [`DRAWS`] weight vectors of it, always the same ones (ensemble sampling, Lu & Van Roy 2017). An
//! arm's probability is the share of them in which it is worth most, mixed with a floor for every arm that is possible.
//! One keyed uniform number then chooses, as [`super::offer`] does. So every probability is a count and not an integral:
//! what is logged is exactly what the arm was chosen with, natively and in the page, and no arm is ever impossible to
//! estimate. A plain Thompson draw per shopper has no closed form where arms share weights, and a softmax of means does
//! not explore where little is known.
//!
//! The context is seven numbers of behaviour and of the cart, [`FEATURES`]. It deliberately has nothing that a shopper
//! declared, no fact about a member, no tag, no place and no device. The context chooses among arms, and never which arms
//! are possible: with the same cart the largest benefit in reach is the same for everybody.

use super::draw::{Random, mix};
use super::offer::{Arm, MAX_ARMS};
use crate::natural::exp;

/// Numbers of a context, in the order of the weights.
pub const FEATURES: [&str; 7] = [
    "hesitation",
    "purchase",
    "price",
    "fresh",
    "lapsed",
    "mature",
    "cart",
];
/// A level and the context.
const WIDE: usize = FEATURES.len() + 1;
/// Weights of the logit: of the context alone, of any discount, and of the discount's share.
pub const WEIGHTS: usize = 3 * WIDE;
/// Numbers of the lower triangle of the covariance's factor.
pub const LOWER: usize = WEIGHTS * (WEIGHTS + 1) / 2;
/// Weight vectors that stand for the posterior.
pub const DRAWS: usize = 64;
/// A share of the subtotal of which the weights of discounts are said.
const UNIT: f64 = 0.2;

/// Regression weights: intercept, any discount, size of the discount, each by itself and with every feature.
pub type Weights = [f64; WEIGHTS];

/// What is known of a shopper and a cart; each number about 0 where nothing is known, and within 2.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Context(pub [f64; FEATURES.len()]);

/// What behaviour says of a shopper; all missing where nothing may be known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Behaviour<'a> {
    /// 0–1, as `intent` answers.
    pub hesitation: Option<f64>,
    /// Probability that the visit ends in a purchase, 0–1.
    pub purchase: Option<f64>,
    /// 0–1, as `taste` answers of promotions.
    pub price: Option<f64>,
    /// As `stage` answers.
    pub stage: &'a str,
}

impl Context {
    /// `typical` is the subtotal of a typical cart, in the unit of `subtotal`.
    pub fn of(behaviour: Behaviour, subtotal: f64, typical: f64) -> Context {
        let around = |value: Option<f64>| value.map_or(0.0, |value| 2.0 * value - 1.0);
        let among = |names: &[&str]| f64::from(u8::from(names.contains(&behaviour.stage)));
        let cart = match subtotal > 0.0 && typical > 0.0 {
            true => libm::log(subtotal / typical).clamp(-2.0, 2.0),
            false => 0.0,
        };
        Context([
            around(behaviour.hesitation),
            around(behaviour.purchase),
            around(behaviour.price),
            among(&["prospect", "new"]),
            among(&["dormant", "churned"]),
            among(&["mature", "won_back"]),
            cart,
        ])
    }

    /// The regressors of a discount, which is this share of the subtotal.
    pub fn regressors(&self, share: f64) -> Weights {
        let any = f64::from(u8::from(share > 0.0));
        let mut row = [0.0; WEIGHTS];
        for (part, times) in [1.0, any, share / UNIT].into_iter().enumerate() {
            row[part * WIDE] = times;
            for (n, value) in self.0.iter().enumerate() {
                row[part * WIDE + 1 + n] = times * value;
            }
        }
        row
    }
}

/// An arm's discount on a cart as a share of its subtotal.
pub fn share(discount: i64, subtotal: i64) -> f64 {
    match subtotal > 0 {
        true => discount as f64 / subtotal as f64,
        false => 0.0,
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp((-x).clamp(-700.0, 700.0)))
}

/// The probability of a purchase by these weights.
pub fn conversion(weights: &Weights, row: &Weights) -> f64 {
    let sum: f64 = weights.iter().zip(row).map(|(a, b)| a * b).sum();
    logistic(sum)
}

/// What the shop learned from its logs.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// Version of the policy, as reports name it.
    pub version: String,
    /// The subtotal of a typical cart, in minor units.
    pub cart: f64,
    /// What a purchase counts for at most, in minor units: one odd cart decides nothing.
    pub cap: f64,
    /// Posterior mean of the weights.
    pub mean: Weights,
    draws: Vec<Weights>,
}

impl Posterior {
    /// `lower` is the lower triangle of the covariance's factor, row by row.
    pub fn new(
        version: String,
        (cart, cap): (f64, f64),
        mean: Weights,
        lower: &[f64; LOWER],
    ) -> Posterior {
        let mut draws = Vec::with_capacity(DRAWS);
        for n in 0..DRAWS as u64 / 2 {
            let mut random = Random(mix(n + 1));
            let mut normal = [0.0; WEIGHTS];
            normal.fill_with(|| random.normal());
            // Each with its mirror image, so that their mean is the posterior's.
            for way in [1.0, -1.0] {
                let mut weights = mean;
                let mut from = 0;
                for (row, weight) in weights.iter_mut().enumerate() {
                    let factors = &lower[from..=from + row];
                    let step: f64 = factors.iter().zip(&normal).map(|(a, b)| a * b).sum();
                    *weight += way * step;
                    from += row + 1;
                }
                draws.push(weights);
            }
        }
        Posterior {
            version,
            cart,
            cap,
            mean,
            draws,
        }
    }

    /// With which probability each possible arm is chosen: the share of draws in which it is worth most, and at least
    /// `floor`. `cap` is what a purchase counts for at most.
    pub fn shares(
        &self,
        context: &Context,
        arms: &[Arm],
        possible: &[usize],
        (subtotal, cap): (i64, f64),
        floor: f64,
    ) -> Vec<f64> {
        let parts = context.regressors(UNIT);
        let revenue = (subtotal as f64).min(cap);
        let mut offers = Vec::with_capacity(possible.len());
        for &at in possible.iter().take(MAX_ARMS) {
            let discount = arms[at].benefit.of(subtotal);
            let share = share(discount, subtotal) / UNIT;
            offers.push((share, revenue - discount as f64));
        }
        let mut best = vec![0u32; offers.len()];
        for weights in &self.draws {
            let dot = |part: usize| -> f64 {
                let of = part * WIDE..(part + 1) * WIDE;
                let pairs = weights[of.clone()].iter().zip(&parts[of]);
                pairs.map(|(a, b)| a * b).sum()
            };
            let (base, any, slope) = (dot(0), dot(1), dot(2));
            let (mut most, mut place) = (f64::NEG_INFINITY, 0);
            for (at, (share, net)) in offers.iter().enumerate() {
                let lift = match *share > 0.0 {
                    true => any + slope * share,
                    false => 0.0,
                };
                let worth = logistic(base + lift) * net;
                if worth > most {
                    (most, place) = (worth, at);
                }
            }
            if let Some(count) = best.get_mut(place) {
                *count += 1;
            }
        }
        let floor = floor.min(1.0 / best.len().max(1) as f64);
        let free = 1.0 - floor * best.len() as f64;
        let mixed = |count: &u32| floor + free * f64::from(*count) / DRAWS as f64;
        best.iter().map(mixed).collect()
    }
}

#[cfg(test)]
mod tests;
