//! Rules, contacts and attributes → the actions of this moment, best first; or why a rule gives none.
//!
//! The score is expected value less annoyance: `p · value − a · n`, where p is the rule's prior probability of success,
//! counted as ten showings, updated by what this shopper did, n the contacts of the last 24 hours, and a is 1 for an
//! interruption and 0.1 for anything else. An apology goes before everything, and holds promotion back while a
//! complaint is open. In a ladder a dearer action waits until the milder ones that hold were shown.

use super::caps::capped;
use super::rule::{Kind, Rule, Rules};
use crate::condition::{BARE, Miss};
use crate::shopper::profile::contacts::Contacts;
use crate::value::Value;

/// Showings that the prior probability counts for.
const PRIOR: f64 = 10.0;
const ANNOYANCE: f64 = 0.1;
const INTERRUPTING: f64 = 1.0;

/// Where and when.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// Surface of the page, as rules name it.
    pub surface: &'a str,
    /// Milliseconds since 1970.
    pub now: i64,
    /// Session, for caps of a session.
    pub session: u64,
    /// Of the shopper's day, 0 to 23.
    pub hour: u8,
}

/// An action that may be shown now.
#[derive(Clone, Debug)]
pub struct Action<'a> {
    /// The rule that proposes it.
    pub rule: &'a Rule,
    /// The item of the event that armed it; empty where there was none.
    pub item: String,
    /// When its event happened.
    pub since: Option<i64>,
    /// When it ends: an absolute time, which no reload moves.
    pub until: Option<i64>,
    /// Expected worth; better actions come first.
    pub score: f64,
}

impl Action<'_> {
    /// As JSON, with texts in both languages and absolute times.
    pub fn to_value(&self) -> Value {
        let both = |text: &super::rule::Text| {
            Value::map([
                ("en", text.en.as_str().into()),
                ("zh", text.zh.as_str().into()),
            ])
        };
        let some = |text: &str| match text.is_empty() {
            true => Value::Null,
            false => text.into(),
        };
        let rule = self.rule;
        Value::map([
            ("rule", rule.id.as_str().into()),
            ("type", rule.kind.name().into()),
            ("title", both(&rule.title)),
            ("text", both(&rule.text)),
            ("campaign", some(&rule.campaign)),
            ("content", some(&rule.content)),
            ("item", some(&self.item)),
            ("channel", rule.channel.name().into()),
            ("interrupts", rule.interrupts.into()),
            ("since", self.since.into()),
            ("until", self.until.into()),
            ("score", self.score.into()),
        ])
    }
}

/// Why a rule gives no action now.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub enum WhyNot {
    /// No rule has this id.
    UnknownRule,
    /// Its event has not happened, or too long ago.
    NotArmed {
        /// The event of the rule.
        event: String,
    },
    /// The rule is for other surfaces.
    Surface {
        /// Surfaces of the rule.
        allowed: Vec<String>,
    },
    /// The condition does not hold, with the clause that decided.
    Condition(Miss),
    /// Quiet hours.
    Quiet {
        /// First quiet hour, 0–23.
        from: u8,
        /// First hour after them, 0–23.
        to: u8,
    },
    /// A cap is reached.
    Cap {
        /// Name of the cap.
        cap: &'static str,
    },
    /// A complaint is open.
    Complaint,
    /// A milder action of its ladder comes first.
    Ladder {
        /// The milder rule.
        first: String,
    },
    /// A milder action of its ladder was accepted.
    LadderDone {
        /// The accepted rule.
        by: String,
    },
    /// The member does not allow the channel, or nobody may be asked for it; off the page only.
    Channel {
        /// The channel of the rule.
        channel: &'static str,
    },
    /// More annoying than it is worth.
    Worth {
        /// The score, which is not above 0.
        score: f64,
    },
    /// A better one of its kind is shown instead.
    Outranked {
        /// The better rule.
        by: String,
    },
}

