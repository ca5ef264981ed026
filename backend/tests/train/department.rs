//! A catalogue and events: every part of a model, and what an operator may say of it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tillside::recommend::{Placement, Recommender, Request};
use tillside::shop::{Matrix, Model};
use tillside::shopper::Shopper;

use crate::{fails, manifest, ok, part, tillside};

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
pub fn department_store(folder: &Path) {
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

/// Trains on [`department_store`] with more options; what was said, and the model.
fn train(folder: &Path, out: &str, more: &[&str]) -> (String, Model) {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (catalogue, events) = (path("catalog.jsonl"), path("events.jsonl"));
    let out = path(out);
    let first = [
        "train",
        "--catalog",
        &catalogue,
        "--events",
        &events,
        "--out",
        &out,
    ];
    let summary = ok(&[&first, more].concat());
    let bytes = fs::read(part(Path::new(&out))).unwrap();
    (summary, Model::open(bytes).unwrap())
}

#[test]
fn an_operator_says_what_works_together_and_how_sure_rules_must_be() {
    let folder = tempfile::tempdir().unwrap();
    department_store(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let catalogue = path("catalog.jsonl");
    let train = |more: &[&str]| train(folder.path(), "model", more).1;
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
    for (wrong, likest) in [
        ("colour", "(they have color"),
        ("color=gren", "(they have color=green, "),
    ] {
        let out = path("model");
        let error = fails(&[
            "train",
            "--catalog",
            &catalogue,
            "--out",
            &out,
            "--compatible",
            wrong,
        ]);
        assert!(
            error.starts_with("error[train.attribute]")
                && error.contains(wrong)
                && error.contains(likest),
            "{error}"
        );
    }
}

#[test]
fn a_model_with_titles_names_its_items_in_both_languages_and_says_what_that_takes() {
    let folder = tempfile::tempdir().unwrap();
    department_store(folder.path());
    let train = |out: &str, more: &[&str]| {
        let (summary, model) = train(folder.path(), out, more);
        (summary, model.bytes(), model)
    };
    let (_, without, plain) = train("plain", &[]);
    let (summary, with, titled) = train("titled", &["--titles"]);
    titled.verify().unwrap();
    let title = |model: &Model, key: &str, chinese| {
        model.title(model.find(key).unwrap(), chinese).to_owned()
    };
    assert_eq!(title(&titled, "apples", false), "Apples");
    assert_eq!(title(&titled, "apples", true), "苹果");
    assert_eq!(title(&plain, "apples", false), "");
    let said = summary
        .lines()
        .find_map(|line| line.strip_prefix("Of the model, ")?.split(' ').next());
    let bytes: usize = said.expect(&summary).parse().unwrap();
    // The header names two tensors more.
    assert!(
        with - without >= bytes && with - without < bytes + 400,
        "{summary} {without} {with}"
    );
    assert!(ok(&["train", "--help"]).contains("--titles"));
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (out, events) = (path("none"), path("events.jsonl"));
    let needs = ["train", "--events", &events, "--titles", "--out"];
    let refused = tillside(&[&needs[..], &[&out]].concat());
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--catalog"));
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
