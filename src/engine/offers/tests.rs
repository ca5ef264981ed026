use super::super::tests::{ALL, Device, NOW, fresh, view};
use super::*;
use crate::consent::{Choice, Purposes};

const EXPERIMENT: Purposes = Purposes {
    experiment: true,
    ..ALL
};
const DAY: i64 = 86_400_000;

fn json(text: &str) -> Value {
    Value::parse(text).expect("it is JSON")
}

/// A posterior that knows little, so that contexts and keys decide.
fn file() -> Value {
    let mut mean = [0.0; crate::act::policy::WEIGHTS];
    mean[0] = -0.5;
    mean[17] = 1.5;
    let mut lower = Vec::new();
    for row in 0..mean.len() {
        lower.extend((0..=row).map(|column| f64::from(u8::from(row == column)) * 0.4));
    }
    json(&format!(
        r#"{{"format":1,"campaigns":{{"spring":{{"hours":48,"arms":[{{"id":"none"}},{{"id":"ten","percent":10,"cap":5000}},{{"id":"more","amount":4000,"threshold":15000}}],
        "posterior":{{"version":"v7","features":{FEATURES:?},"cart":20000,"cap":80000,"mean":{mean:?},"cholesky":{lower:?}}}}},
        "new":{{"until":{},"arms":[{{"id":"none"}},{{"id":"ten","percent":10,"cap":5000}}]}}}}}}"#,
        NOW + 2 * DAY
    ))
}

fn opened(purposes: Purposes) -> Engine {
    let mut engine = fresh();
    engine.grant(purposes, "dev");
    assert_eq!(
        engine.ask("offers", &file(), NOW).to_json(),
        r#"{"ok":true,"campaigns":2}"#
    );
    engine
}

