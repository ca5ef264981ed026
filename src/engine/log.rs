//! The newest lists that were made, each with all that it was made of, so that it can be made again: in this page, in
//! another engine, or natively from what [`Engine::ask`] exports as `decisions`.
//!
//! Kept in memory only. What was known of the shopper is kept once for all lists between two events, and the model by its
//! name and a hash of what became of it since: a list of another model, or of other prices, is made otherwise.

use std::collections::VecDeque;
use std::rc::Rc;

use super::Engine;
use crate::codec::{hash, hex, unhex};
use crate::intake::Session;
use crate::recommend::{List, Placed, Placement, Request, SOURCES, Setting};
use crate::scene::{Place, Scene};
use crate::shop::Model;
use crate::shopper::Shopper;
use crate::shopper::profile::Profile;
use crate::value::{NULL, Value};

/// Lists that are kept.
pub const MOST: usize = 200;

#[derive(Debug, Default)]
pub struct Log {
    records: VecDeque<Record>,
    /// Of the open model: the part, and what was taken over into it since.
    goods: u64,
}

/// A shopper as they are stored.
#[derive(Debug, PartialEq)]
struct State {
    portrait: Vec<u8>,
    profile: Vec<u8>,
}

#[derive(Debug)]
struct Record {
    decision: u64,
    time: i64,
    model: String,
    goods: u64,
    /// As JSON, which takes less than the values.
    request: String,
    made: Made,
    variants: String,
    state: Rc<State>,
}

/// What came out: as it is, for to write hundreds of numbers in their shortest digits takes longer than to make the list.
#[derive(Debug)]
struct Made {
    items: Vec<Item>,
    fallback: &'static str,
}

#[derive(Debug)]
struct Item {
    key: String,
    score: f32,
    placed: &'static str,
    propensity: f32,
    given: [f32; SOURCES],
}

impl Log {
    /// Another model, or part of one, is open.
    pub fn opened(&mut self, model: &Model) {
        self.goods = model.items() as u64 ^ (model.bytes() as u64) << 32;
    }

    /// Something newer was taken over into it.
    pub fn renewed(&mut self, bytes: &[u8]) {
        self.goods = self.goods.rotate_left(1) ^ hash(bytes);
    }

    /// Keeps a list; the oldest makes room for it.
    fn keep(
        &mut self,
        (decision, time): (u64, i64),
        model: &Model,
        (request, made): (Value, Made),
        variants: String,
        shopper: &Shopper,
    ) {
        let state = State {
            portrait: shopper.encode(),
            profile: shopper.profile.encode(),
        };
        let state = match self.records.back() {
            Some(newest) if *newest.state == state => newest.state.clone(),
            _ => Rc::new(state),
        };
        if self.records.len() >= MOST {
            self.records.pop_front();
        }
        self.records.push_back(Record {
            decision,
            time,
            model: model.id().into(),
            goods: self.goods,
            request: request.to_json(),
            made,
            variants,
            state,
        });
    }

    pub fn clear(&mut self) {
        self.records.clear();
    }

    /// Oldest first.
    pub fn answer(&self) -> Value {
        let one = |record: &Record| {
            let read = |json: &str| Value::parse(json).unwrap_or_default();
            Value::map([
                ("decision", Session(record.decision).text().into()),
                ("time", Value::Number(record.time as f64)),
                ("model", record.model.as_str().into()),
                ("goods", Session(record.goods).text().into()),
                ("request", read(&record.request)),
                ("made", record.made.value()),
                ("variants", record.variants.as_str().into()),
                ("portrait", hex(&record.state.portrait).into()),
                ("profile", hex(&record.state.profile).into()),
            ])
        };
        Value::List(self.records.iter().map(one).collect())
    }
}

impl Engine {
    /// Makes a list, gives it a name, and keeps what it was made of.
    pub fn decide(&mut self, mut request: Request, now: i64) -> (List, u64) {
        request.personal &= self.purposes.personalisation;
        let mut asked = asked(&request);
        asked.set("place", self.place.said());
        asked.set("hidden", self.hidden(now).into());
        let list = self.recommend(request, now);
        let decision = self.decision(now);
        if let Some(model) = &self.model {
            let session = self.intake.session(now);
            let session = session.map_or_else(String::new, Session::text);
            let variants = self.experiments.variants(&session);
            let content = (asked, Made::of(&list, model));
            self.log
                .keep((decision, now), model, content, variants, &self.shopper);
        }
        (list, decision)
    }

