//! Categories that a purchase has satisfied.
//!
//! Who has bought a kettle does not want to be shown kettles. A purchase of something that is not bought every week
//! settles its leaf category for as long as the trainer found that nobody who bought there buys there again
//! ([`Model::rest`]): views of the category before the order say nothing any more, and suggestions leave it out. A view
//! after the order is a new wish, and ends that.
//!
//! It deliberately says nothing of listings: who opens the category, or searches in it, sees it whole.

use crate::recommend::DAY;
use crate::shop::Model;
use crate::shopper::Shopper;

/// A category, when it was bought in last, and whether nothing of it was viewed since.
struct One {
    category: u16,
    bought: i64,
    quiet: bool,
}

#[derive(Default)]
pub(crate) struct Settled(Vec<One>);

impl Settled {
    pub fn of(model: &Model, shopper: &Shopper, personal: bool, now: i64) -> Settled {
        let mut all: Vec<One> = Vec::new();
        let purchases = shopper.bought().iter().filter(|_| personal);
        for bought in purchases {
            let Some(item) = bought.item.filter(|item| !model.repeatable(*item)) else {
                continue;
            };
            let Some(category) = model.category(item) else {
                continue;
            };
            let days = now.saturating_sub(bought.time).max(0) as f32 / DAY;
            if days >= model.rest(category) {
                continue;
            }
            match all.iter_mut().find(|one| one.category == category) {
                Some(one) => one.bought = one.bought.max(bought.time),
                None => all.push(One {
                    category,
                    bought: bought.time,
                    quiet: true,
                }),
            }
        }
        if !all.is_empty() {
            for viewed in shopper.recent() {
                let category = viewed.item.and_then(|item| model.category(item));
                for one in &mut all {
                    one.quiet &= category != Some(one.category) || viewed.time <= one.bought;
                }
            }
        }
        Settled(all)
    }

    /// Whether nothing is settled.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, category: Option<u16>) -> Option<&One> {
        self.0.iter().find(|one| Some(one.category) == category)
    }

    /// Whether the item is of a category that was bought in and not looked at since.
    pub fn holds(&self, model: &Model, item: u32) -> bool {
        !self.is_empty() && self.find(model.category(item)).is_some_and(|one| one.quiet)
    }

    /// Whether a purchase has satisfied what an item was viewed for.
    pub fn covers(&self, model: &Model, item: u32, viewed: i64) -> bool {
        let one = if self.is_empty() {
            None
        } else {
            self.find(model.category(item))
        };
        one.is_some_and(|one| viewed <= one.bought)
    }

    /// When a settled category was bought in last.
    pub fn bought(&self, category: u16) -> Option<i64> {
        self.find(Some(category)).map(|one| one.bought)
    }
}

#[cfg(test)]
mod tests {
    use crate::intake::{Event, Kind, Session};
    use crate::recommend::{Code, List, Placement, Recommender, Request};
    use crate::shop::Model;
    use crate::shop::tests::toy;
    use crate::shopper::Shopper;

    const DAY: i64 = 86_400_000;

    /// Running shoes lead to a tracksuit; the rest is popular.
    fn shop() -> Model {
        let mut shop = toy();
        shop.items = vec![
            ("melon", "Fruit", "", 1.0, 2),
            ("shoes", "Running shoes", "Kite", 9.0, 0),
            ("other-shoes", "Running shoes", "Nova", 9.0, 0),
            ("tracksuit", "Sportswear", "", 5.0, 0),
            ("kettle", "Kettles", "Tea", 3.0, 0),
        ];
        shop.view = vec![(1, 2, 0.9), (2, 1, 0.9)];
        shop.buy = vec![(1, 3, 0.6)];
        (shop.content, shop.terms) = Default::default();
        shop.open()
    }

    fn learn(shopper: &mut Shopper, model: &Model, kind: Kind, time: i64, key: &str) {
        let mut event = Event::about(kind, time, [key]);
        event.session = Session(time as u64 / DAY as u64 + 1);
        shopper.learn(&event, Some(model));
    }

    /// Views shoes and other shoes, and buys the shoes.
    fn runner(model: &Model) -> Shopper {
        let mut shopper = Shopper::default();
        learn(&mut shopper, model, Kind::ProductViewed, 1, "other-shoes");
        learn(&mut shopper, model, Kind::ProductViewed, 2, "shoes");
        learn(&mut shopper, model, Kind::OrderCompleted, 3, "shoes");
        shopper
    }

