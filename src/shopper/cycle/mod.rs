//! Purchase cycles: what a shopper buys again, when it is due, and their usual basket.
//!
//! | file | what |
//! | --- | --- |
//! | `line` | when one product or category was bought |
//! | `gamma` | the time between two purchases |
//! | `weekday` | the weekday of a habit |
//!
//! An interval is a gamma distribution shrunk to what is usual in the category, scaled by how much was bought last; a
//! weekday is claimed only from four days on. What is due is ranked by the modified Poisson-gamma rate of Bhagat et al.
//! ("Buy It Again", KDD 2018), which peaks when a cycle is over. What is under way to the shopper, or what they say they
//! still have, is not due. It does not know who stopped buying at the shop altogether: that is the life cycle's to say.

pub mod gamma;
mod line;
mod weekday;

pub use line::{Line, Purchase, Trip};

use gamma::{Interval, Moments, Prior};

use crate::codec::{self, Reader, put_uint};
use crate::intake::{Event, Field, Kind};
use crate::scene::day::{local_day, local_minute, weekday as weekday_of};
use crate::shop::Model;

/// Version of the stored section.
pub const VERSION: u8 = 1;
/// Lines kept, and what they may take.
const LINES: usize = 120;
const BUDGET: usize = 8 * 1024;
/// The hour from which tomorrow's habits are due.
const EVENING: u16 = 17 * 60;
/// Days ahead that a probability speaks of.
pub const AHEAD: f64 = 7.0;
/// The part of all intervals that are shorter when a purchase becomes due, and beyond which the habit has ended.
const FROM: f64 = 0.25;
const ENDED: f64 = 0.995;
/// And the cycles that must have passed for that.
const CYCLES: f64 = 2.5;
/// Trips that the usual basket is made of, and how many there must be.
const BASKETS: usize = 10;
const FEWEST: usize = 3;

/// All habits of one shopper.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cycles {
    lines: Vec<Line>,
}

/// Why something that would be due is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suppressed {
    /// The last order of it is under way.
    Undelivered,
    /// The shopper has enough.
    Stocked,
}

impl Suppressed {
    /// Name in answers.
    pub fn name(self) -> &'static str {
        ["undelivered", "stocked"][self as usize]
    }
}

/// A product or category and when it is bought again.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// Key of the product, or path of the category.
    pub key: String,
    /// Whether it is a category.
    pub category: bool,
    /// Whether now is the time.
    pub due: bool,
    /// Why it is not suggested though its time has come.
    pub suppressed: Option<Suppressed>,
    /// That it is bought within [`AHEAD`] days.
    pub probability: f64,
    /// When the next purchase comes; [`Due::window`].
    pub interval: Interval,
    /// Intervals seen.
    pub evidence: u32,
    /// Monday is 0; only where it can be claimed, with its probability.
    pub weekday: Option<(u8, f64)>,
    /// Days since the last purchase.
    pub elapsed: i32,
    /// Mean interval in days.
    pub every: f64,
    /// The modified Poisson-gamma rate, purchases a day.
    pub rate: f64,
}

impl Due {
    /// Days from now within which the next purchase is expected: the middle half. Quantiles take their time, so that a
    /// list does without.
    pub fn window(&self) -> [f64; 2] {
        let passed = f64::from(self.elapsed);
        [0.25, 0.75].map(|p| self.interval.day(passed, p) - passed)
    }
}

/// One line of the usual basket.
#[derive(Clone, Debug, PartialEq)]
pub struct Usual {
    /// Key of the product.
    pub key: String,
    /// Usual quantity.
    pub quantity: u32,
    /// The share of trips that it was in.
    pub share: f64,
}

/// What the host knows beside the shopper's own history.
#[derive(Clone, Copy, Default)]
pub struct Known<'a> {
    /// Products that are under way to the shopper, or of which they have enough.
    pub undelivered: &'a [&'a str],
    /// Products of which the shopper has enough.
    pub stocked: &'a [&'a str],
}

/// The order an event is about, as a short hash: enough to tell a shopper's own orders apart.
fn order_id(event: &Event) -> u32 {
    let id = event.text(Field::OrderId).unwrap_or(&event.id);
    let hash = codec::hash(id.as_bytes());
    (hash ^ hash >> 32) as u32 & 0x001f_ffff
}

/// The leaf category of a product, as the model has it, else as the event said.
fn category_of(event_says: Option<&str>, key: &str, model: Option<&Model>) -> Option<String> {
    let known = model.and_then(|model| {
        let category = model.category(model.find(key)?)?;
        Some(model.category_path(category))
    });
    known.or_else(|| event_says.map(str::to_owned))
}

