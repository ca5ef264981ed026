//! What every response carries: the content security policy and its like, and cross-origin permission.
//!
//! A page of another origin may always *deliver*: a `text/plain` beacon needs no permission, and write keys are public.
//! Permission is for reading the answer, the model and the package, and for requests that browsers ask about first.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

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

const PREFLIGHT: [(HeaderName, &str); 3] = [
    (
        header::ACCESS_CONTROL_ALLOW_METHODS,
        "GET, HEAD, POST, OPTIONS",
    ),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        "Authorization, Content-Type, Content-Encoding, If-None-Match, Range",
    ),
    (header::ACCESS_CONTROL_MAX_AGE, "86400"),
];

const EXPOSED: [(HeaderName, &str); 1] = [(
    header::ACCESS_CONTROL_EXPOSE_HEADERS,
    "ETag, Retry-After, Content-Range",
)];

/// The origins whose pages may read what this server answers.
#[derive(Clone, Debug, Default)]
pub struct Origins(Vec<String>);

impl Origins {
    /// Each `https://shop.example`, without a path, or `*` for all. `Err` holds the one that is neither.
    pub fn new(origins: Vec<String>) -> Result<Self, String> {
        match origins.iter().find(|origin| !is_origin(origin)) {
            Some(other) => Err(other.clone()),
            None => Ok(Self(origins)),
        }
    }

    fn allow(&self, request: &HeaderMap) -> Option<HeaderValue> {
        let origin = request.get(header::ORIGIN)?;
        let listed = |known: &String| known == "*" || origin.as_bytes() == known.as_bytes();
        self.0.iter().any(listed).then(|| origin.clone())
    }
}

fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    text == "*"
        || host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', ' ', ',']))
}

/// Answers OPTIONS and dresses every other response.
pub async fn apply(State(origins): State<Arc<Origins>>, request: Request, next: Next) -> Response {
    let allowed = origins.allow(request.headers());
    let asks = request.method() == Method::OPTIONS;
    let mut response = match asks {
        true => {
            let mut response = Response::default();
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        }
        false => next.run(request).await,
    };
    let headers = response.headers_mut();
    let mut set = |pairs: &[(HeaderName, &'static str)]| {
        for (name, value) in pairs {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(&ALWAYS);
    if asks {
        set(&[(header::ALLOW, "GET, HEAD, POST, OPTIONS")]);
    }
    if allowed.is_some() {
        set(&EXPOSED);
        if asks {
            set(&PREFLIGHT);
        }
    }
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    if !origins.0.is_empty() {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
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
        ] {
            assert_eq!(Origins::new(vec![bad.into()]).err().as_deref(), Some(bad));
        }
    }

    #[test]
    fn only_listed_origins_are_allowed() {
        let origins = Origins::new(vec!["https://shop.example".into()]).expect("an origin");
        let from = |origin: &'static str| {
            HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static(origin))])
        };
        assert_eq!(
            origins.allow(&from("https://shop.example")),
            Some(HeaderValue::from_static("https://shop.example"))
        );
        for other in ["https://shop.example.evil", "http://shop.example", "null"] {
            assert_eq!(origins.allow(&from(other)), None, "{other}");
        }
        assert_eq!(origins.allow(&HeaderMap::new()), None);
    }
}
