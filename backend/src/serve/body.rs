//! A request's body: read within a limit and a time, inflated within the same limit.
//!
//! A body that is too large is read on and thrown away up to a second, wider limit. A server that closes a connection
//! which the client still writes to is not heard: the client sees a reset instead of the 413. By hand, since tower-http's
//! limit closes at once and answers without a code, and its decompression would inflate what is thrown away.

use std::io::Read;
use std::time::Duration;

use axum::body::Body;
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;

use super::refusal::{REQUEST_LIMIT, Refusal};

const DISCARD_LIMIT: usize = 16 * REQUEST_LIMIT;
const PATIENCE: Duration = Duration::from_secs(30);

/// The bytes of `body` as the client meant them. `encoding` is the header Content-Encoding.
pub async fn read(body: Body, encoding: Option<&str>) -> Result<Vec<u8>, Refusal> {
    let bytes = tokio::time::timeout(PATIENCE, collect(body))
        .await
        .map_err(|_| Refusal::Slow)??;
    match encoding.map(str::trim) {
        None | Some("" | "identity") => Ok(bytes),
        Some(gzip) if gzip.eq_ignore_ascii_case("gzip") || gzip.eq_ignore_ascii_case("x-gzip") => {
            inflate(&bytes)
        }
        Some(other) => Err(Refusal::Encoding {
            encoding: other.chars().take(40).collect(),
        }),
    }
}

async fn collect(mut body: Body) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(Refusal::Broken)?.into_data() else {
            continue;
        };
        seen += data.len();
        if seen <= REQUEST_LIMIT {
            bytes.extend_from_slice(&data);
        } else if seen > DISCARD_LIMIT {
            break;
        }
    }
    if seen > REQUEST_LIMIT {
        return Err(Refusal::Size);
    }
    Ok(bytes)
}

fn inflate(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut inflated = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(REQUEST_LIMIT as u64 + 1)
        .read_to_end(&mut inflated)
        .map_err(Refusal::Gzip)?;
    if inflated.len() > REQUEST_LIMIT {
        return Err(Refusal::Size);
    }
    Ok(inflated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Coded;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    async fn code_of(bytes: Vec<u8>, encoding: Option<&str>) -> &'static str {
        match read(bytes.into(), encoding).await {
            Ok(_) => "ok",
            Err(refusal) => refusal.code(),
        }
    }

    #[tokio::test]
    async fn what_was_compressed_is_inflated() {
        let body = gzip(b"{\"batch\":[]}");
        let read = read(body.into(), Some("GZIP")).await.expect("it is gzip");
        assert_eq!(read, b"{\"batch\":[]}");
    }

    #[tokio::test]
    async fn the_limit_counts_bytes_after_inflation() {
        let full = vec![b' '; REQUEST_LIMIT];
        let mut over = full.clone();
        over.push(b' ');
        assert_eq!(code_of(full.clone(), None).await, "ok");
        assert_eq!(code_of(over.clone(), None).await, "request.size");
        assert_eq!(code_of(gzip(&full), Some("gzip")).await, "ok");
        assert_eq!(code_of(gzip(&over), Some("gzip")).await, "request.size");
        let bomb = gzip(&vec![0; 20 * REQUEST_LIMIT]);
        assert!(bomb.len() < REQUEST_LIMIT);
        assert_eq!(code_of(bomb, Some("gzip")).await, "request.size");
    }

    #[tokio::test]
    async fn damage_is_named() {
        let body = gzip(b"{\"batch\":[]}");
        let cut = body[..body.len() - 4].to_vec();
        assert_eq!(code_of(cut, Some("gzip")).await, "request.gzip");
        assert_eq!(code_of(b"{}".to_vec(), Some("gzip")).await, "request.gzip");
        assert_eq!(code_of(body, Some("br")).await, "request.encoding");
    }
}
