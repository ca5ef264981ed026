//! A model folder in parts, as an operator meets it: a newer feed without training, and a large catalogue in shards.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use tillside::shop::{Matrix, Model};

fn tillside(folder: &TempDir, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_tillside");
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder.path());
    command.output().unwrap()
}

fn ok(folder: &TempDir, arguments: &[&str]) -> String {
    let output = tillside(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn fails(folder: &TempDir, arguments: &[&str], code: &str) -> String {
    let output = tillside(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert!(errors.contains(&format!("error[{code}]")), "{errors}");
    errors.into_owned()
}

/// Four aisles of ten items, item-00 to item-39, numbered by how often they are looked at; item-40 has no aisle.
fn feed(row: impl Fn(usize) -> Option<(f32, &'static str)>) -> String {
    let mut feed = "id,title,price,availability,product_type\n".to_owned();
    for item in 0..41 {
        let Some((price, availability)) = row(item) else {
            continue;
        };
        let aisle = if item < 40 {
            format!("Aisle {} > Shelf {}", item % 4, item % 8)
        } else {
            String::new()
        };
        feed += &format!("item-{item:02},Thing {item},{price} EUR,{availability},{aisle}\n");
    }
    feed
}

fn shop() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut sessions = "session,items\n".to_owned();
    for session in 0..41 {
        // The first items in most sessions, each with its neighbours.
        let items = (0..41 - session).map(|item| format!("item-{item:02}"));
        sessions += &format!("{session},{}\n", items.collect::<Vec<_>>().join(" "));
    }
    fs::write(folder.path().join("sessions.csv"), sessions).unwrap();
    fs::write(
        folder.path().join("catalog.csv"),
        feed(|_| Some((10.0, "in_stock"))),
    )
    .unwrap();
    folder
}

const TRAIN: [&str; 7] = [
    "train",
    "--catalog",
    "catalog.csv",
    "--sessions",
    "sessions.csv",
    "--out",
    "model",
];

fn manifest(folder: &TempDir) -> Value {
    let text = fs::read(folder.path().join("model/manifest.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn names(folder: &TempDir, kind: &str) -> Vec<String> {
    let entries = fs::read_dir(folder.path().join("model")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(kind)).collect();
    names.sort();
    names
}

/// The model of a part as a page would have it, with what is newer of it.
fn open(folder: &TempDir, name: &str, category: Option<&str>) -> Model {
    let manifest = manifest(folder);
    let part = |name: &str| {
        let parts = manifest["parts"].as_array().unwrap().iter();
        let mut found =
            parts.filter(|part| part["name"] == name && part["category"].as_str() == category);
        found
            .next()
            .map(|part| read(&folder.path().join("model"), part))
    };
    let mut model = Model::open(part(name).unwrap()).unwrap();
    model.verify().unwrap();
    if let Some(live) = part("live") {
        model.refresh(&live).unwrap();
    }
    model
}

fn read(folder: &Path, part: &Value) -> Vec<u8> {
    let bytes = fs::read(folder.join(part["url"].as_str().unwrap())).unwrap();
    assert_eq!(part["bytes"], bytes.len());
    bytes
}

#[test]
fn content_is_a_part_of_its_own_that_a_newer_feed_leaves_alone() {
    let folder = shop();
    let rows = "id,type,title,about_items\nr-1,review,Good,item-00\nr-2,review,Bad,gone\nb-1,banner,Sale,\n";
    fs::write(folder.path().join("content.csv"), rows).unwrap();
    let train = [&TRAIN[..], &["--content", "content.csv"]].concat();
    let said = ok(&folder, &train);
    assert!(
        said.contains("Content: 2 items, of type 1 review, 1 banner"),
        "{said}"
    );
    let before = manifest(&folder);
    let part = &before["parts"][1];
    assert_eq!(part["name"], "content");
    let bytes = read(&folder.path().join("model"), part);
    let content: Value = serde_json::from_slice(&bytes).unwrap();
    let ids = content["content"].as_array().unwrap().iter();
    assert_eq!(
        ids.map(|row| &row["id"]).collect::<Vec<_>>(),
        ["b-1", "r-1"]
    );
    // A model is opened as before: whoever does not know the part passes over it.
    open(&folder, "model", None);

    fs::write(
        folder.path().join("now.csv"),
        feed(|_| Some((10.0, "in_stock"))),
    )
    .unwrap();
    ok(
        &folder,
        &["refresh", "--model", "model", "--catalog", "now.csv"],
    );
    let after = manifest(&folder);
    let names = after["parts"].as_array().unwrap().iter();
    assert_eq!(
        names.map(|part| &part["name"]).collect::<Vec<_>>(),
        ["model", "live", "content"]
    );
    assert_eq!(after["parts"][2], *part);

    // Without the option there is none, and its file goes.
    ok(&folder, &TRAIN);
    ok(&folder, &TRAIN);
    assert!(
        !fs::read_dir(folder.path().join("model"))
            .unwrap()
            .any(|entry| {
                entry
                    .unwrap()
                    .file_name()
                    .to_string_lossy()
                    .starts_with("content-")
            })
    );
}

#[test]
fn a_newer_feed_touches_its_own_part_only() {
    let folder = shop();
    ok(&folder, &TRAIN);
    let before = manifest(&folder);
    assert_eq!(before["parts"].as_array().unwrap().len(), 1);
    assert_eq!(before["fallback"]["popular"][0], "item-00");

    // The first is sold out, the second is gone from the feed, the third costs less, the last is looked at most.
    let now = feed(|item| match item {
        0 => Some((10.0, "out_of_stock")),
        1 => None,
        2 => Some((7.5, "in_stock")),
        _ => Some((10.0, "in_stock")),
    });
    fs::write(
        folder.path().join("now.csv"),
        now + "new,New,1 EUR,in_stock,\n",
    )
    .unwrap();
    let events =
        "user,item,time,kind\n".to_owned() + &"u,item-39,2026-01-01T00:00:00Z,view\n".repeat(30);
    fs::write(
        folder.path().join("events.csv"),
        events + "u,item-02,2026-01-01T00:00:00Z,view\n",
    )
    .unwrap();
    let refresh = ["refresh", "--model", "model", "--catalog", "now.csv"];
    let said = ok(&folder, &refresh);
    assert!(
        said.contains("40 items in the feed, 1 other prices, 2 other stock; 1 no longer"),
        "{said}"
    );
    let after = manifest(&folder);
    assert_eq!(after["parts"][0], before["parts"][0]);
    assert_eq!(after["parts"][1]["name"], "live");
    assert_eq!(after["model"], before["model"]);
    assert_eq!(after["fallback"]["popular"][0], "item-02");
    let model = open(&folder, "model", None);
    let of = |key: &str| model.find(key).unwrap();
    assert!(model.out_of_stock(of("item-00")) && model.out_of_stock(of("item-01")));
    assert!(!model.out_of_stock(of("item-02")));
    assert_eq!(model.price(of("item-02")), Some(7.5));
    assert_eq!(model.price(of("item-01")), Some(10.0));
    assert_eq!(model.popularity(0), 1.0);

    let with_events = [&refresh[..], &["--events", "events.csv"]].concat();
    ok(&folder, &with_events);
    let model = open(&folder, "model", None);
    assert_eq!(model.popularity(model.find("item-39").unwrap()), 1.0);
    assert_eq!(model.popularity(0), 0.0);
    assert_eq!(manifest(&folder)["fallback"]["popular"][0], "item-39");
    assert_eq!(names(&folder, "live-").len(), 2, "the one before stays");
    ok(&folder, &refresh);
    assert_eq!(names(&folder, "live-").len(), 2);
    assert_eq!(
        names(&folder, "model-").len(),
        2,
        "its card and the one part"
    );

    // Trained again, it begins anew.
    ok(&folder, &TRAIN);
    assert_eq!(manifest(&folder), before);
}

#[test]
fn a_feed_that_lost_most_of_the_shop_empties_it_only_when_asked_to() {
    let folder = shop();
    ok(&folder, &TRAIN);
    let before = manifest(&folder);
    let refresh = ["refresh", "--model", "model", "--catalog", "now.csv"];
    let forced = [&refresh[..], &["--force"]].concat();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "now.csv",
        &feed(|item| (item < 15).then_some((10.0, "in_stock"))),
    );
    let said = fails(&folder, &refresh, "refresh.emptied");
    assert!(
        said.contains("26 of the 41 items") && said.contains("--force"),
        "{said}"
    );
    write(
        "now.csv",
        &feed(|item| {
            Some((
                10.0,
                if item < 15 {
                    "in_stock"
                } else {
                    "out_of_stock"
                },
            ))
        }),
    );
    let said = fails(&folder, &refresh, "refresh.emptied");
    assert!(said.contains("26 of 41 that were in stock"), "{said}");
    assert_eq!(manifest(&folder), before);
    let said = ok(&folder, &forced);
    assert!(said.contains("26 other stock"), "{said}");

    write("now.csv", &feed(|_| Some((10.0, "in_stock"))));
    let rows = |item: &str, times| format!("u,{item},2026-01-01T00:00:00Z\n").repeat(times);
    write(
        "events.csv",
        &("user,item,time\n".to_owned() + &rows("item-39", 4) + &rows("elsewhere", 5)),
    );
    let with_events = ["--events", "events.csv"];
    let said = fails(
        &folder,
        &[&refresh[..], &with_events].concat(),
        "refresh.events",
    );
    assert!(said.contains("5 of 9 events"), "{said}");
    ok(&folder, &[&forced[..], &with_events].concat());
}

#[test]
fn a_catalogue_that_was_cut_off_does_not_replace_a_model() {
    let folder = shop();
    ok(&folder, &TRAIN);
    let before = manifest(&folder);
    let whole = fs::read_to_string(folder.path().join("catalog.csv")).unwrap();
    let cut: Vec<&str> = whole.lines().take(16).collect();
    fs::write(folder.path().join("catalog.csv"), cut.join("\n")).unwrap();
    let train = ["train", "--catalog", "catalog.csv", "--out", "model"];
    let said = fails(&folder, &train, "train.shrunk");
    assert!(
        said.contains("has 41 items") && said.contains("would have 15"),
        "{said}"
    );
    assert_eq!(manifest(&folder), before);
    // Another shop is another matter.
    ok(&folder, &[&train[..], &["--shop", "other"]].concat());
    ok(&folder, &[&train[..], &["--force"]].concat());
}

#[test]
fn a_feed_of_another_shop_or_currency_changes_nothing() {
    let folder = shop();
    ok(&folder, &TRAIN);
    let before = manifest(&folder);
    let refresh = ["refresh", "--model", "model", "--catalog", "now.csv"];
    let write = |text: &str| fs::write(folder.path().join("now.csv"), text).unwrap();
    write("id,price\nother-1,1 EUR\n");
    fails(&folder, &refresh, "refresh.feed");
    write("id,price\nitem-00,1 USD\n");
    fails(&folder, &refresh, "refresh.currency");
    fails(
        &folder,
        &["refresh", "--model", "none", "--catalog", "now.csv"],
        "model.missing",
    );
    assert_eq!(manifest(&folder), before);
    assert_eq!(names(&folder, "live-"), [""; 0]);
}

#[test]
fn a_large_catalogue_comes_in_a_head_and_a_shard_for_each_category() {
    let folder = shop();
    let said = ok(&folder, &[&TRAIN[..], &["--head", "6"]].concat());
    assert!(said.contains("For every page 6 items"), "{said}");
    assert!(said.contains("In no part: 1 items"), "{said}");
    let whole =
        Model::open(fs::read(folder.path().join("model/model.safetensors")).unwrap()).unwrap();
    assert_eq!(whole.items(), 41);
    let listed = manifest(&folder);
    assert_eq!(
        (&listed["items"], listed["model"].as_str()),
        (&41.into(), Some(whole.id()))
    );
    let parts = listed["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 5);
    assert_eq!(parts[0]["name"], "model");
    let head = open(&folder, "model", None);
    assert_eq!((head.items(), head.id()), (6, whole.id()));
    for (aisle, number) in ["Aisle 0", "Aisle 1", "Aisle 2", "Aisle 3"]
        .into_iter()
        .zip(1..)
    {
        let shard = open(&folder, "shard", Some(aisle));
        assert_eq!(shard.id(), format!("{}.{number}", whole.id()));
        let root = whole.find_category(aisle).unwrap();
        let own = |item: &u32| {
            *item < 6
                || whole
                    .category(*item)
                    .is_some_and(|category| whole.category_within(category, root))
        };
        let expected: Vec<&str> = (0..41).filter(own).map(|item| whole.key(item)).collect();
        let keys: Vec<&str> = (0..shard.items() as u32)
            .map(|item| shard.key(item))
            .collect();
        assert_eq!(keys, expected);
        for item in 0..shard.items() as u32 {
            let twin = whole.find(shard.key(item)).unwrap();
            assert_eq!(shard.popularity(item), whole.popularity(twin));
            assert_eq!(shard.price(item), whole.price(twin));
            let path = |model: &Model, item| {
                model
                    .category(item)
                    .map(|category| model.category_path(category))
            };
            assert_eq!(path(&shard, item), path(&whole, twin));
            let mut neighbours = 0;
            shard
                .neighbours(Matrix::View, item, |_, _| neighbours += 1)
                .unwrap();
            assert!(neighbours > 0, "{}", shard.key(item));
        }
    }

    // A feed reaches all parts, and each list of the fallback is that of the part that has the category.
    let now = feed(|item| {
        Some((
            5.0,
            if item % 2 == 0 {
                "in_stock"
            } else {
                "out_of_stock"
            },
        ))
    });
    fs::write(folder.path().join("now.csv"), now).unwrap();
    ok(
        &folder,
        &["refresh", "--model", "model", "--catalog", "now.csv"],
    );
    let shard = open(&folder, "shard", Some("Aisle 3"));
    assert!(
        (6..shard.items() as u32)
            .all(|item| shard.out_of_stock(item) && shard.price(item) == Some(5.0))
    );
    let fallback = manifest(&folder)["fallback"]["categories"].clone();
    assert_eq!(fallback["Aisle 2"].as_array().unwrap().len(), 10);
    assert!(fallback.get("Aisle 3").is_none());
    assert_eq!(names(&folder, "live-").len(), 5);
}
