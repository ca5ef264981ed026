//! Sums in a dense array, with a list of the places touched: what is read costs work, not what there is.

/// Adds to one place.
#[inline]
pub fn add(sums: &mut [f32], touched: &mut Vec<u32>, item: u32, weight: f32) {
    let Some(sum) = sums.get_mut(item as usize) else {
        return;
    };
    if *sum == 0.0 {
        touched.push(item);
    }
    *sum += weight;
}

/// Adds a row, each weight times `factor`, and leaves in it what was added.
pub fn add_row(sums: &mut [f32], touched: &mut Vec<u32>, row: &mut [(u32, f32)], factor: f32) {
    for (item, weight) in row {
        *weight *= factor;
        add(sums, touched, *item, *weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn sums_are_those_of_a_map(rows in prop::collection::vec((prop::collection::vec((0u32..40, 0.1f32..9.0), 0..30), 0.1f32..2.0), 0..8)) {
            let (mut sums, mut touched) = (vec![0.0; 40], Vec::new());
            let mut expected: BTreeMap<u32, f32> = BTreeMap::new();
            for (row, factor) in rows {
                for &(item, weight) in &row {
                    *expected.entry(item).or_default() += weight * factor;
                }
                let mut given = row.clone();
                add_row(&mut sums, &mut touched, &mut given, factor);
                for ((item, weight), (same, given)) in row.iter().zip(&given) {
                    prop_assert_eq!((*item, weight * factor), (*same, *given));
                }
            }
            touched.sort_unstable();
            let found: BTreeMap<u32, f32> = touched.iter().map(|&item| (item, sums[item as usize])).collect();
            prop_assert_eq!(found.len(), touched.len());
            prop_assert_eq!(found, expected);
        }
    }
}
