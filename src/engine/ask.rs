//! Questions of the full edition, by name, as JSON: what [`Engine::ask`] passes on, and to which room. Those about
//! actions are in `act.rs`, those about stores in `stores.rs`, those about hand-off in
//! `handoff.rs`.
//!
//! | question | request | answer |
//! | --- | --- | --- |
//! | `define` | `attributes`, `tags`: the shop's definitions | `problems`: what was refused, with path, code and remedy |
//! | `portrait` | – | the portrait's four dimensions, each number with evidence, time and confidence |
//! | `intent` | – | phase, chance of a purchase, hesitation, its reason and item |
//! | `tags` | – | the shopper's tags with evidence |
//! | `attributes` | – | the declared attributes by name: `value`, `short` |
//! | `erase` | `kind`, `name` | `ok`: the shopper deleted it, for 180 days |
//! | `prefer` | `kind`, `name`, `more` | `ok`: the shopper wants more of a category or brand, or less |
//! | `identify` | `member`, `facts`, `tags`, `version` | `ok`, `refused`: what was not taken; `switched`: another member was there |
//! | `import` | `source`, `history` | `ok`: the source's history was taken over |
//! | `stage` | – | stage of the life cycle, activity, value, risk of leaving |
//! | `due` | `undelivered`, `stocked`: ids | what is bought again and when, and the usual basket |
//! | `taste` | – | price level, promotions, brands, breadth, drift |
//! | `scene` | `zone`, `zoneName`, `locale`, `region`, `device`, `page`; `lifts` false for lists that are the same in every scene | the scene from now on, as it is understood |
//! | `explain_not` | `item`, `request` | `clause` that keeps the item off that list, with its values |
//! | `contents` | the part file of content items | `ok`, `items`; or `code`, `remedy` |
//! | `content` | `item`, `exact`, `types`, `limit`, `exclude`, `language` | `items`: content in the order that suits the shopper, with reasons and parts |
//! | `enquire` | `text`, `item` or `items`, `kind` | `words` of the catalogue, `item` and `category` that a question is about; the text is dropped |
//! | `features` | `payload`, `attributes`, `overrides` | `ok`, and what of the payload is `unsupported`, or a `code` with its `remedy` |
//! | `draft` | `a`, `b`: ids, `shown`, `limit`, `experiment` | one list of both rankings, in turn |
//! | `backup` | – | `bytes`: what other devices of the shopper may know, as digits |
//! | `join` | `bytes` of another device | `ok`, and whether anything `changed` |
//! | `decisions` | – | the newest lists, each with all that it was made of |
//! | `replay` | one of those | the list made again, and whether it is the `same` |
//! | `feature` | `key` of a feature or `experiment`, `attributes` | the value as GrowthBook's SDKs answer; the first time in a session, the exposure is reported |

use super::{Engine, JOURNAL, TAGS};
use crate::codec::{hex, unhex};
use crate::lines::join;
use crate::recommend::{Placement, Request, WhyNot};
use crate::scene::Scene;
use crate::shop::terms;
use crate::shopper::Shopper;
use crate::shopper::profile::edit::Edit;
use crate::shopper::profile::erased::What;
use crate::shopper::profile::{Setup, facts, intent};
use crate::value::Value;

/// Facts or tags of one call.
const MOST: usize = 40;

fn ok(ok: bool) -> Value {
    Value::map([("ok", ok.into())])
}

pub(super) fn refused(reason: &str) -> Value {
    Value::map([("ok", false.into()), ("reason", reason.into())])
}

