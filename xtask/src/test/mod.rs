//! `cargo xtask test`: everything that is checked, in one command and one sum.
//!
//! Every `*.test.mjs` in a folder of `tests/` runs, several files side by side: much of a browser test is waiting. What such
//! a test finds around it is in [`crate::surroundings`].

mod tally;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::backend;
use crate::browser;
use crate::build::{self, Kind};
use crate::node;
use crate::python;
use crate::surroundings;
use crate::system::Install;
use tally::{Counts, Tally, counted};
use xtask_tools::folders::{root, target};
use xtask_tools::process::run;

/// Checks everything: formatting, lints, native tests, types, the package in Node, Chromium, Firefox and WebKit, end to end
#[derive(clap::Args)]
pub struct Args {
    /// Formatting, lints and native tests only
    #[arg(long, conflicts_with = "packaging")]
    quick: bool,
    /// Only the package in every supported bundler and framework
    #[arg(long)]
    packaging: bool,
    /// With --packaging: update docs/bundlers.md
    #[arg(long, requires = "packaging")]
    write: bool,
    #[command(flatten)]
    pub install: Install,
}

/// A test, or a whole file of them on a busy machine, that takes longer than this hangs.
const PATIENCE_MS: u32 = 900_000;
/// Files of tests at a time, a browser each.
const SIDE_BY_SIDE: u32 = 3;

pub fn test(args: &Args) -> Result<()> {
    let started = Instant::now();
    let mut tally = Tally::default();
    if args.packaging {
        packaging(&mut tally, args.write);
        return finish(&tally, started);
    }
    // A compiler seldom keeps two cores busy to its end, and what is downloaded none: both sides at once.
    let packaged = thread::scope(|scope| {
        let package = (!args.quick).then(|| scope.spawn(package));
        tally.append(natively());
        package.map(|package| package.join())
    });
    match packaged {
        Some(Ok((rows, true))) => {
            tally.append(rows);
            in_browsers(&mut tally);
        }
        Some(Ok((rows, false))) => tally.append(rows),
        Some(Err(_)) => bail!("the package's build stopped; what it said is above"),
        None => {}
    }
    finish(&tally, started)
}

fn finish(tally: &Tally, started: Instant) -> Result<()> {
    tally.print(started.elapsed());
    if tally.total().failed > 0 {
        bail!("not everything passed");
    }
    Ok(())
}

/// The package in every tool, those that most shops use and the rest.
fn packaging(tally: &mut Tally, write: bool) {
    let mut around = Vec::new();
    let ready = tally.section("the package, its tools, a backend and a model", || {
        build::package(Kind::Release, None)?;
        node::install()?;
        let tools = root().join("tests/packaging/tools");
        node::install_in(&tools, "the tools that shops use")?;
        // Built the way that `tested` finds it.
        run(&mut cargo(&["test", "--workspace", "--locked", "--no-run"]))?;
        around = surroundings::make(&backend::tested()?)?;
        Ok(Counts::default())
    });
    if !ready {
        return;
    }
    around.push(("TILLSIDE_PACKAGING", "1".into()));
    if write {
        around.push(("TILLSIDE_WRITE", "1".into()));
    }
    let tests = root().join("tests");
    tally.section("packaging", || {
        let mut files = tests_in(&tests.join("packaging"))?;
        // One of them is built by a framework.
        files.extend(tests_in(&tests.join("examples"))?);
        in_node(files, around)
    });
}

