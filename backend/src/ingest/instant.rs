//! Instants as people and programs write them, one cell at a time.

use chrono::{DateTime, NaiveDate};

/// 1970 to 2100: what lies outside is a broken clock or another kind of number.
const LAST: i64 = 4_102_444_800_000;
pub(super) const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
/// Zones that exports name, in hours from UTC. Of names with two meanings (CST, IST, BST) none.
const ZONES: [(&str, i64); 14] = [
    ("Z", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("CET", 1),
    ("CEST", 2),
    ("EET", 2),
    ("EEST", 3),
    ("MSK", 3),
    ("JST", 9),
    ("EST", -5),
    ("EDT", -4),
    ("PST", -8),
    ("PDT", -7),
];

/// What a text may be as a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// Unix milliseconds.
    Instant(i64),
    /// Milliseconds of a day that is not said.
    Clock(i64),
    /// `03/01/2024`, a day and a month of which nobody knows which is which.
    Slashed { first: u32, second: u32, day: Year },
    /// Not negative.
    Number(f64),
}

/// A year, and what is to be added to a day of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Year(i32, i64);

impl Year {
    pub fn on(self, month: u32, day: u32) -> Option<i64> {
        Some(midnight(self.0, month, day)? + self.1)
    }

    pub fn has_clock(self) -> bool {
        self.1 != 0
    }
}

/// Unix milliseconds of a date and time, or of a count of seconds, milliseconds, micro- or nanoseconds since 1970, told
/// apart by size. A time without an offset is taken as UTC: only differences matter to training.
///
/// For a value that stands alone. In a column, numbers and `01/12/2010` are read as the whole column allows.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let time = match shape(text)? {
        Shape::Instant(time) => time,
        Shape::Number(number) => {
            let (times, by) = unit(number);
            if times > 1.0 {
                (number * times).round() as i64
            } else {
                (number / by).floor() as i64
            }
        }
        Shape::Clock(_) | Shape::Slashed { .. } => return None,
    };
    Some(time).filter(|time| is_sane(*time))
}

pub(super) fn is_sane(time: i64) -> bool {
    (0..LAST).contains(&time)
}

/// Milliseconds are `count · times / by`.
fn unit(count: f64) -> (f64, f64) {
    match count {
        n if n < 1e11 => (1e3, 1.0),
        n if n < 1e14 => (1.0, 1.0),
        n if n < 1e17 => (1.0, 1e3),
        _ => (1.0, 1e6),
    }
}

fn midnight(year: i32, month: u32, day: u32) -> Option<i64> {
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis())
}

/// `20240301`, `202403010805` and `20240301080500` as Unix milliseconds; `None` for a number that is no such date.
pub(super) fn calendar(number: f64) -> Option<i64> {
    let whole = number as u64;
    if number.fract() != 0.0 {
        return None;
    }
    let (date, clock) = match number {
        n if (19_000_101.0..21_000_000.0).contains(&n) => (whole, 0),
        n if (199_001_010_000.0..210_000_000_000.0).contains(&n) => {
            (whole / 10_000, whole % 10_000 * 100)
        }
        n if (19_000_101_000_000.0..21_000_000_000_000.0).contains(&n) => {
            (whole / 1_000_000, whole % 1_000_000)
        }
        _ => return None,
    };
    let (hour, minute, second) = (clock / 10_000, clock / 100 % 100, clock % 100);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let start = midnight(
        (date / 10_000) as i32,
        (date / 100 % 100) as u32,
        (date % 100) as u32,
    )?;
    Some(start + hour as i64 * HOUR + minute as i64 * MINUTE + second as i64 * 1000)
}

/// Milliseconds of the day of `1631` or `905`, a clock time without its colon.
pub(super) fn clock_number(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    let (hour, minute) = (number / 100, number % 100);
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * HOUR + minute * MINUTE)
}

