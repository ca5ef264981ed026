//! One place for all variants of a product.
//!
//! Rows, odds and matches are of variants, since shoppers look at those; a list is of products. So what the variants of
//! a product were given is summed up on one of them, which stands for the product: the one the shopper viewed, else the
//! one that has what they viewed most (their size, their colour), else the one that was given most; always one that may
//! be shown. A product is left out only where all its variants are. Of a search each variant says the same, so its part
//! counts once.
//!
//! It does not change what a request for single items (`skus`) gets.

use super::answer::Filtered;
use super::call::Call;
use super::candidates::Candidates;
use super::filter;
use super::flags::Flags;
use crate::shop::Model;

/// What a size or colour of the item of the page counts, against 1 for the latest view.
const ANCHOR: f32 = 2.0;
/// Views that say which size or colour is liked.
const NEWEST: usize = 12;

#[derive(Debug, Default)]
pub(crate) struct Variants {
    /// How much the shopper likes each value of what tells variants apart.
    looks: Vec<Vec<f32>>,
}

impl Variants {
    /// Sums up products, and chooses who stands for each.
    pub fn run(&mut self, call: &Call, candidates: &mut Candidates) {
        if !call.products {
            return;
        }
        let model = call.model;
        self.like(call, candidates);
        // What is blocked is so as a product.
        for n in 0..candidates.flagged().len() {
            let item = candidates.flagged()[n];
            let flags = candidates.flags(item).and(Flags::OF_PRODUCT);
            if !flags.is_empty() {
                for other in model.variants(item) {
                    candidates.flag(other, flags);
                }
            }
        }
        for (key, _) in &call.request.arrangement.pins {
            if let Some(item) = model.find(key) {
                for other in model.variants(item).filter(|other| *other != item) {
                    candidates.flag(other, Flags::VARIANT);
                }
            }
        }
        for n in 0..candidates.touched().len() {
            let item = candidates.touched()[n];
            if !candidates.has(item, Flags::JOINED) {
                self.stand(call, candidates, item);
            }
        }
    }

    /// How much the shopper likes each value.
    fn like(&mut self, call: &Call, candidates: &mut Candidates) {
        let (model, shopper) = (call.model, call.shopper);
        self.looks.clear();
        for &values in model.look_values() {
            self.looks.push(vec![0.0; values + 1]);
        }
        if let Some(item) = call.anchor {
            self.like_item(model, item, ANCHOR);
        }
        if !call.request.personal {
            return;
        }
        for (k, viewed) in shopper.recent().iter().rev().take(NEWEST).enumerate() {
            if let Some(item) = viewed.item {
                candidates.flag(item, Flags::VIEWED);
                self.like_item(model, item, 1.0 / (k + 1) as f32);
            }
        }
        for list in [shopper.cart(), shopper.bought()] {
            for item in list.iter().filter_map(|kept| kept.item) {
                self.like_item(model, item, 1.0);
            }
        }
    }

    fn like_item(&mut self, model: &Model, item: u32, weight: f32) {
        for (liked, &value) in self.looks.iter_mut().zip(model.looks(item)) {
            if let Some(liked) = liked.get_mut(usize::from(value)).filter(|_| value > 0) {
                *liked += weight;
            }
        }
    }

