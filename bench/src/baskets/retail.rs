//! Basket completion on Online Retail (UCI, CC BY 4.0): the invoices of a British shop, a year of them, as they are.
//!
//! `tillside lab split` cuts them as it cuts any shop's events: the newest tenth of the orders is asked about. It is a shop
//! on which no setting was chosen. The file is not fetched; who measures has it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use xtask_tools::process::{output, step};

use super::{Figures, Files};
use crate::definition;

/// What `--only` calls it.
pub const NAME: &str = "online-retail";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// In the folder of logs, or in the one above it.
    file: String,
}

/// Where it lies.
pub fn find(logs: &Path) -> Result<PathBuf> {
    let Definition { file } = definition::read::<super::Definition>("baskets")?.online_retail;
    let places = [Some(logs), logs.parent()].into_iter().flatten();
    let found = places
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file());
    found.with_context(|| {
        format!(
            "neither {} nor the folder that it is in has {file}",
            logs.display()
        )
    })
}

/// Measures; `None`, with a line that says why, where the file is not to be found.
pub fn measure(tillside: &Path, logs: &Path, work: &Path) -> Result<Option<Figures>> {
    let invoices = match find(logs) {
        Ok(invoices) => invoices,
        Err(error) => {
            eprintln!("Online Retail is left out: {error:#}");
            return Ok(None);
        }
    };
    step("train and evaluate on Online Retail", || {
        let folder = work.join(NAME);
        output(
            Command::new(tillside)
                .args(["lab", "split", "--events"])
                .arg(invoices)
                .arg("--out")
                .arg(&folder),
        )?;
        let files = Files {
            catalogue: None,
            events: folder.join("train.csv"),
            baskets: folder.join("baskets.csv"),
        };
        let model = work.join("model").join(NAME);
        super::measure(tillside, "Online Retail", &files, &model, None).map(Some)
    })
}
