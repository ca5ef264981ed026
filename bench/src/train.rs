//! Time and memory of training: `tillside train` on a million clicks on forty thousand items, drawn with a fixed
//! seed.
//!
//! Time beside that of counting the same pairs in one hash map, since machines differ, the most memory that the
//! program had, where the system says (Linux), and how far off it was about the time left, which it says every ten seconds. The
//! shape of the clicks is in `definitions/train.toml`. How well the model ranks them tells nothing.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use xtask_tools::folders::target;
use xtask_tools::process::{shown, step};

use crate::{definition, docs, measure, record};

/// Times that the time left must have been told for its mean error to mean anything.
const TOLD: usize = 5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    clicks: usize,
    items: u32,
    shelf: u32,
    folded: u32,
    window: usize,
    way: Vec<Way>,
}

/// A way to train.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Way {
    arguments: Vec<String>,
    /// On the log of fewer items.
    #[serde(default)]
    folded: bool,
    /// Only where an encoder is asked for.
    #[serde(default)]
    encoder: bool,
    what: String,
}

/// What the documentation prints.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    pub clicks: usize,
    pub sessions: usize,
    pub items: u32,
    /// Of the baseline: pairs counted in one hash map.
    pub bare_seconds: f64,
    pub ways: Vec<Cost>,
}

/// What one way costs.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    pub arguments: Vec<String>,
    pub what: String,
    pub seconds: f64,
    /// Peak, in 1,048,576 bytes; only where the system says.
    pub memory_mb: Option<u64>,
    /// Mean error of the time left that was told, as a share of the whole; only if told often enough.
    pub error_of_time_left: Option<f64>,
}

/// Trains by counting, in closed form too, and where asked with an encoder, and prints a table.
pub fn run(tillside: &Path, encoder: bool, write: bool) -> Result<()> {
    ensure!(
        !write || encoder,
        "`--write`: the table has all ways to train; say `--encoder on` too, which takes minutes"
    );
    let definition: Definition = definition::read("train")?;
    let folder = target().join("bench/train");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let sessions = sessions(&definition);
    let file = put(&folder, "sessions.csv", &sessions)?;
    let folded: Vec<Vec<u32>> = sessions
        .iter()
        .map(|session| {
            session
                .iter()
                .map(|item| item % definition.folded)
                .collect()
        })
        .collect();
    let folded = put(&folder, "folded.csv", &folded)?;
    let bare_seconds = step("count pairs in one map", || {
        Ok(count(&sessions, definition.window))
    })?;
    let ways = definition
        .way
        .into_iter()
        .filter(|way| encoder || !way.encoder);
    let ways = ways.map(|way| {
        let file = if way.folded { &folded } else { &file };
        let what = format!("tillside train {}", way.arguments.join(" "));
        let training = step(&what, || {
            train(tillside, file, &way.arguments, &folder.join("model"))
        })?;
        Ok(Cost {
            seconds: training.seconds,
            memory_mb: training.memory.map(|bytes| bytes >> 20),
            error_of_time_left: training.off(),
            arguments: way.arguments,
            what: way.what,
        })
    });
    let figures = Figures {
        clicks: sessions.iter().map(Vec::len).sum(),
        sessions: sessions.len(),
        items: definition.items,
        bare_seconds,
        ways: ways.collect::<Result<_>>()?,
    };
    println!("{}\n", docs::training(&figures));
    if write {
        record::keep("training", "train --encoder on", figures)?;
        docs::derive()?;
    }
    Ok(())
}

/// Item numbers by session.
fn sessions(definition: &Definition) -> Vec<Vec<u32>> {
    let &Definition {
        clicks: all,
        items,
        shelf: near,
        ..
    } = definition;
    let mut state = 1u64;
    // From 0 to 1.
    let mut draw = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1u64 << 24) as f64
    };
    let mut sessions: Vec<Vec<u32>> = Vec::new();
    let mut clicks = 0;
    while clicks < all {
        let length = (2 + (draw() * draw() * 14.0) as usize).min(all - clicks);
        // The square makes few shelves, and few items of each, frequent.
        let shelf = (draw().powi(2) * f64::from(items / near)) as u32;
        let mut session: Vec<u32> = Vec::with_capacity(length);
        while session.len() < length {
            let item = match draw() {
                back if back < 0.25 && !session.is_empty() => {
                    session[(draw() * session.len() as f64) as usize]
                }
                far if far > 0.9 => (draw() * f64::from(items)) as u32,
                _ => shelf * near + (draw().powi(2) * f64::from(near)) as u32,
            };
            session.push(item);
        }
        clicks += length;
        sessions.push(session);
    }
    sessions
}

