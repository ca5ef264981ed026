//! What another policy would have earned, from logged propensities: off-policy estimates of the value of always showing
//! one variation of a bandit.
//!
//! Inverse propensity scoring (IPS), its self-normalised form (SNIPS, Swaminathan and Joachims, NeurIPS 2015), clipped
//! IPS, the direct method, and doubly robust (DR, Dudík et al., ICML 2011) with the mean reward of each context and
//! variation as its model. Each comes with the effective sample size and the largest weight: an estimate that rests on
//! a handful of exposures is no estimate. Without logged propensities nothing is estimated.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Serialize;

use super::analyse::difference::{Interval, quantile};
use super::analyse::read::{Log, Outcome as Kind};
use super::analyse::{Error as ReadError, readout::Metric};
use crate::{Coded, Outcome};

const DAY_MS: f64 = 24.0 * 60.0 * 60.0 * 1000.0;

/// Estimate the reward of each variation of a bandit alone, from logged propensities (off-policy evaluation)
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The collector's database, or JSON lines of its messages; repeatable
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    events: Vec<PathBuf>,
    /// Key of the experiment
    #[arg(long, value_name = "KEY")]
    experiment: String,
    /// Reward of an exposure: conversion, cart, orders or revenue
    #[arg(long, value_enum, default_value = "conversion")]
    reward: Metric,
    /// Days after exposure that count
    #[arg(long, value_name = "DAYS", default_value_t = 7.0)]
    window: f64,
    /// Largest weight in the clipped estimate
    #[arg(long, value_name = "WEIGHT", default_value_t = 20.0)]
    clip: f64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(
        "{missing} of {exposures} exposures to `{experiment}` carry no propensity between 0 and 1, so nothing can be estimated from them; log them with a contextual bandit, or read the experiment out with `tillside lab analyse`"
    )]
    NoPropensity {
        experiment: String,
        missing: usize,
        exposures: usize,
    },
    #[error("--reward {0} is not a value of one exposure; use conversion, cart, orders or revenue")]
    Reward(&'static str),
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::Read(error) => error.code(),
            Error::NoPropensity { .. } => "lab.no_propensity",
            Error::Reward(_) => "lab.reward",
        }
    }
}

/// An exposure with what it earned.
#[derive(Clone, Copy, Debug)]
pub struct Logged {
    /// Of the variation that was shown, when it was chosen.
    pub propensity: f64,
    pub reward: f64,
    /// Of the variation that was shown, by the policy in question.
    pub wanted: f64,
    /// The model's reward of the variation that was shown.
    pub modelled: f64,
    /// The model's reward of the policy in question.
    pub expected: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    pub value: f64,
    /// 95 %, by the normal approximation.
    pub interval: Interval,
}

/// What a policy would have earned an exposure.
#[derive(Clone, Debug, Serialize)]
pub struct Value {
    pub policy: String,
    pub exposures: usize,
    pub ips: Estimate,
    pub snips: Estimate,
    pub clipped: Estimate,
    pub direct: f64,
    pub doubly_robust: Estimate,
    /// So many exposures of equal weight would tell as much.
    pub effective: f64,
    pub largest_weight: f64,
}

fn estimate(terms: &[f64]) -> Estimate {
    let n = terms.len() as f64;
    let value = terms.iter().sum::<f64>() / n;
    let variance = terms.iter().map(|term| (term - value).powi(2)).sum::<f64>() / (n - 1.0);
    around(value, (variance / n).sqrt())
}

fn around(value: f64, error: f64) -> Estimate {
    let half = quantile(0.975) * error;
    Estimate {
        value,
        interval: Interval {
            low: value - half,
            high: value + half,
        },
    }
}

