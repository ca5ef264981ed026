//! Benchmarks that `tillside lab` measures and prints by itself.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde::Deserialize;
use xtask_tools::process::run;

use crate::definition;

/// Counts on the demo's shop; see `tillside lab shelves`.
pub fn shelves(tillside: &Path, model: &Path) -> Result<()> {
    run(Command::new(tillside)
        .args(["lab", "shelves", "--model"])
        .arg(model))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offers {
    seeds: Vec<u64>,
}

/// Simulated populations; see `tillside lab offers`.
pub fn offers(tillside: &Path) -> Result<()> {
    for seed in definition::read::<Offers>("offers")?.seeds {
        run(Command::new(tillside).args([
            "lab",
            "offers",
            "--simulate",
            "--seed",
            &seed.to_string(),
        ]))?;
    }
    Ok(())
}
