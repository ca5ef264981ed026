//! Report on how a shop's files were read, with warnings and remedies.
//!
//! `tillside check` reads files as `train` would and makes nothing of them; `train` and `refresh` begin with the same
//! report. A person who knows the shop sees in it whether a column, a time or a session was taken for something else.
//!
//! | file | what |
//! | --- | --- |
//! | [`files`] | which of catalogue, events, sessions and test rows a file is |
//! | [`log`], [`catalog`] | figures of clicks and of products |
//! | [`robots`] | what programs looked at, found and capped |
//! | [`warnings`] | what is odd, and what to do about it |
//! | [`show`] | the report as a person reads it |

mod catalog;
mod files;
mod log;
mod robots;
mod show;
mod warnings;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use serde::Serialize;

pub use robots::Robots;

use crate::ingest::{Catalogue, Hints, Interactions, Reader, Reason, Understanding};
use crate::{Coded, Outcome};
use catalog::Catalog;
use files::Files;
use log::Log;
use warnings::Warning;

/// Report how files are understood: columns, rows, times, sessions, and warnings
#[derive(clap::Args)]
pub struct Args {
    /// Files as for `train` and `evaluate`: catalogue, events, sessions, test rows or baskets, recognised by their columns
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    hints: Hints,
}

pub fn run(args: Args) -> Outcome {
    let files = Files::read(&args.files, &args.hints)?;
    let report = Report::of(&files.reader, files.read.as_ref(), files.catalogue.as_ref());
    let mut out = std::io::stdout().lock();
    let printed = match args.json {
        // Texts, numbers and maps of texts: nothing in it can fail to serialise.
        true => writeln!(
            out,
            "{}",
            serde_json::to_string_pretty(&report).unwrap_or_default()
        ),
        false => write!(out, "{}", report.shown(out.is_terminal())),
    };
    // A reader that wants no more, such as `head`, is no failure.
    match printed {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::Print(error).into())
        }
        _ => Ok(()),
    }
}

/// Why files were not understood.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("unrecognised table {path}: as events it lacks the column {events}, as a catalogue {catalogue}, as sessions {sessions}; it has {found}; rename the columns", path = .path.display())]
    Unknown {
        path: PathBuf,
        events: String,
        catalogue: String,
        sessions: String,
        found: String,
    },
    #[error("two catalogues given, {} and {}; check one at a time", .0.display(), .1.display())]
    Catalogues(PathBuf, PathBuf),
    #[error("{} holds sessions and {} events; check them one at a time", .0.display(), .1.display())]
    Sessions(PathBuf, PathBuf),
    #[error("the report cannot be printed: {0}; check where standard output goes")]
    Print(std::io::Error),
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::Unknown { .. } => "check.unknown",
            Error::Catalogues(..) | Error::Sessions(..) => "check.files",
            Error::Print(_) => "check.print",
        }
    }
}

/// The report on a run's files.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub files: Vec<Understanding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<Log>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<Catalog>,
    pub warnings: Vec<Warning>,
}

impl Report {
    pub fn of(
        reader: &Reader,
        read: Option<&Interactions>,
        catalogue: Option<&Catalogue>,
    ) -> Report {
        let again = reader.refusals.count(Reason::OrderAgain);
        let mut report = Report {
            files: reader.understood.clone(),
            log: read.map(|read| Log::of(read, again, catalogue)),
            catalog: catalogue.map(Catalog::of),
            warnings: Vec::new(),
        };
        report.warnings = warnings::of(&report, reader.now);
        report
    }

    /// Prints it to standard error, where what a command makes is printed to standard output.
    pub fn print(&self) {
        let mut out = std::io::stderr().lock();
        let text = self.shown(out.is_terminal()).to_string();
        // Nothing else can be said where standard error takes nothing.
        let _ = writeln!(out, "{text}");
    }

    /// The report for a person, coloured where a terminal shows it.
    pub fn shown(&self, colour: bool) -> show::Shown<'_> {
        show::Shown {
            report: self,
            colour,
        }
    }
}
