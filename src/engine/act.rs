//! Actions of the full edition: what conditions of rules are asked about, and what the page asks.
//!
//! | question | request | answer |
//! | --- | --- | --- |
//! | `rules` | `rules`: a list, or nothing for the default ones | `problems`: findings of the linter, with path, code and message |
//! | `actions` | `surface`, `hour`, `page`: what the page knows, `place`: of this moment | actions, best first; asks for a message off the site where a rule says so |
//! | `respond` | `rule`, `response`: `shown`, `accepted` or `dismissed` | `ok` |
//! | `why_not` | `action`, `surface`, `hour`, `page`, `place` | `null` where it is shown, else `code` and the values that decided |
//! | `offer` | `arms`, `cart`, `key`; or `campaign`, see [`super::offers`] | the arm chosen under the headroom of the cart, or the reason for none |

use super::Engine;
use super::offers::next;
use crate::act::decide::{self, Moment};
use crate::act::lint::lint;
use crate::act::offer::{self, Arm, Line, MAX_ARMS};
use crate::act::rule::Kind as RuleKind;
use crate::act::{Action, DEFAULT_RULES, Rules};
use crate::condition::Attributes;
use crate::intake::Event;
use crate::shopper::profile::contacts::Response;
use crate::shopper::profile::edit::Edit;
use crate::shopper::profile::{Known, intent};
use crate::value::Value;

/// Lines of a cart that an offer is chosen for.
const MAX_LINES: usize = 200;

/// The shop's rules and the attributes that they ask for.
#[derive(Debug, Default)]
pub(super) struct Acting {
    pub(super) rules: Rules,
    roots: Vec<String>,
}

impl Engine {
    /// Takes over rules; says what is wrong with them. Those without a mistake hold.
    pub(super) fn set_rules(&mut self, request: &Value) -> Value {
        let default;
        let given = match request.get("rules") {
            None | Some(Value::Null) => {
                default = Value::parse(DEFAULT_RULES).unwrap_or_default();
                &default
            }
            Some(given) => given,
        };
        let findings = lint(given).into_iter().map(|finding| {
            Value::map([
                ("code", finding.code.into()),
                ("path", finding.path.into()),
                ("message", finding.message.into()),
            ])
        });
        let problems = Value::List(findings.collect());
        let (rules, _) = Rules::read(given);
        let mut roots: Vec<String> = Vec::new();
        for rule in &rules.rules {
            for name in rule.condition.attributes() {
                let root = name.split('.').next().unwrap_or(name);
                if !roots.iter().any(|known| known == root) {
                    roots.push(root.into());
                }
            }
        }
        self.acting = Acting { rules, roots };
        Value::map([("problems", problems)])
    }

    /// What conditions are asked about: only what some rule asks for is worked out. Without an item it is the page's own.
    fn about(&self, item: &str, request: &Value, now: i64) -> Value {
        let page = request.get("page").cloned().unwrap_or_default();
        let item = match item.is_empty() {
            true => page.text_of("item"),
            false => item,
        };
        let known = Known::new(&self.shopper, self.model.as_ref(), &self.setup, now);
        let mut all = Vec::new();
        let session = self.intake.session(now).map(|session| session.0);
        for root in &self.acting.roots {
            let value = match root.as_str() {
                "item" => self.item_attributes(item, now),
                // Of the page's item alone: a page that shows no store must not have a coupon wait for one.
                "store" => self.store_attributes(page.text_of("item"), request, now),
                "page" => page.clone(),
                "member" => (!self.shopper.profile.facts.member.is_empty()).into(),
                "cart" => self.cart_attributes(),
                "survey" => self.survey(now),
                "prices" => crate::act::prices::attributes(&self.prices(now), &self.shopper),
                "churn" => self.shopper.profile.habits.churn(now),
                "visit" => {
                    let viewed = self.shopper.recent().iter();
                    let views = viewed
                        .filter(|viewed| Some(viewed.session) == session)
                        .count();
                    Value::map([("views", (views as f64).into())])
                }
                "tags" => {
                    let tags = self.shopper.profile.tags.answer(&self.setup.rules);
                    let names = tags
                        .elements()
                        .iter()
                        .filter_map(|tag| tag.get("name").cloned());
                    Value::List(names.collect())
                }
                name => known
                    .attribute(name)
                    .map_or(Value::Null, |value| value.into_owned()),
            };
            all.push((root.clone(), value));
        }
        Value::Map(all)
    }