fn put(folder: &Path, name: &str, sessions: &[Vec<u32>]) -> Result<PathBuf> {
    let file = folder.join(name);
    fs::write(&file, text(sessions))
        .with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(file)
}

fn text(sessions: &[Vec<u32>]) -> String {
    let mut text = String::from("session,items\n");
    for (number, session) in sessions.iter().enumerate() {
        let items: Vec<String> = session.iter().map(|item| format!("item-{item}")).collect();
        text += &format!("{number},{}\n", items.join(" "));
    }
    text
}

/// Seconds that it takes to count what follows what.
fn count(sessions: &[Vec<u32>], window: usize) -> f64 {
    let started = Instant::now();
    let mut pairs: HashMap<(u32, u32), u32> = HashMap::new();
    for session in sessions {
        for (n, &item) in session.iter().enumerate() {
            for &next in session[n + 1..].iter().take(window) {
                *pairs.entry((item, next)).or_default() += 1;
            }
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    eprintln!("  {} pairs", pairs.len());
    seconds
}

/// What a training took.
struct Training {
    seconds: f64,
    /// The most, in bytes.
    memory: Option<u64>,
    /// Seconds after the start, and how many more it said then that it would take.
    told: Vec<(f64, f64)>,
}

impl Training {
    /// How far off the time left was, on average, as a share of the whole.
    fn off(&self) -> Option<f64> {
        let off = self
            .told
            .iter()
            .map(|(at, left)| (at + left - self.seconds).abs() / self.seconds);
        (self.told.len() >= TOLD).then(|| off.sum::<f64>() / self.told.len() as f64)
    }
}

fn train(tillside: &Path, file: &Path, way: &[String], model: &Path) -> Result<Training> {
    let mut command = Command::new(tillside);
    command
        .arg("train")
        .args(way)
        .arg("--sessions")
        .arg(file)
        .arg("--out")
        .arg(model)
        .stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = command
        .spawn()
        .with_context(|| format!("`{}` could not be started", shown(&command)))?;
    let told = child
        .stderr
        .take()
        .map(|lines| thread::spawn(move || listen(lines, started)));
    let measure::Cost {
        seconds,
        memory: most,
    } = measure::finished(&mut child, started, &command)?;
    Ok(Training {
        seconds,
        memory: most,
        told: told.and_then(|told| told.join().ok()).unwrap_or_default(),
    })
}

/// Passes on what a program says, and keeps what it says of the time left.
fn listen(lines: impl Read, started: Instant) -> Vec<(f64, f64)> {
    let mut told = Vec::new();
    for line in BufReader::new(lines).lines().map_while(Result::ok) {
        eprintln!("  {line}");
        let at = started.elapsed().as_secs_f64();
        told.extend(left(&line).map(|left| (at, left)));
    }
    told
}

/// Seconds, from "…, about 4 min to the end".
fn left(line: &str) -> Option<f64> {
    let (_, text) = line.strip_suffix(" to the end")?.rsplit_once("about ")?;
    let (number, unit) = text.split_once(' ')?;
    let unit = match unit {
        "s" => 1.0,
        "min" => 60.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hears_how_long_it_will_take() {
        assert_eq!(
            left("counting: 3 s so far, about 4 min to the end"),
            Some(240.0)
        );
        assert_eq!(
            left("training: 1 of 2, 5 s left, about 35 s to the end"),
            Some(35.0)
        );
        assert_eq!(left("training: 1 of 2, 5 s left"), None);
        let training = Training {
            seconds: 100.0,
            memory: None,
            told: vec![
                (10.0, 100.0),
                (50.0, 50.0),
                (60.0, 40.0),
                (70.0, 30.0),
                (80.0, 20.0),
            ],
        };
        assert_eq!(training.off(), Some(0.02));
    }

    #[test]
    fn the_log_is_as_large_as_it_says_and_the_same_each_time() {
        let definition: Definition = definition::read("train").unwrap();
        let (log, items) = (sessions(&definition), definition.items);
        assert_eq!(log.iter().map(Vec::len).sum::<usize>(), definition.clicks);
        assert!(log.iter().flatten().all(|&item| item < items));
        let mut seen: Vec<u32> = log.iter().flatten().copied().collect();
        seen.sort_unstable();
        seen.dedup();
        assert!(seen.len() > items as usize * 9 / 10, "{}", seen.len());
        assert_eq!(log, sessions(&definition));
    }
}
