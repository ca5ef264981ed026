//! The CRM's tables and their versions. A newer program brings an older database up to date, one version at a time.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::error::StartError;

/// How long another process may hold the database before a call fails.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// What leads from version n to n + 1, at place n. Append only.
const MIGRATIONS: &[&str] = &[
    "
CREATE TABLE members (
  id TEXT PRIMARY KEY NOT NULL,
  login TEXT NOT NULL UNIQUE,
  secret TEXT NOT NULL,
  name TEXT NOT NULL,
  birthday TEXT,
  joined_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY NOT NULL,
  member TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  expires_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE orders (
  id TEXT PRIMARY KEY NOT NULL,
  member TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  placed_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('placed', 'delivered', 'cancelled', 'refunded')),
  changed_ms INTEGER NOT NULL,
  subtotal INTEGER NOT NULL CHECK (subtotal >= 0),
  discount INTEGER NOT NULL CHECK (discount BETWEEN 0 AND subtotal),
  coupon TEXT
) STRICT;
CREATE INDEX orders_of_member ON orders (member, placed_ms);
CREATE TABLE order_lines (
  order_id TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  n INTEGER NOT NULL,
  item TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  price INTEGER NOT NULL CHECK (price >= 0),
  PRIMARY KEY (order_id, n)
) STRICT;
CREATE TABLE points (
  id INTEGER PRIMARY KEY,
  member TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('earned', 'reversed', 'redeemed', 'expired')),
  amount INTEGER NOT NULL CHECK (amount <> 0),
  expires_ms INTEGER,
  source TEXT NOT NULL,
  UNIQUE (member, kind, source)
) STRICT;
CREATE TABLE coupons (
  code TEXT PRIMARY KEY NOT NULL,
  member TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  campaign TEXT NOT NULL,
  period TEXT NOT NULL,
  value INTEGER NOT NULL CHECK (value > 0),
  threshold INTEGER NOT NULL CHECK (threshold >= 0),
  minted_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  redeemed_ms INTEGER,
  order_id TEXT,
  UNIQUE (member, campaign, period)
) STRICT;
CREATE INDEX coupons_of_campaign ON coupons (campaign);
CREATE TABLE contacts (
  id TEXT PRIMARY KEY NOT NULL,
  member TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  at_ms INTEGER NOT NULL,
  channel TEXT NOT NULL,
  topic TEXT NOT NULL,
  item TEXT,
  order_id TEXT,
  resolved_ms INTEGER
) STRICT;
CREATE TABLE bookings (
  id TEXT PRIMARY KEY NOT NULL,
  member TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  store TEXT NOT NULL,
  item TEXT,
  visit_ms INTEGER NOT NULL,
  made_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE answers (
  member TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  operation TEXT NOT NULL,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (member, key)
) STRICT;
CREATE TABLE erasures (
  at_ms INTEGER NOT NULL,
  rows INTEGER NOT NULL
) STRICT;
-- Money that campaigns have given to members who are erased: a budget stays spent.
CREATE TABLE spent (
  campaign TEXT PRIMARY KEY NOT NULL,
  value INTEGER NOT NULL
) STRICT;
",
    "
CREATE TABLE channels (
  member TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  allowed INTEGER NOT NULL CHECK (allowed IN (0, 1)),
  changed_ms INTEGER NOT NULL,
  PRIMARY KEY (member, channel)
) STRICT;
CREATE TABLE addresses (
  member TEXT PRIMARY KEY NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  address TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE outbox (
  id TEXT PRIMARY KEY NOT NULL,
  member TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  requested_ms INTEGER NOT NULL,
  rule TEXT NOT NULL,
  kind TEXT NOT NULL,
  channel TEXT NOT NULL,
  template TEXT NOT NULL,
  campaign TEXT,
  locale TEXT NOT NULL,
  not_before_ms INTEGER NOT NULL,
  not_after_ms INTEGER NOT NULL,
  offset_minutes INTEGER,
  state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'suppressed')),
  reason TEXT,
  decided_ms INTEGER,
  -- By the CRM's clock, which a demonstration moves, and by the machine's.
  due_ms INTEGER NOT NULL,
  retry_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  problem TEXT
) STRICT;
CREATE INDEX outbox_due ON outbox (state, due_ms);
CREATE INDEX outbox_of_member ON outbox (member, state);
",
    "
CREATE TABLE backups (
  member TEXT PRIMARY KEY NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  changed_ms INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
",
    "
CREATE TABLE group_buys (
  id TEXT PRIMARY KEY NOT NULL,
  item TEXT NOT NULL,
  percent INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
  size INTEGER NOT NULL CHECK (size >= 2),
  hours INTEGER NOT NULL CHECK (hours > 0),
  opened_ms INTEGER NOT NULL,
  ends_ms INTEGER NOT NULL,
  completed_ms INTEGER
) STRICT;
CREATE INDEX group_buys_of_item ON group_buys (item, ends_ms);
CREATE TABLE group_members (
  group_id TEXT NOT NULL REFERENCES group_buys (id) ON DELETE CASCADE,
  member TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  joined_ms INTEGER NOT NULL,
  order_id TEXT,
  PRIMARY KEY (group_id, member)
) STRICT;
CREATE INDEX groups_of_member ON group_members (member);
",
    "
CREATE TABLE surveys (
  member TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('delivery', 'service')),
  about TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
  rating_delivery INTEGER NOT NULL CHECK (rating_delivery BETWEEN 1 AND 5),
  rating_service INTEGER NOT NULL CHECK (rating_service BETWEEN 1 AND 5),
  contact TEXT,
  PRIMARY KEY (member, kind, about)
) STRICT;
",
];

/// Opens the database and brings it to the newest layout.
pub fn open(path: &Path) -> Result<Connection, StartError> {
    let newest = MIGRATIONS.len() as i64;
    let outcome = || -> rusqlite::Result<(Connection, i64)> {
        let mut database = Connection::open(path)?;
        database.busy_timeout(LOCK_PATIENCE)?;
        database.pragma_update(None, "journal_mode", "WAL")?;
        database.pragma_update(None, "synchronous", "FULL")?;
        database.pragma_update(None, "foreign_keys", "ON")?;
        // What a member has erased is not left in the file's free pages.
        database.pragma_update(None, "secure_delete", "ON")?;
        let transaction =
            database.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if (0..newest).contains(&found) {
            for migration in &MIGRATIONS[found as usize..] {
                transaction.execute_batch(migration)?;
            }
            transaction.pragma_update(None, "user_version", newest)?;
        }
        transaction.commit()?;
        Ok((database, found))
    };
    match outcome() {
        Ok((database, found)) if found <= newest => Ok(database),
        Ok((_, found)) => Err(StartError::Version {
            path: path.into(),
            found,
            newest,
        }),
        Err(source) => Err(StartError::Database {
            path: path.into(),
            source,
        }),
    }
}
