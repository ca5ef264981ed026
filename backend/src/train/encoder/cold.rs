//! Cold-start embeddings: shrinks rare items toward a ridge prediction from their features.
//!
//! After every epoch in floats the vectors of the items that were seen are regressed on their features (ridge regression,
//! in closed form), and every item goes part of the way to what its own features foretell: the less it was seen, the
//! farther, and all the way where nobody has seen it. So items of a kind learn from each other's clicks. An item without
//! a feature that was seen keeps its vector.

use super::table::{Free, scale};

/// Features that tell items apart: those that most was seen of.
const MOST: usize = 1024;

/// Clicks that are worth as much as what a description says, each epoch anew.
const WORTH: f64 = 2.0;

/// How much is asked of a feature before it is believed, in items that are well known.
const RIDGE: f64 = 15.0;

/// What is regressed on, solved for as far as it does not depend on vectors.
pub struct Prior {
    /// Unknowns of each item, the first of them everyone's; empty where its description says nothing.
    rows: Vec<Vec<u32>>,
    /// How much an item's own vector counts, from 0 to 1.
    known: Vec<f64>,
    /// Of the normal equations (Cholesky), the lower half of `[unknowns × unknowns]`.
    factor: Vec<f64>,
    unknowns: usize,
}

impl Prior {
    /// From the features of each item and how often it was seen; `None` where no description says anything.
    pub fn of(described: &[Vec<u32>], clicks: &[f32]) -> Option<Prior> {
        let known: Vec<f64> = clicks
            .iter()
            .map(|&clicks| f64::from(clicks) / (f64::from(clicks) + WORTH))
            .collect();
        let features = described.iter().flatten().max()?;
        let mut masses = vec![0.0; *features as usize + 1];
        for (own, known) in described.iter().zip(&known) {
            for &feature in own {
                masses[feature as usize] += known;
            }
        }
        let mut chosen: Vec<u32> = (0..=*features)
            .filter(|&feature| masses[feature as usize] > 0.0)
            .collect();
        chosen.sort_by(|&a, &b| {
            masses[b as usize]
                .total_cmp(&masses[a as usize])
                .then(a.cmp(&b))
        });
        chosen.truncate(MOST);
        let mut places = vec![None; masses.len()];
        for (&feature, place) in chosen.iter().zip(1..) {
            places[feature as usize] = Some(place);
        }
        let row = |own: &Vec<u32>| {
            let mut row: Vec<u32> = own
                .iter()
                .filter_map(|&feature| places[feature as usize])
                .collect();
            if !row.is_empty() {
                row.push(0);
                row.sort_unstable();
            }
            row
        };
        let rows: Vec<Vec<u32>> = described.iter().map(row).collect();
        let unknowns = chosen.len() + 1;
        let mut factor = vec![0.0; unknowns * unknowns];
        for (row, known) in rows.iter().zip(&known) {
            for (n, &i) in row.iter().enumerate() {
                for &j in &row[..=n] {
                    factor[i as usize * unknowns + j as usize] += known;
                }
            }
        }
        for i in 1..unknowns {
            factor[i * unknowns + i] += RIDGE;
        }
        (!chosen.is_empty()).then(|| {
            decompose(&mut factor, unknowns);
            Prior {
                rows,
                known,
                factor,
                unknowns,
            }
        })
    }

    /// Takes every vector part of the way; it stays as long as it was.
    pub fn pull(&self, table: &mut Free, width: usize) {
        let vectors = table.all(width);
        let effects = self.effects(&vectors, width);
        let items = self
            .rows
            .iter()
            .zip(&self.known)
            .zip(vectors.chunks_exact(width));
        for (((row, known), own), vector) in items.zip(table.0.chunks_exact_mut(width)) {
            if row.is_empty() {
                continue;
            }
            let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
            for (n, (to, own)) in vector.iter_mut().zip(own).enumerate() {
                let foretold: f64 = row.iter().map(|&at| effects[at as usize * width + n]).sum();
                *to = (known * f64::from(*own) + (1.0 - known) * foretold) as f32;
            }
            scale(vector, length);
        }
    }

