//! Visits: a session ends after half an hour without an event, and where the shopper comes back by another campaign,
//! channel or class of referrer, as in Segment and Google Analytics.
//!
//! One rule for the page and for the trainer, whose logs say nothing of campaigns, so that what is learned is cut as what
//! is predicted. A session does not end at midnight.

use core::fmt;

use super::marks::Marks;

/// Milliseconds of silence after which the next event opens a new session.
pub const GAP_MS: i64 = 30 * 60 * 1000;

/// The identity of one session. Displayed as 16 hexadecimal digits; those of a later session sort after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session(pub u64);

impl Session {
    /// The start in milliseconds takes the upper 44 bits, which lasts until 2527; the seed decides the rest.
    fn new(start: i64, seed: u64) -> Session {
        let mixed = (seed ^ start as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Session(((start as u64) << 20) | (mixed >> 44))
    }

    /// Milliseconds since 1970.
    pub fn start(self) -> i64 {
        (self.0 >> 20) as i64
    }

    /// Sixteen hexadecimal digits.
    pub fn text(self) -> String {
        core::str::from_utf8(&self.digits())
            .unwrap_or_default()
            .into()
    }

    /// Its text as ASCII.
    pub(crate) fn digits(self) -> [u8; 16] {
        let (mut digits, mut rest) = ([0; 16], self.0);
        for digit in digits.iter_mut().rev() {
            *digit = b"0123456789abcdef"[(rest & 15) as usize];
            rest >>= 4;
        }
        digits
    }
}

impl fmt::Display for Session {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text())
    }
}

/// Cuts one shopper's events into sessions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sessions {
    pub(super) current: Option<Visit>,
}

/// The session under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visit {
    /// Its id.
    pub session: Session,
    /// Time of the newest event.
    pub last: i64,
    /// Number of its events so far.
    pub sequence: u32,
    /// Hashes of channel, campaign and referrer.
    pub marks: Marks,
    /// It began where another one ended by where it came from.
    pub parted: bool,
    /// Somebody touched the page: no robot, whatever the pace.
    pub touched: bool,
}

impl Visit {
    /// One of which only this is known.
    pub fn new(session: Session, last: i64, sequence: u32) -> Visit {
        Visit {
            session,
            last,
            sequence,
            marks: Marks::default(),
            parted: false,
            touched: false,
        }
    }

    /// Start in milliseconds since 1970.
    pub fn start(&self) -> i64 {
        self.session.start()
    }

    fn is_near(&self, time: i64) -> bool {
        time.abs_diff(self.last) < GAP_MS as u64
    }

    /// Whether the visit is over where this is said at a time.
    fn ends_with(&self, said: Marks, time: i64) -> bool {
        let after = time - self.start();
        after >= 0 && self.marks.end_with(said, after)
    }

    /// The one visit that two are which are under way at once: the one that began first, unless the shopper has come back
    /// by another way since. The same, whichever hears of the other.
    fn with(self, other: Visit) -> Visit {
        let place = |visit: &Visit| (visit.session, visit.marks);
        let (first, second) = match place(&self) <= place(&other) {
            true => (self, other),
            false => (other, self),
        };
        let last = first.last.max(second.last);
        let touched = first.touched || second.touched;
        let is_one = first.session == second.session;
        if !is_one && (second.parted || first.ends_with(second.marks, second.start())) {
            return Visit {
                last,
                touched,
                parted: true,
                ..second
            };
        }
        Visit {
            last,
            touched,
            sequence: first.sequence.max(second.sequence),
            marks: first.marks.or(second.marks),
            parted: first.parted || is_one && second.parted,
            ..first
        }
    }
}

impl Sessions {
    /// The session that an event at `time` belongs to, and its place there from 1. `seed` makes the ids of a device
    /// its own; it matters only where a session begins.
    ///
    /// A gap is measured both ways: a clock that was set back by more than the gap begins a new session too, or the
    /// old one would last until the clock has caught up. An event slightly late stays where it arrived.
    pub fn assign(&mut self, time: i64, seed: u64) -> (Session, u32) {
        self.come(time, seed, Marks::default())
    }

