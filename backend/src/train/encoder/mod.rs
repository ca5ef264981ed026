//! A sequence encoder: what comes next, from the order of what came before.
//!
//! A gated recurrent unit reads the items of a session, and its state is compared with every item's vector (after
//! GRU4Rec, Hidasi & Karatzoglou 2018, with vectors of unit length). Rules know what is viewed after what; this also
//! knows items that were hardly ever viewed together, and sessions as wholes. Where items are described, those that hardly
//! anybody has viewed have vectors like those of their kind.
//!
//! | file | what |
//! | --- | --- |
//! | `cell` | the recurrent unit, forward and back through time |
//! | `objective` | the softmax over sampled candidates |
//! | `table` | the items' vectors |
//! | `cold` | what descriptions say of them |
//! | `batch`, `epochs`, `adam` | the training |
//! | `checkpoint` | how far it has come, for when it is interrupted |
//! | `quantise` | vectors and weights as bytes |
//! | `import` | weights that were trained elsewhere, to begin from |
//! | `foresight` | what it foresees after each item, for the neighbours to learn from |
//!
//! It is trained in 32-bit floats, and its vectors are cut down to a few bytes each. With those it is trained on, to
//! foresee what came next and, as far, what it foresaw before it was cut down (Hinton et al. 2015): first with codes that
//! follow the vectors, then with codes that stay. The same input gives the same bytes on processors of one kind, whatever the number of threads: dense
//! products take the instructions that a processor has.

mod adam;
mod batch;
mod cell;
mod checkpoint;
mod cold;
mod epochs;
mod foresight;
mod import;
mod objective;
mod quantise;
mod table;

use std::ops::ControlFlow;

use batch::Source;
pub use batch::Teacher;
use cell::Cell;
pub use checkpoint::Checkpoint;
use cold::Prior;
use epochs::Pupil;
pub use foresight::foresee;
pub use import::{Start, Weights};
use quantise::Bytes;
use table::{Coded, Free, Seen};

use crate::random::Random;
use tillside::shop::pack::Packer;

/// Steps of a session that are looked back at.
const STEPS: usize = 20;

/// With fewer views it is not worth the time.
const FEWEST: usize = 200_000;

/// When an encoder is trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Wanted {
    /// On from 200,000 views
    Auto,
    /// Kept in the model if it ranks better
    On,
    /// Distilled into the neighbours, not shipped
    Teach,
    /// No encoder
    Off,
}

impl Wanted {
    /// Whether to train one on so many views.
    pub fn with(self, views: usize) -> bool {
        match self {
            Wanted::Auto => views >= FEWEST,
            Wanted::On | Wanted::Teach => true,
            Wanted::Off => false,
        }
    }
}

/// How an encoder is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Numbers of a state and of a vector.
    pub width: usize,
    /// Bytes of an item's vector; they divide the width.
    pub codes: usize,
    /// Epochs with vectors of their own, and the rate of learning at first.
    pub epochs: (usize, f32),
    /// The same with codes that follow the vectors.
    pub seen: (usize, f32),
    /// The same with codes that stay.
    pub coded: (usize, f32),
    /// How much answers of the encoder before it was cut down count beside the true ones.
    pub advice: f32,
    /// Pieces of sessions in a batch.
    pub batch: usize,
    /// Draws of candidates for a batch.
    pub draws: usize,
    /// The power of its popularity by which an item is drawn.
    pub alpha: f64,
    /// The share of inputs that is dropped.
    pub dropout: f32,
    /// Length of a state before it meets the vectors.
    pub sharpness: f32,
    pub seed: u64,
}

impl Settings {
    /// Epochs of all kinds.
    pub fn all(&self) -> usize {
        self.epochs.0 + self.seen.0 + self.coded.0
    }

    /// For the teacher alone, which is the same: its vectors are not trained on once they are cut down.
    pub fn of_teacher(self) -> Self {
        Settings {
            seen: (0, self.seen.1),
            coded: (0, self.coded.1),
            ..self
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            width: 64,
            codes: 16,
            epochs: (8, 0.006),
            seen: (2, 0.003),
            coded: (1, 0.0015),
            advice: 0.5,
            batch: 256,
            draws: 1024,
            alpha: 0.5,
            dropout: 0.2,
            sharpness: 14.0,
            seed: 1,
        }
    }
}

/// An encoder as a model holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoder {
    /// `[items × codes]`
    pub codes: Vec<u8>,
    pub centroids: Bytes,
    /// From the input, and from the state.
    pub weights: [Bytes; 2],
    pub bias: Vec<f32>,
    pub sharpness: f32,
}

impl Encoder {
    /// Its tensors, with the λ of what it foresees.
    pub fn pack(&self, share: f32, packer: &mut Packer) {
        let [input, state] = &self.weights;
        let steps = [self.centroids.step, input.step, state.step];
        packer.f32s("encoder.bias", &self.bias);
        packer.f32s(
            "encoder.scale",
            &[steps[0], steps[1], steps[2], self.sharpness, share],
        );
        packer.u8s("encoder.code", &self.codes);
        packer.u8s("encoder.centroid", &self.centroids.bytes);
        packer.u8s("encoder.weight", &[&input.bytes[..], &state.bytes].concat());
    }

