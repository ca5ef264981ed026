//! What completes a basket: how rows of what is bought together are made, and the weights of the odds of buying again,
//! tried on the newest baskets, which are held back.
//!
//! One item of each is hidden and asked for, as `tillside evaluate --baskets` does. The odds stand beside what the
//! cart's items lead to, so what the weights are is a matter of both, and of what counts on a shelf: they are found by
//! going up the discounted gain of the hidden items' places, one weight after another, from a start that holds for
//! groceries. The score of a candidate is taken from the recommender once; only the odds are computed anew.

use std::collections::HashMap;

use rayon::prelude::*;
use tillside::recommend::revisit::odds;
use tillside::recommend::{MAX_LIMIT, Placement, Recommender, Request, repurchase::bought};
use tillside::shop::{Model, ModelError, REPURCHASE};

use crate::evaluate::{Asked, Metrics, ask_again, held_back, prepare_baskets};
use crate::ingest::{Basket, Catalogue, Interactions};
use crate::train::count::count_orders;
use crate::train::fit::tune::{FEWEST, HELD_BACK, MOST, open, worth};
use crate::train::items::goods::Goods;
use crate::train::neighbours::complement::Limits;
use crate::train::settings::Settings;

pub type Weights = [f32; REPURCHASE];

/// Where the search begins: items bought often and lately, by those who buy few kinds, into small carts.
const START: Weights = [-1.5, 1.0, -0.3, -0.5, -0.5, 0.5];

/// What is tried for the share of what completes baskets together, beside half.
const JOINT: [f32; 2] = [1.0, 0.0];

/// Levels that are tried first: how odds compare with what goes together is another matter in every shop.
const LEVELS: [f32; 8] = [-6.0, -5.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0];

/// The first and the last step of the search.
const STEPS: (f32, f32) = (1.0, 0.05);

/// What trying out found.
pub struct Tried {
    /// With the defaults, and with what was chosen.
    pub before: Metrics,
    pub after: Metrics,
    pub baskets: usize,
}

/// Sets what baskets decide; `None` where too few were held back. `tick` is told how many more were asked.
///
/// # Errors
/// When a packed model does not open, which would be a fault of the packer.
pub fn tune(
    read: &Interactions,
    catalogue: Option<&Catalogue>,
    limits: Limits,
    settings: &mut Settings,
    tick: impl Fn(u64) + Sync,
) -> Result<Option<Tried>, ModelError> {
    let count = read.sessions.len() / HELD_BACK;
    let (old, newest) = read.sessions.split_at(read.sessions.len() - count);
    let goods = Goods::number(read, old, catalogue);
    let sold: Vec<bool> = {
        let mut sold: HashMap<&str, bool> = HashMap::new();
        for (key, count) in goods.keys.iter().zip(&goods.popularity) {
            sold.insert(key, *count > 0);
        }
        let is_sold = |key: &String| sold.get(key.as_str()).copied().unwrap_or(false);
        read.items.iter().map(is_sold).collect()
    };
    let baskets = thinned(held_back::baskets(read, old, newest, &sold));
    if baskets.len() < FEWEST {
        return Ok(None);
    }
    let counted = count_orders(goods, limits);
    let mut model = open(&counted, settings, None)?;
    let asked = prepare_baskets(&model, &baskets);
    let judge = |model: &Model| ask_again(model, &asked, &tick).metrics;
    let before = judge(&model);
    let mut after = before;
    let mut settle = |settings: &mut Settings, other: Settings| {
        let opened = open(&counted, &other, None)?;
        let metrics = judge(&opened);
        if worth(&metrics) > worth(&after) {
            (*settings, after, model) = (other, metrics, opened);
        }
        Ok::<_, ModelError>(())
    };
    let substitutes = true;
    let other = Settings {
        substitutes,
        ..*settings
    };
    settle(settings, other)?;
    for joint in JOINT {
        let other = Settings { joint, ..*settings };
        settle(settings, other)?;
    }
    // Fitted to every other basket, judged by the rest.
    let shelves = shelves(&model, &asked);
    let part = |odd| {
        let of = shelves.iter().enumerate();
        of.filter(|(n, _)| n % 2 == odd)
            .map(|one| one.1)
            .collect::<Vec<_>>()
    };
    let (fitted, rest) = (fit(&part(0)), part(1));
    if value(&rest, Some(&fitted)) > value(&rest, None) {
        settings.repurchase = Some(fit(&shelves.iter().collect::<Vec<_>>()));
        after = judge(&model.rebuying(settings.repurchase));
    }
    Ok(Some(Tried {
        before,
        after,
        baskets: baskets.len(),
    }))
}

fn thinned(baskets: Vec<Basket>) -> Vec<Basket> {
    let step = baskets.len().div_ceil(MOST).max(1);
    baskets.into_iter().step_by(step).collect()
}

/// What may stand on the shelf beside a cart.
struct Shelf {
    /// Item, score without the odds, and the features of what may be bought again.
    candidates: Vec<(u32, f32, Option<Weights>)>,
    /// Which of them is hidden in the basket.
    hidden: Option<usize>,
}

