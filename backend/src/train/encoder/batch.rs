//! One batch: pieces of sessions, the items they are about, and the loss with its gradients.
//!
//! A batch is computed in a fixed number of parts, whose sums are added in their order: so they do not depend on how
//! many threads there are.

use rayon::prelude::*;

use super::cell::Cell;
use super::objective::{Advice, Aim, Candidates, chances, softmax};
use super::table::{Free, scale, unscale};
use super::{STEPS, Settings, add};
use crate::random::Random;

/// Parts of a batch.
const PARTS: usize = 4;

/// How much older the oldest session is taken to be than the newest: it counts e to the minus that.
const AGE: f32 = 1.0;

/// At most [`STEPS`] steps of a session, and what came after each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    pub session: u32,
    pub start: u32,
}

/// What a batch is made from.
pub struct Source<'a> {
    pub sessions: &'a [Vec<u32>],
    pub settings: Settings,
}

impl Source<'_> {
    /// All pieces that foresee something.
    pub fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (session, items) in (0..).zip(self.sessions) {
            for start in (0..items.len().saturating_sub(1)).step_by(STEPS) {
                pieces.push(Piece {
                    session,
                    start: start as u32,
                });
            }
        }
        pieces
    }

    fn items(&self, piece: Piece) -> &[u32] {
        &self.sessions[piece.session as usize]
    }

    /// Places of the session that go in; the item after each comes out.
    pub fn steps(&self, piece: Piece) -> std::ops::Range<usize> {
        let start = piece.start as usize;
        start..(start + STEPS).min(self.items(piece).len() - 1)
    }

    /// The item after a place, where it is new to the session.
    pub fn target(&self, piece: Piece, at: usize) -> Option<u32> {
        let items = self.items(piece);
        Some(items[at + 1]).filter(|target| !items[..=at].contains(target))
    }
}

/// The items of a batch, candidates first.
#[derive(Default)]
pub struct Cast {
    pub items: Vec<u32>,
    pub log_chance: Vec<f32>,
}

impl Cast {
    fn candidates<'a>(&'a self, vectors: &'a [f32], width: usize) -> Candidates<'a> {
        Candidates {
            vectors: &vectors[..self.log_chance.len() * width],
            log_chance: &self.log_chance,
        }
    }
}

/// Whose answers are learnt from, beside the true ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Teacher {
    pub cell: Cell,
    pub table: Free,
}

/// A teacher in a batch, with its own vectors of the cast.
#[derive(Clone, Copy)]
pub struct Lesson<'a> {
    pub cell: &'a Cell,
    pub vectors: &'a [f32],
    /// How much its answers count.
    pub share: f32,
}

/// What a batch is computed with, beside its pieces and the weights of the cell.
#[derive(Clone, Copy)]
pub struct Stage<'a> {
    pub cast: &'a Cast,
    /// Where in the cast an item is.
    pub place: &'a [u32],
    /// The cast's.
    pub vectors: &'a [f32],
    pub lesson: Option<Lesson<'a>>,
}

/// What a batch says of the weights.
pub struct Slopes {
    pub loss: f64,
    pub aims: usize,
    pub cell: Cell,
    /// One row for each item of the cast.
    pub vectors: Vec<f32>,
}

/// Computes a batch.
pub fn slopes(source: &Source, cell: &Cell, pieces: &[Piece], stage: Stage, number: u64) -> Slopes {
    let mut sorted = pieces.to_vec();
    sorted.sort_by_key(|&piece| std::cmp::Reverse(source.steps(piece).len()));
    let parts: Vec<Slopes> = (0..PARTS)
        .into_par_iter()
        .map(|part| {
            let pieces: Vec<Piece> = sorted.iter().skip(part).step_by(PARTS).copied().collect();
            let seed = source.settings.seed;
            let random = Random::of(seed, "dropout", number * PARTS as u64 + part as u64);
            slopes_of_part(source, cell, &pieces, stage, random)
        })
        .collect();
    let mut sum = Slopes {
        loss: 0.0,
        aims: 0,
        cell: Cell::zeros(cell.width),
        vectors: vec![0.0; stage.vectors.len()],
    };
    for mut part in parts {
        sum.loss += part.loss;
        sum.aims += part.aims;
        for (into, from) in sum.cell.parts().into_iter().zip(part.cell.parts()) {
            add(into, from);
        }
        add(&mut sum.vectors, &part.vectors);
    }
    sum
}

