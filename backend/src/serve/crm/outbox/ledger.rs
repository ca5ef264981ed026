//! The outbox's table: an entry is taken in once, claimed under a lease, and settled.
//!
//! A claim is written before the message goes out. A process that dies in between leaves an entry whose lease ends, and
//! which is sent again under the same id. Two clocks: what a shopper sees goes by the CRM's, which a demonstration may
//! move; leases and repetitions by the machine's.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use tillside::act::channel::Channel;
use tillside::act::rule::Kind;
use tillside::stores::clock::Clock;

use super::judge::{Case, Standing, Verdict, judge};
use super::request::{Reason, Request};
use super::settings::Settings;
use crate::serve::crm::DAY_MS;
use crate::serve::crm::channel::{self, Channels};
use crate::serve::crm::error::CrmError;

/// Entries of one member that wait at the same time, and that are taken within a day: a page that asks without end is not
/// heard without end.
const PENDING: i64 = 32;
const DAILY: i64 = 100;
/// How long what was decided is kept.
const KEPT_MS: i64 = 90 * DAY_MS;
/// What a lease lasts longer than the receiver may take.
const MARGIN_MS: i64 = 2_000;
const FIRST_RETRY_MS: i64 = 1_000;
const LAST_RETRY_MS: i64 = 60 * 60 * 1000;
/// Entries in one list.
const LISTED: usize = 200;

/// An entry as operators and its member see it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub id: String,
    pub member: String,
    pub requested: i64,
    pub rule: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub channel: String,
    pub template: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    pub locale: String,
    pub not_before: i64,
    pub not_after: i64,
    /// `pending`, `delivered` or `suppressed`.
    pub state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was decided, or last sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<i64>,
    /// Not before then, while it is pending.
    pub due: i64,
    pub attempts: u32,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    #[serde(skip)]
    offset: Option<i32>,
}

const COLUMNS: &str =
    "id, member, requested_ms, rule, kind, channel, template, campaign, locale, not_before_ms,
   not_after_ms, state, reason, decided_ms, due_ms, attempts, problem, offset_minutes";

fn read(row: &Row) -> rusqlite::Result<Entry> {
    Ok(Entry {
        id: row.get(0)?,
        member: row.get(1)?,
        requested: row.get(2)?,
        rule: row.get(3)?,
        kind: row.get(4)?,
        channel: row.get(5)?,
        template: row.get(6)?,
        campaign: row.get(7)?,
        locale: row.get(8)?,
        not_before: row.get(9)?,
        not_after: row.get(10)?,
        state: row.get(11)?,
        reason: row.get(12)?,
        decided: row.get(13)?,
        due: row.get(14)?,
        attempts: row.get(15)?,
        problem: row.get(16)?,
        offset: row.get(17)?,
    })
}

/// Takes a request in. The same id again, an address that nobody has, and more than a member may ask for change nothing.
/// Whether there is a new entry.
///
/// # Errors
/// `crm.database`.
pub fn take(database: &Connection, request: &Request, now: i64) -> Result<bool, CrmError> {
    let Some(member) = channel::member_at(database, &request.address)? else {
        return Ok(false);
    };
    let (pending, today): (i64, i64) = database.query_row(
        "SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE requested_ms > ?2)
         FROM outbox WHERE member = ?1",
        params![member, now - DAY_MS],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if pending >= PENDING || today >= DAILY {
        return Ok(false);
    }
    let requested = now - request.age_ms;
    let from = requested + request.from_ms;
    let added = database.execute(
        "INSERT INTO outbox (id, member, requested_ms, rule, kind, channel, template, campaign, locale, not_before_ms,
           not_after_ms, offset_minutes, state, due_ms, attempts, retry_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'pending', ?10, 0, 0) ON CONFLICT (id) DO NOTHING",
        params![
            request.id,
            member,
            requested,
            request.rule,
            request.kind.name(),
            request.channel.name(),
            request.template,
            request.campaign,
            request.locale,
            from,
            requested + request.to_ms,
            request.offset,
        ],
    )?;
    if added == 0 {
        return Ok(false);
    }
    // Of one rule the newest request counts, as far as none was sent.
    database.execute(
        "UPDATE outbox SET state = 'suppressed', reason = ?4, decided_ms = ?5
         WHERE member = ?1 AND rule = ?2 AND id <> ?3 AND state = 'pending' AND attempts = 0",
        params![
            member,
            request.rule,
            request.id,
            Reason::Superseded.name(),
            now
        ],
    )?;
    let allowed = channel::of(database, &member)?.allows(request.channel);
    if !allowed {
        settle_as(database, &request.id, Reason::NoPermission, now)?;
    }
    database.execute(
        "DELETE FROM outbox WHERE state <> 'pending' AND decided_ms < ?1",
        [now - KEPT_MS],
    )?;
    Ok(true)
}

