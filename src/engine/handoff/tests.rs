use super::super::tests::{ALL, Device, NOW, fresh, view};
use super::*;
use crate::handoff::schema;
use crate::intake::Arrival;

const MEMBER: &str = "5f4dcc3b5aa765d61d8327deb882cf99";

fn json(text: &str) -> Value {
    Value::parse(text).expect("it is JSON")
}

fn track(engine: &mut Engine, name: &str, properties: serde_json::Value, at: i64) {
    let id = format!("{:012}-{name}", NOW + at);
    let arrival = Arrival {
        id: &id,
        now: NOW + at,
        time: None,
    };
    engine
        .track(name, &properties.into(), arrival)
        .expect("it is an event");
}

/// Somebody who looked three times at one telephone, once at another, and wants no third.
fn open() -> Engine {
    let mut engine = fresh();
    engine.grant(ALL, "d");
    engine.ask(
        "identify",
        &json(&format!(r#"{{"member":"{MEMBER}"}}"#)),
        NOW,
    );
    for (n, key) in ["phone-a", "case-a", "phone-a", "phone-a"]
        .into_iter()
        .enumerate()
    {
        view(&mut engine, key, n as i64 * 60_000).expect("it is an event");
    }
    track(
        &mut engine,
        "Product Disliked",
        serde_json::json!({ "product_id": "phone-b" }),
        300_000,
    );
    track(
        &mut engine,
        "Service Issue Reported",
        serde_json::json!({}),
        310_000,
    );
    engine
}

fn asked(engine: &mut Engine, request: &str) -> Value {
    engine.ask("snapshot", &json(request), NOW + 400_000)
}

#[test]
fn leave_is_needed_each_time_and_for_a_known_audience() {
    let mut engine = open();
    for (request, code) in [
        (r#"{"audience":"agent"}"#, "handoff_consent"),
        (r#"{"audience":"agent","consent":"yes"}"#, "handoff_consent"),
        (r#"{"audience":"boss","consent":true}"#, "handoff_audience"),
    ] {
        let answer = asked(&mut engine, request);
        assert_eq!(
            (answer.text_of("code"), answer.get("snapshot")),
            (code, None),
            "{request}"
        );
    }
    let answer = asked(&mut engine, r#"{"audience":"agent","consent":true}"#);
    assert_eq!(answer.get("ok"), Some(&Value::Bool(true)));
    // The leave before is no leave now.
    let answer = asked(&mut engine, r#"{"audience":"agent"}"#);
    assert_eq!(answer.text_of("code"), "handoff_consent");
}

#[test]
fn a_question_in_a_live_room_is_in_the_snapshot_in_words_of_the_catalogue() {
    let mut engine = open();
    let text = "is this 5G one for my aunt Zhang?";
    for kind in ["question", "comment"] {
        let request =
            format!(r#"{{"kind":"{kind}","text":"{text}","item":"phone-a","room":"r-1"}}"#);
        engine.ask("enquire", &json(&request), NOW + 350_000);
    }
    for (audience, topic) in [("agent", "5g"), ("store", "")] {
        let request = format!(r#"{{"audience":"{audience}","consent":true}}"#);
        let answer = asked(&mut engine, &request);
        let made = answer.get("snapshot").expect("there is one");
        let list = made.get("enquiries").map_or(&[][..], Value::elements);
        assert_eq!(list.len(), 1, "a remark asks for nothing");
        assert_eq!(
            (list[0].text_of("topic"), list[0].text_of("item")),
            (topic, "phone-a"),
            "{audience}"
        );
        let text = made.to_json().to_lowercase();
        assert!(!text.contains("aunt") && !text.contains("zhang"), "{text}");
    }
}

#[test]
fn a_snapshot_says_what_somebody_wants_and_what_not_to_mention() {
    let mut engine = open();
    let request = r#"{"audience":"agent","consent":true,
        "orders":[{"id":"o-1","placed":1799000000000,"state":"placed","subtotal":5,"lines":[{"item":"phone-c","quantity":1,"price":5}]}],
        "contacts":[{"id":"c","at":1,"channel":"chat","topic":"Where is it?","order":"o-1","resolved":2},{"id":"d","at":2,"channel":"chat","topic":"Does it fold?","item":"phone-a"}],
        "visit":{"id":"b","store":"nanjing","item":"phone-a","visit":1800010800000}}"#;
    let answer = asked(&mut engine, request);
    let made = answer.get("snapshot").expect("there is one");
    assert_eq!(made.text_of("member"), MEMBER);
    let intent = made.get("intent").expect("there is an intent");
    assert_eq!(
        (intent.text_of("item"), intent.text_of("phase")),
        ("phone-a", "decide")
    );
    let list = |name: &str| made.get(name).map_or(&[][..], Value::elements);
    let browsed: Vec<_> = list("browsing")
        .iter()
        .map(|one| one.text_of("item"))
        .collect();
    assert_eq!(browsed, ["phone-a", "case-a"]);
    assert_eq!(list("browsing")[0].number_of("looks"), Some(3.0));
    assert_eq!(list("orders")[0].text_of("id"), "o-1");
    assert_eq!(
        list("enquiries")[0].text_of("topic"),
        "Does it fold?",
        "what is open comes first"
    );
    assert_eq!(list("afterSales")[0].text_of("what"), "issues");
    assert_eq!(list("reasons")[0].text_of("code"), "looks");
    assert_eq!(list("doNotMention")[0].text_of("name"), "phone-b");
    assert!(!made.to_json().contains("subtotal") && !made.to_json().contains("price\":5"));
    let back = engine.ask(
        "handoff_read",
        &json(&format!(r#"{{"code":"{}"}}"#, answer.text_of("code"))),
        NOW + 400_000,
    );
    assert_eq!(back.get("snapshot"), Some(made));
    let late = engine.ask(
        "handoff_read",
        &json(&format!(r#"{{"code":"{}"}}"#, answer.text_of("code"))),
        NOW + 3_000_000,
    );
    assert_eq!(late.text_of("code"), "handoff_expired");
}

#[test]
fn what_was_deleted_is_nowhere_and_nothing_of_a_snapshot_is_kept() {
    let mut engine = open();
    engine.ask(
        "erase",
        &json(r#"{"kind":"item","name":"case-a"}"#),
        NOW + 350_000,
    );
    let mut device = Device::default();
    device.apply(&mut engine);
    let before = device.rows().len();
    for (name, audience) in Audience::NAMES {
        let answer = asked(
            &mut engine,
            &format!(r#"{{"audience":"{name}","consent":true,"item":"phone-a"}}"#),
        );
        let made = answer.get("snapshot").expect("there is one");
        assert!(!made.to_json().contains("case-a"), "{name}");
        assert!(schema::kept(audience, made) == *made, "{name}");
    }
    device.apply(&mut engine);
    assert_eq!(device.rows().len(), before);
    // Without leave to personalise nobody is known.
    let mut stranger = fresh();
    let answer = asked(&mut stranger, r#"{"audience":"crm","consent":true}"#);
    let made = answer.get("snapshot").expect("there is one");
    assert_eq!(
        (made.get("member"), made.get("browsing")),
        (Some(&Value::Null), Some(&Value::List(Vec::new())))
    );
}
