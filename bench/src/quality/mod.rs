//! Ranking of unseen sessions: `tillside train` and `tillside evaluate` on real click logs.
//!
//! One log comes with a crate and so can be measured anywhere; others lie in the data folder ([`crate::data`]). The baseline, item
//! cosine on co-occurrence, is measured in the same run on the same rows, so that a figure can be judged without knowing the log.
//! Logs with a file of items also measure what content features add ([`content`]); basket completion is in [`crate::baskets`].

mod baseline;
mod content;
mod log;
mod serenade;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xtask_tools::folders::target;
use xtask_tools::process::{output, step};

use crate::baskets::{retail, tafeng};
use crate::data::{Data, remedy};
use crate::{definition, docs, record};
use log::Log;

pub use content::Described;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    data: Data,
    /// Only this data set: serenade, ta-feng, online-retail, or a log's folder in DIR
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Train a sequence encoder: none, one in the model, or one that the neighbours are distilled from; minutes for each log
    #[arg(long, value_name = "WHEN", default_value = "off")]
    encoder: Encoder,
    /// Keep the figures in bench/records and bring docs/benchmarks.md up to date
    #[arg(long)]
    write: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Encoder {
    Off,
    On,
    Teach,
}

impl Encoder {
    /// As `tillside train` takes it.
    fn name(self) -> &'static str {
        match self {
            Encoder::Off => "off",
            Encoder::On => "on",
            Encoder::Teach => "teach",
        }
    }

    /// Of the record of sessions.
    fn record(self) -> &'static str {
        match self {
            Encoder::Off => "quality",
            Encoder::On => "encoder-on",
            Encoder::Teach => "encoder-teach",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    serenade: serenade::Definition,
    bounds: Bounds,
    content: content::Definition,
    known: Vec<Known>,
}

/// Held by [`check`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    bytes_per_item: f64,
}

/// The best other method on a log: HitRate@20 and MRR@20.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    log: String,
    /// Of rows whose answer is new to the session.
    pub new: [f64; 2],
    /// Of all rows.
    pub all: [f64; 2],
    /// `all` is of lists without the item being looked at.
    #[serde(default)]
    pub others: bool,
}

fn definition() -> Result<Definition> {
    definition::read("quality")
}

/// The best other methods, for plots.
pub fn known(log: &str) -> Result<Option<Known>> {
    Ok(definition()?
        .known
        .into_iter()
        .find(|known| known.log == log))
}

/// The log that a crate carries.
const SERENADE: &str = "serenade";

/// What `tillside evaluate --json` prints, as far as it is kept.
#[derive(Deserialize)]
struct Evaluation {
    items: u64,
    model_bytes: u64,
    bytes_per_item: f64,
    brotli_bytes_per_item: f64,
    all: Metrics,
    others: Metrics,
    new: Metrics,
    rare: Option<Rare>,
    microseconds: Percentiles,
}

#[derive(Deserialize)]
pub struct Metrics {
    #[serde(rename = "hr@20")]
    pub hr: f64,
    #[serde(rename = "mrr@20")]
    pub mrr: f64,
}

/// Of answers that have few clicks.
#[derive(Deserialize)]
struct Rare {
    predictions: u64,
    #[serde(flatten)]
    metrics: Metrics,
}

#[derive(Deserialize)]
pub struct Percentiles {
    pub p50: f64,
    pub p99: f64,
}

/// What the documentation prints of a log. Pairs are HitRate@20 and MRR@20.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    pub log: String,
    pub items: u64,
    pub model_bytes: u64,
    pub bytes_per_item: f64,
    /// With brotli; records of before it was measured lack it.
    pub brotli_bytes_per_item: Option<f64>,
    pub training_seconds: f64,
    /// Next items new to the session.
    pub new: [f64; 2],
    /// All next items.
    pub all: [f64; 2],
    /// All next items, without the item being looked at.
    pub others: [f64; 2],
    /// HitRate@20 on `new` of plain cosine co-occurrence.
    pub cosine: f64,
    /// One list, in microseconds: p50 and p99.
    pub microseconds: [f64; 2],
}

