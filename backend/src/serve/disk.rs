//! The files under the database: the collector says "on the disk" only while these are the ones that it opened.
//!
//! SQLite goes on writing into files that were deleted, moved or replaced under it, and answers that all is well; what it
//! writes is lost when it closes. So the path is looked up before a transaction and again after it.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What has become of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// There is no database at its path.
    Gone,
    /// There is another one.
    Replaced,
    /// It is the same file, and no database any more.
    Overwritten,
    /// Its write-ahead log was deleted or replaced.
    Log,
}

/// Which file it is, however it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity(u64, u64);

#[cfg(unix)]
fn identity(about: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Identity(about.dev(), about.ino())
}

/// Elsewhere an open file can neither be deleted nor replaced.
#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {
    Identity(0, 0)
}

/// The files of an open database.
#[derive(Debug)]
pub struct Files {
    path: PathBuf,
    database: Option<Identity>,
    log: Option<Identity>,
}

impl Files {
    /// Notes which files are there, right after they were opened and written to.
    pub fn note(path: &Path) -> Files {
        let of = |path: &Path| std::fs::metadata(path).ok().as_ref().map(identity);
        Files {
            path: path.into(),
            database: of(path),
            log: of(&log(path)),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Are they still the same?
    pub fn check(&self) -> Result<(), Change> {
        let mut file = File::open(&self.path).map_err(|_| Change::Gone)?;
        let about = file.metadata().map_err(|_| Change::Gone)?;
        if Some(identity(&about)) != self.database {
            return Err(Change::Replaced);
        }
        let mut start = [0; MAGIC.len()];
        match file.read_exact(&mut start) {
            Ok(()) if start == *MAGIC => {}
            _ => return Err(Change::Overwritten),
        }
        let log = std::fs::metadata(log(&self.path));
        match log.ok().as_ref().map(identity) == self.log {
            true => Ok(()),
            false => Err(Change::Log),
        }
    }

    pub fn has_log(&self) -> bool {
        log(&self.path).exists()
    }
}

fn log(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-wal");
    name.into()
}