impl WhyNot {
    /// As JSON: a stable `code` and the values that decided.
    pub fn to_value(&self) -> Value {
        let text = |text: &str| Value::Text(text.into());
        match self {
            WhyNot::UnknownRule => Value::map([("code", text("unknown_rule"))]),
            WhyNot::NotArmed { event } => {
                Value::map([("code", text("not_armed")), ("event", text(event))])
            }
            WhyNot::Surface { allowed } => Value::map([
                ("code", text("surface")),
                (
                    "allowed",
                    Value::List(allowed.iter().map(|one| text(one)).collect()),
                ),
            ]),
            WhyNot::Condition(miss) => {
                Value::map([("code", text("condition")), ("clause", miss.to_value())])
            }
            WhyNot::Quiet { from, to } => Value::map([
                ("code", text("quiet")),
                ("from", Value::Number((*from).into())),
                ("to", Value::Number((*to).into())),
            ]),
            WhyNot::Cap { cap } => Value::map([("code", text("cap")), ("cap", text(cap))]),
            WhyNot::Complaint => Value::map([("code", text("complaint"))]),
            WhyNot::Ladder { first } => {
                Value::map([("code", text("ladder")), ("first", text(first))])
            }
            WhyNot::LadderDone { by } => {
                Value::map([("code", text("ladder_done")), ("by", text(by))])
            }
            WhyNot::Channel { channel } => {
                Value::map([("code", text("channel")), ("channel", text(channel))])
            }
            WhyNot::Worth { score } => {
                Value::map([("code", text("worth")), ("score", Value::Number(*score))])
            }
            WhyNot::Outranked { by } => Value::map([("code", text("outranked")), ("by", text(by))]),
        }
    }
}

/// What conditions are asked about: the attributes with `item` being one item, or none for an empty id.
pub type About<'a> = &'a dyn Fn(&str) -> Value;

/// The rules that an event arms: those that wait for it and whose condition holds.
pub fn armed<'a>(rules: &'a Rules, event: &str, item: &str, about: About) -> Vec<&'a Rule> {
    let waiting = rules
        .rules
        .iter()
        .filter(|rule| !rule.event.is_empty() && rule.event == event);
    let mut attributes = None;
    waiting
        .filter(|rule| {
            let attributes = attributes.get_or_insert_with(|| about(item));
            rule.condition.passes(attributes, &BARE)
        })
        .collect()
}

/// The messages off the site that may be asked for at this moment, best first.
pub fn messages<'a>(
    rules: &'a Rules,
    contacts: &Contacts,
    about: About,
    moment: Moment,
) -> Vec<Action<'a>> {
    let all = rules.rules.iter();
    let mut off_site = all.filter(|rule| rule.channel.is_off_site()).peekable();
    if off_site.peek().is_none() {
        return Vec::new();
    }
    let plain = about("");
    let mut found: Vec<Action> = off_site
        .filter_map(|rule| consider(rules, rule, contacts, (about, &plain), moment).ok())
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found
}

/// The actions of this moment on the page, best first. At most one interrupts and one is an offer.
pub fn actions<'a>(
    rules: &'a Rules,
    contacts: &Contacts,
    about: About,
    moment: Moment,
) -> Vec<Action<'a>> {
    let mut found: Vec<Action> = Vec::new();
    let plain = about("");
    let on_page = |rule: &&Rule| !rule.channel.is_off_site();
    for rule in rules.rules.iter().filter(on_page) {
        if let Ok(action) = consider(rules, rule, contacts, (about, &plain), moment) {
            found.push(action);
        }
    }
    // Stable, so that of equals the shop's first rule wins.
    found.sort_by(|a, b| {
        let apology = |action: &Action| action.rule.kind != Kind::Apology;
        apology(a)
            .cmp(&apology(b))
            .then(b.score.total_cmp(&a.score))
    });
    let (mut interrupts, mut offers) = (false, false);
    found.retain(|action| {
        let offer = action.rule.kind == Kind::Offer;
        if action.rule.interrupts && interrupts || offer && offers {
            return false;
        }
        interrupts |= action.rule.interrupts;
        offers |= offer;
        true
    });
    found
}

/// Why a rule gives no action now; `None` where it does.
pub fn why_not(
    rules: &Rules,
    contacts: &Contacts,
    about: About,
    moment: Moment,
    id: &str,
) -> Option<WhyNot> {
    let Some(rule) = rules.rules.iter().find(|rule| rule.id == id) else {
        return Some(WhyNot::UnknownRule);
    };
    if let Err(why) = consider(rules, rule, contacts, (about, &about("")), moment) {
        return Some(why);
    }
    if rule.channel.is_off_site() {
        return None;
    }
    let shown = actions(rules, contacts, about, moment);
    if shown.iter().any(|action| action.rule.id == id) {
        return None;
    }
    let rival = shown.iter().find(|action| {
        action.rule.kind == rule.kind && rule.kind == Kind::Offer
            || action.rule.interrupts && rule.interrupts
    });
    let by = rival.map_or(String::new(), |action| action.rule.id.clone());
    Some(WhyNot::Outranked { by })
}

