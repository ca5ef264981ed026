//! The portrait as the page and its shopper may read it.

use serde::{Serialize, Serializer};

use super::{Interests, Kept, Shopper};

/// A key or name and what is known of it, by list: time; quantity; time and number of orders; short memory, long memory
/// and number of events. What a list does not have is 0.
pub type About<'a> = (&'a str, f64, f64, f64);

/// What is known of a shopper; times are milliseconds since 1970. Serialised as a list: the page names the fields.
#[derive(Debug)]
pub struct Portrait<'a> {
    /// Viewed, newest first; in the cart; bought, newest first; categories and brands, strongest first; of items that the page
    /// called by a name, on lines the key and the name.
    pub lists: [Vec<About<'a>>; 6],
    /// How many events were taken in.
    pub events: u32,
}

impl Serialize for Portrait<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (&self.lists, self.events).serialize(to)
    }
}

fn kept(list: &[Kept], backwards: bool) -> Vec<About<'_>> {
    let mut lines = Vec::new();
    for n in 0..list.len() {
        let kept = &list[if backwards { list.len() - 1 - n } else { n }];
        let (time, count) = (kept.time as f64, kept.count.into());
        lines.push((kept.key.as_str(), time, count, 0.0));
    }
    lines
}

fn named(interests: &Interests, now: i64) -> Vec<About<'_>> {
    let mut lines = Vec::new();
    for interest in &interests.ranked(now) {
        let (short, long) = interest.at(now);
        let evidence = interest.evidence.into();
        lines.push((interest.name.as_str(), short, long, evidence));
    }
    lines
}

impl Shopper {
    /// Everything remembered, as of now.
    pub fn portrait(&self, now: i64) -> Portrait<'_> {
        Portrait {
            lists: [
                kept(&self.recent, true),
                kept(&self.cart, false),
                kept(&self.bought, true),
                named(&self.categories, now),
                named(&self.brands, now),
                kept(&self.names, false),
            ],
            events: self.events,
        }
    }
}
