//! Prices that the shopper knows: of what they watch, and of what they looked at.
//!
//! An alert compares the shop's price now with the price that the shopper saw last or was told of, so a drop is told once:
//! telling it makes the lower price the known one, and only a further drop, or one after a rise, is told again. What is watched on
//! purpose is never evicted by what was only looked at; what is bought is watched no more. Which alerts there are is for
//! [`crate::act::prices`] to say.

use crate::codec::{Reader, put_float, put_text, put_uint};
use crate::intake::{Event, Field, Kind};

pub(super) const VERSION: u8 = 1;

/// Items remembered.
const MOST: usize = 64;
/// What they may take, and one beside its key.
const BUDGET: usize = 4096;
const FIXED: usize = 26;

const WATCHED: u8 = 1;
/// It was out of stock when the shopper heard of it last.
const OUT: u8 = 2;
/// That few are left was told.
const FEW: u8 = 4;
/// A drop was told.
const TOLD: u8 = 8;

/// What the shopper was told of an item, or what became of it since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum News {
    /// Its price: a drop that was told, or a rise that ends one.
    Price,
    /// It is there again.
    Restock,
    /// Few are left.
    Few,
    /// A flash sale ends.
    Ending,
    /// It went out of stock.
    Gone,
}

impl News {
    const ALL: [News; 5] = [
        News::Price,
        News::Restock,
        News::Few,
        News::Ending,
        News::Gone,
    ];

    pub(super) fn from_number(number: u64) -> Option<News> {
        News::ALL.get(number as usize).copied()
    }
}

/// One item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watch {
    /// Id of the item.
    pub key: String,
    /// The price that the shopper knows; 0 where none was said.
    pub price: f64,
    /// Currency of `price`.
    pub currency: String,
    /// When it was watched, or else looked at last.
    pub time: i64,
    flags: u8,
    /// The end of the flash sale that was told last.
    pub flash: i64,
}

impl Watch {
    /// Whether the shopper asked to be told.
    pub fn watched(&self) -> bool {
        self.flags & WATCHED != 0
    }

    /// Whether it was out of stock when last seen.
    pub fn was_out(&self) -> bool {
        self.flags & OUT != 0
    }

    /// Whether an alert said that few are left.
    pub fn told_few(&self) -> bool {
        self.flags & FEW != 0
    }

    /// Whether a drop of it was told.
    pub fn told(&self) -> bool {
        self.flags & TOLD != 0
    }
}

/// Watched and recently viewed items, for alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watches(Vec<Watch>);

impl Watches {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub fn all(&self) -> &[Watch] {
        &self.0
    }

    fn bytes(&self) -> usize {
        self.0.iter().map(|watch| watch.key.len() + FIXED).sum()
    }

    /// The entry of an item.
    pub fn find(&self, key: &str) -> Option<&Watch> {
        self.0.iter().find(|watch| watch.key == key)
    }

    /// The place of an item, made where there is room or something less wanted; `None` where all else is watched.
    fn place(&mut self, key: &str, watched: bool, time: i64) -> Option<&mut Watch> {
        if let Some(at) = self.0.iter().position(|watch| watch.key == key) {
            return self.0.get_mut(at);
        }
        while self.0.len() >= MOST || self.bytes() + key.len() + FIXED > BUDGET {
            let looked = |watch: &&Watch| watched || !watch.watched();
            let oldest = self.0.iter().filter(looked);
            let oldest = oldest
                .min_by_key(|watch| (watch.watched(), watch.time))?
                .key
                .clone();
            self.0.retain(|watch| watch.key != oldest);
        }
        self.0.push(Watch {
            key: key.into(),
            time,
            ..Watch::default()
        });
        self.0.last_mut()
    }

    /// Learns from what an event itself says, so that it teaches the same whenever it is learned again.
    pub(super) fn learn(&mut self, event: &Event) {
        let watched = match event.kind {
            Kind::ProductWatched | Kind::ProductAddedToWishlist => true,
            Kind::ProductViewed => false,
            Kind::ProductRemovedFromWishlist | Kind::OrderCompleted => {
                let products = &event.products;
                self.0
                    .retain(|watch| products.iter().all(|product| product.id != watch.key));
                return;
            }
            _ => return,
        };
        for product in event.products.iter().take(MOST) {
            let Some(watch) = self.place(&product.id, watched, event.time) else {
                continue;
            };
            if event.time < watch.time {
                continue;
            }
            if let Some(price) = product.price.filter(|price| *price > 0.0) {
                let currency = event.text(Field::Currency).unwrap_or("");
                watch.price = price;
                watch.currency = currency.chars().take(3).collect();
            }
            if watched || !watch.watched() {
                watch.time = event.time;
                // That it is out of stock may be known before: rows of one moment come in any order.
                watch.flags = (watch.flags & OUT) | (u8::from(watched) * WATCHED);
            }
        }
    }

