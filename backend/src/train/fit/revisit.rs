//! Return model: conditional logit of viewing an item again or something new, fitted to held-back sessions.
//!
//! At each step a session goes back to one of its items or on to something new. The utility of an item is `w·x` of its
//! features, that of something new the logarithm of the sum of the scores of all new items: a conditional logit
//! (McFadden 1974), whose `exp(w·x)` is then on the scale of those scores, so that returns and new items can be ranked in
//! one list. Its likelihood is concave, and Newton's method finds the one best w in a few steps.

use rayon::prelude::*;
use tillside::recommend::revisit::returns;
use tillside::recommend::{MAX_LIMIT, Placement, Recommender, Request};
use tillside::shop::{Model, RETURN};

use crate::evaluate::{Question, shopper_of};

pub type Weights = [f32; RETURN];

/// The prior: weights are small unless the sessions say otherwise. It also keeps features that never vary at 0.
const RIDGE: f64 = 1.0;

/// Steps of Newton's method; a handful is enough.
const STEPS: usize = 30;

/// Where the model foresees nothing new at all.
const FLOOR: f64 = 1e-6;

/// A step of a session: where it could go, and where it went.
#[derive(Debug)]
struct Step {
    returns: Vec<[f64; RETURN]>,
    /// The utility of going on.
    on: f64,
    /// Which of the returns it was; `None` for something new.
    chosen: Option<usize>,
}

/// How well returns come true as they are foretold, in shares of the steps.
#[derive(Clone, Copy, Debug)]
pub struct Calibration {
    pub foretold: f64,
    pub came: f64,
    /// By tenths of the steps in the order of what is foretold: how far that and what came are apart, in the mean.
    pub gap: f64,
}

/// Compares what weights foretell with the answers of questions that they were not fitted to.
pub fn calibration(
    model: &Model,
    weights: &Weights,
    questions: &[Question],
    tick: impl Fn(u64) + Sync,
) -> Calibration {
    compared(&steps(model, questions, tick), &weights.map(f64::from))
}

fn compared(steps: &[Step], w: &[f64; RETURN]) -> Calibration {
    let mut told: Vec<(f64, f64)> = steps
        .iter()
        .map(|step| {
            let back: f64 = step.returns.iter().map(|x| dot(w, x).exp()).sum();
            let came = f64::from(u8::from(step.chosen.is_some()));
            (back / (back + step.on.exp()), came)
        })
        .collect();
    told.sort_by(|a, b| a.0.total_cmp(&b.0));
    let many = told.len().max(1) as f64;
    let sums = |part: &[(f64, f64)]| {
        part.iter()
            .fold((0.0, 0.0), |sums, one| (sums.0 + one.0, sums.1 + one.1))
    };
    let (foretold, came) = sums(&told);
    let tenths = told.chunks(told.len().div_ceil(10).max(1)).map(sums);
    Calibration {
        foretold: foretold / many,
        came: came / many,
        gap: tenths
            .map(|(foretold, came)| (foretold - came).abs())
            .sum::<f64>()
            / many,
    }
}

fn steps(model: &Model, questions: &[Question], tick: impl Fn(u64) + Sync) -> Vec<Step> {
    questions
        .par_iter()
        .with_min_len(64)
        .map_init(Recommender::default, |recommender, question| {
            tick(1);
            step(model, recommender, question)
        })
        .collect()
}

/// Fits weights to the answers of these questions, as the model ranks what is new.
pub fn fit(model: &Model, questions: &[Question], tick: impl Fn(u64) + Sync) -> Weights {
    let steps = steps(model, questions, tick);
    // Six places are what a model's decimals hold; here a few are plenty.
    best(&steps).map(|weight| ((weight * 1e4).round() / 1e4).clamp(-100.0, 100.0) as f32)
}

fn step(model: &Model, recommender: &mut Recommender, question: &Question) -> Step {
    let (shopper, now) = shopper_of(model, question.prefix);
    let request = Request::new(Placement::Home, MAX_LIMIT);
    let list = recommender.recommend(model, &shopper, &request, now);
    let scores = list.entries.iter().map(|entry| f64::from(entry.score));
    let on = scores.sum::<f64>().max(FLOOR).ln();
    let target = model.find(question.target);
    let returns = returns(model, &shopper);
    Step {
        on,
        chosen: returns.iter().position(|one| Some(one.item) == target),
        returns: returns
            .iter()
            .map(|one| one.features.map(f64::from))
            .collect(),
    }
}

