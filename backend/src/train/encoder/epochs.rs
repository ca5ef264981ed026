//! Epochs over shuffled pieces of sessions.

use super::Settings;
use super::adam::{Moments, Pace};
use super::batch::{Cast, Lesson, Piece, Source, Stage, Teacher, slopes};
use super::cell::Cell;
use super::table::Table;
use crate::random::Random;

/// Updates until the full rate is reached.
const WARM: f32 = 100.0;

/// What is left of the rate at the end.
const LAST: f32 = 0.05;

/// How often items are drawn as candidates.
struct Lots {
    /// How often each is a target, as a share.
    targets: Vec<f64>,
    /// The chance to be drawn, and its sums.
    chances: Vec<f64>,
    sums: Vec<f64>,
}

impl Lots {
    fn new(source: &Source, pieces: &[Piece], items: usize) -> Lots {
        let mut targets = vec![0.0; items];
        let mut all = 0.0f64;
        for &piece in pieces {
            for target in source
                .steps(piece)
                .filter_map(|at| source.target(piece, at))
            {
                targets[target as usize] += 1.0;
                all += 1.0;
            }
        }
        let drawn = |target: &f64| (target + 0.5).powf(source.settings.alpha);
        let total: f64 = targets.iter().map(drawn).sum();
        let chances: Vec<f64> = targets.iter().map(|target| drawn(target) / total).collect();
        let sums = chances.iter().scan(0.0, |sum, chance| {
            *sum += chance;
            Some(*sum)
        });
        Lots {
            sums: sums.collect(),
            chances,
            targets: targets.iter().map(|target| target / all.max(1.0)).collect(),
        }
    }

    fn draw(&self, random: &mut Random) -> u32 {
        let at = random.unit();
        self.sums
            .partition_point(|sum| *sum <= at)
            .min(self.sums.len() - 1) as u32
    }

    /// The log of the chance to be among `draws` and the targets of `aims`.
    fn log_chance(&self, item: u32, draws: usize, aims: usize) -> f32 {
        let item = item as usize;
        let expected = draws as f64 * self.chances[item] + aims as f64 * self.targets[item];
        (1.0 - (-expected).exp()).max(1e-12).ln() as f32
    }
}

/// Weights in training, and all that one epoch leaves to the next.
pub struct Pupil<T> {
    pub cell: Cell,
    pub table: T,
    of_cell: [Moments; 3],
    of_table: Moments,
    /// How many are done.
    pub epochs: usize,
}

impl<T: Table> Pupil<T> {
    pub fn new(mut cell: Cell, mut table: T) -> Pupil<T> {
        Pupil {
            of_cell: cell.parts().map(|part| Moments::new(part.len())),
            of_table: Moments::new(table.numbers().len()),
            cell,
            table,
            epochs: 0,
        }
    }

    /// Everything that changes, always in this order.
    pub fn numbers(&mut self) -> impl Iterator<Item = &mut Vec<f32>> {
        let moments = self.of_cell.iter_mut().chain([&mut self.of_table]);
        let moments = moments.flat_map(|moments| [&mut moments.mean, &mut moments.square]);
        let cell = self.cell.parts().into_iter();
        cell.chain([self.table.numbers()]).chain(moments)
    }

    /// One of `epochs` at some rate of learning at first; `tick` is told of every batch.
    pub fn epoch(
        &mut self,
        items: usize,
        source: &Source,
        (epochs, rate): (usize, f32),
        teacher: Option<&Teacher>,
        tick: &mut dyn FnMut(),
    ) {
        let Settings {
            batch, draws, seed, ..
        } = source.settings;
        let width = self.cell.width;
        let mut pieces = source.pieces();
        let lots = Lots::new(source, &pieces, items);
        let mut place = vec![u32::MAX; items];
        let each = batches(pieces.len(), batch);
        let all = (epochs * each) as f32;
        let mut updates = (self.epochs * each) as u64;
        let mut random = Random::of(seed, "epoch", self.epochs as u64);
        random.shuffle(&mut pieces);
        for pieces in pieces.chunks(batch) {
            let cast = cast(source, pieces, &lots, draws, &mut random, &mut place);
            let gathered = self.table.gather(&cast.items, width);
            let taught = teacher.map(|teacher| teacher.table.gather(&cast.items, width).vectors);
            let lesson = teacher
                .zip(taught.as_ref())
                .map(|(teacher, vectors)| Lesson {
                    cell: &teacher.cell,
                    vectors,
                    share: source.settings.advice,
                });
            let stage = Stage {
                cast: &cast,
                place: &place,
                vectors: &gathered.vectors,
                lesson,
            };
            let mut found = slopes(source, &self.cell, pieces, stage, updates);
            for &item in &cast.items {
                place[item as usize] = u32::MAX;
            }
            let share = 1.0 / found.aims.max(1) as f32;
            for part in found.cell.parts().into_iter().chain([&mut found.vectors]) {
                part.iter_mut().for_each(|slope| *slope *= share);
            }
            let left = 1.0 - (1.0 - LAST) * updates as f32 / all;
            updates += 1;
            let warm = (updates as f32 / WARM).min(1.0);
            let pace = Pace::new(rate * left * warm, updates);
            let slopes = self.cell.parts().into_iter().zip(found.cell.parts());
            for ((weights, slopes), moments) in slopes.zip(&mut self.of_cell) {
                moments.update(pace, weights, slopes);
            }
            self.table.update(
                &mut self.of_table,
                pace,
                &cast.items,
                &gathered,
                &mut found.vectors,
            );
            tick();
        }
        self.epochs += 1;
    }
}

/// How many batches an epoch has.
pub fn batches(pieces: usize, batch: usize) -> usize {
    pieces.div_ceil(batch)
}

/// Who plays in a batch: targets and draws, which are the candidates, then what goes in. `place` says where each is.
fn cast(
    source: &Source,
    pieces: &[Piece],
    lots: &Lots,
    draws: usize,
    random: &mut Random,
    place: &mut [u32],
) -> Cast {
    let mut cast = Cast::default();
    let mut call = |item: u32, cast: &mut Cast| {
        let place = &mut place[item as usize];
        if *place == u32::MAX {
            *place = cast.items.len() as u32;
            cast.items.push(item);
        }
    };
    let mut aims = 0;
    for &piece in pieces {
        for target in source
            .steps(piece)
            .filter_map(|at| source.target(piece, at))
        {
            call(target, &mut cast);
            aims += 1;
        }
    }
    for _ in 0..draws {
        call(lots.draw(random), &mut cast);
    }
    let chance = |&item: &u32| lots.log_chance(item, draws, aims);
    cast.log_chance = cast.items.iter().map(chance).collect();
    for &piece in pieces {
        for at in source.steps(piece) {
            call(source.sessions[piece.session as usize][at], &mut cast);
        }
    }
    cast
}