/// Estimates the value of a policy.
pub fn value(policy: &str, logged: &[Logged], clip: f64) -> Value {
    let weight = |one: &Logged| one.wanted / one.propensity;
    let terms = |of: &dyn Fn(&Logged) -> f64| logged.iter().map(of).collect::<Vec<f64>>();
    let weights = terms(&weight);
    let total: f64 = weights.iter().sum();
    let snips = logged
        .iter()
        .map(|one| weight(one) * one.reward)
        .sum::<f64>()
        / total;
    // The delta method for a ratio of sums.
    let spread = logged
        .iter()
        .map(|one| (weight(one) * (one.reward - snips)).powi(2))
        .sum::<f64>();
    Value {
        policy: policy.into(),
        exposures: logged.len(),
        ips: estimate(&terms(&|one| weight(one) * one.reward)),
        snips: around(snips, spread.sqrt() / total),
        clipped: estimate(&terms(&|one| weight(one).min(clip) * one.reward)),
        direct: logged.iter().map(|one| one.expected).sum::<f64>() / logged.len() as f64,
        doubly_robust: estimate(&terms(&|one| {
            one.expected + weight(one) * (one.reward - one.modelled)
        })),
        effective: total * total / weights.iter().map(|weight| weight * weight).sum::<f64>(),
        largest_weight: weights.iter().copied().fold(0.0, f64::max),
    }
}

/// An exposure as the log has it: variation, context, propensity, reward.
pub(super) struct Seen {
    pub variation: u32,
    pub leaf: i64,
    pub propensity: f64,
    pub reward: f64,
}

/// Every exposure to an experiment, with what it earned in so many days after it.
pub(super) fn collect(
    log: &Log,
    experiment: &str,
    reward: Metric,
    window: f64,
) -> Result<Vec<Seen>, Error> {
    let metric = reward;
    let reward = |kind: Kind, amount: f64| match (metric, kind) {
        (Metric::Conversion | Metric::Orders, Kind::Order) | (Metric::Cart, Kind::Added) => {
            Some(1.0)
        }
        (Metric::Revenue, Kind::Order) => Some(amount),
        _ => None,
    };
    if matches!(metric, Metric::OrderValue | Metric::ListClicks) {
        return Err(Error::Reward(metric.name()));
    }
    let unknown = || ReadError::Unknown {
        key: experiment.into(),
        known: log.experiments.all().join(", "),
    };
    let number = log.experiments.find(experiment).ok_or_else(unknown)?;
    let mut earned: HashMap<u32, Vec<(i64, f64)>> = HashMap::new();
    for event in &log.events {
        if let Some(reward) = reward(event.outcome, event.amount) {
            earned
                .entry(event.unit)
                .or_default()
                .push((event.time, reward));
        }
    }
    let exposures = log
        .exposures
        .iter()
        .filter(|exposure| exposure.experiment == number);
    let (mut seen, mut missing) = (Vec::new(), 0);
    let window = (window * DAY_MS) as i64;
    for exposure in exposures {
        let Some(propensity) = exposure.propensity.filter(|p| *p > 0.0 && *p <= 1.0) else {
            missing += 1;
            continue;
        };
        let after = earned.get(&exposure.unit).into_iter().flatten();
        let after = after.filter(|(time, _)| (0..window).contains(&(time - exposure.time)));
        let total: f64 = after.map(|(_, reward)| reward).sum();
        let reward = match metric {
            Metric::Conversion | Metric::Cart => total.min(1.0),
            _ => total,
        };
        seen.push(Seen {
            variation: exposure.variation,
            leaf: exposure.leaf.unwrap_or(-1.0) as i64,
            propensity,
            reward,
        });
    }
    if missing > 0 || seen.len() < 2 {
        return Err(Error::NoPropensity {
            experiment: experiment.into(),
            missing,
            exposures: missing + seen.len(),
        });
    }
    Ok(seen)
}

