use super::*;
use crate::recommend::Placement;
use crate::shop::tests::toy;
use std::collections::BTreeMap;

pub(super) const NOW: i64 = 1_800_000_000_000;
pub(super) const ALL: Purposes = Purposes {
    personalisation: true,
    measurement: true,
    experiment: false,
};

/// A device's storage as the host keeps it.
#[derive(Default)]
pub(super) struct Device(pub(super) BTreeMap<String, Vec<u8>>);

impl Device {
    pub(super) fn apply(&mut self, engine: &mut Engine) {
        for effect in engine.effects(NOW, true) {
            match effect {
                Effect::Put { key, bytes } => drop(self.0.insert(key, bytes)),
                Effect::Delete { key } => drop(self.0.remove(&key)),
                Effect::DeleteAll { prefix } => self.0.retain(|key, _| !key.starts_with(prefix)),
                Effect::Destroy => self.0.clear(),
            }
        }
    }

    pub(super) fn rows(&self) -> Vec<(&str, &[u8])> {
        let rows = self.0.iter();
        rows.map(|(key, bytes)| (key.as_str(), bytes.as_slice()))
            .collect()
    }

    pub(super) fn open(&self) -> Engine {
        let mut engine = fresh();
        engine.restore(&self.rows(), Choice::default(), "new", NOW);
        engine
    }
}

pub(super) fn fresh() -> Engine {
    let mut engine = Engine::new(Settings {
        seed: 7,
        write_key: "demo".into(),
        ..Settings::default()
    });
    engine.open_model(toy().pack()).unwrap();
    engine
}

pub(super) fn view(engine: &mut Engine, key: &str, at: i64) -> Result<Session, Declined> {
    let properties = Value::Map(vec![("product_id".into(), Value::Text(key.into()))]);
    let id = format!("{:012}-{key}", NOW + at);
    engine.track(
        "Product Viewed",
        &properties,
        Arrival {
            id: &id,
            now: NOW + at,
            time: None,
        },
    )
}

fn home(engine: &mut Engine) -> Vec<String> {
    let list = engine.recommend(Request::new(Placement::Home, 3), NOW);
    let model = engine.model().unwrap();
    list.entries
        .iter()
        .map(|entry| model.key(entry.item).to_owned())
        .collect()
}

#[test]
fn before_consent_nothing_is_taken_kept_or_queued() {
    let mut engine = fresh();
    assert_eq!(view(&mut engine, "phone-a", 0), Err(Declined::NoConsent));
    assert_eq!(engine.effects(NOW, true), []);
    assert_eq!(engine.queue().waiting(), 0);
    assert_eq!(engine.portrait(NOW).events, 0);
    assert_eq!(home(&mut engine), ["phone-a", "apple", "phone-b"]);
}

#[test]
fn each_purpose_keeps_only_its_own() {
    let mut device = Device::default();
    let mut engine = fresh();
    engine.grant(
        Purposes {
            personalisation: true,
            measurement: false,
            ..Purposes::default()
        },
        "dev",
    );
    view(&mut engine, "phone-a", 0).unwrap();
    device.apply(&mut engine);
    assert_eq!(engine.queue().waiting(), 0);
    assert!(
        device
            .0
            .keys()
            .all(|key| !key.starts_with(QUEUE) && key != DEVICE)
    );
    assert_eq!(home(&mut engine)[0], "phone-b");

    let mut device = Device::default();
    let mut engine = fresh();
    engine.grant(
        Purposes {
            personalisation: false,
            measurement: true,
            ..Purposes::default()
        },
        "dev",
    );
    view(&mut engine, "phone-a", 0).unwrap();
    device.apply(&mut engine);
    assert_eq!(engine.queue().waiting(), 1);
    assert!(
        device
            .0
            .keys()
            .all(|key| !key.starts_with(JOURNAL) && key != PORTRAIT)
    );
    assert_eq!(
        home(&mut engine)[0],
        "phone-a",
        "measured is not personalised"
    );
}

#[test]
fn the_intake_is_put_once_for_all_events_and_not_after_a_withdrawal() {
    let mut engine = fresh();
    engine.grant(ALL, "dev");
    view(&mut engine, "phone-a", 0).unwrap();
    let session = view(&mut engine, "phone-b", 1).unwrap();
    let effects = engine.effects(NOW, false);
    let mut put = effects.iter().filter_map(|effect| match effect {
        Effect::Put { key, bytes } if key == INTAKE => Intake::decode(bytes, 7),
        _ => None,
    });
    assert_eq!(put.next().unwrap().session(NOW + 1), Some(session));
    assert!(put.next().is_none());
    assert_eq!(engine.effects(NOW, true), [], "nothing happened since");

    view(&mut engine, "apple", 2).unwrap();
    engine.grant(Purposes::default(), "");
    assert_eq!(engine.effects(NOW, true), [Effect::Destroy]);
}