fn consider<'a>(
    rules: &'a Rules,
    rule: &'a Rule,
    contacts: &Contacts,
    (about, plain): (About, &Value),
    moment: Moment,
) -> Result<Action<'a>, WhyNot> {
    let Moment {
        surface,
        now,
        session,
        hour,
    } = moment;
    let armed = contacts
        .armed()
        .iter()
        .find(|armed| armed.rule == rule.id && armed.until > now);
    if !rule.event.is_empty() && armed.is_none() {
        return Err(WhyNot::NotArmed {
            event: rule.event.clone(),
        });
    }
    if !rule.surfaces.is_empty() && !rule.surfaces.iter().any(|one| one == surface) {
        return Err(WhyNot::Surface {
            allowed: rule.surfaces.clone(),
        });
    }
    let item = armed.map_or("", |armed| armed.item.as_str());
    let of_item;
    let attributes = match item.is_empty() {
        true => plain,
        false => {
            of_item = about(item);
            &of_item
        }
    };
    if let Some(miss) = rule.condition.why_not(attributes, &BARE) {
        return Err(WhyNot::Condition(miss));
    }
    // A message waits for the end of quiet hours; see `engine::outbox`.
    if let Some((from, to)) = rule.quiet.filter(|_| !rule.channel.is_off_site())
        && is_within(hour, from, to)
    {
        return Err(WhyNot::Quiet { from, to });
    }
    if rule.kind.promotes() && complains(attributes) {
        return Err(WhyNot::Complaint);
    }
    if let Some(cap) = capped(rule, contacts, session, now) {
        return Err(WhyNot::Cap { cap });
    }
    if !rule.ladder.is_empty() {
        climb(rules, rule, contacts, attributes, now)?;
    }
    let score = score(rule, contacts, now);
    if score <= 0.0 && rule.kind != Kind::Apology {
        return Err(WhyNot::Worth { score });
    }
    Ok(Action {
        rule,
        item: item.into(),
        since: armed.map(|armed| armed.since),
        until: armed.map(|armed| armed.until),
        score,
    })
}

/// Whether the milder actions of a rule's ladder have had their turn.
fn climb(
    rules: &Rules,
    rule: &Rule,
    contacts: &Contacts,
    attributes: &Value,
    now: i64,
) -> Result<(), WhyNot> {
    for below in &rules.rules {
        if below.ladder != rule.ladder || below.kind >= rule.kind {
            continue;
        }
        let tally = contacts.tally(&below.id);
        let last = tally.and_then(|tally| tally.last());
        let first = || WhyNot::Ladder {
            first: below.id.clone(),
        };
        if !below.condition.passes(attributes, &BARE) {
            // What was shown is waited for, though it has nothing to say any more.
            if last.is_some_and(|last| now - last < rule.wait_ms) {
                return Err(first());
            }
            continue;
        }
        if tally.is_some_and(|tally| tally.accepted > 0) {
            return Err(WhyNot::LadderDone {
                by: below.id.clone(),
            });
        }
        if last.is_none_or(|last| now - last < rule.wait_ms) {
            return Err(first());
        }
    }
    Ok(())
}

fn score(rule: &Rule, contacts: &Contacts, now: i64) -> f64 {
    let (shown, accepted) = contacts
        .tally(&rule.id)
        .map_or((0, 0), |tally| (tally.shown, tally.accepted));
    let success = (rule.success * PRIOR + f64::from(accepted)) / (PRIOR + f64::from(shown));
    let annoyance = if rule.interrupts {
        INTERRUPTING
    } else {
        ANNOYANCE
    };
    success.min(1.0) * rule.value - annoyance * f64::from(contacts.recent(now))
}

/// Whether the shopper waits for help, as this device or the shop's CRM knows.
fn complains(attributes: &Value) -> bool {
    let open = |dimension: &str, name: &str| {
        attributes
            .get(dimension)
            .and_then(|value| value.number_of(name))
            .unwrap_or(0.0)
    };
    open("sentiment", "issues") > 0.0 || open("facts", "openContacts") > 0.0
}

/// Whether an hour lies in a span that may pass midnight.
pub fn is_within(hour: u8, from: u8, to: u8) -> bool {
    match from <= to {
        true => (from..to).contains(&hour),
        false => hour >= from || hour < to,
    }
}

#[cfg(test)]
mod tests;
