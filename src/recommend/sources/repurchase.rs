//! Repurchase odds: how likely an earlier purchase is bought again in this basket.
//!
//! Groceries come back: the model may bring [`REPURCHASE`] weights, fitted on baskets that were held back, by which
//! each repeatable item the shopper has bought gets `exp(w·x)` beside what the cart's items lead to, on the same scale.
//! The features x are numbers of the purchases and the cart alone, given in `docs/model-format.md`; the trainer takes
//! them from here. It does not say when a purchase is due: what was bought and how often is known, not how fast it is
//! used up.

use super::Contributor;
use super::revisit::odds;
use crate::recommend::DAY;
use crate::recommend::answer::{List, Source};
use crate::recommend::call::Call;
use crate::recommend::candidates::Candidates;
use crate::recommend::request::Placement;
use crate::shop::{Model, REPURCHASE};
use crate::shopper::Shopper;

/// Calls `each` with every repeatable item that the shopper bought and its features.
pub fn bought(
    model: &Model,
    shopper: &Shopper,
    now: i64,
    each: &mut dyn FnMut(u32, [f32; REPURCHASE]),
) {
    let ln1 = |value: f32| crate::natural::ln(1.0 + value);
    let (items, cart) = (shopper.bought().len(), shopper.cart().len());
    let (items, cart) = (ln1(items as f32), ln1(cart as f32));
    for bought in shopper.bought() {
        let Some(item) = bought.item.filter(|item| model.repeatable(*item)) else {
            continue;
        };
        let days = now.saturating_sub(bought.time).max(0) as f32 / DAY;
        let orders = crate::natural::ln(bought.count as f32);
        let popularity = model.popularity(item);
        each(item, [1.0, orders, ln1(days), items, cart, popularity]);
    }
}

/// What is due scores at least this, what is not at most 1.
#[cfg(feature = "full")]
const DUE: f32 = 1.0;

/// The source: beside a cart the odds of what may be bought again; on a shelf of its own, where the full edition knows
/// what is due, that above the rest, a due category's items among it.
#[derive(Debug, Default)]
pub(crate) struct Repurchase;

impl Contributor for Repurchase {
    fn run(&mut self, call: &Call, candidates: &mut Candidates, _: &mut List) {
        if !call.request.personal {
            return;
        }
        match call.request.placement {
            Placement::Cart => beside_cart(call, candidates),
            Placement::Again => shelf(call, candidates),
            _ => return,
        }
        candidates.ledger.close(Source::Recent, None);
    }
}

/// Adds the odds of what may be bought again.
fn beside_cart(call: &Call, candidates: &mut Candidates) {
    let Some(weights) = call.model.repurchase() else {
        return;
    };
    bought(call.model, call.shopper, call.now, &mut |item, features| {
        candidates.give(item, odds(&features, weights));
    });
}

