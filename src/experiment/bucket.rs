//! Deterministic assignment: FNV-1a hashing to a bucket, and the ranges that buckets fall into (GrowthBook,
//! specification 0.12.0). All in f64 and over UTF-16 code units, so that every SDK finds the same variation.

use crate::value::number;

/// From the first number to below the second.
pub type Range = (f64, f64);

fn fnv(units: impl Iterator<Item = u16>) -> u32 {
    units.fold(0x811c_9dc5, |hash, unit| {
        (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193)
    })
}

/// A number of 0 to 1 that is always the same for a seed and a value; nothing for a version there is not.
pub fn hash(seed: &str, value: &str, version: f64) -> Option<f64> {
    if version == 2.0 {
        let first = fnv(seed.encode_utf16().chain(value.encode_utf16()));
        let mut text = String::new();
        crate::decimal::print_uint(&mut text, first.into());
        Some(f64::from(fnv(text.encode_utf16()) % 10_000) / 10_000.0)
    } else if version == 1.0 {
        let hash = fnv(value.encode_utf16().chain(seed.encode_utf16()));
        Some(f64::from(hash % 1000) / 1000.0)
    } else {
        None
    }
}

/// Whether a bucket lies in a range, its start included.
pub fn within(bucket: f64, range: Range) -> bool {
    bucket >= range.0 && bucket < range.1
}

/// The first range that a bucket falls into.
pub fn choose(bucket: f64, ranges: &[Range]) -> Option<usize> {
    ranges.iter().position(|range| within(bucket, *range))
}

/// Equal shares of 1.
pub fn equal_weights(count: usize) -> Vec<f64> {
    vec![1.0 / count as f64; count]
}

/// A range for each variation, in order: weights that do not fit become equal ones; coverage takes the beginning of
/// each, so that raising it moves nobody.
pub fn ranges(count: usize, coverage: f64, weights: Option<&[f64]>) -> Vec<Range> {
    let coverage = if coverage.is_nan() {
        1.0
    } else {
        coverage.clamp(0.0, 1.0)
    };
    let mut weights = weights.unwrap_or(&[]).to_vec();
    let total: f64 = weights.iter().sum();
    if weights.len() != count || !(0.99..=1.01).contains(&total) {
        weights = equal_weights(count);
    }
    let mut start = 0.0;
    let mut ranges = Vec::new();
    for weight in weights {
        ranges.push((start, start + coverage * weight));
        start += weight;
    }
    ranges
}

/// Namespaces cut the traffic into parts that share nobody.
pub fn in_namespace(value: &str, id: &str, range: Range) -> bool {
    let bucket = hash(&crate::lines::join("__", id), value, 1.0);
    bucket.is_some_and(|bucket| within(bucket, range))
}

/// The variation that the address of the page asks for, `?key=1`.
pub fn asked_by_url(key: &str, url: &str, count: usize) -> Option<usize> {
    let (mut before, mut rest) = (url, url);
    let before_anchor = crate::lines::cut(&mut before, b'#');
    if crate::lines::cut(&mut rest, b'?').len() == before_anchor.len() {
        return None;
    }
    let query = &before_anchor[before_anchor.bytes().position(|byte| byte == b'?')? + 1..];
    for part in crate::lines::parts(query, b'&') {
        let mut value = part;
        if crate::lines::cut(&mut value, b'=') == key {
            let (number, length) = number::parse(value.as_bytes())?;
            let whole = length == value.len() && number >= 0.0 && number < count as f64;
            return whole.then_some(number as usize);
        }
    }
    None
}
