//! Days, weekdays and the calendar of a zone, by Howard Hinnant's `days_from_civil` and its inverse.
//!
//! A zone is minutes east of UTC, which the host knows; there is no table of zones here.

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// Minutes that a zone may be off UTC.
pub const FARTHEST: i32 = 14 * 60;

/// The day of a time in a zone, counted from 1970-01-01.
pub fn local_day(time: i64, zone: i32) -> i32 {
    local(time, zone).div_euclid(DAY_MS) as i32
}

/// Minutes since midnight.
pub fn local_minute(time: i64, zone: i32) -> u16 {
    (local(time, zone).rem_euclid(DAY_MS) / MINUTE_MS) as u16
}

fn local(time: i64, zone: i32) -> i64 {
    // Years 1 to 9999 are enough for a shop.
    time.clamp(-62_135_596_800_000, 253_402_300_799_999) + i64::from(zone) * MINUTE_MS
}

/// Monday is 0.
pub fn weekday(day: i32) -> u8 {
    (day + 3).rem_euclid(7) as u8
}

/// Year, month 1–12 and day of the month of a day counted from 1970-01-01.
pub fn civil(day: i32) -> (i32, u8, u8) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let in_era = day.rem_euclid(146_097);
    let year = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * in_year + 2) / 153;
    let date = (in_year - (153 * shifted + 2) / 5 + 1) as u8;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (era * 400 + year + i32::from(month <= 2), month as u8, date)
}

/// The day counted from 1970-01-01 of a date.
pub fn day_of(year: i32, month: u8, date: u8) -> i32 {
    let (month, date) = (i32::from(month), i32::from(date));
    let year = year - i32::from(month <= 2);
    let era = year.div_euclid(400);
    let in_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let in_year = (153 * shifted + 2) / 5 + date - 1;
    era * 146_097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_days_have_their_weekday_and_date() {
        assert_eq!((weekday(0), civil(0)), (3, (1970, 1, 1)), "a Thursday");
        assert_eq!(day_of(2000, 2, 29), 11_016);
        let friday = day_of(2026, 11, 27);
        assert_eq!((weekday(friday), civil(friday)), (4, (2026, 11, 27)));
        let time = 1_767_323_045_008; // 2026-01-02T03:04:05Z
        assert_eq!(civil(local_day(time, 0)), (2026, 1, 2));
        assert_eq!(civil(local_day(time, -8 * 60)), (2026, 1, 1));
        assert_eq!((local_minute(time, 0), local_minute(time, 60)), (184, 244));
    }

    proptest! {
        #[test]
        fn dates_lead_back(day in -100_000i32..100_000) {
            let (year, month, date) = civil(day);
            prop_assert_eq!(day_of(year, month, date), day);
            prop_assert_eq!(weekday(day + 1), (weekday(day) + 1) % 7);
            prop_assert!((1..=12).contains(&month) && (1..=31).contains(&date));
        }
    }
}
