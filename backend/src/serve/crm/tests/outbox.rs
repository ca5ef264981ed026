//! Messages off the site: permission, judging and settling, without a network.

use super::*;
use crate::serve::crm::outbox::ledger::{self, Entry, Next};
use crate::serve::crm::outbox::settings::Settings;
use crate::serve::event::Event;
use crate::serve::fields::Kind;
use tillside::report::iso;

/// 12:00 in Shanghai.
const NOON: i64 = 1_790_049_600_000;

/// A shop with a receiver that nobody calls here.
fn shop() -> Shop {
    let mut shop = Shop::demo().expect("the embedded settings are checked");
    shop.outbox = serde_json::from_value(json!({
        "url": "http://127.0.0.1:9/", "secret": "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "key": "an operator's long key",
        "clock": "CST-8", "caps": { "day": 1, "week": 2 },
    }))
    .expect("settings");
    shop
}

/// A member who may be written to by mail, and their address.
async fn reached(client: &mut Client, login: &str) -> String {
    client.now = NOON;
    client.join(login, None).await;
    let (status, channels) = client
        .call("PUT", "/me/channels", json!({ "mail": true }))
        .await;
    assert_eq!(status, StatusCode::OK, "{channels}");
    channels["address"].as_str().expect("an address").into()
}

/// A request as a collector has it, made at the client's time.
fn request(id: &str, address: &str, now: i64, change: impl FnOnce(&mut Value)) -> Event {
    let mut message = json!({
        "type": "track", "event": "Message Requested", "messageId": id, "userId": address,
        "originalTimestamp": iso(now),
        "properties": {
            "rule": "win-back-mail", "type": "reminder", "channel": "mail", "template": "win-back", "locale": "en",
            "not_before": iso(now), "not_after": iso(now + 48 * HOUR),
        },
    });
    change(&mut message["properties"]);
    Event {
        message_id: id.into(),
        write_key: "demo".into(),
        kind: Kind::Track,
        event: Some("Message Requested".into()),
        anonymous_id: None,
        user_id: Some(address.into()),
        session_id: None,
        order_id: None,
        timestamp_ms: 1_000,
        sent_at_ms: None,
        received_at_ms: 1_000,
        message: message.to_string(),
    }
}

impl Client {
    /// Moves the clock, as requests do; it goes on by itself.
    async fn at(&mut self, now: i64) {
        self.now = now;
        self.get("/session").await;
    }

    fn ask(&self, event: Event) {
        self.crm.requested(&[event]).expect("it is taken");
    }

    /// Later than whatever was asked for until now: each call sets the clock back to the client's time.
    fn soon(&self) -> i64 {
        self.now + 60_000
    }

    /// Judges what is due now; what is sent is settled as delivered.
    fn deliver(&self) -> Vec<Entry> {
        let mut sent = Vec::new();
        let settings: &Settings = &self.crm.shop.outbox;
        loop {
            let next = self
                .crm
                .transact(|database| ledger::next(database, settings, self.soon(), 0))
                .expect("it reads");
            match next {
                Next::Idle(_) => return sent,
                Next::Decided => {}
                Next::Send(entry) => {
                    self.crm
                        .transact(|database| ledger::delivered(database, &entry.id, self.soon()))
                        .expect("it writes");
                    sent.push(*entry);
                }
            }
        }
    }

    /// State and reason of the member's messages, by id.
    async fn states(&self) -> Vec<(String, String, String)> {
        let messages = self.get("/me/messages").await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut all: Vec<_> = messages
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| (text(&one["id"]), text(&one["state"]), text(&one["reason"])))
            .collect();
        all.sort();
        all
    }

    async fn state(&self, id: &str) -> (String, String) {
        let states = self.states().await;
        let found = states.into_iter().find(|(known, ..)| known == id);
        found.map_or_else(Default::default, |(_, state, reason)| (state, reason))
    }
}

fn is(state: &str, reason: &str) -> (String, String) {
    (state.into(), reason.into())
}

#[tokio::test]
async fn nobody_is_written_to_until_they_allow_a_channel() {
    let mut client = Client::of(shop());
    client.join("quiet", None).await;
    let channels = client.get("/me/channels").await;
    assert_eq!(channels["address"], Value::Null);
    for channel in ["mail", "sms", "wecom"] {
        assert_eq!(channels["channels"][channel]["allowed"], false);
    }
    let address = reached(&mut client, "reached").await;
    let again = client
        .call("PUT", "/me/channels", json!({ "sms": false }))
        .await;
    assert_eq!(again.1["address"].as_str(), Some(address.as_str()));
    client.ask(request("m-1", &address, NOON, |_| {}));
    client.ask(request("m-1", &address, NOON, |_| {}));
    client.ask(request("m-2", &address, NOON, |said| {
        said["channel"] = "sms".into();
        said["rule"] = "other".into();
    }));
    client.ask(request("m-3", "nobody", NOON, |_| {}));
    assert_eq!(client.states().await.len(), 2);
    assert_eq!(client.state("m-2").await, is("suppressed", "no_permission"));
    let sent = client.deliver();
    assert_eq!(sent.len(), 1);
    assert_eq!(client.state("m-1").await, is("delivered", ""));
    // Facts have what a device needs to ask.
    client.at(NOON + HOUR).await;
    let (_, wrong) = client
        .call("PUT", "/me/channels", json!({ "pigeon": true }))
        .await;
    assert_eq!(wrong["code"], "crm.body");
}

