//! Offline evaluation of a model, with the page's own code on the packed, quantised model.

mod baskets;
pub mod held_back;
mod measure;
mod report;

use std::path::{Path, PathBuf};

use tillside::shop::Model;

pub use baskets::prepare_baskets;
pub use measure::{
    Answers, Asked, LIMIT, Metrics, Protocol, Question, ask, ask_again, prepare, rare, shopper_of,
};
use report::{BasketReport, Report};

use crate::compressed::compressed;
use crate::folder::check;
use crate::ingest::{self, Reader};
use crate::{Coded, Outcome, progress};

/// Measure how well a model ranks the next view of a session, or the missing item of a basket
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("questions").required(true).args(["sessions", "baskets"])))]
pub struct Args {
    /// Model folder made by `tillside train --out`
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Test rows `session,prefix,target`, items of the prefix separated by spaces, oldest first; CSV, TSV, JSON lines or
    /// Parquet, gzipped or not
    #[arg(long, value_name = "FILE")]
    sessions: Option<PathBuf>,
    /// Test baskets instead: rows `history,basket,target[,days]`, items separated by spaces, orders of the history by `|`,
    /// oldest first; days before the basket for each order
    #[arg(long, value_name = "FILE")]
    baskets: Option<PathBuf>,
    /// Training sessions, rows `session,items`: also measure new items with fewer than five clicks in them
    #[arg(
        long,
        value_name = "FILE",
        requires = "sessions",
        conflicts_with = "baskets"
    )]
    seen: Option<PathBuf>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    hints: ingest::Hints,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("{} has no test row; give held-out sessions or baskets, such as `tillside lab split` writes", .0.display())]
    Nothing(PathBuf),

    #[error("the manifest in {} names no part; train the model again", .0.display())]
    NoPart(PathBuf),

    #[error("{} cannot be read: {source}; check the path and its permissions, or train the model again", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },

    #[error("{}: {source}", path.display())]
    Model {
        path: PathBuf,
        source: tillside::shop::ModelError,
    },
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::Nothing(_) => "evaluate.nothing",
            Error::NoPart(_) => "manifest.part",
            Error::Unreadable { .. } => "model.unreadable",
            Error::Model { source, .. } => source.code(),
        }
    }
}

pub fn run(args: Args) -> Outcome {
    let (path, bytes) = read(&args.model)?;
    let bar = progress::bar("compressing the model", bytes.len() as u64);
    let compressed = compressed(bar.wrap_read(&bytes[..]), bytes.len());
    bar.finish_and_clear();
    let model = Model::open_verified(bytes).map_err(|source| Error::Model { path, source })?;
    let mut reader = Reader::with(args.hints.clone());
    if let Some(path) = &args.baskets {
        let baskets = reader.baskets(path)?;
        if baskets.is_empty() {
            return Err(Error::Nothing(path.clone()).into());
        }
        if !reader.refusals.is_empty() {
            eprintln!("{}", reader.refusals);
        }
        let bar = progress::bar("ranking the catalogue", baskets.len() as u64);
        let report = BasketReport::new(
            &model,
            compressed,
            &baskets::ask_baskets(&model, &baskets, |n| bar.inc(n)),
        );
        bar.finish_and_clear();
        if args.json {
            println!("{}", report::json(&report));
        } else {
            print!("{report}");
        }
        return Ok(());
    }
    let predictions = match &args.sessions {
        Some(path) => reader.predictions(path)?,
        None => Vec::new(),
    };
    let seen = match &args.seen {
        Some(path) => Some(ingest::sessions(path, &mut reader.refusals)?),
        None => None,
    };
    if !reader.refusals.is_empty() {
        eprintln!("{}", reader.refusals);
    }
    if let (Some(path), []) = (&args.sessions, &predictions[..]) {
        return Err(Error::Nothing(path.clone()).into());
    }
    let strangers: Vec<&str> = predictions
        .iter()
        .map(|row| row.target.as_str())
        .filter(|target| model.find(target).is_none())
        .collect();
    if let [first, ..] = strangers[..] {
        eprintln!(
            "{} of {} answers are not in the model and count as missed, such as {first}",
            strangers.len(),
            predictions.len()
        );
    }
    let all: Vec<Question> = predictions
        .iter()
        .map(|row| Question {
            prefix: &row.prefix,
            target: &row.target,
        })
        .collect();
    let new: Vec<Question> = all
        .iter()
        .filter(|question| question.is_new())
        .cloned()
        .collect();
    let rare = seen.map(|seen| rare(&new, &seen));

    let asked = 2 * all.len() + new.len() + rare.as_ref().map_or(0, Vec::len);
    let bar = progress::bar("ranking the catalogue", asked as u64);
    let ask = |questions: &[Question], protocol| ask(&model, questions, protocol, |n| bar.inc(n));
    let others = ask(&all, Protocol::Others);
    let (all, new) = (ask(&all, Protocol::All), ask(&new, Protocol::New));
    let rare = rare.map(|rare| ask(&rare, Protocol::New));
    bar.finish_and_clear();
    let report = Report::new(&model, compressed, &all, &others, &new, rare.as_ref());
    if args.json {
        println!("{}", report::json(&report));
    } else {
        print!("{report}");
    }
    Ok(())
}

/// The model's part in a folder, which is what its manifest says.
fn read(folder: &Path) -> Result<(PathBuf, Vec<u8>), Box<dyn Coded>> {
    // The manifest comes last.
    let files = check::check(folder)?;
    let [path, _, ..] = &files[..] else {
        return Err(Error::NoPart(folder.to_owned()).into());
    };
    let path = path.clone();
    match std::fs::read(&path) {
        Ok(bytes) => Ok((path, bytes)),
        Err(source) => Err(Error::Unreadable { path, source }.into()),
    }
}
