//! Tags: what a shop calls a shopper, by rules in the condition language.
//!
//! A rule has a condition to enter and one to leave, so that a tag does not flap between two events, and a lifetime: a tag
//! goes so many days after its condition held last. Derived tags are told from those that a shop imports with its facts.
//! A tag that the shopper deleted is not derived again until [`super::erased::Erased`] says so. Rules that speak of
//! health, faith, politics, sexuality, origin or minors are refused when they are read (GDPR article 9, PIPL article 28):
//! a tag on such a topic is never derived.

use super::declared::Refused;
use super::erased::{Erased, What};
use crate::codec::{self, Reader, put_text, put_uint};
use crate::condition::{Attributes, BARE, Condition};
use crate::value::Value;

/// Version of the stored row.
const VERSION: u8 = 1;

/// Rules that hold, and tags that a shopper has at most.
const RULES: usize = 200;
const TAGS: usize = 60;
/// Bytes of a name, and of the evidence of one tag.
const NAME: usize = 80;
const EVIDENCE: usize = 400;
const DAY_MS: f64 = 86_400e3;
/// Days that a tag outlives its condition, where its rule does not say.
const DAYS: f64 = 90.0;

/// Words that no rule may be about, in the forms that labels and categories have.
const SPECIAL: &str = "religion religious muslim islam christian jewish hindu buddhist church halal kosher 宗教 信仰 穆斯林 清真 \
health disease illness diabetes diabetic cancer hiv pregnant pregnancy disability disabled depression medicine 疾病 患者 怀孕 孕妇 残疾 病 \
politics political party conservative liberal communist union 政治 党派 工会 \
gay lesbian bisexual transgender sexual sexuality 同性恋 性取向 \
ethnic ethnicity race racial immigrant 民族 种族 移民 \
minor minors underage teenager 未成年 biometric genetic criminal 犯罪 基因";

/// The word of a special category that a text holds, if any.
pub fn special(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    let is_letter = |char: char| char.is_alphabetic();
    SPECIAL
        .split(' ')
        .filter(|word| !word.is_empty())
        .find(|word| {
            if word.is_ascii() {
                text.split(|char| !is_letter(char))
                    .any(|part| part == *word)
            } else {
                text.contains(*word)
            }
        })
}

/// A rule: `{ "tag": "quality-of-life", "title": { "en": "…", "zh": "…" }, "enter": {…}, "exit": {…}, "days": 90 }`.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Name of the tag.
    pub tag: String,
    titles: [String; 2],
    enter: Condition,
    /// Where there is none, a tag leaves when its lifetime ends.
    exit: Option<Condition>,
    lifetime: i64,
}

/// Texts anywhere in a value: what a condition compares with, and the names of what it looks at.
fn texts<'a>(value: &'a Value, each: &mut dyn FnMut(&'a str)) {
    match value {
        Value::Text(text) => each(text),
        Value::List(items) => items.iter().for_each(|item| texts(item, each)),
        Value::Map(fields) => fields.iter().for_each(|(name, value)| {
            each(name);
            texts(value, each);
        }),
        _ => {}
    }
}

impl Rule {
    fn read(path: &str, from: &Value) -> Result<Rule, Refused> {
        let at = |name: &str| format!("{path}.{name}");
        let tag = from.get("tag").and_then(Value::text).unwrap_or("");
        if tag.is_empty() || tag.len() > NAME {
            return Err(Refused::new(
                &at("tag"),
                "tag_name",
                "give a name of 1 to 80 bytes",
            ));
        }
        let mut found = None;
        texts(from, &mut |text| found = found.or_else(|| special(text)));
        if let Some(word) = found {
            let remedy = format!(
                "remove \"{word}\": no tag may be derived on health, faith, politics, sexuality, origin or minors"
            );
            return Err(Refused::new(path, "tag_special", &remedy));
        }
        let title = |language: &str| {
            let title = from.get("title").and_then(|title| title.get(language));
            title.and_then(Value::text).unwrap_or(tag).into()
        };
        let condition = |name: &str, condition: &Value| {
            Condition::parse(condition).map_err(|error| Refused::condition(&at(name), &error))
        };
        let Some(enter) = from.get("enter") else {
            return Err(Refused::new(
                &at("enter"),
                "tag_enter",
                "give the condition under which the tag is set",
            ));
        };
        let exit = match from.get("exit") {
            None | Some(Value::Null) => None,
            Some(exit) => Some(condition("exit", exit)?),
        };
        let days = match from.get("days") {
            None | Some(Value::Null) => DAYS,
            Some(Value::Number(days)) if *days > 0.0 && *days <= 730.0 => *days,
            Some(_) => {
                return Err(Refused::new(
                    &at("days"),
                    "tag_days",
                    "give a number of days above 0 and at most 730",
                ));
            }
        };
        Ok(Rule {
            tag: tag.into(),
            titles: [title("en"), title("zh")],
            enter: condition("enter", enter)?,
            exit,
            lifetime: (days * DAY_MS) as i64,
        })
    }
}

