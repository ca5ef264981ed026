//! Counts of passed and failed tests, read from the summaries of the test runners.
//!
//! Hand-written because no runner gives one sum over sections: cargo-nextest counts only Rust tests, runs no doc tests, starts a process for
//! each test and is not installed on a stranger's machine, which `cargo xtask test` must work on; Node's runner counts only its own. Exit
//! codes decide all the same: a runner that fails without a counted failure counts as one.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use xtask_tools::process::shown;

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
}

impl Counts {
    pub const ONE: Counts = Counts {
        passed: 1,
        failed: 0,
    };

    fn add(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The sections that ran, in their order.
#[derive(Default)]
pub struct Tally {
    rows: Vec<(String, Counts, f64)>,
}

impl Tally {
    /// Runs a section and goes on whatever comes of it; returns whether all of it passed. One that breaks without having
    /// counted anything failed once.
    pub fn section(&mut self, name: &str, work: impl FnOnce() -> Result<Counts>) -> bool {
        eprintln!("\n• {name}");
        let started = Instant::now();
        let counts = work().unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Counts {
                passed: 0,
                failed: 1,
            }
        });
        self.rows
            .push((name.to_owned(), counts, started.elapsed().as_secs_f64()));
        counts.failed == 0
    }

    /// Takes in what ran beside.
    pub fn append(&mut self, mut other: Tally) {
        self.rows.append(&mut other.rows);
    }

    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        for (_, counts, _) in &self.rows {
            total.add(*counts);
        }
        total
    }

    /// `elapsed` is less than the sum of the sections, of which some ran side by side.
    pub fn print(&self, elapsed: Duration) {
        println!();
        for (name, counts, seconds) in &self.rows {
            let failed = match counts.failed {
                0 => String::new(),
                failed => format!("   {failed} failed"),
            };
            println!(
                "{name:<44} {seconds:>7.1} s {:>6} passed{failed}",
                counts.passed
            );
        }
        println!("{:<44} {:>7.1} s", "in all", elapsed.as_secs_f64());
        let total = self.total();
        println!("\n{} passed, {} failed", total.passed, total.failed);
    }
}

/// What a line of a runner's output adds.
pub type Reader = fn(&str) -> Counts;

/// Runs a test runner, passing on what it prints and counting in it.
pub fn counted(command: &mut Command, reader: Reader) -> Result<Counts> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` could not be started", shown(command)))?;
    let mut counts = Counts::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line?;
            let text = String::from_utf8_lossy(&line);
            counts.add(reader(&text));
            writeln!(std::io::stdout(), "{text}")?;
        }
    }
    if !child.wait()?.success() && counts.failed == 0 {
        counts.failed = 1;
    }
    Ok(counts)
}

/// `test result: ok. 11 passed; 0 failed; 0 ignored; …`
pub fn cargo(line: &str) -> Counts {
    let Some(result) = line.strip_prefix("test result: ") else {
        return Counts::default();
    };
    let number = |what: &str| {
        let words: Vec<&str> = result
            .split([' ', ';', '.'])
            .filter(|word| !word.is_empty())
            .collect();
        let at = words.iter().position(|word| *word == what);
        at.and_then(|at| words.get(at.checked_sub(1)?)?.parse().ok())
            .unwrap_or(0)
    };
    Counts {
        passed: number("passed"),
        failed: number("failed"),
    }
}

/// `ℹ pass 3`, `ℹ fail 0`, `ℹ cancelled 0` of Node's reporter "spec".
pub fn node(line: &str) -> Counts {
    let mut words = line.trim_start_matches("ℹ ").split(' ');
    let what = words.next();
    let number = words.next().and_then(|number| number.parse().ok());
    match (line.starts_with("ℹ "), what, number) {
        (true, Some("pass"), Some(passed)) => Counts { passed, failed: 0 },
        (true, Some("fail" | "cancelled"), Some(failed)) => Counts { passed: 0, failed },
        _ => Counts::default(),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    fn counts(passed: u64, failed: u64) -> Counts {
        Counts { passed, failed }
    }

    #[test]
    fn cargo_and_node_summaries_are_read() {
        let line = "test result: FAILED. 11 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.26s";
        assert_eq!(cargo(line), counts(11, 2));
        assert_eq!(cargo("test tally::passed ... ok"), counts(0, 0));
        assert_eq!(node("ℹ pass 12"), counts(12, 0));
        assert_eq!(node("ℹ fail 3"), counts(0, 3));
        assert_eq!(node("ℹ cancelled 1"), counts(0, 1));
        assert_eq!(node("ℹ suites 4"), counts(0, 0));
        assert_eq!(node("pass 12"), counts(0, 0));
    }

    #[test]
    fn a_runner_that_breaks_counts_as_a_failure() {
        let script = "echo 'ℹ pass 2'; exit 1";
        assert_eq!(
            counted(Command::new("sh").args(["-c", script]), node).unwrap(),
            counts(2, 1)
        );
        let mut tally = Tally::default();
        assert!(tally.section("one", || Ok(counts(3, 0))));
        assert!(!tally.section("two", || bail!("no compiler")));
        assert!(!tally.section("three", || Ok(counts(1, 2))));
        assert_eq!(tally.total(), counts(4, 3));
        let mut beside = Tally::default();
        beside.section("four", || Ok(counts(5, 0)));
        tally.append(beside);
        assert_eq!(tally.total(), counts(9, 3));
    }
}
