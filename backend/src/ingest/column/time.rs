//! Kinds of time, decided by the whole column.
//!
//! Most ways to write a time say by themselves what they are. A number does not (seconds, milliseconds, `20240301`, the
//! 61st day), nor does `03/01/2024`: these are read as the column as a whole allows, and where it allows two readings it
//! is refused rather than guessed.

use super::{Clash, Seen};
use crate::ingest::instant::{DAY, Shape, shape};

/// Largest day number: 273 years. Larger small numbers are seconds since some start.
const LAST_DAY: f64 = 100_000.0;
/// 2000 to 2099 as days since 1899-12-30, the way spreadsheets count.
const SHEET_DAYS: std::ops::Range<f64> = 36_526.0..73_051.0;
const SHEET_EPOCH: i64 = -25_569;
/// Of 20 cells one may be of another kind: a slip that is left out, and no contradiction.
const SLIPS: u64 = 20;

/// What a number of a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::ingest) enum Count {
    /// `20240301`, `20240301080500`.
    Calendar,
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
    Days,
    SheetDays,
    /// Seconds since a start that is not said.
    SinceStart,
}

/// Which number of `03/01/2024` is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) enum Order {
    DayFirst,
    MonthFirst,
}

/// How the cells of one column are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ingest) struct Times {
    pub count: Option<Count>,
    pub order: Option<Order>,
    /// The column holds a time of day without a date.
    pub clock: bool,
    /// A person said so: no number is of another kind.
    forced: bool,
}

/// Kinds that a person can name: `--map time=COLUMN:KIND`.
const NAMED: [(&str, Times); 9] = [
    ("seconds", counted(Count::Seconds)),
    ("milliseconds", counted(Count::Milliseconds)),
    ("microseconds", counted(Count::Microseconds)),
    ("nanoseconds", counted(Count::Nanoseconds)),
    ("yyyymmdd", counted(Count::Calendar)),
    ("days", counted(Count::Days)),
    ("sheet-days", counted(Count::SheetDays)),
    ("day-first", ordered(Order::DayFirst)),
    ("month-first", ordered(Order::MonthFirst)),
];

const fn counted(count: Count) -> Times {
    Times {
        count: Some(count),
        order: None,
        clock: false,
        forced: true,
    }
}

const fn ordered(order: Order) -> Times {
    Times {
        count: None,
        order: Some(order),
        clock: false,
        forced: true,
    }
}

impl Times {
    /// A kind by the name that a person gives it.
    pub fn named(name: &str) -> Option<Times> {
        NAMED
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, times)| *times)
    }

    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|(name, _)| *name)
    }

    /// Unix milliseconds, or milliseconds of the day where the column holds clock times. `None` for what is no time, and
    /// for one of another kind than the column's.
    pub fn read(&self, text: &str) -> Option<i64> {
        let time = match shape(text)? {
            Shape::Instant(time) => time,
            Shape::Slashed { first, second, day } => {
                let (day_number, month) = match self.order? {
                    Order::DayFirst => (first, second),
                    Order::MonthFirst => (second, first),
                };
                day.on(month, day_number)?
            }
            Shape::Clock(time) if self.clock => return Some(time),
            Shape::Clock(_) => return None,
            Shape::Number(number) => {
                let count = self.count?;
                if !self.forced && count != class(number).known(count) {
                    return None;
                }
                count.time(number)?
            }
        };
        (!self.clock && crate::ingest::instant::is_sane(time)).then_some(time)
    }

    pub fn name(&self) -> &'static str {
        let count = self.count.map(|count| match count {
            Count::Calendar => "yyyymmdd",
            Count::Seconds => "Unix seconds",
            Count::Milliseconds => "Unix milliseconds",
            Count::Microseconds => "Unix microseconds",
            Count::Nanoseconds => "Unix nanoseconds",
            Count::Days => "day numbers (day 0 is 1970-01-01)",
            Count::SheetDays => "days as spreadsheets count them",
            Count::SinceStart => "seconds since a start that is not said",
        });
        match (count, self.order) {
            (Some(name), _) => name,
            (None, Some(Order::DayFirst)) => "day/month/year",
            (None, Some(Order::MonthFirst)) => "month/day/year",
            (None, None) if self.clock => "times of day",
            (None, None) => "ISO 8601",
        }
    }
}

impl Count {
    fn time(self, number: f64) -> Option<i64> {
        let scaled = |by: f64| Some((number * by).round() as i64);
        match self {
            Count::Calendar => crate::ingest::instant::calendar(number),
            Count::Seconds | Count::SinceStart => scaled(1000.0),
            Count::Milliseconds => scaled(1.0),
            Count::Microseconds => Some((number / 1e3).floor() as i64),
            Count::Nanoseconds => Some((number / 1e6).floor() as i64),
            Count::Days => scaled(DAY as f64),
            Count::SheetDays => scaled(DAY as f64).map(|time| time + SHEET_EPOCH * DAY),
        }
    }
}

/// What a number may be, by its size alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Zero,
    Small,
    Count(Count),
}

impl Class {
    /// The count of a number of this class in a column of `column`.
    fn known(self, column: Count) -> Count {
        match (self, column) {
            (Class::Zero | Class::Small, Count::Days | Count::SheetDays | Count::SinceStart) => {
                column
            }
            // 8 digits that happen to be a date.
            (Class::Count(Count::Calendar | Count::Seconds), Count::SinceStart) => column,
            (Class::Count(count), _) => count,
            // Anything else than the column's.
            (_, Count::Calendar) => Count::Days,
            _ => Count::Calendar,
        }
    }
}

