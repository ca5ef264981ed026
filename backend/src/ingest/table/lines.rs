//! JSON lines: one object a line, whose keys are the columns.

use std::fmt;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Cells, Columns, LONGEST, Step};
use crate::ingest::source::{Source, Text};
use crate::ingest::{Error, Reason, Understanding};

/// Whole numbers beyond this are not exact in a 64-bit float.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Keys of a row whose order is remembered.
const MOST_KEYS: usize = 128;

pub(crate) enum Line {
    End,
    Whole,
    TooLong,
}

/// Reads one line into `buffer`, its end included; of one that is too long, the beginning.
pub(crate) fn read_line(
    reader: &mut dyn BufRead,
    buffer: &mut Vec<u8>,
    end: u8,
) -> io::Result<Line> {
    buffer.clear();
    reader.take(LONGEST).read_until(end, buffer)?;
    if buffer.is_empty() {
        return Ok(Line::End);
    }
    if (buffer.len() as u64) < LONGEST || buffer.ends_with(&[end]) {
        return Ok(Line::Whole);
    }
    let mut rest = Vec::new();
    loop {
        rest.clear();
        reader.take(LONGEST).read_until(end, &mut rest)?;
        if rest.is_empty() || rest.ends_with(&[end]) {
            return Ok(Line::TooLong);
        }
    }
}

pub(super) struct Rows {
    path: PathBuf,
    text: Text,
    buffer: Vec<u8>,
    line: u64,
    is_array: bool,
    /// Keys in the order of the rows before, with their places: rows mostly repeat it.
    keys: Vec<(String, Option<usize>)>,
}

impl Rows {
    pub fn new(source: &Source) -> Result<Rows, Error> {
        let mut text = source.text()?;
        refuse_spread(&source.path, &mut text)?;
        Ok(Rows {
            path: source.path.clone(),
            text,
            buffer: Vec::new(),
            line: 0,
            is_array: source.is_array,
            keys: Vec::new(),
        })
    }
}

/// A pretty-printed document is JSON, but no line of it is: say so once instead of refusing each line.
pub(crate) fn refuse_spread(path: &Path, text: &mut Text) -> Result<(), Error> {
    let start = match text.reader.fill_buf() {
        Ok(start) => start,
        Err(source) => return Err(text.error(path, source)),
    };
    let lines = start.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let mut lines = lines.zip(1..).filter(|(line, _)| !line.is_empty());
    let (Some((first, line)), Some((second, _))) = (lines.next(), lines.next()) else {
        return Ok(());
    };
    match serde_json::from_slice::<IgnoredAny>(first) {
        Err(error) if error.is_eof() && !second.starts_with(b"{") => Err(Error::Format {
            path: path.into(),
            line,
            column: first.len() as u64 + 1,
            found: "a JSON object that goes on over the next line".into(),
            remedy: "write one object a line (JSON lines), for example with `jq -c .`",
        }),
        _ => Ok(()),
    }
}

impl super::Rows for Rows {
    fn step(&mut self, columns: &mut Columns, cells: &mut Cells) -> Result<Step, Error> {
        loop {
            let read = read_line(&mut *self.text.reader, &mut self.buffer, b'\n');
            let read = read.map_err(|source| self.text.error(&self.path, source))?;
            self.line += 1;
            match read {
                Line::End => return Ok(Step::End),
                Line::TooLong => {
                    return Ok(Step::Refused {
                        reason: Reason::LongLine,
                        column: "1".into(),
                        value: String::from_utf8_lossy(&self.buffer[..100]).into_owned(),
                    });
                }
                Line::Whole if self.buffer.trim_ascii().is_empty() => {}
                Line::Whole => break,
            }
        }
        let line = self.buffer.trim_ascii_end();
        let mut json = serde_json::Deserializer::from_slice(line);
        let row = Row {
            columns,
            cells,
            keys: &mut self.keys,
        };
        let mut outcome = row.deserialize(&mut json).and_then(|()| json.end());
        if outcome.is_err()
            && let Some(mended) = mended(line)
        {
            cells.clear(columns.kept.len());
            self.keys.clear();
            let mut json = serde_json::Deserializer::from_slice(&mended);
            let row = Row {
                columns,
                cells,
                keys: &mut self.keys,
            };
            outcome = row.deserialize(&mut json).and_then(|()| json.end());
        }
        Ok(match outcome {
            Ok(()) => Step::Row,
            Err(error) => {
                let (reason, column, value) = explain(line, &error);
                Step::Refused {
                    reason,
                    column,
                    value,
                }
            }
        })
    }

    fn line(&self) -> u64 {
        self.line
    }

    fn describe(&self, understood: &mut Understanding) {
        understood.format = match self.is_array {
            true => "JSON array",
            false => "JSON lines",
        };
        understood.lines = self.line.saturating_sub(1);
    }
}

/// Why a line is no JSON: reason, character position, message with what stands there.
pub(crate) fn explain(line: &[u8], error: &serde_json::Error) -> (Reason, String, String) {
    if let Err(at) = std::str::from_utf8(line) {
        let excerpt = String::from_utf8_lossy(&line[at.valid_up_to()..]);
        let excerpt = excerpt.chars().take(20).collect();
        return (
            Reason::Encoding,
            (at.valid_up_to() + 1).to_string(),
            excerpt,
        );
    }
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    (Reason::Json, error.column().to_string(), message.to_owned())
}

