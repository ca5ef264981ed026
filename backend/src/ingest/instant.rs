//! Instants as tables write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// 1970 to 2100: what lies outside is a broken clock or another kind of number.
const LAST: i64 = 4_102_444_800_000;

/// Unix milliseconds of an ISO 8601 date and time, or of a count of seconds, milliseconds, micro- or nanoseconds since
/// 1970, told apart by size. A time without an offset is taken as UTC: only differences matter to training.
///
/// Day-first and month-first dates (`01/12/2010`) are not guessed.
pub(crate) fn parse(text: &str) -> Option<i64> {
    count(text)
        .or_else(|| iso(text))
        .filter(|time| is_sane(*time))
}

pub(super) fn is_sane(time: i64) -> bool {
    (0..LAST).contains(&time)
}

/// Milliseconds are `count · times / by`.
fn unit(count: i64) -> (i64, i64) {
    const DIGITS: [(i64, (i64, i64)); 3] = [
        (100_000_000_000, (1_000, 1)),
        (100_000_000_000_000, (1, 1)),
        (100_000_000_000_000_000, (1, 1_000)),
    ];
    let unit = DIGITS.iter().find(|(below, _)| count < *below);
    unit.map_or((1, 1_000_000), |(_, unit)| *unit)
}

fn count(text: &str) -> Option<i64> {
    if let Ok(whole) = text.parse::<i64>() {
        let (times, by) = unit(whole);
        return whole.checked_mul(times).map(|scaled| scaled / by);
    }
    let digits = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let count = text.parse::<f64>().ok().filter(|_| digits)?;
    let (times, by) = unit(count as i64);
    Some((count * times as f64 / by as f64).round() as i64)
}

fn iso(text: &str) -> Option<i64> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp_millis());
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z"] {
        if let Ok(time) = DateTime::parse_from_str(text, format) {
            return Some(time.timestamp_millis());
        }
    }
    let zoneless = text.strip_suffix(" UTC").unwrap_or(text);
    for format in [
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
        "%Y/%m/%d %H:%M:%S",
        "%Y/%m/%d %H:%M",
    ] {
        if let Ok(time) = NaiveDateTime::parse_from_str(zoneless, format) {
            return Some(time.and_utc().timestamp_millis());
        }
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis())
}

/// ISO 8601 in UTC; empty for an instant that has no such text.
pub(crate) fn print(milliseconds: i64) -> String {
    DateTime::from_timestamp_millis(milliseconds)
        .map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_usual_ways_to_write_a_time() {
        let expected = Some(1_396_867_869_000);
        for text in [
            "2014-04-07T10:51:09Z",
            "2014-04-07T10:51:09.000Z",
            "2014-04-07 10:51:09",
            "2014-04-07T10:51:09",
            "2014-04-07 10:51:09 UTC",
            "2014-04-07 10:51:09+00:00",
            "2014-04-07T18:51:09+0800",
            "2014/04/07 10:51:09",
            "1396867869",
            "1396867869.0",
            "1396867869000",
            "1396867869000000",
            "1396867869000000000",
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
        assert_eq!(parse("2014-04-07T10:51:09.277Z"), Some(1_396_867_869_277));
        assert_eq!(parse("1396867869.277"), Some(1_396_867_869_277));
        assert_eq!(parse("2014-04-07"), Some(1_396_828_800_000));
    }

    #[test]
    fn does_not_guess() {
        for text in [
            "",
            "01/12/2010 08:26",
            "yesterday",
            "-5",
            "NaN",
            "inf",
            "1e9",
            "2014-13-01",
            "9223372036854775807",
            "9000-01-01",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(time in 0..LAST) {
            prop_assert_eq!(parse(&print(time)), Some(time));
        }

        #[test]
        fn any_text_is_an_answer(text in ".{0,40}") {
            let _ = parse(&text);
        }
    }
}
