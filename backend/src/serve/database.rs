//! The collector's database as one connection: opened, brought to the layout of this version, written, and kept to the
//! files at its path.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Transaction, params};

use super::disk::{Change, Files};
use super::event::Event;
use super::store::{FILE, StoreError, Stored};

/// 2 has the numbers of orders in a column, 1 had not.
pub const SCHEMA_VERSION: i64 = 2;
/// How long another process may hold the database before a delivery is told to come again.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

pub(super) const SCHEMA: &str = "
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
  message TEXT NOT NULL,
  order_id TEXT
) STRICT;
CREATE INDEX events_order ON events (order_id) WHERE order_id IS NOT NULL;
CREATE TABLE health (id INTEGER PRIMARY KEY CHECK (id = 1), checked INTEGER NOT NULL) STRICT;
INSERT INTO health (id, checked) VALUES (1, 0);
";

/// Columns that are written; a table may have more.
const COLUMNS: [&str; 12] = [
    "message_id",
    "write_key",
    "type",
    "event",
    "anonymous_id",
    "user_id",
    "session_id",
    "timestamp_ms",
    "sent_at_ms",
    "received_at_ms",
    "message",
    "order_id",
];

/// From layout 1: the numbers of orders get their column. Rows that are no JSON, or say none, stay without.
const NUMBER_ORDERS: &str = "
UPDATE events SET order_id = coalesce(message ->> '$.properties.order_id', message ->> '$.properties.orderId',
  message ->> '$.properties.transaction_id')
WHERE json_valid(message) AND (message LIKE '%\"order%' OR message LIKE '%\"transaction_id\"%');
CREATE INDEX IF NOT EXISTS events_order ON events (order_id) WHERE order_id IS NOT NULL;
";

/// An open database.
pub struct Database {
    connection: Connection,
    files: Files,
    /// Rows of the table `events`, as far as [`Database::seen`] goes.
    events: u64,
    /// The number that SQLite gives the state of the file; it changes where others have written.
    seen: i64,
}

impl Database {
    /// Opens the database at `path`, which may be made if it is missing.
    pub fn open(path: &Path, may_make: bool) -> Result<Database, StoreError> {
        if !may_make && !path.exists() {
            return Err(StoreError::Write(Database::complaint(Change::Gone)));
        }
        let open = |source| StoreError::Open {
            path: path.into(),
            source,
        };
        let mut connection = Connection::open(path).map_err(open)?;
        connection.busy_timeout(LOCK_PATIENCE).map_err(open)?;
        // Before anything is written: the file may be another program's.
        layout(&connection, path)?;
        connection
            .pragma_update(None, "journal_mode", "WAL")
            .map_err(open)?;
        connection
            .pragma_update(None, "synchronous", "FULL")
            .map_err(open)?;
        let transaction = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(open)?;
        match layout(&transaction, path)? {
            0 => transaction.execute_batch(SCHEMA).map_err(open)?,
            1 => upgrade(&transaction).map_err(open)?,
            _ => {}
        }
        transaction
            .pragma_update(None, "user_version", SCHEMA_VERSION)
            .map_err(open)?;
        check(&transaction).map_err(open)?;
        let events = count(&transaction).map_err(open)?;
        let seen = data_version(&transaction).map_err(open)?;
        transaction.commit().map_err(open)?;
        Ok(Database {
            connection,
            files: Files::note(path),
            events,
            seen,
        })
    }

    /// Makes sure that what is written goes to the file at the path, which may be another one by now.
    fn renew(&mut self) -> Result<(), String> {
        let Err(change) = self.files.check() else {
            return Ok(());
        };
        let path = self.files.path().to_owned();
        if matches!(change, Change::Gone | Change::Overwritten) {
            // The connection stays open: a file that was moved may come back.
            return Err(Database::complaint(change));
        }
        // What is in the log goes into the database on closing, but only where neither is another's.
        let own = change == Change::Log && !self.files.has_log();
        let setting = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        let set = self.connection.set_db_config(setting, !own);
        set.map_err(|error| error.to_string())?;
        let none = Connection::open_in_memory().map_err(|error| error.to_string())?;
        drop(std::mem::replace(&mut self.connection, none));
        *self = Database::open(&path, false).map_err(|error| error.to_string())?;
        tracing::warn!(
            "{}: {}; going on with what is there now, {} events",
            path.display(),
            Database::complaint(change),
            self.events
        );
        Ok(())
    }