/// Measures every log there is, or only one, and prints a table, and where asked brings the documentation up to date. With
/// an encoder these are the logs of sessions alone: it has no part in the rest.
pub fn run(tillside: &Path, args: &Args) -> Result<()> {
    let Args { encoder, write, .. } = *args;
    let only = args.only.as_deref();
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    let of_baskets = match encoder {
        Encoder::Off => &[tafeng::NAME, retail::NAME][..],
        _ => &[],
    };
    let is_wanted = |name: &&str| wanted(name);
    ensure!(
        !write || only.is_none() || of_baskets.iter().any(is_wanted),
        "`--only {} --write`: the table and plots of sessions are of all logs; leave one of the two out",
        only.unwrap_or_default()
    );
    let work = work()?;
    let mut logs = Vec::new();
    if wanted(SERENADE) {
        let log = serenade::make(&definition()?.serenade, &work.join(SERENADE))?;
        logs.push((SERENADE.to_owned(), log));
    }
    let others = folders(&args.data)?;
    ensure!(
        !write || only.is_some() || !others.is_empty(),
        "`--write`: the table of sessions is of all logs, and {} has none; {}",
        args.data.folder().display(),
        remedy(&args.data.folder())
    );
    let names: Vec<String> = others.iter().map(|(name, _)| name.clone()).collect();
    logs.extend(others.into_iter().filter(|(name, _)| wanted(name)));
    ensure!(
        !logs.is_empty() || of_baskets.iter().any(is_wanted),
        "unknown data set `--only {}`; available: {SERENADE}{}",
        only.unwrap_or_default(),
        of_baskets
            .iter()
            .copied()
            .chain(names.iter().map(String::as_str))
            .map(|name| format!(", {name}"))
            .collect::<String>()
    );
    rank(tillside, &logs, encoder, write && only.is_none(), &work)?;
    if encoder == Encoder::Off {
        complete(tillside, args, &wanted, &work)?;
    }
    if write {
        docs::derive()?;
    }
    Ok(())
}

/// The part of sessions.
fn rank(
    tillside: &Path,
    logs: &[(String, Log)],
    encoder: Encoder,
    write: bool,
    work: &Path,
) -> Result<()> {
    if logs.is_empty() {
        return Ok(());
    }
    let found = logs.iter().map(|(name, log)| {
        step(&format!("train and evaluate on {name}"), || {
            measure(tillside, name, encoder, log, work)
        })
    });
    let found = found.collect::<Result<Vec<_>>>()?;
    println!("{}\n", docs::rankings(&found));
    let command = format!("quality --data DIR --encoder {}", encoder.name());
    if write {
        record::keep(encoder.record(), &command, &found)?;
    }
    if encoder != Encoder::Off {
        return Ok(());
    }
    let described = content::measure(tillside, &definition()?.content, logs, work)?;
    if !described.is_empty() {
        println!("{}\n", docs::content(&described));
        if write {
            record::keep("content", "quality --data DIR", &described)?;
        }
    }
    Ok(())
}

/// The part of baskets.
fn complete(
    tillside: &Path,
    args: &Args,
    wanted: &impl Fn(&str) -> bool,
    work: &Path,
) -> Result<()> {
    if wanted(tafeng::NAME)
        && let Some(figures) = tafeng::measure(tillside, work)?
    {
        println!("{}\n", docs::baskets(&figures));
        if args.write {
            record::keep("baskets", "quality --only ta-feng", figures)?;
        }
    }
    if wanted(retail::NAME)
        && let Some(figures) = retail::measure(tillside, &args.data.folder(), work)?
    {
        println!("{}\n", docs::baskets(&figures));
        if args.write {
            record::keep("invoices", "quality --only online-retail", figures)?;
        }
    }
    Ok(())
}

