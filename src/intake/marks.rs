//! Where a visit came from, as far as telling visits apart needs it: a hash of each word, and no word.
//!
//! `direct` and `internal` name no origin, as in Google Analytics, where a direct return goes on with the
//! campaign of before; nor does `referral`, since pages of payment and of login refer back into the visit they came from.

use crate::codec::{Reader, put_uint};
use crate::name::fold;

/// A page may say where its visit came from with a later event than its first, this long after.
const LATER_MS: i64 = 30_000;

/// Channel, campaign and referrer class, half a hash each; 0 where nothing was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marks([u32; 3]);

impl Marks {
    /// Of what was said of each, if anything.
    pub fn of(said: [Option<&str>; 3]) -> Marks {
        Marks(said.map(|text| text.map_or(0, mark_of)))
    }

    /// Whether a visit that began as `self` is over where this is said, `after` its beginning: another word, or the
    /// first one at a time when the landing page has long been there.
    pub(super) fn end_with(self, said: Marks, after: i64) -> bool {
        let pairs = self.0.iter().zip(said.0);
        let mut told = pairs.filter(|(_, said)| *said != 0);
        told.any(|(known, said)| match *known {
            0 => after > LATER_MS,
            known => known != said,
        })
    }

    /// These, and of the others what these do not say.
    pub(super) fn or(self, others: Marks) -> Marks {
        let mut all = self;
        for (mark, other) in all.0.iter_mut().zip(others.0) {
            if *mark == 0 {
                *mark = other;
            }
        }
        all
    }

    /// As two numbers, for other tabs; the lower half of the second is left free.
    pub fn numbers(self) -> [u64; 2] {
        let [channel, campaign, referrer] = self.0.map(u64::from);
        [channel << 32 | campaign, referrer << 32]
    }

    /// The reverse of [`Marks::numbers`].
    pub fn from_numbers([first, second]: [u64; 2]) -> Marks {
        Marks([(first >> 32) as u32, first as u32, (second >> 32) as u32])
    }

    pub(super) fn encode(self, out: &mut Vec<u8>) {
        for mark in self.0 {
            put_uint(out, mark.into());
        }
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Marks {
        Marks([reader.small(), reader.small(), reader.small()])
    }
}

/// Letter case and separators make no difference.
fn mark_of(text: &str) -> u32 {
    const NONE: [u32; 8] = [
        fold(""),
        fold("direct"),
        fold("(direct)"),
        fold("internal"),
        fold("referral"),
        fold("none"),
        fold("(none)"),
        fold("(not set)"),
    ];
    let mark = fold(text);
    if NONE.contains(&mark) { 0 } else { mark }
}
