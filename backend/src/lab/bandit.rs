//! Trains a contextual bandit overnight: from the collector's rows to the weights that tomorrow's pages draw by.
//!
//! Linear Thompson sampling (Agrawal and Goyal, ICML 2013). Of each variation, the reward is a linear function of the
//! context: a level, a part for everything that the context's condition asks for, and one for the context itself, so that
//! contexts which have something in common learn from each other. The weight of a variation in a context is the
//! probability that it is the best there, as far as the rows tell, and never less than a floor: what is not tried is
//! not learned, and an estimate of another policy needs every variation.
//!
//! The weights go into a GrowthBook payload, so pages of any SDK that knows contextual bandits draw by them. Exposures say
//! with which probability they were drawn, which `lab replay` needs.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use serde::Serialize;
use tillside::value::Value;

use super::analyse::Error as ReadError;
use super::analyse::difference::phi;
use super::analyse::read::Log;
use super::analyse::readout::Metric;
use super::replay::{self, Seen, collect};
use crate::{Coded, Outcome};

/// Exposures that the prior weighs as much as.
const PRIOR: f64 = 1.0;
/// Weights are shares of ten thousand buckets.
const BUCKETS: f64 = 10_000.0;

/// Train a contextual bandit of a features payload on the collector's events, and write the payload with new weights
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The collector's database, or JSON lines of its messages; repeatable
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    events: Vec<PathBuf>,
    /// GrowthBook features payload, as pages read it
    #[arg(long, value_name = "FILE")]
    features: PathBuf,
    /// Output file for the payload with new weights
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Key of an experiment with `contextualBanditRef` or weights
    #[arg(long, value_name = "KEY")]
    experiment: String,
    /// Reward of an exposure: conversion, cart, orders or revenue
    #[arg(long, value_enum, default_value = "conversion")]
    reward: Metric,
    /// Days after exposure that count
    #[arg(long, value_name = "DAYS", default_value_t = 7.0)]
    window: f64,
    /// Minimum weight of a variation in every context
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    floor: f64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error(transparent)]
    Read(#[from] replay::Error),
    #[error("invalid features payload {}: {detail}; give the answer of GrowthBook's API", path.display())]
    Payload { path: PathBuf, detail: &'static str },
    #[error(
        "no rule of {} has the experiment `{key}` with two variations or more; name the `key` of a rule",
        path.display()
    )]
    NoExperiment { path: PathBuf, key: String },
    #[error("--floor {floor} is out of range for {variations} variations; expected 0 to {most:.3}")]
    Floor {
        floor: f64,
        variations: usize,
        most: f64,
    },
    #[error("{} cannot be written: {source}; check the path, its permissions and the disk", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::Read(error) => error.code(),
            Error::Payload { .. } => "lab.payload",
            Error::NoExperiment { .. } => "lab.no_experiment",
            Error::Floor { .. } => "lab.range",
            Error::Write { .. } => "lab.write",
        }
    }
}

/// A context: what its condition asks for.
#[derive(Clone, Debug)]
pub struct Context {
    pub leaf: i64,
    pub traits: Vec<String>,
}

/// What a context was shown and earned.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The place of the context in the list; none for who passed no condition.
    pub context: Option<usize>,
    pub variation: usize,
    pub reward: f64,
}

/// What is known of a variation in a context.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Belief {
    pub mean: f64,
    pub error: f64,
}

/// A line through the rewards of one variation, by ridge regression.
struct Line {
    /// The inverse of the precision.
    spread: Vec<Vec<f64>>,
    at: Vec<f64>,
}

