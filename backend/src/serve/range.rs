//! The header Range: one range of bytes.
//!
//! Several ranges at once are not served; RFC 9110 lets a server send the whole instead.

use std::ops::Range;

#[derive(Debug, PartialEq)]
pub enum Requested {
    /// No range that this server serves: the whole.
    Whole,
    Part(Range<usize>),
    /// A range of which no byte exists.
    Outside,
}

/// What the header asks of `length` bytes.
pub fn requested(header: &str, length: usize) -> Requested {
    let Some((first, last)) = header
        .trim()
        .strip_prefix("bytes=")
        .and_then(|set| set.split_once('-'))
    else {
        return Requested::Whole;
    };
    let (Some(first), Some(last)) = (number(first), number(last)) else {
        return Requested::Whole;
    };
    match (first, last) {
        (None, None) => Requested::Whole,
        (None, Some(0)) => Requested::Outside,
        (None, Some(_)) if length == 0 => Requested::Outside,
        (None, Some(suffix)) => Requested::Part(length.saturating_sub(suffix)..length),
        (Some(first), Some(last)) if last < first => Requested::Whole,
        (Some(first), _) if first >= length => Requested::Outside,
        (Some(first), Some(last)) => Requested::Part(first..last.saturating_add(1).min(length)),
        (Some(first), None) => Requested::Part(first..length),
    }
}

/// `Some(None)` for nothing, `None` for what is no number. A number too large to count with is as good as the largest.
fn number(text: &str) -> Option<Option<usize>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| Some(text.parse().unwrap_or(usize::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_rfc_9110() {
        for (header, expected) in [
            ("bytes=0-0", Requested::Part(0..1)),
            ("bytes=2-", Requested::Part(2..10)),
            ("bytes=-3", Requested::Part(7..10)),
            ("bytes=-99", Requested::Part(0..10)),
            ("bytes=5-99999999999999999999999", Requested::Part(5..10)),
            ("bytes=10-", Requested::Outside),
            ("bytes=-0", Requested::Outside),
            ("bytes=5-4", Requested::Whole),
            ("bytes=0-1,3-4", Requested::Whole),
            ("bytes=-", Requested::Whole),
            ("bytes=a-b", Requested::Whole),
            ("items=0-1", Requested::Whole),
            ("", Requested::Whole),
        ] {
            assert_eq!(requested(header, 10), expected, "{header}");
        }
        assert_eq!(requested("bytes=0-", 0), Requested::Outside);
        assert_eq!(requested("bytes=-1", 0), Requested::Outside);
    }

    proptest! {
        #[test]
        fn a_part_is_inside_and_not_empty(header in "bytes=[0-9]{0,22}-[0-9]{0,22}", length in 0_usize..100) {
            if let Requested::Part(part) = requested(&header, length) {
                prop_assert!(part.start < part.end && part.end <= length);
            }
        }
    }
}
