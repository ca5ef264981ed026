//! A file as an HTTP response: conditional, compressed, or a part of it.
//!
//! Entity tags are strong, so each compressed form has its own. Ranges are of the uncompressed file. A file whose name
//! holds the beginning of its own hash, as `model-<12 hex>.safetensors` does, never changes and is cached for a year.
//! Pages and manifests, which name all else, are asked for again each time, and cost a 304. The rest is fresh for as
//! long as the operator says: a returning shopper's page would otherwise wait for a 304 for each of its scripts.

use std::path::Path;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use super::assets::Asset;
use super::compression::{self, Encoding};
use super::range::{self, Requested};

/// Hex digits of the hash in a name that make it its content's own.
const HASH_IN_NAME: usize = 12;

const MANIFEST: &str = "manifest.json";

/// Answers GET or HEAD for the file at `path`.
///
/// `fresh` is for how many seconds a file that may change is used without asking.
pub fn respond(
    path: &Path,
    asset: &Asset,
    method: &Method,
    request: &HeaderMap,
    fresh: u32,
) -> Response {
    let caching = caching(path, asset, fresh);
    let whole_tag = tag(asset, None);
    let requested = match text(request, header::RANGE) {
        Some(range) if method == Method::GET && still_fresh(request, &whole_tag) => {
            range::requested(range, asset.bytes.len())
        }
        _ => Requested::Whole,
    };
    let encoding = match requested {
        Requested::Whole => wanted(asset, request),
        _ => None,
    };
    let tag = tag(asset, encoding);
    if text(request, header::IF_NONE_MATCH).is_some_and(|known| lists(known, &tag)) {
        return finish(StatusCode::NOT_MODIFIED, Bytes::new(), &tag, &caching);
    }
    let (status, bytes) = match &requested {
        Requested::Whole => (
            StatusCode::OK,
            encoding
                .and_then(|encoding| asset.encoded(encoding))
                .unwrap_or(&asset.bytes)
                .clone(),
        ),
        Requested::Part(part) => (StatusCode::PARTIAL_CONTENT, asset.bytes.slice(part.clone())),
        Requested::Outside => (StatusCode::RANGE_NOT_SATISFIABLE, Bytes::new()),
    };
    let length = bytes.len();
    let body = match *method == Method::HEAD {
        true => Bytes::new(),
        false => bytes,
    };
    let mut response = finish(status, body, &tag, &caching);
    let headers = response.headers_mut();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_LENGTH, &length.to_string());
    set(header::CONTENT_TYPE, &asset.content_type);
    set(header::ACCEPT_RANGES, "bytes");
    if let Some(encoding) = encoding {
        set(header::CONTENT_ENCODING, encoding.name());
    }
    let total = asset.bytes.len();
    match requested {
        Requested::Whole => {}
        Requested::Part(part) => set(
            header::CONTENT_RANGE,
            &format!("bytes {}-{}/{total}", part.start, part.end - 1),
        ),
        Requested::Outside => set(header::CONTENT_RANGE, &format!("bytes */{total}")),
    }
    response
}

/// The headers that a 304 has in common with the response it stands for.
fn finish(status: StatusCode, body: Bytes, tag: &str, caching: &str) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [(header::ETAG, tag), (header::CACHE_CONTROL, caching)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    response
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn wanted(asset: &Asset, request: &HeaderMap) -> Option<Encoding> {
    compression::accepted(text(request, header::ACCEPT_ENCODING)?)
        .into_iter()
        .find(|encoding| asset.encoded(*encoding).is_some())
}

fn tag(asset: &Asset, encoding: Option<Encoding>) -> String {
    let short = asset.hash.get(..32).unwrap_or(&asset.hash);
    match encoding {
        None => format!("\"{short}\""),
        Some(encoding) => format!("\"{short}-{}\"", encoding.name()),
    }
}

fn lists(header: &str, tag: &str) -> bool {
    header
        .split(',')
        .map(str::trim)
        .any(|listed| listed == "*" || listed.strip_prefix("W/").unwrap_or(listed) == tag)
}

/// Without the header If-Range, or with the tag of the file as it is.
fn still_fresh(request: &HeaderMap, tag: &str) -> bool {
    match request.get(header::IF_RANGE) {
        None => true,
        Some(condition) => condition.as_bytes() == tag.as_bytes(),
    }
}

fn caching(path: &Path, asset: &Asset, fresh: u32) -> String {
    let names_others = path.extension().is_some_and(|kind| kind == "html")
        || path.file_name().is_some_and(|name| name == MANIFEST);
    if names_its_content(path, asset) {
        "public, max-age=31536000, immutable".into()
    } else if names_others || fresh == 0 {
        "no-cache".into()
    } else {
        format!("public, max-age={fresh}")
    }
}

fn names_its_content(path: &Path, asset: &Asset) -> bool {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    stem.and_then(|stem| stem.rsplit_once('-'))
        .is_some_and(|(_, hash)| hash.len() >= HASH_IN_NAME && asset.hash.starts_with(hash))
}
