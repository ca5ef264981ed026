//! Basket-completion weights: one ridge regression per item (after EASE, Steck, WWW 2019, on a limited number of
//! sources).
//!
//! Rules count each pair by itself, so that ten things which are always bought together say ten times what one of them
//! does. Here the weights of all sources of an item are those that foretell it best together, as in EASE (Steck, WWW 2019):
//! least squares over the orders, of what is in an order on what else is in it and, for less, on what was in those
//! before. EASE inverts a matrix of all items; this solves a [`ridge`] for each item over its [`SOURCES`] strongest.
//! A weight stands only for a pair that enough shoppers bought: see [`complement`](crate::train::neighbours::complement).
//!
//! Weights below nothing are left out: a page's rows say what goes with an item, not what does not.

use rayon::prelude::*;

use crate::train::items::orders::Order;
use crate::train::linalg::ridge;
use crate::train::linalg::sums::{Postings, Row, Sums, strongest};
use crate::train::neighbours::complement::SHRINK;

/// The strongest sources of an item, between which its weight is divided.
const SOURCES: usize = 150;

/// Items of which it is known how often they are bought with an item: those most often. A wholesaler's orders hold
/// thousands, and all pairs of them no memory.
const TOGETHER: usize = 2000;

/// The ridge, in orders.
const RIDGE: f32 = 40.0;

/// What each item weighs for others, as far as it is for them. `pairs` are the [`rules`](crate::train::neighbours::complement::rules) of
/// these orders.
pub fn rows(orders: &[Order], pairs: &[Row]) -> Vec<Row> {
    let items = pairs.len();
    let (mut lines, mut order_of) = (Vec::new(), Vec::new());
    for (number, order) in orders.iter().enumerate() {
        lines.extend_from_slice(&order.items);
        order_of.resize(lines.len(), number as u32);
    }
    let postings = Postings::new(items, &lines);
    let mut sources = vec![Row::new(); items];
    for (item, row) in (0..).zip(pairs) {
        for &(other, weight) in row {
            sources[other as usize].push((item, weight));
        }
    }
    // A rule's weight is a sum over orders, divided by the root of these of both.
    let size = |item: u32| postings.of(item).len() as f32 + SHRINK;
    sources.par_iter_mut().enumerate().for_each(|(item, row)| {
        *row = strongest(std::mem::take(row), SOURCES);
        for (other, weight) in row.iter_mut() {
            *weight *= (size(*other) * size(item as u32)).sqrt();
        }
        row.sort_unstable_by_key(|one| one.0);
    });
    let mut wanted = vec![false; items];
    for &(item, _) in sources.iter().flatten() {
        wanted[item as usize] = true;
    }
    let together = |sums: &mut Sums, item: u32| {
        let mut row = Row::new();
        if wanted[item as usize] {
            for &place in postings.of(item) {
                let order = &orders[order_of[place as usize] as usize];
                for &other in &order.items {
                    sums.add(other, 1.0);
                }
            }
            sums.drain(|other, count| {
                if wanted[other as usize] {
                    row.push((other, count));
                }
            });
        }
        if row.len() > TOGETHER {
            return strongest(row, TOGETHER);
        }
        row.shrink_to_fit();
        row
    };
    let gram: Vec<Row> = (0..items as u32)
        .into_par_iter()
        .with_min_len(16)
        .map_init(|| Sums::new(items), |sums, item| together(sums, item))
        .collect();
    ridge::rows(&gram, &sources, RIDGE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::neighbours::complement::{Limits, rules, tests::order};
    use proptest::prelude::*;

    #[test]
    fn what_always_comes_together_says_it_once() {
        // Bread and jam are always together; butter and milk each by itself lead to eggs as often as the two do.
        let [bread, jam, butter, milk, eggs] = [0, 1, 2, 3, 4];
        let mut orders = Vec::new();
        for shopper in 0..300 {
            let all: &[u32] = match shopper % 10 {
                0 => &[bread, jam, eggs],
                1 => &[butter, eggs],
                2 => &[milk, eggs],
                n => &[10 + n],
            };
            orders.push(order(shopper, 1, all));
        }
        let pairs = rules(&orders, 20, Limits::default(), 1.0);
        let rows = rows(&orders, &pairs);
        let weight = |from: u32| {
            let found = rows[from as usize].iter().find(|one| one.0 == eggs);
            found.map_or(0.0, |one| one.1)
        };
        assert!((weight(bread) - weight(jam)).abs() < 1e-4);
        assert!((weight(butter) - weight(milk)).abs() < 1e-4);
        assert!(weight(bread) < 0.75 * weight(butter), "{rows:?}");
        assert!(weight(bread) + weight(jam) > weight(butter));
    }

    proptest! {
        /// The regression of each item on its sources written out, order by order, and solved by elimination.
        #[test]
        fn weights_are_those_of_the_regressions(
            plan in prop::collection::vec((0u32..9, 0i64..300, prop::collection::btree_set(0u32..6, 1..5)), 1..60)
        ) {
            let mut orders: Vec<Order> = plan
                .iter()
                .map(|(shopper, day, items)| order(*shopper, *day + 1, &items.iter().copied().collect::<Vec<_>>()))
                .collect();
            orders.sort_by_key(|order| (order.shopper, order.time));
            let pairs = rules(&orders, 6, Limits::default(), 1.0);
            let found = rows(&orders, &pairs);
            for target in 0..6u32 {
                let sources: Vec<u32> = (0..6)
                    .filter(|&from| pairs[from as usize].iter().any(|one| one.0 == target))
                    .collect();
                let has = |order: &Order, item: u32| f64::from(u8::from(order.items.contains(&item)));
                let size = sources.len();
                let mut matrix = vec![vec![0.0; size + 1]; size];
                for (n, order) in orders.iter().enumerate() {
                    let next = orders[n + 1..].iter().take_while(|next| next.shopper == order.shopper);
                    let later = next.take(5).any(|next| {
                        next.time - order.time <= 90 * 86_400_000 && next.items.contains(&target)
                    });
                    let wanted = has(order, target).max(if later { 0.5 } else { 0.0 });
                    for (row, &one) in matrix.iter_mut().zip(&sources) {
                        for (cell, &other) in row.iter_mut().zip(&sources) {
                            *cell += has(order, one) * has(order, other);
                        }
                        row[size] += has(order, one) * wanted;
                    }
                }
                for (n, row) in matrix.iter_mut().enumerate() {
                    row[n] += f64::from(RIDGE);
                }
                for n in 0..size {
                    let pivot = matrix[n].clone();
                    for (_, row) in matrix.iter_mut().enumerate().filter(|(m, _)| *m != n) {
                        let times = row[n] / pivot[n];
                        row.iter_mut().zip(&pivot).for_each(|(to, from)| *to -= times * from);
                    }
                }
                for source in 0..6u32 {
                    let at = sources.iter().position(|one| *one == source);
                    let expected = at.map_or(0.0, |n| matrix[n][size] / matrix[n][n]).max(0.0);
                    let own = found[source as usize].iter().find(|one| one.0 == target);
                    let weight = own.map_or(0.0, |one| f64::from(one.1));
                    prop_assert!((weight - expected).abs() < 1e-4, "{} {}: {} {}", source, target, weight, expected);
                }
            }
        }
    }
}
