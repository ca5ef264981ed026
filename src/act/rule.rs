//! A rule: when, if, do, with its value, caps and hours; read from JSON once, refused with path and remedy.

use super::channel::Channel;
use crate::condition::Condition;
use crate::lines::join;
use crate::shopper::profile::contacts::{Contact, Response, SHOWS};
use crate::value::Value;

const MINUTE_MS: i64 = 60_000;
/// Rules of one shop.
const MAX_RULES: usize = 200;
/// Longest text of an action, in bytes.
const MAX_TEXT: usize = 500;

/// What an action is, from the mildest to the dearest: the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Says sorry; goes before everything else.
    Apology,
    /// Reminds of an item or a cart.
    Reminder,
    /// Reviews, pictures, a comparison, reassurance about delivery or fit.
    Information,
    /// Asks for an opinion.
    Survey,
    /// Offers help.
    Service,
    /// Invites to a store.
    Store,
    /// Early access to goods.
    Preview,
    /// A coupon, requested from the CRM.
    Offer,
}

impl Kind {
    /// Names in rules and answers, mildest first.
    pub const NAMES: [(&'static str, Kind); 8] = [
        ("apology", Kind::Apology),
        ("reminder", Kind::Reminder),
        ("information", Kind::Information),
        ("survey", Kind::Survey),
        ("service", Kind::Service),
        ("store", Kind::Store),
        ("preview", Kind::Preview),
        ("offer", Kind::Offer),
    ];

    /// Name in rules and answers.
    pub fn name(self) -> &'static str {
        Kind::NAMES[self as usize].0
    }

    /// Whether it advertises: held back while a complaint is open.
    pub fn promotes(self) -> bool {
        matches!(
            self,
            Kind::Reminder | Kind::Store | Kind::Preview | Kind::Offer
        )
    }
}

/// How often a rule's action may be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    /// Maximum in a session.
    pub session: Option<u32>,
    /// Maximum in a day.
    pub day: Option<u32>,
    /// Maximum ever.
    pub total: Option<u32>,
}

/// A text in both languages of the pages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Id, unique among the rules.
    pub id: String,
    /// The name of the event that arms it; empty for a rule that holds at any time.
    pub event: String,
    /// Condition on the shopper's attributes.
    pub condition: Condition,
    /// Kind of the action.
    pub kind: Kind,
    /// Heading.
    pub title: Text,
    /// Sentence below it.
    pub text: Text,
    /// Of the CRM; empty where no coupon is requested.
    pub campaign: String,
    /// The content, placement or address that the page shows with it; the shop's own words.
    pub content: String,
    /// Where it may be shown; empty is everywhere.
    pub surfaces: Vec<String>,
    /// What a success is worth, in the shop's own unit.
    pub value: f64,
    /// Prior probability of a success.
    pub success: f64,
    /// Whether it covers the page and so counts as an interruption.
    pub interrupts: bool,
    /// Caps on showings.
    pub caps: Caps,
    /// Pause after a showing, in milliseconds.
    pub cooldown_ms: i64,
    /// How long it stays after its event.
    pub lasts_ms: i64,
    /// From this hour up to that hour of the shopper's day it is not shown.
    pub quiet: Option<(u8, u8)>,
    /// The ladder and how long after the rung below this one may come; empty where it stands alone.
    pub ladder: String,
    /// Pause after a milder action of the ladder, in milliseconds.
    pub wait_ms: i64,
    /// The page, or one that the shop's sender serves.
    pub channel: Channel,
    /// How long after the decision a message may be sent; 0 on the page.
    pub after_ms: i64,
}

impl Rule {
    /// A contact by this rule, as the ledger takes it.
    pub fn contact(&self, response: Response, session: u64) -> Contact {
        Contact {
            response,
            interrupts: self.interrupts,
            offer: self.kind == Kind::Offer,
            session,
        }
    }
}

/// A shop's rules.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Rules in the file's order.
    pub rules: Vec<Rule>,
}

