//! Which benefit a shopper is offered: Thompson sampling (Chapelle & Li 2011) over a campaign's arms, under a margin floor.
//!
//! An arm is a discount, or none. Arms that break the floor, that the wallet holds or that the budget cannot pay are left
//! out before anything is drawn, so none of that depends on chance. What an arm is worth is its conversion, by a Beta
//! posterior, times revenue less discount. Its probability is the share of a fixed number of posterior draws in which it is
//! worth most, and **one** uniform number, keyed by shopper, campaign and period, chooses by these probabilities. Thompson
//! sampling chooses by one posterior draw instead; the arms come as often, but here the probability that is logged is
//! exactly the one that the arm was chosen with, which off-policy estimates need. The same key gives the same number, so a
//! reload, another tab or another device cannot draw again. [`super::policy`] has a posterior that knows the shopper.
//!
//! It deliberately knows no cost and no margin, only how much of its price each item may be reduced by, and nothing
//! about the shopper beyond the key: two shoppers with the same cart have the same arms.

use super::draw::{Random, beta, fold, mix};
use crate::value::Value;

/// Posterior draws that the probabilities are counted over.
const DRAWS: u64 = 256;
/// Arms of one campaign.
pub const MAX_ARMS: usize = 16;

/// A line of the cart, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Amount of the line.
    pub amount: i64,
    /// By how much it may be reduced, in percent; `None` where the shop does not say: then not at all.
    pub headroom: Option<u8>,
}

/// A discount.
#[derive(Clone, Debug, PartialEq)]
pub enum Benefit {
    /// No discount.
    None,
    /// Minor units off.
    Amount(i64),
    /// Percent off, and the most that it takes off.
    Percent(u8, i64),
}

/// One arm with its posterior of conversion, Beta(successes, failures).
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Name of the arm.
    pub id: String,
    /// The discount.
    pub benefit: Benefit,
    /// Least subtotal: 满减.
    pub threshold: i64,
    /// Purchases after it was offered, prior included.
    pub successes: f64,
    /// Offers without a purchase, prior included.
    pub failures: f64,
}

/// What was chosen, or none with the reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The place of the arm.
    pub arm: usize,
    /// The discount on this cart, in minor units.
    pub discount: i64,
    /// With which probability this arm was chosen among those that were possible.
    pub propensity: f64,
    /// Arms that were left out: place and code.
    pub left_out: Vec<(usize, &'static str)>,
}

impl Benefit {
    /// What it takes off a cart.
    pub fn of(&self, subtotal: i64) -> i64 {
        match self {
            Benefit::None => 0,
            Benefit::Amount(value) => (*value).min(subtotal),
            Benefit::Percent(percent, most) => percent_of(subtotal, (*percent).into())
                .min(*most)
                .min(subtotal),
        }
    }
}

fn percent_of(amount: i64, percent: i64) -> i64 {
    amount / 100 * percent + amount % 100 * percent / 100
}

/// Most that a cart may be reduced by: the sum of its lines' headrooms. A line without one has none.
pub fn headroom(lines: &[Line]) -> i64 {
    lines
        .iter()
        .map(|line| percent_of(line.amount, line.headroom.unwrap_or(0).min(100).into()))
        .sum()
}

/// What limits the arms, beside the floor.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// The wallet has a coupon of this campaign.
    pub held: bool,
    /// What the budget has left, in minor units; `None` where the shop does not say.
    pub left: Option<i64>,
}

/// Arms by whether they may be offered for a cart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sorted {
    /// Indices of arms that may be offered.
    pub possible: Vec<usize>,
    /// Place and code.
    pub left_out: Vec<(usize, &'static str)>,
}

/// Sums of a cart, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Sum of the lines.
    pub subtotal: i64,
    /// Maximum reduction that the lines allow.
    pub headroom: i64,
}

impl Sums {
    /// Sums of a cart's lines.
    pub fn of(lines: &[Line]) -> Sums {
        Sums {
            subtotal: lines.iter().map(|line| line.amount).sum(),
            headroom: headroom(lines),
        }
    }
}

/// Why an arm may not be offered for a cart.
fn barred(arm: &Arm, sums: Sums, limits: Limits) -> Option<&'static str> {
    if arm.benefit == Benefit::None {
        return (sums.subtotal < arm.threshold).then_some("offer_threshold");
    }
    let discount = arm.benefit.of(sums.subtotal);
    match () {
        () if limits.held => Some("offer_held"),
        () if sums.subtotal < arm.threshold => Some("offer_threshold"),
        () if discount > sums.headroom => Some("offer_headroom"),
        () if limits.left.is_some_and(|left| discount > left) => Some("offer_budget"),
        // Nothing taken off is no offer.
        () if discount <= 0 => Some("offer_threshold"),
        () => None,
    }
}

/// Sorts the arms of a campaign.
pub fn sort(arms: &[Arm], sums: Sums, limits: Limits) -> Sorted {
    let mut sorted = Sorted::default();
    for (n, arm) in arms.iter().take(MAX_ARMS).enumerate() {
        match barred(arm, sums, limits) {
            None => sorted.possible.push(n),
            Some(code) => sorted.left_out.push((n, code)),
        }
    }
    sorted
}

