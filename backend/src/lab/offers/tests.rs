use std::path::{Path, PathBuf};

use tillside::consent::Purposes;
use tillside::engine::{Engine, Settings};
use tillside::intake::{Arrival, Value as Given};

use super::*;

const NOW: i64 = 1_796_083_200_000;
const ALL: Purposes = Purposes {
    personalisation: true,
    measurement: true,
    experiment: true,
};
const FILE: &str = r#"{"format":1,"campaigns":{
    "autumn":{"arms":[{"id":"none"},{"id":"x","amount":500}]},
    "spring":{"hours":48,"arms":[{"id":"none"},{"id":"ten","percent":10,"cap":5000},{"id":"forty","amount":4000,"threshold":15000}]}}}"#;

/// The messages of one page, whose shopper looks at something, is offered a discount and buys or not.
fn page(n: u32, file: &Value) -> Vec<String> {
    let mut engine = Engine::new(Settings {
        seed: n.into(),
        write_key: "demo".into(),
        ..Settings::default()
    });
    engine.grant(ALL, &format!("device-{n}"));
    engine.ask("offers", file, NOW);
    let now = NOW + i64::from(n) * 60_000;
    let text = |text: &str| Given::Text(text.into());
    let track =
        |engine: &mut Engine, id: &str, event: &str, properties: Vec<(&str, Given)>, at: i64| {
            let properties = properties
                .into_iter()
                .map(|(key, value)| (key.into(), value));
            let id = format!("{id}-{n}");
            let arrival = Arrival {
                id: &id,
                now: now + at,
                time: None,
            };
            let taken = engine.track(event, &Given::Map(properties.collect()), arrival);
            assert!(taken.is_ok(), "{taken:?}");
        };
    for look in 0..n % 5 {
        track(
            &mut engine,
            &format!("view{look}"),
            "Product Viewed",
            vec![("product_id", text("p"))],
            i64::from(look) * 2_000,
        );
    }
    let request = r#"{"campaign":"spring","key":"KEY","cart":[{"amount":20000,"headroom":30}]}"#;
    let request = Value::parse(&request.replace("KEY", &format!("s{n}"))).expect("it is JSON");
    let answer = engine.ask("offer", &request, now + 20_000);
    let discount = answer.number_of("discount").expect("an arm is chosen");
    // Who looked often buys with a discount alone, who did not look buys anyway.
    if n.is_multiple_of(5) || n % 5 > 2 && discount > 0.0 {
        let paid = Given::Number((20_000.0 - discount) / 100.0);
        let line = Given::Map(vec![("product_id".into(), text("p"))]);
        let order = vec![
            ("order_id", text(&format!("o{n}"))),
            ("revenue", paid),
            ("products", Given::List(vec![line])),
        ];
        track(&mut engine, "order", "Order Completed", order, 60_000);
    }
    engine.queue().messages().map(String::from).collect()
}

fn shop(folder: &Path) -> (PathBuf, PathBuf) {
    let file = Value::parse(FILE).expect("it is JSON");
    let messages: Vec<String> = (0..1_000).flat_map(|n| page(n, &file)).collect();
    let (log, offers) = (folder.join("messages.jsonl"), folder.join("offers.json"));
    std::fs::write(&log, messages.join("\n")).expect("it is written");
    std::fs::write(&offers, FILE).expect("it is written");
    (log, offers)
}

fn args(data: &Path, offers: &Path, campaign: &str) -> Args {
    Args {
        data: vec![data.into()],
        campaign: Some(campaign.into()),
        offers: None,
        out: Some(offers.into()),
        window: 7.0,
        simulate: false,
        seed: 0,
        decisions: 0,
        json: true,
    }
}