impl Engine {
    /// Answers a question of the full edition; `Null` for one that there is not. Without leave to personalise, the answer
    /// is that of a shopper of whom nothing is known, and nothing is taken over.
    pub fn ask(&mut self, what: &str, request: &Value, now: i64) -> Value {
        let others = self.ask_acting(what, request, now);
        if let Some(answer) = others.or_else(|| self.ask_contents(what, request, now)) {
            return answer;
        }
        if let Some(answer) = self.ask_stores(what, request, now) {
            return answer;
        }
        if let Some(answer) = self.ask_handoff(what, request, now) {
            return answer;
        }
        let model = self.model.as_ref();
        let profile = &self.shopper.profile;
        match what {
            "define" => {
                let (setup, problems) = Setup::read(request);
                self.shopper.profile.declared.keep(&setup.attributes);
                self.setup = setup;
                let problems = problems.iter().map(|problem| problem.to_value());
                Value::map([("problems", Value::List(problems.collect()))])
            }
            "portrait" => {
                self.retag(now);
                self.dimensions(now)
            }
            "intent" => {
                let key = |hash| {
                    let recent = self.shopper.recent().iter();
                    let mut found = recent.map(|viewed| viewed.key.as_str());
                    found
                        .rfind(|key| intent::item_hash(key) == hash)
                        .map(String::from)
                };
                intent::answer(&profile.signals.intent(now), key)
            }
            "tags" => {
                self.retag(now);
                self.shopper.profile.tags.answer(&self.setup.rules)
            }
            "attributes" => {
                let setup = &self.setup.attributes;
                let one = |definition: &crate::shopper::profile::declared::Definition| {
                    let name = definition.name.as_str();
                    let value = profile.declared.value(setup, name, now).unwrap_or_default();
                    let short = profile.declared.is_short(setup, name, now);
                    (
                        name.into(),
                        Value::map([("value", value), ("short", short.into())]),
                    )
                };
                Value::Map(setup.iter().map(one).collect())
            }
            "explain_not" => match model {
                Some(_) => self.explain_not(request, now),
                None => Value::map([("clause", "no_model".into())]),
            },
            "erase" | "prefer" | "identify" | "import" if !self.purposes.personalisation => {
                refused("no_consent")
            }
            "erase" | "prefer" => {
                let name = text(request, "name");
                let Some(kind) = What::named(text(request, "kind"))
                    .filter(|_| !name.is_empty() && name.len() <= 512)
                else {
                    return refused("bad_type:kind");
                };
                let edit = match what {
                    "erase" => Edit::Erase(kind, name.into()),
                    _ => Edit::Prefer(
                        kind,
                        name.into(),
                        request.get("more").and_then(Value::bool).unwrap_or(true),
                    ),
                };
                self.edit(&edit, now);
                ok(true)
            }
            "enquire" => self.enquire(request, now),
            "identify" => self.identify(request, now),
            "import" => {
                let source = text(request, "source");
                let history = request.get("history").cloned().unwrap_or_default();
                let mut trial = self.shopper.profile.facts.clone();
                if !trial.import(source, &history, now) {
                    return refused("bad_range:history");
                }
                self.edit(&Edit::History(source.into(), history.to_json()), now);
                ok(true)
            }
            "stage" => {
                let doing = self.shopper.doing();
                let profile = &mut self.shopper.profile;
                profile.habits.stage(&profile.orders, doing, model, now)
            }
            "due" => profile
                .habits
                .due_answer(&profile.orders, model, now, request),
            "taste" => profile.habits.taste_answer(&profile.orders),
            "scene" => self.set_scene(request, now),
            "features" => self.experiments.open(request),
            "feature" => self.feature(request, now),
            "draft" => self.draft(request, now),
            "backup" | "join" if !self.purposes.personalisation => refused("no_consent"),
            "backup" => Value::map([
                ("ok", true.into()),
                ("bytes", hex(&self.shopper.to_backup()).into()),
            ]),
            "join" => self.join(text(request, "bytes"), now),
            "decisions" => self.log.answer(),
            "replay" => self.replay(request),
            _ => Value::Null,
        }
    }

    /// Where the shopper is from now on. The zone of their days is kept with their habits.
    fn set_scene(&mut self, request: &Value, now: i64) -> Value {
        self.place.told(request);
        let calendar = Some(&self.calendar);
        let scene = Scene::at(now, &self.place, calendar);
        if self.purposes.personalisation {
            self.shopper.profile.habits.zone = scene.zone;
        }
        scene.to_value(calendar)
    }

