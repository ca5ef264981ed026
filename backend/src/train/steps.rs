//! The steps of a training: what goes on now, and how long each took.

use std::fmt;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use crate::progress;

pub struct Steps {
    started: Instant,
    /// When the step now under way began; reading comes first.
    from: Instant,
    taken: Vec<(&'static str, Duration)>,
}

impl Steps {
    pub fn start() -> Steps {
        let started = Instant::now();
        Steps {
            started,
            from: started,
            taken: Vec::new(),
        }
    }

    /// Does a step, with something moving on the terminal. What went before the first one was reading.
    pub fn during<T>(&mut self, what: &'static str, work: impl FnOnce(&ProgressBar) -> T) -> T {
        if self.taken.is_empty() {
            self.taken.push(("reading", self.from.elapsed()));
        }
        self.from = Instant::now();
        let bar = progress::bar(what, 0);
        bar.enable_steady_tick(Duration::from_millis(100));
        let done = work(&bar);
        bar.finish_and_clear();
        self.taken.push((what, self.from.elapsed()));
        done
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Took {:.1} s", self.started.elapsed().as_secs_f64())?;
        for (n, (what, time)) in self.taken.iter().enumerate() {
            let before = if n == 0 { ": " } else { ", " };
            write!(out, "{before}{what} {:.1} s", time.as_secs_f64())?;
        }
        writeln!(out)
    }
}
