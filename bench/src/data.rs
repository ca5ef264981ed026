//! The folder of data sets that no package carries.
//!
//! Licences of public click logs often allow measuring but no copy, so they are neither fetched nor part of the repository: whoever
//! measures puts them into one folder, described in `bench/README.md`. Benchmarks measure what is there and name what they leave out.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use xtask_tools::folders::target;

/// Names the folder instead of `--data`.
const VARIABLE: &str = "TILLSIDE_BENCH_DATA";

#[derive(clap::Args)]
pub struct Data {
    /// Folder of data sets that no package carries, described in bench/README.md [default: bench/data in the target folder]
    #[arg(long = "data", value_name = "DIR", env = VARIABLE)]
    named: Option<PathBuf>,
}

impl Data {
    /// The folder, which need not exist.
    pub fn folder(&self) -> PathBuf {
        match &self.named {
            Some(folder) => folder.clone(),
            None => target().join("bench/data"),
        }
    }

    /// The folder where it exists. A folder that was named must exist; the default may be missing.
    pub fn existing(&self) -> Result<Option<PathBuf>> {
        let folder = self.folder();
        ensure!(
            self.named.is_none() || folder.is_dir(),
            "data folder {} does not exist; create it or correct `--data` or {VARIABLE} (bench/README.md describes it)",
            folder.display()
        );
        Ok(folder.is_dir().then_some(folder))
    }
}

/// Where to get or put what a folder does not have.
pub fn remedy(folder: &Path) -> String {
    format!(
        "put it into {} or name another folder with `--data DIR` or {VARIABLE}; bench/README.md says what belongs there",
        folder.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_folder_must_exist_and_the_default_need_not() {
        let folder = tempfile::tempdir().unwrap();
        let data = |named: Option<&Path>| Data {
            named: named.map(Path::to_owned),
        };
        let found = data(Some(folder.path())).existing().unwrap();
        assert_eq!(found.as_deref(), Some(folder.path()));
        let missing = folder.path().join("lgos");
        let error = data(Some(&missing)).existing().unwrap_err().to_string();
        assert!(
            error.contains("lgos") && error.contains("--data"),
            "{error}"
        );
        assert!(data(None).folder().ends_with("bench/data"));
        assert!(data(None).existing().is_ok());
    }
}
