//! Prices, stock and flash sales of the full edition: what the page hands over and asks.
//!
//! | question | request | answer |
//! | --- | --- | --- |
//! | `feed` | a patch of the shop's feed: `version`, `base`, `currency`, `served`, `counted`, `rows` | `ok`, `applied`, `stale`, `refused`, `version`; or `code`, `remedy` and the `known` version |
//! | `live` | `ids`, `few` | for each id what the feed says of it now, flash sale decided by the server's clock; `null` where it says nothing |
//! | `live` | `flash` | the same of every item with a flash sale that is on or to come, the one that ends first before the others |
//! | `alerts` | `minimum`, `few`, `ending` | what is new for this shopper: drops, restocks, few left, flash sales that end |
//! | `told` | `id`, `type` | `ok`: the shopper was told, and is told no more |
//! | `benefits` | `tiers`, `rewards`, `badges`, `windowDays`, `minorUnits`, `member` | what the member has and what is missing to more; `member` false where nobody is signed in |
//! | `early` | – | products that higher tiers see first: `id`, when it opens for this shopper and for all, whether it has |
//! | `watches` | – | what is watched, with the price that the shopper knows and the price now |

use super::Engine;
use crate::act::benefits;
use crate::act::prices::{self, Shop, Wish};
use crate::condition::{BARE, Condition};
use crate::intake::{Event, Kind};
use crate::shop::feed::Row;
use crate::shopper::profile::Known;
use crate::shopper::profile::edit::Edit;
use crate::shopper::profile::watches::News;
use crate::value::Value;

/// Ids of one question.
const MOST: usize = 200;
/// Products of one event.
const NOTED: usize = 20;

