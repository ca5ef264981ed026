//! Three-valued evaluation: passed, failed, or undecided where a part is not known here.

use std::cell::Cell;
use std::cmp::Ordering;

use super::attributes::{Attributes, at};
use super::groups::Group;
use super::read::TYPES;
use super::tree::{Check, Join, Node, Op};
use super::{Env, Value, version};

/// Groups inside one another.
const DEEPEST_GROUP: u32 = 128;
/// Groups looked up in one evaluation, so that groups that name each other many times end.
const MOST_GROUPS: u32 = 4096;

/// What one evaluation knows.
pub(super) struct Scope<'a> {
    pub attributes: &'a dyn Attributes,
    pub env: &'a Env<'a>,
    pub state: &'a State,
    /// The groups that are being resolved, innermost first.
    pub inside: Option<&'a Inside<'a>>,
}

#[derive(Default)]
pub(super) struct State {
    looked_up: Cell<u32>,
    /// A part is malformed, or the groups have no end: the whole fails.
    pub broken: Cell<bool>,
}

pub(super) struct Inside<'a> {
    group: &'a str,
    outer: Option<&'a Inside<'a>>,
    depth: u32,
}

/// Passed if all are; failed as soon as one is, wherever the undecided ones are.
fn all<T>(items: &[T], mut test: impl FnMut(&T) -> Option<bool>) -> Option<bool> {
    let mut result = Some(true);
    for item in items {
        match test(item) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => result = None,
        }
    }
    result
}

fn any<T>(items: &[T], mut test: impl FnMut(&T) -> Option<bool>) -> Option<bool> {
    not(all(items, |item| not(test(item))))
}

fn not(result: Option<bool>) -> Option<bool> {
    result.map(|result| !result)
}

impl Node {
    pub fn eval(&self, scope: &Scope) -> Option<bool> {
        if scope.state.broken.get() {
            return Some(false);
        }
        match self {
            Node::All(clauses) | Node::Joined(Join::And, clauses) => {
                all(clauses, |clause| clause.eval(scope))
            }
            // An empty list of alternatives passes, as it always has in GrowthBook.
            Node::Joined(join, parts) => {
                let passed = match parts.is_empty() {
                    true => Some(true),
                    false => any(parts, |part| part.eval(scope)),
                };
                if *join == Join::Nor {
                    not(passed)
                } else {
                    passed
                }
            }
            Node::Not(condition) => not(condition.eval(scope)),
            Node::Field(path, check) => {
                at(scope.attributes, path, |value| check.eval(value, scope))
            }
            Node::Group(id, attribute) => group(id, attribute.as_deref(), scope),
            Node::Verdict(verdict) => *verdict,
            Node::Broken => {
                scope.state.broken.set(true);
                Some(false)
            }
        }
    }
}

fn group(id: &str, attribute: Option<&str>, scope: &Scope) -> Option<bool> {
    let state = scope.state;
    if state.looked_up.get() >= MOST_GROUPS {
        state.broken.set(true);
        return Some(false);
    }
    state.looked_up.set(state.looked_up.get() + 1);
    let mut outer = scope.inside;
    while let Some(inside) = outer {
        if inside.group == id {
            return Some(false);
        }
        outer = inside.outer;
    }
    let inside = Inside {
        group: id,
        outer: scope.inside,
        depth: scope.inside.map_or(1, |inside| inside.depth + 1),
    };
    if inside.depth > DEEPEST_GROUP {
        return Some(false);
    }
    match scope.env.groups.find(id) {
        Some(Group::List {
            attribute: own,
            members,
            bare: false,
        }) => match attribute.or(own.as_deref()) {
            Some(path) => at(scope.attributes, path, |value| {
                Some(contains(members, value, false))
            }),
            None => Some(false),
        },
        Some(Group::Condition(condition)) => condition.node.eval(&Scope {
            inside: Some(&inside),
            ..*scope
        }),
        Some(Group::Remote(own)) => {
            // Which remote groups somebody is in was looked up by the group's own attribute.
            if attribute.is_some() && attribute != own.as_deref() {
                return Some(false);
            }
            at(scope.attributes, "__gb_remoteGroupIds", |ids| {
                Some(ids.list()?.iter().any(|known| known.text() == Some(id)))
            })
        }
        Some(Group::Unknown) => None,
        _ => Some(false),
    }
}