fn slopes_of_part(
    source: &Source,
    cell: &Cell,
    pieces: &[Piece],
    stage: Stage,
    mut random: Random,
) -> Slopes {
    let Stage {
        cast,
        place,
        vectors,
        lesson,
    } = stage;
    let width = cell.width;
    let length = |piece: &Piece| source.steps(*piece).len();
    let steps = pieces.first().map_or(0, length);
    let active: Vec<usize> = (0..steps)
        .map(|step| pieces.partition_point(|piece| length(piece) > step))
        .collect();
    let total: usize = active.iter().sum();
    let mask = mask(total * width, source.settings.dropout, &mut random);

    let candidates = cast.log_chance.len();
    let mut inputs = Vec::with_capacity(total * width);
    let mut input_places = Vec::with_capacity(total);
    let (mut aims, mut aim_rows) = (Vec::new(), Vec::new());
    for (step, &active) in active.iter().enumerate() {
        for &piece in &pieces[..active] {
            let row = input_places.len();
            let at = piece.start as usize + step;
            let items = source.items(piece);
            let from = place[items[at] as usize] as usize;
            input_places.push(from);
            let vector = vectors[from * width..][..width].iter();
            inputs.extend(vector.zip(&mask[row * width..]).map(|(x, keep)| x * keep));
            if let Some(target) = source.target(piece, at) {
                let mut seen: Vec<u32> = items[..=at]
                    .iter()
                    .map(|&item| place[item as usize])
                    .filter(|&place| (place as usize) < candidates)
                    .collect();
                seen.sort_unstable();
                seen.dedup();
                let of = source.sessions.len();
                let age = (of - 1 - piece.session as usize) as f32 / of as f32;
                aims.push(Aim {
                    target: place[target as usize] as usize,
                    weight: (-AGE * age).exp(),
                    seen,
                });
                aim_rows.push(row);
            }
        }
    }

    let trace = cell.forward(&inputs, &active);
    let sharpness = source.settings.sharpness;
    // The states before what is foreseen, at their length.
    let aimed = |states: &[f32]| {
        let mut aimed = Vec::with_capacity(aims.len() * width);
        let mut lengths = Vec::with_capacity(aims.len());
        for &row in &aim_rows {
            let at = aimed.len();
            aimed.extend_from_slice(&states[row * width..][..width]);
            lengths.push(scale(&mut aimed[at..], sharpness));
        }
        (aimed, lengths)
    };
    let (states, lengths) = aimed(&trace.states);
    let advised = lesson.map(|lesson| {
        let inputs: Vec<f32> = input_places
            .iter()
            .flat_map(|&from| &lesson.vectors[from * width..][..width])
            .copied()
            .collect();
        let (states, _) = aimed(&lesson.cell.forward(&inputs, &active).states);
        chances(
            &states,
            width,
            &aims,
            cast.candidates(lesson.vectors, width),
        )
    });
    let advice = advised
        .as_ref()
        .zip(lesson)
        .map(|(chances, lesson)| Advice {
            chances,
            share: lesson.share,
        });
    let mut gradients = softmax(
        &states,
        width,
        &aims,
        cast.candidates(vectors, width),
        advice,
    );
    let mut of_states = vec![0.0; total * width];
    let scaled = states.chunks_exact(width).zip(lengths);
    let given = gradients.states.chunks_exact_mut(width).zip(scaled);
    for (&row, (gradient, (state, length))) in aim_rows.iter().zip(given) {
        unscale(gradient, state, sharpness, length);
        of_states[row * width..][..width].copy_from_slice(gradient);
    }
    let mut slopes = Slopes {
        loss: gradients.loss,
        aims: aims.len(),
        cell: Cell::zeros(width),
        vectors: gradients.vectors,
    };
    let of_inputs = cell.backward(&trace, &inputs, &of_states, &mut slopes.cell);
    slopes.vectors.resize(vectors.len(), 0.0);
    let rows = of_inputs.chunks_exact(width).zip(mask.chunks_exact(width));
    for (place, (gradient, mask)) in input_places.into_iter().zip(rows) {
        let into = slopes.vectors[place * width..][..width].iter_mut();
        for (into, (gradient, keep)) in into.zip(gradient.iter().zip(mask)) {
            *into += gradient * keep;
        }
    }
    slopes
}

