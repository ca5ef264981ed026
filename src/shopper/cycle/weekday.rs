//! On which weekday a shopper buys something: the posterior of a multinomial under a Dirichlet(½) prior.
//!
//! Four Fridays in a row make a Friday of probability 0.60, three of 0.54. A claim needs both a probability of one half
//! and four days.

use crate::scene::day::weekday;

/// Pseudo-count of each weekday.
const PRIOR: f64 = 0.5;
/// The probability and the days that a claim needs.
const LEAST: f64 = 0.5;
const FEWEST: usize = 4;

/// The probability of each weekday, Monday first.
pub fn posterior(days: &[i32]) -> [f64; 7] {
    let mut counts = [PRIOR; 7];
    for day in days {
        counts[usize::from(weekday(*day))] += 1.0;
    }
    let total = days.len() as f64 + 7.0 * PRIOR;
    counts.map(|count| count / total)
}

/// The weekday on which distinct days fall, and its probability, where that can be claimed.
pub fn claim(days: &[i32]) -> Option<(u8, f64)> {
    if days.len() < FEWEST {
        return None;
    }
    let all = posterior(days);
    let best = (0..7).find(|day| all[*day] >= LEAST)?;
    Some((best as u8, all[best]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Day 1 of 1970 was a Friday.
    const FRIDAYS: [i32; 4] = [1, 8, 15, 22];

    #[test]
    fn four_fridays_are_a_friday_and_three_are_too_few() {
        let (day, p) = claim(&FRIDAYS).unwrap();
        assert_eq!(day, 4);
        assert!((p - 0.60).abs() < 1e-12);
        assert!((posterior(&FRIDAYS[..3])[4] - 0.54).abs() < 0.005);
        assert_eq!(claim(&FRIDAYS[..3]), None);
        assert_eq!(claim(&[1, 9, 17, 25]), None, "four weekdays");
    }

    proptest! {
        #[test]
        fn probabilities_sum_to_one(days in prop::collection::vec(-900i32..900, 0..30)) {
            let sum: f64 = posterior(&days).iter().sum();
            prop_assert!((sum - 1.0).abs() < 1e-12);
        }
    }
}
