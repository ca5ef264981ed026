//! What is delivered is stored once, and what is not is explained.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use crate::http::{Headers, get, post, send};
use crate::program::{Server, batch_of, database, folder, stored_ids, viewed};

#[test]
fn a_batch_becomes_rows() {
    let data = folder();
    let server = Server::start(data.path(), &[]);
    let body = json!({
        "writeKey": "demo", "sentAt": "2026-11-21T08:00:10.000Z", "context": { "library": { "name": "tillside" } },
        "batch": [
            {
                "type": "track", "event": "Product Viewed", "anonymousId": "a-1", "messageId": "m-1",
                "timestamp": "2026-11-21T08:00:00.000Z", "context": { "sessionId": "s-1" },
                "properties": { "product_id": "手机-1", "__proto__": { "admin": true } },
            },
            { "type": "identify", "userId": "u-1", "messageId": "m-2", "traits": { "plan": "gold" } },
        ],
    });
    let response = post(server.address, "/v1/batch", body.to_string().as_bytes());
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(
        response.json(),
        json!({ "success": true, "accepted": 2, "duplicates": 0, "rejected": [] })
    );

    let row = database(data.path())
        .query_row("SELECT * FROM events WHERE message_id = 'm-1'", [], |row| {
            let text = |name: &str| row.get::<_, Option<String>>(name);
            let names = [
                "write_key",
                "type",
                "event",
                "anonymous_id",
                "user_id",
                "session_id",
            ];
            let texts = names.map(|name| text(name).expect("it is text or null"));
            let times = ["timestamp_ms", "sent_at_ms", "received_at_ms"]
                .map(|name| row.get::<_, i64>(name).expect("it is a number"));
            Ok((texts, times, text("message")?.expect("it is text")))
        })
        .expect("it is stored");
    let (texts, [timestamp, sent_at, received_at], message) = row;
    assert_eq!(
        texts.each_ref().map(Option::as_deref),
        [
            Some("demo"),
            Some("track"),
            Some("Product Viewed"),
            Some("a-1"),
            None,
            Some("s-1")
        ]
    );
    assert_eq!(sent_at - 1_795_248_010_000, 0);
    assert_eq!(
        received_at - timestamp,
        10_000,
        "ten seconds old when it was sent"
    );
    let message: Value = serde_json::from_str(&message).expect("it is JSON");
    assert_eq!(message["properties"]["product_id"], "手机-1");
    assert_eq!(message["properties"]["__proto__"], json!({ "admin": true }));
    assert_eq!(
        message["context"],
        json!({ "sessionId": "s-1", "library": { "name": "tillside" } })
    );
    assert_eq!(message["originalTimestamp"], "2026-11-21T08:00:00.000Z");
}

#[test]
fn ten_deliveries_at_once_of_one_batch_are_stored_once() {
    let data = folder();
    let server = Server::start(data.path(), &[]);
    let mut ids: Vec<String> = (0..200).map(|number| format!("m-{number:03}")).collect();
    let body = batch_of(&ids);
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..10)
            .map(|_| scope.spawn(|| post(server.address, "/v1/batch", &body).json()))
            .collect();
        senders
            .into_iter()
            .map(|sender| sender.join().expect("it is answered"))
            .collect()
    });
    let sum = |field: &str| {
        answers
            .iter()
            .map(|answer| answer[field].as_u64().expect("a count"))
            .sum::<u64>()
    };
    assert_eq!((sum("accepted"), sum("duplicates")), (200, 1800));
    ids.sort();
    assert_eq!(stored_ids(data.path()), ids);
    let health = get(server.address, "/healthz", &[]).json();
    assert_eq!(health["events"], 200);
    assert_eq!(health["received"]["duplicates"], 1800);
}