impl Line {
    /// Over rows of (places that are 1, reward).
    fn fit<'a>(size: usize, rows: impl Iterator<Item = (&'a [usize], f64)>) -> Line {
        let mut precision = vec![vec![0.0; size]; size];
        for (n, row) in precision.iter_mut().enumerate() {
            row[n] = PRIOR;
        }
        let mut pull = vec![0.0; size];
        for (places, reward) in rows {
            for one in places {
                pull[*one] += reward;
                for other in places {
                    precision[*one][*other] += 1.0;
                }
            }
        }
        let spread = inverse(precision);
        let at = spread
            .iter()
            .map(|row| row.iter().zip(&pull).map(|(a, b)| a * b).sum());
        Line {
            at: at.collect(),
            spread,
        }
    }

    /// At places that are 1, where noise has this variance.
    fn belief(&self, places: &[usize], level: f64, noise: f64) -> Belief {
        let mean: f64 = places.iter().map(|one| self.at[*one]).sum();
        let pairs = places
            .iter()
            .flat_map(|one| places.iter().map(|other| self.spread[*one][*other]));
        Belief {
            mean: level + mean,
            error: (noise * pairs.sum::<f64>()).sqrt(),
        }
    }
}

/// The inverse of a symmetric matrix that is positive definite, by Gauss and Jordan.
fn inverse(mut from: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let size = from.len();
    let mut to = vec![vec![0.0; size]; size];
    for (n, row) in to.iter_mut().enumerate() {
        row[n] = 1.0;
    }
    for pivot in 0..size {
        let by = from[pivot][pivot];
        for column in 0..size {
            from[pivot][column] /= by;
            to[pivot][column] /= by;
        }
        for row in (0..size).filter(|row| *row != pivot) {
            let times = from[row][pivot];
            if times != 0.0 {
                for column in 0..size {
                    from[row][column] -= times * from[pivot][column];
                    to[row][column] -= times * to[pivot][column];
                }
            }
        }
    }
    to
}

/// What the rows tell of each variation: in every context, and last in none.
pub fn beliefs(rows: &[Row], contexts: &[Context], variations: usize) -> Vec<Vec<Belief>> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for name in contexts.iter().flat_map(|context| &context.traits) {
        let next = known.len();
        known.entry(name).or_insert(next);
    }
    // A level, the traits, the contexts.
    let size = 1 + known.len() + contexts.len();
    let mut places: Vec<Vec<usize>> = Vec::new();
    for (n, context) in contexts.iter().enumerate() {
        let mut of = vec![0];
        of.extend(context.traits.iter().map(|name| 1 + known[name.as_str()]));
        of.push(1 + known.len() + n);
        places.push(of);
    }
    places.push(vec![0]);
    let of = |row: &Row| &places[row.context.unwrap_or(contexts.len())][..];
    let count = rows.len().max(1) as f64;
    let level = rows.iter().map(|row| row.reward).sum::<f64>() / count;
    let squares = rows.iter().map(|row| (row.reward - level).powi(2));
    let noise = (squares.sum::<f64>() / count).max(1e-12);
    let lines: Vec<Line> = (0..variations)
        .map(|variation| {
            let rows = rows.iter().filter(|row| row.variation == variation);
            Line::fit(size, rows.map(|row| (of(row), row.reward - level)))
        })
        .collect();
    places
        .iter()
        .map(|places| {
            let of = |line: &Line| line.belief(places, level, noise);
            lines.iter().map(of).collect()
        })
        .collect()
}

/// The probability of each to be the best, where beliefs are normal and know nothing of each other.
pub fn best(beliefs: &[Belief]) -> Vec<f64> {
    const STEPS: usize = 2000;
    let reach = |way: f64| {
        let ends = beliefs.iter().map(|one| one.mean + way * 6.0 * one.error);
        ends.fold(f64::NAN, |end, next| {
            if way < 0.0 {
                end.min(next)
            } else {
                end.max(next)
            }
        })
    };
    let (low, high) = (reach(-1.0), reach(1.0));
    let below = |one: &Belief, at: f64| phi((at - one.mean) / one.error);
    let at = |step: usize| low + (high - low) * step as f64 / STEPS as f64;
    let mut chances = vec![0.0; beliefs.len()];
    for step in 0..STEPS {
        let (from, to) = (at(step), at(step + 1));
        let middle = (from + to) / 2.0;
        for (n, one) in beliefs.iter().enumerate() {
            let others = beliefs.iter().enumerate().filter(|(other, _)| *other != n);
            let others: f64 = others.map(|(_, other)| below(other, middle)).product();
            chances[n] += (below(one, to) - below(one, from)) * others;
        }
    }
    let total: f64 = chances.iter().sum();
    chances.iter().map(|chance| chance / total).collect()
}

