//! Which compression a client takes, and doing it.

use std::io::Write;

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Brotli,
    Gzip,
}

impl Encoding {
    /// As HTTP calls it.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Brotli => "br",
            Encoding::Gzip => "gzip",
        }
    }
}

/// The encodings that the header Accept-Encoding allows, the most wanted first, the smaller result first among equals.
pub fn accepted(header: &str) -> Vec<Encoding> {
    let mut wanted: Vec<(f32, Encoding)> = [Encoding::Brotli, Encoding::Gzip]
        .into_iter()
        .map(|encoding| (quality(header, encoding.name()), encoding))
        .filter(|(quality, _)| *quality > 0.0)
        .collect();
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
    wanted.into_iter().map(|(_, encoding)| encoding).collect()
}

fn quality(header: &str, name: &str) -> f32 {
    let mut any = 0.0;
    for entry in header.split(',') {
        let mut parts = entry.split(';').map(str::trim);
        let coding = parts.next().unwrap_or_default();
        let quality = parts
            .find_map(|part| part.strip_prefix("q=")?.parse().ok())
            .unwrap_or(1.0);
        if coding.eq_ignore_ascii_case(name) {
            return quality;
        }
        if coding == "*" {
            any = quality;
        }
    }
    any
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

    #[test]
    fn the_header_decides() {
        use Encoding::{Brotli, Gzip};
        for (header, expected) in [
            ("gzip, deflate, br, zstd", vec![Brotli, Gzip]),
            ("br;q=0.5, gzip", vec![Gzip, Brotli]),
            ("br;q=0, gzip;q=0.1", vec![Gzip]),
            ("*", vec![Brotli, Gzip]),
            ("*;q=0.5, gzip;q=0", vec![Brotli]),
            ("GZIP", vec![Gzip]),
            ("", vec![]),
            ("deflate, identity", vec![]),
        ] {
            assert_eq!(accepted(header), expected, "{header}");
        }
    }

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