#[test]
fn good_messages_are_stored_beside_bad_ones() {
    let data = folder();
    let server = Server::start(data.path(), &[]);
    let mut nameless = viewed("m-2");
    nameless["event"] = json!("");
    let body = json!({ "writeKey": "demo", "batch": [viewed("m-0"), 7, nameless, viewed("m-3")] });
    let response = post(server.address, "/v1/batch", body.to_string().as_bytes());
    assert_eq!(response.status, 200);
    let answer = response.json();
    assert_eq!(answer["accepted"], 2);
    let rejected = answer["rejected"].as_array().expect("a list");
    let named: Vec<_> = rejected
        .iter()
        .map(|one| (&one["index"], &one["code"]))
        .collect();
    assert_eq!(
        named,
        [
            (&json!(1), &json!("event.object")),
            (&json!(2), &json!("event.missing"))
        ]
    );
    let message = rejected[1]["message"].as_str().expect("text");
    assert!(
        message.starts_with("batch[2].event is missing"),
        "{message}"
    );
    assert_eq!(stored_ids(data.path()), ["m-0", "m-3"]);
}

#[test]
fn broken_bytes_cost_only_the_message_that_holds_them() {
    let data = folder();
    let server = Server::start(data.path(), &[]);
    let good = |id: &str| viewed(id).to_string();
    let half = good("half").replace("sku-1", r"sku-1\ud83d");
    let long = good("long").replace("\"sku-1\"", "12345678901234567890123");
    let not_a_number = good("nan").replace("\"sku-1\"", "\"sku-1\",\"v\":NaN");
    let mut latin = good("latin").into_bytes();
    latin.extend(b",");
    let place = latin
        .windows(5)
        .position(|five| five == b"sku-1")
        .expect("it is there");
    latin[place] = 0xe9;
    let mut body = br#"{"writeKey":"k","sentAt":"0001-01-01T00:00:00Z","context":{"page":{"title":"\ud83d"}},"batch":["#.to_vec();
    body.extend(latin);
    body.extend(
        [half, long, not_a_number, good("good")]
            .join(",")
            .into_bytes(),
    );
    body.extend(b"]}");
    let response = post(server.address, "/v1/batch/", &body);
    assert_eq!(response.status, 200, "{}", response.text());
    let answer = response.json();
    assert_eq!(
        (&answer["accepted"], &answer["rejected"][0]["index"]),
        (&json!(4), &json!(0))
    );
    assert_eq!(answer["rejected"][0]["code"], "event.json");
    assert_eq!(stored_ids(data.path()), ["good", "half", "long", "nan"]);
    let sql = "SELECT message ->> '$.properties.product_id' FROM events WHERE message_id = 'long'";
    let id: String = database(data.path())
        .query_row(sql, [], |row| row.get(0))
        .expect("it is stored");
    assert_eq!(id, "12345678901234567890123");
    for path in ["/v1/", "/v1", "/v1/batch/more"] {
        let response = post(server.address, path, &body);
        assert_eq!(
            (response.status, &response.json()["code"]),
            (404, &json!("request.endpoint")),
            "{path}"
        );
    }
}

#[test]
fn an_order_has_its_number_in_a_column() {
    let data = folder();
    let server = Server::start(data.path(), &[]);
    let order = |id: &str| {
        let mut order = viewed(id);
        order["event"] = json!("Order Completed");
        order["properties"] = json!({ "order_id": "O-1", "products": [{ "product_id": "sku-1" }] });
        order
    };
    let body = json!({ "writeKey": "demo", "batch": [order("m-1"), order("m-2"), viewed("m-3")] });
    assert_eq!(
        post(server.address, "/v1/batch", body.to_string().as_bytes()).status,
        200
    );
    let sql = "SELECT count(order_id), count(DISTINCT order_id) FROM events";
    let counts = database(data.path()).query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
    assert_eq!(counts.expect("it is counted"), (2, 1));
}

#[test]
fn a_database_that_is_gone_is_said_by_status_and_health() {
    let data = folder();
    let server = Server::start(data.path(), &[]);
    assert_eq!(
        post(server.address, "/v1/batch", &batch_of(&["m-1"])).status,
        200
    );
    for entry in std::fs::read_dir(data.path()).expect("it is a folder") {
        std::fs::remove_file(entry.expect("it has a name").path()).expect("it is deleted");
    }
    let response = post(server.address, "/v1/batch", &batch_of(&["m-2"]));
    assert_eq!(
        (response.status, &response.json()["code"]),
        (503, &json!("store.write"))
    );
    assert!(response.header("retry-after").is_some());
    let health = get(server.address, "/healthz", &[]);
    assert_eq!(
        (health.status, &health.json()["status"]),
        (503, &json!("failing"))
    );
    let problem = health.json()["problem"].to_string();
    assert!(problem.contains("deleted or moved"), "{problem}");
}

