//! Exponentials of many numbers at once, and their sum.

use super::Lanes;

/// Beyond this, either way, an exponential is as good as nothing, or as everything.
const FARTHEST: f32 = 80.0;

/// ln 2 in two parts, the first with so few digits that whole multiples of it are exact.
const LN_2: (f32, f32) = (-0.693_359_4, 2.121_944_4e-4);

/// e^r for |r| ≤ ½ ln 2, by its series.
const SERIES: [f32; 7] = [
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// Puts `exp(x)`, held within exp(±80), in the place of each x, and gives their sum.
pub fn exponentials<L: Lanes>(values: &mut [f32]) -> f32 {
    let exponential = |x: L::Floats| {
        let x = L::clamp(x, -FARTHEST, FARTHEST);
        let whole = L::round(L::mul(x, L::splat(core::f32::consts::LOG2_E)));
        let rest = L::add(x, L::mul(whole, L::splat(LN_2.0)));
        let rest = L::add(rest, L::mul(whole, L::splat(LN_2.1)));
        let mut series = L::splat(SERIES[0]);
        for term in &SERIES[1..] {
            series = L::add(L::mul(series, rest), L::splat(*term));
        }
        L::mul(series, L::exp2(whole))
    };
    let mut sums = L::splat(0.0);
    let (fours, last) = values.as_chunks_mut::<4>();
    for four in fours {
        let result = exponential(L::floats(four));
        L::store(result, four);
        sums = L::add(sums, result);
    }
    let mut all = [0.0; 4];
    L::store(sums, &mut all);
    for value in last {
        let mut four = [0.0; 4];
        L::store(exponential(L::splat(*value)), &mut four);
        *value = four[0];
        all[0] += four[0];
    }
    let [a, b, c, d] = all;
    (a + b) + (c + d)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Plain;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn are_those_of_the_library(values in prop::collection::vec(prop_oneof![9 => -100f32..100.0, 1 => Just(f32::NEG_INFINITY)], 0..60)) {
            let mut found = values.clone();
            let sum = exponentials::<Plain>(&mut found);
            let mut expected_sum = 0.0;
            for (value, found) in values.iter().zip(found) {
                let expected = f64::from(*value).clamp(-80.0, 80.0).exp();
                prop_assert!((f64::from(found) / expected - 1.0).abs() < 5e-7, "{value} {found} {expected}");
                expected_sum += expected;
            }
            prop_assert!((f64::from(sum) - expected_sum).abs() <= 1e-5 * expected_sum);
        }
    }
}
