//! Questions about content items: `contents` opens the part, `content` ranks.

use super::Engine;
use crate::intake::Session;
use crate::recommend::contents::{self, ContentRequest, PARTS, Relation};
use crate::recommend::{Because, sentence};
use crate::shop::contents::{Contents, TYPES, kind};
use crate::value::Value;

/// Content items of one list.
const MAX_LIMIT: usize = 100;
const LIMIT: usize = 12;
/// Ids held out, and types asked for.
const MOST: usize = 1_000;

impl Engine {
    /// Answers a question about content; `None` for one of another room.
    pub(super) fn ask_contents(&mut self, what: &str, request: &Value, now: i64) -> Option<Value> {
        Some(match what {
            "contents" => self.open_contents(request),
            "content" => self.rank_contents(request, now),
            _ => return None,
        })
    }

    fn open_contents(&mut self, part: &Value) -> Value {
        match Contents::read(part) {
            Ok(mut contents) => {
                if let Some(model) = &self.model {
                    contents.resolve(model);
                }
                let count = contents.rows().len();
                self.contents = contents;
                Value::map([("ok", true.into()), ("items", (count as u32).into())])
            }
            Err(error) => Value::map([
                ("ok", false.into()),
                ("code", error.code().into()),
                ("remedy", error.remedy().into()),
            ]),
        }
    }

    fn rank_contents(&mut self, request: &Value, now: i64) -> Value {
        let decision = self.decision(now);
        let texts = |name: &str| {
            let list = request.get(name).map_or(&[][..], Value::elements);
            list.iter().filter_map(Value::text).take(MOST)
        };
        let personal = self.purposes.personalisation;
        let kinds: Vec<u8> = texts("types").filter_map(kind).collect();
        // Only types that there are not: nothing is of them.
        let none = kinds.is_empty() && texts("types").next().is_some();
        let limit = request.number_of("limit").unwrap_or(LIMIT as f64);
        let wanted = ContentRequest {
            item: request.text_of("item"),
            exact: request.get("exact").is_some_and(Value::truthy),
            kinds,
            limit: (limit as usize).min(MAX_LIMIT),
            exclude: texts("exclude").collect(),
            personal,
        };
        let language = usize::from(request.text_of("language") == "zh");
        let asked = self.shopper.profile.enquiries.items(now);
        let entries = match &self.model {
            Some(model) if !none => {
                contents::rank(&self.contents, model, &self.shopper, &asked, &wanted, now)
            }
            _ => Vec::new(),
        };
        let items = entries.iter().enumerate().map(|(n, entry)| {
            let row = &self.contents.rows()[entry.row];
            let parts = PARTS.iter().zip(entry.parts);
            let parts = parts.filter(|(_, given)| *given > 0.0);
            let relation = entry.relation.map(|relation| match relation {
                Relation::Item => "item",
                Relation::Category => "category",
                Relation::Brand => "brand",
            });
            Value::map([
                ("id", row.id.as_str().into()),
                ("type", TYPES[usize::from(row.kind) % TYPES.len()].into()),
                ("score", f64::from(entry.score).into()),
                ("position", (n as u32 + 1).into()),
                ("about", relation.into()),
                ("items", row.items.clone().into()),
                ("code", sentence(entry.code as usize, 0).0.into()),
                ("sentence", sentence(entry.code as usize, language).1.into()),
                ("because", self.called(entry.because)),
                (
                    "parts",
                    Value::Map(
                        parts
                            .map(|(name, given)| ((*name).into(), f64::from(given).into()))
                            .collect(),
                    ),
                ),
            ])
        });
        let known = entries
            .iter()
            .any(|entry| entry.parts[..4].iter().any(|given| *given > 0.0));
        let fallback = match (entries.is_empty(), known) {
            (true, _) => "empty",
            (_, true) => "none",
            _ => "popularity",
        };
        Value::map([
            ("items", Value::List(items.collect())),
            ("decision", Session(decision).text().into()),
            ("fallback", fallback.into()),
            ("personal", (personal && known).into()),
        ])
    }

    /// Kind and name of a cause, as `name` of the page's bindings has them, and what the shopper's own events called an item; null where
    /// there is none.
    fn called(&self, because: Because) -> Value {
        let Some(model) = &self.model else {
            return Value::Null;
        };
        let (kind, name, said): (u32, String, &str) = match because {
            Because::Nothing => return Value::Null,
            Because::Item(item) => (1, model.key(item).into(), self.item_name(item)),
            Because::Category(category) => (2, model.category_path(category), ""),
            Because::Brand(brand) => (3, model.brand_name(brand).into(), ""),
        };
        Value::List(vec![kind.into(), name.into(), said.into()])
    }
}
