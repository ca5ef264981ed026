//! What is measured of a unit.

use serde::Serialize;

use super::message::Outcome;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Units with an order.
    Conversion,
    /// Revenue of a unit.
    Revenue,
    /// Orders of a unit.
    Orders,
    /// Units with an item added to the cart.
    Cart,
    /// Revenue of an order: a ratio of sums.
    OrderValue,
    /// Clicks of a list shown: a ratio of sums.
    ListClicks,
}

impl Metric {
    pub const ALL: [Metric; 6] = [
        Metric::Conversion,
        Metric::Revenue,
        Metric::Orders,
        Metric::Cart,
        Metric::OrderValue,
        Metric::ListClicks,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Metric::Conversion => "conversion",
            Metric::Revenue => "revenue",
            Metric::Orders => "orders",
            Metric::Cart => "cart",
            Metric::OrderValue => "order-value",
            Metric::ListClicks => "list-clicks",
        }
    }

    pub(super) fn is_ratio(self) -> bool {
        matches!(self, Metric::OrderValue | Metric::ListClicks)
    }

    /// Numerator and denominator of what a unit did.
    pub(super) fn of(self, did: &Did, cap: f64) -> (f64, f64) {
        let one = |count: f64| f64::from(u8::from(count > 0.0));
        match self {
            Metric::Conversion => (one(did.orders), 1.0),
            Metric::Revenue => (did.revenue.min(cap), 1.0),
            Metric::Orders => (did.orders, 1.0),
            Metric::Cart => (one(did.added), 1.0),
            Metric::OrderValue => (did.revenue.min(cap), did.orders),
            Metric::ListClicks => (did.clicked, did.shown),
        }
    }
}

/// What a unit did in a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Did {
    pub orders: f64,
    pub revenue: f64,
    pub added: f64,
    pub shown: f64,
    pub clicked: f64,
}

impl Did {
    pub fn add(&mut self, outcome: Outcome, amount: f64) {
        match outcome {
            Outcome::Order => {
                self.orders += 1.0;
                self.revenue += amount;
            }
            Outcome::Added => self.added += 1.0,
            Outcome::Shown => self.shown += 1.0,
            Outcome::Clicked => self.clicked += 1.0,
        }
    }
}
