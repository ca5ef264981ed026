//! A Chromium for the tests: the one that `CHROMIUM` names, one that is installed, or Debian's.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::debian;
use crate::process::which;

const PROGRAMS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const APPLICATIONS: &[&str] = &[
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

pub fn chromium() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM").map(PathBuf::from) {
        if named.is_file() {
            return Ok(named);
        }
        bail!("CHROMIUM names {}, which is no file", named.display());
    }
    if let Some(found) = installed() {
        return Ok(found);
    }
    debian::install(&["chromium"], "test in a real browser").map_err(|error| {
        error.context("install Chromium or Chrome, or name one with the variable CHROMIUM")
    })?;
    installed().ok_or_else(|| anyhow::anyhow!("chromium was installed, but is not on the PATH"))
}

fn installed() -> Option<PathBuf> {
    let application = || {
        APPLICATIONS
            .iter()
            .map(PathBuf::from)
            .find(|path| path.is_file())
    };
    PROGRAMS
        .iter()
        .find_map(|program| which(program))
        .or_else(application)
}
