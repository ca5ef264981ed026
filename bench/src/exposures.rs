//! Exposures that arrive from visitors who leave: `bench/exposures/exposures.mjs`, in Chromium and Firefox, beside npm's GrowthBook.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use xtask_tools::folders::root;
use xtask_tools::process;

use crate::{definition, docs, record};

/// Read by the script, which is told it as JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    engines: Vec<String>,
    visits: usize,
    others: usize,
    leaves: Vec<u32>,
}

/// What the script leaves: a row for each library, engine and way of leaving.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

pub fn run(write: bool) -> Result<()> {
    let definition: Definition = definition::read("exposures")?;
    let mut node = Command::new("node");
    node.arg(root().join("bench/exposures/exposures.mjs"))
        .arg(serde_json::to_string(&definition)?);
    process::run(&mut node).context("bench/exposures/exposures.mjs could not measure")?;
    if write {
        record::keep("exposures", "exposures", left()?)?;
        docs::derive()?;
    }
    Ok(())
}

fn left() -> Result<Figures> {
    let path = root().join("target/bench/exposures.json");
    let fault = || {
        format!(
            "{} is not what bench/exposures/exposures.mjs writes",
            path.display()
        )
    };
    let text = fs::read_to_string(&path).with_context(fault)?;
    serde_json::from_str(&text).with_context(fault)
}