    /// The same of an event that says where the shopper came from.
    pub fn come(&mut self, time: i64, seed: u64, said: Marks) -> (Session, u32) {
        let before = self.current.filter(|visit| visit.is_near(time));
        let parted = before.is_some_and(|visit| visit.ends_with(said, time));
        if let (Some(current), false) = (&mut self.current, before.is_none() || parted) {
            current.last = current.last.max(time);
            current.sequence = current.sequence.saturating_add(1);
            current.marks = current.marks.or(said);
            return (current.session, current.sequence);
        }
        let mut session = Session::new(time, seed);
        // Two campaigns within a millisecond are two visits all the same.
        if let Some(visit) = before {
            session = session.max(Session(visit.session.0 + 1));
        }
        self.current = Some(Visit {
            marks: said,
            parted,
            touched: before.is_some_and(|visit| visit.touched),
            ..Visit::new(session, time, 1)
        });
        (session, 1)
    }

    /// Takes over what another page of the same shopper says of its visit, or what the device kept; of two that are not
    /// under way at once the later one counts.
    pub fn agree(&mut self, other: Visit) {
        self.current = match self.current {
            Some(current) if current.is_near(other.last) => Some(current.with(other)),
            Some(current) if current.last > other.last => Some(current),
            _ => Some(other),
        };
    }

    /// Somebody touched the page.
    pub fn touch(&mut self) {
        if let Some(visit) = &mut self.current {
            visit.touched = true;
        }
    }

    /// The visit under way, if an event at `now` would still belong to it.
    pub fn at(&self, now: i64) -> Option<Session> {
        let current = self.current.filter(|visit| visit.is_near(now))?;
        Some(current.session)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Event, Field, Kind, Scalar};
    use super::*;
    use proptest::prelude::*;

    const MINUTE: i64 = 60_000;
    const START: i64 = 1_767_225_600_000;

    /// Places in their sessions of events at these offsets.
    fn places(offsets: &[i64]) -> Vec<u32> {
        let mut sessions = Sessions::default();
        offsets
            .iter()
            .map(|offset| sessions.assign(START + offset, 7).1)
            .collect()
    }

    #[test]
    fn half_an_hour_of_silence_ends_a_session() {
        assert_eq!(places(&[0, 30 * MINUTE - 1000]), [1, 2]);
        assert_eq!(places(&[0, 30 * MINUTE]), [1, 1]);
        assert_eq!(
            places(&[0, 29 * MINUTE, 58 * MINUTE, 89 * MINUTE]),
            [1, 2, 3, 1]
        );
    }

    #[test]
    fn a_late_event_stays_and_does_not_shorten_the_session() {
        assert_eq!(
            places(&[0, 20 * MINUTE, 5 * MINUTE, 49 * MINUTE]),
            [1, 2, 3, 4]
        );
    }

    #[test]
    fn a_clock_set_back_begins_a_session_that_then_goes_on() {
        assert_eq!(
            places(&[0, -600 * MINUTE, -599 * MINUTE, -598 * MINUTE]),
            [1, 1, 2, 3]
        );
    }

    #[test]
    fn an_id_is_sixteen_digits_and_differs_by_seed() {
        let one = Sessions::default().assign(START, 1).0;
        let other = Sessions::default().assign(START, 2).0;
        assert_ne!(one, other);
        assert_eq!(one.to_string().len(), 16);
    }

    #[test]
    fn two_pages_agree_on_the_visit_that_began_first() {
        let (mut one, mut two) = (Sessions::default(), Sessions::default());
        let first = one.assign(START, 1).0;
        let second = two.assign(START + 5, 2).0;
        one.agree(Visit::new(second, START + 5, 1));
        two.agree(Visit::new(first, START, 1));
        assert_eq!(one.assign(START + 9, 1), (first, 2));
        assert_eq!(two.assign(START + 9, 2), (first, 2));
        // A visit that is over says nothing, and one that began since is the visit.
        one.agree(Visit::new(second, START - 100 * MINUTE, 9));
        assert_eq!(one.at(START + MINUTE), Some(first));
        let later = Sessions::default().assign(START + 100 * MINUTE, 3).0;
        one.agree(Visit::new(later, START + 100 * MINUTE, 4));
        assert_eq!(one.assign(START + 101 * MINUTE, 1), (later, 5));
    }

    /// A view of a page that says these of channel and campaign.
    fn said(channel: &str, campaign: &str) -> Marks {
        let mut event = Event::about(Kind::PageViewed, START, [""; 0]);
        for (field, text) in [(Field::Channel, channel), (Field::Campaign, campaign)] {
            if !text.is_empty() {
                event.fields.push((field, Scalar::Text(text.into())));
            }
        }
        event.marks()
    }

