//! A value of JSON that may have any shape: a text, a number, yes or no, or what is as good as absent.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// What is read over.
pub type Anything = IgnoredAny;

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Scalar<'a> {
    /// Absent, null, a list or an object.
    #[default]
    None,
    Text(Cow<'a, str>),
    Number(Number),
    Bool(bool),
}

impl Scalar<'_> {
    /// A text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text, or a number as one.
    pub fn word(&self) -> Option<Cow<'_, str>> {
        match self {
            Scalar::Text(text) => Some(Cow::Borrowed(text)),
            Scalar::Number(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }
    }

    /// Any of them as a text.
    pub fn shown(&self) -> Option<Cow<'_, str>> {
        match self {
            Scalar::Bool(is) => Some(Cow::Borrowed(if *is { "true" } else { "false" })),
            other => other.word(),
        }
    }

    /// A number, also one in a text.
    pub fn number(&self) -> Option<f64> {
        match self {
            Scalar::Text(text) => text.parse().ok(),
            other => other.plain_number(),
        }
    }

    /// A number that is written as one.
    pub fn plain_number(&self) -> Option<f64> {
        match self {
            Scalar::Number(number) => number.as_f64(),
            _ => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(Whatever)
    }
}

struct Whatever;

impl<'de> Visitor<'de> for Whatever {
    type Value = Scalar<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).map_or(Scalar::None, Scalar::Number))
    }

    fn visit_bool<E>(self, is: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Bool(is))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::None)
    }
}
