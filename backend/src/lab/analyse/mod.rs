//! Reads experiments out: who was exposed, whether the split is sound, and what the variations did.
//!
//! | file | what |
//! | --- | --- |
//! | `files`, `reading` | files of any kind → messages and rows |
//! | `message`, `scalar`, `table`, `browser` | a message, or a row of a table → facts: exposure, outcome, list |
//! | `sort`, `packed`, `units` | facts unit by unit, in memory that grows with units and not with events |
//! | `plan`, `metric`, `member` | how to read; what is measured of a unit; a unit in an experiment |
//! | `moments` | sums of units → means, ratios by the delta method, means adjusted by what units did before (CUPED) |
//! | `difference` | Welch, asymptotic confidence sequences, Bayesian read-out, sample ratio, corrections for many metrics |
//! | `split` | sample ratio as a whole and by day, browser and entry page |
//! | `compare`, `days`, `parts` | variations compared; day by day; by kinds of units |
//! | `readout` | experiments, read out by a plan |
//! | `interleaving` | lists drafted from two rankers: whose items were chosen |
//! | `health` | whether running experiments can be trusted |
//! | `terminal`, `page` | the read-out as text, and as a page of its own in Chinese and English |
//! | `read` | events one by one, all in memory, for replay, bandits and offers |
//!
//! The verdict rests on the confidence sequence, which holds however often an experiment is looked at. A sample ratio
//! mismatch stops the read-out: numbers of a broken split are not shown.

pub(crate) mod browser;
pub mod compare;
mod days;
pub mod difference;
mod files;
pub mod health;
pub mod interleaving;
mod member;
mod message;
pub mod metric;
pub mod moments;
mod packed;
pub(crate) mod page;
mod parts;
pub mod plan;
pub mod read;
mod reading;
pub mod readout;
mod scalar;
mod sort;
pub mod split;
mod table;
mod terminal;
pub mod units;

use std::path::PathBuf;

use crate::{Coded, Outcome};
use metric::Metric;
use plan::{Correction, Plan};
use readout::Readout;
use units::Units;

pub use readout::read_out;

/// Analyse experiments from the collector's events: sample ratio, differences, always-valid intervals
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The collector's database, its messages as JSON lines, or a table of events (Parquet, CSV); repeatable
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    events: Vec<PathBuf>,
    /// Experiment to analyse; repeatable [default: all]
    #[arg(long, value_name = "KEY")]
    experiment: Vec<String>,
    /// Control variation [default: the first by name]
    #[arg(long, value_name = "VARIATION")]
    control: Option<String>,
    /// Planned shares, `0=0.5,1=0.5` [default: equal]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = weight)]
    weights: Vec<(String, f64)>,
    /// Metrics to compare; the first decides the verdict
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Metric::Conversion, Metric::Revenue, Metric::OrderValue, Metric::ListClicks])]
    metrics: Vec<Metric>,
    /// Guardrail metrics, with the largest accepted relative loss, `revenue=0.02`
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = guardrail)]
    guardrails: Vec<(Metric, f64)>,
    /// Significance level of intervals and tests
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = share)]
    alpha: f64,
    /// Days after exposure that count [default: all]
    #[arg(long, value_name = "DAYS")]
    window: Option<f64>,
    /// Days before exposure for variance reduction (CUPED); 0 turns it off
    #[arg(long, value_name = "DAYS", default_value_t = 28.0)]
    before: f64,
    /// Quantile of buyers' revenue at which it is winsorised
    #[arg(long, value_name = "SHARE", default_value_t = 0.999, value_parser = share)]
    cap: f64,
    /// Correction of p-values for multiple comparisons
    #[arg(long, value_enum, default_value = "holm")]
    correction: Correction,
    /// Also analyse each experiment by the values of a property or trait, such as channel, segment, tier or stage, as known
    /// at exposure
    #[arg(long, value_name = "PROPERTY")]
    by: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write a self-contained HTML page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// A share between 0 and 1.
fn share(text: &str) -> Result<f64, String> {
    let share = text
        .parse()
        .ok()
        .filter(|share| *share > 0.0 && *share < 1.0);
    share.ok_or_else(|| "give a number between 0 and 1".into())
}

fn weight(text: &str) -> Result<(String, f64), String> {
    let parts = text
        .split_once('=')
        .and_then(|(name, share)| Some((name.to_owned(), share.parse().ok()?)));
    parts
        .filter(|(_, share)| *share >= 0.0)
        .ok_or_else(|| "write `variation=share`".into())
}

fn guardrail(text: &str) -> Result<(Metric, f64), String> {
    let (name, margin) = text.split_once('=').ok_or("write `metric=share`")?;
    let metric = Metric::ALL.into_iter().find(|metric| metric.name() == name);
    let metric = metric.ok_or_else(|| {
        format!(
            "no metric `{name}`; there are {}",
            Metric::ALL.map(Metric::name).join(", ")
        )
    })?;
    Ok((metric, share(margin)?))
}

