//! How well orders foretell who orders again, when, and what: `tillside lab shopper` on the orders of three real shops.
//!
//! Two come with packages of PyPI; who measures has the third. Nothing of them is kept beside the figures.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::page;
use super::quality::{LOGS, retail, tafeng};
use crate::folders::{root, target};
use crate::process::{output, step};
use crate::shop::{self, Shop};

const COMPLETE_JOURNEY: &str = "complete-journey";

/// Purchases of a product of Ta-Feng below which it is left out, as in the field's protocol for next baskets (11,997
/// products there).
const SOLD: usize = 9;

/// Measures every shop, or only one, prints, and where asked brings the documentation up to date.
pub fn run(tillside: &Path, data: Option<&str>, only: Option<&str>, write: bool) -> Result<()> {
    let names = [COMPLETE_JOURNEY, tafeng::NAME, retail::NAME];
    if let Some(only) = only {
        ensure!(
            names.contains(&only),
            "`--only {only}`: there are {}",
            names.join(", ")
        );
    }
    let logs = data.map_or_else(|| root().join(LOGS), PathBuf::from);
    for name in names {
        if only.is_some_and(|only| only != name) {
            continue;
        }
        let Some((files, next_basket)) = files(tillside, name, &logs) else {
            continue;
        };
        let found = step(&format!("foresee the customers of {name}"), || {
            measure(tillside, &files, next_basket)
        })?;
        println!("{name}: {found}\n");
        if write {
            page::write(&format!("shopper-{name}"), &found)?;
        }
    }
    Ok(())
}

/// A shop's files.
struct Files {
    catalogue: Option<PathBuf>,
    events: PathBuf,
}

/// Those of a shop, and whether next baskets are asked for; `None`, with a line that says why, where they cannot be had.
fn files(tillside: &Path, name: &str, logs: &Path) -> Option<(Files, bool)> {
    let found = match name {
        COMPLETE_JOURNEY => shop::goods(Shop::CompleteJourney, tillside).map(|folder| Files {
            catalogue: Some(folder.join("catalog.jsonl")),
            events: folder.join("events.jsonl"),
        }),
        tafeng::NAME => of_tafeng(),
        _ => retail::find(logs)
            .with_context(|| format!("neither {} nor the folder beside it has it", logs.display()))
            .map(|events| Files {
                catalogue: None,
                events,
            }),
    };
    match found {
        Ok(files) => Some((files, name == tafeng::NAME)),
        Err(error) => {
            eprintln!("{name} is left out: {error:#}");
            None
        }
    }
}

fn of_tafeng() -> Result<Files> {
    let folder = target().join("bench/shopper/tafeng");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let [catalogue, events] = tafeng::history(&folder, SOLD)?;
    Ok(Files {
        catalogue: Some(catalogue),
        events,
    })
}

fn measure(tillside: &Path, files: &Files, next_basket: bool) -> Result<String> {
    let mut command = Command::new(tillside);
    command
        .args(["lab", "shopper", "--events"])
        .arg(&files.events);
    if let Some(catalogue) = &files.catalogue {
        command.args([OsStr::new("--catalog"), catalogue.as_os_str()]);
    }
    if next_basket {
        command.arg("--next-basket");
    }
    Ok(output(&mut command)?.trim().to_owned())
}
