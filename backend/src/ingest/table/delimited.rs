//! CSV and TSV, line by line: rows of as many cells as the first, quoted as RFC 4180 or MySQL says.
//!
//! A quote that opens a cell and is not closed on its line either begins a cell of several lines or is an inch mark. It is
//! the latter where the lines that it would swallow are rows by themselves; then it is part of the text.

use std::collections::VecDeque;
use std::path::PathBuf;

use super::dialect::{Dialect, Quotes};
use super::lines::{Line, read_line};
use super::{Columns, LONGEST, Step};
use crate::ingest::source::{Source, Text};
use crate::ingest::{Error, Reason, Understanding};

/// Lines that show whether a quote swallows rows.
const SHOWN: usize = 8;
/// Short rows of one width that show that empty cells at the end of a row are left out.
const SYSTEMATIC: u64 = 10;

/// The cells of one line, one after the other.
#[derive(Default)]
pub(super) struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| &self.bytes[start..*end])
    }
}

/// How a line fell into cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Split {
    /// Every quote closes before a delimiter.
    Clean,
    /// A quote stands inside a quoted cell without being written as one.
    Odd,
    /// The quote that opens this cell does not close.
    Open(usize),
}

impl Split {
    pub fn is_clean(self) -> bool {
        self == Split::Clean
    }
}

impl Dialect {
    /// Splits a line, or several joined. The quote of the cell `literal`, where there is one, is part of its text.
    pub fn split(&self, line: &[u8], cells: &mut Cells, literal: Option<usize>) -> Split {
        cells.clear();
        let delimiter = self.delimiter.as_bytes();
        let (mut at, mut outcome) = (0, Split::Clean);
        loop {
            let blank = line[at..].iter().take_while(|byte| **byte == b' ').count();
            let quoted = line.get(at + blank) == Some(&b'"')
                && literal.is_none_or(|cell| cell != cells.len());
            if quoted {
                match self.quoted(&line[at + blank + 1..], &mut cells.bytes) {
                    (Some(end), odd) => {
                        at += blank + 1 + end;
                        if odd && outcome == Split::Clean {
                            outcome = Split::Odd;
                        }
                    }
                    (None, _) => return Split::Open(cells.len()),
                }
            } else {
                let rest = &line[at..];
                let end = match delimiter {
                    [one] => rest.iter().position(|byte| byte == one),
                    _ => rest
                        .windows(delimiter.len())
                        .position(|some| some == delimiter),
                };
                let end = end.unwrap_or(rest.len());
                cells.bytes.extend_from_slice(&rest[..end]);
                at += end;
            }
            cells.ends.push(cells.bytes.len());
            if at >= line.len() {
                return outcome;
            }
            at += delimiter.len();
        }
    }

    /// Reads a quoted cell; where the delimiter or the end behind it is, and whether it holds a quote that is not
    /// written as one.
    fn quoted(&self, text: &[u8], cell: &mut Vec<u8>) -> (Option<usize>, bool) {
        let delimiter = self.delimiter.as_bytes();
        let (mut at, mut odd) = (0, false);
        while let Some(&byte) = text.get(at) {
            match byte {
                b'\\' if self.quotes == Quotes::Backslash && text.len() > at + 1 => {
                    if !matches!(text[at + 1], b'"' | b'\\' | b'/') {
                        cell.push(byte);
                    }
                    cell.push(text[at + 1]);
                    at += 2;
                }
                b'"' => {
                    let rest = &text[at + 1..];
                    let blank = rest.iter().take_while(|byte| **byte == b' ').count();
                    if rest.len() == blank || rest[blank..].starts_with(delimiter) {
                        return (Some(at + 1 + blank), odd);
                    }
                    // Doubled it is one; alone it does not close.
                    let doubled = rest.starts_with(b"\"");
                    odd |= !doubled;
                    cell.push(b'"');
                    at += 1 + usize::from(doubled);
                }
                _ => {
                    cell.push(byte);
                    at += 1;
                }
            }
        }
        (None, odd)
    }
}

