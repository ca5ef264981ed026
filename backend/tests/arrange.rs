//! Lists on a simulated shop: what variety costs and brings, on sessions that the model has not seen.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tillside::recommend::{Arrangement, Placed, Placement, Recommender, Request};
use tillside::shop::{Blend, Model};
use tillside::shopper::Shopper;

/// Milliseconds without an event that end a session.
const PAUSE: i64 = 30 * 60_000;

const SEED: &str = "1";
/// The first day that is not trained on; shoppers come for sixty days from the first of September.
const HELD_BACK: &str = "2026-10-25";

fn tillside(arguments: &[&str]) {
    let program = env!("CARGO_BIN_EXE_tillside");
    let output = Command::new(program).args(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
}

struct Lab {
    _folder: tempfile::TempDir,
    model: Model,
    /// Items viewed in each session held back.
    sessions: Vec<Vec<String>>,
}

/// A shop, so many shoppers, a model of all but their last days, and one in so many of the sessions of those.
fn lab(shoppers: &str, one_in: usize) -> Lab {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    tillside(&["lab", "shop", "--out", &path("shop")]);
    let events = path("events.jsonl");
    tillside(&[
        "lab",
        "simulate",
        "--shop",
        &path("shop"),
        "--out",
        &events,
        "--shoppers",
        shoppers,
        "--seed",
        SEED,
    ]);
    let mut train = String::new();
    let mut views: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    for line in std::fs::read_to_string(&events).unwrap().lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let time = event["timestamp"].as_str().unwrap();
        if time < HELD_BACK {
            train += line;
            train.push('\n');
        } else if event["event"] == "Product Viewed" {
            let time = chrono::DateTime::parse_from_rfc3339(time).unwrap();
            let item = event["properties"]["product_id"].as_str().unwrap();
            let who = event["anonymousId"].as_str().unwrap().to_owned();
            let view = (time.timestamp_millis(), item.to_owned());
            views.entry(who).or_default().push(view);
        }
    }
    std::fs::write(&events, train).unwrap();
    // Each SKU by itself: a log names the colour that was viewed, and a list of products shows one of them.
    let catalogue = path("shop/catalog.jsonl");
    let rows = std::fs::read_to_string(&catalogue).unwrap();
    let apart = rows.lines().map(|row| {
        let mut row: Value = serde_json::from_str(row).unwrap();
        row.as_object_mut().unwrap().remove("item_group_id");
        row.to_string() + "\n"
    });
    std::fs::write(&catalogue, apart.collect::<String>()).unwrap();
    tillside(&[
        "train",
        "--catalog",
        &catalogue,
        "--events",
        &events,
        "--out",
        &path("model"),
    ]);
    let file = PathBuf::from(path("model")).join("model.safetensors");
    let sessions = views.values().flat_map(|views| {
        let sessions = views.chunk_by(|a, b| b.0 - a.0 < PAUSE);
        sessions.map(|session| session.iter().map(|view| view.1.clone()).collect())
    });
    Lab {
        model: Model::open(std::fs::read(file).unwrap()).unwrap(),
        sessions: sessions.step_by(one_in).collect(),
        _folder: folder,
    }
}

/// How unlike two items are: of another leaf category, of another brand.
fn distance(model: &Model, one: u32, other: u32) -> f64 {
    let unlike = |same: bool| f64::from(u8::from(!same));
    let category = model.category(one).is_some() && model.category(one) == model.category(other);
    let brand = model.brand(one).is_some() && model.brand(one) == model.brand(other);
    0.6 * unlike(category) + 0.4 * unlike(brand)
}

#[derive(Clone, Copy, Debug, Default)]
struct Measured {
    questions: usize,
    hits: usize,
    /// Mean distance of all pairs of a list, over all lists.
    distance: f64,
}

/// Asks for what comes next, where that is new to the session.
fn measure(lab: &Lab, arrangement: &Arrangement, limit: usize) -> Measured {
    let mut recommender = Recommender::default();
    let mut measured = Measured::default();
    for session in &lab.sessions {
        let mut shopper = Shopper::default();
        for (n, key) in session.iter().enumerate() {
            let now = n as i64 + 1;
            if n > 0 && !session[..n].contains(key) {
                let request = Request {
                    arrangement: arrangement.clone(),
                    ..Request::new(Placement::Home, limit)
                };
                let list = recommender.recommend(&lab.model, &shopper, &request, now);
                let items: Vec<u32> = list.entries.iter().map(|entry| entry.item).collect();
                measured.questions += 1;
                let target = lab.model.find(key);
                measured.hits += usize::from(items.iter().any(|item| Some(*item) == target));
                let (mut sum, mut pairs) = (0.0, 0);
                for (at, one) in items.iter().enumerate() {
                    for other in &items[..at] {
                        sum += distance(&lab.model, *one, *other);
                        pairs += 1;
                    }
                }
                measured.distance += sum / f64::from(pairs.max(1));
            }
            shopper.view(key, lab.model.find(key), now, 1);
        }
    }
    measured.distance /= measured.questions as f64;
    measured
}

/// Prints hit rate and distance, and answers them.
fn shown(lab: &Lab, what: &str, limit: usize, arrangement: &Arrangement) -> (f64, f64) {
    let measured = measure(lab, arrangement, limit);
    let hits = measured.hits as f64 / measured.questions as f64;
    println!(
        "{what}, {limit} items: hit rate {hits:.4}, distance {:.4}, {} questions",
        measured.distance, measured.questions
    );
    (hits, measured.distance)
}

