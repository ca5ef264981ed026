//! People: everything remembered about one shopper, as plain data.
//!
//! Items are kept by key and looked up in the model now open, so that a portrait outlives any one model. Everything
//! is bounded; when a list is full its least valuable entry makes room. Nothing here says what may be kept: the host
//! folds in only events that consent allows.

mod interest;

use serde::Serialize;

use crate::codec::{self, Reader, put_text, put_uint};
use crate::intake::{Event, Kind, Product};
use crate::shop::Model;
use interest::Leanings;
pub use interest::{Interest, Interests};

const RECENT: usize = 50;
const CART: usize = 60;
const BOUGHT: usize = 200;

/// What the stored form may take at most. Keys of ordinary length never reach it.
const BUDGET: usize = 64 * 1024;
/// Bytes of an entry beside its text, at most.
const BESIDE: usize = 34;

/// Version of the stored form.
const VERSION: u8 = 2;

/// An item that was viewed, once at its latest view.
#[derive(Clone, Debug, PartialEq)]
pub struct Viewed {
    pub key: String,
    /// Its number in the model now open.
    pub item: Option<u32>,
    pub time: i64,
    pub session: u64,
    /// How often it was viewed in that session.
    pub looks: u32,
    /// How often it was come to: a view right after another of the same item is a reload, not a visit.
    pub visits: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct InCart {
    pub key: String,
    pub item: Option<u32>,
    pub quantity: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Bought {
    pub key: String,
    pub item: Option<u32>,
    /// Of the latest purchase.
    pub time: i64,
    /// In how many orders.
    pub count: u32,
}

/// One shopper.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shopper {
    recent: Vec<Viewed>,
    cart: Vec<InCart>,
    bought: Vec<Bought>,
    categories: Interests,
    brands: Interests,
    events: u32,
}

/// How much an event says of what its shopper leans to.
fn weight(kind: Kind) -> f64 {
    match kind {
        Kind::ProductViewed => 1.0,
        Kind::ProductShared => 2.0,
        Kind::ProductAddedToWishlist => 3.0,
        Kind::ProductAdded | Kind::WishlistProductAddedToCart => 4.0,
        Kind::OrderCompleted => 6.0,
        Kind::ProductRemoved | Kind::ProductRemovedFromWishlist => -2.0,
        Kind::OrderRefunded => -5.0,
        _ => 0.0,
    }
}

impl Shopper {
    /// Folds a clean event in.
    pub fn learn(&mut self, event: &Event, model: Option<&Model>) {
        self.events = self.events.saturating_add(1);
        let find = |key: &str| model.and_then(|model| model.find(key));
        for product in &event.products {
            let item = find(&product.id);
            match event.kind {
                Kind::ProductViewed => self.view(&product.id, item, event.time, event.session.0),
                Kind::ProductAdded | Kind::WishlistProductAddedToCart => {
                    self.add_to_cart(product, item)
                }
                Kind::ProductRemoved => self.remove_from_cart(product),
                Kind::OrderCompleted => self.buy(product, item, event.time),
                _ => {}
            }
            let weight = weight(event.kind);
            if weight != 0.0 {
                let item = item.unwrap_or(u32::MAX);
                let of = Leanings::of(
                    model,
                    item,
                    product.category.as_deref(),
                    product.brand.as_deref(),
                );
                if let Some((name, number)) = of.category {
                    self.categories.add(&name, number, weight, event.time);
                }
                if let Some((name, number)) = of.brand {
                    self.brands.add(&name, number, weight, event.time);
                }
            }
        }
        if event.kind == Kind::CartViewed && !event.products.is_empty() {
            // The page lists the whole cart: it knows better than a sum of changes.
            self.cart.clear();
            for product in &event.products {
                self.add_to_cart(product, find(&product.id));
            }
        }
        // The oldest purchase says least about what is wanted now, then the oldest view.
        while self.bytes() > BUDGET {
            if !self.bought.is_empty() {
                self.bought.remove(0);
            } else if !self.recent.is_empty() {
                self.recent.remove(0);
            } else {
                break;
            }
        }
    }

    /// An upper bound of the stored size.
    fn bytes(&self) -> usize {
        let keys = (self.recent.iter().map(|viewed| &viewed.key))
            .chain(self.cart.iter().map(|line| &line.key))
            .chain(self.bought.iter().map(|bought| &bought.key));
        let names = self
            .categories
            .iter()
            .chain(self.brands.iter())
            .map(|interest| &interest.name);
        keys.chain(names)
            .map(|text| text.len() + BESIDE)
            .sum::<usize>()
            + BESIDE
    }