    /// Makes the list of a record again, on the model that is open: `made`, and whether it is the `same` as was made
    /// then; a `code` where it cannot, or where it is not and the model or its prices and stock were others.
    pub(super) fn replay(&mut self, record: &Value) -> Value {
        let failed = |code: &str| Value::map([("same", false.into()), ("code", code.into())]);
        let Some(model) = &self.model else {
            return failed("no_model");
        };
        let shopper = unhex(record.text_of("portrait")).and_then(|bytes| Shopper::decode(&bytes));
        let profile = unhex(record.text_of("profile")).and_then(|bytes| Profile::decode(&bytes));
        let (Some(mut shopper), Some(profile)) = (shopper, profile) else {
            return failed("damaged");
        };
        shopper.profile = profile;
        shopper.resolve(model);
        shopper.profile.resolve(model);
        let asked = record.get("request").unwrap_or(&NULL);
        let Some(mut request) = request(asked) else {
            return failed("request");
        };
        let time = record.number_of("time").unwrap_or_default() as i64;
        let hidden = asked.get("hidden").unwrap_or(&NULL).elements();
        request
            .exclude
            .extend(hidden.iter().filter_map(Value::text));
        let mut place = Place::default();
        place.told(asked.get("place").unwrap_or(&NULL));
        let scene = Scene::at(time, &place, Some(&self.calendar));
        if asked.get("place").is_some() && !place.plain {
            let calendar = &self.calendar;
            let scene = &scene;
            request.setting = Some(Setting { scene, calendar });
        }
        let list = self.recommender.recommend(model, &shopper, &request, time);
        let made = Made::of(&list, model).value();
        let same = record
            .get("made")
            .is_some_and(|before| before.to_json() == made.to_json());
        let here = (model.id(), Session(self.log.goods).text());
        let there = (record.text_of("model"), record.text_of("goods"));
        let mut answer = Value::map([("same", same.into()), ("made", made)]);
        if !same && (here.0, here.1.as_str()) != there {
            answer.set("code", "other_model".into());
        }
        answer
    }
}

fn float(number: f32) -> Value {
    Value::Number(number.into())
}

/// All that a list depends on beside the shopper, the model and the time.
fn asked(request: &Request) -> Value {
    let wish = &request.arrangement;
    let optional = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let texts =
        |texts: &mut dyn Iterator<Item = &str>| Value::List(texts.map(Value::from).collect());
    let pins = wish
        .pins
        .iter()
        .map(|(key, place)| Value::List(vec![(*key).into(), Value::Number(*place as f64)]));
    Value::map([
        ("placement", request.placement.name().into()),
        ("limit", Value::Number(request.limit as f64)),
        ("item", optional(request.item)),
        ("category", optional(request.category)),
        ("query", request.query.into()),
        (
            "attributes",
            texts(&mut request.attributes.iter().map(String::as_str)),
        ),
        ("exclude", texts(&mut request.exclude.iter().copied())),
        ("personal", request.personal.into()),
        ("keepViewed", request.keep_viewed.into()),
        ("rules", request.rules.into()),
        ("compatible", request.compatible.into()),
        ("skus", request.skus.into()),
        // JSON has no infinity, and no set costs as much.
        ("bundle", float(request.bundle.min(f32::MAX))),
        ("diversity", float(wish.diversity)),
        ("determinantal", wish.determinantal.into()),
        ("brandSpread", Value::Number(wish.brand.into())),
        ("categorySpread", Value::Number(wish.category.into())),
        ("discovery", float(wish.discovery)),
        ("pins", Value::List(pins.collect())),
        ("departments", wish.departments.into()),
        ("seed", Session(wish.seed).text().into()),
    ])
}

/// The request that [`asked`] wrote.
fn request(asked: &Value) -> Option<Request<'_>> {
    let name = asked.text_of("placement");
    let placement = Placement::NAMES.iter().position(|known| *known == name)?;
    let number = |key: &str| asked.number_of(key).unwrap_or_default();
    let is = |key: &str| asked.get(key).and_then(Value::bool).unwrap_or(false);
    let optional = |key: &str| asked.get(key).and_then(Value::text);
    let texts = |key: &str| {
        let list = asked.get(key).unwrap_or(&NULL).elements();
        list.iter().filter_map(Value::text)
    };
    let mut request = Request::new(Placement::from_number(placement), number("limit") as usize);
    request.item = optional("item");
    request.category = optional("category");
    request.query = asked.text_of("query");
    request.attributes = texts("attributes").map(String::from).collect();
    request.exclude = texts("exclude").collect();
    request.personal = is("personal");
    request.keep_viewed = is("keepViewed");
    request.rules = asked.text_of("rules");
    request.compatible = is("compatible");
    request.skus = is("skus");
    request.bundle = number("bundle") as f32;
    let wish = &mut request.arrangement;
    wish.diversity = number("diversity") as f32;
    wish.determinantal = is("determinantal");
    wish.brand = number("brandSpread") as u8;
    wish.category = number("categorySpread") as u8;
    wish.discovery = number("discovery") as f32;
    wish.departments = is("departments");
    for pin in asked.get("pins").unwrap_or(&NULL).elements() {
        if let [key, place] = pin.elements() {
            let place = place.number().unwrap_or_default();
            wish.pins.push((key.text()?, place as usize));
        }
    }
    wish.seed = u64::from_str_radix(asked.text_of("seed"), 16).ok()?;
    Some(request)
}