/// Whether a value, or an element of it, is among the members.
fn contains(members: &[Value], value: &Value, any_case: bool) -> bool {
    let one = |value: &Value| {
        members.iter().any(|member| match (value, member) {
            (Value::Text(value), Value::Text(member)) if any_case => {
                folded(value) == folded(member)
            }
            _ => value.same(member),
        })
    };
    match value {
        Value::List(items) => items.iter().any(one),
        _ => one(value),
    }
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

impl Check {
    pub fn eval(&self, value: &Value, scope: &Scope) -> Option<bool> {
        match self {
            Check::All(checks) => all(checks, |check| check.eval(value, scope)),
            Check::Not(check) => not(check.eval(value, scope)),
            Check::Equal(Value::Text(expected), true) => Some(
                value
                    .text()
                    .is_some_and(|text| folded(text) == folded(expected)),
            ),
            Check::Equal(expected, _) => Some(value.equals(expected)),
            Check::Compare(op, operand) => compare(*op, value, operand, scope),
            Check::SomeValue(check) => any(value.list().unwrap_or(&[]), |item| match item {
                Value::Null => Some(false),
                _ => check.eval(item, scope),
            }),
            Check::SomeItem(condition) => any(value.list().unwrap_or(&[]), |item| match item {
                Value::Null => Some(false),
                _ => condition.eval(&Scope {
                    attributes: item,
                    ..*scope
                }),
            }),
            Check::Every(_, checks) => match value.list() {
                Some(items) => all(checks, |check| any(items, |item| check.eval(item, scope))),
                None => Some(false),
            },
            Check::Size(check) => match value.list() {
                Some(items) => check.eval(&Value::Number(items.len() as f64), scope),
                None => Some(false),
            },
            Check::Verdict(verdict) => *verdict,
        }
    }
}

fn compare(op: Op, value: &Value, operand: &Value, scope: &Scope) -> Option<bool> {
    let decided = match op {
        Op::Eq => value.same(operand),
        Op::Ne => !value.same(operand),
        Op::Lt => order(value, operand) == Some(Ordering::Less),
        Op::Gt => order(value, operand) == Some(Ordering::Greater),
        Op::Lte => order(value, operand).is_some_and(Ordering::is_le),
        Op::Gte => order(value, operand).is_some_and(Ordering::is_ge),
        Op::Veq => version::compare(value, operand) == Some(Ordering::Equal),
        Op::Vne => version::compare(value, operand) != Some(Ordering::Equal),
        Op::Vlt => version::compare(value, operand) == Some(Ordering::Less),
        Op::Vgt => version::compare(value, operand) == Some(Ordering::Greater),
        Op::Vlte => version::compare(value, operand).is_some_and(Ordering::is_le),
        Op::Vgte => version::compare(value, operand).is_some_and(Ordering::is_ge),
        Op::In | Op::Nin | Op::Ini | Op::Nini => {
            let any_case = matches!(op, Op::Ini | Op::Nini);
            match operand.list() {
                Some(members) => {
                    contains(members, value, any_case) == matches!(op, Op::In | Op::Ini)
                }
                None => false,
            }
        }
        Op::Exists => operand.truthy() != matches!(value, Value::Null),
        Op::Type => operand.text() == Some(type_name(value)),
        Op::Regex | Op::Regexi => return regex(op, value, operand, scope),
        Op::NotRegex | Op::NotRegexi => return not(regex(op, value, operand, scope)),
        Op::InGroup | Op::NotInGroup => match operand.text().map(|id| scope.env.groups.find(id)) {
            Some(None) => op == Op::NotInGroup,
            Some(Some(Group::List { members, .. })) => {
                contains(members, value, false) == (op == Op::InGroup)
            }
            Some(Some(Group::Unknown)) => return None,
            _ => false,
        },
        // Read into checks of their own.
        Op::Not | Op::All | Op::Alli | Op::Size | Op::ElemMatch => false,
    };
    Some(decided)
}

/// Numbers by size, texts by UTF-16 code units; nothing else has an order.
fn order(value: &Value, operand: &Value) -> Option<Ordering> {
    match (value, operand) {
        (Value::Number(value), Value::Number(operand)) => value.partial_cmp(operand),
        (Value::Text(value), Value::Text(operand)) => {
            Some(value.encode_utf16().cmp(operand.encode_utf16()))
        }
        _ => None,
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => TYPES[0],
        Value::Bool(_) => TYPES[1],
        Value::Number(_) => TYPES[2],
        Value::Text(_) => TYPES[3],
        Value::List(_) => TYPES[4],
        Value::Map(_) => TYPES[5],
    }
}

fn regex(op: Op, value: &Value, pattern: &Value, scope: &Scope) -> Option<bool> {
    match (value, pattern) {
        (Value::Text(text), Value::Text(pattern)) => {
            let any_case = matches!(op, Op::Regexi | Op::NotRegexi);
            scope.env.patterns.matches(pattern, any_case, text)
        }
        _ => Some(false),
    }
}
