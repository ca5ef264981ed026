//! A ridge regression over all items at once, for shops whose matrix of all items fits.
//!
//! With `P` the inverse of how items come together, ridge included, and `C` what sources say of items, the weights of item
//! j's sources, j itself not among them, are `P·C_j − P_j·(P·C_j)_j / P_jj` (after EASE, Steck 2019, whose `C` is the
//! matrix itself). Of these only those of pairs that were seen are made: no list has others.
//!
//! Blocks and the order of their sums do not depend on the number of threads.

use rayon::prelude::*;

use crate::train::linalg::matrix::{self, product};
use crate::train::linalg::sums::Row;

/// The most items whose matrix is inverted: 12,000 take 0.6 GB and some half a minute on two cores.
pub const MOST: usize = 12_000;

/// Rows and columns that are eliminated at a time.
const BLOCK: usize = 256;

/// What each item weighs as a source of others, as far as it is for them, by the number of the other; of the arguments of
/// [`crate::train::linalg::ridge::rows`], `sources` being whole.
pub fn rows(gram: &[Row], sources: &[Row], ridge: f32) -> Vec<Row> {
    let items = sources.len();
    let mut inverse = vec![0.0f32; items * items];
    let each = inverse.par_chunks_exact_mut(items.max(1)).enumerate();
    each.zip(gram).for_each(|((item, to), row)| {
        for &(other, together) in row {
            to[other as usize] = together;
        }
        to[item] += ridge;
    });
    invert(&mut inverse, items);
    let at = |a: u32, b: u32| inverse[a.max(b) as usize * items + a.min(b) as usize];
    let said =
        |source: u32, of: &Row| -> f32 { of.iter().map(|one| at(source, one.0) * one.1).sum() };
    let weights: Vec<Row> = sources
        .par_iter()
        .enumerate()
        .map(|(item, of)| {
            let item = item as u32;
            let own = said(item, of) / at(item, item);
            let weigh =
                |&(source, _): &(u32, f32)| (source, said(source, of) - own * at(source, item));
            of.iter().map(weigh).filter(|one| one.1 > 0.0).collect()
        })
        .collect();
    crate::train::linalg::ridge::turned(&weights)
}

/// Replaces a positive definite matrix, of which the lower half counts, by its inverse, of which the lower half counts: it
/// is swept a block at a time (Goodnight 1979), which keeps it symmetric and needs no pivots.
fn invert(matrix: &mut [f32], size: usize) {
    let mut pivot = vec![0.0f32; BLOCK * BLOCK];
    // The block's columns of all rows, and these times the inverse of the block.
    let mut panel = vec![0.0f32; size * BLOCK];
    let mut swept = panel.clone();
    for start in (0..size).step_by(BLOCK) {
        let end = size.min(start + BLOCK);
        let wide = end - start;
        let pivot = &mut pivot[..wide * wide];
        let (panel, swept) = (&mut panel[..size * wide], &mut swept[..size * wide]);
        for (row, to) in panel.chunks_exact_mut(wide).enumerate() {
            for (column, to) in (start..).zip(to) {
                *to = matrix[row.max(column) * size + row.min(column)];
            }
        }
        pivot.copy_from_slice(&panel[start * wide..end * wide]);
        invert_small(pivot, wide);
        product(
            matrix::rows(panel, wide),
            matrix::rows(pivot, wide),
            0.0,
            swept,
        );
        swept[start * wide..end * wide].copy_from_slice(pivot);
        let (panel, swept) = (&*panel, &*swept);
        let sweep = |(n, part): (usize, &mut [f32])| {
            let from = n * BLOCK;
            if from == start {
                for (n, row) in part.chunks_exact_mut(size).enumerate() {
                    for (to, swept) in row[..end].iter_mut().zip(swept.chunks_exact(wide)) {
                        *to = swept[n];
                    }
                    row[start..end].iter_mut().for_each(|one| *one = -*one);
                }
                return;
            }
            let to = size.min(from + BLOCK);
            let own = &swept[from * wide..to * wide];
            let mut less = vec![0.0; (to - from) * to];
            let before = matrix::rows(&panel[..to * wide], wide).t();
            product(matrix::rows(own, wide), before, 0.0, &mut less);
            let each = part.chunks_exact_mut(size).zip(less.chunks_exact(to));
            for ((row, less), own) in each.zip(own.chunks_exact(wide)) {
                for (to, less) in row.iter_mut().zip(less) {
                    *to -= less;
                }
                if from > start {
                    row[start..end].copy_from_slice(own);
                }
            }
        };
        let parts = matrix.par_chunks_mut(BLOCK * size).enumerate();
        parts.for_each(sweep);
    }
    matrix.par_iter_mut().for_each(|one| *one = -*one);
}

/// The same, an element at a time.
fn invert_small(matrix: &mut [f32], size: usize) {
    for k in 0..size {
        // Rounding must not divide by less than nothing.
        let pivot = 1.0 / matrix[k * size + k].max(1e-6);
        matrix[k * size + k] = 1.0;
        matrix[k * size..][..size]
            .iter_mut()
            .for_each(|one| *one *= pivot);
        let row = matrix[k * size..][..size].to_vec();
        for (n, other) in matrix.chunks_exact_mut(size).enumerate() {
            if n != k {
                let times = std::mem::take(&mut other[k]);
                other
                    .iter_mut()
                    .zip(&row)
                    .for_each(|(to, from)| *to -= times * from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_of_several_blocks_times_its_inverse_is_one() {
        let size = 2 * BLOCK + 17;
        let mut random = crate::random::Random::of(3, "dense", 0);
        let half: Vec<f32> = (0..size * size)
            .map(|_| random.unit() as f32 - 0.5)
            .collect();
        let mut matrix = vec![0.0; size * size];
        product(
            matrix::rows(&half, size),
            matrix::rows(&half, size).t(),
            0.0,
            &mut matrix,
        );
        for n in 0..size {
            matrix[n * size + n] += 5.0;
        }
        let mut inverse = matrix.clone();
        invert(&mut inverse, size);
        for (row, column) in (0..size).flat_map(|row| (0..row).map(move |column| (row, column))) {
            inverse[column * size + row] = inverse[row * size + column];
        }
        let mut one = vec![0.0; size * size];
        product(
            matrix::rows(&matrix, size),
            matrix::rows(&inverse, size),
            0.0,
            &mut one,
        );
        for (n, found) in one.iter().enumerate() {
            let wanted = f32::from(u8::from(n / size == n % size));
            assert!((found - wanted).abs() < 1e-3, "{n}: {found}");
        }
    }
}
