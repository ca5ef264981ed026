//! Training objective: softmax cross-entropy of the next item against sampled negatives.
//!
//! All rows of a batch share their candidates. A candidate's chance of being among them is taken off its logit (logQ),
//! so that what is learnt is the probability among all items. What a session has seen is no candidate for it: a shelf
//! does not show it either.

use crate::train::linalg::matrix::{exp, product, rows};

/// Logits of what is no candidate.
const NEVER: f32 = -1.0e30;

/// Numbers summed at a time: vectors of them, whatever the compiler makes of it.
const LANE: usize = 64;

/// The candidates of a batch.
#[derive(Clone, Copy)]
pub struct Candidates<'a> {
    /// `[candidates × width]`
    pub vectors: &'a [f32],
    /// The log of each one's chance of being a candidate.
    pub log_chance: &'a [f32],
}

/// One thing to foresee.
pub struct Aim {
    /// Which candidate it is.
    pub target: usize,
    pub weight: f32,
    /// Candidates that the session has seen.
    pub seen: Vec<u32>,
}

/// Gradients of the loss by what goes into it.
pub struct Gradients {
    pub loss: f64,
    pub states: Vec<f32>,
    pub vectors: Vec<f32>,
}

/// What a teacher says of each aim's candidates, and how much it counts beside what came next in truth.
#[derive(Clone, Copy, Debug)]
pub struct Advice<'a> {
    /// `[aims × candidates]`, probabilities.
    pub chances: &'a [f32],
    pub share: f32,
}

/// The logits of each aim's candidates.
fn logits(states: &[f32], width: usize, aims: &[Aim], candidates: Candidates) -> Vec<f32> {
    let unlikely: Vec<f32> = candidates.log_chance.iter().map(|log| -log).collect();
    let mut logits = unlikely.repeat(aims.len());
    let (of_states, of_vectors) = (rows(states, width), rows(candidates.vectors, width));
    product(of_states, of_vectors.t(), 1.0, &mut logits);
    for (row, aim) in logits.chunks_exact_mut(unlikely.len().max(1)).zip(aims) {
        for &seen in &aim.seen {
            row[seen as usize] = NEVER;
        }
    }
    logits
}

/// From logits to their exponentials, the highest being 1. Says what it was, and the sum.
fn exponentials(row: &mut [f32]) -> (f32, f32) {
    let most = row.iter().fold(NEVER, |most, &logit| most.max(logit));
    for logit in row.iter_mut() {
        *logit = exp(*logit - most);
    }
    let sum = row.chunks(LANE).map(|lane| lane.iter().sum::<f32>()).sum();
    (most, sum)
}

/// The probability of each aim's candidates: what a teacher has to say.
pub fn chances(states: &[f32], width: usize, aims: &[Aim], candidates: Candidates) -> Vec<f32> {
    let mut chances = logits(states, width, aims, candidates);
    for row in chances.chunks_exact_mut(candidates.log_chance.len().max(1)) {
        let (_, sum) = exponentials(row);
        row.iter_mut().for_each(|chance| *chance /= sum);
    }
    chances
}

/// The weighted sum of −ln p over aims; `states` has one row for each. With advice, p is expected over what is advised
/// and what is true.
pub fn softmax(
    states: &[f32],
    width: usize,
    aims: &[Aim],
    candidates: Candidates,
    advice: Option<Advice>,
) -> Gradients {
    let many = candidates.log_chance.len();
    let mut logits = logits(states, width, aims, candidates);
    let (of_states, of_vectors) = (rows(states, width), rows(candidates.vectors, width));
    let truth = 1.0 - advice.map_or(0.0, |advice| advice.share);
    let mut loss = 0.0;
    for (n, (row, aim)) in logits.chunks_exact_mut(many.max(1)).zip(aims).enumerate() {
        let advised = advice.map(|advice| (&advice.chances[n * many..][..many], advice.share));
        let expected = advised.map_or(0.0, |(chances, share)| {
            let pairs = chances
                .iter()
                .zip(&*row)
                .filter(|(chance, _)| **chance > 0.0);
            share * pairs.map(|(chance, logit)| chance * logit).sum::<f32>()
        });
        let target = truth * row[aim.target] + expected;
        let (most, sum) = exponentials(row);
        loss += f64::from(aim.weight) * f64::from(sum.ln() - (target - most));
        let scale = aim.weight / sum;
        for value in row.iter_mut() {
            *value *= scale;
        }
        row[aim.target] -= aim.weight * truth;
        if let Some((chances, share)) = advised {
            let share = aim.weight * share;
            for (value, chance) in row.iter_mut().zip(chances) {
                *value -= share * chance;
            }
        }
    }
    let mut gradients = Gradients {
        loss,
        states: vec![0.0; states.len()],
        vectors: vec![0.0; candidates.vectors.len()],
    };
    let of_logits = rows(&logits, many.max(1));
    product(of_logits, of_vectors, 0.0, &mut gradients.states);
    product(of_logits.t(), of_states, 0.0, &mut gradients.vectors);
    gradients
}
