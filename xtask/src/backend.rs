//! The native companion's binary, `tillside`.

use std::env::consts::EXE_EXTENSION;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::folders::{root, target};
use crate::process::run;

/// Builds the optimised binary, if anything has changed, and returns its path.
pub fn release() -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo
        .args([
            "build",
            "--locked",
            "--release",
            "--package",
            "tillside-backend",
            "--bin",
            "tillside",
        ])
        .current_dir(root());
    run(&mut cargo).context("the backend does not compile")?;
    binary("release")
}

/// The binary that Cargo builds for the integration tests. Asking for it alone would compile its dependencies once
/// more: without the tests, they have other features.
pub fn tested() -> Result<PathBuf> {
    binary("debug")
}

fn binary(folder: &str) -> Result<PathBuf> {
    let path = target()
        .join(folder)
        .join("tillside")
        .with_extension(EXE_EXTENSION);
    ensure!(path.is_file(), "{} was not made", path.display());
    Ok(path)
}
