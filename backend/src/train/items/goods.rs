//! The shop's items in the model's numbering, and what shoppers did with them in those numbers.
//!
//! An item's number is its popularity rank, ties by key. With a catalogue the items are the catalogue's, clicked or
//! not, and events on anything else are counted and left out; without one they are whatever was clicked.

use std::collections::{BTreeSet, HashMap};

use crate::ingest::{Catalogue, Interaction, Interactions, Kind, Product, Session};
use crate::train::items::orders::Order;
use crate::train::items::orders::Visit;

/// Samples kept of item keys that the catalogue does not have.
const SAMPLES: usize = 3;

/// Events on items that the catalogue does not have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unknown {
    pub events: u64,
    pub items: usize,
    pub samples: Vec<String>,
}

/// Everything that training counts.
pub struct Goods<'a> {
    pub keys: Vec<&'a str>,
    pub products: Vec<Option<&'a Product>>,
    /// Weighted events on each item, not rising.
    pub popularity: Vec<u64>,
    /// Oldest first; item numbers are the model's. Never empty ones.
    pub sessions: Vec<Session>,
    pub unknown: Unknown,
}

/// What one event says of an item's popularity.
pub fn weight(kind: Kind) -> u64 {
    match kind {
        Kind::View => 1,
        Kind::Cart => 4,
        Kind::Buy => 6,
    }
}

