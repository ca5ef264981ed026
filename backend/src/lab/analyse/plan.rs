//! How an experiment is to be read: decided before it is looked at.

use std::collections::BTreeMap;

use serde::Serialize;

use super::metric::Metric;

pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How to read an experiment.
#[derive(Clone, Debug)]
pub struct Plan {
    pub control: Option<String>,
    /// Shares by variation; equal ones where there are none.
    pub weights: BTreeMap<String, f64>,
    pub metrics: Vec<Metric>,
    /// Metrics that must not get worse by more than this share.
    pub guardrails: Vec<(Metric, f64)>,
    pub alpha: f64,
    /// Days after exposure that count; all where there is none.
    pub window: Option<f64>,
    /// Days before exposure that stand for what a unit does anyway; 0 for no adjustment.
    pub before: f64,
    /// The quantile at which revenue is cut.
    pub cap: f64,
    pub correction: Correction,
}

/// What many metrics are corrected by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Correction {
    /// Holm: family-wise error rate.
    Holm,
    /// Benjamini–Hochberg: false discovery rate.
    Bh,
}

impl Plan {
    /// What a look without wishes reads.
    pub fn usual() -> Plan {
        Plan {
            control: None,
            weights: BTreeMap::new(),
            metrics: vec![
                Metric::Conversion,
                Metric::Revenue,
                Metric::OrderValue,
                Metric::ListClicks,
            ],
            guardrails: Vec::new(),
            alpha: 0.05,
            window: None,
            before: 28.0,
            cap: 0.999,
            correction: Correction::Holm,
        }
    }

    /// Whether an outcome so long after exposure counts.
    pub(super) fn is_after(&self, since: i64) -> bool {
        let window = self
            .window
            .map_or(i64::MAX / 4, |days| (days * DAY_MS as f64) as i64);
        (0..window).contains(&since)
    }

    /// Whether an outcome so long after exposure, a negative time, stands for what a unit does anyway.
    pub(super) fn is_before(&self, since: i64) -> bool {
        let before = (self.before * DAY_MS as f64) as i64;
        (-before..0).contains(&since)
    }

    /// The planned share of a variation, of those of all.
    pub(super) fn weight(&self, variation: &str) -> f64 {
        let equal = if self.weights.is_empty() { 1.0 } else { 0.0 };
        self.weights.get(variation).copied().unwrap_or(equal)
    }
}