fn natively() -> Tally {
    let mut tally = Tally::default();
    tally.section("formatting", || {
        passes(&mut cargo(&["fmt", "--all", "--check"]))
    });
    tally.section("lints", || {
        passes(&mut cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]))
    });
    tally.section("lints of the demo's backend", || {
        let mut clippy = cargo(&["clippy", "--locked", "--package", "tillside-backend"]);
        clippy.args(["--no-default-features", "--", "-D", "warnings"]);
        passes(&mut clippy)
    });
    // Links that lead nowhere, in the documentation as maintainers read it.
    tally.section("documentation", || {
        let mut doc = cargo(&["doc", "--workspace", "--locked", "--quiet", "--no-deps"]);
        doc.arg("--document-private-items");
        doc.env("RUSTDOCFLAGS", "-D warnings");
        passes(&mut doc)
    });
    tally.section("lints of the fuzz target", || {
        // A workspace of its own. What it would link need not be there to check it, nor a compiler of C++ to make that.
        let mut clippy = cargo(&["clippy", "--locked", "--manifest-path", "fuzz/Cargo.toml"]);
        clippy.arg("--target-dir").arg(target());
        clippy.args(["--", "-D", "warnings"]);
        clippy.env("CUSTOM_LIBFUZZER_PATH", target().join("libfuzzer.a"));
        passes(&mut clippy)
    });
    // Apart, so that the compiler can be heard and its time is not taken for the tests' own.
    if tally.section("compile the native tests", || {
        run(&mut cargo(&["test", "--workspace", "--locked", "--no-run"]))?;
        Ok(Counts::default())
    }) {
        tally.section("native tests", || {
            let mut tests = cargo(&[
                "test",
                "--workspace",
                "--locked",
                "--quiet",
                "--no-fail-fast",
            ]);
            counted(&mut tests, tally::cargo)
        });
    }
    tally
}

/// Everything about the npm package that needs no backend, and whether it could be built.
fn package() -> (Tally, bool) {
    let mut tally = Tally::default();
    tally.section("install what the tests need", || {
        node::install()?;
        browser::all()?;
        python::packages()?;
        Ok(Counts::default())
    });
    tally.section("lints of the WebAssembly module", || {
        build::lint()?;
        Ok(Counts::ONE)
    });
    tally.section("API reference", || {
        build::reference()?;
        Ok(Counts::ONE)
    });
    let built = tally.section("build the npm package", || {
        build::package(Kind::Release, None)?;
        build::sizes()?;
        Ok(Counts::ONE)
    });
    if built {
        for project in ["tests", "www/jsconfig.json"] {
            tally.section(&format!("types of {project}"), || {
                let mut tsc = node::script("typescript/bin/tsc")?;
                tsc.arg("--project").arg(root().join(project));
                passes(&mut tsc)
            });
        }
    }
    (tally, built)
}

fn in_browsers(tally: &mut Tally) {
    let mut around = Vec::new();
    let mut binary = PathBuf::new();
    let ready = tally.section("prepare a backend, a shop and a model", || {
        binary = backend::tested()?;
        around = surroundings::make(&binary)?;
        Ok(Counts::default())
    });
    if !ready {
        return;
    }
    tally.section("ranking of a real click log", || {
        let mut check = Command::new(backend::binary("debug", "tillside-bench")?);
        passes(check.arg("check").env("TILLSIDE", &binary))
    });
    let tests = root().join("tests");
    tally.section("tests in Node and in browsers", || {
        in_node(files(&tests)?, around)
    });
}

fn in_node(files: Vec<PathBuf>, around: Vec<(&'static str, OsString)>) -> Result<Counts> {
    let mut node = node::node()?;
    node.args(["--test", "--test-reporter=spec"])
        .arg(format!("--test-timeout={PATIENCE_MS}"))
        .arg(format!("--test-concurrency={SIDE_BY_SIDE}"))
        .args(files)
        .envs(around);
    counted(&mut node, tally::node)
}

/// The files with tests in the folders of `tests/`, sorted.
fn files(tests: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in entries(tests)? {
        if folder.is_dir() && !folder.ends_with("node_modules") {
            files.extend(tests_in(&folder)?);
        }
    }
    Ok(files)
}

fn tests_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = entries(folder)?;
    files.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed = fs::read_dir(folder)
        .with_context(|| format!("{} could not be listed", folder.display()))?;
    let mut paths = listed
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(arguments).current_dir(root());
    cargo
}

fn passes(command: &mut Command) -> Result<Counts> {
    run(command)?;
    Ok(Counts::ONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_found_in_the_folders() {
        let tests = tempfile::tempdir().unwrap();
        for file in [
            "b/2.test.mjs",
            "b/1.test.mjs",
            "b/help.mjs",
            "a/x.test.mjs",
            "a/deep/y.test.mjs",
            "support/y.mjs",
            "node_modules/z.test.mjs",
        ] {
            let path = tests.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found = files(tests.path()).unwrap();
        let expected = ["a/x.test.mjs", "b/1.test.mjs", "b/2.test.mjs"];
        assert_eq!(found, expected.map(|file| tests.path().join(file)));
    }
}
