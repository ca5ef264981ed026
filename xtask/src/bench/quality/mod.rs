//! How well the model ranks sessions that it has not seen: `tillside train` and `tillside evaluate` on real click logs.
//!
//! One log comes with a crate and so can be measured anywhere. Others are folders that the person who measures has,
//! since their licences allow measuring and no more. Beside the model stands plain cosine co-occurrence, counted in
//! the same run on the same rows, so that a figure can be judged without knowing the log. What descriptions add to
//! sessions is measured where a log has them: see [`content`]. Baskets of a supermarket and of a web shop are
//! completed likewise: see [`tafeng`] and [`retail`].

mod baseline;
mod baskets;
mod content;
mod known;
mod log;
pub(super) mod retail;
mod serenade;
pub(super) mod tafeng;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::bench::page::{self, Plot};
use crate::folders::{root, target};
use crate::process::{output, step};
use log::Log;

/// Where logs are looked for when no `--data` says otherwise, beside the workspace.
pub(super) const LOGS: &str = "../shared/data/sessions";

/// The log that a crate carries.
const SERENADE: &str = "serenade";

/// What `tillside evaluate --json` prints, as far as it is shown.
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

impl Evaluation {
    /// By the protocol that the figures of others are of.
    fn next(&self, log: &str) -> &Metrics {
        match known::of(log) {
            Some(known) if known.others => &self.others,
            _ => &self.all,
        }
    }
}

#[derive(Deserialize)]
struct Metrics {
    #[serde(rename = "hr@20")]
    hr: f64,
    #[serde(rename = "mrr@20")]
    mrr: f64,
}

/// Of answers that have few clicks.
#[derive(Deserialize)]
struct Rare {
    predictions: u64,
    #[serde(flatten)]
    metrics: Metrics,
}

#[derive(Deserialize)]
struct Percentiles {
    p50: f64,
    p99: f64,
}

/// Measures every log there is, or only one, and prints a table, and where asked brings the documentation up to date. With
/// an encoder these are the logs of sessions alone: it has no part in the rest.
pub fn run(
    tillside: &Path,
    data: Option<&str>,
    only: Option<&str>,
    encoder: &str,
    write: bool,
) -> Result<()> {
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    let of_baskets = match encoder {
        "off" => &[tafeng::NAME, retail::NAME][..],
        _ => &[],
    };
    let is_wanted = |name: &&str| wanted(name);
    ensure!(
        !write || only.is_none() || of_baskets.iter().any(is_wanted),
        "`--only {} --write`: the table and plots of sessions are of all logs; leave one of the two out",
        only.unwrap_or_default()
    );
    let work = target().join("bench/quality");
    fs::create_dir_all(&work).with_context(|| format!("{} cannot be made", work.display()))?;
    let mut logs = Vec::new();
    if wanted(SERENADE) {
        let log = serenade::make(&work.join(SERENADE))?;
        logs.push((SERENADE.to_owned(), log));
    }
    let others = folders(data)?;
    let names: Vec<String> = others.iter().map(|(name, _)| name.clone()).collect();
    logs.extend(others.into_iter().filter(|(name, _)| wanted(name)));
    ensure!(
        !logs.is_empty() || of_baskets.iter().any(is_wanted),
        "`--only {}`: there are {SERENADE}{}",
        only.unwrap_or_default(),
        of_baskets
            .iter()
            .copied()
            .chain(names.iter().map(String::as_str))
            .map(|name| format!(", {name}"))
            .collect::<String>()
    );
    let found: Vec<(String, Measured)> = logs
        .iter()
        .map(|(name, log)| {
            let measured = step(&format!("train and evaluate on {name}"), || {
                measure(tillside, name, encoder, log, &work)
            })?;
            Ok((name.clone(), measured))
        })
        .collect::<Result<_>>()?;
    let mut table = TABLE.join("\n");
    for (name, measured) in &found {
        table += &format!("\n{}", row(name, measured));
    }
    if !found.is_empty() {
        println!("{table}\n");
    }
    if encoder != "off" {
        if write {
            page::write(&format!("encoder-{encoder}"), &table)?;
        }
        return Ok(());
    }
    if let Some(described) = &content::measure(tillside, &logs, &work)? {
        println!("{described}\n");
        if write && only.is_none() {
            page::write("content", described)?;
        }
    }
    if wanted(tafeng::NAME)
        && let Some(baskets) = tafeng::measure(tillside, &work)?
    {
        println!("{baskets}\n");
        if write {
            page::write("baskets", &baskets)?;
        }
    }
    let logs = data.map_or_else(|| root().join(LOGS), PathBuf::from);
    if wanted(retail::NAME) {
        match retail::find(&logs) {
            Some(invoices) => {
                let baskets = retail::measure(tillside, &invoices, &work)?;
                println!("{baskets}\n");
                if write {
                    page::write("invoices", &baskets)?;
                }
            }
            None => eprintln!(
                "Online Retail is left out: neither {} nor the folder beside it has it",
                logs.display()
            ),
        }
    }
    if write && only.is_none() {
        let plots = [
            plot(
                "quality-new-hr",
                "HitRate@20, next items new to the session",
                &found,
                |_, found| (found.found.new.hr, Some(found.cosine)),
                |known| known.new[0],
            )?,
            plot(
                "quality-new-mrr",
                "MRR@20, next items new to the session",
                &found,
                |_, found| (found.found.new.mrr, None),
                |known| known.new[1],
            )?,
            plot(
                "quality-all-hr",
                "HitRate@20, all next items",
                &found,
                |log, found| (found.found.next(log).hr, None),
                |known| known.all[0],
            )?,
            plot(
                "quality-all-mrr",
                "MRR@20, all next items",
                &found,
                |log, found| (found.found.next(log).mrr, None),
                |known| known.all[1],
            )?,
        ];
        page::write("quality", &format!("{table}\n\n{}", plots.join("\n\n")))?;
    }
    Ok(())
}

