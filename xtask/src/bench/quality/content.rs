//! What descriptions add where clicks are few: the same sessions with and without a catalogue.
//!
//! Judged by the answers with fewer than five clicks in training. A public log has few of them, since it is published
//! without its rarest items: the same is measured where only one session in so many is trained on.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::log::{Log, cells, text};
use super::{Evaluation, try_out};
use crate::process::step;

/// Trained on are all sessions, or one in so many.
const ONE_IN: [usize; 3] = [1, 4, 8];

/// The columns of RetailRocket's hashed properties that behave like a category and the one above it.
const CATEGORY: [&str; 2] = ["rel6", "rel5"];

/// Each figure without and with a catalogue.
const TABLE: &str = "\
| log | trained on | rare answers | HR@20 rare | MRR@20 rare | HR@20 new | MRR@20 new | bytes an item |
| --- | --- | --: | --: | --: | --: | --: | --: |";

/// The table of these logs, as far as they have a file of items; `None` where none has.
pub fn measure(tillside: &Path, logs: &[(String, Log)], work: &Path) -> Result<Option<String>> {
    let mut rows = String::new();
    for (name, log) in logs {
        let Some(items) = &log.items else { continue };
        rows += &step(
            &format!("train on {name} with and without descriptions"),
            || of(tillside, name, log, items, &work.join("content").join(name)),
        )?;
    }
    Ok((!rows.is_empty()).then(|| format!("{TABLE}{rows}")))
}

/// A row for all sessions of a log, and for each part of them.
fn of(tillside: &Path, name: &str, log: &Log, items: &Path, folder: &Path) -> Result<String> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let train = text(&log.train)?;
    let described = folder.join("catalog.csv");
    fs::write(&described, catalogue(&text(items)?, &train)?)?;
    let mut rows = String::new();
    for one_in in ONE_IN {
        let sessions = folder.join(format!("train-{one_in}.csv"));
        fs::write(&sessions, thinned(&train, one_in))?;
        let ask = |catalogue| asked(tillside, &sessions, catalogue, &log.test, folder);
        let (without, with) = (ask(None)?, ask(Some(&described))?);
        // Writing to a String does not fail.
        let _ = write!(rows, "\n{}", row(name, one_in, &without, &with)?);
    }
    Ok(rows)
}

fn asked(
    tillside: &Path,
    sessions: &Path,
    catalogue: Option<&Path>,
    test: &Path,
    folder: &Path,
) -> Result<Evaluation> {
    let mut train = vec![["--sessions".as_ref(), sessions.as_os_str()]];
    train.extend(catalogue.map(|path| ["--catalog".as_ref(), path.as_os_str()]));
    let test = [
        ["--sessions".as_ref(), test.as_os_str()],
        ["--seen".as_ref(), sessions.as_os_str()],
    ];
    Ok(try_out(tillside, &train, test.as_flattened(), &folder.join("model"))?.1)
}

/// Every item once: described as the file says, or where it does not, by its key alone.
fn catalogue(items: &str, train: &str) -> Result<String> {
    let mut rows = cells(items);
    let names = rows.next().unwrap_or_default();
    let place = |name: &str| {
        let found = names.iter().position(|known| *known == name);
        found.with_context(|| format!("the file of items has no column {name}"))
    };
    let [above, category] = CATEGORY.map(place);
    let (id, above, category) = (place("item")?, above?, category?);
    let mut catalogue = "id,product_type\n".to_owned();
    let mut described = BTreeSet::new();
    for row in rows {
        let cell = |place: usize| row.get(place).copied().unwrap_or_default();
        let path = match (cell(above), cell(category)) {
            ("", own) => own.to_owned(),
            (above, own) => format!("{above} > {own}"),
        };
        let _ = writeln!(catalogue, "{},{path}", cell(id));
        described.insert(cell(id));
    }
    let clicked: BTreeSet<&str> = cells(train)
        .skip(1)
        .flat_map(|row| row.get(1).copied().unwrap_or_default().split(' '))
        .collect();
    for key in clicked.difference(&described) {
        let _ = writeln!(catalogue, "{key},");
    }
    Ok(catalogue)
}

/// The header and every so many of the sessions, the last among them.
fn thinned(train: &str, one_in: usize) -> String {
    let (header, sessions) = train.split_once('\n').unwrap_or((train, ""));
    let sessions: Vec<&str> = sessions.lines().collect();
    let kept = sessions.rchunks(one_in).rev().filter_map(|few| few.last());
    let lines = std::iter::once(&header).chain(kept);
    lines.map(|line| format!("{line}\n")).collect()
}

fn row(name: &str, one_in: usize, without: &Evaluation, with: &Evaluation) -> Result<String> {
    let sessions = match one_in {
        1 => "all sessions".to_owned(),
        _ => format!("one session in {one_in}"),
    };
    let both = without.rare.as_ref().zip(with.rare.as_ref());
    let (rare, rare_with) = both.context("`tillside evaluate` says nothing of what is rare")?;
    let figures = [
        (rare.metrics.hr, rare_with.metrics.hr),
        (rare.metrics.mrr, rare_with.metrics.mrr),
        (without.new.hr, with.new.hr),
        (without.new.mrr, with.new.mrr),
    ];
    let figures = figures.map(|(without, with)| format!("{without:.4} → {with:.4}"));
    Ok(format!(
        "| {name} | {sessions} | {} | {} | {:.1} → {:.1} |",
        rare.predictions,
        figures.join(" | "),
        without.bytes_per_item,
        with.bytes_per_item,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_in_the_catalogue_once() {
        let items = "item,rel0,rel5,rel6\n7,1,a,b\n8,1,,\n9,1,a,\n";
        let train = "session,items\n1,7 5\n2,5 8\n";
        assert_eq!(
            catalogue(items, train).unwrap(),
            "id,product_type\n7,b > a\n8,\n9,a\n5,\n"
        );
        assert!(catalogue("id\n7\n", train).is_err());
    }

    #[test]
    fn one_session_in_so_many_up_to_the_last() {
        let train = "session,items\n1,a\n2,b\n3,c\n4,d\n5,e\n";
        assert_eq!(thinned(train, 2), "session,items\n1,a\n3,c\n5,e\n");
        assert_eq!(thinned(train, 1), train);
        assert_eq!(thinned("session,items", 4), "session,items\n");
    }
}
