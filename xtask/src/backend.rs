//! The native companion's binary, `tillside`.

use std::env::consts::EXE_EXTENSION;
use std::path::PathBuf;
use std::process::{Child, Command};

use anyhow::{Context, Result, ensure};

use xtask_tools::folders::{root, target};
use xtask_tools::process::{run, shown};

/// Builds the optimised binary, if anything has changed, and returns its path.
pub fn release() -> Result<PathBuf> {
    run(&mut cargo("release")).context(UNBUILT)?;
    binary("release", "tillside")
}

/// A build of the binary for the demo, beside other work: optimised enough to train a small shop in seconds, and compiled in
/// a third of the time of [`release`]. Dropped before its end, it is stopped.
pub struct Building(Child);

impl Building {
    /// `features` as Cargo takes them; the default ones where there are none.
    pub fn begin(features: &[&str]) -> Result<Building> {
        let mut cargo = cargo("quick");
        cargo.args(features);
        let child = cargo.spawn();
        let child = child.with_context(|| format!("`{}` could not be started", shown(&cargo)))?;
        Ok(Building(child))
    }

    /// Waits for its end and returns the binary's path.
    pub fn finish(mut self) -> Result<PathBuf> {
        let status = self.0.wait()?;
        ensure!(status.success(), "{UNBUILT} ({status})");
        binary("quick", "tillside")
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const UNBUILT: &str = "the backend does not compile";

fn cargo(profile: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--locked", "--profile", profile])
        .args(["--package", "tillside-backend", "--bin", "tillside"])
        .current_dir(root());
    cargo
}

/// The binary that Cargo builds for the integration tests. Asking for it alone would compile its dependencies once
/// more: without the tests, they have other features.
pub fn tested() -> Result<PathBuf> {
    binary("debug", "tillside")
}

/// A program that Cargo has built in a folder of its profile's.
pub fn binary(folder: &str, name: &str) -> Result<PathBuf> {
    let path = target()
        .join(folder)
        .join(name)
        .with_extension(EXE_EXTENSION);
    ensure!(path.is_file(), "{} was not made", path.display());
    Ok(path)
}
