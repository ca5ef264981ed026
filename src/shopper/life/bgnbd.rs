//! Probability of being alive and expected purchases: BG/NBD (Fader, Hardie & Lee, Marketing Science 2005) in closed
//! form.
//!
//! While alive a customer buys as a Poisson process of a rate that differs between customers as a gamma distribution
//! (r, α); after each purchase they leave for good with a chance that differs as a beta distribution (a, b). Time has the
//! unit of the fitted parameters.
//!
//! One-time buyers have P(alive) = 1 under this model, since it lets nobody leave before a second purchase: their state is
//! told by the days since the purchase instead, see [`super::churn`].

use super::Wrong;
use crate::shopper::special::{hypergeometric, ln_gamma};

/// Fitted to a shop's order history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BgNbd {
    /// Shape of the gamma distribution of purchase rates.
    pub r: f64,
    /// Rate of that distribution, in days.
    pub alpha: f64,
    /// First parameter of the beta distribution of dropping out.
    pub a: f64,
    /// Second parameter of that distribution.
    pub b: f64,
}

/// What the model knows of one customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Purchases {
    /// Purchases after the first.
    pub repeats: f64,
    /// From the first purchase to the last.
    pub recency: f64,
    /// From the first purchase to now.
    pub age: f64,
}

/// Bounds of each parameter: what a fit outside of them says of a shop is that it has too little history.
pub const RANGE: [f64; 2] = [1e-4, 1e6];

/// The least mean chance of leaving after a purchase that P(alive) is asked at.
const LEAVING: f64 = 1e-4;

impl Purchases {
    /// # Errors
    /// [`Wrong`] for numbers that no history has.
    pub fn checked(repeats: f64, recency: f64, age: f64) -> Result<Purchases, Wrong> {
        if !(repeats.is_finite() && recency.is_finite() && age.is_finite()) {
            Err(Wrong::Number)
        } else if repeats < 0.0 {
            Err(Wrong::Count)
        } else if recency < 0.0 || repeats == 0.0 && recency > 0.0 || age < recency {
            Err(Wrong::Order)
        } else {
            Ok(Purchases {
                repeats,
                recency,
                age,
            })
        }
    }
}

impl BgNbd {
    /// Parameters in [`RANGE`].
    pub fn checked([r, alpha, a, b]: [f64; 4]) -> Option<BgNbd> {
        let fits = |value: &f64| (RANGE[0]..=RANGE[1]).contains(value);
        [r, alpha, a, b]
            .iter()
            .all(fits)
            .then_some(BgNbd { r, alpha, a, b })
    }

    /// Whether customers leave at all: of a short history the fit may say that nobody does, and then P(alive) tells nobody
    /// from another.
    pub fn leaves(&self) -> bool {
        self.a >= LEAVING * (self.a + self.b)
    }

    /// `a/(b+x−1) · ((α+T)/(α+t_x))^(r+x)`, the odds of having left; 0 for one-time buyers.
    fn odds_left(&self, seen: &Purchases) -> f64 {
        let x = seen.repeats;
        if x == 0.0 {
            return 0.0;
        }
        let silence = libm::log((self.alpha + seen.age) / (self.alpha + seen.recency));
        // A posterior beyond e^700 is as certain as one of it.
        let exponent = libm::log(self.a / (self.b + x - 1.0)) + (self.r + x) * silence;
        libm::exp(exponent.min(700.0))
    }

    /// The probability that the customer has not left.
    pub fn alive(&self, seen: &Purchases) -> f64 {
        1.0 / (1.0 + self.odds_left(seen))
    }

    /// The probability of at least one purchase within `time` from now.
    pub fn buys_within(&self, seen: &Purchases, time: f64) -> f64 {
        let past = self.alpha + seen.age;
        let none = (self.r + seen.repeats) * libm::log(past / (past + time));
        self.alive(seen) * (1.0 - libm::exp(none))
    }

