use super::*;
use rusqlite::Connection;

use crate::serve::database::{SCHEMA, count};
use crate::serve::fields::Kind;

fn event(message_id: &str, write_key: &str) -> Event {
    Event {
        message_id: message_id.into(),
        write_key: write_key.into(),
        kind: Kind::Track,
        event: Some("Product Viewed".into()),
        anonymous_id: Some("a\0b".into()),
        user_id: None,
        session_id: None,
        order_id: Some("o-1".into()),
        timestamp_ms: 1,
        sent_at_ms: None,
        received_at_ms: 2,
        message: "{}".into(),
    }
}

#[tokio::test]
async fn a_message_id_is_stored_once_whoever_repeats_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(&folder.path().join("deep/data")).expect("it opens");
    let first = vec![event("m-1", "a"), event("m-2", "a"), event("m-1", "a")];
    let stored = store.write(first).await.expect("it writes");
    assert_eq!((stored.inserted, stored.duplicates), (2, 1));
    let stored = store
        .write(vec![event("m-2", "b"), event("m-3", "b")])
        .await
        .expect("it writes");
    assert_eq!((stored.inserted, stored.duplicates), (1, 1));
    assert_eq!(store.check().await.expect("it writes"), 3);
}

#[tokio::test]
async fn what_was_stored_is_there_after_closing_and_nothing_is_taken_then() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(folder.path()).expect("it opens");
    store
        .write(vec![event("m-1", "a")])
        .await
        .expect("it writes");
    let store = tokio::task::spawn_blocking(move || {
        store.close();
        store
    })
    .await
    .expect("it closes");
    let late = store
        .write(vec![event("m-2", "a")])
        .await
        .expect_err("it is closed");
    assert_eq!(late.code(), "store.write");
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .expect("it is a folder")
        .map(|entry| entry.expect("it has a name").file_name())
        .collect();
    assert_eq!(names, [FILE], "the log is folded in");
    let again = Store::open(folder.path()).expect("it opens");
    assert_eq!(again.check().await.expect("it writes"), 1);
}

#[tokio::test]
async fn nothing_is_stored_in_files_that_are_gone_until_they_are_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [data, away] = ["data", "away"].map(|name| folder.path().join(name));
    let store = Store::open(&data).expect("it opens");
    store
        .write(vec![event("m-1", "a")])
        .await
        .expect("it writes");
    std::fs::rename(&data, &away).expect("it is moved");
    for _ in 0..2 {
        let lost = store
            .write(vec![event("m-2", "a")])
            .await
            .expect_err("it is gone");
        assert!(lost.to_string().contains("deleted or moved"), "{lost}");
        assert!(store.check().await.is_err());
    }
    std::fs::rename(&away, &data).expect("it is moved back");
    store
        .write(vec![event("m-2", "a")])
        .await
        .expect("it writes");
    assert_eq!(store.check().await.expect("it is healthy"), 2);
}

#[tokio::test]
async fn a_log_that_was_deleted_loses_nothing_and_another_database_is_taken_up() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (data, other) = (folder.path().join("data"), folder.path().join("other"));
    let store = Store::open(&data).expect("it opens");
    store
        .write(vec![event("m-1", "a")])
        .await
        .expect("it writes");
    std::fs::remove_file(data.join("collector.sqlite-wal")).expect("it is deleted");
    store
        .write(vec![event("m-2", "a")])
        .await
        .expect("it writes");
    assert_eq!(store.check().await.expect("it is healthy"), 2);

    let backup = Store::open(&other).expect("it opens");
    backup
        .write(vec![event("b-1", "a")])
        .await
        .expect("it writes");
    tokio::task::spawn_blocking(move || backup.close())
        .await
        .expect("it closes");
    for name in [FILE, "collector.sqlite-wal", "collector.sqlite-shm"] {
        std::fs::remove_file(data.join(name)).expect("it is deleted");
    }
    std::fs::rename(other.join(FILE), data.join(FILE)).expect("it is put in place");
    assert_eq!(store.check().await.expect("it is healthy"), 1);
    store
        .write(vec![event("m-3", "a")])
        .await
        .expect("it writes");
    let rows = Connection::open(data.join(FILE)).expect("it opens");
    assert_eq!(count(&rows).expect("it counts"), 2);
}

#[tokio::test]
async fn rows_that_another_program_deletes_are_not_counted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(folder.path()).expect("it opens");
    let events = (0..5).map(|n| event(&n.to_string(), "a")).collect();
    store.write(events).await.expect("it writes");
    let other = Connection::open(folder.path().join(FILE)).expect("it opens");
    other
        .execute("DELETE FROM events WHERE message_id < '3'", [])
        .expect("it deletes");
    assert_eq!(store.check().await.expect("it is healthy"), 2);
    other
        .execute_batch("ALTER TABLE events ADD COLUMN note TEXT")
        .expect("it alters");
    store
        .write(vec![event("5", "a")])
        .await
        .expect("a column more is no harm");
    assert_eq!(store.check().await.expect("it is healthy"), 3);
    other
        .execute_batch("ALTER TABLE events RENAME TO old")
        .expect("it alters");
    assert!(store.write(vec![event("6", "a")]).await.is_err());
    assert!(store.check().await.is_err());
}

#[test]
fn the_database_of_another_program_is_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(FILE);
    let other = Connection::open(&path).expect("it opens");
    other
        .execute_batch("CREATE TABLE events (secret_salary INTEGER)")
        .expect("a table");
    drop(other);
    let before = std::fs::read(&path).expect("it is there");
    let Err(error) = Store::open(folder.path()) else {
        panic!("it opens");
    };
    assert_eq!(error.code(), "store.foreign");
    let told = error.to_string();
    assert!(
        !told.contains("secret") && !told.contains("CREATE"),
        "{told}"
    );
    assert_eq!(std::fs::read(&path).expect("it is there"), before);
}

#[tokio::test]
async fn a_database_of_the_layout_before_gets_the_numbers_of_its_orders() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(FILE);
    let older = Connection::open(&path).expect("it opens");
    let layout = SCHEMA.replace(",\n  order_id TEXT", "");
    let layout = layout.lines().filter(|line| !line.contains("events_order"));
    older
        .execute_batch(&layout.collect::<Vec<_>>().join("\n"))
        .expect("the layout before");
    older
        .pragma_update(None, "user_version", 1)
        .expect("it is noted");
    for (id, message) in [
        ("1", r#"{"properties":{"order_id":"O-1"}}"#),
        ("2", r#"{"properties":{"transaction_id":7}}"#),
        ("3", "order, but no JSON"),
    ] {
        let row = "INSERT INTO events (message_id, write_key, type, timestamp_ms, received_at_ms, message)
                   VALUES (?1, '', 'track', 0, 0, ?2)";
        older.execute(row, [id, message]).expect("a row");
    }
    drop(older);
    let store = Store::open(folder.path()).expect("it opens");
    store.write(vec![event("4", "a")]).await.expect("it writes");
    let rows = Connection::open(&path).expect("it opens");
    let mut rows = rows
        .prepare("SELECT order_id FROM events ORDER BY message_id")
        .expect("it is there");
    let rows = rows.query_map([], |row| row.get(0)).expect("it reads");
    let numbers: Vec<Option<String>> = rows.collect::<Result<_, _>>().expect("texts");
    let expected = [Some("O-1"), Some("7"), None, Some("o-1")];
    assert_eq!(numbers, expected.map(|number| number.map(str::to_owned)));
}
