//! The service as a shop's program meets it: calls and answers over HTTP, on a real database.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::api::{self, operations};
use super::config::Shop;
use super::*;

mod backup;
mod group;
mod outbox;
mod survey;

const NOW: i64 = 1_790_000_000_000;
const HOUR: i64 = 3_600_000;

struct Client {
    router: Router,
    crm: Arc<Crm>,
    token: String,
    now: i64,
    folder: tempfile::TempDir,
}

impl Client {
    fn new() -> Client {
        Client::of(Shop::demo().expect("the embedded settings are checked"))
    }

    fn of(shop: Shop) -> Client {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let crm = Arc::new(Crm::open(folder.path(), shop, true).expect("it opens"));
        Client {
            router: api::router(crm.clone()),
            crm,
            token: String::new(),
            now: NOW,
            folder,
        }
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        self.keyed(method, path, body, None).await
    }

    async fn keyed(
        &self,
        method: &str,
        path: &str,
        body: Value,
        key: Option<&str>,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", api::PREFIX))
            .header("tillside-now", self.now)
            .header("authorization", format!("Bearer {}", self.token));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = request.body(Body::from(body)).expect("a request");
        let mut router = self.router.clone();
        let response = tower_call(&mut router, request).await;
        let status = response.status();
        let bytes = response
            .into_body()
            .collect()
            .await
            .expect("a body")
            .to_bytes();
        let value = serde_json::from_slice(&bytes).expect("JSON");
        check_described(method, path, status, &value);
        (status, value)
    }

    async fn join(&mut self, login: &str, birthday: Option<&str>) -> String {
        let (status, session) = self
            .call("POST", "/members", json!({ "login": login, "secret": "correct horse", "name": login, "birthday": birthday }))
            .await;
        assert_eq!(status, StatusCode::CREATED, "{session}");
        self.token = session["token"].as_str().expect("a token").into();
        session["member"].as_str().expect("an id").into()
    }

    async fn order(&self, price: i64, coupon: Option<&str>) -> (StatusCode, Value) {
        let mut body = json!({ "lines": [{ "item": "sku-1", "quantity": 1, "price": price }] });
        if let Some(coupon) = coupon {
            body["coupon"] = coupon.into();
        }
        self.call("POST", "/me/orders", body).await
    }

