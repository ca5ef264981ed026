//! Baskets: what is bought together and again completes them.

use std::fs;

use serde_json::Value;

use crate::{Numbers, fails, ok};

/// Bread goes with butter; every household has a tea of its own.
fn purchases() -> String {
    let mut numbers = Numbers(3);
    let mut events = "user,item,time,kind\n".to_owned();
    for day in 0..60u64 {
        for household in 0..80u64 {
            let (tea, pair) = (household % 20, numbers.below(10));
            let time = 1_600_000_000 + day * 86_400 + household;
            for item in [
                format!("tea{tea}"),
                format!("bread{pair}"),
                format!("butter{pair}"),
            ] {
                events += &format!("h{household},{item},{time},buy\n");
            }
        }
    }
    events
}

#[test]
fn baskets_are_completed_from_what_is_bought_together_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let mut baskets = "history,basket,target,days\n".to_owned();
    for household in 0..20u64 {
        let pair = household % 10;
        baskets += &format!("tea{household}|tea{household},bread{pair},tea{household},9|2\n");
        baskets += &format!(",bread{pair},butter{pair},\n");
    }
    fs::write(path("events.csv"), purchases()).unwrap();
    fs::write(path("baskets.csv"), &baskets).unwrap();
    let (model, questions) = (path("model"), path("baskets.csv"));
    ok(&["train", "--events", &path("events.csv"), "--out", &model]);
    let card = fs::read_to_string(path("model/model-card.md")).unwrap();
    assert!(card.contains("the odds of being bought again"), "{card}");
    let evaluate = ["evaluate", "--model", &model, "--baskets", &questions];
    let found: Value = serde_json::from_str(&ok(&[&evaluate[..], &["--json"]].concat())).unwrap();
    assert_eq!(found["baskets"], 40);
    assert!(found["cart"]["hr@5"].as_f64() > Some(0.9), "{found}");
    assert!(ok(&evaluate).contains("HitRate@20"));

    fs::write(&questions, "history,items,target\na,b,c\n").unwrap();
    let error = fails(&evaluate);
    assert!(error.starts_with("error[baskets.column]"), "{error}");
    assert!(error.contains("--map basket=items"), "{error}");
}

#[test]
fn a_shop_measures_on_its_own_events() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let mut events = purchases();
    // The last days have looks, too, which go through the shelves in order.
    for n in 0..200u64 {
        for step in 0..3 {
            let time = 1_600_000_000 + 59 * 86_400 + 3_600 + n * 60 + step;
            events += &format!("guest{n},bread{},{time},view\n", (n + step) % 10);
        }
    }
    fs::write(path("events.csv"), &events).unwrap();
    let out = path("split");
    let said = ok(&[
        "lab",
        "split",
        "--events",
        &path("events.csv"),
        "--out",
        &out,
    ]);
    assert!(
        said.contains("sessions to train on, before 2020-"),
        "{said}"
    );
    assert!(said.contains("400 views that follow"), "{said}");
    assert!(said.contains("baskets with an item hidden"), "{said}");

    let model = path("model");
    let (train, baskets) = (path("split/train.csv"), path("split/baskets.csv"));
    ok(&["train", "--events", &train, "--out", &model]);
    let found = |questions: &[&str]| -> Value {
        let evaluate = ["evaluate", "--model", &model, "--json"];
        serde_json::from_str(&ok(&[&evaluate[..], questions].concat())).unwrap()
    };
    let cart = found(&["--baskets", &baskets]);
    assert!(cart["cart"]["hr@5"].as_f64() > Some(0.9), "{cart}");
    let next = found(&["--sessions", &path("split/sessions.csv")]);
    assert_eq!(next["predictions"], 400);
    // Of 4,800 orders the last 300 and the looks are asked about.
    let times = fs::read_to_string(&train).unwrap();
    let times = times.lines().skip(1).map(|line| line.split(',').nth(3));
    let newest = times
        .map(|time| time.unwrap().parse::<i64>().unwrap())
        .max();
    assert!(
        newest < Some(1_600_000_000_000 + 57 * 86_400_000),
        "{newest:?}"
    );

    fs::write(
        path("few.csv"),
        "user,item,time\na,x,1600000000\nb,y,1700000000\n",
    )
    .unwrap();
    let few = fails(&["lab", "split", "--events", &path("few.csv"), "--out", &out]);
    assert!(
        few.starts_with("error[lab.split_nothing]: no test row among the newest of 2 sessions"),
        "{few}"
    );
    let missing = fails(&["lab", "split", "--events", &path("none.csv"), "--out", &out]);
    assert!(missing.starts_with("error[input.missing]"), "{missing}");
}