#[test]
fn what_pages_report_is_trained_and_read_by_pages() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, offers) = shop(folder.path());
    let log = Log::read(std::slice::from_ref(&data)).expect("it is a log");
    let (_, read) = campaigns(&offers).expect("it is a file");
    let spring = read.find("spring").expect("it is there");
    let decisions = log::read(&log, &read, spring, 7.0).expect("there are decisions");
    assert_eq!((decisions.all.len(), decisions.left_out), (1_000, 0));
    let judged = value::policies(spring, &decisions.all, read.minor_units);
    let names: Vec<&str> = judged.iter().map(|one| one.value.policy.as_str()).collect();
    assert_eq!(
        names,
        ["none", "ten", "forty", "uniform", "logged", "trained"]
    );
    let of = |name: &str| {
        judged
            .iter()
            .find(|one| one.value.policy == name)
            .expect("it is there")
    };
    // By hand: a fifth buys for 200; with a discount two fifths more.
    for (name, truth) in [("none", 40.0), ("ten", 108.0), ("forty", 96.0)] {
        let value = &of(name).value;
        assert!(
            (value.ips.value / truth - 1.0).abs() < 0.2,
            "{name}: {:?}",
            value.ips
        );
        assert!(
            value.ips.interval.low < truth && value.ips.interval.high > truth,
            "{name}"
        );
    }
    assert_eq!(of("none").deadweight, None);
    let deadweight = of("ten").deadweight.expect("it gives discounts");
    assert!((deadweight - 1.0 / 3.0).abs() < 0.12, "{deadweight}");
    let earns = |name: &str| of(name).value.doubly_robust.value;
    assert!(earns("trained") > earns("none"), "{}", earns("trained"));
    let logged = decisions.all.iter().map(|one| one.net / 100.0).sum::<f64>() / 1_000.0;
    assert!((of("logged").value.ips.value - logged).abs() < 1e-9);

    super::run(args(&data, &offers, "spring")).expect("it is trained");
    let (file, read) = campaigns(&offers).expect("a page reads it");
    assert!(
        read.find("spring")
            .expect("it is there")
            .posterior
            .is_some()
    );
    assert!(read.find("autumn").expect("it stays").posterior.is_none());
    // In the page, who hesitates gets a discount more often than who buys anyway.
    let mut given = [0.0; 2];
    for n in 0..200 {
        let messages = page(1_000 + n, &file);
        let decided = messages
            .iter()
            .find(|message| message.contains("offer:spring"));
        let off = !decided
            .expect("it is reported")
            .contains(r#""variation_id":"none""#);
        match n % 5 {
            0 => given[0] += f64::from(u8::from(off)) / 40.0,
            4 => given[1] += f64::from(u8::from(off)) / 40.0,
            _ => {}
        }
    }
    assert!(given[0] < given[1], "{given:?}");
}

#[test]
fn what_cannot_be_estimated_is_refused_by_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, offers) = shop(folder.path());
    let code = |data: &Path, campaign: &str| {
        super::run(args(data, &offers, campaign))
            .expect_err("it is refused")
            .code()
    };
    assert_eq!(code(&data, "winter"), "lab.no_campaign");
    assert_eq!(code(&data, "autumn"), "lab.no_decision");
    assert_eq!(
        code(&folder.path().join("nothing.jsonl"), "spring"),
        "input.missing"
    );
    let text = std::fs::read_to_string(&data).expect("it is there");
    let bare = folder.path().join("bare.jsonl");
    std::fs::write(&bare, text.replace(r#""propensity":"#, r#""chance":"#)).expect("it is written");
    assert_eq!(code(&bare, "spring"), "lab.no_propensity");
    let few: Vec<&str> = text.lines().take(100).collect();
    std::fs::write(&bare, few.join("\n")).expect("it is written");
    assert_eq!(code(&bare, "spring"), "lab.no_decision");
    std::fs::write(&offers, FILE.replace(r#""percent":10"#, r#""percent":110"#))
        .expect("it is written");
    assert_eq!(code(&data, "spring"), "lab.offers");
}
