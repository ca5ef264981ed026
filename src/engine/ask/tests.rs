use super::super::tests::{ALL, Device, NOW, fresh, view};
use super::*;
use crate::consent::Purposes;
use crate::intake::Arrival;

fn json(text: &str) -> Value {
    Value::parse(text).unwrap()
}

fn asked(engine: &mut Engine, what: &str, request: &str, at: i64) -> Value {
    engine.ask(what, &json(request), NOW + at)
}

fn track(engine: &mut Engine, name: &str, properties: serde_json::Value, at: i64) {
    let id = format!("{:012}-{name}", NOW + at);
    let arrival = Arrival {
        id: &id,
        now: NOW + at,
        time: None,
    };
    engine.track(name, &properties.into(), arrival).unwrap();
}

fn open() -> Engine {
    let mut engine = fresh();
    engine.grant(ALL, "d");
    engine
}

#[test]
fn a_third_look_is_hesitation_as_soon_as_it_is_taken_in() {
    let mut engine = open();
    let mut hesitates = Vec::new();
    for n in 0..3 {
        view(&mut engine, "phone-a", n * 60_000).unwrap();
        let intent = asked(&mut engine, "intent", "null", n * 60_000);
        hesitates.push(intent.get("hesitating").and_then(Value::bool).unwrap());
    }
    assert_eq!(hesitates, [false, false, true]);
    let intent = asked(&mut engine, "intent", "null", 180_000);
    assert_eq!(
        (text(&intent, "item"), text(&intent, "phase")),
        ("phone-a", "decide")
    );
    let order = serde_json::json!({ "order_id": "1", "products": [{ "product_id": "phone-a" }] });
    track(&mut engine, "purchase", order, 240_000);
    let intent = asked(&mut engine, "intent", "null", 240_000);
    assert_eq!(intent.get("hesitating").and_then(Value::bool), Some(false));
}

const WARM: &str = r#"{"tags":[{"tag":"warm","enter":{"events":{"$gte":2}}}],
    "attributes":[{"name":"looks","event":"view_item","measure":"count","days":7}]}"#;

#[test]
fn definitions_are_answered_with_their_mistakes() {
    let mut engine = open();
    let problems = asked(
        &mut engine,
        "define",
        r#"{"tags":[{"tag":"a","enter":{"x":{"$gtt":1}}}],"attributes":[{"name":"b"}]}"#,
        0,
    );
    let codes: Vec<_> = problems
        .get("problems")
        .and_then(Value::list)
        .unwrap()
        .iter()
        .map(|one| text(one, "code").to_owned())
        .collect();
    assert_eq!(codes, ["attribute_event", "condition_unknown_operator"]);
    assert_eq!(
        asked(&mut engine, "define", WARM, 0)
            .get("problems")
            .and_then(Value::list),
        Some(&[][..])
    );
    view(&mut engine, "phone-a", 0).unwrap();
    assert_eq!(
        asked(&mut engine, "attributes", "null", 0).to_json(),
        r#"{"looks":{"value":1,"short":false}}"#
    );
}

#[test]
fn a_deleted_tag_is_gone_on_the_next_page_and_in_the_other_tab() {
    let mut device = Device::default();
    let mut engine = open();
    asked(&mut engine, "define", WARM, 0);
    for (n, key) in ["phone-a", "pear"].into_iter().enumerate() {
        view(&mut engine, key, n as i64 * 5000).unwrap();
    }
    let tags = asked(&mut engine, "tags", "null", 9000);
    assert_eq!(text(&tags.list().unwrap()[0], "name"), "warm");
    device.apply(&mut engine);
    let mut other = device.open();
    asked(&mut other, "define", WARM, 0);
    assert_eq!(
        asked(
            &mut other,
            "erase",
            r#"{"kind":"tag","name":"warm"}"#,
            10_000
        )
        .to_json(),
        r#"{"ok":true}"#
    );
    device.apply(&mut other);
    let mut next = device.open();
    asked(&mut next, "define", WARM, 0);
    for engine in [&mut other, &mut next] {
        assert_eq!(asked(engine, "tags", "null", 11_000).list(), Some(&[][..]));
    }
}

