//! When a shopper may be asked how it was: after a delivery and after service, once for each, and rarely.
//!
//! The shop says in facts what was delivered and resolved (`deliveredOrder`, `deliveredDays`, `servedContact`,
//! `servedDays`); here is kept what was asked about and when. Of one order or contact a shopper is asked once: an answer or
//! a refusal settles it, and so does a week without either. Between two surveys lie thirty days, whatever they are about.

use super::facts::Facts;
use crate::codec::{self, Reader, put_uint};
use crate::intake::{Event, Field};
use crate::lines::join;
use crate::value::Value;

pub(super) const VERSION: u8 = 1;

const DAY_MS: i64 = 86_400_000;
/// Between the first showings of two surveys.
const APART_MS: i64 = 30 * DAY_MS;
/// How long one survey may be shown until it is answered.
const PATIENCE_MS: i64 = 7 * DAY_MS;
/// Surveys remembered.
const MOST: usize = 20;

/// What a survey is about: its name, the facts that say so, and from which day to which it is asked.
const KINDS: [(&str, &str, &str, [f64; 2]); 2] = [
    // Soon, while it is remembered.
    ("service", "servedContact", "servedDays", [0.0, 14.0]),
    // Once there was time to use what came.
    ("delivery", "deliveredOrder", "deliveredDays", [3.0, 21.0]),
];

/// A survey that may be shown now.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// `delivery` or `service`.
    pub kind: &'static str,
    /// The order or the contact, as the shop's facts name it.
    pub about: String,
    /// Days since the delivery or contact.
    pub days: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Asked {
    /// A hash of kind and order.
    about: u64,
    first: i64,
    settled: bool,
}

/// Surveys that were shown, with their outcome.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surveys(Vec<Asked>);

fn hash(kind: &str, about: &str) -> u64 {
    codec::hash(join(kind, &join(":", about)).as_bytes())
}

impl Surveys {
    /// Whether none was shown.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The survey that may be shown now.
    pub fn due(&self, facts: &Facts, now: i64) -> Option<Due> {
        KINDS.iter().find_map(|(kind, subject, age, [from, to])| {
            let days = facts.value(age)?.number()?;
            let about = match facts.value(subject)? {
                Value::Text(about) => about,
                other => other.to_json(),
            };
            let own = hash(kind, &about);
            let open = |asked: &Asked| match asked.about == own {
                true => !asked.settled && now - asked.first < PATIENCE_MS,
                false => now - asked.first >= APART_MS,
            };
            let may = (*from..=*to).contains(&days) && self.0.iter().all(open);
            may.then_some(Due { kind, about, days })
        })
    }

    /// A survey was shown, or answered or refused.
    pub(super) fn note(&mut self, kind: &str, about: &str, settled: bool, now: i64) {
        let about = hash(kind, about);
        match self.0.iter_mut().find(|asked| asked.about == about) {
            Some(asked) => {
                asked.first = asked.first.min(now);
                asked.settled |= settled;
            }
            None => {
                if self.0.len() == MOST {
                    self.0.remove(0);
                }
                self.0.push(Asked {
                    about,
                    first: now,
                    settled,
                });
            }
        }
    }