/// A list: its items with scores, how they were placed and with which propensity, and what each source gave.
impl Made {
    fn of(list: &List, model: &Model) -> Made {
        let item = |entry: &crate::recommend::Entry| {
            let (placed, propensity) = match entry.placed {
                Placed::Ranked => ("ranked", 1.0),
                Placed::Pinned => ("pinned", 1.0),
                Placed::Discovered { propensity } => ("discovered", propensity),
            };
            Item {
                key: model.key(entry.item).into(),
                score: entry.score,
                placed,
                propensity,
                given: entry.contributions,
            }
        };
        Made {
            items: list.entries.iter().map(item).collect(),
            fallback: crate::recommend::Fallback::NAMES[list.fallback as usize],
        }
    }

    fn value(&self) -> Value {
        let item = |item: &Item| {
            let given = item.given.iter().map(|given| float(*given));
            Value::map([
                ("id", item.key.as_str().into()),
                ("score", float(item.score)),
                ("placed", item.placed.into()),
                ("propensity", float(item.propensity)),
                ("given", Value::List(given.collect())),
            ])
        };
        Value::map([
            ("items", Value::List(self.items.iter().map(item).collect())),
            ("fallback", self.fallback.into()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ALL, NOW, fresh, view};
    use super::*;

    fn decisions(engine: &mut Engine) -> Vec<Value> {
        engine.ask("decisions", &NULL, NOW).elements().to_vec()
    }

    #[test]
    fn a_list_is_made_again_from_its_record_by_another_engine() {
        let mut engine = fresh();
        engine.grant(ALL, "dev");
        let mut lists = Vec::new();
        for (n, key) in ["phone-a", "apple", "phone-b"].into_iter().enumerate() {
            view(&mut engine, key, n as i64 * 60_000).unwrap();
            for placement in [Placement::Home, Placement::Product, Placement::Complements] {
                let mut request = Request::new(placement, 3);
                request.item = Some(key);
                if placement == Placement::Complements {
                    request.bundle = f32::INFINITY;
                }
                request.skus = n == 1;
                request.arrangement.departments = n == 2;
                request.arrangement.discovery = 0.5;
                request.arrangement.diversity = 0.3;
                request.arrangement.seed = 0xfedc_ba98_7654_3210;
                request.arrangement.pins.push(("pear", 2));
                lists.push(engine.decide(request, NOW + n as i64 * 60_000));
            }
        }
        let records = decisions(&mut engine);
        assert_eq!(records.len(), lists.len());
        // A page of its own, of a shopper who has done other things.
        let mut other = fresh();
        other.grant(ALL, "other");
        view(&mut other, "pear", 0).unwrap();
        for (record, (_, decision)) in records.iter().zip(&lists) {
            let text = record.to_json();
            let read = Value::parse(&text).unwrap();
            assert_eq!(read.text_of("decision"), Session(*decision).text());
            let again = other.ask("replay", &read, NOW + 999);
            assert_eq!(again.get("same"), Some(&true.into()), "{text}");
        }
        // Of a model that says otherwise of its prices.
        let mut changed = records[0].clone();
        changed.set("goods", "0".into());
        let again = other.ask("replay", &changed, NOW);
        assert_eq!(again.get("same"), Some(&true.into()), "as far as it counts");
        changed.set("made", Value::Null);
        let again = other.ask("replay", &changed, NOW);
        assert_eq!(again.text_of("code"), "other_model");
        // What was made otherwise is not the same.
        let mut changed = records[0].clone();
        changed.set("time", Value::Number(0.0));
        changed.set("portrait", "00".into());
        let again = other.ask("replay", &changed, NOW);
        assert_eq!(again.text_of("code"), "damaged");
        let mut changed = records[8].clone();
        changed.set("made", Value::Null);
        assert_eq!(
            other.ask("replay", &changed, NOW).get("same"),
            Some(&false.into())
        );
    }

    #[test]
    fn two_hundred_lists_are_kept_and_none_without_leave() {
        let mut engine = fresh();
        engine.grant(ALL, "dev");
        view(&mut engine, "phone-a", 0).unwrap();
        for _ in 0..MOST + 20 {
            engine.decide(Request::new(Placement::Home, 2), NOW);
        }
        assert_eq!(decisions(&mut engine).len(), MOST);
        engine.grant(crate::consent::Purposes::default(), "");
        assert!(decisions(&mut engine).is_empty());
    }
}
