//! The CRM's HTTP API: operations, authentication, idempotency.
//!
//! Every operation is one row of [`OPERATIONS`], named as `openapi.json` names it; a test holds the two against each
//! other. Calls that write take an `Idempotency-Key`: the same key with the same operation gets the first answer again.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::error::CrmError;
use super::order::{Change, Reduction};
use super::outbox::ledger as messages;
use super::{Crm, backup, channel, contact, coupon, facts, group, member, order, points, survey};
use crate::Coded;
use crate::instant;
use crate::serve::{body, reply};

pub const PREFIX: &str = "/crm/v1";
const DESCRIPTION: &str = include_str!("openapi.json");
const COOKIE: &str = "tillside_member";
/// Longest key and id in a path.
const MAX_KEY: usize = 128;

/// What an operation works with.
struct Call<'a> {
    crm: &'a Crm,
    database: &'a Connection,
    /// Empty where the operation needs none.
    member: &'a str,
    token: Option<&'a str>,
    /// What stands for `{id}` in the path.
    id: &'a str,
    body: &'a [u8],
    /// Under which a write is made, where it says one.
    condition: Option<backup::Condition<'a>>,
    now: i64,
}

type Answer = Result<(StatusCode, Value), CrmError>;

/// Who may call an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Everyone,
    Members,
    /// Whoever has the key of the settings.
    Operators,
}

struct Operation {
    method: Method,
    path: &'static str,
    access: Access,
    run: fn(&Call) -> Answer,
}

impl Operation {
    fn is(&self, method: Method, path: &str) -> bool {
        self.method == method && self.path == path
    }
}

const fn open(method: Method, path: &'static str, run: fn(&Call) -> Answer) -> Operation {
    Operation {
        method,
        path,
        access: Access::Everyone,
        run,
    }
}

const fn members(method: Method, path: &'static str, run: fn(&Call) -> Answer) -> Operation {
    Operation {
        method,
        path,
        access: Access::Members,
        run,
    }
}

const fn operators(method: Method, path: &'static str, run: fn(&Call) -> Answer) -> Operation {
    Operation {
        method,
        path,
        access: Access::Operators,
        run,
    }
}