    /// Carries out a change and keeps it as a row of the journal.
    pub(super) fn edit(&mut self, edit: &Edit, now: i64) {
        self.shopper.edit(edit, now);
        // What may have named a category or a brand for the first time.
        if let (Edit::Prefer(..) | Edit::Enquiry(_), Some(model)) = (edit, &self.model) {
            self.shopper.resolve(model);
        }
        // Sorts among the ids of events by its time.
        let number = self.decision(now);
        let mut key = crate::intake::Session((now as u64) << 16).text();
        key.insert(8, '-');
        key.insert(13, '-');
        key.push('-');
        key.push_str(&crate::intake::Session(number).text());
        self.put(join(JOURNAL, &key), edit.encode(now));
        self.retag(now);
        self.put(TAGS.into(), self.shopper.profile.tags.encode());
    }

    /// Sets and removes tags; puts them on the device where they changed.
    pub(super) fn retag(&mut self, now: i64) {
        if self.purposes.personalisation
            && self.shopper.retag(self.model.as_ref(), &self.setup, now)
        {
            self.put(TAGS.into(), self.shopper.profile.tags.encode());
        }
    }

    fn dimensions(&self, now: i64) -> Value {
        let profile = &self.shopper.profile;
        let attributes = Value::map([
            ("member", (!profile.facts.member.is_empty()).into()),
            ("facts", profile.facts.answer()),
            ("tags", profile.tags.answer(&self.setup.rules)),
        ]);
        Value::map([
            ("attributes", attributes),
            (
                "behaviour",
                profile.behaviour(&self.shopper, self.model.as_ref(), now),
            ),
            ("transactions", profile.transactions(now)),
            ("sentiment", profile.sentiment.answer(now)),
            ("enquiries", profile.enquiries.answer(now)),
        ])
    }

    /// Another member than before, or none, is another shopper: of the one before nothing stays.
    fn identify(&mut self, request: &Value, now: i64) -> Value {
        let member = match request.get("member") {
            None => None,
            Some(Value::Null) => Some(""),
            Some(Value::Text(member)) => {
                if let Some(reason) = facts::refuses_member(member) {
                    return refused(reason);
                }
                Some(member.as_str())
            }
            Some(_) => return refused("bad_type:member"),
        };
        let before = self.shopper.profile.facts.member.as_str();
        let mut switched = false;
        if let Some(member) = member {
            switched = !before.is_empty() && before != member;
            if switched {
                let device = self.name(now);
                self.forget(&device);
            }
            if self.shopper.profile.facts.member != member {
                self.edit(&Edit::Member(member.into()), now);
            }
        }
        let version = request
            .get("version")
            .and_then(Value::number)
            .unwrap_or(now as f64) as i64;
        let mut wrong = Vec::new();
        for (n, (name, value)) in request
            .get("facts")
            .and_then(Value::fields)
            .unwrap_or(&[])
            .iter()
            .enumerate()
        {
            let mut trial = self.shopper.profile.facts.clone();
            if n < MOST && trial.set(name, value, version) {
                self.edit(&Edit::Fact(name.clone(), value.to_json(), version), now);
            } else {
                wrong.push(Value::from(name.as_str()));
            }
        }
        for tag in request
            .get("tags")
            .and_then(Value::list)
            .unwrap_or(&[])
            .iter()
            .take(MOST)
        {
            let until = tag.get("until").and_then(Value::number).unwrap_or(0.0);
            let name = tag.text().unwrap_or_else(|| text(tag, "name"));
            if name.is_empty() || crate::shopper::profile::tags::special(name).is_some() {
                wrong.push(name.into());
            } else {
                self.edit(&Edit::Tag(name.into(), until as i64), now);
            }
        }
        Value::map([
            ("ok", true.into()),
            ("switched", switched.into()),
            ("refused", Value::List(wrong)),
        ])
    }

    /// Takes over what another device of the shopper knows. Where that is nothing new, nothing is written.
    fn join(&mut self, digits: &str, now: i64) -> Value {
        let bytes = unhex(digits).unwrap_or_default();
        let Some(other) = Shopper::from_backup(&bytes) else {
            return refused("damaged");
        };
        let mut trial = self.shopper.clone();
        trial.join(&other, now);
        let changed = trial.to_backup() != self.shopper.to_backup();
        if changed {
            self.edit(&Edit::Join(digits.into()), now);
            if let Some(model) = &self.model {
                self.shopper.resolve(model);
            }
        }
        Value::map([("ok", true.into()), ("changed", changed.into())])
    }

