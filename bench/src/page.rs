//! Cost of the engine in a page: `bench/page/page.mjs`, in Chromium and in Node, with the same surroundings as the
//! tests.

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
    times: usize,
    shoppers: usize,
    sizes: Vec<u64>,
    shapes: Vec<[usize; 2]>,
    reloads: usize,
}

/// What the script leaves beside its models.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    pub tables: Vec<Table>,
    pub medians: Vec<Medians>,
}

/// As printed: the title heads the first column.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    pub title: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Medians of one catalogue of bare sessions, in microseconds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Medians {
    pub items: u64,
    /// Where the calls ran: Chromium or Node.
    pub place: String,
    pub recommend: f64,
    pub rerank: f64,
}

pub fn run(write: bool) -> Result<()> {
    let definition: Definition = definition::read("page")?;
    let mut node = Command::new("node");
    node.arg(root().join("bench/page/page.mjs"))
        .arg(serde_json::to_string(&definition)?);
    process::run(&mut node).context("bench/page/page.mjs could not measure")?;
    if write {
        record::keep("page", "page", left()?)?;
        docs::derive()?;
    }
    Ok(())
}

fn left() -> Result<Figures> {
    let path = root().join("target/bench/page.json");
    let fault = || format!("{} is not what bench/page/page.mjs writes", path.display());
    let text = fs::read_to_string(&path).with_context(fault)?;
    serde_json::from_str(&text).with_context(fault)
}