/// Where logs and models are put.
fn work() -> Result<PathBuf> {
    let work = target().join("bench/quality");
    fs::create_dir_all(&work).with_context(|| format!("{} cannot be made", work.display()))?;
    Ok(work)
}

/// The folders of the data folder that hold a log, by name.
fn folders(data: &Data) -> Result<Vec<(String, Log)>> {
    let Some(folder) = data.existing()? else {
        let folder = data.folder();
        eprintln!(
            "only data sets that packages carry are measured; {} does not exist. To measure another log, {}",
            folder.display(),
            remedy(&folder)
        );
        return Ok(Vec::new());
    };
    let mut logs = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let folder = entry?.path();
        if let Some(log) = Log::of(&folder) {
            let name = folder
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            logs.push((name, log));
        }
    }
    logs.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(logs)
}

/// Trains and evaluates on the click log that a published package carries: the model must rank better than plain
/// co-occurrence, in at most so many bytes an item, and better still where going back is an answer.
pub fn check(tillside: &Path) -> Result<()> {
    let (definition, work) = (definition()?, work()?);
    let log = serenade::make(&definition.serenade, &work.join(SERENADE))?;
    let found = [measure(tillside, SERENADE, Encoder::Off, &log, &work)?];
    println!("{}", docs::rankings(&found));
    let [found] = found;
    ensure!(
        found.new[0] > found.cosine && found.bytes_per_item <= definition.bounds.bytes_per_item,
        "HitRate@20 {:.4} at {:.1} bytes an item, cosine has {:.4}",
        found.new[0],
        found.bytes_per_item,
        found.cosine
    );
    ensure!(
        found.others[0] > found.new[0] && found.others[1] > found.new[1],
        "returns are predicted worse than new items: MRR@20 {:.4} on all others, {:.4} on what is new",
        found.others[1],
        found.new[1]
    );
    Ok(())
}

/// Trains with some options and evaluates with others: the seconds that training took, and what was printed.
pub fn try_out<T: DeserializeOwned>(
    tillside: &Path,
    train: &[[&OsStr; 2]],
    test: &[&OsStr],
    model: &Path,
) -> Result<(f64, T)> {
    let started = Instant::now();
    output(
        Command::new(tillside)
            .arg("train")
            .args(train.as_flattened())
            .arg("--out")
            .arg(model),
    )?;
    let training = started.elapsed().as_secs_f64();
    let json = output(
        Command::new(tillside)
            .args(["evaluate", "--json", "--model"])
            .arg(model)
            .args(test),
    )?;
    let found =
        serde_json::from_str(&json).context("`tillside evaluate` printed something else")?;
    Ok((training, found))
}

fn measure(
    tillside: &Path,
    name: &str,
    encoder: Encoder,
    log: &Log,
    work: &Path,
) -> Result<Ranking> {
    let model = work.join("model").join(name);
    let train = [
        ["--encoder".as_ref(), encoder.name().as_ref()],
        ["--sessions".as_ref(), log.train.as_os_str()],
    ];
    let test = ["--sessions".as_ref(), log.test.as_os_str()];
    let (training_seconds, found): (f64, Evaluation) = try_out(tillside, &train, &test, &model)?;
    let cosine = baseline::hit_rate(&log.sessions()?, &log.questions()?);
    let pair = |metrics: &Metrics| [metrics.hr, metrics.mrr];
    Ok(Ranking {
        log: name.to_owned(),
        items: found.items,
        model_bytes: found.model_bytes,
        bytes_per_item: found.bytes_per_item,
        brotli_bytes_per_item: Some(found.brotli_bytes_per_item),
        training_seconds,
        new: pair(&found.new),
        all: pair(&found.all),
        others: pair(&found.others),
        cosine,
        microseconds: [found.microseconds.p50, found.microseconds.p99],
    })
}
