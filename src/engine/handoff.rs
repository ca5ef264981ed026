//! Hand-off of the full edition: what the page asks.
//!
//! | question | request | answer |
//! | --- | --- | --- |
//! | `snapshot` | `audience`, `consent`: true, `item`, `minutes`; of the CRM `orders`, `contacts`, `visit` | `snapshot` and its `code` without a signature, or `ok: false` and a `code` |
//! | `handoff_read` | `code` | `snapshot`, or `ok: false` with `code` and `remedy` |
//! | `handoff_text` | `snapshot`, `language`, `names`, `times` | `text`, and `sections` of heading and lines |
//!
//! Nothing is kept of a snapshot, and leave is asked for each.

use super::Engine;
use crate::handoff::snapshot::{Parts, snapshot};
use crate::handoff::text::{Words, sections, text};
use crate::handoff::{Audience, HandoffError, pack};
use crate::shopper::profile::intent;
use crate::value::Value;

/// Lists before they are cut.
const MOST: usize = 20;
/// Categories and brands that are said.
const LIKED: usize = 3;
/// A guide sees what was bought beside what is asked about, no more.
const ORDERS_OF_A_GUIDE: usize = 3;
/// How strongly a category must be disliked.
const DISLIKED: f64 = -2.0;

fn refused(error: HandoffError) -> Value {
    let (code, remedy) = error.told();
    Value::map([
        ("ok", false.into()),
        ("code", code.into()),
        ("remedy", remedy.into()),
    ])
}

impl Engine {
    /// Answers a question about hand-off; `None` for one of another room.
    pub(super) fn ask_handoff(&mut self, what: &str, request: &Value, now: i64) -> Option<Value> {
        Some(match what {
            "snapshot" => {
                let audience = Audience::named(request.text_of("audience"));
                let leave = request.get("consent") == Some(&Value::Bool(true));
                match (leave, audience) {
                    (false, _) => refused(HandoffError::Consent),
                    (true, None) => refused(HandoffError::Audience),
                    (true, Some(audience)) => {
                        let parts = self.parts(request, audience, now);
                        let minutes = request.number_of("minutes");
                        let (snapshot, code) = snapshot(parts, audience, minutes, now);
                        Value::map([
                            ("ok", true.into()),
                            ("snapshot", snapshot),
                            ("code", code.into()),
                        ])
                    }
                }
            }
            "handoff_read" => match pack::unpack(request.text_of("code"), now) {
                Ok(snapshot) => Value::map([("ok", true.into()), ("snapshot", snapshot)]),
                Err(error) => refused(error),
            },
            "handoff_text" => {
                let words = Words {
                    chinese: request.text_of("language") == "zh",
                    names: request.get("names").unwrap_or(&Value::Null),
                    times: request.get("times").unwrap_or(&Value::Null),
                };
                let snapshot = request.get("snapshot").unwrap_or(&Value::Null);
                let sections = sections(snapshot, &words).into_iter();
                let sections = sections.map(|(heading, lines)| {
                    Value::map([("heading", heading.into()), ("lines", lines.into())])
                });
                Value::map([
                    ("sections", Value::List(sections.collect())),
                    ("text", text(snapshot, &words).into()),
                ])
            }
            _ => return None,
        })
    }

