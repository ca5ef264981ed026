//! Events as the collector stored them: Segment messages, as JSON lines or in its database.
//!
//! Of a message only what training needs is read: a product's id where the Segment spec puts it
//! (`properties.product_id`, `properties.products`). Where it is not there, the page's own intake, which knows how
//! other dialects nest it, reads the properties whole; that is slower, and rare in what a collector holds.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, Visitor};
use serde_json::value::RawValue;
use tillside::intake::{Arrival, Intake};

use super::error::File;
use super::gather::{Census, Gather};
use super::source::{self, Text};
use super::table::{self, Line};
use super::{Error, Kind, Reader, Reason, Refusals, Understanding, instant};

/// A JSON string, or a number that is used as a key; null and absent are the empty text.
#[derive(Default)]
struct Word<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(WordVisitor).map(Word)
    }
}

struct WordVisitor;

impl<'de> Visitor<'de> for WordVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text or a number")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Self::Value, E> {
        table::number(number).map(Cow::Owned)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Word<'a>,
    #[serde(borrow, default)]
    event: Word<'a>,
    #[serde(rename = "messageId", borrow, default)]
    id: Word<'a>,
    #[serde(rename = "anonymousId", borrow, default)]
    anonymous: Word<'a>,
    #[serde(rename = "userId", borrow, default)]
    user: Word<'a>,
    #[serde(borrow, default)]
    timestamp: Word<'a>,
    #[serde(borrow, default)]
    properties: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
struct Properties<'a> {
    #[serde(borrow, default)]
    product_id: Word<'a>,
    #[serde(borrow, default)]
    products: Option<Vec<Product<'a>>>,
}

#[derive(Deserialize)]
struct Product<'a> {
    #[serde(borrow, default)]
    product_id: Word<'a>,
}

/// Does this text hold messages, or rows of a plain table? The first line that is JSON decides.
pub(super) fn are_in(text: &mut Text) -> bool {
    #[derive(Deserialize)]
    struct Marks {
        #[serde(rename = "messageId")]
        id: Option<IgnoredAny>,
        #[serde(rename = "anonymousId")]
        anonymous: Option<IgnoredAny>,
        properties: Option<IgnoredAny>,
    }
    let Ok(start) = text.reader.fill_buf() else {
        return true;
    };
    let marks = start
        .split(|byte| *byte == b'\n')
        .find_map(|line| serde_json::from_slice::<Marks>(line).ok());
    marks.is_none_or(|marks| {
        marks.id.is_some() || marks.anonymous.is_some() || marks.properties.is_some()
    })
}

/// Reads JSON lines of messages.
pub(super) fn lines(
    path: &Path,
    mut text: Text,
    gather: &mut Gather,
    reader: &mut Reader,
) -> Result<(), Error> {
    table::refuse_spread(path, &mut text)?;
    let mut reading = Reading::new(path, gather);
    let mut buffer = Vec::new();
    loop {
        let read = table::read_line(&mut *text.reader, &mut buffer);
        reading.line += 1;
        match read.map_err(|source| text.error(path, source))? {
            Line::End => break,
            Line::TooLong => reading.note(Reason::LongLine, "1", ""),
            Line::Whole if buffer.trim_ascii().is_empty() => continue,
            Line::Whole => match serde_json::from_slice::<Message>(buffer.trim_ascii_end()) {
                Ok(message) => reading.message(&message, instant::parse(&message.timestamp.0)),
                Err(error) => {
                    let (reason, column, value) = table::explain(buffer.trim_ascii_end(), &error);
                    reading.note(reason, &column, &value);
                }
            },
        }
        reading.rows += 1;
    }
    reading.conclude(reader, "messages")
}

