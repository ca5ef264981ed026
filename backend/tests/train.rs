//! `tillside train` and `tillside evaluate` as an operator meets them: files in, a model folder out, messages on errors.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;
use tillside::recommend::{Placement, Recommender, Request};
use tillside::shop::{Matrix, Model};
use tillside::shopper::Shopper;

fn tillside(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_tillside");
    Command::new(program).args(arguments).output().unwrap()
}

/// What it printed; it must have succeeded.
fn ok(arguments: &[&str]) -> String {
    let output = tillside(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The code and message with which it failed.
fn fails(arguments: &[&str]) -> String {
    let output = tillside(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    let errors = String::from_utf8(output.stderr).unwrap();
    let last = errors.lines().find(|line| line.starts_with("error["));
    last.unwrap_or_else(|| panic!("{arguments:?}: {errors}"))
        .to_owned()
}

/// Numbers that look random and are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit
    }
}

/// A shop of twelve aisles of ten items each; whoever looks at an item looks at its right-hand neighbours next.
struct Shop {
    folder: TempDir,
}

impl Shop {
    fn new(sessions: u64) -> Shop {
        let shop = Shop {
            folder: tempfile::tempdir().unwrap(),
        };
        let mut numbers = Numbers(7);
        let mut walk = || {
            let (aisle, start, steps) =
                (numbers.below(12), numbers.below(10), 2 + numbers.below(4));
            let step = |n| format!("{}", 10 * aisle + (start + n) % 10);
            (0..steps).map(step).collect::<Vec<_>>()
        };
        let mut train = "session,items\n".to_owned();
        for session in 0..sessions {
            train += &format!("{session},{}\n", walk().join(" "));
        }
        let mut test = "session,prefix,target\n".to_owned();
        for session in 0..60 {
            let items = walk();
            for at in 1..items.len() {
                test += &format!("{session},{},{}\n", items[..at].join(" "), items[at]);
            }
        }
        // Nobody has seen these, and a re-visit counts for `all` only.
        test += "x,999 998,997\ny,1 2,1\n";
        fs::write(shop.file("train.csv"), train).unwrap();
        fs::write(shop.file("test.csv"), test).unwrap();
        shop
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn path(&self, name: &str) -> String {
        self.file(name).to_str().unwrap().to_owned()
    }

    fn train(&self) {
        ok(&[
            "train",
            "--sessions",
            &self.path("train.csv"),
            "--out",
            &self.path("model"),
        ]);
    }

    fn evaluate(&self) -> Value {
        let (model, test) = (self.path("model"), self.path("test.csv"));
        let text = ok(&["evaluate", "--model", &model, "--sessions", &test, "--json"]);
        serde_json::from_str(&text).unwrap()
    }
}

fn manifest(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap()
}

fn part(folder: &Path) -> PathBuf {
    folder.join(manifest(folder)["parts"][0]["url"].as_str().unwrap())
}

#[test]
fn sessions_become_a_model_that_ranks_what_comes_next() {
    let shop = Shop::new(1200);
    let (model, sessions) = (shop.path("model"), shop.path("train.csv"));
    let summary = ok(&[
        "train",
        "--sessions",
        &sessions,
        "--out",
        &model,
        "--shop",
        "aisles",
    ]);
    assert!(summary.contains("120 items"), "{summary}");
    assert!(summary.contains("1200 rows in 1200 sessions"), "{summary}");
    assert!(summary.contains("HitRate@20"), "{summary}");

    let folder = shop.file("model");
    let stated = manifest(&folder);
    assert_eq!(
        (&stated["format"], &stated["items"], &stated["shop"]),
        (&json!(1), &json!(120), &json!("aisles"))
    );
    assert_eq!(stated["fallback"]["popular"].as_array().unwrap().len(), 100);
    assert_eq!(
        fs::read(part(&folder)).unwrap(),
        fs::read(folder.join("model.safetensors")).unwrap()
    );
    let card = fs::read_to_string(folder.join("model-card.md")).unwrap();
    assert!(
        card.contains("`train.csv`") && card.contains("What it is not for"),
        "{card}"
    );

    let found = shop.evaluate();
    let metrics = [
        "hr@5",
        "mrr@5",
        "hr@10",
        "mrr@10",
        "hr@20",
        "mrr@20",
        "ndcg@20",
        "coverage@20",
    ];
    for protocol in ["all", "others", "new"] {
        let of = found[protocol].as_object().unwrap();
        assert_eq!(of.len(), metrics.len());
        assert!(
            metrics.iter().all(|name| of[*name].as_f64().is_some()),
            "{found}"
        );
    }
    let rows = fs::read_to_string(shop.file("test.csv"))
        .unwrap()
        .lines()
        .count()
        - 1;
    assert_eq!(found["predictions"], json!(rows));
    assert_eq!(found["items"], json!(120));
    assert_eq!(
        found["model_bytes"],
        json!(fs::metadata(part(&folder)).unwrap().len())
    );
    let [compressed, each] =
        ["model_brotli_bytes", "brotli_bytes_per_item"].map(|key| found[key].as_f64().unwrap());
    assert!(compressed > 0.0 && compressed < found["model_bytes"].as_f64().unwrap());
    assert_eq!(each, compressed / 120.0);
    assert!(found["microseconds"]["p50"].as_f64() <= found["microseconds"]["p99"].as_f64());
    // One question has an answer that no model can know.
    let new = &found["new"];
    assert!(
        new["hr@20"].as_f64().unwrap() > 0.95 && new["hr@20"].as_f64().unwrap() < 1.0,
        "{found}"
    );
    assert!(found.get("rare").is_none());
    assert!(new["mrr@20"].as_f64().unwrap() > 0.8, "{found}");
    let test = shop.path("test.csv");
    let of_rare = [
        "evaluate",
        "--model",
        &model,
        "--sessions",
        &test,
        "--seen",
        &sessions,
    ];
    let table = ok(&of_rare);
    assert!(
        table.contains("HitRate@20") && table.contains("bytes an item"),
        "{table}"
    );
    let found: Value = serde_json::from_str(&ok(&[&of_rare[..], &["--json"]].concat())).unwrap();
    let rare = &found["rare"];
    assert_eq!(
        (&rare["predictions"], &rare["hr@20"]),
        (&json!(1), &json!(0.0)),
        "all items but that one are popular"
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let shop = Shop::new(3000);
    let sessions = shop.path("train.csv");
    for threads in ["1", "3"] {
        let output = Command::new(env!("CARGO_BIN_EXE_tillside"))
            .args([
                "train",
                "--sessions",
                &sessions,
                "--linear",
                "--out",
                &shop.path(threads),
            ])
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap();
        assert!(output.status.success());
    }
    let card = fs::read_to_string(shop.file("1").join("model-card.md")).unwrap();
    assert!(
        card.contains("Session-aware linear weights")
            || card.contains("session-aware linear weights"),
        "{card}"
    );
    for name in ["manifest.json", "model.safetensors", "model-card.md"] {
        let read = |folder: &str| fs::read(shop.file(folder).join(name)).unwrap();
        assert!(read("1") == read("3"), "{name}");
    }
}

/// One line of a store of events.
fn event(name: &str, shopper: u64, minute: u64, ids: &[&str]) -> String {
    let (day, hour, minute) = (minute / 1440, minute / 60 % 24, minute % 60);
    let products: Vec<Value> = ids
        .iter()
        .map(|id| json!({ "product_id": id, "price": 9.0, "quantity": 1 }))
        .collect();
    let properties = match name {
        "Order Completed" => {
            json!({ "order_id": format!("o{shopper}-{day}"), "products": products })
        }
        _ => products[0].clone(),
    };
    let timestamp = format!(
        "2026-{:02}-{:02}T{hour:02}:{minute:02}:00.000Z",
        1 + day / 28,
        1 + day % 28
    );
    let message = json!({
        "type": "track", "event": name, "anonymousId": format!("shopper-{shopper}"),
        "messageId": format!("{shopper}-{day}-{hour}-{minute}-{name}"), "timestamp": timestamp, "properties": properties,
    });
    format!("{message}\n")
}

/// Phones with a case bought beside them, and apples bought again and again.
fn department_store(folder: &Path) {
    let mut catalogue = String::new();
    let mut product = |id: &str, title: &str, title_zh: &str, path: &str, more: Value| {
        let mut row = json!({
            "id": id, "title": title, "title_zh": title_zh, "product_type": path, "price": "199.00 CNY",
            "availability": "in_stock", "brand": "Nova", "color": "red",
        });
        row.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        catalogue += &format!("{row}\n");
    };
    for n in 0..6 {
        product(
            &format!("phone-{n}"),
            "Nova 5G phone",
            "新星手机",
            "Phones > Smartphones",
            json!({}),
        );
    }
    product("case", "Phone case", "手机壳", "Phones > Cases", json!({}));
    product(
        "apples",
        "Apples",
        "苹果",
        "Fresh > Fruit",
        json!({ "brand": "Orchard", "color": "green" }),
    );
    product(
        "pears",
        "Pears",
        "梨",
        "Fresh > Fruit",
        json!({ "brand": "Orchard", "color": "green" }),
    );
    product(
        "old",
        "Nova 3G phone",
        "新星手机",
        "Phones > Smartphones",
        json!({ "availability": "out_of_stock" }),
    );
    fs::write(folder.join("catalog.jsonl"), catalogue).unwrap();

    let mut events = String::new();
    for shopper in 0..60 {
        let (one, other) = (
            format!("phone-{}", shopper % 5),
            format!("phone-{}", (shopper + 1) % 5),
        );
        events += &event("Product Viewed", shopper, 60, &[&one]);
        events += &event("Product Viewed", shopper, 61, &[&other]);
        events += &event("Product Viewed", shopper, 62, &["gone"]);
        if shopper % 2 == 0 {
            events += &event("Order Completed", shopper, 63, &[&one, "case"]);
        } else {
            for week in 1..4 {
                events += &event(
                    "Order Completed",
                    shopper,
                    60 + week * 7 * 1440,
                    &["apples"],
                );
            }
        }
    }
    events += "this is no event\n";
    fs::write(folder.join("events.jsonl"), events).unwrap();
}

#[test]
fn a_catalogue_and_events_become_every_part_of_a_model() {
    let folder = tempfile::tempdir().unwrap();
    department_store(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let summary = ok(&[
        "train",
        "--catalog",
        &path("catalog.jsonl"),
        "--events",
        &path("events.jsonl"),
        "--out",
        &path("model"),
    ]);
    assert!(
        summary.contains("60 events on 1 items that are not in the catalogue, such as gone"),
        "{summary}"
    );
    let model = Model::open(fs::read(part(&folder.path().join("model"))).unwrap()).unwrap();
    model.verify().unwrap();
    assert_eq!(model.items(), 10);

    let near = |matrix, key: &str| {
        let mut keys = Vec::new();
        let item = model.find(key).unwrap();
        model
            .neighbours(matrix, item, |item, weight| {
                keys.push((weight, model.key(item)))
            })
            .unwrap();
        keys.sort_by(|a, b| b.0.total_cmp(&a.0));
        keys.into_iter().map(|(_, key)| key).collect::<Vec<_>>()
    };
    assert!(near(Matrix::View, "phone-0").contains(&"phone-1"));
    assert_eq!(
        near(Matrix::Buy, "phone-0"),
        ["case"],
        "other phones are substitutes"
    );
    assert_eq!(near(Matrix::Content, "pears"), ["apples"]);
    assert!(
        near(Matrix::Content, "phone-5").contains(&"phone-0"),
        "nobody clicked it, and it has a place"
    );
    let repeatable = |key| model.repeatable(model.find(key).unwrap());
    assert!(
        repeatable("apples") && repeatable("pears"),
        "fruit is bought again"
    );
    assert!(!repeatable("phone-0"));
    assert!(model.out_of_stock(model.find("old").unwrap()));
    assert_eq!(
        model.category_path(model.category(model.find("case").unwrap()).unwrap()),
        "Phones > Cases"
    );
    assert_eq!(model.price(model.find("case").unwrap()), Some(199.0));
    assert_eq!(model.find_terms("手机", false).len(), 1);
    assert_eq!(model.find_terms("color=green", false).len(), 1);

    let mut shopper = Shopper::default();
    shopper.view("phone-2", model.find("phone-2"), 1, 1);
    let request = Request::new(Placement::Home, 3);
    let list = Recommender::default().recommend(&model, &shopper, &request, 2);
    assert!(model.key(list.entries[0].item).starts_with("phone-"));

    let stated = manifest(&folder.path().join("model"));
    assert_eq!(stated["created"], json!("2026-01-22T01:00:00.000Z"));
    assert_eq!(
        stated["fallback"]["categories"]["Fresh > Fruit"],
        json!(["apples", "pears"])
    );
    assert!(
        !stated["fallback"].to_string().contains("old"),
        "out of stock"
    );
    let card = fs::read_to_string(folder.path().join("model/model-card.md")).unwrap();
    assert!(
        !card.contains("this is no event") && !card.contains("shopper-"),
        "the card is public: {card}"
    );
}

#[test]
fn an_operator_says_what_works_together_and_how_sure_rules_must_be() {
    let folder = tempfile::tempdir().unwrap();
    department_store(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (catalogue, events) = (path("catalog.jsonl"), path("events.jsonl"));
    let train = |more: &[&str]| {
        let out = path("model");
        let all = [
            "train",
            "--catalog",
            &catalogue,
            "--events",
            &events,
            "--out",
            &out,
        ];
        ok(&[&all[..], more].concat());
        Model::open(fs::read(part(&folder.path().join("model"))).unwrap()).unwrap()
    };
    let model = train(&[]);
    assert_eq!((model.window(), model.compatible()), (90.0, ""));
    assert!(model.has(Matrix::Buy));
    let model = train(&[
        "--window",
        "30",
        "--compatible",
        "Color=Green",
        "--compatible",
        "color",
    ]);
    assert_eq!(model.window(), 30.0);
    assert_eq!(model.compatible(), "color=\ncolor=green\ncolor=\n");
    let card = fs::read_to_string(folder.path().join("model/model-card.md")).unwrap();
    assert!(
        card.contains("Only things of one color work together, and green works with all."),
        "{card}"
    );
    // Six of ten, of few cases, are not surely so many; and the feed needs no evidence.
    let related = fs::read_to_string(&catalogue).unwrap().replacen(
        r#""id":"phone-5""#,
        r#""id":"phone-5","related_product":"accessory:id:case""#,
        1,
    );
    let model = train(&["--min-lower-bound", "0.99"]);
    assert!(!model.has(Matrix::Buy));
    fs::write(&catalogue, related).unwrap();
    let model = train(&["--min-lower-bound", "0.99"]);
    let request = Request {
        item: Some("phone-5"),
        ..Request::new(Placement::Complements, 3)
    };
    let list = Recommender::default().recommend(&model, &Shopper::default(), &request, 2);
    let keys: Vec<&str> = list.entries.iter().map(|one| model.key(one.item)).collect();
    assert_eq!(keys, ["case"]);
    let error = fails(&[
        "train",
        "--catalog",
        &catalogue,
        "--out",
        &path("model"),
        "--compatible",
        "ecosystem",
    ]);
    assert!(
        error.starts_with("error[train.attribute]")
            && error.contains("\"ecosystem\"")
            && error.contains("color"),
        "{error}"
    );
}

#[test]
fn a_catalogue_alone_is_enough_to_start() {
    let folder = tempfile::tempdir().unwrap();
    department_store(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    ok(&[
        "train",
        "--catalog",
        &path("catalog.jsonl"),
        "--out",
        &path("model"),
    ]);
    let model = Model::open(fs::read(part(&folder.path().join("model"))).unwrap()).unwrap();
    assert!(model.has(Matrix::Content) && !model.has(Matrix::View) && !model.has(Matrix::Buy));
}

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
    assert!(fails(&evaluate).starts_with("error[model.missing]"));
    fs::write(&file, &whole).unwrap();

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

#[test]
fn an_interrupted_training_goes_on_to_the_same_bytes() {
    let shop = Shop::new(1);
    // What comes third is told by the first two together and by neither alone, so that no rule foresees it.
    let mut numbers = Numbers(7);
    let mut train = "session,items\n".to_owned();
    for session in 0..12_000 {
        let [group, a, b] = [20, 2, 2].map(|below| numbers.below(below));
        let [first, second, third] = [a, 2 + b, 4 + (a ^ b)].map(|item| 6 * group + item);
        train += &format!("{session},{first} {second} {third}\n");
    }
    fs::write(shop.file("train.csv"), train).unwrap();
    let arguments = |out: &str| {
        let (train, out) = (shop.path("train.csv"), shop.path(out));
        [
            "train",
            "--encoder",
            "on",
            "--sessions",
            &train,
            "--out",
            &out,
        ]
        .map(str::to_owned)
    };
    let run = |out: &str| {
        let arguments = arguments(out);
        let output = tillside(&arguments.each_ref().map(String::as_str));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{errors}");
        errors
    };
    assert!(!run("whole").contains("Going on"));

    // Killed once while settings are tried out, and once while the model is trained.
    for (name, said) in [
        ("encoder-trial.checkpoint", false),
        ("encoder.checkpoint", true),
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tillside"))
            .args(arguments("cut"))
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        while !shop.file("cut").join(name).exists() {
            assert!(child.try_wait().unwrap().is_none(), "it was over before");
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        child.kill().unwrap();
        let errors = child.wait_with_output().unwrap().stderr;
        let errors = String::from_utf8(errors).unwrap();
        assert_eq!(errors.contains("Going on after epoch"), said, "{errors}");
        assert!(!shop.file("cut").join("manifest.json").exists());
    }
    let errors = run("cut");
    assert!(errors.contains("encoder-trial.checkpoint"), "{errors}");
    assert!(errors.contains("encoder.checkpoint"), "{errors}");
    let model = |out: &str| fs::read(part(&shop.file(out))).unwrap();
    assert!(model("cut") == model("whole"));
    let model = Model::open(model("cut")).unwrap();
    assert!(model.encoder().is_some());
    for entry in fs::read_dir(shop.file("cut")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.starts_with("encoder"), "{name} was left");
    }
}
