//! Neighbours that predict together: session-aware linear item-item weights.
//!
//! Rules count each pair by itself; here the weights of all sources of an item are solved for at once, so that two
//! sources which always come together share what either would get alone. As SLIST (Choi et al., WWW 2021) does, two
//! regressions are stacked: of the items of a session on each other (SLIS), and of what follows on what came before, later
//! clicks counting more (SLIT), here in both directions as the rules have it. As SLIST does, a matrix of all items is
//! inverted where there are no more than [`dense::MOST`]; the matrix of a larger shop does not fit, and each item has a
//! ridge regression over its [`SOURCES`] strongest sources.
//!
//! It does not make rows of its own: on every log measured those rank worse than the rules. It changes what the
//! rules' neighbours weigh.

use rayon::prelude::*;

use crate::train::linalg::sums::{Postings, Row, Sums, strongest};
use crate::train::linalg::{dense, ridge};

/// The strongest sources of an item, between which its weight is divided.
const SOURCES: usize = 150;

/// The ridge, in sessions.
const RIDGE: f32 = 10.0;

/// What the regression of a session on itself is worth; the rest is that of what follows.
const WHOLE: f32 = 0.5;

/// What the way back is worth against the way forth.
const BACK: f32 = 0.5;

/// One click before another counts e^−1 of it.
const DECAY: f32 = 1.0;

/// Over the log older sessions come to weigh e^−½.
const FADING: f32 = 0.5;

/// Clicks farther apart have nothing to do with each other.
const WINDOW: usize = 20;

/// Clicks of a session that count as its whole.
const LONGEST: usize = 100;

struct Span {
    from: usize,
    to: usize,
    weight: f32,
    /// One over the number of its distinct items.
    share: f32,
}

/// All clicks, one session after another, and what a click is worth in all the prefixes that it is in.
struct Clicks {
    items: Vec<u32>,
    session: Vec<u32>,
    spans: Vec<Span>,
    /// Whether it is the first of its item in its session.
    first: Vec<bool>,
    /// Σ of q^2(t−1−place) / N_t² over the prefixes t that hold it, and the same from the session's end.
    squares: [Vec<f32>; 2],
    /// Σ of 1 / N_t over the prefixes t that do not, likewise.
    sums: [Vec<f32>; 2],
}

fn q() -> f32 {
    (-1.0 / DECAY).exp()
}

impl Clicks {
    fn of(sessions: &[Vec<u32>]) -> Clicks {
        let mut all = Clicks {
            items: Vec::new(),
            session: Vec::new(),
            spans: Vec::new(),
            first: Vec::new(),
            squares: Default::default(),
            sums: Default::default(),
        };
        let mut seen = std::collections::HashSet::new();
        for (number, session) in sessions.iter().enumerate() {
            let mut items = session.clone();
            items.dedup();
            let (from, len) = (all.items.len(), items.len());
            seen.clear();
            all.first
                .extend(items.iter().map(|item| seen.insert(*item)));
            // N_t, what the clicks of a prefix of t weigh together.
            let mut norm = vec![0.0f32; len + 1];
            for t in 1..=len {
                norm[t] = 1.0 + q() * norm[t - 1];
            }
            let (mut squares, mut sums) = (vec![0.0f32; len], vec![0.0f32; len]);
            for place in (1..len).rev() {
                squares[place - 1] = norm[place].powi(-2) + q() * q() * squares[place];
            }
            for place in 1..len {
                sums[place] = sums[place - 1] + 1.0 / norm[place];
            }
            all.squares[1].extend(squares.iter().rev());
            all.sums[1].extend(sums.iter().rev());
            all.squares[0].extend(squares);
            all.sums[0].extend(sums);
            let age = (sessions.len() - 1 - number) as f32 / sessions.len() as f32;
            all.spans.push(Span {
                from,
                to: from + len,
                weight: (-FADING * age).exp(),
                share: 1.0 / seen.len().max(1) as f32,
            });
            all.session.resize(from + len, number as u32);
            all.items.extend(items);
        }
        all
    }

    /// What two clicks of a session add to how often their items are sources together.
    fn together(&self, a: usize, b: usize) -> f32 {
        let both = self.squares[0][a.max(b)] + BACK * self.squares[1][a.min(b)];
        q().powi(a.abs_diff(b) as i32) * both
    }

    /// What a click `a` says of a click `b`.
    fn leads(&self, a: usize, b: usize) -> f32 {
        let (way, worth) = if a < b { (0, 1.0) } else { (1, BACK) };
        let sums = &self.sums[way];
        worth * q().powi(a.abs_diff(b) as i32 - 1) * (sums[b] - sums[a])
    }

