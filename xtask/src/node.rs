//! Node.js and the development dependencies in `tests/node_modules`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::stamp::{Inputs, Stamp};
use xtask_tools::folders::root;
use xtask_tools::process::{output, run, step, which};

const OLDEST: u32 = 20;

const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// `node`, known to be new enough.
pub fn node() -> Result<Command> {
    let remedy = format!(
        "install Node.js {OLDEST} or newer with npm, from https://nodejs.org or your system's packages"
    );
    let version = output(Command::new("node").arg("--version")).with_context(|| remedy.clone())?;
    let major = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    if major.is_none_or(|major: u32| major < OLDEST) {
        bail!("this is Node.js {version}; {remedy}");
    }
    Ok(Command::new("node"))
}

/// A program that the development dependencies bring, as a script for `node`.
pub fn script(path: &str) -> Result<Command> {
    install()?;
    let mut command = node()?;
    command.arg(modules().join(path));
    Ok(command)
}

/// `npm ci` in `tests/`, once for each lockfile.
pub fn install() -> Result<()> {
    install_in(&root().join("tests"), "the development dependencies")
}

/// `npm ci` in a folder, once for each lockfile.
pub fn install_in(folder: &Path, what: &str) -> Result<()> {
    let hash = Inputs::new()
        .path(&folder.join("package-lock.json"))?
        .hash();
    let stamp = Stamp::at(folder.join("node_modules/.stamp"));
    if stamp.is(&hash) {
        return Ok(());
    }
    node()?;
    ensure!(
        which(NPM).is_some(),
        "npm is not installed; it comes with Node.js from nodejs.org, and on Debian with `apt-get install -y npm`"
    );
    step(&format!("install {what} from npm"), || {
        stamp.clear()?;
        run(npm()
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(folder))
        .context(
            "the npm registry must be reachable once; behind a proxy, see `npm help config`",
        )?;
        stamp.set(&hash)
    })
}

pub fn npm() -> Command {
    Command::new(NPM)
}

fn modules() -> PathBuf {
    root().join("tests/node_modules")
}
