//! A vector times a matrix of bytes.

use super::Lanes;

/// `out += x · M`, M being rows of `out.len()` bytes, each of which stands for its difference to 128 times `step`.
///
/// Sixteen columns at a time stay in registers from the first row to the last. Rows that are not there count nothing.
pub fn add_product<L: Lanes>(matrix: &[u8], step: f32, x: &[f32], out: &mut [f32]) {
    let columns = out.len();
    let mut first = 0;
    let blocks = out.as_chunks_mut::<16>();
    for block in blocks.0 {
        let [a, b, c, d] = block.as_chunks_mut::<4>().0 else {
            break;
        };
        let mut sums = (L::floats(a), L::floats(b), L::floats(c), L::floats(d));
        for (row, &x) in matrix.chunks_exact(columns).zip(x) {
            let Some(bytes) = row[first..].first_chunk() else {
                break;
            };
            let x = L::splat(x * step);
            let [a, b, c, d] = L::around_128(L::bytes(bytes));
            sums.0 = L::add(sums.0, L::mul(x, a));
            sums.1 = L::add(sums.1, L::mul(x, b));
            sums.2 = L::add(sums.2, L::mul(x, c));
            sums.3 = L::add(sums.3, L::mul(x, d));
        }
        L::store(sums.0, a);
        L::store(sums.1, b);
        L::store(sums.2, c);
        L::store(sums.3, d);
        first += 16;
    }
    for (n, out) in (first..).zip(blocks.1) {
        for (row, &x) in matrix.chunks_exact(columns).zip(x) {
            *out += x * step * (f32::from(row[n]) - 128.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Plain;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn is_the_sum_of_the_rows(
            columns in 1usize..70,
            x in prop::collection::vec(-2f32..2.0, 0..20),
            bytes in prop::collection::vec(any::<u8>(), 1400),
            step in 0.001f32..0.1,
        ) {
            let before: Vec<f32> = (0..columns).map(|n| n as f32 * 0.3).collect();
            let mut out = before.clone();
            add_product::<Plain>(&bytes[..columns * x.len()], step, &x, &mut out);
            for (column, (out, mut expected)) in out.into_iter().zip(before).enumerate() {
                for (row, x) in x.iter().enumerate() {
                    expected += x * step * (f32::from(bytes[row * columns + column]) - 128.0);
                }
                prop_assert_eq!(out, expected);
            }
        }
    }
}
