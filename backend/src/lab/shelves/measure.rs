//! The figures of shelves.

use std::collections::HashSet;

use tillside::intake::{Event, Kind, Session};
use tillside::recommend::{
    Arrangement, Because, Code, Entry, List, Placement, Recommender, Request,
};
use tillside::shop::{Blend, Matrix, Model};
use tillside::shopper::Shopper;

use super::Figure;
use crate::random::Random;

/// A measure of a model, drawn with a seed.
pub type Measure = fn(&Model, u64) -> Vec<Figure>;

pub const ALL: [Measure; 6] = [products, purchases, complements, strangers, reasons, news];

const DAY: i64 = 86_400_000;
const NOW: i64 = 1_800_000_000_000;
/// Shoppers asked by each measure, and places of a shelf.
const SHOPPERS: u64 = 200;
const PLACES: usize = 12;
/// At most so many of one leaf category in five: what a page asks for.
const SPREAD: u8 = 2;

fn learn(shopper: &mut Shopper, model: &Model, kind: Kind, time: i64, item: u32) {
    let mut event = Event::about(kind, time, [model.key(item)]);
    event.session = Session(time as u64 / DAY as u64);
    shopper.learn(&event, Some(model));
}

/// A front page as `page` asks for it.
fn home(model: &Model, shopper: &Shopper, skus: bool, now: i64) -> List {
    let request = Request {
        skus,
        arrangement: Arrangement {
            category: SPREAD,
            departments: true,
            ..Arrangement::default()
        },
        ..Request::new(Placement::Home, PLACES)
    };
    Recommender::default().recommend(model, shopper, &request, now)
}

/// An item, the popular ones more often, of those that hold.
fn draw(model: &Model, random: &mut Random, holds: impl Fn(u32) -> bool) -> Option<u32> {
    for _ in 0..1000 {
        let item = (model.items() as f64 * random.unit().powi(2)) as u32;
        if !model.out_of_stock(item) && holds(item) {
            return Some(item);
        }
    }
    None
}