impl<'a> Goods<'a> {
    /// Numbers the items of the catalogue, or where there is none those of `sessions`, which are some of `read`'s.
    pub fn number(
        read: &'a Interactions,
        sessions: &[Session],
        catalogue: Option<&'a Catalogue>,
    ) -> Goods<'a> {
        let mut counts = vec![0u64; read.items.len()];
        for event in sessions.iter().flat_map(|session| &session.events) {
            counts[event.item as usize] += weight(event.kind);
        }
        let mut unknown = Unknown::default();
        let mut items: Vec<(u64, &str, Option<&Product>, Option<u32>)> = match catalogue {
            None => (read.items.iter().zip(&counts).enumerate())
                .filter(|(_, (_, count))| **count > 0)
                .map(|(at, (key, &count))| (count, key.as_str(), None, Some(at as u32)))
                .collect(),
            Some(catalogue) => {
                let mut read_at: HashMap<&str, u32> = (read.items.iter().map(String::as_str))
                    .zip(0u32..)
                    .collect();
                let items = catalogue.products.iter().map(|product| {
                    let at = read_at.remove(product.key.as_str());
                    let count = at.map_or(0, |at| counts[at as usize]);
                    (count, product.key.as_str(), Some(product), at)
                });
                items.collect()
            }
        };
        items.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));

        let mut number_of: Vec<Option<u32>> = vec![None; read.items.len()];
        for (number, (_, _, _, at)) in items.iter().enumerate() {
            if let Some(at) = at {
                number_of[*at as usize] = Some(number as u32);
            }
        }
        let mut strangers = BTreeSet::new();
        let mut renumber = |event: &Interaction| {
            let Some(item) = number_of[event.item as usize] else {
                unknown.events += 1;
                strangers.insert(event.item);
                return None;
            };
            Some(Interaction { item, ..*event })
        };
        let sessions = sessions
            .iter()
            .map(|session| Session {
                events: session.events.iter().filter_map(&mut renumber).collect(),
                ..*session
            })
            .filter(|session| !session.events.is_empty())
            .collect();
        unknown.items = strangers.len();
        unknown.samples = strangers
            .iter()
            .take(SAMPLES)
            .map(|&item| read.items[item as usize].clone())
            .collect();
        Goods {
            keys: items.iter().map(|item| item.1).collect(),
            products: items.iter().map(|item| item.2).collect(),
            popularity: items.iter().map(|item| item.0).collect(),
            sessions,
            unknown,
        }
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// What was looked at, session by session: views and additions to a cart.
    pub fn browsing(&self) -> Vec<Vec<u32>> {
        let looked_at = |session: &Session| -> Vec<u32> {
            let events = session.events.iter();
            events
                .filter(|event| event.kind != Kind::Buy)
                .map(|event| event.item)
                .collect()
        };
        self.sessions.iter().map(looked_at).collect()
    }

    /// The sessions with looks and an order, by shopper, each shopper's oldest first.
    pub fn visits(&self) -> Vec<Visit> {
        let mut visits: Vec<Visit> = Vec::new();
        for session in &self.sessions {
            let of = |bought: bool| {
                let events = session.events.iter();
                let events = events.filter(|event| (event.kind == Kind::Buy) == bought);
                let items: BTreeSet<u32> = events.map(|event| event.item).collect();
                items.into_iter().collect::<Vec<u32>>()
            };
            let (viewed, bought) = (of(false), of(true));
            if !viewed.is_empty() && !bought.is_empty() {
                visits.push(Visit {
                    shopper: session.shopper,
                    viewed,
                    bought,
                });
            }
        }
        // Stable: sessions are in the order of time.
        visits.sort_by_key(|visit| visit.shopper);
        visits
    }

    /// What was bought at once, by shopper, each shopper's oldest first.
    pub fn orders(&self) -> Vec<Order> {
        let mut orders: Vec<Order> = Vec::new();
        for session in &self.sessions {
            let bought = session
                .events
                .iter()
                .filter(|event| event.kind == Kind::Buy);
            let mut items: Vec<u32> = bought.clone().map(|event| event.item).collect();
            items.sort_unstable();
            items.dedup();
            if let Some(first) = bought.clone().next() {
                orders.push(Order {
                    shopper: session.shopper,
                    time: first.time,
                    items,
                });
            }
        }
        // Stable: a shopper's orders stay in time order.
        orders.sort_by_key(|order| order.shopper);
        orders
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::tests::interactions;

    #[test]
    fn numbers_by_popularity_then_key() {
        let read = interactions(&[(0, 1, "cab"), (1, 2, "bD"), (1, 3, "cb")]);
        let goods = Goods::number(&read, &read.sessions, None);
        assert_eq!(goods.keys, ["d", "b", "c", "a"]);
        assert_eq!(goods.popularity, [6, 3, 2, 1]);
        assert_eq!(goods.browsing(), [vec![2, 3, 1], vec![1], vec![2, 1]]);
        // A part of the sessions knows only its own items.
        let part = Goods::number(&read, &read.sessions[2..], None);
        assert_eq!(part.keys, ["b", "c"]);
    }

    #[test]
    fn with_a_catalogue_its_products_are_the_items() {
        let read = interactions(&[(0, 1, "xab"), (0, 2, "xy")]);
        let product = |key: &str| Product {
            key: key.into(),
            ..Product::default()
        };
        let catalogue = Catalogue {
            products: ["new", "b", "a"].map(product).into(),
            currency: None,
        };
        let goods = Goods::number(&read, &read.sessions, Some(&catalogue));
        assert_eq!(goods.keys, ["a", "b", "new"]);
        assert_eq!(goods.popularity, [1, 1, 0]);
        assert_eq!(goods.browsing(), [[0, 1]]);
        assert_eq!(
            goods.unknown,
            Unknown {
                events: 3,
                items: 2,
                samples: vec!["x".into(), "y".into()]
            }
        );
    }

    #[test]
    fn orders_are_by_shopper_and_time() {
        let read = interactions(&[(1, 1, "aABA"), (0, 2, "B"), (1, 3, "a"), (1, 4, "C")]);
        let goods = Goods::number(&read, &read.sessions, None);
        let orders: Vec<(u32, Vec<&str>)> = (goods.orders().iter())
            .map(|order| {
                let keys = order.items.iter().map(|&item| goods.keys[item as usize]);
                (order.shopper, keys.collect())
            })
            .collect();
        assert_eq!(
            orders,
            [(0, vec!["b"]), (1, vec!["a", "b"]), (1, vec!["c"])]
        );
        assert_eq!(goods.orders()[0].time, 2 * 3_600_000);
    }
}
