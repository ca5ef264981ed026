//! What is read out does not depend on the order of messages, on how they are spread over files and repeated in them, nor
//! on how much memory there is; and it is to nine places what it was when all events were held in memory.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};
use tillside_backend::lab::analyse::metric::Metric;
use tillside_backend::lab::analyse::plan::{Correction, Plan};
use tillside_backend::lab::analyse::units::{MOST, Units};
use tillside_backend::lab::analyse::{analyse, json};

use super::{chrono, interleaved, messages, plan, same};

/// Messages of a split, of interleaved lists, of channels and of shelves.
fn shop() -> String {
    let mut text = messages(6_000, 0.3, 0.0);
    text.push_str(&interleaved(1500, 0.56));
    for unit in 0..6000 {
        let mut message = |event: &str, id: &str, time: i64, properties: Value| {
            let message = json!({
                "type": "track", "event": event, "anonymousId": format!("u{unit}"), "messageId": format!("{id}{unit}"),
                "timestamp": chrono(time), "properties": properties,
            });
            text.push_str(&format!("{message}\n"));
        };
        let channel = ["email", "search", "ads"][unit % 3];
        let since = 1_793_000_000_000 + unit as i64;
        let list = json!({ "list_id": "rec:home" });
        message(
            "Page Viewed",
            "p",
            1_789_000_000_000,
            json!({ "channel": channel }),
        );
        message("Product List Viewed", "l", since, list.clone());
        if unit % 7 == 0 {
            message("Product Clicked", "c", since + 1000, list);
        }
    }
    text
}

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("messages.jsonl");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn a_read_out_is_to_nine_places_what_it_was_with_all_events_in_memory() {
    let known: Value = serde_json::from_str(include_str!("readout.json")).unwrap();
    let (_folder, path) = file(&shop());
    let mut usual = Plan::usual();
    usual.guardrails = vec![(Metric::Orders, 0.2)];
    let short = Plan {
        metrics: vec![
            Metric::Revenue,
            Metric::OrderValue,
            Metric::ListClicks,
            Metric::Cart,
        ],
        window: Some(7.0),
        cap: 0.9,
        correction: Correction::Bh,
        ..plan()
    };
    // In memory, and in runs of a few hundred messages.
    for bound in [64 << 20, 32 << 10] {
        let units =
            Units::read_within(std::slice::from_ref(&path), Some("channel"), bound).unwrap();
        for (name, plan) in [
            ("plan", plan()),
            ("usual", usual.clone()),
            ("short", short.clone()),
        ] {
            let analysis = analyse(&units, &plan, &[]).unwrap();
            same(&json!(analysis.readouts), &known[name], name);
            same(&json!(analysis.interleaved), &known["interleaved"], name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
    #[test]
    fn shuffled_repeated_and_spread_messages_read_to_the_same_bytes(
        seed: u64, files in 1usize..5, repeated in 0usize..200, bound in prop::sample::select(vec![1usize << 10, 1 << 14, 1 << 24]),
    ) {
        let text = messages(300, 0.3, 0.0) + &interleaved(60, 0.6);
        let read = |files: &[String], bound: usize| {
            let folder = tempfile::tempdir().unwrap();
            let paths: Vec<PathBuf> = files.iter().enumerate().map(|(at, text)| {
                let path = folder.path().join(format!("{at}.jsonl"));
                std::fs::write(&path, text).unwrap();
                path
            }).collect();
            let units = Units::read_within(&paths, None, bound).unwrap();
            let mut found = json(&units, &analyse(&units, &plan(), &[]).unwrap());
            let counts = [found["messages"].take(), found["duplicates"].take()];
            (found.to_string(), counts.map(|count| count.as_u64().unwrap()))
        };
        let (expected, [all, _]) = read(std::slice::from_ref(&text), 1 << 24);
        let mut lines: Vec<&str> = text.lines().collect();
        for at in 0..repeated {
            lines.push(lines[(seed as usize).wrapping_add(at * 7919) % all as usize]);
        }
        let mut random = super::Chance(seed);
        for at in (1..lines.len()).rev() {
            lines.swap(at, (random.next() * (at + 1) as f64) as usize);
        }
        // A file without a line would be refused.
        let parts: Vec<String> = lines.chunks(lines.len().div_ceil(files)).map(|part| part.join("\n")).collect();
        let (found, [messages, duplicates]) = read(&parts, bound);
        prop_assert_eq!(found, expected);
        prop_assert_eq!((messages, duplicates), (all + repeated as u64, repeated as u64));
    }
}

#[test]
fn what_is_no_device_is_left_out_and_counted() {
    let mut text = messages(100, 0.0, 0.0);
    for at in 0..=MOST {
        text.push_str(&format!(
            "{{\"event\":\"Page Viewed\",\"anonymousId\":\"u1\",\"messageId\":\"robot{at}\",\"timestamp\":\"2026-01-01T00:00:00Z\"}}\n"
        ));
    }
    let (_folder, path) = file(&text);
    let units = Units::read_within(&[path], None, 1 << 20).unwrap();
    let analysis = analyse(&units, &plan(), &[]).unwrap();
    assert_eq!((units.units, units.oversized), (100, 1));
    // One is in both variations, and one has too many messages.
    assert_eq!(analysis.readouts[0].units, 98);
}

#[test]
fn shares_and_controls_that_no_variation_has_are_refused() {
    use tillside_backend::Coded;
    let (_folder, path) = file(&messages(100, 0.0, 0.0));
    let units = Units::read(&[path], None).unwrap();
    let refused = |plan: Plan, keys: &[String]| {
        let error = analyse(&units, &plan, keys).err().unwrap();
        (error.code(), error.to_string())
    };
    let shares = |names: [&str; 2], share: f64| names.map(|name| (name.to_owned(), share)).into();
    let weights = |weights| Plan { weights, ..plan() };
    let (code, told) = refused(weights(shares(["0", "on"], 0.5)), &[]);
    assert!(code == "lab.weights" && told.contains("`1`"), "{told}");
    assert_eq!(
        refused(weights(shares(["0", "1"], 0.0)), &[]).0,
        "lab.weights"
    );
    let control = Plan {
        control: Some("off".into()),
        ..plan()
    };
    let (code, told) = refused(control, &[]);
    assert!(code == "lab.control" && told.contains("0, 1"), "{told}");
    let (code, told) = refused(plan(), &["hero".into()]);
    assert!(
        code == "lab.unknown_experiment" && told.contains("ranker"),
        "{told}"
    );
}

#[test]
fn an_experiment_of_which_no_exposure_arrives_is_named() {
    let mut text = messages(100, 0.0, 0.0);
    for unit in 0..30 {
        text.push_str(&format!(
            "{{\"event\":\"Product List Viewed\",\"anonymousId\":\"u{unit}\",\"messageId\":\"s{unit}\",\"timestamp\":\"2026-01-01T00:00:00Z\",\
             \"properties\":{{\"list_id\":\"rec:home\",\"variants\":\"hero=a,ranker=1\"}}}}\n"
        ));
    }
    let (_folder, path) = file(&text);
    let units = Units::read(&[path], None).unwrap();
    let analysis = analyse(&units, &plan(), &[]).unwrap();
    assert_eq!(analysis.unexposed, [("hero".to_owned(), 30)]);
}
