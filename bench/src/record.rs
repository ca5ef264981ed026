//! Records: `bench/records/NAME/DATE.json`, the figures of a run, with its date, command and machine.
//!
//! Never changed but by a run of the same day; older ones stay. The newest is what the documentation derives from.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xtask_tools::folders::root;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record<T> {
    /// The day, UTC, as 2026-01-31.
    measured: String,
    command: String,
    machine: String,
    figures: T,
}

/// The figures of the newest record of that name; `None` where there is none.
pub fn newest<T: DeserializeOwned>(name: &str) -> Result<Option<T>> {
    newest_in(&folder(name))
}

/// Keeps figures under that name and today's date.
pub fn keep<T: Serialize>(name: &str, command: &str, figures: T) -> Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let measured = date(now.as_secs());
    let folder = folder(name);
    let path = folder.join(format!("{measured}.json"));
    let record = Record {
        measured,
        command: format!("cargo xtask bench {command}"),
        machine: machine(),
        figures,
    };
    let text = serde_json::to_string_pretty(&record)? + "\n";
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&path, text))
        .with_context(|| format!("{} could not be written", path.display()))?;
    eprintln!("  kept in {}", path.display());
    Ok(())
}

fn folder(name: &str) -> PathBuf {
    root().join("bench/records").join(name)
}

fn newest_in<T: DeserializeOwned>(folder: &Path) -> Result<Option<T>> {
    if !folder.is_dir() {
        return Ok(None);
    }
    let mut files = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|found| found == "json"));
    // Named by their dates.
    let Some(path) = files.into_iter().max() else {
        return Ok(None);
    };
    let fault = || format!("{} is no record of this benchmark", path.display());
    let text = fs::read_to_string(&path).with_context(fault)?;
    let record: Record<T> = serde_json::from_str(&text).with_context(fault)?;
    Ok(Some(record.figures))
}

/// The day of a number of seconds since 1970, UTC (Hinnant's `civil_from_days`).
fn date(seconds: u64) -> String {
    // Days since the first of March of the year 0.
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march = (5 * day + 2) / 153;
    let day = day - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The processor, where the system says (Linux), and how many of its cores.
fn machine() -> String {
    let told = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or(std::env::consts::ARCH, |(_, model)| model);
    let cores = available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_592_870_399, "2020-06-22"),
            (1_592_870_400, "2020-06-23"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(seconds), expected);
        }
    }

    #[test]
    fn the_newest_record_counts() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(newest_in::<u32>(folder.path()).unwrap(), None);
        for (day, figures) in [("2026-01-31", 1), ("2026-02-01", 2), ("2025-12-01", 3)] {
            let text = format!(
                "{{\"measured\": \"{day}\", \"command\": \"\", \"machine\": \"\", \"figures\": {figures}}}"
            );
            fs::write(folder.path().join(format!("{day}.json")), text).unwrap();
        }
        assert_eq!(newest_in(folder.path()).unwrap(), Some(2));
        assert!(newest_in::<String>(folder.path()).is_err());
    }
}
