//! Predictions of an encoder after each item, as neighbour rows: the teacher of a distillation.
//!
//! A row of what is viewed together knows the pairs that were seen; an encoder also knows how alike their items are. Its
//! answers to every session of the training that came to an item, averaged, are what a row of that item would have to
//! say in its place: so a list of neighbours learns from a network that no page has to have (after LINK, Choi et al.
//! 2025, which teaches a linear model by a network's answers to single items). Only items that a row may hold are
//! compared.

use rayon::prelude::*;

use super::batch::{Piece, Source, Teacher};
use super::table::scale;
use super::{Cell, Settings};
use crate::train::linalg::matrix::{exp, product, rows};
use crate::train::linalg::sums::{Postings, Row};
use crate::train::neighbours::sequence::recency;

/// Pieces of sessions read at once.
const BATCH: usize = 256;

/// Sessions as far as some item, which come one after another.
#[derive(Default)]
struct Looks {
    items: Vec<u32>,
    /// The session of each, and the place in it.
    places: Vec<(u32, u32)>,
    /// `[looks × width]`, each as long as it is sharp.
    states: Vec<f32>,
}

impl Looks {
    fn append(mut self, mut more: Looks) -> Looks {
        self.items.append(&mut more.items);
        self.places.append(&mut more.places);
        self.states.append(&mut more.states);
        self
    }
}

/// The mean chance of each candidate of each item: after every session that came to the item, where it had not seen the
/// candidate, and after the item alone. The chances of one look sum to 1 over its candidates.
pub fn foresee(
    teacher: &Teacher,
    sessions: &[Vec<u32>],
    settings: Settings,
    candidates: &[Row],
) -> Vec<Row> {
    // A reload is not a step.
    let mut sessions = sessions.to_vec();
    sessions.iter_mut().for_each(Vec::dedup);
    let source = Source {
        sessions: &sessions,
        settings,
    };
    let width = settings.width;
    let vectors = teacher.table.all(width);
    let vector = |item: u32| &vectors[item as usize * width..][..width];
    let looks: Vec<Looks> = source
        .pieces()
        .par_chunks(BATCH)
        .map(|pieces| look(&source, &teacher.cell, pieces, vector))
        .collect();
    let looks = looks.into_iter().fold(Looks::default(), Looks::append);
    let postings = Postings::new(candidates.len(), &looks.items);
    (0..candidates.len() as u32)
        .into_par_iter()
        .map(|item| {
            let row = &candidates[item as usize];
            if row.is_empty() {
                return Row::new();
            }
            let alone = sharp(&teacher.cell, vector(item), &[1], settings.sharpness);
            let mut seen = vec![std::slice::from_ref(&item)];
            let mut weights = vec![1.0];
            let mut states = alone;
            for &place in postings.of(item) {
                let (session, at) = looks.places[place as usize];
                seen.push(&sessions[session as usize][..=at as usize]);
                weights.push(recency(session as usize, sessions.len()));
                states.extend_from_slice(&looks.states[place as usize * width..][..width]);
            }
            let of_row: Vec<f32> = row
                .iter()
                .flat_map(|&(other, _)| vector(other))
                .copied()
                .collect();
            let mut chances = vec![0.0; weights.len() * row.len()];
            let states = rows(&states, width);
            product(states, rows(&of_row, width).t(), 0.0, &mut chances);
            let mut mean: Row = row.iter().map(|&(other, _)| (other, 0.0)).collect();
            let each = chances.chunks_exact_mut(row.len()).zip(seen).zip(&weights);
            for ((chances, seen), weight) in each {
                for (chance, (other, _)) in chances.iter_mut().zip(row) {
                    *chance = if seen.contains(other) {
                        0.0
                    } else {
                        exp(*chance)
                    };
                }
                let total: f32 = chances.iter().sum();
                if total > 0.0 {
                    for (mean, chance) in mean.iter_mut().zip(chances) {
                        mean.1 += weight / total * *chance;
                    }
                }
            }
            let total: f32 = weights.iter().sum();
            mean.iter_mut().for_each(|(_, chance)| *chance /= total);
            mean
        })
        .collect()
}

