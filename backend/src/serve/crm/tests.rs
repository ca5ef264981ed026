//! The service as a shop's program meets it: calls and answers over HTTP, on a real database.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::api;
use super::config::Shop;
use super::operations::operations;
use super::*;

mod backup;
mod coupons;
mod group;
mod members;
mod outbox;
mod survey;
mod visits;

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
