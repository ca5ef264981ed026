//! Files of any kind as facts: the collector's database, JSON lines of its messages, a table that has them in a column
//! `message`, and plain tables (Parquet, CSV, TSV, JSON lines), text also gzipped.
//!
//! The format of a file is detected from its first bytes, as for training; an unknown format is an error with a remedy. A message that
//! cannot be used is counted with a reason and a sample, and a file most of whose messages cannot be used is an error.

use std::path::{Path, PathBuf};

use super::message::{self, Dictionary};
use super::reading::{Read, Take, name};
use super::{Error, table};
use crate::ingest::{self, Line, Reason, Shape, Source};

const WHAT: &str = "reading events";

/// Reads files, and of every message the property or trait `by`.
pub fn read(
    paths: &[PathBuf],
    by: Option<&str>,
    names: &mut Dictionary,
    take: Take,
) -> Result<Read, Error> {
    let mut read = Read::default();
    for path in paths {
        let source = Source::open(path, WHAT)?;
        let one = match source.shape {
            Shape::Sqlite => database(path, by, names, take)?,
            Shape::Lines if ingest::holds_messages(&source)? => lines(&source, by, names, take)?,
            _ => table::read(source, by, names, take)?,
        };
        read.absorb(path, one)?;
    }
    Ok(read)
}

fn lines(
    source: &Source,
    by: Option<&str>,
    names: &mut Dictionary,
    take: Take,
) -> Result<Read, Error> {
    let path = source.path.as_path();
    let mut text = source.text()?;
    ingest::refuse_spread(path, &mut text)?;
    let (mut read, name, mut buffer) = (Read::default(), name(path), Vec::new());
    for line in 1.. {
        let step = ingest::read_line(&mut *text.reader, &mut buffer, b'\n');
        match step.map_err(|source| text.error(path, source))? {
            Line::End => break,
            Line::TooLong => {
                read.messages += 1;
                read.refusals.note(Reason::LongLine, &name, line, "1", "");
            }
            Line::Whole if buffer.trim_ascii().is_empty() => {}
            Line::Whole => {
                let json = buffer.trim_ascii();
                let fact = message::read(json, None, by, names);
                let shown = || String::from_utf8_lossy(json).into_owned();
                if let Some(fact) = read.count(&name, line, fact, shown) {
                    take(fact)?;
                }
            }
        }
    }
    Ok(read)
}

/// Reads the table `events` of the collector's database.
fn database(
    path: &Path,
    by: Option<&str>,
    names: &mut Dictionary,
    take: Take,
) -> Result<Read, Error> {
    let (mut read, name, mut line) = (Read::default(), name(path), 0);
    ingest::database_messages(path, WHAT, |json, time| {
        line += 1;
        let fact = message::read(json, time, by, names);
        let shown = || String::from_utf8_lossy(json).into_owned();
        match read.count(&name, line, fact, shown) {
            Some(fact) => take(fact),
            None => Ok(()),
        }
    })?;
    Ok(read)
}
