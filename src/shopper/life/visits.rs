//! Frequency of visits: counts by day, of the last 120 days.
//!
//! A visit is a session with at least one event. Days are those of the shop's zone.

use super::churn::{BEFORE, SPAN};
use crate::codec::{Reader, put_uint};

/// Days whose visits are counted each by itself.
const DAYS: usize = SPAN * (BEFORE + 1);

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Visits {
    /// The first is that of `latest`, then the days before.
    counts: Vec<u8>,
    latest: i32,
    session: u64,
}

/// Visits in the last 30 days and in the 90 before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lately {
    /// In the last 30 days.
    pub recent: u32,
    /// In the 90 days before.
    pub before: u32,
}

impl Visits {
    /// Counts a visit once for its session.
    pub fn add(&mut self, day: i32, session: u64) {
        if session == self.session && !self.counts.is_empty() {
            return;
        }
        self.session = session;
        if self.counts.is_empty() {
            self.latest = day;
        }
        if day > self.latest {
            let passed = day.abs_diff(self.latest) as usize;
            let kept = DAYS.saturating_sub(passed).min(self.counts.len());
            let mut counts = vec![0; passed.min(DAYS)];
            counts.extend_from_slice(&self.counts[..kept]);
            (self.counts, self.latest) = (counts, day);
        }
        let ago = self.latest.abs_diff(day) as usize;
        if ago < DAYS {
            if self.counts.len() <= ago {
                self.counts.resize(ago + 1, 0);
            }
            self.counts[ago] = self.counts[ago].saturating_add(1);
        }
    }

    /// Days since the latest visit, and visits lately and before; `None` where nobody came yet.
    pub fn at(&self, today: i32) -> Option<(i32, Lately)> {
        if self.counts.is_empty() {
            return None;
        }
        let since = today.saturating_sub(self.latest).max(0);
        let mut lately = Lately::default();
        for (n, count) in self.counts.iter().enumerate() {
            let ago = n + since as usize;
            if ago < SPAN {
                lately.recent += u32::from(*count);
            } else if ago < DAYS {
                lately.before += u32::from(*count);
            }
        }
        Some((since, lately))
    }

    /// Days between `today` and the latest day before it with a visit; 0 where there is none.
    pub fn away(&self, today: i32) -> i32 {
        let since = today.saturating_sub(self.latest).max(0);
        let days = self.counts.iter().enumerate();
        let mut visited = days
            .filter(|(_, count)| **count > 0)
            .map(|(ago, _)| ago as i32 + since);
        visited.find(|ago| *ago > 0).unwrap_or(0)
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.session);
        put_uint(out, u64::from(self.latest as u32));
        put_uint(out, self.counts.len() as u64);
        out.extend_from_slice(&self.counts);
    }

    pub(super) fn decode(reader: &mut Reader) -> Visits {
        let (session, latest) = (reader.uint(), reader.small() as i32);
        let count = reader.count(1, DAYS);
        Visits {
            counts: reader.bytes(count).into(),
            latest,
            session,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_are_those_of_the_last_thirty_days_and_the_ninety_before(
            steps in prop::collection::vec((0i32..9, 1u64..4), 0..80), later in 0i32..200,
        ) {
            let mut visits = Visits::default();
            let (mut day, mut all) = (0, Vec::new());
            for (n, (step, events)) in steps.iter().enumerate() {
                day += step;
                all.push(day);
                // A session is counted once, whatever its events.
                for _ in 0..*events { visits.add(day, n as u64 + 1); }
            }
            let today = day + later;
            let count = |range: core::ops::Range<i32>| all.iter().filter(|day| range.contains(&(today - **day))).count() as u32;
            match visits.at(today) {
                None => prop_assert!(all.is_empty()),
                Some((silent, found)) => {
                    prop_assert_eq!(silent, today - all.iter().max().unwrap());
                    let before = all.iter().filter(|day| **day < today).max();
                    let away = before.map_or(0, |day| today - day);
                    // Days further back than what is kept are not counted.
                    prop_assert!(visits.away(today) == away || away - silent >= DAYS as i32);
                    prop_assert_eq!(found, Lately { recent: count(0..30), before: count(30..120) });
                }
            }
        }

        #[test]
        fn arrival_in_any_order_counts_the_same(days in prop::collection::vec(0i32..110, 1..40)) {
            let (mut one, mut other) = (Visits::default(), Visits::default());
            for (n, day) in days.iter().enumerate() { one.add(*day, n as u64 + 1); }
            for (n, day) in days.iter().enumerate().rev() { other.add(*day, n as u64 + 1); }
            prop_assert_eq!(one.at(120), other.at(120));
        }
    }
}
