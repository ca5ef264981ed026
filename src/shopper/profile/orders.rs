//! Transactions: a shopper's orders as sums, counts and gaps.
//!
//! The newest orders stay as short rows, so that a cancellation, a refund or a second message about one order changes the
//! sums as if it had been so from the start; older ones are folded into one total, from which nothing is taken back.
//! What they say of cycles, value and loyalty is worked out elsewhere from the same rows.

use crate::codec::{Reader, hash, put_float, put_uint};
use crate::intake::{Event, Field, Kind, Product, Scalar};
use crate::scene::day::local_day;

pub(super) const VERSION: u8 = 2;

/// Rows kept; a year of weekly orders.
const ROWS: usize = 64;
/// Orders that were cancelled, remembered for a completion that comes late.
const CANCELLED: usize = 16;

/// One order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Order {
    /// FNV-1a of the order's id; the time where it has none.
    pub id: u64,
    /// Milliseconds since 1970.
    pub time: i64,
    /// Paid for its lines.
    pub value: f64,
    /// Discount, in the unit of `value`.
    pub discount: f64,
    /// Whether a coupon was used.
    pub coupon: bool,
    /// Pieces.
    pub items: u32,
}

/// Sums over orders in the order of their time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Number of orders.
    pub orders: u32,
    /// Orders with a coupon.
    pub coupons: u32,
    /// Pieces.
    pub items: f64,
    /// Sum paid.
    pub value: f64,
    /// Sum of discounts.
    pub discount: f64,
    /// Gaps between one order and the next: their sum in days, and the sum of their squares.
    pub gaps: f64,
    /// Sum of squared gaps, in days².
    pub squares: f64,
    first: i64,
    last: i64,
}

impl Totals {
    pub(super) fn add(&mut self, order: &Order) {
        if self.orders == 0 {
            self.first = order.time;
        } else {
            let gap = order.time.saturating_sub(self.last).max(0) as f64 / 86_400e3;
            self.gaps += gap;
            self.squares += gap * gap;
        }
        self.first = self.first.min(order.time);
        self.last = self.last.max(order.time);
        self.orders = self.orders.saturating_add(1);
        self.coupons = self.coupons.saturating_add(order.coupon.into());
        self.items += f64::from(order.items);
        self.value += order.value;
        self.discount += order.discount;
    }

    /// A history as a source sums it up: items, value, discount, gaps and squares.
    pub fn of(orders: u32, coupons: u32, sums: [f64; 5], first: i64, last: i64) -> Totals {
        let [items, value, discount, gaps, squares] = sums;
        Totals {
            orders,
            coupons,
            items,
            value,
            discount,
            gaps,
            squares,
            first,
            last,
        }
    }

    /// Of two accounts of one history, whether the other reaches further, or else says more.
    pub(super) fn is_before(&self, other: &Totals) -> bool {
        let rank = |totals: &Totals| (totals.last, totals.orders, totals.coupons, -totals.first);
        let sums = |totals: &Totals| {
            [
                totals.value,
                totals.items,
                totals.discount,
                totals.gaps,
                totals.squares,
            ]
        };
        rank(self) < rank(other) || rank(self) == rank(other) && sums(self) < sums(other)
    }

