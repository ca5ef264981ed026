//! The posterior of a Bayesian logit of conversion: its mode by Newton's method, its covariance by Laplace's approximation.
//!
//! Fits the model that the page evaluates; the regressors are [`Context::regressors`]. The prior holds each weight
//! near 0, the discounts' weights more than the others: without evidence in the logs, every shopper responds alike to a discount.

use serde_json::{Value, json};
use tillside::act::offer::{Arm, Sums};
use tillside::act::policy::{Context, FEATURES, LOWER, WEIGHTS, Weights, conversion, share};

/// Newton's steps at most; a handful is usual.
const STEPS: usize = 50;
/// Variances of the prior: of the level, the context, the levels of discounts, and what the context does to them.
const LEVEL: f64 = 4.0;
const CONTEXT: f64 = 1.0;
const DISCOUNT: f64 = 1.0;
const MIXED: f64 = 0.5;
/// The quantile of what purchases brought that a purchase counts for at most.
const CAP: f64 = 0.99;

/// A decision, its cart and what came of it; money in minor units.
#[derive(Clone, Debug)]
pub struct Decision {
    pub unit: u32,
    /// The context without the cart, which depends on what a typical cart is.
    pub context: Context,
    pub sums: Sums,
    /// What the budget had left.
    pub left: Option<i64>,
    pub arm: usize,
    pub propensity: f64,
    pub converted: bool,
    /// What was paid within the window.
    pub net: f64,
}

/// What was learned.
#[derive(Clone, Debug)]
pub struct Fit {
    pub cart: f64,
    pub cap: f64,
    pub mean: Weights,
    pub lower: Box<[f64; LOWER]>,
}

type Square = Vec<[f64; WEIGHTS]>;

fn prior(weight: usize) -> f64 {
    let wide = FEATURES.len() + 1;
    match (weight / wide, weight % wide) {
        (0, 0) => LEVEL,
        (0, _) => CONTEXT,
        (_, 0) => DISCOUNT,
        (..) => MIXED,
    }
}

/// The lower factor of a symmetric positive definite matrix.
fn factor(matrix: &Square) -> Square {
    let mut lower = vec![[0.0; WEIGHTS]; WEIGHTS];
    for row in 0..WEIGHTS {
        for column in 0..=row {
            let known: f64 = (0..column).map(|n| lower[row][n] * lower[column][n]).sum();
            let rest = matrix[row][column] - known;
            lower[row][column] = match row == column {
                true => rest.max(1e-12).sqrt(),
                false => rest / lower[column][column],
            };
        }
    }
    lower
}

/// Solves for one right side with the factor of the matrix.
fn solve(lower: &Square, right: &Weights) -> Weights {
    let mut half = [0.0; WEIGHTS];
    for row in 0..WEIGHTS {
        let known: f64 = (0..row).map(|n| lower[row][n] * half[n]).sum();
        half[row] = (right[row] - known) / lower[row][row];
    }
    let mut found = [0.0; WEIGHTS];
    for row in (0..WEIGHTS).rev() {
        let known: f64 = (row + 1..WEIGHTS).map(|n| lower[n][row] * found[n]).sum();
        found[row] = (half[row] - known) / lower[row][row];
    }
    found
}

fn middle(mut values: Vec<f64>, quantile: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = ((values.len() as f64 - 1.0) * quantile).round().max(0.0) as usize;
    values.get(at).copied().unwrap_or(1.0).max(1.0)
}

impl Fit {
    /// Fits decisions; `typical` carts and the cap come from them.
    pub fn of(decisions: &[&Decision], arms: &[Arm]) -> Fit {
        let subtotals = decisions.iter().map(|one| one.sums.subtotal as f64);
        let cart = middle(subtotals.collect(), 0.5);
        let paid = decisions.iter().filter(|one| one.converted);
        let gross = paid.map(|one| one.net + off(one, arms) as f64);
        let cap = middle(gross.collect(), CAP);
        let rows: Vec<(Weights, f64)> = decisions
            .iter()
            .map(|one| {
                let part = share(off(one, arms), one.sums.subtotal);
                let row = one.context(cart).regressors(part);
                (row, f64::from(u8::from(one.converted)))
            })
            .collect();
        let (mean, precision) = mode(&rows);
        let factors = factor(&precision);
        let mut covariance = vec![[0.0; WEIGHTS]; WEIGHTS];
        for column in 0..WEIGHTS {
            let mut unit = [0.0; WEIGHTS];
            unit[column] = 1.0;
            for (row, value) in solve(&factors, &unit).into_iter().enumerate() {
                covariance[row][column] = value;
            }
        }
        let spread = factor(&covariance);
        let mut lower = Box::new([0.0; LOWER]);
        let entries = (0..WEIGHTS).flat_map(|row| (0..=row).map(move |column| (row, column)));
        for (place, (row, column)) in lower.iter_mut().zip(entries) {
            *place = spread[row][column];
        }
        Fit {
            cart,
            cap,
            mean,
            lower,
        }
    }

    /// As a page reads it.
    pub fn to_json(&self, version: &str) -> Value {
        let rounded = |values: &[f64]| -> Vec<f64> {
            values
                .iter()
                .map(|value| (value * 1e6).round() / 1e6)
                .collect()
        };
        json!({
            "version": version, "features": FEATURES, "cart": self.cart.round(), "cap": self.cap.round(),
            "mean": rounded(&self.mean), "cholesky": rounded(&self.lower[..]),
        })
    }

