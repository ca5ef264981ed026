//! A SQLite database opened to be read, also where nothing can be written beside it.
//!
//! A database in WAL mode wants a file of shared memory in its folder, which a read-only mount or a folder of someone
//! else's does not take. Where it has no log, or an empty one, it is opened as a file that nobody changes; where it has
//! one, as a server that was killed leaves it, both are copied to the folder for temporary files, for what is in the log
//! is as good as what is in the database.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::Error;

/// Characters that mean something in the URI of a database.
const RESERVED: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ');

/// A connection, and the copy that it reads.
pub(crate) struct Opened {
    pub connection: Connection,
    /// Dropped after the connection.
    _copy: Option<Copy>,
}

fn open(path: &Path) -> rusqlite::Result<Opened> {
    let in_place = connect(path.as_os_str(), OpenFlags::empty());
    let refused = match in_place {
        Ok(connection) => {
            return Ok(Opened {
                connection,
                _copy: None,
            });
        }
        Err(error) => error,
    };
    use rusqlite::ErrorCode::{CannotOpen, PermissionDenied, ReadOnly, SystemIoFailure};
    let unwritable = [CannotOpen, PermissionDenied, ReadOnly, SystemIoFailure];
    if !refused
        .sqlite_error_code()
        .is_some_and(|code| unwritable.contains(&code))
    {
        return Err(refused);
    }
    if std::fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0) {
        let copy = Copy::of(path).map_err(|_| refused)?;
        let connection = connect(copy.database.as_os_str(), OpenFlags::empty())?;
        return Ok(Opened {
            connection,
            _copy: Some(copy),
        });
    }
    let Some(text) = path.to_str() else {
        return Err(refused);
    };
    let uri = format!("file:{}?immutable=1", utf8_percent_encode(text, RESERVED));
    let connection = connect(OsString::from(uri).as_os_str(), OpenFlags::SQLITE_OPEN_URI)?;
    Ok(Opened {
        connection,
        _copy: None,
    })
}

/// Reads the messages of the collector's database in the order in which they arrived, each with its time in milliseconds
/// since 1970, corrected for the shopper's clock; `None` where the column holds no number. `what` is shown beside the progress.
///
/// # Errors
/// [`Error::Damaged`], [`Error::Format`] for a database of something else, and what `each` answers with.
pub(crate) fn messages<E: From<Error>>(
    path: &Path,
    what: &'static str,
    mut each: impl FnMut(&[u8], Option<i64>) -> Result<(), E>,
) -> Result<(), E> {
    let damaged = |error: rusqlite::Error| Error::Damaged {
        path: path.into(),
        format: "SQLite",
        detail: error.to_string(),
    };
    let opened = open(path).map_err(damaged)?;
    let connection = &opened.connection;
    let columns = "SELECT count(*) FROM pragma_table_info('events') WHERE name IN ('message', 'timestamp_ms')";
    let number = |query| connection.query_row(query, [], |row| row.get::<_, i64>(0));
    if number(columns).map_err(damaged)? < 2 {
        Err(Error::Format {
            path: path.into(),
            line: 1,
            column: 1,
            found: "a SQLite database without the collector's table `events`".into(),
            remedy: "give the collector.sqlite of `tillside serve`",
        })?;
    }
    let total = number("SELECT count(*) FROM events").map_err(damaged)?;
    let bar = crate::progress::bar(what, total.unsigned_abs());
    let query = "SELECT message, timestamp_ms FROM events ORDER BY rowid";
    let mut statement = connection.prepare(query).map_err(damaged)?;
    let mut rows = statement.query([]).map_err(damaged)?;
    while let Some(row) = rows.next().map_err(damaged)? {
        bar.inc(1);
        let message = match row.get_ref(0).map_err(damaged)? {
            ValueRef::Text(text) | ValueRef::Blob(text) => text,
            _ => b"",
        };
        each(message, row.get(1).ok())?;
    }
    bar.finish_and_clear();
    Ok(())
}

/// Opens and reads a first page: SQLite says only then what is wrong.
fn connect(name: &std::ffi::OsStr, more: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let connection = Connection::open_with_flags(name, flags)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}

/// A database and its log in a folder that only this user reads; deleted when dropped.
struct Copy {
    folder: PathBuf,
    database: PathBuf,
}

impl Copy {
    fn of(path: &Path) -> std::io::Result<Copy> {
        let folder = std::env::temp_dir().join(format!("tillside-{}", uuid::Uuid::new_v4()));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder)?;
        let database = folder.join("collector.sqlite");
        let copy = Copy { folder, database };
        std::fs::copy(path, &copy.database)?;
        std::fs::copy(beside(path, "-wal"), beside(&copy.database, "-wal"))?;
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // What cannot be deleted is left to whoever cleans the folder of temporary files.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A database of three rows in WAL mode, the last still in the log, in a folder where no shared memory can be made.
    fn unwritable(folder: &Path, with_log: bool) -> PathBuf {
        let [made, path] = ["made.sqlite", "a %3f?.sqlite"].map(|name| folder.join(name));
        let writer = Connection::open(&made).unwrap();
        let rows = "PRAGMA journal_mode = WAL; CREATE TABLE events (n); INSERT INTO events VALUES (1), (2);
                    PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO events VALUES (3);";
        writer.execute_batch(rows).unwrap();
        std::fs::copy(&made, &path).unwrap();
        if with_log {
            std::fs::copy(beside(&made, "-wal"), beside(&path, "-wal")).unwrap();
        }
        // As on a read-only mount, the file can neither be made nor read.
        std::os::unix::fs::symlink(folder.join("no/where"), beside(&path, "-shm")).unwrap();
        path
    }

    #[test]
    fn a_database_where_nothing_can_be_written_is_read_with_its_log() {
        for (with_log, expected) in [(false, 2), (true, 3)] {
            let folder = tempfile::tempdir().unwrap();
            let path = unwritable(folder.path(), with_log);
            let opened = open(&path).unwrap();
            let count = "SELECT count(*) FROM events";
            let rows: i64 = opened
                .connection
                .query_row(count, [], |row| row.get(0))
                .unwrap();
            assert_eq!(rows, expected);
            let copy = opened._copy.as_ref().map(|copy| copy.folder.clone());
            assert_eq!(copy.is_some(), with_log);
            drop(opened);
            assert!(copy.is_none_or(|folder| !folder.exists()));
        }
    }

    #[test]
    fn a_damaged_database_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("collector.sqlite");
        std::fs::write(&path, b"SQLite format 3\0 and then nothing").unwrap();
        assert!(open(&path).is_err());
    }
}