#[test]
fn every_client_finds_its_way_in() {
    let data = folder();
    let server = Server::start(data.path(), &["--write-key", "shop", "--write-key", "app"]);
    let keyless = |id: &str| json!({ "batch": [viewed(id)] }).to_string().into_bytes();
    let mut keyed: Value = serde_json::from_slice(&keyless("beacon")).expect("JSON");
    keyed["writeKey"] = json!("shop");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&keyless("gzip")).expect("compressed");
    let gzip = gzip.finish().expect("compressed");
    // Basic authentication: "shop:" and "app:".
    let (shop, app) = (
        ("authorization", "Basic c2hvcDo="),
        ("authorization", "basic YXBwOg=="),
    );
    let form = ("content-type", "application/x-www-form-urlencoded");
    let mut single = viewed("single");
    single["writeKey"] = json!("app");
    let deliveries: [(&str, Headers, Vec<u8>); 6] = [
        (
            "/v1/batch",
            &[("content-type", "text/plain;charset=UTF-8")],
            keyed.to_string().into(),
        ),
        ("/v1/batch", &[], keyless("nothing")),
        (
            "/v1/batch",
            &[shop, form, ("content-encoding", "gzip")],
            gzip,
        ),
        ("/v1/b", &[app], keyless("basic")),
        ("/v1/track", &[], single.to_string().into()),
        (
            "/v1/p",
            &[shop],
            json!({ "anonymousId": "a-1", "messageId": "page" })
                .to_string()
                .into(),
        ),
    ];
    let statuses = deliveries
        .map(|(path, headers, body)| send(server.address, "POST", path, headers, &body).status);
    assert_eq!(statuses, [200, 401, 200, 200, 200, 200]);
    let mut expected = ["beacon", "gzip", "basic", "single", "page"];
    expected.sort();
    assert_eq!(stored_ids(data.path()), expected);
    let keys = |id: &str| {
        let sql = "SELECT write_key FROM events WHERE message_id = ?1";
        database(data.path())
            .query_row(sql, [id], |row| row.get::<_, String>(0))
            .expect("it is stored")
    };
    assert_eq!(
        [keys("basic"), keys("gzip"), keys("single")],
        ["app", "shop", "app"]
    );
}