    async fn get(&self, path: &str) -> Value {
        let (status, value) = self.call("GET", path, Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{value}");
        value
    }
}

async fn tower_call(router: &mut Router, request: Request<Body>) -> axum::response::Response {
    let service: axum::routing::RouterIntoService<Body> = router.clone().into_service();
    let mut service = service;
    use tower_service::Service;
    match service.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn description() -> Value {
    serde_json::from_str(include_str!("openapi.json")).expect("it is JSON")
}

/// Holds an answer against the schema that the description gives for it.
fn check_described(method: &str, path: &str, status: StatusCode, value: &Value) {
    let description = description();
    let paths = description["paths"].as_object().expect("paths");
    let found = paths
        .iter()
        .find(|(pattern, _)| match pattern.split_once("{id}") {
            None => *pattern == path,
            Some((before, after)) => {
                path.starts_with(before) && path.ends_with(after) && path.len() > pattern.len() - 4
            }
        });
    let Some((_, operation)) = found else { return };
    let responses = &operation[method.to_lowercase()]["responses"];
    if responses.is_null() {
        return;
    }
    let response = match responses.get(status.as_str()) {
        Some(response) => response,
        None => {
            assert!(
                !status.is_success(),
                "{method} {path} answers {status}, which is not described"
            );
            &responses["default"]
        }
    };
    let schema = &response["content"]["application/json"]["schema"];
    conforms(&description, schema, value, &format!("{method} {path}"));
}

fn conforms(description: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().expect("a name");
        let schema = &description["components"]["schemas"][name];
        assert!(schema.is_object(), "{at}: no schema {name}");
        return conforms(description, schema, value, at);
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allowed = match &schema["type"] {
        Value::String(one) => one == kind || one == "number" && kind == "integer",
        Value::Array(several) => several.iter().any(|one| one == kind),
        _ => true,
    };
    assert!(allowed, "{at}: {value} is no {}", schema["type"]);
    if let Some(values) = schema["enum"].as_array() {
        assert!(
            values.contains(value),
            "{at}: {value} is none of {values:?}"
        );
    }
    if let (Some(properties), Some(object)) = (schema["properties"].as_object(), value.as_object())
    {
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().expect("a name");
            assert!(object.contains_key(name), "{at}: no {name} in {value}");
        }
        for (name, inner) in object {
            let schema = properties.get(name);
            let schema = schema.unwrap_or_else(|| panic!("{at}: {name} is not described"));
            conforms(description, schema, inner, &format!("{at}.{name}"));
        }
    }
    if let (true, Some(list)) = (schema["items"].is_object(), value.as_array()) {
        for inner in list {
            conforms(description, &schema["items"], inner, &format!("{at}[]"));
        }
    }
}

#[test]
fn the_description_names_the_same_operations_as_the_service() {
    let description = description();
    let mut described: Vec<String> = Vec::new();
    for (path, methods) in description["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            described.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    let mut served: Vec<String> = operations().collect();
    described.sort();
    served.sort();
    assert_eq!(described, served);
}

#[tokio::test]
async fn a_member_registers_orders_and_sees_what_is_missing_to_the_next_tier() {
    let mut client = Client::new();
    assert_eq!(client.get("/session").await["member"], Value::Null);
    let id = client.join("lin", None).await;
    assert_eq!(
        client.get("/session").await["member"].as_str(),
        Some(id.as_str())
    );
    assert_eq!(client.order(488_000, None).await.0, StatusCode::CREATED);
    let me = client.get("/me").await;
    assert_eq!(me["standing"]["tier"], "gold");
    assert_eq!(me["standing"]["next"]["tier"], "diamond");
    assert_eq!(me["standing"]["next"]["missing"], 120);
    assert_eq!(me["points"]["balance"], 4880);
    client.now += 366 * DAY_MS;
    assert_eq!(
        client.call("GET", "/me", Value::Null).await.1["code"],
        "crm.sign_in",
        "a session ends"
    );
    let (_, session) = client
        .call(
            "POST",
            "/sign-in",
            json!({ "login": "lin", "secret": "correct horse" }),
        )
        .await;
    client.token = session["token"].as_str().expect("a token").into();
    let later = client.get("/me").await;
    assert_eq!(
        (&later["standing"]["tier"], &later["points"]["balance"]),
        (&"silver".into(), &0.into())
    );
    let ledger = client.get("/me/points").await;
    let kinds: Vec<_> = ledger["ledger"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["kind"].clone())
        .collect();
    assert_eq!(kinds, ["earned", "expired"]);
}

#[tokio::test]
async fn the_welcome_coupon_comes_once_and_never_after_the_first_order() {
    let mut client = Client::new();
    client.join("new", None).await;
    let campaign = json!({ "campaign": "welcome" });
    let (_, first) = client.call("POST", "/me/coupons", campaign.clone()).await;
    let (_, again) = client.call("POST", "/me/coupons", campaign.clone()).await;
    assert_eq!(first["code"], again["code"]);
    let code = first["code"].as_str().expect("a code");
    let (status, refused) = client.order(5_000, Some(code)).await;
    assert_eq!(
        (status, refused["code"].as_str()),
        (StatusCode::CONFLICT, Some("crm.coupon_threshold"))
    );
    let (_, order) = client.order(20_000, Some(code)).await;
    assert_eq!(
        (order["discount"].as_i64(), order["total"].as_i64()),
        (Some(2_000), Some(18_000))
    );
    let (_, used) = client.order(20_000, Some(code)).await;
    assert_eq!(used["code"], "crm.coupon_used");
    let (_, other) = {
        let mut other = Client::new();
        other.join("old", None).await;
        other.order(100, None).await;
        other.call("POST", "/me/coupons", campaign).await
    };
    assert_eq!(other["code"], "crm.ineligible");
}

#[tokio::test]
async fn a_coupon_ends_on_time_and_is_no_one_elses() {
    let mut client = Client::new();
    client.join("a", None).await;
    let (_, coupon) = client
        .call("POST", "/me/coupons", json!({ "campaign": "hesitation" }))
        .await;
    let code = coupon["code"].as_str().expect("a code").to_owned();
    assert_eq!(coupon["expires"], NOW + 2 * HOUR);
    client.now += 2 * HOUR;
    assert_eq!(
        client.order(9_900, Some(&code)).await.1["code"],
        "crm.coupon_expired"
    );
    // Not minted anew within thirty days.
    let (_, same) = client
        .call("POST", "/me/coupons", json!({ "campaign": "hesitation" }))
        .await;
    assert_eq!(same["code"].as_str(), Some(code.as_str()));
    client.now += 31 * DAY_MS;
    let (_, fresh) = client
        .call("POST", "/me/coupons", json!({ "campaign": "hesitation" }))
        .await;
    assert_ne!(fresh["code"].as_str(), Some(code.as_str()));
    client.join("b", None).await;
    assert_eq!(
        client.order(9_900, fresh["code"].as_str()).await.1["code"],
        "crm.unknown"
    );
}

#[tokio::test]
async fn a_discount_never_passes_what_the_items_may_be_reduced_by() {
    let mut shop = Shop::demo().expect("the embedded settings are checked");
    shop.headroom.default = 0;
    shop.headroom.items.insert("sku-1".into(), 15);
    let mut client = Client::of(shop);
    for (item, percent) in [("sku-1", 15), ("other", 0)] {
        let (_, said) = client
            .call("GET", &format!("/headroom/{item}"), Value::Null)
            .await;
        assert_eq!(said, json!({ "item": item, "percent": percent }));
    }
    client.join("c", None).await;
    let (_, coupon) = client
        .call("POST", "/me/coupons", json!({ "campaign": "welcome" }))
        .await;
    let code = coupon["code"].as_str();
    // 15 % of 100.00 is less than the 20.00 of the coupon; of 200.00 it is more.
    assert_eq!(
        client.order(10_000, code).await.1["code"],
        "crm.coupon_headroom"
    );
    let (_, unlisted) = client
        .call("POST", "/me/orders", json!({ "lines": [{ "item": "other", "quantity": 1, "price": 90_000 }], "coupon": code }))
        .await;
    assert_eq!(unlisted["code"], "crm.coupon_headroom");
    assert_eq!(client.order(20_000, code).await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn a_cancelled_order_takes_its_points_back_and_gives_its_coupon_back() {
    let mut client = Client::new();
    client.join("d", None).await;
    let (_, coupon) = client
        .call("POST", "/me/coupons", json!({ "campaign": "welcome" }))
        .await;
    let (_, order) = client.order(20_000, coupon["code"].as_str()).await;
    let id = order["id"].as_str().expect("an id");
    assert_eq!(client.get("/me").await["points"]["balance"], 180);
    for _ in 0..2 {
        let (_, cancelled) = client
            .call("POST", &format!("/me/orders/{id}/cancel"), Value::Null)
            .await;
        assert_eq!(cancelled["state"], "cancelled");
    }
    assert_eq!(client.get("/me").await["points"]["balance"], 0);
    assert_eq!(
        client.order(20_000, coupon["code"].as_str()).await.0,
        StatusCode::CREATED
    );
    let (_, refused) = client
        .call("POST", &format!("/me/orders/{id}/refund"), Value::Null)
        .await;
    assert_eq!(refused["code"], "crm.order_state");
}

#[tokio::test]
async fn a_call_sent_again_gets_the_first_answer() {
    let mut client = Client::new();
    client.join("e", None).await;
    let body = json!({ "lines": [{ "item": "sku-1", "quantity": 2, "price": 5_000 }] });
    let (_, first) = client
        .keyed("POST", "/me/orders", body.clone(), Some("k-1"))
        .await;
    let (_, again) = client
        .keyed("POST", "/me/orders", body.clone(), Some("k-1"))
        .await;
    assert_eq!(first, again);
    assert_eq!(
        client.get("/me/orders").await.as_array().map(Vec::len),
        Some(1)
    );
    let (_, other) = client
        .keyed(
            "POST",
            "/me/coupons",
            json!({ "campaign": "birthday" }),
            Some("k-1"),
        )
        .await;
    assert_eq!(other["code"], "crm.key_reused");
}

#[tokio::test]
async fn a_budget_is_never_passed_and_an_unused_coupon_returns_to_it() {
    let mut shop = Shop::demo().expect("the embedded settings are checked");
    shop.campaigns[1].budget = 3 * 5_000 + 4_999;
    let mut client = Client::of(shop);
    let mut minted = 0;
    for n in 0..6 {
        client.join(&format!("m{n}"), None).await;
        let (status, answer) = client
            .call("POST", "/me/coupons", json!({ "campaign": "hesitation" }))
            .await;
        if status == StatusCode::OK {
            minted += 1;
        } else {
            assert_eq!(answer["code"], "crm.budget");
        }
    }
    assert_eq!(minted, 3);
    client.now += 3 * HOUR;
    let (status, _) = client
        .call("POST", "/me/coupons", json!({ "campaign": "hesitation" }))
        .await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn points_buy_rewards_of_the_tiers_they_are_for() {
    let mut client = Client::new();
    client.join("f", None).await;
    let redeem = |reward: &str| json!({ "reward": reward });
    assert_eq!(
        client
            .call("POST", "/me/points/redeem", redeem("tote"))
            .await
            .1["code"],
        "crm.points"
    );
    client.order(90_000, None).await;
    assert_eq!(
        client
            .call("POST", "/me/points/redeem", redeem("tasting"))
            .await
            .1["code"],
        "crm.tier"
    );
    assert_eq!(
        client
            .call("POST", "/me/points/redeem", redeem("tote"))
            .await
            .1["balance"],
        600
    );
    assert_eq!(
        client
            .call("POST", "/me/points/redeem", redeem("nothing"))
            .await
            .1["code"],
        "crm.unknown"
    );
}

#[tokio::test]
async fn the_birthday_coupon_comes_in_the_month_of_the_birthday() {
    let mut client = Client::new();
    // 21 September 2026.
    client.join("g", Some("09-02")).await;
    let (status, _) = client
        .call("POST", "/me/coupons", json!({ "campaign": "birthday" }))
        .await;
    assert_eq!(status, StatusCode::OK);
    client.join("h", Some("02-29")).await;
    let (_, refused) = client
        .call("POST", "/me/coupons", json!({ "campaign": "birthday" }))
        .await;
    assert_eq!(refused["code"], "crm.ineligible");
    for wrong in ["1990-02-03", "02-30", "13-01", "00-10", "+2-01"] {
        let (_, refused) = client
            .call(
                "POST",
                "/members",
                json!({ "login": "i", "secret": "correct horse", "name": "i", "birthday": wrong }),
            )
            .await;
        assert_eq!(refused["code"], "crm.field", "{wrong}");
    }
}

#[tokio::test]
async fn facts_are_signed_and_a_changed_byte_is_noticed() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
    use ed25519_dalek::{Signature, VerifyingKey};
    let mut client = Client::new();
    let id = client.join("j", None).await;
    client.order(200_000, None).await;
    client
        .call(
            "POST",
            "/me/contacts",
            json!({ "channel": "chat", "topic": "Where is my parcel?" }),
        )
        .await;
    let facts = client.get("/me/facts").await;
    assert_eq!(facts["expires"], NOW + 600_000);
    let token = facts["token"].as_str().expect("a token");
    let key = client.get("/keys").await["keys"][0]["x"]
        .as_str()
        .map(|x| BASE64.decode(x).expect("base64"))
        .expect("a key");
    let key = VerifyingKey::from_bytes(&key.try_into().expect("32 bytes")).expect("a key");
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let signature =
        Signature::from_slice(&BASE64.decode(signature).expect("base64")).expect("64 bytes");
    key.verify_strict(signed.as_bytes(), &signature)
        .expect("it was signed by this key");
    let forged = signed.replacen('e', "f", 1);
    assert!(key.verify_strict(forged.as_bytes(), &signature).is_err());
    let payload = signed.split('.').nth(1).expect("a payload");
    let payload: Value =
        serde_json::from_slice(&BASE64.decode(payload).expect("base64")).expect("JSON");
    assert_eq!(payload["sub"].as_str(), Some(id.as_str()));
    assert_eq!(payload["facts"]["standing"]["tier"], "gold");
    assert_eq!(
        payload["facts"]["contacts"][0]["topic"],
        "Where is my parcel?"
    );
    assert_eq!(payload["facts"]["orders"]["count"], 1);
    let text = payload.to_string();
    assert!(!text.contains("headroom") && !text.contains("secret") && !text.contains("budget"));
}

#[tokio::test]
async fn an_erased_member_leaves_no_row_and_a_budget_stays_spent() {
    let mut client = Client::new();
    let id = client.join("k", None).await;
    let (_, coupon) = client
        .call("POST", "/me/coupons", json!({ "campaign": "welcome" }))
        .await;
    client.order(20_000, coupon["code"].as_str()).await;
    client
        .call(
            "POST",
            "/me/bookings",
            json!({ "store": "stockholm-city", "visit": NOW + HOUR }),
        )
        .await;
    let (_, erased) = client.call("DELETE", "/me", Value::Null).await;
    assert!(erased["erased"].as_i64() >= Some(5));
    assert_eq!(
        client.call("GET", "/me", Value::Null).await.1["code"],
        "crm.sign_in"
    );
    let left = client.crm.transact(|database| {
        let mut left = 0;
        let mut tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
        let tables: Vec<String> = tables
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for table in tables {
            let mut rows = database.prepare(&format!("SELECT * FROM {table}"))?;
            let columns = rows.column_count();
            let mut rows = rows.query([])?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    left += i64::from(
                        row.get_ref(column)?
                            .as_str()
                            .is_ok_and(|text| text.contains(&id)),
                    );
                }
            }
        }
        Ok((
            left,
            coupon::committed(database, "welcome", NOW + 400 * DAY_MS)?,
        ))
    });
    assert_eq!(left.expect("it reads"), (0, 2_000));
}

#[tokio::test]
async fn wrong_calls_get_a_code_each() {
    let mut client = Client::new();
    for (method, path, body, code) in [
        ("GET", "/nothing", Value::Null, "crm.operation"),
        ("PUT", "/me", Value::Null, "crm.operation"),
        ("GET", "/me", Value::Null, "crm.sign_in"),
        (
            "POST",
            "/sign-in",
            json!({ "login": "x", "secret": "y" }),
            "crm.credentials",
        ),
        ("POST", "/sign-in", json!({ "login": "x" }), "crm.body"),
        (
            "POST",
            "/members",
            json!({ "login": "x", "secret": "short", "name": "x" }),
            "crm.field",
        ),
    ] {
        let (status, answer) = client.call(method, path, body).await;
        assert!(!status.is_success());
        assert_eq!(answer["code"], code, "{method} {path}");
    }
    client.join("l", None).await;
    let line = |item: &str, quantity: i64, price: i64| json!({ "lines": [{ "item": item, "quantity": quantity, "price": price }] });
    for (path, body, code) in [
        (
            "/members",
            json!({ "login": "l", "secret": "correct horse", "name": "x" }),
            "crm.login_taken",
        ),
        ("/me/orders", json!({ "lines": [] }), "crm.field"),
        ("/me/orders", line("a", 0, 1), "crm.field"),
        ("/me/orders", line("a", 1, -1), "crm.field"),
        ("/me/orders", line("", 1, 1), "crm.field"),
        ("/me/orders", line("a", i64::MAX, i64::MAX), "crm.field"),
        (
            "/me/orders",
            json!({ "lines": [], "discount": 5 }),
            "crm.body",
        ),
        ("/me/coupons", json!({ "campaign": "none" }), "crm.campaign"),
        (
            "/me/coupons",
            json!({ "campaign": "win-back" }),
            "crm.ineligible",
        ),
        (
            "/me/contacts",
            json!({ "channel": "pigeon", "topic": "x" }),
            "crm.field",
        ),
        ("/me/contacts/none/resolve", Value::Null, "crm.unknown"),
        ("/me/orders/none/cancel", Value::Null, "crm.unknown"),
        (
            "/me/bookings",
            json!({ "store": "moon", "visit": NOW + 1 }),
            "crm.unknown",
        ),
        (
            "/me/bookings",
            json!({ "store": "stockholm-city", "visit": NOW }),
            "crm.field",
        ),
    ] {
        let (_, answer) = client.call("POST", path, body).await;
        assert_eq!(answer["code"], code, "{path}: {answer}");
    }
}

/// 2026-09-22 10:00 in Stockholm, a Tuesday.
const OPENING: i64 = 1_790_064_000_000;

#[tokio::test]
async fn a_visit_is_booked_once_within_opening_hours_and_can_be_cancelled() {
    let mut client = Client::new();
    client.join("visitor", None).await;
    let wish = |visit: i64| json!({ "store": "stockholm-city", "item": "tv", "visit": visit });
    let (status, first) = client.call("POST", "/me/bookings", wish(OPENING)).await;
    assert_eq!(status, StatusCode::CREATED);
    let (_, again) = client.call("POST", "/me/bookings", wish(OPENING)).await;
    assert_eq!(
        first["id"], again["id"],
        "the same visit is the same booking"
    );
    for (visit, code) in [
        (OPENING - 60_000, "crm.closed"),
        (OPENING + 9 * HOUR, "crm.closed"),
        (OPENING + 60 * DAY_MS, "crm.closed"),
        (NOW - 1, "crm.field"),
    ] {
        let (_, answer) = client.call("POST", "/me/bookings", wish(visit)).await;
        assert_eq!(answer["code"], code, "{visit}");
    }
    let listed = client.get("/me/bookings").await;
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    let path = format!(
        "/me/bookings/{}/cancel",
        first["id"].as_str().expect("an id")
    );
    let (status, _) = client.call("POST", &path, Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    let (_, answer) = client.call("POST", &path, Value::Null).await;
    assert_eq!(answer["code"], "crm.unknown");
    assert_eq!(client.get("/me/bookings").await, json!([]));
    for n in 0..20 {
        let (status, _) = client
            .call("POST", "/me/bookings", wish(OPENING + n * 60_000))
            .await;
        assert_eq!(status, StatusCode::CREATED);
    }
    let (_, answer) = client
        .call("POST", "/me/bookings", wish(OPENING + HOUR))
        .await;
    assert_eq!(answer["code"], "crm.bookings");
}

#[tokio::test]
async fn a_hand_off_is_vouched_for_without_being_seen() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
    use ed25519_dalek::{Signature, Verifier, VerifyingKey};
    let mut client = Client::new();
    let member = client.join("giver", None).await;
    let digest = "A".repeat(43);
    let expires = NOW + 600_000;
    let (status, vouched) = client
        .call(
            "POST",
            "/me/handoffs",
            json!({ "digest": digest, "expires": expires }),
        )
        .await;
    assert_eq!(
        (status, vouched["member"].as_str()),
        (StatusCode::CREATED, Some(member.as_str()))
    );
    let keys = client.get("/keys").await;
    let bytes = |text: &Value| {
        BASE64
            .decode(text.as_str().expect("a text"))
            .expect("base64")
    };
    let key: [u8; 32] = bytes(&keys["keys"][0]["x"]).try_into().expect("32 bytes");
    let key = VerifyingKey::from_bytes(&key).expect("a key");
    let signature = Signature::from_slice(&bytes(&vouched["signature"])).expect("a signature");
    let said = |expires: i64| format!("tillside-handoff-1.{member}.{}.{digest}", expires / 1000);
    assert!(key.verify(said(expires).as_bytes(), &signature).is_ok());
    assert!(
        key.verify(said(expires + 1000).as_bytes(), &signature)
            .is_err()
    );
    for body in [
        json!({ "digest": "short", "expires": expires }),
        json!({ "digest": "!".repeat(43), "expires": expires }),
        json!({ "digest": digest, "expires": NOW }),
        json!({ "digest": digest, "expires": NOW + 31 * 60_000 }),
    ] {
        let (_, answer) = client.call("POST", "/me/handoffs", body).await;
        assert_eq!(answer["code"], "crm.field");
    }
}

#[tokio::test]
async fn a_newer_layout_and_a_damaged_key_are_refused_with_a_remedy() {
    let client = Client::new();
    let path = client.folder.path();
    client
        .crm
        .transact(|database| Ok(database.pragma_update(None, "user_version", 99)?))
        .expect("it writes");
    let shop = || Shop::demo().expect("the embedded settings are checked");
    let code = |outcome: Result<Crm, StartError>| {
        crate::Coded::code(&outcome.err().expect("it is refused"))
    };
    assert_eq!(code(Crm::open(path, shop(), false)), "crm.version");
    client
        .crm
        .transact(|database| Ok(database.pragma_update(None, "user_version", 5)?))
        .expect("it writes");
    std::fs::write(path.join(KEY), "short").expect("it writes");
    assert_eq!(code(Crm::open(path, shop(), false)), "crm.key");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Whatever members do in whatever order, the ledger's sum is the balance and never negative, no coupon is used
    /// twice, and no campaign passes its budget.
    #[test]
    fn sums_hold_whatever_members_do(steps in prop::collection::vec((0u8..7, 0usize..3, 1i64..60_000, 0i64..20), 1..60)) {
        let mut shop = Shop::demo().expect("the embedded settings are checked");
        shop.campaigns[1].budget = 12_000;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let crm = Crm::open(folder.path(), shop, true).expect("it opens");
        let shop = &crm.shop;
        let ids: Vec<String> = (0..3).map(|n| {
            crm.transact(|database| {
                let id = format!("member-{n}");
                database.execute("INSERT INTO members VALUES (?1, ?1, '', 'x', NULL, 0)", [&id])?;
                Ok(id)
            }).expect("it writes")
        }).collect();
        let mut now = NOW;
        for (what, who, amount, days) in steps {
            now += days * DAY_MS + 1;
            let member = &ids[who];
            let lines = [order::Line { item: "a".into(), quantity: 1, price: amount }];
            let _ = crm.transact(|database| match what {
                0 | 1 => order::place(database, shop, member, &lines, order::Reduction::None, now).map(drop),
                2 => {
                    let code = coupon::wallet(database, member)?.first().map(|coupon| coupon.code.clone());
                    order::place(database, shop, member, &lines, code.as_deref().map_or(order::Reduction::None, order::Reduction::Coupon), now).map(drop)
                }
                3 => coupon::mint(database, shop, member, "hesitation", now).map(drop),
                4 => match order::all(database, member)?.first() {
                    Some(order) => order::change(database, member, &order.id, order::Change::Cancel, now).map(drop),
                    None => Ok(()),
                },
                5 => points::redeem(database, shop, member, "tote", now).map(drop),
                _ => coupon::mint(database, shop, member, "welcome", now).map(drop),
            });
            crm.transact(|database| {
                for member in &ids {
                    let balance: i64 = points::settle(database, member, now)?.iter().map(|lot| lot.amount).sum();
                    let sum: i64 = database.query_row("SELECT coalesce(sum(amount), 0) FROM points WHERE member = ?1", [member], |row| row.get(0))?;
                    // A debt is a negative sum with nothing to spend.
                    assert_eq!(balance, sum.max(0));
                }
                let twice: i64 = database.query_row("SELECT count(*) FROM (SELECT coupon FROM orders WHERE coupon IS NOT NULL AND state <> 'cancelled' GROUP BY coupon HAVING count(*) > 1)", [], |row| row.get(0))?;
                assert_eq!(twice, 0);
                assert!(coupon::committed(database, "hesitation", now)? <= 12_000);
                Ok(())
            }).expect("it reads");
        }
    }
}
