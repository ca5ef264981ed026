//! Questions to measure by, from a shop's own events: what came before trains, what came after is asked.
//!
//! Cut in time, as a shop meets it: nothing that is asked about is older than what was trained on. Questions are what a
//! later session looked at next, and baskets of later orders with one item hidden; only of items that were there before.
//! It trains and measures nothing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::evaluate::held_back;
use crate::ingest::{self, Basket, Interactions, Kind, Session};
use crate::{Coded, Outcome};

/// Split a shop's events in time into training events and test rows
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Events: the collector's messages or a table, as `tillside train` reads them; repeatable
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    events: Vec<PathBuf>,
    /// Output folder for train.csv, sessions.csv and baskets.csv
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Share of the sessions, the newest, that becomes test rows; sessions with the same start stay together
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = share)]
    share: f64,
    #[command(flatten)]
    hints: ingest::Hints,
}

/// A number between 0 and 1.
fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok();
    share
        .filter(|share| *share > 0.0 && *share < 1.0)
        .ok_or_else(|| "give a number between 0 and 1".into())
}

/// Why events cannot be cut.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error(transparent)]
    Events(#[from] ingest::Error),

    #[error(
        "no test row among the newest of {sessions} sessions: each needs two items that occur in training; \
         give more events, or a larger --share"
    )]
    Nothing { sessions: usize },

    #[error("{} cannot be written: {source}; check the path, its permissions and the disk", path.display())]
    Write { path: PathBuf, source: csv::Error },
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::Events(error) => error.code(),
            Error::Nothing { .. } => "lab.split_nothing",
            Error::Write { .. } => "lab.write",
        }
    }
}

/// What is asked, and what of it cannot be written.
struct Questions {
    sessions: Vec<(u32, Vec<String>)>,
    baskets: Vec<Basket>,
    left_out: usize,
}

pub fn run(args: Args) -> Outcome {
    let mut reader = ingest::Reader::with(args.hints);
    let read = reader.events(&args.events)?;
    if !reader.refusals.is_empty() {
        eprintln!("{}", reader.refusals);
    }
    let (old, newest) = cut(&read.sessions, args.share);
    let questions = ask(&read, old, newest);
    let next = held_back::steps(questions.sessions.iter().map(|one| &one.1[..])).count();
    if next + questions.baskets.len() == 0 {
        let sessions = read.sessions.len();
        Err(Error::Nothing { sessions })?;
    }
    let path = |name| args.out.join(name);
    let write = |name, header: &[&str], rows: &mut dyn Iterator<Item = Vec<String>>| {
        table(&path(name), header, rows).map_err(|source| Error::Write {
            path: path(name),
            source,
        })
    };
    let [train, sessions, baskets] = ["train.csv", "sessions.csv", "baskets.csv"];
    write(
        train,
        &["session", "user", "item", "time", "kind"],
        &mut training(&read, old),
    )?;
    let begins = newest.first().map(|session| ingest::iso(session.start));
    println!(
        "{}: {} sessions to train on, before {}",
        path(train).display(),
        old.len(),
        begins.unwrap_or_default()
    );
    for name in [sessions, baskets] {
        // Of an earlier cut, which the model trained on this one may have seen.
        let _ = fs::remove_file(path(name));
    }
    if next > 0 {
        write(
            sessions,
            &["session", "prefix", "target"],
            &mut following(&questions.sessions),
        )?;
        println!("{}: {next} views that follow", path(sessions).display());
    }
    if !questions.baskets.is_empty() {
        write(
            baskets,
            &["history", "basket", "target", "days"],
            &mut questions.baskets.iter().map(hidden),
        )?;
        let count = questions.baskets.len();
        println!(
            "{}: {count} baskets with an item hidden",
            path(baskets).display()
        );
    }
    if questions.left_out > 0 {
        println!(
            "{} sessions and baskets are left out: ids with a space, a `|` or a leading `[` cannot stand in their rows",
            questions.left_out
        );
    }
    Ok(())
}

/// The sessions before, and at least this share of the newest.
fn cut(sessions: &[Session], share: f64) -> (&[Session], &[Session]) {
    let at = (sessions.len() as f64 * (1.0 - share)) as usize;
    let from = sessions.get(at).map_or(i64::MAX, |session| session.start);
    sessions.split_at(sessions.partition_point(|session| session.start < from))
}