    /// Expected purchases within `time` from now.
    ///
    /// With z = t/(α+T+t), the factor `((α+T)/(α+T+t))^(r+x) ₂F₁(r+x, b+x; a+b+x−1; z)` of the paper's (10) is
    /// `(1−z)^(a−1) ₂F₁(a+b−1−r, a−1; a+b+x−1; z)` by Euler's transformation, whose terms stay small for any number of
    /// purchases.
    pub fn expected(&self, seen: &Purchases, time: f64) -> f64 {
        if time <= 0.0 {
            return 0.0;
        }
        let x = seen.repeats;
        // At a = 1 both sides of the fraction vanish; the limit is as near as a floating-point number tells.
        let a = if (self.a - 1.0).abs() < 1e-6 {
            1.0 + 1e-6
        } else {
            self.a
        };
        let z = time / (self.alpha + seen.age + time);
        let c = a + self.b + x - 1.0;
        let kept = crate::natural::pow(1.0 - z, a - 1.0);
        let ratio = if c > 0.0 {
            kept * hypergeometric(a + self.b - 1.0 - self.r, a - 1.0, c, z)
        } else {
            // Only for x = 0 and a + b < 1, where the series has no such form.
            return self.expected_by_steps(seen, time);
        };
        let gross = c / (a - 1.0) * (1.0 - ratio);
        (gross / (1.0 + self.odds_left(seen))).max(0.0)
    }

    /// The integral of the purchase rate of one-time buyers, `a + b < 1`: E[λ·P(alive)] has no closed form that a series
    /// of positive order gives, so Simpson's rule over the beta of leaving is taken.
    fn expected_by_steps(&self, seen: &Purchases, time: f64) -> f64 {
        // Given p, expected purchases are (1 − ((α+T)/(α+T+p·t))^(r+x)) / p; p = u^(1/a) evens out the density at 0.
        const STEPS: u32 = 2000;
        let (past, x) = (self.alpha + seen.age, seen.repeats);
        let shape = self.r + x;
        let beta = ln_gamma(self.a) + ln_gamma(self.b + x) - ln_gamma(self.a + self.b + x);
        let (mut sum, mut weight) = (0.0, 0.0);
        for n in 0..STEPS {
            let u = (f64::from(n) + 0.5) / f64::from(STEPS);
            let p = crate::natural::pow(u, 1.0 / self.a);
            // Midpoints of u, weighed by (1 − p)^(b+x−1)/a: the density of the beta over that of u.
            let density = libm::exp((self.b + x - 1.0) * libm::log1p(-p) - beta) / self.a;
            let none = shape * libm::log(past / (past + p * time));
            sum += density * -libm::expm1(none) / p;
            weight += density;
        }
        sum / weight * self.alive(seen)
    }

