//! Response to promotions: three measures, each 0–1, and their mean.
//!
//! * `conversion`: how much more often reduced items are bought than others, per view: the ratio of two beta-binomial
//!   rates with Jeffreys' prior (Gázquez-Abad & Sánchez-Pérez 2009 compare promoted and usual purchases so), as
//!   ρ/(1 + ρ), with a 90 % interval by the logarithm's standard error.
//! * `discount`: 0.8 × share of value that was discount + 0.2 × share of orders with one (Octolis).
//! * `reduced`: the share of lines bought reduced, with Laplace's prior.
//!
//! One more purchase at full price never raises any of them. Sensitivity sets no price and raises none. It shows fewer
//! coupons or a cheaper alternative, and is one of the numbers by which [`crate::act::policy`] chooses among the discounts
//! that everybody with the same cart can get.

use crate::codec::{Reader, put_uint};
use crate::shopper::profile::Totals;

/// Orders below which nothing is claimed.
pub const FEWEST: u32 = 3;
/// A normal distribution holds 90 % within so many standard deviations.
pub(super) const NINETY: f64 = 1.644_853_627;

/// Views and purchases of lines, reduced and not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promotion {
    /// Viewed lines: at full price, reduced.
    pub viewed: [u32; 2],
    /// Bought lines: at full price, reduced.
    pub bought: [u32; 2],
}

/// Response to promotions, each measure 0–1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sensitivity {
    /// Conversion at reduced against full prices.
    pub conversion: f64,
    /// 90 % interval of `conversion`.
    pub between: [f64; 2],
    /// Share of orders with a discount or coupon, and its depth.
    pub discount: f64,
    /// Share of reduced purchases.
    pub reduced: f64,
    /// The mean of all three.
    pub all: f64,
    /// Lines bought.
    pub evidence: u32,
}

impl Promotion {
    pub(super) fn view(&mut self, reduced: bool) {
        let count = &mut self.viewed[usize::from(reduced)];
        *count = count.saturating_add(1);
    }

    pub(super) fn buy(&mut self, reduced: bool) {
        let count = &mut self.bought[usize::from(reduced)];
        *count = count.saturating_add(1);
    }

    /// Successes and tries of an arm, with the prior: what was bought was seen at least once.
    fn arm(&self, reduced: bool) -> (f64, f64) {
        let at = usize::from(reduced);
        let bought = f64::from(self.bought[at]);
        let tried = f64::from(self.viewed[at].max(self.bought[at]));
        (bought + 0.5, tried + 1.0)
    }

    /// ln of the ratio of both rates, and its standard error.
    pub fn log_ratio(&self) -> (f64, f64) {
        let ((a1, n1), (a0, n0)) = (self.arm(true), self.arm(false));
        let ratio = libm::log(a1 / n1) - libm::log(a0 / n0);
        let variance = (1.0 / a1 - 1.0 / n1) + (1.0 / a0 - 1.0 / n0);
        (ratio, f64::sqrt(variance.max(0.0)))
    }

    /// What can be claimed with the sums of all orders; `None` below [`FEWEST`] of them.
    pub fn sensitivity(&self, orders: &Totals, reduced_orders: u32) -> Option<Sensitivity> {
        if orders.orders < FEWEST {
            return None;
        }
        let (ratio, error) = self.log_ratio();
        let [low, conversion, high] = [-NINETY, 0.0, NINETY].map(|z| {
            // ρ/(1 + ρ) of ρ = e^x.
            1.0 / (1.0 + libm::exp(-(ratio + z * error)))
        });
        let gross = orders.value + orders.discount;
        let value = if gross > 0.0 {
            orders.discount / gross
        } else {
            0.0
        };
        let count = f64::from(reduced_orders.min(orders.orders)) / f64::from(orders.orders);
        let discount = 0.8 * value + 0.2 * count;
        let lines = self.bought[0].saturating_add(self.bought[1]);
        let reduced = (f64::from(self.bought[1]) + 1.0) / (f64::from(lines) + 2.0);
        Some(Sensitivity {
            conversion,
            between: [low, high],
            discount,
            reduced,
            all: (conversion + discount + reduced) / 3.0,
            evidence: lines,
        })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        for count in self.viewed.iter().chain(&self.bought) {
            put_uint(out, (*count).into());
        }
    }

    pub(super) fn decode(reader: &mut Reader) -> Promotion {
        let mut two = || [reader.small(), reader.small()];
        Promotion {
            viewed: two(),
            bought: two(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn orders(count: u32, value: f64, discount: f64) -> Totals {
        let mut totals = Totals::default();
        (totals.orders, totals.value, totals.discount) = (count, value, discount);
        totals
    }

    #[test]
    fn measures_are_as_reckoned_by_hand() {
        let promotion = Promotion {
            viewed: [40, 10],
            bought: [4, 5],
        };
        let found = promotion.sensitivity(&orders(4, 80.0, 20.0), 2).unwrap();
        // (5.5/11) / (4.5/41) = 4.5556; 0.8·0.2 + 0.2·0.5; 6/11.
        assert!((found.conversion - 4.555_556 / 5.555_556).abs() < 1e-6);
        assert!((found.discount - 0.26).abs() < 1e-12);
        assert!((found.reduced - 6.0 / 11.0).abs() < 1e-12);
        assert!(found.between[0] < found.conversion && found.conversion < found.between[1]);
        assert_eq!(
            promotion.sensitivity(&orders(2, 80.0, 20.0), 2),
            None,
            "too few orders"
        );
    }

    #[test]
    fn intervals_cover_the_truth_as_often_as_they_say() {
        let mut state = 5u64;
        let mut uniform = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let (mut covered, all) = (0, 6000);
        for _ in 0..all {
            let rates = [0.1 + 0.3 * uniform(), 0.1 + 0.5 * uniform()];
            let mut promotion = Promotion::default();
            for n in 0..90 {
                let reduced = n % 3 == 0;
                promotion.view(reduced);
                if uniform() < rates[usize::from(reduced)] {
                    promotion.buy(reduced);
                }
            }
            let (ratio, error) = promotion.log_ratio();
            let truth = libm::log(rates[1] / rates[0]);
            covered += u32::from((ratio - truth).abs() <= NINETY * error);
        }
        let share = f64::from(covered) / f64::from(all);
        assert!((0.87..=0.93).contains(&share), "{share}");
    }

    proptest! {
        #[test]
        fn a_purchase_at_full_price_never_raises_sensitivity(
            viewed in prop::array::uniform2(0u32..200), bought in prop::array::uniform2(0u32..100),
            count in 3u32..50, value in 1f64..5000.0, share in 0f64..0.9, reduced in 0u32..50, price in 0f64..500.0, was_viewed: bool,
        ) {
            let mut promotion = Promotion { viewed, bought };
            let discount = value * share;
            let before = promotion.sensitivity(&orders(count, value, discount), reduced).unwrap();
            if was_viewed { promotion.view(false); }
            let viewed_only = promotion;
            promotion.buy(false);
            let after = promotion.sensitivity(&orders(count + 1, value + price, discount), reduced.min(count)).unwrap();
            let start = viewed_only.sensitivity(&orders(count, value, discount), reduced).unwrap();
            for (after, before) in [(after.conversion, start.conversion), (after.discount, before.discount), (after.reduced, before.reduced)] {
                prop_assert!(after <= before + 1e-12, "{} {}", after, before);
            }
            for part in [after.all, after.conversion, after.discount, after.reduced] { prop_assert!((0.0..=1.0).contains(&part)); }
        }
    }
}
