//! Drift of interests: the divergence of a short memory of categories from a long one.
//!
//! Both memories fade by event, not by time, so that what is tested has a known size. The report gives the
//! Jensen–Shannon divergence in bits and the categories that moved most; whether it is more than chance is the likelihood
//! ratio of the short memory under the long one against a quantile of χ² (Wilson & Hilferty 1931).

use crate::codec::{Reader, put_float, put_text, put_uint};

/// What an event leaves of both memories.
const FADE: [f64; 2] = [0.85, 0.995];
/// The size of the short memory: (1 + f)/(1 − f) events.
const SIZE: f64 = (1.0 + FADE[0]) / (1.0 - FADE[0]);
/// Events below which nothing is claimed.
pub const FEWEST: u32 = 30;
/// Categories kept; the faintest makes room.
const MOST: usize = 16;
/// What an unseen category counts as in the long memory.
const PRIOR: f64 = 0.5;
/// Standard normal quantile of the test: beyond it one of two thousand is chance, if the short memory were that many
/// single events; its faded ones vary more.
const QUANTILE: f64 = 3.3;
/// Movers named.
pub const MOVERS: usize = 3;

#[derive(Clone, Debug, PartialEq)]
struct Known {
    name: String,
    short: f64,
    long: f64,
}

/// Short and long memory of interests, for their drift.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drift {
    known: Vec<Known>,
    events: u32,
}

/// Drift of interests.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Jensen–Shannon divergence in bits, 0–1.
    pub divergence: f64,
    /// Whether it is more than chance.
    pub moved: bool,
    /// Shares of the short less those of the long memory, the largest change first.
    pub movers: Vec<(String, f64)>,
    /// Events that it rests on.
    pub events: u32,
}

impl Drift {
    pub(super) fn add(&mut self, name: &str) {
        self.events = self.events.saturating_add(1);
        for known in &mut self.known {
            known.short *= FADE[0];
            known.long *= FADE[1];
        }
        let at = match self.known.iter().position(|known| known.name == name) {
            Some(at) => at,
            None => {
                if self.known.len() == MOST {
                    self.forget_least();
                }
                self.known.push(Known {
                    name: name.into(),
                    short: 0.0,
                    long: 0.0,
                });
                self.known.len() - 1
            }
        };
        self.known[at].short += 1.0;
        self.known[at].long += 1.0;
    }

    pub(super) fn forget_least(&mut self) -> bool {
        let all = 0..self.known.len();
        let least = all.min_by(|a, b| self.known[*a].long.total_cmp(&self.known[*b].long));
        least.map(|n| self.known.remove(n)).is_some()
    }

    /// `None` below [`FEWEST`] events.
    pub fn report(&self) -> Option<Report> {
        if self.events < FEWEST {
            return None;
        }
        let (mut short, mut long) = (0.0, 0.0);
        for known in &self.known {
            short += known.short;
            long += known.long + PRIOR;
        }
        let (mut divergence, mut ratio) = (0.0, 0.0);
        let mut movers: Vec<(String, f64)> = Vec::new();
        for known in &self.known {
            let (p, q) = (known.short / short, (known.long + PRIOR) / long);
            let middle = (p + q) / 2.0;
            divergence += term(p, middle) / 2.0 + term(q, middle) / 2.0;
            ratio += term(p, q);
            let change = p - q;
            let at = movers.partition_point(|known| known.1.abs() >= change.abs());
            movers.insert(at, (known.name.clone(), change));
        }
        movers.truncate(MOVERS);
        let freedom = (self.known.len() as f64 - 1.0).max(1.0);
        let root = 2.0 / (9.0 * freedom);
        let bar = freedom * crate::natural::pow(1.0 - root + QUANTILE * f64::sqrt(root), 3.0);
        Some(Report {
            divergence: (divergence / core::f64::consts::LN_2).clamp(0.0, 1.0),
            moved: 2.0 * SIZE * ratio > bar,
            movers,
            events: self.events,
        })
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.known.retain(|known| keep(&known.name));
    }

