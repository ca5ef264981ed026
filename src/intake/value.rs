//! What a page hands over: any JSON-like value, taken in within bounds.
//!
//! A page may pass an object with cycles, a DOM element or ten thousand cart lines. Reading therefore stops early and
//! never fails on size: what goes beyond a bound becomes [`Value::Beyond`], and so does, unread, all that no dialect
//! has a name for. How a value of the host is looked at is the host's to say; the bounds are the same for all. There
//! is no serde here: its general reader would cost the page some fifteen kilobytes.

use super::dialect::is_known;
use crate::name::fold;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    /// In the order of the source.
    Map(Vec<(String, Value)>),
    /// Something too long, too deep, too late, of no JSON type, or under a name that means nothing here.
    Beyond,
}

/// A value of the host, looked at one level deep. Lists and maps are read lazily.
pub enum Look<'a, T> {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Box<dyn Iterator<Item = T> + 'a>),
    Map(Box<dyn Iterator<Item = (String, T)> + 'a>),
    /// Of no JSON type.
    Other,
}

/// Lists and maps within one another. Shopify's `checkout.lineItems[].variant.price.amount` inside `data` takes 7.
const DEPTH: u8 = 8;
/// Values in all: an order of 500 lines with 15 properties each.
const NODES: u32 = 8_000;
/// Elements kept of one list: one more than any list of products may have, so that too many are noticed.
const ELEMENTS: usize = 501;
/// Bytes kept of one text; fields have a lower bound of their own.
const BYTES: usize = 4_096;

impl Value {
    /// Reads a value of the host.
    pub fn read<T>(from: T, look: &dyn Fn(&T) -> Look<'_, T>) -> Value {
        let mut nodes = NODES;
        bounded(from, look, &mut nodes, 0)
    }
}

/// `nodes` are the values that may still be read, in the whole.
fn bounded<T>(from: T, look: &dyn Fn(&T) -> Look<'_, T>, nodes: &mut u32, depth: u8) -> Value {
    match look(&from) {
        Look::Null => Value::Null,
        Look::Bool(flag) => Value::Bool(flag),
        Look::Number(number) => Value::Number(number),
        Look::Text(text) if text.len() <= BYTES => Value::Text(text),
        Look::Text(_) | Look::Other => Value::Beyond,
        _ if depth == DEPTH => Value::Beyond,
        Look::List(elements) => {
            let mut list = Vec::new();
            for element in elements.take(ELEMENTS) {
                if *nodes == 0 {
                    return Value::Beyond;
                }
                *nodes -= 1;
                list.push(bounded(element, look, nodes, depth + 1));
            }
            Value::List(list)
        }
        Look::Map(entries) => {
            let mut map = Vec::new();
            for (key, value) in entries {
                if *nodes == 0 {
                    return Value::Beyond;
                }
                *nodes -= 1;
                let value = if is_known(fold(&key)) {
                    bounded(value, look, nodes, depth + 1)
                } else {
                    Value::Beyond
                };
                map.push((key, value));
            }
            Value::Map(map)
        }
    }
}

#[cfg(any(test, feature = "json"))]
impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Value {
        use serde_json::Value as Json;
        Value::read(json, &|json| match json {
            Json::Null => Look::Null,
            Json::Bool(flag) => Look::Bool(*flag),
            Json::Number(number) => number.as_f64().map_or(Look::Other, Look::Number),
            Json::String(text) => Look::Text(text.clone()),
            Json::Array(list) => Look::List(Box::new(list.iter().cloned())),
            Json::Object(map) => Look::Map(Box::new(map.clone().into_iter())),
        })
    }
}
