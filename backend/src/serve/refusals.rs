//! Refused deliveries in the log, at a rate that a misconfigured shop cannot turn into a full disk.
//!
//! By hand, since `tracing-subscriber` filters by level and target only.

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

/// Log entry of a refused request.
#[derive(Debug, Default, PartialEq)]
struct Entry {
    /// Refusals of the previous window that were not logged; reported once.
    held_back: usize,
    written: bool,
}

impl RefusalLog {
    pub fn refused(&self, refusal: &Refusal) {
        let entry = self.entry(Instant::now());
        if entry.held_back > 0 {
            tracing::warn!(count = entry.held_back, "more deliveries refused before");
        }
        if !entry.written {
            return;
        }
        let code = refusal.code();
        match refusal {
            // The operator's business, not the client's.
            Refusal::Store { cause } => {
                tracing::error!(code, "refused {code}: {refusal} ({cause})");
            }
            _ => tracing::warn!(code, "refused {code}: {refusal}"),
        }
    }

    fn entry(&self, now: Instant) -> Entry {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entry = Entry::default();
        if window
            .begun
            .is_none_or(|begun| now.saturating_duration_since(begun) >= WINDOW)
        {
            entry.held_back = window.held_back;
            *window = Window {
                begun: Some(now),
                ..Window::default()
            };
        }
        entry.written = window.lines < LINES;
        match entry.written {
            true => window.lines += 1,
            false => window.held_back += 1,
        }
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_becomes_a_count() {
        let log = RefusalLog::default();
        let start = Instant::now();
        let written = (0..1000).filter(|_| log.entry(start).written).count();
        assert_eq!(written, LINES);
        let later = log.entry(start + WINDOW);
        let expected = Entry {
            held_back: 990,
            written: true,
        };
        assert_eq!(later, expected);
    }
}
