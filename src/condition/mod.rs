//! The one expression language of tags, rules, triggers, offers and experiments: GrowthBook's conditions, evaluation
//! specification 0.12.0 (MongoDB-style queries over JSON attributes).
//!
//! A condition is read once and evaluated often. Evaluation is three-valued: a part that is not known here, an
//! operator or a type of group of a later specification, leaves the condition undecided, and only what is decided
//! passes. There is no conversion between types: `"5"` is not `5`.
//!
//! | file | what |
//! | --- | --- |
//! | `attributes` | [`Attributes`], where a condition finds what it tests |
//! | `read`, `tree` | JSON → the tree that is kept |
//! | `eval`, `version` | the tree and attributes → passed, failed or undecided |
//! | `groups` | saved groups |
//! | `why` | the first clause that did not pass, with its values |
//! | `regexp` | natively, with the feature `regexp`: JavaScript's regular expressions |
//!
//! Two ways in: [`Condition::parse`] is strict, for the shop's own rules, and refuses an unknown operator or a wrong
//! operand by its path; [`Condition::lenient`] is GrowthBook's, for payloads of its console.
//!
//! Regular expressions are JavaScript's. The page lends its own ([`Patterns`]); a program its own engine; without
//! one they stay undecided. This room deliberately brings none into a page.

mod attributes;
mod eval;
mod groups;
mod read;
#[cfg(feature = "regexp")]
pub mod regexp;
#[cfg(test)]
mod tests;
mod tree;
mod version;
mod why;

pub use attributes::Attributes;
pub use groups::{Groups, NO_GROUPS};
pub use why::Miss;

pub use crate::value::{NULL, Value};

use eval::{Scope, State};
use tree::Node;

/// A condition that was read.
///
/// ```
/// use tillside::condition::{BARE, Condition, Value};
///
/// let condition = Value::parse(r#"{"cart.value": {"$gte": 50}}"#)?;
/// let condition = Condition::parse(&condition).expect("a valid condition");
/// let shopper = Value::parse(r#"{"cart": {"value": 80}}"#)?;
/// assert_eq!(condition.eval(&shopper, &BARE), Some(true));
///
/// let mistake = Value::parse(r#"{"price": {"$gtt": 5}}"#)?;
/// let error = Condition::parse(&mistake).unwrap_err();
/// assert_eq!((error.code(), &*error.path), ("condition_unknown_operator", "price.$gtt"));
/// # Ok::<(), tillside::value::JsonError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Condition {
    node: Node,
}

/// What conditions are evaluated with, besides attributes.
pub struct Env<'a> {
    /// Saved groups for `$inGroup` and `$notInGroup`.
    pub groups: &'a Groups,
    /// Evaluates `$regex`.
    pub patterns: &'a dyn Patterns,
}

/// No groups, and regular expressions undecided.
pub static BARE: Env<'static> = Env {
    groups: &NO_GROUPS,
    patterns: &NoPatterns,
};

/// A host's regular expressions.
pub trait Patterns: Sync + core::fmt::Debug {
    /// Whether the pattern, in JavaScript's syntax, is found in the text. `Some(false)` for an invalid pattern;
    /// `None` where nobody can tell.
    fn matches(&self, pattern: &str, any_case: bool, text: &str) -> Option<bool>;
}

/// No regular expressions: conditions on them stay undecided.
#[derive(Debug)]
pub struct NoPatterns;

impl Patterns for NoPatterns {
    fn matches(&self, _: &str, _: bool, _: &str) -> Option<bool> {
        None
    }
}

impl Condition {
    /// Reads a condition of the shop's own; the first mistake refuses it.
    pub fn parse(condition: &Value) -> Result<Condition, ConditionError> {
        let mut reader = read::Reader::default();
        let node = reader.condition(condition);
        match reader.wrong {
            None => Ok(Condition { node }),
            Some(error) => Err(error),
        }
    }

    /// Reads a condition as GrowthBook's SDKs do: what is malformed matches nobody, what is unknown is undecided.
    pub fn lenient(condition: &Value) -> Condition {
        Condition {
            node: read::Reader::default().condition(condition),
        }
    }