    /// Chooses who stands for the item's product, and gives it what all were given; the item itself where none may be
    /// shown. A plain number: where `unwrap_or` follows an `Option` of several values at once, LLVM 22 takes for
    /// the second what was in its place before.
    pub fn stand(&self, call: &Call, candidates: &mut Candidates, item: u32) -> u32 {
        let model = call.model;
        let mut best: Option<([f32; 4], u32)> = None;
        let (mut sum, mut odds, mut most, mut count) = (0.0, 0.0, 0.0f32, 0);
        for one in model.variants(item) {
            count += 1;
            let (flags, score) = (candidates.flags(one), candidates.score(one));
            if flags.meets(Flags::RETURNS) {
                odds += score;
            } else {
                sum += score;
                most = most.max(score);
            }
            if !filter::allowed(call, candidates, one, &mut Filtered::default()) {
                continue;
            }
            let looks = self.looks.iter().zip(model.looks(one));
            let liked = looks.map(|(liked, &value)| {
                let liked = liked.get(usize::from(value)).filter(|_| value > 0);
                liked.copied().unwrap_or(0.0)
            });
            let returns = if flags.meets(Flags::RETURNS) {
                score
            } else {
                0.0
            };
            let viewed = f32::from(u8::from(flags.meets(Flags::VIEWED)));
            let worth = [returns, viewed, liked.sum(), score];
            if best.is_none_or(|(other, _)| worth > other) {
                best = Some((worth, one));
            }
        }
        let Some((_, chosen)) = best.filter(|_| count > 1) else {
            return item;
        };
        for one in model.variants(item).filter(|one| *one != chosen) {
            candidates.flag(one, Flags::VARIANT);
        }
        candidates.flag(chosen, Flags::STANDS);
        if odds > 0.0 {
            candidates.flag(chosen, Flags::RETURNS);
            sum = odds;
        }
        if sum != 0.0 {
            candidates.set(chosen, sum);
        }
        chosen
    }
}