    /// What each unknown adds to a vector: `[unknowns × width]`.
    fn effects(&self, vectors: &[f32], width: usize) -> Vec<f64> {
        let mut effects = vec![0.0; self.unknowns * width];
        for ((row, known), vector) in self
            .rows
            .iter()
            .zip(&self.known)
            .zip(vectors.chunks_exact(width))
        {
            for &at in row {
                for (sum, x) in effects[at as usize * width..][..width]
                    .iter_mut()
                    .zip(vector)
                {
                    *sum += known * f64::from(*x);
                }
            }
        }
        solve(&self.factor, &mut effects, self.unknowns);
        effects
    }
}

/// The lower half of a positive definite matrix into its Cholesky factor.
fn decompose(matrix: &mut [f64], size: usize) {
    for i in 0..size {
        let (above, row) = matrix.split_at_mut(i * size);
        for j in 0..i {
            let other = &above[j * size..][..size];
            let inner: f64 = row[..j].iter().zip(other).map(|(a, b)| a * b).sum();
            row[j] = (row[j] - inner) / other[j];
        }
        let inner: f64 = row[..i].iter().map(|x| x * x).sum();
        row[i] = (row[i] - inner).max(1e-12).sqrt();
    }
}

/// Solves for all columns of the right side, which becomes the answer.
fn solve(factor: &[f64], right: &mut [f64], size: usize) {
    let width = right.len() / size;
    let take = |from: &[f64], to: &mut [f64], times: f64| {
        for (to, from) in to.iter_mut().zip(from) {
            *to -= times * from;
        }
    };
    for i in 0..size {
        let (above, row) = right.split_at_mut(i * width);
        for (j, above) in above.chunks_exact(width).enumerate() {
            take(above, &mut row[..width], factor[i * size + j]);
        }
        row[..width]
            .iter_mut()
            .for_each(|x| *x /= factor[i * size + i]);
    }
    for i in (0..size).rev() {
        let (row, below) = right[i * width..].split_at_mut(width);
        for (j, below) in (i + 1..size).zip(below.chunks_exact(width)) {
            take(below, row, factor[j * size + i]);
        }
        row.iter_mut().for_each(|x| *x /= factor[i * size + i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WIDTH: usize = 3;

    /// Elimination on the whole normal equations, unknown by unknown.
    fn naive(described: &[Vec<u32>], clicks: &[f32], vectors: &[f32]) -> Vec<Vec<f64>> {
        let size = 8;
        let known = |item: usize| f64::from(clicks[item]) / (f64::from(clicks[item]) + WORTH);
        let seen = |feature: u32| {
            let mut items = described.iter().enumerate();
            items.any(|(item, own)| own.contains(&feature) && known(item) > 0.0)
        };
        let design: Vec<Vec<f64>> = described
            .iter()
            .map(|own| {
                let has = |feature: u32| own.contains(&feature) && seen(feature);
                let any = (1..size).any(has);
                let of = |n: u32| f64::from(u8::from(if n == 0 { any } else { has(n) }));
                (0..size).map(of).collect()
            })
            .collect();
        let size = size as usize;
        let mut system: Vec<Vec<f64>> = (0..size)
            .map(|i| {
                let sum = |of: &dyn Fn(usize) -> f64| {
                    let items = 0..described.len();
                    items.map(|n| known(n) * design[n][i] * of(n)).sum::<f64>()
                };
                let left = (0..size).map(|j| sum(&|n| design[n][j]));
                let right = (0..WIDTH).map(|x| sum(&|n| f64::from(vectors[n * WIDTH + x])));
                left.chain(right).collect()
            })
            .collect();
        for (i, row) in system.iter_mut().enumerate() {
            // What nothing is said of stays 0.
            row[i] += if i > 0 { RIDGE } else { 1e-12 };
        }
        for i in 0..size {
            let pivot = system[i].clone();
            let others = system.iter_mut().enumerate().filter(|(n, _)| *n != i);
            for (_, row) in others {
                let times = row[i] / pivot[i];
                row.iter_mut()
                    .zip(&pivot)
                    .for_each(|(x, p)| *x -= times * p);
            }
        }
        let effect = |i: usize, x: usize| system[i][size + x] / system[i][i];
        let foretold = |row: &Vec<f64>| {
            let sum = |x| (0..size).map(|i| row[i] * effect(i, x)).sum();
            (0..WIDTH).map(sum).collect()
        };
        design.iter().map(foretold).collect()
    }

    fn length(vector: &[f32]) -> f32 {
        vector.iter().map(|x| x * x).sum::<f32>().sqrt()
    }

    proptest! {
        #[test]
        fn goes_part_of_the_way_to_what_a_naive_regression_foretells(
            items in prop::collection::vec((
                prop::collection::btree_set(1u32..8, 0..5),
                0u8..6,
                prop::array::uniform3(0.1f32..2.0),
            ), 1..20),
        ) {
            let described: Vec<Vec<u32>> = items.iter().map(|item| item.0.iter().copied().collect()).collect();
            let clicks: Vec<f32> = items.iter().map(|item| f32::from(item.1)).collect();
            let before = Free(items.iter().flat_map(|item| item.2).collect());
            let mut after = before.clone();
            let prior = Prior::of(&described, &clicks);
            if let Some(prior) = &prior {
                prior.pull(&mut after, WIDTH);
            }
            let vectors = before.all(WIDTH);
            let foretold = naive(&described, &clicks, &vectors);
            for (item, foretold) in foretold.iter().enumerate() {
                let at = item * WIDTH..(item + 1) * WIDTH;
                if foretold.iter().all(|x| *x == 0.0) {
                    prop_assert_eq!(&after.0[at.clone()], &before.0[at]);
                    continue;
                }
                let known = f64::from(clicks[item]) / (f64::from(clicks[item]) + WORTH);
                let mixed = vectors[at.clone()].iter().zip(foretold).map(|(own, x)| known * f64::from(*own) + (1.0 - known) * x);
                let mut mixed: Vec<f32> = mixed.map(|x| x as f32).collect();
                scale(&mut mixed, length(&before.0[at.clone()]));
                for (found, expected) in after.0[at].iter().zip(&mixed) {
                    prop_assert!((found - expected).abs() < 1e-3, "{found} {expected}");
                }
            }
        }
    }

    #[test]
    fn what_nobody_has_seen_points_where_its_kind_does() {
        // Two kinds of well known items, one of each that nobody has seen, and one that nobody describes.
        let described: Vec<Vec<u32>> = (0..43)
            .map(|item| if item < 42 { vec![item % 2] } else { vec![] })
            .collect();
        let clicks: Vec<f32> = (0..43)
            .map(|item| if item < 40 { 30.0 } else { 0.0 })
            .collect();
        let vector = |item: u32| match item {
            0..40 if item.is_multiple_of(2) => [2.0, 0.0, 0.1],
            0..40 => [0.0, 2.0, 0.1],
            _ => [0.0, 0.0, -3.0],
        };
        let mut table = Free((0..43).flat_map(vector).collect());
        Prior::of(&described, &clicks)
            .unwrap()
            .pull(&mut table, WIDTH);
        let of = |item: usize| &table.0[item * WIDTH..][..WIDTH];
        assert!(
            of(40)[0] > 2.5 && of(41)[1] > 2.5,
            "{:?} {:?}",
            of(40),
            of(41)
        );
        assert!((length(of(40)) - 3.0).abs() < 1e-4);
        assert_eq!(of(42), [0.0, 0.0, -3.0]);
    }

    #[test]
    fn says_nothing_where_nothing_is_said_of_what_was_seen() {
        assert!(Prior::of(&[], &[]).is_none());
        assert!(Prior::of(&[vec![], vec![]], &[1.0, 2.0]).is_none());
        assert!(Prior::of(&[vec![3], vec![]], &[0.0, 2.0]).is_none());
    }
}
