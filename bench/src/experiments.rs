//! Throughput of the lab: `tillside lab analyse` over logs of events, and `tillside lab simulate`.
//!
//! Memory is to grow with the units of an experiment and not with their events, so the same units are read with ten times
//! the events, and ten times the units with as many. Time beside that of a smaller log, since machines differ.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use xtask_tools::folders::target;
use xtask_tools::process::{run, step};

use crate::measure::measured;
use crate::{definition, docs, record};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    seed: u64,
    log: Vec<Log>,
    simulated: Simulated,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    events: u64,
    units: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Simulated {
    shoppers: u32,
    days: u32,
    pause_minutes: i64,
}

/// What the documentation prints.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    pub analysed: Vec<Analysed>,
    pub shoppers: u32,
    pub days: u32,
    pub sessions: u64,
    pub simulated_events: u64,
    pub simulate_seconds: f64,
}

/// `tillside lab analyse` of one log.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Analysed {
    pub events: u64,
    pub units: u64,
    pub megabytes: u64,
    pub seconds: f64,
    /// Peak, in 1,048,576 bytes; only where the system says.
    pub memory_mb: Option<u64>,
}

/// Analyses, simulates, and prints a table.
pub fn throughput(tillside: &Path, write: bool) -> Result<()> {
    let definition: Definition = definition::read("lab")?;
    let folder = target().join("bench/lab");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let logs = definition.log.iter();
    let analysed = logs.map(|log| analyse(tillside, &folder, log, definition.seed));
    let analysed = analysed.collect::<Result<Vec<_>>>()?;
    let figures = simulate(tillside, &folder, &definition, analysed)?;
    println!("{}\n", docs::lab(&figures));
    if write {
        record::keep("lab", "lab", figures)?;
        docs::derive()?;
    }
    Ok(())
}

fn analyse(tillside: &Path, folder: &Path, log: &Log, seed: u64) -> Result<Analysed> {
    let path = folder.join("events.jsonl");
    let what = format!("write {} events of {} units", log.events, log.units);
    step(&what, || {
        let file = File::create(&path).context("the log of events cannot be made")?;
        generate(*log, seed, BufWriter::with_capacity(1 << 20, file)).context("the log of events")
    })?;
    let bytes = fs::metadata(&path)?.len();
    let cost = step("tillside lab analyse", || {
        let mut command = Command::new(tillside);
        command
            .args(["lab", "analyse", "--json", "--events"])
            .arg(&path);
        measured(command.stdout(Stdio::null()))
    })?;
    fs::remove_file(&path)?;
    Ok(Analysed {
        events: log.events,
        units: log.units,
        megabytes: bytes / 1_000_000,
        seconds: cost.seconds,
        memory_mb: cost.memory.map(|bytes| bytes >> 20),
    })
}

/// A sequence of numbers (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// From 0 to 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn mixed(number: u64) -> u64 {
    let mut mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

const DAYS: u64 = 28;
const START: u64 = 1_790_000_000_000;
const AGENTS: [&str; 3] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15",
];

