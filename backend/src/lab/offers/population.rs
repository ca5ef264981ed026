//! A simulated population with a known truth, to see whether offers learn, and whether estimates are true.
//!
//! Every shopper has a conversion for each discount that nobody sees: some buy anyway, some are moved by a discount, most
//! of them by one that is large enough, and some never buy. What a page sees, hesitation, intent, sensitivity to promotions
//! and the stage, follows from that with much noise, and says nothing of some. The truth is no logit, so the model is
//! wrong about it as it is about people. Decisions are those of the engine: [`Campaign::shares`] and [`pick`], on files that
//! [`Campaigns::read`] reads, trained every night on all decisions so far.

use serde::Serialize;
use tillside::act::campaign::{Campaign, Campaigns, Moment};
use tillside::act::offer::{Limits, Sums, pick};
use tillside::act::policy::{Behaviour, Context};
use tillside::value::Value;

use super::fit::{Decision, Fit};
use super::value::{self, Judged, with_posterior};
use crate::random::Random;

/// Decisions of a day, after which the policy is trained.
const NIGHT: usize = 1_000;
/// Minor units in a major one.
const MINOR: f64 = 100.0;

/// The campaign that is run: nothing, or 5, 10 or 25 % off.
pub const CAMPAIGN: &str = r#"{"format":1,"minor_units":100,"campaigns":{"simulated":{"floor":0.02,"arms":[
    {"id":"none"},{"id":"five","percent":5,"cap":50000},{"id":"ten","percent":10,"cap":50000},{"id":"quarter","percent":25,"cap":50000}]}}}"#;

/// A shopper with a cart.
pub struct Person {
    hesitation: Option<f64>,
    purchase: Option<f64>,
    price: Option<f64>,
    stage: &'static str,
    sums: Sums,
    /// That they buy without a discount, and the most that a discount adds.
    anyway: f64,
    moved: f64,
    /// The share of the price at which half of that is reached.
    half: f64,
}

/// What the run came to. Money in major units a decision.
#[derive(Debug, Serialize)]
pub struct Run {
    pub seed: u64,
    pub decisions: usize,
    /// Each arm for everybody, by its truth.
    pub arms: Vec<(String, f64)>,
    pub uniform: f64,
    /// The policy over all decisions, those that it learned from first included; and the last night's on shoppers of its own.
    pub learning: f64,
    pub learned: f64,
    pub best: f64,
    /// What somebody who knew the truth would earn.
    pub oracle: f64,
    /// The share of purchases with a discount that would have been made without one.
    pub deadweight: f64,
    pub deadweight_uniform: f64,
    /// Spent on discounts a decision, and the decisions after the budget was spent.
    pub discounts: f64,
    pub broke: usize,
    /// Policies by estimates from the log alone, with their truth.
    pub estimates: Vec<Estimated>,
}

#[derive(Debug, Serialize)]
pub struct Estimated {
    #[serde(flatten)]
    pub judged: Judged,
    pub truth: f64,
}

impl Person {
    pub fn of(random: &mut Random) -> Person {
        // Who is sure, who can be moved, who is not.
        let kind = random.unit();
        let (anyway, moved) = match () {
            () if kind < 0.40 => (0.45 + 0.4 * random.unit(), 0.05 * random.unit()),
            () if kind < 0.80 => (0.02 + 0.08 * random.unit(), 0.30 + 0.45 * random.unit()),
            () => (0.01 + 0.04 * random.unit(), 0.04 * random.unit()),
        };
        let noisy = |random: &mut Random, about: f64, noise: f64| {
            let wave = random.unit() + random.unit() + random.unit() - 1.5;
            (about + noise * wave).clamp(0.0, 1.0)
        };
        let subtotal = 4_000.0 * (1.5 * (random.unit() + random.unit())).exp();
        let subtotal = subtotal.round() as i64;
        // One cart in sixteen may not be reduced at all.
        let room = [0, 30, 40, 50][random.below(4).max(random.below(4))];
        let stages = [
            "prospect", "new", "growing", "mature", "dormant", "won_back",
        ];
        let old = if random.chance(anyway) { 2 } else { 0 };
        let hesitation = noisy(random, 0.25 + moved, 0.5);
        let purchase = noisy(random, 0.1 + 0.8 * anyway, 0.4);
        let price = noisy(random, 0.35 + 0.5 * moved, 0.5);
        let known = random.chance(0.8);
        Person {
            hesitation: known.then_some(hesitation),
            purchase: known.then_some(purchase),
            price: (known && random.chance(0.5)).then_some(price),
            stage: if known {
                stages[(old + random.below(4)).min(5)]
            } else {
                ""
            },
            sums: Sums {
                subtotal,
                headroom: subtotal / 100 * room,
            },
            anyway,
            moved,
            half: 0.10 + 0.04 * random.unit(),
        }
    }

