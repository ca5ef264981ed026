//! Error answers of the collector, as JSON: `{"success":false,"code","message"}`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::batch::MESSAGES_LIMIT;
use super::reply;
use crate::Coded;

/// Bytes of a request's body, after decompression.
pub const REQUEST_LIMIT: usize = 500 * 1024;

/// One message that was not taken, as the reply lists it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rejection {
    pub index: usize,
    pub code: &'static str,
    pub message: String,
}

/// Why a whole delivery was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    #[error(
        "unknown endpoint /v1/{name}; deliver to /v1/batch, or one message to /v1/track, identify, page, screen, group or alias"
    )]
    Endpoint { name: String },
    #[error("method {method} is not supported here; deliver by POST")]
    Method { method: String },
    #[error(
        "the delivery has no write key; send writeKey in the body, or HTTP Basic authentication with the key as user name and no password"
    )]
    NoKey,
    #[error("unknown write key {key:?}; use one that the server was started with (--write-key)")]
    UnknownKey { key: String },
    #[error("unsupported Content-Encoding {encoding:?}; send the body uncompressed or with gzip")]
    Encoding { encoding: String },
    #[error("the body is not valid gzip, as Content-Encoding promises: {0}; compress it again")]
    Gzip(std::io::Error),
    #[error(
        "the body is over the limit of {REQUEST_LIMIT} bytes uncompressed; send the batch in halves"
    )]
    Size,
    #[error("the batch has {messages} messages, the limit is {MESSAGES_LIMIT}; send it in halves")]
    Messages { messages: usize },
    #[error(
        "context and integrations of the batch are {shared} bytes, to be repeated in {messages} messages; send fewer messages at once or put them into the messages"
    )]
    Shared { shared: usize, messages: usize },
    #[error("the body did not arrive within 30 seconds; send it again")]
    Slow,
    #[error("the body broke off: {0}; send it again")]
    Broken(axum::Error),
    #[error(
        "the body cannot be read: {0}; send one JSON object, {{\"batch\": [message, …], \"writeKey\": \"…\"}} for a batch"
    )]
    Json(serde_json::Error),
    #[error("no message of the delivery can be taken; the first: {}", first(.rejected))]
    Nothing { rejected: Vec<Rejection> },
    #[error("the server is overloaded; send it again in a second")]
    Busy,
    #[error("nothing can be stored at the moment; send it again later, and tell the operator")]
    Store { cause: String },
}

fn first(rejected: &[Rejection]) -> &str {
    rejected.first().map_or("none", |one| &one.message)
}

impl Coded for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Refusal::Endpoint { .. } => "request.endpoint",
            Refusal::Method { .. } => "request.method",
            Refusal::NoKey | Refusal::UnknownKey { .. } => "request.write_key",
            Refusal::Encoding { .. } => "request.encoding",
            Refusal::Gzip(_) => "request.gzip",
            Refusal::Size => "request.size",
            Refusal::Messages { .. } => "request.messages",
            Refusal::Shared { .. } => "request.shared",
            Refusal::Slow => "request.slow",
            Refusal::Broken(_) => "request.broken",
            Refusal::Json(_) => "request.json",
            // A lone message is refused in its own name.
            Refusal::Nothing { rejected } => match rejected.as_slice() {
                [only] => only.code,
                _ => "request.rejected",
            },
            Refusal::Busy => "store.busy",
            Refusal::Store { .. } => "store.write",
        }
    }
}

impl Refusal {
    pub fn status(&self) -> StatusCode {
        match self {
            Refusal::Endpoint { .. } => StatusCode::NOT_FOUND,
            Refusal::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::NoKey | Refusal::UnknownKey { .. } => StatusCode::UNAUTHORIZED,
            Refusal::Encoding { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::Size | Refusal::Messages { .. } | Refusal::Shared { .. } => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Refusal::Slow => StatusCode::REQUEST_TIMEOUT,
            Refusal::Busy | Refusal::Store { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Gzip(_) | Refusal::Broken(_) | Refusal::Json(_) | Refusal::Nothing { .. } => {
                StatusCode::BAD_REQUEST
            }
        }
    }

    /// What HTTP asks to come with the status.
    fn header(&self) -> Option<(header::HeaderName, &'static str)> {
        match self {
            Refusal::Method { .. } => Some((header::ALLOW, "POST, OPTIONS")),
            // Not `Basic`, for which a browser would ask its user for a password.
            Refusal::NoKey | Refusal::UnknownKey { .. } => {
                Some((header::WWW_AUTHENTICATE, "WriteKey"))
            }
            Refusal::Encoding { .. } => Some((header::ACCEPT_ENCODING, "gzip")),
            Refusal::Busy => Some((header::RETRY_AFTER, "1")),
            Refusal::Store { .. } => Some((header::RETRY_AFTER, "10")),
            _ => None,
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    success: bool,
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    rejected: &'a [Rejection],
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let rejected = match &self {
            Refusal::Nothing { rejected } => rejected.as_slice(),
            _ => &[],
        };
        let mut response = reply::json(
            self.status(),
            &Body {
                success: false,
                code: self.code(),
                message: self.to_string(),
                rejected,
            },
        );
        if let Some((name, value)) = self.header() {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
