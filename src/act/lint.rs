//! Lints of valid rules: rules that never fire, contradict themselves or interrupt without a cap.
//!
//! Finds what can be told from a rule alone. A condition is unreachable where one attribute would have to lie in an empty
//! range or equal two values; nothing is said about conditions under `$or`, `$nor` and `$not`.

use super::rule::{Kind, Rules};
use crate::lines::join;
use crate::value::Value;

/// Attributes that conditions of rules can test, as the engine fills them in.
pub const ATTRIBUTES: [&str; 21] = [
    "item",
    "store",
    "cart",
    "visit",
    "page",
    "prices",
    "churn",
    "member",
    "facts",
    "tags",
    "events",
    "visits",
    "days",
    "categories",
    "brands",
    "departments",
    "orders",
    "sentiment",
    "intent",
    "segment",
    "survey",
];

/// A finding: where, what, and what to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Stable code.
    pub code: &'static str,
    /// Path in the rules.
    pub path: String,
    /// Cause and remedy.
    pub message: String,
}

/// Reads rules again as text and lists what is wrong with them, the mistakes of reading first.
pub fn lint(value: &Value) -> Vec<Finding> {
    let (rules, errors) = Rules::read(value);
    let mut findings: Vec<Finding> = errors
        .iter()
        .map(|error| Finding {
            code: error.code(),
            path: error.path.clone(),
            message: error.to_string(),
        })
        .collect();
    let list = value
        .get("rules")
        .unwrap_or(value)
        .list()
        .unwrap_or_default();
    for rule in &rules.rules {
        let at = list
            .iter()
            .position(|one| one.get("id").and_then(Value::text) == Some(&rule.id));
        let mut path = String::from("rules[");
        crate::decimal::print_uint(&mut path, at.unwrap_or(0) as u64);
        path.push(']');
        let mut find = |code, part: &str, message: String| {
            findings.push(Finding {
                code,
                path: join(&path, part),
                message,
            });
        };
        let caps = rule.caps;
        if rule.interrupts
            && caps.session.is_none()
            && caps.day.is_none()
            && caps.total.is_none()
            && rule.cooldown_ms == 0
        {
            find(
                "lint_no_cap",
                ".interrupts",
                "it interrupts as often as it can; add caps, such as {\"session\": 1}".into(),
            );
        }
        if rule.channel.is_off_site() && rule.interrupts {
            find(
                "lint_channel",
                ".interrupts",
                "a message off the site interrupts nothing; take interrupts out".into(),
            );
        }
        if rule.channel.is_off_site()
            && caps.day.is_none()
            && caps.total.is_none()
            && rule.cooldown_ms == 0
        {
            find(
                "lint_no_cap",
                ".channel",
                "it is asked for in every visit; add cooldown_hours, such as 168, or caps".into(),
            );
        }
        if rule.quiet.is_some_and(|(from, to)| from % 24 == to % 24) {
            find(
                "lint_unreachable",
                ".quiet",
                "it is quiet all day; take quiet out or let it end at another hour".into(),
            );
        }
        if rule.value <= 0.0 && rule.kind != Kind::Apology {
            find(
                "lint_unreachable",
                ".value",
                "its value is 0, so it is never worth a contact; give it a value".into(),
            );
        }
        for name in rule.condition.attributes() {
            let root = name.split('.').next().unwrap_or(name);
            if !ATTRIBUTES.contains(&root) {
                let known = ATTRIBUTES.join(", ");
                find(
                    "lint_unknown_attribute",
                    ".if",
                    join(name, &join(" is never set; the attributes are ", &known)),
                );
            }
        }
        if let Some(condition) = at.and_then(|at| list[at].get("if")) {
            let mut bounds = Vec::new();
            collect(condition, &mut bounds);
            for (name, bound) in &bounds {
                if bound.is_empty() {
                    find(
                        "lint_contradiction",
                        ".if",
                        join(name, " can never be all of that; loosen one of its bounds"),
                    );
                }
            }
        }
        if !rule.ladder.is_empty() && rule.wait_ms > 0 {
            let below = rules
                .rules
                .iter()
                .any(|other| other.ladder == rule.ladder && other.kind < rule.kind);
            if !below {
                find("lint_ladder", ".ladder", "no milder action is on its ladder, so it waits for nothing; add one or take wait_hours out".into());
            }
        }
    }
    findings
}

/// What all clauses about one attribute leave of the numbers and texts.
#[derive(Debug)]
struct Bound {
    least: f64,
    above: bool,
    most: f64,
    below: bool,
    equal: Option<Value>,
    conflict: bool,
}

impl Bound {
    fn is_empty(&self) -> bool {
        let number = self.equal.as_ref().and_then(Value::number);
        let outside = number.is_some_and(|number| {
            number < self.least
                || number > self.most
                || self.above && number == self.least
                || self.below && number == self.most
        });
        self.conflict
            || outside
            || self.least > self.most
            || self.least == self.most && (self.above || self.below)
    }
}