#[test]
fn the_next_page_goes_on() {
    let mut device = Device::default();
    let mut engine = fresh();
    engine.grant(ALL, "dev");
    let session = view(&mut engine, "phone-a", 0).unwrap();
    device.apply(&mut engine);

    let mut next = device.open();
    assert_eq!(next.purposes(), ALL);
    assert_eq!(home(&mut next)[0], "phone-b");
    assert_eq!(next.queue().waiting(), 1);
    assert_eq!(
        view(&mut next, "phone-c", 60_000),
        Ok(session),
        "one visit over two pages"
    );
    let again = view(&mut next, "phone-a", 0);
    assert_eq!(again, Err(Declined::Refused(Refusal::Duplicate)));
    let batch = next.batch(NOW + 60_000, false).unwrap();
    assert_eq!(batch.ids.len(), 2);
    assert_eq!(batch.body.matches("\"anonymousId\":\"dev\"").count(), 2);
}

#[test]
fn two_tabs_lose_nothing_and_the_next_folds() {
    let mut device = Device::default();
    let mut first = fresh();
    first.grant(ALL, "dev");
    device.apply(&mut first);
    let mut second = device.open();
    for n in 0..FOLD as i64 {
        view(&mut first, &format!("f{n}"), n * 2000).unwrap();
        view(&mut second, &format!("s{n}"), n * 2000 + 1).unwrap();
        device.apply(&mut first);
        device.apply(&mut second);
    }
    let mut third = device.open();
    device.apply(&mut third);
    assert!(device.0.keys().all(|key| !key.starts_with(JOURNAL)));
    let fourth = device.open();
    let (before, after) = (third.portrait(NOW), fourth.portrait(NOW));
    assert_eq!(before.events as usize, 2 * FOLD);
    assert_eq!(after.lists, before.lists);
    assert_eq!(after.events, before.events);
}

#[test]
fn withdrawing_deletes_what_the_purpose_kept() {
    let mut device = Device::default();
    let mut engine = fresh();
    engine.grant(ALL, "dev");
    view(&mut engine, "phone-a", 0).unwrap();
    device.apply(&mut engine);

    engine.grant(
        Purposes {
            personalisation: true,
            measurement: false,
            ..Purposes::default()
        },
        "",
    );
    device.apply(&mut engine);
    assert!(
        device
            .0
            .keys()
            .all(|key| !key.starts_with(QUEUE) && key != DEVICE)
    );
    assert!(engine.batch(NOW, false).is_none());
    assert_eq!(home(&mut engine)[0], "phone-b");

    engine.grant(Purposes::default(), "");
    device.apply(&mut engine);
    assert!(device.0.is_empty());
    assert_eq!(home(&mut engine)[0], "phone-a");
    assert_eq!(engine.portrait(NOW).lists[0].len(), 0);
}

#[test]
fn forgetting_leaves_consent_and_a_new_name() {
    let mut device = Device::default();
    let mut engine = fresh();
    engine.grant(ALL, "before");
    view(&mut engine, "phone-a", 0).unwrap();
    device.apply(&mut engine);
    engine.forget("after");
    device.apply(&mut engine);
    assert_eq!(
        device.0.keys().map(String::as_str).collect::<Vec<_>>(),
        [CONSENT, DEVICE]
    );
    assert_eq!(device.0[DEVICE], b"after");
    assert_eq!(device.open().purposes(), ALL);
    assert_eq!(engine.portrait(NOW).events, 0);
}

#[test]
fn a_refused_model_leaves_the_old_one() {
    let mut engine = fresh();
    let mut damaged = toy().pack();
    damaged.truncate(damaged.len() - 10);
    assert_eq!(
        engine.open_model(damaged).unwrap_err().code(),
        "model.tensor"
    );
    assert_eq!(engine.model().unwrap().id(), "toy");
    let mut none = Engine::new(Settings::default());
    assert!(
        none.recommend(Request::new(Placement::Home, 3), NOW)
            .entries
            .is_empty()
    );
}

