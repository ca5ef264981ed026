//! Messages off the site, from a collector's delivery to a real receiver: at least once, under one id.

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tillside::report::iso;

use crate::http::{self, post};
use crate::program::{Server, folder};
use crate::receiver::{Answer, Post, Receiver};

const SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The demo's settings with a receiver.
fn settings(folder: &Path, receiver: &Receiver) -> String {
    let mut shop: Value = serde_json::from_str(include_str!("../../src/serve/crm/demo.json"))
        .expect("the settings are JSON");
    shop["outbox"] = json!({
        "url": receiver.url(), "secret": format!("whsec_{SECRET}"), "key": "an operator's long key",
        "quiet": { "from": 0, "to": 0 }, "caps": { "day": 9, "week": 9 }, "timeout_seconds": 1,
    });
    let path = folder.join("crm.json");
    std::fs::write(&path, shop.to_string()).expect("written");
    path.to_str().expect("the path is text").into()
}

/// A member who allows mail: their token and address.
fn reached(server: &Server) -> (String, String) {
    let login = json!({ "login": "anna", "secret": "correct horse", "name": "Anna" });
    let session = post(
        server.address,
        "/crm/v1/members",
        login.to_string().as_bytes(),
    )
    .json();
    let token = session["token"].as_str().expect("a token").to_owned();
    let channels = call(
        server,
        "PUT",
        "/crm/v1/me/channels",
        &token,
        &json!({ "mail": true }),
    );
    let address = channels["address"].as_str().expect("an address");
    (token, address.to_owned())
}

fn call(server: &Server, method: &str, path: &str, token: &str, body: &Value) -> Value {
    let bearer = format!("Bearer {token}");
    let body = match body {
        Value::Null => Vec::new(),
        body => body.to_string().into_bytes(),
    };
    let headers = [("authorization", bearer.as_str())];
    http::send(server.address, method, path, &headers, &body).json()
}

/// A delivery of a page's queue with one request for a message.
fn batch(id: &str, address: &str) -> Vec<u8> {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970")
        .as_millis() as i64;
    let message = json!({
        "type": "track", "event": "Message Requested", "messageId": id, "userId": address, "timestamp": iso(now),
        "properties": {
            "rule": "win-back-mail", "type": "reminder", "channel": "mail", "template": "win-back", "locale": "zh",
            "not_before": iso(now), "not_after": iso(now + 3_600_000),
        },
    });
    json!({ "writeKey": "demo", "batch": [message], "sentAt": iso(now) })
        .to_string()
        .into_bytes()
}

/// What a receiver checks before it believes a word.
fn verify(post: &Post) {
    let signed = format!(
        "{}.{}.{}",
        post.header("webhook-id"),
        post.header("webhook-timestamp"),
        post.body
    );
    let key = STANDARD.decode(SECRET).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length");
    mac.update(signed.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    assert_eq!(post.header("webhook-signature"), format!("v1,{signature}"));
}

/// Waits until the CRM knows that the message was delivered.
fn delivered(server: &Server, id: &str) -> Value {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let path = format!("/crm/v1/outbox/{id}");
        let entry = call(server, "GET", &path, "an operator's long key", &Value::Null);
        if entry["state"] == "delivered" {
            return entry;
        }
        assert!(Instant::now() < end, "{entry}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_lost_answer_brings_the_same_message_under_the_same_id() {
    let data = folder();
    let receiver = Receiver::start(&[Answer::Lost, Answer::Status(503)]);
    let settings = settings(data.path(), &receiver);
    let server = Server::start(data.path(), &["--crm", &settings]);
    let (_, address) = reached(&server);
    let body = batch("m-1", &address);
    assert_eq!(
        post(server.address, "/v1/batch", &body).json()["accepted"],
        1
    );
    // The page got no answer and sends its batch again.
    assert_eq!(
        post(server.address, "/v1/batch", &body).json()["duplicates"],
        1
    );
    let entry = delivered(&server, "m-1");
    assert_eq!(entry["attempts"], 3);
    let posts = receiver.posts();
    assert_eq!(posts.len(), 3);
    for post in &posts {
        verify(post);
        assert_eq!(post.header("webhook-id"), "m-1");
        let message = post.json();
        assert_eq!(message, posts[0].json());
        assert_eq!(
            (&message["type"], &message["event"], &message["messageId"]),
            (&json!("track"), &json!("Message Requested"), &json!("m-1"))
        );
        assert_eq!(message["properties"]["template"], "win-back");
        assert!(
            !post.body.contains(&address),
            "the address stays between device and CRM"
        );
    }
}

#[test]
fn a_server_that_was_killed_delivers_after_its_restart() {
    let data = folder();
    let receiver = Receiver::start(&[Answer::Silence]);
    let settings = settings(data.path(), &receiver);
    let server = Server::start(data.path(), &["--crm", &settings]);
    let (token, address) = reached(&server);
    assert_eq!(
        post(server.address, "/v1/batch", &batch("m-1", &address)).json()["accepted"],
        1
    );
    // It is killed with the message on its way, and another that waits.
    receiver.wait_for(1);
    let later = String::from_utf8(batch("m-2", &address)).expect("text");
    let later = later.replace("win-back-mail", "another");
    assert_eq!(
        post(server.address, "/v1/batch", later.as_bytes()).json()["accepted"],
        1
    );
    server.kill();
    let server = Server::start(data.path(), &["--crm", &settings]);
    for id in ["m-1", "m-2"] {
        delivered(&server, id);
    }
    let posts = receiver.posts();
    posts.iter().for_each(verify);
    let mut ids: Vec<_> = posts.iter().map(|post| post.header("webhook-id")).collect();
    ids.sort();
    assert!(ids.ends_with(&["m-1", "m-1", "m-2"]) || ids == ["m-1", "m-1", "m-2", "m-2"]);
    ids.dedup();
    assert_eq!(ids, ["m-1", "m-2"], "whoever keeps ids sees each once");
    let own = call(&server, "GET", "/crm/v1/me/messages", &token, &Value::Null);
    assert_eq!(own.as_array().map(Vec::len), Some(2));
}

#[test]
fn settings_that_nobody_could_deliver_by_are_refused_at_the_start() {
    let data = folder();
    let receiver = Receiver::start(&[]);
    let path = settings(data.path(), &receiver);
    let text = std::fs::read_to_string(&path).expect("it is there");
    std::fs::write(&path, text.replace("whsec_", "whsec_!")).expect("written");
    let data = data.path().to_str().expect("the path is text");
    let output = crate::program::refused(&["--port", "0", "--data", data, "--crm", &path]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        error.contains("crm.settings") && error.contains("outbox.secret"),
        "{error}"
    );
    assert!(!error.contains(SECRET));
}
