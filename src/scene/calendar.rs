//! The festival calendar: which festivals are near on a day in a region.
//!
//! A calendar is a text of lines, written by the trainer into the model; `docs/model-format.md` gives their form. Dates
//! are fixed, the nth weekday of a month, or tabulated first days: there is no astronomy here, and a festival whose table
//! has ended is over. A festival is a matter of region and date; nothing about anybody's belief is known or kept.

use core::fmt;

use super::Season;
use super::day::{civil, day_of, weekday};
use crate::lines::{cut, list, parts};

/// Festivals that a calendar may have.
pub const MOST: usize = 64;
/// Bytes of a calendar.
pub const LONGEST: usize = 16 * 1024;
/// Days that one may be prepared for, and last.
const DAYS: u16 = 120;
/// Bounds of a boost.
pub const BOOST: [f32; 2] = [0.5, 2.0];
/// How strong a festival is on the first day of its lead.
const FAINTEST: f32 = 0.2;

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// When a festival begins.
#[derive(Clone, Debug, PartialEq)]
enum When {
    /// Month and day of every year.
    Fixed(u8, u8),
    /// The nth weekday of a month, and so many days after it.
    Nth {
        month: u8,
        weekday: u8,
        nth: u8,
        after: u8,
    },
    /// First days, rising, counted from 1970.
    Table(Vec<i32>),
    /// A season, wherever that is when.
    In(Season),
}

/// A festival with its days.
#[derive(Clone, Debug, PartialEq)]
pub struct Festival {
    /// Stable id.
    pub id: String,
    /// In English and in Chinese.
    pub names: [String; 2],
    /// Upper-case regions, each two letters; empty for all.
    regions: Vec<[u8; 2]>,
    lead: u16,
    length: u16,
    when: When,
    /// Terms of the catalogue and their factors.
    pub boosts: Vec<(String, f32)>,
}

/// Festivals of a shop.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calendar(pub Vec<Festival>);

/// A festival that is near or under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Its place in the calendar.
    pub festival: usize,
    /// 0.2 on the first day of its lead, rising to 1 on its own days.
    pub strength: f32,
    /// Days until it begins; 0 or less while it lasts.
    pub ahead: i32,
}

/// A calendar that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// From 1.
    pub line: usize,
    /// Which of its parts, and its value.
    pub part: &'static str,
    /// The offending line or part.
    pub value: String,
}

impl Refused {
    /// Stable code.
    pub const CODE: &'static str = "calendar.line";
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refused { line, part, value } = self;
        let remedy = match *part {
            "parts" => "write id|English|Chinese|regions|days ahead|length|when|boosts",
            "id" => "give each festival an id of its own, of lower-case letters, digits and _",
            "regions" => "write * or two-letter regions, such as `CN SG`",
            "days ahead" | "length" => "give whole days from 0 (a length from 1) to 120",
            "when" => {
                "write 11-11, 11/thu/4+1, rising days such as 2026-02-17 2027-02-06, or a season such as winter"
            }
            "boosts" => "write a term and a factor from 0.5 to 2: certification=halal*1.5",
            _ => "keep it within 64 festivals and 16 KiB",
        };
        write!(
            out,
            "festival calendar, line {line}: {part} {value:?}; {remedy}"
        )
    }
}

fn number(text: &str, least: u32, most: u32) -> Option<u32> {
    let digits =
        !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let value: u32 = text.bytes().fold(0, |value, byte| {
        value * 10 + u32::from(byte.wrapping_sub(b'0'))
    });
    (digits && (least..=most).contains(&value)).then_some(value)
}

fn month_day(text: &str) -> Option<(u8, u8)> {
    let mut rest = text;
    let month = number(cut(&mut rest, b'-'), 1, 12)? as u8;
    Some((month, number(rest, 1, 31)? as u8))
}

fn date(text: &str) -> Option<i32> {
    let mut rest = text;
    let year = number(cut(&mut rest, b'-'), 1970, 9998)? as i32;
    let (month, day) = month_day(rest)?;
    let found = day_of(year, month, day);
    (civil(found) == (year, month, day)).then_some(found)
}

fn when(text: &str) -> Option<When> {
    if let Some(number) = Season::NAMES.iter().position(|name| *name == text) {
        return Season::ALL.get(number).copied().map(When::In);
    }
    if text.contains('/') {
        let [month, name, rest] = list(text, b'/')[..] else {
            return None;
        };
        let mut after = rest;
        let nth = cut(&mut after, b'+');
        return Some(When::Nth {
            month: number(month, 1, 12)? as u8,
            weekday: WEEKDAYS.iter().position(|known| *known == name)? as u8,
            nth: number(nth, 1, 5)? as u8,
            after: if after.is_empty() {
                0
            } else {
                number(after, 0, 60)? as u8
            },
        });
    }
    if let Some((month, day)) = month_day(text) {
        return Some(When::Fixed(month, day));
    }
    let mut days = Vec::new();
    for one in parts(text, b' ') {
        days.push(date(one)?);
    }
    days.is_sorted_by(|a, b| a < b).then_some(When::Table(days))
}

