//! CSV and TSV: a header, then rows of as many cells, quoted as RFC 4180 says.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::{Cells, Columns, LONGEST, Step};
use crate::ingest::source::Text;
use crate::ingest::{Error, Reason};

const BUFFER: usize = 128 * 1024;

pub(super) struct Rows {
    path: PathBuf,
    gzipped: bool,
    csv: csv::Reader<Metered>,
    budget: Rc<Cell<u64>>,
    record: csv::ByteRecord,
    /// For each column of the file its place among the kept ones.
    places: Vec<Option<usize>>,
    line: u64,
}

impl Rows {
    pub fn new(
        path: &Path,
        text: Text,
        delimiter: u8,
        columns: &mut Columns,
    ) -> Result<Rows, Error> {
        let budget = Rc::new(Cell::new(allowance()));
        let csv = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER)
            .from_reader(Metered {
                inner: text.reader,
                budget: budget.clone(),
            });
        let mut rows = Rows {
            path: path.into(),
            gzipped: text.gzipped,
            csv,
            budget,
            record: csv::ByteRecord::new(),
            places: Vec::new(),
            line: 1,
        };
        rows.read()?;
        for cell in &rows.record {
            rows.places
                .push(columns.place(&String::from_utf8_lossy(cell)));
        }
        Ok(rows)
    }

    /// Reads the next record; `false` at the end.
    fn read(&mut self) -> Result<bool, Error> {
        let begun = self.csv.position().line();
        match self.csv.read_byte_record(&mut self.record) {
            Ok(more) => {
                self.budget.set(allowance());
                self.line = self.record.position().map_or(begun, csv::Position::line);
                Ok(more)
            }
            Err(error) => Err(match error.into_kind() {
                csv::ErrorKind::Io(source) if source.kind() == io::ErrorKind::FileTooLarge => {
                    Error::Format {
                        path: self.path.clone(),
                        line: begun,
                        column: 1,
                        found: "a row longer than 1 MiB begins here".into(),
                        remedy: "look for a quote that is not closed",
                    }
                }
                csv::ErrorKind::Io(source) => self.broken(source),
                other => self.broken(io::Error::other(format!("{other:?}"))),
            }),
        }
    }

    fn broken(&self, source: io::Error) -> Error {
        crate::ingest::source::broken(&self.path, self.gzipped, source)
    }
}

impl super::Rows for Rows {
    fn step(&mut self, _: &mut Columns, cells: &mut Cells) -> Result<Step, Error> {
        if !self.read()? {
            return Ok(Step::End);
        }
        let (have, need) = (self.record.len(), self.places.len());
        let surplus = self.record.iter().skip(need).any(|cell| !cell.is_empty());
        if have < need || surplus {
            let start = self.record.iter().next().unwrap_or_default();
            return Ok(Step::Refused {
                reason: Reason::Cells,
                column: format!("{have} cells instead of {need}"),
                value: String::from_utf8_lossy(start).into_owned(),
            });
        }
        for (index, (cell, place)) in self.record.iter().zip(&self.places).enumerate() {
            let Some(place) = place else { continue };
            match std::str::from_utf8(cell) {
                Ok(text) => cells.set(*place, text),
                Err(_) => {
                    return Ok(Step::Refused {
                        reason: Reason::Encoding,
                        column: format!("cell {}", index + 1),
                        value: String::from_utf8_lossy(cell).into_owned(),
                    });
                }
            }
        }
        Ok(Step::Row)
    }

    fn line(&self) -> u64 {
        self.line
    }
}

/// Bytes that may be read for one record: its own, and what the reader's buffer takes in ahead.
fn allowance() -> u64 {
    LONGEST + BUFFER as u64
}

/// Stops a record that would swallow the file, which one stray quote is enough for.
struct Metered {
    inner: Box<dyn BufRead>,
    budget: Rc<Cell<u64>>,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let budget = self.budget.get();
        let limit = buffer
            .len()
            .min(usize::try_from(budget).unwrap_or(usize::MAX));
        if limit == 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let read = self.inner.read(&mut buffer[..limit])?;
        self.budget.set(budget - read as u64);
        Ok(read)
    }
}
