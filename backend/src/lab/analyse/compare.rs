//! Variations compared with the control: each metric's difference, and guardrails.

use serde::Serialize;

use super::days::estimate;
use super::difference::{Difference, Interval, TUNED_FOR, benjamini_hochberg, holm};
use super::metric::Metric;
use super::moments::{Estimate, Sums};
use super::plan::{Correction, Plan};

#[derive(Debug, Serialize)]
pub struct Comparison {
    pub metric: Metric,
    pub variation: String,
    pub control: f64,
    pub treatment: f64,
    pub absolute: Reading,
    pub relative: Reading,
    /// Share of the variance that what units did before explains.
    pub cuped: Option<Reading>,
    pub variance_explained: f64,
    /// Of the relative difference, corrected for all comparisons.
    pub p_corrected: f64,
    pub chance_to_win: f64,
    /// Relative loss of choosing the control, and the treatment, where that is the wrong one.
    pub risk: [f64; 2],
}

/// A difference as people read it.
#[derive(Debug, Serialize)]
pub struct Reading {
    pub estimate: f64,
    pub interval: Interval,
    pub p: f64,
    /// Holds at every look.
    pub anytime: Interval,
    pub anytime_p: f64,
}

impl Reading {
    pub(super) fn of(difference: &Difference, alpha: f64) -> Reading {
        Reading {
            estimate: difference.estimate,
            interval: difference.interval(alpha),
            p: difference.p(),
            anytime: difference.anytime(alpha, TUNED_FOR),
            anytime_p: difference.anytime_p(alpha, TUNED_FOR),
        }
    }
}

#[derive(Debug, Serialize)]
pub struct Guardrail {
    pub metric: Metric,
    pub variation: String,
    pub margin: f64,
    pub estimate: f64,
    /// One-sided: small shows that it is not worse by the margin.
    pub p: f64,
    pub passed: bool,
}

impl Comparison {
    /// The reading with the least variance.
    pub fn best(&self) -> &Reading {
        self.cuped.as_ref().unwrap_or(&self.relative)
    }
}

/// Sums of every metric of one variation.
pub type Metrics = [Sums; Metric::ALL.len()];

/// Estimates of a variation, and of one adjusted by what units did before.
type Estimates = (Estimate, Estimate, Option<(Estimate, Estimate)>);

fn estimates(metric: Metric, control: &Metrics, treatment: &Metrics, plan: &Plan) -> Estimates {
    let at = metric as usize;
    let (control, treatment) = (&control[at], &treatment[at]);
    let theta = if metric.is_ratio() || plan.before == 0.0 {
        0.0
    } else {
        control.theta(treatment)
    };
    let adjusted = (theta != 0.0).then(|| (control.adjusted(theta), treatment.adjusted(theta)));
    (
        estimate(control, metric),
        estimate(treatment, metric),
        adjusted,
    )
}

/// Whether a relative difference exists: a finite, positive mean and a positive variance of the control, and a finite mean
/// of the treatment.
fn is_sound(control: &Estimate, treatment: &Estimate) -> bool {
    control.mean.is_finite()
        && control.mean > 0.0
        && control.variance > 0.0
        && treatment.mean.is_finite()
}

/// Compares a variation with the control, by each metric for which there is something to compare.
pub fn compare(control: &Metrics, treatment: &Metrics, name: &str, plan: &Plan) -> Vec<Comparison> {
    let one = |metric: &Metric| {
        let (control, treatment, adjusted) = estimates(*metric, control, treatment, plan);
        if !is_sound(&control, &treatment) {
            return None;
        }
        let relative = Difference::relative(&control, &treatment);
        let cuped = adjusted.map(|(control, treatment)| Difference::relative(&control, &treatment));
        let best = cuped.unwrap_or(relative);
        Some(Comparison {
            metric: *metric,
            variation: name.into(),
            control: control.mean,
            treatment: treatment.mean,
            absolute: Reading::of(&Difference::absolute(&control, &treatment), plan.alpha),
            relative: Reading::of(&relative, plan.alpha),
            variance_explained: 1.0 - (best.error / relative.error).powi(2),
            cuped: cuped.map(|cuped| Reading::of(&cuped, plan.alpha)),
            p_corrected: 1.0,
            chance_to_win: best.chance_to_win(),
            risk: best.risk(),
        })
    };
    plan.metrics.iter().filter_map(one).collect()
}

/// Tests each guardrail metric of a variation for non-inferiority by the plan's margins.
pub fn guard(control: &Metrics, treatment: &Metrics, name: &str, plan: &Plan) -> Vec<Guardrail> {
    let one = |(metric, margin): &(Metric, f64)| {
        let (control, treatment, adjusted) = estimates(*metric, control, treatment, plan);
        if !is_sound(&control, &treatment) {
            return None;
        }
        let (control, treatment) = adjusted.unwrap_or((control, treatment));
        let difference = Difference::relative(&control, &treatment);
        let p = difference.not_worse(*margin);
        Some(Guardrail {
            metric: *metric,
            variation: name.into(),
            margin: *margin,
            estimate: difference.estimate,
            p,
            passed: p < plan.alpha,
        })
    };
    plan.guardrails.iter().filter_map(one).collect()
}

/// Corrects the probabilities of all comparisons of an experiment.
pub fn correct(comparisons: &mut [Comparison], correction: Correction) {
    let p: Vec<f64> = comparisons
        .iter()
        .map(|comparison| comparison.best().p)
        .collect();
    let corrected = match correction {
        Correction::Holm => holm(&p),
        Correction::Bh => benjamini_hochberg(&p),
    };
    for (comparison, p) in comparisons.iter_mut().zip(corrected) {
        comparison.p_corrected = p;
    }
}
