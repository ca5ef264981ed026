//! Requests to the collector.
//!
//! A `text/plain` body with the write key inside needs no preflight, which a page on its way out could not wait for.
//! No cookie is sent, nor any header of our own.

use js_sys::{Date, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestCredentials, RequestInit, Response};

use crate::decimal;
use crate::report::Outcome;

/// Begins a request; `keepalive` lets it outlive the page. Called from the event of the page that is left, so the
/// request must have begun when this returns.
pub fn begin(url: &str, body: &str, keepalive: bool) -> Result<Promise, JsValue> {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&body.into());
    init.set_credentials(RequestCredentials::Omit);
    let _ = Reflect::set(&init, &"keepalive".into(), &keepalive.into());
    let headers = js_sys::Object::new();
    Reflect::set(
        &headers,
        &"Content-Type".into(),
        &"text/plain;charset=UTF-8".into(),
    )?;
    init.set_headers(&headers);
    // Looked up at each call: shops wrap `fetch`, and their wrapper may throw.
    let global = js_sys::global();
    let fetch: Function = Reflect::get(&global, &"fetch".into())?.dyn_into()?;
    fetch.call2(&global, &url.into(), &init)?.dyn_into()
}

/// How a request ended.
pub async fn outcome(request: Result<Promise, JsValue>, now: impl Fn() -> i64) -> Outcome {
    let Ok(request) = request else {
        return Outcome::NoAnswer;
    };
    let Ok(response) = JsFuture::from(request).await else {
        return Outcome::NoAnswer;
    };
    let response: Response = response.unchecked_into();
    let code = response.status();
    if code == 0 {
        return Outcome::NoAnswer;
    }
    let header = response.headers().get("Retry-After").ok().flatten();
    let retry_after = header.and_then(|header| wait(&header, now()));
    Outcome::Status { code, retry_after }
}

/// How many milliseconds a `Retry-After` asks to wait: it is seconds, or a date.
fn wait(header: &str, now: i64) -> Option<i64> {
    let ms = match decimal::parse(header) {
        Some(seconds) => seconds * 1000.0,
        None => Date::parse(header) - now as f64,
    };
    (!ms.is_nan()).then_some(ms as i64)
}
