//! Ranked candidates → places of a list: pins, discovery, diversity, spread.
//!
//! Places are filled from the first to the last. A place with a pin holds the pin. A place of the discovery quota holds
//! an item drawn from those that hardly anybody sees, and says with what propensity. Every other place holds the
//! candidate with the greatest `λ·relevance − (1−λ)·similarity` to what stands above it, λ = 1 − diversity: greedy
//! maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998), with relevance as the share of the best score, and
//! with the mean similarity instead of the greatest, which makes it max-sum diversification (Borodin, Lee and Ye, PODS
//! 2012) and brings the same distance for half the hits. Or, where the request says so, the one that most raises
//! `λ·Σ relevance + (1−λ)·log det S`, S being how alike all items placed are: the greedy mode of a determinantal point
//! process. Either way it is one of those that keep the spread, at most so many of one brand and of one category in any
//! five in a row.
//!
//! What the shop's rules have buried, and so scores below 0, comes after everything else that keeps the spread. Where
//! nothing keeps it, for that place first the bound on categories is given up, then the one on brands, and the list
//! says so. It does not choose what may be shown at all: candidates come filtered. All is a function of
//! its arguments; a list is drawn again alike with the same seed.

use super::likeness::{Volume, kind, similarity};
use crate::natural;
use crate::recommend::answer::Placed;
use crate::recommend::request::Arrangement;
use crate::shop::Model;

/// The spread is that of so many in a row.
const WINDOW: usize = 5;

/// What full likeness weighs against full relevance where both count half: so that λ = 0.5 costs few hits, and yet is
/// felt. Measured by `backend/tests/arrange.rs`.
const ALIKE: f32 = 0.55;

/// What the logarithm of a determinant weighs against likeness, so that λ = 0.5 brings about as much variety.
const VOLUME: f32 = 0.28;

/// More than any two candidates are apart.
const BURIED: f32 = 2.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
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
    /// Items of the discovery quota, each once, none of them ranked; with what probability it is these.
    pub discoveries: &'a [u32],
    pub drawn: f32,
}

/// What may still be placed.
struct Candidate {
    score: f32,
    item: u32,
    /// How alike it is to what stands above, in the mean.
    alike: f32,
    /// For [`Volume`].
    row: Vec<f32>,
}

/// Fills at most `limit` places. The second is whether the spread had to be given up somewhere.
pub(super) fn arrange(stock: &Stock, wish: &Arrangement, limit: usize) -> (Vec<Place>, bool) {
    let mut left: Vec<Candidate> = Vec::new();
    for &(score, item) in stock.ranked {
        if !stock.pins.iter().any(|pin| pin.2 == item) {
            left.push(Candidate {
                score,
                item,
                alike: 0.0,
                row: Vec::new(),
            });
        }
    }
    let best = left
        .first()
        .map_or(0.0, |first| first.score)
        .max(f32::MIN_POSITIVE);
    let mut above = Volume::of(stock.model);
    let mut discoveries = stock.discoveries.to_vec();
    let mut places: Vec<Place> = Vec::with_capacity(limit);
    let mut relaxed = false;
    let quota = |place: usize| {
        let start = (mix(wish.seed) >> 40) as f32 / (1u64 << 24) as f32;
        (place as f32 * wish.discovery + start) as usize
    };
    while places.len() < limit {
        let at = places.len();
        let waits = |pin: &&(usize, f32, u32)| !places.iter().any(|place| place.item == pin.2);
        let pin = stock.pins.iter().filter(waits).find(|pin| pin.0 == at);
        // What was pinned further down moves up where the list would end, rather than being lost.
        let pin = pin.or_else(|| {
            left.is_empty()
                .then(|| stock.pins.iter().find(waits))
                .flatten()
        });
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
            let propensity = stock.drawn / count as f32;
            Place {
                score: 0.0,
                item: discoveries.swap_remove(drawn as usize),
                placed: Placed::Discovered { propensity },
            }
        } else if left.is_empty() {
            break;
        } else {
            let (chosen, gave_up) = choose(stock, wish, &left, &places, best);
            relaxed |= gave_up;
            let Candidate { score, item, .. } = left.remove(chosen);
            let placed = Placed::Ranked;
            Place {
                score,
                item,
                placed,
            }
        };
        if wish.diversity > 0.0 {
            if wish.determinantal {
                above.add(place.item);
            }
            for one in &mut left {
                one.alike = if wish.determinantal {
                    -VOLUME * natural::ln(above.factor(one.item, &mut one.row))
                } else {
                    let alike = similarity(stock.model, one.item, place.item);
                    one.alike + (alike - one.alike) / (at + 1) as f32
                };
            }
        }
        places.push(place);
    }
    (places, relaxed)
}