/// What inputs are multiplied with: 0 for some, and what makes up for it for the others.
fn mask(size: usize, dropout: f32, random: &mut Random) -> Vec<f32> {
    let keep = 1.0 / (1.0 - dropout);
    let bar = (dropout * 65_536.0) as u64;
    let mut mask = Vec::with_capacity(size + 3);
    while mask.len() < size {
        let bits = random.next();
        let four = [0, 16, 32, 48].map(|shift| bits >> shift & 0xffff);
        mask.extend(four.map(|bits| if bits < bar { 0.0 } else { keep }));
    }
    mask.truncate(size);
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_the_loss() {
        let sessions = vec![
            vec![0, 1, 2, 1, 3],
            vec![4, 2],
            vec![3, 5, 0],
            vec![1, 4, 5, 2],
            vec![5, 1],
        ];
        let settings = Settings {
            width: 3,
            codes: 1,
            dropout: 0.0,
            sharpness: 3.0,
            ..Settings::default()
        };
        let source = Source {
            sessions: &sessions,
            settings,
        };
        let pieces = source.pieces();
        let mut random = Random::of(5, "test", 0);
        let mut draw =
            |many: usize| -> Vec<f32> { (0..many).map(|_| random.unit() as f32 - 0.5).collect() };
        let mut cell = Cell::zeros(3);
        for part in cell.parts() {
            *part = draw(part.len());
        }
        let mut vectors = draw(6 * 3);
        let mut teacher = Cell::zeros(3);
        for part in teacher.parts() {
            *part = draw(part.len());
        }
        let taught = draw(6 * 3);
        let lesson = Lesson {
            cell: &teacher,
            vectors: &taught,
            share: 0.4,
        };
        // All but item 0 are candidates, in another order.
        let place = [5, 3, 1, 0, 4, 2];
        let sessions_without_0: Vec<Piece> = pieces
            .into_iter()
            .filter(|piece| piece.session != 2)
            .collect();
        let cast = Cast {
            items: vec![3, 2, 5, 1, 4, 0],
            log_chance: vec![-0.5, -0.1, -1.0, -0.3, -0.2],
        };
        let loss = |cell: &Cell, vectors: &[f32]| {
            let stage = Stage {
                cast: &cast,
                place: &place,
                vectors,
                lesson: Some(lesson),
            };
            slopes(&source, cell, &sessions_without_0, stage, 0)
        };
        let mut found = loss(&cell, &vectors);
        assert_eq!(found.aims, 8);
        let agrees = |slope: f32, up: f64, down: f64| {
            let measured = (up - down) / 0.02;
            assert!(
                (f64::from(slope) - measured).abs() < 0.004 + 0.01 * measured.abs(),
                "{slope} {measured}"
            );
        };
        for part in 0..3 {
            for n in 0..cell.parts()[part].len() {
                let at = cell.parts()[part][n];
                cell.parts()[part][n] = at + 0.01;
                let up = loss(&cell, &vectors).loss;
                cell.parts()[part][n] = at - 0.01;
                let down = loss(&cell, &vectors).loss;
                cell.parts()[part][n] = at;
                agrees(found.cell.parts()[part][n], up, down);
            }
        }
        for n in 0..vectors.len() {
            let at = vectors[n];
            vectors[n] = at + 0.01;
            let up = loss(&cell, &vectors).loss;
            vectors[n] = at - 0.01;
            let down = loss(&cell, &vectors).loss;
            vectors[n] = at;
            agrees(found.vectors[n], up, down);
        }
    }
}