/// The line with what Python and JavaScript write and JSON does not have taken for no value: `NaN`, `Infinity`, half a
/// surrogate. `None` where there is nothing of it.
pub(crate) fn mended(line: &[u8]) -> Option<Vec<u8>> {
    const NUMBERS: [&[u8]; 4] = [b"NaN", b"-Infinity", b"Infinity", b"undefined"];
    let mut mended = Vec::with_capacity(line.len());
    let (mut quoted, mut changed, mut at) = (false, false, 0);
    while let Some(&byte) = line.get(at) {
        let rest = &line[at..];
        if quoted && byte == b'\\' {
            let taken = if surrogate(rest) == Some(false)
                && surrogate(rest.get(6..).unwrap_or_default()) == Some(true)
            {
                mended.extend_from_slice(&rest[..12]);
                12
            } else if surrogate(rest).is_some() {
                mended.extend_from_slice("\u{fffd}".as_bytes());
                changed = true;
                6
            } else {
                mended.extend_from_slice(&rest[..rest.len().min(2)]);
                2
            };
            at += taken;
            continue;
        }
        if !quoted && let Some(number) = NUMBERS.iter().find(|number| rest.starts_with(number)) {
            mended.extend_from_slice(b"null");
            changed = true;
            at += number.len();
            continue;
        }
        quoted ^= byte == b'"';
        mended.push(byte);
        at += 1;
    }
    changed.then_some(mended)
}

/// Whether an escape is half a surrogate pair, and whether the latter half.
fn surrogate(text: &[u8]) -> Option<bool> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let number = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    (0xd800..0xe000)
        .contains(&number)
        .then_some(number >= 0xdc00)
}

struct Row<'a, 'b> {
    columns: &'a mut Columns<'b>,
    cells: &'a mut Cells,
    keys: &'a mut Vec<(String, Option<usize>)>,
}

impl<'de> DeserializeSeed<'de> for Row<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Row<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut nth = 0;
        loop {
            let key = Key {
                nth,
                columns: self.columns,
                keys: self.keys,
            };
            match map.next_key_seed(key)? {
                None => return Ok(()),
                Some(Some(place)) => map.next_value_seed(Value(self.cells.at(place)))?,
                Some(None) => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            nth += 1;
        }
    }
}

/// Turns a key into the place of its column.
struct Key<'a, 'b> {
    nth: usize,
    columns: &'a mut Columns<'b>,
    keys: &'a mut Vec<(String, Option<usize>)>,
}

impl<'de> DeserializeSeed<'de> for Key<'_, '_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Option<usize>, D::Error> {
        source.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_, '_> {
    type Value = Option<usize>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<usize>, E> {
        if let Some((known, place)) = self.keys.get(self.nth)
            && known == key
        {
            return Ok(*place);
        }
        let place = self.columns.place(key);
        if self.nth < MOST_KEYS {
            self.keys.truncate(self.nth);
            if self.keys.len() == self.nth {
                self.keys.push((key.to_owned(), place));
            }
        }
        Ok(place)
    }
}

/// Writes any JSON value into a cell: text trimmed, numbers as text, lists and objects as JSON.
struct Value<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        self.0.clear();
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.0.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.0.push_str(&value.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.0.push_str(&value.to_string());
        Ok(())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.0.push_str(&number(value)?);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.0.push_str(super::trimmed(value));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        let value = serde::de::value::SeqAccessDeserializer::new(seq);
        self.nested::<_, A::Error>(value)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let value = serde::de::value::MapAccessDeserializer::new(map);
        self.nested::<_, A::Error>(value)
    }
}

impl Value<'_> {
    fn nested<'de, D: Deserializer<'de, Error = E>, E: serde::de::Error>(
        self,
        source: D,
    ) -> Result<(), E> {
        let value = <serde_json::Value as serde::Deserialize>::deserialize(source)?;
        match plain(&value) {
            serde_json::Value::String(text) => self.0.push_str(super::trimmed(text)),
            serde_json::Value::Null => {}
            other => self.0.push_str(&other.to_string()),
        }
        Ok(())
    }
}

/// What MongoDB's extended JSON wraps: `{"$date": …}`, `{"$oid": …}`, `{"$numberLong": …}`.
fn plain(value: &serde_json::Value) -> &serde_json::Value {
    const WRAPPERS: [&str; 6] = [
        "$date",
        "$oid",
        "$numberLong",
        "$numberInt",
        "$numberDouble",
        "$numberDecimal",
    ];
    let Some(object) = value.as_object().filter(|object| object.len() == 1) else {
        return value;
    };
    match object.iter().next() {
        Some((name, inner)) if WRAPPERS.contains(&name.as_str()) => plain(inner),
        _ => value,
    }
}

/// A float as text. A whole number so large that digits are lost would name another item, so it is refused.
pub(crate) fn number<E: serde::de::Error>(value: f64) -> Result<String, E> {
    if value.abs() > EXACT {
        return Err(E::custom(
            "a number too large to be exact; write it as text",
        ));
    }
    Ok(value.to_string())
}