    /// For each item the sums over its clicks and those around them: of its sources with what they say of it, or, where
    /// `gram`, of what it is a source together with.
    fn sums(&self, items: usize, gram: bool, keep: usize) -> Vec<Row> {
        let postings = Postings::new(items, &self.items);
        let row = |sums: &mut Sums, item: u32| {
            let places = postings.of(item);
            for own in
                places.chunk_by(|a, b| self.session[*a as usize] == self.session[*b as usize])
            {
                let span = &self.spans[self.session[own[0] as usize] as usize];
                if span.to - span.from < 2 {
                    continue;
                }
                let mut add = |other: usize, worth: f32| {
                    if worth > 0.0 && (gram || self.items[other] != item) {
                        sums.add(self.items[other], span.weight * worth);
                    }
                };
                for place in own.iter().map(|&place| place as usize) {
                    let near = place.saturating_sub(WINDOW).max(span.from)
                        ..(place + WINDOW + 1).min(span.to);
                    for other in near {
                        if gram {
                            add(other, (1.0 - WHOLE) * self.together(place, other));
                        } else if other != place {
                            add(other, (1.0 - WHOLE) * self.leads(other, place));
                        }
                    }
                }
                let whole = if gram {
                    span.share * span.share
                } else {
                    span.share
                };
                for other in span.from.max(span.to.saturating_sub(LONGEST))..span.to {
                    if self.first[other] {
                        add(other, WHOLE * whole);
                    }
                }
            }
            let mut row = sums.strongest(keep);
            row.sort_unstable_by_key(|one| one.0);
            row
        };
        (0..items as u32)
            .into_par_iter()
            .with_min_len(16)
            .map_init(|| Sums::new(items), |sums, item| row(sums, item))
            .collect()
    }
}

/// What each item weighs as a source of others, as far as it is for them. `sessions` are oldest first.
pub fn rows(sessions: &[Vec<u32>], items: usize) -> Vec<Row> {
    if items <= dense::MOST {
        whole(sessions, items)
    } else {
        local(sessions, items)
    }
}

/// How much inverting there is to do: items to the third power, where any is done.
pub fn inverted(items: usize) -> f64 {
    let items = if items <= dense::MOST { items } else { 0 };
    (items as f64).powi(3)
}

/// By regressions over all items.
fn whole(sessions: &[Vec<u32>], items: usize) -> Vec<Row> {
    let clicks = Clicks::of(sessions);
    let gram = clicks.sums(items, true, usize::MAX);
    let sources = clicks.sums(items, false, usize::MAX);
    dense::rows(&gram, &sources, RIDGE)
}

/// By regressions over each item's own sources.
fn local(sessions: &[Vec<u32>], items: usize) -> Vec<Row> {
    let clicks = Clicks::of(sessions);
    let gram = clicks.sums(items, true, usize::MAX);
    let sources = clicks.sums(items, false, SOURCES);
    ridge::rows(&gram, &sources, RIDGE)
}

