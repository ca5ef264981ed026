//! Which benefit a shopper is offered: Thompson sampling (Chapelle & Li 2011) over a campaign's arms, under a margin floor.
//!
//! An arm is a discount, or none. Arms that break the floor of any line are left out before anything is drawn, so the
//! floor never depends on chance. The draw comes from a counter-based generator (SplitMix64) keyed by shopper, campaign
//! and period: the same key gives the same draw, so a reload, another tab or another device cannot draw again. What an
//! arm is worth is its conversion, drawn from a Beta posterior that the shop trained on pooled logs, times revenue less
//! discount. The propensity of the chosen arm, for off-policy estimates, is the share of a fixed number of such draws.
//!
//! It deliberately knows no cost and no margin, only how much of its price each item may be reduced by, and nothing
//! about the shopper beyond the key: two shoppers with the same cart have the same arms.

use crate::value::Value;

/// Draws that the propensity is counted over.
const DRAWS: u64 = 256;
/// Arms of one campaign.
pub const MAX_ARMS: usize = 16;

/// A line of the cart, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub amount: i64,
    /// By how much it may be reduced, in percent; `None` where the shop does not say: then not at all.
    pub headroom: Option<u8>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Benefit {
    None,
    /// Minor units off.
    Amount(i64),
    /// Percent off, and the most that it takes off.
    Percent(u8, i64),
}

/// One arm with its posterior of conversion, Beta(successes, failures).
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    pub id: String,
    pub benefit: Benefit,
    /// Least subtotal: 满减.
    pub threshold: i64,
    pub successes: f64,
    pub failures: f64,
}

/// What was chosen, or none with the reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The place of the arm.
    pub arm: usize,
    pub discount: i64,
    /// With which probability this arm is chosen among those that were possible.
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

/// Why an arm may not be offered for a cart.
fn barred(arm: &Arm, lines: &[Line]) -> Option<&'static str> {
    let subtotal: i64 = lines.iter().map(|line| line.amount).sum();
    if subtotal < arm.threshold {
        return Some("offer_threshold");
    }
    (arm.benefit.of(subtotal) > headroom(lines)).then_some("offer_headroom")
}

/// Chooses an arm. `key` names shopper, campaign and period; `None` where no arm may be offered at all.
pub fn choose(arms: &[Arm], lines: &[Line], key: &str) -> Option<Offer> {
    let mut possible = Vec::new();
    let mut left_out = Vec::new();
    for (n, arm) in arms.iter().take(MAX_ARMS).enumerate() {
        match barred(arm, lines) {
            None => possible.push(n),
            Some(code) => left_out.push((n, code)),
        }
    }
    let subtotal: i64 = lines.iter().map(|line| line.amount).sum();
    let seed = fold(key);
    let chosen = draw(arms, &possible, subtotal, seed, 0)?;
    let same = (1..=DRAWS)
        .filter(|n| draw(arms, &possible, subtotal, seed, *n) == Some(chosen))
        .count();
    Some(Offer {
        arm: chosen,
        discount: arms[chosen].benefit.of(subtotal),
        // Plus one of each kind, so that no arm that can be chosen has the propensity 0.
        propensity: (same as f64 + 1.0) / (DRAWS as f64 + possible.len() as f64),
        left_out,
    })
}

