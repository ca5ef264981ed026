//! Items that bring a cart over the threshold of an offer, at the least cost to the shopper.
//!
//! | question | request | answer |
//! | --- | --- | --- |
//! | `top_up` | `missing` in minor units, `limit`, `exclude`: ids | `items`: `id` and `price` each, the cheapest first |
//!
//! Of the hundred items that suit the cart best, and where too few of them reach, of the hundred that suit the shopper: those whose price is
//! at least what is missing, the cheapest first, and of equal prices the one that suits better. One item each: sets of several would save the shopper
//! less than it costs to look for them. Items without a price, sold out, in the cart or with a lower price are left out.

use super::Engine;
use crate::recommend::{MAX_LIMIT, Placement, Request};
use crate::value::Value;

/// Of items, unless the request says otherwise.
const LIMIT: f64 = 4.0;
/// Of minor units in a major one, where no campaign says otherwise.
const MINOR_UNITS: f64 = 100.0;

impl Engine {
    pub(super) fn top_up(&mut self, request: &Value, now: i64) -> Value {
        let minor = Some(self.offering.minor_units()).filter(|minor| *minor > 0.0);
        let missing = request.number_of("missing").unwrap_or(0.0) / minor.unwrap_or(MINOR_UNITS);
        let limit = request.number_of("limit").unwrap_or(LIMIT) as usize;
        let limit = limit.min(MAX_LIMIT);
        let excluded = request.get("exclude").map_or(&[][..], Value::elements);
        let mut found: Vec<(f32, u32)> = Vec::new();
        // Where too little goes with the cart, what suits the shopper.
        for placement in [Placement::Cart, Placement::Home] {
            let mut wanted = Request::new(placement, MAX_LIMIT);
            wanted.keep_viewed = true;
            wanted.exclude = excluded.iter().filter_map(Value::text).collect();
            let list = self.recommend(wanted, now);
            let Some(model) = &self.model else { break };
            let items = list.entries.iter().map(|entry| entry.item);
            let reach = items.filter_map(|item| Some((model.price(item)?, item)));
            let reach = reach.filter(|(price, item)| {
                let is_there = |other: u32| model.leader(other) == model.leader(*item);
                f64::from(*price) >= missing && !found.iter().any(|found| is_there(found.1))
            });
            let mut reach: Vec<_> = reach.collect();
            // Stable: what suits better stays before others of its price.
            reach.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            reach.truncate(limit.saturating_sub(found.len()));
            found.append(&mut reach);
        }
        found.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let one = |(price, item): (f32, u32)| {
            let id = self.model.as_ref().map_or("", |model| model.key(item));
            Value::map([("id", id.into()), ("price", Value::Number(price.into()))])
        };
        let items = found.into_iter().map(one);
        Value::map([("items", Value::List(items.collect()))])
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ALL, NOW, fresh, view};
    use super::*;
    use proptest::prelude::*;

    fn ask(engine: &mut Engine, request: &str) -> Vec<(String, f64)> {
        let request = Value::parse(request).expect("it is JSON");
        let answer = engine.ask("top_up", &request, NOW + 1_000);
        let items = answer.get("items").expect("items").elements().iter();
        let one = |item: &Value| {
            (
                item.text_of("id").to_owned(),
                item.number_of("price").expect("a price"),
            )
        };
        items.map(one).collect()
    }

    fn prices(engine: &Engine) -> Vec<f64> {
        let model = engine.model().expect("a model");
        let all = (0..model.items() as u32).filter_map(|item| model.price(item));
        all.map(f64::from).collect()
    }

    #[test]
    fn the_cheapest_that_reach_the_threshold_come_first() {
        let mut engine = fresh();
        engine.grant(ALL, "dev");
        view(&mut engine, "phone-a", 0).expect("it is taken");
        let all = ask(&mut engine, r#"{"missing":0,"limit":100}"#);
        assert!(all.len() > 1, "{all:?}");
        let (cheapest, dearest) = (all[0].1, all[all.len() - 1].1);
        assert!(cheapest < dearest);
        let missing = (cheapest * 100.0 + 1.0).ceil();
        let rest = ask(
            &mut engine,
            &format!(r#"{{"missing":{missing},"limit":100}}"#),
        );
        assert!(
            rest.iter().all(|(_, price)| price * 100.0 >= missing),
            "{rest:?}"
        );
        assert!(!rest.is_empty() && rest.len() < all.len());
        let without = format!(r#"{{"missing":0,"exclude":["{}"]}}"#, all[0].0);
        assert!(
            ask(&mut engine, &without)
                .iter()
                .all(|(id, _)| *id != all[0].0)
        );
        assert_eq!(ask(&mut engine, r#"{"missing":1e12}"#), []);
    }

    #[test]
    fn without_a_model_or_with_odd_requests_there_is_an_answer() {
        let mut engine = Engine::new(super::super::Settings::default());
        assert_eq!(ask(&mut engine, "{}"), []);
        let mut engine = fresh();
        for request in [
            r#"{"missing":-5,"limit":-1}"#,
            r#"{"missing":"x","limit":"y","exclude":7}"#,
            r#"{"exclude":[1,null,"no such item"]}"#,
        ] {
            ask(&mut engine, request);
        }
    }

    proptest! {
        #[test]
        fn none_costs_less_than_is_missing_and_they_are_in_order(missing in 0.0f64..200_000.0, limit in 0usize..12) {
            let mut engine = fresh();
            let items = ask(&mut engine, &format!(r#"{{"missing":{missing},"limit":{limit}}}"#));
            prop_assert!(items.len() <= limit);
            prop_assert!(items.iter().all(|(_, price)| price * 100.0 >= missing));
            prop_assert!(items.windows(2).all(|two| two[0].1 <= two[1].1));
            let reach = prices(&engine).into_iter().any(|price| price * 100.0 >= missing);
            prop_assert!(reach || items.is_empty());
        }
    }
}