    /// Remembers a view. The trainer and the evaluation call this too, for sessions that are bare lists of items.
    pub fn view(&mut self, key: &str, item: Option<u32>, time: i64, session: u64) {
        let mut viewed = Viewed {
            key: key.into(),
            item,
            time,
            session,
            looks: 1,
            visits: 1,
        };
        if let Some(at) = self.recent.iter().position(|known| known.key == key) {
            let reload = at + 1 == self.recent.len();
            let known = self.recent.remove(at);
            if known.session == session {
                viewed.looks = known.looks.saturating_add(1);
                viewed.visits = known.visits.saturating_add((!reload).into());
                viewed.time = time.max(known.time);
            } else if known.time > time {
                viewed = known;
            }
        }
        let at = self
            .recent
            .partition_point(|known| known.time <= viewed.time);
        self.recent.insert(at, viewed);
        if self.recent.len() > RECENT {
            self.recent.remove(0);
        }
    }

    fn add_to_cart(&mut self, product: &Product, item: Option<u32>) {
        match self.cart.iter_mut().find(|line| line.key == product.id) {
            Some(line) => line.quantity = line.quantity.saturating_add(product.quantity),
            None => {
                if self.cart.len() == CART {
                    self.cart.remove(0);
                }
                self.cart.push(InCart {
                    key: product.id.clone(),
                    item,
                    quantity: product.quantity,
                });
            }
        }
    }

    fn remove_from_cart(&mut self, product: &Product) {
        if let Some(at) = self.cart.iter().position(|line| line.key == product.id) {
            let line = &mut self.cart[at];
            line.quantity = line.quantity.saturating_sub(product.quantity);
            if line.quantity == 0 {
                self.cart.remove(at);
            }
        }
    }

    fn buy(&mut self, product: &Product, item: Option<u32>, time: i64) {
        self.cart.retain(|line| line.key != product.id);
        let mut bought = Bought {
            key: product.id.clone(),
            item,
            time,
            count: 1,
        };
        if let Some(at) = self.bought.iter().position(|known| known.key == product.id) {
            let known = self.bought.remove(at);
            bought.time = bought.time.max(known.time);
            bought.count = known.count.saturating_add(1);
        }
        let at = self
            .bought
            .partition_point(|known| known.time <= bought.time);
        self.bought.insert(at, bought);
        if self.bought.len() > BOUGHT {
            self.bought.remove(0);
        }
    }

    /// Looks everything up again, after another model was opened.
    pub fn resolve(&mut self, model: &Model) {
        for viewed in &mut self.recent {
            viewed.item = model.find(&viewed.key);
        }
        for line in &mut self.cart {
            line.item = model.find(&line.key);
        }
        for bought in &mut self.bought {
            bought.item = model.find(&bought.key);
        }
        self.categories.resolve(|name| model.find_category(name));
        self.brands.resolve(|name| model.find_brand(name));
    }

    /// Oldest first, each item once.
    pub fn recent(&self) -> &[Viewed] {
        &self.recent
    }

    pub fn cart(&self) -> &[InCart] {
        &self.cart
    }

    /// Oldest first, each item once.
    pub fn bought(&self) -> &[Bought] {
        &self.bought
    }

    pub fn categories(&self) -> &Interests {
        &self.categories
    }

    pub fn brands(&self) -> &Interests {
        &self.brands
    }

    /// What is kept on the device.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_uint(&mut out, self.events.into());
        put_uint(&mut out, self.recent.len() as u64);
        for viewed in &self.recent {
            put_text(&mut out, &viewed.key);
            put_uint(&mut out, viewed.time as u64);
            put_uint(&mut out, viewed.session);
            put_uint(&mut out, viewed.looks.into());
            put_uint(&mut out, viewed.visits.into());
        }
        put_uint(&mut out, self.cart.len() as u64);
        for line in &self.cart {
            put_text(&mut out, &line.key);
            put_uint(&mut out, line.quantity.into());
        }
        put_uint(&mut out, self.bought.len() as u64);
        for bought in &self.bought {
            put_text(&mut out, &bought.key);
            put_uint(&mut out, bought.time as u64);
            put_uint(&mut out, bought.count.into());
        }
        self.categories.encode(&mut out);
        self.brands.encode(&mut out);
        codec::seal(VERSION, &out)
    }

