//! The life cycle of a shopper: stage, activity, value and the risk of leaving.
//!
//! | file | what |
//! | --- | --- |
//! | `visits` | how often the shopper comes |
//! | `bgnbd` | P(alive) and expected orders |
//! | `gamma_gamma` | expected spend of an order |
//! | `rfm` | quintile digits and their segment |
//! | `churn` | the rule of thirty days, and bands |
//! | `trend` | the slope of spend |
//! | `stage` | the stage, and its hold of a day |
//! | `answer` | all of it at one time |
//!
//! Orders are those of [`crate::shopper::profile::Orders`]; two of one day are one trip, as the customer models count.
//! Parameters are fitted by the trainer on a shop's order history and come with the model. Without them the rule and the
//! days since the last order decide, and the answer says so ([`Answer::rule_only`]). Of all prices only the
//! discounts of campaigns read it ([`crate::act::policy`]), and say so.

mod answer;
pub mod bgnbd;
pub mod churn;
pub mod gamma_gamma;
pub mod rfm;
pub mod stage;
pub mod trend;
mod visits;

pub use answer::{Answer, Doing, Journey};
pub use visits::Lately;

use bgnbd::{BgNbd, Purchases};
use churn::{Band, Rule};
use gamma_gamma::GammaGamma;
use rfm::Cuts;
use stage::{Held, Stage};
use visits::Visits;

use super::cycle::gamma::Prior;
use super::profile::Orders;
use crate::codec::{Reader, put_uint};
use crate::scene::day::local_day;

/// Version of the stored section.
pub const VERSION: u8 = 1;

/// Why a history was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wrong {
    /// Not a finite number.
    Number,
    /// A negative count or sum.
    Count,
    /// The last order lies before the first, or now before the last.
    Order,
    /// An order in the future.
    Future,
}

impl Wrong {
    /// Stable code and remedy.
    pub fn told(self) -> (&'static str, &'static str) {
        match self {
            Wrong::Number => ("history.number", "give finite numbers"),
            Wrong::Count => (
                "history.count",
                "counts and sums of orders must not be negative",
            ),
            Wrong::Order => (
                "history.order",
                "give times so that first ≤ last ≤ now; one order has no time between first and last",
            ),
            Wrong::Future => (
                "history.future",
                "the last order lies in the future; check the clock and the time zone",
            ),
        }
    }
}

/// What the model brings; each part may be missing. Time in days.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    /// Model of purchases and dropping out.
    pub activity: Option<BgNbd>,
    /// Model of spend.
    pub spend: Option<GammaGamma>,
    /// Cuts of the RFM digits.
    pub cuts: Option<Cuts>,
    /// Intervals between trips, of all customers.
    pub interval: Option<Prior>,
}

/// Days with an order, as the customer models see them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trips {
    /// Number of days with an order.
    pub count: u32,
    /// First of them, counted from 1970-01-01.
    pub first: i32,
    /// Last of them.
    pub last: i32,
    /// The newest, rising and distinct.
    pub days: Vec<i32>,
}

impl Trips {
    /// Of all orders, in a zone. Of orders so old that they are no longer kept each by itself, the days were counted when
    /// they were folded.
    pub fn of(orders: &Orders, zone: i32) -> Trips {
        let totals = orders.totals();
        let mut days: Vec<i32> = Vec::new();
        for order in orders.rows() {
            let day = local_day(order.time, zone);
            if days.last() != Some(&day) {
                days.push(day);
            }
        }
        let old = orders.old_days();
        // The day of the newest of those may be that of the oldest which is kept.
        let shared = old.count > 0 && days.first() == Some(&old.last);
        let older = old.count - u32::from(shared);
        let (Some(first), Some(last)) = (totals.first(), totals.last()) else {
            return Trips::default();
        };
        Trips {
            count: older.saturating_add(days.len() as u32),
            first: local_day(first, zone),
            last: local_day(last, zone),
            days,
        }
    }

    /// All but the last; none where that is all that is known.
    fn before_last(&self) -> Trips {
        let (Some((_, days)), true) = (self.days.split_last(), self.count > 1) else {
            return Trips::default();
        };
        let Some(last) = days.last() else {
            return Trips::default();
        };
        Trips {
            count: self.count - 1,
            first: self.first,
            last: *last,
            days: days.into(),
        }
    }

    /// In the customer models: from the first trip to the last and to now.
    ///
    /// # Errors
    /// [`Wrong`] for a history that cannot be.
    pub fn purchases(&self, today: i32) -> Result<Purchases, Wrong> {
        if self.last > today {
            return Err(Wrong::Future);
        }
        Purchases::checked(
            f64::from(self.count) - 1.0,
            f64::from(self.last) - f64::from(self.first),
            f64::from(today) - f64::from(self.first),
        )
    }

    /// The band of a buyer at a day.
    fn band(&self, activity: Option<&BgNbd>, today: i32) -> Band {
        match (activity, self.purchases(today)) {
            (Some(model), Ok(seen)) if self.count > 1 && model.leaves() => {
                Band::of_alive(model.alive(&seen))
            }
            _ => Band::of_days(today.saturating_sub(self.last)),
        }
    }
}

/// The life cycle of one shopper, beside their orders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Life {
    visits: Visits,
    held: Option<Held>,
}

impl Life {
    /// Folds the time of an event in, after its order was; `zone` is minutes east of UTC.
    pub fn learn(
        &mut self,
        orders: &Orders,
        (time, session): (i64, u64),
        zone: i32,
        parameters: &Parameters,
    ) {
        self.visits.add(local_day(time, zone), session);
        self.hold(&Trips::of(orders, zone), parameters, time, zone);
    }

    fn rule(&self, today: i32) -> Rule {
        match self.visits.at(today) {
            Some((silent, lately)) => Rule {
                silent,
                fall: churn::fall(&lately),
            },
            None => Rule::default(),
        }
    }

    /// The rule of churn, and the days that passed between the visit of today, or today without one, and the visit before.
    pub fn churn(&self, today: i32) -> (Rule, i32) {
        (self.rule(today), self.visits.away(today))
    }

    fn hold(&mut self, trips: &Trips, parameters: &Parameters, now: i64, zone: i32) -> Held {
        let today = local_day(now, zone);
        let activity = parameters.activity.as_ref();
        let band = trips.band(activity, today);
        let earlier = trips.before_last();
        let before = if earlier.count == 0 {
            Band::Active
        } else {
            earlier.band(activity, trips.last)
        };
        let rule = self.rule(today);
        let rule = Some(&rule).filter(|_| activity.is_none());
        let stage = Stage::of(trips, today, band, before, rule);
        let held = Held::moved(self.held, stage, now);
        self.held = Some(held);
        held
    }

    /// What is kept on the device.
    pub fn encode(&self, out: &mut Vec<u8>) {
        self.visits.encode(out);
        put_uint(out, self.held.map_or(0, |held| held.stage as u64 + 1));
        if let Some(held) = self.held {
            put_uint(out, held.since as u64);
        }
    }

    /// Whether this version is known.
    pub fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        self.visits = Visits::decode(reader);
        let number = reader.uint() as usize;
        if number > 0 {
            let stage = Stage::ALL.get(number - 1).copied();
            reader.require(stage.is_some());
            let since = reader.uint() as i64;
            self.held = stage.map(|stage| Held { stage, since });
        }
        true
    }
}

#[cfg(test)]
mod tests;