impl Engine {
    pub(super) fn prices(&self, now: i64) -> Shop<'_> {
        Shop {
            feed: &self.feed,
            model: self.model.as_ref(),
            now,
        }
    }

    /// Answers a question about prices and stock; `None` for one of another room.
    pub(super) fn ask_prices(&mut self, what: &str, request: &Value, now: i64) -> Option<Value> {
        let personal = self.purposes.personalisation;
        Some(match what {
            "feed" => self.take_feed(request, now),
            "live" if request.get("flash").is_some_and(Value::truthy) => {
                prices::flashes(&self.feed, now)
            }
            "live" => {
                let ids = request.get("ids").map_or(&[][..], Value::elements);
                let few = Wish::read(request).few;
                let one = |id: &Value| prices::state(&self.feed, id.text().unwrap_or(""), few, now);
                Value::List(ids.iter().take(MOST).map(one).collect())
            }
            "alerts" if !personal => Value::List(Vec::new()),
            "alerts" => {
                let found = prices::alerts(&self.prices(now), &self.shopper, Wish::read(request));
                let currency = self.feed.currency.as_str();
                Value::List(found.iter().map(|alert| alert.to_value(currency)).collect())
            }
            "told" => {
                let (id, name) = (request.text_of("id"), request.text_of("type"));
                let found = prices::alerts(&self.prices(now), &self.shopper, Wish::read(request));
                let alert = found
                    .iter()
                    .find(|alert| alert.id() == id && alert.name() == name);
                let news = alert.filter(|_| personal).map(|alert| alert.news());
                if let Some((news, value)) = news {
                    self.edit(&Edit::News(id.into(), news, value), now);
                }
                Value::map([("ok", news.is_some().into())])
            }
            "benefits" => self.benefits(request, now),
            "early" => self.early(now),
            "watches" if !personal => Value::List(Vec::new()),
            "watches" => prices::watched(&self.prices(now), &self.shopper),
            _ => return None,
        })
    }

    /// Keeps what an event does not say of what is looked at or watched, and a later model would say otherwise: its price,
    /// and that it is out of stock.
    pub(super) fn note_watched(&mut self, event: &Event, now: i64) {
        let watched = matches!(
            event.kind,
            Kind::ProductWatched | Kind::ProductAddedToWishlist
        );
        if !watched && event.kind != Kind::ProductViewed {
            return;
        }
        for product in event.products.iter().take(NOTED) {
            let shop = self.prices(now);
            let known = shop.cost(&product.id);
            let price = known.filter(|_| product.price.is_none());
            let out = watched && shop.out(&product.id);
            if let Some(price) = price {
                self.edit(&Edit::News(product.id.clone(), News::Price, price), now);
            }
            if out {
                self.edit(&Edit::News(product.id.clone(), News::Gone, 0.0), now);
            }
        }
    }

    fn benefits(&self, request: &Value, now: i64) -> Value {
        let known = Known::new(&self.shopper, self.model.as_ref(), &self.setup, now);
        let holds = |condition: &Value| {
            Condition::parse(condition).is_ok_and(|condition| condition.passes(&known, &BARE))
        };
        benefits::answer(request, now, self.shopper.profile.habits.zone, &holds)
    }

    fn early(&self, now: i64) -> Value {
        let (tier, server, skew) = (
            prices::tier(&self.shopper),
            self.feed.server(now),
            self.feed.skew(),
        );
        let rows = self.feed.rows().iter();
        let one = |row: &Row| {
            let early = row.early.as_ref()?;
            Some(Value::map([
                ("id", row.id.as_str().into()),
                ("public", early.public.into()),
                ("opens", early.opens(&tier).into()),
                ("open", row.is_open(&tier, server, skew).into()),
                ("isPublic", row.is_open("", server, skew).into()),
            ]))
        };
        Value::List(rows.filter_map(one).take(MOST).collect())
    }

    /// What this shopper may not see yet: higher tiers see it first.
    pub(super) fn hidden(&self, now: i64) -> Vec<String> {
        let rows = self.feed.rows().iter().filter(|row| row.early.is_some());
        let (tier, server, skew) = (
            prices::tier(&self.shopper),
            self.feed.server(now),
            self.feed.skew(),
        );
        let closed = rows.filter(|row| !row.is_open(&tier, server, skew));
        closed.map(|row| row.id.clone()).collect()
    }

    fn take_feed(&mut self, patch: &Value, now: i64) -> Value {
        let model = self.model.as_ref();
        let before = |id: &str| {
            let item = model?.find(id)?;
            model?.price(item).map(f64::from)
        };
        let taken = match self.feed.take(patch, now, &before) {
            Ok(taken) => taken,
            Err(error) => {
                let (code, remedy) = error.told();
                return Value::map([
                    ("ok", false.into()),
                    ("code", code.into()),
                    ("remedy", remedy.into()),
                    ("known", error.known().into()),
                ]);
            }
        };
        self.tell_model();
        if self.purposes.personalisation {
            for (id, news, value) in prices::changes(&self.prices(now), &self.shopper) {
                self.edit(&Edit::News(id, news, value), now);
            }
        }
        Value::map([
            ("ok", (taken.refused == 0).into()),
            ("applied", taken.applied.into()),
            ("stale", taken.stale.into()),
            ("refused", taken.refused.into()),
            ("version", self.feed.version().into()),
        ])
    }

    /// Lists go by what the feed says: prices without flash sales, which come and go between two lists, and stock.
    pub(super) fn tell_model(&mut self) {
        let Some(model) = &mut self.model else { return };
        let mut lines = String::new();
        for row in self.feed.rows() {
            if row.id.contains('\n') || row.price.is_none() && row.out.is_none() {
                continue;
            }
            lines.push_str(&row.id);
            lines.push('\n');
            if let Some(price) = row.price {
                crate::decimal::print(&mut lines, price);
            }
            lines.push('\n');
            lines.push_str(match row.out {
                None => "",
                Some(true) => "out_of_stock",
                Some(false) => "in_stock",
            });
            lines.push('\n');
        }
        model.patch(&lines, &mut |_| {});
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ALL, NOW, fresh, view};
    use super::*;
    use crate::intake::Arrival;

    const MINUTE: i64 = 60_000;

    fn json(text: &str) -> Value {
        Value::parse(text).expect("it is JSON")
    }

    fn engine() -> Engine {
        let mut engine = fresh();
        engine.grant(ALL, "device");
        engine
    }

    fn track(engine: &mut Engine, name: &str, item: &str, price: f64, at: i64) {
        use crate::intake::Value as Given;
        let properties = Given::Map(vec![
            ("product_id".into(), Given::Text(item.into())),
            ("price".into(), Given::Number(price)),
            ("currency".into(), Given::Text("CNY".into())),
        ]);
        let id = format!("{:013}-{item}", NOW + at);
        let arrival = Arrival {
            id: &id,
            now: NOW + at,
            time: None,
        };
        engine
            .track(name, &properties, arrival)
            .expect("it is taken");
    }

    fn feed(engine: &mut Engine, version: i64, rows: &str, at: i64) -> Value {
        let patch = format!(
            r#"{{"version":{version},"currency":"CNY","served":{},"rows":[{rows}]}}"#,
            NOW + at
        );
        engine.ask("feed", &json(&patch), NOW + at)
    }

    /// Type, id and from-to of each alert.
    fn alerts(engine: &mut Engine, at: i64) -> Vec<String> {
        let found = engine.ask("alerts", &Value::Null, NOW + at);
        let text = |alert: &Value| {
            let part = alert
                .number_of("part")
                .map_or(String::new(), |part| format!(" {:.0} %", part * 100.0));
            format!("{} {}{part}", alert.text_of("type"), alert.text_of("id"))
        };
        found.elements().iter().map(text).collect()
    }

    fn tell(engine: &mut Engine, id: &str, kind: &str, at: i64) -> bool {
        let request = Value::map([("id", id.into()), ("type", kind.into())]);
        engine.ask("told", &request, NOW + at).get("ok") == Some(&true.into())
    }

    #[test]
    fn a_drop_is_told_once_and_a_further_one_again() {
        let mut engine = engine();
        track(&mut engine, "Product Watched", "apple", 100.0, 0);
        feed(&mut engine, 1, r#"{"id":"apple","price":96}"#, 1);
        assert!(
            alerts(&mut engine, 1).is_empty(),
            "four in a hundred are not worth a word"
        );
        feed(&mut engine, 2, r#"{"id":"apple","price":80}"#, 2);
        assert_eq!(alerts(&mut engine, 2), ["drop apple 20 %"]);
        assert!(tell(&mut engine, "apple", "drop", 3) && !tell(&mut engine, "apple", "drop", 4));
        assert!(alerts(&mut engine, 4).is_empty());
        feed(&mut engine, 3, r#"{"id":"apple","price":79}"#, 5);
        assert!(
            alerts(&mut engine, 5).is_empty(),
            "hardly lower than what was told"
        );
        feed(&mut engine, 4, r#"{"id":"apple","price":60}"#, 6);
        assert_eq!(alerts(&mut engine, 6), ["drop apple 25 %"]);
        tell(&mut engine, "apple", "drop", 7);
        // A rise ends the drop: the next one is another.
        feed(&mut engine, 5, r#"{"id":"apple","price":90}"#, 8);
        feed(&mut engine, 6, r#"{"id":"apple","price":60}"#, 9);
        assert_eq!(alerts(&mut engine, 9), ["drop apple 33 %"]);
        track(
            &mut engine,
            "Product Removed from Wishlist",
            "apple",
            60.0,
            10,
        );
        assert!(
            alerts(&mut engine, 11).is_empty(),
            "who watches no more needs no word"
        );
    }

    #[test]
    fn prices_of_another_currency_are_not_compared() {
        let mut engine = engine();
        track(&mut engine, "Product Watched", "apple", 100.0, 0);
        let patch = format!(
            r#"{{"version":1,"currency":"USD","served":{NOW},"rows":[{{"id":"apple","price":14}}]}}"#
        );
        engine.ask("feed", &json(&patch), NOW);
        assert!(alerts(&mut engine, 1).is_empty());
    }

    #[test]
    fn restocks_few_pieces_and_ends_are_told_of_what_is_watched() {
        let mut engine = engine();
        feed(
            &mut engine,
            1,
            r#"{"id":"pear","availability":"out_of_stock"},{"id":"case","stock":2}"#,
            0,
        );
        track(&mut engine, "Product Watched", "pear", 5.0, 1);
        track(&mut engine, "Product Watched", "case", 5.0, 2);
        assert_eq!(alerts(&mut engine, 2), ["few case"]);
        assert!(
            alerts(&mut engine, 2 * MINUTE).is_empty(),
            "a count that is two minutes old says nothing"
        );
        let until = NOW + 30 * MINUTE;
        feed(
            &mut engine,
            2,
            &format!(
                r#"{{"id":"pear","stock":9,"price":5,"flash":{{"price":4.9,"from":1,"until":{until}}}}}"#
            ),
            3,
        );
        assert_eq!(
            alerts(&mut engine, 4),
            ["restock pear", "ending pear", "few case"]
        );
        for (id, kind) in [("pear", "restock"), ("pear", "ending"), ("case", "few")] {
            assert!(tell(&mut engine, id, kind, 5), "{id} {kind}");
        }
        assert!(alerts(&mut engine, 6).is_empty());
    }

    #[test]
    fn drops_in_liked_categories_count_and_others_do_not() {
        let mut engine = engine();
        for at in 0..3 {
            view(&mut engine, "phone-a", at * 5000).unwrap();
        }
        let price = |engine: &Engine, key: &str| {
            let model = engine.model().unwrap();
            f64::from(model.price(model.find(key).unwrap()).unwrap())
        };
        let rows: Vec<String> = ["phone-b", "pear"]
            .iter()
            .map(|key| format!(r#"{{"id":"{key}","price":{}}}"#, price(&engine, key) / 2.0))
            .collect();
        feed(&mut engine, 1, &rows.join(","), 20_000);
        assert_eq!(alerts(&mut engine, 20_000), ["drop phone-b 50 %"]);
        assert!(tell(&mut engine, "phone-b", "drop", 20_001));
        assert!(alerts(&mut engine, 20_002).is_empty());
    }

    #[test]
    fn a_lower_tier_does_not_see_what_higher_ones_see_first() {
        let mut engine = engine();
        let public = NOW + 10 * 3_600_000;
        feed(
            &mut engine,
            1,
            &format!(r#"{{"id":"apple","early":{{"public":{public},"tiers":{{"gold":24}}}}}}"#),
            0,
        );
        let sees = |engine: &mut Engine, at: i64| {
            let request = crate::recommend::Request::new(crate::recommend::Placement::Category, 20);
            let list = engine.recommend(request, NOW + at);
            let apple = engine.model().and_then(|model| model.find("apple"));
            list.entries.iter().any(|entry| Some(entry.item) == apple)
        };
        let identify = |engine: &mut Engine, tier: &str, at: i64| {
            let who = format!(
                r#"{{"member":"5f4dcc3b5aa765d61d8327deb882cf99","facts":{{"tier":"{tier}"}}}}"#
            );
            engine.ask("identify", &json(&who), NOW + at);
        };
        assert!(!sees(&mut engine, 1), "without facts nothing is claimed");
        identify(&mut engine, "silver", 2);
        assert!(!sees(&mut engine, 3));
        identify(&mut engine, "gold", 4);
        assert!(sees(&mut engine, 5));
        identify(&mut engine, "silver", 6);
        assert!(!sees(&mut engine, 7) && sees(&mut engine, public - NOW));
    }

    #[test]
    fn an_eco_badge_follows_from_facts() {
        let mut engine = engine();
        let badge = r#"{"tiers":[{"id":"silver","growth":0}],"badges":[{"id":"eco","if":{"facts.eco":{"$gte":3}}}],"member":{}}"#;
        let has = |engine: &mut Engine| {
            !engine
                .ask("benefits", &json(badge), NOW)
                .get("badges")
                .unwrap()
                .elements()
                .is_empty()
        };
        assert!(!has(&mut engine));
        for (eco, holds) in [(2, false), (3, true)] {
            engine.ask("identify", &json(&format!(r#"{{"member":"5f4dcc3b5aa765d61d8327deb882cf99","facts":{{"eco":{eco}}},"version":{eco}}}"#)), NOW);
            assert_eq!(has(&mut engine), holds, "{eco}");
        }
    }

    #[test]
    fn without_leave_nobody_is_watched() {
        let mut engine = fresh();
        engine.grant(
            crate::consent::Purposes {
                personalisation: false,
                ..ALL
            },
            "device",
        );
        track(&mut engine, "Product Watched", "apple", 100.0, 0);
        feed(&mut engine, 1, r#"{"id":"apple","price":1}"#, 1);
        assert!(alerts(&mut engine, 1).is_empty() && !tell(&mut engine, "apple", "drop", 1));
        let live = engine.ask("live", &json(r#"{"ids":["apple","nothing"]}"#), NOW + 1);
        assert_eq!(live.elements()[0].number_of("price"), Some(1.0));
        assert_eq!(live.elements()[1], Value::Null);
    }
}