pub(super) struct Rows {
    path: PathBuf,
    text: Text,
    dialect: Dialect,
    /// Lines read ahead and not used yet.
    ahead: VecDeque<(Vec<u8>, bool)>,
    cells: Cells,
    record: Vec<u8>,
    /// For each column of the file its place among the kept ones.
    places: Vec<Option<usize>>,
    /// Line of the current row.
    line: u64,
    /// Lines read.
    lines: u64,
    spanning: u64,
    /// Rows shorter than the first, and the width of all of them, 0 where they differ.
    short: (u64, usize),
    /// Rows of this width leave empty cells out.
    pub allowed: usize,
    ended: bool,
}

impl Rows {
    /// `names` name the columns of a table whose first row does not.
    pub fn new(
        source: &Source,
        dialect: &Dialect,
        names: Option<&[&str]>,
        columns: &mut Columns,
    ) -> Result<Rows, Error> {
        let mut rows = Rows {
            path: source.path.clone(),
            text: source.text()?,
            dialect: dialect.clone(),
            ahead: VecDeque::new(),
            cells: Cells::default(),
            record: Vec::new(),
            places: Vec::new(),
            line: 0,
            lines: 0,
            spanning: 0,
            short: (0, 0),
            allowed: 0,
            ended: false,
        };
        for _ in 0..dialect.skip {
            rows.next_line()?;
        }
        if dialect.header {
            rows.read()?;
            for (nth, cell) in rows.cells.iter().enumerate() {
                let name = String::from_utf8_lossy(cell);
                let name = if nth == 0 {
                    name.trim_start_matches(['#', '\u{feff}'])
                } else {
                    &name
                };
                rows.places.push(columns.place(name));
            }
        } else {
            let mut first = Cells::default();
            if rows.read()? {
                std::mem::swap(&mut first, &mut rows.cells);
                rows.ahead
                    .push_front((std::mem::take(&mut rows.record), true));
                rows.lines -= 1;
            }
            for nth in 0..first.len() {
                let name = names
                    .and_then(|names| names.get(nth))
                    .map_or((nth + 1).to_string(), |name| (*name).to_owned());
                rows.places.push(columns.place(&name));
            }
        }
        Ok(rows)
    }

    /// The next line without its end, and whether it is whole.
    fn next_line(&mut self) -> Result<Option<(Vec<u8>, bool)>, Error> {
        if let Some(line) = self.ahead.pop_front() {
            return Ok(Some(line));
        }
        let mut buffer = Vec::new();
        let read = read_line(&mut *self.text.reader, &mut buffer, self.dialect.end);
        let whole = match read.map_err(|source| self.text.error(&self.path, source))? {
            Line::End => return Ok(None),
            Line::Whole => true,
            Line::TooLong => false,
        };
        if whole && buffer.last() == Some(&self.dialect.end) {
            buffer.pop();
        }
        if self.dialect.end == b'\n' && buffer.last() == Some(&b'\r') {
            buffer.pop();
        }
        Ok(Some((buffer, whole)))
    }

    /// Reads the next record into `cells`; `false` at the end, `record` being empty for a line that is too long.
    fn read(&mut self) -> Result<bool, Error> {
        loop {
            let Some((line, whole)) = self.next_line()? else {
                return Ok(false);
            };
            self.lines += 1;
            self.line = self.lines;
            if !whole {
                self.record.clear();
                self.cells.clear();
                self.cells.bytes.extend(line.iter().take(100));
                return Ok(true);
            }
            if line.trim_ascii().is_empty()
                && !(self.places.len() > 1 && line.starts_with(self.dialect.delimiter.as_bytes()))
            {
                continue;
            }
            self.record = line;
            break;
        }
        if let Split::Open(cell) = self.dialect.split(&self.record, &mut self.cells, None) {
            self.open(cell)?;
        }
        Ok(true)
    }

