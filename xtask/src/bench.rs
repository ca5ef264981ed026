//! `cargo xtask bench`: prepares what a benchmark needs and starts it.
//!
//! The benchmarks are a crate of their own, `bench/`, so that `cargo xtask demo` does not compile them. It reads the command line and
//! says what it needs; that is built here and put into the environment as for tests: see [`crate::surroundings`].

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use xtask_tools::folders::root;
use xtask_tools::process::{run, shown, step};

use crate::backend;
use crate::build::{self, Kind};
use crate::node;
use crate::shop::{self, Shop};
use crate::surroundings;
use crate::system;

/// Passes the arguments on as they are.
pub fn bench(arguments: &[String]) -> Result<()> {
    if arguments.iter().any(|argument| argument == "--no-install") {
        system::decline();
    }
    let bench = step("build the benchmarks", built)?;
    // It prints its help by itself, and what is wrong with an argument.
    let needs = needs(&bench, arguments)?;
    let around = prepare(&needs)?;
    run(Command::new(bench).args(arguments).envs(around))
}

fn built() -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--locked", "--quiet"])
        .args(["--package", "tillside-bench"])
        .current_dir(root());
    run(&mut cargo).context("the benchmarks do not compile")?;
    backend::binary("debug", "tillside-bench")
}

/// What `tillside-bench --needs …` names, a word a line. Its error is already printed when it fails.
fn needs(bench: &Path, arguments: &[String]) -> Result<BTreeSet<String>> {
    let mut ask = Command::new(bench);
    ask.arg("--needs").args(arguments).stderr(Stdio::inherit());
    let answer = ask
        .output()
        .with_context(|| format!("`{}` could not be started", shown(&ask)))?;
    ensure!(
        answer.status.success(),
        "the benchmarks were asked for what they do not have"
    );
    let words = String::from_utf8_lossy(&answer.stdout);
    Ok(words.lines().map(str::to_owned).collect())
}

fn prepare(needs: &BTreeSet<String>) -> Result<Vec<(&'static str, OsString)>> {
    let mut around = Vec::new();
    // Parts of one another, the smallest first.
    for need in needs {
        match need.as_str() {
            "package" => build::package(Kind::Release, None)?,
            "node" => node::install()?,
            "backend" => around.push(("TILLSIDE", release()?.into())),
            "model" => {
                let folders = shop::prepare(Shop::Tillside, &release()?)?;
                around.push(("TILLSIDE_MODEL", folders.model.into()));
            }
            "surroundings" => around.extend(surroundings::make(&release()?)?),
            _ => bail!("the benchmarks need `{need}`, which is unknown here"),
        }
    }
    Ok(around)
}

fn release() -> Result<PathBuf> {
    step("build the backend", backend::release)
}
