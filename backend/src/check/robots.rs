//! Robots in a log: found by how much and how fast they look, and counted for at most what a busy person does.
//!
//! A session, or all that one shopper does in a day, is a robot's where it holds far more looks than those of busy people
//! do, or where it looks on and on at more than one item a second. Busy is the 99th percentile of the log itself, bounded
//! by its 90th, so that a log of which one session in fifty is a robot's is read rightly too. Purchases are left alone:
//! they are rare in robots, and an order is one whatever its size.
//!
//! Deliberately not looked at: user agents and addresses, which no log of clicks holds. A robot that is as slow as a
//! person is not found, and does as little harm as one.

use std::collections::HashMap;

use crate::ingest::{Interactions, Kind, Session};

/// No session and no day of fewer looks than this is a robot's, nor is a fast one of fewer than a tenth of it.
const FEWEST: usize = 100;
const FEWEST_FAST: usize = 30;
/// A busy person looks at no less than this in a session.
const BUSY: usize = 20;
/// Times as much as a busy person.
const FAR: usize = 12;
/// Share of sessions by which fast ones are more than robots: then the log holds what was shown, not what was looked at.
const MOST_FAST: f64 = 0.02;
const SECOND: i64 = 1000;
const DAY: i64 = 86_400_000;

/// What a log holds of robots.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Robots {
    /// For each session of the log, whether a robot made it.
    of: Vec<bool>,
    /// Looks of a session that are counted of a robot: what a busy person does.
    pub busy: usize,
    /// The same for the day of a shopper.
    busy_day: usize,
    pub sessions: usize,
    /// Looks of robots, and of all.
    pub looks: u64,
    pub of_looks: u64,
    /// Whether so many sessions are fast that speed says nothing.
    pub all_fast: bool,
}

impl Robots {
    pub fn find(read: &Interactions) -> Robots {
        let looks: Vec<usize> = read.sessions.iter().map(looks).collect();
        let busy = busy(looks.iter().copied()).max(BUSY);
        let far = (FAR * busy).max(FEWEST);
        let mut of: Vec<bool> = looks.iter().map(|looks| *looks > far).collect();

        let unit = resolution(read);
        let fast = |session: &Session| read.newest.is_some() && is_fast(session, unit);
        let fast: Vec<bool> = read.sessions.iter().map(fast).collect();
        let browsed = looks.iter().filter(|looks| **looks > 0).count();
        let many = fast.iter().filter(|fast| **fast).count() as f64;
        let all_fast = many > MOST_FAST * browsed as f64 && many > 1.0;
        if !all_fast {
            of.iter_mut().zip(fast).for_each(|(of, fast)| *of |= fast);
        }

        let mut days: HashMap<(u32, i64), usize> = HashMap::new();
        let day = |session: &Session| (session.shopper, session.start.div_euclid(DAY));
        // Without times or without shoppers there are no days of a shopper.
        let has_days = read.newest.is_some() && (read.shoppers as usize) < read.sessions.len();
        if has_days {
            for (session, looks) in read.sessions.iter().zip(&looks) {
                *days.entry(day(session)).or_default() += looks;
            }
        }
        let busy_day = self::busy(days.values().copied()).max(2 * busy);
        let far = (FAR * busy_day).max(2 * FEWEST);
        if has_days {
            for (session, of) in read.sessions.iter().zip(&mut of) {
                *of |= days[&day(session)] > far;
            }
        }
        let found = of.iter().zip(&looks).filter(|(of, _)| **of);
        Robots {
            busy,
            busy_day,
            sessions: found.clone().count(),
            looks: found.map(|(_, looks)| *looks as u64).sum(),
            of_looks: looks.iter().map(|looks| *looks as u64).sum(),
            all_fast,
            of,
        }
    }

    /// Did a robot make the session of that place in the log?
    pub fn made(&self, session: usize) -> bool {
        self.of.get(session).copied().unwrap_or(false)
    }

    /// Share of all looks.
    pub fn share(&self) -> f64 {
        self.looks as f64 / (self.of_looks as f64).max(1.0)
    }

    /// Leaves of each robot's session the first looks, as many as a busy person's, and of its day as many as a busy
    /// day's. Places of sessions stay.
    pub fn cap(&self, read: &mut Interactions) {
        let mut left: HashMap<(u32, i64), usize> = HashMap::new();
        for (session, _) in read
            .sessions
            .iter_mut()
            .zip(&self.of)
            .filter(|(_, of)| **of)
        {
            let day = (session.shopper, session.start.div_euclid(DAY));
            let left = left.entry(day).or_insert(self.busy_day);
            let mut room = self.busy.min(*left);
            session.events.retain(|event| {
                let stays = event.kind == Kind::Buy || room > 0;
                if stays && event.kind != Kind::Buy {
                    room -= 1;
                    *left = left.saturating_sub(1);
                }
                stays
            });
        }
    }
}

/// Views and additions to a cart.
fn looks(session: &Session) -> usize {
    let looks = session.events.iter();
    looks.filter(|event| event.kind != Kind::Buy).count()
}

/// What the busiest people do, of numbers of looks.
fn busy(looks: impl Iterator<Item = usize>) -> usize {
    let mut looks: Vec<usize> = looks.filter(|looks| *looks > 0).collect();
    looks.sort_unstable();
    let at = |share: f64| {
        let place = (looks.len() as f64 * share) as usize;
        looks
            .get(place.min(looks.len().saturating_sub(1)))
            .copied()
            .unwrap_or(0)
    };
    at(0.99).min(4 * at(0.9))
}