fn collect(condition: &Value, bounds: &mut Vec<(String, Bound)>) {
    for (name, clause) in condition.entries() {
        if name == "$and" {
            for part in clause.list().unwrap_or_default() {
                collect(part, bounds);
            }
            continue;
        }
        if name.starts_with('$') {
            continue;
        }
        let at = match bounds.iter().position(|(known, _)| known == name) {
            Some(at) => at,
            None => {
                let bound = Bound {
                    least: f64::NEG_INFINITY,
                    above: false,
                    most: f64::INFINITY,
                    below: false,
                    equal: None,
                    conflict: false,
                };
                bounds.push((name.clone(), bound));
                bounds.len() - 1
            }
        };
        let bound = &mut bounds[at].1;
        let operators = clause
            .fields()
            .filter(|fields| fields.iter().any(|(name, _)| name.starts_with('$')));
        match operators {
            None => equal(bound, clause),
            Some(operators) => {
                for (operator, operand) in operators {
                    let number = operand.number();
                    match (operator.as_str(), number) {
                        ("$eq", _) => equal(bound, operand),
                        ("$gt", Some(number)) if number >= bound.least => {
                            (bound.least, bound.above) = (number, true)
                        }
                        ("$gte", Some(number)) if number > bound.least => {
                            (bound.least, bound.above) = (number, false)
                        }
                        ("$lt", Some(number)) if number <= bound.most => {
                            (bound.most, bound.below) = (number, true)
                        }
                        ("$lte", Some(number)) if number < bound.most => {
                            (bound.most, bound.below) = (number, false)
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

fn equal(bound: &mut Bound, value: &Value) {
    bound.conflict |= bound
        .equal
        .as_ref()
        .is_some_and(|other| !other.equals(value));
    bound.equal = Some(value.clone());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(json: &str) -> Vec<(&'static str, String)> {
        let findings = lint(&Value::parse(json).expect("it is JSON"));
        findings
            .into_iter()
            .map(|finding| (finding.code, finding.path))
            .collect()
    }

    #[test]
    fn the_default_rules_are_clean() {
        assert_eq!(codes(super::super::DEFAULT_RULES), []);
    }

    #[test]
    fn what_can_never_fire_or_never_stops_is_found() {
        let action = r#""do": {"type": "reminder", "title": "x"}"#;
        for (rule, code, path) in [
            (
                format!(r#"{{"id": "a", "interrupts": true, {action}}}"#),
                "lint_no_cap",
                "rules[0].interrupts",
            ),
            (
                format!(r#"{{"id": "a", "quiet": {{"from": 8, "to": 8}}, {action}}}"#),
                "lint_unreachable",
                "rules[0].quiet",
            ),
            (
                r#"{"id": "a", "channel": "sms", "do": {"type": "reminder", "content": "x"}}"#.into(),
                "lint_no_cap",
                "rules[0].channel",
            ),
            (
                r#"{"id": "a", "channel": "sms", "interrupts": true, "cooldown_hours": 9, "do": {"type": "reminder", "content": "x"}}"#.into(),
                "lint_channel",
                "rules[0].interrupts",
            ),
            (
                r#"{"id": "a", "channel": "letter", "do": {"type": "reminder", "title": "x"}}"#.into(),
                "rule_channel",
                "rules[0].channel",
            ),
            (
                format!(r#"{{"id": "a", "value": 0, {action}}}"#),
                "lint_unreachable",
                "rules[0].value",
            ),
            (
                format!(r#"{{"id": "a", "if": {{"wether": "wet"}}, {action}}}"#),
                "lint_unknown_attribute",
                "rules[0].if",
            ),
            (
                format!(
                    r#"{{"id": "a", "if": {{"cart.value": {{"$gt": 9, "$lt": 5}}}}, {action}}}"#
                ),
                "lint_contradiction",
                "rules[0].if",
            ),
            (
                format!(
                    r#"{{"id": "a", "if": {{"$and": [{{"intent.phase": "explore"}}, {{"intent.phase": "leaving"}}]}}, {action}}}"#
                ),
                "lint_contradiction",
                "rules[0].if",
            ),
            (
                format!(
                    r#"{{"id": "a", "if": {{"cart.count": 3, "$and": [{{"cart.count": {{"$lt": 3}}}}]}}, {action}}}"#
                ),
                "lint_contradiction",
                "rules[0].if",
            ),
            (
                format!(r#"{{"id": "a", "ladder": "l", "wait_hours": 2, {action}}}"#),
                "lint_ladder",
                "rules[0].ladder",
            ),
            (
                r#"{"id": "a", "do": {"type": "offer", "title": "x"}}"#.into(),
                "rule_missing",
                "rules[0].do.campaign",
            ),
        ] {
            assert_eq!(
                codes(&format!("[{rule}]")),
                [(code, path.to_owned())],
                "{rule}"
            );
        }
    }

    #[test]
    fn bounds_that_leave_room_are_no_contradiction() {
        let json = r#"[{"id": "a", "if": {"cart.value": {"$gte": 5, "$lte": 5}, "intent.phase": "explore", "$or": [{"intent.phase": "leaving"}, {"cart.count": 1}]},
            "do": {"type": "reminder", "title": "x"}}]"#;
        assert_eq!(codes(json), []);
    }
}
