//! What is known of a shopper, as the attributes of conditions: tags, triggers, offers and audiences read it here.
//!
//! | attribute | what |
//! | --- | --- |
//! | `events`, `visits`, `days` | counts |
//! | `categories`, `brands` | lists of `name`, `short`, `long`, `lift`, `shortLift`, `evidence`, … |
//! | `departments` | by name: `weight`, `level`, `events`, `bought`, … |
//! | `orders` | `orders`, `spent`, `average`, `gap`, `days` since the last, … |
//! | `sentiment` | `rating`, `dislikes`, `returns`, `issues`, … |
//! | `intent` | `phase`, `purchase`, `hesitation`, `reason`, … |
//! | `facts` | by name, as the shop said them |
//! | any other name | a declared attribute |

use std::borrow::Cow;

use super::{Setup, intent};
use crate::condition::Attributes;
use crate::shop::Model;
use crate::shopper::Shopper;
use crate::value::Value;

pub struct Known<'a> {
    pub shopper: &'a Shopper,
    pub model: Option<&'a Model>,
    pub setup: &'a Setup,
    pub now: i64,
}

impl Attributes for Known<'_> {
    fn attribute(&self, name: &str) -> Option<Cow<'_, Value>> {
        let profile = &self.shopper.profile;
        let value = match name {
            "events" => self.shopper.events.into(),
            "visits" => profile.activity.visits().into(),
            "days" => profile.activity.days().into(),
            "categories" | "brands" => {
                let behaviour = profile.behaviour(self.shopper, self.model, self.now);
                behaviour.get(name).cloned()?
            }
            "departments" => profile.departments.answer(self.now),
            "orders" => profile.transactions(self.now),
            "sentiment" => profile.sentiment.answer(self.now),
            "intent" => intent::answer(&profile.signals.intent(self.now), |_| None),
            "facts" => profile.facts.all(),
            name => profile
                .declared
                .value(&self.setup.attributes, name, self.now)?,
        };
        Some(Cow::Owned(value))
    }
}
