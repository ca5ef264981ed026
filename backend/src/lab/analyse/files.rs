//! Files of any kind as facts: the collector's database, JSON lines of its messages, a table that has them in a column
//! `message`, and plain tables (Parquet, CSV, TSV, JSON lines), text also gzipped.
//!
//! What a file is, its first bytes decide, as for training; an unknown kind is an error with a remedy. A message that
//! cannot be used is counted with a reason and a sample, and a file most of whose messages cannot be used is an error.

use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;

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
    let damaged = |error: rusqlite::Error| {
        Error::Input(ingest::Error::Damaged {
            path: path.into(),
            format: "SQLite",
            detail: error.to_string(),
        })
    };
    let opened = ingest::open_database(path).map_err(damaged)?;
    let connection = &opened.connection;
    let columns = "SELECT count(*) FROM pragma_table_info('events') WHERE name IN ('message', 'timestamp_ms')";
    let columns: i64 = connection
        .query_row(columns, [], |row| row.get(0))
        .map_err(damaged)?;
    if columns < 2 {
        return Err(Error::Input(ingest::Error::Format {
            path: path.into(),
            line: 1,
            column: 1,
            found: "a SQLite database without the collector's table `events`".into(),
            remedy: "give the collector.sqlite of `tillside serve`",
        }));
    }
    let total: i64 = connection
        .query_row("SELECT count(*) FROM events", [], |row| row.get(0))
        .map_err(damaged)?;
    let bar = crate::progress::bar(WHAT, total.unsigned_abs());
    let query = "SELECT message, timestamp_ms FROM events ORDER BY rowid";
    let mut statement = connection.prepare(query).map_err(damaged)?;
    let mut rows = statement.query([]).map_err(damaged)?;
    let (mut read, name, mut line) = (Read::default(), name(path), 0);
    while let Some(row) = rows.next().map_err(damaged)? {
        line += 1;
        bar.inc(1);
        let json = match row.get_ref(0).map_err(damaged)? {
            ValueRef::Text(text) | ValueRef::Blob(text) => text,
            _ => b"",
        };
        // The column holds the time corrected for the shopper's clock.
        let fact = message::read(json, row.get(1).ok(), by, names);
        let shown = || String::from_utf8_lossy(json).into_owned();
        if let Some(fact) = read.count(&name, line, fact, shown) {
            take(fact)?;
        }
    }
    bar.finish_and_clear();
    Ok(read)
}
