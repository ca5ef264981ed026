//! A ridge regression for each item over its own sources.
//!
//! What a regression over all items at once needs, the inverse of a matrix of all of them ([`crate::train::linalg::dense`]), does not fit
//! a large shop; and far sources have no weight.

use rayon::prelude::*;

use crate::train::linalg::sums::Row;

/// What each item weighs as a source of others, as far as it is for them, by the number of the other. `gram` says how often
/// two items are sources together, `sources` of each item what its sources say of it, by number. `ridge` is what is
/// added to how often an item is a source at all.
pub fn rows(gram: &[Row], sources: &[Row], ridge: f32) -> Vec<Row> {
    let items = sources.len();
    let weights: Vec<Row> = sources
        .par_iter()
        .with_min_len(16)
        .map_init(
            || vec![u32::MAX; items],
            |place, sources| {
                for (n, (item, _)) in (0..).zip(sources) {
                    place[*item as usize] = n;
                }
                let size = sources.len();
                let mut matrix = vec![0.0f32; size * size];
                for (n, (item, _)) in sources.iter().enumerate() {
                    for &(other, together) in &gram[*item as usize] {
                        let m = place[other as usize] as usize;
                        if m <= n {
                            matrix[n * size + m] = together;
                        }
                    }
                    matrix[n * size + n] += ridge;
                }
                for (item, _) in sources {
                    place[*item as usize] = u32::MAX;
                }
                let mut weights: Vec<f32> = sources.iter().map(|one| one.1).collect();
                solve(&mut matrix, &mut weights);
                let all = sources.iter().zip(weights);
                all.map(|(one, weight)| (one.0, weight))
                    .filter(|one| one.1 > 0.0)
                    .collect()
            },
        )
        .collect();
    turned(&weights)
}

/// From the weights of each item's sources to what each source weighs, by the number of the other.
pub fn turned(weights: &[Row]) -> Vec<Row> {
    let mut rows = vec![Row::new(); weights.len()];
    for (item, sources) in (0..).zip(weights) {
        for &(source, weight) in sources {
            rows[source as usize].push((item, weight));
        }
    }
    rows
}

/// Solves for a positive definite matrix, of which the lower half counts (Cholesky).
fn solve(matrix: &mut [f32], right: &mut [f32]) {
    let size = right.len();
    for i in 0..size {
        let (above, own) = matrix.split_at_mut(i * size);
        for j in 0..i {
            let other = &above[j * size..=j * size + j];
            own[j] = (own[j] - dot(&own[..j], &other[..j])) / other[j];
        }
        let own = &mut own[..=i];
        // Rounding must not take a root of less than nothing.
        own[i] = (own[i] - dot(&own[..i], &own[..i])).max(1e-6).sqrt();
        right[i] = (right[i] - dot(&own[..i], &right[..i])) / own[i];
    }
    for i in (0..size).rev() {
        right[i] /= matrix[i * size + i];
        for j in 0..i {
            right[j] -= matrix[i * size + j] * right[i];
        }
    }
}

/// In eight sums, so that it is the same wherever it is done eight at a time.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a
        .remainder()
        .iter()
        .zip(b.remainder())
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in a.zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
}
