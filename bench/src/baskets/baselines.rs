//! What everyone tries first for a basket: the most sold products, and the plain cosine of the sets of baskets that
//! items are in.
//!
//! A supermarket has millions of pairs of items: items are numbers in the order of their names, counts stand in one row
//! an item, and a target's place is how many beat it, without a ranked list.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};

const SHELF: usize = 20;

/// HitRate@20 and MRR@20 of the most sold products, and of the cosine, of two tables: `user,item,time`, or with a
/// `session` that a basket is, and `history,basket,target,days`. Among equals the first by name is shown first.
pub fn measure(events: &str, baskets: &str) -> Result<[[f64; 2]; 2]> {
    let counts = Counts::of(events)?;
    let mut scores = Sums::new(counts.names.len());
    let (mut found, mut asked) = ([[0.0; 2]; 2], 0.0);
    for line in baskets.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        ensure!(cells.len() == 4, "{line} is no basket");
        asked += 1.0;
        let cart = cells[1].split(' ').filter_map(|name| counts.number(name));
        let cart: BTreeSet<usize> = cart.collect();
        let target = counts.number(cells[2]);
        let Some(target) = target.filter(|target| !cart.contains(target)) else {
            continue;
        };
        let places = [
            Some(counts.place_by_sales(&cart, target)),
            counts.place_by_cosine(&cart, target, &mut scores),
        ];
        for ([hits, ranks], place) in found.iter_mut().zip(places) {
            if let Some(place) = place.filter(|place| *place < SHELF) {
                *hits += 1.0;
                *ranks += 1.0 / (place + 1) as f64;
            }
        }
    }
    Ok(found.map(|sums| sums.map(|sum| sum / f64::max(asked, 1.0))))
}

struct Counts<'a> {
    /// Sorted; an item's number is its place.
    names: Vec<&'a str>,
    /// How many baskets have the item.
    sold: Vec<f64>,
    /// The item's place among the most sold.
    places: Vec<usize>,
    /// The other items of its baskets, and how many of them have both.
    together: Vec<Vec<(u32, u32)>>,
}

impl<'a> Counts<'a> {
    fn of(events: &'a str) -> Result<Self> {
        let mut lines = events.lines();
        let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let column = |name: &str| header.iter().position(|column| *column == name);
        let [session, user, time, item] = ["session", "user", "time", "item"].map(column);
        let (Some(item), Some(user), Some(time)) = (item, session.or(user), session.or(time))
        else {
            bail!("{header:?} are no purchases");
        };
        let mut purchases = Vec::new();
        for line in lines {
            let cells: Vec<&str> = line.split(',').collect();
            ensure!(cells.len() == header.len(), "{line} is no purchase");
            purchases.push((cells[user], cells[time], cells[item]));
        }
        purchases.sort_unstable();
        purchases.dedup();
        let mut names: Vec<&str> = purchases.iter().map(|purchase| purchase.2).collect();
        names.sort_unstable();
        names.dedup();

        let baskets: Vec<Vec<usize>> = purchases
            .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
            .map(|basket| {
                let items = basket.iter().map(|purchase| purchase.2);
                items.filter_map(|item| number(&names, item)).collect()
            })
            .collect();
        let mut homes: Vec<Vec<usize>> = vec![Vec::new(); names.len()];
        for (basket, items) in baskets.iter().enumerate() {
            for &item in items {
                homes[item].push(basket);
            }
        }
        let mut sums = Sums::new(names.len());
        let row = |item: usize| {
            for &basket in &homes[item] {
                for &other in baskets[basket].iter().filter(|&&other| other != item) {
                    sums.add(other, 1.0);
                }
            }
            let row = sums.touched.iter();
            let row = row.map(|&other| (other as u32, sums.of[other] as u32));
            let row = row.collect();
            sums.clear();
            row
        };
        let together = (0..names.len()).map(row).collect();

        let sold: Vec<f64> = homes.iter().map(|homes| homes.len() as f64).collect();
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|&a, &b| sold[b].total_cmp(&sold[a]).then(a.cmp(&b)));
        let mut places = vec![0; names.len()];
        for (place, item) in order.into_iter().enumerate() {
            places[item] = place;
        }
        Ok(Self {
            names,
            sold,
            places,
            together,
        })
    }

    fn number(&self, name: &str) -> Option<usize> {
        number(&self.names, name)
    }

    /// How many are sold more than the target and not in the cart.
    fn place_by_sales(&self, cart: &BTreeSet<usize>, target: usize) -> usize {
        let place = self.places[target];
        place
            - cart
                .iter()
                .filter(|item| self.places[**item] < place)
                .count()
    }

    /// How many are more like the cart than the target and not in it; `None` where nothing of the cart was ever sold
    /// with the target. `scores` is empty, before and after.
    fn place_by_cosine(
        &self,
        cart: &BTreeSet<usize>,
        target: usize,
        scores: &mut Sums,
    ) -> Option<usize> {
        for &item in cart {
            for &(other, count) in &self.together[item] {
                let other = other as usize;
                let size = (self.sold[item] * self.sold[other]).sqrt();
                scores.add(other, f64::from(count) / size);
            }
        }
        let score = scores.of[target];
        // Equal scores leave it to the numbers, which go by name.
        let better =
            |item: &&usize| (scores.of[**item], target) > (score, **item) && !cart.contains(item);
        let place = scores.touched.iter().filter(better).count();
        scores.clear();
        (score > 0.0).then_some(place)
    }
}