fn settle_as(database: &Connection, id: &str, why: Reason, now: i64) -> Result<(), CrmError> {
    database.execute(
        "UPDATE outbox SET state = 'suppressed', reason = ?2, decided_ms = ?3 WHERE id = ?1 AND state = 'pending'",
        params![id, why.name(), now],
    )?;
    Ok(())
}

/// Suppresses what waits of a member in channels that they do not allow.
///
/// # Errors
/// `crm.database`.
pub fn withdraw(
    database: &Connection,
    member: &str,
    channels: &Channels,
    now: i64,
) -> Result<(), CrmError> {
    for channel in Channel::OFF_SITE {
        if channels.allows(channel) {
            continue;
        }
        database.execute(
            "UPDATE outbox SET state = 'suppressed', reason = ?3, decided_ms = ?4
             WHERE member = ?1 AND channel = ?2 AND state = 'pending'",
            params![member, channel.name(), Reason::NoPermission.name(), now],
        )?;
    }
    Ok(())
}

/// What there is to do.
#[derive(Debug)]
pub enum Next {
    /// An entry that is claimed and to be sent.
    Send(Box<Entry>),
    /// Something was decided; ask again.
    Decided,
    /// Nothing is due before then, by the CRM's clock and the machine's; `None` where nothing waits.
    Idle(Option<i64>),
}

/// Judges the entry that is due first. `now` is the CRM's clock, `real` the machine's.
///
/// # Errors
/// `crm.database`.
pub fn next(
    database: &Connection,
    settings: &Settings,
    now: i64,
    real: i64,
) -> Result<Next, CrmError> {
    let due = database
        .query_row(
            &format!(
                "SELECT {COLUMNS} FROM outbox WHERE state = 'pending' AND due_ms <= ?1 AND retry_ms <= ?2
                 ORDER BY due_ms, id LIMIT 1"
            ),
            [now, real],
            read,
        )
        .optional()?;
    let Some(entry) = due else {
        // How long the sooner of all waits, by whichever clock holds it back.
        let wait: Option<i64> = database.query_row(
            "SELECT min(max(due_ms - ?1, retry_ms - ?2)) FROM outbox WHERE state = 'pending'",
            [now, real],
            |row| row.get(0),
        )?;
        return Ok(Next::Idle(wait));
    };
    match judged(database, settings, &entry, now)? {
        Verdict::Suppress(why) => settle_as(database, &entry.id, why, now)?,
        Verdict::Wait(until) => {
            database.execute(
                "UPDATE outbox SET due_ms = ?2 WHERE id = ?1",
                params![entry.id, until],
            )?;
        }
        // Without a receiver it waits for its end.
        Verdict::Send if settings.url.is_none() => {
            database.execute(
                "UPDATE outbox SET due_ms = not_after_ms + 1 WHERE id = ?1",
                [&entry.id],
            )?;
        }
        Verdict::Send => {
            let lease = real + settings.timeout_seconds * 1000 + MARGIN_MS;
            database.execute(
                "UPDATE outbox SET attempts = attempts + 1, decided_ms = ?2, retry_ms = ?3 WHERE id = ?1",
                params![entry.id, now, lease],
            )?;
            return Ok(Next::Send(Box::new(Entry {
                attempts: entry.attempts + 1,
                ..entry
            })));
        }
    }
    Ok(Next::Decided)
}

