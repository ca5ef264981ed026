//! What a shop's history says of its categories: when one is bought in again, where strangers go first, and whether what
//! is new is looked at.
//!
//! A category rests after a purchase for as long as those who bought there do so again less often than anybody: a life
//! table of the time to the next purchase (piecewise exponential hazard), orders that end with the log censored. What a
//! category has too little of is judged by its parent. It deliberately does not model single shoppers, and beyond the
//! length of the log it assumes that nothing is bought again.

use crate::ingest::{Kind, Session};
use crate::train::items::columns::Categories;
use crate::train::items::goods::Goods;
use crate::train::items::orders::Order;

const DAY: f64 = 86_400_000.0;

/// Days at which the pieces of the life table begin, and where the last ends.
const EDGES: [u16; 9] = [0, 7, 14, 30, 60, 90, 180, 365, 730];
const PIECES: usize = EDGES.len() - 1;

/// What rests beyond all that was seen.
pub const LONGEST: u16 = EDGES[PIECES - 1];

/// Purchases that a category needs to be judged by itself, and repeats that a piece needs to end a rest.
const PURCHASES: f64 = 30.0;
const REPEATS: f64 = 5.0;

/// A rest ends where buyers come back at this part of the rate at which anybody buys.
const RATE: f64 = 0.5;

/// Something is new for so many days, and is not where the log begins: all of it would be.
const NEW: i64 = 30 * 86_400_000;
const BEGINS: i64 = 14 * 86_400_000;

/// Views of new items that it takes to say that they are looked at.
const SEEN: f64 = 50.0;

/// Exponents that departments' shares of first visits are tried with, on strangers that were held back.
const TEMPERS: [f64; 4] = [1.0, 0.7, 0.5, 0.3];

#[derive(Clone, Copy, Default)]
struct Life {
    purchases: f64,
    days: [f64; PIECES],
    repeats: [f64; PIECES],
    /// Of anybody, in a day.
    rate: f64,
}

/// Days that each category rests after a purchase. `orders` are by shopper, each shopper's oldest first.
pub fn rests(orders: &[Order], categories: &Categories) -> Vec<u16> {
    let mut lives = vec![Life::default(); categories.names.len()];
    let times = || orders.iter().map(|order| order.time);
    let (Some(first), Some(last)) = (times().min(), times().max()) else {
        return vec![LONGEST; lives.len()];
    };
    let span = ((last - first) as f64 / DAY).max(1.0);
    let mut shoppers = 0.0;
    for orders in orders.chunk_by(|a, b| a.shopper == b.shopper) {
        shoppers += 1.0;
        let mut visits: Vec<(u16, i64)> = Vec::new();
        for order in orders {
            let mut leaves: Vec<u16> = (order.items.iter())
                .filter_map(|item| categories.leaf(*item))
                .collect();
            leaves.sort_unstable();
            leaves.dedup();
            visits.extend(leaves.into_iter().map(|leaf| (leaf, order.time)));
        }
        visits.sort_unstable();
        for (n, &(leaf, time)) in visits.iter().enumerate() {
            let life = &mut lives[usize::from(leaf)];
            let next = visits.get(n + 1).filter(|next| next.0 == leaf);
            let end = next.map_or(last, |next| next.1);
            let days = (end - time) as f64 / DAY;
            if next.is_some() && days < 1.0 {
                // One purchase in two orders.
                continue;
            }
            life.purchases += 1.0;
            for piece in 0..PIECES {
                let (from, to) = (f64::from(EDGES[piece]), f64::from(EDGES[piece + 1]));
                life.days[piece] += (days.min(to) - from).max(0.0);
                if next.is_some() && (from..to).contains(&days) {
                    life.repeats[piece] += 1.0;
                }
            }
        }
    }
    for life in &mut lives {
        life.rate = life.purchases / (shoppers * span);
    }
    // What parents know is what their leaves do, each against its own rate.
    let mut pooled = lives.clone();
    let mut expected: Vec<[f64; PIECES]> = lives
        .iter()
        .map(|life| life.days.map(|d| d * life.rate))
        .collect();
    for category in (0..lives.len()).rev() {
        let parent = usize::from(categories.parents[category]);
        if let Some([above, own]) = (parent < category)
            .then(|| pooled.get_disjoint_mut([parent, category]).ok())
            .flatten()
        {
            above.purchases += own.purchases;
            for piece in 0..PIECES {
                above.repeats[piece] += own.repeats[piece];
            }
            let own = expected[category];
            for (sum, one) in expected[parent].iter_mut().zip(own) {
                *sum += one;
            }
        }
    }
    let verdict = |category: u16| {
        let known = |c: &u16| pooled[usize::from(*c)].purchases >= PURCHASES;
        let judge = categories.upward(category).find(known)?;
        let (life, expected) = (&pooled[usize::from(judge)], &expected[usize::from(judge)]);
        let again = |piece: &usize| {
            let repeats = life.repeats[*piece];
            repeats >= REPEATS && repeats >= RATE * expected[*piece]
        };
        (0..PIECES).find(again).map(|piece| EDGES[piece])
    };
    (0..lives.len() as u16)
        .map(|category| verdict(category).unwrap_or(LONGEST).min(LONGEST))
        .collect()
}