    /// Whether the attributes pass; `None` where that depends on something not known here.
    pub fn eval(&self, attributes: &dyn Attributes, env: &Env) -> Option<bool> {
        let state = State::default();
        let result = self.node.eval(&scope(attributes, env, &state));
        match state.broken.get() {
            true => Some(false),
            false => result,
        }
    }

    /// Whether the attributes pass for certain.
    pub fn passes(&self, attributes: &dyn Attributes, env: &Env) -> bool {
        self.eval(attributes, env) == Some(true)
    }

    /// The first clause that did not pass, with its values; `None` where all did.
    pub fn why_not(&self, attributes: &dyn Attributes, env: &Env) -> Option<Miss> {
        let state = State::default();
        self.node.why_not("", &scope(attributes, env, &state))
    }

    /// The attributes that the condition tests, as dotted paths, each once. Those of saved groups are not among them.
    pub fn attributes(&self) -> Vec<&str> {
        let mut names = Vec::new();
        names_of(&self.node, &mut names);
        names
    }
}

fn scope<'a>(attributes: &'a dyn Attributes, env: &'a Env, state: &'a State) -> Scope<'a> {
    Scope {
        attributes,
        env,
        state,
        inside: None,
    }
}

fn names_of<'a>(node: &'a Node, names: &mut Vec<&'a str>) {
    match node {
        Node::All(parts) | Node::Joined(_, parts) => {
            for part in parts {
                names_of(part, names);
            }
        }
        Node::Not(condition) => names_of(condition, names),
        Node::Field(name, _) | Node::Group(_, Some(name)) if !names.contains(&name.as_str()) => {
            names.push(name)
        }
        _ => {}
    }
}

/// Why a condition is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionError {
    /// What is wrong.
    pub fault: Fault,
    /// Where: `$and[1].price.$gtt`; empty for the condition itself.
    pub path: String,
    /// The offending value, as JSON.
    pub value: String,
}

/// What is wrong with a condition.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An unknown operator.
    UnknownOperator,
    /// An object is needed.
    NotAnObject,
    /// A list is needed.
    NotAList,
    /// A text, number or boolean is needed.
    NotAScalar,
    /// A text or number is needed.
    NotOrdered,
    /// A boolean is needed.
    NotABoolean,
    /// A number is needed.
    NotANumber,
    /// A text is needed.
    NotAText,
    /// Not a name of a JSON type.
    NotAType,
    /// Not the id of a saved group.
    NotAGroup,
    /// Operators and attributes in one object.
    MixedKeys,
    /// An attribute's name is needed.
    MissingAttribute,
}

impl ConditionError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self.fault {
            Fault::UnknownOperator => "condition_unknown_operator",
            Fault::MixedKeys => "condition_mixed_keys",
            Fault::MissingAttribute => "condition_missing_attribute",
            _ => "condition_operand",
        }
    }

    /// What to write instead.
    pub fn remedy(&self) -> &'static str {
        match self.fault {
            Fault::UnknownOperator => {
                "use one of $eq $ne $lt $lte $gt $gte $in $nin $ini $nini $all $alli $size $elemMatch $exists $type \
                 $regex $regexi $notRegex $notRegexi $inGroup $notInGroup $veq $vne $vlt $vlte $vgt $vgte $not"
            }
            Fault::NotAnObject => "write an object: {\"attribute\": …}",
            Fault::NotAList => "write a list: […]",
            Fault::NotAScalar => {
                "lists and objects are never $eq or $ne; write the value without an operator"
            }
            Fault::NotOrdered => "write a number or a text; only those have an order",
            Fault::NotABoolean => "write true or false",
            Fault::NotANumber => "write a number, or operators on it: {\"$gt\": 2}",
            Fault::NotAText => "write the pattern as a text",
            Fault::NotAType => "write one of null, boolean, number, string, array, object",
            Fault::NotAGroup => {
                "name a saved group: a text for $inGroup, {\"id\": …} for $savedGroup"
            }
            Fault::MixedKeys => "operators and plain fields do not mix in one object",
            Fault::MissingAttribute => "put the operator under the attribute that it tests",
        }
    }
}

impl std::fmt::Display for ConditionError {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        let path = if self.path.is_empty() {
            "the condition"
        } else {
            &self.path
        };
        write!(
            out,
            "{path} is {}; {} ({})",
            self.value,
            self.remedy(),
            self.code()
        )
    }
}

impl std::error::Error for ConditionError {}
