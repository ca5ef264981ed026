//! Several devices of one shopper: what each knows joined to what all know, in whatever order they meet.
//!
//! A join semilattice (Shapiro et al., "Conflict-free replicated data types", 2011): of an item viewed, bought or hidden
//! the latest entry counts, of an interest the stronger of the two memories, of a declared wish the later one, of a
//! deletion the longer one; lists keep their newest or strongest. So the same state joined twice, in another order or by
//! another way round gives the same, as long as no list overflows; then which of the oldest is let go may differ until the
//! next meeting. What is deleted on one device stays deleted on all: deletions travel, too.
//!
//! An interest that grew on two devices is not added up, since nobody could tell then what was counted twice: it is at
//! least as strong as on either. The cart is the shop's, facts are the CRM's, and reports, consent, visits and experiments
//! are each device's own: none of them is in it.

use super::{BOUGHT, HIDDEN, Kept, RECENT, Shopper};
use crate::codec::{self, Reader, put_uint};

const VERSION: u8 = 1;

/// Takes entries of another device over, the latest of each key, the newest `most`.
fn join(own: &mut Vec<Kept>, other: &[Kept], most: usize) {
    let rank = |kept: &Kept| (kept.time, kept.session, kept.count, kept.visits);
    for entry in other {
        match own.iter_mut().find(|known| known.key == entry.key) {
            Some(known) if rank(known) < rank(entry) => *known = entry.clone(),
            Some(_) => {}
            None => own.push(entry.clone()),
        }
    }
    own.sort_by(|a, b| (a.time, &a.key).cmp(&(b.time, &b.key)));
    let more = own.len().saturating_sub(most);
    own.drain(..more);
}

impl Shopper {
    /// Joins what another device of the shopper knows. Call [`Shopper::resolve`] next.
    pub fn join(&mut self, other: &Shopper, now: i64) {
        join(&mut self.recent, &other.recent, RECENT);
        join(&mut self.bought, &other.bought, BOUGHT);
        join(&mut self.hidden, &other.hidden, HIDDEN);
        // Whoever hid an item looked at it before, and not again.
        let hidden = &self.hidden;
        self.recent.retain(|viewed| {
            let put_away = hidden.iter().find(|kept| kept.key == viewed.key);
            put_away.is_none_or(|kept| kept.time < viewed.time)
        });
        let orders = &self.profile.orders;
        self.bought
            .retain(|bought| !orders.was_cancelled(bought.session));
        self.categories.join(&other.categories);
        self.brands.join(&other.brands);
        self.events = self.events.max(other.events);
        self.profile.erased.join(&other.profile.erased);
        self.profile.wishes.join(&other.profile.wishes);
        let erased = &self.profile.erased;
        self.profile.wishes.retain_since(erased);
        self.remember_wishes();
        self.enforce(now);
        self.trim();
    }

    /// What other devices may know, as [`Shopper::from_backup`] reads it.
    pub fn to_backup(&self) -> Vec<u8> {
        let shared = Shopper {
            recent: self.recent.clone(),
            bought: self.bought.clone(),
            hidden: self.hidden.clone(),
            categories: self.categories.clone(),
            brands: self.brands.clone(),
            events: self.events,
            ..Shopper::default()
        };
        let portrait = shared.encode();
        let out = &mut Vec::new();
        put_uint(out, portrait.len() as u64);
        out.extend_from_slice(&portrait);
        self.profile.put_shared(out);
        codec::seal(VERSION, out)
    }

