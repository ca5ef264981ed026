//! The ids in a `products` property, whatever its shape.
//!
//! The Segment spec has a list of objects. In the wild it is also the objects under their places (`{"0": {…}}`, as PHP
//! writes a list), one object alone, a list of ids, or any of these as a text. What is none of them says nothing.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::table;

/// Texts within texts that are followed.
const DEEPEST: usize = 2;

/// Ids in the order of the list; empty where a product has none.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Products(pub Vec<String>);

impl<'de> Deserialize<'de> for Products {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let listed = source.deserialize_any(Shape { texts: DEEPEST })?;
        Ok(Products(match listed {
            Listed::One(id) => vec![id],
            Listed::Many(ids) => ids,
            Listed::Nothing => Vec::new(),
        }))
    }
}

/// What a value says of products.
enum Listed {
    Nothing,
    One(String),
    Many(Vec<String>),
}

/// Reads `products` itself.
struct Shape {
    texts: usize,
}

impl<'de> Visitor<'de> for Shape {
    type Value = Listed;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("products")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Listed, A::Error> {
        let mut ids = Vec::new();
        while let Some(Element(id)) = list.next_element()? {
            ids.push(id.unwrap_or_default());
        }
        Ok(Listed::Many(ids))
    }

    /// One product, or products under their places.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Listed, A::Error> {
        let mut own = None;
        let mut ids = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == "product_id" {
                own = map.next_value::<Id>()?.0;
            } else if key.bytes().all(|byte| byte.is_ascii_digit()) {
                let Element(id) = map.next_value()?;
                ids.push(id.unwrap_or_default());
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(own.map_or(Listed::Many(ids), Listed::One))
    }

    fn visit_str<E>(self, text: &str) -> Result<Listed, E> {
        let is_json = text.trim_start().starts_with(['[', '{']) && self.texts > 0;
        if !is_json {
            return Ok(Listed::Nothing);
        }
        let texts = self.texts - 1;
        let mut json = serde_json::Deserializer::from_str(text);
        Ok(json
            .deserialize_any(Shape { texts })
            .unwrap_or(Listed::Nothing))
    }

    fn visit_unit<E>(self) -> Result<Listed, E> {
        Ok(Listed::Nothing)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Listed, E> {
        Ok(Listed::Nothing)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Listed, E> {
        Ok(Listed::Nothing)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Listed, E> {
        Ok(Listed::Nothing)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Listed, E> {
        Ok(Listed::Nothing)
    }
}

/// One element of the list: an object, or the id itself.
struct Element(Option<String>);

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source
            .deserialize_any(IdVisitor { objects: true })
            .map(Element)
    }
}

/// An id: a text or a number, and nothing of any other value.
struct Id(Option<String>);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(IdVisitor { objects: false }).map(Id)
    }
}

struct IdVisitor {
    /// Whether an object that has the id does as well.
    objects: bool,
}

impl<'de> Visitor<'de> for IdVisitor {
    type Value = Option<String>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an id")
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<String>, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Option<String>, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Option<String>, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Option<String>, E> {
        // One that lost digits would name another product.
        Ok(table::number::<serde::de::value::Error>(number).ok())
    }

    fn visit_unit<E>(self) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<String>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<String>, A::Error> {
        let mut id = None;
        while let Some(key) = map.next_key::<String>()? {
            match key == "product_id" && self.objects {
                true => id = map.next_value::<Id>()?.0,
                false => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(json: &str) -> Vec<String> {
        serde_json::from_str::<Products>(json)
            .expect("any JSON is read")
            .0
    }

    #[test]
    fn products_are_found_in_every_shape() {
        for json in [
            r#"[{"product_id":"a","price":1},{"name":"B","product_id":7}]"#,
            r#"{"0":{"product_id":"a"},"1":{"product_id":7}}"#,
            r#""[{\"product_id\":\"a\"},{\"product_id\":7}]""#,
            r#"["a",7]"#,
        ] {
            assert_eq!(ids(json), ["a", "7"], "{json}");
        }
        assert_eq!(ids(r#"{"product_id":"a","name":"b"}"#), ["a"]);
        assert_eq!(
            ids(r#"[{"product_id":"a"},null,{"sku":"x"},true,[1]]"#),
            ["a", "", "", "", ""]
        );
    }

    #[test]
    fn what_lists_no_products_says_nothing() {
        for json in [
            "null",
            "true",
            "7",
            "1e9",
            "\"a,b\"",
            "\"[\"",
            "{}",
            "[]",
            r#"{"name":"b"}"#,
        ] {
            assert_eq!(ids(json), [""; 0], "{json}");
        }
    }
}