/// Chooses an arm. `key` names shopper, campaign and period; `None` where no arm may be offered at all.
pub fn choose(arms: &[Arm], lines: &[Line], key: &str) -> Option<Offer> {
    let sums = Sums::of(lines);
    let sorted = sort(arms, sums, Limits::default());
    let shares = shares(arms, &sorted.possible, sums.subtotal);
    let at = pick(&shares, key)?;
    let arm = sorted.possible[at];
    Some(Offer {
        arm,
        discount: arms[arm].benefit.of(sums.subtotal),
        propensity: shares[at],
        left_out: sorted.left_out,
    })
}

/// The place that a key draws by probabilities that sum to 1; `None` of none.
pub fn pick(shares: &[f64], key: &str) -> Option<usize> {
    let drawn = Random(fold(key)).uniform();
    let mut upto = 0.0;
    let place = shares.iter().position(|share| {
        upto += share;
        drawn < upto
    });
    place.or(shares.len().checked_sub(1))
}

/// With which probability each possible arm is worth most, by the Beta posteriors of the arms.
pub fn shares(arms: &[Arm], possible: &[usize], subtotal: i64) -> Vec<f64> {
    let mut best = vec![0u32; possible.len()];
    for n in 0..DRAWS {
        let mut most = f64::NEG_INFINITY;
        let mut place = None;
        for (at, &arm) in possible.iter().enumerate() {
            let worth = worth(&arms[arm], arm, subtotal, n);
            if worth > most {
                (most, place) = (worth, Some(at));
            }
        }
        if let Some(place) = place {
            best[place] += 1;
        }
    }
    // Plus one of each, so that no possible arm has the probability 0.
    let all = DRAWS as f64 + possible.len() as f64;
    best.iter()
        .map(|count| (f64::from(*count) + 1.0) / all)
        .collect()
}

/// What an arm earns by the `n`-th draw of its posterior.
fn worth(arm: &Arm, at: usize, subtotal: i64, n: u64) -> f64 {
    let mut random = Random(mix(n.wrapping_mul(MAX_ARMS as u64) + at as u64 + 1));
    let conversion = beta(&mut random, arm.successes, arm.failures);
    conversion * (subtotal - arm.benefit.of(subtotal)) as f64
}

/// The arm whose threshold is next above a cart, and what is missing to it.
pub fn next_threshold(arms: &[Arm], lines: &[Line]) -> Option<(usize, i64)> {
    let subtotal: i64 = lines.iter().map(|line| line.amount).sum();
    let above = arms
        .iter()
        .enumerate()
        .filter(|(_, arm)| arm.threshold > subtotal);
    let next = above.min_by_key(|(_, arm)| arm.threshold)?;
    Some((next.0, next.1.threshold - subtotal))
}

impl Arm {
    /// Reads `{id, amount | percent + cap, threshold, successes, failures}`; neither amount nor percent is no discount.
    ///
    /// # Errors
    /// The path within the arm and the remedy.
    pub fn read(value: &Value) -> Result<Arm, (&'static str, &'static str)> {
        let number = |name: &'static str, least: f64, most: f64, remedy: &'static str| match value
            .get(name)
        {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) if (least..=most).contains(number) => Ok(Some(*number)),
            Some(_) => Err((name, remedy)),
        };
        let id = value
            .get("id")
            .and_then(Value::text)
            .filter(|id| !id.is_empty());
        let id = id.ok_or(("id", "name the arm with a text"))?;
        const MONEY: f64 = 1e12;
        let amount = number(
            "amount",
            1.0,
            MONEY,
            "write a positive amount in minor units",
        )?;
        let percent = number("percent", 1.0, 100.0, "write a percentage from 1 to 100")?;
        let cap = number(
            "cap",
            1.0,
            MONEY,
            "write the most it takes off, in minor units",
        )?;
        let benefit = match (amount, percent) {
            (None, None) => Benefit::None,
            (Some(amount), None) => Benefit::Amount(amount as i64),
            (None, Some(percent)) => Benefit::Percent(
                percent as u8,
                cap.ok_or(("cap", "a percentage needs a cap in minor units"))? as i64,
            ),
            (Some(_), Some(_)) => return Err(("percent", "write amount or percent, not both")),
        };
        let posterior = "write a number above 0: what the policy was trained to";
        Ok(Arm {
            id: id.into(),
            benefit,
            threshold: number(
                "threshold",
                0.0,
                MONEY,
                "write the least subtotal in minor units",
            )?
            .unwrap_or(0.0) as i64,
            successes: number("successes", f64::MIN_POSITIVE, 1e9, posterior)?.unwrap_or(1.0),
            failures: number("failures", f64::MIN_POSITIVE, 1e9, posterior)?.unwrap_or(9.0),
        })
    }
}

impl Offer {
    /// As JSON: `arm`, `discount`, `propensity`, `leftOut`, and `disclosure`, since a discount was chosen by a draw and not
    /// given to everyone.
    pub fn to_value(&self, arms: &[Arm]) -> Value {
        let id = |at: usize| Value::Text(arms.get(at).map_or(String::new(), |arm| arm.id.clone()));
        let left_out = self.left_out.iter().map(|(at, code)| {
            Value::map([("arm", id(*at)), ("code", Value::Text((*code).into()))])
        });
        Value::map([
            ("arm", id(self.arm)),
            ("discount", Value::Number(self.discount as f64)),
            ("propensity", Value::Number(self.propensity)),
            ("leftOut", Value::List(left_out.collect())),
            ("disclosure", Value::Bool(true)),
        ])
    }
}

#[cfg(test)]
mod tests;
