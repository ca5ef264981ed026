//! JSON values: what crosses the border of the full edition, and what conditions, rules and experiments are made of.
//!
//! RFC 8259, strict as `JSON.parse`, within bounds: [`DEEPEST`] levels, [`MOST`] values, [`LONGEST`] bytes. Of a name that
//! occurs twice the last counts. It deliberately borrows nothing: questions and answers are small and rare beside
//! events, and rules are read once.

mod json;
pub mod number;
mod wide;

pub use json::{DEEPEST, JsonError, LONGEST, MOST};

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Null.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// Finite when it was read from JSON.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// In the order of the source.
    Map(Vec<(String, Value)>),
}

/// A value for whatever is not there.
pub static NULL: Value = Value::Null;

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Bool(flag)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Value {
        Value::Number(number.into())
    }
}

/// Milliseconds, exact to the year 2255.
impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Number(number as f64)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(list: Vec<T>) -> Value {
        Value::List(list.into_iter().map(Into::into).collect())
    }
}

impl Value {
    /// A map of these names and values.
    pub fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
        Value::Map(
            entries
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    }

    /// What a map has under a name; nothing for anything else.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let found = self.entries().iter().rfind(|(key, _)| key == name);
        found.map(|(_, value)| value)
    }

    /// Sets a name of a map; does nothing to any other value.
    pub fn set(&mut self, name: &str, value: Value) {
        if let Value::Map(entries) = self {
            match entries.iter_mut().rfind(|(key, _)| key == name) {
                Some(entry) => entry.1 = value,
                None => entries.push((name.into(), value)),
            }
        }
    }

    /// The text under a name; empty where there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.get(name).and_then(Value::text).unwrap_or("")
    }

    /// A member that is a number.
    pub fn number_of(&self, name: &str) -> Option<f64> {
        self.get(name).and_then(Value::number)
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn list(&self) -> Option<&[Value]> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The entries of a map.
    pub fn fields(&self) -> Option<&[(String, Value)]> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The elements of a list; none of anything else.
    pub fn elements(&self) -> &[Value] {
        self.list().unwrap_or(&[])
    }

    /// The entries of a map; none of anything else.
    pub fn entries(&self) -> &[(String, Value)] {
        self.fields().unwrap_or(&[])
    }

    /// Truth as JavaScript sees it: lists and maps are true, even empty ones.
    pub fn truthy(&self) -> bool {
        match self {
            Value::Null => false,
            Value::Bool(flag) => *flag,
            Value::Number(number) => *number != 0.0 && !number.is_nan(),
            Value::Text(text) => !text.is_empty(),
            Value::List(_) | Value::Map(_) => true,
        }
    }

    /// Equality of scalars as `===`: no conversion, and lists and maps equal nothing.
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::Number(one), Value::Number(other)) => one == other,
            (Value::Text(one), Value::Text(other)) => one == other,
            _ => false,
        }
    }

    /// Equality at any depth. The order of a map's names does not matter.
    pub fn equals(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::List(one), Value::List(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|(one, other)| one.equals(other))
            }
            (Value::Map(one), Value::Map(entries)) => {
                let met = |(name, value): &(String, Value)| {
                    other.get(name).is_some_and(|other| value.equals(other))
                };
                one.len() == entries.len() && one.iter().all(met)
            }
            _ => self.same(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value as Other;

    fn same(ours: &Value, other: &Other) -> bool {
        match (ours, other) {
            (Value::Null, Other::Null) => true,
            (Value::Bool(a), Other::Bool(b)) => a == b,
            (Value::Number(a), Other::Number(b)) => (a - b.as_f64().unwrap()).abs() <= 1e-6,
            (Value::Text(a), Other::String(b)) => a == b,
            (Value::List(a), Other::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
            }
            (Value::Map(a), Other::Object(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .all(|(name, value)| b.get(name).is_some_and(|b| same(value, b)))
            }
            _ => false,
        }
    }

    fn any_json() -> impl Strategy<Value = Other> {
        let leaf = prop_oneof![
            Just(Other::Null),
            any::<bool>().prop_map(Other::Bool),
            (-1_000_000_000i64..1_000_000_000).prop_map(|n| serde_json::json!(n as f64 / 1000.0)),
            any::<String>().prop_map(Other::String),
        ];
        leaf.prop_recursive(4, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Other::Array),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|pairs| Other::Object(pairs.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn reads_what_a_browser_writes() {
        let text = r#"{"a":[1,-2.5,1e3,2.5e-1,1e21],"b":"\u00e9\ud83d\ude00\n\/","c":{"d":null,"e":true}}"#;
        let value = Value::parse(text).unwrap();
        assert_eq!(value.get("a").unwrap().elements()[3].number(), Some(0.25));
        assert_eq!(value.text_of("b"), "é😀\n/");
        assert_eq!(value.get("c").unwrap().get("e").unwrap().bool(), Some(true));
        assert_eq!(value.get("a").unwrap().elements()[4].number(), Some(1e21));
    }

    #[test]
    fn what_is_no_json_or_too_deep_is_refused() {
        for wrong in [
            "", "{", "[1,]", "{\"a\"}", "01x", "\"\\x\"", "nul", "1 2", "\"\n\"", "-", "1e999",
        ] {
            assert!(Value::parse(wrong).is_err(), "{wrong}");
        }
        let deep = "[".repeat(200_000);
        assert_eq!(Value::parse(&deep), Err(JsonError::Depth));
        let wide = format!("[{}0]", "0,".repeat(MOST as usize));
        assert_eq!(Value::parse(&wide), Err(JsonError::Size));
    }

    #[test]
    fn json_is_read_as_javascript_reads_it() {
        for (json, printed) in [
            (
                r#" {"a" : [1, 2.50, -0, true, null, "x"] } "#,
                r#"{"a":[1,2.5,0,true,null,"x"]}"#,
            ),
            (r#""é\u00e9\ud83d\ude00\n\/""#, "\"éé😀\\u000a/\""),
            (r#""\ud83d-""#, "\"\u{fffd}-\""),
            ("[]", "[]"),
            ("{}", "{}"),
            ("[[],{}]", "[[],{}]"),
        ] {
            assert_eq!(Value::parse(json).unwrap().to_json(), printed);
        }
        for json in [
            "",
            "{",
            "[1,]",
            "{\"a\"}",
            "{a:1}",
            "'a'",
            "nul",
            "\"a",
            "1 2",
            "\"\\x\"",
            "\"\u{1}\"",
            "[1}",
            "\u{0}",
        ] {
            assert!(
                matches!(Value::parse(json), Err(JsonError::Syntax(at)) if at <= json.len()),
                "{json}"
            );
        }
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Value::parse(&deep(64)).is_ok());
        assert_eq!(Value::parse(&deep(65)), Err(JsonError::Depth));
        assert_eq!(Value::parse(&" ".repeat(LONGEST + 1)), Err(JsonError::Size));
        assert_eq!(
            Value::parse(r#"{"a":1,"a":2}"#).unwrap().get("a"),
            Some(&Value::Number(2.0))
        );
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json_both_ways(json in any_json()) {
            let ours = Value::parse(&json.to_string()).unwrap();
            prop_assert!(same(&ours, &json), "{:?}", ours);
            let back: Other = serde_json::from_str(&ours.print()).unwrap();
            prop_assert!(same(&ours, &back));
            let back: Other = serde_json::from_str(&ours.to_json()).unwrap();
            prop_assert!(ours == Value::parse(&back.to_string()).unwrap());
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = Value::parse(&text);
        }
    }
}