#[test]
fn damaged_rows_are_dropped() {
    let mut device = Device::default();
    let mut engine = fresh();
    engine.grant(ALL, "dev");
    view(&mut engine, "phone-a", 0).unwrap();
    device.apply(&mut engine);
    for (key, bytes) in &mut device.0 {
        if key != CONSENT {
            bytes.truncate(bytes.len() / 2);
        }
    }
    device.0.insert("journal/x".into(), vec![255; 9]);
    device.0.insert("unknown".into(), vec![1]);
    let mut next = device.open();
    assert_eq!(home(&mut next)[0], "phone-a");
    assert!(view(&mut next, "phone-b", 5000).is_ok());
}

#[test]
fn decisions_differ() {
    let mut engine = fresh();
    let made: std::collections::BTreeSet<u64> =
        (0..1000).map(|n| engine.decision(NOW + n / 100)).collect();
    assert_eq!(made.len(), 1000);
}

#[test]
fn sold_out_is_out_of_the_next_list_and_what_rises_is_in_it() {
    let mut engine = fresh();
    assert_eq!(home(&mut engine), ["phone-a", "apple", "phone-b"]);
    engine.patch("phone-a\n\nout_of_stock", &mut |_| ());
    assert_eq!(home(&mut engine), ["apple", "phone-b", "case"]);
    engine.patch("phone-a\n\nin_stock", &mut |_| ());
    let mut packer = crate::shop::pack::Packer::default();
    packer.u8s("item.popularity", &[9, 8, 7, 6, 5, 4, 255, 2]);
    engine.refresh(&packer.finish_live("toy")).unwrap();
    assert_eq!(home(&mut engine), ["pear", "phone-a", "apple"]);
    engine.close_model();
    engine.patch("phone-a\n\nout_of_stock", &mut |_| panic!("no model"));
    assert_eq!(
        engine
            .recommend(Request::new(Placement::Home, 3), NOW)
            .entries
            .len(),
        0
    );
}

#[test]
fn a_manifest_is_kept_while_anything_may_be_and_goes_with_the_rest() {
    let kept = |device: &Device| device.0.get(MANIFEST).cloned();
    let mut device = Device::default();
    let mut engine = fresh();
    engine.keep("one".into());
    device.apply(&mut engine);
    assert_eq!(kept(&device), None, "nothing before consent");
    engine.grant(ALL, "d");
    device.apply(&mut engine);
    assert_eq!(kept(&device), Some(b"one".to_vec()));
    engine.keep("two".into());
    device.apply(&mut engine);
    assert_eq!(kept(&device), Some(b"two".to_vec()));
    // It is no part of what an engine goes on from.
    let mut next = device.open();
    assert_eq!(next.effects(NOW, true), []);
    engine.forget("e");
    device.apply(&mut engine);
    assert_eq!(kept(&device), None);
}

#[test]
fn what_rises_from_far_below_is_a_candidate_where_popular_items_are() {
    let keys: Vec<String> = (0..300).map(|n| format!("item-{n:03}")).collect();
    let mut packer = crate::shop::pack::Packer::default();
    packer.keys(&keys);
    packer.u8s("item.popularity", &[9; 300]);
    let mut engine = fresh();
    let model = packer.finish(&[("items", "300"), ("model", "m")]);
    engine.open_model(model).unwrap();
    let refresh = |rising: &[u32]| {
        let mut popularity = vec![9; 300];
        popularity[250] = 255;
        let mut packer = crate::shop::pack::Packer::default();
        packer.u8s("item.popularity", &popularity);
        packer.u32s("item.rising", rising);
        packer.finish_live("m")
    };
    engine.refresh(&refresh(&[])).unwrap();
    assert_eq!(home(&mut engine), ["item-000", "item-001", "item-002"]);
    engine.refresh(&refresh(&[250, 299])).unwrap();
    assert_eq!(home(&mut engine), ["item-250", "item-000", "item-001"]);
    let list = engine.recommend(Request::new(Placement::Complements, 3), NOW);
    assert_eq!(
        list.entries.len(),
        0,
        "they go with nothing by being popular"
    );
}

