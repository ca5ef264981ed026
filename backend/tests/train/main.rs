//! `tillside train` and `tillside evaluate` as an operator meets them: files in, a model folder out, messages on errors.

#![forbid(unsafe_code)]

mod baskets;
mod department;
mod layouts;
mod sessions;
mod wrong;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn tillside(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_tillside");
    Command::new(program).args(arguments).output().unwrap()
}

/// What it printed; it must have succeeded.
fn ok(arguments: &[&str]) -> String {
    let output = tillside(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The code and message with which it failed.
fn fails(arguments: &[&str]) -> String {
    let output = tillside(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    let errors = String::from_utf8(output.stderr).unwrap();
    let last = errors.lines().find(|line| line.starts_with("error["));
    last.unwrap_or_else(|| panic!("{arguments:?}: {errors}"))
        .to_owned()
}

/// Numbers that look random and are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit
    }
}

fn manifest(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap()
}

fn part(folder: &Path) -> PathBuf {
    folder.join(manifest(folder)["parts"][0]["url"].as_str().unwrap())
}
