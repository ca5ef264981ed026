//! Reads a shop's files, and remembers how each was understood.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use tillside::shop::contents::Content;

use super::gather::Gather;
use super::{Basket, Catalogue, Error, Hints, Interactions, Prediction, Refusals, Understanding};

/// Reads files of one run. What could not be used and how each file was understood adds up in it.
#[derive(Debug)]
pub struct Reader {
    /// What a person says of the files.
    pub hints: Hints,
    /// Unix milliseconds: which sale prices are of today.
    pub now: i64,
    pub refusals: Refusals,
    /// In the order in which files were read.
    pub understood: Vec<Understanding>,
}

impl Default for Reader {
    fn default() -> Reader {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Reader {
            hints: Hints::default(),
            now: now.map_or(0, |since| since.as_millis() as i64),
            refusals: Refusals::default(),
            understood: Vec::new(),
        }
    }
}

impl Reader {
    /// A reader to which a person has said something.
    pub fn with(hints: Hints) -> Reader {
        Reader {
            hints,
            ..Reader::default()
        }
    }

    /// Reads a product feed. Rows of one id are one product.
    pub fn catalogue(&mut self, path: &Path) -> Result<Catalogue, Error> {
        super::catalogue::read(path, self)
    }

    /// Reads a feed of reviews, photos, articles about the goods of a catalogue.
    pub fn content(&mut self, path: &Path, catalogue: &Catalogue) -> Result<Vec<Content>, Error> {
        super::contents::read(path, catalogue, self)
    }

    /// Reads and joins files of events: JSON lines of Segment messages, the collector's database, or tables with
    /// `session` or `user`, `item`, `time` and `kind`.
    ///
    /// Shoppers' events are cut into sessions by the page's own rule; sessions that a table names stay as they are.
    pub fn events(&mut self, paths: &[PathBuf]) -> Result<Interactions, Error> {
        let mut gather = Gather::default();
        for path in paths {
            super::events::read(path, &mut gather, self)?;
        }
        Ok(gather.finish())
    }

    /// Reads a session file. Every session is of a shopper of its own, every item in it was viewed, at time 0.
    pub fn sessions(&mut self, path: &Path) -> Result<Interactions, Error> {
        super::sessions::read(path, self)
    }

    /// Reads a test file: after `prefix`, the shopper went to `target`. Columns `session` and `time` may be missing.
    pub fn predictions(&mut self, path: &Path) -> Result<Vec<Prediction>, Error> {
        super::predictions::read(path, self)
    }

    /// Reads a test file: someone who bought `history`, its orders separated by `|`, the oldest first, put `target`
    /// beside the items of `basket`. Columns `history` and `days` may be missing.
    pub fn baskets(&mut self, path: &Path) -> Result<Vec<Basket>, Error> {
        super::baskets::read(path, self)
    }
}

/// [`Reader::catalogue`] without hints.
pub fn catalogue(path: &Path, refusals: &mut Refusals) -> Result<Catalogue, Error> {
    with(refusals, |reader| reader.catalogue(path))
}

/// [`Reader::events`] without hints.
pub fn events(paths: &[PathBuf], refusals: &mut Refusals) -> Result<Interactions, Error> {
    with(refusals, |reader| reader.events(paths))
}

/// [`Reader::sessions`] without hints.
pub fn sessions(path: &Path, refusals: &mut Refusals) -> Result<Interactions, Error> {
    with(refusals, |reader| reader.sessions(path))
}

/// [`Reader::predictions`] without hints.
pub fn predictions(path: &Path, refusals: &mut Refusals) -> Result<Vec<Prediction>, Error> {
    with(refusals, |reader| reader.predictions(path))
}

/// [`Reader::baskets`] without hints.
pub fn baskets(path: &Path, refusals: &mut Refusals) -> Result<Vec<Basket>, Error> {
    with(refusals, |reader| reader.baskets(path))
}

fn with<T>(
    refusals: &mut Refusals,
    read: impl FnOnce(&mut Reader) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut reader = Reader::default();
    let outcome = read(&mut reader);
    refusals.absorb(reader.refusals);
    outcome
}