#[test]
fn what_the_full_edition_knows_outlives_the_fold_of_the_journal() {
    let mut device = Device::default();
    let mut engine = fresh();
    engine.grant(ALL, "d");
    for n in 0..40 {
        let properties = serde_json::json!({ "order_id": format!("o{n}"), "revenue": 10, "products": [{ "product_id": "pear" }] });
        let arrival = Arrival {
            id: &format!("{:012}", NOW + n),
            now: NOW + n * 86_400_000,
            time: None,
        };
        engine
            .track("Order Completed", &properties.into(), arrival)
            .unwrap();
    }
    device.apply(&mut engine);
    let spent = |engine: &mut Engine| {
        let portrait = engine.ask("portrait", &crate::value::Value::Null, NOW);
        let transactions = portrait.get("transactions").unwrap();
        (
            transactions.number_of("spent"),
            transactions.number_of("gap"),
        )
    };
    let mut folding = device.open();
    device.apply(&mut folding);
    assert!(device.0.contains_key(PROFILE) && device.0.keys().all(|key| !key.starts_with(JOURNAL)));
    let mut next = device.open();
    for engine in [&mut engine, &mut folding, &mut next] {
        assert_eq!(spent(engine), (Some(400.0), Some(1.0)));
    }
    next.grant(Purposes::default(), "");
    assert_eq!(spent(&mut next), (Some(0.0), None));
}

/// What every tab but the first does at its start: the rows of the device, and a choice of its own.
fn late(device: &Device, engine: &mut Engine, choice: Choice) {
    engine.restore(&device.rows(), choice, "late", NOW);
}

const CHOSEN: Choice = Choice {
    personalisation: Some(true),
    measurement: Some(true),
    experiment: None,
};