    /// The truth: a discount does little until it is large enough, and ever less beyond.
    fn conversion(&self, discount: i64) -> f64 {
        let share = discount as f64 / self.sums.subtotal as f64;
        let ratio = (share / self.half).powi(2);
        self.anyway + self.moved * ratio / (1.0 + ratio)
    }

    fn moment(&self, typical: f64, left: Option<i64>) -> Moment {
        let behaviour = Behaviour {
            hesitation: self.hesitation,
            purchase: self.purchase,
            price: self.price,
            stage: self.stage,
        };
        Moment {
            sums: self.sums,
            limits: Limits { held: false, left },
            context: Context::of(behaviour, self.sums.subtotal as f64, typical),
            spend: 0.0,
        }
    }

    /// What an arm earns in truth, in major units.
    fn worth(&self, campaign: &Campaign, arm: usize) -> f64 {
        let discount = campaign.arms[arm].benefit.of(self.sums.subtotal);
        self.conversion(discount) * (self.sums.subtotal - discount) as f64 / MINOR
    }
}

/// Sums of what policies earn in truth.
#[derive(Default)]
struct Tally {
    arms: Vec<f64>,
    uniform: f64,
    oracle: f64,
    /// Purchases with a discount, and those of them that would have been made without.
    bought: f64,
    anyway: f64,
}

impl Tally {
    fn add(&mut self, campaign: &Campaign, person: &Person, possible: &[usize]) {
        self.arms.resize(campaign.arms.len(), 0.0);
        for (at, sum) in self.arms.iter_mut().enumerate() {
            let arm = if possible.contains(&at) { at } else { 0 };
            *sum += person.worth(campaign, arm);
        }
        let all = || possible.iter().map(|arm| person.worth(campaign, *arm));
        self.uniform += all().sum::<f64>() / possible.len() as f64;
        self.oracle += all().fold(0.0, f64::max);
        for arm in possible.iter().filter(|arm| **arm > 0) {
            let discount = campaign.arms[*arm].benefit.of(person.sums.subtotal);
            self.bought += person.conversion(discount) / possible.len() as f64;
            self.anyway += person.anyway / possible.len() as f64;
        }
    }
}

fn campaign() -> Campaign {
    let file = Value::parse(CAMPAIGN).ok();
    let read = file.and_then(|file| Campaigns::read(&file).ok());
    let campaign = read.and_then(|mut read| read.all.pop());
    campaign.expect("the constant is a file of one campaign")
}

/// A run as far as it is.
struct Course {
    seed: u64,
    campaign: Campaign,
    log: Vec<Decision>,
    people: Vec<Person>,
    tally: Tally,
    earned: f64,
    /// On discounts of purchases, in minor units.
    spent: i64,
    /// Decisions when nothing was left.
    broke: usize,
    /// Purchases with a discount, and those of them that would have been made without.
    bought: f64,
    anyway: f64,
}

impl Course {
    fn train(&mut self) {
        let fit = Fit::of(&self.log.iter().collect::<Vec<_>>(), &self.campaign.arms);
        let version = self.log.len().to_string();
        self.campaign = with_posterior(&self.campaign, &fit, &version);
    }

    /// The next shopper.
    fn step(&mut self, random: &mut Random, budget: Option<i64>) {
        let person = Person::of(random);
        let campaign = &self.campaign;
        let left = budget.map(|budget| budget - self.spent);
        let typical = campaign.posterior.as_ref().map_or(0.0, |known| known.cart);
        let moment = person.moment(typical, left);
        let (sorted, shares) = campaign.shares(&moment);
        let n = self.log.len();
        let key = format!("simulated\nshopper-{}-{n}/2026-12", self.seed);
        let at = pick(&shares, &key).unwrap_or(0);
        let arm = sorted.possible[at];
        let Sums { subtotal, .. } = person.sums;
        let discount = campaign.arms[arm].benefit.of(subtotal);
        let converted = random.chance(person.conversion(discount));
        self.tally.add(campaign, &person, &sorted.possible);
        self.earned += person.worth(campaign, arm);
        if discount > 0 {
            self.bought += person.conversion(discount);
            self.anyway += person.anyway;
        }
        // Not even the smallest discount can be paid.
        self.broke += usize::from(left.is_some_and(|left| left < subtotal / 20));
        self.spent += if converted { discount } else { 0 };
        let paid = (subtotal - discount) as f64;
        self.log.push(Decision {
            unit: n as u32,
            context: moment.context,
            sums: person.sums,
            left,
            arm,
            propensity: shares[at],
            converted,
            net: if converted { paid } else { 0.0 },
        });
        self.people.push(person);
    }
}

