//! Sticky buckets: who once was in a variation stays in it when weights or conditions change.

use crate::value::Value;

/// What was assigned, by who it was assigned to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sticky {
    owners: Vec<Owner>,
    /// Whether anything was added since it was read.
    pub changed: bool,
}

/// Assignments of one value of one attribute.
#[derive(Clone, Debug, PartialEq)]
struct Owner {
    attribute: String,
    value: String,
    assignments: Vec<(String, String)>,
}

/// Owners kept; the one longest unchanged goes first.
const OWNERS: usize = 8;
/// Assignments kept of one owner; the oldest goes first.
const ASSIGNMENTS: usize = 200;

/// A sticky bucket, looked up.
pub(super) enum Found {
    Nothing,
    /// An assignment of a version that may not be used any more.
    Blocked,
    Variation(String),
}

fn name(experiment: &str, version: u32) -> String {
    let mut name = String::from(experiment);
    name.push_str("__");
    crate::decimal::print_uint(&mut name, version.into());
    name
}

impl Sticky {
    /// Reads a list of GrowthBook's documents: `attributeName`, `attributeValue`, `assignments`. What is malformed is
    /// left out.
    pub fn read(documents: &Value) -> Sticky {
        let mut sticky = Sticky::default();
        for document in documents.list().unwrap_or(&[]) {
            let text = |key: &str| document.get(key).and_then(Value::text);
            let assignments = document.get("assignments").and_then(Value::fields);
            if let (Some(attribute), Some(value), Some(assignments)) =
                (text("attributeName"), text("attributeValue"), assignments)
            {
                for (key, variation) in assignments {
                    sticky.assign(attribute, value, key, variation.text().unwrap_or(""));
                }
            }
        }
        sticky.changed = false;
        sticky
    }

    /// The documents, as [`Sticky::read`] takes them.
    pub fn to_value(&self) -> Value {
        let mut documents = Vec::new();
        for owner in &self.owners {
            let mut assignments = Vec::new();
            for (key, variation) in &owner.assignments {
                assignments.push((key.clone(), variation.as_str().into()));
            }
            documents.push(Value::map([
                ("attributeName", owner.attribute.as_str().into()),
                ("attributeValue", owner.value.as_str().into()),
                ("assignments", Value::Map(assignments)),
            ]));
        }
        Value::List(documents)
    }

    fn find(&self, (attribute, value): (&str, &str), key: &str) -> Option<&str> {
        let owned = |owner: &&Owner| owner.attribute == attribute && owner.value == value;
        let owner = self.owners.iter().find(owned)?;
        let found = owner.assignments.iter().find(|(known, _)| known == key)?;
        Some(&found.1)
    }

    /// The variation of the first of the owners that has one.
    pub(super) fn look_up(
        &self,
        owners: &[(&str, &str)],
        experiment: &str,
        version: u32,
        least: u32,
    ) -> Found {
        let find = |version: u32| {
            let key = name(experiment, version);
            owners.iter().find_map(|owner| self.find(*owner, &key))
        };
        // A version is a number of a payload: so many are looked through.
        if (0..least.min(1000)).any(|version| find(version).is_some()) {
            return Found::Blocked;
        }
        find(version).map_or(Found::Nothing, |variation| {
            Found::Variation(variation.into())
        })
    }

    pub(super) fn remember(
        &mut self,
        owner: (&str, &str),
        experiment: &str,
        version: u32,
        variation: &str,
    ) {
        let key = name(experiment, version);
        if self.find(owner, &key) != Some(variation) {
            self.assign(owner.0, owner.1, &key, variation);
        }
    }

    fn assign(&mut self, attribute: &str, value: &str, key: &str, variation: &str) {
        self.changed = true;
        let owned = |owner: &Owner| owner.attribute == attribute && owner.value == value;
        let mut owner = match self.owners.iter().position(owned) {
            Some(at) => self.owners.remove(at),
            None => Owner {
                attribute: attribute.into(),
                value: value.into(),
                assignments: Vec::new(),
            },
        };
        owner.assignments.retain(|(known, _)| known != key);
        if owner.assignments.len() >= ASSIGNMENTS {
            owner.assignments.remove(0);
        }
        owner.assignments.push((key.into(), variation.into()));
        if self.owners.len() >= OWNERS {
            self.owners.remove(0);
        }
        self.owners.push(owner);
    }
}
