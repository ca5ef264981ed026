//! Times as the wire writes them. The calendar is Howard Hinnant's `civil_from_days` and its inverse, for years from
//! 1970 to 9999.

use crate::decimal::print_uint;

const DAY_MS: i64 = 86_400_000;

/// `2026-01-02T03:04:05.678Z`.
pub fn iso(time: i64) -> String {
    let time = time.clamp(0, 253_402_300_799_999);
    let (year, month, day) = civil(time / DAY_MS);
    let ms = time % DAY_MS;
    let mut out = String::with_capacity(24);
    for (value, width, after) in [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (ms / 3_600_000, 2, ':'),
        (ms / 60_000 % 60, 2, ':'),
        (ms / 1000 % 60, 2, '.'),
        (ms % 1000, 3, 'Z'),
    ] {
        let mut least = 10;
        for _ in 1..width {
            if value < least {
                out.push('0');
            }
            least *= 10;
        }
        print_uint(&mut out, value as u64);
        out.push(after);
    }
    out
}

/// How many milliseconds a `Retry-After` header asks to wait, from `now`: seconds, or an HTTP date.
pub fn retry_after(header: &str, now: i64) -> Option<i64> {
    let header = header.trim();
    if let Some(seconds) = number(header) {
        return Some(seconds * 1000);
    }
    // Wed, 21 Oct 2026 07:28:00 GMT
    let date = header.strip_suffix(" GMT")?;
    let mut parts = date.split([' ', ':']);
    let (_, day, month, year) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let month = MONTHS.find(month).filter(|_| month.len() == 3)? as i64 / 3 + 1;
    let mut time = days(number(year)?, month, number(day)?);
    for base in [24, 60, 60] {
        time = time * base + number(parts.next()?)?;
    }
    Some((time * 1000 - now).max(0))
}

/// Up to six digits.
fn number(text: &str) -> Option<i64> {
    let digits = (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| {
        text.bytes()
            .fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
    })
}

/// Year, month and day of a day counted from 1970-01-01.
fn civil(day: i64) -> (i64, i64, i64) {
    // Eras of 400 years from the first of March of year 0.
    let day = day + 719_468;
    let era = day / 146_097;
    let in_era = day % 146_097;
    let year = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * in_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let day = in_year - (153 * shifted + 2) / 5 + 1;
    (era * 400 + year + i64::from(month <= 2), month, day)
}

/// The day of a date, counted from 1970-01-01.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let in_year = (153 * shifted + 2) / 5 + day - 1;
    year / 400 * 146_097 + (year % 400) * 365 + year % 400 / 4 - year % 400 / 100 + in_year
        - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_known_times() {
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(951_827_696_789), "2000-02-29T12:34:56.789Z");
        assert_eq!(iso(1_767_323_045_008), "2026-01-02T03:04:05.008Z");
        assert_eq!(iso(4_107_542_400_000), "2100-03-01T00:00:00.000Z");
        assert_eq!(iso(i64::MAX), "9999-12-31T23:59:59.999Z");
        assert_eq!(iso(-1), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn reads_retry_after() {
        let now = 1_445_412_000_000; // 2015-10-21 07:20:00
        assert_eq!(retry_after("120", now), Some(120_000));
        assert_eq!(retry_after(" 0 ", now), Some(0));
        assert_eq!(
            retry_after("Wed, 21 Oct 2015 07:28:00 GMT", now),
            Some(480_000)
        );
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:00:00 GMT", now), Some(0));
        for wrong in [
            "",
            "-1",
            "1.5",
            "soon",
            "12345678",
            "Wed, 21 Okt 2015 07:28:00 GMT",
            "Wed, 21 Oct 2015",
            " GMT",
        ] {
            assert_eq!(retry_after(wrong, now), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn days_are_counted_without_gaps(day in 0i64..2_932_000) {
            let (year, month, date) = civil(day);
            prop_assert_eq!(days(year, month, date), day);
            prop_assert!((1..=12).contains(&month) && (1..=31).contains(&date));
            let (next_year, next_month, next_date) = civil(day + 1);
            let next = if next_date > 1 { (year, month) } else if month < 12 { (year, month + 1) } else { (year + 1, 1) };
            prop_assert_eq!((next_year, next_month), next);
            prop_assert!(next_date == date + 1 || next_date == 1);
        }

        #[test]
        fn any_header_is_read_without_panic(header: String, now in 0i64..4_000_000_000_000) {
            if let Some(wait) = retry_after(&header, now) {
                prop_assert!(wait >= 0);
            }
        }
    }
}