const TABLE: [&str; 2] = [
    "| log | items | bytes | an item | with brotli | training | HR@20 new | MRR@20 new | HR@20 all | MRR@20 all | HR@20 others | MRR@20 others | cosine HR@20 new | ratio | one list, p50 / p99 |",
    "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
];

/// Ours beside plain co-occurrence and the best that is known.
fn plot(
    name: &str,
    title: &str,
    found: &[(String, Measured)],
    ours: impl Fn(&str, &Measured) -> (f64, Option<f64>),
    best: impl Fn(&known::Known) -> f64,
) -> Result<String> {
    let groups = found.iter().map(|(log, measured)| {
        let (ours, cosine) = ours(log, measured);
        (
            log.clone(),
            vec![Some(ours), known::of(log).map(&best), cosine],
        )
    });
    Plot {
        title,
        kinds: &[
            ("this model", "#0d5c4a"),
            ("best other method", "#d9a441"),
            ("cosine", "#b9b6ae"),
        ],
        groups: groups.collect(),
    }
    .write(name)
}

/// The folders of the data folder that hold a log, by name.
fn folders(data: Option<&str>) -> Result<Vec<(String, Log)>> {
    let folder = data.map_or_else(|| root().join(LOGS), PathBuf::from);
    if !folder.is_dir() {
        ensure!(
            data.is_none(),
            "{} is no folder; give one with a folder for each log",
            folder.display()
        );
        return Ok(Vec::new());
    }
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

struct Measured {
    training: f64,
    found: Evaluation,
    /// HitRate@20 on what is new, of plain cosine co-occurrence.
    cosine: f64,
}

/// Trains and evaluates on the click log that a published package carries: the model must rank better than plain
/// co-occurrence, in at most sixty bytes an item, and better still where going back is an answer.
pub fn check(tillside: &Path) -> Result<()> {
    let work = target().join("bench/quality");
    fs::create_dir_all(&work).with_context(|| format!("{} cannot be made", work.display()))?;
    let log = serenade::make(&work.join(SERENADE))?;
    let measured = measure(tillside, SERENADE, "off", &log, &work)?;
    println!("{}", row(SERENADE, &measured));
    let Measured { found, cosine, .. } = &measured;
    ensure!(
        found.new.hr > *cosine && found.bytes_per_item <= 60.0,
        "HitRate@20 {:.4} at {:.1} bytes an item, cosine has {cosine:.4}",
        found.new.hr,
        found.bytes_per_item
    );
    ensure!(
        found.others.hr > found.new.hr && found.others.mrr > found.new.mrr,
        "returns are foreseen worse than new items: MRR@20 {:.4} on all others, {:.4} on what is new",
        found.others.mrr,
        found.new.mrr
    );
    Ok(())
}

/// Trains with some options and evaluates with others: the seconds that training took, and what was printed.
fn try_out<T: DeserializeOwned>(
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

fn measure(tillside: &Path, name: &str, encoder: &str, log: &Log, work: &Path) -> Result<Measured> {
    let model = work.join("model").join(name);
    let train = [
        ["--encoder".as_ref(), encoder.as_ref()],
        ["--sessions".as_ref(), log.train.as_os_str()],
    ];
    let test = ["--sessions".as_ref(), log.test.as_os_str()];
    let (training, found): (f64, Evaluation) = try_out(tillside, &train, &test, &model)?;
    let cosine = baseline::hit_rate(&log.sessions()?, &log.questions()?);
    Ok(Measured {
        training,
        found,
        cosine,
    })
}

/// A row of the table.
fn row(name: &str, measured: &Measured) -> String {
    let Measured {
        training,
        found,
        cosine,
    } = measured;
    format!(
        "| {name} | {} | {} | {:.1} | {:.1} | {training:.1} s | {:.4} | {:.4} | {:.4} | {:.4} | {:.4} | {:.4} | {cosine:.4} | {:.3} | {:.0} / {:.0} µs |",
        found.items,
        found.model_bytes,
        found.bytes_per_item,
        found.brotli_bytes_per_item,
        found.new.hr,
        found.new.mrr,
        found.all.hr,
        found.all.mrr,
        found.others.hr,
        found.others.mrr,
        found.new.hr / cosine,
        found.microseconds.p50,
        found.microseconds.p99,
    )
}
