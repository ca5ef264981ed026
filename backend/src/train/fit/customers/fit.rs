//! Maximum-likelihood fits of the customer models: BG/NBD of how often customers buy and leave, gamma-gamma of what they
//! spend.
//!
//! Customers of equal history are counted together. Of a large shop every so many-th customer is taken: twenty thousand
//! tell four parameters as well as all.

use std::collections::BTreeMap;

use rayon::prelude::*;
use tillside::shopper::life::bgnbd::{BgNbd, Purchases, RANGE};
use tillside::shopper::life::gamma_gamma::GammaGamma;

use super::simplex::least;

/// Customers, and repeat buyers among them, below which nothing is fitted.
pub const CUSTOMERS: usize = 200;
pub const REPEATERS: usize = 50;
const MOST: usize = 20_000;
/// Histories whose likelihoods are added in one piece, so that sums do not depend on the number of threads.
const PIECE: usize = 256;

fn sum<T: Sync>(rows: &[T], each: impl Fn(&T) -> f64 + Sync) -> f64 {
    let pieces = rows.par_chunks(PIECE);
    let sums: Vec<f64> = pieces.map(|rows| rows.iter().map(&each).sum()).collect();
    sums.iter().sum()
}

fn thinned<T: Copy>(rows: &[T]) -> Vec<T> {
    let step = rows.len().div_ceil(MOST).max(1);
    rows.iter().step_by(step).copied().collect()
}

/// r, α, a, b, in days. Histories are (repeat trips, days to the last, days to the end).
pub fn activity(histories: &[(u32, u32, u32)]) -> Option<[f64; 4]> {
    let repeaters = histories.iter().filter(|history| history.0 > 0).count();
    if histories.len() < CUSTOMERS || repeaters < REPEATERS {
        return None;
    }
    let mut counts: BTreeMap<(u32, u32, u32), f64> = BTreeMap::new();
    for history in thinned(histories) {
        *counts.entry(history).or_default() += 1.0;
    }
    let rows: Vec<(Purchases, f64)> = counts
        .into_iter()
        .filter_map(|((x, recency, age), count)| {
            let seen = Purchases::checked(x.into(), recency.into(), age.into());
            Some((seen.ok()?, count))
        })
        .collect();
    let all: f64 = rows.iter().map(|row| row.1).sum();
    let age = rows.iter().map(|row| row.0.age * row.1).sum::<f64>() / all;
    let of = |logs: &[f64; 4]| logs.map(f64::exp);
    let loss = |logs: &[f64; 4]| match BgNbd::checked(of(logs)) {
        Some(model) => -sum(&rows, |(seen, count)| count * model.log_likelihood(seen)) / all,
        None => f64::INFINITY,
    };
    let start = [0.0, age.max(1.0).ln(), 0.0, 1.0];
    let (found, value) = least(start, 0.5, loss);
    // What runs into a bound was not told by the data, but that nobody leaves is: a year of a shop may say so.
    let bound = [RANGE[0] * 2.0, RANGE[1] / 2.0];
    let [r, alpha, a, b] = of(&found);
    let found = [r, alpha, a.max(bound[0]), b.min(bound[1])];
    let inside = found.iter().all(|p| (bound[0]..=bound[1]).contains(p));
    (inside && value.is_finite()).then_some(found)
}

