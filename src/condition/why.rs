//! Why not: the first clause of a condition that did not pass, with the value it met.

use super::attributes::at;
use super::eval::Scope;
use super::tree::{Check, Join, Node, Op};
use super::{NULL, Value};

/// The clause that kept a condition from passing.
#[derive(Clone, Debug, PartialEq)]
pub struct Miss {
    /// Where in the condition: `$and[1].price.$lt`.
    pub path: String,
    /// The attribute that was tested; empty where the clause is about a group.
    pub attribute: String,
    /// What the attribute was.
    pub actual: Value,
    /// What the clause asks of it, as the condition writes it.
    pub expected: Value,
    /// Whether the clause failed; otherwise it could not be decided.
    pub failed: bool,
}

impl Miss {
    /// As a JSON object: `path`, `attribute`, `actual`, `expected`, `failed`.
    pub fn to_value(&self) -> Value {
        Value::map([
            ("path", self.path.as_str().into()),
            ("attribute", self.attribute.as_str().into()),
            ("actual", self.actual.clone()),
            ("expected", self.expected.clone()),
            ("failed", self.failed.into()),
        ])
    }
}

fn step(path: &str, name: &str) -> String {
    let mut path = String::from(path);
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
    path
}

impl Node {
    /// The first clause that did not pass; `None` where all did.
    pub fn why_not(&self, path: &str, scope: &Scope) -> Option<Miss> {
        let passed = self.eval(scope);
        if passed == Some(true) {
            return None;
        }
        let failed = passed.is_some();
        match self {
            Node::All(clauses) => first(clauses, failed, scope, |at| {
                clauses[at].why_not(path, scope)
            }),
            Node::Joined(Join::Nor, parts) => {
                match parts
                    .iter()
                    .position(|part| part.eval(scope) != Some(false))
                {
                    Some(met) => {
                        Some(parts[met].met(&indexed(path, Join::Nor.name(), met), failed, scope))
                    }
                    None => Some(self.met(&step(path, Join::Nor.name()), failed, scope)),
                }
            }
            Node::Joined(join, parts) => first(parts, failed && *join == Join::And, scope, |at| {
                parts[at].why_not(&indexed(path, join.name(), at), scope)
            }),
            Node::Not(condition) => Some(condition.met(&step(path, "$not"), failed, scope)),
            Node::Field(name, check) => {
                let path = step(path, name);
                at(scope.attributes, name, |value| {
                    let (path, expected) = check.clause(&path, value, scope);
                    Some(Miss {
                        path,
                        attribute: name.clone(),
                        actual: value.clone(),
                        expected,
                        failed,
                    })
                })
            }
            Node::Group(..) | Node::Verdict(_) | Node::Broken => {
                Some(self.met(path, failed, scope))
            }
        }
    }

    /// A clause that passed where it must not, by the first attribute it tests.
    fn met(&self, path: &str, failed: bool, scope: &Scope) -> Miss {
        let mut miss = Miss {
            path: path.into(),
            attribute: String::new(),
            actual: Value::Null,
            expected: Value::Null,
            failed,
        };
        match self {
            Node::Field(name, check) => {
                miss.path = step(path, name);
                miss.attribute = name.clone();
                miss.actual = at(scope.attributes, name, Value::clone);
                miss.expected = check.source();
            }
            Node::All(parts) | Node::Joined(_, parts) => {
                if let Some(part) = parts.first() {
                    return part.met(path, failed, scope);
                }
            }
            Node::Not(condition) => return condition.met(path, failed, scope),
            Node::Group(id, _) => {
                miss.path = step(path, "$savedGroup");
                miss.expected = id.as_str().into();
            }
            Node::Verdict(_) | Node::Broken => {}
        }
        miss
    }
}

/// The first of the parts that failed, where one did, or that did not pass.
fn first(
    parts: &[Node],
    failed: bool,
    scope: &Scope,
    why: impl Fn(usize) -> Option<Miss>,
) -> Option<Miss> {
    let found = parts.iter().position(|part| match part.eval(scope) {
        Some(passed) => !passed,
        None => !failed,
    })?;
    why(found)
}

fn indexed(path: &str, name: &str, at: usize) -> String {
    let mut path = step(path, name);
    path.push('[');
    crate::decimal::print_uint(&mut path, at as u64);
    path.push(']');
    path
}

impl Check {
    /// The operator that did not pass, with its operand.
    fn clause(&self, path: &str, value: &Value, scope: &Scope) -> (String, Value) {
        if let Check::All(checks) = self {
            let failed = |check: &&Check| check.eval(value, scope) == Some(false);
            let open = |check: &&Check| check.eval(value, scope).is_none();
            if let Some(check) = checks.iter().find(failed).or(checks.iter().find(open)) {
                return check.clause(path, value, scope);
            }
        }
        let source = self.source();
        match source.fields() {
            Some([(op, operand)]) if op.starts_with('$') => (step(path, op), operand.clone()),
            _ => (path.into(), source),
        }
    }

    /// The check as the condition writes it.
    fn source(&self) -> Value {
        let operator = |op: Op, operand: Value| Value::Map(Vec::from([(op.name(), operand)]));
        match self {
            Check::All(checks) => {
                let mut fields = Vec::new();
                for check in checks {
                    if let Value::Map(own) = check.source() {
                        fields.extend(own);
                    }
                }
                Value::Map(fields)
            }
            Check::Not(check) => operator(Op::Not, check.source()),
            Check::Compare(op, operand) => operator(*op, operand.clone()),
            Check::Equal(value, _) => value.clone(),
            Check::SomeValue(check) => operator(Op::ElemMatch, check.source()),
            Check::SomeItem(condition) => operator(Op::ElemMatch, condition.source()),
            Check::Every(op, checks) => {
                operator(*op, Value::List(checks.iter().map(Check::source).collect()))
            }
            Check::Size(check) => operator(Op::Size, check.source()),
            Check::Verdict(_) => NULL.clone(),
        }
    }
}

impl Node {
    /// The condition as it was written, without the parts that were not understood.
    pub fn source(&self) -> Value {
        let field = |key: &str, value: Value| Value::Map(Vec::from([(key.into(), value)]));
        match self {
            Node::All(clauses) => {
                let mut fields = Vec::new();
                for clause in clauses {
                    if let Value::Map(own) = clause.source() {
                        fields.extend(own);
                    }
                }
                Value::Map(fields)
            }
            Node::Joined(join, parts) => field(
                join.name(),
                Value::List(parts.iter().map(Node::source).collect()),
            ),
            Node::Not(condition) => field("$not", condition.source()),
            Node::Field(name, check) => field(name, check.source()),
            Node::Group(id, _) => field("$savedGroup", field("id", id.as_str().into())),
            Node::Verdict(_) | Node::Broken => NULL.clone(),
        }
    }
}
