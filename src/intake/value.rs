//! What a page hands over: any JSON-like value, taken in within bounds.
//!
//! A page may pass an object with cycles, a DOM element or ten thousand cart lines. Reading therefore stops early and
//! never fails on size: what goes beyond a bound becomes [`Value::Beyond`], and so does, unread, all that no dialect
//! has a name for. Native tests read it with serde_json, the page with serde-wasm-bindgen; both end here.

use super::dialect::is_known;
use super::name::fold;
use core::fmt;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

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

/// Lists and maps within one another. Shopify's `checkout.lineItems[].variant.price.amount` inside `data` takes 7.
const DEPTH: u8 = 8;
/// Values in all: an order of 500 lines with 15 properties each.
const NODES: u32 = 8_000;
/// Elements kept of one list: one more than any list of products may have, so that too many are noticed.
const ELEMENTS: usize = 501;
/// Bytes kept of one text; fields have a lower bound of their own.
const BYTES: usize = 4_096;

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Value, D::Error> {
        Bounded {
            nodes: &mut { NODES },
            depth: 0,
        }
        .deserialize(source)
    }
}

struct Bounded<'a> {
    /// Values that may still be read, in the whole.
    nodes: &'a mut u32,
    depth: u8,
}

impl Bounded<'_> {
    fn is_spent(&self) -> bool {
        *self.nodes == 0 || self.depth == DEPTH
    }

    fn inner(&mut self) -> Bounded<'_> {
        *self.nodes = self.nodes.saturating_sub(1);
        Bounded {
            nodes: self.nodes,
            depth: self.depth + 1,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("plain data")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        self.deserialize(source)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(if value.len() > BYTES {
            Value::Beyond
        } else {
            Value::Text(value.into())
        })
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(if value.len() > BYTES {
            Value::Beyond
        } else {
            Value::Text(value)
        })
    }

    // The default would format the bytes and, with them, floats: kilobytes of code for a message nobody reads.
    fn visit_bytes<E: Error>(self, _: &[u8]) -> Result<Value, E> {
        Ok(Value::Beyond)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut source: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while !self.is_spent() && list.len() < ELEMENTS {
            match source.next_element_seed(self.inner())? {
                Some(value) => list.push(value),
                None => return Ok(Value::List(list)),
            }
        }
        while source.next_element::<IgnoredAny>()?.is_some() {}
        Ok(if self.is_spent() {
            Value::Beyond
        } else {
            Value::List(list)
        })
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut source: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while !self.is_spent() {
            let Some(key) = source.next_key::<String>()? else {
                return Ok(Value::Map(map));
            };
            let value = if is_known(fold(&key)) {
                source.next_value_seed(self.inner())?
            } else {
                source.next_value::<IgnoredAny>()?;
                Value::Beyond
            };
            map.push((key, value));
        }
        while source.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Beyond)
    }
}