/// The arm with the best draw of what it earns.
fn draw(arms: &[Arm], possible: &[usize], subtotal: i64, seed: u64, n: u64) -> Option<usize> {
    let mut best: Option<(f64, usize)> = None;
    for &at in possible {
        let arm = &arms[at];
        let mut random = Random(seed ^ mix(n.wrapping_mul(MAX_ARMS as u64) + at as u64 + 1));
        let conversion = beta(&mut random, arm.successes, arm.failures);
        let worth = conversion * (subtotal - arm.benefit.of(subtotal)) as f64;
        if best.is_none_or(|(most, _)| worth > most) {
            best = Some((worth, at));
        }
    }
    best.map(|(_, at)| at)
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

/// 64-bit FNV-1a.
fn fold(key: &str) -> u64 {
    key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014).
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

struct Random(u64);

impl Random {
    /// Uniform in (0, 1).
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        ((mix(self.0) >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// Standard normal (Box & Muller 1958).
    fn normal(&mut self) -> f64 {
        let (one, other) = (self.uniform(), self.uniform());
        f64::sqrt(-2.0 * libm::log(one)) * libm::cos(core::f64::consts::TAU * other)
    }
}

/// Gamma(shape, 1) by Marsaglia & Tsang 2000; for a shape below 1 with their boost.
fn gamma(random: &mut Random, shape: f64) -> f64 {
    if shape < 1.0 {
        let boost = crate::natural::pow(random.uniform(), 1.0 / shape);
        return gamma(random, shape + 1.0) * boost;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / f64::sqrt(9.0 * d);
    loop {
        let x = random.normal();
        let v = 1.0 + c * x;
        if v <= 0.0 {
            continue;
        }
        let v = v * v * v;
        if libm::log(random.uniform()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
            return d * v;
        }
    }
}

fn beta(random: &mut Random, successes: f64, failures: f64) -> f64 {
    // A posterior that is no posterior converts like one that nobody has tried.
    let sound = |parameter: f64| {
        if parameter > 0.0 && parameter.is_finite() {
            parameter.min(1e9)
        } else {
            1.0
        }
    };
    let one = gamma(random, sound(successes));
    let other = gamma(random, sound(failures));
    one / (one + other).max(f64::MIN_POSITIVE)
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn arm(id: &str, benefit: Benefit, threshold: i64, successes: f64, failures: f64) -> Arm {
        Arm {
            id: id.into(),
            benefit,
            threshold,
            successes,
            failures,
        }
    }

    fn three() -> Vec<Arm> {
        vec![
            arm("none", Benefit::None, 0, 10.0, 90.0),
            arm("ten", Benefit::Percent(10, 5_000), 0, 14.0, 86.0),
            arm("twenty", Benefit::Amount(2_000), 9_900, 13.0, 87.0),
        ]
    }

    #[test]
    fn a_reload_another_tab_and_another_device_draw_the_same() {
        let lines = [Line {
            amount: 20_000,
            headroom: Some(30),
        }];
        let mut seen = std::collections::BTreeSet::new();
        for shopper in 0..200 {
            let key = format!("shopper-{shopper}/spring/2026-11");
            let first = choose(&three(), &lines, &key).expect("an arm");
            assert_eq!(choose(&three(), &lines, &key).as_ref(), Some(&first));
            seen.insert(first.arm);
        }
        assert_eq!(seen.len(), 3, "all arms are explored");
    }

    #[test]
    fn an_item_without_headroom_takes_no_discount() {
        let lines = [Line {
            amount: 20_000,
            headroom: None,
        }];
        let offer = choose(&three(), &lines, "k").expect("no discount is an arm");
        assert_eq!((offer.arm, offer.discount), (0, 0));
        assert_eq!(
            offer.left_out,
            [(1, "offer_headroom"), (2, "offer_headroom")]
        );
        assert_eq!(choose(&three()[1..], &lines, "k"), None);
    }

    #[test]
    fn the_next_threshold_says_what_is_missing() {
        let lines = [Line {
            amount: 7_000,
            headroom: Some(50),
        }];
        assert_eq!(next_threshold(&three(), &lines), Some((2, 2_900)));
    }

    #[test]
    fn the_propensity_is_the_share_of_shoppers_who_get_the_arm() {
        let lines = [Line {
            amount: 20_000,
            headroom: Some(30),
        }];
        let (mut share, mut told) = ([0.0; 3], [0.0; 3]);
        let shoppers = 4_000;
        for shopper in 0..shoppers {
            let offer = choose(&three(), &lines, &format!("s{shopper}")).expect("an arm");
            share[offer.arm] += 1.0 / f64::from(shoppers);
            told[offer.arm] += offer.propensity;
        }
        for at in 0..3 {
            let mean = told[at] / (share[at] * f64::from(shoppers));
            assert!((mean - share[at]).abs() < 0.03, "{at}: {mean} {share:?}");
        }
    }

    #[test]
    fn thompson_sampling_finds_the_best_arm() {
        // True conversions: the coupon of 10 % lifts from .10 to .16, worth more than it costs.
        let truth = [0.10, 0.16, 0.11];
        let lines = [Line {
            amount: 20_000,
            headroom: Some(30),
        }];
        let mut arms = three();
        for arm in &mut arms {
            (arm.successes, arm.failures) = (1.0, 9.0);
        }
        let mut random = Random(7);
        let mut earned = 0.0;
        let rounds = 20_000;
        for n in 0..rounds {
            let offer = choose_once(&arms, &lines, &format!("s{n}"));
            let arm = &mut arms[offer];
            if random.uniform() < truth[offer] {
                arm.successes += 1.0;
                earned += (20_000 - arm.benefit.of(20_000)) as f64;
            } else {
                arm.failures += 1.0;
            }
        }
        let worth: Vec<f64> = (0..3)
            .map(|at| truth[at] * (20_000 - arms[at].benefit.of(20_000)) as f64)
            .collect();
        let uniform = worth.iter().sum::<f64>() / 3.0 * f64::from(rounds);
        let best = worth.iter().copied().fold(0.0, f64::max) * f64::from(rounds);
        assert!(
            earned > uniform * 1.15 && earned > best * 0.96,
            "{earned} of {best}, uniform {uniform}"
        );
    }

    /// [`choose`] without its propensity, which would take 256 draws more.
    fn choose_once(arms: &[Arm], lines: &[Line], key: &str) -> usize {
        let subtotal = lines.iter().map(|line| line.amount).sum();
        draw(arms, &[0, 1, 2], subtotal, fold(key), 0).expect("an arm")
    }

    #[test]
    fn impossible_arms_are_refused_by_their_field() {
        for (json, field) in [
            (r#"{"amount": 5}"#, "id"),
            (r#"{"id": "a", "amount": -5}"#, "amount"),
            (r#"{"id": "a", "percent": 120, "cap": 5}"#, "percent"),
            (r#"{"id": "a", "percent": 10}"#, "cap"),
            (
                r#"{"id": "a", "percent": 10, "cap": 5, "amount": 5}"#,
                "percent",
            ),
            (r#"{"id": "a", "threshold": -1}"#, "threshold"),
            (r#"{"id": "a", "successes": 0}"#, "successes"),
        ] {
            let refused = Arm::read(&Value::parse(json).expect("it is JSON")).expect_err(json);
            assert_eq!(refused.0, field);
        }
        let none = Arm::read(&Value::parse(r#"{"id": "none"}"#).expect("it is JSON"))
            .expect("it is an arm");
        assert_eq!(none.benefit, Benefit::None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn the_floor_is_never_broken(
            lines in prop::collection::vec((0i64..5_000_000, prop::option::of(0u8..=255)), 0..8),
            arms in prop::collection::vec((0u8..3, 1i64..1_000_000, 1u8..=100, 0i64..2_000_000, 0.1f64..50.0), 0..6),
            key in "[a-z]{0,8}",
        ) {
            let lines: Vec<Line> = lines.into_iter().map(|(amount, headroom)| Line { amount, headroom }).collect();
            let arms: Vec<Arm> = arms.into_iter().enumerate().map(|(n, (kind, value, percent, threshold, successes))| {
                let benefit = [Benefit::None, Benefit::Amount(value), Benefit::Percent(percent, value)][usize::from(kind)].clone();
                arm(&n.to_string(), benefit, threshold, successes, 10.0)
            }).collect();
            if let Some(offer) = choose(&arms, &lines, &key) {
                let subtotal: i64 = lines.iter().map(|line| line.amount).sum();
                // The floor, line by line and without the code under test.
                let floor: i128 = lines.iter().map(|line| i128::from(line.amount) * i128::from(line.headroom.unwrap_or(0).min(100)) / 100).sum();
                prop_assert!(i128::from(offer.discount) <= floor);
                prop_assert!(subtotal >= arms[offer.arm].threshold);
                prop_assert!(offer.propensity > 0.0 && offer.propensity <= 1.0);
            }
        }
    }
}
