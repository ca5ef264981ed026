//! Estimated time to the end of a training.
//!
//! Each step has a time that it took on one machine for so many views and items. How much slower or faster this one is
//! shows as steps are done, and steps that come twice, for the trial and for the model, are foretold from the first time.
//! A foretold time is a guess until the longest step has begun; what it is worth is measured by `cargo xtask bench train`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::neighbours::linear::inverted;

/// What a training does, in this order; some may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Settings,
    /// Settings once more, and perhaps twice.
    Again,
    LinearTrial,
    EncoderTrial,
    Ways,
    Returns,
    Baskets,
    Counting,
    Linear,
    Encoder,
    Packing,
    /// Of a model that is there.
    Refreshing,
    Writing,
}

impl Step {
    pub fn name(self) -> &'static str {
        match self {
            Step::Settings | Step::Again => "trying out settings",
            Step::LinearTrial | Step::Linear => "solving for linear weights",
            Step::EncoderTrial | Step::Encoder => "training the encoder",
            Step::Ways => "trying out the encoder",
            Step::Returns => "fitting odds of a return",
            Step::Baskets => "trying out baskets",
            Step::Counting => "counting",
            Step::Packing => "packing and reading back",
            Step::Refreshing => "bringing up to date",
            Step::Writing => "writing",
        }
    }

    /// The same work, earlier, on the sessions that are not held back.
    fn first_time(self) -> Option<Step> {
        match self {
            Step::Linear => Some(Step::LinearTrial),
            Step::Encoder => Some(Step::EncoderTrial),
            _ => None,
        }
    }
}

/// How much there is to do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Amount {
    pub views: usize,
    pub items: usize,
    pub linear: bool,
    /// The part of the encoder's training that is wanted, 0 to 1.
    pub encoder: f64,
}

impl Amount {
    /// Steps and seconds on the machine that they were measured on, two cores of 2.5 GHz. The trial has nine tenths of the
    /// sessions.
    fn steps(&self) -> Vec<(Step, f64)> {
        let (views, items) = (self.views as f64 / 1e6, self.items as f64 / 1e3);
        let counted = 5.0 * views + 0.08 * items;
        let mut steps = vec![
            (Step::Settings, 0.7 * counted),
            (Step::Again, 0.4 * counted),
        ];
        let linear = 2.5 * views + 0.02 * items + inverted(self.items) * 1.5e-11;
        let encoder = 230.0 * views * self.encoder;
        if self.linear {
            steps.push((Step::LinearTrial, 0.9 * linear + 0.4 * counted));
        }
        if encoder > 0.0 {
            steps.push((Step::EncoderTrial, 0.9 * encoder));
            steps.push((Step::Ways, 0.6 * counted));
        }
        steps.push((Step::Returns, 0.2 * counted));
        steps.push((Step::Baskets, 0.1));
        steps.push((Step::Counting, 0.1 * counted));
        if self.linear {
            steps.push((Step::Linear, linear));
        }
        if encoder > 0.0 {
            steps.push((Step::Encoder, encoder));
        }
        steps.push((Step::Packing, 0.15 * counted));
        steps
    }
}

#[derive(Debug)]
struct State {
    /// Those not done, the one under way first, and what each takes on the other machine.
    ahead: Vec<(Step, f64)>,
    done: Vec<(Step, f64, Duration)>,
    began: Instant,
    /// How much of the step under way an earlier run had done.
    skipped: f64,
}

/// Shared with whatever shows it.
#[derive(Clone, Debug, Default)]
pub struct Forecast(Arc<Mutex<Option<State>>>);

impl Forecast {
    /// From when on something can be told.
    pub fn of(&self, amount: &Amount) {
        *self.state() = Some(State {
            ahead: amount.steps(),
            done: Vec::new(),
            began: Instant::now(),
            skipped: 0.0,
        });
    }

    fn state(&self) -> std::sync::MutexGuard<'_, Option<State>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one under way is done, and those between are left out.
    pub fn begin(&self, step: Step) {
        if let Some(state) = self.state().as_mut() {
            state.begin(step, Instant::now());
        }
    }

    /// A step will not be done.
    pub fn without(&self, step: Step) {
        if let Some(state) = self.state().as_mut() {
            state.ahead.retain(|one| one.0 != step);
        }
    }

    /// An earlier run has done this much of the step under way.
    pub fn skip(&self, part: f64) {
        if let Some(state) = self.state().as_mut() {
            (state.skipped, state.began) = (part, Instant::now());
        }
    }

    /// What an encoder would have taken, had it been wanted.
    pub fn encoder(&self, views: usize, items: usize) -> Option<Duration> {
        let amount = Amount {
            views,
            items,
            encoder: 1.0,
            ..Amount::default()
        };
        let state = self.state();
        let pace = state.as_ref()?.pace(None);
        let steps = amount.steps().into_iter();
        let own = steps
            .filter(|(step, _)| matches!(step, Step::EncoderTrial | Step::Ways | Step::Encoder));
        let seconds: f64 = own.map(|(_, expected)| expected).sum();
        Some(Duration::from_secs_f64(seconds * pace))
    }

    /// All that is left, when `part` of the step under way is done.
    pub fn left(&self, part: f64) -> Option<Duration> {
        let state = self.state();
        let state = state.as_ref()?;
        Some(state.left(part, state.began.elapsed()))
    }
}

/// With less of a step done nothing is told from it.
const LEAST: f64 = 0.02;

/// What was foretold of a step counts like this much of it done: its beginning may be slow.
const DOUBT: f64 = 0.1;

