//! The collector's database: one SQLite file, one thread that writes it.
//!
//! Deliveries that arrive while a transaction is on its way to the disk go together into the next one, so that many
//! small deliveries cost few flushes. A delivery is answered after the transaction that holds it is on the disk
//! (`synchronous = FULL`); what was answered survives a crash of the process and of the machine. A message whose
//! `messageId` is there already is left alone, whoever sends it and however often.
//!
//! Other processes may read and write the file at any time (WAL). Files that were deleted, moved or replaced under the
//! server are noticed ([`super::disk`]): nothing is answered as stored until they are back, or others are in their place.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::database::{Database, SCHEMA_VERSION};
use super::event::Event;
use crate::Coded;

pub(super) const FILE: &str = "collector.sqlite";
/// Deliveries that wait to be written before more are turned away.
const QUEUE: usize = 256;
/// Deliveries in one transaction.
const TOGETHER: usize = 64;

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
    #[error("{path} cannot be the collector's database: {why}; give another folder with --data", path = .path.display())]
    Foreign { path: PathBuf, why: &'static str },
    #[error("messages arrive faster than they are written; send them again in a second")]
    Busy,
    #[error("the database cannot be written: {0}; check the space on the disk")]
    Write(String),
}

impl Coded for StoreError {
    fn code(&self) -> &'static str {
        match self {
            StoreError::Folder { .. } => "store.folder",
            StoreError::Open { .. } => "store.open",
            StoreError::Version { .. } => "store.version",
            StoreError::Foreign { .. } => "store.foreign",
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
        let database = Database::open(&path, true)?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        let writer = std::thread::spawn(move || Writer { database, queue }.run());
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

struct Writer {
    database: Database,
    queue: mpsc::Receiver<Job>,
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
        let (deliveries, replies): (Vec<_>, Vec<_>) = writes.into_iter().unzip();
        let outcome = self.database.write(&deliveries, !checks.is_empty());
        // A client that has gone away does not wait for its answer.
        match outcome {
            Ok(stored) => {
                for (reply, stored) in replies.into_iter().zip(stored) {
                    let _ = reply.send(Ok(stored));
                }
                for reply in checks {
                    let _ = reply.send(Ok(self.database.events()));
                }
            }
            Err(problem) => {
                for reply in replies {
                    let _ = reply.send(Err(problem.clone()));
                }
                for reply in checks {
                    let _ = reply.send(Err(problem.clone()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
