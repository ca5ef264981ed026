//! Which URL is answered by what.
//!
//! | URL | answer |
//! | --- | --- |
//! | `POST /v1/batch`, `/v1/b` | stores a batch |
//! | `POST /v1/track`, `/v1/t` and the other five types | stores one message |
//! | `GET /healthz` | 200 while events can be stored, else 503 |
//! | `/crm/v1/…` | the reference CRM, where it is served |
//! | `/lab` | running experiments, where they are shown |
//! | any other `GET`, `HEAD` | a file of one of the mounts |

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::assets::Assets;
use super::batch::{self, Endpoint, Sender, WriteKeys};
use super::crm::{self, Crm};
use super::event::Event;
use super::headers::{self, Origins};
use super::lab::{self, Lab};
use super::mounts::{Found, Mounts};
use super::refusal::{Refusal, Rejection};
use super::refusals::RefusalLog;
use super::store::{Store, StoreError};
use super::{body, files, log, reply};
use crate::folder::check::{self, Identity};
use crate::instant;
use crate::lab::analyse::browser::Browser;

/// What the handlers share.
pub struct Service {
    pub store: Store,
    pub write_keys: WriteKeys,
    /// Whether the name of the browser that delivers is kept.
    pub keeps_browser: bool,
    pub mounts: Mounts,
    pub assets: Arc<Assets>,
    pub model: Option<PathBuf>,
    /// Seconds for which files that may change are used without asking.
    pub fresh: u32,
    pub log: RefusalLog,
    pub started: Instant,
    pub received: Received,
    /// Takes requests for messages, where it is served.
    pub crm: Option<Arc<Crm>>,
}

/// Counts since the server was started.
#[derive(Default)]
pub struct Received {
    accepted: AtomicU64,
    duplicates: AtomicU64,
    rejected: AtomicU64,
    refused: AtomicU64,
}

