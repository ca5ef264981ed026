//! Questions to measure by, from sessions that were held back: what was looked at next, and what is missing in a basket.

use super::Question;
use crate::ingest::{Basket, Interactions, Kind, PastOrder, Session};
use crate::random::Random;

/// Orders of one shopper that are remembered; a page remembers no more items than a few hundred.
const REMEMBERED: usize = 100;

const DAY: f64 = 86_400_000.0;

/// The items that a session looked at, of those that are `known` by their number.
pub fn browsed(session: &Session, read: &Interactions, known: &[bool]) -> Vec<String> {
    let looked_at = session
        .events
        .iter()
        .filter(|event| event.kind != Kind::Buy && known[event.item as usize]);
    looked_at
        .map(|event| read.items[event.item as usize].clone())
        .collect()
}

/// What came next in each session.
pub fn steps<'a>(
    sessions: impl Iterator<Item = &'a [String]>,
) -> impl Iterator<Item = Question<'a>> {
    sessions.flat_map(|session| {
        (1..session.len()).map(move |at| Question {
            prefix: &session[..at],
            target: &session[at],
        })
    })
}

/// The newest orders of at least two known items, one of them hidden, each with the shopper's orders before it.
pub fn baskets(
    read: &Interactions,
    old: &[Session],
    newest: &[Session],
    known: &[bool],
) -> Vec<Basket> {
    let mut before: Vec<Vec<(i64, Vec<u32>)>> = vec![Vec::new(); read.shoppers as usize];
    let bought = |session: &Session| {
        let bought = session.events.iter();
        let bought = bought.filter(|event| event.kind == Kind::Buy && known[event.item as usize]);
        let mut items: Vec<u32> = bought.map(|event| event.item).collect();
        items.sort_unstable();
        items.dedup();
        items
    };
    let keys = |items: &[u32]| -> Vec<String> {
        let key = |item: &u32| read.items[*item as usize].clone();
        items.iter().map(key).collect()
    };
    for session in old {
        let items = bought(session);
        if !items.is_empty() {
            before[session.shopper as usize].push((session.start, items));
        }
    }
    let mut baskets = Vec::new();
    for session in newest {
        let mut items = bought(session);
        let before = &mut before[session.shopper as usize];
        if items.len() > 1 {
            let mut random = Random::of(1, "basket", baskets.len() as u64);
            let hidden = items.remove(random.below(items.len()));
            let remembered = &before[before.len().saturating_sub(REMEMBERED)..];
            let order = |(time, items): &(i64, Vec<u32>)| PastOrder {
                days: (session.start - time).max(0) as f64 / DAY,
                items: keys(items),
            };
            baskets.push(Basket {
                history: remembered.iter().map(order).collect(),
                items: keys(&items),
                target: read.items[hidden as usize].clone(),
            });
            items.push(hidden);
        }
        if !items.is_empty() {
            before.push((session.start, items));
        }
    }
    baskets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::tests::interactions;

    #[test]
    fn a_basket_knows_only_what_was_before_it() {
        let read = interactions(&[(0, 0, "AB"), (1, 24, "ab"), (0, 48, "CBA"), (0, 72, "BD")]);
        let (old, newest) = read.sessions.split_at(2);
        let known = vec![true, true, true, false];
        let found = baskets(&read, old, newest, &known);
        assert_eq!(found.len(), 1, "the last has a single known item");
        let Basket {
            history,
            items,
            target,
        } = &found[0];
        assert_eq!(history.len(), 1);
        assert_eq!((history[0].days, history[0].items.len()), (2.0, 2));
        let mut all = [&items[..], std::slice::from_ref(target)].concat();
        all.sort_unstable();
        assert_eq!(all, ["a", "b", "c"]);
    }
}