    fn complaint(change: Change) -> String {
        match change {
            Change::Gone => format!(
                "{FILE} was deleted or moved while the server runs; put it back, or start the server again for a new one"
            ),
            Change::Replaced => format!("{FILE} was replaced while the server runs"),
            Change::Overwritten => format!(
                "{FILE} was overwritten while the server runs; stop the server and put a sound copy in its place"
            ),
            Change::Log => format!("the log of {FILE} was deleted while the server runs"),
        }
    }

    /// Counts the rows where another program has changed them.
    fn count(&mut self) -> rusqlite::Result<()> {
        let seen = data_version(&self.connection)?;
        if seen != self.seen {
            self.events = count(&self.connection)?;
            self.seen = seen;
        }
        Ok(())
    }

    pub fn events(&self) -> u64 {
        self.events
    }

    /// Writes deliveries in one transaction; `checked` counts what others have changed too. An error is for a person.
    pub fn write(
        &mut self,
        deliveries: &[Vec<Event>],
        checked: bool,
    ) -> Result<Vec<Stored>, String> {
        self.renew()?;
        let stored = self.transact(deliveries, checked);
        let stored = stored.map_err(|error| error.to_string())?;
        // What went into a file that is gone by now is not stored.
        self.files.check().map_err(Database::complaint)?;
        self.events += stored.iter().map(|one| one.inserted).sum::<u64>();
        if checked {
            self.count().map_err(|error| error.to_string())?;
        }
        Ok(stored)
    }

    fn transact(
        &mut self,
        deliveries: &[Vec<Event>],
        checked: bool,
    ) -> rusqlite::Result<Vec<Stored>> {
        let transaction = self.connection.transaction()?;
        let stored = deliveries
            .iter()
            .map(|events| insert(&transaction, events))
            .collect::<rusqlite::Result<Vec<_>>>()?;
        if checked {
            check(&transaction)?;
        }
        transaction.commit()?;
        Ok(stored)
    }
}

/// The layout of a database: 0 where it is empty. Its tables are no secret of this program and are not shown.
fn layout(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let open = |source| StoreError::Open {
        path: path.into(),
        source,
    };
    let foreign = |why| StoreError::Foreign {
        path: path.into(),
        why,
    };
    let found = version(connection).map_err(open)?;
    let objects: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(open)?;
    if found == 0 && objects == 0 {
        return Ok(0);
    }
    if found > SCHEMA_VERSION {
        return Err(StoreError::Version {
            path: path.into(),
            found,
        });
    }
    let known = || -> rusqlite::Result<Vec<String>> {
        let mut all = connection.prepare("SELECT name FROM pragma_table_info('events')")?;
        let all = all.query_map([], |row| row.get(0))?;
        all.collect()
    };
    let known = known().map_err(open)?;
    let has = |column: &&str| known.iter().any(|name| name == column);
    if found == 0 || !COLUMNS[..2].iter().all(has) {
        return Err(foreign("it has tables, and they are not the collector's"));
    }
    let (older, _) = COLUMNS.split_at(COLUMNS.len() - 1);
    let needed = if found == 1 { older } else { &COLUMNS };
    if !needed.iter().all(has) {
        return Err(foreign(
            "its table of events lacks a column of the collector's",
        ));
    }
    Ok(found)
}

fn upgrade(transaction: &Transaction) -> rusqlite::Result<()> {
    let known = "SELECT count(*) FROM pragma_table_info('events') WHERE name = 'order_id'";
    let known: i64 = transaction.query_row(known, [], |row| row.get(0))?;
    if known == 0 {
        transaction.execute_batch("ALTER TABLE events ADD COLUMN order_id TEXT")?;
    }
    transaction.execute_batch(NUMBER_ORDERS)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "data_version", |row| row.get(0))
}

pub(super) fn count(connection: &Connection) -> rusqlite::Result<u64> {
    let events: i64 = connection.query_row("SELECT count(*) FROM events", [], |row| row.get(0))?;
    Ok(events.unsigned_abs())
}

/// A write that tells a database on a full or read-only disk from a healthy one.
fn check(transaction: &Transaction) -> rusqlite::Result<()> {
    transaction
        .execute("UPDATE health SET checked = checked + 1", [])
        .map(drop)
}

fn insert(transaction: &Transaction, events: &[Event]) -> rusqlite::Result<Stored> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO events (message_id, write_key, type, event, anonymous_id, user_id, session_id, timestamp_ms,
           sent_at_ms, received_at_ms, message, order_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (message_id) DO NOTHING",
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
            event.order_id,
        ])?;
        stored.inserted += inserted as u64;
        stored.duplicates += 1 - inserted as u64;
    }
    Ok(stored)
}
