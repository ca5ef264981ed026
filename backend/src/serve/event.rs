//! One Segment message: which ones the collector takes, and what it keeps of them.
//!
//! Pure: the clock and fresh identifiers are arguments. Properties and traits are data; nothing here knows an event's
//! name, and a key such as `__proto__` is a key like any other.
//!
//! A message keeps every field it came with. Added or replaced: `messageId` where it was missing; `context` and
//! `integrations` with what the batch gave for all; `sentAt` and `receivedAt`; and `timestamp`, corrected for the
//! client's clock as `receivedAt − (sentAt − timestamp)` and never later than `receivedAt`, with the client's own
//! reading kept in `originalTimestamp`. What JSON cannot hold is mended ([`crate::json`]): an id of more digits than 64
//! bits hold stays as it came, as a text. A `writeKey` is dropped, it has its own column; the sender's network address is
//! never kept.

use serde_json::{Map, Value, map::Entry};
use tillside::report::iso;

use super::fault::{EVENT_LIMIT, Fault, describe};
use super::fields::{Fields, Kind};
use crate::json;

const MESSAGE_ID_LIMIT: usize = 255;

/// A message that was taken: one row of the table `events`.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub message_id: String,
    pub write_key: String,
    pub kind: Kind,
    pub event: Option<String>,
    pub anonymous_id: Option<String>,
    pub user_id: Option<String>,
    pub session_id: Option<String>,
    pub order_id: Option<String>,
    pub timestamp_ms: i64,
    pub sent_at_ms: Option<i64>,
    pub received_at_ms: i64,
    /// The whole message, JSON.
    pub message: String,
}

/// What a delivery says about all of its messages.
pub struct Envelope<'a> {
    pub write_key: &'a str,
    pub sent_at_ms: Option<i64>,
    pub received_at_ms: i64,
    pub context: &'a Map<String, Value>,
    pub integrations: &'a Map<String, Value>,
}

/// Reads the message `raw` found at `at`. `kind` is given where the URL says it and the message need not.
pub fn read(
    at: &str,
    raw: &[u8],
    kind: Option<Kind>,
    envelope: &Envelope,
    fresh_id: &mut dyn FnMut() -> String,
) -> Result<Event, Fault> {
    if raw.len() > EVENT_LIMIT {
        return Err(Fault::Size {
            at: at.into(),
            bytes: raw.len(),
        });
    }
    let mended = json::mend(raw);
    let raw = mended.as_deref().unwrap_or(raw);
    let value = serde_json::from_slice(raw).map_err(|source| Fault::Json {
        at: at.into(),
        source,
    })?;
    let Value::Object(map) = value else {
        return Err(Fault::NotAnObject {
            at: at.into(),
            found: describe(Some(&value)),
        });
    };
    let fields = Fields { at, map: &map };
    let kind = match kind {
        Some(kind) => kind,
        None => fields.kind()?,
    };
    let event = fields.check(kind)?;
    let message_id = match fields.text("messageId")? {
        Some(id) if id.len() > MESSAGE_ID_LIMIT => {
            return Err(fields.wrong("messageId", "a string of at most 255 bytes"));
        }
        Some(id) => id.to_owned(),
        None => fresh_id(),
    };
    let timestamp_ms = fields.time("timestamp")?;
    let original_ms = fields.time("originalTimestamp")?.or(timestamp_ms);
    let sent_at_ms = fields.time("sentAt")?.or(envelope.sent_at_ms);
    let mut event = Event {
        message_id,
        write_key: envelope.write_key.to_owned(),
        kind,
        event,
        anonymous_id: fields.text("anonymousId")?.map(str::to_owned),
        user_id: fields.text("userId")?.map(str::to_owned),
        session_id: fields.session(),
        order_id: fields.order(),
        timestamp_ms: corrected(original_ms, sent_at_ms, envelope.received_at_ms),
        sent_at_ms,
        received_at_ms: envelope.received_at_ms,
        message: String::new(),
    };
    event.message = Value::Object(stored(map, &event, envelope)).to_string();
    Ok(event)
}

/// When it happened by the collector's clock: as long before it was received as, by the client's clock, it happened
/// before it was sent.
fn corrected(original_ms: Option<i64>, sent_at_ms: Option<i64>, received_at_ms: i64) -> i64 {
    let Some(original) = original_ms else {
        return received_at_ms;
    };
    let age = sent_at_ms.unwrap_or(received_at_ms) - original;
    (received_at_ms - age.max(0)).max(0)
}

