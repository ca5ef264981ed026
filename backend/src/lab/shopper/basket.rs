//! The whole next basket, by the protocol of the field: of every customer with 3 to 50 baskets the last is asked for, and
//! all before it are known (Hu et al., "Modeling Personalized Item Frequency Information for Next-basket Recommendation",
//! SIGIR 2020). Nothing of the baskets asked for is in the training.
//!
//! The page asks when the shopper is there: now is the time of the basket. Methods that know no time know less.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;
use serde::Serialize;
use tillside::recommend::{Placement, Recommender, Request};
use tillside::shop::{Model, ModelError};

use super::history::{self, Order};
use super::score::mean;
use crate::ingest::{Catalogue, Interactions};
use crate::train::part;

/// Baskets of customers that are asked.
pub const BASKETS: std::ops::RangeInclusive<usize> = 3..=50;
/// Length of the lists.
const LENGTH: usize = 10;

/// One way to fill the list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub name: &'static str,
    #[serde(rename = "recall@10")]
    pub recall: f64,
    #[serde(rename = "ndcg@10")]
    pub ndcg: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Baskets {
    pub customers: usize,
    pub items: usize,
    pub rows: Vec<Row>,
}

/// What is known of a customer, and the basket that is asked for.
struct Question {
    known: Vec<Order>,
    last: Order,
}

/// Recall and normalised gain of a list.
fn gain(list: &[u32], basket: &[u32]) -> [f64; 2] {
    let worth = |place: usize| 1.0 / ((place + 2) as f64).log2();
    let hits = list.iter().enumerate();
    let hits: Vec<usize> = hits
        .filter(|(_, item)| basket.contains(item))
        .map(|hit| hit.0)
        .collect();
    let best: f64 = (0..basket.len().min(LENGTH)).map(worth).sum();
    let found: f64 = hits.iter().map(|place| worth(*place)).sum();
    [hits.len() as f64 / basket.len() as f64, found / best]
}

fn row(name: &'static str, gains: &[[f64; 2]]) -> Row {
    Row {
        name,
        recall: mean(gains.iter().map(|gain| gain[0])),
        ndcg: mean(gains.iter().map(|gain| gain[1])),
    }
}

/// Takes out of the sessions the last basket of every customer who is asked.
fn hold_out(read: &mut Interactions) -> Vec<Question> {
    let mut all = history::orders(read);
    let mut questions = Vec::new();
    let mut held: BTreeSet<(u32, i64)> = BTreeSet::new();
    for (shopper, orders) in (0..).zip(&mut all) {
        if !BASKETS.contains(&orders.len()) {
            continue;
        }
        if let Some(last) = orders.pop() {
            held.insert((shopper, last.time));
            questions.push(Question {
                known: std::mem::take(orders),
                last,
            });
        }
    }
    read.sessions.retain(|session| {
        let order = Order::of(session);
        order.is_none_or(|order| !held.contains(&(session.shopper, order.time)))
    });
    let times = read.sessions.iter().flat_map(|session| &session.events);
    read.newest = times.map(|event| event.time).max();
    questions
}

/// Places of the engine, by their names in the table.
const PLACES: [(&str, Placement); 2] = [
    ("model: placement again", Placement::Again),
    ("model: placement cart, empty cart", Placement::Cart),
];

fn engine(
    read: &Interactions,
    model: &Model,
    questions: &[Question],
    tick: impl Fn(u64) + Sync,
) -> Vec<[[f64; 2]; PLACES.len()]> {
    let number: HashMap<&str, u32> = read.items.iter().map(String::as_str).zip(0..).collect();
    let ask = |recommender: &mut Recommender, question: &Question| {
        let shopper = history::remembered(read, model, &question.known);
        tick(1);
        PLACES.map(|(_, place)| {
            let mut request = Request::new(place, LENGTH);
            request.skus = true;
            let list = recommender.recommend(model, &shopper, &request, question.last.time);
            let items = list.entries.iter();
            let items: Vec<u32> = items
                .filter_map(|entry| number.get(model.key(entry.item)).copied())
                .collect();
            gain(&items, &question.last.items)
        })
    };
    questions
        .par_iter()
        .with_min_len(32)
        .map_init(Recommender::default, ask)
        .collect()
}

