//! Complements: association rules over the orders of one shopper.
//!
//! Each order that holds an item is a trial: which others are in it, or in the shopper's next orders within
//! [`Limits::window`]? A rule needs [`SHOPPERS`] different shoppers, and a share of the trials whose lower confidence bound
//! (Wilson, 1927) is above the other item's share of all trials: together more often than chance explains. The
//! bound grows with the evidence: of a share of .6 it is .46 in 50 trials and .57 in 1000. The weight is a cosine,
//! damped for small counts, so that what everyone buys does not lead every list.
//!
//! Which of them make up a row, and what else does: see [`crate::train::neighbours::bought`].

use rayon::prelude::*;

use crate::train::items::orders::Order;
use crate::train::linalg::sums::{Postings, Row, Sums, strongest};
use crate::train::linalg::wilson::lower_bound;

/// What makes a rule, as an operator may set it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Days within which a later order follows from one.
    pub window: u16,
    /// The least that the lower bound of a rule's share may be.
    pub least: f64,
}

impl Default for Limits {
    /// 90 days: shoes in spring, a tracksuit by summer.
    fn default() -> Self {
        Limits {
            window: 90,
            least: 0.0,
        }
    }
}

/// Neighbours kept of what is bought with, after or instead of an item.
pub const KEEP: usize = 20;

/// How much more often than by chance categories must be bought together, or what was looked at be bought: there are
/// thousands of pairs, some are lucky, and what is made of them fills whole rows.
pub const LIFT: f64 = 1.5;

const DAY: i64 = 86_400_000;

/// How many of the shopper's next orders a trial looks at.
const ORDERS: usize = 5;

/// What a later order is worth against the same one.
const LATER: f32 = 0.5;

/// Fewer different shoppers than this are an accident, or a household that could be recognised.
pub const SHOPPERS: f32 = 3.0;

/// Orders that each item is taken to have had beyond its own.
pub const SHRINK: f32 = 5.0;

/// What each thing leads to at least `lift` times as often as by chance. `orders` are by shopper, each shopper's oldest
/// first.
pub fn rules(orders: &[Order], items: usize, limits: Limits, lift: f64) -> Vec<Row> {
    let window = i64::from(limits.window) * DAY;
    let mut lines = Vec::new();
    let mut order_of = Vec::new();
    for (number, order) in orders.iter().enumerate() {
        lines.extend_from_slice(&order.items);
        order_of.resize(lines.len(), number as u32);
    }
    let postings = Postings::new(items, &lines);
    let orders_with = |item: u32| {
        let places = postings.of(item).iter();
        places.map(|&place| order_of[place as usize] as usize)
    };
    // In how many trials each item could have been found.
    let reach: Vec<f64> = (0..items as u32)
        .into_par_iter()
        .map(|item| {
            let (mut trials, mut from) = (0, 0);
            for found in orders_with(item) {
                let first = (from.max(found.saturating_sub(ORDERS))..=found)
                    .find(|&trial| follows(orders, window, trial, found))
                    .unwrap_or(found);
                trials += found + 1 - first;
                from = found + 1;
            }
            trials as f64
        })
        .collect();

    (0..items as u32)
        .into_par_iter()
        .with_min_len(16)
        .map_init(
            || [(); 5].map(|()| Sums::new(items)),
            |[weight, hits, shoppers, found, theirs], item| {
                let trials: Vec<usize> = orders_with(item).collect();
                for own in trials.chunk_by(|a, b| orders[*a].shopper == orders[*b].shopper) {
                    for &trial in own {
                        for order in (trial..orders.len())
                            .take_while(|&order| follows(orders, window, trial, order))
                        {
                            let worth = if order == trial { 1.0 } else { LATER };
                            for &other in orders[order].items.iter().filter(|&&other| other != item)
                            {
                                found.raise(other, worth);
                            }
                        }
                        found.drain(|other, worth| {
                            weight.add(other, worth);
                            hits.add(other, 1.0);
                            theirs.raise(other, 1.0);
                        });
                    }
                    theirs.drain(|other, once| shoppers.add(other, once));
                }
                let mut row = Row::new();
                weight.drain(|other, weight| {
                    let share = lower_bound(f64::from(hits.get(other)), trials.len() as f64);
                    let by_chance = reach[other as usize] / orders.len() as f64;
                    if shoppers.get(other) >= SHOPPERS
                        && share > lift * by_chance
                        && share >= limits.least
                    {
                        let theirs = postings.of(other).len() as f32 + SHRINK;
                        let ours = trials.len() as f32 + SHRINK;
                        row.push((other, weight / (ours * theirs).sqrt()));
                    }
                });
                hits.drain(|_, _| ());
                shoppers.drain(|_, _| ());
                strongest(row, usize::MAX)
            },
        )
        .collect()
}