fn class(number: f64) -> Class {
    if number == 0.0 {
        return Class::Zero;
    }
    if crate::ingest::instant::calendar(number).is_some() {
        return Class::Count(Count::Calendar);
    }
    Class::Count(match number {
        n if n < 1e8 => return Class::Small,
        n if n < 1e11 => Count::Seconds,
        n if n < 1e14 => Count::Milliseconds,
        n if n < 1e17 => Count::Microseconds,
        _ => Count::Nanoseconds,
    })
}

/// The cells of a column by what they may be.
#[derive(Debug, Default)]
pub(in crate::ingest) struct Census {
    instants: Seen,
    day_first: Seen,
    month_first: Seen,
    either: Seen,
    clocks: Seen,
    zeros: Seen,
    small: Seen,
    counts: [Seen; 5],
    least: f64,
    most: f64,
    odd: Seen,
    /// Dates with a time of day.
    clocked: u64,
}

const COUNTS: [Count; 5] = [
    Count::Calendar,
    Count::Seconds,
    Count::Milliseconds,
    Count::Microseconds,
    Count::Nanoseconds,
];

impl Census {
    pub fn see(&mut self, text: &str, line: u64) {
        let shape = shape(text);
        self.clocked += u64::from(match shape {
            Some(Shape::Instant(time)) => time % DAY != 0,
            Some(Shape::Slashed { day, .. }) => day.has_clock(),
            Some(Shape::Number(number)) => number.fract() != 0.0,
            _ => false,
        });
        let seen = match shape {
            None => &mut self.odd,
            Some(Shape::Instant(_)) => &mut self.instants,
            Some(Shape::Clock(_)) => &mut self.clocks,
            Some(Shape::Slashed { first, second, .. }) => match (first > 12, second > 12) {
                (true, false) => &mut self.day_first,
                (false, true) => &mut self.month_first,
                (false, false) if first != second => &mut self.either,
                (false, false) => return self.instants.note(text, line),
                (true, true) => &mut self.odd,
            },
            Some(Shape::Number(number)) => match class(number) {
                Class::Zero => &mut self.zeros,
                Class::Small => {
                    if self.small.cells == 0 {
                        (self.least, self.most) = (number, number);
                    }
                    (self.least, self.most) = (self.least.min(number), self.most.max(number));
                    &mut self.small
                }
                Class::Count(count) => {
                    let place = COUNTS.iter().position(|other| *other == count);
                    &mut self.counts[place.unwrap_or(0)]
                }
            },
        };
        seen.note(text, line);
    }

    /// Whether the column holds days without a time of day, as `times` reads it.
    pub fn is_of_days(&self, times: &Times) -> bool {
        let whole = matches!(
            times.count,
            None | Some(Count::Calendar | Count::Days | Count::SheetDays)
        );
        whole && self.clocked == 0 && !times.clock
    }

    /// Whether most cells are clock times without a date.
    pub fn is_clock(&self) -> bool {
        self.clocks.cells > 0
            && self.clocks.cells
                > self.instants.cells + self.day_first.cells + self.month_first.cells
    }

    /// How to read the column, or two of its cells that cannot both be right.
    pub fn decide(&self) -> Result<Times, Clash> {
        let count = self.count()?;
        let order = self.order()?;
        if self.is_clock() && count.is_none() {
            return Ok(Times {
                clock: true,
                ..Times::default()
            });
        }
        let days = matches!(count, Some(Count::Days | Count::SheetDays));
        if days && self.instants.cells * SLIPS > self.small.cells {
            return Err(Clash::between(
                &self.small,
                "a day number",
                &self.instants,
                "a date",
            ));
        }
        Ok(Times {
            count,
            order,
            clock: false,
            forced: false,
        })
    }

    fn count(&self) -> Result<Option<Count>, Clash> {
        let small = if SHEET_DAYS.contains(&self.least) && SHEET_DAYS.contains(&self.most) {
            Count::SheetDays
        } else if self.most <= LAST_DAY {
            Count::Days
        } else {
            Count::SinceStart
        };
        let mut kinds: Vec<(Count, &Seen)> = COUNTS.into_iter().zip(&self.counts).collect();
        kinds.push((small, &self.small));
        kinds.retain(|(_, seen)| seen.cells > 0);
        kinds.sort_by_key(|(_, seen)| std::cmp::Reverse(seen.cells));
        let Some((most, first)) = kinds.first().copied() else {
            return Ok((self.zeros.cells > 0).then_some(Count::Days));
        };
        for (other, seen) in &kinds[1..] {
            // Seconds since some start reach into the range of dates.
            let same = *other == Count::Calendar && most == Count::SinceStart;
            if !same && seen.cells * SLIPS > first.cells {
                return Err(Clash::between(
                    first,
                    counted(most).name(),
                    seen,
                    counted(*other).name(),
                ));
            }
        }
        Ok(Some(most))
    }

    fn order(&self) -> Result<Option<Order>, Clash> {
        let (day, month) = (&self.day_first, &self.month_first);
        let (order, more, less) = if day.cells >= month.cells {
            (Order::DayFirst, day, month)
        } else {
            (Order::MonthFirst, month, day)
        };
        if more.cells == 0 {
            return match self.either.cells {
                0 => Ok(None),
                _ => Err(Clash::between(
                    &self.either,
                    "either day first",
                    &self.either,
                    "or month first",
                )),
            };
        }
        if less.cells * SLIPS > more.cells {
            let names = ["day/month/year", "month/day/year"];
            let (first, second) = if order == Order::DayFirst {
                (0, 1)
            } else {
                (1, 0)
            };
            return Err(Clash::between(more, names[first], less, names[second]));
        }
        Ok(Some(order))
    }
}