fn dot(a: &[f64; RETURN], b: &[f64; RETURN]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The likelihood's slope, its curvature and itself, all negative: what is to be made small.
struct Loss {
    value: f64,
    slope: [f64; RETURN],
    curvature: [[f64; RETURN]; RETURN],
}

fn loss(steps: &[Step], w: &[f64; RETURN]) -> Loss {
    let mut value = RIDGE / 2.0 * dot(w, w);
    let mut slope = w.map(|w| RIDGE * w);
    let mut curvature = [[0.0; RETURN]; RETURN];
    for (n, row) in curvature.iter_mut().enumerate() {
        row[n] = RIDGE;
    }
    for step in steps {
        let utilities: Vec<f64> = step.returns.iter().map(|x| dot(w, x)).collect();
        let most = utilities.iter().copied().fold(step.on, f64::max);
        let sum = utilities.iter().map(|u| (u - most).exp()).sum::<f64>() + (step.on - most).exp();
        let chosen = step.chosen.map_or(step.on, |n| utilities[n]);
        value += most + sum.ln() - chosen;
        let mut mean = [0.0; RETURN];
        for (x, utility) in step.returns.iter().zip(&utilities) {
            let p = (utility - most).exp() / sum;
            for (i, &xi) in x.iter().enumerate().filter(|(_, xi)| **xi != 0.0) {
                mean[i] += p * xi;
                for (cell, xj) in curvature[i].iter_mut().zip(x) {
                    *cell += p * xi * xj;
                }
            }
        }
        for i in 0..RETURN {
            slope[i] += mean[i] - step.chosen.map_or(0.0, |n| step.returns[n][i]);
            for j in 0..RETURN {
                curvature[i][j] -= mean[i] * mean[j];
            }
        }
    }
    Loss {
        value,
        slope,
        curvature,
    }
}

fn best(steps: &[Step]) -> [f64; RETURN] {
    let mut w = [0.0; RETURN];
    let mut at = loss(steps, &w);
    for _ in 0..STEPS {
        let direction = solve(at.curvature, at.slope);
        // Newton's step, or as much of it as goes down.
        let tried = (0..20).find_map(|halved| {
            let length = 0.5f64.powi(halved);
            let mut next = w;
            for (next, d) in next.iter_mut().zip(&direction) {
                *next -= length * d;
            }
            let found = loss(steps, &next);
            (found.value < at.value).then_some((next, found))
        });
        let Some((next, found)) = tried else { break };
        let gained = at.value - found.value;
        (w, at) = (next, found);
        if gained < 1e-9 * at.value {
            break;
        }
    }
    w
}

/// Solves `A x = b` for a positive definite A, by Cholesky's decomposition.
fn solve(mut a: [[f64; RETURN]; RETURN], mut b: [f64; RETURN]) -> [f64; RETURN] {
    for i in 0..RETURN {
        for j in 0..=i {
            let sum = a[i][j] - (0..j).map(|k| a[i][k] * a[j][k]).sum::<f64>();
            // The ridge keeps the diagonal positive; rounding must not take that away.
            a[i][j] = if i == j {
                sum.max(1e-12).sqrt()
            } else {
                sum / a[j][j]
            };
        }
    }
    for i in 0..RETURN {
        b[i] = (b[i] - (0..i).map(|k| a[i][k] * b[k]).sum::<f64>()) / a[i][i];
    }
    for i in (0..RETURN).rev() {
        b[i] = (b[i] - (i + 1..RETURN).map(|k| a[k][i] * b[k]).sum::<f64>()) / a[i][i];
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A step with one item, of these first two features.
    fn one(x: [f64; 2], on: f64, back: bool) -> Step {
        let mut features = [0.0; RETURN];
        features[..2].copy_from_slice(&x);
        Step {
            returns: vec![features],
            on,
            chosen: back.then_some(0),
        }
    }

    #[test]
    fn odds_are_those_of_the_steps() {
        // Three of four went back, where the scores of new items sum to 2: the odds are 3 to 1 of 2.
        let steps: Vec<Step> = (0..40_000)
            .map(|n| one([1.0, 0.0], 2f64.ln(), n % 4 != 0))
            .collect();
        let w = best(&steps);
        assert!((w[0].exp() - 6.0).abs() < 0.01, "{w:?}");
        assert_eq!(w[1..], [0.0; RETURN - 1]);
        let fits = compared(&steps, &w);
        assert!((fits.came - 0.75).abs() < 1e-9 && (fits.foretold - 0.75).abs() < 0.001);
        assert!(fits.gap < 0.01, "{fits:?}");
        // Odds of one to one foretell a half.
        let mut even = [0.0; RETURN];
        even[0] = 2f64.ln();
        let off = compared(&steps, &even);
        assert!(
            (off.foretold - 0.5).abs() < 1e-9 && (off.gap - 0.25).abs() < 0.01,
            "{off:?}"
        );
        assert_eq!(compared(&[], &w).gap, 0.0);
    }

    fn drawn() -> impl Strategy<Value = Vec<Step>> {
        let step = (
            prop::collection::vec(prop::array::uniform15(-1f64..2.0), 0..5),
            -3f64..2.0,
            0usize..7,
        );
        let step = step.prop_map(|(returns, on, chosen)| Step {
            chosen: Some(chosen).filter(|&chosen| chosen < returns.len()),
            returns,
            on,
        });
        prop::collection::vec(step, 1..30)
    }

    proptest! {
        #[test]
        fn nothing_nearby_is_better(steps in drawn()) {
            let w = best(&steps);
            let least = loss(&steps, &w);
            prop_assert!(least.slope.iter().all(|s| s.abs() < 1e-3), "{:?}", least.slope);
            for n in 0..RETURN {
                for by in [-0.05, 0.05] {
                    let mut other = w;
                    other[n] += by;
                    prop_assert!(loss(&steps, &other).value >= least.value);
                }
            }
        }

        #[test]
        fn the_slope_is_that_of_the_value(steps in drawn(), w in prop::array::uniform15(-1f64..1.0)) {
            let at = loss(&steps, &w);
            for n in 0..RETURN {
                let (mut up, mut down) = (w, w);
                up[n] += 1e-5;
                down[n] -= 1e-5;
                let (up, down) = (loss(&steps, &up), loss(&steps, &down));
                prop_assert!((at.slope[n] - (up.value - down.value) / 2e-5).abs() < 1e-3);
                for m in 0..RETURN {
                    prop_assert!((at.curvature[n][m] - (up.slope[m] - down.slope[m]) / 2e-5).abs() < 1e-3);
                }
            }
        }
    }
}
