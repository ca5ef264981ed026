//! Record of the decisions that a reader took, one file at a time.
//!
//! A person compares this with what the file says. It holds no judgement: what is odd about it, the caller says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Refusals;
use super::error::File;

/// Examples kept of one column.
pub(super) const EXAMPLES: usize = 3;

/// One file as its reader understood it. Rows add up: `read` and the sum of `left_out` make `records`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Understanding {
    pub path: PathBuf,
    pub file: File,
    /// `CSV`, `TSV`, `JSON lines`, `JSON array`, `messages`, `Parquet`, `XML`, `SQLite`.
    pub format: &'static str,
    pub gzipped: bool,
    /// Name of the text's encoding; `None` for what is no text.
    pub encoding: Option<&'static str>,
    /// What separates cells, as a person writes it: `,`, `tab`, `;`, `|`, `ctrl-A`, `::`.
    pub delimiter: Option<&'static str>,
    /// What a quote means: `doubled`, `backslash`, `none`.
    pub quotes: Option<&'static str>,
    /// Whether the first row names the columns; always so where rows name them themselves.
    pub header: bool,
    /// The layout that was recognised or asked for, beyond the usual names of columns.
    pub layout: Option<&'static str>,
    /// Lines of text, blank ones included; 0 for what has no lines.
    pub lines: u64,
    /// Records that hold line ends in a cell.
    pub spanning: u64,
    /// Rows there, the header not counted.
    pub records: u64,
    /// Rows that became clicks, products, sessions or questions.
    pub read: u64,
    /// Rows that did not, by reason.
    pub left_out: BTreeMap<String, u64>,
    /// Every column met, in the order of the file.
    pub columns: Vec<Column>,
    /// Decisions that concern more than one column, each a sentence.
    pub notes: Vec<String>,
}

/// One column as its reader understood it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Column {
    pub name: String,
    /// What its cells are read as (`item`, `time`, `price`, …); `None` where the column is ignored.
    pub taken_for: Option<String>,
    /// Why a column of a known name is ignored, or what is to be known about one that is not; a sentence.
    pub note: Option<String>,
    /// Kind of time: `ISO 8601`, `Unix seconds`, `yyyymmdd`, `day number`, …
    pub time: Option<&'static str>,
    /// Decimal mark of prices: `point`, `comma`, or for each currency its own.
    pub decimal: Option<String>,
    /// How several values in one cell are separated: `space`, `comma`, `JSON list`, …
    pub separator: Option<&'static str>,
    /// Cells with a value. 0 for ignored columns, whose cells are not looked at.
    pub cells: u64,
    /// Cells that hold a word for no value, by word.
    pub no_value: BTreeMap<String, u64>,
    /// The first values that differ.
    pub examples: Vec<String>,
}

impl Understanding {
    pub(super) fn new(path: &Path, file: File) -> Understanding {
        Understanding {
            path: path.into(),
            file,
            format: "",
            gzipped: false,
            encoding: None,
            delimiter: None,
            quotes: None,
            header: true,
            layout: None,
            lines: 0,
            spanning: 0,
            records: 0,
            read: 0,
            left_out: BTreeMap::new(),
            columns: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Counts rows that are not read.
    pub(super) fn leave_out(&mut self, reason: impl Into<String>, rows: u64) {
        if rows > 0 {
            *self.left_out.entry(reason.into()).or_default() += rows;
        }
    }

    /// Adds the rows that `refusals`, which are of this file alone, refused or found repeated.
    pub(super) fn leave_out_refused(&mut self, refusals: &Refusals) {
        for (reason, rows) in refusals.lost_rows() {
            self.leave_out(reason.text(), rows);
        }
    }

    /// Rows that are neither read nor left out for a reason: 0 unless a reader forgets one.
    pub fn unaccounted(&self) -> i128 {
        let left_out: u64 = self.left_out.values().sum();
        i128::from(self.records) - i128::from(self.read) - i128::from(left_out)
    }

    /// The columns that are not read.
    pub fn ignored(&self) -> impl Iterator<Item = &Column> {
        self.columns
            .iter()
            .filter(|column| column.taken_for.is_none())
    }

    /// The decisions in one line each, for people.
    pub fn decisions(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.columns.iter().filter_map(Column::decision).collect();
        lines.extend(self.notes.iter().cloned());
        lines
    }
}

impl Column {
    /// What was decided about the column, in one line; `None` where there was nothing to decide.
    pub fn decision(&self) -> Option<String> {
        let mut said = Vec::new();
        said.extend(self.time.map(|kind| format!("times are {kind}")));
        said.extend(
            self.decimal
                .as_ref()
                .map(|mark| format!("decimal mark: {mark}")),
        );
        said.extend(
            self.separator
                .map(|mark| format!("values separated by {mark}")),
        );
        for (word, cells) in &self.no_value {
            said.push(format!("{cells} cells `{word}` are no value"));
        }
        said.extend(self.note.clone());
        (!said.is_empty()).then(|| format!("`{}`: {}", self.name, said.join("; ")))
    }
}
