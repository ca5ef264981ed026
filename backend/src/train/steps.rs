//! The steps of a training: what goes on now, and how long each took.

use std::fmt;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use super::forecast::{Forecast, Step};
use crate::progress;

pub struct Steps {
    started: Instant,
    /// When the step now under way began; reading comes first.
    from: Instant,
    taken: Vec<(&'static str, Duration)>,
    pub forecast: Forecast,
}

/// A step under way.
pub struct Work {
    pub bar: ProgressBar,
    pub forecast: Forecast,
}

impl Work {
    /// Turns to the next part.
    pub fn begin(&self, step: Step, total: u64) {
        self.forecast.begin(step);
        progress::begin(&self.bar, step.name(), total);
    }

    pub fn inc(&self, more: u64) {
        self.bar.inc(more);
    }

    /// An earlier run has done so much of it, which says nothing of how fast this one is.
    pub fn skip(&self, done: u64, of: u64) {
        self.bar.set_position(done);
        self.bar.reset_eta();
        self.forecast.skip(done as f64 / of.max(1) as f64);
    }

    #[cfg(test)]
    pub fn hidden() -> Work {
        Work {
            bar: ProgressBar::hidden(),
            forecast: Forecast::default(),
        }
    }
}

impl Steps {
    pub fn start() -> Steps {
        let started = Instant::now();
        Steps {
            started,
            from: started,
            taken: Vec::new(),
            forecast: Forecast::default(),
        }
    }

    /// Does a step, with something moving on the terminal. What went before the first one was reading.
    pub fn during<T>(&mut self, step: Step, work: impl FnOnce(&Work) -> T) -> T {
        if self.taken.is_empty() {
            self.taken.push(("reading", self.from.elapsed()));
        }
        self.from = Instant::now();
        let forecast = self.forecast.clone();
        let whole = move |part| forecast.left(part);
        let under_way = Work {
            bar: progress::part(step.name(), 0, whole),
            forecast: self.forecast.clone(),
        };
        self.forecast.begin(step);
        under_way.bar.enable_steady_tick(Duration::from_millis(100));
        let done = work(&under_way);
        under_way.bar.finish_and_clear();
        self.taken.push((step.name(), self.from.elapsed()));
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
