//! Which fields each audience gets: one table, by which a snapshot is cut, read and tested.
//!
//! An agent needs what went wrong and where an order is; a guide what somebody wants to see; the shop's records both, and
//! what the shopper is called. Money, birthdays, names and free texts are in nobody's.

use super::Audience;
use crate::value::Value;

/// Bit of the audience "agent".
pub const AGENT: u8 = 1;
/// Bit of the audience "store".
pub const STORE: u8 = 2;
/// Bit of the audience "crm".
pub const CRM: u8 = 4;
const ALL: u8 = AGENT | STORE | CRM;

/// The path of a field, a list's elements being `[]`, and who gets it. The place in the table is what is packed: append
/// only.
pub const FIELDS: &[(&str, u8)] = &[
    ("version", ALL),
    ("audience", ALL),
    ("member", ALL),
    ("made", ALL),
    ("expires", ALL),
    ("omitted", ALL),
    ("orders", ALL),
    ("orders[].id", AGENT | CRM),
    ("orders[].time", ALL),
    ("orders[].state", AGENT | CRM),
    ("orders[].items", ALL),
    ("browsing", ALL),
    ("browsing[].item", ALL),
    ("browsing[].looks", ALL),
    ("browsing[].last", AGENT | CRM),
    ("browsing[].inCart", ALL),
    ("enquiries", ALL),
    ("enquiries[].topic", AGENT | CRM),
    ("enquiries[].channel", AGENT | CRM),
    ("enquiries[].time", AGENT | CRM),
    ("enquiries[].item", ALL),
    ("enquiries[].open", ALL),
    ("afterSales", ALL),
    ("afterSales[].what", ALL),
    ("afterSales[].count", ALL),
    ("intent", ALL),
    ("intent.phase", ALL),
    ("intent.item", ALL),
    ("intent.reason", ALL),
    ("reasons", ALL),
    ("reasons[].code", ALL),
    ("reasons[].count", ALL),
    ("preferences", ALL),
    ("preferences[].kind", ALL),
    ("preferences[].name", ALL),
    ("doNotMention", ALL),
    ("doNotMention[].kind", ALL),
    ("doNotMention[].name", ALL),
    ("doNotMention[].why", AGENT | CRM),
    ("visit", ALL),
    ("visit.store", ALL),
    ("visit.time", ALL),
    ("tags", CRM),
];

/// Whether an audience gets a field.
pub fn gets(audience: Audience, path: &str) -> bool {
    let found = FIELDS.iter().find(|(known, _)| *known == path);
    found.is_some_and(|(_, who)| who & 1 << audience as u8 != 0)
}

/// A value without what an audience does not get.
pub fn kept(audience: Audience, value: &Value) -> Value {
    keep(audience, value, "")
}

fn keep(audience: Audience, value: &Value, path: &str) -> Value {
    match value {
        Value::Map(entries) => {
            let mut left = Vec::new();
            for (name, value) in entries {
                let at = match path {
                    "" => name.clone(),
                    _ => crate::lines::join(path, &crate::lines::join(".", name)),
                };
                if gets(audience, &at) {
                    left.push((name.clone(), keep(audience, value, &at)));
                }
            }
            Value::Map(left)
        }
        Value::List(list) => {
            let at = crate::lines::join(path, "[]");
            Value::List(list.iter().map(|one| keep(audience, one, &at)).collect())
        }
        other => other.clone(),
    }
}
