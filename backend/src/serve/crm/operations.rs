//! The CRM's operations: a table of who may call what, and the handlers behind it.
//!
//! Every operation is one row of [`OPERATIONS`], named as `openapi.json` names it; a test holds the two against each other.
//! How calls arrive, who makes them and what is answered twice is HTTP: see [`super::api`].

use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rusqlite::Connection;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::error::CrmError;
use super::order::{Change, Reduction};
use super::outbox::ledger as messages;
use super::{Crm, backup, channel, contact, coupon, facts, group, member, order, points, survey};

const DESCRIPTION: &str = include_str!("openapi.json");

/// What an operation works with.
pub(super) struct Call<'a> {
    pub(super) crm: &'a Crm,
    pub(super) database: &'a Connection,
    /// Empty where the operation needs none.
    pub(super) member: &'a str,
    pub(super) token: Option<&'a str>,
    /// What stands for `{id}` in the path.
    pub(super) id: &'a str,
    pub(super) body: &'a [u8],
    /// Under which a write is made, where it says one.
    pub(super) condition: Option<backup::Condition<'a>>,
    pub(super) now: i64,
}

pub(super) type Answer = Result<(StatusCode, Value), CrmError>;

/// Who may call an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Everyone,
    Members,
    /// Whoever has the key of the settings.
    Operators,
}

pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) access: Access,
    pub(super) run: fn(&Call) -> Answer,
}

impl Operation {
    pub(super) fn is(&self, method: Method, path: &str) -> bool {
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

pub(super) static OPERATIONS: &[Operation] = &[
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