fn stored(mut map: Map<String, Value>, event: &Event, envelope: &Envelope) -> Map<String, Value> {
    map.remove("writeKey");
    if let Some(original) = map.remove("timestamp")
        && map.get("originalTimestamp").is_none_or(Value::is_null)
    {
        map.insert("originalTimestamp".to_owned(), original);
    }
    let mut set = |key: &str, value: String| map.insert(key.to_owned(), Value::String(value));
    set("type", event.kind.name().to_owned());
    set("messageId", event.message_id.clone());
    set("timestamp", iso(event.timestamp_ms));
    set("receivedAt", iso(event.received_at_ms));
    if let Some(sent_at) = event.sent_at_ms {
        set("sentAt", iso(sent_at));
    }
    merge(&mut map, "context", envelope.context);
    merge(&mut map, "integrations", envelope.integrations);
    map
}

/// Gives the object `field` what `shared` has and it has not.
fn merge(map: &mut Map<String, Value>, field: &str, shared: &Map<String, Value>) {
    if shared.is_empty() {
        return;
    }
    let own = map.entry(field).or_insert(Value::Null);
    if own.is_null() {
        *own = Value::Object(Map::new());
    }
    if let Value::Object(own) = own {
        for (key, value) in shared {
            if let Entry::Vacant(place) = own.entry(key.clone()) {
                place.insert(value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Coded;
    use crate::instant;
    use proptest::prelude::*;
    use serde_json::json;

    const RECEIVED: i64 = 1_795_219_200_000;

    fn read_with(message: &Value, sent_at_ms: Option<i64>, context: Value) -> Result<Event, Fault> {
        let Value::Object(context) = context else {
            panic!("a context is an object")
        };
        let envelope = Envelope {
            write_key: "demo",
            sent_at_ms,
            received_at_ms: RECEIVED,
            context: &context,
            integrations: &Map::new(),
        };
        read(
            "batch[0]",
            message.to_string().as_bytes(),
            None,
            &envelope,
            &mut || "fresh".into(),
        )
    }

    fn read_one(message: &Value) -> Result<Event, Fault> {
        read_with(message, None, json!({}))
    }

    fn stored_of(event: &Event) -> Value {
        serde_json::from_str(&event.message).expect("stored messages are JSON")
    }

    fn viewed() -> Value {
        json!({
            "type": "track", "event": "Product Viewed", "messageId": "m-1", "anonymousId": "a-1",
            "properties": { "product_id": "sku-1" }, "context": { "sessionId": "s-1", "locale": "zh-CN" },
        })
    }

    fn viewed_but(field: &str, value: Value) -> Value {
        let mut message = viewed();
        message[field] = value;
        message
    }

    #[test]
    fn a_full_message_becomes_a_row() {
        let event = read_one(&viewed()).expect("it is valid");
        assert_eq!(event.message_id, "m-1");
        assert_eq!(event.event.as_deref(), Some("Product Viewed"));
        assert_eq!(event.anonymous_id.as_deref(), Some("a-1"));
        assert_eq!(event.user_id, None);
        assert_eq!(event.session_id.as_deref(), Some("s-1"));
        assert_eq!(event.timestamp_ms, RECEIVED);
        assert_eq!(stored_of(&event)["properties"]["product_id"], "sku-1");
    }

    #[test]
    fn a_slow_clock_is_corrected_and_remembered() {
        // The client's clock is a day late; it sent the event five seconds after it happened.
        let day = 86_400_000;
        let original = iso(RECEIVED - day - 5_000);
        let message = viewed_but("timestamp", json!(original));
        let event = read_with(&message, Some(RECEIVED - day), json!({})).expect("it is valid");
        assert_eq!(event.timestamp_ms, RECEIVED - 5_000);
        let stored = stored_of(&event);
        assert_eq!(stored["timestamp"], iso(RECEIVED - 5_000));
        assert_eq!(stored["originalTimestamp"], original);
        assert_eq!(stored["sentAt"], iso(RECEIVED - day));
    }

    #[test]
    fn nothing_happens_after_it_was_received_nor_before_1970() {
        for (original, expected) in [
            ("9000-01-01T00:00:00Z", RECEIVED),
            ("0007-01-01T00:00:00Z", 0),
            // Go's zero time: a field that was not set.
            ("0001-01-01T00:00:00Z", RECEIVED),
        ] {
            let event = read_one(&viewed_but("timestamp", json!(original))).expect("it is valid");
            assert_eq!(event.timestamp_ms, expected, "{original}");
            assert_eq!(stored_of(&event)["originalTimestamp"], original);
        }
    }

    #[test]
    fn a_zero_time_of_go_is_no_time_of_sending() {
        let mut message = viewed_but("timestamp", json!(iso(RECEIVED - 5_000)));
        message["sentAt"] = json!("0001-01-01T00:00:00Z");
        let event = read_one(&message).expect("it is valid");
        assert_eq!(
            (event.sent_at_ms, event.timestamp_ms),
            (None, RECEIVED - 5_000)
        );
    }

    #[test]
    fn the_number_of_an_order_has_its_column_and_keeps_its_digits() {
        for (name, number, expected) in [
            ("order_id", "\"O-7\"", Some("O-7")),
            (
                "transaction_id",
                "12345678901234567890123",
                Some("12345678901234567890123"),
            ),
            ("orderId", "7", Some("7")),
            ("order_id", "\" \"", None),
            ("order_id", "{}", None),
        ] {
            let text = format!(
                r#"{{"type":"track","event":"Order Completed","anonymousId":"a","properties":{{"{name}":{number}}}}}"#
            );
            let none = Map::new();
            let envelope = Envelope {
                write_key: "demo",
                sent_at_ms: None,
                received_at_ms: RECEIVED,
                context: &none,
                integrations: &none,
            };
            let event = read("batch[0]", text.as_bytes(), None, &envelope, &mut || {
                "fresh".into()
            });
            let event = event.expect("it is valid");
            assert_eq!(event.order_id.as_deref(), expected, "{text}");
            if let (Some(expected), true) = (expected, number.len() > 20) {
                assert_eq!(stored_of(&event)["properties"][name], expected, "as a text");
            }
        }
    }

    #[test]
    fn the_context_of_the_batch_fills_what_the_event_leaves_out() {
        let shared = json!({ "locale": "en", "library": { "name": "tillside" } });
        let event = read_with(&viewed(), None, shared.clone()).expect("it is valid");
        assert_eq!(
            stored_of(&event)["context"],
            json!({ "sessionId": "s-1", "locale": "zh-CN", "library": { "name": "tillside" } })
        );
        let event = read_with(&viewed_but("context", Value::Null), None, shared.clone())
            .expect("it is valid");
        assert_eq!(stored_of(&event)["context"], shared);
    }

    #[test]
    fn a_missing_message_id_is_filled() {
        for missing in [Value::Null, json!(""), json!("  ")] {
            let event = read_one(&viewed_but("messageId", missing)).expect("it is valid");
            assert_eq!(event.message_id, "fresh");
            assert_eq!(stored_of(&event)["messageId"], "fresh");
        }
    }

    #[test]
    fn keys_that_pollute_prototypes_are_data() {
        let text = r#"{"type":"track","event":"X","anonymousId":"a","__proto__":{"admin":true},"properties":{"constructor":1}}"#;
        let message: Value = serde_json::from_str(text).expect("valid JSON");
        let stored = stored_of(&read_one(&message).expect("it is valid"));
        assert_eq!(stored["__proto__"], json!({ "admin": true }));
        assert_eq!(stored["properties"]["constructor"], 1);
    }

    #[test]
    fn every_fault_names_the_place_the_value_and_the_remedy() {
        let cases = [
            (json!(7), "event.object", "batch[0] is the number 7"),
            (
                viewed_but("type", json!("click")),
                "event.type",
                "batch[0].type is the text \"click\"",
            ),
            (
                viewed_but("type", Value::Null),
                "event.type",
                "batch[0].type is null",
            ),
            (
                viewed_but("event", Value::Null),
                "event.missing",
                "batch[0].event is missing",
            ),
            (
                viewed_but("event", json!(["x"])),
                "event.field",
                "batch[0].event is an array",
            ),
            (
                viewed_but("messageId", json!(42)),
                "event.field",
                "batch[0].messageId is the number 42",
            ),
            (
                viewed_but("messageId", json!("x".repeat(256))),
                "event.field",
                "at most 255 bytes",
            ),
            (
                viewed_but("anonymousId", Value::Null),
                "event.identity",
                "neither anonymousId nor userId",
            ),
            (
                viewed_but("userId", json!({})),
                "event.field",
                "batch[0].userId is an object",
            ),
            (
                viewed_but("properties", json!([])),
                "event.field",
                "batch[0].properties is an array",
            ),
            (
                viewed_but("context", json!("x")),
                "event.field",
                "send an object",
            ),
            (
                viewed_but("timestamp", json!("soon")),
                "event.time",
                "send ISO 8601",
            ),
            (
                viewed_but("sentAt", json!(12)),
                "event.time",
                "batch[0].sentAt is the number 12",
            ),
            (
                viewed_but("type", json!("group")),
                "event.missing",
                "batch[0].groupId is missing",
            ),
            (
                viewed_but("type", json!("alias")),
                "event.missing",
                "batch[0].userId is missing",
            ),
            (
                viewed_but("note", json!("x".repeat(EVENT_LIMIT))),
                "event.size",
                "the limit is 32768",
            ),
        ];
        for (message, code, text) in cases {
            let fault = read_one(&message).expect_err("it is at fault");
            assert_eq!(fault.code(), code, "{fault}");
            assert!(fault.to_string().contains(text), "{fault}");
        }
    }

    #[test]
    fn a_value_shown_to_a_person_is_short_and_printable() {
        let fault = read_one(&viewed_but("type", json!("\u{1b}[2J".repeat(100))))
            .expect_err("it is at fault");
        let shown = fault.to_string();
        assert!(shown.len() < 400 && !shown.contains('\u{1b}'), "{shown}");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            Just(json!("2026-11-21T00:00:00Z")),
            prop::sample::select(Kind::ALL.map(Kind::name).to_vec()).prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let key = prop::sample::select(vec![
                "type",
                "event",
                "messageId",
                "anonymousId",
                "userId",
                "previousId",
                "groupId",
                "properties",
                "traits",
                "context",
                "integrations",
                "timestamp",
                "originalTimestamp",
                "sentAt",
                "sessionId",
                "name",
                "__proto__",
            ]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map(key.prop_map(str::to_owned), inner, 0..12)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn a_number_is_stored_to_its_last_digit() {
        let mut message = viewed();
        message["properties"] = json!({ "value": 2.1409726266647774e217 });
        let event = read_with(&message, None, json!({})).unwrap();
        assert_eq!(stored_of(&event)["properties"], message["properties"]);
    }

    proptest! {
        #[test]
        fn any_json_is_refused_or_becomes_a_sound_row(
            made in any_json(), over_a_valid_one: bool, context in any_json(), sent in prop::option::of(0..2 * RECEIVED),
        ) {
            let mut message = made.clone();
            if let (Value::Object(fields), true) = (made, over_a_valid_one) {
                message = viewed();
                for (key, value) in fields {
                    message[key] = value;
                }
            }
            let context = if context.is_object() { context } else { json!({}) };
            if let Ok(event) = read_with(&message, sent, context) {
                prop_assert!(!event.message_id.is_empty() && event.message_id.len() <= MESSAGE_ID_LIMIT);
                prop_assert!(event.anonymous_id.is_some() || event.user_id.is_some());
                prop_assert!(event.timestamp_ms <= RECEIVED);
                let stored = stored_of(&event);
                prop_assert_eq!(&stored["messageId"], &json!(event.message_id));
                prop_assert_eq!(&stored["type"], event.kind.name());
                prop_assert_eq!(stored["timestamp"].as_str().and_then(instant::parse), Some(event.timestamp_ms));
                prop_assert_eq!(&stored["properties"], &message["properties"]);
                if event.kind == Kind::Track {
                    prop_assert!(event.event.is_some());
                }
            }
        }

        #[test]
        fn any_text_is_an_answer(text in ".{0,80}") {
            let none = Map::new();
            let envelope = Envelope {
                write_key: "demo", sent_at_ms: None, received_at_ms: RECEIVED, context: &none, integrations: &none,
            };
            let _ = read("batch[0]", text.as_bytes(), None, &envelope, &mut String::new);
        }
    }
}
