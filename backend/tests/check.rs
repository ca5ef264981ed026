//! `tillside check` as a newcomer meets it: a file in, what it was taken for out.

#![forbid(unsafe_code)]

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

fn tillside(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tillside"));
    command.args(arguments).current_dir(folder.path());
    command.output().unwrap()
}

fn report(folder: &TempDir, files: &[&str]) -> Value {
    let output = tillside(folder, &[&["check", "--json"], files].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{files:?}: {errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(folder: &TempDir, files: &[&str]) -> String {
    let output = tillside(folder, &[&["check"], files].concat());
    assert!(output.status.success(), "{files:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn codes(report: &Value) -> Vec<&str> {
    let warnings = report["warnings"].as_array().unwrap();
    warnings
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect()
}

/// 1,200 clicks of 12 shoppers on 5 days, two of them of an order that is reported twice; a robot's 600; a broken row.
fn shop() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut clicks = "user_id,product_id,ts,event,campaign,referrer\n".to_owned();
    for n in 0..1200 {
        let (user, day, minute) = (n % 12, 1 + n / 240, n / 12 % 20);
        clicks += &format!(
            "u{user},p{},2026-03-0{day}T0{}:{minute:02}:00Z,view,spring,mail\n",
            n * 7 % 40,
            user % 10
        );
    }
    for n in 0..600 {
        let (minute, second) = (n / 60 + 10, n % 60);
        clicks += &format!(
            "bot,p{},2026-03-03T12:{minute:02}:{second:02}.500Z,view,,\n",
            n % 40
        );
    }
    clicks += "u1,p1,soon,view,,\n";
    fs::write(folder.path().join("clicks.csv"), clicks).unwrap();
    let products = (0..30).map(|n| {
        let price = if n % 3 == 0 { "" } else { "1,299.00 CNY" };
        format!("p{n},手机 {n},\"{price}\",Phones > Smart\n")
    });
    let feed = "id,title,price,product_type\n".to_owned() + &products.collect::<String>();
    fs::write(folder.path().join("feed.csv"), feed).unwrap();
    folder
}

#[test]
fn columns_rows_and_figures_of_a_log_are_said() {
    let folder = shop();
    let report = report(&folder, &["clicks.csv"]);
    let file = &report["files"][0];
    assert_eq!(
        (&file["file"], &file["records"], &file["read"]),
        (&"events".into(), &1801.into(), &1800.into())
    );
    let left_out = file["left_out"].as_object().unwrap().values();
    assert_eq!(left_out.map(|rows| rows.as_u64().unwrap()).sum::<u64>(), 1);
    let columns = file["columns"].as_array().unwrap().iter();
    let read = columns
        .clone()
        .filter(|column| !column["taken_for"].is_null());
    assert_eq!(read.count(), 4);
    let ignored = columns.filter(|column| column["taken_for"].is_null());
    let ignored: Vec<&str> = ignored
        .map(|column| column["name"].as_str().unwrap())
        .collect();
    assert_eq!(ignored, ["campaign", "referrer"]);
    let log = &report["log"];
    assert_eq!(
        (&log["events"], &log["shoppers"], &log["sessions"]),
        (&1800.into(), &13.into(), &61.into())
    );
    assert_eq!(
        (&log["robots"]["sessions"], &log["robots"]["looks"]),
        (&1.into(), &600.into())
    );
    assert_eq!(log["samples"].as_array().unwrap().len(), 3);
    assert!(codes(&report).contains(&"log.robots"), "{report}");
    assert!(!codes(&report).contains(&"file.unaccounted"), "{report}");
    assert!(report["catalog"].is_null());
}

#[test]
fn a_catalogue_beside_its_log_tells_strangers_and_what_products_lack() {
    let folder = shop();
    let report = report(&folder, &["clicks.csv", "feed.csv"]);
    let catalog = &report["catalog"];
    assert_eq!(
        (&catalog["products"], &catalog["without_price"]),
        (&30.into(), &10.into())
    );
    assert_eq!(
        (&catalog["currency"], &catalog["median_price"]),
        (&"CNY".into(), &1299.0.into())
    );
    let strangers = &report["log"]["strangers"];
    assert_eq!(
        (&strangers["items"], strangers["share"].as_f64().unwrap()),
        (&10.into(), 0.25)
    );
    for code in ["log.strangers", "catalog.price"] {
        assert!(codes(&report).contains(&code), "{code}: {report}");
    }
}

#[test]
fn a_person_reads_it_in_ten_seconds() {
    let folder = shop();
    let said = text(&folder, &["clicks.csv", "feed.csv"]);
    for line in [
        "clicks.csv: table of events",
        "1,801 rows, 1,800 read, 1 left out",
        "not read:",
        "campaign, referrer",
        "read back:",
        "2026-03-01 00:00:00  view",
        "手机 0",
        "Odd (",
    ] {
        assert!(said.contains(line), "{line}:\n{said}");
    }
    assert!(!said.contains('\x1b'), "no colour where no terminal is");
    let (facts, warnings) = said.split_once("Odd (").unwrap();
    assert!(
        facts.contains("Clicks") && !warnings.contains("read back"),
        "{said}"
    );
    assert!(
        said.lines().all(|line| line.chars().count() < 180),
        "{said}"
    );
    // Training says the same before it begins.
    let train = [
        "train",
        "--catalog",
        "feed.csv",
        "--events",
        "clicks.csv",
        "--out",
        "model",
    ];
    let output = tillside(&folder, &train);
    assert!(output.status.success());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        errors.contains(facts.split_once("Catalogue").unwrap().1),
        "{errors}"
    );
    let card = fs::read_to_string(folder.path().join("model/model-card.md")).unwrap();
    assert!(card.contains("1 sessions of robots hold"), "{card}");
}

#[test]
fn sessions_messages_and_a_database_are_told_apart_by_themselves() {
    let folder = shop();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("sessions.csv", "session,items\n1,a b c\n2,b c\n");
    let sessions = report(&folder, &["sessions.csv"]);
    assert_eq!(
        (&sessions["files"][0]["file"], &sessions["log"]["sessions"]),
        (&"sessions".into(), &2.into())
    );
    assert!(sessions["log"]["from"].is_null());
    let order = |id: &str, day: u8| {
        format!(
            r#"{{"type":"track","event":"Order Completed","anonymousId":"a","messageId":"{id}","timestamp":"2026-03-0{day}T09:00:00Z","properties":{{"order_id":"O-1","products":[{{"product_id":"p"}}]}}}}"#
        )
    };
    write("events.jsonl", &[order("1", 1), order("2", 4)].join("\n"));
    let messages = report(&folder, &["events.jsonl"]);
    assert_eq!(
        (
            &messages["log"]["purchases"],
            &messages["log"]["orders_again"]
        ),
        (&1.into(), &1.into())
    );
    let file = &messages["files"][0];
    assert_eq!((&file["records"], &file["read"]), (&2.into(), &1.into()));
    assert!(codes(&messages).contains(&"log.orders_again"));

    // Lists that were seen are most of what pages report: nothing odd, unlike a name that no page reports.
    let event = |name: &str, n: usize| {
        format!(
            r#"{{"type":"track","event":"{name}","anonymousId":"a","messageId":"{name}{n}","timestamp":"2026-03-01T09:00:{n:02}Z","properties":{{"product_id":"p{n}"}}}}"#
        )
    };
    let log = |left_out: &str| -> String {
        let rows = (0..9).flat_map(|n| [event("Product Viewed", n), event(left_out, n)]);
        rows.collect::<Vec<_>>().join("\n")
    };
    write("pages.jsonl", &log("Product List Viewed"));
    let pages = report(&folder, &["pages.jsonl"]);
    let left_out = &pages["files"][0]["left_out"];
    assert_eq!(
        left_out["not learned from: Product List Viewed"], 9,
        "{left_out}"
    );
    assert!(!codes(&pages).contains(&"file.left_out"));
    write("misspelt.jsonl", &log("Produkt angesehen"));
    assert!(codes(&report(&folder, &["misspelt.jsonl"])).contains(&"file.left_out"));

    write("asked.csv", "session,prefix,target\n1,a b,c\n2,b,a\n");
    let asked = report(&folder, &["asked.csv"]);
    assert_eq!(asked["files"][0]["read"], 2, "{asked}");
    assert_eq!(asked["files"][0]["columns"][1]["name"], "prefix", "{asked}");

    write("neither.csv", "colour,weight\nred,1\n");
    let output = tillside(&folder, &["check", "neither.csv"]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors.contains("error[check.unknown]") && errors.contains("as a catalogue `id`"),
        "{errors}"
    );
    let output = tillside(&folder, &["check", "nowhere.csv"]);
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("error[input.missing]")
    );
}