fn shelves(model: &Model, asked: &[Asked]) -> Vec<Shelf> {
    let shelf = |recommender: &mut Recommender, asked: &Asked| {
        let (shopper, now) = (&asked.shopper, asked.now);
        let request = Request::new(Placement::Cart, MAX_LIMIT);
        let list = recommender.recommend(model, shopper, &request, now);
        let entries = list.entries.iter();
        let mut candidates: Vec<(u32, f32, Option<Weights>)> = entries
            .map(|entry| (entry.item, entry.score, None))
            .collect();
        bought(model, shopper, now, &mut |item, features| {
            if shopper.cart().iter().any(|line| line.item == Some(item)) {
                return;
            }
            match candidates.iter_mut().find(|known| known.0 == item) {
                Some(known) => known.2 = Some(features),
                None => candidates.push((item, 0.0, Some(features))),
            }
        });
        let hidden = model.find(asked.target);
        Shelf {
            hidden: candidates.iter().position(|one| Some(one.0) == hidden),
            candidates,
        }
    };
    asked
        .par_iter()
        .with_min_len(64)
        .map_init(Recommender::default, shelf)
        .collect()
}

/// Discounted gain with these weights, of all places: on a few hundred baskets, whether one more is among the first twenty
/// is chance.
fn value(shelves: &[&Shelf], weights: Option<&Weights>) -> f64 {
    let score = |(item, score, features): &(u32, f32, Option<Weights>)| {
        let again = features.as_ref().zip(weights);
        (score + again.map_or(0.0, |(x, w)| odds(x, w)), *item)
    };
    let gain = |shelf: &&Shelf| {
        let Some(hidden) = shelf.hidden else {
            return 0.0;
        };
        let (own, item) = score(&shelf.candidates[hidden]);
        let ahead = shelf.candidates.iter().filter(|other| {
            let (other, than) = score(other);
            other > own || other == own && than < item
        });
        match ahead.count() {
            rank if own > 0.0 => 1.0 / ((rank + 2) as f64).log2(),
            _ => 0.0,
        }
    };
    // Sums of one order, whatever the number of threads.
    let gains: Vec<f64> = shelves.par_iter().with_min_len(64).map(gain).collect();
    gains.iter().sum::<f64>() / shelves.len().max(1) as f64
}

fn fit(shelves: &[&Shelf]) -> Weights {
    let (mut weights, mut step) = (START, STEPS.0);
    let mut best = value(shelves, Some(&weights));
    for level in LEVELS {
        let mut other = START;
        other[0] = level;
        let found = value(shelves, Some(&other));
        if found > best {
            (weights, best) = (other, found);
        }
    }
    while step > STEPS.1 {
        let mut moved = false;
        for n in 0..REPURCHASE {
            for by in [step, -step] {
                let mut other = weights;
                other[n] = ((other[n] + by) * 1e3).round() / 1e3;
                let found = value(shelves, Some(&other));
                if found > best {
                    (weights, best, moved) = (other, found, true);
                    break;
                }
            }
        }
        if !moved {
            step /= 2.0;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::tests::interactions;
    use crate::random::Random;

    /// Every shopper has a staple and buys it in all of its orders, beside two things that change.
    fn staples(orders: u32, shoppers: u32) -> Interactions {
        let letters: Vec<char> = ('A'..='Z').collect();
        let order = |n: u32| {
            let shopper = n % shoppers;
            let mut random = Random::of(7, "order", n.into());
            let staple = letters[shopper as usize % letters.len()];
            let others = [0; 2].map(|_| letters[random.below(letters.len())]);
            (
                shopper,
                i64::from(n),
                String::from_iter([staple, others[0], others[1]]),
            )
        };
        let all: Vec<_> = (0..orders).map(order).collect();
        let all: Vec<_> = all
            .iter()
            .map(|one| (one.0, one.1, one.2.as_str()))
            .collect();
        interactions(&all)
    }

    #[test]
    fn learns_that_staples_come_back() {
        let mut settings = Settings::default();
        let tried = tune(
            &staples(4000, 52),
            None,
            Limits::default(),
            &mut settings,
            |_| (),
        );
        let tried = tried.unwrap().unwrap();
        assert!(tried.baskets >= FEWEST);
        let weights = settings.repurchase.unwrap();
        assert!(weights[1] > 0.0, "what was bought more often: {weights:?}");
        assert!(
            tried.after.mrr20 > tried.before.mrr20 + 0.2,
            "a third of the hidden are staples"
        );
    }

    #[test]
    fn too_few_baskets_decide_nothing() {
        let mut settings = Settings::default();
        let tried = tune(
            &staples(500, 52),
            None,
            Limits::default(),
            &mut settings,
            |_| (),
        )
        .unwrap();
        assert!(tried.is_none());
        assert_eq!(settings, Settings::default());
        let nothing = tune(
            &Interactions::default(),
            None,
            Limits::default(),
            &mut settings,
            |_| (),
        );
        assert!(nothing.unwrap().is_none());
    }
}
