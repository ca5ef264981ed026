//! What is wrong with the input, or with a model, is said, and what to do.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::department::department_store;
use crate::sessions::Shop;
use crate::{fails, ok, part, tillside};

#[test]
fn what_is_wrong_with_the_input_is_said() {
    let shop = Shop::new(20);
    let out = shop.path("out");
    let (train, test) = (shop.path("train.csv"), shop.path("test.csv"));
    let nowhere = shop.path("nowhere.csv");
    let error = fails(&["train", "--sessions", &nowhere, "--out", &out]);
    assert!(
        error.starts_with("error[input.missing]") && error.contains("nowhere.csv"),
        "{error}"
    );
    fs::write(shop.file("empty.csv"), "").unwrap();
    let error = fails(&[
        "train",
        "--sessions",
        &shop.path("empty.csv"),
        "--out",
        &out,
    ]);
    assert!(error.starts_with("error[input.empty]"), "{error}");
    let error = fails(&["train", "--sessions", &test, "--out", &out]);
    assert!(error.starts_with("error[sessions.column]"), "{error}");
    department_store(shop.folder.path());
    fs::write(
        shop.file("other.csv"),
        "session,item,time,kind\ns,elsewhere,1700000000,view\n",
    )
    .unwrap();
    let (catalogue, other) = (shop.path("catalog.jsonl"), shop.path("other.csv"));
    let error = fails(&[
        "train",
        "--catalog",
        &catalogue,
        "--events",
        &other,
        "--out",
        &out,
    ]);
    assert!(
        error.starts_with("error[train.strangers]") && error.contains("elsewhere"),
        "{error}"
    );
    // Most, and not all of them: refused with both numbers, and done when asked to.
    let rows = |item: &str, times: usize| format!("s,{item},1700000000,view\n").repeat(times);
    let text = "session,item,time,kind\n".to_owned() + &rows("elsewhere", 5) + &rows("case", 4);
    fs::write(shop.file("mostly.csv"), text).unwrap();
    let mostly = shop.path("mostly.csv");
    let most = [
        "train",
        "--catalog",
        &catalogue,
        "--events",
        &mostly,
        "--out",
        &out,
    ];
    let error = fails(&most);
    assert!(
        error.starts_with("error[train.strangers]: 5 of 9 events refer to 1 items")
            && error.contains("--force"),
        "{error}"
    );
    ok(&[&most[..], &["--force"]].concat());
    fs::remove_dir_all(&out).unwrap();
    // A header, and no more: by itself, and where it would make all events strangers.
    fs::write(shop.file("header.csv"), "id,title\n").unwrap();
    let header = shop.path("header.csv");
    for more in [&[][..], &["--events", &other]] {
        let error = fails(&[&["train", "--catalog", &header, "--out", &out], more].concat());
        assert!(
            error.starts_with("error[train.nothing]") && error.contains("header.csv"),
            "{error}"
        );
    }
    assert!(
        !Path::new(&out).exists(),
        "nothing is written when nothing was made"
    );
    // A file where the folder should be.
    let error = fails(&["train", "--sessions", &train, "--out", &test]);
    assert!(error.starts_with("error[train.write]"), "{error}");
    let error = fails(&[
        "train",
        "--sessions",
        &train,
        "--out",
        &out,
        "--shop",
        &"x".repeat(65),
    ]);
    assert!(error.starts_with("error[train.label]"), "{error}");
    let usage = tillside(&["train", "--out", &out]);
    assert_eq!(usage.status.code(), Some(2));
    assert!(
        String::from_utf8(usage.stderr)
            .unwrap()
            .contains("--catalog <FILE>")
    );
    // What is rare says nothing of baskets, and would not be measured.
    let seen = ["--seen", &train, "--baskets", &test];
    let usage = tillside(&[&["evaluate", "--model", &out][..], &seen].concat());
    assert_eq!(usage.status.code(), Some(2));
}

#[test]
fn what_cannot_be_asked_is_said() {
    let shop = Shop::new(50);
    shop.train();
    let (model, rows) = (shop.path("model"), shop.path("rows.csv"));
    let evaluate = ["evaluate", "--model", &model, "--sessions", &rows];
    let header = "session,prefix,target\n";
    fs::write(&rows, header).unwrap();
    let error = fails(&evaluate);
    assert!(error.starts_with("error[evaluate.nothing]"), "{error}");
    fs::write(&rows, [header, "s,nobody,stranger\n"].concat()).unwrap();
    let answer = tillside(&evaluate);
    assert!(answer.status.success());
    let said = String::from_utf8_lossy(&answer.stderr);
    assert!(said.contains("1 of 1 answers are not in the model") && said.contains("stranger"));
    assert!(!String::from_utf8_lossy(&answer.stdout).contains("-0"));
}

#[test]
fn a_damaged_model_is_refused() {
    let shop = Shop::new(50);
    let (model, test) = (shop.path("model"), shop.path("test.csv"));
    let evaluate = ["evaluate", "--model", &model, "--sessions", &test, "--json"];
    let error = fails(&evaluate);
    assert!(
        error.starts_with("error[model.missing]") && error.contains("tillside train --out"),
        "{error}"
    );
    shop.train();
    let file = part(&shop.file("model"));
    let whole = fs::read(&file).unwrap();

    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    assert!(fails(&evaluate).starts_with("error[model.hash]"));
    let mut other = whole.clone();
    *other.last_mut().unwrap() ^= 1;
    fs::write(&file, &other).unwrap();
    assert!(fails(&evaluate).starts_with("error[model.hash]"));
    fs::remove_file(&file).unwrap();
    let error = fails(&evaluate);
    assert!(
        error.starts_with("error[model.missing]") && error.contains("copy the model again"),
        "{error}"
    );
    fs::write(&file, &whole).unwrap();
    let path = file.to_str().unwrap();
    let error = fails(&["evaluate", "--model", path, "--sessions", &test]);
    assert!(error.starts_with("error[model.folder]"), "{error}");

    let manifest = shop.file("model").join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("\"format\":1", "\"format\":9")).unwrap();
    assert!(fails(&evaluate).starts_with("error[manifest.version]"));
    fs::write(&manifest, "{").unwrap();
    assert!(fails(&evaluate).starts_with("error[manifest.json]"));
    // A manifest that is right about bytes that are no model.
    let notes = b"not a model";
    fs::write(&file, notes).unwrap();
    let stated = text.replace(
        &format!("\"bytes\":{}", whole.len()),
        &format!("\"bytes\":{}", notes.len()),
    );
    let hash = serde_json::from_str::<Value>(&text).unwrap()["parts"][0]["sha256"]
        .as_str()
        .unwrap()
        .to_owned();
    let sum = "708811ccb1510c6d6c6e6379ef09be39bdbb0e7edcf44fefcca21c6228ee6d89";
    fs::write(&manifest, stated.replace(&hash, sum)).unwrap();
    assert!(fails(&evaluate).starts_with("error[model.header]"));
    let error = fails(&["evaluate", "--model", &test, "--sessions", &test]);
    assert!(error.starts_with("error[model.folder]"), "{error}");

    fs::write(&manifest, text).unwrap();
    fs::write(&file, &whole).unwrap();
    assert!(shop.evaluate()["predictions"].as_u64() > Some(60));
    let error = fails(&[
        "evaluate",
        "--model",
        &model,
        "--sessions",
        &shop.path("train.csv"),
    ]);
    assert!(error.starts_with("error[test.column]"), "{error}");
}
