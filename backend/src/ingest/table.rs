//! One shape for tables of four formats: named columns, and rows of text cells.
//!
//! A cell that is absent, null or blank is the empty text, a cell is trimmed, and a number without fraction prints
//! without one: so the same table in CSV, TSV, JSON lines and Parquet reads to the same rows. Columns that nobody asked
//! for are not read. At most one row is held in memory, and no row may be larger than [`LONGEST`].

mod delimited;
mod lines;
mod parquet;

use std::path::{Path, PathBuf};

pub(super) use lines::{Line, explain, number, read_line, refuse_spread};

use super::error::File;
use super::source::{self, Content};
use super::{Error, Reader, Reason, Refusals, Understanding, understanding};

/// Bytes of one row of text.
pub(super) const LONGEST: u64 = 1 << 20;
/// Columns kept of one table.
const MOST_COLUMNS: usize = 256;
/// Column names remembered for the message that one is missing.
const MOST_NAMES: usize = 40;

/// The columns of a table that its reader asked for.
struct Columns {
    wanted: fn(&str) -> bool,
    kept: Vec<String>,
    /// Every column met, kept or not, for people.
    met: Vec<String>,
}

impl Columns {
    /// The place of a column's cells, if it is wanted.
    fn place(&mut self, name: &str) -> Option<usize> {
        let name = name.trim();
        if let Some(place) = self.kept.iter().position(|kept| kept == name) {
            return Some(place);
        }
        if self.met.len() < MOST_NAMES && !self.met.iter().any(|met| met == name) {
            self.met.push(name.to_owned());
        }
        if self.kept.len() == MOST_COLUMNS || !(self.wanted)(name) {
            return None;
        }
        self.kept.push(name.to_owned());
        Some(self.kept.len() - 1)
    }
}

/// What one step through a table gave.
enum Step {
    End,
    Row,
    Refused {
        reason: Reason,
        column: String,
        value: String,
    },
}

/// A source of rows in one format. Fills one cell for each kept column and tells the line it is at.
trait Rows {
    fn step(&mut self, columns: &mut Columns, cells: &mut Cells) -> Result<Step, Error>;
    /// Line or row number of the last step, from 1.
    fn line(&self) -> u64;
}

/// The cells of the current row, kept from row to row to save allocations.
#[derive(Default)]
struct Cells(Vec<String>);

impl Cells {
    fn clear(&mut self, columns: usize) {
        self.0.iter_mut().for_each(String::clear);
        self.0.resize_with(columns, String::new);
    }

    /// The cell of a column, which may be new.
    fn at(&mut self, place: usize) -> &mut String {
        if place >= self.0.len() {
            self.0.resize_with(place + 1, String::new);
        }
        &mut self.0[place]
    }

    fn set(&mut self, place: usize, text: &str) {
        let cell = self.at(place);
        cell.clear();
        cell.push_str(text.trim());
    }
}

/// A column without which a table says nothing: its name, and in words the others that do as well.
#[derive(Clone, Copy)]
pub(super) struct Needed(pub &'static str, pub &'static str);

pub(super) struct Table {
    pub path: PathBuf,
    /// File name for samples.
    pub name: String,
    /// Rows met, refused ones included.
    pub count: u64,
    file: File,
    has_header: bool,
    columns: Columns,
    rows: Box<dyn Rows>,
    cells: Cells,
}

impl Table {
    /// Opens a table of any format, to read the columns that `wanted` says yes to.
    pub fn open(
        path: &Path,
        file: File,
        what: &'static str,
        wanted: fn(&str) -> bool,
    ) -> Result<Table, Error> {
        Table::read(source::open(path, what)?, path, file, what, wanted)
    }

    /// The same for a file that is open already.
    pub fn read(
        content: Content,
        path: &Path,
        file: File,
        what: &'static str,
        wanted: fn(&str) -> bool,
    ) -> Result<Table, Error> {
        let mut columns = Columns {
            wanted,
            kept: Vec::new(),
            met: Vec::new(),
        };
        let has_header = !matches!(content, Content::Lines(_));
        let rows: Box<dyn Rows> = match content {
            Content::Lines(text) => Box::new(lines::Rows::new(path, text)?),
            Content::Delimited(text, delimiter) => {
                Box::new(delimited::Rows::new(path, text, delimiter, &mut columns)?)
            }
            Content::Parquet => Box::new(parquet::Rows::new(path, what, &mut columns)?),
            Content::Sqlite => {
                return Err(Error::Format {
                    path: path.into(),
                    line: 1,
                    column: 1,
                    found: format!("a SQLite database where a {file} is expected"),
                    remedy: "export the table as CSV, TSV, JSON lines or Parquet",
                });
            }
        };
        Ok(Table {
            path: path.into(),
            name: source::name(path),
            count: 0,
            file,
            has_header,
            columns,
            rows,
            cells: Cells::default(),
        })
    }

