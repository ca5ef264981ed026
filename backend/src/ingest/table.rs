//! One shape for tables of all formats: named columns, and rows of text cells.
//!
//! A cell that is absent, null or blank is the empty text, a cell is trimmed, and a number without fraction prints
//! without one: so the same table in CSV, TSV, JSON lines and Parquet reads to the same rows. A table is gone through
//! twice: first every wanted column is surveyed ([`Survey`]), then rows are read. Columns that nobody asked for are not
//! read. At most one row is held in memory, and no row may be larger than [`LONGEST`].

mod delimited;
mod dialect;
mod lines;
#[cfg(feature = "parquet")]
mod parquet;
mod taken;
mod xml;

use std::path::PathBuf;

pub(crate) use lines::{Line, read_line, refuse_spread};
pub(super) use lines::{explain, mended, number};

use self::dialect::Dialect;
use super::column::{Look, Survey, key};
use super::error::File;
use super::layout::Layout;
use super::source::{self, Shape, Source};
use super::{Error, Hints, Reader, Reason, Refusals, Understanding, understanding};

/// Bytes of one row of text.
pub(super) const LONGEST: u64 = 1 << 20;
/// Columns kept of one table.
const MOST_COLUMNS: usize = 256;
/// Column names remembered.
const MOST_NAMES: usize = 400;
/// Column names shown in the message that one is missing.
const MOST_SHOWN: usize = 40;
/// Rows of a table without header that must fit a layout.
const ROWS: usize = 20;

/// Tells what a column's cells are looked at as; `None` for a column of no use.
pub(crate) type Wanted<'a> = dyn Fn(&str) -> Option<Look> + 'a;

/// The columns of a table that its reader asked for.
struct Columns<'a> {
    wanted: &'a Wanted<'a>,
    kept: Vec<String>,
    surveys: Vec<Survey>,
    /// Every column met, kept or not.
    met: Vec<String>,
}

impl Columns<'_> {
    /// The place of a column's cells, if it is wanted. Columns of one name share a place.
    fn place(&mut self, name: &str) -> Option<usize> {
        let name = name.trim();
        if let Some(place) = self.kept.iter().position(|kept| kept == name) {
            return Some(place);
        }
        if self.met.len() < MOST_NAMES && !self.met.iter().any(|met| met == name) {
            self.met.push(name.to_owned());
        }
        if self.kept.len() == MOST_COLUMNS {
            return None;
        }
        let look = (self.wanted)(name)?;
        self.kept.push(name.to_owned());
        self.surveys.push(Survey::new(look));
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
    /// Tells what is known of the file after one pass.
    fn describe(&self, understood: &mut Understanding);
    /// The width of rows whose last, empty cells are left out throughout; 0 where none are.
    fn width_left_out(&self) -> usize {
        0
    }
    /// Reads rows of that width, too.
    fn allow(&mut self, _width: usize) {}
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

    /// Of several columns of one name the first that says something counts.
    fn set(&mut self, place: usize, text: &str) {
        let cell = self.at(place);
        if cell.is_empty() {
            cell.push_str(trimmed(text));
        }
    }
}

