//! Group buys: so many members together get an item for less, each one of it, if they meet in time.
//!
//! A group keeps the terms under which it was started, whatever the settings say later. It is open until enough members
//! have joined or its time is over; once complete, its members have as long again to order at its price. It deliberately
//! takes no money before it is complete, and tells nobody who else has joined.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use super::config::Shop;
use super::error::CrmError;

const HOUR_MS: i64 = 60 * 60 * 1000;
/// Open groups of an item that are listed.
const LISTED: i64 = 20;

#[derive(Debug, Serialize)]
pub struct Group {
    pub id: String,
    pub item: String,
    pub percent: i64,
    pub size: i64,
    pub joined: i64,
    pub opened: i64,
    /// Until when it may be joined; once complete, until when its price holds.
    pub ends: i64,
    /// `open`, `complete` or `over`.
    pub state: &'static str,
    /// The order in which the member used the price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

/// Starts a group with the member in it. Who is in one of the item that is open, or complete and not used yet, stays in it.
///
/// # Errors
/// `crm.unknown` for an item that is not bought in groups.
pub fn start(
    database: &Connection,
    shop: &Shop,
    member: &str,
    item: &str,
    now: i64,
) -> Result<Group, CrmError> {
    let terms = shop.group_buys.iter().find(|terms| terms.item == item);
    let terms = terms.ok_or_else(|| CrmError::Unknown {
        what: "group buy",
        id: item.chars().take(80).collect(),
    })?;
    if let Some(held) = held(database, member, item, now)? {
        return Ok(held);
    }
    let id = uuid::Uuid::new_v4().to_string();
    database.execute(
        "INSERT INTO group_buys VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL)",
        params![
            id,
            item,
            terms.percent,
            terms.size,
            terms.hours,
            now,
            now + terms.hours * HOUR_MS
        ],
    )?;
    enter(database, &id, member, now)?;
    one(database, member, &id, now)
}

/// Joins a group; the last that it takes completes it. Joining again changes nothing.
///
/// # Errors
/// `crm.unknown`; `crm.group_closed` for one that is full or over; `crm.group_held` for a member of another of the item.
pub fn join(database: &Connection, member: &str, id: &str, now: i64) -> Result<Group, CrmError> {
    let (group, hours) = any(database, id, now)?;
    if let Some(held) = held(database, member, &group.item, now)? {
        return match held.id == id {
            true => Ok(held),
            false => Err(CrmError::GroupHeld(held.id)),
        };
    }
    if group.state != "open" {
        return Err(CrmError::GroupClosed {
            id: id.into(),
            state: group.state,
        });
    }
    enter(database, id, member, now)?;
    if group.joined + 1 == group.size {
        database.execute(
            "UPDATE group_buys SET completed_ms = ?2, ends_ms = ?3 WHERE id = ?1",
            params![id, now, now + hours * HOUR_MS],
        )?;
    }
    one(database, member, id, now)
}

fn enter(database: &Connection, id: &str, member: &str, now: i64) -> Result<(), CrmError> {
    database.execute(
        "INSERT INTO group_members VALUES (?1, ?2, ?3, NULL)",
        params![id, member, now],
    )?;
    Ok(())
}

const COLUMNS: &str = "g.id, g.item, g.percent, g.size, g.opened_ms, g.ends_ms, g.completed_ms,
     (SELECT count(*) FROM group_members AS all_of WHERE all_of.group_id = g.id)";

fn read(row: &Row, now: i64, order: Option<String>) -> rusqlite::Result<Group> {
    let (ends, completed): (i64, Option<i64>) = (row.get(5)?, row.get(6)?);
    let size = row.get(3)?;
    Ok(Group {
        id: row.get(0)?,
        item: row.get(1)?,
        percent: row.get(2)?,
        size,
        // Of a complete group some may have erased their account since.
        joined: match completed {
            Some(_) => size,
            None => row.get(7)?,
        },
        opened: row.get(4)?,
        ends,
        state: match (ends <= now, completed) {
            (true, _) => "over",
            (false, Some(_)) => "complete",
            (false, None) => "open",
        },
        order,
    })
}

/// A group whoever is in it, and its hours.
fn any(database: &Connection, id: &str, now: i64) -> Result<(Group, i64), CrmError> {
    database
        .query_row(
            &format!("SELECT {COLUMNS}, g.hours FROM group_buys AS g WHERE g.id = ?1"),
            [id],
            |row| Ok((read(row, now, None)?, row.get(8)?)),
        )
        .optional()?
        .ok_or_else(|| unknown(id))
}

fn unknown(id: &str) -> CrmError {
    CrmError::Unknown {
        what: "group",
        id: id.into(),
    }
}

/// Groups that may be joined, of one item, the fullest first.
pub fn open(database: &Connection, item: &str, now: i64) -> Result<Vec<Group>, CrmError> {
    let mut rows = database.prepare_cached(&format!(
        "SELECT {COLUMNS} AS joined FROM group_buys AS g
         WHERE g.item = ?1 AND g.completed_ms IS NULL AND g.ends_ms > ?2
         ORDER BY g.size - joined, g.ends_ms, g.id LIMIT ?3"
    ))?;
    let rows = rows.query_map(params![item, now, LISTED], |row| read(row, now, None))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Groups that the member is in, the newest first.
pub fn of(database: &Connection, member: &str, now: i64) -> Result<Vec<Group>, CrmError> {
    let mut rows = database.prepare_cached(&format!(
        "SELECT {COLUMNS}, m.order_id FROM group_members AS m JOIN group_buys AS g ON g.id = m.group_id
         WHERE m.member = ?1 ORDER BY m.joined_ms DESC, g.id"
    ))?;
    let rows = rows.query_map([member], |row| read(row, now, row.get(8)?))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn one(database: &Connection, member: &str, id: &str, now: i64) -> Result<Group, CrmError> {
    let found = of(database, member, now)?
        .into_iter()
        .find(|one| one.id == id);
    found.ok_or_else(|| unknown(id))
}

/// The member's group of an item that is not over and whose price is not used.
fn held(
    database: &Connection,
    member: &str,
    item: &str,
    now: i64,
) -> Result<Option<Group>, CrmError> {
    let held = |one: &Group| one.item == item && one.state != "over" && one.order.is_none();
    Ok(of(database, member, now)?.into_iter().find(held))
}

/// What a group takes off an order of these lines (item, price of one): its percentage of one of the item.
///
/// # Errors
/// `crm.unknown`; `crm.group_price` with why it does not hold; `crm.group_headroom`.
pub fn discount(
    database: &Connection,
    shop: &Shop,
    member: &str,
    id: &str,
    lines: &[(&str, i64)],
    now: i64,
) -> Result<i64, CrmError> {
    let group = one(database, member, id, now)?;
    let line = lines.iter().find(|(item, _)| *item == group.item);
    let refused = |cause| {
        Err(CrmError::GroupPrice {
            id: id.into(),
            cause,
        })
    };
    let price = match (group.order, group.state, line) {
        (Some(_), ..) => return refused("it was used in an order"),
        (None, "open", _) => return refused("the group is not complete"),
        (None, "over", _) => return refused("its time is over"),
        (None, _, None) => return refused("its item is not in the order"),
        (None, _, Some((_, price))) => *price,
    };
    let discount = price / 100 * group.percent + price % 100 * group.percent / 100;
    let headroom = shop.headroom.of(&group.item, price);
    match discount > headroom {
        true => Err(CrmError::GroupHeadroom {
            id: id.into(),
            discount,
            headroom,
        }),
        false => Ok(discount),
    }
}

pub fn redeem(database: &Connection, member: &str, id: &str, order: &str) -> Result<(), CrmError> {
    database.execute(
        "UPDATE group_members SET order_id = ?3 WHERE group_id = ?1 AND member = ?2",
        [id, member, order],
    )?;
    Ok(())
}

/// Gives the price back after its order was cancelled; it ends when it would have.
pub fn give_back(database: &Connection, order: &str) -> Result<(), CrmError> {
    database.execute(
        "UPDATE group_members SET order_id = NULL WHERE order_id = ?1",
        [order],
    )?;
    Ok(())
}

/// Deletes groups that nobody is in, after a member was erased.
pub fn sweep(database: &Connection) -> Result<(), CrmError> {
    database.execute(
        "DELETE FROM group_buys WHERE id NOT IN (SELECT group_id FROM group_members)",
        [],
    )?;
    Ok(())
}
