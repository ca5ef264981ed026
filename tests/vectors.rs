//! The golden vectors, natively. The same files run inside wasm.

use serde_json::{Value as Json, json};
use tillside::intake::{Arrival, Intake, Value};
use tillside::report::{Envelope, message};

#[test]
fn intake() {
    let file: Json = serde_json::from_str(include_str!("vectors/intake.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 40);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let properties: Value = case["track"][1].clone().into();
        let arrival = Arrival {
            id: "m-1",
            now: 1_767_323_045_008,
            time: None,
        };
        let event = case["track"][0].as_str().unwrap();
        let outcome = match Intake::new(7).accept(event, &properties, arrival) {
            Ok(event) => {
                let envelope = Envelope {
                    anonymous: "a-1",
                    locale: None,
                    path: None,
                };
                let message: Json = serde_json::from_str(&message(&event, &envelope)).unwrap();
                assert_eq!(message["messageId"], "m-1");
                json!({ "event": message["event"], "properties": message["properties"] })
            }
            Err(refusal) => json!({ "reason": refusal.code() }),
        };
        let expected = match case.get("reason") {
            Some(reason) => json!({ "reason": reason }),
            None => json!({ "event": case["event"], "properties": case["properties"] }),
        };
        assert_eq!(
            numbers_as_floats(outcome),
            numbers_as_floats(expected),
            "{name}"
        );
    }
}

/// JSON does not tell 19 from 19.0; serde_json does.
fn numbers_as_floats(json: Json) -> Json {
    match json {
        Json::Number(number) => json!(number.as_f64().unwrap()),
        Json::Array(list) => list.into_iter().map(numbers_as_floats).collect(),
        Json::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, numbers_as_floats(value)))
            .collect(),
        other => other,
    }
}