    /// Both together, as orders of two sources; the gap between them is not known.
    pub(super) fn plus(&self, other: &Totals) -> Totals {
        Totals {
            orders: self.orders.saturating_add(other.orders),
            coupons: self.coupons.saturating_add(other.coupons),
            items: self.items + other.items,
            value: self.value + other.value,
            discount: self.discount + other.discount,
            gaps: self.gaps + other.gaps,
            squares: self.squares + other.squares,
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        }
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.orders.into());
        put_uint(out, self.coupons.into());
        for sum in [
            self.items,
            self.value,
            self.discount,
            self.gaps,
            self.squares,
        ] {
            put_float(out, sum);
        }
        put_uint(out, self.first as u64);
        put_uint(out, self.last as u64);
    }

    pub(super) fn decode(reader: &mut Reader) -> Totals {
        Totals {
            orders: reader.small(),
            coupons: reader.small(),
            items: reader.float(),
            value: reader.float(),
            discount: reader.float(),
            gaps: reader.float(),
            squares: reader.float(),
            first: reader.uint() as i64,
            last: reader.uint() as i64,
        }
    }

    /// Time of the first order.
    pub fn first(&self) -> Option<i64> {
        (self.orders > 0).then_some(self.first)
    }

    /// Time of the last order.
    pub fn last(&self) -> Option<i64> {
        (self.orders > 0).then_some(self.last)
    }

    /// In days; `None` below two orders.
    pub fn mean_gap(&self) -> Option<f64> {
        (self.orders > 1).then(|| self.gaps / f64::from(self.orders - 1))
    }

    /// Standard deviation of the gaps in days; `None` below three orders.
    pub fn gap_deviation(&self) -> Option<f64> {
        let count = f64::from(self.orders) - 1.0;
        (self.orders > 2).then(|| {
            let mean = self.gaps / count;
            f64::sqrt(((self.squares - count * mean * mean) / (count - 1.0)).max(0.0))
        })
    }
}

/// Days with an order that is no longer kept by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OldDays {
    /// Number of those days.
    pub count: u32,
    /// The newest of them.
    pub last: i32,
}

/// Orders: the latest one by one, older ones as sums.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Orders {
    /// Oldest first.
    rows: Vec<Order>,
    older: Totals,
    old_days: OldDays,
    cancelled: Vec<u64>,
    returns: u32,
}

fn amount(fields: &[(Field, Scalar)], wanted: Field) -> Option<f64> {
    let found = fields.iter().find(|(field, _)| *field == wanted);
    match found {
        Some((_, Scalar::Amount(amount))) => Some(*amount),
        _ => None,
    }
}

/// What the lines come to, where each has a price.
fn lines(products: &[Product]) -> Option<f64> {
    let price = |product: &Product| Some(product.price? * f64::from(product.quantity));
    products.iter().map(price).sum()
}

impl Order {
    fn of(event: &Event) -> Order {
        let fields = &event.fields;
        let named = [Field::Revenue, Field::Subtotal, Field::Value, Field::Total];
        let value = named.iter().find_map(|field| amount(fields, *field));
        let each = event.products.iter();
        let discounts = each.filter_map(|product| amount(&product.fields, Field::Discount));
        Order {
            id: id(event),
            time: event.time,
            value: value.or_else(|| lines(&event.products)).unwrap_or(0.0),
            discount: amount(fields, Field::Discount).unwrap_or_else(|| discounts.sum()),
            coupon: event.text(Field::Coupon).is_some(),
            items: event
                .products
                .iter()
                .fold(0, |sum, product| sum.saturating_add(product.quantity)),
        }
    }
}

fn id(event: &Event) -> u64 {
    let named = event.text(Field::OrderId);
    named.map_or(event.time as u64, |id| hash(id.as_bytes()))
}

impl Orders {
    /// Whether the order was cancelled, as far as is remembered.
    pub fn was_cancelled(&self, id: u64) -> bool {
        self.cancelled.contains(&id)
    }

