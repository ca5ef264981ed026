//! All that is said of a shopper's life cycle at one time.

use super::churn::{Band, Rule};
use super::rfm::Digits;
use super::stage::Stage;
use super::{Life, Parameters, Trips, trend};
use crate::scene::day::local_day;
use crate::shopper::cycle::gamma::{Interval, Moments};
use crate::shopper::profile::Orders;

/// Days ahead that expectations speak of.
pub const AHEAD: [f64; 2] = [30.0, 90.0];
/// Days over which a trend is given.
const MONTH: f64 = 30.0;
/// Days after an order for which it is awaited or tried.
const RECEIVES: i32 = 14;
/// Orders by which a trend is told.
const TREND: usize = 32;

/// Where a shopper stands in the journey, beside the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journey {
    /// No interest yet.
    Discover,
    /// Has viewed items.
    Consider,
    /// Has a cart.
    Decide,
    /// Ordered lately.
    Receive,
    /// Buys again.
    Repeat,
    /// Has stopped buying.
    Lapse,
}

impl Journey {
    /// Names in answers.
    pub const NAMES: [&str; 6] = [
        "discover", "consider", "decide", "receive", "repeat", "lapse",
    ];

    /// Name in answers.
    pub fn name(self) -> &'static str {
        Journey::NAMES[self as usize]
    }
}

/// What the shopper is doing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Doing {
    /// Whether the cart has items.
    pub has_cart: bool,
    /// Whether items were viewed.
    pub has_viewed: bool,
}

/// Life cycle of a customer, with the estimates behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Stage of the life cycle.
    pub stage: Stage,
    /// Milliseconds since 1970.
    pub since: i64,
    /// Step of the journey.
    pub journey: Journey,
    /// Days with an order.
    pub trips: Trips,
    /// Days since the last order.
    pub idle: Option<i32>,
    /// RFM digits; `None` where the model brings no cuts.
    pub rfm: Option<Digits>,
    /// Probability that the customer still buys here (BG/NBD).
    pub alive: Option<f64>,
    /// Expected orders within 30 and 90 days.
    pub expected: Option<[f64; 2]>,
    /// Days from now by which the next order comes with 25, 50 and 75 %, if it comes.
    pub next: Option<[f64; 3]>,
    /// Expected spend of an order.
    pub spend: Option<f64>,
    /// Mean spend of the orders so far.
    pub mean: Option<f64>,
    /// By how much the spend of an order changes in 30 days.
    pub trend: Option<f64>,
    /// Band of churn.
    pub band: Option<Band>,
    /// The probability of no order within 90 days.
    pub churn: Option<f64>,
    /// Rule on visits.
    pub rule: Rule,
    /// Whether parameters were missing, so that the rule and days alone decided.
    pub rule_only: bool,
}

impl Trips {
    /// The distribution of the time between two trips. Its mean is that of all trips; how regular they are, the newest
    /// tell.
    pub fn interval(&self, parameters: &Parameters) -> Option<Interval> {
        let gaps = self.days.windows(2).map(|two| f64::from(two[1] - two[0]));
        let mut seen = Moments::of(gaps);
        let count = f64::from(self.count) - 1.0;
        if count > seen.count {
            let spread = seen.squares / seen.count.max(1.0);
            seen = Moments {
                count,
                mean: (f64::from(self.last) - f64::from(self.first)) / count,
                squares: spread * count,
            };
        }
        match &parameters.interval {
            Some(prior) => Some(prior.pooled(&seen)),
            None => Interval::own(&seen),
        }
    }
}

impl Life {
    /// All that can be said at `now`.
    pub fn answer(
        &mut self,
        orders: &Orders,
        parameters: &Parameters,
        now: i64,
        zone: i32,
        doing: Doing,
    ) -> Answer {
        let today = local_day(now, zone);
        let trips = Trips::of(orders, zone);
        let held = self.hold(&trips, parameters, now, zone);
        let totals = orders.totals();
        let buyer = trips.count > 0;
        let idle = buyer.then(|| today.saturating_sub(trips.last).max(0));
        let count = f64::from(totals.orders);
        let mean = buyer.then(|| totals.value / count);
        let seen = trips.purchases(today).ok().filter(|_| buyer);
        let known = parameters.activity.as_ref().zip(seen);
        let elapsed = f64::from(idle.unwrap_or(0));
        let next = trips.interval(parameters).filter(|_| buyer);
        let rows = orders.rows();
        let mut spent = Vec::new();
        for order in &rows[rows.len().saturating_sub(TREND)..] {
            spent.push((f64::from(local_day(order.time, zone)), order.value));
        }
        let journey = match held.stage {
            Stage::Dormant | Stage::Churned => Journey::Lapse,
            _ if doing.has_cart => Journey::Decide,
            Stage::Prospect if doing.has_viewed => Journey::Consider,
            Stage::Prospect => Journey::Discover,
            _ if idle.is_some_and(|days| days < RECEIVES) => Journey::Receive,
            _ => Journey::Repeat,
        };
        let digits = parameters.cuts.as_ref().filter(|_| buyer);
        let spend = parameters.spend.as_ref();
        Answer {
            stage: held.stage,
            since: held.since,
            journey,
            idle,
            rfm: digits.map(|cuts| cuts.digits(elapsed, trips.count.into(), mean.unwrap_or(0.0))),
            alive: known.map(|(model, seen)| model.alive(&seen)),
            expected: known.map(|(model, seen)| AHEAD.map(|days| model.expected(&seen, days))),
            next: next
                .map(|interval| [0.25, 0.5, 0.75].map(|p| interval.day(elapsed, p) - elapsed)),
            spend: spend.and_then(|model| model.expected(count, mean.unwrap_or(0.0)).ok()),
            mean,
            trend: trend::slope(&spent).map(|slope| slope * MONTH),
            band: buyer.then(|| trips.band(parameters.activity.as_ref(), today)),
            churn: known.map(|(model, seen)| 1.0 - model.buys_within(&seen, AHEAD[1])),
            rule: self.rule(today),
            rule_only: parameters.activity.is_none(),
            trips,
        }
    }
}