    /// Takes news of an item over: a price, or for [`News::Ending`] the end of the flash sale.
    pub(super) fn hear(&mut self, key: &str, news: News, value: f64, time: i64) {
        let Some(watch) = self.place(key, false, time) else {
            return;
        };
        match news {
            News::Price => {
                // A rise ends what was told.
                let told = value <= watch.price || watch.price <= 0.0;
                watch.flags = (watch.flags & !TOLD) | (u8::from(told) * TOLD);
                watch.price = value;
            }
            News::Restock => watch.flags &= !(OUT | FEW),
            News::Few => watch.flags |= FEW,
            News::Ending => watch.flash = value as i64,
            News::Gone => watch.flags |= OUT,
        }
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|watch| keep(&watch.key));
    }

    /// What is kept on the device.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.0.len() as u64);
        for watch in &self.0 {
            put_text(out, &watch.key);
            put_float(out, watch.price);
            put_text(out, &watch.currency);
            put_uint(out, watch.time as u64);
            out.push(watch.flags);
            put_uint(out, watch.flash as u64);
        }
    }

    /// Reads what [`Watches::encode`] of a version wrote; whether this one knows it.
    pub(super) fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        for _ in 0..reader.count(6, MOST) {
            let watch = Watch {
                key: reader.text().into(),
                price: reader.float(),
                currency: reader.text().into(),
                time: reader.uint() as i64,
                flags: reader.byte(),
                flash: reader.uint() as i64,
            };
            reader.require(watch.price >= 0.0 && watch.price <= 1e12);
            self.0.push(watch);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::Product;
    use proptest::prelude::*;

    fn event(kind: Kind, time: i64, key: &str, price: f64) -> Event {
        let mut event = Event::about(kind, time, Vec::<String>::new());
        event.products.push(Product {
            price: Some(price),
            ..Product::new(key)
        });
        event
    }

    #[test]
    fn the_price_that_was_seen_last_is_known_until_it_is_bought() {
        let mut watches = Watches::default();
        for (kind, time, price) in [
            (Kind::ProductViewed, 1, 100.0),
            (Kind::ProductWatched, 2, 95.0),
            (Kind::ProductViewed, 3, 90.0),
        ] {
            watches.learn(&event(kind, time, "tea", price));
        }
        let tea = watches.find("tea").unwrap();
        assert_eq!((tea.price, tea.watched(), tea.time), (90.0, true, 2));
        watches.learn(&event(Kind::OrderCompleted, 4, "tea", 90.0));
        assert!(watches.is_empty());
    }

    #[test]
    fn what_was_sold_out_when_it_was_watched_stays_so_in_whatever_order_that_is_learned() {
        let mut watches = Watches::default();
        watches.hear("tea", News::Gone, 0.0, 1);
        watches.learn(&event(Kind::ProductWatched, 1, "tea", 100.0));
        let tea = watches.find("tea").unwrap();
        assert!(tea.watched() && tea.was_out() && tea.price == 100.0);
        watches.hear("tea", News::Restock, 0.0, 2);
        assert!(!watches.find("tea").unwrap().was_out());
    }

    #[test]
    fn a_rise_ends_the_drop_that_was_told() {
        let mut watches = Watches::default();
        watches.learn(&event(Kind::ProductWatched, 1, "tea", 100.0));
        watches.hear("tea", News::Price, 80.0, 2);
        assert!(watches.find("tea").unwrap().told());
        watches.hear("tea", News::Price, 110.0, 3);
        let tea = watches.find("tea").unwrap();
        assert_eq!((tea.told(), tea.price), (false, 110.0));
    }

    proptest! {
        #[test]
        fn what_is_watched_stays_and_all_comes_back_from_storage(steps in prop::collection::vec((0u8..5, 0u16..200, 1u32..1000), 0..400)) {
            let mut watches = Watches::default();
            let mut wanted: Vec<String> = Vec::new();
            for (n, (what, key, price)) in steps.into_iter().enumerate() {
                let (time, key) = (n as i64 + 1, format!("item-{key}"));
                // Fewer than there is room for.
                if what == 0 && wanted.len() < 40 {
                    watches.learn(&event(Kind::ProductWatched, time, &key, price.into()));
                    if !wanted.contains(&key) { wanted.push(key); }
                } else if what == 1 {
                    watches.hear(&key, News::ALL[key.len() % 5], price.into(), time);
                } else {
                    watches.learn(&event(Kind::ProductViewed, time, &key, price.into()));
                }
                prop_assert!(watches.all().len() <= MOST);
            }
            prop_assert!(wanted.iter().all(|key| watches.find(key).is_some_and(Watch::watched)));
            let mut bytes = Vec::new();
            watches.encode(&mut bytes);
            let reader = &mut Reader::new(&bytes);
            let mut back = Watches::default();
            prop_assert!(back.decode(VERSION, reader) && reader.ends());
            prop_assert_eq!(back, watches);
        }

        #[test]
        fn damaged_watches_are_noticed(bytes: Vec<u8>) {
            let reader = &mut Reader::new(&bytes);
            Watches::default().decode(VERSION, reader);
        }
    }
}
