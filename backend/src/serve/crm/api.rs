//! The CRM's HTTP API: authentication, idempotency, and answers as they are sent.
//!
//! What can be called is the table of [`super::operations`]. Calls that write take an `Idempotency-Key`: the same key with the
//! same operation gets the first answer again.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};

use super::error::CrmError;
use super::operations::{Access, Answer, Call, OPERATIONS, Operation};
use super::{Crm, backup, member};
use crate::Coded;
use crate::instant;
use crate::serve::{body, reply};

pub const PREFIX: &str = "/crm/v1";
const COOKIE: &str = "tillside_member";
/// Longest key and id in a path.
const MAX_KEY: usize = 128;

pub fn router<S: Clone + Send + Sync + 'static>(crm: Arc<Crm>) -> Router<S> {
    Router::new()
        .route(&format!("{PREFIX}/{{*path}}"), any(handle))
        .with_state(crm)
}

async fn handle(State(crm): State<Arc<Crm>>, request: Request) -> Response {
    let (head, content) = request.into_parts();
    let bytes = match body::read(content, None).await {
        Ok(bytes) => bytes,
        Err(refusal) => return refusal.into_response(),
    };
    // Hashing a secret and a transaction on the disk both take milliseconds.
    let answered = tokio::task::spawn_blocking(move || {
        let path = head.uri.path().strip_prefix(PREFIX).unwrap_or_default();
        answer(&crm, &head.method, path, &head.headers, &bytes)
    });
    match answered.await {
        Ok(response) => response,
        Err(error) => refuse(&CrmError::Internal(error.to_string())),
    }
}

fn answer(crm: &Crm, method: &Method, path: &str, headers: &HeaderMap, bytes: &[u8]) -> Response {
    let Some((operation, id)) = find(method, path) else {
        return refuse(&CrmError::Operation {
            method: method.to_string(),
            path: path.chars().take(80).collect(),
        });
    };
    let now = match headers.get("tillside-now").filter(|_| crm.travels) {
        Some(value) => match value.to_str().ok().and_then(|text| text.parse().ok()) {
            Some(now) => {
                crm.travel(now);
                now
            }
            None => {
                return refuse(&CrmError::Field {
                    field: "Tillside-Now",
                    found: format!("{value:?}"),
                    expected: "Unix milliseconds",
                });
            }
        },
        None => instant::now(),
    };
    let token = token(headers);
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok())
        .filter(|_| *method == Method::POST);
    if key.is_some_and(|key| key.is_empty() || key.len() > MAX_KEY) {
        return refuse(&CrmError::Field {
            field: "Idempotency-Key",
            found: "empty or too long".into(),
            expected: "1 to 128 characters",
        });
    }
    let outcome = crm.transact(|database| {
        let member = match (operation.access, token.as_deref()) {
            (Access::Everyone, _) => String::new(),
            (Access::Members, None) => return Err(CrmError::SignIn),
            (Access::Members, Some(token)) => member::of_token(database, token, now)?,
            (Access::Operators, token) => {
                let key = crm.shop.outbox.key.as_ref().zip(token);
                match key.is_some_and(|(key, token)| key.is(token)) {
                    true => String::new(),
                    false => return Err(CrmError::Operator),
                }
            }
        };
        let call = Call {
            crm,
            database,
            member: &member,
            token: token.as_deref(),
            id,
            body: bytes,
            condition: condition(headers),
            now,
        };
        match key.filter(|_| operation.access == Access::Members) {
            Some(key) => once(&call, key, &format!("{method} {path}"), operation.run),
            None => (operation.run)(&call),
        }
    });
    let mut response = match outcome {
        Ok((status, value)) => {
            let mut response = respond(operation, status, &value);
            if operation.path == "/sign-in" || operation.path == "/members" {
                set_cookie(&mut response, value["token"].as_str());
            } else if operation.path == "/sign-out" || operation.is(Method::DELETE, "/me") {
                set_cookie(&mut response, None);
            }
            response
        }
        Err(error) => refuse(&error),
    };
    // Ends are by this clock, and a device's may be wrong.
    response
        .headers_mut()
        .insert("tillside-now", HeaderValue::from(now));
    response
}