/// p, q, γ. Spends are (orders, mean spend) of repeat buyers.
pub fn spend(spends: &[(u32, f64)]) -> Option<[f64; 3]> {
    let known: Vec<(u32, f64)> = spends.iter().copied().filter(|one| one.1 > 0.0).collect();
    if known.len() < REPEATERS {
        return None;
    }
    let rows = thinned(&known);
    let mean = rows.iter().map(|row| row.1).sum::<f64>() / rows.len() as f64;
    let of = |logs: &[f64; 3]| [logs[0].exp(), 1.0 + logs[1].exp(), logs[2].exp()];
    let loss = |logs: &[f64; 3]| match GammaGamma::checked(of(logs)) {
        Some(model) => {
            let each = |row: &(u32, f64)| model.log_likelihood(row.0.into(), row.1);
            -sum(&rows, each) / rows.len() as f64
        }
        None => f64::INFINITY,
    };
    let (found, value) = least([1.0, 1.0, mean.max(1e-3).ln()], 0.5, loss);
    let found = of(&found);
    let inside = found
        .iter()
        .all(|p| (RANGE[0] * 2.0..=RANGE[1] / 2.0).contains(p));
    (inside && value.is_finite()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// What Fader, Hardie & Lee print for these customers, in weeks; `lifetimes` finds the same.
    #[test]
    fn the_published_customers_give_the_published_parameters() {
        let lines = include_str!("../../../../data/cdnow.csv").lines();
        let mut histories = Vec::new();
        for line in lines.filter(|line| !line.starts_with('#')) {
            let cells: Vec<u32> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
            let [x, recency, age, count] = cells[..] else {
                panic!("{line}")
            };
            histories.extend((0..count).map(|_| (x, recency, age)));
        }
        assert_eq!(histories.len(), 2357);
        let [r, alpha, a, b] = activity(&histories).unwrap();
        for (found, published) in [(r, 0.243), (alpha / 7.0, 4.414), (a, 0.793), (b, 2.426)] {
            assert!(
                (found / published - 1.0).abs() < 0.01,
                "{found} {published}"
            );
        }
    }

    #[test]
    fn customers_drawn_from_the_model_give_its_parameters_back() {
        // Rates gamma(1, 1/60 days), chances of leaving beta(1, 3).
        let histories: Vec<(u32, u32, u32)> = (0..6000)
            .map(|n| {
                let mut random = Random::of(5, "customer", n);
                let mut uniform = || (random.below(1 << 30) as f64 + 0.5) / f64::from(1 << 30);
                let rate = -uniform().ln() / 60.0;
                let leaves = 1.0 - (1.0 - uniform()).powf(1.0 / 3.0);
                let age = 200.0 + 300.0 * uniform();
                let (mut time, mut last, mut repeats) = (0.0, 0.0, 0);
                loop {
                    time += -uniform().ln() / rate;
                    if time > age {
                        break;
                    }
                    (last, repeats) = (time, repeats + 1);
                    if uniform() < leaves {
                        break;
                    }
                }
                (repeats, last as u32, age as u32)
            })
            .collect();
        let [r, alpha, a, b] = activity(&histories).unwrap();
        assert!(
            (r - 1.0).abs() < 0.15 && (alpha - 60.0).abs() < 9.0,
            "{r} {alpha}"
        );
        let leaving = a / (a + b);
        assert!((leaving - 0.25).abs() < 0.04, "{a} {b}");
        assert_eq!(activity(&histories[..100]), None, "too few");
        assert_eq!(activity(&[(0, 0, 100); 500]), None, "nobody comes back");
    }

    #[test]
    fn spends_drawn_from_the_model_give_its_mean_back() {
        let spends: Vec<(u32, f64)> = (0..4000)
            .map(|n| {
                let mut random = Random::of(6, "spend", n);
                let mut exponential =
                    || -((random.below(1 << 30) as f64 + 0.5) / f64::from(1 << 30)).ln();
                // ν is gamma(4, 1/12); an order is gamma(3, ν).
                let nu: f64 = (0..4).map(|_| exponential()).sum::<f64>() / 12.0;
                let orders = 2 + n as u32 % 5;
                let sum: f64 = (0..orders * 3).map(|_| exponential() / nu).sum();
                (orders, sum / f64::from(orders))
            })
            .collect();
        let found = spend(&spends).unwrap();
        let model = GammaGamma::checked(found).unwrap();
        // p γ / (q − 1) = 3 · 12 / 3.
        let mean = model.expected(0.0, 0.0).unwrap();
        assert!((mean - 12.0).abs() < 0.5, "{found:?} {mean}");
        assert_eq!(spend(&spends[..20]), None);
    }
}
