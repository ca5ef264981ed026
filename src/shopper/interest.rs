//! Interests in categories and brands, each with a short and a long memory (exponential decay).
//!
//! Every event adds its weight, and all that was added halves with time: `a ← a·2^(−Δt/h) + w`, with half-lives of
//! thirty minutes and thirty days (Ding & Li, CIKM 2005, time-weighted filtering). Events may come in any order and in
//! any batching; the sums are the same.

use crate::codec::{Reader, put_float, put_text, put_uint};
use crate::natural;

const SHORT_MS: f64 = 30.0 * 60e3;
const LONG_MS: f64 = 30.0 * 86_400e3;
#[cfg(feature = "full")]
const DECLARED_MS: f64 = 180.0 * 86_400e3;

/// How many names are kept of each kind.
const MOST: usize = 30;

/// One category or brand.
#[derive(Clone, Debug, PartialEq)]
pub struct Interest {
    /// Category path or brand.
    pub name: String,
    /// Its number in the model now open.
    pub(crate) number: Option<u16>,
    short: f64,
    long: f64,
    at: i64,
    /// How many events it rests on.
    pub evidence: u32,
    /// What the shopper declared of it, and when; the full edition keeps it in a section of its own.
    #[cfg(feature = "full")]
    declared: (f64, i64),
}

fn halved(value: f64, elapsed: i64, half_life: f64) -> f64 {
    value * natural::exp(-core::f64::consts::LN_2 * elapsed.max(0) as f64 / half_life)
}

impl Interest {
    /// The two sums as of `now`, never below zero.
    pub fn at(&self, now: i64) -> (f64, f64) {
        let elapsed = now.saturating_sub(self.at);
        let both = (
            halved(self.short, elapsed, SHORT_MS),
            halved(self.long, elapsed, LONG_MS),
        );
        #[cfg(feature = "full")]
        let both = (
            both.0,
            both.1
                + halved(
                    self.declared.0,
                    now.saturating_sub(self.declared.1),
                    DECLARED_MS,
                ),
        );
        (both.0.max(0.0), both.1.max(0.0))
    }

    /// Time of the newest event.
    pub fn last(&self) -> i64 {
        self.at
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
    /// Returns what is new, for its number: to find that, a model goes through all it has.
    pub(super) fn add(&mut self, name: String, weight: f64, time: i64) -> Option<&mut Interest> {
        let at = match self.0.iter().position(|interest| interest.name == name) {
            Some(at) => at,
            None => {
                if self.0.len() == MOST {
                    let (mut faintest, mut least) = (0, f64::INFINITY);
                    for (n, interest) in self.0.iter().enumerate() {
                        let long = interest.at(time).1;
                        if long < least {
                            (faintest, least) = (n, long);
                        }
                    }
                    self.0.remove(faintest);
                }
                self.0.push(Interest {
                    name,
                    number: None,
                    short: 0.0,
                    long: 0.0,
                    at: time,
                    evidence: 0,
                    #[cfg(feature = "full")]
                    declared: (0.0, 0),
                });
                self.0.len() - 1
            }
        };
        let interest = &mut self.0[at];
        interest.add(weight, time);
        (interest.evidence == 1).then_some(interest)
    }

    /// Lets go of those whose names do not pass.
    #[cfg(feature = "full")]
    pub(super) fn retain(&mut self, passes: impl Fn(&str) -> bool) {
        self.0.retain(|interest| passes(&interest.name));
    }

    /// Takes the stronger of both memories of each name, the strongest thirty.
    #[cfg(feature = "full")]
    pub(super) fn join(&mut self, other: &Interests) {
        // What fades alike is compared without regard to when.
        let strength =
            |interest: &Interest| libm::log2(interest.long.max(0.0)) + interest.at as f64 / LONG_MS;
        let compare = |a: &Interest, b: &Interest| {
            let by_strength = strength(a).total_cmp(&strength(b));
            by_strength
                .then(a.at.cmp(&b.at))
                .then(a.evidence.cmp(&b.evidence))
                .then(a.short.total_cmp(&b.short))
                .then(a.long.total_cmp(&b.long))
        };
        for interest in &other.0 {
            let known = self.0.iter_mut().find(|known| known.name == interest.name);
            match known {
                Some(known) if compare(known, interest).is_lt() => *known = interest.clone(),
                Some(_) => {}
                None => self.0.push(interest.clone()),
            }
        }
        self.0
            .sort_by(|a, b| compare(b, a).then_with(|| a.name.cmp(&b.name)));
        self.0.truncate(MOST);
        self.0.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// Makes an interest that many times as strong.
    #[cfg(feature = "full")]
    pub(super) fn scale(&mut self, name: &str, factor: f64, time: i64) {
        for interest in self.0.iter_mut().filter(|interest| interest.name == name) {
            interest.add(0.0, time);
            interest.evidence -= 1;
            interest.short *= factor;
            interest.long *= factor;
        }
    }

    /// Sets what was declared of an interest, new or known.
    #[cfg(feature = "full")]
    pub(super) fn declare(&mut self, name: &str, weight: f64, time: i64) {
        if !self.0.iter().any(|interest| interest.name == name) {
            self.add(name.into(), 0.0, time);
        }
        for interest in self.0.iter_mut().filter(|interest| interest.name == name) {
            interest.declared = (weight, time);
        }
    }

    /// Forgets what was declared.
    #[cfg(feature = "full")]
    pub(super) fn declared_anew(&mut self) {
        for interest in &mut self.0 {
            interest.declared = (0.0, 0);
        }
    }

    /// Undoes an [`Interests::add`]: what was added at a time and fades since is nothing together with its opposite.
    pub(super) fn take_back(&mut self, name: &str, weight: f64, time: i64) {
        if let Some(at) = self.0.iter().position(|interest| interest.name == name) {
            let interest = &mut self.0[at];
            interest.add(-weight, time);
            interest.evidence = interest.evidence.saturating_sub(2);
            if interest.evidence == 0 {
                self.0.remove(at);
            }
        }
    }

    /// Strongest first, by the sum of both memories.
    pub fn ranked(&self, now: i64) -> Vec<&Interest> {
        // Few enough to insert one by one: a sort would cost the page more bytes than it saves time.
        let mut ranked: Vec<&Interest> = Vec::new();
        let mut strengths: Vec<f64> = Vec::new();
        for interest in &self.0 {
            let (short, long) = interest.at(now);
            let strength = short + long;
            let mut at = 0;
            while at < ranked.len()
                && (strengths[at] > strength
                    || strengths[at] == strength && ranked[at].name < interest.name)
            {
                at += 1;
            }
            ranked.insert(at, interest);
            strengths.insert(at, strength);
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

    /// Reads into an empty list.
    pub(super) fn decode(&mut self, reader: &mut Reader) {
        for _ in 0..reader.count(19, MOST) {
            self.0.push(Interest {
                name: reader.text().into(),
                number: None,
                short: reader.float(),
                long: reader.float(),
                #[cfg(feature = "full")]
                declared: (0.0, 0),
                at: reader.uint() as i64,
                evidence: reader.small(),
            });
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
        interests.add("Fruit".into(), 1.0, 0);
        let (short, long) = interests.0[0].at(45 * 60_000);
        assert!((short - 0.353_553).abs() < 1e-6);
        assert!(long > 0.999);
    }

    #[test]
    fn the_faintest_makes_room() {
        let mut interests = Interests::default();
        for n in 0..60 {
            interests.add(format!("c{n}"), f64::from(n + 1), 0);
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
                for &(time, weight) in events { interests.add("x".into(), weight, time); }
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
