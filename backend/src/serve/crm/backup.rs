//! A member's portrait as their devices encrypted it: bytes that only they can read.
//!
//! Written under a condition, so that of two devices that write at once the second merges before it writes again. A tag
//! is never used twice, so that none stands for another state after a deletion.

use rusqlite::{Connection, OptionalExtension, params};

use super::error::CrmError;

/// Bytes of a backup.
pub const LIMIT: usize = 256 * 1024;

#[derive(Debug)]
pub struct Backup {
    /// Of this state and no other, with its quotation marks.
    pub tag: String,
    pub changed: i64,
    pub bytes: Vec<u8>,
}

/// Under which condition a backup is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition<'a> {
    /// There is none yet.
    Absent,
    /// It is the one of this tag.
    Tag(&'a str),
}

/// # Errors
/// `crm.unknown` where there is none.
pub fn get(database: &Connection, member: &str) -> Result<Backup, CrmError> {
    find(database, member)?.ok_or_else(|| CrmError::Unknown {
        what: "backup",
        id: "backup".into(),
    })
}

fn find(database: &Connection, member: &str) -> Result<Option<Backup>, CrmError> {
    let found = database
        .query_row(
            "SELECT tag, changed_ms, bytes FROM backups WHERE member = ?1",
            [member],
            |row| {
                Ok(Backup {
                    tag: row.get(0)?,
                    changed: row.get(1)?,
                    bytes: row.get(2)?,
                })
            },
        )
        .optional()?;
    Ok(found)
}

/// Writes a backup; returns its tag.
///
/// # Errors
/// `crm.backup_size`, `crm.backup_condition` where there is no condition, `crm.backup_changed` where it does not hold.
pub fn put(
    database: &Connection,
    member: &str,
    bytes: &[u8],
    condition: Option<Condition>,
    now: i64,
) -> Result<String, CrmError> {
    if bytes.len() > LIMIT {
        return Err(CrmError::BackupSize {
            bytes: bytes.len(),
            limit: LIMIT,
        });
    }
    let condition = condition.ok_or(CrmError::BackupCondition)?;
    let known = find(database, member)?.map(|backup| backup.tag);
    let holds = match condition {
        Condition::Absent => known.is_none(),
        Condition::Tag(tag) => known.as_deref() == Some(tag),
    };
    if !holds {
        return Err(CrmError::BackupChanged);
    }
    let tag = format!("\"{}\"", uuid::Uuid::new_v4().simple());
    database.execute(
        "INSERT INTO backups VALUES (?1, ?2, ?3, ?4) ON CONFLICT (member)
         DO UPDATE SET tag = excluded.tag, changed_ms = excluded.changed_ms, bytes = excluded.bytes",
        params![member, tag, now, bytes],
    )?;
    Ok(tag)
}

/// Deletes a backup; one that is not there is deleted already.
///
/// # Errors
/// `crm.database`.
pub fn delete(database: &Connection, member: &str) -> Result<(), CrmError> {
    database.execute("DELETE FROM backups WHERE member = ?1", [member])?;
    Ok(())
}
