//! Whether running experiments can be trusted, before anybody reads what they say: is the split as planned, do all
//! exposures arrive, and how often was it looked at.

use serde::Serialize;

use super::readout::{Readout, Verdict};

/// The state of one experiment.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    pub experiment: String,
    pub units: u64,
    /// The probability of such counts of all units.
    pub sample_ratio: f64,
    /// Days, browsers and entry pages that fail by themselves.
    pub failing: usize,
    /// Units in two variations.
    pub dropped: u64,
    /// Units whose shelves say that a variation was used, and of them those of which no exposure has arrived.
    pub used: u64,
    pub lost: u64,
    pub last: String,
    /// How often it was looked at here. Intervals that hold at every look are not harmed by it.
    pub peeks: u64,
    pub sound: bool,
}

/// Exposures may be on their way still; above this share they are lost.
const MOST_LOST: f64 = 0.01;

/// The health of experiments that were read out.
pub fn health(readouts: &[Readout], peeks: impl Fn(&str) -> u64) -> Vec<Health> {
    let of = |readout: &Readout| Health {
        experiment: readout.experiment.clone(),
        units: readout.units,
        sample_ratio: readout.sample_ratio.p,
        failing: readout.sample_ratio.failing().count(),
        dropped: readout.dropped,
        used: readout.used,
        lost: readout.lost,
        last: readout.to.clone(),
        peeks: peeks(&readout.experiment),
        sound: readout.verdict != Verdict::SampleRatioMismatch
            && readout.sample_ratio.passed
            && readout.lost as f64 <= MOST_LOST * readout.used.max(1) as f64,
    };
    readouts.iter().map(of).collect()
}
