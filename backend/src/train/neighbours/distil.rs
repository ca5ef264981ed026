//! Rows that lean to what a teacher foresees of their items.
//!
//! A row's items stay the same, and its sum; only how it is shared out changes. With neighbours of the teacher's own
//! rare items would have long rows, at the cost of the bytes of all others.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::train::linalg::sums::{Row, strongest};

/// Rows of which `share` parts to one are shared out as their items are foreseen, and the `keep` strongest of each.
pub fn lean(rows: Vec<Row>, foreseen: &[Row], share: f32, keep: usize) -> Vec<Row> {
    rows.into_par_iter()
        .zip(foreseen)
        .map(|(mut row, foreseen)| {
            let chances: HashMap<u32, f32> = foreseen.iter().copied().collect();
            let chance = |item: u32| chances.get(&item).copied().unwrap_or(0.0);
            let sum: f32 = row.iter().map(|(_, weight)| weight).sum();
            let total: f32 = row.iter().map(|(item, _)| chance(*item)).sum();
            if total > 0.0 {
                for (item, weight) in &mut row {
                    let taught = share * sum * chance(*item) / total;
                    *weight = (*weight + taught) / (1.0 + share);
                }
            }
            strongest(row, keep)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_row_goes_part_of_the_way_to_its_teacher() {
        let rows = vec![vec![(1, 0.375), (2, 0.125)], vec![(0, 0.5)], vec![]];
        // The teacher of 0 foresees 2 for sure, of those that are there; that of 1 nothing that is.
        let foreseen = [vec![(2, 0.25), (5, 0.75)], vec![(2, 1.0)], vec![]];
        let found = lean(rows.clone(), &foreseen, 1.0, 9);
        assert_eq!(found[0], [(2, 0.3125), (1, 0.1875)]);
        assert_eq!(found[1..], rows[1..]);
        assert_eq!(lean(rows, &foreseen, 1.0, 1)[0], [(2, 0.3125)]);
    }

    proptest! {
        #[test]
        fn rows_keep_their_items_and_sums(
            row in prop::collection::btree_map(0u32..20, 0.01f32..1.0, 0..12),
            foreseen in prop::collection::btree_map(0u32..20, 0f32..1.0, 0..12),
            share in 0f32..4.0,
        ) {
            let before: Row = row.iter().map(|(&item, &weight)| (item, weight)).collect();
            let foreseen: Row = foreseen.into_iter().collect();
            let mut after = lean(vec![before.clone()], &[foreseen], share, 20).remove(0);
            prop_assert!(after.is_sorted_by(|a, b| a.1 >= b.1));
            after.sort_unstable_by_key(|(item, _)| *item);
            let sum = |row: &Row| row.iter().map(|(_, weight)| weight).sum::<f32>();
            prop_assert!((sum(&before) - sum(&after)).abs() < 1e-4);
            let items = |row: &Row| row.iter().map(|(item, _)| *item).collect::<Vec<_>>();
            prop_assert_eq!(items(&before), items(&after));
        }
    }
}
