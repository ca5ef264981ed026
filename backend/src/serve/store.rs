//! The collector's database: one SQLite file, one thread that writes it.
//!
//! Deliveries that arrive while a transaction is on its way to the disk go together into the next one, so that many
//! small deliveries cost few flushes. A delivery is answered after the transaction that holds it is on the disk
//! (`synchronous = FULL`); what was answered survives a crash of the process and of the machine. A message whose
//! `messageId` is there already is left alone, whoever sends it and however often.
//!
//! Other processes may read the file at any time (WAL).

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, Transaction, params};
use tokio::sync::{mpsc, oneshot};

use super::event::Event;
use crate::Coded;

const FILE: &str = "collector.sqlite";
const SCHEMA_VERSION: i64 = 1;
/// Deliveries that wait to be written before more are turned away.
const QUEUE: usize = 256;
/// Deliveries in one transaction.
const TOGETHER: usize = 64;
/// How long another process may hold the database before a delivery is told to come again.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

const SCHEMA: &str = "
CREATE TABLE events (
  message_id TEXT PRIMARY KEY NOT NULL,
  write_key TEXT NOT NULL,
  type TEXT NOT NULL,
  event TEXT,
  anonymous_id TEXT,
  user_id TEXT,
  session_id TEXT,
  timestamp_ms INTEGER NOT NULL,
  sent_at_ms INTEGER,
  received_at_ms INTEGER NOT NULL,
  message TEXT NOT NULL
) STRICT;
CREATE TABLE health (id INTEGER PRIMARY KEY CHECK (id = 1), checked INTEGER NOT NULL) STRICT;
INSERT INTO health VALUES (1, 0);
";

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    #[error("the data folder {path} cannot be made: {source}; give another with --data, or make it writable", path = .path.display())]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the database {path} cannot be written: {source}; check the rights of the folder and the space on the disk, or give another folder with --data", path = .path.display())]
    Open {
        path: PathBuf,
        source: rusqlite::Error,
    },
    #[error("the database {path} has layout {found}, this version reads {SCHEMA_VERSION}; use the version of tillside that made it, or give another folder with --data", path = .path.display())]
    Version { path: PathBuf, found: i64 },
    #[error("more arrives than can be written")]
    Busy,
    #[error("the database cannot be written: {0}")]
    Write(String),
}

impl Coded for StoreError {
    fn code(&self) -> &'static str {
        match self {
            StoreError::Folder { .. } => "store.folder",
            StoreError::Open { .. } => "store.open",
            StoreError::Version { .. } => "store.version",
            StoreError::Busy => "store.busy",
            StoreError::Write(_) => "store.write",
        }
    }
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    pub inserted: u64,
    pub duplicates: u64,
}

type Reply<T> = oneshot::Sender<Result<T, String>>;

enum Job {
    Write(Vec<Event>, Reply<Stored>),
    /// Writes a row that says nothing; the reply is the number of events in the table.
    Check(Reply<u64>),
    Close,
}

/// A handle to the writing thread.
pub struct Store {
    jobs: mpsc::Sender<Job>,
    writer: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Store {
    /// Opens the database in `folder`; makes both where they are missing.
    pub fn open(folder: &Path) -> Result<Store, StoreError> {
        std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder {
            path: folder.into(),
            source,
        })?;
        let path = folder.join(FILE);
        let (connection, events) = prepare(&path)?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        let writer = std::thread::spawn(move || {
            Writer {
                connection,
                queue,
                events,
            }
            .run()
        });
        Ok(Store {
            jobs,
            writer: Some(writer).into(),
        })
    }

    /// Returns when the events are on the disk.
    pub async fn write(&self, events: Vec<Event>) -> Result<Stored, StoreError> {
        if events.is_empty() {
            return Ok(Stored::default());
        }
        self.ask(|reply| Job::Write(events, reply)).await
    }

    /// The number of events in the table, if it can be written.
    pub async fn check(&self) -> Result<u64, StoreError> {
        self.ask(Job::Check).await
    }

    async fn ask<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.jobs
            .try_send(job(reply))
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Busy,
                mpsc::error::TrySendError::Closed(_) => StoreError::Write("it is closed".into()),
            })?;
        match answer.await {
            Ok(outcome) => outcome.map_err(StoreError::Write),
            Err(_) => Err(StoreError::Write("it is closed".into())),
        }
    }

    /// Writes what waits and closes the database, which folds its log into it. Blocks.
    pub fn close(&self) {
        // A full queue empties as the writer works; one that is closed needs nothing more.
        let _ = self.jobs.blocking_send(Job::Close);
        let writer = self.writer.lock().map(|mut writer| writer.take());
        if let Ok(Some(writer)) = writer {
            let _ = writer.join();
        }
    }
}