#[tokio::test]
async fn a_permission_that_is_withdrawn_holds_what_waits_and_what_is_still_asked_for() {
    let mut client = Client::of(shop());
    let address = reached(&mut client, "a").await;
    client.ask(request("m-1", &address, NOON, |said| {
        said["not_before"] = iso(NOON + HOUR).into();
    }));
    assert_eq!(client.deliver().len(), 0);
    assert_eq!(client.state("m-1").await, is("pending", ""));
    let (_, channels) = client
        .call("PUT", "/me/channels", json!({ "mail": false }))
        .await;
    assert_eq!(channels["address"], Value::Null, "the address is gone");
    assert_eq!(client.state("m-1").await, is("suppressed", "no_permission"));
    client.ask(request("m-2", &address, NOON, |_| {}));
    assert_eq!(client.states().await.len(), 1);
    client.at(NOON + 2 * HOUR).await;
    assert_eq!(client.deliver().len(), 0);
}

#[tokio::test]
async fn quiet_hours_move_a_message_to_the_morning() {
    let mut client = Client::of(shop());
    let address = reached(&mut client, "a").await;
    let night = NOON + 10 * HOUR;
    client.at(night).await;
    client.ask(request("m-1", &address, night, |_| {}));
    client.ask(request("m-2", &address, night, |said| {
        said["rule"] = "short".into();
        said["not_after"] = iso(night + HOUR).into();
    }));
    assert_eq!(client.deliver().len(), 0);
    assert_eq!(client.state("m-1").await, is("pending", ""));
    assert_eq!(client.state("m-2").await, is("suppressed", "quiet_hours"));
    client.at(NOON + 21 * HOUR - 120_000).await;
    assert_eq!(client.deliver().len(), 0);
    client.at(NOON + 21 * HOUR).await;
    assert_eq!(client.deliver().len(), 1);
    // Where it is day already, the shopper's zone decides.
    let mut client = Client::of(shop());
    let address = reached(&mut client, "b").await;
    client.at(night).await;
    client.ask(request("m-1", &address, night, |said| {
        said["utc_offset"] = (-300).into();
    }));
    assert_eq!(client.deliver().len(), 1);
}

#[tokio::test]
async fn an_open_complaint_and_an_order_hold_promotion_back() {
    let mut client = Client::of(shop());
    let address = reached(&mut client, "a").await;
    let ask = |client: &Client, id: &str, kind: &str| {
        client.ask(request(id, &address, client.now, |said| {
            said["type"] = kind.into();
            said["rule"] = id.into();
        }));
    };
    let (_, contact) = client
        .call(
            "POST",
            "/me/contacts",
            json!({ "channel": "chat", "topic": "broken" }),
        )
        .await;
    ask(&client, "promotion", "offer");
    ask(&client, "sorry", "apology");
    let sent = client.deliver();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].id, "sorry");
    assert_eq!(
        client.state("promotion").await,
        is("suppressed", "complaint")
    );
    let path = format!(
        "/me/contacts/{}/resolve",
        contact["id"].as_str().expect("an id")
    );
    client.call("POST", &path, json!({})).await;
    client.at(NOON + 25 * HOUR).await;
    ask(&client, "late", "reminder");
    client.at(NOON + 25 * HOUR + 60_000).await;
    client.order(100, None).await;
    assert_eq!(client.deliver().len(), 0);
    assert_eq!(client.state("late").await, is("suppressed", "ordered"));
}

#[tokio::test]
async fn caps_count_every_device_and_channel_and_a_newer_request_takes_the_place() {
    let mut client = Client::of(shop());
    let address = reached(&mut client, "a").await;
    client
        .call("PUT", "/me/channels", json!({ "sms": true }))
        .await;
    let ask = |client: &Client, id: &str, channel: &str, rule: &str| {
        client.ask(request(id, &address, client.now, |said| {
            said["channel"] = channel.into();
            said["rule"] = rule.into();
        }));
    };
    ask(&client, "one", "mail", "a");
    assert_eq!(client.deliver().len(), 1);
    ask(&client, "two", "sms", "b");
    assert_eq!(client.deliver().len(), 0);
    assert_eq!(client.state("two").await, is("suppressed", "cap"));
    client.at(NOON + 25 * HOUR).await;
    ask(&client, "three", "sms", "b");
    assert_eq!(client.deliver().len(), 1, "a day later");
    client.at(NOON + 48 * HOUR).await;
    ask(&client, "four", "mail", "b");
    assert_eq!(client.deliver().len(), 0, "two a week");
    client.at(NOON + 8 * DAY_MS).await;
    let later = |said: &mut Value| said["not_before"] = iso(NOON + 9 * DAY_MS).into();
    client.ask(request("five", &address, client.now, later));
    client.ask(request("six", &address, client.now, later));
    assert_eq!(client.state("five").await, is("suppressed", "superseded"));
    assert_eq!(client.state("six").await, is("pending", ""));
    client.at(NOON + 12 * DAY_MS).await;
    assert_eq!(client.deliver().len(), 0);
    assert_eq!(client.state("six").await, is("suppressed", "expired"));
}

