//! Co-view neighbours: bidirectional sequential rules.
//!
//! Every pair of items in a session, at most [`WINDOW`] steps apart, supports a rule: the earlier item leads to the
//! later with weight 1/steps, the later back to the earlier with [`BACKWARD`] of it. A pair that comes several times
//! in one session counts once, at its strongest, so that going back and forth is one opinion. Newer sessions count
//! more. Divided by how often the item was seen at all, the sums are confidences. (After the sequential rules of
//! Ludewig & Jannach, UMUAI 2018.)
//!
//! Most items of a shop have few clicks, and rows of few neighbours. [`widen`] lends them their neighbours' rows, the
//! more the fewer clicks they have: two steps of a walk, flattened into one row, so that the page still does one.
//!
//! Rows are counted item by item and not session by session: nothing is shared between threads, and the sums are the
//! same however many there are.

use rayon::prelude::*;

use crate::train::linalg::sums::{Postings, Row, Sums};

/// Steps between two items of a session beyond which they say nothing of each other.
const WINDOW: usize = 10;

/// What a step back is worth against a step forward.
const BACKWARD: f32 = 0.5;

/// Sightings that an item is taken to have had beyond its own: confidence in rare items is low.
const SHRINK: f32 = 5.0;

/// Neighbours kept of each row before [`widen`] and truncation.
const KEEP: usize = 100;

/// How many of an item's neighbours lend their rows, and how much of each.
const LENDERS: usize = 30;
const LENT: usize = 30;

/// Sightings at which a row borrows half as much as one that has none.
const ENOUGH: f32 = 30.0;

/// Neighbours of each item, and how often it was seen.
pub struct Rules {
    pub rows: Vec<Row>,
    pub seen: Vec<f32>,
}

/// Counts rules. `sessions` are item numbers in click order, oldest session first.
pub fn rules(sessions: &[Vec<u32>], items: usize) -> Rules {
    let mut clicks = Vec::with_capacity(sessions.iter().map(Vec::len).sum());
    let mut session_of = Vec::with_capacity(clicks.capacity());
    let mut spans = Vec::with_capacity(sessions.len());
    for (number, session) in sessions.iter().enumerate() {
        let start = clicks.len();
        clicks.extend_from_slice(session);
        // A reload is not a step.
        let mut kept = start;
        for at in start..clicks.len() {
            if at == start || clicks[at] != clicks[kept - 1] {
                clicks[kept] = clicks[at];
                kept += 1;
            }
        }
        clicks.truncate(kept);
        session_of.resize(kept, number as u32);
        spans.push(start..kept);
    }
    let weights: Vec<f32> = (0..sessions.len())
        .map(|number| recency(number, sessions.len()))
        .collect();
    let postings = Postings::new(items, &clicks);
    let seen: Vec<f32> = (0..items as u32)
        .map(|item| {
            let places = postings.of(item).iter();
            places
                .map(|&place| weights[session_of[place as usize] as usize])
                .sum()
        })
        .collect();

    let rows = (0..items as u32)
        .into_par_iter()
        .with_min_len(64)
        .map_init(
            || (Sums::new(items), Sums::new(items)),
            |(all, session), item| {
                let places = postings.of(item);
                for places in
                    places.chunk_by(|a, b| session_of[*a as usize] == session_of[*b as usize])
                {
                    let number = session_of[places[0] as usize] as usize;
                    let span = &spans[number];
                    for place in places.iter().map(|&place| place as usize) {
                        let from = place.saturating_sub(WINDOW).max(span.start);
                        let to = (place + WINDOW + 1).min(span.end);
                        for other in (from..to).filter(|&other| clicks[other] != item) {
                            let support = if other > place {
                                1.0 / (other - place) as f32
                            } else {
                                BACKWARD / (place - other) as f32
                            };
                            session.raise(clicks[other], support);
                        }
                    }
                    let weight = weights[number];
                    session.drain(|other, support| all.add(other, support * weight));
                }
                let mut row = all.strongest(KEEP);
                for (_, support) in &mut row {
                    *support /= seen[item as usize] + SHRINK;
                }
                row
            },
        )
        .collect();
    Rules { rows, seen }
}

/// How much more the newest session counts than the oldest, as a power of e. A memory this long is best where what is
/// rising counts for more besides.
const FADING: f64 = 0.5;

/// What a session counts, `number` sessions after the oldest.
pub fn recency(number: usize, of: usize) -> f32 {
    (-FADING * (of - 1 - number) as f64 / of as f64).exp() as f32
}

