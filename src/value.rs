//! JSON values as they cross the border of the full edition: read from a text, and written as one.
//!
//! RFC 8259, within bounds: [`DEPTH`] levels, [`NODES`] values. Numbers keep six decimal places, as everywhere in the page
//! ([`crate::decimal`]). Names that occur twice are kept twice; [`Value::get`] finds the first. It deliberately borrows
//! nothing: questions and answers are small and rare beside events.

use crate::decimal;

/// Lists and maps within one another.
const DEPTH: u32 = 16;
/// Values in all: a history of a thousand orders of five lines.
const NODES: u32 = 60_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    /// In the order of the source.
    Map(Vec<(String, Value)>),
}

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

    /// The value of a text; `None` where it is no JSON, or beyond the bounds.
    pub fn parse(text: &str) -> Option<Value> {
        let mut parser = Parser {
            rest: text.as_bytes(),
            nodes: NODES,
        };
        let value = parser.value(0)?;
        parser.space();
        parser.rest.is_empty().then_some(value)
    }

    /// The text of a value; numbers that JSON has not are `0`.
    pub fn print(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(true) => out.push_str("true"),
            Value::Bool(false) => out.push_str("false"),
            Value::Number(number) => decimal::print(out, *number),
            Value::Text(text) => quote(out, text),
            Value::List(list) => {
                out.push('[');
                for (n, value) in list.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    value.write(out);
                }
                out.push(']');
            }
            Value::Map(map) => {
                out.push('{');
                for (n, (name, value)) in map.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    quote(out, name);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// What a map has under a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let found = self.entries().iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value)
    }

    /// The text under a name; empty where there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.get(name).and_then(Value::text).unwrap_or("")
    }

    pub fn number_of(&self, name: &str) -> Option<f64> {
        self.get(name).and_then(Value::number)
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub fn bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The elements of a list; none of anything else.
    pub fn elements(&self) -> &[Value] {
        match self {
            Value::List(list) => list,
            _ => &[],
        }
    }

    /// The entries of a map; none of anything else.
    pub fn entries(&self) -> &[(String, Value)] {
        match self {
            Value::Map(map) => map,
            _ => &[],
        }
    }
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        let code = char as u32;
        if code < 32 {
            out.push_str(if code < 16 { "\\u000" } else { "\\u001" });
            out.push(char::from(b"0123456789abcdef"[code as usize & 15]));
            continue;
        }
        if char == '"' || char == '\\' {
            out.push('\\');
        }
        out.push(char);
    }
    out.push('"');
}

struct Parser<'a> {
    rest: &'a [u8],
    nodes: u32,
}

impl Parser<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    fn take(&mut self, byte: u8) -> bool {
        self.space();
        let there = self.rest.first() == Some(&byte);
        if there {
            self.rest = &self.rest[1..];
        }
        there
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        self.rest = self.rest.strip_prefix(word.as_bytes())?;
        Some(value)
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        self.nodes = self.nodes.checked_sub(1)?;
        self.space();
        match self.rest.first()? {
            b'n' => self.word("null", Value::Null),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'"' => self.string().map(Value::Text),
            b'[' | b'{' if depth == DEPTH => None,
            b'[' => {
                self.take(b'[');
                let mut list = Vec::new();
                if self.take(b']') {
                    return Some(Value::List(list));
                }
                loop {
                    list.push(self.value(depth + 1)?);
                    if self.take(b']') {
                        return Some(Value::List(list));
                    }
                    self.take(b',').then_some(())?;
                }
            }
            b'{' => {
                self.take(b'{');
                let mut map = Vec::new();
                if self.take(b'}') {
                    return Some(Value::Map(map));
                }
                loop {
                    self.space();
                    let name = self.string()?;
                    self.take(b':').then_some(())?;
                    map.push((name, self.value(depth + 1)?));
                    if self.take(b'}') {
                        return Some(Value::Map(map));
                    }
                    self.take(b',').then_some(())?;
                }
            }
            _ => self.number().map(Value::Number),
        }
    }

    fn number(&mut self) -> Option<f64> {
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = self.rest.iter().position(|byte| !is_part(byte));
        let (number, rest) = self.rest.split_at(length.unwrap_or(self.rest.len()));
        self.rest = rest;
        let number = core::str::from_utf8(number).ok()?;
        let (mut mantissa, exponent) = match number.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (
                mantissa,
                decimal::parse(exponent.strip_prefix('+').unwrap_or(exponent))?,
            ),
            None => (number, 0.0),
        };
        // Digits beyond the fifteenth change nothing that is kept.
        if mantissa.contains('.') && mantissa.len() > 16 {
            mantissa = &mantissa[..16];
        }
        let value = decimal::parse(mantissa)?;
        let mut steps = exponent.abs();
        (steps <= 300.0).then_some(())?;
        let mut scaled = value;
        while steps >= 1.0 {
            scaled = if exponent < 0.0 {
                scaled / 10.0
            } else {
                scaled * 10.0
            };
            steps -= 1.0;
        }
        scaled.is_finite().then_some(scaled)
    }

    fn string(&mut self) -> Option<String> {
        self.rest = self.rest.strip_prefix(b"\"")?;
        let mut text = Vec::new();
        loop {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            match byte {
                b'"' => return String::from_utf8(text).ok(),
                b'\\' => {
                    let (&escaped, rest) = self.rest.split_first()?;
                    self.rest = rest;
                    let plain = match escaped {
                        b'"' | b'\\' | b'/' => escaped,
                        b'n' => b'\n',
                        b't' => b'\t',
                        b'r' => b'\r',
                        b'b' => 8,
                        b'f' => 12,
                        b'u' => {
                            let mut char = self.escape()?;
                            // A surrogate stands for the half of a character; the other follows.
                            if (0xd800..0xdc00).contains(&char)
                                && let Some(rest) = self.rest.strip_prefix(b"\\u")
                            {
                                self.rest = rest;
                                let low = self.escape()?.wrapping_sub(0xdc00);
                                (low < 0x400).then_some(())?;
                                char = 0x1_0000 + ((char - 0xd800) << 10 | low);
                            }
                            let char = char::from_u32(char).unwrap_or('\u{fffd}');
                            text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                            continue;
                        }
                        _ => return None,
                    };
                    text.push(plain);
                }
                0..32 => return None,
                _ => text.push(byte),
            }
        }
    }

    fn escape(&mut self) -> Option<u32> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        self.rest = rest;
        let digit = |char, byte: &u8| Some(char << 4 | char::from(*byte).to_digit(16)?);
        digits.iter().try_fold(0, digit)
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
            (Value::Number(a), Other::Number(b)) => (a - b.as_f64().unwrap()).abs() < 1e-6,
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
            "",
            "{",
            "[1,]",
            "{\"a\"}",
            "01x",
            "\"\\x\"",
            "nul",
            "1 2",
            "\"\n\"",
            "-",
            "1e999",
            "\"\\ud800\\u0041\"",
        ] {
            assert_eq!(Value::parse(wrong), None, "{wrong}");
        }
        let deep = "[".repeat(200_000);
        assert_eq!(Value::parse(&deep), None);
        let wide = format!("[{}0]", "0,".repeat(NODES as usize));
        assert_eq!(Value::parse(&wide), None);
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json_both_ways(json in any_json()) {
            let ours = Value::parse(&json.to_string()).unwrap();
            prop_assert!(same(&ours, &json), "{:?}", ours);
            let back: Other = serde_json::from_str(&ours.print()).unwrap();
            prop_assert!(same(&ours, &back));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = Value::parse(&text);
        }
    }
}
