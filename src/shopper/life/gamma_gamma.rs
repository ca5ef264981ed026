//! Expected spend of an order: the gamma-gamma model (Fader & Hardie 2013).
//!
//! Spend differs from order to order as a gamma distribution (p, ν), whose ν differs between customers as a gamma
//! distribution (q, γ). The mean of a customer with few orders is drawn to that of all.

use super::Wrong;
use super::bgnbd::RANGE;
use crate::shopper::special::ln_gamma;

/// Gamma-gamma model of spend (Fader & Hardie 2013).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaGamma {
    /// Shape of one order's spend.
    pub p: f64,
    /// Shape of the distribution of its rate over customers.
    pub q: f64,
    /// Rate of that distribution.
    pub gamma: f64,
}

impl GammaGamma {
    /// Parameters in range, with a finite mean: q > 1.
    pub fn checked([p, q, gamma]: [f64; 3]) -> Option<GammaGamma> {
        let fits = |value: &f64| (RANGE[0]..=RANGE[1]).contains(value);
        (q > 1.0 && [p, q, gamma].iter().all(fits)).then_some(GammaGamma { p, q, gamma })
    }

    /// The expected spend of an order, given `orders` of this mean.
    ///
    /// # Errors
    /// [`Wrong`] for a negative count or mean.
    pub fn expected(&self, orders: f64, mean: f64) -> Result<f64, Wrong> {
        if !(orders.is_finite() && mean.is_finite()) {
            return Err(Wrong::Number);
        }
        if orders < 0.0 || mean < 0.0 {
            return Err(Wrong::Count);
        }
        let seen = self.p * orders;
        Ok(self.p * (self.gamma + orders * mean) / (seen + self.q - 1.0))
    }

    /// The log-likelihood of one customer with at least one order, for fitting.
    pub fn log_likelihood(&self, orders: f64, mean: f64) -> f64 {
        let GammaGamma { p, q, gamma } = *self;
        let shape = p * orders;
        ln_gamma(shape + q) - ln_gamma(shape) - ln_gamma(q)
            + q * libm::log(gamma)
            + (shape - 1.0) * libm::log(mean)
            + shape * libm::log(orders)
            - (shape + q) * libm::log(orders * mean + gamma)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_customers_spend_what_was_published() {
        let model = GammaGamma::checked([6.25, 3.74, 15.44]).unwrap();
        let spend = |orders, mean| model.expected(orders, mean).unwrap();
        assert!((spend(2.0, 22.35) - 24.6637).abs() < 5e-5);
        assert!((spend(0.0, 0.0) - 35.2190).abs() < 5e-5);
        assert!(
            (spend(1e6, 22.35) - 22.35).abs() < 1e-3,
            "many orders speak for themselves"
        );
        assert_eq!(model.expected(-1.0, 3.0), Err(Wrong::Count));
        assert_eq!(
            GammaGamma::checked([6.25, 1.0, 15.44]),
            None,
            "no finite mean"
        );
    }
}
