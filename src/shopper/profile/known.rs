//! A shopper as the attributes of conditions: tags, triggers, offers and audiences read it here.
//!
//! | attribute | what |
//! | --- | --- |
//! | `events`, `visits`, `days` | counts |
//! | `categories`, `brands` | lists of `name`, `short`, `long`, `lift`, `shortLift`, `evidence`, … |
//! | `departments` | by name: `weight`, `level`, `events`, `bought`, … |
//! | `orders` | `orders`, `spent`, `average`, `gap`, `days` since the last, … |
//! | `sentiment` | `rating`, `dislikes`, `returns`, `issues`, … |
//! | `intent` | `phase`, `purchase`, `hesitation`, `reason`, … |
//! | `segment` | `name`, `number`, `share`: the customers whose orders are alike |
//! | `facts` | by name, as the shop said them |
//! | any other name | a declared attribute |

use std::borrow::Cow;
use std::cell::OnceCell;

use super::{Setup, intent};
use crate::condition::Attributes;
use crate::shop::Model;
use crate::shopper::Shopper;
use crate::value::Value;

/// Names of what is worked out once for all conditions that are asked together.
const ROOTS: [&str; 8] = [
    "categories",
    "brands",
    "departments",
    "orders",
    "sentiment",
    "intent",
    "segment",
    "facts",
];

/// One shopper at one time.
pub struct Known<'a> {
    shopper: &'a Shopper,
    model: Option<&'a Model>,
    setup: &'a Setup,
    now: i64,
    roots: [OnceCell<Value>; ROOTS.len()],
}

impl<'a> Known<'a> {
    /// Attributes of a shopper, computed when a condition reads them.
    pub fn new(
        shopper: &'a Shopper,
        model: Option<&'a Model>,
        setup: &'a Setup,
        now: i64,
    ) -> Known<'a> {
        Known {
            shopper,
            model,
            setup,
            now,
            roots: Default::default(),
        }
    }

    fn root(&self, name: &str) -> Value {
        let profile = &self.shopper.profile;
        match name {
            "categories" | "brands" => {
                let behaviour = profile.behaviour(self.shopper, self.model, self.now);
                behaviour.get(name).cloned().unwrap_or_default()
            }
            "departments" => profile.departments.answer(self.now),
            "orders" => profile.transactions(self.now),
            "sentiment" => profile.sentiment.answer(self.now),
            "intent" => intent::answer(&profile.signals.intent(self.now), |_| None),
            "segment" => profile
                .habits
                .segment(&profile.orders, self.model, self.now),
            _ => profile.facts.all(),
        }
    }
}

impl Attributes for Known<'_> {
    fn attribute(&self, name: &str) -> Option<Cow<'_, Value>> {
        let profile = &self.shopper.profile;
        if let Some(at) = ROOTS.iter().position(|root| *root == name) {
            let value = self.roots[at].get_or_init(|| self.root(name));
            return Some(Cow::Borrowed(value));
        }
        let value = match name {
            "events" => self.shopper.events.into(),
            "visits" => profile.activity.visits().into(),
            "days" => profile.activity.days().into(),
            name => profile
                .declared
                .value(&self.setup.attributes, name, self.now)?,
        };
        Some(Cow::Owned(value))
    }
}