fn number(names: &[&str], name: &str) -> Option<usize> {
    names.binary_search(&name).ok()
}

/// A sum for each item, of which few are not zero.
struct Sums {
    of: Vec<f64>,
    touched: Vec<usize>,
}

impl Sums {
    fn new(items: usize) -> Self {
        Self {
            of: vec![0.0; items],
            touched: Vec::new(),
        }
    }

    /// Adds what is more than zero.
    fn add(&mut self, item: usize, amount: f64) {
        if self.of[item] == 0.0 {
            self.touched.push(item);
        }
        self.of[item] += amount;
    }

    fn clear(&mut self) {
        for item in self.touched.drain(..) {
            self.of[item] = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::baskets::tafeng::mix;

    /// Every item is scored and the list sorted.
    fn naive(orders: &[BTreeSet<u64>], questions: &[(BTreeSet<u64>, u64)]) -> [[f64; 2]; 2] {
        let with = |items: &[u64]| {
            let has = |order: &&BTreeSet<u64>| items.iter().all(|item| order.contains(item));
            orders.iter().filter(has).count() as f64
        };
        let cosine = |cart: &BTreeSet<u64>, item: u64| -> f64 {
            let parts = cart.iter().filter(|other| with(&[**other]) > 0.0);
            parts
                .map(|&other| with(&[item, other]) / (with(&[other]) * with(&[item])).sqrt())
                .sum()
        };
        let mut found = [[0.0; 2]; 2];
        for (cart, target) in questions {
            let others = orders.iter().flatten().filter(|item| !cart.contains(item));
            let others: BTreeSet<u64> = others.copied().collect();
            let scores: [&dyn Fn(u64) -> f64; 2] =
                [&|item| with(&[item]), &|item| cosine(cart, item)];
            for (sums, score) in found.iter_mut().zip(scores) {
                let mut list: Vec<(f64, u64)> =
                    others.iter().map(|&item| (score(item), item)).collect();
                list.retain(|(score, _)| *score > 0.0);
                list.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                let place = list.iter().take(SHELF).position(|(_, item)| item == target);
                if let Some(place) = place {
                    sums[0] += 1.0 / questions.len() as f64;
                    sums[1] += 1.0 / (place + 1) as f64 / questions.len() as f64;
                }
            }
        }
        found
    }

    #[test]
    fn agrees_with_ranking_every_item() {
        let mut seed = 0;
        let mut draw = |below: u64| {
            seed += 1;
            mix(seed) % below
        };
        // Two digits, so that names sort as numbers do; the smaller ones are bought more.
        let mut basket = |items: u64| -> BTreeSet<u64> {
            let size = 1 + draw(5);
            let item = |_| {
                let most = 1 + draw(items);
                10 + draw(most)
            };
            (0..size).map(item).collect()
        };
        let orders: Vec<_> = (0..60).map(|_| basket(60)).collect();
        // The last ten are never sold.
        let mut questions: Vec<(BTreeSet<u64>, u64)> = Vec::new();
        for target in (10..80).cycle().take(210) {
            questions.push((basket(70), target));
        }

        let mut events = "user,item,time,kind\n".to_owned();
        for (number, order) in orders.iter().enumerate() {
            for item in order {
                let _ = writeln!(events, "u{},{item},d{},buy", number % 7, number / 7);
            }
        }
        let mut baskets = "history,basket,target,days\n".to_owned();
        for (cart, target) in &questions {
            let cart: Vec<String> = cart.iter().map(u64::to_string).collect();
            let _ = writeln!(baskets, ",{},{target},", cart.join(" "));
        }
        let found = measure(&events, &baskets).unwrap();
        let expected = naive(&orders, &questions);
        for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
            assert!((found - expected).abs() < 1e-9, "{found} for {expected}");
        }
        assert!(found[0][0] > 0.1 && found[1][0] > 0.1, "{found:?}");
        assert!(measure(&events, "header\na,b\n").is_err());
    }
}