/// The customer's own most frequent items, then the shop's; and the shop's alone.
fn naive(read: &Interactions, questions: &[Question]) -> [Vec<[f64; 2]>; 2] {
    let mut sold = vec![0u32; read.items.len()];
    for order in read.sessions.iter().filter_map(Order::of) {
        for item in order.items {
            sold[item as usize] += 1;
        }
    }
    let mut most: Vec<u32> = (0..read.items.len() as u32).collect();
    most.sort_by_key(|item| (std::cmp::Reverse(sold[*item as usize]), *item));
    most.truncate(LENGTH);
    let own = |question: &Question| {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for item in question.known.iter().flat_map(|order| &order.items) {
            *counts.entry(*item).or_default() += 1;
        }
        let mut list: Vec<(u32, u32)> = counts.into_iter().collect();
        let rank = |item: u32, count| std::cmp::Reverse((count, sold[item as usize]));
        list.sort_by_key(|(item, count)| (rank(*item, *count), *item));
        let list: Vec<u32> = list.iter().take(LENGTH).map(|one| one.0).collect();
        gain(&list, &question.last.items)
    };
    [
        questions.iter().map(own).collect(),
        questions
            .iter()
            .map(|question| gain(&most, &question.last.items))
            .collect(),
    ]
}

/// Trains without the last baskets and asks for them; `None` where no customer has three. `begin` is told what goes on
/// and how much of it there is, `tick` how much more is done.
///
/// # Errors
/// When a packed model does not open, which would be a fault of the packer.
pub fn measure(
    mut read: Interactions,
    catalogue: Option<&Catalogue>,
    begin: impl Fn(&'static str, u64),
    tick: impl Fn(u64) + Sync,
) -> Result<Option<Baskets>, ModelError> {
    let questions = hold_out(&mut read);
    if questions.is_empty() {
        return Ok(None);
    }
    begin("finding settings", 0);
    let model = part::of_baskets(&read, catalogue, &tick)?;
    begin("asking for baskets", questions.len() as u64);
    let gains = engine(&read, &model, &questions, &tick);
    let mut rows = Vec::new();
    for (n, (name, _)) in PLACES.iter().enumerate() {
        let gains: Vec<[f64; 2]> = gains.iter().map(|gain| gain[n]).collect();
        rows.push(row(name, &gains));
    }
    let [own, most] = naive(&read, &questions);
    rows.push(row("own most frequent items", &own));
    rows.push(row("most sold items", &most));
    Ok(Some(Baskets {
        customers: questions.len(),
        items: model.items(),
        rows,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::tests::interactions;

    #[test]
    fn gains_by_hand() {
        let [recall, ndcg] = gain(&[7, 1, 2], &[1, 9]);
        assert_eq!(recall, 0.5);
        let second = 1.0 / 3f64.log2();
        assert!((ndcg - second / (1.0 + second)).abs() < 1e-12);
    }

    #[test]
    fn the_baskets_asked_for_are_not_in_the_training() {
        let mut read = interactions(&[
            (0, 0, "AB"),
            (1, 1, "AZ"),
            (0, 24, "AC"),
            (1, 25, "aB"),
            (0, 48, "ADE"),
        ]);
        let questions = hold_out(&mut read);
        assert_eq!(questions.len(), 1, "two baskets are too few");
        assert_eq!(questions[0].known.len(), 2);
        let last: Vec<&str> = (questions[0].last.items.iter())
            .map(|item| &*read.items[*item as usize])
            .collect();
        assert_eq!(last, ["a", "d", "e"]);
        assert_eq!(read.sessions.len(), 4);
        let [own, most] = naive(&read, &questions);
        assert_eq!(
            (own[0][0], most[0][0]),
            (1.0 / 3.0, 1.0),
            "few items in all"
        );
    }
}
