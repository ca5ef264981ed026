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

use super::event::{self, Envelope, Event};
use super::fields::Kind;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::fault::EVENT_LIMIT;
    use proptest::prelude::*;
    use serde_json::json;

    fn read_at(endpoint: Endpoint, body: &str, keys: &[&str]) -> Result<Delivery, Refusal> {
        let keys = WriteKeys::new(keys.iter().map(|key| (*key).to_owned()).collect());
        let mut next = 0;
        let mut fresh = || {
            next += 1;
            format!("fresh-{next}")
        };
        read(
            endpoint,
            body.as_bytes(),
            None,
            &keys,
            1_795_219_200_000,
            &mut fresh,
        )
    }

    fn read_batch(body: &Value) -> Result<Delivery, Refusal> {
        read_at(Endpoint::Batch, &body.to_string(), &[])
    }

    fn good(id: usize) -> Value {
        json!({ "type": "track", "event": "Product Viewed", "anonymousId": "a", "messageId": format!("m-{id}") })
    }

    #[test]
    fn one_bad_message_does_not_hold_up_the_others() {
        let delivery = read_batch(&json!({
            "writeKey": "demo", "batch": [good(0), { "type": "click" }, good(2), 7, { "type": "page", "userId": "u" }],
        }))
        .expect("some are good");
        let ids: Vec<&str> = delivery
            .events
            .iter()
            .map(|event| event.message_id.as_str())
            .collect();
        assert_eq!(ids, ["m-0", "m-2", "fresh-1"]);
        assert_eq!(delivery.unidentified, 1);
        let rejected: Vec<_> = delivery
            .rejected
            .iter()
            .map(|one| (one.index, one.code))
            .collect();
        assert_eq!(rejected, [(1, "event.type"), (3, "event.object")]);
    }

    #[test]
    fn a_delivery_without_anything_good_is_an_error() {
        let refusal =
            read_batch(&json!({ "writeKey": "demo", "batch": [1, 2] })).expect_err("none is good");
        assert_eq!(refusal.code(), "request.rejected");
        assert!(
            refusal.to_string().contains("batch[0] is the number 1"),
            "{refusal}"
        );
        let empty = read_batch(&json!({ "writeKey": "demo", "batch": [] }))
            .expect("nothing is wrong with it");
        assert!(empty.events.is_empty());
    }

    #[test]
    fn faults_of_the_whole_name_their_remedy() {
        let shared = json!({ "x": "y".repeat(20_000) });
        let cases = [
            ("", "request.json", "line 1 column 0"),
            ("{\n \"batch\": [}", "request.json", "line 2 column 12"),
            ("[]", "request.json", "send one JSON object"),
            (
                "{\"writeKey\":\"k\"}",
                "request.json",
                "missing field `batch`",
            ),
            (
                "{\"writeKey\":7,\"batch\":[]}",
                "request.json",
                "line 1 column 13",
            ),
            (
                "{\"batch\":[]}",
                "request.write_key",
                "send writeKey in the body",
            ),
            (
                "{\"writeKey\":\" \",\"batch\":[]}",
                "request.write_key",
                "has no write key",
            ),
            (
                "{\"writeKey\":\"k\",\"batch\":[],\"sentAt\":\"now\"}",
                "request.sent_at",
                "\"now\"",
            ),
            (
                &json!({ "writeKey": "k", "batch": vec![0; 2501] }).to_string(),
                "request.messages",
                "2501",
            ),
            (
                &json!({ "writeKey": "k", "batch": vec![0; 400], "context": shared }).to_string(),
                "request.shared",
                "400",
            ),
        ];
        for (body, code, text) in cases {
            let refusal = read_at(Endpoint::Batch, body, &[]).expect_err("it is at fault");
            assert_eq!(refusal.code(), code, "{refusal}");
            assert!(refusal.to_string().contains(text), "{refusal}");
        }
    }

    #[test]
    fn only_known_keys_may_write_where_some_are_named() {
        let body = |key: &str| json!({ "writeKey": key, "batch": [good(0)] }).to_string();
        let delivery = read_at(Endpoint::Batch, &body("b"), &["a", "b"]).expect("it is known");
        assert_eq!(delivery.events[0].write_key, "b");
        let refusal = read_at(Endpoint::Batch, &body("c"), &["a", "b"]).expect_err("it is not");
        assert_eq!(refusal.code(), "request.write_key");
    }

    #[test]
    fn the_key_may_come_as_user_name_and_the_body_wins() {
        let keys = WriteKeys::default();
        assert_eq!(keys.admit(None, Some("basic")).expect("a key"), "basic");
        assert_eq!(keys.admit(Some(""), Some("basic")).expect("a key"), "basic");
        assert_eq!(
            keys.admit(Some("body"), Some("basic")).expect("a key"),
            "body"
        );
    }

    #[test]
    fn the_limit_of_a_message_counts_it_as_it_was_sent() {
        let message = |pad: usize| {
            format!(
                "{{\"type\":\"track\",\"event\":\"x\",\"userId\":\"u\"{}}}",
                " ".repeat(pad)
            )
        };
        let pad = EVENT_LIMIT - message(0).len();
        let body = format!(
            "{{\"writeKey\":\"k\",\"batch\":[{},{}]}}",
            message(pad),
            message(pad + 1)
        );
        let delivery = read_at(Endpoint::Batch, &body, &[]).expect("one is good");
        assert_eq!(delivery.events.len(), 1);
        assert_eq!(delivery.rejected[0].code, "event.size");
        assert_eq!(delivery.rejected[0].index, 1);
    }

    #[test]
    fn a_single_message_is_what_its_url_says() {
        let endpoint = Endpoint::named("i").expect("Analytics.js posts there");
        let body =
            json!({ "userId": "u", "traits": { "plan": "gold" }, "writeKey": "k" }).to_string();
        let delivery = read_at(endpoint, &body, &[]).expect("it is good");
        assert_eq!(delivery.events[0].kind, Kind::Identify);
        assert!(!delivery.events[0].message.contains("writeKey"));
        let refusal = read_at(endpoint, "{\"writeKey\":\"k\"}", &[]).expect_err("nobody is named");
        assert_eq!(refusal.code(), "event.identity");
        assert_eq!(Endpoint::named("click"), None);
    }

    proptest! {
        #[test]
        fn every_message_is_either_taken_or_rejected(good_ones in prop::collection::vec(any::<bool>(), 1..40)) {
            let messages: Vec<Value> = good_ones
                .iter()
                .enumerate()
                .map(|(index, is_good)| if *is_good { good(index) } else { json!({ "type": "track" }) })
                .collect();
            let body = json!({ "writeKey": "k", "batch": messages });
            let expected: Vec<usize> = (0..good_ones.len()).filter(|index| good_ones[*index]).collect();
            match read_batch(&body) {
                Ok(delivery) => {
                    let taken: Vec<String> = delivery.events.iter().map(|event| event.message_id.clone()).collect();
                    let named: Vec<String> = expected.iter().map(|index| format!("m-{index}")).collect();
                    prop_assert_eq!(taken, named);
                    let rejected: Vec<usize> = delivery.rejected.iter().map(|one| one.index).collect();
                    prop_assert!(rejected.iter().all(|index| !good_ones[*index]));
                    prop_assert_eq!(rejected.len() + expected.len(), good_ones.len());
                }
                Err(_) => prop_assert!(expected.is_empty()),
            }
        }

        #[test]
        fn any_bytes_are_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200), batch in any::<bool>()) {
            let endpoint = if batch { Endpoint::Batch } else { Endpoint::Single(Kind::Track) };
            let _ = read(endpoint, &bytes, None, &WriteKeys::default(), 0, &mut String::new);
        }
    }
}