    /// The log-likelihood of one customer, for fitting.
    pub fn log_likelihood(&self, seen: &Purchases) -> f64 {
        let BgNbd { r, alpha, a, b } = *self;
        let x = seen.repeats;
        let rate = ln_gamma(r + x) - ln_gamma(r) + r * libm::log(alpha);
        let leave = ln_gamma(a + b) + ln_gamma(b + x) - ln_gamma(b) - ln_gamma(a + b + x);
        let stays = -(r + x) * libm::log(alpha + seen.age);
        let together = if x == 0.0 {
            stays
        } else {
            let left = libm::log(a / (b + x - 1.0)) - (r + x) * libm::log(alpha + seen.recency);
            let most = stays.max(left);
            most + libm::log(libm::exp(stays - most) + libm::exp(left - most))
        };
        rate + leave + together
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The paper's parameters for the CDNOW customers; time in weeks.
    const CDNOW: BgNbd = BgNbd {
        r: 0.243,
        alpha: 4.414,
        a: 0.793,
        b: 2.426,
    };

    fn six_digits(found: f64, expected: f64) {
        assert!(
            (found - expected).abs() < 5e-7,
            "{found} instead of {expected}"
        );
    }

    #[test]
    fn the_published_customers_are_as_alive_as_published() {
        let seen = |x, recency| Purchases::checked(x, recency, 38.86).unwrap();
        six_digits(CDNOW.alive(&seen(2.0, 30.43)), 0.726579);
        six_digits(CDNOW.expected(&seen(2.0, 30.43), 39.0), 1.226028);
        six_digits(CDNOW.alive(&seen(1.0, 1.71)), 0.212101);
        six_digits(CDNOW.alive(&seen(10.0, 30.0)), 0.579634);
        assert_eq!(CDNOW.alive(&seen(0.0, 0.0)), 1.0);
        six_digits(CDNOW.expected(&seen(0.0, 0.0), 39.0), 0.195098);
    }

    #[test]
    fn a_history_that_cannot_be_is_refused() {
        assert_eq!(Purchases::checked(2.0, 40.0, 38.0), Err(Wrong::Order));
        assert_eq!(Purchases::checked(-1.0, 1.0, 38.0), Err(Wrong::Count));
        assert_eq!(Purchases::checked(0.0, 1.0, 38.0), Err(Wrong::Order));
        assert_eq!(Purchases::checked(1.0, f64::NAN, 38.0), Err(Wrong::Number));
        assert_eq!(BgNbd::checked([0.2, -4.0, 0.8, 2.4]), None);
    }

    proptest! {
        #[test]
        fn answers_are_probabilities_and_counts(
            r in 0.01f64..20.0, alpha in 0.05f64..400.0, a in 0.01f64..20.0, b in 0.05f64..20.0,
            x in 0u32..200, age in 0f64..4000.0, part in 0f64..=1.0, time in 0f64..4000.0,
        ) {
            let model = BgNbd { r, alpha, a, b };
            let recency = if x == 0 { 0.0 } else { age * part };
            let seen = Purchases::checked(x.into(), recency, age).unwrap();
            let (alive, buys, expected) = (model.alive(&seen), model.buys_within(&seen, time), model.expected(&seen, time));
            prop_assert!((0.0..=1.0).contains(&alive));
            prop_assert!((0.0..=alive + 1e-12).contains(&buys));
            prop_assert!(expected.is_finite() && expected >= buys - 1e-6 * (1.0 + buys), "{} {}", expected, buys);
            prop_assert!(model.log_likelihood(&seen).is_finite());
            // More silence never makes anybody more alive.
            let later = Purchases::checked(x.into(), recency, age + 10.0).unwrap();
            prop_assert!(model.alive(&later) <= alive + 1e-12);
        }

        /// Given the chance of leaving p, which is beta(a, b + x) of who is alive, expected purchases are
        /// (1 − E[e^(−pλt)])/p: summed over p.
        #[test]
        fn expectation_is_the_integral_it_stands_for(
            r in 0.2f64..3.0, alpha in 1f64..20.0, a in 1.5f64..4.0, b in 1f64..6.0, x in 0u32..12, age in 1f64..100.0, time in 1f64..100.0,
        ) {
            let model = BgNbd { r, alpha, a, b };
            let recency = if x == 0 { 0.0 } else { age * 0.8 };
            let seen = Purchases::checked(x.into(), recency, age).unwrap();
            let x = f64::from(x);
            let beta = libm::lgamma(a) + libm::lgamma(b + x) - libm::lgamma(a + b + x);
            let steps = 20_000;
            let sum: f64 = (0..steps).map(|n| {
                let p = (f64::from(n) + 0.5) / f64::from(steps);
                let density = libm::exp((a - 1.0) * libm::log(p) + (b + x - 1.0) * libm::log1p(-p) - beta);
                let none = crate::natural::pow((alpha + age) / (alpha + age + p * time), r + x);
                density * (1.0 - none) / p / f64::from(steps)
            }).sum();
            let (found, summed) = (model.expected(&seen, time), sum * model.alive(&seen));
            prop_assert!((found - summed).abs() <= 1e-3 * found.max(0.01), "{} {}", found, summed);
        }
    }

    #[test]
    fn where_the_series_has_no_form_steps_take_over_at_the_same_value() {
        let seen = Purchases::checked(0.0, 0.0, 30.0).unwrap();
        let model = BgNbd {
            r: 0.5,
            alpha: 10.0,
            a: 0.4,
            b: 0.7,
        };
        let (series, steps) = (
            model.expected(&seen, 40.0),
            model.expected_by_steps(&seen, 40.0),
        );
        assert!((series - steps).abs() < 0.02 * series, "{series} {steps}");
    }
}
