//! Compresses files. Which form a client takes is the business of `ServeDir` ([`super::files`]); by hand are only which types
//! are worth it and at which quality, since tower-http would compress the same file again for every request.

use std::io::Write;

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Brotli,
    Gzip,
}

/// Whether files of this type usually shrink.
pub fn worthwhile(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.starts_with("text/")
        || matches!(
            essence,
            "application/json"
                | "application/javascript"
                | "application/manifest+json"
                | "application/octet-stream"
                | "application/wasm"
                | "application/x-ndjson"
                | "application/xml"
                | "image/svg+xml"
        )
}

/// The bytes compressed; `None` if that does not save a twentieth.
pub fn compress(encoding: Encoding, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match encoding {
        Encoding::Brotli => {
            // Quality 9 is where a whole-megabyte file still takes well under a second; 11 takes twenty times as long.
            let parameters = BrotliEncoderParams {
                quality: 9,
                size_hint: bytes.len(),
                ..Default::default()
            };
            brotli::BrotliCompress(&mut &bytes[..], &mut out, &parameters).ok()?;
        }
        Encoding::Gzip => {
            let mut encoder = GzEncoder::new(&mut out, Compression::best());
            encoder.write_all(bytes).ok()?;
            encoder.finish().ok()?;
        }
    }
    (out.len() < bytes.len() - bytes.len() / 20).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Read;

    fn restored(encoding: Encoding, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        match encoding {
            Encoding::Brotli => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut out),
            Encoding::Gzip => flate2::read::GzDecoder::new(bytes).read_to_end(&mut out),
        }
        .expect("it was compressed");
        out
    }

    proptest! {
        #[test]
        fn compression_loses_nothing_and_saves_something(
            bytes in prop::collection::vec(prop::sample::select(b"abcd".to_vec()), 0..4000),
        ) {
            for encoding in [Encoding::Brotli, Encoding::Gzip] {
                if let Some(small) = compress(encoding, &bytes) {
                    prop_assert!(small.len() < bytes.len());
                    prop_assert_eq!(restored(encoding, &small), bytes.as_slice());
                } else {
                    prop_assert!(bytes.len() < 200);
                }
            }
        }
    }
}
