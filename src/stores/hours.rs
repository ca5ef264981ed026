//! Opening hours in schema.org's words (`openingHours`): `Mo-Fr 10:00-19:00`, `Sa,Su 11:00-17:00`, `10:00-22:00` for every
//! day; several hours of one day with commas, `Mo 09:00-12:00,14:00-18:00`. Hours that end at or before they begin pass
//! midnight. Days in `closed` (`2026-12-25`) have none.

use crate::scene::day::{civil, day_of, weekday};

const DAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
const DAY_MINUTES: u16 = 24 * 60;
/// Hours and closed days of one store.
const MOST: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    /// A bit for each weekday, Monday the lowest.
    days: u8,
    from: u16,
    /// Above a day's minutes where it passes midnight.
    to: u16,
}

/// When a store is open, by the clock on its wall.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hours {
    spans: Vec<Span>,
    /// Days counted from 1970-01-01.
    closed: Vec<i32>,
}

impl Hours {
    /// Adds a line of hours; whether it is one.
    pub fn add(&mut self, text: &str) -> bool {
        let text = text.trim();
        let (days, hours) = match text.split_once(' ') {
            Some((days, hours)) => (days_of(days), hours),
            None => (Some(0x7f), text),
        };
        let Some(days) = days else { return false };
        let mut spans = Vec::new();
        for part in hours.split(',') {
            let Some((from, to)) = range(part.trim()) else {
                return false;
            };
            spans.push(Span { days, from, to });
        }
        if self.spans.len() + spans.len() > MOST {
            return false;
        }
        self.spans.extend(spans);
        self.spans.sort_by_key(|span| span.from);
        true
    }

    /// Closes the store on a date, `2026-12-25`; whether it is one.
    pub fn close(&mut self, date: &str) -> bool {
        let Some(day) = date_of(date).filter(|_| self.closed.len() < MOST) else {
            return false;
        };
        self.closed.push(day);
        true
    }

    /// Whether there are no opening hours.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Minutes of a day from and to which the store is open, the earliest first.
    pub fn of(&self, day: i32) -> impl Iterator<Item = (u16, u16)> + '_ {
        let is_closed = self.closed.contains(&day);
        let today = move |span: &&Span| !is_closed && span.days & 1 << weekday(day) != 0;
        self.spans
            .iter()
            .filter(today)
            .map(|span| (span.from, span.to))
    }

    /// In how many minutes the store closes, where it is open at this minute of this day.
    pub fn left(&self, day: i32, minute: u16) -> Option<u16> {
        let today = self
            .of(day)
            .map(|(from, to)| (i32::from(from), i32::from(to)));
        let before = self
            .of(day - 1)
            .map(|(from, to)| (i32::from(from), i32::from(to)))
            .map(|(from, to)| (from - i32::from(DAY_MINUTES), to - i32::from(DAY_MINUTES)));
        let minute = i32::from(minute);
        today
            .chain(before)
            .filter(|(from, to)| (*from..*to).contains(&minute))
            .map(|(_, to)| (to - minute) as u16)
            .max()
    }
}

/// `Mo-Fr`, `Sa,Su`, `Fr-Mo`.
fn days_of(text: &str) -> Option<u8> {
    let number = |name: &str| DAYS.iter().position(|day| *day == name);
    let mut days = 0;
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut day, last) = (number(first)?, number(last)?);
        days |= 1 << day;
        while day != last {
            day = (day + 1) % 7;
            days |= 1 << day;
        }
    }
    Some(days)
}

/// `10:00-19:00`.
fn range(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once('-')?;
    let (from, mut to) = (minute(from)?, minute(to)?);
    if to <= from {
        to += DAY_MINUTES;
    }
    (from < DAY_MINUTES).then_some((from, to))
}

fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |part: &str| {
        let plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse::<u16>().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= DAY_MINUTES).then_some(all)
}

fn date_of(text: &str) -> Option<i32> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |at: core::ops::Range<usize>| text.get(at)?.parse::<u16>().ok();
    let (year, month, date) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let sound =
        (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&date);
    let day = sound.then(|| day_of(year.into(), month as u8, date as u8))?;
    // The 31st of June is none.
    (civil(day).2 == date as u8).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hours(lines: &[&str]) -> Hours {
        let mut hours = Hours::default();
        for line in lines {
            assert!(hours.add(line), "{line}");
        }
        hours
    }

    /// 2026-11-30 is a Monday.
    const MONDAY: i32 = 20_787;

    #[test]
    fn days_and_hours_are_told_apart() {
        assert_eq!(day_of(2026, 11, 30), MONDAY);
        let shop = hours(&["Mo-Fr 10:00-12:00,13:00-19:00", "Sa 11:00-17:00"]);
        for (day, minute, left) in [
            (MONDAY, 9 * 60 + 59, None),
            (MONDAY, 10 * 60, Some(120)),
            (MONDAY, 11 * 60 + 59, Some(1)),
            (MONDAY, 12 * 60, None),
            (MONDAY, 18 * 60 + 59, Some(1)),
            (MONDAY, 19 * 60, None),
            (MONDAY + 5, 11 * 60, Some(360)),
            (MONDAY + 5, 10 * 60, None),
            (MONDAY + 6, 12 * 60, None),
        ] {
            assert_eq!(shop.left(day, minute), left, "{day} {minute}");
        }
    }

    #[test]
    fn hours_may_pass_midnight_and_days_may_be_closed() {
        let mut bar = hours(&["Fr-Sa 18:00-02:00"]);
        let friday = MONDAY + 4;
        assert_eq!(bar.left(friday, 23 * 60), Some(180));
        assert_eq!(bar.left(friday + 1, 60), Some(60));
        assert_eq!(bar.left(friday, 60), None, "Thursday has no night");
        assert_eq!(bar.left(friday + 2, 119), Some(1), "Saturday's night");
        assert!(bar.close("2026-12-04"));
        assert_eq!(bar.left(friday, 23 * 60), None);
        assert_eq!(bar.left(friday + 1, 60), None);
        assert_eq!(hours(&["00:00-24:00"]).left(MONDAY, 1439), Some(1));
    }

    #[test]
    fn what_is_no_hour_or_date_is_refused() {
        for line in [
            "",
            "Mo",
            "Mo 10-19",
            "Xx 10:00-19:00",
            "Mo 25:00-26:00",
            "Mo 10:00",
            "Mo 10:60-11:00",
            "Mo-Fr",
        ] {
            assert!(!Hours::default().add(line), "{line}");
        }
        for date in [
            "",
            "2026-13-01",
            "2026-06-31",
            "26-12-25",
            "2026/12/25",
            "2026-12-2x",
        ] {
            assert!(!Hours::default().close(date), "{date}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_hours_or_not(line: String, date: String) {
            let mut hours = Hours::default();
            hours.add(&line);
            hours.close(&date);
            let _ = hours.left(MONDAY, 600);
        }

        #[test]
        fn a_store_is_open_for_as_long_as_it_says(day in MONDAY..MONDAY + 14, minute in 0u16..1440) {
            let store = hours(&["Mo-Th 09:30-21:00", "Fr-Su 08:00-01:00"]);
            if let Some(left) = store.left(day, minute) {
                let end = i32::from(minute) + i32::from(left);
                let (day, minute) = (day + (end - 1) / 1440, ((end - 1) % 1440) as u16);
                prop_assert_eq!(store.left(day, minute), Some(1));
                prop_assert_eq!(store.left(day + end / 1440 - (end - 1) / 1440, (end % 1440) as u16), None);
            }
        }
    }
}
