//! Basket completion on Online Retail (UCI, CC BY 4.0): the invoices of a British shop, a year of them, as they are.
//!
//! `tillside lab split` cuts them as it cuts any shop's events: the newest tenth of the orders is asked about. It is a shop
//! on which no setting was chosen. The file is not fetched; who measures has it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::baskets::{self, Files};
use crate::process::{output, step};

/// What `--only` calls it.
pub const NAME: &str = "online-retail";

const FILE: &str = "online-retail/online_retail.parquet";

/// Where it lies: in the folder of logs, or beside it.
pub fn find(logs: &Path) -> Option<PathBuf> {
    let beside = logs.parent().map(|folder| folder.join(FILE));
    let places = std::iter::once(logs.join(FILE)).chain(beside);
    places.into_iter().find(|path| path.is_file())
}

/// Measures and returns a table.
pub fn measure(tillside: &Path, invoices: &Path, work: &Path) -> Result<String> {
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
        baskets::measure(tillside, "Online Retail", &files, &model, None)
    })
}