#[test]
fn a_device_that_answers_late_is_taken_in_with_what_was_done_meanwhile() {
    let mut device = Device::default();
    let mut before = fresh();
    before.grant(ALL, "a-device");
    let visit = view(&mut before, "phone-a", 0).unwrap();
    device.apply(&mut before);

    // The page could not look, and went on with what it was opened with.
    let mut engine = fresh();
    engine.grant(ALL, "b-device");
    view(&mut engine, "phone-b", 1000).unwrap();
    late(&device, &mut engine, CHOSEN);
    let viewed: Vec<_> = engine
        .shopper
        .recent()
        .iter()
        .map(|kept| &*kept.key)
        .collect();
    assert_eq!(viewed, ["phone-a", "phone-b"]);
    assert_eq!(view(&mut engine, "apple", 2000), Ok(visit), "one visit");
    assert_eq!(engine.queue().waiting(), 3);
    let batch = engine.batch(NOW + 3000, false).unwrap();
    assert_eq!(batch.body.matches(r#""anonymousId":"a-device""#).count(), 3);
    device.apply(&mut engine);
    assert_eq!(device.0[DEVICE], b"a-device");
    assert_eq!(device.open().portrait(NOW).events, 3);
}

#[test]
fn a_new_device_that_answers_late_keeps_what_was_done_meanwhile() {
    let mut device = Device::default();
    let mut engine = fresh();
    engine.grant(ALL, "b-device");
    view(&mut engine, "phone-b", 0).unwrap();
    late(&device, &mut engine, CHOSEN);
    device.apply(&mut engine);
    let next = device.open();
    assert_eq!((next.purposes(), next.portrait(NOW).events), (ALL, 1));
    assert_eq!(next.device(), "b-device");
    assert_eq!(next.queue().waiting(), 1);
}

#[test]
fn a_choice_that_says_less_than_the_device_leaves_the_rest_as_it_was() {
    let mut device = Device::default();
    let mut before = fresh();
    before.grant(ALL, "a-device");
    device.apply(&mut before);
    let measured = Choice {
        measurement: Some(true),
        ..Choice::default()
    };
    let mut engine = fresh();
    engine.grant(measured.over(Purposes::default()), "b-device");
    late(&device, &mut engine, measured);
    device.apply(&mut engine);
    assert_eq!(device.open().purposes(), ALL);
}

#[test]
fn what_nothing_allows_to_be_kept_is_deleted_when_it_is_seen() {
    let mut device = Device::default();
    let mut engine = fresh();
    engine.grant(ALL, "dev");
    view(&mut engine, "phone-a", 0).unwrap();
    device.apply(&mut engine);
    let rows = device.0.clone();
    for (bits, left) in [(1, "journal/"), (2, "queue/")] {
        // Another tab wrote on after the withdrawal.
        device.0.clone_from(&rows);
        device.0.insert(CONSENT.into(), vec![bits]);
        let mut next = device.open();
        device.apply(&mut next);
        let mut keys = device.0.keys();
        assert!(keys.any(|key| key.starts_with(left)), "{left}");
        assert!(
            device
                .0
                .keys()
                .all(|key| may_stay(Purposes::from_bits(bits), key))
        );
        // And it does not come back when the purpose is allowed again.
        next.grant(ALL, "new");
        device.apply(&mut next);
        let next = device.open();
        let (events, waiting) = (next.portrait(NOW).events, next.queue().waiting());
        assert_eq!((events, waiting), if bits == 1 { (1, 0) } else { (0, 1) });
    }
    device.0.clone_from(&rows);
    device.0.remove(CONSENT);
    let mut next = device.open();
    device.apply(&mut next);
    assert!(device.0.is_empty());
}

#[test]
fn two_tabs_that_open_at_once_are_one_device_in_one_visit() {
    let (mut one, mut two) = (fresh(), fresh());
    one.grant(ALL, "a-device");
    two.grant(ALL, "b-device");
    let first = view(&mut one, "phone-a", 0).unwrap();
    view(&mut two, "phone-b", 5).unwrap();
    let said = |engine: &Engine| (engine.device().to_owned(), engine.intake().visit());
    let (from_one, from_two) = (said(&one), said(&two));
    two.agree(&from_one.0, from_one.1);
    one.agree(&from_two.0, from_two.1);
    assert_eq!((one.device(), two.device()), ("a-device", "a-device"));
    assert_eq!(view(&mut one, "phone-c", 2000), Ok(first));
    assert_eq!(view(&mut two, "phone-c", 2000), Ok(first));
    let batch = two.batch(NOW + 3000, false).unwrap();
    assert_eq!(batch.body.matches(r#""anonymousId":"a-device""#).count(), 2);
}

#[test]
fn a_choice_in_one_tab_holds_in_the_other_which_deletes_nothing_of_what_comes_after() {
    let mut engine = fresh();
    engine.grant(ALL, "dev");
    view(&mut engine, "phone-a", 0).unwrap();
    engine.follow(Purposes::from_bits(1), "");
    assert_eq!(engine.queue().waiting(), 0);
    assert!(engine.batch(NOW, true).is_none());
    view(&mut engine, "phone-b", 5).unwrap();
    assert_eq!(engine.queue().waiting(), 0);
    engine.follow(Purposes::default(), "");
    assert_eq!(engine.effects(NOW, true), []);
    assert_eq!(view(&mut engine, "apple", 9), Err(Declined::NoConsent));
    engine.follow(ALL, "theirs");
    view(&mut engine, "apple", 2000).unwrap();
    assert_eq!(
        (engine.device(), engine.portrait(NOW).events),
        ("theirs", 1)
    );
}

#[test]
fn an_event_too_large_for_any_collector_is_refused_and_not_half_taken() {
    let mut engine = fresh();
    engine.grant(ALL, "dev");
    let line = |n: usize| {
        let id = format!("{n:0>200}");
        Value::Map(vec![("product_id".into(), Value::Text(id))])
    };
    let products = Value::List((0..200).map(line).collect());
    let cart = Value::Map(vec![("products".into(), products)]);
    let arrival = Arrival {
        id: "m",
        now: NOW,
        time: None,
    };
    let refused = engine.track("Cart Viewed", &cart, arrival);
    assert_eq!(refused.unwrap_err().code(), "too_long:products");
    assert_eq!(
        (engine.portrait(NOW).events, engine.queue().waiting()),
        (0, 0)
    );
    assert_eq!(engine.intake().stats().accepted, 0);
}

#[test]
fn the_visit_is_kept_once_a_minute_and_when_the_page_is_left() {
    let mut engine = fresh();
    engine.grant(ALL, "dev");
    let puts = |engine: &mut Engine, at: i64, leaving: bool| {
        let effects = engine.effects(NOW + at, leaving);
        let is_intake =
            |effect: &&Effect| matches!(effect, Effect::Put { key, .. } if key == INTAKE);
        effects.iter().filter(is_intake).count()
    };
    for (at, leaving, expected) in [
        (0, false, 1),
        (5_000, false, 0),
        (9_000, true, 1),
        (10_000, false, 0),
        (70_000, false, 1),
        // Another visit.
        (70_000 + 31 * 60_000, false, 1),
    ] {
        view(&mut engine, &format!("p{at}"), at).unwrap();
        assert_eq!(puts(&mut engine, at, leaving), expected, "{at}");
    }
}

/// Fruit on four Fridays, and the question whether it is due.
#[test]
fn fruit_bought_on_four_fridays_is_due_on_friday_and_not_on_tuesday() {
    use crate::value::Value;
    const HOUR: i64 = 3_600_000;
    // Friday 27 November 2026, noon UTC.
    let last = 1_795_780_800_000;
    let mut device = Device::default();
    let mut engine = fresh();
    engine.grant(ALL, "d");
    let place =
        Value::parse(r#"{"zone":60,"zoneName":"Europe/Stockholm","locale":"sv-SE"}"#).unwrap();
    engine.ask("scene", &place, last - 22 * 24 * HOUR);
    for week in [3, 2, 1, 0] {
        let now = last - week * 7 * 24 * HOUR;
        let order = serde_json::json!({ "order_id": format!("o{week}"), "revenue": 10, "products": [
            { "product_id": "pear", "category": "Fresh > Fruit", "price": 5, "quantity": 2 },
        ] });
        let arrival = Arrival {
            id: &format!("{now:014}"),
            now,
            time: None,
        };
        engine
            .track("Order Completed", &order.into(), arrival)
            .unwrap();
    }
    device.apply(&mut engine);
    let mut engine = device.open();
    engine.ask("scene", &place, last);
    let mut due = |hours: i64| {
        let answer = engine.ask("due", &Value::Null, last + hours * HOUR);
        let items = answer.get("items").unwrap().elements();
        let fruit = items
            .iter()
            .find(|item| item.text_of("id") == "pear")
            .unwrap();
        assert_eq!(fruit.number_of("weekday"), Some(4.0));
        fruit.get("due").and_then(Value::bool).unwrap()
    };
    assert!(due(7 * 24), "Friday");
    assert!(due(6 * 24 + 6), "Thursday evening");
    assert!(!due(4 * 24), "Tuesday");
    let stage = engine.ask("stage", &Value::Null, last + HOUR);
    assert_eq!(stage.text_of("stage"), "growing");
    assert_eq!(stage.number_of("trips"), Some(4.0));
    let scene = engine.ask("scene", &place, last);
    assert_eq!(scene.text_of("season"), "autumn");
    engine.grant(Purposes::default(), "");
    let answer = engine.ask("due", &Value::Null, last + 7 * 24 * HOUR);
    assert!(
        answer.get("items").unwrap().elements().is_empty(),
        "nothing without consent"
    );
}

#[test]
fn a_campaign_begins_a_visit_in_every_tab_and_after_a_reload() {
    let land = |engine: &mut Engine, campaign: &str, at: i64| {
        let properties = Value::Map(vec![("campaign".into(), Value::Text(campaign.into()))]);
        let id = format!("{:012}-{campaign}", NOW + at);
        let arrival = Arrival {
            id: &id,
            now: NOW + at,
            time: None,
        };
        engine.track("Page Viewed", &properties, arrival).unwrap()
    };
    let mut device = Device::default();
    let mut one = fresh();
    one.grant(ALL, "dev");
    let first = land(&mut one, "spring", 0);
    device.apply(&mut one);
    let mut two = device.open();
    let second = land(&mut two, "summer", 5000);
    assert!(second > first);
    one.agree("dev", two.intake().visit());
    assert_eq!(view(&mut one, "phone-a", 9000), Ok(second));
    device.apply(&mut two);
    device.apply(&mut one);
    let mut next = device.open();
    assert_eq!(view(&mut next, "phone-b", 12_000), Ok(second));
    let visits = next
        .queue()
        .messages()
        .filter(|message| message.contains(&second.text()));
    assert_eq!(visits.count(), 3);
}

#[test]
fn of_staff_and_robots_nothing_is_learnt_kept_or_queued() {
    for visitor in [Visitor::Staff, Visitor::Robot] {
        let mut device = Device::default();
        let mut engine = fresh();
        engine.grant(ALL, "dev");
        view(&mut engine, "phone-a", 0).unwrap();
        device.apply(&mut engine);
        let (rows, portrait) = (device.0.clone(), engine.portrait(NOW).events);
        engine.meet(visitor);
        assert!(matches!(
            view(&mut engine, "phone-b", 2000),
            Err(Declined::Refused(_))
        ));
        device.apply(&mut engine);
        assert_eq!((&device.0, engine.portrait(NOW).events), (&rows, portrait));
        assert_eq!(engine.queue().waiting(), 1);
        assert_eq!(
            home(&mut engine)[0],
            "phone-b",
            "lists are answered as ever"
        );
    }
}
