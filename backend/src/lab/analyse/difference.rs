//! Tests and intervals for the difference of two variations.

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal, StudentsT};

use super::moments::Estimate;

/// Where an asymptotic confidence sequence is tightest: after so many units.
pub const TUNED_FOR: f64 = 5000.0;

/// A difference with its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Difference {
    pub estimate: f64,
    pub error: f64,
    /// Degrees of freedom by Welch and Satterthwaite.
    pub freedom: f64,
    pub n: f64,
}

/// An interval.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

fn normal() -> Normal {
    Normal::standard()
}

/// The standard normal distribution function.
pub fn phi(z: f64) -> f64 {
    normal().cdf(z)
}

/// The quantile of the standard normal distribution.
pub fn quantile(share: f64) -> f64 {
    normal().inverse_cdf(share)
}

/// A distribution needs degrees of freedom above 0; of two constants there are none, and the test says nothing.
fn student(freedom: f64) -> Option<StudentsT> {
    StudentsT::new(0.0, 1.0, freedom).ok()
}

impl Difference {
    /// Welch's difference of two means.
    pub fn absolute(control: &Estimate, treatment: &Estimate) -> Difference {
        Difference {
            estimate: treatment.mean - control.mean,
            error: (treatment.variance / treatment.n + control.variance / control.n).sqrt(),
            freedom: welch(control, treatment),
            n: control.n + treatment.n,
        }
    }

    /// The difference as a share of the control, by the delta method.
    pub fn relative(control: &Estimate, treatment: &Estimate) -> Difference {
        let base = control.base;
        let change = treatment.mean - control.mean;
        // Of (t − c) / c: the control's variance enters twice.
        let ratio = treatment.base / base;
        let variance = treatment.variance / treatment.n / (base * base)
            + control.variance / control.n * ratio * ratio / (base * base);
        Difference {
            estimate: change / base,
            error: variance.sqrt(),
            freedom: welch(control, treatment),
            n: control.n + treatment.n,
        }
    }

    /// The two-sided probability of a difference at least so large where there is none.
    pub fn p(&self) -> f64 {
        let t = -(self.estimate / self.error).abs();
        student(self.freedom).map_or(1.0, |student| 2.0 * student.cdf(t))
    }

    pub fn interval(&self, alpha: f64) -> Interval {
        let t = student(self.freedom).map_or(f64::INFINITY, |student| {
            student.inverse_cdf(1.0 - alpha / 2.0)
        });
        self.around(t * self.error)
    }

    fn around(&self, half: f64) -> Interval {
        Interval {
            low: self.estimate - half,
            high: self.estimate + half,
        }
    }

    /// An interval that holds at every look at once: the asymptotic confidence sequence of Waudby-Smith et al.
    /// (arXiv 2103.06476, eq. 9), tightest after `tuned` units.
    pub fn anytime(&self, alpha: f64, tuned: f64) -> Interval {
        let (nr, root) = self.mixture(alpha, tuned);
        self.around(self.error * (2.0 * (nr + 1.0) / nr * (root / alpha).ln()).sqrt())
    }

    /// ρ² n and √(ρ² n + 1).
    fn mixture(&self, alpha: f64, tuned: f64) -> (f64, f64) {
        let log = -2.0 * alpha.ln();
        let rho = ((log + (log + 1.0).ln()) / tuned).sqrt();
        let nr = self.n * rho * rho;
        (nr, (nr + 1.0).sqrt())
    }

    /// The probability that goes with [`Difference::anytime`]: one over the e-value, at most 1.
    pub fn anytime_p(&self, alpha: f64, tuned: f64) -> f64 {
        let (nr, root) = self.mixture(alpha, tuned);
        let z = self.estimate / self.error;
        (root * (-z * z * nr / (2.0 * (nr + 1.0))).exp()).min(1.0)
    }

    /// The probability that the treatment is better, with a flat prior.
    pub fn chance_to_win(&self) -> f64 {
        phi(self.estimate / self.error)
    }

    /// What choosing the control loses on average where the treatment is better, and choosing the treatment where it is
    /// not.
    pub fn risk(&self) -> [f64; 2] {
        let z = self.estimate / self.error;
        let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        [
            self.error * density + self.estimate * phi(z),
            self.error * density - self.estimate * phi(-z),
        ]
    }

    /// The probability of a difference at least so good where it is as bad as `-margin`: small shows that the
    /// treatment is not worse by the margin.
    pub fn not_worse(&self, margin: f64) -> f64 {
        let t = -(self.estimate + margin) / self.error;
        student(self.freedom).map_or(1.0, |student| student.cdf(t))
    }
}

fn welch(control: &Estimate, treatment: &Estimate) -> f64 {
    let (one, other) = (
        control.variance / control.n,
        treatment.variance / treatment.n,
    );
    (one + other).powi(2) / (one * one / (control.n - 1.0) + other * other / (treatment.n - 1.0))
}

/// Sample ratio mismatch: the probability of counts as far from the weights where the assignment is sound.
pub fn sample_ratio(counts: &[f64], weights: &[f64]) -> f64 {
    let (total, whole): (f64, f64) = (counts.iter().sum(), weights.iter().sum());
    let mut square = 0.0;
    let mut cells = 0;
    for (count, weight) in counts.iter().zip(weights) {
        if *weight > 0.0 {
            let expected = total * weight / whole;
            square += (count - expected).powi(2) / expected;
            cells += 1;
        }
    }
    if cells < 2 || total == 0.0 {
        return 1.0;
    }
    ChiSquared::new(f64::from(cells - 1)).map_or(1.0, |chi| chi.sf(square))
}

/// Adjusted probabilities by Holm: the chance of any false finding stays below the level.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|one, other| p[*one].total_cmp(&p[*other]));
    let mut adjusted = vec![0.0; p.len()];
    let mut most: f64 = 0.0;
    for (rank, at) in order.into_iter().enumerate() {
        most = most.max((p.len() - rank) as f64 * p[at]).min(1.0);
        adjusted[at] = most;
    }
    adjusted
}

/// Adjusted probabilities by Benjamini and Hochberg: the share of false ones among the findings stays below the level.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|one, other| p[*other].total_cmp(&p[*one]));
    let mut adjusted = vec![0.0; p.len()];
    let mut least: f64 = 1.0;
    for (from_end, at) in order.into_iter().enumerate() {
        let rank = p.len() - from_end;
        least = least.min(p.len() as f64 / rank as f64 * p[at]);
        adjusted[at] = least;
    }
    adjusted
}
