//! Caps: how often an action may be shown, of its own and of all together.
//!
//! Times are exact, not buckets: a cap of two a day means that no 24 hours hold more than two.

use super::rule::{Caps, Kind, Rule};
use crate::shopper::profile::contacts::{Contacts, INTERRUPTIONS};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Milliseconds between two interruptions.
pub const INTERRUPTION_GAP_MS: i64 = 30_000;

/// The cap that holds a rule back, if one does.
pub fn capped(rule: &Rule, contacts: &Contacts, session: u64, now: i64) -> Option<&'static str> {
    let tally = contacts.tally(&rule.id);
    let shows = tally.map_or(&[][..], |tally| tally.shows());
    let Caps {
        session: visit,
        day,
        total,
    } = rule.caps;
    let count =
        |test: &dyn Fn(&(i64, u64)) -> bool| shows.iter().filter(|show| test(show)).count() as u32;
    if visit.is_some_and(|cap| count(&|(_, of)| *of == session) >= cap) {
        return Some("caps.session");
    }
    if day.is_some_and(|cap| count(&|(time, _)| now - time < DAY_MS) >= cap) {
        return Some("caps.day");
    }
    if total.is_some_and(|cap| tally.map_or(0, |tally| tally.shown) >= cap) {
        return Some("caps.total");
    }
    let last = shows.last().map(|(time, _)| *time);
    if rule.cooldown_ms > 0 && last.is_some_and(|last| now - last < rule.cooldown_ms) {
        return Some("cooldown_hours");
    }
    if rule.interrupts {
        let interruptions = contacts.interruptions();
        if interruptions
            .iter()
            .filter(|(_, of)| *of == session)
            .count()
            >= INTERRUPTIONS
        {
            return Some("three interruptions a session");
        }
        if interruptions
            .last()
            .is_some_and(|(time, _)| now - time < INTERRUPTION_GAP_MS)
        {
            return Some("30 seconds between interruptions");
        }
    }
    // The offer on show stays on show: only another one has to wait.
    let offer = contacts.last_offer();
    if rule.kind == Kind::Offer && offer > 0 && last != Some(offer) && now - offer < DAY_MS {
        return Some("one offer in 24 hours");
    }
    None
}