/// The `keep` strongest of rows mixed with the rows of their own neighbours, in proportion to `strength` and to how
/// little was seen.
pub fn widen(rules: &Rules, strength: f32, keep: usize) -> Vec<Row> {
    let items = rules.rows.len();
    (0..items)
        .into_par_iter()
        .with_min_len(64)
        .map_init(
            || Sums::new(items),
            |sums, item| {
                let row = &rules.rows[item];
                let lend = strength * ENOUGH / (rules.seen[item] + ENOUGH);
                for &(neighbour, weight) in row {
                    sums.add(neighbour, weight);
                }
                for &(neighbour, weight) in row.iter().take(LENDERS) {
                    let theirs = &rules.rows[neighbour as usize];
                    for &(other, onward) in theirs.iter().take(LENT) {
                        if other as usize != item && lend > 0.0 {
                            sums.add(other, lend * weight * onward);
                        }
                    }
                }
                sums.strongest(keep)
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn row(rules: &Rules, item: u32) -> BTreeMap<u32, f32> {
        rules.rows[item as usize].iter().copied().collect()
    }

    #[test]
    fn one_session_by_hand() {
        // 0 1 0 2, once: a reload in between changes nothing.
        let rules = rules(&[vec![0, 1, 1, 0, 2]], 4);
        assert_eq!(rules.seen, [2.0, 1.0, 1.0, 0.0]);
        // 0→1 is one step forward (and one step back, which is weaker); 0→2 is one step from its second place.
        assert_eq!(
            row(&rules, 0),
            BTreeMap::from([(1, 1.0 / 7.0), (2, 1.0 / 7.0)])
        );
        // 1→0 is one step forward; 1→2 two.
        assert_eq!(
            row(&rules, 1),
            BTreeMap::from([(0, 1.0 / 6.0), (2, 0.5 / 6.0)])
        );
        // Back only: one step to 0, two to 1.
        assert_eq!(
            row(&rules, 2),
            BTreeMap::from([(0, 0.5 / 6.0), (1, 0.25 / 6.0)])
        );
        assert_eq!(rules.rows[3], []);
    }

    #[test]
    fn newer_sessions_count_more() {
        let rules = rules(&[vec![0, 1], vec![0, 2]], 3);
        let row = row(&rules, 0);
        assert!(row[&2] > row[&1]);
        assert!((row[&1] / row[&2] - (-0.25f32).exp()).abs() < 1e-6);
    }

    #[test]
    fn rare_items_borrow_and_frequent_ones_hardly_do() {
        // 0 leads to 1 once; 1 leads to 2 in many sessions.
        let mut sessions = vec![vec![1, 2]; 200];
        sessions.push(vec![0, 1]);
        let rules = rules(&sessions, 3);
        assert!(!row(&rules, 0).contains_key(&2));
        let wide: Vec<BTreeMap<u32, f32>> = widen(&rules, 2.0, KEEP)
            .into_iter()
            .map(|row| row.into_iter().collect())
            .collect();
        assert!(wide[0][&2] > 0.0);
        assert!(wide[0][&2] > 20.0 * wide[2].get(&0).copied().unwrap_or(0.0));
        assert!(
            !wide
                .iter()
                .enumerate()
                .any(|(own, row)| row.contains_key(&(own as u32)))
        );
        assert_eq!(widen(&rules, 0.0, KEEP), rules.rows);
    }

    /// Every pair of every session, weighed and summed in a dense matrix.
    fn naive(sessions: &[Vec<u32>], items: usize) -> Vec<Vec<f64>> {
        let mut sums = vec![vec![0.0; items]; items];
        let mut seen = vec![0.0; items];
        for (number, session) in sessions.iter().enumerate() {
            let mut session = session.clone();
            session.dedup();
            let age = (sessions.len() - 1 - number) as f64 / sessions.len() as f64;
            let weight = (-0.5 * age).exp();
            let mut best = vec![vec![0f64; items]; items];
            for (i, &a) in session.iter().enumerate() {
                seen[a as usize] += weight;
                for (j, &b) in session.iter().enumerate() {
                    let gap = i.abs_diff(j);
                    if a != b && gap <= WINDOW {
                        let support = if j > i { 1.0 } else { 0.5 } / gap as f64;
                        let cell = &mut best[a as usize][b as usize];
                        *cell = cell.max(support);
                    }
                }
            }
            for (a, row) in best.iter().enumerate() {
                for (b, support) in row.iter().enumerate() {
                    sums[a][b] += weight * support;
                }
            }
        }
        for (row, seen) in sums.iter_mut().zip(seen) {
            row.iter_mut().for_each(|value| *value /= seen + 5.0);
        }
        sums
    }

    proptest! {
        #[test]
        fn counting_equals_the_naive_count(
            sessions in prop::collection::vec(prop::collection::vec(0u32..12, 1..30), 0..20)
        ) {
            let rules = rules(&sessions, 12);
            for (item, expected) in naive(&sessions, 12).iter().enumerate() {
                let row = row(&rules, item as u32);
                for (other, &expected) in expected.iter().enumerate() {
                    let found = row.get(&(other as u32)).copied().unwrap_or(0.0);
                    prop_assert!((f64::from(found) - expected).abs() < 1e-5, "{item}→{other}: {found} {expected}");
                }
                prop_assert!(rules.rows[item].is_sorted_by(|a, b| a.1 >= b.1));
            }
        }

        #[test]
        fn threads_change_nothing(
            sessions in prop::collection::vec(prop::collection::vec(0u32..300, 1..20), 0..60)
        ) {
            let with = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| widen(&rules(&sessions, 300), 3.0, KEEP))
            };
            prop_assert_eq!(with(1), with(4));
        }
    }
}
