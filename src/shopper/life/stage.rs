//! The stage of a shopper's life cycle, and how it is kept from flapping.
//!
//! Stages follow from the order history alone, by the bands of [`super::churn`]; a stage that has just changed stays for a
//! day, so that a campaign never meets a shopper who is new in the morning, dormant at noon and new in the evening.

use super::Trips;
use super::churn::{Band, Rule};

/// A change of stage is followed by no other for this long.
pub const HOLD_MS: i64 = 24 * 60 * 60 * 1000;

/// A buyer of at least so many trips over so many days is mature.
const MATURE: (u32, i32) = (5, 180);

/// A shopper who came back counts as won back for so many days after the order.
const WON_BACK: i32 = 60;

/// Stage of the customer life cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Stage {
    /// No order yet.
    Prospect,
    /// One trip, not long ago.
    New,
    /// Comes back.
    Growing,
    /// Has come back often, for half a year.
    Mature,
    /// At risk or highly at risk.
    Dormant,
    /// Lost.
    Churned,
    /// Was dormant or churned and has ordered again.
    WonBack,
}

use Stage::*;

impl Stage {
    /// Names in answers.
    pub const NAMES: [&str; 7] = [
        "prospect", "new", "growing", "mature", "dormant", "churned", "won_back",
    ];
    pub(super) const ALL: [Stage; 7] = [Prospect, New, Growing, Mature, Dormant, Churned, WonBack];

    /// Name in answers.
    pub fn name(self) -> &'static str {
        Stage::NAMES[self as usize]
    }

    /// Of a history and the band its buyer is in; `before` is the band of the day before the last trip. Where no model
    /// tells, `rule` says whether a buyer sleeps.
    pub fn of(all: &Trips, today: i32, band: Band, before: Band, rule: Option<&Rule>) -> Stage {
        if all.count == 0 {
            return Prospect;
        }
        match band {
            Band::Lost => return Churned,
            Band::AtRisk | Band::HighlyAtRisk => return Dormant,
            _ if rule.is_some_and(Rule::warns) => return Dormant,
            _ => {}
        }
        let since = today.saturating_sub(all.last);
        if all.count > 1 && before >= Band::AtRisk && since < WON_BACK {
            WonBack
        } else if all.count == 1 {
            New
        } else if all.count >= MATURE.0 && today.saturating_sub(all.first) >= MATURE.1 {
            Mature
        } else {
            Growing
        }
    }
}

/// A stage and since when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// The stage.
    pub stage: Stage,
    /// Milliseconds since 1970.
    pub since: i64,
}

impl Held {
    /// The stage to show at `now`, where `stage` is what the history says.
    pub fn moved(held: Option<Held>, stage: Stage, now: i64) -> Held {
        match held {
            Some(held) if held.stage == stage || now.saturating_sub(held.since) < HOLD_MS => held,
            // What begins a life cycle is no change of it.
            Some(held) => Held {
                stage,
                since: now.max(held.since),
            },
            None => Held { stage, since: now },
        }
    }
}
