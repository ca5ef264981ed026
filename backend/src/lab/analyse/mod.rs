//! Reads experiments out: who was exposed, whether the split is sound, and what the variations did.
//!
//! | file | what |
//! | --- | --- |
//! | `files`, `reading` | files of any kind → messages and rows |
//! | `message`, `scalar`, `table`, `browser` | a message, or a row of a table → facts: exposure, outcome, list |
//! | `read` | all of them in memory, for replay, bandits and offers |
//! | `moments` | sums of units → means, ratios by the delta method, means adjusted by what units did before (CUPED) |
//! | `difference` | Welch, asymptotic confidence sequences, Bayesian read-out, sample ratio, corrections for many metrics |
//! | `readout` | one experiment, read out by a plan |
//! | `interleaving` | lists drafted from two rankers: whose items were chosen |
//! | `health` | whether running experiments can be trusted |
//! | `page` | the read-out as a page of its own, in Chinese and English |
//!
//! The verdict rests on the confidence sequence, which holds however often an experiment is looked at. A sample ratio
//! mismatch stops the read-out: numbers of a broken split are not shown.

mod browser;
pub mod difference;
mod files;
pub mod health;
pub mod interleaving;
mod message;
pub mod moments;
pub(crate) mod page;
pub mod read;
mod reading;
pub mod readout;
mod scalar;
mod table;

use std::path::PathBuf;

use crate::{Coded, Outcome};
use read::Log;
use readout::{Correction, Metric, Plan, Readout, Verdict};

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
        "no exposure among {messages} messages; they are `Experiment Viewed` with `experiment_id` and `variation_id`"
    )]
    NoExposure { messages: u64 },
    #[error("no exposure to the experiment `{key}`; there are: {known}")]
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
            Error::Write { .. } => "lab.write",
        }
    }
}

pub fn run(args: Args) -> Outcome {
    let log = Log::read_by(&args.events, args.by.as_deref())?;
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
    let interleaved =
        interleaving::read(&log, plan.control.as_deref(), plan.alpha, &args.experiment);
    // Who interleaves need not have groups.
    let named = |key: &String| interleaved.iter().all(|one| one.experiment != *key);
    let keys: Vec<String> = args
        .experiment
        .iter()
        .filter(|key| named(key))
        .cloned()
        .collect();
    let readouts = match !interleaved.is_empty()
        && (log.exposures.is_empty() || keys.is_empty() && !args.experiment.is_empty())
    {
        true => Vec::new(),
        false => read_out(&log, &plan, &keys)?,
    };
    if !log.reasons.is_empty() {
        eprintln!("{}", log.reasons);
    }
    if let Some(path) = args.html {
        std::fs::write(&path, page::html(&readouts, &interleaved)).map_err(|source| {
            Error::Write {
                path: path.clone(),
                source,
            }
        })?;
    }
    if args.json {
        let json = serde_json::json!({
            "messages": log.messages, "refused": log.refused, "duplicates": log.duplicates, "experiments": readouts,
            "interleaved": interleaved,
        });
        println!("{json}");
        return Ok(());
    }
    println!(
        "{} messages, {} refused, {} read before, {} units",
        log.messages,
        log.refused,
        log.duplicates,
        log.units()
    );
    for readout in &readouts {
        print(readout);
    }
    for comparison in &interleaved {
        print_interleaved(comparison);
    }
    Ok(())
}

/// Reads these experiments out, or all.
pub fn read_out(log: &Log, plan: &Plan, keys: &[String]) -> Result<Vec<Readout>, Error> {
    if log.exposures.is_empty() {
        return Err(Error::NoExposure {
            messages: log.messages,
        });
    }
    let all = log.experiments.all();
    let exposed: Vec<String> = all
        .iter()
        .filter(|key| {
            let number = log.experiments.find(key);
            let of = |exposure: &read::Exposure| Some(exposure.experiment) == number;
            log.exposures.iter().any(of)
        })
        .cloned()
        .collect();
    // Offers are drawn by the shopper, so their groups are never alike: `lab offers` reads them.
    let alike = exposed.iter().filter(|key| !key.starts_with("offer:"));
    let all: Vec<String> = alike.cloned().collect();
    let keys = if keys.is_empty() { &all } else { keys };
    keys.iter()
        .map(|key| {
            plan.read(log, key).ok_or_else(|| Error::Unknown {
                key: key.clone(),
                known: exposed.join(", "),
            })
        })
        .collect()
}