/// Why nothing is read out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error(transparent)]
    Input(#[from] crate::ingest::Error),
    #[error(
        "no exposure among {messages} messages; pages must report `Experiment Viewed` with `experiment_id` and `variation_id`"
    )]
    NoExposure { messages: u64 },
    #[error(
        "the planned shares name no `{variation}`, which units of `{experiment}` saw; name every variation: --weights {variation}=SHARE,…, and one experiment: --experiment {experiment}"
    )]
    Weights {
        experiment: String,
        variation: String,
    },
    #[error("no experiment has the control variation `{control}`; name one of: {known}")]
    Control { control: String, known: String },
    #[error("temporary files in {} cannot be written or read: {source}; free space there, or name another folder by TMPDIR", folder.display())]
    Scratch {
        folder: PathBuf,
        source: std::io::Error,
    },
    #[error("no exposure to the experiment `{key}`; name one of the logged experiments: {known}")]
    Unknown { key: String, known: String },
    #[error("{} cannot be written: {source}; check the path, its permissions and the disk", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::Input(error) => error.code(),
            Error::NoExposure { .. } => "lab.no_exposure",
            Error::Unknown { .. } => "lab.unknown_experiment",
            Error::Weights { .. } => "lab.weights",
            Error::Control { .. } => "lab.control",
            Error::Scratch { .. } => "lab.scratch",
            Error::Write { .. } => "lab.write",
        }
    }
}

/// What a run says of experiments.
#[derive(Debug, Default)]
pub struct Analysis {
    pub readouts: Vec<Readout>,
    pub interleaved: Vec<interleaving::Comparison>,
    /// Experiments of which lists say that a variation was used, by how many units, and no exposure has arrived.
    pub unexposed: Vec<(String, u64)>,
}

/// Reads these experiments out, or all; nothing is an error where there is none at all.
pub fn analyse(units: &Units, plan: &Plan, keys: &[String]) -> Result<Analysis, Error> {
    let interleaved = interleaving::read(units, plan.control.as_deref(), plan.alpha, keys)?;
    let names = &units.names.experiments;
    let unexposed = units.unexposed.iter();
    let mut unexposed: Vec<(String, u64)> = unexposed
        .map(|(experiment, units)| (names.name(*experiment).to_owned(), *units))
        .filter(|(key, _)| keys.is_empty() || keys.contains(key))
        .collect();
    unexposed.sort_unstable();
    // Who interleaves need not have groups, and of whom no exposure arrived has none.
    let is_group = |key: &&String| {
        interleaved.iter().all(|one| one.experiment != **key)
            && unexposed.iter().all(|(other, _)| other != *key)
    };
    let others: Vec<String> = keys.iter().filter(is_group).cloned().collect();
    let is_all = others.is_empty() && !keys.is_empty();
    let is_something = !interleaved.is_empty() || !unexposed.is_empty();
    let readouts = match is_something && (units.exposed.is_empty() || is_all) {
        true => Vec::new(),
        false => read_out(units, plan, &others)?,
    };
    check_control(plan, &readouts, &interleaved)?;
    Ok(Analysis {
        readouts,
        interleaved,
        unexposed,
    })
}

/// A control that nobody has would be replaced by another in silence.
fn check_control(
    plan: &Plan,
    readouts: &[Readout],
    interleaved: &[interleaving::Comparison],
) -> Result<(), Error> {
    let Some(control) = &plan.control else {
        return Ok(());
    };
    let variations = readouts.iter().flat_map(|readout| &readout.variations);
    let rankers = interleaved
        .iter()
        .flat_map(|one| [&one.control, &one.treatment]);
    let mut known: Vec<&str> = variations
        .map(|variation| variation.name.as_str())
        .chain(rankers.map(String::as_str))
        .collect();
    known.sort_unstable();
    known.dedup();
    if known.contains(&control.as_str()) {
        return Ok(());
    }
    Err(Error::Control {
        control: control.clone(),
        known: known.join(", "),
    })
}

pub fn run(args: Args) -> Outcome {
    let units = Units::read(&args.events, args.by.as_deref())?;
    let plan = Plan {
        control: args.control,
        weights: args.weights.into_iter().collect(),
        metrics: args.metrics,
        guardrails: args.guardrails,
        alpha: args.alpha,
        window: args.window,
        before: args.before,
        cap: args.cap,
        correction: args.correction,
    };
    if !units.refusals.is_empty() {
        eprintln!("{}", units.refusals);
    }
    let analysis = analyse(&units, &plan, &args.experiment)?;
    if let Some(path) = args.html {
        std::fs::write(&path, page::html(&analysis)).map_err(|source| Error::Write {
            path: path.clone(),
            source,
        })?;
    }
    if args.json {
        println!("{}", json(&units, &analysis));
    } else {
        terminal::print(&units, &analysis);
    }
    Ok(())
}

/// What a run says, as JSON.
pub fn json(units: &Units, analysis: &Analysis) -> serde_json::Value {
    let unexposed = analysis.unexposed.iter();
    let unexposed: Vec<serde_json::Value> = unexposed
        .map(|(experiment, used)| serde_json::json!({ "experiment": experiment, "used": used }))
        .collect();
    serde_json::json!({
        "messages": units.messages, "refused": units.refusals.rows(), "duplicates": units.duplicates,
        "units": units.units, "oversized": units.oversized,
        "experiments": analysis.readouts, "interleaved": analysis.interleaved, "unexposed": unexposed,
    })
}

/// The day of a number of days since 1970.
fn date(day: i64) -> String {
    crate::ingest::iso(day * plan::DAY_MS)
        .chars()
        .take(10)
        .collect()
}