/// Scores repeatable items by the odds, else by how often and how lately they were bought; the due above the rest.
fn shelf(call: &Call, candidates: &mut Candidates) {
    let weights = call.model.repurchase();
    #[cfg(feature = "full")]
    let due = call
        .shopper
        .profile
        .habits
        .due_now(Some(call.model), call.now);
    bought(call.model, call.shopper, call.now, &mut |item, features| {
        // Between 0 and 1 whatever the model has: the due stand above.
        let odds = match weights {
            Some(weights) => odds(&features, weights),
            None => crate::natural::exp(f64::from(features[1] - features[2])) as f32,
        };
        #[cfg(feature = "full")]
        let above =
            super::due::line(call, &due, item).map_or(0.0, |due| DUE + due.rate.min(1.0) as f32);
        #[cfg(not(feature = "full"))]
        let above = 0.0;
        candidates.give(item, above + odds / (1.0 + odds));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Event, Kind};
    use crate::recommend::{Code, Fallback, Recommender, Request};
    use crate::shop::tests::toy;
    use proptest::prelude::*;

    const NOW: i64 = 1_700_000_000_000;
    const OFTEN: [f32; REPURCHASE] = [-1.0, 2.0, -0.5, 0.0, 0.0, 0.0];

    /// Bought so many days ago, and in the cart.
    fn shopper(model: &Model, orders: &[(i64, &[&str])], cart: &[&str]) -> Shopper {
        let mut shopper = Shopper::default();
        let mut learn = |kind, time, keys: &[&str]| {
            let event = Event::about(kind, time, keys.iter().copied());
            shopper.learn(&event, Some(model));
        };
        for (days, keys) in orders {
            learn(Kind::OrderCompleted, NOW - days * 86_400_000, keys);
        }
        learn(Kind::ProductAdded, NOW, cart);
        shopper
    }

    #[test]
    fn features_by_hand() {
        let model = toy().open();
        let shopper = shopper(
            &model,
            &[(9, &["apple", "phone-a"]), (3, &["apple", "kiwi"])],
            &["case"],
        );
        let mut found = Vec::new();
        bought(&model, &shopper, NOW, &mut |item, x| found.push((item, x)));
        // A phone is not bought again, and nothing is known of kiwis.
        assert_eq!(found.len(), 1);
        let popularity = model.popularity(1);
        let expected = [1.0, 2f32.ln(), 4f32.ln(), 4f32.ln(), 2f32.ln(), popularity];
        assert_eq!(found[0].0, 1);
        for (found, expected) in found[0].1.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    #[test]
    fn what_comes_back_stands_beside_what_goes_with_the_cart() {
        let model = toy().open().rebuying(Some(OFTEN));
        let orders: &[(i64, &[&str])] =
            &[(30, &["pear", "watch"]), (9, &["apple"]), (3, &["apple"])];
        let shopper = shopper(&model, orders, &["phone-a"]);
        let mut recommender = Recommender::default();
        let mut request = Request::new(Placement::Cart, 5);
        let list = recommender.recommend(&model, &shopper, &request, NOW);
        let keys: Vec<&str> = list
            .entries
            .iter()
            .map(|entry| model.key(entry.item))
            .collect();
        assert_eq!(
            keys,
            ["apple", "case", "pear"],
            "a watch is not bought again"
        );
        let apple = &list.entries[0];
        assert_eq!(apple.reasons[0].code, Code::Again);
        let expected = (-1.0 + 2.0 * 2f32.ln() - 0.5 * 4f32.ln()).exp();
        assert!((apple.score - expected).abs() < 1e-5);
        assert_eq!(apple.contributions[Source::Recent as usize], apple.score);
        assert_eq!(list.entries[1].reasons[0].code, Code::GoesWith);
        assert_eq!(list.fallback, Fallback::None);
        // Once more with the same working memory: nothing is left of the first call.
        assert_eq!(recommender.recommend(&model, &shopper, &request, NOW), list);

        let as_before = toy().open();
        let list = recommender.recommend(&as_before, &shopper, &request, NOW);
        assert_eq!(list.entries.len(), 1, "no weights, no odds");
        request.personal = false;
        let list = recommender.recommend(&model, &shopper, &request, NOW);
        assert!(
            list.entries
                .iter()
                .all(|entry| entry.reasons[0].code == Code::GoesWith)
        );
    }

    #[test]
    fn what_is_due_leads_what_is_bought_again() {
        let model = toy().open();
        let mut shopper = Shopper::default();
        let setup = crate::shopper::profile::Setup::default();
        // Pears every seven days, last a week ago; apples every ten, last yesterday.
        let days = [
            ("pear", 28),
            ("apple", 21),
            ("pear", 21),
            ("pear", 14),
            ("apple", 11),
            ("pear", 7),
            ("apple", 1),
        ];
        for (n, (key, ago)) in days.into_iter().enumerate() {
            let mut event = Event::about(Kind::OrderCompleted, NOW - ago * 86_400_000, [key]);
            event.id = format!("m-{n}");
            shopper.learn(&event, Some(&model));
            shopper.deepen(&event, Some(&model), &setup);
        }
        let mut recommender = Recommender::default();
        let request = Request::new(Placement::Again, 5);
        let list = recommender.recommend(&model, &shopper, &request, NOW);
        let keys: Vec<&str> = list
            .entries
            .iter()
            .map(|entry| model.key(entry.item))
            .collect();
        assert_eq!(keys, ["pear", "apple"]);
        assert!(list.entries[0].score > DUE && list.entries[1].score < DUE);
        assert_eq!(list.entries[0].reasons[0].code, Code::Again);
        assert_eq!(list.fallback, Fallback::None);
        let nobody = recommender.recommend(&model, &Shopper::default(), &request, NOW);
        assert!(nobody.entries.is_empty(), "nothing was bought");
    }

    proptest! {
        #[test]
        fn scores_are_finite_and_their_parts_sum_up(
            orders in prop::collection::vec((0i64..400, 0usize..8), 0..30),
            cart in prop::collection::vec(0usize..8, 0..4),
            weights in prop::array::uniform6(-100f32..100.0),
        ) {
            let toy = toy();
            let model = toy.open().rebuying(Some(weights));
            let key = |n: &usize| toy.items[*n].0;
            let keys: Vec<[&str; 1]> = orders.iter().map(|(_, n)| [key(n)]).collect();
            let orders: Vec<(i64, &[&str])> = orders.iter().zip(&keys).map(|(order, keys)| (order.0, &keys[..])).collect();
            let shopper = shopper(&model, &orders, &cart.iter().map(key).collect::<Vec<_>>());
            let list = Recommender::default().recommend(&model, &shopper, &Request::new(Placement::Cart, 8), NOW);
            for entry in list.entries {
                let parts: f32 = entry.contributions.iter().sum();
                prop_assert!(entry.score.is_finite() && entry.score > 0.0);
                prop_assert!((parts - entry.score).abs() <= 1e-4 * entry.score);
            }
        }
    }
}