    /// Moves to the next row that can be used; rows that cannot are noted. `false` at the end.
    pub fn advance(&mut self, refusals: &mut Refusals) -> Result<bool, Error> {
        loop {
            self.cells.clear(self.columns.kept.len());
            match self.rows.step(&mut self.columns, &mut self.cells)? {
                Step::End => return Ok(false),
                Step::Row => {
                    self.count += 1;
                    return Ok(true);
                }
                Step::Refused {
                    reason,
                    column,
                    value,
                } => {
                    self.count += 1;
                    refusals.note(reason, &self.name, self.line(), column, &value);
                }
            }
        }
    }

    /// The wanted columns met so far; JSON lines may bring more with every row.
    pub fn columns(&self) -> &[String] {
        &self.columns.kept
    }

    /// The text of the current row in a column; empty where the row has none.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.0.get(column).map_or("", String::as_str)
    }

    pub fn line(&self) -> u64 {
        self.rows.line()
    }

    /// Checks that one of the wanted columns is there, as far as that can be known: from the start where there is a
    /// header, from the end with JSON lines. `likely` are other names for it, to suggest what to rename.
    pub fn need(
        &self,
        needed: Needed,
        likely: &[&str],
        is_it: impl Fn(&str) -> bool,
    ) -> Result<(), Error> {
        let known = self.has_header || self.count > 0;
        if !known || self.columns.kept.iter().any(|name| is_it(name)) {
            return Ok(());
        }
        Err(self.lacks(needed, likely))
    }

    fn lacks(&self, needed: Needed, likely: &[&str]) -> Error {
        let close = self
            .columns
            .met
            .iter()
            .find(|name| likely.contains(&fold(name).as_str()));
        let remedy = match close {
            Some(close) => format!("rename `{close}` to `{}`", needed.0),
            None => "rename the column that holds it, or add a first line with the names if there is none".into(),
        };
        self.lacks_for(needed, remedy)
    }

    /// The error that a column is not there.
    pub fn lacks_for(&self, Needed(needed, others): Needed, remedy: String) -> Error {
        Error::Column {
            file: self.file,
            path: self.path.clone(),
            needed,
            others,
            found: match &self.columns.met[..] {
                [] => "none".into(),
                names => names
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(", "),
            },
            remedy,
        }
    }

    /// Is there a column of that name, wanted or not?
    pub fn has(&self, name: &str) -> bool {
        self.columns.met.iter().any(|met| fold(met) == name)
    }

    /// Refuses a file most of whose rows were refused, else hands the refusals on.
    pub fn conclude(&self, mine: Refusals, reader: &mut Reader) -> Result<(), Error> {
        let mut understood = Understanding::new(&self.path, self.file);
        let columns = self.columns.met.iter().map(|name| understanding::Column {
            name: name.clone(),
            taken_for: self.columns.kept.contains(name).then(|| fold(name)),
            ..Default::default()
        });
        understood.columns = columns.collect();
        conclude(understood, self.count, mine, reader)
    }
}

/// Refuses a file most of whose rows were refused, else hands the refusals on.
pub(super) fn conclude(
    mut understood: Understanding,
    rows: u64,
    mine: Refusals,
    reader: &mut Reader,
) -> Result<(), Error> {
    let bad = mine.rows();
    if bad > rows / 2 {
        return Err(Error::MostlyUnreadable {
            file: understood.file,
            path: understood.path,
            bad,
            rows,
            refusals: mine,
        });
    }
    understood.records = rows;
    understood.leave_out_refused(&mine);
    understood.read = rows - understood.left_out.values().sum::<u64>().min(rows);
    reader.understood.push(understood);
    reader.refusals.absorb(mine);
    Ok(())
}

/// A column name without letter case and separators, to compare by.
pub(super) fn fold(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, ' ' | '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}