    /// Learns an answer, wherever it was given: that of an order settles the order's survey.
    pub(super) fn learn(&mut self, event: &Event) {
        if let Some(order) = event.text(Field::OrderId) {
            self.note("delivery", order, true, event.time);
        } else if let Some(last) = self.0.last_mut() {
            last.settled = true;
        }
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.0.len() as u64);
        for asked in &self.0 {
            put_uint(out, asked.about);
            put_uint(out, asked.first as u64);
            put_uint(out, asked.settled.into());
        }
    }

    pub(super) fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        for _ in 0..reader.count(3, MOST) {
            self.0.push(Asked {
                about: reader.uint(),
                first: reader.uint() as i64,
                settled: reader.uint() != 0,
            });
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Kind, Scalar};
    use proptest::prelude::*;

    fn facts(list: &[(&str, Value)]) -> Facts {
        let mut facts = Facts::default();
        for (name, value) in list {
            assert!(facts.set(name, value, 1), "{name}");
        }
        facts
    }

    fn delivered(order: &str, days: f64) -> Facts {
        facts(&[
            ("deliveredOrder", order.into()),
            ("deliveredDays", days.into()),
        ])
    }

    #[test]
    fn it_is_asked_after_some_days_and_not_for_ever() {
        let surveys = Surveys::default();
        for (days, asked) in [
            (0.0, false),
            (2.0, false),
            (3.0, true),
            (21.0, true),
            (22.0, false),
        ] {
            let due = surveys.due(&delivered("o-1", days), 0);
            assert_eq!(due.is_some(), asked, "{days}");
        }
        assert_eq!(
            surveys.due(&facts(&[("deliveredDays", 5.0.into())]), 0),
            None
        );
        let served = facts(&[("servedContact", "c-1".into()), ("servedDays", 0.0.into())]);
        assert_eq!(surveys.due(&served, 0).unwrap().kind, "service");
    }

    #[test]
    fn one_survey_for_an_order_and_one_in_thirty_days() {
        let mut surveys = Surveys::default();
        surveys.note("delivery", "o-1", false, 0);
        // Shown and not answered: it stays for a week.
        assert!(surveys.due(&delivered("o-1", 4.0), 6 * DAY_MS).is_some());
        assert!(surveys.due(&delivered("o-1", 10.0), 7 * DAY_MS).is_none());
        // Another order waits for thirty days, and so does service.
        let served = facts(&[("servedContact", "c-1".into()), ("servedDays", 1.0.into())]);
        for (now, may) in [(DAY_MS, false), (APART_MS - 1, false), (APART_MS, true)] {
            assert_eq!(
                surveys.due(&delivered("o-2", 5.0), now).is_some(),
                may,
                "{now}"
            );
            assert_eq!(surveys.due(&served, now).is_some(), may, "{now}");
        }
        // Answered is settled, for good.
        surveys.note("delivery", "o-1", true, DAY_MS);
        assert!(surveys.due(&delivered("o-1", 4.0), 2 * DAY_MS).is_none());
        assert!(surveys.due(&delivered("o-1", 4.0), 90 * DAY_MS).is_none());
    }

    #[test]
    fn an_answer_by_mail_settles_the_survey_of_its_order() {
        let mut surveys = Surveys::default();
        let mut event = Event::about(Kind::SurveyAnswered, 5, Vec::<String>::new());
        event
            .fields
            .push((Field::OrderId, Scalar::Text("o-1".into())));
        surveys.learn(&event);
        assert!(surveys.due(&delivered("o-1", 4.0), 6).is_none());
    }

    proptest! {
        #[test]
        fn never_two_orders_within_thirty_days(steps in prop::collection::vec((0u8..6, 0.0f64..30.0, 0i64..4 * DAY_MS, any::<bool>()), 1..200)) {
            let (mut surveys, mut now) = (Surveys::default(), 0);
            let mut first: Vec<(u8, i64)> = Vec::new();
            for (order, days, wait, answers) in steps {
                now += wait;
                let name = format!("o-{order}");
                let Some(due) = surveys.due(&delivered(&name, days), now) else { continue };
                surveys.note(due.kind, &due.about, answers, now);
                if !first.iter().any(|(known, _)| *known == order) {
                    first.push((order, now));
                }
            }
            for pair in first.windows(2) {
                prop_assert!(pair[1].1 - pair[0].1 >= APART_MS);
            }
            let mut bytes = Vec::new();
            surveys.encode(&mut bytes);
            let reader = &mut Reader::new(&bytes);
            let mut back = Surveys::default();
            prop_assert!(back.decode(VERSION, reader) && reader.ends());
            prop_assert_eq!(back, surveys);
        }
    }
}
