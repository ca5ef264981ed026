//! Layouts of tables that shops and data sets hand over: which column holds what, as data.
//!
//! A layout is taken where its marks are all there, or where a person names it. Where none is, columns are known by their
//! usual names; what a person maps comes before both.

mod catalogues;
mod tables;

use super::column::Look;
use super::column::time::Times;
use super::error::File;
use super::kinds::Meaning;
use super::table::fold;

/// What a column of events holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Session,
    User,
    Order,
    Item,
    /// Several items: a list of keys, or of objects with one each.
    Items,
    Time,
    /// The time of day, beside a column with the date.
    Clock,
    Kind,
    Quantity,
    /// What tells a row that is handed over twice.
    Id,
    /// GA4's list of named values, which holds the session.
    Params,
    /// A list of objects with an item, a time and a kind each.
    Events,
    /// A Segment message's properties as JSON.
    Properties,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Role::Session => "session",
            Role::User => "user",
            Role::Order => "order",
            Role::Item => "item",
            Role::Items => "items",
            Role::Time => "time",
            Role::Clock => "clock",
            Role::Kind => "kind",
            Role::Quantity => "quantity",
            Role::Id => "id of the row",
            Role::Params => "parameters",
            Role::Events => "events",
            Role::Properties => "properties",
        }
    }

    pub fn named(name: &str) -> Option<Role> {
        let all = [
            Role::Session,
            Role::User,
            Role::Order,
            Role::Item,
            Role::Items,
            Role::Time,
            Role::Clock,
            Role::Kind,
            Role::Quantity,
        ];
        all.into_iter().find(|role| role.name() == name)
    }

    pub fn look(self) -> Look {
        match self {
            Role::Session | Role::User => Look::Person,
            Role::Order | Role::Item | Role::Id => Look::Key,
            Role::Items => Look::Keys,
            Role::Time | Role::Clock => Look::Time,
            Role::Kind => Look::Word,
            Role::Quantity | Role::Params | Role::Events | Role::Properties => Look::Text,
        }
    }
}

/// What the cells of a column without a name look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Whole,
    /// A date and time that needs no column to be read.
    Instant,
    /// Unix seconds.
    Seconds,
    Number,
    Any,
    /// One of these.
    Word(&'static [&'static str]),
}

/// A known layout.
#[derive(Debug)]
pub struct Layout {
    pub(super) name: &'static str,
    pub(super) file: File,
    /// Columns that are all there where it is this layout; empty where names do not tell.
    pub(super) marks: &'static [&'static str],
    /// What the columns of a table of events hold, the better one first where several hold one thing.
    pub(super) roles: &'static [(&'static str, Role)],
    /// What the columns of a catalogue hold, in names of the Merchant feed.
    pub(super) fields: &'static [(&'static str, &'static str)],
    /// Names of the columns where the table has none.
    pub(super) order: &'static [&'static str],
    pub(super) cells: &'static [Cell],
    /// What a row is where no column says it.
    pub(super) kind: Option<Meaning>,
    /// Words of the column of kinds, beside the usual ones.
    pub(super) words: &'static [(&'static str, Meaning)],
    /// Kind of time, where cells leave it open.
    pub(super) time: Option<&'static str>,
    /// Rows say in which order things happened, and not when.
    pub(super) timeless: bool,
    /// The clock column is written `1631`.
    pub(super) clock_number: bool,
    /// Separates the categories of a cell, and the steps of a path.
    pub(super) paths: Option<(char, char)>,
    /// The first step of every path, which says nothing.
    pub(super) root: Option<&'static str>,
}

const PLAIN: Layout = Layout {
    name: "",
    file: File::Events,
    marks: &[],
    roles: &[],
    fields: &[],
    order: &[],
    cells: &[],
    kind: None,
    words: &[],
    time: None,
    timeless: false,
    clock_number: false,
    paths: None,
    root: None,
};

impl Layout {
    fn all() -> impl Iterator<Item = &'static Layout> {
        tables::TABLES.iter().chain(&catalogues::CATALOGUES)
    }

    pub fn named(name: &str) -> Option<&'static Layout> {
        let name = fold(name);
        Layout::all().find(|layout| fold(layout.name) == name)
    }

    pub fn names() -> impl Iterator<Item = &'static str> {
        Layout::all().map(|layout| layout.name)
    }

    /// The layout whose marks are all among `columns`; of several the one with the most.
    pub(super) fn by_names(file: File, columns: &[String]) -> Option<&'static Layout> {
        let columns: Vec<String> = columns.iter().map(|name| fold(name)).collect();
        let has = |mark: &&str| columns.iter().any(|column| column == mark);
        let fitting = Layout::all().filter(|layout| {
            layout.file == file && !layout.marks.is_empty() && layout.marks.iter().all(&has)
        });
        // `max_by_key` keeps the last of equals, and the first should win.
        fitting
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .max_by_key(|layout| layout.marks.len())
    }

    /// The layout that rows without a header fall into.
    pub(super) fn by_cells(file: File, rows: &[Vec<String>]) -> Option<&'static Layout> {
        let fits = |layout: &&Layout| {
            layout.file == file
                && !layout.cells.is_empty()
                && !rows.is_empty()
                && rows.iter().all(|row| {
                    row.len() == layout.cells.len()
                        && row
                            .iter()
                            .zip(layout.cells)
                            .all(|(text, cell)| cell.fits(text.trim()))
                })
        };
        Layout::all().find(fits)
    }

    pub(super) fn role(&self, column: &str) -> Option<(Role, usize)> {
        let column = fold(column);
        let rank = self.roles.iter().position(|(name, _)| *name == column)?;
        Some((self.roles[rank].1, rank))
    }

    pub(super) fn field(&self, column: &str) -> Option<&'static str> {
        let column = fold(column);
        let known = self.fields.iter().find(|(name, _)| *name == column);
        known.map(|(_, field)| *field)
    }

    pub(super) fn times(&self) -> Option<Times> {
        Times::named(self.time?)
    }

    /// What any layout of such a file may read a column as.
    pub(super) fn any_role(column: &str) -> Option<Role> {
        tables::TABLES
            .iter()
            .find_map(|layout| layout.role(column))
            .map(|(role, _)| role)
    }

    pub(super) fn any_field(column: &str) -> Option<&'static str> {
        catalogues::CATALOGUES
            .iter()
            .find_map(|layout| layout.field(column))
    }
}

impl Cell {
    fn fits(self, text: &str) -> bool {
        let whole = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            Cell::Whole => whole,
            Cell::Seconds => whole && (9..=10).contains(&text.len()),
            Cell::Number => text.parse::<f64>().is_ok(),
            Cell::Instant => !whole && super::instant::parse(text).is_some(),
            Cell::Any => true,
            Cell::Word(words) => words.contains(&text),
        }
    }
}
