//! Why an item is not on a list: the first clause that keeps it off, with the values it met.
//!
//! The list is made again with the same request, and the item is looked up in what that left behind; so the answer is
//! about the list as it would be now. Clauses are asked in the order in which the pipeline does.

use super::filter::settled::Settled;
use super::flags::Flags;
use super::{MAX_LIMIT, Placement, Recommender, Request};
use crate::shop::Model;
use crate::shopper::{Kept, Shopper};

/// What keeps an item off a list.
#[derive(Clone, Debug, PartialEq)]
pub enum WhyNot {
    /// It is on it, at this place from 1.
    Shown {
        /// Place from 1.
        position: usize,
    },
    /// The open part of the model has no such item.
    Unknown,
    /// It is not in the category that was asked for: its own.
    Category {
        /// Its category path.
        actual: String,
    },
    /// It lacks a word of the search or an attribute that was asked for.
    NotFound,
    /// It is of the leaf category of the page's item, and nothing is completed by its own substitutes.
    Substitute {
        /// Path of that category.
        category: String,
    },
    /// It is out of stock.
    OutOfStock,
    /// It is in the cart.
    InCart {
        /// Quantity in the cart.
        quantity: u32,
    },
    /// Bought then, and not of what is bought again.
    Bought {
        /// Milliseconds since 1970.
        time: i64,
    },
    /// Not compatible with the shopper's things, or the page's item.
    Unfit,
    /// A purchase at that time has satisfied what it would be for.
    Settled {
        /// Milliseconds since 1970.
        time: i64,
    },
    /// The list holds its product by another variant: that one's key.
    Variant {
        /// Key of the listed variant.
        key: String,
    },
    /// The request named it.
    Excluded,
    /// It is the item of the page.
    OfPage,
    /// It was looked at then, and this list holds what is new.
    Viewed {
        /// Milliseconds since 1970.
        time: i64,
    },
    /// Kept off for a reason that is not known here.
    Filtered,
    /// A rule of the shop puts it behind all else.
    Buried,
    /// It scored less than the last on the list; nothing where it is not among the best hundred.
    Score {
        /// Its score.
        score: Option<f32>,
        /// Its place from 1.
        rank: Option<usize>,
        /// Score of the last listed item.
        needed: f32,
    },
}

