//! Summary of a click log, in figures that a person who knows the shop can check.

use std::collections::HashMap;

use serde::Serialize;

use super::Robots;
use crate::ingest::{Catalogue, Interactions, Kind, Session, iso};

const DAY: f64 = 86_400_000.0;
/// Clicks read back.
const SAMPLES: usize = 3;
/// Keys named of items that the catalogue does not have.
const NAMED: usize = 3;

#[derive(Clone, Debug, Serialize)]
pub struct Log {
    pub events: u64,
    pub views: u64,
    pub carts: u64,
    pub purchases: u64,
    pub items: usize,
    pub shoppers: u32,
    pub sessions: usize,
    /// Sessions of a single event.
    pub single: usize,
    /// Events of the median session.
    pub median: usize,
    /// ISO 8601; `None` where the file holds no times.
    pub from: Option<String>,
    pub to: Option<String>,
    pub days: Option<f64>,
    pub sessions_a_day: Option<f64>,
    /// Share of all events of the busiest shopper and of the most frequent item, and its key.
    pub busiest_shopper: f64,
    pub top_item: f64,
    pub top_item_key: String,
    pub longest_hours: f64,
    pub orders_again: u64,
    pub robots: RobotShare,
    /// Only where there is a catalogue.
    pub strangers: Option<Strangers>,
    pub samples: Vec<Sample>,
}

#[derive(Clone, Debug, Serialize)]
pub struct RobotShare {
    pub sessions: usize,
    pub looks: u64,
    pub of_looks: u64,
    pub share: f64,
    /// Looks of a robot's session that are counted.
    pub busy: usize,
    /// True where so many sessions are faster than people that speed identifies no robot.
    pub all_fast: bool,
}

/// Events on items that the catalogue does not have.
#[derive(Clone, Debug, Serialize)]
pub struct Strangers {
    pub events: u64,
    pub items: usize,
    pub share: f64,
    pub samples: Vec<String>,
}

/// A click as it was read.
#[derive(Clone, Debug, Serialize)]
pub struct Sample {
    pub time: Option<String>,
    pub kind: &'static str,
    pub item: String,
    /// Numbers in the order of the log, from 1.
    pub shopper: u32,
    pub session: usize,
}

impl Log {
    pub fn of(read: &Interactions, orders_again: u64, catalogue: Option<&Catalogue>) -> Log {
        let all = || read.sessions.iter().flat_map(|session| &session.events);
        let of_kind = |kind| all().filter(|event| event.kind == kind).count() as u64;
        let events = all().count() as u64;
        let of_events = |count: u64| count as f64 / (events as f64).max(1.0);

        let mut of_shopper: HashMap<u32, u64> = HashMap::new();
        let mut of_item = vec![0u64; read.items.len()];
        for session in &read.sessions {
            *of_shopper.entry(session.shopper).or_default() += session.events.len() as u64;
            let items = session.events.iter().map(|event| event.item);
            items.for_each(|item| of_item[item as usize] += 1);
        }
        let top = (0..of_item.len()).max_by_key(|item| (of_item[*item], std::cmp::Reverse(*item)));
        let mut lengths: Vec<usize> = read.sessions.iter().map(|one| one.events.len()).collect();
        lengths.sort_unstable();

        let has_times = read.newest.is_some();
        let oldest = all().map(|event| event.time).min().filter(|_| has_times);
        let days = oldest
            .zip(read.newest)
            .map(|(oldest, newest)| (newest - oldest) as f64 / DAY);
        let robots = Robots::find(read);
        Log {
            events,
            views: of_kind(Kind::View),
            carts: of_kind(Kind::Cart),
            purchases: of_kind(Kind::Buy),
            items: read.items.len(),
            shoppers: read.shoppers,
            sessions: read.sessions.len(),
            single: lengths.iter().filter(|length| **length == 1).count(),
            median: lengths.get(lengths.len() / 2).copied().unwrap_or(0),
            from: oldest.map(iso),
            to: read.newest.map(iso),
            days,
            sessions_a_day: days.map(|days| read.sessions.len() as f64 / days.max(1.0)),
            busiest_shopper: of_events(of_shopper.values().max().copied().unwrap_or(0)),
            top_item: of_events(top.map_or(0, |top| of_item[top])),
            top_item_key: top.map_or_else(String::new, |top| read.items[top].clone()),
            longest_hours: read.sessions.iter().map(hours).fold(0.0, f64::max),
            orders_again,
            strangers: catalogue.map(|catalogue| Strangers::of(read, &of_item, catalogue)),
            samples: samples(read),
            robots: RobotShare {
                sessions: robots.sessions,
                looks: robots.looks,
                of_looks: robots.of_looks,
                share: robots.share(),
                busy: robots.busy,
                all_fast: robots.all_fast,
            },
        }
    }
}

impl Strangers {
    fn of(read: &Interactions, of_item: &[u64], catalogue: &Catalogue) -> Strangers {
        let known: std::collections::HashSet<&str> = catalogue
            .products
            .iter()
            .map(|product| product.key.as_str())
            .collect();
        let mut strangers = Strangers {
            events: 0,
            items: 0,
            share: 0.0,
            samples: Vec::new(),
        };
        for (key, count) in read.items.iter().zip(of_item) {
            if known.contains(key.as_str()) || *count == 0 {
                continue;
            }
            strangers.events += count;
            strangers.items += 1;
            if strangers.samples.len() < NAMED {
                strangers.samples.push(key.clone());
            }
        }
        strangers.share = strangers.events as f64 / (of_item.iter().sum::<u64>() as f64).max(1.0);
        strangers
    }
}

fn hours(session: &Session) -> f64 {
    let last = session
        .events
        .last()
        .map_or(session.start, |event| event.time);
    (last - session.start) as f64 / DAY * 24.0
}

/// The first clicks of the log.
fn samples(read: &Interactions) -> Vec<Sample> {
    let clicks = read.sessions.iter().zip(1..).flat_map(|(session, nth)| {
        let of = move |event| (session, nth, event);
        session.events.iter().map(of)
    });
    let sample = |(session, nth, event): (&Session, usize, &crate::ingest::Interaction)| Sample {
        time: read.newest.map(|_| iso(event.time)),
        kind: match event.kind {
            Kind::View => "view",
            Kind::Cart => "cart",
            Kind::Buy => "purchase",
        },
        item: read.items[event.item as usize].clone(),
        shopper: session.shopper + 1,
        session: nth,
    };
    clicks.take(SAMPLES).map(sample).collect()
}
