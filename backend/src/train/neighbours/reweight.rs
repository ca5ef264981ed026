//! Reweights co-view rules by reciprocity and recent trend.
//!
//! An item that everything leads to says little about where it was come from: a rule counts for more where the way back
//! is a rule as well, by `(1 + back / SCALE)^mutual`. And what the newest sessions look at more than all did is likely
//! to be looked at next: by `rising^trend`. Both move weight within a row, whose sum stays what it was, so that rows
//! remain confidences. The page has nothing to do with it.

use rayon::prelude::*;

use crate::train::linalg::sums::{Row, strongest};
use crate::train::neighbours::sequence::Rules;

/// The way back at which a rule begins to count for more.
const SCALE: f32 = 1e-3;

/// The newest sessions, one in so many, in which a rise shows.
const NEWEST: usize = 10;

/// Views that every item is taken to have had, in the newest sessions and by its share: few views are no trend.
const PRIOR: f32 = 3.0;

/// Views of each item in the newest sessions, as a multiple of what they would be if nothing changed.
pub fn rising(sessions: &[Vec<u32>], items: usize) -> Vec<f32> {
    let newest = sessions.len() - sessions.len() / NEWEST;
    let (mut all, mut late) = (vec![0.0f32; items], vec![0.0f32; items]);
    for (number, session) in sessions.iter().enumerate() {
        for &item in session {
            all[item as usize] += 1.0;
            if number >= newest {
                late[item as usize] += 1.0;
            }
        }
    }
    let sum = |counts: &[f32]| counts.iter().map(|&count| f64::from(count)).sum::<f64>();
    let share = (sum(&late) / sum(&all).max(1.0)) as f32;
    all.iter()
        .zip(late)
        .map(|(all, late)| (late + PRIOR) / (all * share + PRIOR))
        .collect()
}

/// The same rules, leaning to what is mutual and to what is rising.
pub fn lean(rules: &Rules, rising: &[f32], mutual: f32, trend: f32) -> Rules {
    let by_number: Vec<Row> = rules
        .rows
        .par_iter()
        .map(|row| {
            let mut row = row.clone();
            row.sort_unstable_by_key(|(item, _)| *item);
            row
        })
        .collect();
    let back = |from: u32, to: u32| {
        let row = &by_number[from as usize];
        row.binary_search_by_key(&to, |(item, _)| *item)
            .map_or(0.0, |at| row[at].1)
    };
    let rising: Vec<f32> = rising.iter().map(|rise| rise.powf(trend)).collect();
    let rows = rules
        .rows
        .par_iter()
        .enumerate()
        .map(|(own, row)| {
            let mut leaning: Row = row
                .iter()
                .map(|&(item, weight)| {
                    let both = (1.0 + back(item, own as u32) / SCALE).powf(mutual);
                    (item, weight * both * rising[item as usize])
                })
                .collect();
            let sum = |row: &Row| row.iter().map(|(_, weight)| weight).sum::<f32>();
            let same = sum(row) / sum(&leaning);
            leaning.iter_mut().for_each(|(_, weight)| *weight *= same);
            strongest(leaning, row.len())
        })
        .collect();
    Rules {
        rows,
        seen: rules.seen.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::neighbours::sequence;
    use proptest::prelude::*;

    #[test]
    fn a_rule_both_ways_counts_for_more() {
        // 0 leads to 1 and to 2 alike, and only 1 leads back.
        let rules = Rules {
            rows: vec![vec![(1, 0.25), (2, 0.25)], vec![(0, 0.031)], vec![]],
            seen: vec![1.0; 3],
        };
        let found = lean(&rules, &[1.0; 3], 0.2, 0.0);
        // 32^0.2 is 2: two to one of what there was.
        let close = |found: &Row, expected: &[(u32, f32)]| {
            let pairs = found.iter().zip(expected);
            found.len() == expected.len() && { pairs }
                .all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() < 1e-4)
        };
        assert!(
            close(&found.rows[0], &[(1, 1.0 / 3.0), (2, 1.0 / 6.0)]),
            "{:?}",
            found.rows[0]
        );
        assert!(close(&found.rows[1], &[(0, 0.031)]), "one is all there is");
        assert!(found.rows[2].is_empty());
        assert_eq!(found.seen, rules.seen);
    }

    #[test]
    fn what_rises_counts_for_more() {
        // Ten views each; those of 1 in the newest of ten sessions, those of 2 before.
        let mut sessions = vec![vec![2; 2]; 5];
        sessions.extend(vec![vec![]; 4]);
        sessions.push(vec![1; 10]);
        let rise = rising(&sessions, 3);
        assert_eq!(rise, [1.0, 13.0 / 8.0, 3.0 / 8.0]);
        let rules = Rules {
            rows: vec![vec![(1, 0.1), (2, 0.3)], vec![], vec![]],
            seen: vec![1.0; 3],
        };
        let row = &lean(&rules, &rise, 0.0, 1.0).rows[0];
        let (one, two) = (0.1 * 13.0, 0.3 * 3.0);
        assert_eq!((row[0].0, row[1].0), (1, 2));
        assert!((row[0].1 - 0.4 * one / (one + two)).abs() < 1e-6);
    }

    #[test]
    fn nothing_at_all() {
        assert_eq!(rising(&[], 2), [1.0, 1.0]);
        let rules = sequence::rules(&[], 2);
        assert_eq!(lean(&rules, &[1.0; 2], 0.2, 0.3).rows, rules.rows);
    }

    proptest! {
        #[test]
        fn rows_keep_their_items_and_sums(
            sessions in prop::collection::vec(prop::collection::vec(0u32..12, 0..15), 0..25),
            mutual in 0f32..1.0,
            trend in 0f32..1.0,
        ) {
            let rules = sequence::rules(&sessions, 12);
            let rising = rising(&sessions, 12);
            let found = lean(&rules, &rising, mutual, trend);
            for (before, after) in rules.rows.iter().zip(&found.rows) {
                let sum = |row: &Row| row.iter().map(|n| n.1).sum::<f32>();
                prop_assert!((sum(before) - sum(after)).abs() < 1e-4 * sum(before).max(1e-6));
                let items = |row: &Row| { let mut items: Vec<u32> = row.iter().map(|n| n.0).collect(); items.sort_unstable(); items };
                prop_assert_eq!(items(before), items(after));
                prop_assert!(after.is_sorted_by(|a, b| a.1 >= b.1));
            }
            let same = lean(&rules, &rising, 0.0, 0.0);
            for (before, after) in rules.rows.iter().flatten().zip(same.rows.iter().flatten()) {
                prop_assert!((before.1 - after.1).abs() <= 1e-5 * before.1);
            }
        }
    }
}
