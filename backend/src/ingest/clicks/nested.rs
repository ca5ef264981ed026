//! Lists in a cell: the items of an order, the events of a session, the parameters of GA4.

use serde_json::Value;

use super::roles::Roles;
use super::{Outcome, Wrong, kind_of};
use crate::ingest::gather::{Census, Gather};
use crate::ingest::layout::Role;
use crate::ingest::table::Table;
use crate::ingest::{Reason, messages};

/// Names under which an object holds its item, the better one first.
const KEYS: [&str; 12] = [
    "item_id",
    "product_id",
    "itemId",
    "productId",
    "aid",
    "sku",
    "id",
    "item",
    "product",
    "sku_id",
    "goods_id",
    "asin",
];
const SESSION: &str = "ga_session_id";

/// The item keys of the current row.
pub(super) fn keys(table: &Table, roles: &Roles) -> Result<Vec<String>, Wrong> {
    let text = roles.text(table, Role::Item);
    if !text.is_empty() {
        if !text.starts_with(['{', '[']) {
            return Ok(vec![text.to_owned()]);
        }
        return listed(text).ok_or((Reason::Structure, Role::Item));
    }
    for (place, separator) in &roles.lists {
        let text = table.cell(*place);
        if text.starts_with(['{', '[']) {
            return listed(text).ok_or((Reason::Structure, Role::Items));
        }
        if !text.is_empty() {
            return Ok(separator.split(text).map(str::to_owned).collect());
        }
    }
    let properties = roles.text(table, Role::Properties);
    if !properties.is_empty() {
        let about = messages::about(roles.text(table, Role::Kind), properties, 0)
            .map_err(|(reason, ..)| (reason, Role::Properties))?;
        return Ok(about.keys.into_iter().map(|key| key.into_owned()).collect());
    }
    Ok(Vec::new())
}

/// The keys in a list of keys or of objects with one each, or in one object. `None` for another structure.
fn listed(text: &str) -> Option<Vec<String>> {
    let value = serde_json::from_str(text).ok()?;
    let keys = match &value {
        Value::Array(entries) => entries.iter().map(key).collect::<Option<Vec<_>>>()?,
        one => vec![key(one)?],
    };
    Some(keys)
}

fn key(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.starts_with(['{', '[']) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(plain(&number.to_string())),
        Value::Object(object) => KEYS.iter().find_map(|name| object.get(*name).and_then(key)),
        _ => None,
    }
}

fn plain(number: &str) -> String {
    crate::ingest::column::key::without_point(number)
        .unwrap_or(number)
        .to_owned()
}

/// A list of events, each with an item, a time and a kind.
pub(super) fn events(
    table: &Table,
    roles: &Roles,
    gather: &mut Gather,
    names: &mut Census,
) -> Outcome {
    let wrong = |reason| Outcome::Wrong((reason, Role::Events));
    let Ok(Value::Array(entries)) = serde_json::from_str(roles.text(table, Role::Events)) else {
        return wrong(Reason::Structure);
    };
    let (session, user) = (
        roles.text(table, Role::Session),
        roles.text(table, Role::User),
    );
    let mut last = None;
    let mut visit = None;
    let mut read = false;
    for entry in &entries {
        let field = |names: &[&str]| {
            let found = names.iter().find_map(|name| entry.get(*name));
            match found {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => plain(&number.to_string()),
                _ => String::new(),
            }
        };
        let word = field(&["type", "kind", "event", "action", "event_type"]);
        let kind = match kind_of(table, roles, &word, gather, names) {
            Ok(kind) => kind,
            Err(name) => {
                last = Some(Outcome::Ignored(name));
                continue;
            }
        };
        let time = Roles::nested_time(&field(&["ts", "time", "timestamp"]));
        let (Some(key), Some(time)) = (key(entry), time) else {
            let reason = if time.is_none() {
                Reason::Time
            } else {
                Reason::NoItem
            };
            last = Some(wrong(reason));
            continue;
        };
        let item = match gather.item(&key) {
            Ok(item) => item,
            Err(reason) => {
                last = Some(wrong(reason));
                continue;
            }
        };
        if visit.is_none() {
            visit = gather.visit(session, user, "");
        }
        let Some(visit) = visit else {
            return Outcome::Wrong((Reason::NoShopper, Role::Session));
        };
        gather.click(visit, item, time, kind);
        read = true;
    }
    match last {
        _ if read => Outcome::Read,
        Some(outcome) => outcome,
        None => wrong(Reason::NoItems),
    }
}

/// GA4's session number among an event's parameters; empty where there is none.
pub(super) fn session(parameters: &str) -> String {
    let Ok(value) = serde_json::from_str::<Value>(parameters) else {
        return String::new();
    };
    let scalar = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let found = match &value {
        Value::Array(entries) => {
            let entry = entries
                .iter()
                .find(|entry| entry.get("key").and_then(Value::as_str) == Some(SESSION));
            entry.and_then(|entry| match entry.get("value") {
                Some(Value::Object(value)) => value.values().find_map(scalar),
                Some(other) => scalar(other),
                None => None,
            })
        }
        Value::Object(object) => object.get(SESSION).and_then(scalar),
        _ => None,
    };
    found.unwrap_or_default()
}
