//! Off-policy value of each policy per decision: every arm for everybody, all arms evenly, the logged policy, the
//! trained one.
//!
//! The estimators are those of [`crate::lab::replay`]. The trained policy is judged on decisions that it was not trained on:
//! five folds by device, each judged by the posterior of the other four. Otherwise it would be praised for what it
//! remembers.

use serde::Serialize;
use tillside::act::campaign::{Campaign, Campaigns, Moment};
use tillside::act::offer::{Benefit, Limits, sort};
use tillside::value::Value as Plain;

use super::fit::{Decision, Fit};
use crate::lab::replay::{self, Logged, Value};

const FOLDS: u32 = 5;
/// The largest weight of a clipped estimate.
const CLIP: f64 = 20.0;

/// A policy with what it is worth; money in major units.
#[derive(Debug, Serialize)]
pub struct Judged {
    #[serde(flatten)]
    pub value: Value,
    /// Decisions that get a discount.
    pub coupons: f64,
    /// Of purchases with a discount, those that would have been made without one; none where no discount is given.
    pub deadweight: Option<f64>,
}

/// A campaign with a posterior, by the code that a page reads it with.
pub fn with_posterior(campaign: &Campaign, fit: &Fit, version: &str) -> Campaign {
    let file = serde_json::json!({ "format": 1, "campaigns": { "c": {
        "arms": [{ "id": "none" }, { "id": "any", "amount": 1 }], "posterior": fit.to_json(version),
    } } });
    let read = Plain::parse(&file.to_string()).ok();
    let read = read.and_then(|file| Campaigns::read(&file).ok());
    let posterior = read.and_then(|mut read| read.all.pop()?.posterior);
    Campaign {
        posterior,
        ..campaign.clone()
    }
}

/// What a policy does at one decision: places of arms and their probabilities.
type Shares = Vec<(usize, f64)>;

fn possible(campaign: &Campaign, decision: &Decision) -> Vec<usize> {
    let limits = Limits {
        held: false,
        left: decision.left,
    };
    sort(&campaign.arms, decision.sums, limits).possible
}

/// By the campaign's posterior.
pub fn shares(campaign: &Campaign, decision: &Decision) -> Shares {
    let typical = campaign.posterior.as_ref().map_or(0.0, |known| known.cart);
    let moment = Moment {
        sums: decision.sums,
        limits: Limits {
            held: false,
            left: decision.left,
        },
        context: decision.context(typical),
        spend: 0.0,
    };
    let (sorted, shares) = campaign.shares(&moment);
    sorted.possible.into_iter().zip(shares).collect()
}

fn gives(campaign: &Campaign, arm: usize) -> bool {
    campaign.arms[arm].benefit != Benefit::None
}

/// A decision with a model of what its arms bring.
struct Held<'a> {
    decision: &'a Decision,
    /// Of the other folds.
    fit: &'a Fit,
    reward: f64,
}

/// Judges a policy by what it does at every decision.
fn judge(
    name: &str,
    campaign: &Campaign,
    held: &[Held],
    minor: f64,
    does: &dyn Fn(usize) -> Shares,
) -> Judged {
    let mut logged = Vec::with_capacity(held.len());
    let (mut coupons, mut anyway, mut bought) = (0.0, 0.0, 0.0);
    for (n, one) in held.iter().enumerate() {
        let decision = one.decision;
        let does = does(n);
        let worth = |arm: usize| {
            let discount = campaign.arms[arm].benefit.of(decision.sums.subtotal);
            one.fit.worth(decision, discount) / minor
        };
        let of = |arm: usize| does.iter().find(|(known, _)| *known == arm);
        let wanted = of(decision.arm).map_or(0.0, |(_, share)| *share);
        let discounts = does.iter().filter(|(arm, _)| gives(campaign, *arm));
        let coupon: f64 = discounts.map(|(_, share)| share).sum();
        coupons += coupon / held.len() as f64;
        if decision.converted {
            match gives(campaign, decision.arm) {
                true => bought += wanted / decision.propensity,
                // Who got nothing and bought all the same would have done so with a coupon in hand.
                false => anyway += coupon / decision.propensity,
            }
        }
        logged.push(Logged {
            propensity: decision.propensity,
            reward: one.reward / minor,
            wanted,
            modelled: worth(decision.arm),
            expected: does.iter().map(|(arm, share)| share * worth(*arm)).sum(),
        });
    }
    Judged {
        value: replay::value(name, &logged, CLIP),
        coupons,
        deadweight: (bought > 0.0).then(|| (anyway / bought).min(1.0)),
    }
}

