//! The time between two purchases as a gamma distribution, with what is usual for the category as prior.
//!
//! Mean and variance are those of the observed intervals and of `weight` intervals of the prior pooled; shape and scale
//! follow by moments. A regular buyer has a large shape. It does not say whether the shopper still buys at all.

use crate::codec::{Reader, put_float};
use crate::shopper::special::{gamma_below, gamma_quantile};

/// What is usual: of intervals in days, counted as so many observations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    /// Mean in days.
    pub mean: f64,
    /// Variance in days².
    pub variance: f64,
    /// Number of observations that it counts for.
    pub weight: f64,
}

/// Count, mean and squared deviations of intervals, updated one by one (Welford 1962).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// Number of intervals.
    pub count: f64,
    /// Mean in days.
    pub mean: f64,
    /// Sum of squared deviations from the mean.
    pub squares: f64,
}

/// The distribution of the next interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Mean in days.
    pub mean: f64,
    /// Variance in days².
    pub variance: f64,
}

/// The least coefficient of variation: nobody shops by the clock.
const REGULAR: f64 = 0.1;

impl Moments {
    /// Adds an interval.
    pub fn add(&mut self, value: f64) {
        self.count += 1.0;
        let away = value - self.mean;
        self.mean += away / self.count;
        self.squares += away * (value - self.mean);
    }

    /// Moments of some intervals.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Moments {
        let mut moments = Moments::default();
        for value in values {
            moments.add(value);
        }
        moments
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        for value in [self.count, self.mean, self.squares] {
            put_float(out, value);
        }
    }

    pub(crate) fn decode(reader: &mut Reader) -> Moments {
        let moments = Moments {
            count: reader.float(),
            mean: reader.float(),
            squares: reader.float(),
        };
        reader.require(moments.count >= 0.0 && moments.mean >= 0.0 && moments.squares >= 0.0);
        moments
    }
}

impl Prior {
    /// A prior that says something: `None` for numbers that no category has.
    pub fn checked(mean: f64, variance: f64, weight: f64) -> Option<Prior> {
        let sound = mean > 0.0 && mean <= 1e5 && variance > 0.0 && variance <= 1e10;
        (sound && weight > 0.0 && weight <= 1e3).then_some(Prior {
            mean,
            variance,
            weight,
        })
    }

    /// Prior and observations pooled.
    pub fn pooled(&self, seen: &Moments) -> Interval {
        let (w, n) = (self.weight, seen.count);
        let away = seen.mean - self.mean;
        let between = w * n / (w + n) * away * away;
        Interval {
            mean: (w * self.mean + n * seen.mean) / (w + n),
            variance: (w * self.variance + seen.squares + between) / (w + n),
        }
    }
}

impl Interval {
    /// Of the shopper's own intervals, where nothing is known of the category: at least two, as irregular as intervals
    /// usually are (a coefficient of variation of one half) until there are more.
    pub fn own(seen: &Moments) -> Option<Interval> {
        if seen.count < 2.0 || seen.mean <= 0.0 {
            return None;
        }
        let half = seen.mean / 2.0;
        let prior = Prior::checked(seen.mean, half * half, 2.0)?;
        Some(prior.pooled(seen))
    }

    /// Shape and scale.
    pub fn shape(&self) -> (f64, f64) {
        let least = REGULAR * self.mean;
        let variance = self.variance.max(least * least);
        (self.mean * self.mean / variance, variance / self.mean)
    }

    /// The interval after buying `factor` times as much as usual.
    pub fn scaled(&self, factor: f64) -> Interval {
        Interval {
            mean: self.mean * factor,
            variance: self.variance * factor * factor,
        }
    }

    /// The probability that it is over by `days`.
    pub fn below(&self, days: f64) -> f64 {
        let (k, theta) = self.shape();
        gamma_below(k, days / theta)
    }

    /// The probability that the purchase comes within `more` days, given that it has not by `elapsed`.
    pub fn within(&self, elapsed: f64, more: f64) -> f64 {
        let left = 1.0 - self.below(elapsed);
        if left < 1e-9 {
            // Beyond all that was ever seen: nothing is known but that it is overdue.
            return 1.0;
        }
        ((self.below(elapsed + more) - (1.0 - left)) / left).clamp(0.0, 1.0)
    }

    /// The day by which the purchase comes with probability `p`, given that it has not by `elapsed`; counted from the
    /// last purchase.
    pub fn day(&self, elapsed: f64, p: f64) -> f64 {
        let (k, theta) = self.shape();
        let passed = self.below(elapsed);
        let at = theta * gamma_quantile(k, passed + p * (1.0 - passed));
        at.max(elapsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_reference_buyer_is_drawn_to_the_category_as_reckoned() {
        let prior = Prior::checked(10.0, 36.0, 3.0).unwrap();
        let interval = prior.pooled(&Moments::of([7.0; 4]));
        assert!((interval.mean - 8.286).abs() < 5e-4);
        assert!((interval.variance - 17.63).abs() < 5e-3);
        let (k, theta) = interval.shape();
        assert!((k - 3.894).abs() < 5e-4 && (theta - 2.128).abs() < 5e-4);
        assert_eq!(
            prior.pooled(&Moments::default()),
            Interval {
                mean: 10.0,
                variance: 36.0
            }
        );
        assert_eq!(Prior::checked(0.0, 36.0, 3.0), None);
        assert_eq!(Prior::checked(f64::NAN, 36.0, 3.0), None);
    }

    proptest! {
        #[test]
        fn moments_are_those_of_all_values_at_once(values in prop::collection::vec(0f64..500.0, 1..60)) {
            let moments = Moments::of(values.iter().copied());
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            prop_assert!((moments.mean - mean).abs() < 1e-9 && (moments.squares - squares).abs() < 1e-6);
        }

        #[test]
        fn probabilities_are_of_one_distribution(mean in 0.5f64..200.0, cv in 0.05f64..2.0, elapsed in 0f64..300.0, more in 0f64..300.0, p in 0.05f64..0.95) {
            let interval = Interval { mean, variance: (mean * cv).powi(2) };
            let within = interval.within(elapsed, more);
            prop_assert!((0.0..=1.0).contains(&within));
            prop_assert!(interval.within(elapsed, more + 1.0) >= within - 1e-9);
            if interval.below(elapsed) < 0.999 {
                let day = interval.day(elapsed, p);
                prop_assert!((interval.within(elapsed, day - elapsed) - p).abs() < 1e-6);
            }
        }
    }
}
