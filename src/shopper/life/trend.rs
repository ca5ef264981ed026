//! The trend of spend: the Theil–Sen slope, the median of all slopes between two orders, which a single large order does
//! not move (Sen, JASA 1968).

/// Orders without which no trend is claimed.
pub const FEWEST: usize = 3;

/// Spend per day; `None` below [`FEWEST`] points or where all are of one day. Points are (day, spend) in any order.
pub fn slope(points: &[(f64, f64)]) -> Option<f64> {
    if points.len() < FEWEST {
        return None;
    }
    let mut slopes = Vec::with_capacity(points.len() * (points.len() - 1) / 2);
    for (n, one) in points.iter().enumerate() {
        for other in &points[..n] {
            if one.0 != other.0 {
                slopes.push((one.1 - other.1) / (one.0 - other.0));
            }
        }
    }
    median(&mut slopes)
}

/// The middle value, or the mean of both middle ones; `None` of nothing.
pub fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 {
        upper
    } else {
        (values[middle - 1] + upper) / 2.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_large_order_does_not_make_a_trend() {
        let mut points: Vec<(f64, f64)> = (0..9)
            .map(|n| (f64::from(n) * 30.0, 20.0 + f64::from(n) * 3.0))
            .collect();
        assert!((slope(&points).unwrap() - 0.1).abs() < 1e-12);
        points[8].1 = 5000.0;
        assert!((slope(&points).unwrap() - 0.1).abs() < 1e-12);
        assert_eq!(slope(&points[..2]), None);
        assert_eq!(slope(&[(3.0, 1.0), (3.0, 2.0), (3.0, 9.0)]), None);
    }

    proptest! {
        #[test]
        fn a_line_is_its_own_slope(steps in prop::collection::vec(1u32..90, 3..20), rise in -5f64..5.0, start in 0f64..100.0) {
            let mut day = 0.0;
            let points: Vec<(f64, f64)> = steps.iter().map(|step| { day += f64::from(*step); (day, start + rise * day) }).collect();
            prop_assert!((slope(&points).unwrap() - rise).abs() < 1e-6);
        }
    }
}
