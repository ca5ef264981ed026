//! What is learnt: the next item, told apart from a sample of others by a softmax.
//!
//! All rows of a batch share their candidates. A candidate's chance of being among them is taken off its logit (logQ),
//! so that what is learnt is the probability among all items. What a session has seen is no candidate for it: a shelf
//! does not show it either.

use super::matrix::{exp, product, rows};

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

/// The weighted sum of −ln p over aims; `states` has one row for each.
pub fn softmax(states: &[f32], width: usize, aims: &[Aim], candidates: Candidates) -> Gradients {
    let many = candidates.log_chance.len();
    let unlikely: Vec<f32> = candidates.log_chance.iter().map(|log| -log).collect();
    let mut logits = unlikely.repeat(aims.len());
    let (of_states, of_vectors) = (rows(states, width), rows(candidates.vectors, width));
    product(of_states, of_vectors.t(), 1.0, &mut logits);
    let mut loss = 0.0;
    for (row, aim) in logits.chunks_exact_mut(many.max(1)).zip(aims) {
        for &seen in &aim.seen {
            row[seen as usize] = NEVER;
        }
        let most = row.iter().fold(NEVER, |most, &logit| most.max(logit));
        let target = row[aim.target];
        for logit in row.iter_mut() {
            *logit = exp(*logit - most);
        }
        let sum: f32 = row.chunks(LANE).map(|lane| lane.iter().sum::<f32>()).sum();
        loss += f64::from(aim.weight) * f64::from(sum.ln() - (target - most));
        let scale = aim.weight / sum;
        for value in row.iter_mut() {
            *value *= scale;
        }
        row[aim.target] -= aim.weight;
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
