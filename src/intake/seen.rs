//! Duplicate detection: the last message ids, orders, and events within the last second.
//!
//! Two events are the same where all that was said of them is the same. Two tag managers on one page may report one
//! event in two dialects, of which one says more: there only what both say is compared.

use super::event::{Event, Product};
use super::field::{Field, Scalar};
use super::kind::Kind;
use crate::codec::{Reader, hash, put_uint};

/// Message ids remembered.
const IDS: usize = 512;
/// Happenings remembered; a page does not do more in a second.
const HAPPENINGS: usize = 16;
/// Milliseconds within which the same happening counts once: tag managers fire twice.
const SAME_MS: u64 = 1000;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seen {
    /// Hashes of message ids and of products of orders; a ring whose oldest is at `next` once it is full. Half a hash is
    /// enough: that a new id meets one of 512 has a chance of one in eight million.
    ids: Vec<u32>,
    next: usize,
    /// What and when, newest last.
    happenings: Vec<(Happening, i64)>,
}

/// What happened, without when.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Happening {
    /// The event's name as the page wrote it, folded: tells one dialect from another.
    name: u32,
    /// The kind and its products.
    what: u64,
    /// A hash of every other property, under its product's place and its number.
    words: Vec<(u32, u64)>,
}

impl Seen {
    pub fn has(&self, id: &str) -> bool {
        self.ids.contains(&(hash(id.as_bytes()) as u32))
    }

    /// Did the same happen less than a second from `time`?
    pub fn has_happened(&self, what: &Happening, time: i64) -> bool {
        self.happenings
            .iter()
            .any(|(known, when)| when.abs_diff(time) < SAME_MS && known.is(what))
    }

    /// Remembers an id.
    pub fn note(&mut self, id: &str) {
        self.keep(hash(id.as_bytes()) as u32);
    }

    fn keep(&mut self, id: u32) {
        if self.ids.contains(&id) {
            return;
        }
        if self.ids.len() < IDS {
            self.ids.push(id);
        } else {
            self.ids[self.next] = id;
            self.next = (self.next + 1) % IDS;
        }
    }

    /// Takes over what another page has seen, as older than what this one has.
    pub fn absorb(&mut self, mut older: Seen) {
        let count = self.ids.len();
        for n in 0..count {
            older.keep(self.ids[(self.next + n) % count]);
        }
        older.happenings = core::mem::take(&mut self.happenings);
        *self = older;
    }

    /// Leaves out the products that were reported with the same order before, under whatever message id: a thank-you
    /// page is loaded again, days later too. False where nothing is left of an order.
    pub fn renew(&self, event: &mut Event) -> bool {
        let Some(order) = order(event) else {
            return true;
        };
        let known = |id: &str| self.ids.contains(&ordered(order, id));
        event.products.retain(|product| !known(&product.id));
        !event.products.is_empty()
    }

    pub fn add(&mut self, event: &Event, what: Happening) {
        self.note(&event.id);
        if let Some(order) = order(event) {
            for product in &event.products {
                self.keep(ordered(order, &product.id));
            }
        }
        if self.happenings.len() == HAPPENINGS {
            self.happenings.remove(0);
        }
        self.happenings.push((what, event.time));
    }

    /// Appends the ids, oldest first. Happenings are not kept: a page takes more than a second to load.
    pub fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.ids.len() as u64);
        let count = self.ids.len();
        for n in 0..count {
            put_uint(out, self.ids[(self.next + n) % count].into());
        }
    }

    /// Reads the ids into what has seen nothing yet.
    pub fn decode(&mut self, reader: &mut Reader<'_>) {
        for _ in 0..reader.count(1, IDS) {
            self.ids.push(reader.small());
        }
    }
}

/// The hash of an order's number.
fn order(event: &Event) -> Option<u64> {
    let number = event.text(Field::OrderId)?;
    (event.kind == Kind::OrderCompleted).then(|| hash(number.as_bytes()))
}

/// What stands for a product of an order among the ids.
fn ordered(order: u64, product: &str) -> u32 {
    mix(order, hash(product.as_bytes())) as u32
}

impl Happening {
    /// Of an event that a page reported under this folded name, or the engine itself, under 0.
    pub fn of(event: &Event, name: u32) -> Happening {
        let mut happening = Happening {
            name,
            what: event.kind as u64,
            words: Vec::new(),
        };
        happening.say(0, &event.fields);
        for (product, place) in event.products.iter().zip(1..) {
            happening.what = mix(happening.what, hash(product.id.as_bytes()));
            happening.describe(place, product);
        }
        happening
    }

    fn describe(&mut self, place: u32, product: &Product) {
        for (field, text) in [
            (Field::Category, &product.category),
            (Field::Brand, &product.brand),
        ] {
            if let Some(text) = text {
                self.word(place, field, hash(text.as_bytes()));
            }
        }
        if let Some(price) = product.price {
            self.word(place, Field::Price, price.to_bits());
        }
        // One where it was not said.
        if product.quantity != 1 {
            self.word(place, Field::Quantity, product.quantity.into());
        }
        self.say(place, &product.fields);
    }

    fn say(&mut self, place: u32, fields: &[(Field, Scalar)]) {
        for (field, scalar) in fields {
            let value = match scalar {
                Scalar::Text(text) => hash(text.as_bytes()),
                Scalar::Amount(amount) => amount.to_bits(),
                Scalar::Count(count) => (*count).into(),
            };
            self.word(place, *field, value);
        }
    }

    fn word(&mut self, place: u32, field: Field, value: u64) {
        self.words.push((place << 8 | field as u32, value));
    }

    /// Are both the same event? In one dialect all must be said alike; of two, nothing differently.
    fn is(&self, other: &Happening) -> bool {
        let same = |one: &Happening, other: &Happening| {
            one.words.iter().all(|&(key, value)| {
                let mut said = other.words.iter().filter(|word| word.0 == key);
                said.next()
                    .map_or(one.name != other.name, |word| word.1 == value)
            })
        };
        self.what == other.what && same(self, other) && same(other, self)
    }
}

fn mix(what: u64, with: u64) -> u64 {
    (what ^ with)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(29)
}
