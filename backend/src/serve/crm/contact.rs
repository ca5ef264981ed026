//! Service contacts and bookings of store visits.

use rusqlite::{Connection, params};
use serde::Serialize;

use super::config::Shop;
use super::error::CrmError;

#[derive(Debug, Serialize)]
pub struct Contact {
    pub id: String,
    pub at: i64,
    /// `chat`, `phone`, `store`, `mail` or `live`.
    pub channel: String,
    pub topic: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved: Option<i64>,
}

#[derive(Debug, Serialize)]
pub struct Booking {
    pub id: String,
    pub store: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    pub visit: i64,
}

const CHANNELS: [&str; 5] = ["chat", "phone", "store", "mail", "live"];
/// Of a topic, so that a message is not stored where a subject belongs.
const MAX_TOPIC: usize = 200;
/// Visits to come that one member may hold.
const MAX_BOOKINGS: usize = 20;

/// Opens a contact; returns it.
///
/// # Errors
/// `crm.field`.
pub fn open(
    database: &Connection,
    member: &str,
    channel: &str,
    topic: &str,
    item: Option<&str>,
    order: Option<&str>,
    now: i64,
) -> Result<Contact, CrmError> {
    if !CHANNELS.contains(&channel) {
        return Err(CrmError::Field {
            field: "channel",
            found: format!("{channel:?}"),
            expected: "one of chat, phone, store, mail, live",
        });
    }
    let length = topic.chars().count();
    if !(1..=MAX_TOPIC).contains(&length) {
        return Err(CrmError::Field {
            field: "topic",
            found: format!("{length} characters long"),
            expected: "1 to 200 characters",
        });
    }
    let id = uuid::Uuid::new_v4().to_string();
    database.execute(
        "INSERT INTO contacts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL)",
        params![id, member, now, channel, topic, item, order],
    )?;
    one(database, member, &id)
}

/// # Errors
/// `crm.unknown`.
pub fn resolve(
    database: &Connection,
    member: &str,
    id: &str,
    now: i64,
) -> Result<Contact, CrmError> {
    database.execute(
        "UPDATE contacts SET resolved_ms = coalesce(resolved_ms, ?3) WHERE member = ?1 AND id = ?2",
        params![member, id, now],
    )?;
    one(database, member, id)
}

/// # Errors
/// `crm.unknown`.
pub fn one(database: &Connection, member: &str, id: &str) -> Result<Contact, CrmError> {
    let found = all(database, member)?.into_iter().find(|one| one.id == id);
    found.ok_or_else(|| CrmError::Unknown {
        what: "contact",
        id: id.into(),
    })
}

/// All contacts of a member, the newest first.
pub fn all(database: &Connection, member: &str) -> Result<Vec<Contact>, CrmError> {
    let mut rows = database.prepare_cached(
        "SELECT id, at_ms, channel, topic, item, order_id, resolved_ms FROM contacts
         WHERE member = ?1 ORDER BY at_ms DESC, id",
    )?;
    let rows = rows.query_map([member], |row| {
        Ok(Contact {
            id: row.get(0)?,
            at: row.get(1)?,
            channel: row.get(2)?,
            topic: row.get(3)?,
            item: row.get(4)?,
            order: row.get(5)?,
            resolved: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Books a visit to a store. The same visit again is the same booking.
///
/// # Errors
/// `crm.unknown` for a store that the shop does not have, `crm.field` for a visit in the past, `crm.closed` for one while
/// the store is closed or over a month ahead, `crm.bookings` for more than a member may hold.
pub fn book(
    database: &Connection,
    shop: &Shop,
    member: &str,
    store: &str,
    item: Option<&str>,
    visit: i64,
    now: i64,
) -> Result<Booking, CrmError> {
    let Some(known) = shop.store(store) else {
        return Err(CrmError::Unknown {
            what: "store",
            id: store.into(),
        });
    };
    if visit <= now {
        return Err(CrmError::Field {
            field: "visit",
            found: visit.to_string(),
            expected: "a time after now, in Unix milliseconds",
        });
    }
    if !known.takes(visit, now) {
        return Err(CrmError::Closed {
            store: store.into(),
            visit,
        });
    }
    let held = bookings(database, member, now)?;
    let same =
        |one: &Booking| one.store == store && one.visit == visit && one.item.as_deref() == item;
    if let Some(booked) = held.iter().position(same) {
        let mut held = held;
        return Ok(held.swap_remove(booked));
    }
    if held.len() >= MAX_BOOKINGS {
        return Err(CrmError::Bookings(MAX_BOOKINGS));
    }
    let id = uuid::Uuid::new_v4().to_string();
    database.execute(
        "INSERT INTO bookings VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![id, member, store, item, visit, now],
    )?;
    Ok(Booking {
        id,
        store: store.into(),
        item: item.map(str::to_owned),
        visit,
    })
}

/// Cancels a visit.
///
/// # Errors
/// `crm.unknown`.
pub fn cancel(database: &Connection, member: &str, id: &str) -> Result<(), CrmError> {
    let gone = database.execute(
        "DELETE FROM bookings WHERE member = ?1 AND id = ?2",
        [member, id],
    )?;
    match gone {
        0 => Err(CrmError::Unknown {
            what: "booking",
            id: id.into(),
        }),
        _ => Ok(()),
    }
}

/// Visits that are still to come, the next first.
pub fn bookings(database: &Connection, member: &str, now: i64) -> Result<Vec<Booking>, CrmError> {
    let mut rows = database.prepare_cached(
        "SELECT id, store, item, visit_ms FROM bookings
         WHERE member = ?1 AND visit_ms > ?2 ORDER BY visit_ms, id",
    )?;
    let rows = rows.query_map(params![member, now], |row| {
        Ok(Booking {
            id: row.get(0)?,
            store: row.get(1)?,
            item: row.get(2)?,
            visit: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
