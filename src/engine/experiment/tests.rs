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

/// The properties of the newest message of a kind that waits.
fn newest(engine: &Engine, kind: &str) -> Json {
    let begins = format!(r#"{{"type":"track","event":"{kind}""#);
    let messages = engine.queue().messages();
    let message = messages
        .filter(|message| message.starts_with(&begins))
        .last();
    let message = Json::parse(message.expect("one waits")).unwrap();
    message.get("properties").unwrap().clone()
}

fn shelf(engine: &mut Engine, id: &str, at: i64) {
    let shelf = crate::report::Shelf {
        placement: "home",
        decision: "d",
        ..Default::default()
    };
    let item = crate::report::Place {
        id: "apple",
        reason: "viewed",
        propensity: Some(0.25),
        ..Default::default()
    };
    let now = NOW + at;
    let arrival = Arrival {
        id,
        now,
        time: None,
    };
    engine
        .shelf_event(shelf.impression([item].into_iter()), arrival)
        .unwrap();
}

#[test]
fn a_shelf_says_which_variations_were_used_as_long_as_experiments_are_allowed() {
    let mut engine = fresh();
    engine.grant(EXPERIMENT, "dev");
    open(&mut engine);
    shelf(&mut engine, "m-1", 0);
    assert_eq!(newest(&engine, "Product List Viewed").get("variants"), None);
    let variation = ranker(&mut engine, NOW + 1);
    let variation = match variation.text_of("value") {
        "plain" => "ranker-test=0",
        _ => "ranker-test=1",
    };
    shelf(&mut engine, "m-2", 2);
    let said = newest(&engine, "Product List Viewed");
    assert_eq!(said.text_of("variants"), variation);
    assert_eq!(said.text_of("policy"), "personal");
    let product = &said.get("products").unwrap().elements()[0];
    assert_eq!(
        (product.text_of("reason"), product.number_of("propensity")),
        ("viewed", Some(0.25))
    );
    engine.grant(ALL, "");
    let said = newest(&engine, "Product List Viewed");
    assert_eq!(said.get("variants"), None);
    assert_eq!(said.text_of("list_id"), "rec:home");
    assert!(viewed(&engine).is_empty());
    shelf(&mut engine, "m-3", 2000);
    assert_eq!(newest(&engine, "Product List Viewed").get("variants"), None);
}

#[test]
fn where_a_visit_came_from_is_said_of_all_its_events_and_of_no_other_visit() {
    let mut device = Device::default();
    let mut engine = fresh();
    engine.grant(ALL, "dev");
    let page = Value::Map(vec![
        ("channel".into(), Value::Text("email".into())),
        ("campaign".into(), Value::Text("autumn".into())),
        ("referrer_class".into(), Value::Text("direct".into())),
    ]);
    let arrival = Arrival {
        id: "m-0",
        now: NOW,
        time: None,
    };
    engine.track("Page Viewed", &page, arrival).unwrap();
    view(&mut engine, "apple", 1000).unwrap();
    let said = newest(&engine, "Product Viewed");
    assert_eq!(
        (said.text_of("channel"), said.text_of("campaign")),
        ("email", "autumn")
    );
    device.apply(&mut engine);
    // The next page of the visit.
    let mut next = fresh();
    next.restore(&device.rows(), Choice::default(), "new", NOW + 2000);
    shelf(&mut next, "m-4", 2000);
    let said = newest(&next, "Product List Viewed");
    assert_eq!(said.text_of("referrer_class"), "direct");
    view(&mut next, "pear", 3 * 3_600_000).unwrap();
    assert_eq!(newest(&next, "Product Viewed").get("channel"), None);
    // Without reports nothing of it is kept.
    next.grant(
        Purposes {
            measurement: false,
            ..ALL
        },
        "",
    );
    device.apply(&mut next);
    assert!(!device.0.contains_key(ORIGIN));
}

#[test]
fn two_rankings_are_drafted_only_with_leave_and_alike_for_the_whole_visit() {
    let request =
        Json::parse(r#"{"experiment":"x","a":["p","q","r"],"b":["p","s","q"],"limit":3}"#).unwrap();
    let mut engine = fresh();
    engine.grant(ALL, "dev");
    assert_eq!(engine.ask("draft", &request, NOW), Json::Null);
    engine.grant(EXPERIMENT, "dev");
    view(&mut engine, "apple", 0).unwrap();
    let picks = engine.ask("draft", &request, NOW);
    assert_eq!(engine.ask("draft", &request, NOW + 60_000), picks);
    let picks = picks.elements();
    assert_eq!(picks.len(), 3);
    assert_eq!(picks[0].text_of("id"), "p");
    assert_eq!(picks[0].get("competitive"), Some(&false.into()));
    assert_eq!(picks[1].get("competitive"), Some(&true.into()));
}

#[test]
fn what_is_not_run_here_is_refused_by_name_and_the_features_stand() {
    let payload = r#"{"features":{"f":{"defaultValue":"b"}},"experiments":[
        {"key":"moved","urlPatterns":[{"type":"simple","pattern":"/old","include":true}],"variations":[{},{"urlRedirect":"/new"}]},
        {"key":"painted","variations":[{},{"css":"h1{}","domMutations":[{"selector":"h1","action":"set","attribute":"html","value":"x"}]}]}]}"#;
    let mut engine = fresh();
    engine.grant(EXPERIMENT, "dev");
    let request = Json::map([("payload", Json::parse(payload).unwrap())]);
    let answer = engine.ask("features", &request, NOW);
    assert_eq!(answer.get("ok"), Some(&true.into()));
    let names = answer.get("unsupported").unwrap().elements();
    let names: Vec<_> = names.iter().filter_map(Json::text).collect();
    assert_eq!(names, ["experiments[0] moved", "experiments[1] painted"]);
    let feature = engine.ask("feature", &Json::map([("key", "f".into())]), NOW);
    assert_eq!(feature.text_of("value"), "b");
    for key in ["moved", "painted"] {
        let asked = Json::map([("experiment", key.into())]);
        let answer = engine.ask("feature", &asked, NOW);
        assert_eq!(answer.text_of("source"), "unknownFeature");
    }
    assert!(viewed(&engine).is_empty());
}