#[test]
fn edits_of_two_tabs_and_events_between_them_all_count() {
    let mut device = Device::default();
    let mut engine = open();
    device.apply(&mut engine);
    let (mut one, mut two) = (device.open(), device.open());
    view(&mut one, "phone-a", 0).unwrap();
    asked(&mut two, "identify", r#"{"facts":{"tier":"gold"}}"#, 1000);
    view(&mut two, "pear", 2000).unwrap();
    asked(
        &mut one,
        "erase",
        r#"{"kind":"item","name":"phone-a"}"#,
        3000,
    );
    device.apply(&mut one);
    device.apply(&mut two);
    let mut next = device.open();
    let recent: Vec<_> = next.portrait(NOW).lists[0]
        .iter()
        .map(|row| row.0.to_owned())
        .collect();
    assert_eq!(recent, ["pear"]);
    let portrait = asked(&mut next, "portrait", "null", 4000);
    let facts = portrait
        .get("attributes")
        .and_then(|attributes| attributes.get("facts"))
        .unwrap();
    assert_eq!(text(&facts.list().unwrap()[0], "value"), "gold");
}

const ANNA: &str = "5f4dcc3b5aa765d61d8327deb882cf99";
const BEN: &str = "098f6bcd4621d373cade4e832627b4f6";

#[test]
fn of_a_member_who_signed_out_the_next_one_finds_no_trace() {
    let mut device = Device::default();
    let mut engine = open();
    view(&mut engine, "pear", 0).unwrap();
    asked(
        &mut engine,
        "identify",
        &format!(r#"{{"member":"{ANNA}","facts":{{"tier":"gold"}},"tags":["vip"]}}"#),
        1000,
    );
    view(&mut engine, "phone-a", 2000).unwrap();
    device.apply(&mut engine);
    // What a guest did is the member's once they sign in.
    assert_eq!(engine.portrait(NOW).lists[0].len(), 2);
    let out = asked(&mut engine, "identify", r#"{"member":null}"#, 3000);
    assert_eq!(out.get("switched").and_then(Value::bool), Some(true));
    device.apply(&mut engine);
    asked(
        &mut engine,
        "identify",
        &format!(r#"{{"member":"{BEN}"}}"#),
        4000,
    );
    device.apply(&mut engine);
    let everything: Vec<u8> = device
        .rows()
        .iter()
        .flat_map(|(key, bytes)| [key.as_bytes(), bytes].concat())
        .collect();
    for trace in ["phone-a", "pear", ANNA, "gold", "vip"] {
        assert!(
            !everything
                .windows(trace.len())
                .any(|bytes| bytes == trace.as_bytes()),
            "{trace}"
        );
    }
    for engine in [&mut engine, &mut device.open()] {
        assert_eq!(engine.portrait(NOW).events, 0);
        let portrait = asked(engine, "portrait", "null", 5000).to_json();
        assert!(
            !portrait.contains("gold") && !portrait.contains("vip"),
            "{portrait}"
        );
    }
}

#[test]
fn names_and_numbers_of_persons_are_no_member_and_no_fact() {
    let mut engine = open();
    for member in ["anna@example.com", "13800138000", "anna"] {
        let answer = asked(
            &mut engine,
            "identify",
            &format!(r#"{{"member":"{member}"}}"#),
            0,
        );
        assert_eq!(
            answer.get("ok").and_then(Value::bool),
            Some(false),
            "{member}"
        );
    }
    let answer = asked(
        &mut engine,
        "identify",
        r#"{"facts":{"mail":"anna@example.com","tier":"gold"},"tags":["muslim"]}"#,
        0,
    );
    assert_eq!(
        answer.get("refused").unwrap().to_json(),
        r#"["mail","muslim"]"#
    );
}

#[test]
fn histories_reach_the_portrait_once() {
    let mut engine = open();
    let history = format!(
        r#"{{"source":"crm","history":{{"orders":12,"spent":1200,"first":{},"last":{}}}}}"#,
        NOW - 300_000_000_000,
        NOW - 1000
    );
    for _ in 0..2 {
        assert_eq!(
            asked(&mut engine, "import", &history, 0).to_json(),
            r#"{"ok":true}"#
        );
    }
    let portrait = asked(&mut engine, "portrait", "null", 0);
    let transactions = portrait.get("transactions").unwrap();
    assert_eq!(
        transactions.get("orders").and_then(Value::number),
        Some(12.0)
    );
    assert_eq!(
        asked(
            &mut engine,
            "import",
            r#"{"source":"crm","history":{"orders":-1}}"#,
            0
        )
        .to_json(),
        r#"{"ok":false,"reason":"bad_range:history"}"#
    );
}

#[test]
fn an_item_that_is_not_shown_is_told_why() {
    let mut engine = open();
    view(&mut engine, "phone-a", 0).unwrap();
    let why = asked(&mut engine, "explain_not", r#"{"item":"phone-a"}"#, 1000);
    assert_eq!(
        why.to_json(),
        format!(r#"{{"clause":"viewed","actual":{NOW},"needed":null}}"#)
    );
    let why = asked(
        &mut engine,
        "explain_not",
        r#"{"item":"pear","request":{"placement":"category","category":"Phones"}}"#,
        1000,
    );
    assert_eq!(
        (text(&why, "clause"), text(&why, "actual")),
        ("category", "Fresh > Fruit")
    );
}

#[test]
fn without_leave_nothing_is_told_or_taken() {
    let mut engine = fresh();
    assert_eq!(
        asked(&mut engine, "identify", r#"{"facts":{"tier":"gold"}}"#, 0).to_json(),
        r#"{"ok":false,"reason":"no_consent"}"#
    );
    assert_eq!(asked(&mut engine, "tags", "null", 0).list(), Some(&[][..]));
    assert_eq!(
        asked(&mut engine, "no such question", "null", 0),
        Value::Null
    );
    assert_eq!(engine.effects(NOW, true), []);
    engine.grant(ALL, "d");
    asked(&mut engine, "identify", r#"{"facts":{"tier":"gold"}}"#, 0);
    engine.grant(Purposes::default(), "");
    assert!(
        !asked(&mut engine, "portrait", "null", 0)
            .to_json()
            .contains("gold")
    );
}
