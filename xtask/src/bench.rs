//! `cargo xtask bench`: the figures that the documentation prints, measured again.

mod calls;
mod page;
pub mod quality;
mod shopper;
mod train;

use std::process::Command;

use anyhow::{Context, Result};

use crate::args::{Call, Flag, Verb};
use crate::backend;
use crate::build::{self, Kind};
use crate::folders::root;
use crate::node;
use crate::process::{output, run, step};
use crate::shop::{self, Shop};
use crate::surroundings;
use crate::system::NO_INSTALL;

pub static VERB: Verb = Verb {
    name: "bench",
    about: "Measures and prints figures.\n\n  \
            size      download of a page in bytes (the default)\n  \
            page      times of calls and of the first shelf, in Chromium and Node\n  \
            quality   ranking and basket completion on held-out data\n  \
            train     seconds and peak memory of training on a million clicks\n  \
            shopper   calibration of customer models on order histories\n  \
            shelves   defects of the demo shop's shelves, counted\n  \
            offers    revenue of targeted discounts in simulated populations",
    flags: &[
        Flag {
            name: "data",
            value: Some("DIR"),
            choices: &[],
            about: "quality, shopper: a folder of logs, each a folder with train.csv[.gz], test.csv[.gz] and perhaps items.csv[.gz]",
        },
        Flag {
            name: "only",
            value: Some("NAME"),
            choices: &[],
            about: "quality: this log alone: serenade, ta-feng, online-retail, or a folder of DIR; shopper: complete-journey, ta-feng, online-retail",
        },
        Flag {
            name: "encoder",
            value: Some("WHEN"),
            choices: &["off", "on", "teach"],
            about: "quality, train: train a sequence encoder too; minutes for each log",
        },
        Flag {
            name: "write",
            value: None,
            choices: &[],
            about: "page, quality, train, shopper: update docs/benchmarks.md and its plots",
        },
        NO_INSTALL,
    ],
    operands: &[
        "size", "page", "quality", "train", "shopper", "shelves", "offers",
    ],
    run: |call: &Call| match call.operand {
        Some("page") => costs(call.has("write")),
        Some("quality") => quality::run(
            &step("build the backend", backend::release)?,
            call.value("data"),
            call.value("only"),
            call.value("encoder").unwrap_or("off"),
            call.has("write"),
        ),
        Some("train") => train::run(
            &step("build the backend", backend::release)?,
            call.value("encoder") == Some("on"),
            call.has("write"),
        ),
        Some("shopper") => shopper::run(
            &step("build the backend", backend::release)?,
            call.value("data"),
            call.value("only"),
            call.has("write"),
        ),
        Some("shelves") => shelves(),
        Some("offers") => offers(),
        _ => size(),
    },
};

/// Counts on the demo's shop; see `tillside lab shelves`.
fn shelves() -> Result<()> {
    let tillside = step("build the backend", backend::release)?;
    let folders = shop::prepare(Shop::Tillside, &tillside)?;
    run(Command::new(&tillside)
        .args(["lab", "shelves", "--model"])
        .arg(&folders.model))
}

/// Five populations that no constant was chosen by; see `tillside lab offers`.
fn offers() -> Result<()> {
    let tillside = step("build the backend", backend::release)?;
    for seed in ["101", "102", "103", "104", "105"] {
        run(Command::new(&tillside).args(["lab", "offers", "--simulate", "--seed", seed]))?;
    }
    Ok(())
}

fn size() -> Result<()> {
    build::package(Kind::Release, None)?;
    build::sizes()
}

/// Runs `tests/bench/page.mjs` with everything around it that the tests have as well. What it prints and what is drawn
/// of it go into the documentation where that is asked for.
fn costs(write: bool) -> Result<()> {
    build::package(Kind::Release, None)?;
    node::install()?;
    let tillside = step("build the backend", backend::release)?;
    let mut command = node::node()?;
    command
        .arg(root().join("tests/bench/page.mjs"))
        .envs(surroundings::make(&tillside)?);
    let fault = "tests/bench/page.mjs could not measure";
    if !write {
        return run(&mut command).context(fault);
    }
    let printed = output(&mut command).context(fault)?;
    println!("{printed}");
    let plots = calls::plots()?;
    page::write("page", &format!("```\n{}\n```\n\n{plots}", printed.trim()))
}
