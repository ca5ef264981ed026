//! The portrait as the page and its shopper may read it.

use serde::{Serialize, Serializer};

use super::{Interests, Kept, Shopper};

/// A key or name and what is known of it, by list: time; quantity; time and number of orders; short memory, long memory
/// and number of events. What a list does not have is 0.
pub type About<'a> = (&'a str, f64, f64, f64);

/// What is known of a shopper; times are milliseconds since 1970. Serialised as a list: the page names the fields.
#[derive(Debug)]
pub struct Portrait<'a> {
    /// Viewed, newest first; in the cart; bought, newest first; categories and brands, strongest first.
    pub lists: [Vec<About<'a>>; 5],
    /// How many events were taken in.
    pub events: u32,
}

impl Serialize for Portrait<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (&self.lists, self.events).serialize(to)
    }
}

fn kept(list: &[Kept]) -> Vec<About<'_>> {
    list.iter()
        .map(|kept| (kept.key.as_str(), kept.time as f64, kept.count.into(), 0.0))
        .collect()
}

fn named(interests: &Interests, now: i64) -> Vec<About<'_>> {
    let ranked = interests.ranked(now).into_iter();
    ranked
        .map(|interest| {
            let (short, long) = interest.at(now);
            (
                interest.name.as_str(),
                short,
                long,
                interest.evidence.into(),
            )
        })
        .collect()
}

impl Shopper {
    pub fn portrait(&self, now: i64) -> Portrait<'_> {
        let mut lists = [
            kept(&self.recent),
            kept(&self.cart),
            kept(&self.bought),
            named(&self.categories, now),
            named(&self.brands, now),
        ];
        lists[0].reverse();
        lists[2].reverse();
        Portrait {
            lists,
            events: self.events,
        }
    }
}