fn percent(share: f64) -> String {
    format!("{:+.2} %", share * 100.0)
}

fn print(readout: &Readout) {
    println!(
        "\n{} · {} to {}",
        readout.experiment, readout.from, readout.to
    );
    for variation in &readout.variations {
        let role = if variation.control { ", control" } else { "" };
        println!(
            "  {}: {} units, planned {:.1} %{role}",
            variation.name,
            variation.units,
            variation.weight * 100.0
        );
    }
    if readout.dropped > 0 {
        println!(
            "  {} units were seen in two variations and are left out",
            readout.dropped
        );
    }
    println!("  sample ratio: p = {:.4}", readout.sample_ratio.p);
    for day in &readout.sample_ratio.bad_days {
        println!("  sample ratio fails on {day} by itself");
    }
    for comparison in &readout.comparisons {
        let best = comparison.best();
        println!(
            "  {:<12} {} → {}  {} [{}, {}] at every look [{}, {}]  p {:.4} corrected {:.4}  better with {:.1} %",
            comparison.metric.name(),
            number(comparison.control),
            number(comparison.treatment),
            percent(best.estimate),
            percent(best.interval.low),
            percent(best.interval.high),
            percent(best.anytime.low),
            percent(best.anytime.high),
            best.p,
            comparison.p_corrected,
            comparison.chance_to_win * 100.0,
        );
        if comparison.cuped.is_some() {
            println!(
                "{:15}adjusted by what units did before: {:.1} % of the variance",
                "",
                comparison.variance_explained * 100.0
            );
        }
    }
    for guardrail in &readout.guardrails {
        let held = if guardrail.passed {
            "held"
        } else {
            "not shown to hold"
        };
        println!(
            "  guardrail {}: not worse by {:.1} %: {held}, {} p {:.4}",
            guardrail.metric.name(),
            guardrail.margin * 100.0,
            percent(guardrail.estimate),
            guardrail.p
        );
    }
    println!("  {}", verdict(readout.verdict));
    for part in &readout.parts {
        let counts = part.units.iter().map(u64::to_string);
        let counts = counts.collect::<Vec<_>>().join(" : ");
        match &part.reading {
            Some(reading) => println!(
                "  {:<16} {counts} units  {} at every look [{}, {}]  corrected p {:.4}",
                part.value,
                percent(reading.estimate),
                percent(reading.anytime.low),
                percent(reading.anytime.high),
                part.p_corrected
            ),
            None => println!(
                "  {:<16} {counts} units  not compared: too few, or not as planned (p {:.4})",
                part.value, part.sample_ratio
            ),
        }
    }
}

fn print_interleaved(one: &interleaving::Comparison) {
    println!(
        "\n{} · interleaved {} and {} · {} to {}",
        one.experiment, one.control, one.treatment, one.from, one.to
    );
    println!(
        "  {} lists of {} units, {} with a difference; {} visits: {} won by {}, {} by {}, {} undecided",
        one.lists,
        one.units,
        one.competitive,
        one.tally.visits(),
        one.tally.wins,
        one.treatment,
        one.tally.losses,
        one.control,
        one.tally.ties
    );
    println!(
        "  {} wins {:.2} % of decided visits, at every look [{:.2} %, {:.2} %], p {:.4}",
        one.treatment,
        one.share * 100.0,
        one.interval.low * 100.0,
        one.interval.high * 100.0,
        one.p
    );
    println!(
        "  {}",
        match one.preferred {
            interleaving::Preference::Treatment => format!("{} is better", one.treatment),
            interleaving::Preference::Control => format!("{} is better", one.control),
            interleaving::Preference::Open => "open: neither is shown to be better".into(),
        }
    );
}

fn number(value: f64) -> String {
    format!("{value:.4}")
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::SampleRatioMismatch => {
            "stopped: the counts do not fit the planned shares (p < 0.001), so exposures are lost or the split is broken; nothing is compared"
        }
        Verdict::NotEnough => "not compared: it takes two variations of at least 8 units each",
        Verdict::Better => "better: the interval that holds at every look is above 0",
        Verdict::Worse => "worse: the interval that holds at every look is below 0",
        Verdict::Open => "open: no difference is shown yet",
    }
}