/// Reads some pieces, step by step as [`Cell::forward`] wants them.
fn look<'a>(
    source: &Source,
    cell: &Cell,
    pieces: &[Piece],
    vector: impl Fn(u32) -> &'a [f32],
) -> Looks {
    let mut pieces = pieces.to_vec();
    let length = |piece: &Piece| source.steps(*piece).len();
    pieces.sort_by_key(|piece| std::cmp::Reverse(length(piece)));
    let steps = pieces.first().map_or(0, length);
    let active: Vec<usize> = (0..steps)
        .map(|step| pieces.partition_point(|piece| length(piece) > step))
        .collect();
    let mut looks = Looks::default();
    let mut inputs = Vec::new();
    for (step, &active) in active.iter().enumerate() {
        for piece in &pieces[..active] {
            let at = piece.start as usize + step;
            let item = source.sessions[piece.session as usize][at];
            looks.items.push(item);
            looks.places.push((piece.session, at as u32));
            inputs.extend_from_slice(vector(item));
        }
    }
    looks.states = sharp(cell, &inputs, &active, source.settings.sharpness);
    looks
}

/// The states of packed rows, each `sharpness` long.
fn sharp(cell: &Cell, inputs: &[f32], active: &[usize], sharpness: f32) -> Vec<f32> {
    let mut states = cell.forward(inputs, active).states;
    for state in states.chunks_exact_mut(cell.width) {
        scale(state, sharpness);
    }
    states
}

#[cfg(test)]
mod tests {
    use super::super::tests::SMALL;
    use super::super::{STEPS, begin};
    use super::*;
    use proptest::prelude::*;

    const ITEMS: u32 = 8;

    fn teacher() -> Teacher {
        let pupil = begin(ITEMS as usize, &SMALL);
        Teacher {
            cell: pupil.cell,
            table: pupil.table,
        }
    }

    /// Every session read anew as far as every step.
    fn naive(sessions: &[Vec<u32>], candidates: &[Row]) -> Vec<Vec<f64>> {
        let Teacher { cell, table } = teacher();
        let width = SMALL.width;
        let vectors = table.all(width);
        let vector = |item: u32| &vectors[item as usize * width..][..width];
        let mut all: Vec<Vec<f64>> = candidates.iter().map(|row| vec![0.0; row.len()]).collect();
        let mut totals = vec![0.0; candidates.len()];
        let mut ask = |read: &[u32], seen: &[u32], weight: f64| {
            let item = *read.last().unwrap() as usize;
            let inputs: Vec<f32> = read
                .iter()
                .flat_map(|&item| vector(item))
                .copied()
                .collect();
            let mut state = cell.forward(&inputs, &vec![1; read.len()]).states;
            let state = &mut state[(read.len() - 1) * width..];
            scale(state, SMALL.sharpness);
            let chances: Vec<f64> = candidates[item]
                .iter()
                .map(|(other, _)| {
                    let products = state.iter().zip(vector(*other)).map(|(a, b)| a * b);
                    let unseen = !seen.contains(other);
                    if unseen {
                        f64::from(products.sum::<f32>()).exp()
                    } else {
                        0.0
                    }
                })
                .collect();
            let sum: f64 = chances.iter().sum();
            for (mean, chance) in all[item].iter_mut().zip(chances) {
                *mean += weight * if sum > 0.0 { chance / sum } else { 0.0 };
            }
            totals[item] += weight;
        };
        for item in 0..ITEMS {
            ask(&[item], &[item], 1.0);
        }
        for (number, session) in sessions.iter().enumerate() {
            let mut session = session.clone();
            session.dedup();
            let weight = f64::from(recency(number, sessions.len()));
            for at in 0..session.len().saturating_sub(1) {
                let start = at / STEPS * STEPS;
                ask(&session[start..=at], &session[..=at], weight);
            }
        }
        for (row, total) in all.iter_mut().zip(totals) {
            row.iter_mut().for_each(|mean| *mean /= total);
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn means_are_those_of_reading_every_session_anew(
            sessions in prop::collection::vec(prop::collection::vec(0..ITEMS, 0..50), 0..12),
            held in prop::collection::vec(prop::collection::btree_set(0..ITEMS, 0..6), ITEMS as usize),
        ) {
            let row = |(item, held): (u32, std::collections::BTreeSet<u32>)| -> Row {
                held.into_iter().filter(|&other| other != item).map(|other| (other, 1.0)).collect()
            };
            let candidates: Vec<Row> = (0..).zip(held).map(row).collect();
            let with = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| foresee(&teacher(), &sessions, SMALL, &candidates))
            };
            let found = with(1);
            prop_assert_eq!(&found, &with(3));
            for ((found, row), expected) in found.iter().zip(&candidates).zip(naive(&sessions, &candidates)) {
                prop_assert_eq!(found.len(), row.len());
                for ((found, held), expected) in found.iter().zip(row).zip(expected) {
                    prop_assert_eq!(found.0, held.0);
                    prop_assert!((f64::from(found.1) - expected).abs() < 1e-4, "{} {}", found.1, expected);
                }
            }
        }
    }
}
