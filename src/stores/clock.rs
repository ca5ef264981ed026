//! Time zones as rules: the POSIX `TZ` string, also the last line of a file of `/usr/share/zoneinfo` (RFC 9636).
//!
//! `CST-8` is eight hours east of UTC the year round; `CET-1CEST,M3.5.0,M10.5.0/3` one hour, and two from the last Sunday
//! of March to the last of October. Days of the year (`J60`, `59`) are not read: no zone in use needs them.

use crate::scene::day::{civil, day_of, weekday};

const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 24 * 60;

/// A zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// Minutes east of UTC.
    standard: i32,
    summer: Option<Summer>,
}

#[derive(Clone, Debug, PartialEq)]
struct Summer {
    offset: i32,
    start: Change,
    end: Change,
}

/// The nth weekday of a month, the fifth being the last, and the minute of its day.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Change {
    month: u8,
    week: u8,
    /// Sunday is 0.
    weekday: u8,
    minute: i32,
}

impl Change {
    /// Minutes from 1970 by the wall clock.
    fn minutes(self, year: i32) -> i64 {
        let first = day_of(year, self.month, 1);
        // Monday is 0 in `scene::day`.
        let of_first = (weekday(first) + 1) % 7;
        let mut day =
            first + i32::from((self.weekday + 7 - of_first) % 7) + 7 * (i32::from(self.week) - 1);
        while civil(day).1 != self.month {
            day -= 7;
        }
        i64::from(day) * DAY_MINUTES + i64::from(self.minute)
    }
}

impl Clock {
    /// Reads a POSIX `TZ` string; `None` for what is none.
    pub fn parse(text: &str) -> Option<Clock> {
        let mut rest = text;
        name(&mut rest)?;
        let standard = -offset(&mut rest)?;
        if rest.is_empty() {
            return Some(Clock {
                standard,
                summer: None,
            });
        }
        name(&mut rest)?;
        let summer = match rest.starts_with(',') {
            true => standard + 60,
            false => -offset(&mut rest)?,
        };
        let rules = rest.strip_prefix(',')?;
        let (start, end) = rules.split_once(',')?;
        Some(Clock {
            standard,
            summer: Some(Summer {
                offset: summer,
                start: change(start)?,
                end: change(end)?,
            }),
        })
    }

    /// Minutes east of UTC at a time in Unix milliseconds.
    pub fn offset(&self, time: i64) -> i32 {
        let Some(summer) = &self.summer else {
            return self.standard;
        };
        let minutes = time.div_euclid(MINUTE_MS);
        let day = (minutes + i64::from(self.standard)).div_euclid(DAY_MINUTES);
        let (year, ..) = civil(day.clamp(-700_000, 2_900_000) as i32);
        let start = summer.start.minutes(year) - i64::from(self.standard);
        let end = summer.end.minutes(year) - i64::from(summer.offset);
        let is_summer = match start < end {
            true => (start..end).contains(&minutes),
            // South of the equator summer passes the new year.
            false => !(end..start).contains(&minutes),
        };
        if is_summer {
            summer.offset
        } else {
            self.standard
        }
    }

    /// The time of a minute of a day of the zone, counted from 1970-01-01.
    pub fn time(&self, day: i32, minute: i32) -> i64 {
        let local = (i64::from(day) * DAY_MINUTES + i64::from(minute)) * MINUTE_MS;
        let back = |offset: i32| local - i64::from(offset) * MINUTE_MS;
        let found = back(self.offset(back(self.standard)));
        // Where the clock has been put forward meanwhile.
        back(self.offset(found))
    }
}

/// Three letters or more, or anything in angle brackets.
fn name(rest: &mut &str) -> Option<()> {
    let end = match rest.strip_prefix('<') {
        Some(quoted) => quoted.find('>')? + 2,
        None => {
            let end = rest
                .bytes()
                .position(|byte| !byte.is_ascii_alphabetic())
                .unwrap_or(rest.len());
            (end >= 3).then_some(end)?
        }
    };
    *rest = rest.get(end..)?;
    Some(())
}

/// `8`, `-5:30`, `+3`: minutes, at most 167 hours of them.
fn offset(rest: &mut &str) -> Option<i32> {
    let end = rest
        .bytes()
        .position(|byte| !(byte.is_ascii_digit() || b"+-:".contains(&byte)))
        .unwrap_or(rest.len());
    let (text, after) = rest.split_at(end);
    *rest = after;
    let negative = text.starts_with('-');
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = text.split(':');
    let number = |part: &str| {
        let plain = (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse::<i32>().ok()).flatten()
    };
    let hours = number(parts.next()?).filter(|hours| *hours <= 167)?;
    let minutes = match parts.next() {
        Some(part) => number(part).filter(|minutes| *minutes < 60)?,
        None => 0,
    };
    // Seconds are of zones of the 19th century.
    parts.next().is_none().then_some(())?;
    let all = hours * 60 + minutes;
    Some(if negative { -all } else { all })
}

