use super::snapshot::{Parts, snapshot};
use super::*;
use crate::value::Value;
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000_500;
const MINUTE: i64 = 60_000;

fn json(text: &str) -> Value {
    Value::parse(text).expect("it is JSON")
}

fn list(text: &str) -> Vec<Value> {
    json(text).elements().to_vec()
}

/// A shopper of whom a lot is known.
fn whole() -> Parts {
    Parts {
        member: "5f4dcc3b5aa765d61d8327deb882cf99".into(),
        orders: list(
            r#"[{"id":"o-1","time":1799000000000,"state":"delivered","items":["fan"],"total":129900}]"#,
        ),
        browsing: list(
            r#"[{"item":"ac","looks":3,"last":1799999000000,"inCart":true},{"item":"tv","looks":1,"last":1799998000000,"inCart":false}]"#,
        ),
        enquiries: list(
            r#"[{"topic":"Is it loud at night?","channel":"chat","time":1799999500000,"item":"ac","open":true}]"#,
        ),
        after_sales: list(r#"[{"what":"returns","count":1}]"#),
        intent: json(r#"{"phase":"decide","item":"ac","reason":"trust"}"#),
        reasons: list(r#"[{"code":"looks","count":3},{"code":"reviews","count":1}]"#),
        preferences: list(
            r#"[{"kind":"category","name":"Appliances"},{"kind":"price","name":"middle"}]"#,
        ),
        unmentioned: list(r#"[{"kind":"item","name":"heater","why":"disliked"}]"#),
        tags: list(r#"["quality"]"#),
        visit: json(r#"{"store":"nanjing","time":1800003600000}"#),
    }
}

/// Every path of a value, lists as `[]`.
fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Map(entries) => {
            for (name, value) in entries {
                let at = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                found.push(at.clone());
                paths(value, &at, found);
            }
        }
        Value::List(list) => list
            .iter()
            .for_each(|one| paths(one, &format!("{path}[]"), found)),
        _ => {}
    }
}

#[test]
fn each_audience_gets_exactly_its_own_fields() {
    for (name, audience) in Audience::NAMES {
        let (made, _) = snapshot(whole(), audience, None, NOW);
        let mut found = Vec::new();
        paths(&made, "", &mut found);
        found.sort();
        found.dedup();
        let mut expected: Vec<String> = schema::FIELDS
            .iter()
            .filter(|(_, who)| who & 1 << audience as u8 != 0)
            .map(|(path, _)| (*path).into())
            .collect();
        expected.sort();
        assert_eq!(found, expected, "{name}");
        for secret in ["total", "129900", "birthday"] {
            assert!(!made.to_json().contains(secret), "{name}: {secret}");
        }
    }
    // What a guide has no need of.
    let (made, _) = snapshot(whole(), Audience::Store, None, NOW);
    for secret in [
        "o-1",
        "delivered",
        "loud at night",
        "chat",
        "quality",
        "disliked",
    ] {
        assert!(!made.to_json().contains(secret), "{secret}");
    }
    // The four sections, intent, reasons, preferences and what not to mention.
    for name in [
        "orders",
        "browsing",
        "enquiries",
        "afterSales",
        "intent",
        "reasons",
        "preferences",
        "doNotMention",
    ] {
        assert!(
            made.get(name).is_some_and(|part| *part != Value::Null),
            "{name}"
        );
    }
}

#[test]
fn a_code_comes_back_until_it_expires() {
    for (_, audience) in Audience::NAMES {
        let (made, code) = snapshot(whole(), audience, None, NOW);
        assert_eq!(pack::unpack(&code, NOW), Ok(made.clone()));
        assert_eq!(
            pack::unpack(&format!("{code}.key.signature"), NOW),
            Ok(made.clone())
        );
        let expires = made.number_of("expires").expect("it ends") as i64;
        assert_eq!(expires, 1_800_000_000_000 + 15 * MINUTE);
        assert!(pack::unpack(&code, expires - 1).is_ok());
        assert_eq!(pack::unpack(&code, expires), Err(HandoffError::Expired));
        assert_eq!(
            pack::unpack(&code, NOW - 6 * MINUTE),
            Err(HandoffError::Ahead)
        );
    }
    let (made, _) = snapshot(whole(), Audience::Agent, Some(1e9), NOW);
    assert_eq!(
        made.number_of("expires"),
        Some(1_800_000_000_000.0 + 30.0 * 60_000.0)
    );
}

#[test]
fn bad_codes_are_refused_each_with_its_code_and_remedy() {
    let (_, code) = snapshot(whole(), Audience::Store, None, NOW);
    let mut slip = code.clone().into_bytes();
    slip[20] = if slip[20] == b'A' { b'B' } else { b'A' };
    let slip = String::from_utf8(slip).expect("it is ASCII");
    let (agents, _) = snapshot(whole(), Audience::Agent, None, NOW);
    let mut as_store = agents;
    as_store.set("audience", "store".into());
    let orders = Value::List(vec![json(r#"{"items":["a"]}"#); 400]);
    as_store.set("orders", orders);
    let mut later = snapshot(whole(), Audience::Agent, None, NOW).0;
    later.set("version", 2u32.into());
    let mut endless = snapshot(whole(), Audience::Agent, None, NOW).0;
    endless.set("expires", 9e12.into());
    for (text, error) in [
        (String::new(), HandoffError::NotACode),
        ("https://example.com".into(), HandoffError::NotACode),
        ("中文".into(), HandoffError::NotACode),
        (slip, HandoffError::Damaged),
        (code[..code.len() - 4].into(), HandoffError::Damaged),
        ("A".repeat(MAX_BYTES + 1), HandoffError::TooLarge),
        (pack::pack(&as_store), HandoffError::TooLarge),
        (pack::pack(&later), HandoffError::Version),
        (pack::pack(&endless), HandoffError::Expired),
    ] {
        let found = pack::unpack(&text, NOW).expect_err("it is refused");
        assert_eq!(found, error, "{text:.40}");
        assert!(found.code().starts_with("handoff_") && !found.told().1.is_empty());
    }
}

#[test]
fn persons_are_left_out_wherever_they_were_written() {
    let mut parts = whole();
    parts.enquiries = list(
        r#"[{"topic":"Call me on 138 0013 8000","channel":"chat","time":1,"item":"ac","open":true},
            {"topic":"anna@example.com","channel":"chat","time":1,"open":true},
            {"topic":"Where is it?","channel":"mail anna@example.com","time":1,"open":false}]"#,
    );
    parts.orders = list(
        r#"[{"id":"anna@example.com","time":1,"state":"placed","items":["fan"]},{"id":"o","items":["a@example.com","fan"]}]"#,
    );
    parts.tags = list(r#"["mail bo@example.com"]"#);
    for (name, audience) in Audience::NAMES {
        let json = snapshot(parts.clone(), audience, None, NOW).0.to_json();
        assert!(
            !json.contains('@') && !json.contains("8000\""),
            "{name}: {json}"
        );
        assert!(json.contains("fan"), "{name}: {json}");
    }
}

#[test]
fn a_snapshot_reads_in_both_languages_and_shows_no_id() {
    let names = json(
        r#"{"ac":"Fjord","fan":"Breeze","heater":"Glow","Appliances":"Appliances","nanjing":"Nanjing"}"#,
    );
    let times = json(
        r#"{"1799000000000":"3 January","1800003600000":"today, 10:00","1799999500000":"today"}"#,
    );
    let (made, _) = snapshot(whole(), Audience::Agent, None, NOW);
    let words = |chinese| text::Words {
        chinese,
        names: &names,
        times: &times,
    };
    let english = text::text(&made, &words(false));
    assert_eq!(
        english,
        "Wants\n- Fjord\n- Is about to decide.\n- Wants to know what others say of it.\n- Visit booked: Nanjing · today, 10:00\n\
         Do not mention\n- Glow · said it is not for them\n\
         Why\n- Looked at it 3×.\n- Read reviews.\n\
         Orders\n- 3 January · o-1 · delivered · Breeze\n\
         Browsing\n- Fjord · in the cart\n\
         Enquiries\n- today · Is it loud at night? · Fjord · still open\n\
         After-sales\n- Returns and refunds: 1\n\
         Likes\n- Appliances\n- Buys in the middle price range.\n"
    );
    let (made, _) = snapshot(whole(), Audience::Store, None, NOW);
    let chinese = text::text(&made, &words(true));
    assert!(
        chinese.starts_with("需求\n- Fjord\n- 正在做决定。\n- 想了解口碑。\n- 已预约到店：Nanjing"),
        "{chinese}"
    );
    assert!(
        !chinese.contains("Is ") && !chinese.contains("Wants") && !chinese.contains("tv"),
        "{chinese}"
    );
    let nothing = text::text(&Value::Null, &words(false));
    assert_eq!(nothing, "");
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9-]{1,60}", "\\PC{0,200}"]
}

/// Parts of any size and content.
fn any_parts() -> impl Strategy<Value = Parts> {
    let one = (id(), id(), id(), any::<u32>(), any::<i64>());
    let list = || prop::collection::vec((id(), id(), id(), any::<u32>(), any::<i64>()), 0..60);
    (one, list(), list(), list(), list()).prop_map(
        |((a, b, c, count, time), orders, browsing, enquiries, rest)| {
            let map = |(a, b, c, count, time): (String, String, String, u32, i64)| {
                Value::map([
                    ("id", a.as_str().into()),
                    ("item", a.as_str().into()),
                    ("items", vec![a.as_str(), b.as_str(), c.as_str()].into()),
                    ("kind", b.as_str().into()),
                    ("name", c.as_str().into()),
                    ("topic", c.as_str().into()),
                    ("code", b.as_str().into()),
                    ("state", b.as_str().into()),
                    ("count", count.into()),
                    ("looks", count.into()),
                    ("time", time.into()),
                    ("open", (count % 2 == 0).into()),
                ])
            };
            let maps = |list: Vec<_>| list.into_iter().map(map).collect::<Vec<Value>>();
            Parts {
                member: "5f4dcc3b5aa765d61d8327deb882cf99".into(),
                orders: maps(orders),
                browsing: maps(browsing),
                enquiries: maps(enquiries),
                after_sales: Vec::new(),
                intent: Value::map([
                    ("phase", a.as_str().into()),
                    ("item", b.as_str().into()),
                    ("reason", c.as_str().into()),
                ]),
                reasons: maps(rest.clone()),
                preferences: maps(rest.clone()),
                unmentioned: maps(rest),
                tags: vec![a.as_str().into(), c.as_str().into()],
                visit: Value::map([
                    ("store", b.as_str().into()),
                    ("time", (time ^ i64::from(count)).into()),
                ]),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn bounds_hold_whatever_is_known(parts in any_parts(), minutes in prop::option::of(-1e6..1e6)) {
        for (_, audience) in Audience::NAMES {
            let (made, code) = snapshot(parts.clone(), audience, minutes, NOW);
            let most = if audience == Audience::Store { MAX_STORE_BYTES } else { MAX_BYTES };
            prop_assert!(made.to_json().len() <= MAX_BYTES, "{}", made.to_json().len());
            prop_assert!(code.len() + SIGNATURE_BYTES <= most, "{}", code.len());
            let mut found = Vec::new();
            paths(&made, "", &mut found);
            prop_assert!(found.iter().all(|path| schema::gets(audience, path)));
            let expires = made.number_of("expires").unwrap_or(0.0) as i64;
            prop_assert!(expires > NOW && expires <= NOW + 30 * MINUTE && expires % 1000 == 0);
            prop_assert!(!made.to_json().contains("@example.com"));
            prop_assert!(pack::unpack(&code, NOW).is_ok());
        }
    }

    #[test]
    fn any_text_is_a_code_or_not(text: String, letters in "[A-Za-z0-9_-]{0,400}", bytes: Vec<u8>) {
        let _ = pack::unpack(&text, NOW);
        let _ = pack::unpack(&letters, NOW);
        let sealed = crate::codec::seal(0x51, &bytes);
        let _ = pack::unpack(&super::pack::tests::encoded(&sealed), NOW);
    }
}