static OPERATIONS: &[Operation] = &[
    open(Method::GET, "/openapi.json", describe),
    open(Method::GET, "/keys", |call| ok(call.crm.signer.keys())),
    open(Method::GET, "/campaigns", |call| {
        ok(&call.crm.shop.campaigns)
    }),
    open(Method::GET, "/headroom/{id}", |call| {
        ok(json!({ "item": call.id, "percent": call.crm.shop.headroom.percent(call.id) }))
    }),
    open(Method::GET, "/stores", |call| ok(&call.crm.shop.stores)),
    open(Method::GET, "/tiers", |call| ok(&call.crm.shop.tiers)),
    open(Method::GET, "/group-buys", |call| {
        ok(&call.crm.shop.group_buys)
    }),
    open(Method::GET, "/group-buys/{id}", |call| {
        ok(group::open(call.database, call.id, call.now)?)
    }),
    open(Method::GET, "/session", session),
    open(Method::POST, "/members", register),
    open(Method::POST, "/sign-in", sign_in),
    members(Method::POST, "/sign-out", sign_out),
    members(Method::GET, "/me", me),
    members(Method::DELETE, "/me", erase),
    members(Method::GET, "/me/facts", |call| {
        ok(facts::of(
            call.database,
            &call.crm.shop,
            &call.crm.signer,
            call.member,
            call.now,
        )?)
    }),
    members(Method::GET, "/me/orders", |call| {
        ok(order::all(call.database, call.member)?)
    }),
    members(Method::POST, "/me/orders", place),
    members(Method::POST, "/me/orders/{id}/deliver", |call| {
        change(call, Change::Deliver)
    }),
    members(Method::POST, "/me/orders/{id}/cancel", |call| {
        change(call, Change::Cancel)
    }),
    members(Method::POST, "/me/orders/{id}/refund", |call| {
        change(call, Change::Refund)
    }),
    members(Method::GET, "/me/points", ledger),
    members(Method::POST, "/me/points/redeem", redeem),
    members(Method::GET, "/me/coupons", |call| {
        ok(coupon::wallet(call.database, call.member)?)
    }),
    members(Method::POST, "/me/coupons", mint),
    members(Method::GET, "/me/group-buys", |call| {
        ok(group::of(call.database, call.member, call.now)?)
    }),
    members(Method::POST, "/me/group-buys", start_group),
    members(Method::POST, "/me/group-buys/{id}/join", |call| {
        ok(group::join(call.database, call.member, call.id, call.now)?)
    }),
    members(Method::GET, "/me/contacts", |call| {
        ok(contact::all(call.database, call.member)?)
    }),
    members(Method::POST, "/me/contacts", open_contact),
    members(Method::POST, "/me/contacts/{id}/resolve", |call| {
        ok(contact::resolve(
            call.database,
            call.member,
            call.id,
            call.now,
        )?)
    }),
    members(Method::GET, "/me/surveys", |call| {
        ok(survey::all(call.database, call.member)?)
    }),
    members(Method::POST, "/me/surveys", |call| {
        let given = read(call)?;
        let kept = survey::answer(call.database, call.member, &given, call.now)?;
        answered(StatusCode::CREATED, kept)
    }),
    members(Method::GET, "/me/bookings", |call| {
        ok(contact::bookings(call.database, call.member, call.now)?)
    }),
    members(Method::POST, "/me/bookings", book),
    members(Method::POST, "/me/bookings/{id}/cancel", |call| {
        contact::cancel(call.database, call.member, call.id)?;
        ok(json!({ "success": true }))
    }),
    members(Method::POST, "/me/handoffs", vouch),
    members(Method::GET, "/me/channels", |call| {
        ok(channel::of(call.database, call.member)?)
    }),
    members(Method::PUT, "/me/channels", |call| {
        let choice = read(call)?;
        let channels = channel::choose(call.database, call.member, choice, call.now)?;
        messages::withdraw(call.database, call.member, &channels, call.now)?;
        ok(channels)
    }),
    members(Method::GET, "/me/backup", |call| {
        let backup::Backup {
            tag,
            changed,
            bytes,
        } = backup::get(call.database, call.member)?;
        // The one answer that is no JSON: `respond` makes it of this.
        ok(json!({ "tag": tag, "changed": changed, "bytes": BASE64.encode(bytes) }))
    }),
    members(Method::PUT, "/me/backup", |call| {
        let tag = backup::put(
            call.database,
            call.member,
            call.body,
            call.condition,
            call.now,
        )?;
        ok(json!({ "tag": tag, "changed": call.now }))
    }),
    members(Method::DELETE, "/me/backup", |call| {
        backup::delete(call.database, call.member)?;
        ok(json!({ "success": true }))
    }),
    members(Method::GET, "/me/messages", |call| {
        ok(messages::newest(call.database, Some(call.member))?)
    }),
    operators(Method::GET, "/outbox", |call| {
        ok(json!({
            "counts": messages::counts(call.database)?,
            "messages": messages::newest(call.database, None)?,
        }))
    }),
    operators(Method::GET, "/outbox/{id}", |call| {
        ok(messages::one(call.database, call.id)?)
    }),
];

/// Every operation as `METHOD /path`.
pub fn operations() -> impl Iterator<Item = String> {
    OPERATIONS
        .iter()
        .map(|operation| format!("{} {}", operation.method, operation.path))
}

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

fn ok(value: impl serde::Serialize) -> Answer {
    answered(StatusCode::OK, value)
}

fn answered(status: StatusCode, value: impl serde::Serialize) -> Answer {
    let value =
        serde_json::to_value(value).map_err(|error| CrmError::Internal(error.to_string()))?;
    Ok((status, value))
}

fn read<T: DeserializeOwned>(call: &Call) -> Result<T, CrmError> {
    serde_json::from_slice(call.body).map_err(|error| CrmError::Body(error.to_string()))
}

