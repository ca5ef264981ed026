//! The bandit against others: off-policy values beside those of obp's policies on a real log, and regret beside Vowpal Wabbit's
//! in simulated shops. `bench/bandit/bandit.py` runs both, with packages of PyPI.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use xtask_tools::folders::{root, target};
use xtask_tools::process::{output, run as run_program, step};
use xtask_tools::wheel::pip;

use crate::{definition, record};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    packages: Vec<String>,
    alone: Vec<String>,
    log: serde_json::Value,
    shops: serde_json::Value,
}

#[derive(Serialize)]
struct Figures {
    log: Log,
    shops: Shops,
}

#[derive(Serialize, Deserialize)]
struct Log {
    rows: u64,
    clicks: u64,
    policies: Vec<Policy>,
}

#[derive(Serialize, Deserialize)]
struct Policy {
    policy: String,
    snips: f64,
    snips_error: f64,
    dr: f64,
    effective: f64,
}

#[derive(Serialize, Deserialize)]
struct Shops {
    shops: u64,
    visits: u64,
    regret: BTreeMap<String, f64>,
}

/// Measures both, prints, and where asked keeps a record.
pub fn run(tillside: &Path, write: bool) -> Result<()> {
    let definition: Definition = definition::read("bandit")?;
    let python = packages(&definition)?;
    let log: Log = measure(tillside, &python, "log", &definition.log)?;
    println!(
        "Open Bandit sample: {} rounds, {} clicks; clicks per 1,000 rounds",
        log.rows, log.clicks
    );
    for one in &log.policies {
        println!(
            "  {:<40} SNIPS {:5.2} ± {:.2}  DR {:5.2}  effective sample {:.0}",
            one.policy,
            1000.0 * one.snips,
            1000.0 * one.snips_error,
            1000.0 * one.dr,
            one.effective
        );
    }
    let shops: Shops = measure(tillside, &python, "shops", &definition.shops)?;
    println!(
        "{} simulated shops of {} visits: rewards missed in all",
        shops.shops, shops.visits
    );
    for (name, regret) in &shops.regret {
        println!("  {name:<48} {regret:.0}");
    }
    if write {
        record::keep("bandit", "bandit", Figures { log, shops })?;
    }
    Ok(())
}

fn measure<T: serde::de::DeserializeOwned>(
    tillside: &Path,
    python: &Path,
    what: &str,
    settings: &serde_json::Value,
) -> Result<T> {
    let found = step(&format!("measure: {what}"), || {
        output(
            Command::new("python3")
                .env("PYTHONPATH", python)
                .arg(root().join("bench/bandit/bandit.py"))
                .arg(what)
                .arg(tillside)
                .arg(target().join("bench/bandit").join(what))
                .arg(settings.to_string()),
        )
    })?;
    serde_json::from_str(&found).with_context(|| format!("bandit.py printed: {found}"))
}

/// Installs the packages into a folder of their own; once for each list of them.
fn packages(definition: &Definition) -> Result<PathBuf> {
    let folder = target().join("bench/bandit/python");
    let all = [&definition.packages[..], &definition.alone[..]].concat();
    let (stamp, wanted) = (folder.join("packages.txt"), all.join("\n"));
    if fs::read_to_string(&stamp).is_ok_and(|known| known == wanted) {
        return Ok(folder);
    }
    step("install the bandits of others from PyPI", || {
        let install = |packages: &[String], options: &[&str]| {
            run_program(
                pip()?
                    .args(["install", "--quiet", "--upgrade", "--target"])
                    .arg(&folder)
                    .args(options)
                    .args(packages),
            )
            .context("is PyPI reachable?")
        };
        install(&definition.packages, &[])?;
        install(
            &definition.alone,
            &["--no-deps", "--ignore-requires-python"],
        )?;
        Ok(fs::write(&stamp, wanted)?)
    })?;
    Ok(folder)
}