/// What is wrong with a rule.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not an object.
    NotARule,
    /// An unknown field.
    UnknownField,
    /// A missing field.
    Missing,
    /// A value of another type.
    Type,
    /// A number out of range.
    Range,
    /// An unknown type of action.
    Kind,
    /// An unknown channel.
    Channel,
    /// A repeated id.
    Repeated,
    /// More rules than are read.
    TooMany,
    /// An invalid condition.
    Condition,
}

/// Why rules are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// What is wrong.
    pub fault: Fault,
    /// Where: `rules[3].do.type`.
    pub path: String,
    /// The offending value, as JSON.
    pub value: String,
    /// What to write instead.
    pub remedy: String,
}

impl RuleError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self.fault {
            Fault::NotARule => "rule_object",
            Fault::UnknownField => "rule_unknown_field",
            Fault::Missing => "rule_missing",
            Fault::Type => "rule_type",
            Fault::Range => "rule_range",
            Fault::Kind => "rule_kind",
            Fault::Channel => "rule_channel",
            Fault::Repeated => "rule_repeated",
            Fault::TooMany => "rule_too_many",
            Fault::Condition => "rule_condition",
        }
    }
}

impl core::fmt::Display for RuleError {
    fn fmt(&self, out: &mut core::fmt::Formatter) -> core::fmt::Result {
        write!(out, "{} is {}; {}", self.path, self.value, self.remedy)
    }
}

const FIELDS: [&str; 17] = [
    "id",
    "when",
    "if",
    "do",
    "surfaces",
    "value",
    "success",
    "interrupts",
    "caps",
    "cooldown_hours",
    "lasts_minutes",
    "quiet",
    "ladder",
    "wait_hours",
    "channel",
    "after_hours",
    "note",
];
const ACTION_FIELDS: [&str; 5] = ["type", "title", "text", "campaign", "content"];

impl Rules {
    /// Reads `{"rules": […]}`, or the list alone. All mistakes are listed; rules without one are kept.
    pub fn read(value: &Value) -> (Rules, Vec<RuleError>) {
        let mut read = Reader::default();
        let found = value.get("rules").unwrap_or(value);
        let Some(list) = found.list() else {
            read.wrong(
                Fault::NotARule,
                "rules",
                found,
                "write a list of rules: {\"rules\": […]}",
            );
            return (Rules::default(), read.errors);
        };
        if list.len() > MAX_RULES {
            read.wrong(
                Fault::TooMany,
                "rules",
                &Value::Number(list.len() as f64),
                "write at most 200 rules",
            );
        }
        let mut rules: Vec<Rule> = Vec::new();
        for (n, value) in list.iter().take(MAX_RULES).enumerate() {
            let mut path = String::from("rules[");
            crate::decimal::print_uint(&mut path, n as u64);
            path.push(']');
            let before = read.errors.len();
            let Some(rule) = read.rule(&path, value) else {
                continue;
            };
            if rules.iter().any(|other| other.id == rule.id) {
                let id = Value::Text(rule.id.clone());
                read.wrong(
                    Fault::Repeated,
                    &join(&path, ".id"),
                    &id,
                    "give each rule an id of its own",
                );
            }
            if read.errors.len() == before {
                rules.push(rule);
            }
        }
        (Rules { rules }, read.errors)
    }
}

#[derive(Default)]
struct Reader {
    errors: Vec<RuleError>,
}

impl Reader {
    fn wrong(&mut self, fault: Fault, path: &str, value: &Value, remedy: &str) {
        let mut shown = value.to_json();
        if shown.len() > 80 {
            let end = (0..=80).rev().find(|at| shown.is_char_boundary(*at));
            shown.truncate(end.unwrap_or(0));
            shown.push('…');
        }
        self.errors.push(RuleError {
            fault,
            path: path.into(),
            value: shown,
            remedy: remedy.into(),
        });
    }