    /// An action as the page gets it; one that leads to a store names the store.
    fn acted(&self, action: &Action, request: &Value, now: i64) -> Value {
        let mut value = action.to_value();
        if action.rule.kind == RuleKind::Store {
            let page = request.get("page").map_or("", |page| page.text_of("item"));
            let item = match action.item.is_empty() {
                true => page,
                false => &action.item,
            };
            let store = self.invited(item, request, now);
            value.set("store", store.map(|store| store.to_value()).into());
            value.set("item", Some(item).filter(|item| !item.is_empty()).into());
        }
        value
    }

    /// The survey that may be shown now; null where none is due.
    fn survey(&self, now: i64) -> Value {
        let profile = &self.shopper.profile;
        profile
            .surveys
            .due(&profile.facts, now)
            .map_or(Value::Null, |due| {
                Value::map([
                    ("due", due.kind.into()),
                    ("about", due.about.into()),
                    ("days", due.days.into()),
                ])
            })
    }

    fn item_attributes(&self, item: &str, now: i64) -> Value {
        if item.is_empty() {
            return Value::Null;
        }
        let bought = self
            .shopper
            .bought()
            .iter()
            .any(|bought| bought.key == item);
        let looks = self
            .shopper
            .profile
            .signals
            .looks_at(intent::item_hash(item), now);
        Value::map([
            ("id", item.into()),
            ("looks", looks.into()),
            ("bought", bought.into()),
        ])
    }

    fn cart_attributes(&self) -> Value {
        let (mut count, mut value) = (0, 0.0);
        for line in self.shopper.cart() {
            count += line.count;
            let price = self
                .model
                .as_ref()
                .zip(line.item)
                .and_then(|(model, item)| model.price(item));
            value += f64::from(line.count) * price.map_or(0.0, f64::from);
        }
        Value::map([("count", count.into()), ("value", value.into())])
    }

    /// Arms the rules that wait for an event.
    pub(super) fn arm(&mut self, event: &Event, now: i64) {
        if self.acting.rules.rules.is_empty() {
            return;
        }
        let item = event
            .products
            .first()
            .map_or("", |product| product.id.as_str());
        let about = |item: &str| self.about(item, &Value::Null, now);
        let armed = decide::armed(&self.acting.rules, event.kind.name(), item, &about);
        let edits: Vec<Edit> = armed
            .into_iter()
            .filter(|rule| {
                let armed = self.shopper.profile.contacts.armed().iter();
                !armed
                    .clone()
                    .any(|armed| armed.rule == rule.id && armed.until > now)
            })
            .map(|rule| Edit::Armed(rule.id.clone(), item.into(), now + rule.lasts_ms))
            .collect();
        for edit in edits {
            self.edit(&edit, now);
        }
    }