impl Cycles {
    /// Folds a clean event in; `zone` is minutes east of UTC.
    pub fn learn(&mut self, event: &Event, zone: i32, model: Option<&Model>) {
        match event.kind {
            Kind::OrderCompleted => {}
            Kind::OrderCancelled => return self.undo(order_id(event), None),
            Kind::OrderRefunded => {
                let lines: Vec<&str> = event.products.iter().map(|line| line.id.as_str()).collect();
                return self.undo(order_id(event), Some(&lines));
            }
            _ => return,
        }
        let (day, order) = (local_day(event.time, zone), order_id(event));
        let known = |line: &Line| line.has(order);
        if self.lines.iter().any(known) {
            return;
        }
        let mut categories: Vec<(String, u32)> = Vec::new();
        for product in &event.products {
            let quantity = product.quantity;
            self.bought(
                &product.id,
                false,
                Purchase {
                    day,
                    quantity,
                    order,
                },
            );
            if let Some(path) = category_of(product.category.as_deref(), &product.id, model) {
                match categories.iter_mut().find(|known| known.0 == path) {
                    Some(known) => known.1 = known.1.saturating_add(quantity),
                    None => categories.push((path, quantity)),
                }
            }
        }
        for (path, quantity) in &categories {
            let quantity = *quantity;
            self.bought(
                path,
                true,
                Purchase {
                    day,
                    quantity,
                    order,
                },
            );
        }
        while self.lines.len() > LINES || self.bytes() > BUDGET {
            let worth = |n: &usize| self.lines[*n].worth();
            let Some(least) = (0..self.lines.len()).min_by_key(worth) else {
                break;
            };
            self.lines.remove(least);
        }
    }

    fn bytes(&self) -> usize {
        self.lines.iter().map(Line::bytes).sum()
    }

    fn bought(&mut self, key: &str, category: bool, purchase: Purchase) {
        let same = |line: &Line| line.category == category && line.key == key;
        let at = match self.lines.iter().position(same) {
            Some(at) => at,
            None => {
                self.lines.push(Line::new(key, category));
                self.lines.len() - 1
            }
        };
        self.lines[at].add(purchase);
    }

    /// Takes out what an order brought: all of it, or these products. A category stays bought unless all goes.
    fn undo(&mut self, order: u32, products: Option<&[&str]>) {
        let all = products.is_none_or(<[&str]>::is_empty);
        for line in &mut self.lines {
            let named = products.is_some_and(|keys| keys.contains(&line.key.as_str()));
            if all || !line.category && named {
                line.undo(order);
            }
        }
        self.lines.retain(|line| !line.is_empty());
    }

    /// Keeps lines of categories and items that pass, as after a deletion.
    pub fn retain(&mut self, category: impl Fn(&str) -> bool, item: impl Fn(&str) -> bool) {
        self.lines.retain(|line| {
            if line.category {
                category(&line.key)
            } else {
                item(&line.key)
            }
        });
    }

    /// All lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What is bought again, by rate, the due first. `prior` is what is usual for a line, `wanted` whether it may be
    /// suggested at all.
    pub fn due(
        &self,
        now: i64,
        zone: i32,
        known: Known,
        prior: &dyn Fn(&Line) -> Option<Prior>,
        wanted: &dyn Fn(&Line) -> bool,
    ) -> Vec<Due> {
        let (today, minute) = (local_day(now, zone), local_minute(now, zone));
        let mut all: Vec<Due> = Vec::new();
        for line in &self.lines {
            if !wanted(line) {
                continue;
            }
            if let Some(due) = at(line, today, minute, known, prior(line)) {
                let before = |other: &Due| {
                    (other.due, other.rate) > (due.due, due.rate)
                        || (other.due, other.rate) == (due.due, due.rate) && other.key < due.key
                };
                let at = all.partition_point(before);
                all.insert(at, due);
            }
        }
        all
    }

