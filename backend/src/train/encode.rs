//! Training the sequence encoder, with checkpoints, as one step of the whole.

use std::path::Path;

use super::count::Counted;
use super::encoder::{self, Checkpoint, Weights};
use super::forecast::Step;
use super::linalg::sums::Row;
use super::neighbours::content::Descriptions;
use super::steps::Work;
use crate::progress;

/// Trains an encoder that stays or one that only teaches, going on from where an earlier run of the same command came,
/// and asks it about every item.
pub fn encode(
    counted: &Counted,
    weights: Option<&Weights>,
    at: &Path,
    stays: bool,
    work: &Work,
) -> (encoder::Encoder, Vec<Row>) {
    let (sessions, items) = (counted.goods.browsing(), counted.goods.len());
    let settings = settings(weights, stays);
    let start = weights.map(|weights| weights.start(&counted.goods.keys));
    let start = start.as_ref();
    let described = Descriptions::of(&counted.goods.products).into_features();
    let checkpoint = Checkpoint::new(
        at.to_owned(),
        &sessions,
        items,
        &described,
        &settings,
        start,
    );
    if let Some(course) = checkpoint.load(items, &settings) {
        let (done, of, path) = (course.epochs(&settings), settings.all(), at.display());
        work.bar
            .suspend(|| eprintln!("Going on after epoch {done} of {of}, from {path}"));
    }
    progress::begin(&work.bar, Step::Encoder.name(), 1);
    let mut told = false;
    let (encoder, teacher) = encoder::fit(
        &sessions,
        items,
        &described,
        settings,
        start,
        Some(&checkpoint),
        |done, of| {
            if !std::mem::replace(&mut told, true) {
                work.bar.set_length(of);
                work.skip(done - 1, of);
            }
            work.bar.set_position(done);
        },
    );
    if let Some(fault) = checkpoint.fault() {
        let path = checkpoint.path().display();
        work.bar.suspend(|| {
            eprintln!(
                "{path} could not be written, so that an interruption would have cost all: {fault}"
            )
        });
    }
    work.bar.set_message("asking the encoder about every item");
    let foreseen = encoder::foresee(&teacher, &sessions, settings, &counted.candidates());
    (encoder, foreseen)
}

/// How an encoder is trained that stays, or one that only teaches.
pub fn settings(weights: Option<&Weights>, stays: bool) -> encoder::Settings {
    let settings = weights.map_or_else(encoder::Settings::default, Weights::settings);
    if stays {
        settings
    } else {
        settings.of_teacher()
    }
}
