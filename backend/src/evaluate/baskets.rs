//! Baskets with one item hidden: is it on the list beside the cart?
//!
//! The shopper has bought the orders of the past and has the rest of the basket in the cart; placement `cart` ranks the
//! whole catalogue. An item in the cart cannot be the answer.

use rayon::prelude::*;
use tillside::intake::{Event, Kind};
use tillside::recommend::{Placement, Request};
use tillside::shop::Model;
use tillside::shopper::Shopper;

use super::measure::{Answers, Asked, LIMIT, START, judge};
use crate::ingest::Basket;

const DAY: f64 = 86_400_000.0;

/// When the basket is: late enough for any age of an order to be a time.
const NOW: i64 = START + 86_400_000 * 100_000;

/// Asks for the hidden item of every basket; `tick` is told how many more were answered.
pub fn ask_baskets(model: &Model, baskets: &[Basket], tick: impl Fn(u64) + Sync) -> Answers {
    judge(model, baskets, tick, |basket| asked(model, basket))
}

/// All of them, for [`ask_again`](super::ask_again).
pub fn prepare_baskets<'a>(model: &Model, baskets: &'a [Basket]) -> Vec<Asked<'a>> {
    let asked = |basket| asked(model, basket);
    baskets.par_iter().with_min_len(64).map(asked).collect()
}

fn asked<'a>(model: &Model, basket: &'a Basket) -> Asked<'a> {
    let (shopper, now) = buyer_of(model, basket);
    Asked {
        shopper,
        request: Request::new(Placement::Cart, LIMIT),
        now,
        target: &basket.target,
    }
}

/// Someone who bought what is past and has the basket in the cart, and when it is then.
fn buyer_of(model: &Model, basket: &Basket) -> (Shopper, i64) {
    let mut shopper = Shopper::default();
    let mut learn = |kind, time, items: &[String]| {
        shopper.learn(&Event::about(kind, time, items), Some(model));
    };
    for order in &basket.history {
        let time = NOW - (order.days * DAY) as i64;
        learn(Kind::OrderCompleted, time, &order.items);
    }
    learn(Kind::ProductAdded, NOW, &basket.items);
    (shopper, NOW)
}
