//! Debian packages: what a fresh machine lacks and this account may install.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

use crate::system;
use xtask_tools::process::{output, run, shown, which};

/// dpkg takes one at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Whether packages of this kind can be installed here at all.
pub fn is_here() -> bool {
    which("apt-get").is_some()
}

/// Installs what is missing, or says exactly what to install. `why` completes the sentence "… is needed to".
pub fn install(packages: &[&str], why: &str) -> Result<()> {
    let what = packages.join(" ");
    if !is_here() {
        bail!("{what} is needed to {why}, and this is no Debian system");
    }
    let mut by_hand = Command::new("apt-get");
    by_hand
        .args(["install", "-y", "--no-install-recommends"])
        .args(packages);
    let Some(prefix) = privilege() else {
        bail!(
            "{what} is needed to {why}, and this account may not install it; run as root: {}",
            shown(&by_hand)
        );
    };
    system::permit(&what, why, &by_hand)?;
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if !has_lists() {
        run(&mut apt(prefix, &["update", "-q"]))?;
    }
    let arguments = [
        &["install", "-y", "-q", "--no-install-recommends"],
        packages,
    ]
    .concat();
    if run(&mut apt(prefix, &arguments)).is_ok() {
        return Ok(());
    }
    // The lists may be older than the archive that they describe.
    run(&mut apt(prefix, &["update", "-q"]))?;
    run(&mut apt(prefix, &arguments))
}

/// What to put before `apt-get`: nothing for root, `sudo -n` for who may use it unasked.
fn privilege() -> Option<&'static [&'static str]> {
    if output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0") {
        return Some(&[]);
    }
    let unasked = output(Command::new("sudo").args(["-n", "true"])).is_ok();
    unasked.then_some(&["sudo", "-n"])
}

fn apt(prefix: &[&str], arguments: &[&str]) -> Command {
    let words = [
        prefix,
        &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"],
        arguments,
    ]
    .concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

fn has_lists() -> bool {
    fs::read_dir(Path::new("/var/lib/apt/lists")).is_ok_and(|mut entries| {
        entries.any(|entry| {
            entry.is_ok_and(|entry| entry.file_name().to_string_lossy().contains("_Packages"))
        })
    })
}
