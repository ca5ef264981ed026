//! People: everything remembered about one shopper, as plain data.
//!
//! Items are kept by key and looked up in the model now open, so that a portrait outlives any one model. Everything
//! is bounded; when a list is full its least valuable entry makes room. Nothing here says what may be kept: the host
//! folds in only events that consent allows.

#[cfg(feature = "full")]
pub mod cycle;
#[cfg(feature = "full")]
pub mod habits;
mod interest;
#[cfg(feature = "full")]
pub mod life;
#[cfg(feature = "full")]
pub mod merge;
mod portrait;
#[cfg(feature = "full")]
pub mod profile;
#[cfg(feature = "full")]
mod special;
#[cfg(feature = "full")]
pub mod taste;

use crate::codec::{self, Reader, put_text, put_uint};
use crate::intake::{Event, Field, Kind, Product};
use crate::lines::{cut, join};
use crate::shop::Model;
pub use interest::{Interest, Interests};
pub use portrait::{About, Portrait};

const RECENT: usize = 50;
const CART: usize = 60;
const BOUGHT: usize = 200;
const HIDDEN: usize = 100;
const NAMES: usize = 60;

/// What the stored form may take at most: 64 KiB with all that the full edition keeps beside it. Keys of ordinary length
/// never reach it.
const BUDGET: usize = if cfg!(feature = "full") { 34 } else { 64 } * 1024;
/// Bytes of an entry beside its text, at most.
const BESIDE: usize = 34;

/// Version of the stored form, and the one before, which had no names.
const VERSION: u8 = 5;
const BEFORE: u8 = 4;

/// An item that was viewed, is in the cart, or was bought. One type for the three lists: three would be three copies of
/// all that lists do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Id of the item.
    pub key: String,
    /// Its number in the model now open.
    pub item: Option<u32>,
    /// Of the latest view or purchase; 0 in the cart.
    pub time: i64,
    /// Of the latest view; of a purchase a hash of the latest order's id. 0 elsewhere.
    pub session: u64,
    /// How often it was viewed in that session, how many are in the cart, or in how many orders it was.
    pub count: u32,
    /// How often it was come to: a view right after another of the same item is a reload, not a visit. 0 elsewhere.
    pub visits: u32,
}

/// One shopper.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shopper {
    recent: Vec<Kept>,
    cart: Vec<Kept>,
    bought: Vec<Kept>,
    /// Not to be suggested: the shopper said so.
    hidden: Vec<Kept>,
    /// What the page called what was viewed, put into the cart or bought, the last said last: of each `key` is a line with its key and
    /// one with its name. A list like the others, since a name in each entry took 900 bytes of the module.
    names: Vec<Kept>,
    categories: Interests,
    brands: Interests,
    events: u32,
    /// Beside what lists need; stored on its own.
    #[cfg(feature = "full")]
    pub profile: profile::Profile,
}

fn position(list: &[Kept], key: &str) -> Option<usize> {
    list.iter().position(|known| known.key == key)
}

/// The key of an item and what it is called.
fn parted(name: &Kept) -> (&str, &str) {
    let mut rest = name.key.as_str();
    (cut(&mut rest, b'\n'), rest)
}

/// A product's category and brand with their numbers, as the model says, else as the event said.
fn named(product: &Product, model: Option<&Model>) -> [Option<(String, Option<u16>)>; 2] {
    let said = |name: &Option<String>| name.clone().map(|name| (name, None));
    let (mut category, mut brand) = (said(&product.category), said(&product.brand));
    if let Some(model) = model
        && let Some(item) = model.find(&product.id)
    {
        if let Some(number) = model.category(item) {
            category = Some((model.category_path(number), Some(number)));
        }
        if let Some(number) = model.brand(item) {
            brand = Some((model.brand_name(number).into(), Some(number)));
        }
    }
    [category, brand]
}

/// A hash of the id of the event's order; 0 where it has none.
fn order(event: &Event) -> u64 {
    let id = event.text(Field::OrderId);
    id.map_or(0, |id| codec::hash(id.as_bytes()))
}

