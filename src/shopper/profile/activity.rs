//! Activity: visits, days, what is searched for, and where visits come from.
//!
//! A search teaches: what it asks for fades as interests do, and the category that most of what it finds belongs to counts
//! as an interest (see [`Shopper::deepen`](crate::shopper::Shopper::deepen)).

use super::confidence;
use crate::codec::{Reader, put_text, put_uint};
use crate::intake::{Event, Field, Kind};
use crate::shopper::Interests;
use crate::value::Value;

pub(super) const VERSION: u8 = 1;

const DAY_MS: i64 = 86_400_000;
/// Sources of visits kept; the one that came longest ago makes room.
const CHANNELS: usize = 8;
/// Bytes of a search that is kept: longer ones are pasted.
const SEARCH: usize = 60;

#[derive(Clone, Debug, Default, PartialEq)]
struct Channel {
    name: String,
    visits: u32,
    last: i64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Activity {
    /// The visit counted last; visits are told apart by it.
    session: u64,
    visits: u32,
    /// Days with an event, and the last of them.
    days: u32,
    day: i64,
    first: i64,
    last: i64,
    searches: Interests,
    channels: Vec<Channel>,
}

impl Activity {
    pub(super) fn learn(&mut self, event: &Event) {
        let new = event.session.0 != self.session && event.time >= self.last;
        if self.visits == 0 || new {
            self.session = event.session.0;
            self.visits = self.visits.saturating_add(1);
            if let Some(name) = event.text(Field::Channel) {
                self.arrive(name, event.time);
            }
        }
        let day = event.time.div_euclid(DAY_MS);
        if self.days == 0 || day > self.day {
            self.days = self.days.saturating_add(1);
            self.day = day;
        }
        self.first = if self.first == 0 {
            event.time
        } else {
            self.first.min(event.time)
        };
        self.last = self.last.max(event.time);
        if event.kind == Kind::ProductsSearched
            && let Some(query) = event.text(Field::Query)
        {
            let query = query.trim().to_lowercase();
            if !query.is_empty() && query.len() <= SEARCH {
                self.searches.add(query, 1.0, event.time);
            }
        }
    }

    fn arrive(&mut self, name: &str, time: i64) {
        match self.channels.iter_mut().find(|known| known.name == name) {
            Some(known) => {
                known.visits = known.visits.saturating_add(1);
                known.last = known.last.max(time);
            }
            None => {
                if self.channels.len() == CHANNELS {
                    let oldest = (0..CHANNELS).min_by_key(|n| self.channels[*n].last);
                    self.channels.remove(oldest.unwrap_or(0));
                }
                self.channels.push(Channel {
                    name: name.into(),
                    visits: 1,
                    last: time,
                });
            }
        }
    }

    pub(super) fn retain_searches(&mut self, passes: impl Fn(&str) -> bool) {
        self.searches.retain(passes);
    }

    pub fn visits(&self) -> u32 {
        self.visits
    }

    pub fn days(&self) -> u32 {
        self.days
    }

    /// What the portrait's behaviour says beside interests.
    pub(super) fn answer(&self, now: i64) -> [(&'static str, Value); 6] {
        let search = |interest: &&crate::shopper::Interest| {
            let (short, long) = interest.at(now);
            Value::map([
                ("name", interest.name.as_str().into()),
                ("short", short.into()),
                ("long", long.into()),
                ("evidence", interest.evidence.into()),
                ("last", interest.last().into()),
                ("confidence", confidence(interest.evidence).into()),
            ])
        };
        let channel = |channel: &Channel| {
            Value::map([
                ("name", channel.name.as_str().into()),
                ("visits", channel.visits.into()),
                ("last", channel.last.into()),
            ])
        };
        let known = self.visits > 0;
        [
            ("visits", self.visits.into()),
            ("days", self.days.into()),
            ("first", known.then_some(self.first).into()),
            ("last", known.then_some(self.last).into()),
            (
                "searches",
                Value::List(self.searches.ranked(now).iter().map(search).collect()),
            ),
            (
                "channels",
                Value::List(self.channels.iter().map(channel).collect()),
            ),
        ]
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.session);
        put_uint(out, self.visits.into());
        put_uint(out, self.days.into());
        for time in [self.day, self.first, self.last] {
            put_uint(out, time as u64);
        }
        self.searches.encode(out);
        put_uint(out, self.channels.len() as u64);
        for channel in &self.channels {
            put_text(out, &channel.name);
            put_uint(out, channel.visits.into());
            put_uint(out, channel.last as u64);
        }
    }

    pub(super) fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        self.session = reader.uint();
        self.visits = reader.small();
        self.days = reader.small();
        for time in [&mut self.day, &mut self.first, &mut self.last] {
            *time = reader.uint() as i64;
        }
        self.searches.decode(reader);
        for _ in 0..reader.count(3, CHANNELS) {
            self.channels.push(Channel {
                name: reader.text().into(),
                visits: reader.small(),
                last: reader.uint() as i64,
            });
        }
        true
    }
}