    fn home(model: &Model, shopper: &Shopper, now: i64) -> List {
        let request = Request {
            keep_viewed: true,
            ..Request::new(Placement::Home, 5)
        };
        Recommender::default().recommend(model, shopper, &request, now)
    }

    fn keys<'a>(model: &'a Model, list: &List) -> Vec<&'a str> {
        list.entries.iter().map(|one| model.key(one.item)).collect()
    }

    #[test]
    fn who_bought_running_shoes_sees_sportswear_for_ninety_days_and_no_second_pair() {
        let model = shop();
        let shopper = runner(&model);
        for day in [0, 1, 45, 90, 91] {
            let list = home(&model, &shopper, 3 + day * DAY);
            let shown = keys(&model, &list);
            assert!(
                !shown.contains(&"other-shoes") && !shown.contains(&"shoes"),
                "{day}: {shown:?}"
            );
            let bought = list
                .entries
                .iter()
                .filter(|one| one.reasons[0].code == Code::Bought);
            let bought: Vec<&str> = bought.map(|one| model.key(one.item)).collect();
            assert_eq!(
                bought,
                if day <= 90 { vec!["tracksuit"] } else { vec![] },
                "{day}"
            );
            assert_eq!(shown[0] == "tracksuit", day <= 90, "{day}: {shown:?}");
        }
    }

    #[test]
    fn a_look_after_the_order_is_a_new_wish_and_a_listing_shows_all() {
        let model = shop();
        let mut shopper = runner(&model);
        let category = Request {
            category: Some("Running shoes"),
            ..Request::new(Placement::Category, 5)
        };
        let list = Recommender::default().recommend(&model, &shopper, &category, DAY);
        assert_eq!(list.entries.len(), 2);
        let recent = Request::new(Placement::Recent, 5);
        let list = Recommender::default().recommend(&model, &shopper, &recent, DAY);
        assert!(
            list.entries.is_empty(),
            "nothing is left of what was looked for"
        );
        learn(
            &mut shopper,
            &model,
            Kind::ProductViewed,
            20 * DAY,
            "other-shoes",
        );
        assert!(keys(&model, &home(&model, &shopper, 20 * DAY)).contains(&"other-shoes"));
    }

    #[test]
    fn a_cancelled_order_and_a_gift_leave_things_as_if_nothing_had_been_bought() {
        let model = shop();
        let mut before = Shopper::default();
        learn(&mut before, &model, Kind::ProductViewed, 1, "other-shoes");
        learn(&mut before, &model, Kind::ProductViewed, 2, "shoes");
        let expected = home(&model, &before, DAY);
        for kind in [
            Kind::OrderCancelled,
            Kind::OrderRefunded,
            Kind::ProductGifted,
        ] {
            let mut shopper = runner(&model);
            learn(&mut shopper, &model, kind, 5, "shoes");
            assert!(shopper.bought().is_empty());
            let list = home(&model, &shopper, DAY);
            assert_eq!(keys(&model, &list), keys(&model, &expected), "{kind:?}");
            let evidence = |shopper: &Shopper| shopper.portrait(DAY).lists[3][0].3;
            assert_eq!(evidence(&shopper), evidence(&before));
            learn(&mut shopper, &model, kind, 6, "shoes");
            assert_eq!(evidence(&shopper), evidence(&before), "taken back once");
        }
    }

    #[test]
    fn what_the_shopper_does_not_want_is_gone_at_once() {
        let model = shop();
        let mut shopper = Shopper::default();
        learn(&mut shopper, &model, Kind::ProductViewed, 1, "shoes");
        assert_eq!(keys(&model, &home(&model, &shopper, 2))[0], "other-shoes");
        learn(
            &mut shopper,
            &model,
            Kind::ProductDisliked,
            2,
            "other-shoes",
        );
        assert!(!keys(&model, &home(&model, &shopper, 2)).contains(&"other-shoes"));
        let mut back = Shopper::decode(&shopper.encode()).unwrap();
        back.resolve(&model);
        assert_eq!(back, shopper);
    }
}
