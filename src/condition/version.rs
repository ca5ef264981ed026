//! Version numbers compared part by part, as GrowthBook pads them: `v` and build dropped, `1.2.3` above `1.2.3-beta`.

use std::cmp::Ordering;

use super::Value;
use crate::lines::{cut, list};
use crate::value::number;

/// The order of two versions; nothing unless both are texts or both numbers.
pub fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Text(_), Value::Text(_)) | (Value::Number(_), Value::Number(_)) => {
            Some(padded(one).encode_utf16().cmp(padded(other).encode_utf16()))
        }
        _ => None,
    }
}

/// A text whose order is that of the versions: each numeric part is padded on the left.
fn padded(version: &Value) -> String {
    let mut text = String::new();
    match version {
        Value::Text(version) => text.push_str(version),
        Value::Number(version) => number::print(&mut text, *version),
        _ => {}
    }
    if text.is_empty() {
        text.push('0');
    }
    let mut rest = text.strip_prefix('v').unwrap_or(&text);
    let version = cut(&mut rest, b'+').replace('-', ".");
    let mut parts = list(&version, b'.');
    if parts.len() == 3 {
        parts.push("~");
    }
    let mut out = String::new();
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            out.push('-');
        }
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            (part.len()..5).for_each(|_| out.push(' '));
        }
        out.push_str(part);
    }
    out
}
