//! Money that outlives a killed process: no budget is overrun, no coupon used twice, every sum holds.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use crate::http;
use crate::program::{Server, folder};

const MEMBERS: usize = 6;
/// Of the campaign that all of them ask for: two coupons of 5000.
const BUDGET: i64 = 12_000;
/// Calls after which the server is killed, round by round.
const KILLS: [usize; 4] = [9, 23, 41, 60];

fn settings(folder: &Path) -> String {
    let mut shop: Value = serde_json::from_str(include_str!("../../src/serve/crm/demo.json"))
        .expect("the settings are JSON");
    for campaign in shop["campaigns"].as_array_mut().expect("campaigns") {
        if campaign["id"] == "hesitation" {
            campaign["budget"] = BUDGET.into();
        }
    }
    let path = folder.join("crm.json");
    std::fs::write(&path, shop.to_string()).expect("written");
    path.to_str().expect("the path is text").into()
}

/// One call; `None` where the server was gone before it answered.
fn call(
    server: SocketAddr,
    path: &str,
    token: &str,
    key: &str,
    body: &Value,
) -> Option<(u16, Value)> {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
    let body = body.to_string();
    let attempt = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(server)?;
        stream.write_all(&http::head("POST", path, &headers, body.len()))?;
        stream.write_all(body.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    };
    let response = http::parse(&attempt().ok()?)?;
    let value = serde_json::from_slice(&response.body).ok()?;
    Some((response.status, value))
}

/// What a member does, over and over, each call under a key of its own; a call without an answer is made again.
struct Shopper {
    token: String,
    name: String,
    calls: usize,
    unanswered: Option<(String, String, Value)>,
    orders: Vec<String>,
    coupon: Option<String>,
}

impl Shopper {
    fn next(&mut self) -> (String, String, Value) {
        if let Some(call) = self.unanswered.take() {
            return call;
        }
        self.calls += 1;
        let key = format!("{}-{}", self.name, self.calls);
        let (path, body) = match self.calls % 4 {
            1 => (
                "/crm/v1/me/coupons".into(),
                json!({ "campaign": "hesitation" }),
            ),
            3 if !self.orders.is_empty() => {
                let order = self.orders.remove(0);
                (format!("/crm/v1/me/orders/{order}/cancel"), json!({}))
            }
            _ => {
                let mut order = json!({ "lines": [{ "item": "tv", "quantity": 1, "price": 30_000 + self.calls as i64 }] });
                if let Some(coupon) = self.coupon.take() {
                    order["coupon"] = coupon.into();
                }
                ("/crm/v1/me/orders".into(), order)
            }
        };
        (path, key, body)
    }

    /// Goes on until the server is gone or `enough` calls were answered by all together.
    fn shop(&mut self, server: SocketAddr, answered: &AtomicUsize, enough: usize) {
        while answered.load(Ordering::Relaxed) < enough {
            let (path, key, body) = self.next();
            let Some((status, value)) = call(server, &path, &self.token, &key, &body) else {
                self.unanswered = Some((path, key, body));
                return;
            };
            answered.fetch_add(1, Ordering::Relaxed);
            match (path.ends_with("coupons"), path.ends_with("orders"), status) {
                (true, _, 200) => self.coupon = value["code"].as_str().map(str::to_owned),
                (_, true, 201) => self.orders.extend(value["id"].as_str().map(str::to_owned)),
                (.., status) => assert!(status < 500, "{value}"),
            }
        }
    }
}

fn number(database: &Connection, sql: &str) -> i64 {
    database
        .query_row(sql, [], |row| row.get(0))
        .expect("it reads")
}

/// Budgets, coupons, points and keys, as the database has them.
fn check(data: &Path) {
    let open = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        Connection::open_with_flags(data.join("crm.sqlite"), flags).expect("the database is there")
    };
    let database = open();
    let sound: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("it reads");
    assert_eq!(sound, "ok");
    let committed = number(
        &database,
        "SELECT coalesce(sum(value), 0) FROM coupons WHERE campaign = 'hesitation'",
    );
    assert!(committed <= BUDGET, "{committed} of {BUDGET}");
    for (what, sql) in [
        (
            "coupons used twice",
            "SELECT count(*) FROM (SELECT coupon FROM orders WHERE coupon IS NOT NULL AND state <> 'cancelled'
             GROUP BY coupon HAVING count(*) > 1)",
        ),
        (
            "coupons redeemed in no order, or unredeemed in one",
            "SELECT count(*) FROM coupons c WHERE (c.redeemed_ms IS NOT NULL) <>
             EXISTS (SELECT 1 FROM orders o WHERE o.coupon = c.code AND o.state <> 'cancelled')",
        ),
        (
            "orders whose lines do not add up",
            "SELECT count(*) FROM orders o WHERE subtotal <>
             (SELECT coalesce(sum(quantity * price), -1) FROM order_lines WHERE order_id = o.id)",
        ),
        (
            "orders whose points are not theirs",
            "SELECT count(*) FROM orders o WHERE
             (SELECT coalesce(sum(amount), 0) FROM points WHERE member = o.member AND source = o.id) <>
             CASE state WHEN 'cancelled' THEN 0 ELSE (subtotal - discount) / 100 END",
        ),
        (
            "calls that were answered twice",
            "SELECT count(*) FROM (SELECT member, key FROM answers GROUP BY member, key HAVING count(*) > 1)",
        ),
        (
            "orders beside those that were answered",
            "SELECT (SELECT count(*) FROM orders) <>
             (SELECT count(*) FROM answers WHERE operation = 'POST /me/orders' AND status = 201)",
        ),
    ] {
        assert_eq!(number(&database, sql), 0, "{what}");
    }
}

#[test]
fn no_budget_is_overrun_and_every_sum_holds_when_the_server_is_killed() {
    let data = folder();
    let settings = settings(data.path());
    let mut shoppers: Vec<Shopper> = Vec::new();
    let begun = Instant::now();
    for (round, kill) in KILLS.into_iter().enumerate() {
        let server = Server::start(data.path(), &["--crm", &settings]);
        let address = server.address;
        for n in shoppers.len()..MEMBERS {
            let name = format!("member-{n}");
            let login = json!({ "login": name, "secret": "correct horse", "name": name });
            let (_, session) =
                call(address, "/crm/v1/members", "", "register", &login).expect("an answer");
            shoppers.push(Shopper {
                token: session["token"].as_str().expect("a token").into(),
                name,
                calls: 0,
                unanswered: None,
                orders: Vec::new(),
                coupon: None,
            });
        }
        let answered = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let answered = &answered;
            let all: Vec<_> = shoppers
                .iter_mut()
                .map(|shopper| scope.spawn(move || shopper.shop(address, answered, usize::MAX)))
                .collect();
            while answered.load(Ordering::Relaxed) < kill {
                std::thread::yield_now();
            }
            // Somewhere within a transaction: how far each got differs with every run.
            std::thread::sleep(Duration::from_micros(317 * (round as u64 + 1)));
            server.kill();
            all.into_iter().for_each(|one| one.join().expect("it ends"));
        });
        check(data.path());
    }
    // What got no answer is asked for again, and all of it is done once.
    let server = Server::start(data.path(), &["--crm", &settings]);
    for shopper in &mut shoppers {
        if shopper.unanswered.is_some() {
            let answered = AtomicUsize::new(0);
            shopper.shop(server.address, &answered, 1);
            assert!(shopper.unanswered.is_none());
        }
    }
    server.kill();
    check(data.path());
    assert!(
        begun.elapsed() < Duration::from_secs(120),
        "{:?}",
        begun.elapsed()
    );
}