    pub(crate) fn learn(&mut self, event: &Event, zone: i32) {
        match event.kind {
            Kind::OrderCompleted => self.insert(Order::of(event), zone),
            Kind::OrderUpdated if self.position(id(event)).is_some() => {
                self.insert(Order::of(event), zone);
            }
            Kind::OrderCancelled => self.cancel(id(event)),
            Kind::OrderRefunded | Kind::OrderReturned => {
                self.returns = self.returns.saturating_add(1);
                let (value, whole) = (lines(&event.products), event.products.is_empty());
                match self.position(id(event)) {
                    Some(at) if !whole => {
                        let row = &mut self.rows[at];
                        row.value = (row.value - value.unwrap_or(0.0)).max(0.0);
                    }
                    _ if whole => self.cancel(id(event)),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn position(&self, id: u64) -> Option<usize> {
        self.rows.iter().position(|row| row.id == id)
    }

    /// Takes an order in where its time belongs; a second message about it takes the place of the first. `zone`, minutes
    /// east of UTC, is that of the days of orders which are folded into the total.
    fn insert(&mut self, mut order: Order, zone: i32) {
        if self.cancelled.contains(&order.id) {
            return;
        }
        if let Some(at) = self.position(order.id) {
            // When it was placed does not change.
            order.time = order.time.min(self.rows[at].time);
            self.rows.remove(at);
        }
        let at = self.rows.partition_point(|row| row.time <= order.time);
        self.rows.insert(at, order);
        if self.rows.len() > ROWS {
            let oldest = self.rows.remove(0);
            let day = local_day(oldest.time, zone);
            let days = &mut self.old_days;
            days.count = days
                .count
                .saturating_add((days.count == 0 || day != days.last).into());
            days.last = days.last.max(day);
            self.older.add(&oldest);
        }
    }

    fn cancel(&mut self, id: u64) {
        self.rows.retain(|row| row.id != id);
        if !self.cancelled.contains(&id) {
            if self.cancelled.len() == CANCELLED {
                self.cancelled.remove(0);
            }
            self.cancelled.push(id);
        }
    }

    /// The newest orders, oldest first.
    pub fn rows(&self) -> &[Order] {
        &self.rows
    }

    /// Days of the orders before those.
    pub fn old_days(&self) -> OldDays {
        self.old_days
    }

    /// How many refunds there were.
    pub fn returns(&self) -> u32 {
        self.returns
    }

    /// Sums over all orders.
    pub fn totals(&self) -> Totals {
        let mut totals = self.older;
        for row in &self.rows {
            totals.add(row);
        }
        totals
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.returns.into());
        self.older.encode(out);
        put_uint(out, self.old_days.count.into());
        put_uint(out, u64::from(self.old_days.last as u32));
        put_uint(out, self.rows.len() as u64);
        for row in &self.rows {
            put_uint(out, row.id);
            put_uint(out, row.time as u64);
            put_float(out, row.value);
            put_float(out, row.discount);
            out.push(row.coupon.into());
            put_uint(out, row.items.into());
        }
        put_uint(out, self.cancelled.len() as u64);
        for id in &self.cancelled {
            put_uint(out, *id);
        }
    }

    /// Whether this version is known.
    pub(super) fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != 1 && version != VERSION {
            return false;
        }
        self.returns = reader.small();
        self.older = Totals::decode(reader);
        self.old_days = match version {
            // Version 1 did not count days: as many as orders, until more is known.
            1 => OldDays {
                count: self.older.orders,
                last: local_day(self.older.last, 0),
            },
            _ => OldDays {
                count: reader.small(),
                last: reader.small() as i32,
            },
        };
        for _ in 0..reader.count(20, ROWS) {
            let row = Order {
                id: reader.uint(),
                time: reader.uint() as i64,
                value: reader.float(),
                discount: reader.float(),
                coupon: reader.byte() != 0,
                items: reader.small(),
            };
            self.rows.push(row);
        }
        for _ in 0..reader.count(1, CANCELLED) {
            self.cancelled.push(reader.uint());
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shopper::life::Trips;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const DAY: i64 = 86_400_000;

    fn order(id: &str, day: i64, price: f64, kind: Kind) -> Event {
        let mut event = Event::about(kind, day * DAY, ["a"]);
        event.products[0].price = Some(price);
        event.fields.push((Field::OrderId, Scalar::Text(id.into())));
        event
    }

    fn after(events: &[Event]) -> Orders {
        let mut orders = Orders::default();
        for event in events {
            orders.learn(event, 0);
        }
        orders
    }

    #[test]
    fn a_cancelled_order_leaves_no_trace_whichever_comes_first() {
        let kept = order("1", 3, 10.0, Kind::OrderCompleted);
        let gone = order("2", 5, 99.0, Kind::OrderCompleted);
        let cancelled = order("2", 6, 99.0, Kind::OrderCancelled);
        let without = after(std::slice::from_ref(&kept)).totals();
        let then = after(&[kept.clone(), gone.clone(), cancelled.clone()]);
        let before = after(&[cancelled, gone, kept]);
        assert_eq!((then.totals(), before.totals()), (without, without));
    }

    #[test]
    fn two_messages_about_one_order_are_one_order() {
        let first = order("1", 3, 10.0, Kind::OrderCompleted);
        let mut updated = order("1", 4, 8.0, Kind::OrderUpdated);
        let totals = after(&[first.clone(), first.clone(), updated.clone()]).totals();
        assert_eq!(
            (totals.orders, totals.value, totals.first()),
            (1, 8.0, Some(3 * DAY))
        );
        updated.fields[0].1 = Scalar::Text("2".into());
        assert_eq!(
            after(&[first, updated]).totals().orders,
            1,
            "an order that is not known"
        );
    }

    #[test]
    fn a_refund_of_some_lines_takes_their_price() {
        let mut refund = order("1", 9, 4.0, Kind::OrderRefunded);
        let bought = order("1", 3, 10.0, Kind::OrderCompleted);
        let partly = after(&[bought.clone(), refund.clone()]);
        assert_eq!((partly.totals().value, partly.returns()), (6.0, 1));
        refund.products.clear();
        assert_eq!(after(&[bought, refund]).totals().orders, 0);
    }

    #[test]
    fn what_an_earlier_version_kept_is_read() {
        let mut orders = Orders::default();
        for n in 0..70i64 {
            orders.learn(&order(&n.to_string(), n / 2, 1.0, Kind::OrderCompleted), 0);
        }
        let mut stored = Vec::new();
        orders.encode(&mut stored);
        // Without the two numbers that version 2 has behind the older total.
        let mut totals = Vec::new();
        orders.older.encode(&mut totals);
        let at = 1 + totals.len();
        let mut first = stored[..at].to_vec();
        first.extend_from_slice(&stored[at + 2..]);
        let mut back = Orders::default();
        assert!(back.decode(1, &mut Reader::new(&first)));
        assert_eq!(
            (back.totals(), back.rows()),
            (orders.totals(), orders.rows())
        );
        assert_eq!(back.old_days(), OldDays { count: 6, last: 2 });
        assert_eq!(orders.old_days(), OldDays { count: 3, last: 2 });
    }

    proptest! {
        #[test]
        fn totals_are_those_of_all_orders_at_once(
            days in prop::collection::vec((0i64..4000, 0.0f64..500.0, 0u32..5), 0..200),
            split in 0usize..200,
        ) {
            // Beyond the rows that are kept, orders must come in time.
            let mut days = days;
            if days.len() > ROWS { days.sort_by_key(|day| day.0); }
            let events: Vec<Event> = days.iter().enumerate()
                .map(|(n, &(day, price, _))| order(&n.to_string(), day, price, Kind::OrderCompleted)).collect();
            let (early, late) = events.split_at(split.min(events.len()));
            let mut orders = after(early);
            let mut stored = Vec::new();
            orders.encode(&mut stored);
            orders = Orders::default();
            prop_assert!(orders.decode(VERSION, &mut Reader::new(&stored)));
            for event in late { orders.learn(event, 0); }
            let mut times: Vec<i64> = days.iter().map(|day| day.0).collect();
            times.sort_unstable();
            let gaps: Vec<f64> = times.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect();
            let totals = orders.totals();
            prop_assert_eq!(totals.orders as usize, days.len());
            // Days are counted once, however many of their orders are kept.
            let trips = Trips::of(&orders, 0);
            let distinct: BTreeSet<i64> = days.iter().map(|day| day.0).collect();
            prop_assert_eq!(trips.count as usize, distinct.len());
            prop_assert!((totals.value - days.iter().map(|day| day.1).sum::<f64>()).abs() < 1e-9 * 500.0 * 200.0);
            prop_assert_eq!(totals.first(), times.first().map(|day| day * DAY));
            prop_assert_eq!(totals.last(), times.last().map(|day| day * DAY));
            let mean = (!gaps.is_empty()).then(|| gaps.iter().sum::<f64>() / gaps.len() as f64);
            prop_assert!((totals.mean_gap().unwrap_or(-1.0) - mean.unwrap_or(-1.0)).abs() < 1e-9);
            if gaps.len() > 1 {
                let mean = mean.unwrap();
                let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / (gaps.len() - 1) as f64;
                prop_assert!((totals.gap_deviation().unwrap() - variance.sqrt()).abs() < 1e-6);
            }
        }
    }
}