    fn rule(&mut self, path: &str, value: &Value) -> Option<Rule> {
        let Some(fields) = value.fields() else {
            self.wrong(
                Fault::NotARule,
                path,
                value,
                "write an object with id, if and do",
            );
            return None;
        };
        for (name, value) in fields {
            if !FIELDS.contains(&name.as_str()) {
                let at = join(path, &join(".", name));
                self.wrong(Fault::UnknownField, &at, value, "a rule has id, when, if, do, surfaces, value, success, interrupts, caps, cooldown_hours, lasts_minutes, quiet, ladder, wait_hours, channel, after_hours, note");
            }
        }
        let id = self.text(path, "id", value.get("id"), true);
        let event = match value.get("when") {
            None => String::new(),
            Some(when) => self.text(path, "when.event", when.get("event"), true),
        };
        let condition = value.get("if").cloned().unwrap_or(Value::Map(Vec::new()));
        let condition = match Condition::parse(&condition) {
            Ok(condition) => Some(condition),
            Err(error) => {
                let mut at = join(path, ".if");
                if !error.path.is_empty() {
                    at.push('.');
                    at.push_str(&error.path);
                }
                self.errors.push(RuleError {
                    fault: Fault::Condition,
                    path: at,
                    value: error.value.clone(),
                    remedy: error.remedy().into(),
                });
                None
            }
        };
        let action = value.get("do").unwrap_or(&Value::Null);
        for (name, value) in action.entries() {
            if !ACTION_FIELDS.contains(&name.as_str()) {
                let at = join(path, &join(".do.", name));
                self.wrong(
                    Fault::UnknownField,
                    &at,
                    value,
                    "an action has type, title, text, campaign, content",
                );
            }
        }
        let kind = self.kind(path, action.get("type"));
        let campaign = self.text(path, "do.campaign", action.get("campaign"), false);
        if kind == Some(Kind::Offer) && campaign.is_empty() {
            self.wrong(
                Fault::Missing,
                &join(path, ".do.campaign"),
                &Value::Null,
                "name the campaign of the CRM that mints the coupon",
            );
        }
        let caps = value.get("caps").unwrap_or(&Value::Null);
        let cap = |read: &mut Reader, name: &str| {
            let found = caps.get(name)?;
            let at = join("caps.", name);
            Some(read.number(path, &at, Some(found), 0.0, 1.0, SHOWS as f64) as u32)
        };
        let caps = Caps {
            session: cap(self, "session"),
            day: cap(self, "day"),
            total: cap(self, "total"),
        };
        let hours = |read: &mut Reader, name: &str| {
            (read.number(path, name, value.get(name), 0.0, 0.0, 24.0 * 366.0) * 60.0) as i64
                * MINUTE_MS
        };
        let channel = self.channel(path, value.get("channel"));
        let off_site = channel.is_some_and(Channel::is_off_site);
        let content = self.text(path, "do.content", action.get("content"), off_site);
        let after_ms = hours(self, "after_hours");
        if after_ms > 0 && !off_site {
            let after = value.get("after_hours").cloned().unwrap_or_default();
            self.wrong(
                Fault::Range,
                &join(path, ".after_hours"),
                &after,
                "give the rule a channel that sends later: mail, sms or wecom; or take after_hours out",
            );
        }
        let rule = Rule {
            id,
            event,
            condition: condition?,
            kind: kind?,
            title: self.both(path, "do.title", action.get("title"), !off_site),
            text: self.both(path, "do.text", action.get("text"), false),
            campaign,
            content,
            surfaces: self.texts(path, value.get("surfaces")),
            value: self.number(path, "value", value.get("value"), 1.0, 0.0, 1e6),
            success: self.number(path, "success", value.get("success"), 0.1, 0.0, 1.0),
            interrupts: self.flag(path, "interrupts", value.get("interrupts")),
            caps,
            cooldown_ms: hours(self, "cooldown_hours"),
            lasts_ms: self.number(
                path,
                "lasts_minutes",
                value.get("lasts_minutes"),
                1440.0,
                1.0,
                527_040.0,
            ) as i64
                * MINUTE_MS,
            quiet: self.quiet(path, value.get("quiet")),
            ladder: self.text(path, "ladder", value.get("ladder"), false),
            wait_ms: hours(self, "wait_hours"),
            channel: channel?,
            after_ms,
        };
        Some(rule)
    }

