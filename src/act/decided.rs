//! Offers that were decided: what a shopper was offered stays offered, whatever the shopper does afterwards.
//!
//! A context changes with every look at an item. Were an offer worked out anew each time, looking again would be a way to
//! a higher discount, and the logged probability would be that of another moment. So an arm is kept by its key, shopper,
//! campaign and period, until the period is long over.

use crate::codec::{Reader, put_float, put_text, put_uint, seal};

const VERSION: u8 = 1;
/// Offers kept; the oldest goes first.
const MOST: usize = 32;
const KEPT_MS: i64 = 90 * 86_400_000;

/// An offer that was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// Names shopper, campaign and period.
    pub key: u64,
    /// Id of the arm.
    pub arm: String,
    /// Probability with which the arm was chosen.
    pub propensity: f64,
    /// Of the posterior.
    pub version: String,
    /// When it was decided.
    pub at: i64,
    /// Whether what is known of the shopper went into it.
    pub personal: bool,
}

/// Offers decided on this device: the same key keeps its offer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decided {
    /// Oldest first.
    all: Vec<Past>,
}

impl Decided {
    /// The offer of a key, for 90 days.
    pub fn find(&self, key: u64, now: i64) -> Option<&Past> {
        let current = |past: &&Past| past.key == key && now.saturating_sub(past.at) < KEPT_MS;
        self.all.iter().find(current)
    }

    /// Remembers an offer; the newest of a key replaces the older.
    pub fn note(&mut self, past: Past) {
        self.all
            .retain(|known| known.key != past.key && past.at.saturating_sub(known.at) < KEPT_MS);
        if self.all.len() >= MOST {
            self.all.remove(0);
        }
        self.all.push(past);
    }

    /// The stored form.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for past in &self.all {
            put_uint(&mut out, past.key);
            put_text(&mut out, &past.arm);
            put_float(&mut out, past.propensity);
            put_text(&mut out, &past.version);
            put_uint(&mut out, past.at.max(0) as u64);
            put_uint(&mut out, past.personal.into());
        }
        seal(VERSION, &out)
    }

    /// Nothing where the row is damaged.
    pub fn decode(row: &[u8]) -> Option<Decided> {
        let mut reader = Reader::open(VERSION, row);
        let mut all = Vec::new();
        while reader.has_more() && all.len() < MOST {
            all.push(Past {
                key: reader.uint(),
                arm: reader.text().into(),
                propensity: reader.float(),
                version: reader.text().into(),
                at: reader.uint() as i64,
                personal: reader.uint() == 1,
            });
        }
        reader.ends().then_some(Decided { all })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn past(key: u64, at: i64) -> Past {
        Past {
            key,
            arm: "ten".into(),
            propensity: 0.25,
            version: "2026-12-01".into(),
            at,
            personal: true,
        }
    }

    #[test]
    fn an_offer_is_found_by_its_key_until_it_is_old() {
        let mut decided = Decided::default();
        for key in 0..40 {
            decided.note(past(key, 1000 + key as i64));
        }
        assert_eq!(decided.find(7, 2000), None, "only the newest are kept");
        assert_eq!(decided.find(39, 2000), Some(&past(39, 1039)));
        assert_eq!(decided.find(39, 1039 + KEPT_MS), None);
        let read = Decided::decode(&decided.encode());
        assert_eq!(read, Some(decided));
    }

    proptest! {
        #[test]
        fn any_row_is_read_or_dropped(row: Vec<u8>) {
            let _ = Decided::decode(&row);
            let _ = Decided::decode(&seal(VERSION, &row));
        }
    }
}
