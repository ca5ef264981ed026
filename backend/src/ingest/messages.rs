//! Events as the collector stored them: Segment messages, as JSON lines or in its database.
//!
//! Of a message only what training needs is read: a product's id where the Segment spec puts it
//! (`properties.product_id`, `properties.products`). Where it is not there, the page's own intake, which knows how
//! other dialects nest it, reads the properties whole; that is slower, and rare in what a collector holds.
//!
//! Each message is judged by itself, and no more of it than is used: a value of an odd shape beside the item, or a JSON
//! that serde refuses and [`crate::json`] can mend, costs nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use tillside::intake::{Arrival, Field, Intake};

use super::column::{Look, null};
use super::database;
use super::error::File;
use super::gather::{Census, Gather};
use super::kinds::{self, Meaning};
use super::products::Products;
use super::source::{self, Source};
use super::table::{self, Line};
use super::{Error, Kind, NOT_LEARNED, Reader, Reason, Refusals, Understanding, instant};
use crate::json;

/// A JSON string, or a number that is used as a key; whatever else, and what is absent, is the empty text.
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

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Cow::Borrowed(""))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
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
    /// What PostHog calls the shopper and the message.
    #[serde(borrow, default)]
    distinct_id: Word<'a>,
    #[serde(borrow, default)]
    uuid: Word<'a>,
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
    order_id: Word<'a>,
    #[serde(borrow, default)]
    transaction_id: Word<'a>,
    #[serde(default)]
    products: Products,
}

/// Does this text hold messages, or rows of a plain table? The first line that is JSON decides.
pub(crate) fn are_in(source: &Source) -> Result<bool, Error> {
    #[derive(Deserialize)]
    struct Marks {
        #[serde(rename = "messageId")]
        id: Option<IgnoredAny>,
        #[serde(rename = "anonymousId")]
        anonymous: Option<IgnoredAny>,
        properties: Option<IgnoredAny>,
    }
    let start = source.start()?;
    let marks = start.split(|byte| *byte == b'\n').find_map(|line| {
        let whole = serde_json::from_slice::<Marks>(line).ok();
        whole.or_else(|| serde_json::from_slice(&table::mended(line)?).ok())
    });
    Ok(marks.is_none_or(|marks| {
        marks.id.is_some() || marks.anonymous.is_some() || marks.properties.is_some()
    }))
}

/// Reads JSON lines of messages.
pub(super) fn lines(
    source: &Source,
    gather: &mut Gather,
    reader: &mut Reader,
) -> Result<(), Error> {
    let path = source.path.as_path();
    let mut text = source.text()?;
    table::refuse_spread(path, &mut text)?;
    let mut reading = Reading::new(path, gather);
    let mut buffer = Vec::new();
    loop {
        let read = table::read_line(&mut *text.reader, &mut buffer, b'\n');
        reading.line += 1;
        match read.map_err(|source| text.error(path, source))? {
            Line::End => break,
            Line::TooLong => reading.note(Reason::LongLine, "1", ""),
            Line::Whole if buffer.trim_ascii().is_empty() => continue,
            Line::Whole => {
                let at = |message: &Message| instant::parse(&message.timestamp.0);
                reading.text(buffer.trim_ascii_end(), "", at);
            }
        }
        reading.rows += 1;
    }
    let lines = reading.line - 1;
    reading.conclude(reader, "messages", lines)
}

/// Reads the table `events` of the collector's database, in the order in which the messages arrived.
pub(super) fn database(path: &Path, gather: &mut Gather, reader: &mut Reader) -> Result<(), Error> {
    let mut reading = Reading::new(path, gather);
    database::messages(path, "reading events", |message, time| {
        reading.line += 1;
        reading.rows += 1;
        let time = time.filter(|time| instant::is_sane(*time));
        reading.text(message, "message:", |_| time);
        Ok::<(), Error>(())
    })?;
    reading.conclude(reader, "SQLite", 0)
}