/// Reads rules; what is refused is left out and said.
pub fn read(path: &str, list: &Value) -> (Vec<Rule>, Vec<Refused>) {
    let (mut rules, mut refused): (Vec<Rule>, _) = (Vec::new(), Vec::new());
    for (n, from) in list.list().unwrap_or(&[]).iter().enumerate() {
        let path = format!("{path}[{n}]");
        match Rule::read(&path, from) {
            _ if rules.len() == RULES => {
                refused.push(Refused::new(&path, "tag_many", "keep to 200 rules"))
            }
            Ok(rule) if rules.iter().any(|known| known.tag == rule.tag) => {
                refused.push(Refused::new(
                    &path,
                    "tag_twice",
                    "give each tag one rule; join conditions by $or",
                ));
            }
            Ok(rule) => rules.push(rule),
            Err(error) => refused.push(error),
        }
    }
    (rules, refused)
}

/// A tag that a shopper has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tag {
    /// Name of the tag.
    pub name: String,
    /// Since when, in milliseconds since 1970.
    pub since: i64,
    /// When its condition held last.
    pub held: i64,
    /// Set by the shop, not derived; `until` of an imported tag, 0 without end.
    pub imported: bool,
    /// End of an imported tag in milliseconds since 1970; 0 without one.
    pub until: i64,
    /// What the condition looked at, and what that was: JSON.
    evidence: String,
}

/// Tags of the shopper.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tags {
    held: Vec<Tag>,
}

/// What a condition looks at, and what that is.
fn evidence(rule: &Rule, attributes: &dyn Attributes) -> String {
    let mut seen = Vec::new();
    for path in rule.enter.attributes() {
        let mut parts = crate::lines::parts(path, b'.');
        let root = parts.next().unwrap_or("");
        let mut value = attributes.attribute(root).map(std::borrow::Cow::into_owned);
        for part in parts {
            value = value.and_then(|value| value.get(part).cloned());
        }
        seen.push((path.into(), value.unwrap_or_default()));
        if Value::Map(seen.clone()).to_json().len() > EVIDENCE {
            seen.pop();
        }
    }
    Value::Map(seen).to_json()
}

impl Tags {
    /// Sets and removes what rules say at `now`. Whether anything changed that is to be kept.
    pub fn apply(
        &mut self,
        rules: &[Rule],
        attributes: &dyn Attributes,
        erased: &Erased,
        now: i64,
    ) -> bool {
        let before = self.held.len();
        self.held.retain(|tag| {
            !erased.has(What::Tag, &tag.name, now)
                && if tag.imported {
                    tag.until == 0 || now < tag.until
                } else {
                    rules.iter().any(|rule| rule.tag == tag.name)
                }
        });
        let mut changed = self.held.len() != before;
        for rule in rules {
            if erased.has(What::Tag, &rule.tag, now) {
                continue;
            }
            let at = self.held.iter().position(|tag| tag.name == rule.tag);
            let holds = rule.enter.passes(attributes, &BARE);
            let Some(at) = at else {
                if holds && self.held.len() < TAGS {
                    self.held.push(Tag {
                        name: rule.tag.clone(),
                        since: now,
                        held: now,
                        evidence: evidence(rule, attributes),
                        ..Tag::default()
                    });
                    changed = true;
                }
                continue;
            };
            let tag = &mut self.held[at];
            if tag.imported {
                continue;
            }
            if holds {
                // The day is enough for a lifetime in days; a row is not written for every event.
                if now.saturating_sub(tag.held) as f64 >= DAY_MS {
                    tag.evidence = evidence(rule, attributes);
                    tag.held = now;
                    changed = true;
                }
                continue;
            }
            let leaves = rule
                .exit
                .as_ref()
                .is_some_and(|exit| exit.passes(attributes, &BARE));
            if leaves || now.saturating_sub(tag.held) >= rule.lifetime {
                self.held.remove(at);
                changed = true;
            }
        }
        changed
    }

