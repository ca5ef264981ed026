//! The native companion's binary, `tillside`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::folders::{root, target};
use crate::process::run;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Speed {
    /// What the tests compile anyway.
    Debug,
    Release,
}

/// Builds the binary, if anything has changed, and returns its path.
pub fn build(speed: Speed) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo
        .args([
            "build",
            "--locked",
            "--package",
            "tillside-backend",
            "--bin",
            "tillside",
        ])
        .current_dir(root());
    let folder = match speed {
        Speed::Debug => "debug",
        Speed::Release => {
            cargo.arg("--release");
            "release"
        }
    };
    run(&mut cargo).context("the backend does not compile")?;
    Ok(target()
        .join(folder)
        .join("tillside")
        .with_extension(std::env::consts::EXE_EXTENSION))
}
