//! A file as an HTTP response: conditional, compressed, or a part of it.
//!
//! tower-http's `ServeDir` answers conditions (RFC 9110, section 13) and ranges (section 14) and chooses the compressed
//! form; the file that it reads is in memory ([`Stored`]). By hand stays what it leaves open: `If-Range`, ranges that a
//! server ignores instead of refusing them, and how long a browser keeps a file.
//!
//! Entity tags are strong, and each compressed form has its own. Ranges are of the uncompressed file. A file whose name
//! holds the beginning of its own hash, as `model-<12 hex>.safetensors` does, never changes and is cached for a year.
//! Pages and manifests, which name all else, are asked for again each time, and cost a 304. The rest is fresh for as
//! long as the operator says: a returning shopper's page would otherwise wait for a 304 for each of its scripts.

use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use axum::response::Response;
use http_range_header::{EndPosition, RangeUnsatisfiableError, StartPosition, parse_range_header};
use tower_http::services::ServeDir;
use tower_service::Service;

use super::assets::Asset;
use super::memory::Stored;

/// Hex digits of the hash in a name that make it its content's own.
const HASH_IN_NAME: usize = 12;

const MANIFEST: &str = "manifest.json";

/// Answers GET or HEAD for the file at `path`.
///
/// `fresh` is for how many seconds a file that may change is used without asking.
pub async fn respond(path: &Path, asset: Arc<Asset>, mut head: Parts, fresh: u32) -> Response {
    let condition = head.headers.remove(header::IF_RANGE);
    let range = head.headers.remove(header::RANGE);
    let range = range
        .filter(|_| head.method == Method::GET)
        .and_then(|range| one_range(range, asset.bytes.len() as u64));
    let part = match range {
        Some(range) => part(&asset, &head, range, condition).await,
        None => None,
    };
    let mut response = match part {
        Some(part) => part,
        None => serve(&asset, head).await,
    };
    let headers = response.headers_mut();
    if headers.contains_key(header::CONTENT_TYPE)
        && let Ok(content_type) = HeaderValue::from_str(&asset.content_type)
    {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    if let Ok(caching) = HeaderValue::from_str(&caching(path, &asset, fresh)) {
        headers.insert(header::CACHE_CONTROL, caching);
    }
    // Also of a 304, which stands for the whole response.
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    response
}

/// The range that `ServeDir` should serve of `length` bytes; `None` for the whole.
///
/// A server may ignore several ranges, a range that is none, and any range of an empty file. A suffix longer than the
/// file is all of it, which `ServeDir` would refuse.
fn one_range(range: HeaderValue, length: u64) -> Option<HeaderValue> {
    let ranges = match parse_range_header(range.to_str().ok()?) {
        Ok(parsed) => parsed.ranges,
        Err(RangeUnsatisfiableError::ZeroSuffix) => return Some(range),
        Err(_) => return None,
    };
    let [only] = ranges.as_slice() else {
        return None;
    };
    match (only.start, only.end) {
        _ if length == 0 => None,
        (StartPosition::Index(first), EndPosition::Index(last)) if last < first => None,
        (StartPosition::FromLast(suffix), _) if suffix > length => {
            Some(HeaderValue::from_static("bytes=0-"))
        }
        _ => Some(range),
    }
}

/// A part of the uncompressed file; `None` if it is no longer the file that the header `If-Range` means.
async fn part(
    asset: &Arc<Asset>,
    head: &Parts,
    range: HeaderValue,
    condition: Option<HeaderValue>,
) -> Option<Response> {
    let mut head = head.clone();
    head.headers.remove(header::ACCEPT_ENCODING);
    head.headers.insert(header::RANGE, range);
    let conditional = condition.is_some();
    if let Some(tag) = condition {
        // Both compare strongly; what the one answers by 412, the other answers by the whole file.
        head.headers.insert(header::IF_MATCH, tag);
    }
    let response = serve(asset, head).await;
    let changed = conditional && response.status() == StatusCode::PRECONDITION_FAILED;
    (!changed).then_some(response)
}

async fn serve(asset: &Arc<Asset>, mut head: Parts) -> Response {
    // One file, so any name will do.
    head.uri = Uri::from_static("/file");
    let mut files = ServeDir::with_backend("", Stored(asset.clone()))
        .precompressed_br()
        .precompressed_gzip();
    match files.call(Request::from_parts(head, Body::empty())).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::assets::Assets;
    use proptest::prelude::*;

    struct Site {
        _folder: tempfile::TempDir,
        asset: Arc<Asset>,
    }

    fn site(bytes: &[u8]) -> Site {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("file.txt");
        std::fs::write(&path, bytes).expect("written");
        let asset = Assets::new(1_000_000).get(&path).expect("it is there");
        Site {
            _folder: folder,
            asset,
        }
    }

    async fn get(site: &Site, headers: &[(header::HeaderName, &str)]) -> Response {
        let mut request = Request::get("/file.txt");
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let (head, ()) = request.body(()).expect("a request").into_parts();
        respond(Path::new("file.txt"), site.asset.clone(), head, 60).await
    }

    fn named(response: &Response, name: header::HeaderName) -> Option<&str> {
        response.headers().get(name)?.to_str().ok()
    }

    async fn ranged(site: &Site, range: &str) -> (u16, Option<String>) {
        let response = get(site, &[(header::RANGE, range)]).await;
        let range = named(&response, header::CONTENT_RANGE).map(str::to_owned);
        (response.status().as_u16(), range)
    }

    #[tokio::test]
    async fn ranges_are_those_of_rfc_9110() {
        let ten = site(b"0123456789");
        for (range, status, expected) in [
            ("bytes=0-0", 206, Some("bytes 0-0/10")),
            ("bytes=2-", 206, Some("bytes 2-9/10")),
            ("bytes=-3", 206, Some("bytes 7-9/10")),
            ("bytes=-99", 206, Some("bytes 0-9/10")),
            ("bytes=5-9999999999999999999", 206, Some("bytes 5-9/10")),
            ("bytes=5-99999999999999999999999", 200, None),
            ("bytes=10-", 416, Some("bytes */10")),
            ("bytes=-0", 416, Some("bytes */10")),
            ("bytes=5-4", 200, None),
            ("bytes=12-11", 200, None),
            ("bytes=0-1,3-4", 200, None),
            ("bytes=-", 200, None),
            ("bytes=a-b", 200, None),
            ("items=0-1", 200, None),
            ("", 200, None),
        ] {
            let found = ranged(&ten, range).await;
            assert_eq!((found.0, found.1.as_deref()), (status, expected), "{range}");
        }
        let empty = site(b"");
        for range in ["bytes=0-", "bytes=-1"] {
            assert_eq!(ranged(&empty, range).await, (200, None), "{range}");
        }
    }

    #[test]
    fn a_part_is_inside_and_not_empty() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime");
        proptest!(|(range in "bytes=[0-9]{0,22}-[0-9]{0,22}", length in 0_usize..100)| {
            let site = site(&vec![b'x'; length]);
            let (status, part) = runtime.block_on(ranged(&site, &range));
            if status == 206 {
                let part = part.expect("its place");
                let bounds = part.strip_prefix("bytes ").and_then(|part| part.split_once('/')).expect("a range");
                let (first, last) = bounds.0.split_once('-').expect("two ends");
                let number = |text: &str| text.parse::<usize>().expect("a number");
                prop_assert!(number(first) <= number(last) && number(last) < length, "{} of {}", part, length);
            }
        });
    }

    #[tokio::test]
    async fn a_tag_is_one_of_the_content_even_where_size_and_time_are_equal() {
        let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
        let mut tags = Vec::new();
        for content in [b"model-1", b"model-2"] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let path = folder.path().join("manifest.json");
            std::fs::write(&path, content).expect("written");
            let file = std::fs::File::options().append(true).open(&path);
            file.and_then(|file| file.set_modified(time))
                .expect("dated");
            let asset = Assets::new(1000).get(&path).expect("it is there");
            let site = Site {
                _folder: folder,
                asset,
            };
            let response = get(&site, &[]).await;
            assert_eq!(
                named(&response, header::LAST_MODIFIED),
                Some("Thu, 01 Jan 1970 00:00:01 GMT")
            );
            tags.push(named(&response, header::ETAG).expect("a tag").to_owned());
        }
        assert_ne!(tags[0], tags[1]);
    }

    #[tokio::test]
    async fn the_client_chooses_the_compression() {
        let site = site(&b"a line that repeats\n".repeat(100));
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("br;q=0.5, gzip", Some("gzip")),
            ("br;q=0, gzip;q=0.1", Some("gzip")),
            ("GZIP", Some("gzip")),
            ("", None),
            ("deflate, identity", None),
        ] {
            let response = get(&site, &[(header::ACCEPT_ENCODING, accepted)]).await;
            assert_eq!(
                named(&response, header::CONTENT_ENCODING),
                expected,
                "{accepted}"
            );
        }
    }
}
