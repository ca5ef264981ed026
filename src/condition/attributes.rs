//! Where a condition finds what it tests.

use std::borrow::Cow;

use crate::value::{NULL, Value};

/// Where a condition finds attributes. What a room works out when asked, it returns owned.
pub trait Attributes {
    /// The attribute of this name, without dots: a dotted path is followed from here on into the value.
    fn attribute(&self, name: &str) -> Option<Cow<'_, Value>>;
}

impl Attributes for Value {
    /// A map's field, a list's element or `length`; a scalar has none.
    fn attribute(&self, name: &str) -> Option<Cow<'_, Value>> {
        match self {
            Value::Map(_) => self.get(name).map(Cow::Borrowed),
            Value::List(items) if name == "length" => {
                Some(Cow::Owned(Value::Number(items.len() as f64)))
            }
            Value::List(items) => items.get(index(name)?).map(Cow::Borrowed),
            _ => None,
        }
    }
}

/// An array index as JavaScript writes it: no sign, no leading zero.
fn index(name: &str) -> Option<usize> {
    let bytes = name.as_bytes();
    if bytes.is_empty() || bytes.len() > 9 || (bytes[0] == b'0' && bytes.len() > 1) {
        return None;
    }
    let mut index = 0;
    for byte in bytes {
        if !byte.is_ascii_digit() {
            return None;
        }
        index = index * 10 + usize::from(byte - b'0');
    }
    Some(index)
}

/// Calls `with` on the value at a dotted path, which is null where there is none.
pub(super) fn at<R>(attributes: &dyn Attributes, path: &str, with: impl FnOnce(&Value) -> R) -> R {
    let mut rest = path;
    let first = crate::lines::cut(&mut rest, b'.');
    let Some(root) = attributes.attribute(first) else {
        return with(&NULL);
    };
    if first.len() == path.len() {
        return with(&root);
    }
    let mut here: Cow<'_, Value> = Cow::Borrowed(&root);
    for part in crate::lines::parts(rest, b'.') {
        let next = match &here {
            Cow::Borrowed(value) => value.attribute(part),
            // Only a length is owned, and nothing is below it.
            Cow::Owned(_) => None,
        };
        let Some(next) = next else {
            return with(&NULL);
        };
        here = next;
    }
    with(&here)
}
