//! What the page's own code reports is taken whole, and read back by session.

use tillside::intake::{Arrival, Intake};
use tillside::report::{Envelope, Outcome, Priority, Queue, message};

use crate::http::post;
use crate::program::{Server, database, folder};

#[test]
fn a_shoppers_visits_become_rows() {
    let data = folder();
    let server = Server::start(data.path(), &["--write-key", "shop"]);
    // The device's clock is years late.
    let begun = 1_600_000_000_000;
    let hour = 3_600_000;
    let mut intake = Intake::new(7);
    let mut queue = Queue::new("shop");
    let envelope = Envelope {
        anonymous: "a-1",
        locale: Some("zh-CN"),
        path: Some("/p/手机-1"),
    };
    for number in 0..150 {
        let now = begun + number * 1000 + if number < 75 { 0 } else { hour };
        let id = format!("m-{number:03}");
        let (name, properties) = match number % 3 {
            0 => (
                "Product Viewed",
                r#"{"product_id":"手机-1","price":1999.5}"#,
            ),
            1 => (
                "add_to_cart",
                r#"{"items":[{"item_id":"手机-1","price":1999.5,"quantity":2}]}"#,
            ),
            _ => ("Products Searched", r#"{"query":"红色 \"手机\""}"#),
        };
        let properties: serde_json::Value = serde_json::from_str(properties).expect("valid JSON");
        let arrival = Arrival {
            id: &id,
            now,
            time: None,
        };
        let event = intake
            .accept(name, &properties.into(), arrival)
            .expect("it is a clean event");
        queue.push(&id, message(&event, &envelope), Priority::of(&event), now);
    }
    let mut now = begun + 2 * hour;
    while let Some(batch) = queue.next(now, false) {
        let response = post(server.address, "/v1/batch", batch.body.as_bytes());
        let answer = response.json();
        assert_eq!(
            (response.status, &answer["accepted"]),
            (200, &batch.ids.len().into()),
            "{answer}"
        );
        let outcome = Outcome::Status {
            code: response.status,
            retry_after: None,
        };
        queue.settled(batch.number, outcome, now, 0);
        now += 1000;
    }
    assert_eq!(queue.waiting(), 0);

    let rows: Vec<(String, i64, i64, i64)> = database(data.path())
        .prepare(
            "SELECT session_id, count(*), max(timestamp_ms) - min(timestamp_ms), max(received_at_ms - timestamp_ms)
             FROM events WHERE write_key = 'shop' AND anonymous_id = 'a-1' GROUP BY session_id ORDER BY min(timestamp_ms)",
        )
        .expect("it is SQL")
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .expect("it reads")
        .collect::<Result<_, _>>()
        .expect("rows of that shape");
    let [(first, 75, _, oldest), (second, 75, _, newest)] = rows.as_slice() else {
        panic!("two visits of 75 events each: {rows:?}");
    };
    assert_ne!(first, second);
    assert!(
        *oldest < 3 * hour && *newest < 2 * hour,
        "dated by the collector's clock: {rows:?}"
    );
}
