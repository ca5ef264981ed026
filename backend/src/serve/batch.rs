//! One request of Segment's HTTP API: a batch, or a single message at the URL of its type. Pure.
//!
//! One bad message does not hold up the others: each is taken or refused on its own, and the reply lists those refused
//! with index, code and remedy. Only a delivery of which nothing can be taken is an error, so a client that drops what
//! gets a 4xx loses nothing that was good, and one that does not read the reply never sends a good message twice. The
//! same holds for bytes: a delivery that is no JSON as a whole is parted at its commas, and the part that is broken is
//! refused alone. What is odd beside the messages, such as an unreadable `sentAt`, is left out.
//!
//! A request over its limit is a 413, not Segment's 400: it is what HTTP calls it, and what tells a client that half of
//! the batch would have passed. A message over its limit is that message's own fault.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, value::RawValue};

use super::event::{self, Envelope, Event};
use super::fields::Kind;
use super::refusal::{Refusal, Rejection};
use crate::instant;
use crate::{Coded, json};

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

/// A delivery as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    #[serde(borrow)]
    batch: Vec<&'a RawValue>,
    write_key: Option<String>,
    sent_at: Option<String>,
    context: Option<Map<String, Value>>,
    integrations: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    write_key: Option<String>,
}

/// A delivery, each message as its bytes.
struct Batch<'a> {
    messages: Vec<&'a [u8]>,
    write_key: Option<String>,
    sent_at_ms: Option<i64>,
    context: Map<String, Value>,
    integrations: Map<String, Value>,
}

impl<'a> Batch<'a> {
    fn read(body: &'a [u8]) -> Result<Self, Refusal> {
        match serde_json::from_slice::<Written>(body) {
            Ok(written) => Ok(Batch {
                messages: (written.batch.iter())
                    .map(|message| message.get().as_bytes())
                    .collect(),
                write_key: written.write_key,
                sent_at_ms: instant(written.sent_at),
                context: written.context.unwrap_or_default(),
                integrations: written.integrations.unwrap_or_default(),
            }),
            Err(error) => Batch::part(body).ok_or(Refusal::Json(error)),
        }
    }

    /// Reads what is no JSON as a whole, part by part. `None` where the frame is broken or the write key is no text.
    fn part(body: &'a [u8]) -> Option<Self> {
        let members = json::members(body)?;
        let member = |name: &str| {
            let mut members = members.iter();
            let found =
                members.find(|(key, _)| key[1..].strip_suffix(b"\"") == Some(name.as_bytes()));
            found.map(|(_, value)| *value)
        };
        Some(Batch {
            messages: json::elements(member("batch")?)?,
            write_key: match member("writeKey") {
                None => None,
                Some(key) => value(key)?,
            },
            sent_at_ms: instant(member("sentAt").and_then(value)),
            context: member("context").and_then(value).unwrap_or_default(),
            integrations: member("integrations").and_then(value).unwrap_or_default(),
        })
    }
}

/// When the client says it was sent, if it says so.
fn instant(text: Option<String>) -> Option<i64> {
    let instant = instant::parse(&text?);
    instant.filter(|instant| *instant != instant::UNSET)
}

/// A value, mended where it must be.
fn value<T: DeserializeOwned>(text: &[u8]) -> Option<T> {
    let mended = json::mend(text);
    serde_json::from_slice(mended.as_deref().unwrap_or(text)).ok()
}

/// The write key in the body of a single message.
fn key(body: &[u8]) -> Result<Option<String>, Refusal> {
    match serde_json::from_slice::<Key>(body) {
        Ok(key) => Ok(key.write_key),
        Err(error) => {
            let members = json::members(body).ok_or(Refusal::Json(error))?;
            let found = members.iter().find(|(key, _)| *key == b"\"writeKey\"");
            Ok(found.and_then(|(_, text)| value(text)))
        }
    }
}

/// What the headers of a request say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sender<'a> {
    /// The user name of HTTP Basic authentication.
    pub basic: Option<&'a str>,
    /// The browser's name, where it is to be kept: as `context.browser` of messages that have none.
    pub browser: Option<&'a str>,
}

