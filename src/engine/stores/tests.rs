use super::super::tests::{ALL, Device, fresh};
use super::*;
use crate::intake::Arrival;

/// 11:00 in Nanjing on Monday 2026-11-30.
const NOON: i64 = 1_796_007_600_000;
const HOUR: i64 = 3_600_000;
const STORES: &str = r#"{"stores":[
    {"id":"nanjing","name":{"en":"Nanjing","zh":"南京店"},"address":{"en":"1 Road","zh":"路1号"},
     "latitude":32.0415,"longitude":118.7847,"region":"CN","zone":"Asia/Shanghai","clock":"CST-8",
     "hours":"10:00-22:00","stock":["ac"],"demo":["ac"]}]}"#;
/// In the middle of Nanjing, more exactly than anybody needs to know.
const HERE: &str = r#""place":{"latitude":32.0603471,"longitude":118.7968823}"#;

fn json(text: &str) -> Value {
    Value::parse(text).expect("it is JSON")
}

fn open() -> Engine {
    let mut engine = fresh();
    engine.grant(ALL, "d");
    assert_eq!(
        engine.ask("stores", &json(STORES), NOON),
        json(r#"{"problems":[]}"#)
    );
    engine.ask("rules", &Value::Null, NOON);
    engine
}

fn look(engine: &mut Engine, item: &str, now: i64) {
    let properties = serde_json::json!({ "product_id": item });
    let id = format!("{now:012}-{item}");
    let arrival = Arrival {
        id: &id,
        now,
        time: None,
    };
    engine
        .track("Product Viewed", &properties.into(), arrival)
        .expect("it is an event");
}

fn actions(engine: &mut Engine, item: &str, place: &str, now: i64) -> Vec<(String, Value)> {
    let request =
        format!(r#"{{"surface":"product","hour":11,"page":{{"item":"{item}"}},{place}}}"#);
    let actions = engine.ask("actions", &json(&request), now);
    let list = actions.elements().iter();
    list.map(|action| (action.text_of("rule").into(), action.clone()))
        .collect()
}

#[test]
fn who_looks_at_what_an_open_store_nearby_shows_is_invited_there() {
    let mut engine = open();
    look(&mut engine, "ac", NOON);
    let found = actions(&mut engine, "ac", HERE, NOON);
    assert_eq!(found.len(), 1, "{found:?}");
    let (rule, action) = &found[0];
    let store = action.get("store").expect("it names the store");
    assert_eq!(rule, "visit-store");
    assert_eq!(
        (action.text_of("type"), action.text_of("item")),
        ("store", "ac")
    );
    assert_eq!(
        (store.text_of("id"), store.number_of("km")),
        ("nanjing", Some(3.0))
    );
    assert_eq!(store.number_of("closes"), Some((NOON + 11 * HOUR) as f64));
    // Far away, at night, for what the store does not show, and without a place in another region: nobody.
    let far = r#""place":{"latitude":59.33,"longitude":18.06}"#;
    assert_eq!(actions(&mut engine, "ac", far, NOON), []);
    assert_eq!(actions(&mut engine, "ac", HERE, NOON + 12 * HOUR), []);
    look(&mut engine, "tv", NOON + 1);
    assert_eq!(actions(&mut engine, "tv", HERE, NOON), []);
    assert_eq!(actions(&mut engine, "ac", r#""place":null"#, NOON), []);
    // Of the region, where that is where the shopper is.
    engine.ask("scene", &json(r#"{"region":"CN"}"#), NOON);
    let found = actions(&mut engine, "ac", r#""place":null"#, NOON);
    assert_eq!(
        found[0].1.get("store").and_then(|store| store.get("km")),
        Some(&Value::Null)
    );
}

#[test]
fn who_bought_it_or_complains_is_not_invited_and_a_visit_stands_before_a_coupon() {
    let mut engine = open();
    let facts = r#"{"member":"5f4dcc3b5aa765d61d8327deb882cf99","facts":{"orders":2}}"#;
    engine.ask("identify", &json(facts), NOON);
    for n in 0..3 {
        look(&mut engine, "ac", NOON + n * 60_000);
    }
    let now = NOON + 4 * 60_000;
    let rules = |found: &[(String, Value)]| {
        found
            .iter()
            .map(|(rule, _)| rule.clone())
            .collect::<Vec<_>>()
    };
    let shown = |engine: &mut Engine, rule: &str| {
        engine.ask(
            "respond",
            &json(&format!(r#"{{"rule":"{rule}","response":"shown"}}"#)),
            now,
        );
    };
    assert_eq!(
        rules(&actions(&mut engine, "ac", HERE, now)),
        ["hesitation-reassure"]
    );
    shown(&mut engine, "hesitation-reassure");
    let found = rules(&actions(&mut engine, "ac", HERE, now));
    assert!(
        found.contains(&"visit-store".into()) && !found.contains(&"hesitation-coupon".into()),
        "{found:?}"
    );
    // A page that shows no store has no coupon wait for one, wherever the shopper is.
    engine.ask("scene", &json(r#"{"region":"CN"}"#), now);
    let bare = json(r#"{"surface":"product","hour":11}"#);
    let bare = engine.ask("actions", &bare, now);
    let mut bare = bare.elements().iter().map(|action| action.text_of("rule"));
    assert!(bare.any(|rule| rule == "hesitation-coupon"));
    shown(&mut engine, "visit-store");
    let found = rules(&actions(&mut engine, "ac", HERE, now));
    assert!(found.contains(&"hesitation-coupon".into()), "{found:?}");
    let order = serde_json::json!({ "order_id": "1", "products": [{ "product_id": "ac" }] });
    let arrival = Arrival {
        id: "00000000000000000000000000000000000001",
        now,
        time: None,
    };
    engine
        .track("Order Completed", &order.into(), arrival)
        .expect("it is an event");
    assert!(!rules(&actions(&mut engine, "ac", HERE, now)).contains(&"visit-store".into()));
}

#[test]
fn a_place_is_neither_kept_nor_answered() {
    let mut engine = open();
    let mut device = Device::default();
    look(&mut engine, "ac", NOON);
    actions(&mut engine, "ac", HERE, NOON);
    let request = json(&format!(r#"{{"item":"ac","demo":true,{HERE}}}"#));
    let answer = engine.ask("nearby", &request, NOON).to_json();
    assert!(answer.contains("nanjing") && answer.contains(r#""by":"place""#));
    for part in ["32.06", "118.79", "118.8"] {
        assert!(!answer.contains(part), "{answer}");
    }
    device.apply(&mut engine);
    let numbers = [32.0603471, 118.7968823, 32.06, 118.8];
    for (key, row) in device.rows() {
        for number in numbers {
            let bytes = f64::to_le_bytes(number);
            assert!(!row.windows(8).any(|window| window == bytes), "{key}");
        }
        let text = String::from_utf8_lossy(row);
        assert!(!text.contains("32.06") && !text.contains("118.8"), "{key}");
    }
    let queued: String = engine.queue().messages().collect();
    assert!(
        !queued.contains("32.06") && !queued.contains("118.8"),
        "{queued}"
    );
}

#[test]
fn an_impossible_place_is_said_and_an_unknown_store_takes_no_visits() {
    let mut engine = open();
    let request = json(r#"{"item":"ac","place":{"latitude":95,"longitude":0}}"#);
    let answer = engine.ask("nearby", &request, NOON);
    assert_eq!(answer.get("warnings"), Some(&vec!["place_invalid"].into()));
    assert_eq!(answer.text_of("by"), "region");
    let visits = |engine: &mut Engine, store: &str| {
        let request = json(&format!(r#"{{"store":"{store}","days":1}}"#));
        engine.ask("visits", &request, NOON).elements().len()
    };
    assert_eq!(
        (visits(&mut engine, "moon"), visits(&mut engine, "nanjing")),
        (0, 10)
    );
    let refused = engine.ask("stores", &json(r#"[{"id":"x"}]"#), NOON);
    let problems = refused.get("problems").expect("there are problems");
    assert!(
        problems
            .elements()
            .iter()
            .any(|one| one.text_of("code") == "store_clock")
    );
    assert_eq!(visits(&mut engine, "nanjing"), 0, "the new list holds");
}
