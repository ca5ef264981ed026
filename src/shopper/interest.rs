//! What a shopper leans to: categories and brands, each with a short and a long memory.
//!
//! Every event adds its weight, and all that was added halves with time: `a ← a·2^(−Δt/h) + w`, with half-lives of
//! thirty minutes and thirty days (Ding & Li, CIKM 2005, time-weighted filtering). Events may come in any order and in
//! any batching; the sums are the same.

use crate::codec::{Reader, put_float, put_text, put_uint};
use crate::shop::Model;

const SHORT_MS: f64 = 30.0 * 60e3;
const LONG_MS: f64 = 30.0 * 86_400e3;

/// How many names are kept of each kind.
const MOST: usize = 30;

/// One category or brand.
#[derive(Clone, Debug, PartialEq)]
pub struct Interest {
    pub name: String,
    /// Its number in the model now open.
    pub(crate) number: Option<u16>,
    short: f64,
    long: f64,
    at: i64,
    /// How many events it rests on.
    pub evidence: u32,
}

fn halved(value: f64, elapsed: i64, half_life: f64) -> f64 {
    value * libm::exp(-core::f64::consts::LN_2 * elapsed.max(0) as f64 / half_life)
}

impl Interest {
    /// The two sums as of `now`, never below zero.
    pub fn at(&self, now: i64) -> (f64, f64) {
        let elapsed = now.saturating_sub(self.at);
        let both = (
            halved(self.short, elapsed, SHORT_MS),
            halved(self.long, elapsed, LONG_MS),
        );
        (both.0.max(0.0), both.1.max(0.0))
    }

    fn add(&mut self, weight: f64, time: i64) {
        // An event from before the last one has already faded by the difference.
        let (to, late) = if time > self.at {
            (time, 0)
        } else {
            (self.at, self.at.saturating_sub(time))
        };
        let elapsed = to.saturating_sub(self.at);
        self.short = halved(self.short, elapsed, SHORT_MS) + halved(weight, late, SHORT_MS);
        self.long = halved(self.long, elapsed, LONG_MS) + halved(weight, late, LONG_MS);
        self.at = to;
        self.evidence = self.evidence.saturating_add(1);
    }
}

/// All categories, or all brands; at most thirty, the faintest makes room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interests(Vec<Interest>);

impl Interests {
    pub(super) fn add(&mut self, name: &str, number: Option<u16>, weight: f64, time: i64) {
        let at = match self.0.iter().position(|interest| interest.name == name) {
            Some(at) => at,
            None => {
                if self.0.len() == MOST {
                    let faintest =
                        |a: &&Interest, b: &&Interest| a.at(time).1.total_cmp(&b.at(time).1);
                    let faintest = self
                        .0
                        .iter()
                        .min_by(faintest)
                        .map(|interest| interest.name.clone());
                    self.0
                        .retain(|interest| Some(&interest.name) != faintest.as_ref());
                }
                self.0.push(Interest {
                    name: name.into(),
                    number,
                    short: 0.0,
                    long: 0.0,
                    at: time,
                    evidence: 0,
                });
                self.0.len() - 1
            }
        };
        self.0[at].add(weight, time);
    }

    /// Strongest first, by the sum of both memories.
    pub fn ranked(&self, now: i64) -> Vec<&Interest> {
        let before = |a: &Interest, b: &Interest| {
            let strength = |interest: &Interest| {
                let (short, long) = interest.at(now);
                short + long
            };
            let order = strength(b).total_cmp(&strength(a));
            order.then_with(|| a.name.cmp(&b.name)).is_lt()
        };
        // Few enough to insert one by one: a sort would cost the page more bytes than it saves time.
        let mut ranked: Vec<&Interest> = Vec::with_capacity(self.0.len());
        for interest in &self.0 {
            let at = ranked.partition_point(|known| before(known, interest));
            ranked.insert(at, interest);
        }
        ranked
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Interest> {
        self.0.iter()
    }

    pub(super) fn resolve(&mut self, number: impl Fn(&str) -> Option<u16>) {
        for interest in &mut self.0 {
            interest.number = number(&interest.name);
        }
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.0.len() as u64);
        for interest in &self.0 {
            put_text(out, &interest.name);
            put_float(out, interest.short);
            put_float(out, interest.long);
            put_uint(out, interest.at as u64);
            put_uint(out, interest.evidence.into());
        }
    }

    pub(super) fn decode(reader: &mut Reader) -> Interests {
        let mut list = Vec::new();
        for _ in 0..reader.count(19, MOST) {
            list.push(Interest {
                name: reader.text().into(),
                number: None,
                short: reader.float(),
                long: reader.float(),
                at: reader.uint() as i64,
                evidence: reader.small(),
            });
        }
        Interests(list)
    }
}

/// The category and brand of an item, as the model says, else as the event said.
pub(super) struct Leanings {
    pub category: Option<(String, Option<u16>)>,
    pub brand: Option<(String, Option<u16>)>,
}

impl Leanings {
    pub fn of(
        model: Option<&Model>,
        item: u32,
        category: Option<&str>,
        brand: Option<&str>,
    ) -> Leanings {
        let modelled_category = model.and_then(|model| Some((model, model.category(item)?)));
        let modelled_brand = model.and_then(|model| Some((model, model.brand(item)?)));
        Leanings {
            category: match modelled_category {
                Some((model, number)) => Some((model.category_path(number), Some(number))),
                None => category.map(|name| {
                    (
                        name.into(),
                        model.and_then(|model| model.find_category(name)),
                    )
                }),
            },
            brand: match modelled_brand {
                Some((model, number)) => Some((model.brand_name(number).into(), Some(number))),
                None => {
                    brand.map(|name| (name.into(), model.and_then(|model| model.find_brand(name))))
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn three_quarters_of_an_hour_later() {
        let mut interests = Interests::default();
        interests.add("Fruit", None, 1.0, 0);
        let (short, long) = interests.0[0].at(45 * 60_000);
        assert!((short - 0.353_553).abs() < 1e-6);
        assert!(long > 0.999);
    }

    #[test]
    fn the_faintest_makes_room() {
        let mut interests = Interests::default();
        for n in 0..60 {
            interests.add(&format!("c{n}"), None, f64::from(n + 1), 0);
        }
        assert_eq!(interests.0.len(), MOST);
        assert_eq!(interests.ranked(0)[0].name, "c59");
        assert!(interests.iter().all(|interest| interest.name != "c0"));
    }

    proptest! {
        #[test]
        fn order_does_not_matter(mut events in prop::collection::vec((0i64..10_000_000_000, -5.0f64..5.0), 1..50)) {
            let now = 10_000_000_000i64;
            let fold = |events: &[(i64, f64)]| {
                let mut interests = Interests::default();
                for &(time, weight) in events { interests.add("x", None, weight, time); }
                interests.0[0].at(now)
            };
            let brute = |half: f64| events.iter().map(|&(time, weight)| weight * libm::exp2(-((now - time) as f64) / half)).sum::<f64>().max(0.0);
            let expected = (brute(SHORT_MS), brute(LONG_MS));
            let forward = fold(&events);
            events.reverse();
            let backward = fold(&events);
            for (a, b) in [(forward.0, expected.0), (forward.1, expected.1), (backward.0, expected.0), (backward.1, expected.1)] {
                prop_assert!((a - b).abs() < 1e-9, "{} {}", a, b);
            }
        }
    }
}