    /// What an arm is expected to bring at a decision.
    pub fn worth(&self, decision: &Decision, discount: i64) -> f64 {
        let part = share(discount, decision.sums.subtotal);
        let row = decision.context(self.cart).regressors(part);
        let net = (decision.sums.subtotal as f64).min(self.cap) - discount as f64;
        conversion(&self.mean, &row) * net
    }
}

/// What the arm of a decision took off.
fn off(decision: &Decision, arms: &[Arm]) -> i64 {
    arms[decision.arm].benefit.of(decision.sums.subtotal)
}

impl Decision {
    /// The context, with the cart against a typical one.
    pub fn context(&self, typical: f64) -> Context {
        let mut context = self.context;
        let own = Context::of(Default::default(), self.sums.subtotal as f64, typical);
        context.0[FEATURES.len() - 1] = own.0[FEATURES.len() - 1];
        context
    }
}

/// The mode of the posterior and its precision there.
fn mode(rows: &[(Weights, f64)]) -> (Weights, Square) {
    let mut center = [0.0; WEIGHTS];
    let all = rows.iter().map(|(_, converted)| converted).sum::<f64>();
    // Half a purchase and half a decision without one, so that nothing is certain.
    let rate = (all + 0.5) / (rows.len() as f64 + 1.0);
    center[0] = (rate / (1.0 - rate)).ln();
    let mut weights = center;
    let mut precision = Vec::new();
    for _ in 0..STEPS {
        let mut slope = [0.0; WEIGHTS];
        precision = vec![[0.0; WEIGHTS]; WEIGHTS];
        for n in 0..WEIGHTS {
            precision[n][n] = 1.0 / prior(n);
            slope[n] = (center[n] - weights[n]) / prior(n);
        }
        for (row, converted) in rows {
            let p = conversion(&weights, row);
            let spread = p * (1.0 - p);
            for one in 0..WEIGHTS {
                // Without a discount two thirds of a row are 0.
                if row[one] == 0.0 {
                    continue;
                }
                slope[one] += (converted - p) * row[one];
                for other in 0..=one {
                    precision[one][other] += spread * row[one] * row[other];
                }
            }
        }
        for one in 0..WEIGHTS {
            for other in one + 1..WEIGHTS {
                precision[one][other] = precision[other][one];
            }
        }
        let step = solve(&factor(&precision), &slope);
        let longest = step.iter().fold(0.0f64, |most, one| most.max(one.abs()));
        // A step that is too long overshoots where almost nobody or almost everybody buys.
        let short = (1.0 / longest).min(1.0);
        for (weight, step) in weights.iter_mut().zip(step) {
            *weight += short * step;
        }
        if longest < 1e-8 {
            break;
        }
    }
    (weights, precision)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn weights_that_made_the_data_are_found_within_their_errors() {
        let mut random = Random::of(3, "fit", 0);
        let mut truth = [0.0; WEIGHTS];
        (truth[0], truth[2], truth[8], truth[16], truth[17]) = (-0.8, 1.0, 0.2, 0.5, 0.7);
        let mut rows = Vec::new();
        for _ in 0..20_000 {
            let mut context = Context::default();
            context.0.fill_with(|| 2.0 * random.unit() - 1.0);
            let part = [0.0, 0.1, 0.2][random.below(3)];
            let row = context.regressors(part);
            let converted = random.chance(conversion(&truth, &row));
            rows.push((row, f64::from(u8::from(converted))));
        }
        let (mean, precision) = mode(&rows);
        let factors = factor(&precision);
        for n in 0..WEIGHTS {
            let mut unit = [0.0; WEIGHTS];
            unit[n] = 1.0;
            let error = solve(&factors, &unit)[n].sqrt();
            let off = (mean[n] - truth[n]) / error;
            assert!(
                off.abs() < 4.0,
                "weight {n}: {} of {}, {off} errors",
                mean[n],
                truth[n]
            );
        }
    }

    #[test]
    fn a_factor_times_itself_is_the_matrix() {
        let mut matrix = vec![[0.1; WEIGHTS]; WEIGHTS];
        for (n, row) in matrix.iter_mut().enumerate() {
            row[n] = 2.0 + n as f64;
        }
        let lower = factor(&matrix);
        for row in 0..WEIGHTS {
            for column in 0..WEIGHTS {
                let sum: f64 = (0..WEIGHTS).map(|n| lower[row][n] * lower[column][n]).sum();
                assert!((sum - matrix[row][column]).abs() < 1e-12);
            }
        }
        let right: Weights = std::array::from_fn(|n| n as f64);
        let found = solve(&lower, &right);
        for row in 0..WEIGHTS {
            let sum: f64 = (0..WEIGHTS).map(|n| matrix[row][n] * found[n]).sum();
            assert!((sum - right[row]).abs() < 1e-9);
        }
    }

    #[test]
    fn nobody_or_everybody_buying_gives_finite_weights() {
        for converted in [0.0, 1.0] {
            let rows = vec![(Context::default().regressors(0.1), converted); 500];
            let (mean, precision) = mode(&rows);
            assert!(mean.iter().all(|weight| weight.is_finite()), "{mean:?}");
            assert!(precision.iter().flatten().all(|value| value.is_finite()));
        }
    }
}