/// The best candidate for the next place, and whether the spread was given up for it.
fn choose(
    stock: &Stock,
    wish: &Arrangement,
    left: &[Candidate],
    places: &[Place],
    best: f32,
) -> (usize, bool) {
    let worth = |n: usize| {
        let share = left[n].score / best;
        let worth = (1.0 - wish.diversity) * share - wish.diversity * ALIKE * left[n].alike;
        // What is buried comes after everything else, however unlike.
        if left[n].score < 0.0 {
            worth - BURIED
        } else {
            worth
        }
    };
    for &(brand, category) in &[(wish.brand, wish.category), (wish.brand, 0), (0, 0)] {
        let mut chosen: Option<usize> = None;
        for (n, &Candidate { item, .. }) in left.iter().enumerate() {
            if chosen.is_none_or(|chosen| worth(n) > worth(chosen))
                && keeps(stock, places, item, true, brand)
                && keeps(stock, places, item, false, category)
            {
                chosen = Some(n);
            }
        }
        if let Some(chosen) = chosen {
            return (chosen, (brand, category) != (wish.brand, wish.category));
        }
    }
    (0, false)
}

/// Whether the item may come next when at most so many of its kind may stand in a row of [`WINDOW`], those pinned
/// further down included; 0 is no bound.
fn keeps(stock: &Stock, places: &[Place], item: u32, brand: bool, most: u8) -> bool {
    let own = kind(stock.model, item, brand);
    if most == 0 || own.is_none() {
        return true;
    }
    let at = places.len();
    let held = |place: usize| {
        let item = match places.get(place) {
            Some(place) => Some(place.item),
            None => stock
                .pins
                .iter()
                .find(|pin| pin.0 == place)
                .map(|pin| pin.2),
        };
        item.is_some_and(|item| kind(stock.model, item, brand) == own)
    };
    for start in (at + 1).saturating_sub(WINDOW)..at + 1 {
        let mut count = 0;
        for place in start..start + WINDOW {
            count += u8::from(held(place));
        }
        if count >= most {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::likeness::SHARED;
    use super::*;
    use crate::shop::tests::Toy;
    use proptest::prelude::*;

    const CATEGORIES: [&str; 3] = ["Phones", "Watches", "Fruit"];
    const BRANDS: [&str; 4] = ["Nova", "Kite", "Orchard", ""];
    const KEYS: [&str; 24] = [
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r",
        "s", "t", "u", "v", "w", "x",
    ];

    /// 24 items of these kinds: category and brand of each.
    fn shop(kinds: &[(usize, usize)]) -> Model {
        let item = |(key, kind): (&&'static str, &(usize, usize))| {
            (*key, CATEGORIES[kind.0], BRANDS[kind.1], 1.0, 0)
        };
        Toy {
            items: KEYS.iter().zip(kinds).map(item).collect(),
            view: Vec::new(),
            buy: Vec::new(),
            content: Vec::new(),
            terms: Vec::new(),
            blend: None,
            revisit: None,
            encoder: None,
            groups: Vec::new(),
            shares: Vec::new(),
            meta: Vec::new(),
        }
        .open()
    }

    fn kinds() -> impl Strategy<Value = Vec<(usize, usize)>> {
        prop::collection::vec((0..3usize, 0..4usize), 24)
    }

    fn ranked(count: u32) -> Vec<(f32, u32)> {
        (0..count).map(|n| (1.0 - n as f32 / 30.0, n)).collect()
    }

    fn items(places: &[Place]) -> Vec<u32> {
        places.iter().map(|place| place.item).collect()
    }

    /// The most of one kind in any five in a row.
    fn crowded<T: PartialEq>(places: &[Place], of: impl Fn(u32) -> Option<T>) -> usize {
        let mut most = 0;
        for start in 0..places.len() {
            let row = &places[start..(start + WINDOW).min(places.len())];
            for kind in row.iter().filter_map(|place| of(place.item)) {
                let alike = row
                    .iter()
                    .filter(|place| of(place.item).as_ref() == Some(&kind));
                most = most.max(alike.count());
            }
        }
        most
    }

    proptest! {
        #[test]
        fn with_no_wish_the_order_is_that_of_the_scores(kinds in kinds(), limit in 1..30usize, determinantal: bool) {
            let model = shop(&kinds);
            let ranked = ranked(24);
            let stock = Stock { model: &model, ranked: &ranked, pins: &[], discoveries: &[], drawn: 1.0 };
            let (places, relaxed) = arrange(&stock, &Arrangement { determinantal, ..Arrangement::default() }, limit);
            let expected: Vec<u32> = (0..limit.min(24) as u32).collect();
            prop_assert_eq!((items(&places), relaxed), (expected, false));
        }

        #[test]
        fn nothing_twice_pins_hold_and_the_spread_is_kept_or_said_to_be_given_up(
            kinds in kinds(), limit in 1..24usize, diversity in 0.0..1.0f32, discovery in 0.0..0.5f32,
            brand in 0..4u8, category in 0..4u8, seed: u64, pin_item in 0..24u32, pin_at in 0..24usize,
            determinantal: bool,
        ) {
            let model = shop(&kinds);
            let ranked = ranked(16);
            let pins: Vec<(usize, f32, u32)> = (pin_at < limit).then_some((pin_at, 0.5, pin_item)).into_iter().collect();
            let discoveries: Vec<u32> = (16..24).filter(|item| *item != pin_item).collect();
            let stock = Stock { model: &model, ranked: &ranked, pins: &pins, discoveries: &discoveries, drawn: 1.0 };
            let wish = Arrangement { diversity, determinantal, discovery, brand, category, seed, ..Arrangement::default() };
            let (places, relaxed) = arrange(&stock, &wish, limit);
            prop_assert_eq!(&arrange(&stock, &wish, limit).0, &places);
            let mut once = items(&places);
            once.sort_unstable();
            once.dedup();
            prop_assert_eq!(once.len(), places.len());
            prop_assert!(places.len() <= limit);
            if let Some((at, _, item)) = pins.first() {
                let found = places.iter().position(|place| place.item == *item);
                let found = found.unwrap_or(usize::MAX);
                // It moves up only where nothing is left that ranks.
                let above = places.iter().take(found).filter(|place| place.placed == Placed::Ranked);
                let all = ranked.iter().filter(|(_, other)| other != item);
                prop_assert!(found == *at || found < *at && above.count() == all.count());
            }
            let drawn = places.iter().any(|place| matches!(place.placed, Placed::Discovered { .. }));
            if !relaxed && !drawn && pins.is_empty() {
                prop_assert!(brand == 0 || crowded(&places, |item| model.brand(item)) <= usize::from(brand));
                prop_assert!(category == 0 || crowded(&places, |item| model.category(item)) <= usize::from(category));
            }
        }
    }

    #[test]
    fn diversity_brings_other_kinds_up() {
        let kinds: Vec<(usize, usize)> = (0..24)
            .map(|n| {
                if n < 12 {
                    (0, 0)
                } else {
                    (1 + n % 2, n % 3 + 1)
                }
            })
            .collect();
        let model = shop(&kinds);
        let ranked = ranked(24);
        let stock = Stock {
            model: &model,
            ranked: &ranked,
            pins: &[],
            discoveries: &[],
            drawn: 1.0,
        };
        let distance = |diversity, determinantal| {
            let wish = Arrangement {
                diversity,
                determinantal,
                ..Arrangement::default()
            };
            let chosen = items(&arrange(&stock, &wish, 10).0);
            let pairs = chosen
                .iter()
                .flat_map(|one| chosen.iter().map(move |other| (*one, *other)));
            pairs
                .filter(|(one, other)| one < other)
                .map(|(one, other)| 1.0 - similarity(&model, one, other))
                .sum::<f32>()
        };
        for determinantal in [false, true] {
            assert_eq!(distance(0.0, determinantal), 0.0);
            let far = distance(0.75, determinantal);
            assert!(far > 20.0, "{far}");
        }
    }

    #[test]
    fn of_equals_the_first_comes_first() {
        let kinds: Vec<(usize, usize)> = (0..24).map(|n| (n % 3, n % 2)).collect();
        let model = shop(&kinds);
        let ranked: Vec<(f32, u32)> = (0..24).map(|item| (0.5, item)).collect();
        let stock = Stock {
            model: &model,
            ranked: &ranked,
            pins: &[],
            discoveries: &[],
            drawn: 1.0,
        };
        for determinantal in [false, true] {
            let wish = Arrangement {
                diversity: 0.5,
                determinantal,
                ..Arrangement::default()
            };
            let chosen = items(&arrange(&stock, &wish, 24).0);
            // Items of one kind are six apart.
            let before = |item: u32| chosen.iter().position(|other| *other == item);
            assert!(
                (6..24).all(|item| before(item - 6) < before(item)),
                "{chosen:?}"
            );
            assert_eq!(chosen[0], 0);
        }
    }

    /// By elimination, in the order of the rows.
    fn determinant(mut rows: Vec<Vec<f64>>) -> f64 {
        let mut product = 1.0;
        for at in 0..rows.len() {
            let pivot = rows[at].clone();
            product *= pivot[at];
            for row in &mut rows[at + 1..] {
                let times = row[at] / pivot[at];
                for (cell, above) in row.iter_mut().zip(&pivot) {
                    *cell -= times * above;
                }
            }
        }
        product
    }

    proptest! {
        #[test]
        fn each_place_is_worth_most(
            kinds in kinds(), diversity in 0.0..1.0f32, limit in 1..12usize, discovery in 0.0..0.5f32, seed: u64,
            pin_at in 0..12usize, pinned: bool, determinantal: bool,
        ) {
            let model = shop(&kinds);
            let ranked = ranked(20);
            let pins: Vec<(usize, f32, u32)> = pinned.then_some((pin_at, 0.1, 20)).into_iter().collect();
            let stock = Stock { model: &model, ranked: &ranked, pins: &pins, discoveries: &[21, 22, 23], drawn: 1.0 };
            let wish = Arrangement { diversity, determinantal, discovery, seed, ..Arrangement::default() };
            let (places, _) = arrange(&stock, &wish, limit);
            prop_assert_eq!(places.len(), limit);
            let cell = |one: u32, other: u32| match one == other {
                true => 1.0,
                false => f64::from(SHARED) * f64::from(similarity(&model, one, other)),
            };
            let volume = |set: &[u32]| {
                determinant(set.iter().map(|one| set.iter().map(|other| cell(*one, *other)).collect()).collect())
            };
            let unlike = |above: &[u32], item: u32| {
                if determinantal {
                    let with: Vec<u32> = above.iter().copied().chain([item]).collect();
                    return f64::from(VOLUME) * (volume(&with) / volume(above)).ln();
                }
                let alike = above.iter().map(|one| f64::from(similarity(&model, *one, item)));
                -alike.sum::<f64>() / above.len().max(1) as f64
            };
            let weight = f64::from(diversity) * f64::from(ALIKE);
            for (at, place) in places.iter().enumerate() {
                let above = items(&places[..at]);
                let worth = |&(score, item): &(f32, u32)| {
                    f64::from(1.0 - diversity) * f64::from(score) + weight * unlike(&above, item)
                };
                if place.placed == Placed::Ranked {
                    let left = ranked.iter().filter(|one| !above.contains(&one.1));
                    let most = left.map(worth).fold(f64::MIN, f64::max);
                    let own = worth(&(place.score, place.item));
                    prop_assert!(own > most - 1e-5, "{own} of {most} after {above:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_is_relaxed_where_something_keeps_the_spread(
            kinds in kinds(), limit in 1..24usize, brand in 1..4u8, category in 1..4u8, diversity in 0.0..1.0f32,
            determinantal: bool,
        ) {
            let model = shop(&kinds);
            let ranked = ranked(24);
            let stock = Stock { model: &model, ranked: &ranked, pins: &[], discoveries: &[], drawn: 1.0 };
            let wish = Arrangement { diversity, determinantal, brand, category, ..Arrangement::default() };
            let (places, relaxed) = arrange(&stock, &wish, limit);
            prop_assert_eq!(places.len(), limit);
            let chosen = items(&places);
            let of = |item: u32, of_brand| kind(&model, item, of_brand);
            // What may stand at a place after these, on the bounds that are left.
            let may = |above: &[u32], item: u32, of_brand: bool, most: u8| {
                let row = &above[above.len().saturating_sub(WINDOW - 1)..];
                let alike = row.iter().filter(|other| of(**other, of_brand) == of(item, of_brand)).count();
                most == 0 || of(item, of_brand).is_none() || alike < usize::from(most)
            };
            let mut given_up = false;
            for (at, item) in chosen.iter().enumerate() {
                let above = &chosen[..at];
                let left: Vec<u32> = (0..24).filter(|other| !above.contains(other)).collect();
                for (brand, category) in [(brand, category), (brand, 0), (0, 0)] {
                    let keeps = |item: u32| may(above, item, true, brand) && may(above, item, false, category);
                    if left.iter().any(|other| keeps(*other)) {
                        prop_assert!(keeps(*item), "the category is given up before the brand, and neither without need");
                        break;
                    }
                    given_up = true;
                }
            }
            prop_assert_eq!(relaxed, given_up);
        }
    }

    #[test]
    fn what_cannot_be_spread_says_so() {
        let model = shop(&[(0, 0); 24]);
        let ranked = ranked(24);
        let stock = Stock {
            model: &model,
            ranked: &ranked,
            pins: &[],
            discoveries: &[],
            drawn: 1.0,
        };
        let wish = Arrangement {
            brand: 2,
            ..Arrangement::default()
        };
        let (places, relaxed) = arrange(&stock, &wish, 6);
        assert_eq!((items(&places), relaxed), ((0..6).collect(), true));
    }

    #[test]
    fn discoveries_get_their_share_and_each_its_propensity() {
        let model = shop(&[(0, 3); 24]);
        let ranked = ranked(12);
        let discoveries: Vec<u32> = (12..24).collect();
        let stock = Stock {
            model: &model,
            ranked: &ranked,
            pins: &[],
            discoveries: &discoveries,
            drawn: 1.0,
        };
        let mut shown = [0u32; 24];
        let mut slots = 0;
        const VISITS: u64 = 10_000;
        for seed in 0..VISITS {
            let wish = Arrangement {
                discovery: 0.1,
                seed: mix(seed),
                ..Arrangement::default()
            };
            for place in arrange(&stock, &wish, 10).0 {
                if let Placed::Discovered { propensity } = place.placed {
                    assert_eq!(propensity, 1.0 / 12.0);
                    shown[place.item as usize] += 1;
                    slots += 1;
                }
            }
        }
        assert!((slots as f64 / (VISITS * 10) as f64 - 0.1).abs() < 0.005);
        let each = f64::from(slots) / 12.0;
        assert!(
            shown[12..]
                .iter()
                .all(|count| (f64::from(*count) / each - 1.0).abs() < 0.2),
            "{shown:?}"
        );
        assert_eq!(shown[..12], [0; 12]);
    }
}
