//! Minimal JSON writer for messages.

use crate::decimal;

/// A text that grows into one JSON value.
#[derive(Default)]
pub struct Json(pub String);

impl Json {
    /// `{` or `[`.
    pub fn open(&mut self, bracket: char) -> &mut Json {
        self.separate();
        self.0.push(bracket);
        self
    }

    /// Writes a key of an object; its value must follow.
    pub fn key(&mut self, key: &str) -> &mut Json {
        self.text(key).raw(":")
    }

    /// Writes a text with escapes.
    pub fn text(&mut self, text: &str) -> &mut Json {
        self.separate();
        self.0.push('"');
        for char in text.chars() {
            let code = char as u32;
            if code < 32 {
                self.0.push_str(if code < 16 { "\\u000" } else { "\\u001" });
                self.0
                    .push(char::from(b"0123456789abcdef"[code as usize & 15]));
                continue;
            }
            if char == '"' || char == '\\' {
                self.0.push('\\');
            }
            self.0.push(char);
        }
        self.raw("\"")
    }

    /// Writes a number.
    pub fn amount(&mut self, value: f64) -> &mut Json {
        self.separate();
        decimal::print(&mut self.0, value);
        self
    }

    /// Writes a whole number.
    pub fn count(&mut self, value: u32) -> &mut Json {
        self.separate();
        decimal::print_uint(&mut self.0, value.into());
        self
    }

    /// A value that is JSON already.
    pub fn value(&mut self, json: &str) -> &mut Json {
        self.separate();
        self.raw(json)
    }

    /// Any piece of JSON, such as a closing bracket.
    pub fn raw(&mut self, piece: &str) -> &mut Json {
        self.0.push_str(piece);
        self
    }

    /// A comma, unless this is the first of its list or the value of a key.
    #[inline(never)]
    fn separate(&mut self) {
        if !matches!(self.0.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.0.push(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_read_back(key: String, texts: Vec<String>, count: u32) {
            let mut json = Json::default();
            json.open('{').key(&key).open('[');
            for text in &texts {
                json.text(text);
            }
            json.raw("]}");
            let mut whole = Json::default();
            whole.open('[').value(&json.0).count(count).amount(0.25).raw("]");
            let read: serde_json::Value = serde_json::from_str(&whole.0).unwrap();
            prop_assert_eq!(read, serde_json::json!([{ key: texts }, count, 0.25]));
        }
    }
}
