//! Plain sessions: a model that ranks what comes next, the same bytes each time, interrupted or not.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use tillside::shop::Model;
use tillside::shop::pack::Packer;

use crate::{Numbers, fails, manifest, ok, part, tillside};

/// A shop of twelve aisles of ten items each; whoever looks at an item looks at its right-hand neighbours next.
pub struct Shop {
    pub folder: TempDir,
}

impl Shop {
    pub fn new(sessions: u64) -> Shop {
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

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn path(&self, name: &str) -> String {
        self.file(name).to_str().unwrap().to_owned()
    }

    pub fn train(&self) {
        ok(&[
            "train",
            "--sessions",
            &self.path("train.csv"),
            "--out",
            &self.path("model"),
        ]);
    }

    pub fn evaluate(&self) -> Value {
        let (model, test) = (self.path("model"), self.path("test.csv"));
        let text = ok(&["evaluate", "--model", &model, "--sessions", &test, "--json"]);
        serde_json::from_str(&text).unwrap()
    }
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

#[test]
fn what_pages_read_is_published_once_and_alone() {
    let shop = Shop::new(600);
    let folders = ["model", "public/model"].map(|name| shop.file(name));
    for _ in 0..2 {
        let args = ["train", "--sessions", &shop.path("train.csv"), "--out"];
        let publish = [&shop.path("model"), "--publish", &shop.path("public/model")];
        ok(&[&args[..], &publish.map(|arg| arg as &str)[..]].concat());
    }
    let [whole, pages] = folders;
    let mut published: Vec<_> = fs::read_dir(&pages)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    published.sort();
    let named = part(&pages);
    let named = named.file_name().unwrap().to_str().unwrap();
    assert_eq!(published, ["manifest.json", named]);
    for name in published {
        let read = |folder: &PathBuf| fs::read(folder.join(&name)).unwrap();
        // The same training, told to two folders.
        assert_eq!(read(&pages), read(&whole), "{name}");
    }
}

#[test]
fn an_interrupted_training_goes_on_to_the_same_bytes() {
    let shop = Shop::new(1);
    fs::write(shop.file("train.csv"), crosswise()).unwrap();
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

/// What comes third is told by the first two together and by neither alone, so that no rule foresees it.
fn crosswise() -> String {
    let mut numbers = Numbers(7);
    let mut train = "session,items\n".to_owned();
    for session in 0..12_000 {
        let [group, a, b] = [20, 2, 2].map(|below| numbers.below(below));
        let [first, second, third] = [a, 2 + b, 4 + (a ^ b)].map(|item| 6 * group + item);
        train += &format!("{session},{first} {second} {third}\n");
    }
    train
}

/// Forty lamps and their forty shades, which only the newest tenth of the sessions views together.
fn lamps() -> String {
    let mut numbers = Numbers(7);
    let mut train = "session,items\n".to_owned();
    for session in 0..6_000 {
        let [n, other] = [40, 20].map(|below| numbers.below(below));
        train += &match session {
            5_400.. => format!("{session},lamp-{n} shade-{n}\n"),
            _ if session % 2 == 0 => format!("{session},other-{other} lamp-{n}\n"),
            _ => format!("{session},shade-{n} other-{other}\n"),
        };
    }
    train
}

/// Weights of an encoder as another program would leave them, which foresees the shade of every lamp: it knows the shade's vector as
/// that of the lamp, its numbers moved by one, and its state is what the last item gave alone.
fn weights(prefix: &str) -> Vec<u8> {
    const WIDTH: usize = 16;
    let mut numbers = Numbers(3);
    let (mut ids, mut vectors) = (Vec::new(), Vec::new());
    for n in 0..40 {
        let lamp: Vec<f32> = (0..WIDTH).map(|_| numbers.below(2) as f32 - 0.5).collect();
        ids.extend([format!("{prefix}lamp-{n}"), format!("{prefix}shade-{n}")]);
        vectors.extend_from_slice(&lamp);
        vectors.extend((0..WIDTH).map(|i| lamp[(i + 1) % WIDTH]));
    }
    let mut input = vec![0.0; 3 * WIDTH * WIDTH];
    for i in 0..WIDTH {
        input[(2 * WIDTH + i) * WIDTH + (i + 1) % WIDTH] = 4.0;
    }
    let mut bias = vec![0.0; 3 * WIDTH];
    bias[WIDTH..2 * WIDTH].fill(-5.0);
    let mut packer = Packer::default();
    packer.u8s("items", ids.join("\n").as_bytes());
    packer.f32s("embedding.weight", &vectors);
    packer.f32s("gru.weight_ih_l0", &input);
    packer.f32s("gru.weight_hh_l0", &[0.0; 3 * WIDTH * WIDTH]);
    packer.f32s("gru.bias_ih_l0", &bias);
    packer.finish(&[])
}

#[test]
fn an_encoder_begins_from_weights_of_elsewhere() {
    let shop = Shop::new(1);
    let (train, out) = (shop.path("train.csv"), shop.path("out"));
    fs::write(&train, lamps()).unwrap();
    let file = shop.path("elsewhere.safetensors");
    let run = || {
        tillside(&[
            "train",
            "--sessions",
            &train,
            "--encoder-weights",
            &file,
            "--out",
            &out,
        ])
    };
    fs::write(&file, weights("")).unwrap();
    let output = run();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    assert!(errors.contains("vectors of 80 of 100 items"), "{errors}");
    let card = fs::read_to_string(shop.file("out").join("model-card.md")).unwrap();
    assert!(card.contains("elsewhere.safetensors"), "{card}");
    assert!(card.contains("with one, and fewer neighbours"), "{card}");
    let model = Model::open(fs::read(part(&shop.file("out"))).unwrap()).unwrap();
    assert_eq!(
        model.encoder().map(|encoder| encoder.width),
        Some(16),
        "{card}"
    );

    let error = fails(&[
        "train",
        "--sessions",
        &train,
        "--encoder-weights",
        &file,
        "--encoder",
        "off",
        "--out",
        &out,
    ]);
    assert!(
        error.starts_with("error[train.weights]") && error.contains("leave one of the two out"),
        "{error}"
    );
    fs::write(&file, weights("sku-")).unwrap();
    let errors = String::from_utf8(run().stderr).unwrap();
    assert!(errors.contains("\nerror[train.weights]"), "{errors}");
    assert!(
        errors.contains("none of its items is among the 100"),
        "{errors}"
    );
    fs::remove_file(&file).unwrap();
    let errors = String::from_utf8(run().stderr).unwrap();
    assert!(
        errors.contains("\nerror[train.weights]") && errors.contains("elsewhere.safetensors"),
        "{errors}"
    );
}