    pub(super) fn bytes(&self) -> usize {
        self.known.iter().map(|known| known.name.len() + 18).sum()
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.events.into());
        put_uint(out, self.known.len() as u64);
        for known in &self.known {
            put_text(out, &known.name);
            put_float(out, known.short);
            put_float(out, known.long);
        }
    }

    pub(super) fn decode(reader: &mut Reader) -> Drift {
        let mut drift = Drift {
            events: reader.small(),
            ..Drift::default()
        };
        for _ in 0..reader.count(17, MOST) {
            let known = Known {
                name: reader.text().into(),
                short: reader.float(),
                long: reader.float(),
            };
            reader.require(known.short >= 0.0 && known.long >= 0.0);
            drift.known.push(known);
        }
        drift
    }
}

/// p ln(p/q), 0 at p = 0.
fn term(p: f64, q: f64) -> f64 {
    if p > 0.0 { p * libm::log(p / q) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Draws(u64);

    impl Draws {
        /// One of `shares`, which sum to 1.
        fn of(&mut self, shares: &[f64]) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let mut u = (self.0 >> 11) as f64 / (1u64 << 53) as f64;
            for (n, share) in shares.iter().enumerate() {
                u -= share;
                if u < 0.0 {
                    return n;
                }
            }
            shares.len() - 1
        }
    }

    /// Shoppers of three kinds: of two, of five, and of ten categories, the first of which they like best.
    fn shares(of: usize) -> Vec<f64> {
        let weights: Vec<f64> = (1..=of).map(|n| 1.0 / n as f64).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum).collect()
    }

    #[test]
    fn interest_that_stays_is_hardly_ever_reported_as_moved() {
        let draws = &mut Draws(3);
        for of in [2, 5, 10] {
            let shares = shares(of);
            let (mut moved, mut all) = (0u32, 0u32);
            for _ in 0..60 {
                let mut drift = Drift::default();
                for _ in 0..300 {
                    drift
                        .add(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"][draws.of(&shares)]);
                    if let Some(report) = drift.report() {
                        all += 1;
                        moved += u32::from(report.moved);
                    }
                }
            }
            assert!(
                f64::from(moved) <= 0.01 * f64::from(all),
                "{of}: {moved} of {all}"
            );
        }
    }

    #[test]
    fn a_switch_is_reported_within_ten_events() {
        let draws = &mut Draws(9);
        for of in [2, 5, 10] {
            let shares = shares(of);
            for _ in 0..50 {
                let mut drift = Drift::default();
                for _ in 0..120 {
                    drift
                        .add(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"][draws.of(&shares)]);
                }
                let fired = (0..10).any(|_| {
                    drift.add("new");
                    drift.report().is_some_and(|report| report.moved)
                });
                assert!(fired, "{of} {:?}", drift.report());
                let movers = drift.report().unwrap().movers;
                assert!(
                    movers.iter().any(|mover| mover.0 == "new" && mover.1 > 0.0),
                    "{movers:?}"
                );
            }
        }
    }

    #[test]
    fn memories_are_those_of_all_events_at_once() {
        let events: Vec<usize> = (0..200).map(|n| (n * n + n / 7) % 5).collect();
        let names = ["a", "b", "c", "d", "e"];
        let mut drift = Drift::default();
        events.iter().for_each(|n| drift.add(names[*n]));
        for known in &drift.known {
            let sum = |fade: f64| -> f64 {
                let of = events.iter().rev().enumerate();
                of.filter(|(_, n)| names[**n] == known.name)
                    .map(|(ago, _)| fade.powi(ago as i32))
                    .sum()
            };
            assert!((known.short - sum(FADE[0])).abs() < 1e-9);
            assert!((known.long - sum(FADE[1])).abs() < 1e-9);
        }
    }
}
