//! Stores of the full edition: what the page asks.
//!
//! | question | request | answer |
//! | --- | --- | --- |
//! | `stores` | `stores`: the shop's list | `problems`: which stores were refused, with path, code and remedy |
//! | `nearby` | `item`, `place`, `stock`, `demo`, `open`, `within`, `limit` | `by`: `place` or `region`; `stores`, nearest first; `warnings` |
//! | `visits` | `store`, `days` | times at which a visit may begin |
//!
//! The list is held in memory only. A place is of one question: rounded where it is used, kept nowhere.

use super::Engine;
use crate::scene::Scene;
use crate::stores::{Found, Near, Spot, Stores, Wish, nearby};
use crate::value::Value;

/// Stores of an answer, unless the page says.
const USUAL: f64 = 3.0;
/// Days of visits, unless the page says.
const DAYS: f64 = 7.0;

impl Engine {
    /// Answers a question about stores; `None` for one of another room.
    pub(super) fn ask_stores(&mut self, what: &str, request: &Value, now: i64) -> Option<Value> {
        Some(match what {
            "stores" => {
                let (stores, errors) = Stores::read(request);
                self.stores = stores;
                let problems = errors.iter().map(|error| {
                    Value::map([
                        ("code", error.code().into()),
                        ("path", error.path.as_str().into()),
                        ("message", error.to_string().into()),
                    ])
                });
                Value::map([("problems", Value::List(problems.collect()))])
            }
            "nearby" => self.near(request, now),
            "visits" => {
                let store = self.stores.find(request.text_of("store"));
                let days = request.number_of("days").unwrap_or(DAYS) as i32;
                let times = store.map_or(Vec::new(), |store| store.visits(now, days));
                Value::List(times.into_iter().map(Value::from).collect())
            }
            _ => return None,
        })
    }

    fn near(&self, request: &Value, now: i64) -> Value {
        let flag = |name: &str, or: bool| request.get(name).and_then(Value::bool).unwrap_or(or);
        let item = request.text_of("item");
        let given = request.get("place").unwrap_or(&Value::Null);
        let wish = Wish {
            within_km: request
                .number_of("within")
                .unwrap_or(crate::stores::nearby::NEAR_KM),
            stock: flag("stock", !item.is_empty()),
            demo: flag("demo", false),
            open: flag("open", false),
            limit: request.number_of("limit").unwrap_or(USUAL) as usize,
            ..Wish::default()
        };
        let found = self.found(item, given, wish, now);
        let mut answer = Value::map([
            ("by", found.by.name().into()),
            (
                "stores",
                Value::List(found.stores.iter().map(Near::to_value).collect()),
            ),
        ]);
        if *given != Value::Null && Spot::read(given).is_none() {
            answer.set("warnings", vec!["place_invalid"].into());
        }
        answer
    }

    fn found<'a>(&'a self, item: &str, place: &Value, wish: Wish, now: i64) -> Found<'a> {
        let model = self.model.as_ref();
        let of = model.and_then(|model| Some((model, model.find(item)?)));
        let variants: Vec<&str> = of.map_or(Vec::new(), |(model, item)| {
            model.variants(item).map(|one| model.key(one)).collect()
        });
        // A region that the page states goes before what its zone and language suggest.
        let zone = match self.place.region.is_empty() {
            true => self.place.zone_name.as_str(),
            false => "",
        };
        let wish = Wish {
            item,
            variants: &variants,
            place: Spot::read(place),
            region: Scene::at(now, &self.place, None).region,
            zone,
            ..wish
        };
        nearby(&self.stores, &wish, now)
    }

    /// The store that a shopper may be invited to for an item: open, with the item in stock and on show.
    pub(super) fn invited(&self, item: &str, request: &Value, now: i64) -> Option<Near<'_>> {
        if item.is_empty() || self.stores.stores.is_empty() {
            return None;
        }
        let wish = Wish {
            within_km: crate::stores::nearby::NEAR_KM,
            stock: true,
            demo: true,
            open: true,
            limit: 1,
            ..Wish::default()
        };
        let place = request.get("place").unwrap_or(&Value::Null);
        self.found(item, place, wish, now).stores.pop()
    }

    /// That store as conditions see it.
    pub(super) fn store_attributes(&self, item: &str, request: &Value, now: i64) -> Value {
        self.invited(item, request, now)
            .map_or(Value::Null, |near| {
                Value::map([
                    ("id", near.store.id.as_str().into()),
                    ("km", near.km.into()),
                    ("stock", near.stock.into()),
                    ("demo", near.demo.into()),
                ])
            })
    }
}

#[cfg(test)]
mod tests;