/// Judges all policies. `logged` is what the log did, which its propensities say of the arm that was shown alone: of the
/// others nothing is known, and how many coupons it gave is counted.
pub fn policies(campaign: &Campaign, decisions: &[Decision], minor: f64) -> Vec<Judged> {
    let fits: Vec<Fit> = (0..FOLDS)
        .map(|fold| {
            let others = decisions.iter().filter(|one| one.unit % FOLDS != fold);
            Fit::of(&others.collect::<Vec<_>>(), &campaign.arms)
        })
        .collect();
    let trained: Vec<Campaign> = fits
        .iter()
        .map(|fit| with_posterior(campaign, fit, "fold"))
        .collect();
    let held: Vec<Held> = decisions
        .iter()
        .map(|decision| {
            let fit = &fits[(decision.unit % FOLDS) as usize];
            Held {
                decision,
                fit,
                reward: decision.net.min(fit.cap),
            }
        })
        .collect();
    let none = campaign
        .arms
        .iter()
        .position(|arm| arm.benefit == Benefit::None)
        .unwrap_or(0);
    let mut judged = Vec::new();
    for (at, arm) in campaign.arms.iter().enumerate() {
        // Where an arm is not possible its campaign offers nothing.
        let does = |n: usize| {
            let possible = possible(campaign, &decisions[n]);
            let arm = if possible.contains(&at) { at } else { none };
            vec![(arm, 1.0)]
        };
        judged.push(judge(&arm.id, campaign, &held, minor, &does));
    }
    let even = |n: usize| {
        let possible = possible(campaign, &decisions[n]);
        let share = 1.0 / possible.len() as f64;
        possible.into_iter().map(|arm| (arm, share)).collect()
    };
    judged.push(judge("uniform", campaign, &held, minor, &even));
    let logged = |n: usize| vec![(decisions[n].arm, decisions[n].propensity)];
    let mut as_logged = judge("logged", campaign, &held, minor, &logged);
    as_is(&mut as_logged, campaign, &held, minor);
    judged.push(as_logged);
    let by = |n: usize| {
        let fold = (decisions[n].unit % FOLDS) as usize;
        shares(&trained[fold], &decisions[n])
    };
    judged.push(judge("trained", campaign, &held, minor, &by));
    judged
}

/// Of the logged policy: its own mean, its coupons counted, and its deadweight by what is known of the arms it showed.
fn as_is(judged: &mut Judged, campaign: &Campaign, held: &[Held], minor: f64) {
    let count = held.len() as f64;
    judged.value.direct = held.iter().map(|one| one.reward / minor).sum::<f64>() / count;
    judged.value.doubly_robust = judged.value.ips;
    let (mut coupons, mut bought, mut anyway) = (0.0, 0.0, 0.0);
    for one in held {
        let decision = one.decision;
        let bought_now = f64::from(u8::from(decision.converted));
        match gives(campaign, decision.arm) {
            true => {
                coupons += 1.0 / count;
                bought += bought_now;
            }
            // The probability that this shopper would have got a discount instead.
            false => anyway += bought_now * (1.0 - decision.propensity) / decision.propensity,
        }
    }
    judged.coupons = coupons;
    judged.deadweight = (bought > 0.0).then(|| (anyway / bought).min(1.0));
}