/// A text without blanks and invisible characters around it.
pub(super) fn trimmed(text: &str) -> &str {
    let is_nothing = |c: char| {
        c.is_whitespace() || matches!(c, '\0' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
    };
    text.trim_matches(is_nothing)
}

/// A column without which a table says nothing: its name, and in words the others that do as well.
#[derive(Clone, Copy)]
pub(crate) struct Needed(pub &'static str, pub &'static str);

pub(crate) struct Table {
    pub path: PathBuf,
    /// File name for samples.
    pub name: String,
    /// Rows met, refused ones included.
    pub count: u64,
    /// The layout that the rows of a table without header fit.
    pub by_cells: Option<&'static Layout>,
    file: File,
    has_header: bool,
    has_names: bool,
    columns: Columns<'static>,
    rows: Box<dyn Rows>,
    cells: Cells,
    /// For each column whether its ids are written with a point that says nothing.
    pointed: Vec<bool>,
    understood: Understanding,
    total: u64,
}

impl Table {
    /// Opens a table of any format, to read the columns that `wanted` says yes to.
    pub fn open(
        source: Source,
        file: File,
        layout: Option<&'static Layout>,
        wanted: &Wanted,
    ) -> Result<Table, Error> {
        let path = source.path.as_path();
        if source.shape == Shape::Sqlite {
            return Err(Error::Format {
                path: path.into(),
                line: 1,
                column: 1,
                found: format!("a SQLite database where a {file} is expected"),
                remedy: "export the table as CSV, TSV, JSON lines or Parquet",
            });
        }
        let mut columns = Columns {
            wanted,
            kept: Vec::new(),
            surveys: Vec::new(),
            met: Vec::new(),
        };
        let mut understood = Understanding::new(path, file);
        source.describe(&mut understood);
        let mut form = Form::of(&source, file, layout)?;
        let mut rows = form.rows(&source, &mut columns)?;
        let mut cells = Cells::default();
        let mut total = 0;
        loop {
            cells.clear(columns.kept.len());
            match rows.step(&mut columns, &mut cells)? {
                Step::End => break,
                Step::Refused { .. } => total += 1,
                Step::Row => {
                    total += 1;
                    let line = rows.line();
                    for (text, survey) in cells.0.iter().zip(&mut columns.surveys) {
                        survey.see(text, line);
                    }
                }
            }
        }
        rows.describe(&mut understood);
        columns.surveys.iter_mut().for_each(Survey::settle);
        form.allowed = rows.width_left_out();
        drop(rows);
        // What was met is all there is: nothing new is wanted any more.
        let Columns {
            kept, surveys, met, ..
        } = columns;
        let mut columns = Columns {
            wanted: &|_| None,
            kept,
            surveys,
            met,
        };
        let rows = form.rows(&source, &mut columns)?;
        understood.columns = columns
            .met
            .iter()
            .map(|name| understanding::Column {
                name: name.clone(),
                ..Default::default()
            })
            .collect();
        Ok(Table {
            path: path.into(),
            name: source::name(path),
            count: 0,
            by_cells: form.layout,
            file,
            has_header: source.shape == Shape::Delimited || source.shape == Shape::Parquet,
            has_names: understood.header,
            pointed: vec![false; columns.kept.len()],
            columns,
            rows,
            cells: Cells::default(),
            understood,
            total,
        })
    }

    /// Calls the wanted columns what a person calls them; what they map and the table does not have is noted.
    pub fn rename(&mut self, hints: &Hints) {
        for name in &mut self.columns.kept {
            *name = hints.question(name).to_owned();
        }
        let unmet = hints.unmet(&self.columns.met).into_iter();
        let notes = unmet.map(|mapping| {
            format!(
                "--map {}={}: there is no such column here",
                mapping.name, mapping.column
            )
        });
        for note in notes.collect::<Vec<_>>() {
            self.note(note);
        }
    }

    /// Moves to the next row that can be used; rows that cannot are noted. `false` at the end.
    pub fn advance(&mut self, refusals: &mut Refusals) -> Result<bool, Error> {
        loop {
            self.cells.clear(self.columns.kept.len());
            match self.rows.step(&mut self.columns, &mut self.cells)? {
                Step::End => return Ok(false),
                Step::Row => {
                    self.count += 1;
                    self.clean();
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

    /// Empties cells that say that there is no value, and writes ids one way.
    fn clean(&mut self) {
        let columns = self.columns.surveys.iter().zip(&self.pointed);
        for (cell, (survey, pointed)) in self.cells.0.iter_mut().zip(columns) {
            if survey.is_null(cell) {
                cell.clear();
            } else if *pointed && let Some(whole) = key::without_point(cell) {
                let whole = whole.len();
                cell.truncate(whole);
            }
        }
    }

    /// The wanted columns.
    pub fn columns(&self) -> &[String] {
        &self.columns.kept
    }

    /// Every column of the table.
    pub fn met(&self) -> &[String] {
        &self.columns.met
    }

    pub(in crate::ingest) fn survey(&self, column: usize) -> &Survey {
        &self.columns.surveys[column]
    }

    /// The text of the current row in a column; empty where the row has none.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.0.get(column).map_or("", String::as_str)
    }

    pub fn line(&self) -> u64 {
        self.rows.line()
    }

    /// Checks that one of the wanted columns is there. `likely` are other names for it, to suggest what to map.
    pub fn need(
        &self,
        needed: Needed,
        likely: &[&str],
        is_it: impl Fn(&str) -> bool,
    ) -> Result<(), Error> {
        let known = self.has_header || self.total > 0;
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
            Some(close) => format!("if `{close}` holds it, say so: --map {}={close}", needed.0),
            None if !self.has_names => format!(
                "the first line holds values, no names: add a first line with the names, or number the columns: --map {}=1",
                needed.0
            ),
            None => format!(
                "name the column that holds it: --map {}=COLUMN, or add a first line with the names if there is none",
                needed.0
            ),
        };
        self.lacks_for(needed, remedy)
    }

    /// The error that a column is not there.
    pub fn lacks_for(&self, Needed(needed, others): Needed, remedy: String) -> Error {
        let more = self.columns.met.len() > MOST_SHOWN;
        let names = self
            .columns
            .met
            .iter()
            .take(MOST_SHOWN)
            .map(|name| format!("`{name}`"));
        Error::Column {
            file: self.file,
            path: self.path.clone(),
            needed,
            others,
            found: match names.collect::<Vec<_>>() {
                names if names.is_empty() => "none".into(),
                names => names.join(", ") + if more { ", …" } else { "" },
            },
            remedy,
        }
    }

    /// Is there a column of that name, wanted or not?
    pub fn has(&self, name: &str) -> bool {
        self.columns.met.iter().any(|met| fold(met) == name)
    }

    /// Refuses a file most of whose rows were refused, else hands on what was understood and what was refused.
    pub fn conclude(
        mut self,
        read: u64,
        ignored: impl IntoIterator<Item = (String, u64)>,
        mine: Refusals,
        reader: &mut Reader,
    ) -> Result<(), Error> {
        self.understood.read = read;
        for (name, rows) in ignored {
            self.understood.leave_out(name, rows);
        }
        conclude(self.understood, self.count, mine, reader)
    }
}

/// How a source is gone through, twice.
struct Form {
    dialect: Option<Dialect>,
    layout: Option<&'static Layout>,
    allowed: usize,
}

impl Form {
    fn of(source: &Source, file: File, layout: Option<&'static Layout>) -> Result<Form, Error> {
        let mut form = Form {
            dialect: None,
            layout: None,
            allowed: 0,
        };
        if source.shape == Shape::Delimited {
            let start = source.start()?;
            let dialect = Dialect::of(&start);
            if !dialect.header {
                let said = layout.filter(|layout| layout.file == file && !layout.order.is_empty());
                form.layout = said.or_else(|| Layout::by_cells(file, &dialect.rows(&start, ROWS)));
            }
            form.dialect = Some(dialect);
        }
        Ok(form)
    }

    fn rows(&self, source: &Source, columns: &mut Columns) -> Result<Box<dyn Rows>, Error> {
        let mut rows: Box<dyn Rows> = match (source.shape, &self.dialect) {
            (Shape::Delimited, Some(dialect)) => {
                let names = self.layout.map(|layout| layout.order);
                Box::new(delimited::Rows::new(source, dialect, names, columns)?)
            }
            #[cfg(feature = "parquet")]
            (Shape::Parquet, _) => {
                Box::new(parquet::Rows::new(&source.path, source.what, columns)?)
            }
            (Shape::Xml, _) => Box::new(xml::Rows::new(source)?),
            _ => Box::new(lines::Rows::new(source)?),
        };
        rows.allow(self.allowed);
        Ok(rows)
    }
}

/// Refuses a file most of whose rows were refused, else hands on what was understood and what was refused.
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
    reader.understood.push(understood);
    reader.refusals.absorb(mine);
    Ok(())
}

/// A column name without letter case and separators, to compare by.
pub(crate) fn fold(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, ' ' | '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}