    /// Takes over a tag that the shop says; one that is newer stays.
    pub fn import(&mut self, name: &str, since: i64, until: i64) {
        if name.is_empty() || name.len() > NAME || special(name).is_some() {
            return;
        }
        self.held.retain(|tag| tag.name != name);
        if self.held.len() < TAGS {
            self.held.push(Tag {
                name: name.into(),
                since,
                held: since,
                imported: true,
                until,
                evidence: String::new(),
            });
        }
    }

    /// Takes a tag away.
    pub fn remove(&mut self, name: &str) {
        self.held.retain(|tag| tag.name != name);
    }

    /// All tags.
    pub fn all(&self) -> &[Tag] {
        &self.held
    }

    /// As the border answers: `name`, `title` in both languages, `since`, `until`, `origin`, `evidence`.
    pub fn answer(&self, rules: &[Rule]) -> Value {
        let one = |tag: &Tag| {
            let rule = rules.iter().find(|rule| rule.tag == tag.name);
            let title = |n: usize| rule.map_or(tag.name.as_str(), |rule| rule.titles[n].as_str());
            let until = match rule {
                Some(rule) if !tag.imported => Some(tag.held.saturating_add(rule.lifetime)),
                _ => Some(tag.until).filter(|until| *until > 0),
            };
            Value::map([
                ("name", tag.name.as_str().into()),
                (
                    "title",
                    Value::map([("en", title(0).into()), ("zh", title(1).into())]),
                ),
                ("since", (tag.since as f64).into()),
                (
                    "until",
                    until.map_or(Value::Null, |until| (until as f64).into()),
                ),
                (
                    "origin",
                    if tag.imported { "imported" } else { "derived" }.into(),
                ),
                ("evidence", Value::parse(&tag.evidence).unwrap_or_default()),
            ])
        };
        Value::List(self.held.iter().map(one).collect())
    }