/// An answer as it is sent: a backup as its bytes, everything else as JSON.
fn respond(operation: &Operation, status: StatusCode, value: &Value) -> Response {
    if operation.path != "/me/backup" || operation.method == Method::DELETE {
        return reply::json(status, value);
    }
    let mut response = match value["bytes"].as_str() {
        Some(bytes) => reply::bytes(BASE64.decode(bytes).unwrap_or_default()),
        None => reply::json(status, value),
    };
    let headers = response.headers_mut();
    let tag = value["tag"].as_str().unwrap_or_default();
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    let changed = value["changed"].as_i64().unwrap_or_default();
    headers.insert("tillside-changed", HeaderValue::from(changed));
    response
}

/// `If-Match` with one tag, or `If-None-Match: *`.
fn condition(headers: &HeaderMap) -> Option<backup::Condition<'_>> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (text(header::IF_MATCH), text(header::IF_NONE_MATCH)) {
        (Some(tag), None) => Some(backup::Condition::Tag(tag.trim())),
        (None, Some(any)) if any.trim() == "*" => Some(backup::Condition::Absent),
        _ => None,
    }
}

fn refuse(error: &CrmError) -> Response {
    if let CrmError::Database(cause) = error {
        tracing::error!(code = error.code(), "{cause}");
    }
    reply::json(
        error.status(),
        &json!({ "success": false, "code": error.code(), "message": error.to_string() }),
    )
}

/// The operation of a path, and what stands for `{id}` in it.
fn find<'p>(method: &Method, path: &'p str) -> Option<(&'static Operation, &'p str)> {
    OPERATIONS.iter().find_map(|operation| {
        if operation.method != *method {
            return None;
        }
        match operation.path.split_once("{id}") {
            None => (operation.path == path).then_some((operation, "")),
            Some((before, after)) => {
                let id = path.strip_prefix(before)?.strip_suffix(after)?;
                let plain = (1..=MAX_KEY).contains(&id.len()) && !id.contains(['/', '%']);
                plain.then_some((operation, id))
            }
        }
    })
}

/// A program sends its session as a bearer token, a page has it in a cookie that scripts cannot read.
fn token(headers: &HeaderMap) -> Option<String> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    if let Some(bearer) =
        text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "))
    {
        return Some(bearer.trim().into());
    }
    text(header::COOKIE)?.split(';').find_map(|cookie| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name == COOKIE).then(|| value.to_owned())
    })
}

fn set_cookie(response: &mut Response, token: Option<&str>) {
    let age = if token.is_some() { 30 * 24 * 3600 } else { 0 };
    let cookie = format!(
        "{COOKIE}={}; Path=/crm; HttpOnly; SameSite=Strict; Max-Age={age}",
        token.unwrap_or_default()
    );
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}

/// Runs a call, or gives the answer that its key got before.
fn once(call: &Call, key: &str, operation: &str, run: fn(&Call) -> Answer) -> Answer {
    let before: Option<(String, u16, String)> = call
        .database
        .query_row(
            "SELECT operation, status, body FROM answers WHERE member = ?1 AND key = ?2",
            [call.member, key],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    if let Some((of, status, body)) = before {
        if of != operation {
            return Err(CrmError::KeyReused(key.into()));
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        let value =
            serde_json::from_str(&body).map_err(|error| CrmError::Internal(error.to_string()))?;
        return Ok((status, value));
    }
    let (status, value) = run(call)?;
    call.database.execute(
        "INSERT INTO answers VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            call.member,
            key,
            operation,
            status.as_u16(),
            value.to_string()
        ],
    )?;
    Ok((status, value))
}