fn boosts(text: &str) -> Option<Vec<(String, f32)>> {
    let mut all = Vec::new();
    for one in parts(text, b',') {
        let one = one.trim_ascii();
        if one.is_empty() {
            continue;
        }
        let at = one.bytes().rposition(|byte| byte == b'*')?;
        let factor = crate::decimal::parse(&one[at + 1..])? as f32;
        let term = one[..at].trim_ascii();
        if term.is_empty() || !(BOOST[0]..=BOOST[1]).contains(&factor) {
            return None;
        }
        all.push((term.into(), factor));
    }
    Some(all)
}

fn regions(text: &str) -> Option<Vec<[u8; 2]>> {
    let mut all = Vec::new();
    if text == "*" {
        return Some(all);
    }
    for one in parts(text, b' ') {
        all.push(region(one)?);
    }
    Some(all)
}

/// A two-letter region, in upper case.
pub fn region(text: &str) -> Option<[u8; 2]> {
    match text.as_bytes() {
        [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
            Some([a.to_ascii_uppercase(), b.to_ascii_uppercase()])
        }
        _ => None,
    }
}

fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=32).contains(&text.len()) && text.bytes().all(plain)
}

impl Calendar {
    /// Reads the lines of a calendar; empty ones and those that begin with `#` say nothing.
    ///
    /// # Errors
    /// [`Refused`] at the first line that says something else than a festival.
    pub fn read(text: &str) -> Result<Calendar, Refused> {
        let mut calendar = Calendar::default();
        for (n, line) in parts(text, b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let refuse = |part, value: &str| Refused {
                line: n + 1,
                part,
                value: value.into(),
            };
            if text.len() > LONGEST || calendar.0.len() == MOST {
                return Err(refuse("size", "too many"));
            }
            let [id, english, chinese, where_, lead, length, begins, terms] = list(line, b'|')[..]
            else {
                return Err(refuse("parts", line));
            };
            if !is_id(id) || calendar.0.iter().any(|known| known.id == id) {
                return Err(refuse("id", id));
            }
            let days = |part, text: &str, least| {
                let days = number(text, least, DAYS.into());
                days.map(|days| days as u16)
                    .ok_or_else(|| refuse(part, text))
            };
            calendar.0.push(Festival {
                id: id.into(),
                names: [english.into(), chinese.into()],
                regions: regions(where_).ok_or_else(|| refuse("regions", where_))?,
                lead: days("days ahead", lead, 0)?,
                length: days("length", length, 1)?,
                when: when(begins).ok_or_else(|| refuse("when", begins))?,
                boosts: boosts(terms).ok_or_else(|| refuse("boosts", terms))?,
            });
        }
        Ok(calendar)
    }

    /// The lines of a season in a region, at full strength.
    pub fn of_season(&self, season: Season, region: Option<[u8; 2]>) -> Vec<Near> {
        let all = self.0.iter().enumerate();
        let own = all.filter(|(_, line)| line.when == When::In(season) && line.is_in(region));
        own.map(|(festival, _)| Near {
            festival,
            strength: 1.0,
            ahead: 0,
        })
        .collect()
    }

    /// Festivals near a day in a region, in the order of the calendar. Where the region is not known, those of all
    /// regions.
    pub fn near(&self, day: i32, region: Option<[u8; 2]>) -> Vec<Near> {
        let mut found = Vec::new();
        for (n, festival) in self.0.iter().enumerate() {
            if let Some((strength, ahead)) = festival.near(day).filter(|_| festival.is_in(region)) {
                found.push(Near {
                    festival: n,
                    strength,
                    ahead,
                });
            }
        }
        found
    }
}

impl Festival {
    /// Whether it is a season, and no festival.
    pub fn is_season(&self) -> bool {
        matches!(self.when, When::In(_))
    }

    fn is_in(&self, region: Option<[u8; 2]>) -> bool {
        self.regions.is_empty() || region.is_some_and(|region| self.regions.contains(&region))
    }

    /// The first days of the year of `day` and of those beside it.
    fn begins(&self, day: i32) -> Vec<i32> {
        let year = civil(day).0;
        match &self.when {
            When::Table(days) => days.clone(),
            When::In(_) => Vec::new(),
            When::Fixed(month, date) => (year - 1..=year + 1)
                .map(|year| day_of(year, *month, *date))
                .collect(),
            When::Nth { .. } => (year - 1..=year + 1)
                .filter_map(|year| self.in_year(year))
                .collect(),
        }
    }

    /// Its first day in a year, where it has one.
    pub fn in_year(&self, year: i32) -> Option<i32> {
        match &self.when {
            When::Fixed(month, date) => Some(day_of(year, *month, *date)),
            When::Nth {
                month,
                weekday: name,
                nth,
                after,
            } => {
                let first = day_of(year, *month, 1);
                let to = i32::from((name + 7 - weekday(first)) % 7);
                let found = first + to + 7 * (i32::from(*nth) - 1);
                (civil(found).1 == *month).then_some(found + i32::from(*after))
            }
            When::Table(days) => days.iter().copied().find(|day| civil(*day).0 == year),
            When::In(_) => None,
        }
    }