impl Recommender {
    /// Why `key` is not on the list that `request` would get.
    pub fn why_not(
        &mut self,
        model: &Model,
        shopper: &Shopper,
        request: &Request,
        key: &str,
        now: i64,
    ) -> WhyNot {
        let Some(item) = model.find(key) else {
            return WhyNot::Unknown;
        };
        let list = self.recommend(model, shopper, request, now);
        if let Some(at) = list.entries.iter().position(|entry| entry.item == item) {
            return WhyNot::Shown { position: at + 1 };
        }
        let path = |item: u32| {
            model
                .category(item)
                .map_or(String::new(), |category| model.category_path(category))
        };
        let asked = request.category.and_then(|path| model.find_category(path));
        if let Some(asked) = asked
            && !model
                .category(item)
                .is_some_and(|category| model.category_within(category, asked))
        {
            return WhyNot::Category { actual: path(item) };
        }
        let flags = self.candidates.flags(item);
        let sought = request.placement == Placement::Search || !request.attributes.is_empty();
        if sought && !flags.meets(Flags::FOUND) {
            return WhyNot::NotFound;
        }
        let page = request.item.and_then(|key| model.find(key));
        let leaf = page.and_then(|page| model.category(page));
        if request.placement == Placement::Complements
            && page != Some(item)
            && leaf.is_some()
            && model.category(item) == leaf
        {
            return WhyNot::Substitute {
                category: path(item),
            };
        }
        if model.out_of_stock(item) {
            return WhyNot::OutOfStock;
        }
        let product = list
            .entries
            .iter()
            .find(|entry| !request.skus && model.leader(entry.item) == model.leader(item));
        if let Some(other) = product {
            let key = model.key(other.item).to_owned();
            return WhyNot::Variant { key };
        }
        // The item's own line before that of another variant of its product.
        let of = |list: &[Kept]| -> Option<Kept> {
            let own = list.iter().find(|kept| kept.item == Some(item));
            let same = |kept: &&Kept| {
                let leader = kept.item.map(|one| model.leader(one));
                !request.skus && leader == Some(model.leader(item))
            };
            own.or_else(|| list.iter().find(same)).cloned()
        };
        if flags.meets(Flags::IN_CART) {
            let quantity = of(shopper.cart()).map_or(0, |line| line.count);
            return WhyNot::InCart { quantity };
        }
        if flags.meets(Flags::BOUGHT) {
            let time = of(shopper.bought()).map_or(0, |bought| bought.time);
            return WhyNot::Bought { time };
        }
        if flags.meets(Flags::UNFIT) {
            return WhyNot::Unfit;
        }
        let settled = Settled::of(model, shopper, request.personal, now);
        let unwanted = request.placement == Placement::Home
            && !flags.meets(Flags::DUE)
            && settled.holds(model, item);
        if flags.meets(Flags::SETTLED) || unwanted {
            let time = model.category(item).and_then(|own| settled.bought(own));
            let time = time.unwrap_or(0);
            return WhyNot::Settled { time };
        }
        if flags.meets(Flags::EXCLUDED) {
            if request.exclude.contains(&key) {
                return WhyNot::Excluded;
            }
            if page == Some(item) {
                return WhyNot::OfPage;
            }
            return match of(shopper.recent()) {
                Some(viewed) if request.placement == Placement::Home => {
                    WhyNot::Viewed { time: viewed.time }
                }
                _ => WhyNot::Filtered,
            };
        }
        let needed = list.entries.last().map_or(0.0, |entry| entry.score);
        let longer = Request {
            limit: MAX_LIMIT,
            bundle: 0.0,
            ..request.clone()
        };
        let longer = self.recommend(model, shopper, &longer, now);
        let rank = longer.entries.iter().position(|entry| entry.item == item);
        let score = rank.map(|at| longer.entries[at].score);
        if score.is_some_and(|score| score < 0.0) {
            return WhyNot::Buried;
        }
        WhyNot::Score {
            score,
            rank: rank.map(|at| at + 1),
            needed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Event, Kind};
    use crate::shop::tests::toy;

    const NOW: i64 = 1_000_000;

    fn shopper(model: &Model, events: &[(Kind, &str)]) -> Shopper {
        let mut shopper = Shopper::default();
        for (kind, key) in events {
            shopper.learn(&Event::about(*kind, NOW, [*key]), Some(model));
        }
        shopper
    }

    fn why(events: &[(Kind, &str)], request: &Request, key: &str) -> WhyNot {
        let model = toy().open();
        Recommender::default().why_not(&model, &shopper(&model, events), request, key, NOW)
    }

    #[test]
    fn the_first_clause_that_failed_is_named_with_its_values() {
        let home = Request::new(Placement::Home, 3);
        assert_eq!(why(&[], &home, "phone-a"), WhyNot::Shown { position: 1 });
        assert_eq!(why(&[], &home, "no-such"), WhyNot::Unknown);
        let viewed = [(Kind::ProductViewed, "phone-a")];
        assert_eq!(why(&viewed, &home, "phone-a"), WhyNot::Viewed { time: NOW });
        let carted = [(Kind::ProductAdded, "phone-a")];
        assert_eq!(
            why(&carted, &home, "phone-a"),
            WhyNot::InCart { quantity: 1 }
        );
        let bought = [(Kind::OrderCompleted, "phone-a")];
        assert_eq!(why(&bought, &home, "phone-a"), WhyNot::Bought { time: NOW });
        assert_eq!(
            why(&bought, &home, "phone-b"),
            WhyNot::Settled { time: NOW },
            "of the category that was bought in"
        );
        let excluded = Request {
            exclude: vec!["phone-a"],
            ..home.clone()
        };
        assert_eq!(why(&[], &excluded, "phone-a"), WhyNot::Excluded);
        let fruit = Request {
            category: Some("Fresh > Fruit"),
            ..home.clone()
        };
        assert_eq!(
            why(&[], &fruit, "phone-a"),
            WhyNot::Category {
                actual: "Phones > Smartphones".into()
            }
        );
        let page = Request {
            item: Some("phone-a"),
            ..Request::new(Placement::Product, 3)
        };
        assert_eq!(why(&[], &page, "phone-a"), WhyNot::OfPage);
        let search = Request {
            query: "zebra",
            ..Request::new(Placement::Search, 3)
        };
        assert_eq!(why(&[], &search, "phone-a"), WhyNot::NotFound);
    }

    #[test]
    fn another_variant_stands_for_a_product() {
        let mut shop = toy();
        let last = shop.items.len() as u16;
        shop.items
            .push(("phone-a-sky", "Phones > Smartphones", "Nova", 5.0, 0));
        shop.groups = (0..=last).collect();
        let model = shop.open();
        let item = model.find("phone-a").unwrap();
        shop.groups[usize::from(last)] = item as u16;
        let model = shop.open();
        let home = Request::new(Placement::Home, 3);
        let why = |events: &[(Kind, &str)], key| {
            let shopper = shopper(&model, events);
            Recommender::default().why_not(&model, &shopper, &home, key, NOW)
        };
        let key = "phone-a".to_owned();
        assert_eq!(why(&[], "phone-a-sky"), WhyNot::Variant { key });
        let carted = [(Kind::ProductAdded, "phone-a")];
        assert_eq!(why(&carted, "phone-a-sky"), WhyNot::InCart { quantity: 1 });
    }

    #[test]
    fn what_scored_too_little_is_told_its_score_and_what_was_needed() {
        let model = toy().open();
        let one = Request::new(Placement::Home, 1);
        let list = Recommender::default().recommend(
            &model,
            &Shopper::default(),
            &Request::new(Placement::Home, 3),
            NOW,
        );
        let second = model.key(list.entries[1].item);
        let WhyNot::Score {
            score,
            rank,
            needed,
        } = why(&[], &one, second)
        else {
            panic!("{:?}", why(&[], &one, second));
        };
        assert_eq!(
            (score, rank, needed),
            (Some(list.entries[1].score), Some(2), list.entries[0].score)
        );
    }
}
