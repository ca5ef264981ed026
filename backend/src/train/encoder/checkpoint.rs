//! Checkpoint from which an interrupted training resumes.
//!
//! After every epoch all that the next one starts with is written beside the model, as safetensors: weights, moments,
//! codes and the teacher's weights. Randomness and the order of pieces depend on seed and epoch alone, so that what goes on ends in the same
//! bytes as what was never interrupted. A file of other sessions or settings, or one that is damaged, is not used.

use std::cell::OnceCell;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tillside::shop::pack::Packer;
use tillside::shop::safetensors::{self, Dtype, Header};

use super::batch::Teacher;
use super::cell::Cell;
use super::epochs::Pupil;
use super::quantise::{CENTROIDS, Codes};
use super::table::{Coded, Free, Seen, Table};
use super::{Course, Settings, Start};

/// One file, used for one input.
pub struct Checkpoint {
    path: PathBuf,
    input: String,
    fault: OnceCell<io::Error>,
}

impl Checkpoint {
    pub fn new(
        path: PathBuf,
        sessions: &[Vec<u32>],
        items: usize,
        described: &[Vec<u32>],
        settings: &Settings,
        start: Option<&Start>,
    ) -> Self {
        let mut hash = Sha256::new();
        hash.update(format!(
            "{} {items} {} {settings:?}",
            env!("CARGO_PKG_VERSION"),
            sessions.len()
        ));
        hash.update(start.map_or("", Start::hash));
        for numbers in sessions.iter().chain(described) {
            hash.update((numbers.len() as u32).to_le_bytes());
            for number in numbers {
                hash.update(number.to_le_bytes());
            }
        }
        Checkpoint {
            path,
            input: crate::digest::hex(&hash.finalize()),
            fault: OnceCell::new(),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes it away once the model is there.
    pub fn remove(path: &Path) {
        let _ = fs::remove_file(path);
        let _ = fs::remove_file(beside(path));
    }

    /// What is there, if it is of this input.
    pub fn load(&self, items: usize, settings: &Settings) -> Option<Course> {
        let bytes = fs::read(&self.path).ok()?;
        let header = safetensors::read(&bytes).ok()?;
        if header.meta("input") != Some(&self.input) {
            return None;
        }
        let file = Saved { bytes, header };
        let width = settings.width;
        let free = || Free(vec![0.0; items * width]);
        let cell = Cell::zeros(width);
        let kind = file.header.meta("kind")?;
        if kind == FREE {
            return Some(Course::Free(file.pupil(Pupil::new(cell, free()))?));
        }
        let mut teacher = Teacher {
            cell: cell.clone(),
            table: free(),
        };
        for (name, numbers) in TEACHER.iter().zip(of(&mut teacher)) {
            file.floats(name, numbers)?;
        }
        let mut coded = Coded {
            codes: Codes {
                parts: settings.codes,
                bytes: file
                    .bytes("codes", Dtype::U8, items * settings.codes)?
                    .to_vec(),
            },
            centroids: vec![0.0; CENTROIDS * width],
        };
        if kind == CODED {
            let pupil = file.pupil(Pupil::new(cell, coded))?;
            return Some(Course::Coded(pupil, teacher));
        }
        let mut weights = vec![0.0; items];
        file.floats("weights", &mut weights)?;
        file.floats("centroids", &mut coded.centroids)?;
        let seen = Seen {
            free: free(),
            coded,
            weights,
            updates: file.header.meta("updates")?.parse().ok()?,
        };
        Some(Course::Seen(file.pupil(Pupil::new(cell, seen))?, teacher))
    }

    /// Puts how far it has come in the place of what was there. A training does not stop where that cannot be written;
    /// [`Checkpoint::fault`] tells.
    pub fn save(&self, course: &mut Course) {
        if let Err(fault) = self.write(course) {
            self.fault.get_or_init(|| fault);
        }
    }

    /// Why it could not be written.
    pub fn fault(&self) -> Option<&io::Error> {
        self.fault.get()
    }

    fn write(&self, course: &mut Course) -> io::Result<()> {
        let mut packer = Packer::default();
        let (mut updates, mut taught) = (0, None);
        let (kind, epochs) = match course {
            Course::Free(pupil) => (FREE, put(&mut packer, pupil)),
            Course::Seen(pupil, teacher) => {
                updates = pupil.table.updates;
                packer.f32s("weights", &pupil.table.weights);
                packer.f32s("centroids", &pupil.table.coded.centroids);
                packer.u8s("codes", &pupil.table.coded.codes.bytes);
                taught = Some(teacher);
                (SEEN, put(&mut packer, pupil))
            }
            Course::Coded(pupil, teacher) => {
                packer.u8s("codes", &pupil.table.codes.bytes);
                taught = Some(teacher);
                (CODED, put(&mut packer, pupil))
            }
        };
        if let Some(teacher) = taught {
            for (name, numbers) in TEACHER.iter().zip(of(teacher)) {
                packer.f32s(name, numbers);
            }
        }
        let bytes = packer.finish(&[
            ("input", &self.input),
            ("kind", kind),
            ("epochs", &epochs.to_string()),
            ("updates", &updates.to_string()),
        ]);
        let beside = beside(&self.path);
        let mut file = File::create(&beside)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)
    }
}

/// Kinds of course.
const FREE: &str = "free";
const SEEN: &str = "seen";
const CODED: &str = "coded";

/// Where a file is written before it takes its place.
fn beside(path: &Path) -> PathBuf {
    path.with_extension("part")
}

/// What [`Pupil::numbers`] are called.
const NAMES: [&str; 12] = [
    "input",
    "state",
    "bias",
    "table",
    "input.mean",
    "input.square",
    "state.mean",
    "state.square",
    "bias.mean",
    "bias.square",
    "table.mean",
    "table.square",
];

/// What [`of`] gives.
const TEACHER: [&str; 4] = [
    "teacher.input",
    "teacher.state",
    "teacher.bias",
    "teacher.table",
];

fn of(teacher: &mut Teacher) -> impl Iterator<Item = &mut Vec<f32>> {
    let cell = teacher.cell.parts().into_iter();
    cell.chain([&mut teacher.table.0])
}

/// Says how many epochs it has done.
fn put<T: Table>(packer: &mut Packer, pupil: &mut Pupil<T>) -> usize {
    for (name, numbers) in NAMES.iter().zip(pupil.numbers()) {
        packer.f32s(name, numbers);
    }
    pupil.epochs
}

/// A file that was found.
struct Saved {
    bytes: Vec<u8>,
    header: Header,
}

impl Saved {
    fn pupil<T: Table>(&self, mut pupil: Pupil<T>) -> Option<Pupil<T>> {
        pupil.epochs = self.header.meta("epochs")?.parse().ok()?;
        for (name, numbers) in NAMES.iter().zip(pupil.numbers()) {
            self.floats(name, numbers)?;
        }
        Some(pupil)
    }

