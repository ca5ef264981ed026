use super::super::tests::{ALL, Device, NOW, fresh};
use super::*;
use crate::consent::Purposes;
use crate::value::Value;

const ADDRESS_OF_ANNA: &str = "5f4dcc3b5aa765d61d8327deb882cf99";
const RULES: &str = r#"[
  {"id": "win-back-mail", "channel": "mail", "if": {"facts.lastOrderDays": {"$gte": 30}}, "after_hours": 2, "lasts_minutes": 2880,
   "quiet": {"from": 21, "to": 9}, "cooldown_hours": 720, "do": {"type": "reminder", "content": "win-back", "campaign": "win-back"}},
  {"id": "greet", "do": {"type": "reminder", "title": "Hello"}}
]"#;

/// A member who ordered last 40 days ago, on a device of hers.
fn anna(purposes: Purposes, device: &str, channels: &str) -> Engine {
    let mut engine = fresh();
    engine.grant(purposes, device);
    let rules = Value::map([("rules", Value::parse(RULES).unwrap())]);
    engine.ask("rules", &rules, NOW);
    said(&mut engine, channels, NOW);
    engine
}

fn said(engine: &mut Engine, channels: &str, now: i64) {
    let facts = Value::map([
        ("lastOrderDays", 40u32.into()),
        ("address", ADDRESS_OF_ANNA.into()),
        ("channels", channels.into()),
    ]);
    let who = Value::map([("member", "member-0123456789".into()), ("facts", facts)]);
    engine.ask("identify", &who, now);
}

fn ask(engine: &mut Engine, now: i64) -> Vec<String> {
    let moment = Value::map([("surface", "home".into())]);
    let actions = engine.ask("actions", &moment, now);
    let rules = actions.elements().iter();
    rules.map(|action| action.text_of("rule").into()).collect()
}

/// The requests that wait to be reported.
fn asked(engine: &Engine) -> Vec<Value> {
    let messages = engine.queue.messages();
    let all = messages.map(|message| Value::parse(message).unwrap());
    all.filter(|message| message.text_of("event") == EVENT)
        .collect()
}

fn why(engine: &mut Engine, now: i64) -> String {
    let question = Value::map([
        ("action", "win-back-mail".into()),
        ("surface", "home".into()),
    ]);
    let why = engine.ask("why_not", &question, now);
    let field = match why.text_of("code") {
        "channel" => "channel",
        _ => "cap",
    };
    join(why.text_of("code"), &join(" ", why.text_of(field)))
}

#[test]
fn a_message_is_asked_for_and_not_shown_and_says_nothing_of_the_device() {
    let mut engine = anna(ALL, "device-1", "mail,sms");
    assert_eq!(ask(&mut engine, NOW), ["greet"]);
    let [message] = &asked(&engine)[..] else {
        panic!("one message");
    };
    assert_eq!(message.text_of("userId"), ADDRESS_OF_ANNA);
    let text = message.to_json();
    for absent in [
        "anonymousId",
        "sessionId",
        "device-1",
        "member-0123456789",
        "page",
    ] {
        assert!(!text.contains(absent), "{absent}: {text}");
    }
    let properties = message.get("properties").unwrap();
    let fields: Vec<_> = ["rule", "type", "channel", "template", "campaign", "locale"]
        .iter()
        .map(|name| properties.text_of(name))
        .collect();
    assert_eq!(
        fields,
        [
            "win-back-mail",
            "reminder",
            "mail",
            "win-back",
            "win-back",
            "en"
        ]
    );
    // It is 08:00 by UTC; two hours later is no quiet hour.
    assert_eq!(properties.text_of("not_before"), iso(NOW + 2 * HOUR_MS));
    assert_eq!(properties.text_of("not_after"), iso(NOW + 50 * HOUR_MS));
}

#[test]
fn the_same_decision_is_one_message_on_every_device() {
    let mut device = Device::default();
    let mut engine = anna(ALL, "device-1", "mail");
    ask(&mut engine, NOW);
    ask(&mut engine, NOW + 60_000);
    assert_eq!(asked(&engine).len(), 1);
    assert_eq!(why(&mut engine, NOW + 60_000), "cap cooldown_hours");
    device.apply(&mut engine);
    let rules = Value::map([("rules", Value::parse(RULES).unwrap())]);
    let mut reloaded = device.open();
    reloaded.ask("rules", &rules, NOW);
    ask(&mut reloaded, NOW + 120_000);
    assert_eq!(
        asked(&reloaded).len(),
        1,
        "it waits, and is not asked for again"
    );
    let mut other = anna(ALL, "device-2", "mail");
    ask(&mut other, NOW + DAY_MS / 4);
    assert_eq!(
        asked(&engine)[0].text_of("messageId"),
        asked(&other)[0].text_of("messageId")
    );
    let month = 31 * DAY_MS;
    said(&mut engine, "mail", NOW + month);
    ask(&mut engine, NOW + month);
    let [later] = &asked(&engine)[..] else {
        panic!("another, and none that waited for longer than a week");
    };
    assert_ne!(
        later.text_of("messageId"),
        asked(&other)[0].text_of("messageId")
    );
}

#[test]
fn nobody_is_written_to_without_leave_for_all_of_it() {
    let without = |change: fn(&mut Purposes)| {
        let mut purposes = ALL;
        change(&mut purposes);
        purposes
    };
    for (purposes, channels) in [
        (ALL, ""),
        (ALL, "sms,wecom"),
        (ALL, "mailing"),
        (without(|purposes| purposes.measurement = false), "mail"),
        (without(|purposes| purposes.personalisation = false), "mail"),
    ] {
        let mut engine = anna(purposes, "device-1", channels);
        ask(&mut engine, NOW);
        assert!(asked(&engine).is_empty(), "{purposes:?} {channels}");
        if purposes == ALL {
            assert_eq!(why(&mut engine, NOW), "channel mail");
        }
    }
    // What waits goes with the leave to send.
    let mut engine = anna(ALL, "device-1", "mail");
    ask(&mut engine, NOW);
    engine.grant(without(|purposes| purposes.measurement = false), "");
    assert!(asked(&engine).is_empty());
    // A member who withdraws the channel is asked for no more.
    let mut engine = anna(ALL, "device-1", "mail");
    said(&mut engine, "", NOW + 1);
    ask(&mut engine, NOW + 2);
    assert!(asked(&engine).is_empty());
}

#[test]
fn quiet_hours_of_the_shopper_move_a_message_to_their_morning() {
    let mut engine = anna(ALL, "device-1", "mail");
    // 08:00 by UTC and two hours are 21:00 in Tokyo, had it been noon.
    let scene = Value::map([("zone", 660u32.into())]);
    engine.ask("scene", &scene, NOW);
    ask(&mut engine, NOW);
    let properties = asked(&engine)[0].get("properties").cloned().unwrap();
    assert_eq!(properties.number_of("utc_offset"), Some(660.0));
    assert_eq!(properties.text_of("not_before"), iso(NOW + 14 * HOUR_MS));
    assert_eq!(properties.text_of("not_after"), iso(NOW + 62 * HOUR_MS));
}