/// `M3.5.0/2`.
fn change(text: &str) -> Option<Change> {
    let (date, time) = match text.split_once('/') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.strip_prefix('M')?.split('.');
    let mut next = |least: u8, most: u8| {
        let number: u8 = parts.next()?.parse().ok()?;
        (least..=most).contains(&number).then_some(number)
    };
    let (month, week, weekday) = (next(1, 12)?, next(1, 5)?, next(0, 6)?);
    if parts.next().is_some() {
        return None;
    }
    let minute = match time {
        Some(mut time) => {
            let minute = offset(&mut time)?;
            time.is_empty().then_some(minute)?
        }
        None => 120,
    };
    Some(Change {
        month,
        week,
        weekday,
        minute,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utc(year: i32, month: u8, date: u8, hour: i64, minute: i64) -> i64 {
        i64::from(day_of(year, month, date)) * 86_400_000 + hour * 3_600_000 + minute * MINUTE_MS
    }

    #[test]
    fn zones_change_when_they_do() {
        let stockholm = Clock::parse("CET-1CEST,M3.5.0,M10.5.0/3").expect("it is a zone");
        let new_york = Clock::parse("EST5EDT,M3.2.0,M11.1.0").expect("it is a zone");
        let sydney = Clock::parse("AEST-10AEDT,M10.1.0,M4.1.0/3").expect("it is a zone");
        let nuuk = Clock::parse("<-02>2<-01>,M3.5.0/-1,M10.5.0/0").expect("it is a zone");
        for (clock, time, offset) in [
            (&stockholm, utc(2026, 3, 29, 0, 59), 60),
            (&stockholm, utc(2026, 3, 29, 1, 0), 120),
            (&stockholm, utc(2026, 10, 25, 0, 59), 120),
            (&stockholm, utc(2026, 10, 25, 1, 0), 60),
            (&new_york, utc(2026, 3, 8, 6, 59), -300),
            (&new_york, utc(2026, 3, 8, 7, 0), -240),
            (&new_york, utc(2026, 11, 1, 5, 59), -240),
            (&new_york, utc(2026, 11, 1, 6, 0), -300),
            (&sydney, utc(2026, 1, 1, 0, 0), 660),
            (&sydney, utc(2026, 4, 4, 15, 59), 660),
            (&sydney, utc(2026, 4, 4, 16, 0), 600),
            (&sydney, utc(2026, 10, 3, 16, 0), 660),
            (&nuuk, utc(2026, 3, 29, 0, 59), -120),
            (&nuuk, utc(2026, 3, 29, 1, 0), -60),
        ] {
            assert_eq!(clock.offset(time), offset, "{clock:?} {time}");
        }
        let shanghai = Clock::parse("CST-8").expect("it is a zone");
        let kolkata = Clock::parse("IST-5:30").expect("it is a zone");
        assert_eq!((shanghai.offset(0), kolkata.offset(0)), (480, 330));
        assert_eq!(
            shanghai.time(day_of(2026, 11, 30), 600),
            utc(2026, 11, 30, 2, 0)
        );
        assert_eq!(
            stockholm.time(day_of(2026, 7, 1), 600),
            utc(2026, 7, 1, 8, 0)
        );
        assert_eq!(
            stockholm.time(day_of(2026, 12, 1), 600),
            utc(2026, 12, 1, 9, 0)
        );
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for text in [
            "",
            "Europe/Stockholm",
            "CET",
            "CET-1CEST",
            "C-1",
            "CET-1CEST,J60,J300",
            "CET-1CEST,M13.5.0,M10.5.0",
            "CET-1CEST,M3.5.0",
            "CET-200",
            "CET-1:75",
            "<CET-1",
        ] {
            assert_eq!(Clock::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_zone_or_not(text: String) {
            let _ = Clock::parse(&text);
        }

        #[test]
        fn wall_clock_and_time_lead_back(day in 0i32..40_000, minute in 0i32..1440) {
            for text in ["CST-8", "CET-1CEST,M3.5.0,M10.5.0/3", "AEST-10AEDT,M10.1.0,M4.1.0/3"] {
                let clock = Clock::parse(text).expect("it is a zone");
                let time = clock.time(day, minute);
                let local = time.div_euclid(MINUTE_MS) + i64::from(clock.offset(time));
                let wanted = i64::from(day) * DAY_MINUTES + i64::from(minute);
                // An hour that a day does not have is the hour after.
                prop_assert!(local == wanted || local == wanted + 60, "{} {}", local, wanted);
            }
        }
    }
}
