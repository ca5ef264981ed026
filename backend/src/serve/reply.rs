//! Responses that are not files: JSON, bytes and one line of text.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

pub fn json(status: StatusCode, value: &impl Serialize) -> Response {
    // Values of this crate's own types have string keys and no failing serializer: the empty body is unreachable.
    let body = serde_json::to_vec(value).unwrap_or_default();
    build(status, "application/json", body.into())
}

pub fn bytes(bytes: Vec<u8>) -> Response {
    build(StatusCode::OK, "application/octet-stream", bytes.into())
}

pub fn text(status: StatusCode, line: &'static str) -> Response {
    build(status, "text/plain; charset=utf-8", line.into())
}

fn build(status: StatusCode, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