    /// What its tensors take.
    pub fn bytes(&self) -> usize {
        let weights: usize = self.weights.iter().map(|weights| weights.bytes.len()).sum();
        self.codes.len() + self.centroids.bytes.len() + weights + 4 * self.bias.len()
    }
}

/// Trains an encoder on sessions, oldest first, and on the features of each item, where there are any; `tick` is told how
/// many batches are done, of how many. It begins from `start`, where that is given, and then has no epochs in floats unless
/// the settings say so. It goes on from the checkpoint, where there is one of the same input, and writes
/// one after every epoch. What it was before it was cut down comes with it.
pub fn fit(
    sessions: &[Vec<u32>],
    items: usize,
    described: &[Vec<u32>],
    settings: Settings,
    start: Option<&Start>,
    checkpoint: Option<&Checkpoint>,
    mut tick: impl FnMut(u64, u64),
) -> (Encoder, Teacher) {
    // A reload is not a step.
    let mut sessions = sessions.to_vec();
    sessions.iter_mut().for_each(Vec::dedup);
    let source = Source {
        sessions: &sessions,
        settings,
    };
    let batches = epochs::batches(source.pieces().len(), settings.batch) as u64;
    let all = batches * settings.all() as u64;
    let prior = Prior::of(described, &clicks(items, &source));
    let pull = |table: &mut Free| {
        if let Some(prior) = &prior {
            prior.pull(table, settings.width);
        }
    };
    let saved = checkpoint.and_then(|checkpoint| checkpoint.load(items, &settings));
    let first = || match start {
        Some(start) => {
            let mut pupil = start.pupil();
            pull(&mut pupil.table);
            pupil
        }
        None => begin(items, &settings),
    };
    let mut course = saved.unwrap_or_else(|| Course::Free(first()));
    loop {
        let mut done = batches * course.epochs(&settings) as u64;
        let mut tick = || {
            done += 1;
            tick(done, all);
        };
        match &mut course {
            Course::Free(pupil) if pupil.epochs < settings.epochs.0 => {
                pupil.epoch(items, &source, settings.epochs, None, &mut tick);
                pull(&mut pupil.table);
            }
            Course::Seen(pupil, teacher) if pupil.epochs < settings.seen.0 => {
                pupil.epoch(items, &source, settings.seen, Some(teacher), &mut tick);
                pull(&mut pupil.table.free);
            }
            Course::Coded(pupil, teacher) if pupil.epochs < settings.coded.0 => {
                pupil.epoch(items, &source, settings.coded, Some(teacher), &mut tick);
            }
            _ => match course.next(items, &source) {
                ControlFlow::Continue(next) => {
                    course = next;
                    continue;
                }
                ControlFlow::Break(trained) => return trained,
            },
        }
        if let Some(checkpoint) = checkpoint {
            checkpoint.save(&mut course);
        }
    }
}

/// How far a training has come.
pub enum Course {
    Free(Pupil<Free>),
    Seen(Pupil<Seen>, Teacher),
    Coded(Pupil<Coded>, Teacher),
}

impl Course {
    /// How many are done, of all kinds.
    pub fn epochs(&self, settings: &Settings) -> usize {
        match self {
            Course::Free(pupil) => pupil.epochs,
            Course::Seen(pupil, _) => settings.epochs.0 + pupil.epochs,
            Course::Coded(pupil, _) => settings.epochs.0 + settings.seen.0 + pupil.epochs,
        }
    }

    /// What comes after the last epoch of its kind: the encoder at last.
    fn next(self, items: usize, source: &Source) -> ControlFlow<(Encoder, Teacher), Course> {
        let Settings {
            width,
            codes,
            sharpness,
            ..
        } = source.settings;
        match self {
            Course::Free(Pupil { cell, table, .. }) => {
                let weights = importance(items, source);
                let (codes, centroids) = quantise::codes(&table.all(width), width, codes, &weights);
                let teacher = Teacher {
                    cell: cell.clone(),
                    table: table.clone(),
                };
                let seen = Seen {
                    free: table,
                    coded: Coded { codes, centroids },
                    weights,
                    updates: 0,
                };
                ControlFlow::Continue(Course::Seen(Pupil::new(cell, seen), teacher))
            }
            Course::Seen(pupil, teacher) => {
                let Pupil {
                    cell, mut table, ..
                } = pupil;
                for _ in 0..SETTLE {
                    table.follow(width);
                }
                ControlFlow::Continue(Course::Coded(Pupil::new(cell, table.coded), teacher))
            }
            Course::Coded(Pupil { cell, table, .. }, teacher) => {
                let encoder = Encoder {
                    codes: table.codes.bytes,
                    centroids: Bytes::of(&table.centroids),
                    weights: [Bytes::of(&cell.input), Bytes::of(&cell.state)],
                    bias: cell.bias,
                    sharpness,
                };
                ControlFlow::Break((encoder, teacher))
            }
        }
    }
}

