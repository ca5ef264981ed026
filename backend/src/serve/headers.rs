//! What every response carries: the content security policy and its like, and cross-origin permission.
//!
//! Permission is tower-http's `CorsLayer`. A page of another origin may always *deliver*: a `text/plain` beacon needs no
//! permission, and write keys are public. Permission is for reading the answer, the model and the package, and for
//! requests that browsers ask about first.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

/// WebAssembly may be compiled; nothing inline, nothing evaluated, nothing from elsewhere, no frame around it, and no
/// text becomes markup.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

const ALWAYS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

const METHODS: [Method; 4] = [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS];
const ALLOW: &str = "GET, HEAD, POST, OPTIONS";

/// The origins whose pages may read what this server answers.
#[derive(Clone, Debug)]
pub enum Origins {
    All,
    Listed(Vec<HeaderValue>),
}

impl Origins {
    /// Each `https://shop.example`, without a path, or `*` for all. `Err` holds the one that is neither.
    pub fn new(origins: Vec<String>) -> Result<Self, String> {
        let mut listed = Vec::new();
        for origin in &origins {
            match HeaderValue::from_str(origin) {
                Ok(value) if is_origin(origin) => listed.push(value),
                _ => return Err(origin.clone()),
            }
        }
        Ok(match listed.iter().any(|origin| origin == "*") {
            true => Origins::All,
            false => Origins::Listed(listed),
        })
    }

    /// Permission for these origins; without any it only answers OPTIONS.
    pub fn permission(self) -> CorsLayer {
        let origins = match self {
            Origins::All => Any.into(),
            Origins::Listed(none) if none.is_empty() => {
                return CorsLayer::new().vary([]);
            }
            Origins::Listed(origins) => AllowOrigin::list(origins),
        };
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods(METHODS)
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                header::CONTENT_ENCODING,
                header::IF_NONE_MATCH,
                header::RANGE,
            ])
            .expose_headers([header::ETAG, header::RETRY_AFTER, header::CONTENT_RANGE])
            .max_age(Duration::from_secs(24 * 60 * 60))
    }
}

fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    text == "*"
        || host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', ' ', ',']))
}

/// Dresses every response, also those to OPTIONS, which have no content.
pub async fn dress(request: Request, next: Next) -> Response {
    let asks = request.method() == Method::OPTIONS;
    let mut response = next.run(request).await;
    if asks {
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    let headers = response.headers_mut();
    let asked = asks.then_some((header::ALLOW, ALLOW));
    for (name, value) in ALWAYS.into_iter().chain(asked) {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        for good in ["https://shop.example", "http://127.0.0.1:8080", "*"] {
            assert!(Origins::new(vec![good.into()]).is_ok(), "{good}");
        }
        for bad in [
            "shop.example",
            "https://",
            "https://shop.example/",
            "ftp://x",
            "",
            "https://a, https://b",
            "https://a\r\nb",
        ] {
            assert_eq!(Origins::new(vec![bad.into()]).err().as_deref(), Some(bad));
        }
    }
}