    /// Reads what [`Shopper::encode`] wrote; `None` when it is damaged. Call [`Shopper::resolve`] next.
    pub fn decode(sealed: &[u8]) -> Option<Shopper> {
        let mut reader = Reader(codec::open(VERSION, sealed)?);
        let reader = &mut reader;
        let mut shopper = Shopper {
            events: reader.uint()?.try_into().ok()?,
            ..Shopper::default()
        };
        for _ in 0..reader.count(5).filter(|&count| count <= RECENT)? {
            let key = reader.text()?.into();
            let time = reader.uint()? as i64;
            let viewed = Viewed {
                key,
                item: None,
                time,
                session: reader.uint()?,
                looks: reader.uint()?.try_into().ok()?,
                visits: reader.uint()?.try_into().ok()?,
            };
            if !(1..=viewed.looks).contains(&viewed.visits) {
                return None;
            }
            shopper.recent.push(viewed);
        }
        for _ in 0..reader.count(2).filter(|&count| count <= CART)? {
            let key = reader.text()?.into();
            shopper.cart.push(InCart {
                key,
                item: None,
                quantity: reader.uint()?.try_into().ok()?,
            });
        }
        for _ in 0..reader.count(3).filter(|&count| count <= BOUGHT)? {
            let key = reader.text()?.into();
            let time = reader.uint()? as i64;
            shopper.bought.push(Bought {
                key,
                item: None,
                time,
                count: reader.uint()?.try_into().ok()?,
            });
        }
        shopper.categories = Interests::decode(reader)?;
        shopper.brands = Interests::decode(reader)?;
        reader.0.is_empty().then_some(shopper)
    }

    /// The portrait as the page and its shopper may read it.
    pub fn portrait(&self, now: i64) -> Portrait {
        let named = |interests: &Interests| {
            let ranked = interests.ranked(now).into_iter();
            let each = ranked.map(|interest| {
                let (short, long) = interest.at(now);
                (interest.name.clone(), short, long, interest.evidence)
            });
            each.collect()
        };
        let recent = self.recent.iter().rev();
        let cart = self.cart.iter();
        let bought = self.bought.iter().rev();
        Portrait {
            recent: recent
                .map(|one| (one.key.clone(), one.time as f64))
                .collect(),
            cart: cart.map(|line| (line.key.clone(), line.quantity)).collect(),
            bought: bought
                .map(|one| (one.key.clone(), one.time as f64, one.count))
                .collect(),
            categories: named(&self.categories),
            brands: named(&self.brands),
            events: self.events,
        }
    }
}

/// A name, its short and its long memory, and how many events they rest on.
pub type Named = (String, f64, f64, u32);

/// What is known of a shopper; times are milliseconds since 1970. Serialised as a list: the page names the fields.
#[derive(Debug)]
pub struct Portrait {
    /// Key and time, newest first.
    pub recent: Vec<(String, f64)>,
    /// Key and quantity.
    pub cart: Vec<(String, u32)>,
    /// Key, time of the latest purchase and number of orders, newest first.
    pub bought: Vec<(String, f64, u32)>,
    /// Strongest first.
    pub categories: Vec<Named>,
    pub brands: Vec<Named>,
    /// How many events were taken in.
    pub events: u32,
}