/// What a text may be as a time; `None` for what is none.
pub(super) fn shape(text: &str) -> Option<Shape> {
    let text = text.trim();
    let bytes = text.as_bytes();
    if !bytes.first()?.is_ascii_digit() && !bytes[0].is_ascii_alphabetic() {
        return None;
    }
    if bytes
        .iter()
        .all(|byte| byte.is_ascii_digit() || *byte == b'.')
        && let Ok(number) = text.parse()
    {
        return Some(Shape::Number(number));
    }
    if bytes.len() >= 15 && bytes[8] == b'T' && bytes[..8].iter().all(u8::is_ascii_digit) {
        return compact(text);
    }
    let mut scan = Scan(text);
    if let Some(clock) = scan.clock() {
        return Some(Shape::Clock(clock + scan.zone()?));
    }
    let mut scan = Scan(text);
    if bytes.iter().take(16).any(u8::is_ascii_alphabetic)
        && !bytes
            .get(10)
            .is_some_and(|byte| matches!(byte, b'T' | b't'))
        && let Some(day) = scan.day_in_words()
    {
        return Some(Shape::Instant(day + scan.rest()?));
    }
    let mut scan = Scan(text);
    let (first, digits) = scan.number()?;
    let mark = scan
        .next_char()
        .filter(|c| matches!(c, '-' | '/' | '.' | '年'))?;
    let (second, _) = scan.number()?;
    let again = scan.next_char()?;
    let (third, last) = scan.number()?;
    if digits == 4 {
        let fits = again == mark || mark == '年' && again == '月';
        let day = midnight(first as i32, second, third).filter(|_| fits)?;
        scan.skip('日');
        return Some(Shape::Instant(day + scan.rest()?));
    }
    if digits > 2 || again != mark || !(last == 4 || last == 2 && mark != '-') {
        return None;
    }
    let year = if last == 2 { 2000 + third } else { third } as i32;
    let rest = scan.rest()?;
    Some(match mark {
        // Written with points, the day comes first wherever it is written so.
        '.' => Shape::Instant(midnight(year, second, first)? + rest),
        _ if first == second => Shape::Instant(midnight(year, second, first)? + rest),
        _ if first.max(second) > 31 || first.min(second) > 12 || first.min(second) == 0 => {
            return None;
        }
        _ => Shape::Slashed {
            first,
            second,
            day: Year(year, rest),
        },
    })
}

/// `20240301T080500Z`.
fn compact(text: &str) -> Option<Shape> {
    let day = calendar(text.get(..8)?.parse().ok()?)?;
    let clock = text
        .get(9..15)
        .filter(|clock| clock.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (hour, minute, second): (i64, i64, i64) = (
        clock[..2].parse().ok()?,
        clock[2..4].parse().ok()?,
        clock[4..].parse().ok()?,
    );
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut scan = Scan(&text[15..]);
    let fraction = scan.fraction();
    let time = day + hour * HOUR + minute * MINUTE + second * 1000 + fraction;
    Some(Shape::Instant(time + scan.zone()?))
}

/// Reads on from the left.
struct Scan<'a>(&'a str);