    /// What is kept on the device, in a row of its own: tags follow from conditions that time may have undone since.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_uint(&mut out, self.held.len() as u64);
        for tag in &self.held {
            put_text(&mut out, &tag.name);
            for time in [tag.since, tag.held, tag.until] {
                put_uint(&mut out, time as u64);
            }
            out.push(tag.imported.into());
            put_text(&mut out, &tag.evidence);
        }
        codec::seal(VERSION, &out)
    }

    /// `None` for what [`Tags::encode`] did not write.
    pub fn decode(row: &[u8]) -> Option<Tags> {
        let reader = &mut Reader::open(VERSION, row);
        let mut tags = Tags::default();
        for _ in 0..reader.count(6, TAGS) {
            tags.held.push(Tag {
                name: reader.text().into(),
                since: reader.uint() as i64,
                held: reader.uint() as i64,
                until: reader.uint() as i64,
                imported: reader.byte() != 0,
                evidence: reader.text().into(),
            });
        }
        reader.ends().then_some(tags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    fn rules(json: &str) -> Vec<Rule> {
        let (rules, refused) = read("tags", &Value::parse(json).unwrap());
        assert_eq!(refused, []);
        rules
    }

    fn names(tags: &Tags) -> Vec<&str> {
        tags.all().iter().map(|tag| tag.name.as_str()).collect()
    }

    const WARM: &str = r#"[{"tag":"warm","title":{"en":"Warm","zh":"暖"},"enter":{"heat":{"$gte":0.7}},"exit":{"heat":{"$lt":0.3}},"days":30}]"#;

    fn heat(heat: f64) -> Value {
        Value::map([("heat", heat.into())])
    }

    #[test]
    fn a_tag_stays_between_its_thresholds_and_ends_with_its_lifetime() {
        let (rules, erased) = (rules(WARM), Erased::default());
        let mut tags = Tags::default();
        let mut path = Vec::new();
        for (day, warmth) in [
            (1, 0.5),
            (2, 0.8),
            (3, 0.5),
            (4, 0.31),
            (5, 0.29),
            (6, 0.69),
            (7, 0.7),
            (36, 0.5),
            (37, 0.5),
        ] {
            tags.apply(&rules, &heat(warmth), &erased, day * DAY);
            path.push(!tags.all().is_empty());
        }
        assert_eq!(
            path,
            [false, true, true, true, false, false, true, true, false]
        );
    }

    #[test]
    fn evidence_is_what_the_condition_saw() {
        let rules = rules(WARM);
        let mut tags = Tags::default();
        assert!(tags.apply(&rules, &heat(0.9), &Erased::default(), DAY));
        assert!(
            !tags.apply(&rules, &heat(0.9), &Erased::default(), DAY + 5),
            "nothing new to keep"
        );
        let answer = tags.answer(&rules).to_json();
        assert_eq!(
            answer,
            r#"[{"name":"warm","title":{"en":"Warm","zh":"暖"},"since":86400000,"until":2678400000,"origin":"derived","evidence":{"heat":0.9}}]"#
        );
        assert_eq!(Tags::decode(&tags.encode()), Some(tags));
    }

    #[test]
    fn a_deleted_tag_stays_deleted_for_180_days() {
        let rules = rules(WARM);
        let (mut tags, mut erased) = (Tags::default(), Erased::default());
        tags.apply(&rules, &heat(0.9), &erased, DAY);
        erased.add(What::Tag, "warm", 2 * DAY);
        tags.remove("warm");
        for day in [2, 30, 181] {
            tags.apply(&rules, &heat(0.9), &erased, day * DAY);
            assert!(tags.all().is_empty(), "day {day}");
        }
        tags.apply(&rules, &heat(0.9), &erased, 182 * DAY);
        assert_eq!(names(&tags), ["warm"]);
    }

    #[test]
    fn imported_tags_end_when_the_shop_says_and_rules_leave_them_alone() {
        let rules = rules(WARM);
        let mut tags = Tags::default();
        tags.import("vip", DAY, 10 * DAY);
        tags.import("muslim customers", DAY, 0);
        tags.apply(&rules, &heat(0.0), &Erased::default(), 9 * DAY);
        assert_eq!(names(&tags), ["vip"]);
        tags.apply(&rules, &heat(0.0), &Erased::default(), 10 * DAY);
        assert!(tags.all().is_empty());
    }

    #[test]
    fn rules_on_special_categories_are_refused() {
        for wrong in [
            r#"[{"tag":"halal shopper","enter":{"x":1}}]"#,
            r#"[{"tag":"t","title":{"zh":"糖尿病患者"},"enter":{"x":1}}]"#,
            r#"[{"tag":"t","enter":{"departments.Health.weight":{"$gt":1}}}]"#,
            r#"[{"tag":"t","enter":{"category":{"$in":["Books > Religion"]}}}]"#,
        ] {
            let (taken, refused) = read("tags", &Value::parse(wrong).unwrap());
            assert!(
                taken.is_empty() && refused[0].code == "tag_special",
                "{wrong}: {refused:?}"
            );
        }
        assert_eq!(
            special("healthy snacks for a party of unions"),
            Some("party")
        );
        assert_eq!(special("racing bikes"), None);
    }

    #[test]
    fn mistakes_are_refused_with_their_path() {
        let wrong = r#"[{"enter":{}},{"tag":"a"},{"tag":"b","enter":{"x":{"$gtt":1}}},{"tag":"c","enter":{},"days":0},
            {"tag":"d","enter":{}},{"tag":"d","enter":{}}]"#;
        let (taken, refused) = read("tags", &Value::parse(wrong).unwrap());
        assert_eq!(taken.len(), 1);
        let found: Vec<_> = refused
            .iter()
            .map(|one| (one.path.as_str(), one.code))
            .collect();
        assert_eq!(
            found,
            [
                ("tags[0].tag", "tag_name"),
                ("tags[1].enter", "tag_enter"),
                ("tags[2].enter.x.$gtt", "condition_unknown_operator"),
                ("tags[3].days", "tag_days"),
                ("tags[5]", "tag_twice"),
            ]
        );
    }
}