/// Reads the body of a request to `endpoint`.
pub fn read(
    endpoint: Endpoint,
    body: &[u8],
    sender: Sender,
    keys: &WriteKeys,
    received_at_ms: i64,
    fresh_id: &mut dyn FnMut() -> String,
) -> Result<Delivery, Refusal> {
    let Sender { basic, browser } = sender;
    let name = |context: &mut Map<String, Value>| {
        if let Some(browser) = browser {
            context
                .entry("browser")
                .or_insert_with(|| Value::from(browser));
        }
    };
    match endpoint {
        Endpoint::Batch => {
            let mut batch = Batch::read(body)?;
            name(&mut batch.context);
            let write_key = keys.admit(batch.write_key.as_deref(), basic)?;
            read_batch(&batch, &write_key, received_at_ms, fresh_id)
        }
        Endpoint::Single(kind) => {
            let write_key = keys.admit(key(body)?.as_deref(), basic)?;
            let (mut context, none) = (Map::new(), Map::new());
            name(&mut context);
            let envelope = Envelope {
                write_key: &write_key,
                sent_at_ms: None,
                received_at_ms,
                context: &context,
                integrations: &none,
            };
            let mut delivery = Delivery::default();
            delivery.take(0, "body", body, Some(kind), &envelope, fresh_id);
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
    let messages = batch.messages.len();
    if messages > MESSAGES_LIMIT {
        return Err(Refusal::Messages { messages });
    }
    let Batch {
        context,
        integrations,
        ..
    } = batch;
    let shared = json_bytes(context) + json_bytes(integrations);
    if shared * messages > SHARED_LIMIT {
        return Err(Refusal::Shared { shared, messages });
    }
    let envelope = Envelope {
        write_key,
        sent_at_ms: batch.sent_at_ms,
        received_at_ms,
        context,
        integrations,
    };
    let mut delivery = Delivery::default();
    for (index, raw) in batch.messages.iter().enumerate() {
        let at = format!("batch[{index}]");
        delivery.take(index, &at, raw, None, &envelope, fresh_id);
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
        raw: &[u8],
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
            Sender::default(),
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

    /// What became of a delivery of raw parts: ids taken, and indices with codes of the others.
    fn outcome(parts: &[&[u8]], around: &str) -> (Vec<String>, Vec<(usize, &'static str)>) {
        let mut body = format!("{{\"writeKey\":\"k\",{around}\"batch\":[").into_bytes();
        body.extend(parts.join(&b","[..]));
        body.extend(b"]}");
        let keys = WriteKeys::default();
        let delivery = read(
            Endpoint::Batch,
            &body,
            Sender::default(),
            &keys,
            1_795_219_200_000,
            &mut || "fresh".into(),
        );
        let delivery = delivery.expect("some are good");
        let taken = delivery.events.into_iter().map(|event| event.message_id);
        let rejected = delivery
            .rejected
            .into_iter()
            .map(|one| (one.index, one.code));
        (taken.collect(), rejected.collect())
    }

    #[test]
    fn a_message_of_broken_bytes_does_not_condemn_its_delivery() {
        let good = good(1).to_string();
        let good = good.as_bytes();
        let half_an_emoji =
            br#"{"type":"track","event":"X","anonymousId":"a","messageId":"h","properties":{"title":"x\ud83d"}}"#;
        let not_a_number =
            br#"{"type":"track","event":"X","anonymousId":"a","messageId":"n","properties":{"v":NaN}}"#;
        let latin1 = b"{\"type\":\"track\",\"event\":\"Caf\xe9\",\"anonymousId\":\"a\"}";
        for (part, id) in [
            (&half_an_emoji[..], Some("h")),
            (not_a_number, Some("n")),
            (latin1, None),
            (b"{a:1}", None),
        ] {
            let (taken, rejected) = outcome(&[part, good], "");
            match id {
                Some(id) => assert_eq!(
                    (&taken[..], &rejected[..]),
                    (&[id.to_owned(), "m-1".into()][..], &[][..])
                ),
                None => assert_eq!(
                    (&taken[..], &rejected[..]),
                    (&["m-1".to_owned()][..], &[(0, "event.json")][..])
                ),
            }
        }
    }

    #[test]
    fn what_is_odd_beside_the_messages_is_left_out() {
        let good = good(1).to_string();
        for odd in [
            r#""context":{"page":{"title":"\ud83d"}},"#,
            r#""context":{"v":NaN},"#,
            r#""context":7,"integrations":"all","#,
            r#""sentAt":12,"#,
            r#""sentAt":"now","#,
        ] {
            let (taken, rejected) = outcome(&[good.as_bytes()], odd);
            assert_eq!((taken.len(), rejected.len()), (1, 0), "{odd}");
        }
        let body =
            r#"{"writeKey":"k","type":"track","event":"X","userId":"u","properties":{"v":NaN}}"#;
        let single = read_at(Endpoint::Single(Kind::Track), body, &["k"]);
        assert_eq!(single.expect("it is taken").events.len(), 1);
    }

    #[test]
    fn a_browser_to_be_kept_is_in_the_context_of_messages_that_name_none() {
        let own = r#"{"type":"track","event":"X","userId":"u","context":{"browser":"Lynx"}}"#;
        let plain = r#"{"type":"track","event":"X","userId":"u"}"#;
        let sender = Sender {
            basic: Some("k"),
            browser: Some("Firefox"),
        };
        let read = |endpoint, body: &str| {
            let keys = WriteKeys::default();
            let delivery = read(endpoint, body.as_bytes(), sender, &keys, 1, &mut || {
                "fresh".into()
            });
            let events = delivery.expect("it is taken").events.into_iter();
            let browser = |event: Event| {
                let message: Value = serde_json::from_str(&event.message).expect("JSON");
                message["context"]["browser"].clone()
            };
            events.map(browser).collect::<Vec<_>>()
        };
        let batch = format!("{{\"batch\":[{own},{plain}]}}");
        assert_eq!(read(Endpoint::Batch, &batch), ["Lynx", "Firefox"]);
        assert_eq!(read(Endpoint::Single(Kind::Track), plain), ["Firefox"]);
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
            let _ = read(endpoint, &bytes, Sender::default(), &WriteKeys::default(), 0, &mut String::new);
        }
    }
}
