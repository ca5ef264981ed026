//! Complements that make a set with the item of the page.
//!
//! Greedy: of what is bought with the item, the one that is bought most with it and with what is in the set already,
//! again and again, as long as it is of a leaf category that the set does not have yet, since two of one kind replace
//! each other, and the set stays within its price. Candidates come as a list of complements, filtered and under the
//! shop's rules.

use super::answer::{Entry, List};
use crate::shop::{Matrix, Model};

/// Keeps of a list what makes a set of at most `limit` with `anchor`, in the order it was chosen, and says the price of
/// all. Where a price is unknown, so is that of the set, and nothing is known to be within `most`.
pub(super) fn keep(model: &Model, anchor: Option<u32>, limit: usize, most: f32, list: &mut List) {
    let mut left = core::mem::take(&mut list.entries);
    let Some(anchor) = anchor.filter(|item| !model.out_of_stock(*item)) else {
        return;
    };
    let price = |item| model.cost(item);
    list.price = price(anchor);
    // What each is worth to the set, in the order of `left`.
    let mut worth: Vec<f32> = left.iter().map(|entry| entry.score).collect();
    while list.entries.len() < limit {
        let mut best: Option<usize> = None;
        for (n, entry) in left.iter().enumerate() {
            let kind = model.category(entry.item);
            let has = |item: u32| kind.is_some() && model.category(item) == kind;
            if best.is_none_or(|best| worth[n] > worth[best])
                && (most == f32::INFINITY || list.price + price(entry.item) <= most)
                && !has(anchor)
                && !list.entries.iter().any(|chosen: &Entry| has(chosen.item))
            {
                best = Some(n);
            }
        }
        let Some(best) = best else {
            return;
        };
        worth.remove(best);
        let chosen = left.remove(best);
        list.price += price(chosen.item);
        // Damage was reported when the list was made.
        let _ = model.neighbours(Matrix::Buy, chosen.item, |item, weight| {
            if let Some(n) = left.iter().position(|entry| entry.item == item) {
                worth[n] += weight;
            }
        });
        list.entries.push(chosen);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Placement, Recommender, Request};
    use super::*;
    use crate::shop::tests::{Toy, toy};
    use crate::shopper::Shopper;
    use proptest::prelude::*;

    fn bundle(model: &Model, item: &str, limit: usize, most: f32) -> List {
        let request = Request {
            item: Some(item),
            bundle: most,
            ..Request::new(Placement::Complements, limit)
        };
        Recommender::default().recommend(model, &Shopper::default(), &request, 1)
    }

    fn keys<'a>(model: &'a Model, list: &List) -> Vec<&'a str> {
        let item = |entry: &Entry| model.key(entry.item);
        list.entries.iter().map(item).collect()
    }

    #[test]
    fn a_set_has_a_price_and_keeps_to_it() {
        let model = toy().open();
        let list = bundle(&model, "phone-a", 3, f32::INFINITY);
        assert_eq!(keys(&model, &list), ["case", "watch"]);
        assert_eq!(list.price, 3999.0 + 99.0 + 1299.0);
        let list = bundle(&model, "phone-a", 3, 4100.0);
        assert_eq!((keys(&model, &list), list.price), (vec!["case"], 4098.0));
        assert_eq!(bundle(&model, "phone-a", 3, 100.0).entries, []);
        assert_eq!(bundle(&model, "phone-old", 3, f32::INFINITY).entries, []);
        assert_eq!(bundle(&model, "nope", 3, f32::INFINITY).entries, []);
    }

    #[test]
    fn what_goes_with_the_set_comes_before_what_goes_with_the_item_alone() {
        let buy = vec![(0, 3, 0.4), (0, 1, 0.3), (0, 4, 0.2), (3, 4, 0.3)];
        let model = Toy { buy, ..toy() }.open();
        let list = bundle(&model, "phone-a", 2, f32::INFINITY);
        assert_eq!(keys(&model, &list), ["case", "watch"]);
    }

    proptest! {
        #[test]
        fn no_two_of_a_kind_and_never_too_dear(
            buy in prop::collection::btree_map((0u32..8, 0u32..8), 0.01f32..1.0, 0..40),
            anchor in 0..8usize, limit in 1..6usize, most in 5.0..9000f32,
        ) {
            let buy = buy.iter().filter(|((a, b), _)| a != b).map(|(&(a, b), &weight)| (a, b, weight)).collect();
            let shop = Toy { buy, ..toy() };
            let model = shop.open();
            let anchor = shop.items[anchor].0;
            let list = bundle(&model, anchor, limit, most);
            let mut all: Vec<u32> = list.entries.iter().map(|entry| entry.item).collect();
            prop_assert!(all.len() <= limit && all.iter().all(|item| !model.out_of_stock(*item)));
            all.push(model.find(anchor).unwrap());
            let mut kinds: Vec<_> = all.iter().map(|item| model.category(*item)).collect();
            kinds.sort_unstable();
            kinds.dedup();
            prop_assert_eq!(kinds.len(), all.len());
            let price: f32 = all.iter().filter_map(|item| model.price(*item)).sum();
            prop_assert!(all.len() == 1 || price <= most + 0.01 && (price - list.price).abs() < 0.01);
        }
    }
}
