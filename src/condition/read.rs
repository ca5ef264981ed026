//! JSON → [`Node`]. One reader for both modes: it notes the first mistake and goes on, and only the strict mode asks
//! whether there was one.

use super::tree::{Check, Join, Node, Op};
use super::{ConditionError, Fault, Value};

/// Reads a condition, and notes the first mistake in it.
#[derive(Default)]
pub(super) struct Reader {
    path: String,
    pub wrong: Option<ConditionError>,
}

impl Reader {
    fn wrong(&mut self, fault: Fault, value: &Value) {
        if self.wrong.is_none() {
            let mut value = value.to_json();
            if value.len() > 80 {
                let end = (0..=80).rev().find(|at| value.is_char_boundary(*at));
                value.truncate(end.unwrap_or(0));
                value.push('…');
            }
            self.wrong = Some(ConditionError {
                fault,
                path: self.path.clone(),
                value,
            });
        }
    }

    /// Reads on with one more step in the path.
    fn below<T>(
        &mut self,
        step: &str,
        index: Option<usize>,
        read: impl FnOnce(&mut Reader) -> T,
    ) -> T {
        let length = self.path.len();
        match index {
            Some(index) => {
                self.path.push('[');
                crate::decimal::print_uint(&mut self.path, index as u64);
                self.path.push(']');
            }
            None => {
                if length > 0 {
                    self.path.push('.');
                }
                self.path.push_str(step);
            }
        }
        let done = read(self);
        self.path.truncate(length);
        done
    }

    /// A condition on attributes.
    pub fn condition(&mut self, condition: &Value) -> Node {
        let Some(fields) = condition.fields() else {
            self.wrong(Fault::NotAnObject, condition);
            return match condition {
                Value::Null => Node::Broken,
                _ => Node::Verdict(Some(false)),
            };
        };
        let mut clauses = Vec::new();
        for (key, value) in fields {
            let clause = self.below(key, None, |reader| reader.clause(key, value));
            clauses.push(clause);
        }
        match clauses.len() {
            1 => clauses.remove(0),
            _ => Node::All(clauses),
        }
    }