pub fn run(args: Args) -> Outcome {
    let log = Log::read(&args.events).map_err(Error::from)?;
    let seen = collect(&log, &args.experiment, args.reward, args.window)?;
    let mut means: HashMap<(i64, u32), (f64, f64)> = HashMap::new();
    let mut overall: HashMap<u32, (f64, f64)> = HashMap::new();
    for one in &seen {
        for sum in [
            means.entry((one.leaf, one.variation)).or_default(),
            overall.entry(one.variation).or_default(),
        ] {
            *sum = (sum.0 + one.reward, sum.1 + 1.0);
        }
    }
    // A context that never saw a variation is expected to reward it as all contexts together do.
    let model = |leaf: i64, variation: u32| {
        let known = means
            .get(&(leaf, variation))
            .or_else(|| overall.get(&variation));
        known.map_or(0.0, |(sum, count)| sum / count)
    };
    let mut variations: Vec<u32> = overall.keys().copied().collect();
    variations.sort_by_key(|variation| log.variations.name(*variation).to_owned());
    let values: Vec<Value> = variations
        .iter()
        .map(|variation| {
            let logged: Vec<Logged> = seen
                .iter()
                .map(|one| Logged {
                    propensity: one.propensity,
                    reward: one.reward,
                    wanted: f64::from(u8::from(one.variation == *variation)),
                    modelled: model(one.leaf, one.variation),
                    expected: model(one.leaf, *variation),
                })
                .collect();
            value(log.variations.name(*variation), &logged, args.clip)
        })
        .collect();
    let earned = seen.iter().map(|one| one.reward).sum::<f64>() / seen.len() as f64;
    if args.json {
        println!(
            "{}",
            serde_json::json!({ "experiment": args.experiment, "earned": earned, "policies": values })
        );
        return Ok(());
    }
    println!(
        "{}: {} exposures earned {earned:.4} each",
        args.experiment,
        seen.len()
    );
    for value in &values {
        let show = |estimate: &Estimate| {
            format!(
                "{:.4} [{:.4}, {:.4}]",
                estimate.value, estimate.interval.low, estimate.interval.high
            )
        };
        println!(
            "  always {}: SNIPS {}  DR {}  IPS {}  clipped {}  direct {:.4}  effective sample {:.0}, largest weight {:.1}",
            value.policy,
            show(&value.snips),
            show(&value.doubly_robust),
            show(&value.ips),
            show(&value.clipped),
            value.direct,
            value.effective,
            value.largest_weight
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn a_biased_log_tells_what_an_unbiased_policy_would_have_earned() {
        // Variation 1 earns 0.6, variation 0 earns 0.2; the log shows 1 in one case of ten.
        let mut random = Random::of(7, "replay", 0);
        let mut logged = Vec::new();
        for _ in 0..40_000 {
            let shown = random.unit() < 0.1;
            let reward = f64::from(u8::from(random.unit() < if shown { 0.6 } else { 0.2 }));
            logged.push(Logged {
                propensity: if shown { 0.1 } else { 0.9 },
                reward,
                wanted: f64::from(u8::from(shown)),
                modelled: if shown { 0.5 } else { 0.3 },
                expected: 0.5,
            });
        }
        let value = value("1", &logged, 20.0);
        for estimate in [value.ips, value.snips, value.doubly_robust, value.clipped] {
            assert!((estimate.value - 0.6).abs() < 0.03, "{estimate:?}");
            assert!(estimate.interval.low < 0.6 && estimate.interval.high > 0.6);
        }
        assert!((value.direct - 0.5).abs() < 1e-9);
        assert!((value.largest_weight - 10.0).abs() < 1e-9);
        assert!((3_500.0..4_500.0).contains(&value.effective));
    }

    #[test]
    fn estimates_are_the_formulas_by_hand() {
        let one = |propensity, reward, wanted, modelled, expected| Logged {
            propensity,
            reward,
            wanted,
            modelled,
            expected,
        };
        let logged = [
            one(0.5, 1.0, 1.0, 0.5, 0.5),
            one(0.25, 0.0, 1.0, 0.5, 0.5),
            one(0.5, 1.0, 0.0, 0.2, 0.5),
        ];
        let value = value("a", &logged, 3.0);
        assert!((value.ips.value - 2.0 / 3.0).abs() < 1e-12);
        assert!((value.snips.value - 2.0 / 6.0).abs() < 1e-12);
        assert!((value.doubly_robust.value - (1.5 - 1.5 + 0.5) / 3.0).abs() < 1e-12);
        assert!((value.effective - 36.0 / 20.0).abs() < 1e-12);
    }
}