/// Whether order `later` is `trial` itself, or one that it may have led to.
fn follows(orders: &[Order], window: i64, trial: usize, later: usize) -> bool {
    let (a, b) = (&orders[trial], &orders[later]);
    trial == later
        || a.shopper == b.shopper
            && later - trial <= ORDERS
            && a.time > 0
            && (0..=window).contains(&(b.time - a.time))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;

    const USUAL: Limits = Limits {
        window: 90,
        least: 0.0,
    };

    pub fn order(shopper: u32, day: i64, items: &[u32]) -> Order {
        Order {
            shopper,
            time: day * DAY,
            items: items.to_vec(),
        }
    }

    /// Ten shoppers buy 0 on day 1 and 1 `later` days on; thirty others buy 2 and 3, each alone.
    fn shoes_then_tracksuit(later: i64) -> Vec<Order> {
        let mut orders = Vec::new();
        for shopper in 0..10 {
            orders.push(order(shopper, 1, &[0]));
            orders.push(order(shopper, 1 + later, &[1]));
        }
        for shopper in 10..40 {
            orders.push(order(shopper, 1, &[2 + shopper % 2]));
        }
        orders
    }

    #[test]
    fn follows_within_ninety_days() {
        let within = rules(&shoes_then_tracksuit(90), 4, USUAL, 1.0);
        assert_eq!(within[0].len(), 1);
        assert_eq!(within[0][0].0, 1);
        // What comes after does not lead back.
        assert_eq!(within[1], []);
        let beyond = rules(&shoes_then_tracksuit(91), 4, USUAL, 1.0);
        assert_eq!(beyond[0], []);
        let wide = Limits {
            window: 91,
            ..USUAL
        };
        let wide = rules(&shoes_then_tracksuit(91), 4, wide, 1.0);
        assert_eq!(wide[0], within[0]);
    }

    /// Of so many shoppers who buy 0, 60 % buy 1 within the window; many others buy neither.
    fn three_of_five(trials: u32) -> Vec<Order> {
        let mut orders = Vec::new();
        for shopper in 0..trials {
            orders.push(order(shopper, 1, &[0]));
            if shopper % 5 < 3 {
                orders.push(order(shopper, 60, &[1]));
            }
        }
        orders.extend((trials..5 * trials).map(|shopper| order(shopper, 1, &[2])));
        orders
    }

    #[test]
    fn a_bound_asked_for_holds_back_what_has_little_evidence() {
        let sure = Limits {
            least: 0.5,
            ..USUAL
        };
        let led = |trials, limits| !rules(&three_of_five(trials), 3, limits, 1.0)[0].is_empty();
        assert!(led(50, USUAL) && !led(50, sure));
        assert!(led(1000, USUAL) && led(1000, sure));
    }

    #[test]
    fn the_same_order_counts_more_than_a_later_one() {
        let mut orders = Vec::new();
        for shopper in 0..10 {
            orders.push(order(shopper, 1, &[0, 1]));
            orders.push(order(shopper, 2, &[2]));
        }
        for shopper in 10..60 {
            orders.push(order(shopper, 1, &[3]));
        }
        let rows = rules(&orders, 4, USUAL, 1.0);
        assert_eq!(rows[0].iter().map(|n| n.0).collect::<Vec<_>>(), [1, 2]);
        assert!((rows[0][0].1 - 10.0 / 15.0).abs() < 1e-6);
        assert!((rows[0][1].1 - 5.0 / 15.0).abs() < 1e-6);
    }

    #[test]
    fn chance_and_single_households_make_no_rule() {
        let mut orders = Vec::new();
        // A habit of two shoppers only.
        for day in 0..20 {
            orders.push(order(0, 200 * day + 1, &[0, 1]));
        }
        orders.push(order(1, 1, &[0, 1]));
        // 2 and 3 together often; 4 in every order of everyone.
        for shopper in 2..60 {
            orders.push(order(shopper, 1, &[2, 3, 4]));
            orders.push(order(shopper, 200, &[4]));
        }
        let rows = rules(&orders, 5, USUAL, 1.0);
        assert_eq!(rows[0], []);
        assert!(rows[2].iter().any(|n| n.0 == 3));
        // 4 is in nearly all orders, so finding it beside 5 says nothing.
        let mut all = Vec::new();
        for shopper in 0..50 {
            all.push(order(
                shopper,
                1,
                if shopper % 2 == 0 { &[0, 5] } else { &[0] },
            ));
        }
        assert_eq!(rules(&all, 6, USUAL, 1.0)[5], []);
    }

    proptest! {
        #[test]
        fn weights_equal_the_naive_count(
            plan in prop::collection::vec((0u32..5, 0i64..400, prop::collection::btree_set(0u32..8, 1..4)), 1..60)
        ) {
            let mut orders: Vec<Order> = plan
                .iter()
                .map(|(shopper, day, items)| order(*shopper, *day + 1, &items.iter().copied().collect::<Vec<_>>()))
                .collect();
            orders.sort_by_key(|order| (order.shopper, order.time));
            let rows = rules(&orders, 8, USUAL, 1.0);
            for a in 0..8u32 {
                for b in (0..8u32).filter(|&b| b != a) {
                    let (mut weight, mut with_a, mut with_b) = (0.0, 0.0, 0.0);
                    let mut shoppers = std::collections::BTreeSet::new();
                    for (i, order) in orders.iter().enumerate() {
                        with_b += f32::from(u8::from(order.items.contains(&b)));
                        if !order.items.contains(&a) {
                            continue;
                        }
                        with_a += 1.0;
                        let next = orders[i + 1..].iter().take_while(|next| next.shopper == order.shopper);
                        let later = next.take(5).any(|next| {
                            next.time - order.time <= 90 * DAY && next.items.contains(&b)
                        });
                        let worth = if order.items.contains(&b) { 1.0 } else if later { 0.5 } else { 0.0 };
                        weight += worth;
                        if worth > 0.0 {
                            shoppers.insert(order.shopper);
                        }
                    }
                    if let Some(&(_, found)) = rows[a as usize].iter().find(|n| n.0 == b) {
                        let expected = weight / ((with_a + 5.0f32) * (with_b + 5.0)).sqrt();
                        prop_assert!((found - expected).abs() < 1e-5);
                        prop_assert!(shoppers.len() >= 3);
                    }
                }
            }
        }
    }
}
