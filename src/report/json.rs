//! Writes JSON, and nothing but what a message needs of it.

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

    /// `}` or `]`.
    pub fn close(&mut self, bracket: char) -> &mut Json {
        self.0.push(bracket);
        self
    }

    pub fn key(&mut self, key: &str) -> &mut Json {
        self.text(key);
        self.0.push(':');
        self
    }

    pub fn text(&mut self, text: &str) -> &mut Json {
        self.separate();
        self.0.push('"');
        for char in text.chars() {
            match char {
                '"' | '\\' => self.0.extend(['\\', char]),
                '\n' => self.0.push_str("\\n"),
                '\0'..='\u{1f}' => {
                    let hex = |digit: u32| char::from_digit(digit, 16).unwrap_or('0');
                    self.0.push_str("\\u00");
                    self.0
                        .extend([hex(char as u32 >> 4), hex(char as u32 & 15)]);
                }
                _ => self.0.push(char),
            }
        }
        self.0.push('"');
        self
    }

    pub fn amount(&mut self, value: f64) -> &mut Json {
        self.separate();
        decimal::print(&mut self.0, value);
        self
    }

    pub fn count(&mut self, value: u32) -> &mut Json {
        self.separate();
        decimal::print_uint(&mut self.0, value.into());
        self
    }

    /// A value that is JSON already.
    pub fn raw(&mut self, json: &str) -> &mut Json {
        self.separate();
        self.0.push_str(json);
        self
    }

    /// A comma, unless this is the first of its list or the value of a key.
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
            json.close(']').close('}');
            let mut whole = Json::default();
            whole.open('[').raw(&json.0).count(count).amount(0.25).close(']');
            let read: serde_json::Value = serde_json::from_str(&whole.0).unwrap();
            prop_assert_eq!(read, serde_json::json!([{ key: texts }, count, 0.25]));
        }
    }
}