    fn channel(&mut self, path: &str, value: Option<&Value>) -> Option<Channel> {
        let name = match value {
            None | Some(Value::Null) => return Some(Channel::Page),
            Some(value) => value.text().unwrap_or_default(),
        };
        let found = Channel::named(name);
        if found.is_none() {
            let value = value.cloned().unwrap_or_default();
            self.wrong(
                Fault::Channel,
                &join(path, ".channel"),
                &value,
                "write one of page, mail, sms, wecom",
            );
        }
        found
    }

    fn kind(&mut self, path: &str, value: Option<&Value>) -> Option<Kind> {
        let name = value.and_then(Value::text).unwrap_or_default();
        let found = Kind::NAMES.iter().find(|(known, _)| *known == name);
        if found.is_none() {
            let value = value.cloned().unwrap_or_default();
            self.wrong(Fault::Kind, &join(path, ".do.type"), &value, "write one of apology, reminder, information, survey, service, store, preview, offer");
        }
        found.map(|(_, kind)| *kind)
    }

    fn text(&mut self, path: &str, name: &str, value: Option<&Value>, required: bool) -> String {
        match value {
            None | Some(Value::Null) if !required => String::new(),
            Some(Value::Text(text)) if text.len() <= MAX_TEXT && !(required && text.is_empty()) => {
                text.clone()
            }
            other => {
                let fault = if other.is_none() {
                    Fault::Missing
                } else {
                    Fault::Type
                };
                let value = other.cloned().unwrap_or_default();
                self.wrong(
                    fault,
                    &join(path, &join(".", name)),
                    &value,
                    "write a text of 1 to 500 bytes",
                );
                String::new()
            }
        }
    }

    /// A text in both languages; one text stands for both.
    fn both(&mut self, path: &str, name: &str, value: Option<&Value>, required: bool) -> Text {
        if let Some(Value::Text(text)) = value {
            return Text {
                en: text.clone(),
                zh: text.clone(),
            };
        }
        let of = |read: &mut Reader, language: &str| {
            let at = join(name, &join(".", language));
            read.text(
                path,
                &at,
                value.and_then(|value| value.get(language)),
                required,
            )
        };
        Text {
            en: of(self, "en"),
            zh: of(self, "zh"),
        }
    }

    fn texts(&mut self, path: &str, value: Option<&Value>) -> Vec<String> {
        let items = value.and_then(Value::list).unwrap_or_default();
        let texts: Vec<String> = items
            .iter()
            .filter_map(|item| item.text().map(String::from))
            .collect();
        if let Some(value) = value
            && (texts.len() != items.len() || value.list().is_none())
        {
            self.wrong(
                Fault::Type,
                &join(path, ".surfaces"),
                value,
                "write a list of texts: [\"home\", \"product\"]",
            );
        }
        texts
    }

    fn number(
        &mut self,
        path: &str,
        name: &str,
        value: Option<&Value>,
        otherwise: f64,
        least: f64,
        most: f64,
    ) -> f64 {
        match value {
            None => otherwise,
            Some(Value::Number(number)) if (least..=most).contains(number) => *number,
            Some(other) => {
                let fault = if other.number().is_some() {
                    Fault::Range
                } else {
                    Fault::Type
                };
                let mut remedy = String::from("write a number from ");
                crate::decimal::print_uint(&mut remedy, least as u64);
                remedy.push_str(" to ");
                crate::decimal::print_uint(&mut remedy, most as u64);
                self.wrong(fault, &join(path, &join(".", name)), other, &remedy);
                otherwise
            }
        }
    }