fn ask(engine: &mut Engine, more: &str, at: i64) -> Value {
    let request =
        format!(r#"{{"campaign":"spring","cart":[{{"amount":20000,"headroom":30}}]{more}}}"#);
    engine.ask("offer", &json(&request), NOW + at)
}

fn keyed(engine: &mut Engine, key: &str, at: i64) -> Value {
    ask(engine, &format!(r#","key":"{key}""#), at)
}

fn reports(engine: &Engine) -> Vec<Value> {
    let of = |message: &str| json(message).get("properties").cloned().unwrap_or_default();
    let messages = engine.queue().messages();
    let offers = messages.filter(|message| message.contains(r#""experiment_id":"offer:"#));
    offers.map(of).collect()
}

#[test]
fn what_was_offered_stays_whatever_the_shopper_does_and_on_the_next_page() {
    let mut device = Device::default();
    let mut engine = opened(EXPERIMENT);
    let first = keyed(&mut engine, "s/2026-12", 0);
    assert_eq!(
        (first.text_of("policy"), first.number_of("expires")),
        ("v7", Some((NOW + 2 * DAY) as f64))
    );
    let same = |answer: &Value, why: &str| {
        for name in [
            "arm",
            "propensity",
            "discount",
            "since",
            "expires",
            "disclosure",
        ] {
            assert_eq!(answer.get(name), first.get(name), "{why}: {name}");
        }
    };
    for n in 1..6 {
        view(&mut engine, "phone-a", n * 1000).unwrap();
    }
    same(&keyed(&mut engine, "s/2026-12", 9_000), "after five looks");
    device.apply(&mut engine);
    let mut next = fresh();
    next.restore(&device.rows(), Choice::default(), "new", NOW + 60_000);
    next.ask("offers", &file(), NOW);
    same(&keyed(&mut next, "s/2026-12", DAY), "on the next page");
    assert_eq!(reports(&next).len(), 1, "a decision is reported once");
    // Another period is another draw.
    let arms: std::collections::BTreeSet<String> = (0..40)
        .map(|n| {
            keyed(&mut next, &format!("s/period-{n}"), DAY)
                .text_of("arm")
                .into()
        })
        .collect();
    assert_eq!(arms.len(), 3);
}

#[test]
fn another_tab_that_knows_the_same_decides_the_same() {
    let (mut one, mut other) = (opened(EXPERIMENT), opened(EXPERIMENT));
    for n in 0..50 {
        let key = format!("s{n}");
        assert_eq!(keyed(&mut one, &key, 0), keyed(&mut other, &key, 0));
    }
}

#[test]
fn the_report_says_what_an_estimate_needs() {
    let mut engine = opened(EXPERIMENT);
    view(&mut engine, "phone-a", 0).unwrap();
    let answer = keyed(&mut engine, "s", 10);
    let reports = reports(&engine);
    let report = &reports[0];
    assert_eq!(report.text_of("experiment_id"), "offer:spring");
    assert_eq!(report.text_of("variation_id"), answer.text_of("arm"));
    let (told, logged) = (
        answer.number_of("propensity"),
        report.number_of("propensity"),
    );
    assert!((told.unwrap() - logged.unwrap()).abs() < 1e-6);
    assert_eq!(report.number_of("subtotal"), Some(200.0));
    assert_eq!(
        report.number_of("discount"),
        answer.number_of("discount").map(|minor| minor / 100.0)
    );
    assert_eq!(report.text_of("policy"), "v7");
    let context = report.text_of("context");
    let names: Vec<&str> = context
        .split(' ')
        .filter_map(|one| Some(one.split_once('=')?.0))
        .collect();
    assert_eq!(names[..7], FEATURES);
    for value in context
        .split(' ')
        .filter_map(|one| one.split_once('=')?.1.parse::<f64>().ok())
    {
        let twentieths = value * 20.0;
        assert!((twentieths - twentieths.round()).abs() < 1e-9, "{context}");
    }
    assert!(context.ends_with("headroom=60"), "{context}");
}

#[test]
fn without_leave_nothing_is_known_kept_or_reported() {
    for (purposes, personal, reported) in [
        (
            Purposes {
                personalisation: false,
                ..EXPERIMENT
            },
            false,
            1,
        ),
        (
            Purposes {
                measurement: false,
                ..EXPERIMENT
            },
            true,
            0,
        ),
        (ALL, true, 0),
        (Purposes::default(), false, 0),
    ] {
        let mut device = Device::default();
        let mut engine = opened(purposes);
        let answer = keyed(&mut engine, "s", 0);
        assert_eq!(
            answer.get("disclosure"),
            Some(&personal.into()),
            "{purposes:?}"
        );
        assert_eq!(keyed(&mut engine, "s", 1).get("arm"), answer.get("arm"));
        assert_eq!(reports(&engine).len(), reported, "{purposes:?}");
        device.apply(&mut engine);
        assert_eq!(device.0.contains_key(OFFERS), personal, "{purposes:?}");
    }
    // What was kept goes with the leave.
    let mut device = Device::default();
    let mut engine = opened(EXPERIMENT);
    keyed(&mut engine, "s", 0);
    device.apply(&mut engine);
    assert!(device.0.contains_key(OFFERS));
    engine.grant(
        Purposes {
            personalisation: false,
            ..EXPERIMENT
        },
        "",
    );
    device.apply(&mut engine);
    assert!(!device.0.contains_key(OFFERS));
    assert!(
        reports(&engine).is_empty(),
        "what waits says what is known of the shopper"
    );
    let waiting = device.0.keys().filter(|key| key.starts_with("queue/"));
    assert_eq!(waiting.count(), 0);
}

#[test]
fn a_spent_budget_a_full_wallet_and_a_closed_campaign_give_none() {
    let mut engine = opened(EXPERIMENT);
    for n in 0..20 {
        let spent = ask(&mut engine, &format!(r#","left":0,"key":"a{n}""#), 0);
        assert_eq!(
            (spent.text_of("arm"), spent.number_of("propensity")),
            ("none", Some(1.0))
        );
        assert_eq!(
            spent.get("disclosure"),
            Some(&false.into()),
            "nothing was chosen"
        );
        let held = ask(
            &mut engine,
            &format!(r#","held":["spring"],"key":"a{n}""#),
            0,
        );
        assert_eq!(held.text_of("arm"), "none");
    }
    assert!(
        reports(&engine).is_empty(),
        "where nothing could be chosen nothing was decided"
    );
    for (request, code) in [
        (
            r#"{"campaign":"summer","key":"s","cart":[]}"#,
            "offer_campaign",
        ),
        (r#"{"campaign":"spring","cart":[]}"#, "offer_key"),
        (
            r#"{"campaign":"spring","key":"s","cart":[{"amount":-5}]}"#,
            "offer_arm",
        ),
    ] {
        let answer = engine.ask("offer", &json(request), NOW);
        assert_eq!(
            (answer.get("arm"), answer.text_of("code")),
            (Some(&Value::Null), code)
        );
    }
    let closed = engine.ask(
        "offer",
        &json(r#"{"campaign":"new","key":"s","cart":[]}"#),
        NOW + 2 * DAY,
    );
    assert_eq!(closed.text_of("code"), "offer_closed");
}

#[test]
fn an_offer_that_no_longer_fits_the_cart_is_not_drawn_again() {
    let mut engine = opened(EXPERIMENT);
    let key = (0..200)
        .map(|n| format!("s{n}"))
        .find(|key| keyed(&mut engine, key, 0).text_of("arm") == "more");
    let key = key.expect("one of two hundred draws it");
    let request = format!(
        r#"{{"campaign":"spring","key":"{key}","cart":[{{"amount":9000,"headroom":90}}]}}"#
    );
    let answer = engine.ask("offer", &json(&request), NOW + 5);
    assert_eq!(
        (answer.get("arm"), answer.text_of("code")),
        (Some(&Value::Null), "offer_threshold")
    );
    assert_eq!(
        answer
            .get("next")
            .and_then(|next| next.number_of("missing")),
        Some(6000.0)
    );
    assert_eq!(
        keyed(&mut engine, &key, 9).text_of("arm"),
        "more",
        "it is there again"
    );
}

#[test]
fn declared_and_protected_attributes_do_not_move_the_probabilities() {
    let shares = |declare: &dyn Fn(&mut Engine)| -> Vec<(String, Option<f64>)> {
        let mut engine = opened(EXPERIMENT);
        for n in 0..4 {
            view(&mut engine, "phone-a", n * 1000).unwrap();
        }
        declare(&mut engine);
        let of = |n: i32| {
            let answer = keyed(&mut engine, &format!("s{n}"), 10_000);
            (answer.text_of("arm").into(), answer.number_of("propensity"))
        };
        (0..60).map(of).collect()
    };
    let plain = shares(&|_| ());
    for (gender, age, tier, city) in [
        ("f", 71.0, "diamond", "Nanjing"),
        ("m", 19.0, "silver", "Kiruna"),
        ("x", 44.0, "gold", "Lagos"),
    ] {
        let told = shares(&|engine| {
            let definition = r#"{"attributes":[{"name":"looks","event":"view_item","measure":"count","days":7}]}"#;
            let defined = engine.ask("define", &json(definition), NOW);
            assert_eq!(defined.print(), r#"{"problems":[]}"#);
            let facts = format!(
                r#"{{"member":"5f4dcc3b5aa765d61d8327deb882cf99","facts":{{"gender":"{gender}","ageBand":{age},"tier":"{tier}","city":"{city}"}},"tags":["tag:{gender}"]}}"#
            );
            assert_eq!(
                engine.ask("identify", &json(&facts), NOW).get("ok"),
                Some(&true.into())
            );
            engine.ask(
                "prefer",
                &json(r#"{"kind":"brand","name":"Halland","more":true}"#),
                NOW,
            );
            engine.ask("scene", &json(r#"{"region":"SE","device":"phone"}"#), NOW);
        });
        assert_eq!(told, plain, "{gender} {age} {tier} {city}");
    }
}

#[test]
fn a_wrong_file_is_refused_and_the_known_one_stays() {
    let mut engine = opened(EXPERIMENT);
    let wrong = r#"{"format":1,"campaigns":{"spring":{"arms":[{"id":"none"},{"id":"x","percent":150,"cap":1}]}}}"#;
    let answer = engine.ask("offers", &json(wrong), NOW);
    assert_eq!(
        (
            answer.get("ok"),
            answer.text_of("code"),
            answer.text_of("path")
        ),
        (
            Some(&false.into()),
            "offers_arm",
            "campaigns.spring.arms[1].percent"
        )
    );
    assert_eq!(keyed(&mut engine, "s", 0).text_of("policy"), "v7");
}
