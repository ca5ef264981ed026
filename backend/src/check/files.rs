//! Files handed over without saying what they are.

use std::path::{Path, PathBuf};

use super::Error;
use crate::Coded;
use crate::ingest::{self, Catalogue, Hints, Interactions, Reader};

/// The contents of a run's files, each kind joined.
#[derive(Default)]
pub struct Files {
    pub reader: Reader,
    pub read: Option<Interactions>,
    pub catalogue: Option<Catalogue>,
}

/// One file as what it is.
enum Content {
    Events(Interactions),
    Catalogue(Catalogue),
    Sessions(Interactions),
    /// Rows to evaluate a model on: how they were read is all there is to report.
    Questions,
}

impl Files {
    pub fn read(paths: &[PathBuf], hints: &Hints) -> Result<Files, Box<dyn Coded>> {
        let mut all = Files {
            reader: Reader::with(hints.clone()),
            ..Files::default()
        };
        let mut catalogue: Option<&PathBuf> = None;
        let mut sessions: Option<&PathBuf> = None;
        let mut events: Vec<PathBuf> = Vec::new();
        let mut alone = None;
        for path in paths {
            let (reader, content) = read(path, hints)?;
            match content {
                Content::Events(read) => {
                    alone = Some((reader, read));
                    events.push(path.clone());
                    continue;
                }
                Content::Catalogue(read) => {
                    if let Some(first) = catalogue.replace(path) {
                        return Err(Error::Catalogues(first.clone(), path.clone()).into());
                    }
                    all.catalogue = Some(read);
                }
                Content::Sessions(read) => {
                    sessions = Some(path);
                    all.read = Some(read);
                }
                Content::Questions => {}
            }
            all.take(reader);
        }
        match (sessions, events.first(), alone) {
            (Some(sessions), Some(events), _) => {
                return Err(Error::Sessions(sessions.clone(), events.clone()).into());
            }
            (_, _, Some((reader, read))) if events.len() == 1 => {
                all.take(reader);
                all.read = Some(read);
            }
            // Files of one log know of each other: an event or an order counts once.
            (_, Some(_), _) => {
                let read = all.reader.events(&events)?;
                all.read = Some(read);
            }
            _ => {}
        }
        Ok(all)
    }

    fn take(&mut self, reader: Reader) {
        self.reader.understood.extend(reader.understood);
        self.reader.refusals.absorb(reader.refusals);
    }
}

/// Reads a file as what it is: as events where it has their columns, else as a catalogue, as sessions, or as the test rows or
/// baskets that `evaluate` reads.
fn read(path: &Path, hints: &Hints) -> Result<(Reader, Content), Box<dyn Coded>> {
    let paths = [path.to_owned()];
    let mut reader = Reader::with(hints.clone());
    let (events, _) = match reader.events(&paths) {
        Ok(read) => return Ok((reader, Content::Events(read))),
        Err(error) => lacking(error)?,
    };
    let mut reader = Reader::with(hints.clone());
    let (catalogue, _) = match reader.catalogue(path) {
        Ok(read) => return Ok((reader, Content::Catalogue(read))),
        Err(error) => lacking(error)?,
    };
    let mut reader = Reader::with(hints.clone());
    let (sessions, found) = match reader.sessions(path) {
        Ok(read) => return Ok((reader, Content::Sessions(read))),
        Err(error) => lacking(error)?,
    };
    let mut reader = Reader::with(hints.clone());
    match reader.predictions(path) {
        Ok(_) => return Ok((reader, Content::Questions)),
        Err(error) => lacking(error)?,
    };
    let mut reader = Reader::with(hints.clone());
    match reader.baskets(path) {
        Ok(_) => return Ok((reader, Content::Questions)),
        Err(error) => lacking(error)?,
    };
    Err(Error::Unknown {
        path: path.into(),
        events,
        catalogue,
        sessions,
        found,
    }
    .into())
}

/// The column that a file lacks to be of a kind, and those it has; any other error is one whatever the kind.
fn lacking(error: ingest::Error) -> Result<(String, String), Box<dyn Coded>> {
    match error {
        ingest::Error::Column {
            needed,
            others,
            found,
            ..
        } => Ok((format!("`{needed}`{others}"), found)),
        other => Err(other.into()),
    }
}
