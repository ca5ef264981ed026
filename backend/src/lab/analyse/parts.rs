//! The first metric among units of one kind: one channel, segment, tier or stage, as known at exposure.

use std::collections::BTreeMap;

use serde::Serialize;

use super::compare::Reading;
use super::days::estimate;
use super::difference::{Difference, holm, sample_ratio};
use super::metric::Metric;
use super::moments::Sums;
use super::split::{FEWEST, SRM_LEVEL};

/// Units of one kind.
#[derive(Debug, Serialize)]
pub struct Part {
    /// `–` for units of which it was not known.
    pub value: String,
    /// Of the control and the treatment.
    pub units: [u64; 2],
    /// The probability of such counts.
    pub sample_ratio: f64,
    /// None where there are too few, or the counts are not as planned.
    pub reading: Option<Reading>,
    /// Corrected by Holm for all kinds.
    pub p_corrected: f64,
}

/// Sums of a metric by the value that units are told apart by, and by variation.
#[derive(Debug, Default)]
pub struct Parts(BTreeMap<Option<Box<str>>, Vec<Sums>>);

impl Parts {
    /// Takes a unit of a variation, of so many.
    pub fn add(&mut self, value: Option<&str>, (arm, arms): (usize, usize), (x, d): (f64, f64)) {
        let sums = self.0.entry(value.map(Box::from)).or_default();
        sums.resize(arms, Sums::default());
        sums[arm].add(x, d, 0.0);
    }

    /// Compares two variations in each part; none where no unit has a value.
    pub fn compare(
        &self,
        arms: [usize; 2],
        weights: [f64; 2],
        metric: Metric,
        alpha: f64,
    ) -> Vec<Part> {
        if self.0.keys().all(Option::is_none) {
            return Vec::new();
        }
        let with = |sums: &Vec<Sums>| arms.map(|arm| sums[arm]);
        let all = self.0.iter().map(|(value, sums)| (value, with(sums)));
        let all: Vec<(&Option<Box<str>>, [Sums; 2])> = all
            .filter(|(_, sums)| sums.iter().any(|sums| sums.n > 0.0))
            .collect();
        let level = SRM_LEVEL / all.len() as f64;
        let mut parts: Vec<Part> = Vec::new();
        for (value, sums) in &all {
            let counts = sums.each_ref().map(|sums| sums.n);
            let ratio = sample_ratio(&counts, &weights);
            let [control, treatment] = sums.each_ref().map(|sums| estimate(sums, metric));
            let sound = ratio >= level
                && counts.iter().all(|count| *count >= FEWEST)
                && control.mean.is_finite()
                && control.mean > 0.0
                && control.variance > 0.0
                && treatment.mean.is_finite();
            let reading =
                sound.then(|| Reading::of(&Difference::relative(&control, &treatment), alpha));
            parts.push(Part {
                value: value.as_deref().unwrap_or("–").into(),
                units: counts.map(|count| count as u64),
                sample_ratio: ratio,
                reading,
                p_corrected: 1.0,
            });
        }
        parts.sort_by(|one, other| one.value.cmp(&other.value));
        let tested = parts
            .iter()
            .filter_map(|part| Some(part.reading.as_ref()?.p));
        let mut corrected = holm(&tested.collect::<Vec<_>>()).into_iter();
        for part in parts.iter_mut().filter(|part| part.reading.is_some()) {
            part.p_corrected = corrected.next().unwrap_or(1.0);
        }
        parts
    }
}
