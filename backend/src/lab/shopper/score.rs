//! Scoring rules for probabilities: reliability in ten bins, Brier score, log loss.

use serde::Serialize;

/// Bins of a tenth each.
const BINS: usize = 10;
/// A probability of 0 or 1 that is wrong would cost everything: none counts as surer than this.
const SUREST: f64 = 1e-3;

/// Forecasts between two tenths, and what came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Bin {
    pub from: f64,
    pub count: usize,
    pub predicted: f64,
    pub observed: f64,
}

/// One source of probabilities.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    pub name: &'static str,
    pub predicted: f64,
    pub observed: f64,
    pub brier: f64,
    pub log_loss: f64,
    /// Mean absolute difference of predicted and observed, over bins by their counts.
    pub calibration_error: f64,
    pub bins: Vec<Bin>,
}

/// `pairs` are a probability and whether it came.
pub fn score(name: &'static str, pairs: &[(f64, bool)]) -> Score {
    let all = pairs.len().max(1) as f64;
    let came = |came: bool| f64::from(u8::from(came));
    let mean = |of: &dyn Fn(f64, f64) -> f64| {
        pairs.iter().map(|(p, is)| of(*p, came(*is))).sum::<f64>() / all
    };
    let loss = |p: f64, is: f64| {
        let p = p.clamp(SUREST, 1.0 - SUREST);
        -(is * p.ln() + (1.0 - is) * (1.0 - p).ln())
    };
    let mut bins = [Bin::default(); BINS];
    for (p, is) in pairs {
        let bin = &mut bins[((p * BINS as f64) as usize).min(BINS - 1)];
        bin.count += 1;
        bin.predicted += p;
        bin.observed += came(*is);
    }
    let mut error = 0.0;
    for (n, bin) in bins.iter_mut().enumerate() {
        error += (bin.predicted - bin.observed).abs();
        bin.from = n as f64 / BINS as f64;
        bin.predicted /= bin.count.max(1) as f64;
        bin.observed /= bin.count.max(1) as f64;
    }
    Score {
        name,
        predicted: mean(&|p, _| p),
        observed: mean(&|_, is| is),
        brier: mean(&|p, is| (p - is) * (p - is)),
        log_loss: mean(&loss),
        calibration_error: error / all,
        bins: bins.into(),
    }
}

/// The share of what is true; 0 of nothing.
pub fn share(of: impl Iterator<Item = bool>) -> f64 {
    let (mut all, mut is) = (0.0, 0.0);
    for one in of {
        all += 1.0;
        is += f64::from(u8::from(one));
    }
    if all > 0.0 { is / all } else { 0.0 }
}

/// The mean; 0 of nothing.
pub fn mean(of: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = of.fold((0.0, 0.0), |(count, sum), one| (count + 1.0, sum + one));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// The middle; 0 of nothing.
pub fn median(mut of: Vec<f64>) -> f64 {
    tillside::shopper::life::trend::median(&mut of).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_by_hand() {
        let found = score(
            "x",
            &[(0.25, true), (0.25, false), (0.75, true), (1.0, false)],
        );
        assert_eq!((found.predicted, found.observed), (0.5625, 0.5));
        let brier = (0.5625 + 0.0625 + 0.0625 + 1.0) / 4.0;
        assert!((found.brier - brier).abs() < 1e-12);
        // Of the first bin two of four, half a customer too few; the others a quarter and one.
        assert!((found.calibration_error - (0.5 + 0.25 + 1.0) / 4.0).abs() < 1e-12);
        assert_eq!(found.bins[2].count, 2);
        assert!(found.log_loss.is_finite());
        assert_eq!(score("x", &[]).brier, 0.0);
        assert_eq!((median(vec![]), mean(std::iter::empty())), (0.0, 0.0));
        assert_eq!(share([true, false].into_iter()), 0.5);
    }
}