/// Takes rows part of the way to what `linear` says of the items in them; a row weighs as much as before.
pub fn lean(rows: &[Row], linear: &[Row], share: f32) -> Vec<Row> {
    let lean = |(row, linear): (&Row, &Row)| {
        let say = |item: u32| {
            let found = linear.binary_search_by_key(&item, |one| one.0);
            found.map_or(0.0, |at| linear[at].1)
        };
        let all: f32 = row.iter().map(|one| one.1).sum();
        let said: f32 = row.iter().map(|one| say(one.0)).sum();
        if said <= 0.0 {
            return row.clone();
        }
        let leant = |&(item, weight): &(u32, f32)| {
            (
                item,
                (1.0 - share) * weight + share * say(item) * all / said,
            )
        };
        strongest(row.iter().map(leant).collect(), usize::MAX)
    };
    rows.par_iter().zip(linear).map(lean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sources_that_come_together_share_what_either_would_get() {
        // 0 alone leads to 2 as often as 0 and 1 together do.
        let mut sessions = Vec::new();
        for _ in 0..50 {
            sessions.push(vec![0, 2]);
            sessions.push(vec![1, 0, 2]);
            sessions.push(vec![1, 3]);
        }
        for (rows, times) in [(whole(&sessions, 4), 3.0), (local(&sessions, 4), 4.0)] {
            let weight = |from: usize, to: u32| {
                let found = rows[from].iter().find(|one| one.0 == to);
                found.map_or(0.0, |one| one.1)
            };
            assert!(weight(0, 2) > times * weight(1, 2), "{rows:?}");
            assert!(weight(1, 3) > weight(1, 2));
        }
    }

    /// The regressions written out, prefix by prefix, and solved by elimination: over all other items where `all`,
    /// otherwise over those that say something of an item.
    fn naive(sessions: &[Vec<u32>], items: usize, all: bool) -> Vec<Vec<f64>> {
        let q = f64::from(q());
        let (mut gram, mut cross) = (vec![vec![0.0; items]; items], vec![vec![0.0; items]; items]);
        for (number, session) in sessions.iter().enumerate() {
            let mut clicks = session.clone();
            clicks.dedup();
            if clicks.len() < 2 {
                continue;
            }
            let age = (sessions.len() - 1 - number) as f64 / sessions.len() as f64;
            let weight = (-f64::from(FADING) * age).exp();
            let mut add = |worth: f64, source: &[f64], target: &[f64]| {
                for i in 0..items {
                    for j in 0..items {
                        gram[i][j] += worth * source[i] * source[j];
                        cross[i][j] += worth * source[i] * target[j];
                    }
                }
            };
            let distinct: std::collections::BTreeSet<u32> = clicks.iter().copied().collect();
            let has = |item: usize| f64::from(u8::from(distinct.contains(&(item as u32))));
            let whole: Vec<f64> = (0..items)
                .map(|item| has(item) / distinct.len() as f64)
                .collect();
            let target: Vec<f64> = (0..items).map(has).collect();
            add(weight * f64::from(WHOLE), &whole, &target);
            for (worth, back) in [(1.0, false), (f64::from(BACK), true)] {
                if back {
                    clicks.reverse();
                }
                for t in 1..clicks.len() {
                    let (mut source, mut target) = (vec![0.0; items], vec![0.0; items]);
                    for (k, &item) in clicks[..t].iter().rev().enumerate() {
                        source[item as usize] += q.powi(k as i32);
                    }
                    let norm: f64 = source.iter().sum();
                    source.iter_mut().for_each(|one| *one /= norm);
                    for (k, &item) in clicks[t..].iter().enumerate() {
                        target[item as usize] += q.powi(k as i32);
                    }
                    add(weight * worth * f64::from(1.0 - WHOLE), &source, &target);
                }
            }
        }
        let mut weights = vec![vec![0.0; items]; items];
        for j in 0..items {
            let sources: Vec<usize> = (0..items)
                .filter(|&i| i != j && (all || cross[i][j] > 0.0))
                .collect();
            let mut rows: Vec<Vec<f64>> = sources
                .iter()
                .map(|&i| {
                    let ridge = |k: usize| if k == i { f64::from(RIDGE) } else { 0.0 };
                    let mut row: Vec<f64> =
                        sources.iter().map(|&k| gram[i][k] + ridge(k)).collect();
                    row.push(cross[i][j]);
                    row
                })
                .collect();
            for n in 0..rows.len() {
                let pivot = rows[n].clone();
                for (m, row) in rows.iter_mut().enumerate().filter(|(m, _)| *m != n) {
                    let times = row[n] / pivot[n];
                    row.iter_mut()
                        .zip(&pivot)
                        .for_each(|(to, from)| *to -= times * from);
                    debug_assert!(m != n);
                }
            }
            for (n, &i) in sources.iter().enumerate() {
                if cross[i][j] > 0.0 {
                    weights[i][j] = rows[n][sources.len()] / rows[n][n];
                }
            }
        }
        weights
    }

    proptest! {
        #[test]
        fn weights_are_those_of_the_regressions(
            sessions in prop::collection::vec(prop::collection::vec(0u32..6, 1..8), 1..30)
        ) {
            for (rows, all) in [(whole(&sessions, 6), true), (local(&sessions, 6), false)] {
                for (i, (row, naive)) in rows.iter().zip(naive(&sessions, 6, all)).enumerate() {
                    for (j, expected) in (0u32..).zip(naive) {
                        let found = row.iter().find(|one| one.0 == j).map_or(0.0, |one| one.1);
                        prop_assert!((f64::from(found) - expected.max(0.0)).abs() < 1e-4, "{} {} {}: {} {}", all, i, j, found, expected);
                    }
                }
            }
        }

        #[test]
        fn rows_keep_their_items_and_sums(
            row in prop::collection::btree_map(0u32..9, 0.01f32..1.0, 1..6),
            linear in prop::collection::btree_map(0u32..9, 0.01f32..1.0, 0..6),
            share in 0.0f32..1.0,
        ) {
            let rows = vec![strongest(row.clone().into_iter().collect(), 9)];
            let leant = lean(&rows, &[linear.into_iter().collect()], share);
            let sum = |row: &Row| row.iter().map(|one| one.1).sum::<f32>();
            prop_assert!((sum(&rows[0]) - sum(&leant[0])).abs() < 1e-4);
            let mut items: Vec<u32> = leant[0].iter().map(|one| one.0).collect();
            items.sort_unstable();
            prop_assert_eq!(items, row.into_keys().collect::<Vec<_>>());
        }
    }
}
