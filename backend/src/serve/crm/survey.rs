//! Answers to surveys: once for each order and each service contact, three marks of 1 to 5.
//!
//! A mark of 2 or less opens a service contact, so that somebody looks into it, an agent who is handed the shopper sees it,
//! and nothing is advertised until it is resolved. When to ask is the page's matter; an answer is never changed.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::contact::{self, Contact};
use super::error::CrmError;
use super::order;

/// The best mark that is a complaint.
const BAD: i64 = 2;

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// About an order.
    Delivery,
    /// About a service contact.
    Service,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Delivery => "delivery",
            Kind::Service => "service",
        }
    }
}

/// An answer as a page gives it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    pub kind: Kind,
    /// The order or the contact.
    pub about: String,
    pub rating: i64,
    pub rating_delivery: i64,
    pub rating_service: i64,
    /// Topic of the contact that a bad answer opens, in the shopper's language.
    pub topic: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Answer {
    pub kind: String,
    pub about: String,
    pub at: i64,
    pub rating: i64,
    pub rating_delivery: i64,
    pub rating_service: i64,
    /// The contact that a bad answer has opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

const COLUMNS: &str = "kind, about, at_ms, rating, rating_delivery, rating_service, contact";

fn read(row: &Row) -> rusqlite::Result<Answer> {
    Ok(Answer {
        kind: row.get(0)?,
        about: row.get(1)?,
        at: row.get(2)?,
        rating: row.get(3)?,
        rating_delivery: row.get(4)?,
        rating_service: row.get(5)?,
        contact: row.get(6)?,
    })
}

/// Keeps an answer; a second one to the same gets the first.
///
/// # Errors
/// `crm.field` for a mark out of range or a topic that is too long; `crm.unknown` for an order or contact that is not the
/// member's.
pub fn answer(
    database: &Connection,
    member: &str,
    given: &Given,
    now: i64,
) -> Result<Answer, CrmError> {
    let marks = [
        ("rating", given.rating),
        ("rating_delivery", given.rating_delivery),
        ("rating_service", given.rating_service),
    ];
    if let Some((field, mark)) = marks.iter().find(|(_, mark)| !(1..=5).contains(mark)) {
        return Err(CrmError::Field {
            field,
            found: mark.to_string(),
            expected: "1 to 5",
        });
    }
    let first = database
        .query_row(
            &format!(
                "SELECT {COLUMNS} FROM surveys WHERE member = ?1 AND kind = ?2 AND about = ?3"
            ),
            [member, given.kind.name(), &given.about],
            read,
        )
        .optional()?;
    if let Some(first) = first {
        return Ok(first);
    }
    let (item, of_order) = subject(database, member, given)?;
    let is_bad = marks.iter().any(|(_, mark)| *mark <= BAD);
    let opened: Option<Contact> = match is_bad {
        true => {
            let said = marks
                .map(|(name, mark)| format!("{name} {mark}"))
                .join(", ");
            let topic = given.topic.as_deref().unwrap_or(&said);
            let (item, order) = (item.as_deref(), of_order.as_deref());
            Some(contact::open(
                database, member, "chat", topic, item, order, now,
            )?)
        }
        false => None,
    };
    let answer = Answer {
        kind: given.kind.name().into(),
        about: given.about.clone(),
        at: now,
        rating: given.rating,
        rating_delivery: given.rating_delivery,
        rating_service: given.rating_service,
        contact: opened.map(|contact| contact.id),
    };
    database.execute(
        "INSERT INTO surveys VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            member,
            answer.kind,
            answer.about,
            now,
            answer.rating,
            answer.rating_delivery,
            answer.rating_service,
            answer.contact
        ],
    )?;
    Ok(answer)
}

/// The item and the order of what was asked about: of an order with one line its item, of a contact what it was about.
fn subject(
    database: &Connection,
    member: &str,
    given: &Given,
) -> Result<(Option<String>, Option<String>), CrmError> {
    match given.kind {
        Kind::Delivery => {
            let order = order::get(database, member, &given.about)?;
            let item = match order.lines.as_slice() {
                [line] => Some(line.item.clone()),
                _ => None,
            };
            Ok((item, Some(order.id)))
        }
        Kind::Service => {
            let contact = contact::one(database, member, &given.about)?;
            Ok((contact.item, contact.order))
        }
    }
}

/// All answers of a member, the newest first.
pub fn all(database: &Connection, member: &str) -> Result<Vec<Answer>, CrmError> {
    let mut rows = database.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM surveys WHERE member = ?1 ORDER BY at_ms DESC, about"
    ))?;
    let rows = rows.query_map([member], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