/// Runs so many decisions; `budget` is what discounts may cost in all, in minor units.
pub fn run(seed: u64, decisions: usize, budget: Option<i64>) -> Run {
    let mut random = Random::of(seed, "offers", 0);
    let bare = campaign();
    let mut course = Course {
        seed,
        campaign: bare.clone(),
        log: Vec::with_capacity(decisions),
        people: Vec::with_capacity(decisions),
        tally: Tally::default(),
        earned: 0.0,
        spent: 0,
        broke: 0,
        bought: 0.0,
        anyway: 0.0,
    };
    for n in 0..decisions {
        if n > 0 && n.is_multiple_of(NIGHT) {
            course.train();
        }
        course.step(&mut random, budget);
    }
    let count = decisions as f64;
    let Tally {
        arms,
        uniform,
        oracle,
        bought,
        anyway,
    } = &course.tally;
    let names = bare.arms.iter().map(|arm| arm.id.clone());
    let arms: Vec<(String, f64)> = names.zip(arms.iter().map(|sum| sum / count)).collect();
    let learning = course.earned / count;
    Run {
        seed,
        decisions,
        best: arms.iter().map(|(_, worth)| *worth).fold(0.0, f64::max),
        uniform: uniform / count,
        learning,
        learned: fresh(seed, &course.campaign, decisions),
        oracle: oracle / count,
        deadweight: course.anyway / course.bought,
        deadweight_uniform: anyway / bought,
        discounts: course.spent as f64 / MINOR / count,
        broke: course.broke,
        estimates: estimates(&bare, &course.log, &course.people, learning),
        arms,
    }
}

/// What the last policy earns of shoppers that it has not met.
fn fresh(seed: u64, campaign: &Campaign, count: usize) -> f64 {
    let mut random = Random::of(seed, "fresh offers", 0);
    let typical = campaign.posterior.as_ref().map_or(0.0, |known| known.cart);
    let mut earned = 0.0;
    for _ in 0..count {
        let person = Person::of(&mut random);
        let (sorted, shares) = campaign.shares(&person.moment(typical, None));
        let worths = sorted.possible.iter().zip(shares);
        earned += worths
            .map(|(arm, share)| share * person.worth(campaign, *arm))
            .sum::<f64>();
    }
    earned / count as f64
}

/// Estimates from the log, each beside the truth of the same shoppers.
fn estimates(bare: &Campaign, log: &[Decision], people: &[Person], logged: f64) -> Vec<Estimated> {
    let judged = value::policies(bare, log, MINOR);
    let fit = Fit::of(&log.iter().collect::<Vec<_>>(), &bare.arms);
    let trained = with_posterior(bare, &fit, "all");
    let mean = |of: &dyn Fn(&Decision, &Person) -> f64| {
        let all = log.iter().zip(people).map(|(one, person)| of(one, person));
        all.sum::<f64>() / log.len() as f64
    };
    let even = |one: &Decision, person: &Person| {
        let limits = Limits {
            held: false,
            left: one.left,
        };
        let possible = tillside::act::offer::sort(&bare.arms, one.sums, limits).possible;
        let all = possible.iter().map(|arm| person.worth(bare, *arm));
        all.sum::<f64>() / possible.len() as f64
    };
    judged
        .into_iter()
        .map(|judged| {
            let truth = match judged.value.policy.as_str() {
                "uniform" => mean(&even),
                "logged" => logged,
                "trained" => mean(&|one, person| {
                    let shares = value::shares(&trained, one);
                    let all = shares.iter();
                    all.map(|(arm, share)| share * person.worth(bare, *arm))
                        .sum()
                }),
                name => {
                    let at = bare.arms.iter().position(|arm| arm.id == name).unwrap_or(0);
                    mean(&|one, person| {
                        let limits = Limits {
                            held: false,
                            left: one.left,
                        };
                        let sorted = tillside::act::offer::sort(&bare.arms, one.sums, limits);
                        let arm = if sorted.possible.contains(&at) { at } else { 0 };
                        person.worth(bare, arm)
                    })
                }
            };
            Estimated { judged, truth }
        })
        .collect()
}

#[cfg(test)]
mod tests;
