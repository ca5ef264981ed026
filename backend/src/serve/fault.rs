//! Errors of a single message.

use serde_json::Value;

use crate::Coded;

/// Bytes of one message as it was sent.
pub const EVENT_LIMIT: usize = 32 * 1024;

/// Why one message was not taken. `at` is its place in the request: `batch[3]`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    #[error(
        "{at} is {bytes} bytes, the limit is {EVENT_LIMIT}; send less in its properties, traits and context"
    )]
    Size { at: String, bytes: usize },
    #[error("{at} cannot be read: {source}; send valid JSON")]
    Json {
        at: String,
        source: serde_json::Error,
    },
    #[error("{at} is {found}; send a message, that is an object with a type")]
    NotAnObject { at: String, found: String },
    #[error("{at}.type is {found}; send one of track, identify, page, screen, group, alias")]
    Type { at: String, found: String },
    #[error("{at}.{field} is missing; a message of type {kind} needs it, a non-empty string")]
    Missing {
        at: String,
        field: &'static str,
        kind: &'static str,
    },
    #[error("{at}.{field} is {found}; send {expected}, or leave it out where it is optional")]
    Field {
        at: String,
        field: &'static str,
        found: String,
        expected: &'static str,
    },
    #[error(
        "{at} has neither anonymousId nor userId; send one of them, a non-empty string, so that a visit can be told from another"
    )]
    Identity { at: String },
    #[error(
        "{at}.{field} is {found}; send ISO 8601 with an offset, such as 2026-11-21T08:30:00.000Z"
    )]
    Time {
        at: String,
        field: &'static str,
        found: String,
    },
}

impl Coded for Fault {
    fn code(&self) -> &'static str {
        match self {
            Fault::Size { .. } => "event.size",
            Fault::Json { .. } => "event.json",
            Fault::NotAnObject { .. } => "event.object",
            Fault::Type { .. } => "event.type",
            Fault::Missing { .. } => "event.missing",
            Fault::Field { .. } => "event.field",
            Fault::Identity { .. } => "event.identity",
            Fault::Time { .. } => "event.time",
        }
    }
}

/// A value as a message to a person names it: short, with control characters escaped.
pub fn describe(value: Option<&Value>) -> String {
    const SHOWN: usize = 40;
    match value {
        None => "missing".into(),
        Some(Value::Null) => "null".into(),
        Some(Value::Bool(value)) => value.to_string(),
        Some(Value::Number(number)) => format!("the number {number}"),
        Some(Value::Array(_)) => "an array".into(),
        Some(Value::Object(_)) => "an object".into(),
        Some(Value::String(text)) if text.chars().nth(SHOWN).is_some() => {
            let start: String = text.chars().take(SHOWN).collect();
            format!("the text {start:?}…")
        }
        Some(Value::String(text)) => format!("the text {text:?}"),
    }
}