pub fn router(service: Arc<Service>, lab: Option<Arc<Lab>>, origins: Origins) -> Router {
    let crm = service
        .crm
        .clone()
        .map_or_else(Router::new, crm::api::router);
    let lab = lab.map_or_else(Router::new, lab::router);
    Router::new()
        .merge(crm)
        .merge(lab)
        .route("/v1/{*endpoint}", any(collect))
        .route("/v1", any(nowhere))
        .route("/v1/", any(nowhere))
        .route("/healthz", get(health))
        .fallback(file)
        .layer(origins.permission())
        .layer(axum::middleware::from_fn(headers::dress))
        .layer(log::requests())
        .with_state(service)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Taken {
    success: bool,
    accepted: u64,
    duplicates: u64,
    rejected: Vec<Rejection>,
    /// How many came without a `messageId` and were given one.
    #[serde(skip_serializing_if = "is_zero")]
    message_ids_filled: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

async fn collect(
    State(service): State<Arc<Service>>,
    Path(endpoint): Path<String>,
    request: Request,
) -> Response {
    match take(&service, endpoint, request).await {
        Ok(taken) => reply::json(StatusCode::OK, &taken),
        Err(refusal) => {
            service.received.refused.fetch_add(1, Ordering::Relaxed);
            service.log.refused(&refusal);
            refusal.into_response()
        }
    }
}

/// An address that was cut short.
async fn nowhere(State(service): State<Arc<Service>>) -> Response {
    let refusal = Refusal::Endpoint {
        name: String::new(),
    };
    service.received.refused.fetch_add(1, Ordering::Relaxed);
    service.log.refused(&refusal);
    refusal.into_response()
}

async fn take(service: &Service, endpoint: String, request: Request) -> Result<Taken, Refusal> {
    let received_at_ms = instant::now();
    // Some clients put a slash behind their address.
    let name = endpoint.trim_end_matches('/');
    let Some(endpoint) = Endpoint::named(name) else {
        let name = name.chars().take(40).collect();
        return Err(Refusal::Endpoint { name });
    };
    if request.method() != Method::POST {
        return Err(Refusal::Method {
            method: request.method().to_string(),
        });
    }
    let (head, body) = request.into_parts();
    let encoding = head.headers.get(header::CONTENT_ENCODING);
    let encoding = encoding.map(|value| String::from_utf8_lossy(value.as_bytes()));
    let bytes = body::read(body, encoding.as_deref()).await?;
    let basic = basic_user(&head.headers);
    let agent = head.headers.get(header::USER_AGENT);
    let browser = agent.filter(|_| service.keeps_browser);
    let browser = browser.and_then(|agent| Browser::of(agent.to_str().ok()?));
    let sender = Sender {
        basic: basic.as_deref(),
        browser: browser.map(Browser::name),
    };
    let delivery = batch::read(
        endpoint,
        &bytes,
        sender,
        &service.write_keys,
        received_at_ms,
        &mut || uuid::Uuid::new_v4().to_string(),
    )?;
    let is_request = |event: &&Event| event.event.as_deref() == Some(crm::outbox::EVENT);
    let requests: Vec<Event> = delivery.events.iter().filter(is_request).cloned().collect();
    if let (false, Some(crm)) = (requests.is_empty(), service.crm.clone()) {
        // Before the events are stored: what is answered as stored was handed over too.
        let taken = tokio::task::spawn_blocking(move || crm.requested(&requests)).await;
        let refused = |cause: String| Refusal::Store { cause };
        taken
            .map_err(|error| refused(error.to_string()))?
            .map_err(|error| refused(error.to_string()))?;
    }
    let stored = service
        .store
        .write(delivery.events)
        .await
        .map_err(|error| match error {
            StoreError::Busy => Refusal::Busy,
            other => Refusal::Store {
                cause: other.to_string(),
            },
        })?;
    let received = &service.received;
    let rejected = delivery.rejected.len() as u64;
    received
        .accepted
        .fetch_add(stored.inserted, Ordering::Relaxed);
    received
        .duplicates
        .fetch_add(stored.duplicates, Ordering::Relaxed);
    received.rejected.fetch_add(rejected, Ordering::Relaxed);
    Ok(Taken {
        success: true,
        accepted: stored.inserted,
        duplicates: stored.duplicates,
        rejected: delivery.rejected,
        message_ids_filled: delivery.unidentified,
    })
}

/// The user name of HTTP Basic authentication: Segment's clients put the write key there.
fn basic_user(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let user = decoded
        .split_once(':')
        .map_or(decoded.as_str(), |(user, _)| user);
    Some(user.to_owned())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Health {
    status: &'static str,
    /// Rows of the table `events`; absent while it cannot be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// The model in the folder now.
    model: Option<Identity>,
    received: Counts,
    uptime_seconds: u64,
    version: &'static str,
}

#[derive(Serialize)]
struct Counts {
    accepted: u64,
    duplicates: u64,
    /// Messages not taken out of deliveries that were.
    rejected: u64,
    /// Deliveries not taken.
    refused: u64,
}

async fn health(State(service): State<Arc<Service>>) -> Response {
    let (status, events, problem) = match service.store.check().await {
        Ok(events) => (StatusCode::OK, Some(events), None),
        Err(error) => (
            StatusCode::SERVICE_UNAVAILABLE,
            None,
            Some(error.to_string()),
        ),
    };
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let received = &service.received;
    let health = Health {
        status: if events.is_some() { "ok" } else { "failing" },
        events,
        problem,
        model: service
            .model
            .as_deref()
            .and_then(|folder| check::identity(folder).ok()),
        received: Counts {
            accepted: count(&received.accepted),
            duplicates: count(&received.duplicates),
            rejected: count(&received.rejected),
            refused: count(&received.refused),
        },
        uptime_seconds: service.started.elapsed().as_secs(),
        version: env!("CARGO_PKG_VERSION"),
    };
    reply::json(status, &health)
}

async fn file(State(service): State<Arc<Service>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = reply::text(
            StatusCode::METHOD_NOT_ALLOWED,
            "405 only GET and HEAD here\n",
        );
        let allow = HeaderValue::from_static("GET, HEAD, OPTIONS");
        response.headers_mut().insert(header::ALLOW, allow);
        return response;
    }
    let (head, _) = request.into_parts();
    let (files, uri) = (service.clone(), head.uri.clone());
    let found = tokio::task::spawn_blocking(move || match files.mounts.find(uri.path()) {
        Found::File(path) => match files.assets.get(&path) {
            Ok(asset) => Ok((path, asset)),
            Err(error) => {
                tracing::error!("{} cannot be read: {error}", path.display());
                Err(Found::Nothing)
            }
        },
        other => Err(other),
    });
    match found.await {
        Ok(Ok((path, asset))) => files::respond(&path, asset, head, service.fresh).await,
        Ok(Err(Found::Folder)) => folder(&head.uri),
        Ok(Err(_)) => not_found(),
        Err(_) => reply::text(StatusCode::INTERNAL_SERVER_ERROR, "500 internal error\n"),
    }
}

fn not_found() -> Response {
    reply::text(StatusCode::NOT_FOUND, "404 not found\n")
}

fn folder(uri: &axum::http::Uri) -> Response {
    let query = uri
        .query()
        .map_or(String::new(), |query| format!("?{query}"));
    let mut response = reply::text(
        StatusCode::PERMANENT_REDIRECT,
        "308 a folder ends with a slash\n",
    );
    if let Ok(location) = HeaderValue::from_str(&format!("{}/{query}", uri.path())) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
