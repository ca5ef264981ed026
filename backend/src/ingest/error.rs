//! Why a whole file is refused.

use std::path::PathBuf;

use super::Refusals;
use crate::Coded;

/// A file that cannot be read at all: where it breaks, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("there is no file {}; check the path (the working directory is {})", path.display(), here.display())]
    Missing { path: PathBuf, here: PathBuf },

    #[error("{} is a folder; {remedy}", path.display())]
    Folder { path: PathBuf, remedy: String },

    #[error("{} cannot be read: {source}; check its permissions and the disk", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },

    #[error("{} is empty; {remedy}", path.display())]
    Empty { path: PathBuf, remedy: &'static str },

    /// Not one of the formats that are read.
    #[error("{}:{line}:{column}: {found}; {remedy}", path.display())]
    Format {
        path: PathBuf,
        line: u64,
        column: u64,
        found: String,
        remedy: &'static str,
    },

    /// Begins as a known format and then breaks.
    #[error("{} is damaged {format}: {detail}; make or download the file again", path.display())]
    Damaged {
        path: PathBuf,
        format: &'static str,
        detail: String,
    },

    #[error("{}:1: {file} needs a column `{needed}`{others}, found only {found}; {remedy}", path.display())]
    Column {
        file: File,
        path: PathBuf,
        needed: &'static str,
        /// Other names for it that are read too, to be put behind.
        others: &'static str,
        found: String,
        remedy: String,
    },

    #[error("{}: {bad} of {rows} rows of this {file} cannot be used; correct them, or check that it is the right file:\n{refusals}", path.display())]
    MostlyUnreadable {
        file: File,
        path: PathBuf,
        bad: u64,
        rows: u64,
        refusals: Refusals,
    },

    /// Cells of one column that cannot all be read one way.
    #[error(
        "{}:{}: column `{column}` of this {file} contradicts itself: `{}` is {}, and `{}` (line {}) is {}; {remedy}",
        path.display(), one.1, one.0, one.2, other.0, other.1, other.2
    )]
    Contradiction {
        file: File,
        path: PathBuf,
        column: String,
        /// A value, its line, and what it is.
        one: Box<(String, u64, &'static str)>,
        other: Box<(String, u64, &'static str)>,
        remedy: String,
    },

    /// Events were read, and none has a name that is known.
    #[error(
        "{}: none of {rows} events has a known name, found {found}; name them as the Segment e-commerce spec does (`Product Viewed`, `Product Added`, `Order Completed`), or `view`, `cart`, `buy` in a plain table; for kinds that are numbers name the layout, --layout NAME", path.display()
    )]
    Names {
        path: PathBuf,
        rows: u64,
        found: String,
    },
}

/// Which of the shop's files an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum File {
    Catalogue,
    Events,
    Sessions,
    Predictions,
    Baskets,
    Content,
}

impl std::fmt::Display for File {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            File::Catalogue => "catalogue",
            File::Events => "table of events",
            File::Sessions => "session file",
            File::Predictions => "test file",
            File::Baskets => "file of baskets",
            File::Content => "content feed",
        })
    }
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::Missing { .. } => "input.missing",
            Error::Folder { .. } => "input.folder",
            Error::Unreadable { .. } => "input.unreadable",
            Error::Empty { .. } => "input.empty",
            Error::Format { .. } => "input.format",
            Error::Damaged { .. } => "input.damaged",
            Error::Column { file, .. } => match file {
                File::Catalogue => "catalog.column",
                File::Events => "events.column",
                File::Sessions => "sessions.column",
                File::Predictions => "test.column",
                File::Baskets => "baskets.column",
                File::Content => "content.column",
            },
            Error::MostlyUnreadable { file, .. } => match file {
                File::Catalogue => "catalog.mostly_unreadable",
                File::Events => "events.mostly_unreadable",
                File::Sessions => "sessions.mostly_unreadable",
                File::Predictions => "test.mostly_unreadable",
                File::Baskets => "baskets.mostly_unreadable",
                File::Content => "content.mostly_unreadable",
            },
            Error::Contradiction { file, .. } => match file {
                File::Catalogue => "catalog.contradiction",
                File::Events => "events.contradiction",
                File::Sessions => "sessions.contradiction",
                File::Predictions => "test.contradiction",
                File::Baskets => "baskets.contradiction",
                File::Content => "content.contradiction",
            },
            Error::Names { .. } => "events.names",
        }
    }
}
