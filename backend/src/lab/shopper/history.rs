//! Customers' orders before and after the cut, and what the engine says of each at the cut.

use std::collections::{BTreeMap, BTreeSet};

use tillside::intake::{Event, Kind as EventKind};
use tillside::scene::day::local_day;
use tillside::shop::Model;
use tillside::shopper::Shopper;
use tillside::shopper::cycle::gamma::Interval;
use tillside::shopper::cycle::{Due, Known};
use tillside::shopper::life::{Parameters, Trips};
use tillside::shopper::profile::Setup;

use crate::ingest::{Interactions, Kind, Session};

pub const DAY_MS: i64 = 86_400_000;

/// Days are those of UTC.
pub fn day(time: i64) -> i32 {
    local_day(time, 0)
}

/// The last day that is known, and how many after it are held out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    pub last: i32,
    pub days: i32,
}

impl Cut {
    /// The end of the last known day.
    pub fn now(&self) -> i64 {
        i64::from(self.last + 1) * DAY_MS - 1
    }
}

pub struct Order {
    pub time: i64,
    /// Indices into [`Interactions::items`], each once.
    pub items: Vec<u32>,
}

impl Order {
    pub fn of(session: &Session) -> Option<Order> {
        let bought = session
            .events
            .iter()
            .filter(|event| event.kind == Kind::Buy);
        let time = bought.clone().next()?.time;
        let items: BTreeSet<u32> = bought.map(|event| event.item).collect();
        Some(Order {
            time,
            items: items.into_iter().collect(),
        })
    }
}

/// Orders of every shopper, oldest first.
pub fn orders(read: &Interactions) -> Vec<Vec<Order>> {
    let mut all: Vec<Vec<Order>> = Vec::new();
    all.resize_with(read.shoppers as usize, Vec::new);
    for session in &read.sessions {
        all[session.shopper as usize].extend(Order::of(session));
    }
    all
}

/// Someone with an order before the cut.
pub struct Customer {
    pub known: Vec<Order>,
    pub later: Vec<Order>,
}

pub fn customers(orders: Vec<Vec<Order>>, cut: Cut) -> Vec<Customer> {
    let split = |mut known: Vec<Order>| {
        let later = known.split_off(known.partition_point(|order| day(order.time) <= cut.last));
        Customer { known, later }
    };
    let all = orders.into_iter().map(split);
    all.filter(|one| !one.known.is_empty()).collect()
}

fn days(orders: &[Order]) -> Vec<i32> {
    let mut days: Vec<i32> = orders.iter().map(|order| day(order.time)).collect();
    days.dedup();
    days
}

/// A product or category that was bought on at least three days.
pub struct Line {
    pub category: bool,
    /// Rising and distinct.
    pub days: Vec<i32>,
    /// The first day after the cut.
    pub next: Option<i32>,
    /// What the engine says; `None` where it says nothing.
    pub due: Option<Due>,
}

/// One customer, at the cut.
pub struct Asked {
    /// Days with an order, known and later; rising and distinct.
    pub days: Vec<i32>,
    pub later: Vec<i32>,
    pub alive: Option<f64>,
    /// That an order comes in the held-out span, and how many.
    pub buys: Option<f64>,
    pub expected: Option<f64>,
    /// Of the history, by the fitted model.
    pub log_likelihood: Option<f64>,
    /// When the next order comes, if it comes.
    pub interval: Option<Interval>,
    pub lines: Vec<Line>,
}

/// Days that a line needs.
pub const LEAST: usize = 3;

/// A page's memory of these orders.
pub fn remembered(read: &Interactions, model: &Model, orders: &[Order]) -> Shopper {
    let mut shopper = Shopper::default();
    let setup = Setup::default();
    for (n, order) in orders.iter().enumerate() {
        let keys = order.items.iter().map(|item| &*read.items[*item as usize]);
        let mut event = Event::about(EventKind::OrderCompleted, order.time, keys);
        event.id = format!("order-{n}");
        shopper.learn(&event, Some(model));
        shopper.deepen(&event, Some(model), &setup);
    }
    shopper
}

/// Asks the engine about one customer.
pub fn ask(read: &Interactions, model: &Model, customer: &Customer, cut: Cut) -> Asked {
    let shopper = remembered(read, model, &customer.known);
    let profile = &shopper.profile;
    let parameters = Parameters::of(Some(model));
    let trips = Trips::of(&profile.orders, 0);
    let seen = trips.purchases(cut.last).ok();
    let known = parameters.activity.as_ref().zip(seen);
    let span = f64::from(cut.days);
    let due = profile.habits.due(Some(model), cut.now(), Known::default());
    Asked {
        days: days(&customer.known),
        later: days(&customer.later),
        alive: known.map(|(model, seen)| model.alive(&seen)),
        buys: known.map(|(model, seen)| model.buys_within(&seen, span)),
        expected: known.map(|(model, seen)| model.expected(&seen, span)),
        log_likelihood: known.map(|(model, seen)| model.log_likelihood(&seen)),
        interval: trips.interval(&parameters),
        lines: lines(read, model, customer, due),
    }
}

fn lines(read: &Interactions, model: &Model, customer: &Customer, due: Vec<Due>) -> Vec<Line> {
    let bought = |orders: &[Order]| {
        let mut lines: BTreeMap<(bool, String), Vec<i32>> = BTreeMap::new();
        for order in orders {
            let today = day(order.time);
            for item in &order.items {
                let key = &read.items[*item as usize];
                let category = model.find(key).and_then(|item| model.category(item));
                let path = category.map(|category| (true, model.category_path(category)));
                for line in path.into_iter().chain([(false, key.clone())]) {
                    let days = lines.entry(line).or_default();
                    if days.last() != Some(&today) {
                        days.push(today);
                    }
                }
            }
        }
        lines
    };
    let (known, later) = (bought(&customer.known), bought(&customer.later));
    let mut said: BTreeMap<(bool, String), Due> = BTreeMap::new();
    for due in due {
        said.insert((due.category, due.key.clone()), due);
    }
    let often = known.into_iter().filter(|(_, days)| days.len() >= LEAST);
    often
        .map(|(line, days)| Line {
            category: line.0,
            days,
            next: later.get(&line).map(|days| days[0]),
            due: said.remove(&line),
        })
        .collect()
}
