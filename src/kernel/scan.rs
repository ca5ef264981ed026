//! Every row of an int8 matrix against a vector, the best kept.

use super::{Lanes, Top};

/// A row's vector as the scan takes it: widened once, instead of at every row. Beyond a multiple of sixteen are zeros.
pub fn widened<L: Lanes>(query: &[i8]) -> Vec<[L::Shorts; 2]> {
    let piece = |piece: &[i8]| {
        let mut bytes = [0; 16];
        for (byte, number) in bytes.iter_mut().zip(piece) {
            *byte = *number as u8;
        }
        L::widen(L::bytes(&bytes))
    };
    query.chunks(16).map(piece).collect()
}

/// The sixteen products of a row with each piece, summed to four.
#[inline(always)]
fn row<L: Lanes>(row: &[u8], query: &[[L::Shorts; 2]]) -> L::Ints {
    let mut sum = L::splat_int(0);
    for (bytes, [low, high]) in row.as_chunks().0.iter().zip(query) {
        let [a, b] = L::widen(L::bytes(bytes));
        sum = L::add_ints(sum, L::dot(a, *low));
        sum = L::add_ints(sum, L::dot(b, *high));
    }
    sum
}

/// Offers the product of each row with the query. Rows are as long as the query, a multiple of sixteen; four are taken at
/// a time, since summing across a register costs more than a short row's products, and none is looked at again unless one
/// of the four is above the bar.
pub fn scan<L: Lanes>(matrix: &[u8], query: &[[L::Shorts; 2]], top: &mut Top<i32>) {
    let width = query.len() * 16;
    if width == 0 {
        return;
    }
    let mut bar = top.bar().map_or(i32::MIN, |bar| bar.0);
    let mut first = 0;
    let mut fours = matrix.chunks_exact(4 * width);
    for four in &mut fours {
        let (ab, cd) = four.split_at(2 * width);
        let ((a, b), (c, d)) = (ab.split_at(width), cd.split_at(width));
        let scores = L::sums([
            row::<L>(a, query),
            row::<L>(b, query),
            row::<L>(c, query),
            row::<L>(d, query),
        ]);
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
        let zero = L::splat_int(0);
        let sums = L::sums([row::<L>(last, query), zero, zero, zero]);
        top.offer(L::to_ints(sums)[0], item);
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