    fn parts(&self, request: &Value, audience: Audience, now: i64) -> Parts {
        let profile = &self.shopper.profile;
        let intent = profile.signals.intent(now);
        let recent = self.shopper.recent().iter().rev();
        let hesitated = intent.item.and_then(|hash| {
            let mut recent = recent.clone();
            recent.find(|viewed| intent::item_hash(&viewed.key) == hash)
        });
        let asked = request.text_of("item");
        let item = match (asked.is_empty(), hesitated) {
            (true, Some(viewed)) => viewed.key.as_str(),
            _ => asked,
        };
        let hidden = self.shopper.hidden();
        let is_hidden = |key: &str| hidden.iter().any(|hidden| hidden.key == key);
        let in_cart = |key: &str| self.shopper.cart().iter().any(|line| line.key == key);
        let browsing = recent
            .filter(|viewed| !is_hidden(&viewed.key))
            .take(MOST)
            .map(|viewed| {
                let looks = profile
                    .signals
                    .looks_at(intent::item_hash(&viewed.key), now);
                Value::map([
                    ("item", viewed.key.as_str().into()),
                    ("looks", looks.max(1).into()),
                    ("last", viewed.time.into()),
                    ("inCart", in_cart(&viewed.key).into()),
                ])
            });
        let counted =
            |code: &str, count: u32| Value::map([("code", code.into()), ("count", count.into())]);
        let mut reasons: Vec<Value> = Vec::new();
        let looks = profile.signals.looks_at(intent::item_hash(item), now);
        if looks > 0 {
            reasons.push(counted("looks", looks));
        }
        let evidence = intent.evidence.iter();
        let evidence = evidence.filter(|(name, _)| *name != "looks");
        reasons.extend(evidence.map(|(name, count)| counted(name, *count)));
        Parts {
            member: profile.facts.member.clone(),
            orders: self.handed_orders(request, audience, item),
            browsing: browsing.collect(),
            enquiries: self.enquiries(request, now),
            after_sales: self.after_sales(now),
            intent: Value::map([
                ("phase", intent.phase.into()),
                ("item", Some(item).filter(|item| !item.is_empty()).into()),
                ("reason", intent.reason.into()),
            ]),
            reasons,
            preferences: self.liked(now),
            unmentioned: self.unmentioned(item, now),
            tags: self.tag_names(),
            visit: request.get("visit").map_or(Value::Null, |visit| {
                Value::map([
                    ("store", visit.text_of("store").into()),
                    ("time", visit.number_of("visit").into()),
                ])
            }),
        }
    }

    /// Orders as the CRM told the page, else what the device saw bought. A guide gets those with something of the department
    /// that is asked about.
    fn handed_orders(&self, request: &Value, audience: Audience, item: &str) -> Vec<Value> {
        let told = request.get("orders").map_or(&[][..], Value::elements);
        let mut orders: Vec<Value> = told
            .iter()
            .take(MOST)
            .map(|order| {
                let lines = order.get("lines").map_or(&[][..], Value::elements);
                let items = lines.iter().filter_map(|line| line.get("item").cloned());
                Value::map([
                    ("id", order.text_of("id").into()),
                    ("time", order.number_of("placed").into()),
                    ("state", order.text_of("state").into()),
                    ("items", Value::List(items.collect())),
                ])
            })
            .collect();
        if told.is_empty() {
            let bought = self.shopper.bought().iter().rev().take(MOST);
            orders = bought
                .map(|bought| {
                    Value::map([
                        ("time", bought.time.into()),
                        ("items", vec![bought.key.as_str()].into()),
                    ])
                })
                .collect();
        }
        if audience == Audience::Store {
            let wanted = self.department(item);
            orders.retain(|order| {
                let items = order.get("items").map_or(&[][..], Value::elements);
                let of = |one: &Value| self.department(one.text().unwrap_or(""));
                wanted.is_some() && items.iter().any(|one| of(one) == wanted)
            });
            orders.truncate(ORDERS_OF_A_GUIDE);
        }
        orders
    }

    fn category(&self, item: &str) -> Option<String> {
        let model = self.model.as_ref()?;
        Some(model.category_path(model.category(model.find(item)?)?))
    }

    fn department(&self, item: &str) -> Option<String> {
        let path = self.category(item)?;
        Some(path.split(" > ").next().unwrap_or("").into())
    }

    fn after_sales(&self, now: i64) -> Vec<Value> {
        let sentiment = self.shopper.profile.sentiment.answer(now);
        let counts = ["issues", "returns"].into_iter().filter_map(|what| {
            let count = sentiment.number_of(what).filter(|count| *count > 0.0)?;
            Some(Value::map([("what", what.into()), ("count", count.into())]))
        });
        counts.collect()
    }