    /// A fresh name for the device, from its seed and a number that no other call has had.
    fn name(&mut self, now: i64) -> String {
        let number = self.decision(now);
        let mixed =
            crate::codec::hash(&[self.settings.seed.to_le_bytes(), number.to_le_bytes()].concat());
        crate::intake::Session(number).text() + &crate::intake::Session(mixed).text()
    }

    fn explain_not(&mut self, request: &Value, now: i64) -> Value {
        let Some(model) = &self.model else {
            return Value::Null;
        };
        let none = Value::Null;
        let wish = request.get("request").unwrap_or(&none);
        let placement = text(wish, "placement");
        let number = Placement::NAMES.iter().position(|name| *name == placement);
        let limit = wish.get("limit").and_then(Value::number).unwrap_or(12.0) as usize;
        let mut list = Request::new(Placement::from_number(number.unwrap_or(0)), limit);
        list.item = Some(text(wish, "item")).filter(|item| !item.is_empty());
        list.category = Some(text(wish, "category")).filter(|category| !category.is_empty());
        list.query = text(wish, "query");
        list.rules = text(wish, "rules");
        list.compatible = wish
            .get("compatible")
            .and_then(Value::bool)
            .unwrap_or(false);
        list.personal = self.purposes.personalisation;
        for (name, value) in wish.get("where").and_then(Value::fields).unwrap_or(&[]) {
            list.attributes
                .push(terms::attribute(name, value.text().unwrap_or("")));
        }
        let exclude = wish.get("exclude").and_then(Value::list).unwrap_or(&[]);
        list.exclude = exclude.iter().filter_map(Value::text).collect();
        let item = text(request, "item");
        let why = self
            .recommender
            .why_not(model, &self.shopper, &list, item, now);
        clause(&why, list.limit)
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::text).unwrap_or("")
}

/// A clause with what it asked for and what it met.
fn clause(why: &WhyNot, limit: usize) -> Value {
    let one = |name: &str, actual: Value, needed: Value| {
        Value::map([
            ("clause", name.into()),
            ("actual", actual),
            ("needed", needed),
        ])
    };
    let number = |number: usize| Value::Number(number as f64);
    match why {
        WhyNot::Shown { position } => one("shown", number(*position), Value::Null),
        WhyNot::Unknown => one("unknown_item", Value::Null, Value::Null),
        WhyNot::Category { actual } => one("category", actual.as_str().into(), Value::Null),
        WhyNot::NotFound => one("not_found", Value::Null, Value::Null),
        WhyNot::Substitute { category } => one("substitute", category.as_str().into(), Value::Null),
        WhyNot::OutOfStock => one("out_of_stock", Value::Null, Value::Null),
        WhyNot::InCart { quantity } => one("in_cart", number(*quantity as usize), Value::Null),
        WhyNot::Bought { time } => one("bought", Value::Number(*time as f64), Value::Null),
        WhyNot::Unfit => one("unfit", Value::Null, Value::Null),
        WhyNot::Settled { time } => one("settled", Value::Number(*time as f64), Value::Null),
        WhyNot::Variant { key } => one("variant", key.as_str().into(), Value::Null),
        WhyNot::Excluded => one("excluded", Value::Null, Value::Null),
        WhyNot::OfPage => one("of_page", Value::Null, Value::Null),
        WhyNot::Viewed { time } => one("viewed", Value::Number(*time as f64), Value::Null),
        WhyNot::Filtered => one("filtered", Value::Null, Value::Null),
        WhyNot::Buried => one("buried", Value::Null, Value::Null),
        WhyNot::Score {
            score,
            rank,
            needed,
        } => {
            let float = |score: f32| Value::Number(score.into());
            let mut answer = one("score", score.map_or(Value::Null, float), float(*needed));
            answer.set("rank", rank.map_or(Value::Null, number));
            answer.set("limit", number(limit));
            answer
        }
    }
}

#[cfg(test)]
mod tests;
