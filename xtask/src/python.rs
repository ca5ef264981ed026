//! Python packages of the tests, through pip.

use std::path::PathBuf;

use anyhow::{Context, Result};
use xtask_tools::folders::{root, target};
use xtask_tools::process::{run, step};
use xtask_tools::wheel::pip;

use crate::stamp::{Inputs, Stamp};

/// Installs `tests/requirements.txt` into a folder of its own, for `PYTHONPATH`; once for each content of the list.
pub fn packages() -> Result<PathBuf> {
    let list = root().join("tests/requirements.txt");
    let folder = target().join("python");
    let hash = Inputs::new().path(&list)?.hash();
    let stamp = Stamp::at(target().join("python.stamp"));
    if stamp.is(&hash) && folder.is_dir() {
        return Ok(folder);
    }
    step("install the Python packages of the tests", || {
        stamp.clear()?;
        run(pip()?
            .args(["install", "--quiet", "--upgrade", "--target"])
            .arg(&folder)
            .arg("--requirement")
            .arg(&list))
        .context("is PyPI reachable?")?;
        stamp.set(&hash)
    })?;
    Ok(folder)
}