/// Reads the table `events` of the collector's database, in the order in which the messages arrived.
pub(super) fn database(path: &Path, gather: &mut Gather, reader: &mut Reader) -> Result<(), Error> {
    let damaged = |error: rusqlite::Error| Error::Damaged {
        path: path.into(),
        format: "SQLite",
        detail: error.to_string(),
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(damaged)?;
    if !connection.table_exists(None, "events").map_err(damaged)? {
        return Err(Error::Format {
            path: path.into(),
            line: 1,
            column: 1,
            found: "a SQLite database without the collector's table `events`".into(),
            remedy: "give the collector.sqlite of `tillside serve`",
        });
    }
    let total: i64 = connection
        .query_row("SELECT count(*) FROM events", [], |row| row.get(0))
        .map_err(damaged)?;
    let bar = crate::progress::bar("reading events", total.unsigned_abs());
    let query = "SELECT timestamp_ms, message FROM events ORDER BY rowid";
    let mut statement = connection.prepare(query).map_err(damaged)?;
    let mut rows = statement.query([]).map_err(damaged)?;
    let mut reading = Reading::new(path, gather);
    while let Some(row) = rows.next().map_err(damaged)? {
        reading.line += 1;
        reading.rows += 1;
        bar.inc(1);
        let message = match row.get_ref(1).map_err(damaged)? {
            ValueRef::Text(text) | ValueRef::Blob(text) => text,
            _ => b"",
        };
        match serde_json::from_slice::<Message>(message) {
            // The column holds the time corrected for the shopper's clock.
            Ok(told) => reading.message(
                &told,
                row.get(0).ok().filter(|time| instant::is_sane(*time)),
            ),
            Err(error) => {
                let (reason, column, value) = table::explain(message, &error);
                reading.note(reason, &format!("message:{column}"), &value);
            }
        }
    }
    bar.finish_and_clear();
    reading.conclude(reader, "SQLite")
}

const PRODUCT: &str = "properties.product_id";

/// The keys of an event's products, at least one, or what to note.
fn keys<'a>(
    event: &str,
    properties: &'a str,
    time: i64,
) -> Result<Vec<Cow<'a, str>>, (Reason, String, String)> {
    let unreadable = |error| {
        let (reason, column, value) = table::explain(properties.as_bytes(), &error);
        (reason, format!("properties:{column}"), value)
    };
    let plain: Properties = serde_json::from_str(properties).map_err(unreadable)?;
    let listed = plain.products.unwrap_or_default();
    let listed = listed.into_iter().map(|product| product.product_id.0);
    let mut keys: Vec<Cow<str>> = listed.collect();
    if !plain.product_id.0.is_empty() {
        keys.push(plain.product_id.0);
    }
    if keys.iter().any(|key| !key.is_empty()) {
        return Ok(keys);
    }
    let whole: serde_json::Value = serde_json::from_str(properties).map_err(unreadable)?;
    let arrival = Arrival {
        id: "read",
        now: time,
        time: None,
    };
    match Intake::default().accept(event, &whole.into(), arrival) {
        Ok(event) if !event.products.is_empty() => Ok(event
            .products
            .into_iter()
            .map(|product| Cow::Owned(product.id))
            .collect()),
        Ok(_) => Err((Reason::NoItem, PRODUCT.to_owned(), String::new())),
        Err(refusal) => Err((Reason::NoItem, PRODUCT.to_owned(), refusal.to_string())),
    }
}

struct Reading<'a> {
    path: &'a Path,
    name: String,
    gather: &'a mut Gather,
    names: Census,
    refusals: Refusals,
    line: u64,
    rows: u64,
}

impl<'a> Reading<'a> {
    fn new(path: &'a Path, gather: &'a mut Gather) -> Self {
        Reading {
            path,
            name: source::name(path),
            gather,
            names: Census::default(),
            refusals: Refusals::default(),
            line: 0,
            rows: 0,
        }
    }

    fn note(&mut self, reason: Reason, column: &str, value: &str) {
        self.refusals
            .note(reason, &self.name, self.line, column, value);
    }

    fn message(&mut self, message: &Message, time: Option<i64>) {
        if !message.id.0.is_empty() && !self.gather.is_first(&message.id.0) {
            return self.note(Reason::Duplicate, "messageId", &message.id.0);
        }
        if !matches!(&*message.kind.0, "track" | "") {
            self.names.known += 1;
            return self.gather.ignore(&message.kind.0);
        }
        let Some(kind) = self.gather.used(&message.event.0, &mut self.names) else {
            return;
        };
        let Some(time) = time else {
            return self.note(Reason::Time, "timestamp", &message.timestamp.0);
        };
        let person = [&message.anonymous.0, &message.user.0]
            .into_iter()
            .find(|id| !id.is_empty());
        let Some(visit) = person.and_then(|person| self.gather.visit("", person, "")) else {
            return self.note(Reason::NoShopper, "anonymousId", "");
        };
        let properties = message.properties.map_or("{}", RawValue::get);
        match keys(&message.event.0, properties, time) {
            Ok(keys) => self.products(visit, time, kind, keys),
            Err((reason, column, value)) => self.note(reason, &column, &value),
        }
    }

    /// Takes the products of one event. Where one of several cannot be used the event still counts.
    fn products(&mut self, visit: u32, time: i64, kind: Kind, keys: Vec<Cow<str>>) {
        let mut refused = Vec::new();
        let products = keys.len();
        for key in keys {
            match self.gather.item(&key) {
                Ok(item) => self.gather.click(visit, item, time, kind),
                Err(reason) => refused.push((reason, key)),
            }
        }
        if refused.len() == products {
            refused.truncate(1);
        } else {
            refused
                .iter_mut()
                .for_each(|(reason, _)| *reason = Reason::Product);
        }
        for (reason, key) in refused {
            self.note(reason, PRODUCT, &key);
        }
    }

    fn conclude(self, reader: &mut Reader, format: &'static str) -> Result<(), Error> {
        self.gather.count(self.rows);
        let mut understood = Understanding::new(self.path, File::Events);
        understood.format = format;
        understood.lines = self.line.saturating_sub(1);
        table::conclude(understood, self.rows, self.refusals, reader)?;
        self.names.conclude(self.path)
    }
}
