use super::super::tests::{ALL, Device, NOW, fresh, view};
use super::super::*;
use crate::value::Value as Json;

const EXPERIMENT: Purposes = Purposes {
    experiment: true,
    ..ALL
};

fn open(engine: &mut Engine) {
    let request = Json::parse(
        r#"{"payload":{"features":{
            "ranker":{"defaultValue":"plain","rules":[{"key":"ranker-test","variations":["plain","blend"],"hashVersion":2}]},
            "reason":{"defaultValue":"short","rules":[{"key":"reason-test","variations":["short","long"],"hashVersion":2}]}}},
            "attributes":{"surface":"home"}}"#,
    );
    assert_eq!(
        engine.ask("features", &request.unwrap(), NOW).get("ok"),
        Some(&true.into())
    );
}

fn ranker(engine: &mut Engine, now: i64) -> Json {
    engine.ask(
        "feature",
        &Json::map([("experiment", "ranker-test".into())]),
        now,
    )
}

fn viewed(engine: &Engine) -> Vec<String> {
    let viewed = engine
        .queue()
        .messages()
        .filter(|message| message.contains("Experiment Viewed"));
    viewed.map(String::from).collect()
}

#[test]
fn nobody_is_put_into_an_experiment_without_leave() {
    let mut engine = fresh();
    engine.grant(ALL, "dev");
    open(&mut engine);
    let value = ranker(&mut engine, NOW);
    assert_eq!(
        (value.text_of("value"), value.text_of("source")),
        ("plain", "defaultValue")
    );
    assert!(viewed(&engine).is_empty());
}

#[test]
fn what_is_used_is_reported_once_a_session_and_what_is_not_never() {
    let mut device = Device::default();
    let mut engine = fresh();
    engine.grant(EXPERIMENT, "dev");
    open(&mut engine);
    let first = ranker(&mut engine, NOW);
    assert_eq!(first.text_of("source"), "experiment");
    assert_eq!(
        ranker(&mut engine, NOW + 1).get("value"),
        first.get("value")
    );
    let messages = viewed(&engine);
    assert_eq!(messages.len(), 1);
    assert!(
        messages[0].contains(r#""experiment_id":"ranker-test","variation_id":"#)
            && messages[0].contains(r#""hash_attribute":"id""#)
    );
    device.apply(&mut engine);

    // The next page of the same session.
    let mut next = fresh();
    next.restore(&device.rows(), Choice::default(), "new", NOW + 60_000);
    open(&mut next);
    assert_eq!(
        ranker(&mut next, NOW + 60_000).get("value"),
        first.get("value")
    );
    assert_eq!(viewed(&next).len(), 1);
    // Half an hour of nothing ends a session.
    assert_eq!(
        ranker(&mut next, NOW + 3 * 3_600_000).get("value"),
        first.get("value")
    );
    assert_eq!(viewed(&next).len(), 2);
}

#[test]
fn leave_that_is_withdrawn_takes_assignments_and_waiting_exposures_along() {
    let mut device = Device::default();
    let mut engine = fresh();
    engine.grant(EXPERIMENT, "dev");
    open(&mut engine);
    ranker(&mut engine, NOW);
    view(&mut engine, "phone-a", 0).unwrap();
    device.apply(&mut engine);
    assert!(device.0.contains_key(EXPERIMENTS));
    engine.grant(ALL, "");
    device.apply(&mut engine);
    assert!(!device.0.contains_key(EXPERIMENTS) && device.0.contains_key(DEVICE));
    assert!(viewed(&engine).is_empty());
    assert_eq!(engine.queue().waiting(), 1);
    assert_eq!(
        ranker(&mut engine, NOW + 5).text_of("source"),
        "defaultValue"
    );
}

#[test]
fn a_forced_variation_is_shown_and_not_reported() {
    let mut engine = fresh();
    engine.grant(EXPERIMENT, "dev");
    let request = r#"{"payload":{"features":{"f":{"rules":[{"key":"f","variations":["a","b"]}]}}},"overrides":{"f":1}}"#;
    engine.ask("features", &Json::parse(request).unwrap(), NOW);
    let value = engine.ask("feature", &Json::map([("key", "f".into())]), NOW);
    assert_eq!(value.text_of("value"), "b");
    assert!(viewed(&engine).is_empty());
    let refused = engine.ask("features", &Json::map([("payload", Json::Null)]), NOW);
    assert_eq!(refused.text_of("code"), "features_shape");
    let value = engine.ask("feature", &Json::map([("key", "f".into())]), NOW);
    assert_eq!(value.text_of("value"), "b");
}
