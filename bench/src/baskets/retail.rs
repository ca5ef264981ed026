//! Basket completion on Online Retail (UCI, CC BY 4.0): the invoices of a British shop, a year of them, as they are.
//!
//! `tillside lab split` cuts them as it cuts any shop's events: the newest tenth of the orders is asked about. It is a shop
//! on which no setting was chosen. The file is not fetched: see [`crate::data`].

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use xtask_tools::process::{output, step};

use super::{Figures, Files};
use crate::data::remedy;
use crate::definition;

/// What `--only` calls it.
pub const NAME: &str = "online-retail";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// In the data folder, or in the one above it.
    file: String,
}

/// Its path below the data folder or the one above.
pub fn find(data: &Path) -> Result<PathBuf> {
    let Definition { file } = definition::read::<super::Definition>("baskets")?.online_retail;
    let places = [Some(data), data.parent()].into_iter().flatten();
    let found = places
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file());
    found.with_context(|| {
        format!(
            "{file} is neither in {} nor in the folder above it; {}",
            data.display(),
            remedy(data)
        )
    })
}

/// Measures; `None`, with a line that says why, where the file is not to be found.
pub fn measure(tillside: &Path, data: &Path, work: &Path) -> Result<Option<Figures>> {
    let invoices = match find(data) {
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