impl State {
    fn begin(&mut self, step: Step, now: Instant) {
        let under_way = self.ahead.first().copied();
        if let Some((before, expected)) = under_way.filter(|one| one.0 < step) {
            let all = 1.0 - self.skipped;
            if all > LEAST {
                let took = now.duration_since(self.began).div_f64(all);
                self.done.push((before, expected, took));
            }
        }
        self.ahead.retain(|one| one.0 >= step);
        (self.began, self.skipped) = (now, 0.0);
    }

    /// Seconds here for one there, by what is done and perhaps a step more, of which both are known.
    fn pace(&self, more: Option<(f64, f64)>) -> f64 {
        // One of each for what is not known yet.
        let (mut here, mut there) = (1.0, 1.0);
        for (_, expected, took) in &self.done {
            here += took.as_secs_f64();
            there += expected;
        }
        let (own, expected) = more.unwrap_or_default();
        (here + own) / (there + expected)
    }

    /// `elapsed` is since the step under way began.
    fn left(&self, part: f64, elapsed: Duration) -> Duration {
        let Some(((step, expected), later)) = self.ahead.split_first() else {
            return Duration::ZERO;
        };
        let own = part - self.skipped;
        let elapsed = elapsed.as_secs_f64();
        let foretold = |step: Step, expected: f64, pace: f64| {
            let first = step.first_time();
            let done = self.done.iter().find(|done| Some(done.0) == first);
            done.map_or(expected * pace, |(_, before, took)| {
                took.as_secs_f64() * expected / before
            })
        };
        // What the step under way will have taken, were it begun anew.
        let before = foretold(*step, *expected, self.pace(None));
        let (whole, pace) = if own > LEAST {
            let whole = (elapsed + DOUBT * before) / (own + DOUBT);
            (whole, self.pace(Some((whole, *expected))))
        } else {
            (before.max(elapsed), self.pace(None))
        };
        let mut left = whole * (1.0 - part);
        for &(other, then) in later {
            left += if other.first_time() == Some(*step) {
                whole * then / expected
            } else {
                foretold(other, then, pace)
            };
        }
        Duration::from_secs_f64(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(time: f64) -> Duration {
        Duration::from_secs_f64(time)
    }

    fn state(ahead: &[(Step, f64)]) -> (State, Instant) {
        let began = Instant::now();
        let state = State {
            ahead: ahead.to_vec(),
            done: Vec::new(),
            began,
            skipped: 0.0,
        };
        (state, began)
    }

    #[test]
    fn a_slower_machine_shows_in_what_is_foretold() {
        let (mut state, began) = state(&[
            (Step::Settings, 9.0),
            (Step::EncoderTrial, 90.0),
            (Step::Encoder, 100.0),
        ]);
        // Nothing is known yet.
        assert_eq!(state.left(0.0, seconds(0.0)), seconds(199.0));
        // A third took as long as the whole there; a tenth of the guess still counts.
        let left = state.left(1.0 / 3.0, seconds(9.0)).as_secs_f64();
        let whole = 9.9 / (1.0 / 3.0 + 0.1);
        let pace = (1.0 + whole) / (1.0 + 9.0);
        let expected = whole * 2.0 / 3.0 + 190.0 * pace;
        assert!((left - expected).abs() < 1e-6, "{left}");
        state.begin(Step::EncoderTrial, began + seconds(29.0));
        assert_eq!(state.left(0.0, seconds(0.0)), seconds(190.0 * 3.0));
        // The second training is foretold from the first, even as that is under way.
        let left = state.left(0.5, seconds(45.0)).as_secs_f64();
        let whole = (45.0 + 27.0) / 0.6;
        let expected = whole / 2.0 + whole * 100.0 / 90.0;
        assert!((left - expected).abs() < 1e-6, "{left}");
        state.begin(Step::Encoder, began + seconds(29.0 + 180.0));
        assert_eq!(state.left(0.0, seconds(0.0)), seconds(200.0));
    }

    #[test]
    fn what_an_earlier_run_did_does_not_make_this_one_fast() {
        let (mut state, began) = state(&[(Step::EncoderTrial, 90.0), (Step::Encoder, 100.0)]);
        state.skipped = 0.5;
        // Half of what was left, in 20 seconds: the whole would be 80, and was foretold to be 90.
        let left = state.left(0.75, seconds(20.0)).as_secs_f64();
        let whole = 29.0 / 0.35;
        let expected = whole / 4.0 + whole * 100.0 / 90.0;
        assert!((left - expected).abs() < 1e-6, "{left}");
        state.begin(Step::Encoder, began + seconds(45.0));
        assert_eq!(state.done, [(Step::EncoderTrial, 90.0, seconds(90.0))]);
    }

    #[test]
    fn what_is_left_out_takes_no_time() {
        let forecast = Forecast::default();
        assert_eq!(forecast.left(0.0), None);
        forecast.of(&Amount {
            views: 1_000_000,
            items: 10_000,
            linear: true,
            encoder: 1.0,
        });
        let whole = forecast.left(0.0).unwrap();
        forecast.without(Step::Encoder);
        let without = forecast.left(0.0).unwrap();
        assert!(without < whole - seconds(100.0));
        forecast.begin(Step::Counting);
        assert!(forecast.left(0.0).unwrap() < without / 2);
        forecast.begin(Step::Writing);
        assert_eq!(forecast.left(0.0), Some(Duration::ZERO));
        let encoder = |views| forecast.encoder(views, 10_000).unwrap();
        assert!(encoder(1_000_000) > 9 * encoder(100_000));
    }
}