/// Whoever looked at three items, each a neighbour of the one before where there is one.
fn browser(model: &Model, random: &mut Random) -> (Shopper, Vec<u32>) {
    let mut shopper = Shopper::default();
    let mut viewed = Vec::new();
    let mut item = draw(model, random, |_| true).unwrap_or(0);
    for n in 0..3 {
        learn(
            &mut shopper,
            model,
            Kind::ProductViewed,
            NOW - 60_000 * (4 - n),
            item,
        );
        viewed.push(item);
        let mut next = Vec::new();
        let _ = model.neighbours(Matrix::View, item, |other, _| next.push(other));
        item = random.pick(&next).copied().unwrap_or(item);
    }
    (shopper, viewed)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn distinct(model: &Model, list: &List) -> f64 {
    let products: HashSet<u32> = list
        .entries
        .iter()
        .map(|one| model.leader(one.item))
        .collect();
    products.len() as f64
}

/// Products on twelve places, and those shown twice on four shelves of a page.
fn products(model: &Model, seed: u64) -> Vec<Figure> {
    let (mut single, mut products, mut repeats) = (Vec::new(), Vec::new(), 0.0);
    for n in 0..SHOPPERS {
        let mut random = Random::of(seed, "products", n);
        let (shopper, viewed) = browser(model, &mut random);
        single.push(distinct(model, &home(model, &shopper, true, NOW)));
        products.push(distinct(model, &home(model, &shopper, false, NOW)));
        let mut shown: Vec<u32> = Vec::new();
        for placement in [
            Placement::Home,
            Placement::Recent,
            Placement::Category,
            Placement::Home,
        ] {
            let category = viewed.last().and_then(|item| model.category(*item));
            let path = category.map(|category| model.category_path(category));
            let mut request = Request::new(placement, PLACES);
            request.exclude = shown.iter().map(|item| model.key(*item)).collect();
            request.category = path.as_deref().filter(|_| placement == Placement::Category);
            let list = Recommender::default().recommend(model, &shopper, &request, NOW);
            for entry in &list.entries {
                let leader = model.leader(entry.item);
                repeats += f64::from(u8::from(
                    shown.iter().any(|one| model.leader(*one) == leader),
                ));
                shown.push(entry.item);
            }
        }
    }
    vec![
        Figure {
            name: "products on the 12 places of home",
            single: Some(mean(&single)),
            value: mean(&products),
            bar: "12",
        },
        Figure {
            name: "products shown twice on a page of four shelves, all pages",
            single: None,
            value: repeats,
            bar: "0",
        },
    ]
}

/// Home the day after a once-only product was viewed and bought.
fn purchases(model: &Model, seed: u64) -> Vec<Figure> {
    let (mut substitutes, mut bought, mut rests) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..SHOPPERS {
        let mut random = Random::of(seed, "purchases", n);
        let once = |item: u32| !model.repeatable(item) && model.category(item).is_some();
        let Some(item) = draw(model, &mut random, once) else {
            continue;
        };
        let leaf = model.category(item);
        rests.push(f64::from(leaf.map_or(0.0, |leaf| model.rest(leaf))));
        let mut shopper = Shopper::default();
        for n in 0..3 {
            let other = draw(model, &mut random, |one| model.category(one) == leaf).unwrap_or(item);
            learn(
                &mut shopper,
                model,
                Kind::ProductViewed,
                NOW - DAY + n * 60_000,
                other,
            );
        }
        learn(
            &mut shopper,
            model,
            Kind::ProductViewed,
            NOW - DAY + 240_000,
            item,
        );
        learn(
            &mut shopper,
            model,
            Kind::OrderCompleted,
            NOW - DAY + 300_000,
            item,
        );
        let list = home(model, &shopper, false, NOW);
        let share = |holds: &dyn Fn(&Entry) -> bool| {
            let count = list.entries.iter().filter(|one| holds(one)).count();
            count as f64 / list.entries.len().max(1) as f64
        };
        substitutes.push(share(&|one| model.category(one.item) == leaf));
        let mut rules = 0;
        let _ = model.neighbours(Matrix::Buy, item, |_, _| rules += 1);
        if rules >= PLACES / 2 {
            bought.push(share(&|one| {
                one.reasons.iter().any(|reason| reason.code == Code::Bought)
            }));
        }
    }
    vec![
        Figure {
            name: "substitutes on home the day after a purchase, share",
            single: None,
            value: mean(&substitutes),
            bar: "at most .05",
        },
        Figure {
            name: "reason \"bought\" on home then, where there are rules, share",
            single: None,
            value: mean(&bought),
            bar: "at least .3",
        },
        Figure {
            name: "days that a category rests after a purchase, mean",
            single: None,
            value: mean(&rests),
            bar: "",
        },
    ]
}

/// Accessories that are said to go with a device that they do not fit.
fn complements(model: &Model, _: u64) -> Vec<Figure> {
    let named = |prefix: &str| {
        let mut names: Vec<Vec<String>> = vec![Vec::new(); model.items()];
        for term in model.find_terms(prefix, true) {
            let name = &model.term(term)[prefix.len()..];
            model.term_items(term, |item| names[item as usize].push(name.to_owned()));
        }
        names
    };
    let (mut fits, models) = (named("fits="), named("model="));
    let sold: HashSet<&String> = models.iter().flatten().collect();
    for names in &mut fits {
        names.retain(|name| sold.contains(name));
    }
    let disjoint = |a: &[String], b: &[String]| {
        !a.is_empty() && !b.is_empty() && !a.iter().any(|name| b.contains(name))
    };
    let apart = |device: u32, other: u32| {
        let (device, other) = (device as usize, other as usize);
        disjoint(&models[device], &fits[other]) || disjoint(&fits[device], &models[other])
    };
    let joins = |item: u32| {
        let item = item as usize;
        !models[item].is_empty() || !fits[item].is_empty()
    };
    let (mut wrong, mut shown) = (0.0, 0.0);
    for item in (0..model.items() as u32).filter(|item| joins(*item)) {
        for placement in [Placement::Complements, Placement::Cart, Placement::Home] {
            let mut shopper = Shopper::default();
            let kind = match placement {
                Placement::Cart => Kind::ProductAdded,
                _ => Kind::OrderCompleted,
            };
            if placement != Placement::Complements {
                learn(&mut shopper, model, kind, NOW - DAY, item);
            }
            let request = Request {
                item: Some(model.key(item)),
                ..Request::new(placement, PLACES)
            };
            let list = Recommender::default().recommend(model, &shopper, &request, NOW);
            for entry in list.entries {
                let with = entry.reasons.iter().any(|reason| {
                    matches!(reason.code, Code::GoesWith | Code::Bought | Code::Fits)
                });
                if with && joins(entry.item) {
                    shown += 1.0;
                    wrong += f64::from(u8::from(apart(item, entry.item)));
                }
            }
        }
    }
    vec![
        Figure {
            name: "accessories said to go with a device",
            single: None,
            value: shown,
            bar: "",
        },
        Figure {
            name: "of these for another device",
            single: None,
            value: wrong,
            bar: "0",
        },
    ]
}

/// Departments on the front page of a stranger.
fn strangers(model: &Model, _: u64) -> Vec<Figure> {
    let count = |departments: bool| {
        let arrangement = Arrangement {
            departments,
            ..Arrangement::default()
        };
        let request = Request {
            arrangement,
            ..Request::new(Placement::Home, PLACES)
        };
        let list = Recommender::default().recommend(model, &Shopper::default(), &request, NOW);
        let of = |one: &Entry| model.category(one.item).map(|own| model.department(own));
        list.entries
            .iter()
            .filter_map(of)
            .collect::<HashSet<u16>>()
            .len() as f64
    };
    vec![Figure {
        name: "departments on 12 places for a stranger (popular; home)",
        single: Some(count(false)),
        value: count(true),
        bar: "at least 6",
    }]
}

/// How often the first reason is what decided: without it the item moves.
fn reasons(model: &Model, seed: u64) -> Vec<Figure> {
    let (mut moved, mut all) = (0.0, 0.0);
    let flat = model.blended(Blend {
        popularity: 0.0,
        ..model.blend()
    });
    for n in 0..SHOPPERS {
        let mut random = Random::of(seed, "reasons", n);
        let (shopper, viewed) = browser(model, &mut random);
        let request = Request::new(Placement::Home, PLACES);
        let mut recommender = Recommender::default();
        let list = recommender.recommend(model, &shopper, &request, NOW);
        for (place, entry) in list.entries.iter().enumerate() {
            let reason = entry.reasons[0];
            let left: Vec<u32> = (viewed.iter().copied())
                .filter(|item| match reason.because {
                    Because::Item(cause) => *item != cause,
                    Because::Category(category) => model.category(*item) != Some(category),
                    Because::Brand(brand) => model.brand(*item) != Some(brand),
                    Because::Nothing => true,
                })
                .collect();
            let mut other = Shopper::default();
            for (n, item) in left.iter().enumerate() {
                let time = NOW - 60_000 * (4 - n as i64);
                learn(&mut other, model, Kind::ProductViewed, time, *item);
            }
            // What was viewed stays away, as it did.
            let mut request = request.clone();
            request.exclude = viewed.iter().map(|item| model.key(*item)).collect();
            let without = if reason.code == Code::Popular {
                &flat
            } else {
                model
            };
            let again = recommender.recommend(without, &other, &request, NOW);
            let at = again
                .entries
                .iter()
                .position(|one| model.leader(one.item) == model.leader(entry.item));
            all += 1.0;
            moved += f64::from(u8::from(at != Some(place)));
        }
    }
    vec![Figure {
        name: "reasons without which the item moves, share",
        single: None,
        value: moved / f64::max(all, 1.0),
        bar: "at least .95",
    }]
}

/// New arrivals among what is shown to whoever looks at their category, and among its items.
fn news(model: &Model, seed: u64) -> Vec<Figure> {
    let (mut shown, mut there) = (Vec::new(), Vec::new());
    for n in 0..SHOPPERS {
        let mut random = Random::of(seed, "news", n);
        let Some(item) = draw(model, &mut random, |item| model.is_new(item)) else {
            break;
        };
        let leaf = model.category(item);
        let old = |one: u32| model.category(one) == leaf && !model.is_new(one);
        let Some(viewed) = draw(model, &mut random, old) else {
            continue;
        };
        let mut shopper = Shopper::default();
        learn(
            &mut shopper,
            model,
            Kind::ProductViewed,
            NOW - 60_000,
            viewed,
        );
        let list = home(model, &shopper, false, NOW);
        let of: Vec<&Entry> = list
            .entries
            .iter()
            .filter(|one| model.category(one.item) == leaf)
            .collect();
        let fresh = of.iter().filter(|one| model.is_new(one.item)).count();
        if !of.is_empty() {
            shown.push(fresh as f64 / of.len() as f64);
        }
        let own = (0..model.items() as u32).filter(|one| model.category(*one) == leaf);
        let (mut all, mut new) = (0.0, 0.0);
        for one in own {
            all += 1.0;
            new += f64::from(u8::from(model.is_new(one)));
        }
        there.push(new / f64::max(all, 1.0));
    }
    vec![Figure {
        name: "new arrivals (of a category; of its items on home), share",
        single: Some(mean(&there)),
        value: mean(&shown),
        bar: "",
    }]
}
