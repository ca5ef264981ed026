//! `cargo xtask test`: everything that is checked, in one command and one sum.
//!
//! A folder of `tests/` with `*.test.mjs` in it is a section of its own; what such a test finds around it is in
//! [`crate::surroundings`].

mod tally;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::args::{Call, Flag, Verb};
use crate::backend;
use crate::bench::quality;
use crate::build::{self, Kind};
use crate::folders::{root, target};
use crate::node;
use crate::process::run;
use crate::surroundings;
use tally::{Counts, Tally, counted};

pub static VERB: Verb = Verb {
    name: "test",
    about: "Checks everything: formatting, lints, native tests, types, the package in Node and Chromium, end to end.",
    flags: &[Flag {
        name: "quick",
        value: None,
        choices: &[],
        about: "formatting, lints and native tests only",
    }],
    operands: &[],
    run: test,
};

/// A test that takes longer than this hangs.
const PATIENCE_MS: u32 = 300_000;

fn test(call: &Call) -> Result<()> {
    let mut tally = Tally::default();
    tally.section("formatting", || passes(cargo(&["fmt", "--all", "--check"])));
    tally.section("lints", || {
        passes(cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]))
    });
    tally.section("lints of the fuzz target", || {
        // A workspace of its own. What it would link need not be there to check it, nor a compiler of C++ to make that.
        let mut clippy = cargo(&["clippy", "--locked", "--manifest-path", "fuzz/Cargo.toml"]);
        clippy.arg("--target-dir").arg(target());
        clippy.args(["--", "-D", "warnings"]);
        clippy.env("CUSTOM_LIBFUZZER_PATH", target().join("libfuzzer.a"));
        passes(clippy)
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
    if !call.has("quick") {
        in_javascript(&mut tally);
    }
    tally.print();
    if tally.total().failed > 0 {
        bail!("not everything passed");
    }
    Ok(())
}

fn in_javascript(tally: &mut Tally) {
    tally.section("lints of the WebAssembly module", || {
        build::lint()?;
        Ok(Counts::ONE)
    });
    let built = tally.section("build the npm package", || {
        build::package(Kind::Release, None)?;
        build::sizes()?;
        Ok(Counts::ONE)
    });
    if !built {
        return;
    }
    for project in ["tests", "www/jsconfig.json"] {
        tally.section(&format!("types of {project}"), || {
            let mut tsc = node::script("typescript/bin/tsc")?;
            tsc.arg("--project").arg(root().join(project));
            passes(tsc)
        });
    }
    let mut around = Vec::new();
    let mut binary = PathBuf::new();
    let ready = tally.section("prepare a backend, a shop and a model", || {
        node::install()?;
        binary = backend::tested()?;
        around = surroundings::make(&binary)?;
        Ok(Counts::default())
    });
    if !ready {
        return;
    }
    tally.section("ranking of a real click log", || {
        quality::check(&binary)?;
        Ok(Counts::ONE)
    });
    match suites(&root().join("tests")) {
        Ok(suites) => {
            for (name, files) in suites {
                tally.section(&format!("tests/{name}"), || {
                    let mut node = node::node()?;
                    node.args(["--test", "--test-reporter=spec"])
                        .arg(format!("--test-timeout={PATIENCE_MS}"))
                        .args(files)
                        .envs(around.iter().cloned());
                    counted(&mut node, tally::node)
                });
            }
        }
        Err(error) => {
            tally.section("tests", || Err(error));
        }
    }
}

/// The folders of `tests/` that hold tests, each with its files, sorted.
fn suites(tests: &Path) -> Result<Vec<(String, Vec<PathBuf>)>> {
    let mut suites = Vec::new();
    for folder in entries(tests)? {
        if !folder.is_dir() || folder.ends_with("node_modules") {
            continue;
        }
        let is_test = |path: &PathBuf| path.to_string_lossy().ends_with(".test.mjs");
        let files: Vec<_> = entries(&folder)?.into_iter().filter(is_test).collect();
        if let Some(name) = folder.file_name()
            && !files.is_empty()
        {
            suites.push((name.to_string_lossy().into_owned(), files));
        }
    }
    Ok(suites)
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

fn passes(mut command: Command) -> Result<Counts> {
    run(&mut command)?;
    Ok(Counts::ONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_with_tests_are_suites() {
        let tests = tempfile::tempdir().unwrap();
        for file in [
            "b/2.test.mjs",
            "b/1.test.mjs",
            "b/help.mjs",
            "a/x.test.mjs",
            "support/y.mjs",
            "node_modules/z.test.mjs",
        ] {
            let path = tests.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found = suites(tests.path()).unwrap();
        let names: Vec<_> = found
            .iter()
            .map(|(name, files)| (name.as_str(), files.len()))
            .collect();
        assert_eq!(names, [("a", 1), ("b", 2)]);
        assert!(found[1].1[0].ends_with("b/1.test.mjs"));
    }
}
