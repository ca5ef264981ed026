//! Who orders again in the held-out span, and how often: the activity model beside rules of thumb.
//!
//! What rules of thumb take for a share is that of the span before, which was known at the cut.

use serde::Serialize;
use tillside::shopper::life::bgnbd::BgNbd;

use super::history::{Asked, Cut};
use super::score::{Score, mean, score, share};

/// Days without an order from which the recency rule takes a customer for gone.
const RECENT: i32 = 30;

/// Orders foreseen by one method.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Count {
    pub name: &'static str,
    pub predicted: f64,
    pub observed: f64,
    pub mean_absolute_error: f64,
    pub root_mean_square_error: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Activity {
    pub customers: usize,
    /// r, α, a, b in days, and the log likelihood of all histories up to the cut.
    pub parameters: [f64; 4],
    pub log_likelihood: f64,
    pub again: Vec<Score>,
    /// Of customers with two days of orders and more: the model says nothing of one.
    pub again_of_repeaters: Vec<Score>,
    pub orders: Vec<Count>,
}

fn within(days: &[i32], after: i32, until: i32) -> usize {
    let inside = days.iter().filter(|day| **day > after && **day <= until);
    inside.count()
}

/// The probabilities of the rules of thumb: one for all, and one each for who ordered lately and who did not.
struct Rules {
    base: f64,
    lately: [f64; 2],
    /// Orders a customer and day.
    rate: f64,
}

fn is_recent(days: &[i32], at: i32) -> bool {
    let before = days.iter().rev().find(|day| **day <= at);
    before.is_some_and(|last| at - last < RECENT)
}

impl Rules {
    /// As one span earlier showed.
    fn of(asked: &[&Asked], cut: Cut) -> Rules {
        let before = cut.last - cut.days;
        let there = || asked.iter().filter(|one| one.days[0] <= before);
        let again = |one: &&&Asked| within(&one.days, before, cut.last) > 0;
        let of = |recent: bool| {
            let those = there().filter(|one| is_recent(&one.days, before) == recent);
            share(those.map(|one| again(&one)))
        };
        let exposed = mean(asked.iter().map(|one| f64::from(cut.last - one.days[0])));
        Rules {
            base: share(there().map(|one| again(&one))),
            lately: [of(false), of(true)],
            rate: mean(asked.iter().map(|one| one.days.len() as f64 - 1.0)) / exposed.max(1.0),
        }
    }
}

fn again(asked: &[&Asked], cut: Cut) -> Vec<Score> {
    let rules = Rules::of(asked, cut);
    let pairs = |of: &dyn Fn(&Asked) -> Option<f64>| {
        let pair = |one: &&Asked| Some((of(one)?, !one.later.is_empty()));
        asked.iter().filter_map(pair).collect::<Vec<_>>()
    };
    let lately = |one: &Asked| rules.lately[usize::from(is_recent(&one.days, cut.last))];
    vec![
        score("model: orders in the span", &pairs(&|one| one.buys)),
        score("model: alive", &pairs(&|one| one.alive)),
        score(
            "rule: last order in 30 days",
            &pairs(&|one| Some(lately(one))),
        ),
        score("base rate", &pairs(&|_| Some(rules.base))),
    ]
}

fn count(name: &'static str, pairs: &[(f64, f64)]) -> Count {
    let off = |(predicted, came): &(f64, f64)| predicted - came;
    Count {
        name,
        predicted: pairs.iter().map(|pair| pair.0).sum(),
        observed: pairs.iter().map(|pair| pair.1).sum(),
        mean_absolute_error: mean(pairs.iter().map(|pair| off(pair).abs())),
        root_mean_square_error: mean(pairs.iter().map(|pair| off(pair).powi(2))).sqrt(),
    }
}

/// `None` where the history gave no activity model.
pub fn measure(asked: &[Asked], model: Option<BgNbd>, cut: Cut) -> Option<Activity> {
    let BgNbd { r, alpha, a, b } = model?;
    let all: Vec<&Asked> = asked.iter().filter(|one| one.buys.is_some()).collect();
    if all.is_empty() {
        return None;
    }
    let repeaters: Vec<&Asked> = all
        .iter()
        .copied()
        .filter(|one| one.days.len() > 1)
        .collect();
    let rules = Rules::of(&all, cut);
    let pairs = |of: &dyn Fn(&Asked) -> f64| {
        let pair = |one: &&Asked| (of(one), one.later.len() as f64);
        all.iter().map(pair).collect::<Vec<_>>()
    };
    let before = |one: &Asked| within(&one.days, cut.last - cut.days, cut.last) as f64;
    Some(Activity {
        customers: all.len(),
        parameters: [r, alpha, a, b],
        log_likelihood: all.iter().filter_map(|one| one.log_likelihood).sum(),
        again: again(&all, cut),
        again_of_repeaters: again(&repeaters, cut),
        orders: vec![
            count("model", &pairs(&|one| one.expected.unwrap_or_default())),
            count("as many as in the span before", &pairs(&before)),
            count(
                "overall rate",
                &pairs(&|_| rules.rate * f64::from(cut.days)),
            ),
        ],
    })
}