    /// Reads on where a quote does not close: the lines belong to the cell, or the quote to the text.
    fn open(&mut self, cell: usize) -> Result<(), Error> {
        let width = self.places.len();
        let mut joined = std::mem::take(&mut self.record);
        let first = joined.len();
        // A row whose quote is an inch mark is whole by itself.
        self.dialect.split(&joined, &mut self.cells, Some(cell));
        let whole_first = width > 1 && self.cells.len() == width;
        let (mut more, mut rows) = (Vec::new(), 0);
        let closed = loop {
            let Some((line, whole)) = self.next_line()? else {
                break false;
            };
            more.push((line, whole));
            let line = &more[more.len() - 1].0;
            if !whole || (joined.len() + line.len()) as u64 > LONGEST {
                break false;
            }
            let split = self.dialect.split(line, &mut self.cells, None);
            let is_row = match split {
                Split::Open(at) => {
                    self.dialect.split(line, &mut self.cells, Some(at));
                    self.cells.len() == width
                }
                _ => self.cells.len() == width,
            };
            rows += usize::from(is_row && whole_first);
            joined.push(b'\n');
            joined.extend_from_slice(line);
            if !matches!(
                self.dialect.split(&joined, &mut self.cells, None),
                Split::Open(_)
            ) {
                break rows * 2 <= more.len();
            }
            if more.len() >= SHOWN && rows * 2 > more.len() {
                break false;
            }
        };
        if closed {
            self.lines += more.len() as u64;
            self.spanning += 1;
            self.record = joined;
            return Ok(());
        }
        more.into_iter()
            .rev()
            .for_each(|line| self.ahead.push_front(line));
        joined.truncate(first);
        self.record = joined;
        // Each quote that does not close is text, the first one and others behind it.
        let mut literal = cell;
        for _ in 0..width.max(1) {
            match self
                .dialect
                .split(&self.record, &mut self.cells, Some(literal))
            {
                Split::Open(other) if other != literal => literal = other,
                _ => break,
            }
        }
        Ok(())
    }

    fn encoding(&self, nth: usize, cell: &[u8]) -> Step {
        Step::Refused {
            reason: Reason::Encoding,
            column: format!("cell {}", nth + 1),
            value: String::from_utf8_lossy(cell).into_owned(),
        }
    }
}

impl super::Rows for Rows {
    fn step(&mut self, _: &mut Columns, cells: &mut super::Cells) -> Result<Step, Error> {
        if self.ended || !self.read()? {
            self.ended = true;
            return Ok(Step::End);
        }
        if self.record.is_empty() {
            return Ok(Step::Refused {
                reason: Reason::LongLine,
                column: "1".into(),
                value: String::from_utf8_lossy(&self.cells.bytes).into_owned(),
            });
        }
        let (have, need) = (self.cells.len(), self.places.len());
        let surplus = self.cells.iter().skip(need).any(|cell| !cell.is_empty());
        if have < need {
            let same = self.short.0 == 0 || self.short.1 == have;
            self.short = (self.short.0 + 1, if same { have } else { 0 });
        }
        if have < need && have != self.allowed || surplus {
            let start = self.cells.iter().next().unwrap_or_default();
            return Ok(Step::Refused {
                reason: Reason::Cells,
                column: format!("{have} cells instead of {need}"),
                value: String::from_utf8_lossy(start).into_owned(),
            });
        }
        for (nth, (cell, place)) in self.cells.iter().zip(&self.places).enumerate() {
            let Some(place) = place else { continue };
            match std::str::from_utf8(cell) {
                Ok(text) => cells.set(*place, text),
                Err(_) => return Ok(self.encoding(nth, cell)),
            }
        }
        Ok(Step::Row)
    }

    fn line(&self) -> u64 {
        self.line
    }

    fn describe(&self, understood: &mut Understanding) {
        understood.format = if self.dialect.delimiter == "\t" {
            "TSV"
        } else {
            "CSV"
        };
        understood.delimiter = Some(self.dialect.delimiter_name());
        understood.quotes = Some(match self.dialect.quotes {
            Quotes::Doubled => "doubled",
            Quotes::Backslash => "backslash",
        });
        understood.header = self.dialect.header;
        understood.lines = self.lines;
        understood.spanning = self.spanning;
    }

    fn width_left_out(&self) -> usize {
        if self.short.0 >= SYSTEMATIC {
            self.short.1
        } else {
            0
        }
    }

    fn allow(&mut self, width: usize) {
        self.allowed = width;
    }
}
