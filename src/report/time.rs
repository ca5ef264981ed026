//! Times as the wire writes them. The calendar is Howard Hinnant's `civil_from_days`, for years from 1970 to 9999.

const DAY_MS: i64 = 86_400_000;

/// `2026-01-02T03:04:05.678Z`.
pub fn iso(time: i64) -> String {
    let time = time.clamp(0, 253_402_300_799_999);
    let (year, month, day) = civil((time / DAY_MS) as u32);
    let ms = (time % DAY_MS) as u32;
    let mut text = *b"0000-00-00T00:00:00.000Z";
    for &(end, mut value) in &[
        (4, year),
        (7, month),
        (10, day),
        (13, ms / 3_600_000),
        (16, ms / 60_000 % 60),
        (19, ms / 1000 % 60),
        (23, ms % 1000),
    ] {
        let mut at: usize = end;
        while value > 0 {
            at -= 1;
            text[at] += (value % 10) as u8;
            value /= 10;
        }
    }
    core::str::from_utf8(&text).unwrap_or("").into()
}

/// Year, month and day of a day counted from 1970-01-01.
fn civil(day: u32) -> (u32, u32, u32) {
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
    (era * 400 + year + u32::from(month <= 2), month, day)
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

    proptest! {
        #[test]
        fn days_are_counted_without_gaps(day in 0u32..2_932_000) {
            let (year, month, date) = civil(day);
            prop_assert!((1..=12).contains(&month) && (1..=31).contains(&date));
            let (next_year, next_month, next_date) = civil(day + 1);
            let next = if next_date > 1 { (year, month) } else if month < 12 { (year, month + 1) } else { (year + 1, 1) };
            prop_assert_eq!((next_year, next_month), next);
            prop_assert!(next_date == date + 1 || next_date == 1);
        }
    }
}
