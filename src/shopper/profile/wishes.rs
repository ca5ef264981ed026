//! Declared preferences: categories and brands that the shopper said they want, in a quiz or with a button.
//!
//! What is declared outweighs whatever was inferred when it was said: it is given half as much again as the strongest
//! interest has. It fades with a half-life of 180 days, six times as slowly as inference, so that it leads until behaviour
//! says otherwise for long. Kept apart from [`Interests`], which reads it as part of an interest's long memory: so it can
//! be shown and deleted as what it is, and no event adds to it.

use super::erased::{Erased, What};
use crate::codec::{Reader, put_float, put_text, put_uint};
use crate::shopper::Interests;

pub(super) const VERSION: u8 = 1;

/// Preferences kept; the oldest makes room.
const MOST: usize = 24;
/// Of the strongest interest.
const ABOVE: f64 = 1.5;
/// The least that a declaration weighs, in views.
const LEAST: f64 = 6.0;

#[derive(Clone, Debug, PartialEq)]
struct Wish {
    kind: What,
    name: String,
    weight: f64,
    time: i64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishes(Vec<Wish>);

impl Wishes {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The shopper wants more of something, of which so much is known already.
    pub(super) fn add(&mut self, kind: What, name: &str, interests: &Interests, time: i64) {
        let strongest = interests.iter().map(|interest| {
            let (short, long) = interest.at(time);
            short + long
        });
        let weight = (ABOVE * strongest.fold(0.0, f64::max)).max(LEAST);
        self.remove(kind, name);
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(Wish {
            kind,
            name: name.into(),
            weight,
            time,
        });
    }

    /// The shopper wants less of something, or deleted it.
    pub(super) fn remove(&mut self, kind: What, name: &str) {
        self.0.retain(|wish| wish.kind != kind || wish.name != name);
    }

    /// Takes the later declaration of each name over, the newest that there is room for.
    pub(in crate::shopper) fn join(&mut self, other: &Wishes) {
        let rank = |wish: &Wish| (wish.time, wish.weight.to_bits());
        for wish in &other.0 {
            let same = |known: &&mut Wish| known.kind == wish.kind && known.name == wish.name;
            match self.0.iter_mut().find(same) {
                Some(known) if rank(known) < rank(wish) => *known = wish.clone(),
                Some(_) => {}
                None => self.0.push(wish.clone()),
            }
        }
        self.0.sort_by(|a, b| {
            let of = |wish: &Wish| (wish.time, wish.kind as u8);
            of(a).cmp(&of(b)).then_with(|| a.name.cmp(&b.name))
        });
        let more = self.0.len().saturating_sub(MOST);
        self.0.drain(..more);
    }

    /// Lets go of what was taken back or deleted after it was declared.
    pub(in crate::shopper) fn retain_since(&mut self, erased: &Erased) {
        self.0.retain(|wish| {
            let unsaid = [What::Wish, wish.kind].map(|what| erased.since(what, &wish.name));
            unsaid.iter().all(|since| *since < wish.time)
        });
    }

    /// Tells interests of one kind what was declared of them.
    pub(super) fn tell(&self, kind: What, interests: &mut Interests) {
        interests.declared_anew();
        for wish in self.0.iter().filter(|wish| wish.kind == kind) {
            interests.declare(&wish.name, wish.weight, wish.time);
        }
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.0.len() as u64);
        for wish in &self.0 {
            put_uint(out, wish.kind as u64);
            put_text(out, &wish.name);
            put_float(out, wish.weight);
            put_uint(out, wish.time as u64);
        }
    }

    pub(super) fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        for _ in 0..reader.count(11, MOST) {
            let kind = What::from_number(reader.uint());
            let wish = Wish {
                kind: kind.unwrap_or(What::Category),
                name: reader.text().into(),
                weight: reader.float(),
                time: reader.uint() as i64,
            };
            reader.require(kind.is_some());
            self.0.push(wish);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Event, Kind, Product};
    use crate::shopper::Shopper;
    use crate::shopper::profile::edit::Edit;

    const DAY: i64 = 86_400_000;

    fn leading(shopper: &Shopper, now: i64) -> String {
        shopper.categories().ranked(now)[0].name.clone()
    }

    fn viewed(time: i64, category: &str) -> Event {
        let mut event = Event::about(Kind::ProductViewed, time, ["x"]);
        event.products[0] = Product {
            category: Some(category.into()),
            ..Product::new("x")
        };
        event
    }

    #[test]
    fn a_declared_preference_overrides_inference_at_once() {
        let mut shopper = Shopper::default();
        for n in 0..40 {
            shopper.learn(&viewed(n, "Phones"), None);
        }
        assert_eq!(leading(&shopper, 50), "Phones");
        shopper.edit(&Edit::Prefer(What::Category, "Beauty".into(), true), 50);
        assert_eq!(leading(&shopper, 51), "Beauty");
        // A second declaration leads the first.
        shopper.edit(&Edit::Prefer(What::Category, "Fresh".into(), true), 60);
        assert_eq!(leading(&shopper, 61), "Fresh");
        shopper.edit(&Edit::Prefer(What::Category, "Fresh".into(), false), 70);
        assert_eq!(leading(&shopper, 71), "Beauty");
    }

    #[test]
    fn it_fades_more_slowly_than_inference_and_yields_to_behaviour_in_the_end() {
        let mut shopper = Shopper::default();
        for n in 0..40 {
            shopper.learn(&viewed(n, "Phones"), None);
        }
        shopper.edit(&Edit::Prefer(What::Category, "Beauty".into(), true), 50);
        assert_eq!(leading(&shopper, 90 * DAY), "Beauty");
        for n in 0..120 {
            shopper.learn(&viewed(90 * DAY + n, "Watches"), None);
        }
        assert_eq!(leading(&shopper, 91 * DAY), "Watches");
    }

    #[test]
    fn it_comes_back_from_storage_and_goes_when_it_is_deleted() {
        let mut shopper = Shopper::default();
        shopper.learn(&viewed(0, "Phones"), None);
        shopper.edit(&Edit::Prefer(What::Category, "Beauty".into(), true), 5);
        let mut bytes = Vec::new();
        shopper.profile.wishes.encode(&mut bytes);
        let reader = &mut Reader::new(&bytes);
        let mut back = Wishes::default();
        assert!(back.decode(VERSION, reader) && reader.ends());
        assert_eq!(back, shopper.profile.wishes);

        let mut other = Shopper::decode(&shopper.encode()).unwrap();
        assert_eq!(leading(&other, 6), "Phones");
        other.profile.wishes = back;
        other.remember_wishes();
        assert_eq!(leading(&other, 6), "Beauty");

        shopper.edit(&Edit::Erase(What::Category, "Beauty".into()), 7);
        assert_eq!(leading(&shopper, 8), "Phones");
        assert!(shopper.profile.wishes.is_empty());
    }
}