#[tokio::test]
async fn what_was_sent_once_and_not_answered_counts_and_comes_again_under_its_id() {
    let mut client = Client::of(shop());
    let address = reached(&mut client, "a").await;
    client.ask(request("m-1", &address, NOON, |_| {}));
    let settings = &client.crm.shop.outbox;
    let next = |real: i64| {
        client
            .crm
            .transact(|database| ledger::next(database, settings, client.soon(), real))
            .expect("it reads")
    };
    assert!(matches!(next(0), Next::Send(_)));
    // Under its lease nobody else sends it.
    let Next::Idle(Some(wait)) = next(1_000) else {
        panic!("it is leased");
    };
    assert_eq!(wait, 11_000);
    client.ask(request("m-2", &address, NOON, |said| {
        said["rule"] = "b".into()
    }));
    assert!(matches!(next(1_000), Next::Decided));
    assert_eq!(client.state("m-2").await, is("suppressed", "cap"));
    let Next::Send(again) = next(12_000) else {
        panic!("its lease has ended");
    };
    assert_eq!((again.id.as_str(), again.attempts), ("m-1", 2));
}

#[tokio::test]
async fn operators_see_the_outbox_by_their_key_and_members_their_own() {
    let mut client = Client::of(shop());
    let address = reached(&mut client, "a").await;
    client.ask(request("m-1", &address, NOON, |_| {}));
    client.deliver();
    let (status, refused) = client.call("GET", "/outbox", Value::Null).await;
    assert_eq!(
        (status, refused["code"].as_str()),
        (StatusCode::UNAUTHORIZED, Some("crm.operator"))
    );
    client.token = "an operator's long key".into();
    let outbox = client.get("/outbox").await;
    assert_eq!(
        outbox["counts"],
        json!([{ "state": "delivered", "count": 1 }])
    );
    assert_eq!(outbox["messages"][0]["id"], "m-1");
    assert_eq!(client.get("/outbox/m-1").await["template"], "win-back");
    let (_, unknown) = client.call("GET", "/outbox/m-9", Value::Null).await;
    assert_eq!(unknown["code"], "crm.unknown");
    // Without a key in the settings no token is one.
    let client = Client::new();
    assert_eq!(
        client.call("GET", "/outbox", Value::Null).await.1["code"],
        "crm.operator"
    );
}

#[tokio::test]
async fn a_request_carries_words_only_and_its_device_may_be_wrong_about_the_time() {
    let mut client = Client::of(shop());
    let address = reached(&mut client, "a").await;
    for (n, change) in [
        ("template", json!("Dear Anna, …")),
        ("template", json!("<b>")),
        ("rule", json!("")),
        ("channel", json!("page")),
        ("channel", json!("pigeon")),
        ("type", json!("order")),
        ("locale", json!(7)),
        ("not_before", json!("soon")),
        ("not_after", json!(iso(NOON - HOUR))),
        ("not_after", json!(iso(NOON + 40 * DAY_MS))),
        ("campaign", json!("a b")),
    ]
    .into_iter()
    .enumerate()
    {
        client.ask(request(&format!("m-{n}"), &address, NOON, |said| {
            said[change.0] = change.1;
        }));
    }
    assert_eq!(client.states().await, []);
    // A device whose clock is a year ahead.
    let wrong = NOON + 365 * DAY_MS;
    client.ask(request("m-x", &address, wrong, |_| {}));
    assert_eq!(client.deliver().len(), 1);
    // A page that asks without end is not heard without end.
    for n in 0..200 {
        client.ask(request(&format!("f-{n}"), &address, NOON, |said| {
            said["rule"] = format!("r-{n}").into();
            said["not_before"] = iso(NOON + HOUR).into();
        }));
    }
    assert_eq!(client.states().await.len(), 33);
    client.call("DELETE", "/me", Value::Null).await;
    let left = client.crm.transact(|database| {
        Ok(
            database.query_row("SELECT count(*) FROM outbox", [], |row| {
                row.get::<_, i64>(0)
            })?,
        )
    });
    assert_eq!(left.expect("it reads"), 0);
}
