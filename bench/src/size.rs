//! Download of a page, in bytes: `bench/page/size.mjs`.

use std::process::Command;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use xtask_tools::folders::root;
use xtask_tools::process::{self, output};

use crate::{docs, record};

/// What a file, or files that a page loads together, take.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// A file of `pkg/`, or "a page", "a page, encoder", "a page, full edition".
    pub file: String,
    pub raw: u64,
    /// `gzip -9`.
    pub gzip: u64,
    pub brotli: u64,
}

pub fn run(write: bool) -> Result<()> {
    let sizes = || {
        let mut node = Command::new("node");
        node.arg(root().join("bench/page/size.mjs"));
        node
    };
    process::run(&mut sizes()).context("bench/page/size.mjs could not measure")?;
    if write {
        let printed = output(sizes().arg("--json"))?;
        let found: Vec<Size> =
            serde_json::from_str(&printed).context("size.mjs printed something else")?;
        record::keep("size", "size", found)?;
        docs::derive()?;
    }
    Ok(())
}