    /// Categories, brands and price range that the shopper likes.
    fn liked(&self, now: i64) -> Vec<Value> {
        let one =
            |kind: &str, name: &str| Value::map([("kind", kind.into()), ("name", name.into())]);
        let mut liked = Vec::new();
        let lists = [
            ("category", self.shopper.categories()),
            ("brand", self.shopper.brands()),
        ];
        for (kind, interests) in lists {
            let ranked = interests.ranked(now).into_iter().take(LIKED);
            liked.extend(ranked.map(|interest| one(kind, &interest.name)));
        }
        if let Some(level) = self.shopper.profile.habits.taste.level() {
            let range = match level.mean {
                mean if mean < 1.0 / 3.0 => "low",
                mean if mean > 2.0 / 3.0 => "high",
                _ => "middle",
            };
            liked.push(one("price", range));
        }
        liked
    }

    /// What the shopper does not want to hear of: not the category of what they want now, of which they may dislike one product.
    /// What they deleted is known to nobody and not here.
    fn unmentioned(&self, item: &str, now: i64) -> Vec<Value> {
        let wanted = self.category(item).unwrap_or_default();
        let one = |kind: &str, name: &str| {
            Value::map([
                ("kind", kind.into()),
                ("name", name.into()),
                ("why", "disliked".into()),
            ])
        };
        let hidden = self.shopper.hidden().iter().rev().take(MOST);
        let mut all: Vec<Value> = hidden.map(|hidden| one("item", &hidden.key)).collect();
        let sentiment = self.shopper.profile.sentiment.answer(now);
        let moods = sentiment.get("categories").map_or(&[][..], Value::elements);
        let bad = moods
            .iter()
            .filter(|mood| mood.number_of("value") < Some(DISLIKED));
        let bad = bad.filter(|mood| mood.text_of("name") != wanted);
        all.extend(bad.map(|mood| one("category", mood.text_of("name"))));
        all
    }

    fn tag_names(&self) -> Vec<Value> {
        let tags = self.shopper.profile.tags.answer(&self.setup.rules);
        let names = tags.elements().iter();
        names
            .filter_map(|tag| tag.get("name").cloned())
            .take(MOST)
            .collect()
    }

    /// Contacts as the CRM told the page, open ones first, and questions in live rooms: the catalogue's words of them, which is all
    /// that is known.
    fn enquiries(&self, request: &Value, now: i64) -> Vec<Value> {
        let one = |topic: Value, channel: &str, time: Value, item: Value, open: bool| {
            Value::map([
                ("topic", topic),
                ("channel", channel.into()),
                ("time", time),
                ("item", item),
                ("open", open.into()),
            ])
        };
        let of = |value: &Value, name: &str| value.get(name).cloned().unwrap_or_default();
        let told = request.get("contacts").map_or(&[][..], Value::elements);
        let mut all: Vec<Value> = told
            .iter()
            .take(MOST)
            .map(|contact| {
                let open = matches!(contact.get("resolved"), None | Some(Value::Null));
                let topic = contact.text_of("topic").into();
                let time = contact.number_of("at").into();
                one(
                    topic,
                    contact.text_of("channel"),
                    time,
                    of(contact, "item"),
                    open,
                )
            })
            .collect();
        all.sort_by_key(|one| one.get("open") != Some(&Value::Bool(true)));
        let asked = self.shopper.profile.enquiries.answer(now);
        let questions = asked.elements().iter();
        let questions = questions.filter(|one| one.text_of("kind") == "question");
        all.extend(questions.take(MOST).map(|question| {
            let words: Vec<&str> = question
                .get("words")
                .map_or(&[][..], Value::elements)
                .iter()
                .filter_map(Value::text)
                .collect();
            let topic = words.join(" ").as_str().into();
            one(
                topic,
                "live",
                of(question, "time"),
                of(question, "item"),
                true,
            )
        }));
        all
    }
}

#[cfg(test)]
mod tests;
