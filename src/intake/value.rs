//! Values from a page: any JSON-like value, taken in within bounds.
//!
//! A page may pass an object with cycles, a DOM element or ten thousand cart lines. Reading therefore stops early and
//! never fails on size: a text is cut, what else goes beyond a bound becomes [`Value::Beyond`], and so does, unread, all
//! that no dialect has a name for. How a value of the host is looked at is the host's to say; the bounds are the same for all. There
//! is no serde here: its general reader would cost the page some fifteen kilobytes.

use super::dialect::is_known;
use crate::name::fold;

/// A JSON-like value of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Null, or a missing property.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// In the order of the source.
    Map(Vec<(String, Value)>),
    /// Something too deep, too late, of no JSON type, or under a name that means nothing here.
    Beyond,
}

/// A value of the host, looked at one level deep.
pub enum Look<T> {
    /// Null or undefined.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List,
    /// With the list of its names.
    Map(T),
    /// Of no JSON type.
    Other,
}

/// A value as the host has it. Lists and maps are read one by one, so that what lies beyond a bound is not.
pub trait Host: Sized {
    /// Looks at the value, one level deep.
    fn look(&self) -> Look<Self>;
    /// How many elements a list has.
    fn size(&self) -> usize;
    /// Element `n` of a list.
    fn element(&self, n: usize) -> Self;
    /// A name of a map.
    fn text(&self) -> String;
    /// What a map has under a name.
    fn property(&self, name: &Self) -> Self;
}

/// Lists and maps within one another. Shopify's `checkout.lineItems[].variant.price.amount` inside `data` takes 7.
const DEPTH: u8 = 8;
/// Values in all: an order of 500 lines with 15 properties each.
const NODES: u32 = 8_000;
/// Elements kept of one list: one more than any list of products may have, so that too many are noticed.
const ELEMENTS: usize = 501;
/// Bytes kept of one text; fields have a lower bound of their own.
const BYTES: usize = 4_096;

/// The beginning of a text, of at most so many bytes, in whole characters.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

impl Value {
    /// Reads a value of the host.
    pub fn read(from: &impl Host) -> Value {
        let mut nodes = NODES;
        bounded(from, &mut nodes, 0)
    }
}

/// `nodes` are the values that may still be read, in the whole.
fn bounded<T: Host>(from: &T, nodes: &mut u32, depth: u8) -> Value {
    let names = match from.look() {
        Look::Null => return Value::Null,
        Look::Bool(flag) => return Value::Bool(flag),
        Look::Number(number) => return Value::Number(number),
        Look::Text(mut text) => {
            text.truncate(cut(&text, BYTES).len());
            return Value::Text(text);
        }
        Look::Other => return Value::Beyond,
        _ if depth == DEPTH => return Value::Beyond,
        Look::List => None,
        Look::Map(names) => Some(names),
    };
    let (mut list, mut map) = (Vec::new(), Vec::new());
    let count = match &names {
        Some(names) => names.size(),
        None => from.size().min(ELEMENTS),
    };
    for n in 0..count {
        if *nodes == 0 {
            return Value::Beyond;
        }
        *nodes -= 1;
        let Some(names) = &names else {
            list.push(bounded(&from.element(n), nodes, depth + 1));
            continue;
        };
        let name = names.element(n);
        let key = name.text();
        let value = if is_known(fold(&key)) {
            bounded(&from.property(&name), nodes, depth + 1)
        } else {
            Value::Beyond
        };
        map.push((key, value));
    }
    match names {
        Some(_) => Value::Map(map),
        None => Value::List(list),
    }
}

#[cfg(any(test, feature = "json"))]
impl Host for serde_json::Value {
    fn look(&self) -> Look<Self> {
        use serde_json::Value as Json;
        match self {
            Json::Null => Look::Null,
            Json::Bool(flag) => Look::Bool(*flag),
            Json::Number(number) => number.as_f64().map_or(Look::Other, Look::Number),
            Json::String(text) => Look::Text(text.clone()),
            Json::Array(_) => Look::List,
            Json::Object(map) => Look::Map(map.keys().cloned().collect()),
        }
    }

    fn size(&self) -> usize {
        self.as_array().map_or(0, Vec::len)
    }

    fn element(&self, n: usize) -> Self {
        self[n].clone()
    }

    fn text(&self) -> String {
        self.as_str().unwrap_or_default().into()
    }

    fn property(&self, name: &Self) -> Self {
        self[name.as_str().unwrap_or_default()].clone()
    }
}

#[cfg(any(test, feature = "json"))]
impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Value {
        Value::read(&json)
    }
}