    /// Reads a backup; `None` when it is damaged or of a version that is not known.
    pub fn from_backup(sealed: &[u8]) -> Option<Shopper> {
        let reader = &mut Reader::open(VERSION, sealed);
        let length = reader.uint() as usize;
        let portrait = reader.bytes(length);
        let mut shopper = Shopper::decode(portrait)?;
        shopper.cart.clear();
        shopper.profile.take_shared(reader);
        reader.ends().then_some(shopper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Event, Kind, Product};
    use crate::shopper::profile::edit::Edit;
    use crate::shopper::profile::erased::What;
    use proptest::prelude::*;

    const NOW: i64 = 1_800_000_000_000;

    fn event(kind: Kind, time: i64, item: u8) -> Event {
        let key = format!("item-{item}");
        let mut event = Event::about(kind, time, [key.as_str()]);
        event.products[0] = Product {
            category: Some(format!("c{}", item % 5)),
            brand: Some(format!("b{}", item % 3)),
            ..Product::new(key)
        };
        event
    }

    /// A device on which something happened.
    fn device() -> impl Strategy<Value = Shopper> {
        // Of fewer items than a list holds: what is left of two lists that overflow depends on who met first.
        let step = (0u8..6, 0u8..45, 0i64..100_000);
        prop::collection::vec(step, 0..120).prop_map(|steps| {
            let mut shopper = Shopper::default();
            for (what, item, time) in steps {
                let time = NOW - 100_000_000 + time * 1000;
                let category = format!("c{}", item % 5);
                match what {
                    0..=2 => shopper.learn(&event(Kind::ProductViewed, time, item), None),
                    3 => shopper.learn(&event(Kind::OrderCompleted, time, item), None),
                    4 if item % 4 == 0 => {
                        shopper.learn(&event(Kind::ProductDisliked, time, item), None)
                    }
                    4 => shopper.edit(&Edit::Prefer(What::Category, category, item % 3 > 0), time),
                    _ if item % 9 == 0 => {
                        shopper.edit(&Edit::Erase(What::Category, category), time)
                    }
                    _ => {}
                }
            }
            // As it is after a meeting with nobody, so that every state is one that a join leaves.
            let alone = Shopper::default();
            shopper.join(&alone, NOW);
            shopper
        })
    }

    fn joined(a: &Shopper, b: &Shopper) -> Shopper {
        let mut both = a.clone();
        both.join(b, NOW);
        both
    }

    /// All that devices share.
    fn shared(shopper: &Shopper) -> (Vec<u8>, Vec<String>) {
        let ranked = shopper.categories.ranked(NOW);
        let names = ranked.iter().map(|interest| interest.name.clone());
        (shopper.to_backup(), names.collect())
    }

    proptest! {
        #[test]
        fn joining_is_idempotent_commutative_and_associative(a in device(), b in device(), c in device()) {
            prop_assert_eq!(shared(&joined(&a, &a)), shared(&a));
            prop_assert_eq!(shared(&joined(&a, &b)), shared(&joined(&b, &a)));
            prop_assert_eq!(shared(&joined(&joined(&a, &b), &c)), shared(&joined(&a, &joined(&b, &c))));
            prop_assert_eq!(shared(&joined(&joined(&a, &b), &b)), shared(&joined(&a, &b)));
        }

        #[test]
        fn a_backup_comes_back(a in device()) {
            let back = Shopper::from_backup(&a.to_backup()).unwrap();
            prop_assert_eq!(shared(&joined(&Shopper::default(), &back)), shared(&a));
        }

        #[test]
        fn any_bytes_are_a_backup_or_not(bytes: Vec<u8>) {
            prop_assert!(Shopper::from_backup(&bytes).is_none());
        }
    }

    #[test]
    fn what_one_device_saw_the_other_knows_and_what_one_deleted_is_gone_from_both() {
        let (mut a, mut b) = (Shopper::default(), Shopper::default());
        for n in 0..5 {
            a.learn(
                &event(Kind::ProductViewed, NOW - 9000 + i64::from(n), n),
                None,
            );
        }
        b.learn(&event(Kind::ProductViewed, NOW - 5000, 9), None);
        b.join(&a, NOW);
        assert_eq!(b.recent.len(), 6);
        assert_eq!(b.recent[5].key, "item-9", "newest last");
        b.learn(&event(Kind::ProductDisliked, NOW - 4000, 3), None);
        b.edit(&Edit::Erase(What::Category, "c0".into()), NOW - 3000);
        b.edit(&Edit::Erase(What::Item, "item-1".into()), NOW - 3000);
        a.join(&b, NOW);
        let keys: Vec<_> = a.recent.iter().map(|kept| kept.key.as_str()).collect();
        assert_eq!(keys, ["item-0", "item-2", "item-4", "item-9"]);
        assert!(a.categories.iter().all(|interest| interest.name != "c0"));
        // The cart of one device is none of the other's.
        a.learn(&event(Kind::ProductAdded, NOW, 7), None);
        assert!(
            Shopper::from_backup(&a.to_backup())
                .unwrap()
                .cart
                .is_empty()
        );
    }

    #[test]
    fn a_wish_that_was_taken_back_does_not_come_back() {
        let wish = |more: bool| Edit::Prefer(What::Category, "Beauty".into(), more);
        let mut a = Shopper::default();
        a.edit(&wish(true), NOW - 9000);
        let backup = a.clone();
        a.edit(&wish(false), NOW - 8000);
        a.join(&backup, NOW);
        assert!(a.profile.wishes.is_empty());
        a.edit(&wish(true), NOW - 7000);
        a.join(&backup, NOW);
        assert!(!a.profile.wishes.is_empty());
    }
}
