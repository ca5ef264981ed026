//! A click log in two files: sessions to train on, questions to measure by.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use xtask_tools::process::output;

pub struct Log {
    /// `session,items`
    pub train: PathBuf,
    /// `session,prefix,target`
    pub test: PathBuf,
    /// `item,…`: what is known of the items, where the log says.
    pub items: Option<PathBuf>,
}

/// What comes after these items?
pub struct Question {
    pub prefix: Vec<String>,
    pub target: String,
}

impl Log {
    /// The log in a folder, if it holds one.
    pub fn of(folder: &Path) -> Option<Log> {
        let file = |name: &str| {
            let plain = folder.join(format!("{name}.csv"));
            let packed = folder.join(format!("{name}.csv.gz"));
            [plain, packed].into_iter().find(|path| path.is_file())
        };
        Some(Log {
            train: file("train")?,
            test: file("test")?,
            items: file("items"),
        })
    }

    pub fn sessions(&self) -> Result<Vec<Vec<String>>> {
        Ok(cells(&text(&self.train)?)
            .skip(1)
            .map(|cells| words(cells.get(1)))
            .collect())
    }

    pub fn questions(&self) -> Result<Vec<Question>> {
        let question = |cells: Vec<&str>| Question {
            prefix: words(cells.get(1)),
            target: cells.get(2).copied().unwrap_or_default().to_owned(),
        };
        Ok(cells(&text(&self.test)?).skip(1).map(question).collect())
    }
}

/// The cells of each line, the header's first.
pub fn cells(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().map(|line| line.split(',').collect())
}

fn words(cell: Option<&&str>) -> Vec<String> {
    cell.map_or(Vec::new(), |cell| {
        cell.split(' ').map(str::to_owned).collect()
    })
}

/// The text of a file, which may be gzipped.
pub fn text(path: &Path) -> Result<String> {
    if path.extension().is_some_and(|extension| extension == "gz") {
        return output(Command::new("gzip").arg("-dc").arg(path))
            .context("gzip is needed to read packed logs");
    }
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}
