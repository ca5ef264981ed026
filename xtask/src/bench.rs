//! `cargo xtask bench`: the figures that the documentation prints, measured again.

mod calls;
mod page;
pub mod quality;
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

pub static VERB: Verb = Verb {
    name: "bench",
    about: "Measures, and prints what it measured.\n\n  \
            size      bytes that a page downloads (the default)\n  \
            page      micro- and milliseconds in Chromium\n  \
            quality   how well the model ranks sessions, and completes baskets, that it has not seen\n  \
            train     seconds and memory of training on a million clicks\n  \
            shelves   what a merchandiser would see wrong with the demo shop's shelves",
    flags: &[
        Flag {
            name: "data",
            value: Some("DIR"),
            choices: &[],
            about: "quality: a folder of logs, each a folder with train.csv[.gz], test.csv[.gz] and perhaps items.csv[.gz]",
        },
        Flag {
            name: "only",
            value: Some("NAME"),
            choices: &[],
            about: "quality: this log alone: serenade, ta-feng, online-retail, or a folder of DIR",
        },
        Flag {
            name: "encoder",
            value: Some("WHEN"),
            choices: &["off", "on", "teach"],
            about: "quality, train: whether to train a sequence encoder too, which takes minutes a log",
        },
        Flag {
            name: "write",
            value: None,
            choices: &[],
            about: "page, quality, train: bring docs/benchmarks.md and its plots up to date",
        },
    ],
    operands: &["size", "page", "quality", "train", "shelves"],
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
        Some("shelves") => shelves(),
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