/// The weight of each department on a front page for strangers, at most 255, 0 for what is none: the share of strangers
/// whose first look was there, tempered as far as serves strangers that were held back.
pub fn shares(goods: &Goods, categories: &Categories) -> Option<Vec<u8>> {
    let department = |item: u32| {
        let leaf = categories.leaf(item)?;
        categories.upward(leaf).last()
    };
    let mut met = std::collections::HashSet::new();
    let firsts: Vec<&Session> = (goods.sessions.iter())
        .filter(|session| met.insert(session.shopper))
        .collect();
    let (old, new) = firsts.split_at(firsts.len() - firsts.len() / 10);
    let mut counts = vec![0.0f64; categories.names.len()];
    for session in old {
        if let Some(department) = session.events.first().and_then(|one| department(one.item)) {
            counts[usize::from(department)] += 1.0;
        }
    }
    let most = counts.iter().copied().fold(0.0, f64::max);
    if most == 0.0 {
        return None;
    }
    let weights = |temper: f64| -> Vec<u8> {
        let weight = |count: &f64| (255.0 * (count / most).powf(temper)).ceil() as u8;
        counts
            .iter()
            .map(|count| if *count > 0.0 { weight(count) } else { 0 })
            .collect()
    };
    // The most popular products of each department.
    let mut best: Vec<Vec<u32>> = vec![Vec::new(); counts.len()];
    let mut products = std::collections::HashSet::new();
    for item in 0..goods.len() as u32 {
        let product = goods.products[item as usize];
        let group = product.and_then(|product| product.group.as_deref());
        let first = products.insert(group.unwrap_or(goods.keys[item as usize]));
        if let Some(department) = department(item).filter(|_| first) {
            let shelf = &mut best[usize::from(department)];
            if shelf.len() < PLACES {
                shelf.push(item);
            }
        }
    }
    let served = |temper: f64| {
        let weights = weights(temper);
        let mut placed = vec![0; weights.len()];
        let mut shown = std::collections::HashSet::new();
        for _ in 0..PLACES {
            let claim = |n: &usize| f64::from(weights[*n]) / f64::from(2 * placed[*n] + 1);
            let open = (0..weights.len()).filter(|n| (placed[*n] as usize) < best[*n].len());
            let Some(department) = open.max_by(|a, b| claim(a).total_cmp(&claim(b)).then(b.cmp(a)))
            else {
                break;
            };
            shown.insert(department);
            placed[department] += 1;
        }
        // Whoever sees the department they came for has a way on.
        let serves = |session: &&&Session| {
            let mut all = session.events.iter().filter_map(|one| department(one.item));
            all.any(|department| shown.contains(&usize::from(department)))
        };
        new.iter().filter(serves).count()
    };
    let mut chosen = (TEMPERS[0], served(TEMPERS[0]));
    for temper in &TEMPERS[1..] {
        let count = served(*temper);
        if count > chosen.1 {
            chosen = (*temper, count);
        }
    }
    Some(weights(chosen.0))
}

