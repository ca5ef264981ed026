//! Saved groups: lists and conditions that conditions refer to by id.

use super::{Condition, Value};

/// Saved groups by id, as a GrowthBook payload has them.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    groups: Vec<(String, Group)>,
}

/// One saved group.
#[derive(Clone, Debug)]
pub(super) enum Group {
    /// Members, and the attribute they are values of. A bare array of the first version of payloads names none, and
    /// only `$inGroup` reads it.
    List {
        attribute: Option<String>,
        members: Vec<Value>,
        bare: bool,
    },
    Condition(Condition),
    /// A list that stays with the server, and the attribute it is of: whoever is in it has its id in the attribute
    /// `__gb_remoteGroupIds`.
    Remote(Option<String>),
    /// Of a type that is not known here: nothing can be said of it.
    Unknown,
    /// Malformed: nobody is in it, and nobody is out of it.
    Invalid,
}

/// No groups.
pub static NO_GROUPS: Groups = Groups { groups: Vec::new() };

impl Groups {
    /// Reads `{"id": …}`. Malformed groups are kept as such: a condition that excludes one must not let everybody in.
    pub fn read(groups: &Value) -> Groups {
        let mut read = Groups::default();
        for (id, group) in groups.entries() {
            read.groups.push((id.clone(), Group::read(group)));
        }
        read
    }

    pub(super) fn find(&self, id: &str) -> Option<&Group> {
        let at = self.groups.iter().rposition(|(known, _)| known == id)?;
        Some(&self.groups[at].1)
    }
}

impl Group {
    fn read(group: &Value) -> Group {
        if let Some(members) = group.list() {
            return Group::List {
                attribute: None,
                members: members.to_vec(),
                bare: true,
            };
        }
        if group.fields().is_none() {
            return Group::Invalid;
        }
        match group.get("type").and_then(Value::text) {
            Some("list") => match group.get("values").and_then(Value::list) {
                Some(members) => Group::List {
                    attribute: group
                        .get("attributeKey")
                        .and_then(Value::text)
                        .map(String::from),
                    members: members.to_vec(),
                    bare: false,
                },
                None => Group::Invalid,
            },
            Some("condition") => match group.get("condition") {
                Some(condition @ Value::Map(_)) => Group::Condition(Condition::lenient(condition)),
                _ => Group::Invalid,
            },
            Some("remote") => Group::Remote(
                group
                    .get("attributeKey")
                    .and_then(Value::text)
                    .map(String::from),
            ),
            _ => Group::Unknown,
        }
    }
}