#[test]
fn variety_is_worth_its_price_complements_are_no_substitutes_and_new_items_get_their_share() {
    let lab = lab("6000", 3);
    for limit in [12, 20] {
        let (hits, distance) = shown(&lab, "by score", limit, &Arrangement::default());
        let none = Arrangement {
            brand: u8::MAX,
            ..Arrangement::default()
        };
        let none = shown(&lab, "λ = 1", limit, &none);
        assert_eq!(none, (hits, distance), "the order of relevance");
        for (way, determinantal) in [("likeness", false), ("determinant", true)] {
            for diversity in [0.3, 0.5, 0.7] {
                let wish = Arrangement {
                    diversity,
                    determinantal,
                    ..Arrangement::default()
                };
                let what = format!("{way}, λ = {:.1}", 1.0 - diversity);
                let (fewer, farther) = shown(&lab, &what, limit, &wish);
                if diversity == 0.5 {
                    // On twenty both pay more: these shoppers insist on a colour, and each place for another kind is a
                    // colour fewer.
                    let part = match (limit, determinantal) {
                        (12, false) => 0.95,
                        (12, true) => 0.93,
                        (_, false) => 0.94,
                        _ => 0.89,
                    };
                    assert!(fewer >= part * hits, "{fewer} of {hits}");
                    assert!(farther >= 1.3 * distance, "{farther} after {distance}");
                }
            }
        }
    }

    // One view changes at least half of a list of ten, but for a few of what is popular, which lead to one another.
    let ten = Request::new(Placement::Home, 10);
    let items = |shopper: &Shopper| -> Vec<u32> {
        let list = Recommender::default().recommend(&lab.model, shopper, &ten, 2);
        list.entries.iter().map(|entry| entry.item).collect()
    };
    let before = items(&Shopper::default());
    let all = lab.model.items() as u32;
    let changed = |item: &u32| {
        let mut shopper = Shopper::default();
        shopper.view(lab.model.key(*item), Some(*item), 1, 1);
        let after = items(&shopper);
        2 * after.iter().filter(|item| !before.contains(item)).count() >= after.len()
    };
    let changing = (0..all).filter(changed).count();
    println!("a view of {changing} of {all} items changes half of the first ten");
    assert!(100 * changing >= 99 * all as usize);

    // Complements of an item are never its substitutes.
    let mut complements = 0;
    for item in 0..lab.model.items() as u32 {
        let request = Request {
            item: Some(lab.model.key(item)),
            ..Request::new(Placement::Complements, 20)
        };
        let list = Recommender::default().recommend(&lab.model, &Shopper::default(), &request, 1);
        for entry in &list.entries {
            let (one, other) = (lab.model.category(item), lab.model.category(entry.item));
            assert!(one != other || one.is_none(), "{}", lab.model.key(item));
        }
        complements += list.entries.len();
    }
    assert!(complements > lab.model.items());

    // An article which no source has found yet, on long lists: each holds twenty of a thousand such.
    let model = &lab.model;
    let mut shopper = Shopper::default();
    shopper.view(model.key(0), Some(0), 1, 1);
    let mut recommender = Recommender::default();
    let mut discovered = |seed: u64| -> Vec<(u32, f64)> {
        let request = Request {
            arrangement: Arrangement {
                discovery: 0.2,
                seed,
                ..Arrangement::default()
            },
            ..Request::new(Placement::Home, 100)
        };
        let list = recommender.recommend(model, &shopper, &request, 2);
        let found = list.entries.iter().filter_map(|entry| match entry.placed {
            Placed::Discovered { propensity } => Some((entry.item, f64::from(propensity))),
            _ => None,
        });
        found.collect()
    };
    // Another session's, so that this choice has no part in what is counted.
    let new = discovered(10_000)[0].0;
    let (mut shown, mut expected) = (0.0, 0.0);
    for session in 0..10_000 {
        for (item, propensity) in discovered(session) {
            expected += propensity;
            shown += f64::from(u8::from(item == new));
        }
    }
    println!("a new item in 10000 sessions: shown {shown} times, {expected:.0} expected");
    assert!((shown / expected - 1.0).abs() < 0.2);
    assert!(expected > 20.0);
}

#[test]
fn where_history_is_thin_the_blend_beats_each_of_its_sources() {
    let mut lab = lab("200", 1);
    let (decay, blend) = (lab.model.decay(), lab.model.blend());
    let revisit = lab.model.revisit().copied();
    let whole = shown(&lab, "the blend", 10, &Arrangement::default()).0;
    let nothing = Blend::from([0.0; 5]);
    for (what, alone) in [
        (
            "sequence",
            Blend {
                sequence: 1.0,
                ..nothing
            },
        ),
        (
            "complement",
            Blend {
                complement: 1.0,
                ..nothing
            },
        ),
        (
            "content",
            Blend {
                content: 1.0,
                ..nothing
            },
        ),
        (
            "affinity",
            Blend {
                affinity: 1.0,
                ..nothing
            },
        ),
        (
            "popularity",
            Blend {
                popularity: 1.0,
                ..nothing
            },
        ),
    ] {
        lab.model = std::mem::take(&mut lab.model).tuned(decay, alone, revisit);
        let (hits, _) = shown(&lab, what, 10, &Arrangement::default());
        assert!(whole >= 1.05 * hits, "{what} alone: {hits} of {whole}");
    }
    lab.model = std::mem::take(&mut lab.model).tuned(decay, blend, revisit);
}
