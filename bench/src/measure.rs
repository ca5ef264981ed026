//! A program's seconds and peak memory.

use std::fs;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use xtask_tools::process::shown;

/// What running a program took.
pub struct Cost {
    pub seconds: f64,
    /// The most memory, in bytes; only where the system says.
    pub memory: Option<u64>,
}

/// Runs a program to its end.
pub fn measured(command: &mut Command) -> Result<Cost> {
    let started = Instant::now();
    let mut child = command
        .spawn()
        .with_context(|| format!("`{}` could not be started", shown(command)))?;
    finished(&mut child, started, command)
}

/// Waits for the end of a program that was started.
pub fn finished(child: &mut Child, started: Instant, command: &Command) -> Result<Cost> {
    let mut most = None;
    let status = loop {
        // The system keeps the most there was, so that it may be asked seldom; it forgets with the process.
        most = memory(child).max(most);
        match child.try_wait()? {
            Some(status) => break status,
            None => thread::sleep(Duration::from_millis(20)),
        }
    };
    let seconds = started.elapsed().as_secs_f64();
    ensure!(status.success(), "`{}` failed ({status})", shown(command));
    Ok(Cost {
        seconds,
        memory: most,
    })
}

/// The most memory that a running process has had, where `/proc` says.
fn memory(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes << 10)
}
