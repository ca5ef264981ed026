//! When one product, or anything of one category, was bought.
//!
//! The newest purchases each by itself; of older ones the moments of their intervals. An order that is cancelled leaves
//! all lines it was in.

use super::gamma::Moments;
use crate::codec::{Reader, put_text, put_uint};

/// Purchases that are kept each by itself.
pub const RING: usize = 12;
/// The part of its usual quantity that a purchase counts as, at least and at most.
const SCALE: [f64; 2] = [0.5, 3.0];

/// A purchase of one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// Local day, counted from 1970-01-01.
    pub day: i32,
    /// Pieces.
    pub quantity: u32,
    /// The order, as a hash.
    pub order: u32,
}

/// Purchases of one product or category.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Key of the product, or path of the category.
    pub key: String,
    /// Whether it is a category.
    pub category: bool,
    /// In order of day.
    ring: Vec<Purchase>,
    /// Intervals between trips that are no longer in the ring, scaled to the usual quantity of their time.
    older: Moments,
}

/// One day's purchases together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trip {
    /// Local day, counted from 1970-01-01.
    pub day: i32,
    /// Pieces.
    pub quantity: u32,
}

impl Line {
    /// An empty line.
    pub fn new(key: &str, category: bool) -> Line {
        Line {
            key: key.into(),
            category,
            ..Line::default()
        }
    }

    /// Adds a purchase; intervals of those that leave the ring are kept as moments.
    pub fn add(&mut self, purchase: Purchase) {
        let at = self.ring.partition_point(|known| known.day <= purchase.day);
        self.ring.insert(at, purchase);
        if self.ring.len() > RING {
            let usual = self.usual();
            let out = self.ring.remove(0);
            let next = self.ring[0].day;
            if next > out.day {
                let gap = f64::from(next - out.day) / scale(out.quantity, usual);
                self.older.add(gap);
            }
        }
    }

    /// Takes out what an order brought.
    pub fn undo(&mut self, order: u32) {
        self.ring.retain(|purchase| purchase.order != order);
    }

    /// Whether an order is part of it.
    pub fn has(&self, order: u32) -> bool {
        self.ring.iter().any(|purchase| purchase.order == order)
    }

    /// Whether it has no purchases.
    pub fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    /// Purchases of one day are one trip: zero and negative intervals do not exist.
    pub fn trips(&self) -> Vec<Trip> {
        let mut trips: Vec<Trip> = Vec::with_capacity(self.ring.len());
        for purchase in &self.ring {
            match trips.last_mut() {
                Some(last) if last.day == purchase.day => {
                    last.quantity = last.quantity.saturating_add(purchase.quantity);
                }
                _ => trips.push(Trip {
                    day: purchase.day,
                    quantity: purchase.quantity,
                }),
            }
        }
        trips
    }

    /// The mean quantity of a purchase; 1 of none.
    fn usual(&self) -> f64 {
        let trips = self.trips();
        let sum: f64 = trips.iter().map(|trip| f64::from(trip.quantity)).sum();
        if trips.is_empty() {
            1.0
        } else {
            (sum / trips.len() as f64).max(1e-9)
        }
    }

    /// Intervals, each divided by the share of the usual quantity that the purchase before it was, and that share of the
    /// last purchase.
    pub fn intervals(&self) -> (Moments, f64) {
        let (trips, usual) = (self.trips(), self.usual());
        let mut moments = self.older;
        for two in trips.windows(2) {
            let gap = f64::from(two[1].day - two[0].day);
            moments.add(gap / scale(two[0].quantity, usual));
        }
        let last = trips.last().map_or(1.0, |trip| scale(trip.quantity, usual));
        (moments, last)
    }

    /// Trips, those no longer in the ring included.
    pub fn count(&self) -> usize {
        self.trips().len() + self.older.count as usize
    }

    /// Day of the last purchase.
    pub fn last(&self) -> Option<i32> {
        self.ring.last().map(|purchase| purchase.day)
    }

    /// What it is worth keeping: purchases, then how new the last is.
    pub(super) fn worth(&self) -> (usize, i32) {
        let older = self.older.count as usize;
        (self.ring.len() + older, self.last().unwrap_or(i32::MIN))
    }