/// Lets the match of a search count once for a product, whatever the number of its variants that match.
pub(crate) fn count_once(model: &Model, candidates: &mut Candidates) {
    for n in 0..candidates.touched().len() {
        let item = candidates.touched()[n];
        if candidates.has(item, Flags::COUNTED) {
            continue;
        }
        let (mut sum, mut most) = (0.0, 0.0f32);
        for one in model.variants(item) {
            let score = candidates.score(one);
            sum += score;
            most = most.max(score);
        }
        for one in model.variants(item) {
            if candidates.score(one) > 0.0 {
                candidates.scale(one, most / sum);
                candidates.flag(one, Flags::COUNTED);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::recommend::{List, Placement, Recommender, Request};
    use crate::shop::Model;
    use crate::shop::tests::{Toy, toy};
    use crate::shopper::Shopper;
    use proptest::prelude::*;

    /// Two phones in two colours, and a case in three.
    fn shop() -> Toy {
        let mut shop = toy();
        shop.items = vec![
            ("halo-red", "Phones", "Nova", 5.0, 0),
            ("halo-sky", "Phones", "Nova", 5.0, 0),
            ("ridge-red", "Phones", "Kite", 5.0, 0),
            ("ridge-sky", "Phones", "Kite", 5.0, 0),
            ("case-red", "Cases", "Shell", 1.0, 0),
            ("case-sky", "Cases", "Shell", 1.0, 0),
            ("case-gold", "Cases", "Shell", 1.0, 0),
        ];
        shop.view = vec![(0, 2, 0.4), (0, 3, 0.3), (0, 1, 0.9), (0, 6, 0.2)];
        (shop.buy, shop.content) = Default::default();
        shop.terms = vec![
            ("color=gold", vec![6]),
            ("color=red", vec![0, 2, 4]),
            ("color=sky", vec![1, 3, 5]),
            ("phone", vec![0, 1, 2, 3]),
        ];
        shop.groups = vec![0, 0, 2, 2, 4, 4, 4];
        shop.meta = vec![("variant", "color=")];
        shop
    }

    fn ask(model: &Model, viewed: &[&str], request: &Request) -> List {
        let mut shopper = Shopper::default();
        for (key, time) in viewed.iter().zip(1..) {
            shopper.view(key, model.find(key), time, 1);
        }
        Recommender::default().recommend(model, &shopper, request, 9)
    }

    fn keys<'a>(model: &'a Model, list: &List) -> Vec<&'a str> {
        list.entries.iter().map(|one| model.key(one.item)).collect()
    }

    #[test]
    fn a_list_holds_a_product_once_in_the_colour_that_was_looked_at() {
        let model = shop().open();
        let home = Request::new(Placement::Home, 7);
        let list = ask(&model, &["halo-red"], &home);
        assert_eq!(keys(&model, &list), ["ridge-red", "case-red"]);
        let (ridge, case) = (&list.entries[0], &list.entries[1]);
        assert!(
            (ridge.contributions[0] - 0.7).abs() < 0.05,
            "both colours of it count"
        );
        assert!(
            (case.contributions[0] - 0.2).abs() < 0.02,
            "the gold one was viewed with it"
        );
        let skus = Request {
            skus: true,
            ..home.clone()
        };
        assert_eq!(ask(&model, &["halo-red"], &skus).entries.len(), 6);
        let sky = ask(&model, &["halo-sky"], &home);
        assert_eq!(keys(&model, &sky), ["ridge-sky", "case-sky"]);
    }

    #[test]
    fn the_viewed_variant_stands_for_its_product_and_a_sold_out_one_is_replaced() {
        let mut shop = shop();
        shop.items[2].4 = 1;
        let model = shop.open();
        let request = Request {
            keep_viewed: true,
            ..Request::new(Placement::Category, 7)
        };
        let list = ask(&model, &["halo-sky", "ridge-red"], &request);
        let shown = keys(&model, &list);
        assert!(
            shown.contains(&"halo-sky") && shown.contains(&"ridge-sky"),
            "{shown:?}"
        );
        assert_eq!(shown.len(), 3);
    }

    #[test]
    fn what_is_held_out_is_held_out_in_every_colour() {
        let model = shop().open();
        let request = Request {
            exclude: vec!["case-gold"],
            ..Request::new(Placement::Home, 7)
        };
        assert_eq!(
            keys(&model, &ask(&model, &["halo-red"], &request)),
            ["ridge-red"]
        );
        let request = Request {
            query: "phone",
            ..Request::new(Placement::Search, 7)
        };
        let list = ask(&model, &[], &request);
        assert_eq!(keys(&model, &list), ["halo-red", "ridge-red"]);
        assert!(
            (list.entries[0].contributions[5] - 6.0).abs() < 1e-3,
            "a match counts once, and half of it again where all of the category matches"
        );
        let red = Request {
            attributes: vec!["color=sky".into()],
            ..request
        };
        assert_eq!(
            keys(&model, &ask(&model, &[], &red)),
            ["halo-sky", "ridge-sky"]
        );
    }

    proptest! {
        #[test]
        fn no_product_twice_and_none_lost(
            view in prop::collection::btree_map((0u32..7, 0u32..7), 0.01f32..1.0, 0..20),
            viewed in prop::collection::vec(0usize..7, 0..4),
            sold in prop::collection::vec(any::<bool>(), 7),
            placement in 0usize..7,
        ) {
            let mut shop = shop();
            shop.view = view.iter().filter(|((a, b), _)| a != b).map(|(&(a, b), &w)| (a, b, w)).collect();
            for (item, sold) in shop.items.iter_mut().zip(&sold) { item.4 = u8::from(*sold); }
            let model = shop.open();
            let viewed: Vec<&str> = viewed.iter().map(|n| shop.items[*n].0).collect();
            let request = Request { keep_viewed: true, query: "phone", ..Request::new(Placement::from_number(placement), 7) };
            let list = ask(&model, &viewed, &request);
            let mut products: Vec<u32> = list.entries.iter().map(|one| model.leader(one.item)).collect();
            products.sort_unstable();
            let shown = products.len();
            products.dedup();
            prop_assert_eq!(products.len(), shown);
            let skus = ask(&model, &viewed, &Request { skus: true, ..request });
            let mut alone: Vec<u32> = skus.entries.iter().map(|one| model.leader(one.item)).collect();
            alone.sort_unstable();
            alone.dedup();
            // One that is sold out where it was viewed is there in another colour.
            prop_assert!(alone.iter().all(|product| products.contains(product)));
            for entry in list.entries {
                prop_assert!(!model.out_of_stock(entry.item));
                let parts: f32 = entry.contributions.iter().sum();
                prop_assert!((parts - entry.score).abs() <= 1e-4 * entry.score.abs().max(1.0));
            }
        }
    }
}
