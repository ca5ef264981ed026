//! An order is one order, however often it is reported.
//!
//! A thank-you page that is loaded again, days later or on another device, reports the same order under a new message id.
//! With a number it is known by shopper, number and item, so that the rest of an order that comes in parts still counts,
//! and by number and content for a shopper of another name. Without a number it is known by shopper and content within
//! the time that a visit lasts.
//!
//! Lines of one message, or rows of one time, are the lines of one order: equal ones are left as they are.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use tillside::intake::session::GAP_MS;

/// Rows of one order that lie further apart are two reports of it: milliseconds.
const APART_MS: u64 = 2 * 60 * 1000;

/// Orders read so far. Kept as hashes: of ten million, two differing ones share one with a probability of 3 in a million.
#[derive(Default)]
pub(super) struct Orders {
    /// Shopper, number, item.
    lines: HashMap<u64, i64>,
    /// Number and items.
    wholes: HashSet<u64>,
    /// Shopper and items of an order without a number, and when it was reported last.
    unnumbered: HashMap<u64, i64>,
}

fn hash(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

impl Orders {
    /// Takes in the report of an order; which of its items were not reported with it before.
    pub fn report(&mut self, shopper: u32, number: &str, time: i64, items: &[u32]) -> Vec<bool> {
        let mut content = items.to_vec();
        content.sort_unstable();
        content.dedup();
        let number = number.trim();
        if number.is_empty() {
            let last = self.unnumbered.insert(hash((shopper, &content)), time);
            let is_new = last.is_none_or(|last| last.abs_diff(time) >= GAP_MS as u64);
            return vec![is_new; items.len()];
        }
        let is_known = !self.wholes.insert(hash((number, &content)));
        let lines = items.iter().map(|item| hash((shopper, number, item)));
        let lines: Vec<u64> = lines.collect();
        let new = (lines
            .iter()
            .map(|line| !is_known && !self.lines.contains_key(line)))
        .collect();
        for line in lines {
            self.lines.entry(line).or_insert(time);
        }
        new
    }

    /// Takes in one row of an order of a table; false where the same item was reported with it at another time.
    pub fn row(&mut self, shopper: u32, number: &str, time: i64, item: u32) -> bool {
        let first = *(self.lines)
            .entry(hash((shopper, number.trim(), item)))
            .or_insert(time);
        first.abs_diff(time) <= APART_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_order_with_a_number_counts_once_on_every_device() {
        let mut orders = Orders::default();
        assert_eq!(orders.report(0, "O-1", 0, &[1, 2, 2]), [true; 3]);
        assert_eq!(orders.report(0, "O-1", 86_400_000, &[2, 1]), [false; 2]);
        assert_eq!(orders.report(7, " O-1", 5, &[1, 2]), [false; 2]);
        assert_eq!(
            orders.report(0, "O-1", 9, &[2, 3]),
            [false, true],
            "the rest of it"
        );
        assert_eq!(
            orders.report(7, "O-1", 9, &[4]),
            [true],
            "another shop's O-1"
        );
        assert_eq!(orders.report(0, "O-2", 9, &[1, 2]), [true; 2]);
    }

    #[test]
    fn an_order_without_a_number_is_known_for_as_long_as_a_visit() {
        let mut orders = Orders::default();
        assert_eq!(orders.report(0, "", 0, &[1, 2]), [true; 2]);
        assert_eq!(orders.report(0, "", GAP_MS - 1, &[2, 1]), [false; 2]);
        assert_eq!(orders.report(0, "", 2 * GAP_MS - 1, &[1, 2]), [true; 2]);
        assert_eq!(orders.report(1, "", 0, &[1, 2]), [true; 2]);
        assert_eq!(orders.report(0, "", 0, &[1]), [true]);
    }

    #[test]
    fn equal_lines_of_an_invoice_stay_and_a_later_report_of_it_does_not() {
        let mut orders = Orders::default();
        assert!(orders.row(0, "I-1", 0, 5) && orders.row(0, "I-1", 60_000, 5));
        assert!(!orders.row(0, "I-1", 86_400_000, 5));
        assert!(orders.row(0, "I-2", 86_400_000, 5) && orders.row(1, "I-1", 86_400_000, 5));
    }

    proptest! {
        #[test]
        fn reporting_orders_again_changes_nothing(
            reports in prop::collection::vec((0..4u32, 0..4u8, prop::collection::vec(0..5u32, 1..4)), 1..30),
        ) {
            let mut orders = Orders::default();
            let mut count = |(shopper, number, items): &(u32, u8, Vec<u32>)| {
                orders.report(*shopper, &number.to_string(), 0, items).iter().filter(|new| **new).count()
            };
            let first: usize = reports.iter().map(&mut count).sum();
            let again: usize = reports.iter().map(&mut count).sum();
            prop_assert_eq!(again, 0);
            let distinct: HashSet<(u32, u8, u32)> = reports.iter()
                .flat_map(|(shopper, number, items)| items.iter().map(|item| (*shopper, *number, *item)))
                .collect();
            let numbers: HashSet<(u8, u32)> = distinct.iter().map(|(_, number, item)| (*number, *item)).collect();
            // Nothing that was bought in an order is lost, and lines repeated in one message stay.
            prop_assert!(first >= numbers.len());
        }
    }
}
