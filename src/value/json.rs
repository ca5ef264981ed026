//! Reads and prints JSON. Strict as `JSON.parse`, bounded in size and depth.

use super::{Value, number};
use crate::json::Json;

/// Bytes of a text that is read.
pub const LONGEST: usize = 4 << 20;
/// Lists and maps inside one another.
pub const DEEPEST: u32 = 64;
/// Values in all.
pub const MOST: u32 = 400_000;

/// Why a text is not read.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// Not JSON, at this byte.
    Syntax(usize),
    /// Nested deeper than [`DEEPEST`].
    Depth,
    /// Longer than [`LONGEST`], or of more than [`MOST`] values.
    Size,
}

impl JsonError {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            JsonError::Syntax(_) => "json_syntax",
            JsonError::Depth => "json_depth",
            JsonError::Size => "json_size",
        }
    }

    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            JsonError::Syntax(_) => {
                "write valid JSON: double quotes, no comments, no trailing comma"
            }
            JsonError::Depth => "nest at most 64 lists and objects",
            JsonError::Size => "keep the document below 4 MiB and 400,000 values",
        }
    }
}

impl std::fmt::Display for JsonError {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        if let JsonError::Syntax(at) = self {
            write!(out, "not JSON at byte {at}; ")?;
        }
        write!(out, "{} ({})", self.remedy(), self.code())
    }
}

impl std::error::Error for JsonError {}

impl Value {
    /// Reads one JSON value with nothing behind it.
    pub fn parse(json: &str) -> Result<Value, JsonError> {
        if json.len() > LONGEST {
            return Err(JsonError::Size);
        }
        let mut reader = Reader {
            json,
            at: 0,
            left: MOST,
        };
        let value = reader.value(DEEPEST)?;
        reader.space();
        match reader.at == json.len() {
            true => Ok(value),
            false => Err(JsonError::Syntax(reader.at)),
        }
    }

    /// The value as JSON, with numbers to six places as everywhere in the page ([`crate::decimal`]): for what was
    /// reckoned, and people or scripts read.
    pub fn print(&self) -> String {
        let mut out = Json::default();
        self.write(&mut out, false);
        out.0
    }

    /// The value as JSON that reads back as the same value: for what a shop wrote.
    pub fn to_json(&self) -> String {
        let mut out = Json::default();
        self.write(&mut out, true);
        out.0
    }

    fn write(&self, out: &mut Json, exact: bool) {
        match self {
            Value::Null => drop(out.value("null")),
            Value::Bool(flag) => drop(out.value(if *flag { "true" } else { "false" })),
            Value::Number(number) if exact => number::print(&mut out.value("").0, *number),
            Value::Number(number) => drop(out.amount(*number)),
            Value::Text(text) => drop(out.text(text)),
            Value::List(items) => {
                out.open('[');
                for item in items {
                    item.write(out, exact);
                }
                out.raw("]");
            }
            Value::Map(fields) => {
                out.open('{');
                for (key, value) in fields {
                    out.key(key);
                    value.write(out, exact);
                }
                out.raw("}");
            }
        }
    }
}

struct Reader<'a> {
    json: &'a str,
    at: usize,
    left: u32,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.json.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    /// The next byte behind spaces.
    fn next(&mut self) -> u8 {
        self.space();
        let byte = self.peek();
        self.at += 1;
        byte
    }

    /// An error at the byte that was taken last.
    fn wrong<T>(&self) -> Result<T, JsonError> {
        Err(JsonError::Syntax(
            self.at.saturating_sub(1).min(self.json.len()),
        ))
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        let start = self.at - 1;
        if !self.json.as_bytes()[start..].starts_with(word.as_bytes()) {
            return self.wrong();
        }
        self.at = start + word.len();
        Ok(value)
    }

    fn value(&mut self, depth: u32) -> Result<Value, JsonError> {
        self.left = self.left.checked_sub(1).ok_or(JsonError::Size)?;
        let first = self.next();
        match first {
            b'"' => self.text().map(Value::Text),
            b'[' | b'{' => {
                let depth = depth.checked_sub(1).ok_or(JsonError::Depth)?;
                self.nested(first, depth)
            }
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => {
                let start = self.at - 1;
                match self.json.as_bytes().get(start..).and_then(number::parse) {
                    Some((number, length)) => {
                        self.at = start + length;
                        Ok(Value::Number(number))
                    }
                    None => self.wrong(),
                }
            }
        }
    }

    /// A list or a map behind its opening bracket.
    fn nested(&mut self, open: u8, depth: u32) -> Result<Value, JsonError> {
        let (close, mut items, mut fields) = (open + 2, Vec::new(), Vec::new());
        if self.next() != close {
            self.at -= 1;
            loop {
                if open == b'[' {
                    items.push(self.value(depth)?);
                } else {
                    if self.next() != b'"' {
                        return self.wrong();
                    }
                    let key = self.text()?;
                    if self.next() != b':' {
                        return self.wrong();
                    }
                    fields.push((key, self.value(depth)?));
                }
                match self.next() {
                    b',' => {}
                    byte if byte == close => break,
                    _ => return self.wrong(),
                }
            }
        }
        Ok(if open == b'[' {
            Value::List(items)
        } else {
            Value::Map(fields)
        })
    }

    /// A text behind its opening quote.
    fn text(&mut self) -> Result<String, JsonError> {
        let mut text = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), 0..=31 | b'"' | b'\\') {
                self.at += 1;
            }
            text.push_str(self.json.get(start..self.at).unwrap_or(""));
            let byte = self.peek();
            self.at += 1;
            match byte {
                b'"' => return Ok(text),
                b'\\' => {
                    let escaped = self.peek();
                    self.at += 1;
                    let char = match escaped {
                        b'"' | b'\\' | b'/' => char::from(escaped),
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        b'u' => self.unicode()?,
                        _ => return self.wrong(),
                    };
                    text.push(char);
                }
                _ => return self.wrong(),
            }
        }
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u32, JsonError> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = char::from(self.peek()).to_digit(16);
            self.at += 1;
            match digit {
                Some(digit) => unit = unit * 16 + digit,
                None => return self.wrong(),
            }
        }
        Ok(unit)
    }

    /// A character written as `\u` and one or, with a second `\u`, two units. Half a pair becomes U+FFFD.
    fn unicode(&mut self) -> Result<char, JsonError> {
        let high = self.unit()?;
        let mut code = high;
        if (0xd800..0xdc00).contains(&high) && self.json.as_bytes()[self.at..].starts_with(b"\\u") {
            let back = self.at;
            self.at += 2;
            let low = self.unit()?;
            if (0xdc00..0xe000).contains(&low) {
                code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            } else {
                self.at = back;
            }
        }
        Ok(char::from_u32(code).unwrap_or('\u{fffd}'))
    }
}