const PRODUCT: &str = "properties.product_id";

/// What an event is about.
#[derive(Default)]
pub(super) struct About<'a> {
    /// Keys of its products, at least one.
    pub keys: Vec<Cow<'a, str>>,
    /// The number of its order; empty where it has none.
    order: Cow<'a, str>,
}

/// What an event is about, or what to note.
pub(super) fn about<'a>(
    event: &str,
    properties: &'a str,
    time: i64,
) -> Result<About<'a>, (Reason, String, String)> {
    let unreadable = |error| {
        let (reason, column, value) = table::explain(properties.as_bytes(), &error);
        (reason, format!("properties:{column}"), value)
    };
    // Of a JSON that is no object nothing is read, as of an event without properties.
    let properties = if properties.starts_with('{') {
        properties
    } else {
        "{}"
    };
    let plain: Properties = serde_json::from_str(properties).map_err(unreadable)?;
    let mut keys: Vec<Cow<str>> = plain.products.0.into_iter().map(Cow::Owned).collect();
    if !plain.product_id.0.is_empty() {
        keys.push(plain.product_id.0);
    }
    let mut numbers = [plain.order_id.0, plain.transaction_id.0].into_iter();
    let order = numbers.find(|number| !number.trim().is_empty());
    let order = order.unwrap_or_default();
    if keys.iter().any(|key| !key.is_empty()) {
        return Ok(About { keys, order });
    }
    let whole: serde_json::Value = serde_json::from_str(properties).map_err(unreadable)?;
    let arrival = Arrival {
        id: "read",
        now: time,
        time: None,
    };
    match Intake::default().accept(event, &whole.into(), arrival) {
        Ok(event) if !event.products.is_empty() => Ok(About {
            order: match event.text(Field::OrderId) {
                Some(number) => Cow::Owned(number.to_owned()),
                None => order,
            },
            keys: (event.products.into_iter())
                .map(|product| Cow::Owned(product.id))
                .collect(),
        }),
        Ok(_) => Err((Reason::NoItem, PRODUCT.to_owned(), String::new())),
        Err(refusal) => Err((Reason::NoItem, PRODUCT.to_owned(), refusal.to_string())),
    }
}

/// Whether a JSON may hold what [`json::mend`] mends; a look is cheaper than mending.
fn needs_mending(text: &str) -> bool {
    let long = |run: &[u8]| run.len() > 18 && run[0].is_ascii_digit();
    let runs = text
        .as_bytes()
        .chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    text.contains("\\u") || runs.into_iter().any(long)
}

struct Reading<'a> {
    path: &'a Path,
    name: String,
    gather: &'a mut Gather,
    names: Census,
    refusals: Refusals,
    /// Messages with a product that is learned from.
    used: u64,
    line: u64,
    rows: u64,
    /// Rows of the files before that training has no use for.
    ignored_before: BTreeMap<String, u64>,
}

impl<'a> Reading<'a> {
    fn new(path: &'a Path, gather: &'a mut Gather) -> Self {
        Reading {
            ignored_before: gather.ignored.clone(),
            path,
            name: source::name(path),
            gather,
            names: Census::default(),
            refusals: Refusals::default(),
            used: 0,
            line: 0,
            rows: 0,
        }
    }

    fn note(&mut self, reason: Reason, column: &str, value: &str) {
        self.refusals
            .note(reason, &self.name, self.line, column, value);
    }

    /// Takes the message that a text is. `column` is what its place is called by.
    fn text(&mut self, text: &[u8], column: &str, time: impl Fn(&Message) -> Option<i64>) {
        match serde_json::from_slice::<Message>(text) {
            Ok(message) => self.message(&message, time(&message)),
            Err(error) => {
                let mended = json::mend(text);
                match mended.as_deref().map(serde_json::from_slice::<Message>) {
                    Some(Ok(message)) => self.message(&message, time(&message)),
                    _ => {
                        let (reason, place, value) = table::explain(text, &error);
                        self.note(reason, &format!("{column}{place}"), &value);
                    }
                }
            }
        }
    }

