//! Refused deliveries on standard error, at a rate that a misconfigured shop cannot turn into a full disk.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::refusal::Refusal;
use crate::Coded;

const WINDOW: Duration = Duration::from_secs(10);
const LINES: usize = 10;

#[derive(Default)]
pub struct RefusalLog(Mutex<Window>);

#[derive(Default)]
struct Window {
    begun: Option<Instant>,
    lines: usize,
    held_back: usize,
}

impl RefusalLog {
    pub fn refused(&self, refusal: &Refusal) {
        let line = || {
            let line = format!("refused {}: {refusal}", refusal.code());
            match refusal {
                // The operator's business, not the client's.
                Refusal::Store { cause } => format!("{line} ({cause})"),
                _ => line,
            }
        };
        for line in self.line(Instant::now(), line) {
            eprintln!("{line}");
        }
    }

    /// What to print about one more refusal at `now`.
    fn line(&self, now: Instant, line: impl FnOnce() -> String) -> Vec<String> {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = Vec::new();
        if window
            .begun
            .is_none_or(|begun| now.saturating_duration_since(begun) >= WINDOW)
        {
            if window.held_back > 0 {
                lines.push(format!("refused {} more before", window.held_back));
            }
            *window = Window {
                begun: Some(now),
                ..Window::default()
            };
        }
        if window.lines < LINES {
            window.lines += 1;
            lines.push(line());
        } else {
            window.held_back += 1;
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_becomes_a_count() {
        let log = RefusalLog::default();
        let start = Instant::now();
        let printed: usize = (0..1000)
            .map(|_| log.line(start, || "x".into()).len())
            .sum();
        assert_eq!(printed, LINES);
        let later = log.line(start + WINDOW, || "y".into());
        assert_eq!(later, ["refused 990 more before", "y"]);
    }
}
