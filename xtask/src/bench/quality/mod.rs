//! How well the model ranks sessions that it has not seen: `tillside train` and `tillside evaluate` on real click logs.
//!
//! One log comes with a crate and so can be measured anywhere. Others are folders that the person who measures has,
//! since their licences allow measuring and no more. Beside the model stands plain cosine co-occurrence, counted in
//! the same run on the same rows, so that a figure can be judged without knowing the log.

mod baseline;
mod log;
mod serenade;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::folders::{root, target};
use crate::process::{output, step};
use log::Log;

/// Where logs are looked for when no `--data` says otherwise, beside the workspace.
const LOGS: &str = "../shared/data/sessions";

/// What `tillside evaluate --json` prints, as far as it is shown.
#[derive(Deserialize)]
struct Evaluation {
    items: u64,
    model_bytes: u64,
    bytes_per_item: f64,
    all: Metrics,
    new: Metrics,
    microseconds: Percentiles,
}

#[derive(Deserialize)]
struct Metrics {
    #[serde(rename = "hr@20")]
    hr: f64,
    #[serde(rename = "mrr@20")]
    mrr: f64,
}

#[derive(Deserialize)]
struct Percentiles {
    p50: f64,
    p99: f64,
}

/// Measures every log there is and prints a table.
pub fn run(tillside: &Path, data: Option<&str>) -> Result<()> {
    let work = target().join("bench/quality");
    fs::create_dir_all(&work).with_context(|| format!("{} cannot be made", work.display()))?;
    let mut logs = vec![(
        "serenade".to_owned(),
        serenade::make(&work.join("serenade"))?,
    )];
    logs.extend(folders(data)?);
    let rows: Vec<String> = logs
        .iter()
        .map(|(name, log)| {
            step(&format!("train and evaluate on {name}"), || {
                measure(tillside, name, log, &work)
            })
        })
        .collect::<Result<_>>()?;
    println!(
        "| log | items | bytes | an item | training | HR@20 new | MRR@20 new | HR@20 all | MRR@20 all | cosine HR@20 new | ratio | one list, p50 / p99 |"
    );
    println!("| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |");
    for row in rows {
        println!("{row}");
    }
    Ok(())
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

fn measure(tillside: &Path, name: &str, log: &Log, work: &Path) -> Result<String> {
    let model = work.join("model").join(name);
    let started = Instant::now();
    output(
        Command::new(tillside)
            .arg("train")
            .arg("--sessions")
            .arg(&log.train)
            .arg("--out")
            .arg(&model),
    )?;
    let training = started.elapsed().as_secs_f64();
    let json = output(
        Command::new(tillside)
            .args(["evaluate", "--json", "--model"])
            .arg(&model)
            .arg("--sessions")
            .arg(&log.test),
    )?;
    let found: Evaluation =
        serde_json::from_str(&json).context("`tillside evaluate` printed something else")?;
    let cosine = baseline::hit_rate(&log.sessions()?, &log.questions()?);
    Ok(format!(
        "| {name} | {} | {} | {:.1} | {training:.1} s | {:.4} | {:.4} | {:.4} | {:.4} | {cosine:.4} | {:.3} | {:.0} / {:.0} µs |",
        found.items,
        found.model_bytes,
        found.bytes_per_item,
        found.new.hr,
        found.new.mrr,
        found.all.hr,
        found.all.mrr,
        found.new.hr / cosine,
        found.microseconds.p50,
        found.microseconds.p99,
    ))
}
