//! Baskets: what is bought together and again completes them.

use std::fs;

use serde_json::Value;

use crate::{Numbers, fails, ok};

#[test]
fn baskets_are_completed_from_what_is_bought_together_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    // Bread goes with butter; every household has a tea of its own.
    let mut numbers = Numbers(3);
    let (mut events, mut baskets) = (
        "user,item,time,kind\n".to_owned(),
        "history,basket,target,days\n".to_owned(),
    );
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
    for household in 0..20u64 {
        let pair = household % 10;
        baskets += &format!("tea{household}|tea{household},bread{pair},tea{household},9|2\n");
        baskets += &format!(",bread{pair},butter{pair},\n");
    }
    fs::write(path("events.csv"), events).unwrap();
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
    assert!(error.contains("rename `items` to `basket`"), "{error}");
}