fn judged(
    database: &Connection,
    settings: &Settings,
    entry: &Entry,
    now: i64,
) -> Result<Verdict, CrmError> {
    let kind = Kind::NAMES.iter().find(|(name, _)| *name == entry.kind);
    let clock = Clock::parse(&settings.clock);
    let case = Case {
        from: entry.not_before,
        to: entry.not_after,
        promotes: kind.is_none_or(|(_, kind)| kind.promotes()),
        offset: entry
            .offset
            .or(clock.map(|clock| clock.offset(now)))
            .unwrap_or(0),
    };
    let channels = channel::of(database, &entry.member)?;
    let channel = Channel::named(&entry.channel);
    let is = |sql: &str| -> rusqlite::Result<bool> {
        database.query_row(sql, params![entry.member, entry.requested], |row| {
            row.get(0)
        })
    };
    // What was sent once may have arrived, though nobody said so: it counts.
    let sent = |since: i64| -> rusqlite::Result<u32> {
        database.query_row(
            "SELECT count(*) FROM outbox WHERE member = ?1 AND id <> ?2 AND decided_ms > ?3
             AND (state = 'delivered' OR attempts > 0)",
            params![entry.member, entry.id, since],
            |row| row.get(0),
        )
    };
    let standing = Standing {
        allowed: channel.is_some_and(|channel| channels.allows(channel)),
        complains: is(
            "SELECT EXISTS (SELECT 1 FROM contacts WHERE member = ?1 AND resolved_ms IS NULL AND ?2 IS NOT NULL)",
        )?,
        ordered: is(
            "SELECT EXISTS (SELECT 1 FROM orders WHERE member = ?1 AND placed_ms > ?2
             AND state IN ('placed', 'delivered'))",
        )?,
        day: sent(now - DAY_MS)?,
        week: sent(now - 7 * DAY_MS)?,
    };
    Ok(judge(&case, &standing, settings.caps, settings.quiet, now))
}

/// The receiver has it.
///
/// # Errors
/// `crm.database`.
pub fn delivered(database: &Connection, id: &str, now: i64) -> Result<(), CrmError> {
    // Whatever was decided meanwhile: it is there.
    database.execute(
        "UPDATE outbox SET state = 'delivered', reason = NULL, problem = NULL, decided_ms = ?2 WHERE id = ?1",
        params![id, now],
    )?;
    Ok(())
}

/// The receiver may not have it: it is sent again, later each time. `chance` from 0 to 1 spreads repetitions.
///
/// # Errors
/// `crm.database`.
pub fn failed(
    database: &Connection,
    entry: &Entry,
    problem: &str,
    real: i64,
    chance: f64,
) -> Result<(), CrmError> {
    database.execute(
        "UPDATE outbox SET retry_ms = ?2, problem = ?3 WHERE id = ?1",
        params![entry.id, real + backoff(entry.attempts, chance), problem],
    )?;
    Ok(())
}

/// Doubled with each attempt, up to an hour; up to half as long again by chance.
fn backoff(attempts: u32, chance: f64) -> i64 {
    let doubled = FIRST_RETRY_MS << attempts.saturating_sub(1).min(20);
    let base = doubled.min(LAST_RETRY_MS);
    base + (base as f64 / 2.0 * chance.clamp(0.0, 1.0)) as i64
}

/// The newest entries, of one member or of all.
///
/// # Errors
/// `crm.database`.
pub fn newest(database: &Connection, member: Option<&str>) -> Result<Vec<Entry>, CrmError> {
    let mut rows = database.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM outbox WHERE ?1 IS NULL OR member = ?1 ORDER BY requested_ms DESC, id LIMIT {LISTED}"
    ))?;
    let rows = rows.query_map([member], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One entry.
///
/// # Errors
/// `crm.unknown`.
pub fn one(database: &Connection, id: &str) -> Result<Entry, CrmError> {
    database
        .query_row(
            &format!("SELECT {COLUMNS} FROM outbox WHERE id = ?1"),
            [id],
            read,
        )
        .optional()?
        .ok_or_else(|| CrmError::Unknown {
            what: "message",
            id: id.into(),
        })
}

/// How many there are of each state and reason.
#[derive(Debug, Serialize)]
pub struct Count {
    pub state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub count: i64,
}

/// # Errors
/// `crm.database`.
pub fn counts(database: &Connection) -> Result<Vec<Count>, CrmError> {
    let mut rows = database.prepare_cached(
        "SELECT state, reason, count(*) FROM outbox GROUP BY state, reason ORDER BY state, reason",
    )?;
    let rows = rows.query_map([], |row| {
        Ok(Count {
            state: row.get(0)?,
            reason: row.get(1)?,
            count: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_come_later_each_time_and_at_least_every_hour_and_a_half() {
        assert_eq!(backoff(1, 0.0), 1_000);
        assert_eq!(backoff(2, 0.0), 2_000);
        assert_eq!(backoff(5, 1.0), 24_000);
        assert_eq!(backoff(40, 0.0), LAST_RETRY_MS);
        assert_eq!(backoff(u32::MAX, 1.0), LAST_RETRY_MS * 3 / 2);
    }
}
