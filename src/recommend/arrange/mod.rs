//! Arrangement: ranked candidates become places of a list.
//!
//! Without a wish of the request the order of the scores stands. Otherwise `place` fills the list from more candidates
//! than it holds, from pins, and from discoveries, which are sought here. A stranger's front page spreads over the
//! departments of the shop: `departments`.

pub(super) mod departments;
mod likeness;
mod place;

pub(super) use place::Place;

use super::answer::{Filtered, List, Placed, Warning};
use super::call::Call;
use super::candidates::Candidates;
use super::flags::Flags;
use super::rules::Rules;
use super::variants::Variants;
use super::{filter, score};
use place::Stock;

/// Candidates beyond a list in the order of scores, which its items are compared with to say what decided for them.
const RIVALS: usize = 4;

/// Candidates for each place of a list that is arranged, and for all of them.
const CHOICE: usize = 4;
const CHOICES: usize = 200;

/// Discoveries of one list are sought among no more than so many items.
const SOUGHT: u32 = 8192;

/// How many candidates a list of `limit` places is arranged from.
pub(super) fn choices(call: &Call, limit: usize) -> usize {
    if call.request.arrangement.is_plain() {
        limit + RIVALS
    } else {
        (limit * CHOICE).min(CHOICES).max(limit)
    }
}

/// Arranges what was selected. In the order of scores it is not cut down to the list: the rivals follow.
pub(super) fn run(
    call: &Call,
    candidates: &mut Candidates,
    variants: &Variants,
    rules: &Rules,
    ranked: &[(f32, u32)],
    limit: usize,
    list: &mut List,
) -> Vec<Place> {
    if call.request.arrangement.is_plain() {
        return in_order(ranked);
    }
    let pins = pins(call, candidates, limit, list);
    let (discoveries, drawn) = if call.request.arrangement.discovery > 0.0 {
        discoveries(call, candidates, variants, rules, ranked, &pins, limit)
    } else {
        (Vec::new(), 1.0)
    };
    let stock = Stock {
        model: call.model,
        ranked,
        pins: &pins,
        discoveries: &discoveries,
        drawn,
    };
    let (places, relaxed) = place::arrange(&stock, &call.request.arrangement, limit);
    if relaxed {
        list.warn(Warning::SpreadRelaxed);
    }
    places
}

/// Places in the order given.
fn in_order(ranked: &[(f32, u32)]) -> Vec<Place> {
    let place = |&(score, item): &(f32, u32)| Place {
        score,
        item,
        placed: Placed::Ranked,
    };
    ranked.iter().map(place).collect()
}

/// Pins that may be shown: place from 0, score and item, each place and each item once.
fn pins(
    call: &Call,
    candidates: &Candidates,
    limit: usize,
    list: &mut List,
) -> Vec<(usize, f32, u32)> {
    let mut nothing = Filtered::default();
    let mut pins: Vec<(usize, f32, u32)> = Vec::new();
    for (key, place) in &call.request.arrangement.pins {
        let item = call.model.find(key).filter(|item| {
            (1..=limit).contains(place) && filter::allowed(call, candidates, *item, &mut nothing)
        });
        let warning = match item {
            None => Warning::PinUnavailable,
            Some(item) if pins.iter().any(|pin| pin.0 == place - 1 || pin.2 == item) => {
                Warning::PinConflict
            }
            Some(item) => {
                pins.push((place - 1, score::total(call, candidates, item), item));
                continue;
            }
        };
        list.warn(warning);
    }
    pins
}

/// Items for the discovery quota, and with what probability it is these: of the less popular half, in categories of the
/// shopper's affinity where there is enough of that.
fn discoveries(
    call: &Call,
    candidates: &mut Candidates,
    variants: &Variants,
    rules: &Rules,
    ranked: &[(f32, u32)],
    pins: &[(usize, f32, u32)],
    limit: usize,
) -> (Vec<u32>, f32) {
    let (model, wish) = (call.model, &call.request.arrangement);
    let mut discoveries = Vec::new();
    let mut drawn = 1.0;
    let (mut from, mut to) = (model.items() as u32 / 2, model.items() as u32);
    if call.within.is_empty() && !call.only_found {
        // Of a large catalogue one part, drawn by itself.
        let parts = (to - from).div_ceil(SOUGHT).max(1);
        let size = (to - from).div_ceil(parts);
        from += size * (place::mix(!wish.seed) % u64::from(parts)) as u32;
        to = to.min(from + size);
        drawn /= parts as f32;
    }
    for one in ranked {
        candidates.flag(one.1, Flags::LISTED);
    }
    for pin in pins {
        candidates.flag(pin.2, Flags::LISTED);
    }
    let mut nothing = Filtered::default();
    for item in from..to {
        if call.products && !candidates.has(item, Flags::JOINED) {
            variants.stand(call, candidates, item);
        }
        if candidates.score(item) == 0.0
            && !candidates.has(item, Flags::LISTED)
            && rules.applied(0.0, item) >= 0.0
            && filter::allowed(call, candidates, item, &mut nothing)
        {
            discoveries.push(item);
        }
    }
    let familiar = |item: &u32| call.affinity.category(model, *item) > 0.0;
    if discoveries.iter().filter(|item| familiar(item)).count() >= limit {
        discoveries.retain(familiar);
    }
    (discoveries, drawn)
}
