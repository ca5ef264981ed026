//! The contact ledger: which action was shown when, and what came of it.
//!
//! Caps ask how often in a session, in 24 hours and in all; so for each rule the latest times are kept, as many as a cap
//! can ask for, and counts. What a shop's own sender sent (mail, SMS) is taken in by the same calls, so that a mail
//! and a banner count together. Which cap holds an action back is for [`crate::act`] to say.

use crate::codec::{Reader, put_text, put_uint};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Rules remembered; the one shown longest ago goes first.
const MOST: usize = 200;
/// Armed rules that wait to be shown.
const MOST_ARMED: usize = 32;
/// Showings of one rule whose times are kept: no cap may be higher.
pub const SHOWS: usize = 20;
/// Interruptions whose times are kept.
pub const INTERRUPTIONS: usize = 3;

pub(super) const VERSION: u8 = 1;

/// The shopper's answer to an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Response {
    /// Seen, without an answer.
    Shown,
    /// Clicked, claimed or followed.
    Accepted,
    /// Closed or refused.
    Dismissed,
}

impl Response {
    /// Names in calls.
    pub const ALL: [(&'static str, Response); 3] = [
        ("shown", Response::Shown),
        ("accepted", Response::Accepted),
        ("dismissed", Response::Dismissed),
    ];
}

/// One contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The answer.
    pub response: Response,
    /// Whether the action interrupts, and whether it is an offer.
    pub interrupts: bool,
    /// Whether the action is an offer.
    pub offer: bool,
    /// Session of the contact.
    pub session: u64,
}

/// What is remembered of one rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    rule: String,
    /// The latest showings, oldest first: time and session.
    shows: Vec<(i64, u64)>,
    /// Number of showings.
    pub shown: u32,
    /// Number of acceptances.
    pub accepted: u32,
    /// Number of dismissals.
    pub dismissed: u32,
}

impl Tally {
    /// The latest showings, oldest first: time and session.
    pub fn shows(&self) -> &[(i64, u64)] {
        &self.shows
    }

    /// The time of the latest showing.
    pub fn last(&self) -> Option<i64> {
        self.shows.last().map(|(time, _)| *time)
    }
}

/// A rule whose event has happened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Armed {
    /// Id of the rule.
    pub rule: String,
    /// Time of the event, in milliseconds since 1970.
    pub since: i64,
    /// End of the arming, in milliseconds since 1970.
    pub until: i64,
    /// The item of the event; empty where it had none.
    pub item: String,
}

/// Contacts by actions, for caps and ladders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contacts {
    tallies: Vec<Tally>,
    armed: Vec<Armed>,
    /// The latest interruptions, oldest first: time and session.
    interruptions: Vec<(i64, u64)>,
    /// The time of the latest offer; 0 where there was none.
    offer: i64,
}

