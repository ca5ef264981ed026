//! Value of catalogue features where clicks are few: the same sessions with and without a catalogue.
//!
//! Judged by the answers with fewer than five clicks in training. A public log has few of them, since it is published
//! without its rarest items: the same is measured where only one session in so many is trained on.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use xtask_tools::process::step;

use super::log::{Log, cells, text};
use super::{Evaluation, try_out};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Trained on are all sessions, or one in so many.
    one_in: Vec<usize>,
    /// Columns of the file of items: the wider category and the category.
    category: [String; 2],
}

/// What the documentation prints of a log, or of a part of its sessions.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    pub log: String,
    /// Trained on is one session in so many.
    pub one_in: usize,
    pub rare_answers: u64,
    pub without: Figures,
    /// With the catalogue.
    pub with: Figures,
}

/// Pairs are HitRate@20 and MRR@20.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Answers with fewer than five clicks.
    pub rare: [f64; 2],
    pub new: [f64; 2],
    pub bytes_per_item: f64,
}

/// Those of the logs that have a file of items.
pub fn measure(
    tillside: &Path,
    definition: &Definition,
    logs: &[(String, Log)],
    work: &Path,
) -> Result<Vec<Described>> {
    let mut rows = Vec::new();
    for (name, log) in logs {
        let Some(items) = &log.items else { continue };
        let folder = work.join("content").join(name);
        rows.extend(step(
            &format!("train on {name} with and without descriptions"),
            || of(tillside, definition, name, log, items, &folder),
        )?);
    }
    Ok(rows)
}

/// All sessions of a log, and each part of them.
fn of(
    tillside: &Path,
    definition: &Definition,
    name: &str,
    log: &Log,
    items: &Path,
    folder: &Path,
) -> Result<Vec<Described>> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let train = text(&log.train)?;
    let described = folder.join("catalog.csv");
    fs::write(
        &described,
        catalogue(&text(items)?, &train, &definition.category)?,
    )?;
    let rows = definition.one_in.iter().map(|&one_in| {
        let sessions = folder.join(format!("train-{one_in}.csv"));
        fs::write(&sessions, thinned(&train, one_in))?;
        let ask = |catalogue| asked(tillside, &sessions, catalogue, &log.test, folder);
        let (without, with) = (ask(None)?, ask(Some(&described))?);
        let rare_answers = without.rare.as_ref().map_or(0, |rare| rare.predictions);
        Ok(Described {
            log: name.to_owned(),
            one_in,
            rare_answers,
            without: figures(&without)?,
            with: figures(&with)?,
        })
    });
    rows.collect()
}

fn figures(found: &Evaluation) -> Result<Figures> {
    let rare = found.rare.as_ref();
    let rare = rare.context("`tillside evaluate` says nothing of what is rare")?;
    Ok(Figures {
        rare: [rare.metrics.hr, rare.metrics.mrr],
        new: [found.new.hr, found.new.mrr],
        bytes_per_item: found.bytes_per_item,
    })
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
fn catalogue(items: &str, train: &str, category: &[String; 2]) -> Result<String> {
    let mut rows = cells(items);
    let names = rows.next().unwrap_or_default();
    let place = |name: &str| {
        let found = names.iter().position(|known| *known == name);
        found.with_context(|| format!("the file of items has no column {name}"))
    };
    let [above, category] = category.each_ref().map(|name| place(name));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_in_the_catalogue_once() {
        let items = "item,rel0,rel5,rel6\n7,1,a,b\n8,1,,\n9,1,a,\n";
        let train = "session,items\n1,7 5\n2,5 8\n";
        let columns = ["rel6", "rel5"].map(str::to_owned);
        assert_eq!(
            catalogue(items, train, &columns).unwrap(),
            "id,product_type\n7,b > a\n8,\n9,a\n5,\n"
        );
        assert!(catalogue("id\n7\n", train, &columns).is_err());
    }

    #[test]
    fn one_session_in_so_many_up_to_the_last() {
        let train = "session,items\n1,a\n2,b\n3,c\n4,d\n5,e\n";
        assert_eq!(thinned(train, 2), "session,items\n1,a\n3,c\n5,e\n");
        assert_eq!(thinned(train, 1), train);
        assert_eq!(thinned("session,items", 4), "session,items\n");
    }
}
