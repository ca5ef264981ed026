//! Installing on the machine: said first in one line, and declined by `--no-install`.
//!
//! Concerns what outlives the clone: Debian packages and parts of the Rust toolchain. Packages of npm and PyPI go into folders of
//! the clone and are not asked about.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};

use xtask_tools::process::shown;

/// Of every verb that may install something.
#[derive(clap::Args)]
pub struct Install {
    /// Install nothing on this machine; what is missing is named, with the command that installs it
    #[arg(long)]
    pub no_install: bool,
}

/// One command line decides for the whole run, in every thread of it.
static DECLINED: AtomicBool = AtomicBool::new(false);

/// From here on nothing is installed.
pub fn decline() {
    DECLINED.store(true, Ordering::Relaxed);
}

/// To be called before `command` installs `what`. `why` completes the sentence "… is needed to".
pub fn permit(what: &str, why: &str, command: &Command) -> Result<()> {
    let line = line(DECLINED.load(Ordering::Relaxed), what, why, command)?;
    eprintln!("  {line}");
    Ok(())
}

fn line(is_declined: bool, what: &str, why: &str, command: &Command) -> Result<String> {
    let command = shown(command);
    if is_declined {
        bail!("{what} is needed to {why}, and `--no-install` declines it; by hand: {command}");
    }
    Ok(format!(
        "installing {what} to {why}: {command} (`--no-install` declines)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_it_installs_and_why_or_how_to_do_it_by_hand() {
        let mut command = Command::new("apt-get");
        command.args(["install", "chromium"]);
        let asked = |is_declined| line(is_declined, "chromium", "test in Chromium", &command);
        let said = asked(false).unwrap();
        for part in [
            "installing chromium to test in Chromium",
            "apt-get install chromium",
            "--no-install",
        ] {
            assert!(said.contains(part), "{part} is missing in: {said}");
        }
        let refused = asked(true).unwrap_err().to_string();
        assert!(
            refused.contains("chromium is needed to test in Chromium")
                && refused.ends_with("by hand: apt-get install chromium"),
            "{refused}"
        );
    }
}