/// Does it look on and on at more than one item a second, as far as times of that resolution tell?
fn is_fast(session: &Session, unit: i64) -> bool {
    let times = session
        .events
        .iter()
        .filter(|event| event.kind != Kind::Buy);
    let times: Vec<i64> = times.map(|event| event.time).collect();
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return false;
    };
    times.len() >= FEWEST_FAST && last - first + unit < times.len() as i64 * SECOND
}

/// The coarsest of a millisecond, second, minute, hour and day in which all times are whole.
fn resolution(read: &Interactions) -> i64 {
    let times = || {
        read.sessions
            .iter()
            .flat_map(|session| &session.events)
            .map(|event| event.time)
    };
    let units = [DAY, 3600 * SECOND, 60 * SECOND, SECOND];
    let whole = |unit: &i64| times().all(|time| time % unit == 0);
    units.into_iter().find(whole).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Interaction;
    use proptest::prelude::*;

    /// Sessions of a shopper each, of so many looks so many milliseconds apart, a thousand seconds after one another.
    fn log(sessions: &[(usize, i64)]) -> Interactions {
        let session = |(nth, (looks, apart)): (usize, &(usize, i64))| {
            let start = nth as i64 * 1_000_000 + 1;
            let event = |n: usize| Interaction {
                item: n as u32,
                time: start + n as i64 * apart,
                kind: Kind::View,
            };
            Session {
                shopper: nth as u32,
                start,
                events: (0..*looks).map(event).collect(),
            }
        };
        Interactions {
            items: (0..3000).map(|n| n.to_string()).collect(),
            sessions: sessions.iter().enumerate().map(session).collect(),
            shoppers: sessions.len() as u32,
            newest: Some(0),
            ..Interactions::default()
        }
    }

    fn people(many: usize) -> Vec<(usize, i64)> {
        (0..many).map(|nth| (1 + nth * 7 % 30, 15_000)).collect()
    }

    #[test]
    fn a_robot_counts_for_what_a_busy_person_does() {
        let mut sessions = people(1000);
        sessions.extend([(2205, 9000), (1500, 9000)]);
        let mut read = log(&sessions);
        let robots = Robots::find(&read);
        assert_eq!((robots.sessions, robots.looks), (2, 3705));
        assert!(robots.made(1000) && robots.made(1001) && !robots.made(999));
        assert!((20..=30).contains(&robots.busy), "{}", robots.busy);
        let before = read.clone();
        robots.cap(&mut read);
        assert_eq!(read.sessions[..1000], before.sessions[..1000]);
        assert_eq!(read.sessions[1000].events.len(), robots.busy);
        assert_eq!(
            read.sessions[1000].events[..],
            before.sessions[1000].events[..robots.busy]
        );
    }

    #[test]
    fn many_robots_do_not_hide_one_another() {
        let mut sessions = people(1000);
        sessions.extend([(2000, 9000); 40]);
        assert_eq!(Robots::find(&log(&sessions)).sessions, 40);
    }

    #[test]
    fn a_short_robot_is_known_by_its_speed() {
        let mut sessions = people(500);
        sessions.extend([(60, 300), (60, 5000), (20, 100)]);
        let robots = Robots::find(&log(&sessions));
        assert_eq!(robots.sessions, 1);
        assert!(robots.made(500));
        // Where most are fast the log holds lists that were shown.
        let robots = Robots::find(&log(&[(40, 0); 100]));
        assert!(robots.all_fast && robots.sessions == 0);
    }

    #[test]
    fn times_by_the_minute_or_day_make_nobody_fast() {
        for unit in [60_000, DAY] {
            let mut read = log(&people(300));
            let events = read
                .sessions
                .iter_mut()
                .flat_map(|session| &mut session.events);
            events.for_each(|event| event.time = event.time / unit * unit);
            read.sessions.push(Session {
                events: vec![read.sessions[29].events[0]; 35],
                ..read.sessions[0].clone()
            });
            assert_eq!(Robots::find(&read).sessions, 0, "{unit}");
        }
    }

    #[test]
    fn a_robot_that_comes_again_and_again_is_known_by_its_day() {
        let mut read = log(&people(400));
        for nth in 0..30 {
            let mut session = log(&[(40, 20_000)]).sessions.remove(0);
            (session.shopper, session.start) = (1000, nth * 2_000_000);
            read.sessions.push(session);
        }
        read.shoppers += 1;
        let robots = Robots::find(&read);
        assert_eq!(robots.sessions, 30);
        robots.cap(&mut read);
        let kept: usize = read.sessions[400..].iter().map(looks).sum();
        assert!(kept <= 2 * robots.busy_day, "{kept}");
    }

    #[test]
    fn an_order_is_nobodys_robot() {
        let mut read = log(&people(100));
        let mut order = log(&[(2000, 0)]).sessions.remove(0);
        order
            .events
            .iter_mut()
            .for_each(|event| event.kind = Kind::Buy);
        read.sessions.push(order);
        let before = read.clone();
        let robots = Robots::find(&read);
        robots.cap(&mut read);
        assert_eq!((robots.sessions, read), (0, before));
    }

    proptest! {
        #[test]
        fn capping_takes_only_from_robots_and_only_looks(
            sessions in prop::collection::vec((0..400usize, 0..20_000i64), 0..60),
        ) {
            let mut read = log(&sessions);
            let before = read.clone();
            let robots = Robots::find(&read);
            robots.cap(&mut read);
            prop_assert_eq!(read.sessions.len(), before.sessions.len());
            for (nth, (now, then)) in read.sessions.iter().zip(&before.sessions).enumerate() {
                match robots.made(nth) {
                    false => prop_assert_eq!(now, then),
                    true => prop_assert!(looks(now) <= robots.busy.min(looks(then))),
                }
            }
        }
    }
}
