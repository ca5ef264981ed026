//! The same events read the same from every kind of file, and what cannot be read is named.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use serde_json::{Value, json};
use tillside_backend::Coded;

use super::{messages, read, same};

/// The analysis of files, with the numbers of messages and refused ones.
fn analysed(paths: &[PathBuf]) -> Value {
    let (readouts, counts) = read(paths).unwrap();
    json!({ "readouts": readouts, "refused": counts.refused })
}

fn code(path: &Path) -> (&'static str, String) {
    let error = read(&[path.to_owned()]).expect_err("it is refused");
    (error.code(), error.to_string())
}

fn gzip(text: &str) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), Default::default());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}

/// A table of texts, as a warehouse exports it.
fn table(names: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let text = |name: &&str| {
        let column = Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_repetition(Repetition::REQUIRED)
            .with_converted_type(ConvertedType::UTF8);
        Arc::new(column.build().unwrap())
    };
    let schema = Type::group_type_builder("schema").with_fields(names.iter().map(text).collect());
    let schema = Arc::new(schema.build().unwrap());
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Default::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for column in 0..names.len() {
        let cells: Vec<ByteArray> = rows.iter().map(|row| row[column].as_str().into()).collect();
        let mut out = group.next_column().unwrap().unwrap();
        out.typed::<ByteArrayType>()
            .write_batch(&cells, None, None)
            .unwrap();
        out.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

/// The collector's table `events`, as far as it is read.
fn database(path: &Path, text: &str) {
    let database = rusqlite::Connection::open(path).unwrap();
    let layout =
        "CREATE TABLE events (message_id TEXT PRIMARY KEY, timestamp_ms INTEGER, message TEXT)";
    database.execute_batch(layout).unwrap();
    let mut insert = database
        .prepare("INSERT INTO events VALUES (?1, ?2, ?3)")
        .unwrap();
    for line in text.lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        let row = (message["messageId"].as_str(), milliseconds(&message), line);
        insert.execute(row).unwrap();
    }
}

fn milliseconds(message: &Value) -> i64 {
    let text = message["timestamp"].as_str().unwrap();
    chrono::DateTime::parse_from_rfc3339(text)
        .unwrap()
        .timestamp_millis()
}

#[test]
fn every_kind_of_file_reads_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let text = messages(1500, 0.3, 0.0);
    let all: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    std::fs::write(at("messages.jsonl"), &text).unwrap();
    std::fs::write(at("messages.jsonl.gz"), gzip(&text)).unwrap();
    std::fs::write(at("messages.json"), Value::from(all.clone()).to_string()).unwrap();
    database(&at("collector.sqlite"), &text);
    // The collector's columns, exported.
    let names = [
        "message_id",
        "type",
        "anonymous_id",
        "timestamp_ms",
        "message",
    ];
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|message| {
            let word = |key: &str| message[key].as_str().unwrap().to_owned();
            vec![
                word("messageId"),
                word("type"),
                word("anonymousId"),
                milliseconds(message).to_string(),
                message.to_string(),
            ]
        })
        .collect();
    std::fs::write(at("events.parquet"), table(&names, &rows)).unwrap();
    // A warehouse's columns, as Parquet and as CSV.
    let names = [
        "message_id",
        "anonymous_id",
        "timestamp",
        "event",
        "experiment_id",
        "variation_id",
        "revenue",
    ];
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|message| {
            let word = |value: &Value| match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let property = |key: &str| word(&message["properties"][key]);
            let event = word(&message["event"]).to_lowercase().replace(' ', "_");
            vec![
                word(&message["messageId"]),
                word(&message["anonymousId"]),
                word(&message["timestamp"]),
                event,
                property("experiment_id"),
                property("variation_id"),
                property("revenue"),
            ]
        })
        .collect();
    std::fs::write(at("tracks.parquet"), table(&names, &rows)).unwrap();
    let mut csv = names.join(",") + "\n";
    for row in &rows {
        csv += &(row.join(",") + "\n");
    }
    std::fs::write(at("tracks.csv"), csv).unwrap();

    let expected = analysed(&[at("messages.jsonl")]);
    assert_eq!(expected["readouts"][0]["units"], 1499);
    for name in [
        "messages.jsonl.gz",
        "messages.json",
        "collector.sqlite",
        "events.parquet",
        "tracks.parquet",
        "tracks.csv",
    ] {
        same(&analysed(&[at(name)]), &expected, name);
    }
    // The same messages from two kinds of files count once.
    let (readouts, counts) = read(&[at("collector.sqlite"), at("messages.jsonl.gz")]).unwrap();
    same(&json!(readouts), &expected["readouts"], "both");
    assert_eq!(counts.duplicates, all.len() as u64);
}

