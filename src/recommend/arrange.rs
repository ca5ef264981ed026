//! Ranked candidates → places of a list: pins, discovery, diversity, spread.
//!
//! Places are filled from the first to the last. A place with a pin holds the pin. A place of the discovery quota holds
//! an item drawn from those that hardly anybody sees, and says with what propensity. Every other place holds the
//! candidate with the greatest `λ·relevance − (1−λ)·similarity` to what stands above it, λ = 1 − diversity: greedy
//! maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998), with relevance as the share of the best score,
//! among those that keep the spread, at most so many of one brand and of one category in any five in a row.
//!
//! Where nothing keeps the spread, for that place first the bound on categories is given up, then the one on brands,
//! and the list says so. It does not choose what may be shown at all: candidates come filtered. All is a function of
//! its arguments; a list is drawn again alike with the same seed.

use super::request::Arrangement;
use crate::shop::Model;

/// The spread is that of so many in a row.
const WINDOW: usize = 5;

/// How alike two items are by one category, the leaf, and by one brand; both make 1.
const SAME_CATEGORY: f32 = 0.6;
const SAME_BRAND: f32 = 0.4;

/// How an item came to its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Placed {
    /// By its score.
    Ranked,
    /// Where the shop put it.
    Pinned,
    /// Drawn with this probability.
    Discovered { propensity: f32 },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub score: f32,
    pub item: u32,
    pub placed: Placed,
}

/// One step of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
pub(super) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What a list is made of.
pub(super) struct Stock<'a> {
    pub model: &'a Model,
    /// Best first, each once.
    pub ranked: &'a [(f32, u32)],
    /// Place from 0, score and item, each place and each item once.
    pub pins: &'a [(usize, f32, u32)],
    /// Items of the discovery quota, each once, none of them ranked.
    pub discoveries: &'a [u32],
}

/// Fills at most `limit` places. The second is whether the spread had to be given up somewhere.
pub(super) fn arrange(stock: &Stock, wish: &Arrangement, limit: usize) -> (Vec<Place>, bool) {
    let pinned = |item: u32| stock.pins.iter().any(|pin| pin.2 == item);
    let mut left: Vec<(f32, u32)> = stock
        .ranked
        .iter()
        .copied()
        .filter(|(_, item)| !pinned(*item))
        .collect();
    let best = left
        .first()
        .map_or(0.0, |first| first.0)
        .max(f32::MIN_POSITIVE);
    // How alike each candidate is to what stands above, at most.
    let mut nearest = vec![0.0f32; left.len()];
    let mut discoveries = stock.discoveries.to_vec();
    let mut places: Vec<Place> = Vec::with_capacity(limit);
    let mut relaxed = false;
    let quota = |place: usize| {
        let start = (mix(wish.seed) >> 40) as f32 / (1u64 << 24) as f32;
        (place as f32 * wish.discovery + start) as usize
    };
    while places.len() < limit {
        let at = places.len();
        let pin = stock.pins.iter().find(|pin| pin.0 == at);
        let place = if let Some(&(_, score, item)) = pin {
            let placed = Placed::Pinned;
            Place {
                score,
                item,
                placed,
            }
        } else if quota(at + 1) > quota(at) && !discoveries.is_empty() {
            let count = discoveries.len();
            let drawn = mix(wish.seed ^ mix(at as u64 + 1)) % count as u64;
            let propensity = 1.0 / count as f32;
            Place {
                score: 0.0,
                item: discoveries.swap_remove(drawn as usize),
                placed: Placed::Discovered { propensity },
            }
        } else if left.is_empty() {
            // What was pinned further down moves up rather than being lost.
            match stock
                .pins
                .iter()
                .find(|pin| pin.0 > at && !has(&places, pin.2))
            {
                Some(&(_, score, item)) => {
                    let placed = Placed::Pinned;
                    Place {
                        score,
                        item,
                        placed,
                    }
                }
                None => break,
            }
        } else {
            let (chosen, gave_up) = choose(stock, wish, &left, &nearest, &places, best);
            relaxed |= gave_up;
            let (score, item) = left.remove(chosen);
            nearest.remove(chosen);
            let placed = Placed::Ranked;
            Place {
                score,
                item,
                placed,
            }
        };
        if wish.diversity > 0.0 {
            for (nearest, (_, other)) in nearest.iter_mut().zip(&left) {
                *nearest = nearest.max(similarity(stock.model, *other, place.item));
            }
        }
        places.push(place);
    }
    (places, relaxed)
}

fn has(places: &[Place], item: u32) -> bool {
    places.iter().any(|place| place.item == item)
}

/// The best candidate for the next place, and whether the spread was given up for it.
fn choose(
    stock: &Stock,
    wish: &Arrangement,
    left: &[(f32, u32)],
    nearest: &[f32],
    places: &[Place],
    best: f32,
) -> (usize, bool) {
    let worth = |n: usize| (1.0 - wish.diversity) * left[n].0 / best - wish.diversity * nearest[n];
    for (brand, category) in [(wish.brand, wish.category), (wish.brand, 0), (0, 0)] {
        let keeps = |item: u32| {
            let model = stock.model;
            crowd(stock, places, |other| {
                same(model.brand(other), model.brand(item))
            }) < bound(brand)
                && crowd(stock, places, |other| {
                    same(model.category(other), model.category(item))
                }) < bound(category)
        };
        let mut chosen: Option<usize> = None;
        for n in 0..left.len() {
            if chosen.is_none_or(|chosen| worth(n) > worth(chosen)) && keeps(left[n].1) {
                chosen = Some(n);
            }
        }
        if let Some(chosen) = chosen {
            return (chosen, (brand, category) != (wish.brand, wish.category));
        }
    }
    (0, false)
}

/// 0 is no bound.
fn bound(most: u8) -> usize {
    match most {
        0 => usize::MAX,
        most => usize::from(most),
    }
}

fn same<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.is_some() && one == other
}

fn similarity(model: &Model, one: u32, other: u32) -> f32 {
    let category = same(model.category(one), model.category(other));
    let brand = same(model.brand(one), model.brand(other));
    f32::from(category) * SAME_CATEGORY + f32::from(brand) * SAME_BRAND
}

/// How many of the kind stand with the next place in a row of [`WINDOW`], pins further down included, at most.
fn crowd(stock: &Stock, places: &[Place], kind: impl Fn(u32) -> bool) -> usize {
    let at = places.len();
    let held = |place: usize| match places.get(place) {
        Some(place) => kind(place.item),
        None => stock
            .pins
            .iter()
            .any(|pin| pin.0 == place && place > at && kind(pin.2)),
    };
    let first = (at + 1).saturating_sub(WINDOW);
    (first..=at)
        .map(|start| (start..start + WINDOW).filter(|place| held(*place)).count())
        .max()
        .unwrap_or(0)
}