    /// What is in at least half of the newest trips, with its usual quantity; most frequent first. `trips` are the days
    /// of all orders, in order.
    pub fn usual(&self, trips: &[i32]) -> Vec<Usual> {
        let mut days = trips.to_vec();
        days.dedup();
        let days = &days[days.len().saturating_sub(BASKETS)..];
        let mut basket: Vec<Usual> = Vec::new();
        if days.len() < FEWEST {
            return basket;
        }
        for line in self.lines.iter().filter(|line| !line.category) {
            let mut quantities: Vec<u32> = Vec::new();
            for trip in line.trips() {
                if days.contains(&trip.day) {
                    quantities.push(trip.quantity);
                }
            }
            if quantities.len() * 2 < days.len() || quantities.len() < 2 {
                continue;
            }
            quantities.sort_unstable();
            let usual = Usual {
                key: line.key.clone(),
                quantity: quantities[(quantities.len() - 1) / 2],
                share: quantities.len() as f64 / days.len() as f64,
            };
            let before = |other: &Usual| {
                other.share > usual.share || other.share == usual.share && other.key < usual.key
            };
            let at = basket.partition_point(before);
            basket.insert(at, usual);
        }
        basket
    }

    /// What is kept on the device.
    pub fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.lines.len() as u64);
        for line in &self.lines {
            line.encode(out);
        }
    }

    /// Whether this version is known.
    pub fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        for _ in 0..reader.count(5, LINES) {
            self.lines.push(Line::decode(reader));
        }
        true
    }
}

/// Where a line stands today; `None` where nothing can be said of it.
fn at(line: &Line, today: i32, minute: u16, known: Known, prior: Option<Prior>) -> Option<Due> {
    let (seen, last_scale) = line.intervals();
    let trips = line.trips();
    let (first, last) = (trips.first()?.day, trips.last()?.day);
    let elapsed = today.saturating_sub(last);
    if elapsed < 0 {
        return None;
    }
    let usual = match &prior {
        Some(prior) => prior.pooled(&seen),
        None => Interval::own(&seen)?,
    };
    let interval = usual.scaled(last_scale);
    let days: Vec<i32> = trips.iter().map(|trip| trip.day).collect();
    let weekday = weekday::claim(&days);
    let passed = f64::from(elapsed);
    let ended = interval.below(passed) > ENDED && passed > CYCLES * interval.mean;
    let mut due = !ended && elapsed > 0 && interval.below(passed) >= FROM;
    if let Some((habit, _)) = weekday {
        // A habit of a weekday is due on that day and the evening before, from the one nearest to the shopper's own
        // interval on.
        let target = next_habit(last, seen.mean * last_scale, habit);
        let evening = minute >= EVENING && weekday_of(today + 1) == habit && today + 1 >= target;
        due = !ended && (today >= target && weekday_of(today) == habit || evening);
    }
    let key = line.key.as_str();
    let suppressed = if known.undelivered.contains(&key) {
        Some(Suppressed::Undelivered)
    } else if known.stocked.contains(&key) {
        Some(Suppressed::Stocked)
    } else {
        None
    };
    let (alpha, beta) = prior.map_or((0.0, 0.0), |prior| {
        (prior.weight, prior.weight * prior.mean)
    });
    let count = seen.count + 1.0;
    let away = if passed < 2.0 * interval.mean {
        2.0 * (interval.mean - passed).abs()
    } else {
        passed
    };
    let rate = (count + alpha) / (f64::from(last - first) + away + beta).max(1.0);
    Some(Due {
        key: key.into(),
        category: line.category,
        due: due && suppressed.is_none(),
        suppressed,
        probability: goes_on(&seen, &interval, passed) * interval.within(passed, AHEAD),
        interval,
        evidence: seen.count as u32,
        weekday,
        elapsed,
        every: interval.mean,
        rate,
    })
}

/// Of the purchases of a line before any was seen, this part is taken to have been the last, with the weight of one seen.
/// A larger part foretells shops better and makes the probabilities of who never stops too low.
const LAST: f64 = 0.25;

/// The probability that the line is still bought. After each purchase it may have been the last; how likely that is follows
/// from how often it was not, by a beta prior, and the longer nothing comes the likelier it was, as in BG/NBD.
fn goes_on(seen: &Moments, interval: &Interval, passed: f64) -> f64 {
    let last = LAST / (seen.count + 1.0);
    let silent = (1.0 - last) * (1.0 - interval.below(passed));
    silent / (silent + last)
}

/// The day of this weekday that is nearest to `mean` days after the last purchase, and after it.
fn next_habit(last: i32, mean: f64, habit: u8) -> i32 {
    let ahead = i32::from((habit + 7 - weekday_of(last)) % 7);
    let first = last + if ahead == 0 { 7 } else { ahead };
    let more = (f64::from(last) + mean - f64::from(first)) / 7.0;
    // Half a week more or less: the earlier of two equally near.
    first + 7 * libm::ceil(more - 0.5).max(0.0) as i32
}

#[cfg(test)]
mod tests;