impl Contacts {
    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.tallies.is_empty() && self.armed.is_empty()
    }

    /// Contacts by one rule.
    pub fn tally(&self, rule: &str) -> Option<&Tally> {
        self.tallies.iter().find(|tally| tally.rule == rule)
    }

    /// Rules whose event has happened.
    pub fn armed(&self) -> &[Armed] {
        &self.armed
    }

    /// The latest interruptions, oldest first: time and session.
    pub fn interruptions(&self) -> &[(i64, u64)] {
        &self.interruptions
    }

    /// When the latest offer was shown; 0 where none was.
    pub fn last_offer(&self) -> i64 {
        self.offer
    }

    /// The rule's event has happened. An armed rule keeps its first time, so that no repetition prolongs a deadline.
    pub fn arm(&mut self, rule: &str, item: &str, until: i64, now: i64) {
        self.armed.retain(|armed| armed.until > now);
        if self.armed.iter().any(|armed| armed.rule == rule) {
            return;
        }
        if self.armed.len() == MOST_ARMED {
            self.armed.remove(0);
        }
        self.armed.push(Armed {
            rule: rule.into(),
            since: now,
            until,
            item: item.into(),
        });
    }

    /// What a rule was armed for no longer holds.
    pub fn disarm(&mut self, rule: &str) {
        self.armed.retain(|armed| armed.rule != rule);
    }

    /// An action of a rule was shown, or answered.
    pub fn record(&mut self, rule: &str, contact: Contact, now: i64) {
        let Contact {
            response, session, ..
        } = contact;
        let at = match self.tallies.iter().position(|tally| tally.rule == rule) {
            Some(at) => at,
            None => {
                if self.tallies.len() == MOST {
                    let oldest = (0..MOST).min_by_key(|at| self.tallies[*at].last());
                    self.tallies.remove(oldest.unwrap_or(0));
                }
                self.tallies.push(Tally {
                    rule: rule.into(),
                    ..Tally::default()
                });
                self.tallies.len() - 1
            }
        };
        let tally = &mut self.tallies[at];
        match response {
            Response::Shown => {
                tally.shown = tally.shown.saturating_add(1);
                push(&mut tally.shows, (now, session), SHOWS);
                if contact.interrupts {
                    push(&mut self.interruptions, (now, session), INTERRUPTIONS);
                }
                if contact.offer {
                    self.offer = self.offer.max(now);
                }
            }
            Response::Accepted => tally.accepted = tally.accepted.saturating_add(1),
            Response::Dismissed => tally.dismissed = tally.dismissed.saturating_add(1),
        }
        if response != Response::Shown {
            self.disarm(rule);
        }
    }

    /// Contacts in the last 24 hours, of any rule.
    pub fn recent(&self, now: i64) -> u32 {
        let shows = self.tallies.iter().flat_map(|tally| &tally.shows);
        shows.filter(|(time, _)| now - time < DAY_MS).count() as u32
    }

    /// What is kept on the device.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let pairs = |out: &mut Vec<u8>, pairs: &[(i64, u64)]| {
            put_uint(out, pairs.len() as u64);
            for (time, session) in pairs {
                put_uint(out, *time as u64);
                put_uint(out, *session);
            }
        };
        put_uint(out, self.tallies.len() as u64);
        for tally in &self.tallies {
            put_text(out, &tally.rule);
            pairs(out, &tally.shows);
            for count in [tally.shown, tally.accepted, tally.dismissed] {
                put_uint(out, count.into());
            }
        }
        put_uint(out, self.armed.len() as u64);
        for armed in &self.armed {
            put_text(out, &armed.rule);
            put_uint(out, armed.since as u64);
            put_uint(out, armed.until as u64);
            put_text(out, &armed.item);
        }
        pairs(out, &self.interruptions);
        put_uint(out, self.offer as u64);
    }

    /// Reads what [`Contacts::encode`] of a version wrote; whether this one knows it.
    pub(super) fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        fn pairs(reader: &mut Reader, most: usize) -> Vec<(i64, u64)> {
            let count = reader.count(2, most);
            (0..count)
                .map(|_| (reader.uint() as i64, reader.uint()))
                .collect()
        }
        if version != VERSION {
            return false;
        }
        for _ in 0..reader.count(5, MOST) {
            self.tallies.push(Tally {
                rule: reader.text().into(),
                shows: pairs(reader, SHOWS),
                shown: reader.small(),
                accepted: reader.small(),
                dismissed: reader.small(),
            });
        }
        for _ in 0..reader.count(4, MOST_ARMED) {
            self.armed.push(Armed {
                rule: reader.text().into(),
                since: reader.uint() as i64,
                until: reader.uint() as i64,
                item: reader.text().into(),
            });
        }
        self.interruptions = pairs(reader, INTERRUPTIONS);
        self.offer = reader.uint() as i64;
        true
    }
}

/// Appends, and drops the oldest beyond `most`.
fn push(list: &mut Vec<(i64, u64)>, entry: (i64, u64), most: usize) {
    if list.len() == most {
        list.remove(0);
    }
    list.push(entry);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn contact(response: Response, session: u64) -> Contact {
        Contact {
            response,
            interrupts: session.is_multiple_of(2),
            offer: session.is_multiple_of(3),
            session,
        }
    }

    proptest! {
        #[test]
        fn contacts_come_back_from_storage(steps in prop::collection::vec((0u8..4, 0u8..40, 0i64..1_000_000), 0..300)) {
            let mut contacts = Contacts::default();
            let mut now = 1_790_000_000_000;
            for (what, rule, wait) in steps {
                now += wait;
                let id = format!("rule-{rule}");
                match what {
                    3 => contacts.arm(&id, "item", now + 5_000_000, now),
                    what => contacts.record(&id, contact(Response::ALL[usize::from(what)].1, rule.into()), now),
                }
            }
            let mut bytes = Vec::new();
            contacts.encode(&mut bytes);
            let reader = &mut Reader::new(&bytes);
            let mut back = Contacts::default();
            prop_assert!(back.decode(VERSION, reader) && reader.ends());
            prop_assert_eq!(back, contacts);
            prop_assert!(bytes.len() < 24 * 1024);
        }

        #[test]
        fn damaged_contacts_are_noticed(bytes: Vec<u8>) {
            let reader = &mut Reader::new(&bytes);
            let mut contacts = Contacts::default();
            contacts.decode(VERSION, reader);
            if reader.ends() {
                let mut again = Vec::new();
                contacts.encode(&mut again);
                prop_assert!(again.len() <= bytes.len());
            }
        }
    }

    #[test]
    fn an_armed_rule_keeps_its_first_deadline() {
        let mut contacts = Contacts::default();
        contacts.arm("a", "tv", 100, 0);
        contacts.arm("a", "radio", 150, 50);
        assert_eq!(
            (contacts.armed()[0].until, contacts.armed()[0].item.as_str()),
            (100, "tv")
        );
        contacts.arm("a", "radio", 250, 150);
        assert_eq!(contacts.armed()[0].until, 250);
    }
}
