//! What the full edition remembers of a shopper beside what lists need: the portrait's four dimensions, as sections.
//!
//! A section is stored as number, version and bytes. Each decodes every version of its own that was ever written, so what
//! is stored migrates and is never dropped; a section that this version does not know, written by a later one, is kept as
//! it is and written again. Sections hold sums, counts and short rings, never rows without end: [`BUDGET`] holds for all.
//!
//! | file | what |
//! | --- | --- |
//! | `behaviour.rs` | categories and brands against the shop's shares |
//! | `orders.rs` | transactions: orders as sums, counts and gaps; what is cancelled was never there |

mod behaviour;
mod orders;

use crate::codec::{self, Reader, put_uint};
use crate::intake::Event;
use crate::shop::Model;
use crate::value::Value;
pub use behaviour::lift;
pub use orders::{Order, Orders, Totals};

/// What the sealed sections may take. With [`super::Shopper`]'s own budget, 64 KiB.
pub const BUDGET: usize = 30 * 1024;

/// Version of the container, not of what is in it.
const CONTAINER: u8 = 1;

/// Numbers of sections: stored, so never reuse or reorder.
const ORDERS: u8 = 1;

/// A section as it is stored.
#[derive(Clone, Debug, PartialEq)]
struct Raw {
    number: u8,
    version: u8,
    bytes: Vec<u8>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    pub orders: Orders,
    /// Sections of a later version of this crate.
    unknown: Vec<Raw>,
}

impl Profile {
    /// Folds a clean event in, after [`super::Shopper::learn`] has.
    pub fn learn(&mut self, event: &Event, _model: Option<&Model>) {
        self.orders.learn(event);
    }

    /// What is kept on the device.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut put = |number: u8, version: u8, bytes: &[u8]| {
            out.push(number);
            out.push(version);
            put_uint(&mut out, bytes.len() as u64);
            out.extend_from_slice(bytes);
        };
        let mut section = Vec::new();
        self.orders.encode(&mut section);
        put(ORDERS, orders::VERSION, &section);
        for raw in &self.unknown {
            put(raw.number, raw.version, &raw.bytes);
        }
        codec::seal(CONTAINER, &out)
    }

    /// Reads what [`Profile::encode`] of this or an earlier version wrote; `None` when it is damaged.
    pub fn decode(sealed: &[u8]) -> Option<Profile> {
        let reader = &mut Reader::open(CONTAINER, sealed);
        let mut profile = Profile::default();
        while reader.has_more() {
            let (number, version) = (reader.byte(), reader.byte());
            let length = reader.count(1, BUDGET);
            let bytes = reader.bytes(length);
            let section = &mut Reader::new(bytes);
            let known = match number {
                ORDERS => profile.orders.decode(version, section),
                _ => false,
            };
            if known {
                reader.require(section.ends());
            } else {
                profile.unknown.push(Raw {
                    number,
                    version,
                    bytes: bytes.into(),
                });
            }
        }
        reader.ends().then_some(profile)
    }

    /// The dimension `transactions` of the portrait.
    pub fn transactions(&self, now: i64) -> Value {
        let totals = self.orders.totals();
        let mean =
            |sum: f64| Value::from((totals.orders > 0).then(|| sum / f64::from(totals.orders)));
        Value::map([
            ("orders", totals.orders.into()),
            ("returns", self.orders.returns().into()),
            ("spent", totals.value.into()),
            ("average", mean(totals.value)),
            ("items", mean(totals.items)),
            ("discount", mean(totals.discount)),
            ("coupons", totals.coupons.into()),
            ("first", totals.first().into()),
            ("last", totals.last().into()),
            ("gap", totals.mean_gap().into()),
            ("gapSpread", totals.gap_deviation().into()),
            ("confidence", confidence(totals.orders).into()),
            (
                "days",
                totals
                    .last()
                    .map(|last| (now.saturating_sub(last)) as f64 / 86_400e3)
                    .into(),
            ),
        ])
    }
}

/// How much may be built on so many events: n / (n + 5), as the recommender's own trust in a history grows.
pub fn confidence(evidence: u32) -> f64 {
    f64::from(evidence) / (f64::from(evidence) + 5.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::Kind;
    use proptest::prelude::*;

    #[test]
    fn what_a_later_version_stored_outlives_this_one() {
        let mut out = Vec::new();
        for (number, version) in [(200u8, 1u8), (ORDERS, 250)] {
            out.extend_from_slice(&[number, version]);
            put_uint(&mut out, 3);
            out.extend_from_slice(b"new");
        }
        let stored = codec::seal(CONTAINER, &out);
        let mut profile = Profile::decode(&stored).unwrap();
        profile.learn(&Event::about(Kind::OrderCompleted, 5, ["a"]), None);
        let back = Profile::decode(&profile.encode()).unwrap();
        assert_eq!(back.unknown, profile.unknown);
        assert_eq!((back.unknown.len(), back.orders.totals().orders), (2, 1));
    }

    proptest! {
        #[test]
        fn damaged_storage_is_refused(bytes: Vec<u8>) {
            let _ = Profile::decode(&codec::seal(CONTAINER, &bytes));
            prop_assert!(Profile::decode(&bytes).is_none());
        }
    }
}