/// Weights of which none is under the floor; in buckets, and 1 in all.
pub fn weights(chances: &[f64], floor: f64) -> Vec<f64> {
    let free = 1.0 - floor * chances.len() as f64;
    let mut buckets: Vec<f64> = chances
        .iter()
        .map(|chance| ((floor + free * chance) * BUCKETS).floor())
        .collect();
    // What rounding left goes to the best.
    let rest = BUCKETS - buckets.iter().sum::<f64>();
    let most = (0..buckets.len()).max_by(|one, other| buckets[*one].total_cmp(&buckets[*other]));
    if let Some(most) = most {
        buckets[most] += rest;
    }
    buckets.iter().map(|bucket| bucket / BUCKETS).collect()
}

/// What a condition asks for, part by part: contexts that ask for the same have it in common.
fn traits(condition: &Value) -> Vec<String> {
    let fields = condition.fields().unwrap_or(&[]);
    let part = |(name, asked): &(String, Value)| format!("{name} {}", asked.to_json());
    fields.iter().map(part).collect()
}

/// Where the experiment stands in a payload, and what it says.
struct Found {
    feature: usize,
    rule: usize,
    bandit: Option<String>,
    names: Vec<String>,
    contexts: Vec<Context>,
}

fn find(payload: &Value, key: &str) -> Option<Found> {
    for (feature, (name, body)) in payload.get("features")?.entries().iter().enumerate() {
        let rules = body.get("rules").map_or(&[][..], Value::elements);
        for (rule, body) in rules.iter().enumerate() {
            let own = body.get("key").and_then(Value::text).unwrap_or(name);
            let variations = body
                .get("contextualVariations")
                .or(body.get("variations"))
                .map_or(0, |all| all.elements().len());
            if own != key || variations < 2 {
                continue;
            }
            let meta = body.get("meta").map_or(&[][..], Value::elements);
            let called = |n: usize| {
                let key = meta.get(n).and_then(|meta| meta.get("key")?.text());
                key.map_or_else(|| n.to_string(), String::from)
            };
            let bandit = body.get("contextualBanditRef").and_then(Value::text);
            let known = bandit.and_then(|name| payload.get("contextualBandits")?.get(name));
            let contexts = known.and_then(|bandit| bandit.get("contexts"));
            let context = |context: &Value| Context {
                leaf: context.number_of("leafId").unwrap_or(-1.0) as i64,
                traits: traits(context.get("condition").unwrap_or(&Value::Null)),
            };
            let contexts = contexts.map_or(&[][..], Value::elements).iter();
            return Some(Found {
                feature,
                rule,
                bandit: bandit.filter(|_| known.is_some()).map(String::from),
                names: (0..variations).map(called).collect(),
                contexts: contexts.map(context).collect(),
            });
        }
    }
    None
}

/// Sets a member of a map within a map; nothing where there is none.
fn within<'a>(value: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    match value {
        Value::Map(entries) => entries
            .iter_mut()
            .rfind(|(known, _)| known == name)
            .map(|(_, value)| value),
        _ => None,
    }
}

fn place(value: Option<&mut Value>, at: usize) -> Option<&mut Value> {
    match value? {
        Value::Map(entries) => entries.get_mut(at).map(|(_, value)| value),
        Value::List(list) => list.get_mut(at),
        _ => None,
    }
}

fn numbers(weights: &[f64]) -> Value {
    Value::List(
        weights
            .iter()
            .map(|weight| Value::Number(*weight))
            .collect(),
    )
}

/// What was learned of one context.
#[derive(Debug, Serialize)]
struct Learned {
    leaf: i64,
    exposures: usize,
    beliefs: Vec<Belief>,
    weights: Vec<f64>,
}

