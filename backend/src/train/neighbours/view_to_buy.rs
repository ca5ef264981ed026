//! View-to-purchase neighbours: rules over the visits that end in an order.
//!
//! Most items are looked at more often than they are bought, and who looks at a phone and leaves with its case tells as
//! much of the two as who buys both. The evidence asked for is that of [`crate::train::neighbours::complement`]: [`SHOPPERS`] different
//! shoppers, and a share of the visits with a look whose lower confidence bound is well above what all orders hold of
//! the other item. Substitutes are left out: who looks at one phone and buys another compares.

use rayon::prelude::*;

use crate::train::items::orders::Visit;
use crate::train::linalg::sums::{Postings, Row, Sums, strongest};
use crate::train::linalg::wilson::lower_bound;
use crate::train::neighbours::complement::{KEEP, LIFT, Limits, SHOPPERS, SHRINK};

/// For each item what is bought where it was looked at. `visits` are by shopper; things with the same `leaf` are
/// substitutes.
pub fn rules(
    visits: &[Visit],
    items: usize,
    limits: Limits,
    leaf: impl Fn(u32) -> Option<u16> + Sync,
) -> Vec<Row> {
    let (mut viewed, mut visit_of, mut orders) = (Vec::new(), Vec::new(), vec![0u32; items]);
    for (number, visit) in visits.iter().enumerate() {
        viewed.extend_from_slice(&visit.viewed);
        visit_of.resize(viewed.len(), number);
        for &item in &visit.bought {
            orders[item as usize] += 1;
        }
    }
    let postings = Postings::new(items, &viewed);
    (0..items as u32)
        .into_par_iter()
        .with_min_len(16)
        .map_init(
            || [(); 3].map(|()| Sums::new(items)),
            |[hits, shoppers, theirs], item| {
                let trials = postings.of(item).iter();
                let trials: Vec<&Visit> =
                    trials.map(|&at| &visits[visit_of[at as usize]]).collect();
                for own in trials.chunk_by(|a, b| a.shopper == b.shopper) {
                    for &other in own.iter().flat_map(|visit| &visit.bought) {
                        hits.add(other, 1.0);
                        theirs.raise(other, 1.0);
                    }
                    theirs.drain(|other, once| shoppers.add(other, once));
                }
                let (mut row, here) = (Row::new(), leaf(item));
                hits.drain(|other, hits| {
                    let share = lower_bound(f64::from(hits), trials.len() as f64);
                    let ordered = orders[other as usize] as f32;
                    let by_chance = f64::from(ordered) / visits.len() as f64;
                    let substitute = other == item || here.is_some() && leaf(other) == here;
                    if !substitute
                        && shoppers.get(other) >= SHOPPERS
                        && share > LIFT * by_chance
                        && share >= limits.least
                    {
                        let ours = trials.len() as f32 + SHRINK;
                        row.push((other, hits / (ours * (ordered + SHRINK)).sqrt()));
                    }
                });
                shoppers.drain(|_, _| ());
                strongest(row, KEEP)
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn visit(shopper: u32, viewed: &[u32], bought: &[u32]) -> Visit {
        Visit {
            shopper,
            viewed: viewed.to_vec(),
            bought: bought.to_vec(),
        }
    }

    #[test]
    fn who_looks_at_a_phone_buys_its_case() {
        // 0 and 1 are phones, 2 the case of 0, 3 apples that everyone buys.
        let mut visits = Vec::new();
        for shopper in 0..20 {
            visits.push(visit(shopper, &[0, 1], &[1, 2, 3]));
        }
        for shopper in 20..80 {
            visits.push(visit(shopper, &[3], &[3]));
        }
        let kind = |item| Some(if item < 2 { 0 } else { item as u16 });
        let rows = rules(&visits, 4, Limits::default(), kind);
        assert_eq!(rows[0].iter().map(|one| one.0).collect::<Vec<_>>(), [2]);
        assert_eq!(rows[3], [], "bought by everyone");
        // Two shoppers are an accident, however often.
        let few: Vec<Visit> = (0..40).map(|n| visit(n / 20, &[0], &[2])).collect();
        assert_eq!(rules(&few, 4, Limits::default(), kind)[0], []);
    }

    proptest! {
        #[test]
        fn equals_the_naive_count(
            plan in prop::collection::vec(
                (0u32..6, prop::collection::btree_set(0u32..6, 1..4), prop::collection::btree_set(0u32..6, 1..4)),
                1..60,
            )
        ) {
            let mut visits: Vec<Visit> = plan
                .into_iter()
                .map(|(shopper, viewed, bought)| Visit {
                    shopper,
                    viewed: viewed.into_iter().collect(),
                    bought: bought.into_iter().collect(),
                })
                .collect();
            visits.sort_by_key(|visit| visit.shopper);
            let rows = rules(&visits, 6, Limits::default(), |item| Some(item as u16 / 2));
            for a in 0..6u32 {
                for b in 0..6u32 {
                    let with: Vec<&Visit> = visits.iter().filter(|visit| visit.viewed.contains(&a)).collect();
                    let both: Vec<&&Visit> = with.iter().filter(|visit| visit.bought.contains(&b)).collect();
                    let orders = visits.iter().filter(|visit| visit.bought.contains(&b)).count();
                    let shoppers: std::collections::BTreeSet<u32> = both.iter().map(|visit| visit.shopper).collect();
                    let share = lower_bound(both.len() as f64, with.len() as f64);
                    let holds = a / 2 != b / 2
                        && shoppers.len() >= 3
                        && share > 1.5 * orders as f64 / visits.len() as f64;
                    let found = rows[a as usize].iter().find(|one| one.0 == b);
                    prop_assert_eq!(found.is_some(), holds);
                    if let Some((_, weight)) = found {
                        let expected = both.len() as f32 / ((with.len() as f32 + 5.0) * (orders as f32 + 5.0)).sqrt();
                        prop_assert!((weight - expected).abs() < 1e-5);
                    }
                }
            }
        }
    }
}