impl Serialize for Portrait {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Portrait {
            recent,
            cart,
            bought,
            categories,
            brands,
            events,
        } = self;
        (recent, cart, bought, categories, brands, events).serialize(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::Session;
    use crate::shop::tests::toy;
    use proptest::prelude::*;

    fn event(kind: Kind, time: i64, keys: &[&str]) -> Event {
        Event {
            id: String::new(),
            kind,
            time,
            session: Session(1),
            sequence: 1,
            products: keys.iter().map(|key| Product::new(*key)).collect(),
            fields: Vec::new(),
        }
    }

    fn keys(shopper: &Shopper) -> Vec<&str> {
        shopper
            .recent
            .iter()
            .map(|viewed| viewed.key.as_str())
            .collect()
    }

    #[test]
    fn remembers_views_newest_last_and_each_once() {
        let model = toy().open();
        let mut shopper = Shopper::default();
        for (time, key) in [
            (1, "phone-a"),
            (2, "apple"),
            (3, "phone-a"),
            (4, "unheard-of"),
        ] {
            shopper.learn(&event(Kind::ProductViewed, time, &[key]), Some(&model));
        }
        assert_eq!(keys(&shopper), ["apple", "phone-a", "unheard-of"]);
        assert_eq!(shopper.recent[1].item, Some(0));
        assert_eq!(shopper.recent[2].item, None);
        let portrait = shopper.portrait(5);
        assert_eq!(portrait.categories[0].0, "Phones > Smartphones");
        assert_eq!(portrait.categories[0].3, 2);
        assert_eq!(portrait.brands[0].0, "Nova");
        assert_eq!(portrait.events, 4);
    }

    #[test]
    fn a_late_view_takes_its_place_in_time() {
        let mut shopper = Shopper::default();
        for (time, key) in [(10, "a"), (30, "b"), (20, "c"), (5, "b")] {
            shopper.learn(&event(Kind::ProductViewed, time, &[key]), None);
        }
        assert_eq!(keys(&shopper), ["a", "c", "b"]);
    }

    #[test]
    fn reloads_are_looks_and_not_visits() {
        let mut shopper = Shopper::default();
        for (key, session) in [("a", 1), ("b", 1), ("b", 1), ("a", 1), ("b", 1), ("a", 2)] {
            shopper.view(key, None, shopper.recent.len() as i64, session);
        }
        let counts = shopper.recent.iter();
        let counts: Vec<_> = counts
            .map(|viewed| (viewed.key.as_str(), viewed.looks, viewed.visits))
            .collect();
        assert_eq!(counts, [("b", 3, 2), ("a", 1, 1)]);
    }

    #[test]
    fn the_cart_follows_what_is_added_removed_and_ordered() {
        let mut shopper = Shopper::default();
        shopper.learn(&event(Kind::ProductAdded, 1, &["a", "a", "b"]), None);
        assert_eq!((shopper.cart[0].quantity, shopper.cart.len()), (2, 2));
        shopper.learn(&event(Kind::ProductRemoved, 2, &["a"]), None);
        assert_eq!(shopper.cart[0].quantity, 1);
        shopper.learn(&event(Kind::ProductRemoved, 2, &["a", "never-added"]), None);
        assert_eq!(shopper.cart.len(), 1);
        shopper.learn(&event(Kind::OrderCompleted, 3, &["b", "c"]), None);
        assert!(shopper.cart.is_empty());
        shopper.learn(&event(Kind::OrderCompleted, 9, &["b"]), None);
        let bought: Vec<_> = shopper
            .bought
            .iter()
            .map(|bought| (bought.key.as_str(), bought.time, bought.count))
            .collect();
        assert_eq!(bought, [("c", 3, 1), ("b", 9, 2)]);
        shopper.learn(&event(Kind::CartViewed, 10, &["x", "y"]), None);
        assert_eq!(shopper.cart.len(), 2);
    }

    #[test]
    fn resolves_again_for_another_model() {
        let mut shopper = Shopper::default();
        let mut viewed = event(Kind::ProductViewed, 1, &["pear"]);
        viewed.products[0].category = Some("Fresh > Fruit".into());
        shopper.learn(&viewed, None);
        assert_eq!(shopper.recent[0].item, None);
        shopper.resolve(&toy().open());
        assert_eq!(shopper.recent[0].item, Some(6));
        assert!(shopper.categories.iter().next().unwrap().number.is_some());
    }

    #[test]
    fn stays_within_its_budget() {
        let mut shopper = Shopper::default();
        let long = "k".repeat(240);
        for n in 0..1000 {
            let mut one = event(
                [
                    Kind::ProductViewed,
                    Kind::ProductAdded,
                    Kind::OrderCompleted,
                ][n % 3],
                n as i64,
                &[&format!("{long}{n}")],
            );
            one.products[0].category = Some(format!("{long}c{n}"));
            one.products[0].brand = Some(format!("{long}b{n}"));
            shopper.learn(&one, None);
        }
        assert!(shopper.encode().len() <= BUDGET);
        assert!(shopper.recent.len() == RECENT && shopper.bought.len() > 20);
    }

    proptest! {
        #[test]
        fn comes_back_from_storage(events in prop::collection::vec((0u8..29, 0i64..1_000_000_000, prop::sample::select(vec!["phone-a", "pear", "case", "x"])), 0..120)) {
            let model = toy().open();
            let mut shopper = Shopper::default();
            for (kind, time, key) in events {
                shopper.learn(&event(Kind::from_number(kind).unwrap(), time, &[key]), Some(&model));
            }
            let mut back = Shopper::decode(&shopper.encode()).unwrap();
            back.resolve(&model);
            prop_assert_eq!(back, shopper);
        }

        #[test]
        fn damaged_storage_is_refused(bytes: Vec<u8>) {
            let sealed = codec::seal(VERSION, &bytes);
            let _ = Shopper::decode(&sealed);
            prop_assert!(Shopper::decode(&bytes).is_none());
        }
    }
}
