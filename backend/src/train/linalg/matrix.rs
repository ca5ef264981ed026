//! Dense products of row-major matrices in plain slices, and the vector arithmetic between them.
//!
//! The products are ndarray's; nothing here is parallel, so that sums run in one order however many threads there are.

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2};

/// A row-major matrix in someone's slice, perhaps to be read transposed.
#[derive(Clone, Copy)]
pub struct View<'a> {
    data: &'a [f32],
    columns: usize,
    transposed: bool,
}

pub fn rows(data: &[f32], columns: usize) -> View<'_> {
    View {
        data,
        columns,
        transposed: false,
    }
}

impl View<'_> {
    pub fn t(self) -> Self {
        View {
            transposed: !self.transposed,
            ..self
        }
    }
}

/// `out = keep · out + a · b`, `out` having as many columns as `b`.
///
/// # Panics
/// Where a slice is no whole number of rows, or the shapes do not fit: a fault of the caller.
pub fn product(a: View, b: View, keep: f32, out: &mut [f32]) {
    let array =
        |view: View<'_>| -> (usize, usize) { (view.data.len() / view.columns, view.columns) };
    let a_whole = ArrayView2::from_shape(array(a), a.data).expect("whole rows");
    let b_whole = ArrayView2::from_shape(array(b), b.data).expect("whole rows");
    let a = if a.transposed { a_whole.t() } else { a_whole };
    let b = if b.transposed { b_whole.t() } else { b_whole };
    let shape = (a.nrows(), b.ncols());
    let mut out = ArrayViewMut2::from_shape(shape, out).expect("whole rows");
    general_mat_mul(1.0, &a, &b, keep, &mut out);
}

/// `e^x` within 2 parts in 10⁷ for |x| < 87, beyond that clamped: branch-free, so that compilers make vectors of it.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 87.0);
    let n = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let r = x - n * 0.693_359_4 - n * -2.121_944_4e-4;
    let p = 1.987_569_2e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let e = p * r * r + r + 1.0;
    e * f32::from_bits(((n as i32 + 127) << 23) as u32)
}

#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_by_hand() {
        // [1 2; 3 4; 5 6] · [1 0 2; 0 1 1]
        let (a, b) = (
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            [1.0, 0.0, 2.0, 0.0, 1.0, 1.0],
        );
        let mut out = [1.0; 9];
        product(rows(&a, 2), rows(&b, 3), 1.0, &mut out);
        assert_eq!(out, [2.0, 3.0, 5.0, 4.0, 5.0, 11.0, 6.0, 7.0, 17.0]);
        let mut out = [9.0; 4];
        product(rows(&a, 2).t(), rows(&a, 2), 0.0, &mut out);
        assert_eq!(out, [35.0, 44.0, 44.0, 56.0]);
    }

    #[test]
    fn exponentials_are_near_the_true_ones() {
        for n in -8600..8600 {
            let x = n as f32 / 100.0;
            let truth = f64::from(x).exp();
            assert!((f64::from(exp(x)) / truth - 1.0).abs() < 3e-7, "{x}");
            assert!(
                (f64::from(tanh(x)) - f64::from(x).tanh()).abs() < 3e-7,
                "{x}"
            );
        }
        assert!(exp(-1e30) >= 0.0 && exp(1e30).is_finite());
    }
}