/// Rounds in which codes follow their vectors a last time.
const SETTLE: usize = 3;

/// How much an item counts where vectors are cut down.
fn importance(items: usize, source: &Source) -> Vec<f32> {
    let seen = clicks(items, source).into_iter();
    seen.map(|seen| (seen + 0.25).sqrt()).collect()
}

/// How often each item was seen.
fn clicks(items: usize, source: &Source) -> Vec<f32> {
    let mut seen = vec![0.0f32; items];
    for &item in source.sessions.iter().flatten() {
        seen[item as usize] += 1.0;
    }
    seen
}

fn begin(items: usize, settings: &Settings) -> Pupil<Free> {
    let width = settings.width;
    let bound = (1.0 / width as f32).sqrt();
    let mut random = Random::of(settings.seed, "weights", 0);
    let mut draw = |size: usize, bound: f32| -> Vec<f32> {
        let number = |_| (random.unit() as f32 * 2.0 - 1.0) * bound;
        (0..size).map(number).collect()
    };
    let mut cell = Cell::zeros(width);
    cell.input = draw(cell.input.len(), 1.7 * bound);
    cell.state = draw(cell.state.len(), bound);
    let table = Free(draw(items * width, bound));
    Pupil::new(cell, table)
}

fn add(into: &mut [f32], from: &[f32]) {
    for (into, from) in into.iter_mut().zip(from) {
        *into += from;
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use tillside::recommend::{Placement, Recommender, Request};
    use tillside::shop::Model;
    use tillside::shopper::Shopper;

    pub const ITEMS: usize = 30;

    pub const SMALL: Settings = Settings {
        width: 16,
        codes: 4,
        epochs: (6, 0.01),
        seen: (2, 0.005),
        coded: (1, 0.005),
        advice: 0.5,
        batch: 16,
        draws: 20,
        alpha: 0.5,
        dropout: 0.1,
        sharpness: 12.0,
        seed: 1,
    };

    /// What follows an item depends on which way the walk goes: one must have seen two items to know.
    pub fn walks(many: u32) -> Vec<Vec<u32>> {
        let walk = |n: u32| {
            let walk: Vec<u32> = (0..6).map(|step| (n * 7 + step) % ITEMS as u32).collect();
            if n.is_multiple_of(2) {
                walk
            } else {
                walk.into_iter().rev().collect()
            }
        };
        (0..many).map(walk).collect()
    }

    /// Some features of each item, but of the last.
    pub fn kinds() -> Vec<Vec<u32>> {
        let kind = |item: u32| vec![item % 3, 3 + item % 4];
        let last = std::iter::once(Vec::new());
        (1..ITEMS as u32).map(kind).chain(last).collect()
    }

    #[test]
    fn a_page_foresees_what_was_learnt() {
        let (encoder, _) = fit(&walks(1500), ITEMS, &[], SMALL, None, None, |_, _| ());
        let mut packer = Packer::default();
        let keys: Vec<String> = (0..ITEMS).map(|n| n.to_string()).collect();
        packer.keys(&keys);
        packer.u8s("item.popularity", &[1; ITEMS]);
        packer.rows("view", &vec![Vec::new(); ITEMS]);
        encoder.pack(1.0, &mut packer);
        let items = ITEMS.to_string();
        let model = Model::open(packer.finish(&[("items", &items), ("model", "m")])).unwrap();
        let mut right = 0;
        for walk in walks(60) {
            let mut shopper = Shopper::default();
            for (&item, time) in walk[..3].iter().zip(0..) {
                shopper.view(&keys[item as usize], Some(item), time, 1);
            }
            let request = Request::new(Placement::Home, 1);
            let list = Recommender::default().recommend(&model, &shopper, &request, 9);
            right += usize::from(list.entries[0].item == walk[3]);
        }
        assert!(right >= 55, "{right} of 60");
    }

    #[test]
    fn threads_change_nothing_and_every_batch_is_told() {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let mut told = Vec::new();
            let encoder = pool.install(|| {
                fit(
                    &walks(100),
                    ITEMS,
                    &kinds(),
                    SMALL,
                    None,
                    None,
                    |done, of| told.push((done, of)),
                )
            });
            (encoder, told)
        };
        let (one, told) = with(1);
        assert_eq!((one, told.clone()), with(3));
        let of = 9 * 7;
        assert_eq!(told, (1..=of).map(|done| (done, of)).collect::<Vec<_>>());
    }

    #[test]
    fn is_wanted_where_there_is_enough() {
        assert!(Wanted::Auto.with(FEWEST) && !Wanted::Auto.with(FEWEST - 1));
        assert!(Wanted::On.with(0) && !Wanted::Off.with(usize::MAX));
    }
}