/// Takes the entry of a key out of a list.
#[inline(never)]
fn take(list: &mut Vec<Kept>, key: &str) -> Option<Kept> {
    position(list, key).map(|at| list.remove(at))
}

/// Puts an entry where its time belongs; the oldest makes room for it.
fn place(list: &mut Vec<Kept>, entry: Kept, most: usize) {
    let at = list.partition_point(|known| known.time <= entry.time);
    list.insert(at, entry);
    if list.len() > most {
        list.remove(0);
    }
}

/// How much an order says of it.
const ORDERED: i8 = 6;

/// How much an event says of what its shopper leans to.
fn weight(kind: Kind) -> i8 {
    match kind {
        Kind::ProductViewed => 1,
        Kind::ProductShared => 2,
        Kind::ProductAddedToWishlist
        | Kind::ProductWatched
        | Kind::ProductTriedOn
        | Kind::ProductViewedIn3d
        | Kind::LiveQuestionAsked => 3,
        Kind::ProductAdded | Kind::WishlistProductAddedToCart => 4,
        Kind::GroupBuyStarted | Kind::GroupBuyJoined => 5,
        Kind::OrderCompleted => ORDERED,
        Kind::ProductRemoved | Kind::ProductRemovedFromWishlist => -2,
        Kind::ProductDisliked => -8,
        _ => 0,
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
                Kind::OrderCompleted => self.buy(product, item, event),
                Kind::OrderCancelled
                | Kind::OrderRefunded
                | Kind::OrderReturned
                | Kind::ProductGifted => {
                    self.unlearn(&product.id, event, model);
                }
                Kind::ProductDisliked => self.hide(product, item, event.time),
                _ => {}
            }
            let weight = f64::from(weight(event.kind));
            if weight == 0.0 {
                continue;
            }
            if weight > 0.0
                && let Some(name) = product.text(Field::Name)
            {
                self.unname(&product.id);
                let named = Kept {
                    key: join(&product.id, &join("\n", name)),
                    time: event.time,
                    ..Kept::default()
                };
                place(&mut self.names, named, NAMES);
            }
            self.lean(product, weight, event.time, model);
        }
        if event.products.is_empty() && event.kind == Kind::OrderCancelled {
            // Of the order nothing is said but which it was.
            let order = order(event);
            let of = |kept: &&Kept| order != 0 && kept.session == order;
            let keys: Vec<String> = self
                .bought
                .iter()
                .filter(of)
                .map(|kept| kept.key.clone())
                .collect();
            for key in &keys {
                self.unlearn(key, event, model);
            }
        }
        if event.kind == Kind::CartViewed && !event.products.is_empty() {
            // The page lists the whole cart: it knows better than a sum of changes.
            self.cart.clear();
            for product in &event.products {
                self.add_to_cart(product, find(&product.id));
            }
        }
        self.trim();
    }

    /// Keeps to what is stored at most.
    fn trim(&mut self) {
        // A name says nothing about what is wanted now, the oldest purchase little, then the oldest view.
        while self.bytes() > BUDGET {
            if !self.names.is_empty() {
                self.names.remove(0);
            } else if !self.bought.is_empty() {
                self.bought.remove(0);
            } else if !self.recent.is_empty() {
                self.recent.remove(0);
            } else {
                break;
            }
        }
    }

    fn unname(&mut self, key: &str) {
        self.names.retain(|known| parted(known).0 != key);
    }

    /// What the page called an item last; nothing where it did not.
    pub fn name(&self, key: &str) -> &str {
        let mut names = self.names.iter().map(parted);
        names.find(|(known, _)| *known == key).unwrap_or_default().1
    }

    /// Adds to what the shopper leans to.
    fn lean(&mut self, product: &Product, weight: f64, time: i64, model: Option<&Model>) {
        let [category, brand] = named(product, model);
        if let Some((name, number)) = category
            && let Some(new) = self.categories.add(name, weight, time)
        {
            new.number = number.or_else(|| model?.find_category(&new.name));
        }
        if let Some((name, number)) = brand
            && let Some(new) = self.brands.add(name, weight, time)
        {
            new.number = number.or_else(|| model?.find_brand(&new.name));
        }
    }

    /// Takes back what an order taught of an item: it was cancelled, or sent back, or was for somebody else. Of one that
    /// is not known there is nothing to take back. The cart stays as the order left it.
    fn unlearn(&mut self, key: &str, event: &Event, model: Option<&Model>) {
        let Some(at) = position(&self.bought, key) else {
            return;
        };
        let bought = &mut self.bought[at];
        let time = bought.time;
        bought.count = bought.count.saturating_sub(1);
        if bought.count == 0 {
            self.bought.remove(at);
        }
        let said = event.products.iter().find(|product| product.id == key);
        let product = said.cloned().unwrap_or_else(|| Product::new(key));
        let [category, brand] = named(&product, model);
        for (interests, name) in [(&mut self.categories, category), (&mut self.brands, brand)] {
            if let Some((name, _)) = name {
                interests.take_back(&name, f64::from(ORDERED), time);
            }
        }
    }

    /// Remembers that the shopper does not want to see an item, and forgets that they looked at it.
    fn hide(&mut self, product: &Product, item: Option<u32>, time: i64) {
        take(&mut self.recent, &product.id);
        self.unname(&product.id);
        take(&mut self.hidden, &product.id);
        let hidden = Kept {
            key: product.id.clone(),
            item,
            time,
            count: 1,
            ..Kept::default()
        };
        place(&mut self.hidden, hidden, HIDDEN);
    }

    /// An upper bound of the stored size.
    fn bytes(&self) -> usize {
        let mut bytes = BESIDE;
        let names = &self.names;
        for kept in &[&self.recent, &self.cart, &self.bought, &self.hidden, names] {
            bytes += kept
                .iter()
                .map(|kept| kept.key.len() + BESIDE)
                .sum::<usize>();
        }
        for interests in &[&self.categories, &self.brands] {
            let names = interests.iter().map(|interest| interest.name.len());
            bytes += names.map(|length| length + BESIDE).sum::<usize>();
        }
        bytes
    }

    /// Remembers a view. The trainer and the evaluation call this too, for sessions that are bare lists of items.
    pub fn view(&mut self, key: &str, item: Option<u32>, time: i64, session: u64) {
        let mut viewed = Kept {
            key: key.into(),
            item,
            time,
            session,
            count: 1,
            visits: 1,
        };
        let reload = self.recent.last().is_some_and(|last| last.key == key);
        if let Some(known) = take(&mut self.recent, key) {
            if known.session == session {
                viewed.count = known.count.saturating_add(1);
                viewed.visits = known.visits.saturating_add((!reload).into());
                viewed.time = time.max(known.time);
            } else if known.time > time {
                viewed = known;
            }
        }
        place(&mut self.recent, viewed, RECENT);
    }

    fn add_to_cart(&mut self, product: &Product, item: Option<u32>) {
        let mut line = Kept {
            key: product.id.clone(),
            item,
            count: product.quantity,
            ..Kept::default()
        };
        match position(&self.cart, &product.id) {
            Some(at) => {
                line.count = line.count.saturating_add(self.cart[at].count);
                self.cart[at] = line;
            }
            None => place(&mut self.cart, line, CART),
        }
    }

    fn remove_from_cart(&mut self, product: &Product) {
        if let Some(at) = position(&self.cart, &product.id) {
            let line = &mut self.cart[at];
            line.count = line.count.saturating_sub(product.quantity);
            if line.count == 0 {
                take(&mut self.cart, &product.id);
            }
        }
    }

    fn buy(&mut self, product: &Product, item: Option<u32>, event: &Event) {
        let time = event.time;
        take(&mut self.cart, &product.id);
        let mut bought = Kept {
            key: product.id.clone(),
            item,
            time,
            session: order(event),
            count: 1,
            ..Kept::default()
        };
        if let Some(known) = take(&mut self.bought, &product.id) {
            bought.time = bought.time.max(known.time);
            bought.count = known.count.saturating_add(1);
        }
        place(&mut self.bought, bought, BOUGHT);
    }

    /// Looks everything up again, after another model was opened.
    pub fn resolve(&mut self, model: &Model) {
        for list in &mut [
            &mut self.recent,
            &mut self.cart,
            &mut self.bought,
            &mut self.hidden,
        ] {
            for kept in list.iter_mut() {
                kept.item = model.find(&kept.key);
            }
        }
        self.categories.resolve(|name| model.find_category(name));
        self.brands.resolve(|name| model.find_brand(name));
    }

    /// Oldest first, each item once.
    pub fn recent(&self) -> &[Kept] {
        &self.recent
    }

    /// Items in the cart.
    pub fn cart(&self) -> &[Kept] {
        &self.cart
    }

    /// Oldest first, each item once.
    pub fn bought(&self) -> &[Kept] {
        &self.bought
    }

    /// What the shopper does not want to see, oldest first.
    pub fn hidden(&self) -> &[Kept] {
        &self.hidden
    }

    /// Interests in categories.
    pub fn categories(&self) -> &Interests {
        &self.categories
    }

    /// Interests in brands.
    pub fn brands(&self) -> &Interests {
        &self.brands
    }

    /// What is kept on the device.
    pub fn encode(&self) -> Vec<u8> {
        let out = &mut Vec::new();
        put_uint(out, self.events.into());
        let names = &self.names;
        for list in &[&self.recent, &self.cart, &self.bought, &self.hidden, names] {
            put_uint(out, list.len() as u64);
            for kept in list.iter() {
                put_text(out, &kept.key);
                put_uint(out, kept.time as u64);
                put_uint(out, kept.session);
                put_uint(out, kept.count.into());
                put_uint(out, kept.visits.into());
            }
        }
        self.categories.encode(out);
        self.brands.encode(out);
        codec::seal(VERSION, out)
    }

    /// Reads what [`Shopper::encode`] wrote; `None` when it is damaged. Call [`Shopper::resolve`] next.
    #[inline(never)]
    pub fn decode(sealed: &[u8]) -> Option<Shopper> {
        let before = sealed.first() == Some(&BEFORE);
        let reader = &mut Reader::open(if before { BEFORE } else { VERSION }, sealed);
        let mut shopper = Shopper {
            events: reader.small(),
            ..Shopper::default()
        };
        for (list, most) in &mut [
            (&mut shopper.recent, RECENT),
            (&mut shopper.cart, CART),
            (&mut shopper.bought, BOUGHT),
            (&mut shopper.hidden, HIDDEN),
            (&mut shopper.names, if before { 0 } else { NAMES }),
        ] {
            if before && *most == 0 {
                continue;
            }
            for _ in 0..reader.count(5, *most) {
                let kept = Kept {
                    key: reader.text().into(),
                    item: None,
                    time: reader.uint() as i64,
                    session: reader.uint(),
                    count: reader.small(),
                    visits: reader.small(),
                };
                reader.require(kept.visits <= kept.count);
                list.push(kept);
            }
        }
        // Odds are logarithms of both.
        let visited = shopper.recent.iter().all(|viewed| viewed.visits > 0);
        reader.require(visited);
        shopper.categories.decode(reader);
        shopper.brands.decode(reader);
        reader.ends().then_some(shopper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::Scalar;
    use crate::shop::tests::toy;
    use proptest::prelude::*;

    fn event(kind: Kind, time: i64, keys: &[&str]) -> Event {
        Event::about(kind, time, keys.iter().copied())
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
        let [recent, _, _, categories, brands, _] = portrait.lists;
        assert_eq!(recent[0], ("unheard-of", 4.0, 1.0, 0.0));
        assert_eq!(
            (categories[0].0, categories[0].3),
            ("Phones > Smartphones", 2.0)
        );
        assert_eq!(brands[0].0, "Nova");
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
            .map(|viewed| (viewed.key.as_str(), viewed.count, viewed.visits))
            .collect();
        assert_eq!(counts, [("b", 3, 2), ("a", 1, 1)]);
    }

    #[test]
    fn the_cart_follows_what_is_added_removed_and_ordered() {
        let mut shopper = Shopper::default();
        shopper.learn(&event(Kind::ProductAdded, 1, &["a", "a", "b"]), None);
        assert_eq!((shopper.cart[0].count, shopper.cart.len()), (2, 2));
        shopper.learn(&event(Kind::ProductRemoved, 2, &["a"]), None);
        assert_eq!(shopper.cart[0].count, 1);
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

    fn called(kind: Kind, time: i64, key: &str, name: &str) -> Event {
        let mut event = event(kind, time, &[key]);
        let name = Scalar::Text(name.into());
        event.products[0].fields.push((Field::Name, name));
        event
    }

    #[test]
    fn remembers_what_the_page_called_an_item() {
        let mut shopper = Shopper::default();
        shopper.learn(&called(Kind::ProductViewed, 1, "a", "Red phone"), None);
        shopper.learn(&called(Kind::ProductListViewed, 1, "b", "Listed"), None);
        assert_eq!((shopper.name("a"), shopper.name("b")), ("Red phone", ""));
        // An event that says no name takes none away.
        shopper.learn(&event(Kind::ProductAdded, 2, &["a"]), None);
        assert_eq!(shopper.name("a"), "Red phone");
        shopper.learn(&called(Kind::ProductAdded, 5, "a", "红色手机"), None);
        shopper.learn(&called(Kind::ProductViewed, 6, "aa", "Other"), None);
        let mut back = Shopper::decode(&shopper.encode()).unwrap();
        let names = back.names.len();
        assert_eq!(
            (back.name("a"), back.name("aa"), names),
            ("红色手机", "Other", 2)
        );
        back.learn(&event(Kind::ProductDisliked, 7, &["a"]), None);
        assert_eq!((back.name("a"), back.names.len()), ("", 1));
        for n in 0..100 {
            let key = n.to_string();
            back.learn(&called(Kind::ProductAdded, 8, &key, &key), None);
        }
        let names = back.names.len();
        assert_eq!((names, back.name("aa"), back.name("99")), (NAMES, "", "99"));
    }

    #[test]
    fn what_was_stored_without_names_is_read() {
        let mut shopper = Shopper::default();
        shopper.learn(&event(Kind::ProductViewed, 1, &["a"]), None);
        let out = &mut Vec::new();
        put_uint(out, 1);
        put_uint(out, 1);
        put_text(out, "a");
        for number in [1, 1, 1, 1, 0, 0, 0] {
            put_uint(out, number);
        }
        shopper.categories.encode(out);
        shopper.brands.encode(out);
        let before = codec::seal(BEFORE, out);
        assert_eq!(Shopper::decode(&before), Some(shopper));
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
    fn what_an_event_says_of_an_unknown_item_is_looked_up() {
        let model = toy().open();
        let mut new = event(Kind::ProductViewed, 1, &["new"]);
        new.products[0].category = Some("Phones > Smartphones".into());
        new.products[0].brand = Some("Nova".into());
        let mut shopper = Shopper::default();
        for _ in 0..2 {
            shopper.learn(&new, Some(&model));
            let number = |interests: &Interests| interests.iter().next().unwrap().number;
            assert_eq!(
                number(&shopper.categories),
                model.find_category("Phones > Smartphones")
            );
            assert_eq!(number(&shopper.brands), model.find_brand("Nova"));
            assert!(number(&shopper.brands).is_some());
        }
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
            let name = Scalar::Text(long.clone());
            one.products[0].fields.push((Field::Name, name));
            shopper.learn(&one, None);
        }
        assert!(shopper.encode().len() <= BUDGET);
        // Beside names as long as they may be, the full edition leaves no room for what was bought.
        assert!(
            cfg!(feature = "full") || shopper.recent.len() == RECENT && shopper.bought.len() > 20
        );
    }

    proptest! {
        #[test]
        fn comes_back_from_storage(events in prop::collection::vec((0u8..59, 0i64..1_000_000_000, prop::sample::select(vec!["phone-a", "pear", "case", "x"])), 0..120)) {
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