/// Places of a front page.
const PLACES: usize = 12;

/// Whether each item came into the shop shortly before the end of the log: as the feed says, else by its first event.
pub fn new(goods: &Goods) -> Vec<bool> {
    let mut first = vec![i64::MAX; goods.len()];
    let (mut begin, mut end) = (i64::MAX, 0);
    for event in goods.sessions.iter().flat_map(|session| &session.events) {
        let seen = &mut first[event.item as usize];
        *seen = event.time.min(*seen);
        (begin, end) = (begin.min(event.time), end.max(event.time));
    }
    let told = goods
        .products
        .iter()
        .flatten()
        .any(|product| product.first_seen.is_some());
    let is_new = |(product, seen): (&Option<&crate::ingest::Product>, i64)| {
        let of_feed = product.and_then(|product| product.first_seen);
        let since = if told { of_feed } else { Some(seen) };
        since.is_some_and(|since| since != i64::MAX && end - since < NEW && since - begin > BEGINS)
    };
    goods.products.iter().zip(first).map(is_new).collect()
}

/// By which part being new raises an item of a liked category: the logarithm of how much oftener new items were looked at
/// in the newest sessions than old ones of the same leaf category; 0 where they were not, or too few were.
pub fn fresh(goods: &Goods, categories: &Categories, new: &[bool]) -> f32 {
    let count = categories.names.len();
    let (mut items, mut fresh) = (vec![0.0f64; count], vec![0.0f64; count]);
    for (item, &new) in (0u32..).zip(new) {
        if let Some(leaf) = categories.leaf(item) {
            items[usize::from(leaf)] += 1.0;
            fresh[usize::from(leaf)] += f64::from(u8::from(new));
        }
    }
    let newest = &goods.sessions[goods.sessions.len() - goods.sessions.len() / 10..];
    let (mut seen, mut expected) = (0.0, 0.0);
    for event in newest.iter().flat_map(|session| &session.events) {
        if let Some(leaf) = categories
            .leaf(event.item)
            .filter(|_| event.kind == Kind::View)
        {
            seen += f64::from(u8::from(new[event.item as usize]));
            expected += fresh[usize::from(leaf)] / items[usize::from(leaf)];
        }
    }
    if seen < SEEN || expected <= 0.0 {
        return 0.0;
    }
    (seen / expected).ln().clamp(0.0, 1.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Product;

    fn categories(paths: &[&str]) -> Categories {
        let product = |path: &&str| Product {
            category: path.split(" > ").map(str::to_owned).collect(),
            ..Product::default()
        };
        let products: Vec<Product> = paths.iter().map(product).collect();
        Categories::of(&products.iter().map(Some).collect::<Vec<_>>())
    }

    #[test]
    fn fruit_never_rests_and_phones_do_until_the_end() {
        // Item 0 is bought every ten days, item 1 once, item 2 again after a hundred days.
        let categories = categories(&["Fresh > Fruit", "Phones > Smartphones", "Care > Razors"]);
        let order = |shopper, day: i64, item| Order {
            shopper,
            time: day * 86_400_000,
            items: vec![item],
        };
        let mut orders = Vec::new();
        for shopper in 0..40 {
            let mut own: Vec<Order> = (0..20).map(|n| order(shopper, n * 10, 0)).collect();
            own.push(order(shopper, 3, 1));
            own.extend([order(shopper, 5, 2), order(shopper, 105, 2)]);
            own.sort_by_key(|order| order.time);
            orders.extend(own);
        }
        let rests = rests(&orders, &categories);
        let of = |item: u32| rests[usize::from(categories.leaf(item).unwrap())];
        assert_eq!((of(0), of(1), of(2)), (7, LONGEST, 90));
        assert_eq!(super::rests(&[], &categories), [LONGEST; 6]);
    }
}