pub fn run(args: Args) -> Outcome {
    let refused = |detail| Error::Payload {
        path: args.features.clone(),
        detail,
    };
    let text = std::fs::read_to_string(&args.features).map_err(|_| refused("it cannot be read"))?;
    let mut payload = Value::parse(&text).map_err(|_| refused("it is no JSON"))?;
    tillside::experiment::Features::read(&payload).map_err(|error| refused(error.remedy()))?;
    let found = find(&payload, &args.experiment).ok_or_else(|| Error::NoExperiment {
        path: args.features.clone(),
        key: args.experiment.clone(),
    })?;
    let variations = found.names.len();
    let most = 1.0 / variations as f64;
    if !(0.0..=most).contains(&args.floor) {
        return Err(Error::Floor {
            floor: args.floor,
            variations,
            most,
        }
        .into());
    }
    let log = Log::read(&args.events).map_err(|error: ReadError| replay::Error::Read(error))?;
    let seen = collect(&log, &args.experiment, args.reward, args.window).map_err(Error::Read)?;
    let numbers_of: HashMap<i64, usize> = found
        .contexts
        .iter()
        .enumerate()
        .map(|(n, context)| (context.leaf, n))
        .collect();
    let row = |seen: &Seen| {
        let name = log.variations.name(seen.variation);
        // A context that is no more tells of the level still.
        Some(Row {
            context: numbers_of.get(&seen.leaf).copied(),
            variation: found.names.iter().position(|known| known == name)?,
            reward: seen.reward,
        })
    };
    let rows: Vec<Row> = seen.iter().filter_map(row).collect();
    let learned: Vec<Learned> = beliefs(&rows, &found.contexts, variations)
        .into_iter()
        .enumerate()
        .map(|(n, beliefs)| {
            let context = found.contexts.get(n);
            Learned {
                leaf: context.map_or(-1, |context| context.leaf),
                exposures: rows
                    .iter()
                    .filter(|row| row.context == context.map(|_| n))
                    .count(),
                weights: weights(&best(&beliefs), args.floor),
                beliefs,
            }
        })
        .collect();
    let mut version = 1.0;
    if let Some(bandit) = &found.bandit
        && let Some(bandit) =
            within(&mut payload, "contextualBandits").and_then(|all| within(all, bandit))
    {
        version = bandit.number_of("banditVersion").unwrap_or(0.0) + 1.0;
        bandit.set("banditVersion", Value::Number(version));
        for (n, learned) in learned[..found.contexts.len()].iter().enumerate() {
            if let Some(context) = place(within(bandit, "contexts"), n) {
                context.set("weights", numbers(&learned.weights));
            }
        }
    }
    let feature = place(within(&mut payload, "features"), found.feature);
    let rule = feature.and_then(|feature| place(within(feature, "rules"), found.rule));
    if let (Some(rule), Some(last)) = (rule, learned.last()) {
        rule.set("weights", numbers(&last.weights));
    }
    // Whole, or not at all: pages may be reading it.
    let write = |source| Error::Write {
        path: args.out.clone(),
        source,
    };
    let beside = args.out.with_extension("new");
    std::fs::write(&beside, payload.to_json()).map_err(write)?;
    std::fs::rename(&beside, &args.out).map_err(write)?;
    let left_out = seen.len() - rows.len();
    if args.json {
        let answer = serde_json::json!({
            "experiment": args.experiment, "variations": found.names, "version": version, "exposures": rows.len(),
            "left_out": left_out, "contexts": learned,
        });
        println!("{answer}");
        return Ok(());
    }
    println!(
        "{}: version {version} of {} exposures, {left_out} left out of variations that are no more",
        args.experiment,
        rows.len()
    );
    for learned in &learned {
        println!(
            "  context {}: {} exposures",
            learned.leaf, learned.exposures
        );
        for ((name, belief), weight) in found
            .names
            .iter()
            .zip(&learned.beliefs)
            .zip(&learned.weights)
        {
            println!(
                "    {name:<12} earns {:.4} ± {:.4}, weight {:.1} %",
                belief.mean,
                belief.error,
                weight * 100.0
            );
        }
    }
    println!("{}", args.out.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn the_chance_to_be_best_is_that_of_normals() {
        let one = |mean, error| Belief { mean, error };
        let even = best(&[one(0.2, 0.01), one(0.2, 0.01), one(0.2, 0.01)]);
        assert!(even.iter().all(|chance| (chance - 1.0 / 3.0).abs() < 1e-6));
        // Two normals: Φ of the difference over the root of the sum of variances.
        let two = best(&[one(0.3, 0.03), one(0.25, 0.04)]);
        assert!((two[0] - phi(1.0)).abs() < 1e-5, "{two:?}");
    }

    #[test]
    fn weights_keep_the_floor_and_are_one_in_all() {
        for chances in [vec![1.0, 0.0, 0.0], vec![1.0 / 3.0; 3], vec![0.5, 0.5, 0.0]] {
            let weights = weights(&chances, 0.05);
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!(weights.iter().all(|weight| *weight >= 0.05));
        }
    }

    #[test]
    fn a_line_is_ridge_regression_by_hand() {
        // Two rows of (level, trait) = (1, 1), one of (1, 0): XᵀX + I = [[4, 2], [2, 3]], Xᵀr = [4, 3].
        let rows: [(&[usize], f64); 3] = [(&[0, 1], 1.0), (&[0, 1], 2.0), (&[0], 1.0)];
        let line = Line::fit(2, rows.into_iter());
        assert!((line.at[0] - (3.0 * 4.0 - 2.0 * 3.0) / 8.0).abs() < 1e-12);
        assert!((line.at[1] - (4.0 * 3.0 - 2.0 * 4.0) / 8.0).abs() < 1e-12);
        assert!((line.spread[0][0] - 3.0 / 8.0).abs() < 1e-12);
    }

    /// Trains every night for thirty; the reward that was missed, by this bandit and by drawing evenly.
    fn shop(seed: u64) -> (f64, f64) {
        let mut random = Random::of(seed, "bandit", 0);
        let contexts: Vec<Context> = ["phone new", "phone old", "desk new", "desk old"]
            .iter()
            .enumerate()
            .map(|(n, name)| Context {
                leaf: n as i64,
                traits: name.split(' ').map(String::from).collect(),
            })
            .collect();
        // What a variation earns in a context: a level of its own, and what device and history make of it.
        let levels: Vec<[f64; 3]> = (0..3)
            .map(|_| {
                [
                    0.04 + 0.06 * random.unit(),
                    0.06 * random.unit(),
                    0.06 * random.unit(),
                ]
            })
            .collect();
        let truth = |context: usize, variation: usize| {
            let [level, device, history] = levels[variation];
            level
                + device * f64::from(u8::from(context < 2))
                + history * f64::from(u8::from(context.is_multiple_of(2)))
        };
        let mut by = vec![vec![1.0 / 3.0; 3]; contexts.len()];
        let mut rows = Vec::new();
        let (mut missed, mut even) = (0.0, 0.0);
        for _ in 0..30 {
            for _ in 0..300 {
                let context = random.below(contexts.len());
                let draw = random.unit();
                let mut upto = 0.0;
                let variation = by[context]
                    .iter()
                    .position(|weight| {
                        upto += weight;
                        draw < upto
                    })
                    .unwrap_or(2);
                let earns = |variation| truth(context, variation);
                let most = (0..3).map(earns).fold(0.0, f64::max);
                missed += most - earns(variation);
                even += most - (0..3).map(earns).sum::<f64>() / 3.0;
                rows.push(Row {
                    context: Some(context),
                    variation,
                    reward: f64::from(u8::from(random.unit() < earns(variation))),
                });
            }
            let learned = beliefs(&rows, &contexts, 3);
            by = learned[..contexts.len()]
                .iter()
                .map(|beliefs| weights(&best(beliefs), 0.02))
                .collect();
        }
        (missed, even)
    }

    #[test]
    fn twenty_shops_miss_far_less_than_by_drawing_evenly() {
        let all: Vec<(f64, f64)> = (0..20).map(shop).collect();
        let missed: f64 = all.iter().map(|(missed, _)| missed).sum();
        let even: f64 = all.iter().map(|(_, even)| even).sum();
        assert!(missed < 0.45 * even, "{missed} of {even}");
    }
}
