//! What a list starts from: the items of the session, the cart, the page, each with a weight.

use super::Call;
use super::answer::Code;
use super::request::{Placement, Request};
use crate::shop::{Blend, Matrix, Model};
use crate::shopper::Shopper;

/// The newest items that count.
const HISTORY: usize = 20;
/// The latest purchases that count.
const PURCHASES: usize = 5;
/// By the end of its window a purchase has lost this part of its weight.
const FADED: f32 = 0.5;
/// Milliseconds.
pub(super) const DAY: f32 = 86_400_000.0;
/// An item of an earlier session counts for this part.
pub(super) const EARLIER: f32 = 0.3;
/// A view does not fade for as long as a visit may pause.
const VISIT: i64 = 30 * 60_000;
/// On the page of an item, what was viewed before counts for this part.
const BESIDE_ANCHOR: f32 = 0.25;

/// Look up the neighbours of `item` in `matrix`, at this weight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seed {
    pub item: u32,
    pub matrix: Matrix,
    /// λ of the source times the item's share.
    pub weight: f32,
    pub code: Code,
}

/// Shares `exp(−k/δ)` of the newest items, k = 0 for the newest, summing to 1.
/// Each fades with the days since the view, and what a purchase has satisfied has no share.
fn recency(call: &Call, shopper: &Shopper, skip: Option<u32>, now: i64) -> Vec<(u32, f32)> {
    let model = call.model;
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

/// The weights λ for a placement: the model's, bent to what the placement is for.
pub(super) fn blend(model: &Model, placement: Placement) -> Blend {
    let mut blend = model.blend();
    match placement {
        Placement::Home | Placement::Search => {}
        Placement::Product => {
            // Beside an item, what it is counts for more, and only alike things belong.
            blend.content *= 2.0;
            blend.affinity *= 0.5;
        }
        Placement::Complements | Placement::Cart => {
            blend = Blend::from([0.0, 1.0, 0.0, 0.0, 0.0]);
        }
        Placement::Category => blend.popularity = blend.popularity.max(0.1),
        Placement::Recent | Placement::Again => blend = Blend::from([0.0; 5]),
    }
    blend
}

pub(super) fn seeds(
    model: &Model,
    shopper: &Shopper,
    request: &Request,
    anchor: Option<u32>,
    call: &Call,
    now: i64,
) -> Vec<Seed> {
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
    let anchor =
        anchor.filter(|_| matches!(placement, Placement::Product | Placement::Complements));
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
        for &(item, share) in &recency(call, shopper, anchor, now) {
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

impl Seed {
    /// Whether what a purchase led to is no longer due: something of the same leaf category as `item`, of things that
    /// are not bought every week, came in the same order or after it.
    pub fn came(&self, model: &Model, shopper: &Shopper, item: u32) -> bool {
        let kind = model.category(item);
        let mut purchase = i64::MIN;
        for bought in shopper.bought().iter().rev() {
            if kind.is_none() || bought.time < purchase {
                break;
            }
            let Some(other) = bought.item else { continue };
            if other == self.item {
                purchase = bought.time;
            } else if model.category(other) == kind && !model.repeatable(other) {
                return true;
            }
        }
        false
    }
}