    fn clause(&mut self, key: &str, value: &Value) -> Node {
        let join = match key {
            "$and" => Join::And,
            "$or" => Join::Or,
            "$nor" => Join::Nor,
            "$not" if matches!(value, Value::Map(_) | Value::Null) => {
                return match self.condition(value) {
                    Node::Broken => Node::Broken,
                    condition => Node::Not(Box::new(condition)),
                };
            }
            "$not" => {
                self.wrong(Fault::NotAnObject, value);
                return Node::Verdict(Some(false));
            }
            "$savedGroup" => return self.group(value),
            "$savedGroups" => {
                self.wrong(Fault::UnknownOperator, value);
                return Node::Verdict(Some(false));
            }
            _ => {
                if Op::find(key).is_some() || is_condition_key(key) {
                    self.wrong(Fault::MissingAttribute, value);
                }
                return Node::Field(key.into(), self.expected(value));
            }
        };
        let Some(items) = value.list() else {
            self.wrong(Fault::NotAList, value);
            return match value {
                Value::Null => Node::Broken,
                _ => Node::Verdict(Some(false)),
            };
        };
        let mut parts = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let part = self.below("", Some(at), |reader| reader.condition(item));
            parts.push(part);
        }
        Node::Joined(join, parts)
    }

    fn group(&mut self, reference: &Value) -> Node {
        let id = reference.get("id").and_then(Value::text);
        let attribute = reference.get("attributeKey");
        match (id, attribute) {
            (Some(id), None) => Node::Group(id.into(), None),
            (Some(id), Some(Value::Text(attribute))) => {
                Node::Group(id.into(), Some(attribute.clone()))
            }
            _ => {
                self.wrong(Fault::NotAGroup, reference);
                Node::Verdict(Some(false))
            }
        }
    }

    /// What an attribute must be: operators, or a value that it equals.
    fn expected(&mut self, expected: &Value) -> Check {
        match expected.fields() {
            Some(fields) if is_operators(fields) => self.operators(fields),
            Some(fields) => {
                if fields.iter().any(|(key, _)| key.starts_with('$')) {
                    self.wrong(Fault::MixedKeys, expected);
                }
                Check::Equal(expected.clone(), false)
            }
            _ => Check::Equal(expected.clone(), false),
        }
    }

    fn operators(&mut self, fields: &[(String, Value)]) -> Check {
        let mut checks = Vec::new();
        for (key, value) in fields {
            let check = self.below(key, None, |reader| reader.operator(key, value));
            checks.push(check);
        }
        match checks.len() {
            1 => checks.remove(0),
            _ => Check::All(checks),
        }
    }

    fn operator(&mut self, name: &str, operand: &Value) -> Check {
        let Some(op) = Op::find(name) else {
            self.wrong(Fault::UnknownOperator, &Value::from(name));
            let never = is_condition_key(name) || name == "$savedGroups";
            return Check::Verdict(never.then_some(false));
        };
        let fault = match (op, operand) {
            (Op::Eq | Op::Ne, Value::List(_) | Value::Map(_)) => Some(Fault::NotAScalar),
            (Op::Lt | Op::Lte | Op::Gt | Op::Gte, Value::Number(_) | Value::Text(_)) => None,
            (
                Op::Veq | Op::Vne | Op::Vlt | Op::Vlte | Op::Vgt | Op::Vgte,
                Value::Number(_) | Value::Text(_),
            ) => None,
            (Op::Lt | Op::Lte | Op::Gt | Op::Gte, _) => Some(Fault::NotOrdered),
            (Op::Veq | Op::Vne | Op::Vlt | Op::Vlte | Op::Vgt | Op::Vgte, _) => {
                Some(Fault::NotOrdered)
            }
            (Op::In | Op::Nin | Op::Ini | Op::Nini | Op::All | Op::Alli, Value::List(_)) => None,
            (Op::In | Op::Nin | Op::Ini | Op::Nini | Op::All | Op::Alli, _) => {
                Some(Fault::NotAList)
            }
            (Op::Exists, Value::Bool(_)) => None,
            (Op::Exists, _) => Some(Fault::NotABoolean),
            (Op::Type, Value::Text(name)) if TYPES.contains(&name.as_str()) => None,
            (Op::Type, _) => Some(Fault::NotAType),
            (Op::InGroup | Op::NotInGroup, Value::Text(_)) => None,
            (Op::InGroup | Op::NotInGroup, _) => Some(Fault::NotAGroup),
            (Op::Regex | Op::Regexi | Op::NotRegex | Op::NotRegexi, Value::Text(_)) => None,
            (Op::Regex | Op::Regexi | Op::NotRegex | Op::NotRegexi, _) => Some(Fault::NotAText),
            (Op::ElemMatch, Value::Map(_)) => None,
            (Op::ElemMatch, _) => Some(Fault::NotAnObject),
            (Op::Size, Value::Number(_) | Value::Map(_)) => None,
            (Op::Size, _) => Some(Fault::NotANumber),
            (Op::Eq | Op::Ne | Op::Not, _) => None,
        };
        if let Some(fault) = fault {
            self.wrong(fault, operand);
        }
        match (op, operand) {
            (Op::Not, _) => Check::Not(Box::new(self.expected(operand))),
            (Op::Size, _) => Check::Size(Box::new(self.expected(operand))),
            (Op::All | Op::Alli, Value::List(items)) => {
                let mut checks = Vec::new();
                for (at, item) in items.iter().enumerate() {
                    let check = self.below("", Some(at), |reader| match reader.expected(item) {
                        Check::Equal(value, _) => Check::Equal(value, op == Op::Alli),
                        check => check,
                    });
                    checks.push(check);
                }
                Check::Every(op, checks)
            }
            (Op::ElemMatch, Value::Map(fields)) => {
                if is_operators(fields) && !fields.iter().any(|(key, _)| is_condition_key(key)) {
                    Check::SomeValue(Box::new(self.operators(fields)))
                } else {
                    Check::SomeItem(Box::new(self.condition(operand)))
                }
            }
            (Op::All | Op::Alli | Op::ElemMatch, _) => Check::Verdict(Some(false)),
            _ => Check::Compare(op, operand.clone()),
        }
    }
}

/// The names that `$type` knows.
pub(super) const TYPES: [&str; 6] = ["null", "boolean", "number", "string", "array", "object"];

fn is_operators(fields: &[(String, Value)]) -> bool {
    fields.iter().all(|(key, _)| key.starts_with('$'))
}

/// Keys that stand for a condition, not for an operator on a value. `$not` is either.
fn is_condition_key(key: &str) -> bool {
    matches!(key, "$or" | "$nor" | "$and" | "$savedGroup")
}