/// Writes events in the order of time, as the collector keeps them: pages, lists, choices, carts, orders and exposures.
fn generate(log: Log, seed: u64, mut out: impl Write) -> std::io::Result<()> {
    let mut random = Random(seed);
    for number in 0..log.events {
        let time = START + number * (DAYS * 86_400_000) / log.events;
        let unit = (random.unit() * log.units as f64) as u64;
        // What a unit is decided by, which is the same each time.
        let kind = mixed(unit ^ seed);
        let draw = random.unit();
        let (event, properties) = match draw {
            _ if draw < 0.15 => (
                "Experiment Viewed",
                format!(
                    r#"{{"experiment_id":"ranker","variation_id":"{}"}}"#,
                    kind & 1
                ),
            ),
            _ if draw < 0.4 => (
                "Product List Viewed",
                r#"{"list_id":"rec:home","variants":"ranker=1"}"#.to_owned(),
            ),
            _ if draw < 0.45 => ("Product Clicked", r#"{"list_id":"rec:home"}"#.to_owned()),
            _ if draw < 0.5 => ("Product Added", r#"{"product_id":"p"}"#.to_owned()),
            _ if draw < 0.53 => {
                let revenue = (random.unit() * 10_000.0).round() / 100.0;
                let order = format!(r#"{{"order_id":"o{number}","revenue":{revenue}}}"#);
                ("Order Completed", order)
            }
            _ => (
                "Product Viewed",
                r#"{"product_id":"p","price":9.5}"#.to_owned(),
            ),
        };
        let page = (random.unit().powi(3) * 5000.0) as u64;
        let agent = AGENTS[(kind >> 8) as usize % AGENTS.len()];
        // A visit is what a unit does on one day.
        let session = time / 86_400_000;
        writeln!(
            out,
            r#"{{"type":"track","event":"{event}","messageId":"m{number}","anonymousId":"unit-{unit}","timestamp":"{time}","properties":{properties},"context":{{"userAgent":"{agent}","page":{{"path":"/p/{page}"}},"sessionId":"{unit}-{session}"}}}}"#
        )?;
    }
    out.flush()
}

fn simulate(
    tillside: &Path,
    folder: &Path,
    definition: &Definition,
    analysed: Vec<Analysed>,
) -> Result<Figures> {
    let &Simulated {
        shoppers,
        days,
        pause_minutes,
    } = &definition.simulated;
    let (shop, path) = (folder.join("shop"), folder.join("simulated.jsonl"));
    run(Command::new(tillside)
        .args(["lab", "shop", "--out"])
        .arg(&shop))?;
    let cost = step("tillside lab simulate", || {
        let mut command = Command::new(tillside);
        command.args(["lab", "simulate", "--shop"]).arg(&shop);
        command.args(["--shoppers", &shoppers.to_string()]);
        command.args(["--days", &days.to_string()]);
        command.args(["--seed", &definition.seed.to_string()]);
        measured(command.arg("--out").arg(&path))
    })?;
    let (simulated_events, sessions) = sessions(&path, pause_minutes)?;
    fs::remove_file(&path)?;
    Ok(Figures {
        analysed,
        shoppers,
        days,
        sessions,
        simulated_events,
        simulate_seconds: cost.seconds,
    })
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "anonymousId")]
    unit: String,
    timestamp: String,
}

/// Events, and sessions: what a shopper does without a pause.
fn sessions(path: &PathBuf, pause_minutes: i64) -> Result<(u64, u64)> {
    let mut last: HashMap<String, i64> = HashMap::new();
    let (mut events, mut sessions) = (0, 0);
    for line in BufReader::new(File::open(path)?).lines() {
        let Message { unit, timestamp } = serde_json::from_str(&line?)?;
        let minute = minute(&timestamp).with_context(|| format!("`{timestamp}` is no time"))?;
        events += 1;
        let before = last.insert(unit, minute);
        sessions += u64::from(before.is_none_or(|before| minute - before > pause_minutes));
    }
    Ok((events, sessions))
}

/// Minutes of `2026-09-01T08:05:00.000Z` since some start, months taken for as long as the longest: only the pause matters.
fn minute(time: &str) -> Option<i64> {
    let part = |at: usize, length: usize| time.get(at..at + length)?.parse::<i64>().ok();
    let day = (part(0, 4)? * 12 + part(5, 2)?) * 31 + part(8, 2)?;
    Some((day * 24 + part(11, 2)?) * 60 + part(14, 2)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_as_large_as_it_says_the_same_each_time_and_of_sound_messages() {
        let log = Log {
            events: 3000,
            units: 200,
        };
        let made = || {
            let mut out = Vec::new();
            generate(log, 7, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let text = made();
        assert_eq!(text, made());
        assert_eq!(text.lines().count(), 3000);
        let mut units: Vec<String> = text
            .lines()
            .map(|line| serde_json::from_str::<Message>(line).unwrap().unit)
            .collect();
        units.sort_unstable();
        units.dedup();
        assert_eq!(units.len(), 200);
        assert!(text.contains("\"variation_id\":\"0\"") && text.contains("\"variation_id\":\"1\""));
    }

    #[test]
    fn a_pause_ends_a_session_at_the_end_of_a_month_too() {
        let at = |time| minute(time).unwrap();
        assert_eq!(
            at("2026-09-01T08:05:00.000Z") - at("2026-09-01T07:35:59.000Z"),
            30
        );
        assert!(at("2026-10-01T00:05:00.000Z") - at("2026-09-30T23:55:00.000Z") >= 10);
        assert_eq!(minute("soon"), None);
    }
}