#[test]
fn what_is_wrong_is_said_with_code_and_remedy() {
    let data = folder();
    let server = Server::start(data.path(), &["--write-key", "demo"]);
    let large = batch_of(
        &(0..3000)
            .map(|number| number.to_string())
            .collect::<Vec<_>>(),
    );
    let spaces = |bytes: usize| {
        let mut body = batch_of(&["m"]);
        body.resize(bytes, b' ');
        body
    };
    let mut heavy = viewed("heavy");
    heavy["properties"]["note"] = json!("x".repeat(32 * 1024));
    let heavy = json!({ "writeKey": "demo", "batch": [heavy] })
        .to_string()
        .into_bytes();
    let stranger = json!({ "writeKey": "other", "batch": [viewed("m")] })
        .to_string()
        .into_bytes();
    let latin =
        b"{\"writeKey\":\"demo\",\"batch\":[{\"type\":\"track\",\"event\":\"caf\xe9\"}]}".to_vec();
    type Case<'a> = (
        &'a str,
        &'a str,
        Headers<'a>,
        Vec<u8>,
        u16,
        &'a str,
        &'a str,
    );
    let cases: [Case; 14] = [
        (
            "POST",
            "/v1/batch",
            &[],
            b"{\"batch\": [\n  {]}".to_vec(),
            400,
            "request.json",
            "line 2 column 4",
        ),
        (
            "POST",
            "/v1/batch",
            &[],
            b"".to_vec(),
            400,
            "request.json",
            "send one JSON object",
        ),
        (
            "POST",
            "/v1/batch",
            &[],
            latin,
            400,
            "event.json",
            "batch[0] cannot be read",
        ),
        (
            "POST",
            "/v1/batch",
            &[],
            stranger,
            401,
            "request.write_key",
            "unknown write key \"other\"",
        ),
        (
            "POST",
            "/v1/batch",
            &[],
            b"{\"batch\":[]}".to_vec(),
            401,
            "request.write_key",
            "writeKey",
        ),
        (
            "POST",
            "/v1/batch",
            &[],
            heavy,
            400,
            "event.size",
            "batch[0] is 329",
        ),
        (
            "POST",
            "/v1/batch",
            &[],
            spaces(500 * 1024 + 1),
            413,
            "request.size",
            "512000",
        ),
        (
            "POST",
            "/v1/batch",
            &[],
            spaces(3_000_000),
            413,
            "request.size",
            "halves",
        ),
        (
            "POST",
            "/v1/batch",
            &[],
            large,
            413,
            "request.messages",
            "3000 messages",
        ),
        (
            "POST",
            "/v1/batch",
            &[("content-encoding", "br")],
            b"x".to_vec(),
            415,
            "request.encoding",
            "gzip",
        ),
        (
            "POST",
            "/v1/batch",
            &[("content-encoding", "gzip")],
            b"x".to_vec(),
            400,
            "request.gzip",
            "compress it again",
        ),
        (
            "POST",
            "/v1/click",
            &[],
            b"{}".to_vec(),
            404,
            "request.endpoint",
            "/v1/batch",
        ),
        (
            "GET",
            "/v1/batch",
            &[],
            b"".to_vec(),
            405,
            "request.method",
            "POST",
        ),
        (
            "POST",
            "/v1/page",
            &[],
            b"{\"writeKey\":\"demo\"}".to_vec(),
            400,
            "event.identity",
            "body has neither",
        ),
    ];
    for (method, path, headers, body, status, code, text) in cases {
        let response = send(server.address, method, path, headers, &body);
        let answer = response.json();
        assert_eq!(
            (response.status, &answer["code"]),
            (status, &json!(code)),
            "{answer}"
        );
        assert_eq!(answer["success"], false);
        let message = answer["message"].as_str().expect("text");
        assert!(message.contains(text), "{message}");
    }
    assert!(stored_ids(data.path()).is_empty());
    let full = send(
        server.address,
        "POST",
        "/v1/batch",
        &[],
        &spaces(500 * 1024),
    );
    assert_eq!(full.status, 200, "the limit itself is allowed");

    server.terminate();
    let (_, log) = server.wait();
    assert!(
        log.contains("refused request.json: the body cannot be read"),
        "{log}"
    );
    assert!(log.contains("line 2 column 4"), "{log}");
}

#[test]
fn a_locked_database_is_a_503_and_loses_nothing() {
    let data = folder();
    let server = Server::start(data.path(), &[]);
    let lock = rusqlite::Connection::open(data.path().join("collector.sqlite")).expect("it opens");
    lock.execute_batch("BEGIN IMMEDIATE").expect("it locks");
    let body = batch_of(&["m-1"]);
    let (delivery, health) = std::thread::scope(|scope| {
        let delivery = scope.spawn(|| post(server.address, "/v1/batch", &body));
        let health = scope.spawn(|| get(server.address, "/healthz", &[]));
        (
            delivery.join().expect("it is answered"),
            health.join().expect("it is answered"),
        )
    });
    assert_eq!(
        (delivery.status, delivery.header("retry-after")),
        (503, Some("10"))
    );
    assert_eq!(delivery.json()["code"], "store.write");
    assert_eq!(
        (health.status, &health.json()["status"]),
        (503, &json!("failing"))
    );
    lock.execute_batch("ROLLBACK").expect("it unlocks");
    assert_eq!(
        post(server.address, "/v1/batch", &body).json()["accepted"],
        1
    );
    assert_eq!(get(server.address, "/healthz", &[]).json()["events"], 1);
}