#[test]
fn a_global_holdout_is_one_line_in_front_of_each_feature() {
    let held =
        r#"{"parentConditions":[{"id":"holdout","condition":{"value":true}}],"force":"plain"}"#;
    let split = |key: &str| {
        format!(
            r#""{key}":{{"defaultValue":"plain","rules":[{held},{{"key":"{key}-test","variations":["plain","new"],"hashVersion":2}}]}}"#
        )
    };
    let holdout = r#""holdout":{"defaultValue":false,"rules":[{"key":"holdout","variations":[false,true],"weights":[0.9,0.1],"hashVersion":2}]}"#;
    let payload = format!(
        r#"{{"features":{{{holdout},{},{}}}}}"#,
        split("ranker"),
        split("reason")
    );
    let mut engine = fresh();
    engine.grant(EXPERIMENT, "dev");
    let request = Json::map([("payload", Json::parse(&payload).unwrap())]);
    engine.ask("features", &request, NOW);
    let (mut out, mut new) = (0, 0);
    for n in 0..4000 {
        let id = Json::map([("id", format!("visitor-{n}").into())]);
        let mut ask = |key: &str| {
            let asked = Json::map([("key", key.into()), ("attributes", id.clone())]);
            engine.ask("feature", &asked, NOW)
        };
        let is_out = ask("holdout").get("value") == Some(&true.into());
        out += u32::from(is_out);
        for key in ["ranker", "reason"] {
            let answer = ask(key);
            if is_out {
                assert_eq!(answer.text_of("value"), "plain");
                assert_eq!(answer.get("experimentResult"), None);
            }
            new += u32::from(answer.text_of("value") == "new");
        }
    }
    // One in ten, and of the others one in two: four standard errors.
    assert!((324..=476).contains(&out), "{out}");
    assert!((3430..=3770).contains(&new), "{new}");
}