    #[test]
    fn a_new_campaign_begins_a_visit_and_a_direct_return_does_not() {
        let mut sessions = Sessions::default();
        let mut come = |minutes, channel, campaign| {
            let (session, place) =
                sessions.come(START + minutes * MINUTE, 7, said(channel, campaign));
            (session, place)
        };
        let (first, _) = come(0, "email", "spring");
        assert_eq!(come(1, "", ""), (first, 2));
        assert_eq!(come(2, "Email", " spring"), (first, 3), "the same words");
        assert_eq!(come(3, "direct", ""), (first, 4));
        let (second, place) = come(4, "email", "summer");
        assert!(second > first && place == 1);
        assert_eq!(come(5, "", ""), (second, 2));
        let (third, _) = come(6, "paid_search", "summer");
        assert!(third > second);
        // At once, too: the shopper clicked on two advertisements.
        let (fourth, _) = come(6, "social", "summer");
        assert!(fourth > third);
    }

    #[test]
    fn a_landing_page_may_say_a_little_later_where_the_visit_came_from() {
        let mut sessions = Sessions::default();
        let (first, _) = sessions.come(START, 7, Marks::default());
        let late = sessions.come(START + MINUTE / 2, 7, said("", "spring"));
        assert_eq!(late, (first, 2));
        let mut sessions = Sessions::default();
        sessions.come(START, 7, Marks::default());
        let (second, place) = sessions.come(START + MINUTE, 7, said("", "spring"));
        assert!(second > first && place == 1);
        // What happened before the visit began, and is heard of late, ends nothing.
        assert_eq!(sessions.come(START, 7, said("", "autumn")), (second, 2));
    }

    #[test]
    fn two_pages_agree_on_the_visit_that_a_campaign_began() {
        let (mut one, mut two) = (Sessions::default(), Sessions::default());
        let (first, _) = one.come(START, 1, said("", "spring"));
        two.agree(one.current.unwrap());
        let (second, _) = two.come(START + 5, 2, said("", "summer"));
        assert!(second > first);
        one.agree(two.current.unwrap());
        assert_eq!(one.assign(START + 9, 1), (second, 2));
        // An event of the visit before, that a journal tells of without its campaign, brings nothing back.
        one.agree(Visit::new(first, START + 2, 2));
        assert_eq!(one.at(START + 10), Some(second));
        // Of two that opened at once the first is the visit, whatever only one of them says.
        let (mut one, mut two) = (Sessions::default(), Sessions::default());
        let (first, _) = one.come(START, 1, Marks::default());
        two.come(START + 5, 2, said("", "spring"));
        let (from_one, from_two) = (one.current.unwrap(), two.current.unwrap());
        one.agree(from_two);
        two.agree(from_one);
        assert_eq!(
            (one.at(START + 9), two.at(START + 9)),
            (Some(first), Some(first))
        );
        assert_eq!(one.current, two.current);
        assert_eq!(one.come(START + MINUTE, 1, said("", "spring")), (first, 2));
    }

    fn visits() -> impl Strategy<Value = Visit> {
        let words = (0usize..3, 0usize..3).prop_map(|(channel, campaign)| {
            said(
                ["", "email", "search"][channel],
                ["", "spring", "summer"][campaign],
            )
        });
        (
            0i64..9 * MINUTE,
            0u64..2,
            0i64..MINUTE,
            1u32..9,
            words,
            any::<[bool; 2]>(),
        )
            .prop_map(
                |(after, seed, last, sequence, marks, [parted, touched])| Visit {
                    marks,
                    parted,
                    touched,
                    ..Visit::new(
                        Session::new(START + after, seed),
                        START + after + last,
                        sequence,
                    )
                },
            )
    }

    proptest! {
        #[test]
        fn whoever_hears_of_the_other_agrees_with_them(one in visits(), two in visits()) {
            let (mut first, mut second) = (Sessions { current: Some(one) }, Sessions { current: Some(two) });
            first.agree(two);
            second.agree(one);
            prop_assert_eq!(&first, &second);
            let agreed = first.clone();
            first.agree(second.current.unwrap());
            prop_assert_eq!(first, agreed, "to hear it again changes nothing");
        }

        #[test]
        fn later_sessions_sort_after(gap in GAP_MS..GAP_MS * 1000, seed: u64) {
            let mut sessions = Sessions::default();
            let (first, _) = sessions.assign(START, seed);
            let (second, _) = sessions.assign(START + gap, seed);
            prop_assert!(first < second && first.to_string() < second.to_string());
        }
    }
}