impl Scan<'_> {
    fn next_char(&mut self) -> Option<char> {
        let c = self.0.chars().next()?;
        self.0 = &self.0[c.len_utf8()..];
        Some(c)
    }

    fn skip(&mut self, c: char) -> bool {
        let rest = self.0.strip_prefix(c);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// A number of at most four digits, and how many they are.
    fn number(&mut self) -> Option<(u32, usize)> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if !(1..=4).contains(&digits) {
            return None;
        }
        let number = self.0[..digits].parse().ok()?;
        self.0 = &self.0[digits..];
        Some((number, digits))
    }

    /// What follows a date: nothing, or a clock time, and a zone. Milliseconds to add.
    fn rest(&mut self) -> Option<i64> {
        let before = self.0;
        let separated =
            self.skip('T') || self.skip('t') || self.skip(' ') || self.skip(':') || self.skip(',');
        self.0 = self.0.trim_start();
        if self.0.is_empty() {
            return before.trim().is_empty().then_some(0);
        }
        if !separated {
            // A date with an offset: `2024-03-01+01:00`, `2024-03-01Z`.
            return self.zone();
        }
        if !self.0.starts_with(|c: char| c.is_ascii_digit()) {
            return self.zone();
        }
        let clock = match self.clock() {
            Some(clock) => clock,
            None => {
                let (hour, _) = self.number().filter(|(hour, _)| *hour < 24)?;
                i64::from(hour) * HOUR
            }
        };
        Some(clock + self.zone()?)
    }

    /// `8:05`, `08:05:00.123`, `8:05:00 PM`.
    fn clock(&mut self) -> Option<i64> {
        let start = self.0;
        let read = self.clock_or_none();
        if read.is_none() {
            self.0 = start;
        }
        read
    }

    fn clock_or_none(&mut self) -> Option<i64> {
        let (mut hour, digits) = self.number()?;
        if digits > 2 || !self.skip(':') {
            return None;
        }
        let (minute, digits) = self.number()?;
        if digits != 2 || minute > 59 {
            return None;
        }
        let mut time = i64::from(minute) * MINUTE;
        if self.skip(':') {
            let (second, _) = self
                .number()
                .filter(|(second, digits)| *second < 61 && *digits == 2)?;
            time += i64::from(second) * 1000 + self.fraction();
        }
        let half = self.0.trim_start().as_bytes();
        if half.len() >= 2
            && half[1].eq_ignore_ascii_case(&b'm')
            && matches!(half[0], b'a' | b'A' | b'p' | b'P')
        {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12
                + if half[0].eq_ignore_ascii_case(&b'p') {
                    12
                } else {
                    0
                };
            self.0 = &self.0.trim_start()[2..];
        }
        (hour < 24).then_some(time + i64::from(hour) * HOUR)
    }

    /// `.123456`, `,123`: milliseconds, what is finer cut off.
    fn fraction(&mut self) -> i64 {
        let Some(rest) = self.0.strip_prefix(['.', ',']) else {
            return 0;
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return 0;
        }
        let thousandths = rest[..digits].bytes().chain([b'0'; 3]).take(3);
        let milliseconds = thousandths.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        self.0 = &rest[digits..];
        milliseconds
    }

    /// What is to be added for the zone that ends the text; `None` for an end that is no zone.
    fn zone(&mut self) -> Option<i64> {
        let text = self.0.trim();
        let named = |name: &str| {
            let known = ZONES
                .iter()
                .find(|(zone, _)| zone.eq_ignore_ascii_case(name));
            known.map(|(_, hours)| -hours * HOUR)
        };
        if text.is_empty() {
            return Some(0);
        }
        if let Some(added) = named(text) {
            return Some(added);
        }
        let sign = match text.as_bytes()[0] {
            b'+' => -1,
            b'-' => 1,
            _ => return None,
        };
        let (offset, rest) = match text[1..].find(|c: char| !c.is_ascii_digit() && c != ':') {
            Some(end) => text[1..].split_at(end),
            None => (&text[1..], ""),
        };
        let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
        let (hours, minutes): (i64, i64) = match digits.len() {
            1 | 2 => (digits.parse().ok()?, 0),
            4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
            _ => return None,
        };
        // A name after the offset (`+0000 UTC`, `+08:00[Asia/Shanghai]`) says the same again.
        let name = rest.trim().trim_matches(['[', ']', '(', ')']);
        let is_name = name
            .chars()
            .all(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '_' | ' '));
        (is_name && hours <= 15 && minutes < 60).then_some(sign * (hours * HOUR + minutes * MINUTE))
    }

    /// `Fri, 01 Mar 2024`, `Mar 1, 2024`, `01/Mar/2024`, `1-Mar-24`: midnight of it.
    fn day_in_words(&mut self) -> Option<i64> {
        let (mut day, mut month, mut year) = (None, None, None);
        while year.is_none() || day.is_none() || month.is_none() {
            self.0 = self.0.trim_start_matches([' ', ',', '/', '-', '.']);
            let letters = self.0.bytes().take_while(u8::is_ascii_alphabetic).count();
            if letters > 0 {
                let word = self.0[..letters].to_ascii_lowercase();
                self.0 = &self.0[letters..];
                let known = MONTHS.iter().position(|month| word.starts_with(month));
                if let (Some(known), None) = (known, month) {
                    month = Some(known as u32 + 1);
                } else if day.is_some() || month.is_some() {
                    return None;
                }
                continue;
            }
            match self.number()? {
                (number, 4) => year = Some(number),
                (number, 1 | 2) if day.is_none() => day = Some(number),
                (number, 2) => year = Some(2000 + number),
                _ => return None,
            }
        }
        midnight(year? as i32, month?, day?)
    }
}

/// ISO 8601 in UTC; empty for an instant that has no such text.
pub(crate) fn print(milliseconds: i64) -> String {
    DateTime::from_timestamp_millis(milliseconds)
        .map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
        .unwrap_or_default()
}

#[cfg(test)]
#[path = "tests/instant.rs"]
mod tests;
