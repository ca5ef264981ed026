//! What was seen before: the last message ids, and what happened within the last second.

use super::event::Event;
use super::field::{Field, Scalar};
use crate::codec::{Reader, hash, put_uint};

/// Message ids remembered.
const IDS: usize = 512;
/// Happenings remembered; a page does not do more in a second.
const HAPPENINGS: usize = 16;
/// Milliseconds within which the same happening counts once: tag managers fire twice.
const SAME_MS: u64 = 1000;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seen {
    /// Hashes; a ring whose oldest is at `next` once it is full. Half a hash is enough: that a new id meets one of
    /// 512 has a chance of one in eight million.
    ids: Vec<u32>,
    next: usize,
    /// What and when, newest last.
    happenings: Vec<(u64, i64)>,
}

impl Seen {
    pub fn has(&self, id: &str) -> bool {
        self.ids.contains(&(hash(id.as_bytes()) as u32))
    }

    /// Did the same happen less than a second from `time`?
    pub fn has_happened(&self, what: u64, time: i64) -> bool {
        self.happenings
            .iter()
            .any(|&(known, when)| known == what && when.abs_diff(time) < SAME_MS)
    }

    pub fn add(&mut self, id: &str, what: u64, time: i64) {
        let id = hash(id.as_bytes()) as u32;
        if self.ids.len() < IDS {
            self.ids.push(id);
        } else {
            self.ids[self.next] = id;
            self.next = (self.next + 1) % IDS;
        }
        if self.happenings.len() == HAPPENINGS {
            self.happenings.remove(0);
        }
        self.happenings.push((what, time));
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

/// What happened, without when: the kind and its products; where there are none, all its words.
pub(super) fn happening(event: &Event) -> u64 {
    let mut what = event.kind as u64;
    for product in &event.products {
        what = mix(what, product.id.as_bytes());
    }
    for (field, scalar) in &event.fields {
        // Two dialects on one page differ in what they say beside the product, but not in these.
        let tells = matches!(field, Field::ListId | Field::RequestId | Field::OrderId);
        if let Scalar::Text(text) = scalar
            && (tells || event.products.is_empty())
        {
            what = mix(what ^ *field as u64, text.as_bytes());
        }
    }
    what
}

fn mix(what: u64, bytes: &[u8]) -> u64 {
    (what ^ hash(bytes))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(29)
}
