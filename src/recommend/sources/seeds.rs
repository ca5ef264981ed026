//! Seeds of a list: items of the session, the cart and the page, each with a weight.

use crate::recommend::DAY;
use crate::recommend::answer::Code;
use crate::recommend::call::{Call, Seed};
use crate::recommend::request::Placement;
use crate::shop::{Matrix, Model};

/// The newest items that count.
const HISTORY: usize = 20;
/// The latest purchases that count.
const PURCHASES: usize = 5;
/// By the end of its window a purchase has lost this part of its weight.
const FADED: f32 = 0.5;
/// An item of an earlier session counts for this part.
pub(crate) const EARLIER: f32 = 0.3;
/// A view does not fade for as long as a visit may pause.
const VISIT: i64 = 30 * 60_000;
/// On the page of an item, what was viewed before counts for this part.
const BESIDE_ANCHOR: f32 = 0.25;

/// Shares `exp(−k/δ)` of the newest items, k = 0 for the newest, summing to 1.
/// Each fades with the days since the view, and what a purchase has satisfied has no share.
fn recency(call: &Call, skip: Option<u32>) -> Vec<(u32, f32)> {
    let (model, shopper, now) = (call.model, call.shopper, call.now);
    let current = shopper.recent().last().map(|viewed| viewed.session);
    let (mut shares, mut total) = (Vec::new(), 0.0);
    for viewed in shopper.recent().iter().rev() {
        let Some(item) = viewed.item.filter(|item| Some(*item) != skip) else {
            continue;
        };
        if call.settled.covers(model, item, viewed.time) {
            continue;
        }
        if shares.len() == HISTORY {
            break;
        }
        let k = shares.len() as f32;
        let mut share = crate::natural::exp(f64::from(-k / model.decay())) as f32;
        if Some(viewed.session) != current {
            share *= EARLIER;
        }
        total += share;
        shares.push((item, share * faded(model, now.saturating_sub(viewed.time))));
    }
    for (_, share) in &mut shares {
        *share /= total;
    }
    shares
}

/// What is left of a view after some milliseconds: all of it within the visit, half after [`Model::age`] days.
fn faded(model: &Model, age: i64) -> f32 {
    if age < VISIT {
        return 1.0;
    }
    let days = (age - VISIT) as f32 / DAY;
    crate::natural::exp(f64::from(-core::f32::consts::LN_2 * days / model.age())) as f32
}

/// The seeds of a call, in the order in which their rows are read.
pub(crate) fn of(call: &Call) -> Vec<Seed> {
    let (model, shopper, request, now) = (call.model, call.shopper, call.request, call.now);
    let blend = &call.blend;
    let mut seeds = Vec::new();
    let mut push = |item, matrix, weight: f32, code| {
        if weight > 0.0 && model.has(matrix) {
            seeds.push(Seed {
                item,
                matrix,
                weight,
                code,
            });
        }
    };
    let placement = request.placement;
    let anchor = call
        .anchor
        .filter(|_| matches!(placement, Placement::Product | Placement::Complements));
    if let Some(item) = anchor {
        push(item, Matrix::View, blend.sequence, Code::AlsoViewed);
        push(item, Matrix::Content, blend.content, Code::Similar);
        if placement == Placement::Complements {
            push(item, Matrix::Buy, blend.complement, Code::GoesWith);
        }
    }
    if matches!(placement, Placement::Cart) {
        let items = || shopper.cart().iter().filter_map(|line| line.item);
        let share = blend.complement / items().count() as f32;
        for item in items() {
            push(item, Matrix::Buy, share, Code::GoesWith);
        }
    }
    let own = matches!(
        placement,
        Placement::Complements | Placement::Cart | Placement::Again
    );
    if request.personal && !own {
        let part = if anchor.is_some() { BESIDE_ANCHOR } else { 1.0 };
        for &(item, share) in &recency(call, anchor) {
            push(
                item,
                Matrix::View,
                blend.sequence * share * part,
                Code::Viewed,
            );
            push(
                item,
                Matrix::Content,
                blend.content * share * part,
                Code::Similar,
            );
        }
        if placement != Placement::Product {
            let known = shopper.bought().iter().rev();
            let known = known.filter_map(|bought| Some((bought.item?, bought.time)));
            for (k, (item, time)) in known.take(PURCHASES).enumerate() {
                let age = now.saturating_sub(time).max(0) as f32 / (DAY * model.window());
                if age <= 1.0 {
                    let share = (1.0 - FADED * age) / ((k + 1) * (k + 2)) as f32;
                    push(item, Matrix::Buy, blend.complement * share, Code::Bought);
                }
            }
        }
    }
    seeds
}
