//! Deletions by the shopper, which hold for 180 days.
//!
//! Only a hash of what it was is kept, since a list of what is not to be remembered would be a memory of it.

use crate::codec::{Reader, hash, put_uint};

pub(super) const VERSION: u8 = 1;

/// How long what was deleted is not learned again.
const STAYS_MS: i64 = 180 * 86_400_000;
/// How many are kept; the one that ends first makes room.
const MOST: usize = 200;

/// What can be deleted. The number is part of a stored hash: never reuse or reorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum What {
    /// A tag.
    Tag = 1,
    /// An interest in a category.
    Category,
    /// An interest in a brand.
    Brand,
    /// A viewed item.
    Item,
    /// A search.
    Search,
    /// A fact of the shop.
    Fact,
    /// That a category or brand was wished for; what is inferred of it stays.
    Wish,
}

const NAMES: [(&str, What); 6] = [
    ("tag", What::Tag),
    ("category", What::Category),
    ("brand", What::Brand),
    ("item", What::Item),
    ("search", What::Search),
    ("fact", What::Fact),
];

impl What {
    /// The kind of a name.
    pub fn named(name: &str) -> Option<What> {
        let found = NAMES.iter().find(|row| row.0 == name);
        found.map(|row| row.1)
    }

    /// What is stored under this number.
    pub(super) fn from_number(number: u64) -> Option<What> {
        let found = NAMES.iter().find(|row| row.1 as u64 == number);
        found.map(|row| row.1)
    }
}

/// Deletions by the shopper, which later learning respects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Erased {
    /// Hash, and until when.
    list: Vec<(u64, i64)>,
}

fn mark(what: What, name: &str) -> u64 {
    hash(name.as_bytes()) ^ (what as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Erased {
    /// Remembers a deletion.
    pub fn add(&mut self, what: What, name: &str, now: i64) {
        let (mark, until) = (mark(what, name), now.saturating_add(STAYS_MS));
        match self.list.iter_mut().find(|known| known.0 == mark) {
            Some(known) => known.1 = known.1.max(until),
            None => {
                self.list.push((mark, until));
                self.list.sort_unstable_by_key(|known| (known.1, known.0));
                if self.list.len() > MOST {
                    self.list.remove(0);
                }
            }
        }
    }

    /// Whether a deletion holds now.
    pub fn has(&self, what: What, name: &str, now: i64) -> bool {
        !self.list.is_empty() && {
            let mark = mark(what, name);
            self.list
                .iter()
                .any(|known| known.0 == mark && now < known.1)
        }
    }

    /// When it was deleted last; before all time where it was not.
    pub fn since(&self, what: What, name: &str) -> i64 {
        let mark = mark(what, name);
        let found = self.list.iter().find(|known| known.0 == mark);
        found.map_or(i64::MIN, |known| known.1.saturating_sub(STAYS_MS))
    }

    /// Takes over what another device deleted, the longer of both; those that last longest where there are too many.
    pub(in crate::shopper) fn join(&mut self, other: &Erased) {
        for (mark, until) in &other.list {
            match self.list.iter_mut().find(|known| known.0 == *mark) {
                Some(known) => known.1 = known.1.max(*until),
                None => self.list.push((*mark, *until)),
            }
        }
        self.list.sort_unstable_by_key(|known| (known.1, known.0));
        let more = self.list.len().saturating_sub(MOST);
        self.list.drain(..more);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.list.len() as u64);
        for (mark, until) in &self.list {
            put_uint(out, *mark);
            put_uint(out, *until as u64);
        }
    }

    pub(super) fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        for _ in 0..reader.count(2, MOST) {
            self.list.push((reader.uint(), reader.uint() as i64));
        }
        true
    }
}