    fn flag(&mut self, path: &str, name: &str, value: Option<&Value>) -> bool {
        match value {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(other) => {
                self.wrong(
                    Fault::Type,
                    &join(path, &join(".", name)),
                    other,
                    "write true or false",
                );
                false
            }
        }
    }

    fn quiet(&mut self, path: &str, value: Option<&Value>) -> Option<(u8, u8)> {
        let value = value?;
        let hour = |name: &str| {
            let number = value.get(name)?.number()?;
            ((0.0..=24.0).contains(&number) && number == libm::floor(number))
                .then_some(number as u8)
        };
        let hours = hour("from").zip(hour("to"));
        if hours.is_none() {
            self.wrong(
                Fault::Range,
                &join(path, ".quiet"),
                value,
                "write whole hours: {\"from\": 22, \"to\": 8}",
            );
        }
        hours
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(json: &str) -> Vec<(String, &'static str)> {
        let value = Value::parse(json).expect("it is JSON");
        let (_, errors) = Rules::read(&value);
        errors
            .iter()
            .map(|error| (error.path.clone(), error.code()))
            .collect()
    }

    #[test]
    fn the_default_rules_have_no_mistake() {
        let value = Value::parse(super::super::DEFAULT_RULES).expect("it is JSON");
        let (rules, errors) = Rules::read(&value);
        assert!(errors.is_empty(), "{errors:?}");
        assert!(rules.rules.len() >= 10);
    }

    #[test]
    fn every_mistake_is_named_by_its_path_and_the_other_rules_stay() {
        let json = r#"{"rules": [
            {"id": "good", "do": {"type": "reminder", "title": "Still there"}},
            {"id": "a", "iff": {}, "do": {"type": "reminder", "title": "x"}},
            {"id": "b", "if": {"stage": {"$like": "x"}}, "do": {"type": "reminder", "title": "x"}},
            {"id": "c", "do": {"type": "discount", "title": "x"}},
            {"id": "d", "do": {"type": "offer", "title": "x"}},
            {"id": "e", "do": {"type": "reminder"}},
            {"id": "f", "caps": {"day": 0}, "do": {"type": "reminder", "title": "x"}},
            {"id": "g", "value": "much", "do": {"type": "reminder", "title": "x"}},
            {"id": "h", "quiet": {"from": 25, "to": 8}, "do": {"type": "reminder", "title": "x"}},
            {"id": "good", "do": {"type": "reminder", "title": "x"}},
            7,
            {"id": "i", "channel": "pigeon", "do": {"type": "reminder", "title": "x"}},
            {"id": "j", "channel": "mail", "do": {"type": "reminder"}},
            {"id": "k", "after_hours": 4, "do": {"type": "reminder", "title": "x"}}
        ]}"#;
        let (rules, _) = Rules::read(&Value::parse(json).expect("it is JSON"));
        assert_eq!(rules.rules.len(), 1);
        let expected = [
            ("rules[1].iff", "rule_unknown_field"),
            ("rules[2].if.stage.$like", "rule_condition"),
            ("rules[3].do.type", "rule_kind"),
            ("rules[4].do.campaign", "rule_missing"),
            ("rules[5].do.title.en", "rule_missing"),
            ("rules[5].do.title.zh", "rule_missing"),
            ("rules[6].caps.day", "rule_range"),
            ("rules[7].value", "rule_type"),
            ("rules[8].quiet", "rule_range"),
            ("rules[9].id", "rule_repeated"),
            ("rules[10]", "rule_object"),
            ("rules[11].channel", "rule_channel"),
            ("rules[12].do.content", "rule_missing"),
            ("rules[13].after_hours", "rule_range"),
        ];
        let found = errors(json);
        let found: Vec<_> = found
            .iter()
            .map(|(path, code)| (path.as_str(), *code))
            .collect();
        assert_eq!(found, expected);
        assert_eq!(errors("5"), [("rules".into(), "rule_object")]);
    }
}