fn describe(_: &Call) -> Answer {
    let value: Value =
        serde_json::from_str(DESCRIPTION).map_err(|error| CrmError::Internal(error.to_string()))?;
    ok(value)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Registration {
    login: String,
    secret: String,
    name: String,
    birthday: Option<String>,
}

fn register(call: &Call) -> Answer {
    let given: Registration = read(call)?;
    let id = member::register(
        call.database,
        &given.login,
        &given.secret,
        &given.name,
        given.birthday.as_deref(),
        call.now,
    )?;
    let token = member::open_session(call.database, &id, call.now)?;
    answered(StatusCode::CREATED, json!({ "member": id, "token": token }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    login: String,
    secret: String,
}

fn sign_in(call: &Call) -> Answer {
    let given: SignIn = read(call)?;
    let id = member::verify(call.database, &given.login, &given.secret)?;
    let token = member::open_session(call.database, &id, call.now)?;
    ok(json!({ "member": id, "token": token }))
}

/// Whose session the call has; a guest is no error, so that a page may ask.
fn session(call: &Call) -> Answer {
    let member = match call.token {
        Some(token) => match member::of_token(call.database, token, call.now) {
            Err(CrmError::SignIn) => None,
            found => Some(found?),
        },
        None => None,
    };
    ok(json!({ "member": member }))
}

fn sign_out(call: &Call) -> Answer {
    member::close_session(call.database, call.token.unwrap_or_default())?;
    ok(json!({ "success": true }))
}

fn me(call: &Call) -> Answer {
    let member = member::get(call.database, call.member)?;
    let standing = points::standing(call.database, &call.crm.shop, call.member, call.now)?;
    let lots = points::settle(call.database, call.member, call.now)?;
    let shop = &call.crm.shop;
    let paid = points::paid(call.database, shop, call.member, call.now)?;
    let paid: Vec<_> = paid
        .iter()
        .map(|paid| json!({ "at": paid.at, "amount": paid.amount }))
        .collect();
    ok(json!({
        "member": member,
        "growth": { "windowDays": shop.window_days, "minorUnits": shop.minor_units, "paid": paid },
        "standing": standing,
        "points": { "balance": lots.iter().map(|lot| lot.amount).sum::<i64>(), "expiring": lots },
    }))
}

fn erase(call: &Call) -> Answer {
    let rows = member::erase(call.database, call.member, call.now)?;
    ok(json!({ "erased": rows }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Placing {
    lines: Vec<order::Line>,
    coupon: Option<String>,
    group: Option<String>,
}

fn place(call: &Call) -> Answer {
    let given: Placing = read(call)?;
    let reduction = match (given.coupon.as_deref(), given.group.as_deref()) {
        (None, None) => Reduction::None,
        (Some(code), None) => Reduction::Coupon(code),
        (None, Some(id)) => Reduction::Group(id),
        (Some(_), Some(_)) => {
            return Err(CrmError::Field {
                field: "group",
                found: "given beside a coupon".into(),
                expected: "a coupon or a group, not both",
            });
        }
    };
    let placed = order::place(
        call.database,
        &call.crm.shop,
        call.member,
        &given.lines,
        reduction,
        call.now,
    )?;
    answered(StatusCode::CREATED, placed)
}

fn change(call: &Call, change: Change) -> Answer {
    ok(order::change(
        call.database,
        call.member,
        call.id,
        change,
        call.now,
    )?)
}

fn ledger(call: &Call) -> Answer {
    let lots = points::settle(call.database, call.member, call.now)?;
    ok(json!({
        "balance": lots.iter().map(|lot| lot.amount).sum::<i64>(),
        "expiring": lots,
        "ledger": points::ledger(call.database, call.member)?,
        "rewards": call.crm.shop.rewards,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redeeming {
    reward: String,
}

fn redeem(call: &Call) -> Answer {
    let given: Redeeming = read(call)?;
    let balance = points::redeem(
        call.database,
        &call.crm.shop,
        call.member,
        &given.reward,
        call.now,
    )?;
    ok(json!({ "balance": balance }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Minting {
    campaign: String,
}

fn mint(call: &Call) -> Answer {
    let given: Minting = read(call)?;
    ok(coupon::mint(
        call.database,
        &call.crm.shop,
        call.member,
        &given.campaign,
        call.now,
    )?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Starting {
    item: String,
}

fn start_group(call: &Call) -> Answer {
    let given: Starting = read(call)?;
    let started = group::start(
        call.database,
        &call.crm.shop,
        call.member,
        &given.item,
        call.now,
    )?;
    answered(StatusCode::CREATED, started)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contacting {
    channel: String,
    topic: String,
    item: Option<String>,
    order: Option<String>,
}

fn open_contact(call: &Call) -> Answer {
    let given: Contacting = read(call)?;
    let opened = contact::open(
        call.database,
        call.member,
        &given.channel,
        &given.topic,
        given.item.as_deref(),
        given.order.as_deref(),
        call.now,
    )?;
    answered(StatusCode::CREATED, opened)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BookingWish {
    store: String,
    item: Option<String>,
    visit: i64,
}

fn book(call: &Call) -> Answer {
    let given: BookingWish = read(call)?;
    let booked = contact::book(
        call.database,
        &call.crm.shop,
        call.member,
        &given.store,
        given.item.as_deref(),
        given.visit,
        call.now,
    )?;
    answered(StatusCode::CREATED, booked)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Handoff {
    digest: String,
    expires: i64,
}

fn vouch(call: &Call) -> Answer {
    let given: Handoff = read(call)?;
    let vouched = facts::vouch(
        &call.crm.signer,
        call.member,
        &given.digest,
        given.expires,
        call.now,
    )?;
    answered(StatusCode::CREATED, vouched)
}