fn ask(read: &Interactions, old: &[Session], newest: &[Session]) -> Questions {
    let mut known = vec![false; read.items.len()];
    for event in old.iter().flat_map(|session| &session.events) {
        known[event.item as usize] = true;
    }
    let fits = |key: &String| {
        !key.starts_with('[') && !key.contains(|c: char| c == '|' || c.is_whitespace())
    };
    let mut left_out = 0;
    let mut keep = |fits: bool| {
        left_out += usize::from(!fits);
        fits
    };
    let mut sessions: Vec<(u32, Vec<String>)> = (0..)
        .zip(newest)
        .map(|(number, session)| (number, held_back::browsed(session, read, &known)))
        .filter(|(_, items)| items.len() > 1)
        .collect();
    sessions.retain(|(_, items)| keep(items.iter().all(fits)));
    let mut baskets = held_back::baskets(read, old, newest, &known);
    baskets.retain(|basket| {
        let before = basket.history.iter().flat_map(|order| &order.items);
        let mut all = before.chain(&basket.items).chain([&basket.target]);
        keep(all.all(fits))
    });
    Questions {
        sessions,
        baskets,
        left_out,
    }
}

fn training<'a>(
    read: &'a Interactions,
    sessions: &'a [Session],
) -> impl Iterator<Item = Vec<String>> + 'a {
    (0..)
        .zip(sessions)
        .flat_map(move |(number, session): (u32, _)| {
            session.events.iter().map(move |event| {
                let kind = match event.kind {
                    Kind::View => "view",
                    Kind::Cart => "cart",
                    Kind::Buy => "buy",
                };
                vec![
                    number.to_string(),
                    session.shopper.to_string(),
                    read.items[event.item as usize].clone(),
                    event.time.to_string(),
                    kind.to_owned(),
                ]
            })
        })
}

fn following(sessions: &[(u32, Vec<String>)]) -> impl Iterator<Item = Vec<String>> {
    sessions.iter().flat_map(|(number, items)| {
        held_back::steps(std::iter::once(&items[..])).map(move |step| {
            vec![
                number.to_string(),
                step.prefix.join(" "),
                step.target.to_owned(),
            ]
        })
    })
}

fn hidden(basket: &Basket) -> Vec<String> {
    let orders = basket.history.iter();
    let history: Vec<String> = orders.clone().map(|order| order.items.join(" ")).collect();
    let days: Vec<String> = orders.map(|order| format!("{:.3}", order.days)).collect();
    vec![
        history.join("|"),
        basket.items.join(" "),
        basket.target.clone(),
        days.join("|"),
    ]
}

fn table(
    path: &Path,
    header: &[&str],
    rows: &mut dyn Iterator<Item = Vec<String>>,
) -> Result<(), csv::Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut table = csv::Writer::from_path(path)?;
    table.write_record(header)?;
    for row in rows {
        table.write_record(row)?;
    }
    Ok(table.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::tests::interactions;

    #[test]
    fn nothing_asked_about_is_older_than_what_trains_or_unknown_to_it() {
        let sessions = [
            (0, 1, "abAB"),
            (1, 2, "bc"),
            (2, 3, "CD"),
            (3, 4, "abz"),
            (0, 4, "ACZ"),
            (4, 5, "za"),
        ];
        let read = interactions(&sessions);
        let (old, newest) = cut(&read.sessions, 0.4);
        assert_eq!((old.len(), newest.len()), (3, 3), "two begin at once");
        let found = ask(&read, old, newest);
        let following: Vec<Vec<String>> = following(&found.sessions).collect();
        assert_eq!(following, [["0", "a", "b"]], "nobody knew z");
        assert_eq!(found.baskets.len(), 1);
        let row = hidden(&found.baskets[0]);
        assert_eq!(row[0], "a b");
        let mut basket = [row[1].as_str(), &row[2]];
        basket.sort_unstable();
        assert_eq!(basket, ["a", "c"]);
        assert_eq!(row[3], "0.125", "three hours");
    }

    #[test]
    fn ids_that_cannot_stand_in_a_row_are_counted() {
        let mut read = interactions(&[(0, 1, "abc"), (1, 2, "abA"), (2, 3, "bcBC")]);
        for (key, other) in read.items.iter_mut().zip(["a b", "b", "c|d"]) {
            *key = other.into();
        }
        let (old, newest) = cut(&read.sessions, 0.5);
        let found = ask(&read, old, newest);
        assert_eq!((found.sessions.len(), found.baskets.len()), (0, 0));
        assert_eq!(found.left_out, 3);
    }
}
