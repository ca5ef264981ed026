//! Instants as clients write them.

use chrono::{DateTime, Utc};

/// 0001-01-01T00:00:00Z, which clients in Go write for a time that was not set.
pub const UNSET: i64 = -62_135_596_800_000;

/// Milliseconds since 1970 of an ISO 8601 date and time. `None` if it is anything else, or has no offset: a local time of
/// an unknown place is no instant. The reading of a clock that is wrong by centuries is still an instant.
pub fn parse(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .ok()
        .map(|instant| instant.timestamp_millis())
}

pub fn now() -> i64 {
    Utc::now().timestamp_millis()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tillside::report::iso;

    #[test]
    fn reads_what_clients_send() {
        let expected = Some(1_795_219_200_500);
        for text in [
            "2026-11-21T00:00:00.500Z",
            "2026-11-21T00:00:00.500000+00:00",
            "2026-11-21T08:00:00.5+08:00",
            "2026-11-21T08:00:00.500+0800",
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_names_no_instant() {
        for text in [
            "",
            "yesterday",
            "2026-11-21",
            "2026-11-21T00:00:00",
            "1795219200500",
            "2026-13-01T00:00:00Z",
            "99999-01-01T00:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_the_page_writes(milliseconds in 0..253_402_300_800_000_i64) {
            prop_assert_eq!(parse(&iso(milliseconds)), Some(milliseconds));
        }

        #[test]
        fn any_text_is_an_answer(text in ".{0,40}") {
            let _ = parse(&text);
        }
    }
}
