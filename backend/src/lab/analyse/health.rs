//! Whether running experiments can be trusted, before anybody reads what they say: is the split as planned, do all
//! exposures arrive, and how often was it looked at.

use std::collections::HashSet;

use serde::Serialize;

use super::read::Log;
use super::readout::{Readout, SRM_LEVEL, Verdict};

/// The state of one experiment.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    pub experiment: String,
    pub units: u64,
    /// The probability of such counts, and on how many days it fails by itself.
    pub sample_ratio: f64,
    pub bad_days: usize,
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
pub fn health(log: &Log, readouts: &[Readout], peeks: impl Fn(&str) -> u64) -> Vec<Health> {
    let of = |readout: &Readout| {
        let number = log.experiments.find(&readout.experiment);
        let exposures = log.exposures.iter();
        let exposed: HashSet<u32> = exposures
            .filter(|exposure| Some(exposure.experiment) == number)
            .map(|exposure| exposure.unit)
            .collect();
        let used: HashSet<u32> = log
            .used
            .iter()
            .filter(|(_, experiment)| Some(*experiment) == number)
            .map(|(unit, _)| *unit)
            .collect();
        let lost = used.difference(&exposed).count() as u64;
        let ratio = &readout.sample_ratio;
        Health {
            experiment: readout.experiment.clone(),
            units: readout.units,
            sample_ratio: ratio.p,
            bad_days: ratio.bad_days.len(),
            dropped: readout.dropped,
            used: used.len() as u64,
            lost,
            last: readout.to.clone(),
            peeks: peeks(&readout.experiment),
            sound: readout.verdict != Verdict::SampleRatioMismatch
                && ratio.p >= SRM_LEVEL
                && lost as f64 <= MOST_LOST * used.len().max(1) as f64,
        }
    };
    readouts.iter().map(of).collect()
}