    /// An upper bound of the stored size.
    pub(super) fn bytes(&self) -> usize {
        self.key.len() + 31 + self.ring.len() * 8
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_text(out, &self.key);
        put_uint(out, self.category.into());
        put_uint(out, self.ring.len() as u64);
        for purchase in &self.ring {
            put_uint(out, u64::from(purchase.day as u32));
            put_uint(out, purchase.quantity.into());
            put_uint(out, purchase.order.into());
        }
        put_uint(out, u64::from(self.older.count > 0.0));
        if self.older.count > 0.0 {
            self.older.encode(out);
        }
    }

    pub(super) fn decode(reader: &mut Reader) -> Line {
        let mut line = Line::new(reader.text(), reader.uint() != 0);
        for _ in 0..reader.count(3, RING) {
            line.ring.push(Purchase {
                day: reader.small() as i32,
                quantity: reader.small(),
                order: reader.small(),
            });
        }
        reader.require(line.ring.is_sorted_by_key(|purchase| purchase.day));
        if reader.uint() != 0 {
            line.older = Moments::decode(reader);
        }
        line
    }
}

fn scale(quantity: u32, usual: f64) -> f64 {
    (f64::from(quantity) / usual).clamp(SCALE[0], SCALE[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn purchase(day: i32, quantity: u32, order: u32) -> Purchase {
        Purchase {
            day,
            quantity,
            order,
        }
    }

    proptest! {
        #[test]
        fn intervals_are_those_between_distinct_days(rows in prop::collection::vec(0i32..300, 0..RING)) {
            let mut line = Line::new("milk", false);
            for (n, day) in rows.iter().enumerate() { line.add(purchase(*day, 2, n as u32 + 1)); }
            let mut days = rows.clone();
            days.sort_unstable();
            days.dedup();
            // Two purchases of a day make that day a large one, so equal quantities are compared only without any.
            if days.len() == rows.len() {
                let gaps: Vec<f64> = days.windows(2).map(|two| f64::from(two[1] - two[0])).collect();
                let (found, last) = line.intervals();
                prop_assert_eq!(found.count as usize, gaps.len());
                if !gaps.is_empty() {
                    prop_assert!((found.mean - gaps.iter().sum::<f64>() / gaps.len() as f64).abs() < 1e-9);
                }
                prop_assert_eq!(last, 1.0);
            }
            let trips: Vec<i32> = line.trips().iter().map(|trip| trip.day).collect();
            prop_assert_eq!(trips, days);
        }

        #[test]
        fn moments_stay_those_of_all_intervals_when_the_ring_is_full(gaps in prop::collection::vec(1i32..60, 1..60)) {
            let mut line = Line::new("milk", false);
            let mut day = 100;
            line.add(purchase(day, 3, 1));
            for gap in &gaps { day += gap; line.add(purchase(day, 3, 1)); }
            let (found, _) = line.intervals();
            let expected = Moments::of(gaps.iter().map(|gap| f64::from(*gap)));
            prop_assert_eq!(found.count, expected.count);
            prop_assert!((found.mean - expected.mean).abs() < 1e-9 && (found.squares - expected.squares).abs() < 1e-6);
            prop_assert!(line.bytes() <= 4 + 31 + RING * 8);
        }

        #[test]
        fn what_is_stored_is_read_back_within_its_bound(rows in prop::collection::vec((0i32..30_000, 0u32..10_000, 0u32..0x1f_ffff), 0..40)) {
            let mut line = Line::new("Fresh > Fruit", true);
            for (day, quantity, order) in rows { line.add(purchase(day, quantity, order)); }
            let mut out = Vec::new();
            line.encode(&mut out);
            prop_assert!(out.len() <= line.bytes());
            let mut reader = Reader::new(&out);
            prop_assert_eq!(Line::decode(&mut reader), line);
            prop_assert!(reader.ends());
        }
    }

    #[test]
    fn twice_the_quantity_lasts_twice_as_long() {
        let mut line = Line::new("coffee", false);
        for (day, quantity) in [(0, 1), (10, 2), (30, 1), (40, 2)] {
            line.add(purchase(day, quantity, day as u32 + 1));
        }
        let (found, last) = line.intervals();
        // The usual quantity is 1.5: 10 days after one piece are 15 after the usual, 20 after two are 15, too.
        assert!((found.mean - 15.0).abs() < 1e-9 && found.squares < 1e-9);
        assert!((last - 2.0 / 1.5).abs() < 1e-9);
    }
}
