//! Epochs over shuffled pieces of sessions.

use super::Settings;
use super::adam::{Moments, Pace};
use super::batch::{Cast, Piece, Source, slopes};
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

/// Trains for some epochs at some rate; `tick` is told of every batch. Returns the mean loss of the last epoch.
pub fn train(
    cell: &mut Cell,
    table: &mut impl Table,
    items: usize,
    source: &Source,
    (epochs, rate): (usize, f32),
    tick: &mut dyn FnMut(),
) -> f64 {
    let Settings {
        batch, draws, seed, ..
    } = source.settings;
    let width = cell.width;
    let mut pieces = source.pieces();
    let lots = Lots::new(source, &pieces, items);
    let mut of_cell = cell.parts().map(|part| Moments::new(part.len()));
    let mut of_table = Moments::new(table.size());
    let mut place = vec![u32::MAX; items];
    let all = (epochs * batches(pieces.len(), batch)) as f32;
    let mut updates = 0u64;
    let mut mean = 0.0;
    for epoch in 0..epochs {
        let mut random = Random::of(seed, "epoch", epoch as u64);
        random.shuffle(&mut pieces);
        let (mut loss, mut aims) = (0.0, 0);
        for pieces in pieces.chunks(batch) {
            let cast = cast(source, pieces, &lots, draws, &mut random, &mut place);
            let gathered = table.gather(&cast.items, width);
            let mut found = slopes(
                source,
                cell,
                pieces,
                &cast,
                &place,
                &gathered.vectors,
                updates,
            );
            for &item in &cast.items {
                place[item as usize] = u32::MAX;
            }
            loss += found.loss;
            aims += found.aims;
            let share = 1.0 / found.aims.max(1) as f32;
            for part in found.cell.parts().into_iter().chain([&mut found.vectors]) {
                part.iter_mut().for_each(|slope| *slope *= share);
            }
            let left = 1.0 - (1.0 - LAST) * updates as f32 / all;
            updates += 1;
            let warm = (updates as f32 / WARM).min(1.0);
            let pace = Pace::new(rate * left * warm, updates);
            let slopes = cell.parts().into_iter().zip(found.cell.parts());
            for ((weights, slopes), moments) in slopes.zip(&mut of_cell) {
                moments.update(pace, weights, slopes);
            }
            table.update(
                &mut of_table,
                pace,
                &cast.items,
                &gathered,
                &mut found.vectors,
            );
            tick();
        }
        mean = loss / aims.max(1) as f64;
    }
    mean
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
