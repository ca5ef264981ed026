//! One request of Segment's HTTP API: a batch, or a single message at the URL of its type. Pure.
//!
//! One bad message does not hold up the others: each is taken or refused on its own, and the reply lists those refused
//! with index, code and remedy. Only a delivery of which nothing can be taken is an error, so a client that drops what
//! gets a 4xx loses nothing that was good, and one that does not read the reply never sends a good message twice.
//!
//! A request over its limit is a 413, not Segment's 400: it is what HTTP calls it, and what tells a client that half of
//! the batch would have passed. A message over its limit is that message's own fault.

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::event::{self, Envelope, Event, Kind};
use super::refusal::{Refusal, Rejection};
use super::time;
use crate::Coded;

/// Messages of one request.
pub const MESSAGES_LIMIT: usize = 2_500;
/// Bytes that repeating the batch's context in each of its messages may add.
const SHARED_LIMIT: usize = 4 * 1024 * 1024;

/// What a URL below `/v1/` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    Batch,
    Single(Kind),
}

impl Endpoint {
    /// By Segment's name, or by the one letter that Analytics.js uses.
    pub fn named(name: &str) -> Option<Endpoint> {
        let kind = match name {
            "batch" | "b" => return Some(Endpoint::Batch),
            "t" => Kind::Track,
            "i" => Kind::Identify,
            "p" => Kind::Page,
            "s" => Kind::Screen,
            "g" => Kind::Group,
            "a" => Kind::Alias,
            name => Kind::named(name)?,
        };
        Some(Endpoint::Single(kind))
    }
}

/// The keys that may write. They are public, so this tells shops apart and keeps out what is lost, not what is hostile.
#[derive(Clone, Debug, Default)]
pub struct WriteKeys(Vec<String>);

impl WriteKeys {
    /// Without any, every non-empty key may write.
    pub fn new(keys: Vec<String>) -> Self {
        Self(keys)
    }

    /// The key of a delivery: from its body, or else the user name of HTTP Basic authentication.
    fn admit(&self, in_body: Option<&str>, basic: Option<&str>) -> Result<String, Refusal> {
        let mut given = [in_body, basic].into_iter().flatten().map(str::trim);
        let key = given.find(|key| !key.is_empty()).ok_or(Refusal::NoKey)?;
        if self.0.is_empty() || self.0.iter().any(|known| known == key) {
            Ok(key.to_owned())
        } else {
            Err(Refusal::UnknownKey {
                key: key.chars().take(40).collect(),
            })
        }
    }
}

/// What a request brought.
#[derive(Debug, Default)]
pub struct Delivery {
    pub events: Vec<Event>,
    pub rejected: Vec<Rejection>,
    /// How many of `events` came without a `messageId`: these are not told from their repetition.
    pub unidentified: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch<'a> {
    #[serde(borrow)]
    batch: Vec<&'a RawValue>,
    write_key: Option<String>,
    sent_at: Option<String>,
    context: Option<Map<String, Value>>,
    integrations: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Single {
    write_key: Option<String>,
}

/// Reads the body of a request to `endpoint`. `basic` is the user name of HTTP Basic authentication.
pub fn read(
    endpoint: Endpoint,
    body: &[u8],
    basic: Option<&str>,
    keys: &WriteKeys,
    received_at_ms: i64,
    fresh_id: &mut dyn FnMut() -> String,
) -> Result<Delivery, Refusal> {
    match endpoint {
        Endpoint::Batch => {
            let batch: Batch = serde_json::from_slice(body).map_err(Refusal::Json)?;
            let write_key = keys.admit(batch.write_key.as_deref(), basic)?;
            read_batch(&batch, &write_key, received_at_ms, fresh_id)
        }
        Endpoint::Single(kind) => {
            let text = std::str::from_utf8(body).map_err(Refusal::Utf8)?;
            let single: Single = serde_json::from_str(text).map_err(Refusal::Json)?;
            let write_key = keys.admit(single.write_key.as_deref(), basic)?;
            let none = Map::new();
            let envelope = Envelope {
                write_key: &write_key,
                sent_at_ms: None,
                received_at_ms,
                context: &none,
                integrations: &none,
            };
            let mut delivery = Delivery::default();
            delivery.take(0, "body", text, Some(kind), &envelope, fresh_id);
            delivery.unless_nothing()
        }
    }
}

fn read_batch(
    batch: &Batch,
    write_key: &str,
    received_at_ms: i64,
    fresh_id: &mut dyn FnMut() -> String,
) -> Result<Delivery, Refusal> {
    let messages = batch.batch.len();
    if messages > MESSAGES_LIMIT {
        return Err(Refusal::Messages { messages });
    }
    let sent_at_ms = match batch.sent_at.as_deref() {
        None => None,
        Some(text) => Some(time::parse(text).ok_or_else(|| Refusal::SentAt {
            found: text.chars().take(40).collect(),
        })?),
    };
    let context = batch.context.clone().unwrap_or_default();
    let integrations = batch.integrations.clone().unwrap_or_default();
    let shared = json_bytes(&context) + json_bytes(&integrations);
    if shared * messages > SHARED_LIMIT {
        return Err(Refusal::Shared { shared, messages });
    }
    let envelope = Envelope {
        write_key,
        sent_at_ms,
        received_at_ms,
        context: &context,
        integrations: &integrations,
    };
    let mut delivery = Delivery::default();
    for (index, raw) in batch.batch.iter().enumerate() {
        let at = format!("batch[{index}]");
        delivery.take(index, &at, raw.get(), None, &envelope, fresh_id);
    }
    delivery.unless_nothing()
}

fn json_bytes(map: &Map<String, Value>) -> usize {
    if map.is_empty() {
        return 0;
    }
    serde_json::to_string(map).map_or(usize::MAX, |text| text.len())
}

impl Delivery {
    fn take(
        &mut self,
        index: usize,
        at: &str,
        raw: &str,
        kind: Option<Kind>,
        envelope: &Envelope,
        fresh_id: &mut dyn FnMut() -> String,
    ) {
        let mut filled = 0;
        let mut counting = || {
            filled += 1;
            fresh_id()
        };
        match event::read(at, raw, kind, envelope, &mut counting) {
            Ok(event) => self.events.push(event),
            Err(fault) => self.rejected.push(Rejection {
                index,
                code: fault.code(),
                message: fault.to_string(),
            }),
        }
        self.unidentified += filled;
    }

    fn unless_nothing(self) -> Result<Self, Refusal> {
        if self.events.is_empty() && !self.rejected.is_empty() {
            return Err(Refusal::Nothing {
                rejected: self.rejected,
            });
        }
        Ok(self)
    }
}
