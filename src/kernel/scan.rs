//! Every row of an int8 matrix against a vector, the best kept.

use super::{Lanes, Top};

/// A row's vector as the scan takes it: for each sixteen numbers those at even and those at odd places, widened once
/// instead of at every row. Beyond a multiple of sixteen are zeros.
pub fn widened<L: Lanes>(query: &[i8]) -> Vec<[L::Shorts; 2]> {
    let piece = |piece: &[i8]| {
        let every_other = |first| {
            let mut bytes = [0; 16];
            for (byte, number) in bytes.iter_mut().zip(piece.iter().skip(first).step_by(2)) {
                *byte = *number as u8;
            }
            L::widen(L::bytes(&bytes))[0]
        };
        [every_other(0), every_other(1)]
    };
    query.chunks(16).map(piece).collect()
}

/// Adds the products of sixteen numbers, summed to four and times 256: shifting and masking pairs in place is cheaper than
/// widening them.
#[inline(always)]
fn piece<L: Lanes>(sum: L::Ints, bytes: &[u8; 16], [even, odd]: [L::Shorts; 2]) -> L::Ints {
    let [low, high] = L::times_256(L::bytes(bytes));
    L::add_ints(sum, L::add_ints(L::dot(low, even), L::dot(high, odd)))
}

/// Offers the product of each row with the query. Rows are as long as the query, a multiple of sixteen; four are taken at
/// a time, since summing across a register costs more than a short row's products, and none is looked at again unless one
/// of the four is above the bar. Products are exact for rows of fewer than 512 numbers.
pub fn scan<L: Lanes>(matrix: &[u8], query: &[[L::Shorts; 2]], top: &mut Top<i32>) {
    let width = query.len() * 16;
    if width == 0 {
        return;
    }
    let zero = L::splat_int(0);
    let mut bar = top.bar().map_or(i32::MIN, |bar| bar.0);
    let mut first = 0;
    let mut fours = matrix.chunks_exact(4 * width);
    for four in &mut fours {
        let (ab, cd) = four.split_at(2 * width);
        let ((a, b), (c, d)) = (ab.split_at(width), cd.split_at(width));
        let rows = [a, b, c, d].map(|row| row.as_chunks::<16>().0);
        let mut sums = [zero; 4];
        let pieces = rows[0].iter().zip(rows[1]).zip(rows[2].iter().zip(rows[3]));
        for (((a, b), (c, d)), query) in pieces.zip(query) {
            sums[0] = piece::<L>(sums[0], a, *query);
            sums[1] = piece::<L>(sums[1], b, *query);
            sums[2] = piece::<L>(sums[2], c, *query);
            sums[3] = piece::<L>(sums[3], d, *query);
        }
        let scores = L::over_256(L::sums(sums));
        // Items rise, so that an equal one loses.
        if L::any_int_greater(scores, L::splat_int(bar)) || top.bar().is_none() {
            for (item, score) in (first..).zip(L::to_ints(scores)) {
                top.offer(score, item);
            }
            bar = top.bar().map_or(i32::MIN, |bar| bar.0);
        }
        first += 4;
    }
    for (item, last) in (first..).zip(fours.remainder().chunks_exact(width)) {
        let mut sum = zero;
        for (bytes, query) in last.as_chunks().0.iter().zip(query) {
            sum = piece::<L>(sum, bytes, *query);
        }
        let scores = L::over_256(L::sums([sum, zero, zero, zero]));
        top.offer(L::to_ints(scores)[0], item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Plain;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_the_greatest_products(
            pieces in 1usize..6,
            rows in 0usize..40,
            limit in 1usize..12,
            // Few numbers, so that there are ties.
            bytes in prop::collection::vec(prop_oneof![-1i8..2, any::<i8>()], 41 * 80),
        ) {
            let width = 16 * pieces;
            let (query, matrix) = bytes.split_at(width);
            let matrix: Vec<u8> = matrix[..rows * width].iter().map(|&byte| byte as u8).collect();
            let mut top = Top::new(limit);
            scan::<Plain>(&matrix, &widened::<Plain>(query), &mut top);
            let mut expected = Top::new(limit);
            for (item, row) in (0..).zip(matrix.chunks(width)) {
                let product = |(a, b): (&u8, &i8)| i32::from(*a as i8) * i32::from(*b);
                expected.offer(row.iter().zip(query).map(product).sum(), item);
            }
            prop_assert_eq!(top.best, expected.best);
        }
    }
}
