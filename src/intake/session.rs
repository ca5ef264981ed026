//! Visits: a session ends after half an hour without an event.
//!
//! One rule for the page and for the trainer, so that what is learned is cut as what is predicted. A session does not
//! end at midnight, nor on a new campaign.

use core::fmt;

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
    pub(super) current: Option<Current>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Current {
    pub session: Session,
    /// Time of the newest event.
    pub last: i64,
    pub sequence: u32,
}

impl Sessions {
    /// The session that an event at `time` belongs to, and its place there from 1. `seed` makes the ids of a device
    /// its own; it matters only where a session begins.
    ///
    /// A gap is measured both ways: a clock that was set back by more than the gap begins a new session too, or the
    /// old one would last until the clock has caught up. An event slightly late stays where it arrived.
    pub fn assign(&mut self, time: i64, seed: u64) -> (Session, u32) {
        match &mut self.current {
            Some(current) if time.abs_diff(current.last) < GAP_MS as u64 => {
                current.last = current.last.max(time);
                current.sequence = current.sequence.saturating_add(1);
                (current.session, current.sequence)
            }
            _ => {
                let session = Session::new(time, seed);
                self.current = Some(Current {
                    session,
                    last: time,
                    sequence: 1,
                });
                (session, 1)
            }
        }
    }

    /// Takes over what another page of the same shopper says of its session: of two that are under way at once, the
    /// one that began first is the visit, and its events count in both; else the later one is.
    pub fn agree(&mut self, session: Session, last: i64, sequence: u32) {
        match &mut self.current {
            Some(current) if last.abs_diff(current.last) < GAP_MS as u64 => {
                current.session = current.session.min(session);
                current.last = current.last.max(last);
                current.sequence = current.sequence.max(sequence);
            }
            Some(current) if current.last > last => {}
            _ => {
                self.current = Some(Current {
                    session,
                    last,
                    sequence,
                });
            }
        }
    }

    /// The session under way, if an event at `now` would still belong to it.
    pub fn at(&self, now: i64) -> Option<Session> {
        let current = self.current.as_ref()?;
        (now.abs_diff(current.last) < GAP_MS as u64).then_some(current.session)
    }
}

#[cfg(test)]
mod tests {
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
        one.agree(second, START + 5, 1);
        two.agree(first, START, 1);
        assert_eq!(one.assign(START + 9, 1), (first, 2));
        assert_eq!(two.assign(START + 9, 2), (first, 2));
        // A visit that is over says nothing, and one that began since is the visit.
        one.agree(second, START - 100 * MINUTE, 9);
        assert_eq!(one.at(START + MINUTE), Some(first));
        let later = Sessions::default().assign(START + 100 * MINUTE, 3).0;
        one.agree(later, START + 100 * MINUTE, 4);
        assert_eq!(one.assign(START + 101 * MINUTE, 1), (later, 5));
    }

    proptest! {
        #[test]
        fn later_sessions_sort_after(gap in GAP_MS..GAP_MS * 1000, seed: u64) {
            let mut sessions = Sessions::default();
            let (first, _) = sessions.assign(START, seed);
            let (second, _) = sessions.assign(START + gap, seed);
            prop_assert!(first < second && first.to_string() < second.to_string());
        }
    }
}