    /// What a message of that event is used as.
    fn kind(&mut self, event: &str) -> Option<Kind> {
        // Names of Segment's first spec (`Viewed Product`) are words that tables use too.
        if tillside::intake::Kind::from_name(event).is_none()
            && let Some(Meaning::Used(kind)) = kinds::word(event)
        {
            self.names.known += 1;
            return Some(kind);
        }
        self.gather.used(event, &mut self.names)
    }

    fn message(&mut self, message: &Message, time: Option<i64>) {
        let id = [&message.id.0, &message.uuid.0];
        let id = id.into_iter().find(|id| !id.is_empty());
        if let Some(id) = id
            && !self.gather.is_first(id)
        {
            return self.note(Reason::Duplicate, "messageId", id);
        }
        if !matches!(&*message.kind.0, "track" | "") {
            self.names.known += 1;
            return self.gather.ignore(&message.kind.0);
        }
        let Some(kind) = self.kind(&message.event.0) else {
            return;
        };
        let Some(time) = time else {
            return self.note(Reason::Time, "timestamp", &message.timestamp.0);
        };
        let person = [
            &message.anonymous.0,
            &message.user.0,
            &message.distinct_id.0,
        ]
        .into_iter()
        .find(|id| !id.is_empty() && !null::is_word(id, Look::Person));
        let Some(visit) = person.and_then(|person| self.gather.visit("", person, "")) else {
            return self.note(Reason::NoShopper, "anonymousId", "");
        };
        let properties = message.properties.map_or("{}", RawValue::get);
        let mended = needs_mending(properties).then(|| json::mend(properties.as_bytes()));
        let mended = mended
            .flatten()
            .and_then(|text| String::from_utf8(text).ok());
        let properties = mended.as_deref().unwrap_or(properties);
        match about(&message.event.0, properties, time) {
            Ok(about) => self.products(visit, time, kind, about),
            Err((reason, column, value)) => self.note(reason, &column, &value),
        }
    }

    /// Takes the products of one event. Where one of several cannot be used the event still counts.
    fn products(&mut self, visit: u32, time: i64, kind: Kind, about: About) {
        let mut items = Vec::new();
        let mut refused = Vec::new();
        for key in about.keys {
            let key = if null::is_word(&key, Look::Key) {
                "".into()
            } else {
                key
            };
            match self.gather.item(&key) {
                Ok(item) => items.push(item),
                Err(reason) => refused.push((reason, key)),
            }
        }
        if items.is_empty() {
            refused.truncate(1);
        } else {
            refused
                .iter_mut()
                .for_each(|(reason, _)| *reason = Reason::Product);
        }
        for (reason, key) in refused {
            self.note(reason, PRODUCT, &key);
        }
        if kind == Kind::Buy && !items.is_empty() {
            let new = self.gather.order(visit, &about.order, time, &items);
            let mut new = new.into_iter();
            items.retain(|_| new.next() == Some(true));
            if items.is_empty() {
                return self.note(Reason::OrderAgain, "properties.order_id", &about.order);
            }
        }
        self.used += u64::from(!items.is_empty());
        for item in items {
            self.gather.click(visit, item, time, kind);
        }
    }

    fn conclude(self, reader: &mut Reader, format: &'static str, lines: u64) -> Result<(), Error> {
        self.gather.count(self.rows);
        let mut understood = Understanding::new(self.path, File::Events);
        understood.format = format;
        understood.lines = lines;
        understood.read = self.used;
        for (name, rows) in &self.gather.ignored {
            let before = self.ignored_before.get(name).copied().unwrap_or_default();
            understood.leave_out(format!("{NOT_LEARNED}{name}"), rows - before);
        }
        table::conclude(understood, self.rows, self.refusals, reader)?;
        self.names.conclude(self.path)
    }
}
