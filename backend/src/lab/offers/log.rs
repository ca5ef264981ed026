//! Decisions of a campaign and what came of them, from the messages of the collector.
//!
//! A decision is an exposure to `offer:CAMPAIGN`, which pages of the full edition report by themselves. What it earned are
//! the orders of the same device within the window; an order counts for the newest decision before it and for no other.

use std::collections::HashMap;

use tillside::act::campaign::{Campaign, Campaigns};
use tillside::act::offer::{Limits, Sums, sort};
use tillside::act::policy::{Context, FEATURES};

use super::Error;
use super::fit::Decision;
use crate::lab::analyse::read::{Exposure, Log, Outcome as Kind};

const DAY_MS: f64 = 24.0 * 60.0 * 60.0 * 1000.0;

/// Decisions of a log, and those that are left out.
#[derive(Debug, Default)]
pub struct Decisions {
    pub all: Vec<Decision>,
    /// With a context that cannot be read, of another build's features, or an arm that is no more or not possible.
    pub left_out: usize,
    /// When the newest was made.
    pub newest: i64,
}

/// The context, headroom and what the budget had left.
fn context(text: &str) -> Option<(Context, f64, Option<f64>)> {
    let mut parts = HashMap::new();
    for part in text.split(' ') {
        let (name, value) = part.split_once('=')?;
        let value: f64 = value.parse().ok().filter(|value: &f64| value.is_finite())?;
        parts.insert(name, value);
    }
    let mut context = Context::default();
    for (place, name) in context.0.iter_mut().zip(FEATURES) {
        *place = *parts.get(name)?;
    }
    Some((context, *parts.get("headroom")?, parts.get("left").copied()))
}

fn decision(exposure: &Exposure, log: &Log, campaign: &Campaign, minor: f64) -> Option<Decision> {
    let offer = exposure.offer.as_ref()?;
    let (context, headroom, left) = context(&offer.context)?;
    let minor = |major: f64| (major * minor).round() as i64;
    let sums = Sums {
        subtotal: minor(Some(offer.subtotal).filter(|amount| *amount > 0.0)?),
        headroom: minor(headroom),
    };
    let left = left.map(minor);
    let name = log.variations.name(exposure.variation);
    let arm = campaign.arms.iter().position(|arm| arm.id == name)?;
    let limits = Limits { held: false, left };
    let possible = sort(&campaign.arms, sums, limits).possible;
    possible.contains(&arm).then_some(Decision {
        unit: exposure.unit,
        context,
        sums,
        left,
        arm,
        propensity: exposure.propensity?,
        converted: false,
        net: 0.0,
    })
}

/// Every decision of a campaign with what it earned in so many days.
pub fn read(
    log: &Log,
    campaigns: &Campaigns,
    campaign: &Campaign,
    window: f64,
) -> Result<Decisions, Error> {
    let key = format!("offer:{}", campaign.id);
    let number = log.experiments.find(&key);
    let of = |exposure: &&Exposure| Some(exposure.experiment) == number;
    let exposures: Vec<&Exposure> = log.exposures.iter().filter(of).collect();
    if exposures.is_empty() {
        return Err(Error::NoDecision {
            campaign: campaign.id.clone(),
            messages: log.messages,
        });
    }
    let sound = |one: &&&Exposure| one.propensity.is_some_and(|p| p > 0.0 && p <= 1.0);
    let missing = exposures.len() - exposures.iter().filter(sound).count();
    if missing > 0 {
        return Err(Error::NoPropensity {
            campaign: campaign.id.clone(),
            missing,
            decisions: exposures.len(),
        });
    }
    let mut found = Decisions {
        newest: exposures.last().map_or(0, |exposure| exposure.time),
        ..Decisions::default()
    };
    // Of each unit, when and which; in the order of time.
    let mut of_unit: HashMap<u32, Vec<(i64, usize)>> = HashMap::new();
    for exposure in exposures {
        let Some(decision) = decision(exposure, log, campaign, campaigns.minor_units) else {
            found.left_out += 1;
            continue;
        };
        let known = of_unit.entry(decision.unit).or_default();
        known.push((exposure.time, found.all.len()));
        found.all.push(decision);
    }
    let window = (window * DAY_MS) as i64;
    let orders = log
        .events
        .iter()
        .filter(|event| event.outcome == Kind::Order);
    for order in orders {
        let Some(known) = of_unit.get(&order.unit) else {
            continue;
        };
        let before = known.partition_point(|(time, _)| *time <= order.time);
        let Some((time, at)) = before.checked_sub(1).map(|at| known[at]) else {
            continue;
        };
        if order.time - time < window {
            found.all[at].converted = true;
            found.all[at].net += order.amount * campaigns.minor_units;
        }
    }
    if found.all.len() < super::FEWEST {
        return Err(Error::Few {
            campaign: campaign.id.clone(),
            decisions: found.all.len(),
            left_out: found.left_out,
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_read_whole_or_not_at_all() {
        let text =
            "hesitation=0.5 purchase=-0.2 price=0 fresh=1 lapsed=0 mature=0 cart=0.1 headroom=60";
        let (read, headroom, left) = context(text).expect("it is whole");
        assert_eq!(
            (read.0[0], read.0[3], headroom, left),
            (0.5, 1.0, 60.0, None)
        );
        let with = format!("{text} left=12.5");
        assert_eq!(context(&with).expect("it is whole").2, Some(12.5));
        for wrong in [
            "",
            "hesitation=0.5",
            &text.replace("price=0", "price=x"),
            &text.replace("fresh", "age"),
        ] {
            assert!(context(wrong).is_none(), "{wrong}");
        }
    }
}