#[test]
fn rows_of_one_order_are_one_order_worth_its_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines.csv");
    let mut text = "user,time,kind,order,price,quantity,experiment,variation\n".to_owned();
    for unit in 0..40 {
        let variation = unit % 2;
        text += &format!("u{unit},2026-01-01 10:00:00,exposure,,,,ranker,{variation}\n");
        if unit % 4 < 2 {
            // Two lines of an order with a number, two of one without, a return, and what is put into the cart.
            text += &format!("u{unit},2026-01-01 11:00:00,buy,o{unit},2.5,2,,\n");
            text += &format!("u{unit},2026-01-01 11:00:05,buy,o{unit},1,1,,\n");
            text += &format!("u{unit},2026-01-01 12:00:00,buy,,3,1,,\n");
            text += &format!("u{unit},2026-01-01 12:00:00,buy,,4,{},,\n", 1 + unit / 20);
            text += &format!("u{unit},2026-01-02 12:00:00,buy,,4,-1,,\n");
            text += &format!("u{unit},2026-01-02 12:00:00,cart,,4,1,,\n");
        }
    }
    std::fs::write(&path, text).unwrap();
    let (readouts, counts) = read(&[path]).unwrap();
    assert_eq!(
        (counts.refused, readouts[0]["units"].as_u64()),
        (0, Some(40))
    );
    let comparisons = readouts[0]["comparisons"].as_array().unwrap();
    let of = |metric: &str| {
        let found = comparisons.iter().find(|one| one["metric"] == metric);
        found.unwrap()["control"].as_f64().unwrap()
    };
    // Half of the units buy twice: 6 and then 7 or 11.
    assert!((of("conversion") - 0.5).abs() < 1e-12);
    assert!(
        (of("order-value") - 7.5).abs() < 1e-12,
        "{}",
        of("order-value")
    );
}

#[test]
fn what_is_no_log_of_events_is_refused_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let written = |name: &str, bytes: &[u8]| {
        std::fs::write(at(name), bytes).unwrap();
        code(&at(name))
    };
    assert_eq!(code(&at("nowhere.jsonl")).0, "input.missing");
    assert_eq!(code(folder.path()).0, "input.folder");
    assert_eq!(written("empty.jsonl", b"").0, "input.empty");
    let (zip, told) = written("sheet.xlsx", b"PK\x03\x04 and more");
    assert!(
        zip == "input.format" && told.contains("save the sheet as CSV"),
        "{told}"
    );
    assert_eq!(
        written("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0").0,
        "input.format"
    );
    assert_eq!(
        written("torn.parquet", b"PAR1 and no end").0,
        "input.damaged"
    );
    assert_eq!(
        written("torn.sqlite", b"SQLite format 3\0 and no end").0,
        "input.damaged"
    );
    assert_eq!(
        written("torn.jsonl.gz", &gzip(&messages(50, 0.0, 0.0))[..90]).0,
        "input.damaged"
    );
    let (columns, told) = written("other.csv", b"city,population\nOslo,700000\n");
    assert!(
        columns == "events.column" && told.contains("anonymous_id"),
        "{told}"
    );
    let other = rusqlite::Connection::open(at("other.sqlite")).unwrap();
    other
        .execute_batch("CREATE TABLE events (salary INTEGER)")
        .unwrap();
    drop(other);
    let (foreign, told) = code(&at("other.sqlite"));
    assert!(
        foreign == "input.format" && told.contains("tillside serve"),
        "{told}"
    );
}

#[test]
fn malformed_messages_are_counted_by_reason_and_a_file_of_them_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("messages.jsonl");
    let sound = messages(300, 0.0, 0.0);
    let exposure = |but: &str| {
        let message = json!({ "event": "Experiment Viewed", "anonymousId": "x", "timestamp": "2026-01-01T00:00:00Z",
            "properties": { "experiment_id": "ranker", "variation_id": "1" } });
        let mut message = message;
        message[but] = Value::Null;
        message.to_string()
    };
    let broken = [
        "{\"event\":".to_owned(),
        "[1, 2]".to_owned(),
        exposure("anonymousId"),
        exposure("timestamp"),
        exposure("properties"),
    ];
    std::fs::write(&path, format!("{sound}\n{}\n", broken.join("\n"))).unwrap();
    let (readouts, counts) = read(std::slice::from_ref(&path)).unwrap();
    assert_eq!(
        (counts.refused, readouts[0]["units"].as_u64()),
        (5, Some(299))
    );
    for reason in [
        "not a JSON object",
        "neither session nor shopper",
        "not a time",
        "exposure without",
    ] {
        assert!(counts.reasons.contains(reason), "{}", counts.reasons);
    }
    std::fs::write(&path, broken[2..].join("\n")).unwrap();
    let (mostly, told) = code(&path);
    assert!(
        mostly == "events.mostly_unreadable" && told.contains("messages.jsonl:1"),
        "{told}"
    );
}

#[test]
fn messages_without_an_exposure_and_an_experiment_that_nobody_saw_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("messages.jsonl");
    let text: Vec<String> = messages(50, 0.0, 0.0)
        .lines()
        .filter(|line| !line.contains("Experiment Viewed"))
        .map(String::from)
        .collect();
    std::fs::write(&path, text.join("\n")).unwrap();
    let (none, told) = code(&path);
    assert!(
        none == "lab.no_exposure" && told.contains("Experiment Viewed"),
        "{told}"
    );
}
