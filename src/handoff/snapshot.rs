//! A snapshot put together: checked for persons, cut to its audience's fields and bound.

use super::schema;
use super::{Audience, MAX_BYTES, MINUTES, MOST_MINUTES, pack};
use crate::consent;
use crate::value::Value;

/// Version of snapshots.
pub const VERSION: f64 = 1.0;
/// Longest id, and longest text of an enquiry, in bytes.
const MAX_ID: usize = 128;
const MAX_TOPIC: usize = 120;
/// Elements of a list before it is cut to the bound.
const MAX_LIST: usize = 40;

/// What goes into a snapshot, each list with the most telling first.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// The member's hash; empty for a guest.
    pub member: String,
    /// Orders, from the CRM.
    pub orders: Vec<Value>,
    /// Items looked at.
    pub browsing: Vec<Value>,
    /// Open and past enquiries.
    pub enquiries: Vec<Value>,
    /// Returns and reported issues, counted.
    pub after_sales: Vec<Value>,
    /// Intent of the visit; null without one.
    pub intent: Value,
    /// Reasons for hesitation, counted.
    pub reasons: Vec<Value>,
    /// Liked categories, brands and price level.
    pub preferences: Vec<Value>,
    /// Items and categories that the reader should not bring up.
    pub unmentioned: Vec<Value>,
    /// Tags.
    pub tags: Vec<Value>,
    /// A booked visit; null without one.
    pub visit: Value,
}

/// Lists that are cut where a snapshot is too large; of equally long ones the first. What is not to be mentioned goes last.
const CUT: [&str; 7] = [
    "tags",
    "browsing",
    "orders",
    "preferences",
    "reasons",
    "enquiries",
    "afterSales",
];

/// The snapshot of a moment, and its code without a signature.
pub fn snapshot(
    parts: Parts,
    audience: Audience,
    minutes: Option<f64>,
    now: i64,
) -> (Value, String) {
    let minutes = minutes.unwrap_or(MINUTES).clamp(1.0, MOST_MINUTES);
    // Whole seconds, as a signature says them.
    let made = now.div_euclid(1000) * 1000;
    let expires = made + (minutes * 60.0) as i64 * 1000;
    let mut dropped = 0u32;
    let mut list = |list: Vec<Value>| {
        let mut sound: Vec<Value> = Vec::new();
        for one in list {
            match clean(&one) {
                Some(one) if sound.len() < MAX_LIST => sound.push(one),
                _ => dropped += 1,
            }
        }
        Value::List(sound)
    };
    let lists = [
        ("orders", list(parts.orders)),
        ("browsing", list(parts.browsing)),
        ("enquiries", list(parts.enquiries)),
        ("afterSales", list(parts.after_sales)),
        ("reasons", list(parts.reasons)),
        ("preferences", list(parts.preferences)),
        ("doNotMention", list(parts.unmentioned)),
        ("tags", list(parts.tags)),
    ];
    let mut all = Value::map([
        ("version", VERSION.into()),
        ("audience", audience.name().into()),
        (
            "member",
            Some(parts.member)
                .filter(|member| !member.is_empty())
                .into(),
        ),
        ("made", made.into()),
        ("expires", expires.into()),
        ("intent", clean(&parts.intent).unwrap_or(Value::Null)),
        ("visit", clean(&parts.visit).unwrap_or(Value::Null)),
        ("omitted", dropped.into()),
    ]);
    for (name, list) in lists {
        all.set(name, list);
    }
    let mut snapshot = schema::kept(audience, &all);
    loop {
        let code = pack::pack(&snapshot);
        if code.len() <= audience.most() && snapshot.to_json().len() <= MAX_BYTES {
            return (snapshot, code);
        }
        if !shorten(&mut snapshot) {
            // Nothing is left to cut: ids are bounded, so this is never larger than any bound.
            return (snapshot, code);
        }
        let omitted = snapshot.number_of("omitted").unwrap_or(0.0);
        snapshot.set("omitted", (omitted + 1.0).into());
    }
}

/// Takes the last off the longest list; whether there was one.
fn shorten(snapshot: &mut Value) -> bool {
    let length = |name: &str| snapshot.get(name).map_or(0, |list| list.elements().len());
    let longest = CUT.into_iter().rev().max_by_key(|name| length(name));
    let name = match longest.filter(|name| length(name) > 0) {
        Some(name) => name,
        None if length("doNotMention") > 0 => "doNotMention",
        None => return false,
    };
    let mut list = snapshot
        .get(name)
        .map_or(Vec::new(), |list| list.elements().to_vec());
    list.pop();
    snapshot.set(name, Value::List(list));
    true
}

/// A part without persons and without what is too long to be one of the shop's words; nothing where its item is such.
fn clean(value: &Value) -> Option<Value> {
    let Value::Map(entries) = value else {
        return text(value).then(|| value.clone());
    };
    let mut left = Vec::new();
    for (name, value) in entries {
        if *value == Value::Null {
            continue;
        }
        if name == "topic" {
            // A person may write anything: a telephone number is left out, the question stays one.
            let topic = value.text().unwrap_or("").trim();
            if !topic.is_empty() && consent::find(topic, true).is_none() {
                left.push((name.clone(), cut(topic).into()));
            }
            continue;
        }
        let value = match value {
            Value::List(list) => Value::List(
                list.iter()
                    .filter(|one| text(one))
                    .take(MAX_LIST)
                    .cloned()
                    .collect(),
            ),
            other => other.clone(),
        };
        if !text(&value) {
            return None;
        }
        left.push((name.clone(), value));
    }
    Some(Value::Map(left))
}

/// Whether a value is none of a person's: a number, or a short text that is no address, telephone or card.
fn text(value: &Value) -> bool {
    value
        .text()
        .is_none_or(|text| text.len() <= MAX_ID && consent::find(text, false).is_none())
}

fn cut(text: &str) -> &str {
    let end = (0..=text.len().min(MAX_TOPIC))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or(0)).unwrap_or("")
}