    fn floats(&self, name: &str, into: &mut [f32]) -> Option<()> {
        let bytes = self.bytes(name, Dtype::F32, into.len())?;
        for (number, bytes) in into.iter_mut().zip(bytes.chunks_exact(4)) {
            *number = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        Some(())
    }

    fn bytes(&self, name: &str, dtype: Dtype, elements: usize) -> Option<&[u8]> {
        let tensor = self.header.tensor(name)?;
        if tensor.dtype != dtype || tensor.elements != elements {
            return None;
        }
        self.bytes.get(tensor.bytes.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fit;
    use super::super::tests::{ITEMS, SMALL, kinds, walks};
    use super::*;

    #[test]
    fn goes_on_from_any_epoch_to_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let sessions = walks(80);
        let path = folder.path().join("encoder.checkpoint");
        let described = kinds();
        let checkpoint = Checkpoint::new(path.clone(), &sessions, ITEMS, &described, &SMALL, None);
        let whole = fit(&sessions, ITEMS, &described, SMALL, None, None, |_, _| ());
        let mut files = Vec::new();
        let watch = |_, _| {
            // Read while it trains, as an interruption would leave it.
            if let Ok(file) = fs::read(&path)
                && files.last() != Some(&file)
            {
                files.push(file);
            }
        };
        assert_eq!(
            fit(
                &sessions,
                ITEMS,
                &described,
                SMALL,
                None,
                Some(&checkpoint),
                watch
            ),
            whole
        );
        assert_eq!(files.len(), SMALL.all() - 1);
        for file in &files {
            fs::write(&path, file).unwrap();
            let mut told = Vec::new();
            let found = fit(
                &sessions,
                ITEMS,
                &described,
                SMALL,
                None,
                Some(&checkpoint),
                |done, of| {
                    told.push((done, of));
                },
            );
            assert_eq!(found, whole);
            assert!(told[0].0 > 1, "it began anew");
            assert_eq!(
                told.last().map(|told| told.0),
                told.last().map(|told| told.1)
            );
        }
        // All epochs are done: nothing is left to do.
        let found = fit(
            &sessions,
            ITEMS,
            &described,
            SMALL,
            None,
            Some(&checkpoint),
            |_, _| panic!(),
        );
        assert_eq!(found, whole);
    }

    #[test]
    fn what_is_of_something_else_or_damaged_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("encoder.checkpoint");
        let of = |sessions: &[Vec<u32>], settings: &Settings| {
            Checkpoint::new(path.clone(), sessions, ITEMS, &kinds(), settings, None)
        };
        let checkpoint = of(&walks(9), &SMALL);
        let table = Free(vec![0.5; ITEMS * SMALL.width]);
        let pupil = Pupil::new(Cell::zeros(SMALL.width), table);
        checkpoint.save(&mut Course::Free(pupil));
        assert!(matches!(
            checkpoint.load(ITEMS, &SMALL),
            Some(Course::Free(_))
        ));
        let other = Settings { seed: 2, ..SMALL };
        assert!(of(&walks(9), &other).load(ITEMS, &other).is_none());
        assert!(of(&walks(10), &SMALL).load(ITEMS, &SMALL).is_none());
        let undescribed = Checkpoint::new(path.clone(), &walks(9), ITEMS, &[], &SMALL, None);
        assert!(undescribed.load(ITEMS, &SMALL).is_none());
        let file = fs::read(&path).unwrap();
        fs::write(&path, &file[..file.len() - 1]).unwrap();
        assert!(checkpoint.load(ITEMS, &SMALL).is_none());
        fs::remove_file(&path).unwrap();
        assert!(checkpoint.load(ITEMS, &SMALL).is_none());
    }
}