    fn near(&self, day: i32) -> Option<(f32, i32)> {
        let (lead, length) = (i32::from(self.lead), i32::from(self.length));
        let begins = self.begins(day);
        let begin = begins
            .iter()
            .find(|begin| (**begin - lead..**begin + length).contains(&day))?;
        let ahead = begin - day;
        let strength = if ahead <= 0 {
            1.0
        } else {
            1.0 - (1.0 - FAINTEST) * ahead as f32 / self.lead as f32
        };
        Some((strength, ahead))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINES: &str = "\
# A calendar.

618|618 Shopping Festival|618|CN|18|1|06-18|
black_friday|Black Friday|黑色星期五|US SE|7|1|11/thu/4+1|
ramadan|Ramadan|斋月|ID MY|21|30|2025-03-01 2026-02-18 2027-02-08|certification=halal*1.5
new_year|New Year|元旦|*|14|1|01-01|gift=yes*1.2,party=yes*0.8";

    fn calendar() -> Calendar {
        Calendar::read(LINES).unwrap()
    }

    fn ids(day: (i32, u8, u8), region: &str) -> Vec<(String, f32)> {
        let calendar = calendar();
        let day = day_of(day.0, day.1, day.2);
        let near = calendar.near(day, super::region(region));
        near.iter()
            .map(|near| (calendar.0[near.festival].id.clone(), near.strength))
            .collect()
    }

    #[test]
    fn black_friday_is_the_day_after_the_fourth_thursday() {
        let calendar = calendar();
        let friday = &calendar.0[1];
        for year in 2020..=2040 {
            // The fourth Thursday by counting days.
            let first = day_of(year, 11, 1);
            let fourth = (first..first + 30)
                .filter(|day| weekday(*day) == 3)
                .nth(3)
                .unwrap();
            let found = friday.in_year(year).unwrap();
            assert_eq!(found, fourth + 1, "{year}");
            assert_eq!((weekday(found), civil(found).1), (4, 11));
        }
        assert_eq!(civil(friday.in_year(2026).unwrap()), (2026, 11, 27));
        assert_eq!(civil(friday.in_year(2024).unwrap()), (2024, 11, 29));
    }

    #[test]
    fn a_festival_is_near_where_it_is_kept_and_grows_towards_its_day() {
        assert_eq!(
            ids((2026, 11, 27), "US"),
            [("black_friday".to_owned(), 1.0)]
        );
        assert_eq!(ids((2026, 11, 27), "CN"), []);
        assert_eq!(ids((2026, 11, 27), ""), []);
        assert_eq!(ids((2026, 11, 28), "US"), [], "over");
        let lead = ids((2026, 11, 20), "US")[0].1;
        assert!((lead - 0.2).abs() < 1e-6, "{lead}");
        assert!(ids((2026, 11, 25), "US")[0].1 > lead);
        assert_eq!(
            ids((2026, 12, 31), "JP")[0].0,
            "new_year",
            "of the year to come"
        );
        assert_eq!(ids((2026, 3, 1), "ID"), [("ramadan".to_owned(), 1.0)]);
        assert_eq!(ids((2028, 2, 1), "ID"), [], "the table has ended");
    }

    #[test]
    fn a_calendar_that_says_something_else_is_refused_with_its_line() {
        let refused = |from: &str, to: &str| Calendar::read(&LINES.replace(from, to)).unwrap_err();
        assert_eq!(refused("|18|1|06-18|", "|18|1|06-18").part, "parts");
        assert_eq!(refused("11/thu/4+1", "11/thursday/4").part, "when");
        assert_eq!(refused("2026-02-18", "2026-02-30").part, "when");
        assert_eq!(refused("2026-02-18", "2024-02-18").part, "when");
        assert_eq!(refused("halal*1.5", "halal*9").part, "boosts");
        assert_eq!(refused("|ID MY|", "|IDN|").part, "regions");
        assert_eq!(refused("|7|1|", "|7|0|").part, "length");
        let error = refused("new_year|", "618|");
        assert_eq!((error.part, error.line), ("id", 6));
        assert!(
            error.to_string().contains("line 6") && error.to_string().contains("id of its own")
        );
    }

    proptest! {
        #[test]
        fn strengths_are_shares_and_any_text_is_no_harm(day in -9000i32..60_000, noise in "[a-z0-9|/+*\\- \n]{0,120}") {
            for near in calendar().near(day, Some(*b"CN")) {
                prop_assert!((FAINTEST - 1e-6..=1.0).contains(&near.strength));
            }
            if let Ok(calendar) = Calendar::read(&noise) { let _ = calendar.near(day, None); }
        }
    }
}