    /// Answers a question about actions; `None` for one of another room.
    pub(super) fn ask_acting(&mut self, what: &str, request: &Value, now: i64) -> Option<Value> {
        if let Some(answer) = self.ask_prices(what, request, now) {
            return Some(answer);
        }
        let hour = request.number_of("hour").unwrap_or(12.0) as u8 % 24;
        let moment = Moment {
            surface: request.text_of("surface"),
            now,
            session: self.intake.session(now).map_or(0, |session| session.0),
            hour,
        };
        let about = |item: &str| self.about(item, request, now);
        let contacts = &self.shopper.profile.contacts;
        let rules = &self.acting.rules;
        Some(match what {
            "rules" => self.set_rules(request),
            // Without leave to personalise nothing is known, and nothing is chosen by it.
            "actions" if !self.purposes.personalisation => Value::List(Vec::new()),
            "actions" => {
                let due = self.message_due(&about, moment);
                let actions = decide::actions(rules, contacts, &about, moment);
                let one = |action: &Action| self.acted(action, request, now);
                let answer = Value::List(actions.iter().map(one).collect());
                if let Some(due) = due {
                    self.request_message(due, now);
                }
                answer
            }
            "why_not" => {
                let id = request.text_of("action");
                decide::why_not(rules, contacts, &about, moment, id)
                    .or_else(|| self.unreachable(id))
                    .map_or(Value::Null, |why| why.to_value())
            }
            "respond" => {
                let name = request.text_of("response");
                let response = Response::ALL.iter().find(|(known, _)| *known == name);
                let id = request.text_of("rule");
                let rule = rules.rules.iter().find(|rule| rule.id == id);
                let done = match (response, rule) {
                    (Some((_, response)), Some(rule)) if self.purposes.personalisation => {
                        let contact = rule.contact(*response, moment.session);
                        let surveys = rule.kind == RuleKind::Survey;
                        let edit = Edit::Contact(rule.id.clone(), contact);
                        self.edit(&edit, now);
                        let profile = &self.shopper.profile;
                        let due = profile.surveys.due(&profile.facts, now);
                        if let Some(due) = due.filter(|_| surveys) {
                            let settled = *response != Response::Shown;
                            let edit = Edit::Surveyed(due.kind.into(), due.about, settled);
                            self.edit(&edit, now);
                        }
                        true
                    }
                    _ => false,
                };
                Value::map([("ok", done.into())])
            }
            "survey" if !self.purposes.personalisation => Value::Null,
            "survey" => self.survey(now),
            "offers" => self.set_offers(request),
            "offer" => self.offer(request, now),
            "top_up" => self.top_up(request, now),
            _ => return None,
        })
    }
}

impl Engine {
    /// Chooses a benefit for a cart: of a campaign, or of the arms in the request.
    fn offer(&mut self, request: &Value, now: i64) -> Value {
        let Some(lines) = lines(request) else {
            return refused(
                "cart".into(),
                "write each line's amount in minor units, at least 0",
            );
        };
        match request.get("campaign") {
            None | Some(Value::Null) => offered(request, &lines),
            Some(_) => self.offer_of(request, &lines, now),
        }
    }
}

fn refused(path: String, remedy: &str) -> Value {
    Value::map([
        ("arm", Value::Null),
        ("code", "offer_arm".into()),
        ("path", path.into()),
        ("remedy", remedy.into()),
    ])
}

/// The lines of a request's cart; `None` where one has no amount.
fn lines(request: &Value) -> Option<Vec<Line>> {
    let given = request.get("cart").map_or(&[][..], Value::elements);
    let mut lines = Vec::new();
    for line in given.iter().take(MAX_LINES) {
        let amount = line
            .number_of("amount")
            .filter(|amount| (0.0..=1e12).contains(amount))?;
        let headroom = line
            .number_of("headroom")
            .filter(|percent| (0.0..=100.0).contains(percent));
        lines.push(Line {
            amount: amount as i64,
            headroom: headroom.map(|percent| percent as u8),
        });
    }
    Some(lines)
}

/// Chooses a benefit for a cart; see [`offer::choose`].
fn offered(request: &Value, lines: &[Line]) -> Value {
    let mut arms = Vec::new();
    let given = request.get("arms").map_or(&[][..], Value::elements);
    for (n, arm) in given.iter().take(MAX_ARMS).enumerate() {
        match Arm::read(arm) {
            Ok(arm) => arms.push(arm),
            Err((field, remedy)) => {
                let mut path = String::from("arms[");
                crate::decimal::print_uint(&mut path, n as u64);
                path.push_str("].");
                path.push_str(field);
                return refused(path, remedy);
            }
        }
    }
    let Some(chosen) = offer::choose(&arms, lines, request.text_of("key")) else {
        return Value::map([("arm", Value::Null), ("code", "offer_none".into())]);
    };
    let mut answer = chosen.to_value(&arms);
    next(&mut answer, &arms, lines);
    answer
}