fn prepare(path: &Path) -> Result<(Connection, u64), StoreError> {
    let open = |source| StoreError::Open {
        path: path.into(),
        source,
    };
    let mut connection = Connection::open(path).map_err(open)?;
    connection.busy_timeout(LOCK_PATIENCE).map_err(open)?;
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .map_err(open)?;
    connection
        .pragma_update(None, "synchronous", "FULL")
        .map_err(open)?;
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(open)?;
    match version(&transaction).map_err(open)? {
        0 => {
            transaction.execute_batch(SCHEMA).map_err(open)?;
            transaction
                .pragma_update(None, "user_version", SCHEMA_VERSION)
                .map_err(open)?;
        }
        SCHEMA_VERSION => {}
        found => {
            return Err(StoreError::Version {
                path: path.into(),
                found,
            });
        }
    }
    check(&transaction).map_err(open)?;
    let events: i64 = transaction
        .query_row("SELECT count(*) FROM events", [], |row| row.get(0))
        .map_err(open)?;
    transaction.commit().map_err(open)?;
    Ok((connection, events.unsigned_abs()))
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// A write that tells a database on a full or read-only disk from a healthy one.
fn check(transaction: &Transaction) -> rusqlite::Result<()> {
    transaction
        .execute("UPDATE health SET checked = checked + 1", [])
        .map(drop)
}

fn insert(transaction: &Transaction, events: &[Event]) -> rusqlite::Result<Stored> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (message_id) DO NOTHING",
    )?;
    let mut stored = Stored::default();
    for event in events {
        let inserted = statement.execute(params![
            event.message_id,
            event.write_key,
            event.kind.name(),
            event.event,
            event.anonymous_id,
            event.user_id,
            event.session_id,
            event.timestamp_ms,
            event.sent_at_ms,
            event.received_at_ms,
            event.message,
        ])?;
        stored.inserted += inserted as u64;
        stored.duplicates += 1 - inserted as u64;
    }
    Ok(stored)
}

struct Writer {
    connection: Connection,
    queue: mpsc::Receiver<Job>,
    events: u64,
}

impl Writer {
    fn run(mut self) {
        let mut open = true;
        while open && let Some(first) = self.queue.blocking_recv() {
            let mut writes = Vec::new();
            let mut checks = Vec::new();
            let mut next = Some(first);
            while let Some(job) = next {
                match job {
                    Job::Write(events, reply) => writes.push((events, reply)),
                    Job::Check(reply) => checks.push(reply),
                    Job::Close => {
                        open = false;
                        break;
                    }
                }
                next = match writes.len() < TOGETHER {
                    true => self.queue.try_recv().ok(),
                    false => None,
                };
            }
            if !writes.is_empty() || !checks.is_empty() {
                self.commit(writes, checks);
            }
        }
    }

    fn commit(&mut self, writes: Vec<(Vec<Event>, Reply<Stored>)>, checks: Vec<Reply<u64>>) {
        let outcome = self.transact(&writes, !checks.is_empty());
        // A client that has gone away does not wait for its answer.
        match outcome {
            Ok(stored) => {
                self.events += stored.iter().map(|one| one.inserted).sum::<u64>();
                for ((_, reply), stored) in writes.into_iter().zip(stored) {
                    let _ = reply.send(Ok(stored));
                }
                for reply in checks {
                    let _ = reply.send(Ok(self.events));
                }
            }
            Err(error) => {
                for (_, reply) in writes {
                    let _ = reply.send(Err(error.to_string()));
                }
                for reply in checks {
                    let _ = reply.send(Err(error.to_string()));
                }
            }
        }
    }

    fn transact(
        &mut self,
        writes: &[(Vec<Event>, Reply<Stored>)],
        checked: bool,
    ) -> rusqlite::Result<Vec<Stored>> {
        let transaction = self.connection.transaction()?;
        let stored = writes
            .iter()
            .map(|(events, _)| insert(&transaction, events))
            .collect::<rusqlite::Result<Vec<_>>>()?;
        if checked {
            check(&transaction)?;
        }
        transaction.commit()?;
        Ok(stored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::fields::Kind;

    fn event(message_id: &str, write_key: &str) -> Event {
        Event {
            message_id: message_id.into(),
            write_key: write_key.into(),
            kind: Kind::Track,
            event: Some("Product Viewed".into()),
            anonymous_id: Some("a\0b".into()),
            user_id: None,
            session_id: None,
            timestamp_ms: 1,
            sent_at_ms: None,
            received_at_ms: 2,
            message: "{}".into(),
        }
    }

    #[tokio::test]
    async fn a_message_id_is_stored_once_whoever_repeats_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(&folder.path().join("deep/data")).expect("it opens");
        let first = vec![event("m-1", "a"), event("m-2", "a"), event("m-1", "a")];
        let stored = store.write(first).await.expect("it writes");
        assert_eq!((stored.inserted, stored.duplicates), (2, 1));
        let stored = store
            .write(vec![event("m-2", "b"), event("m-3", "b")])
            .await
            .expect("it writes");
        assert_eq!((stored.inserted, stored.duplicates), (1, 1));
        assert_eq!(store.check().await.expect("it writes"), 3);
    }

    #[tokio::test]
    async fn what_was_stored_is_there_after_closing_and_nothing_is_taken_then() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(folder.path()).expect("it opens");
        store
            .write(vec![event("m-1", "a")])
            .await
            .expect("it writes");
        let store = tokio::task::spawn_blocking(move || {
            store.close();
            store
        })
        .await
        .expect("it closes");
        let late = store
            .write(vec![event("m-2", "a")])
            .await
            .expect_err("it is closed");
        assert_eq!(late.code(), "store.write");
        let names: Vec<_> = std::fs::read_dir(folder.path())
            .expect("it is a folder")
            .map(|entry| entry.expect("it has a name").file_name())
            .collect();
        assert_eq!(names, [FILE], "the log is folded in");
        let again = Store::open(folder.path()).expect("it opens");
        assert_eq!(again.check().await.expect("it writes"), 1);
    }
}
