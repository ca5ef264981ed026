//! The fields of one message: what each type of message must have and may have.

use serde_json::{Map, Value};

use super::fault::{Fault, describe};
use crate::instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Track,
    Identify,
    Page,
    Screen,
    Group,
    Alias,
}

impl Kind {
    pub const ALL: [Kind; 6] = [
        Kind::Track,
        Kind::Identify,
        Kind::Page,
        Kind::Screen,
        Kind::Group,
        Kind::Alias,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Track => "track",
            Kind::Identify => "identify",
            Kind::Page => "page",
            Kind::Screen => "screen",
            Kind::Group => "group",
            Kind::Alias => "alias",
        }
    }

    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A message's fields, read with the errors of their place.
pub struct Fields<'a> {
    pub at: &'a str,
    pub map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    pub fn kind(&self) -> Result<Kind, Fault> {
        let found = self.map.get("type");
        found
            .and_then(Value::as_str)
            .and_then(Kind::named)
            .ok_or_else(|| Fault::Type {
                at: self.at.into(),
                found: describe(found),
            })
    }

    /// Checks what a message of this kind must and may have; its event name.
    pub fn check(&self, kind: Kind) -> Result<Option<String>, Fault> {
        for field in ["properties", "traits", "context", "integrations"] {
            self.object(field)?;
        }
        let (anonymous, user) = (self.text("anonymousId")?, self.text("userId")?);
        if anonymous.or(user).is_none() {
            return Err(Fault::Identity { at: self.at.into() });
        }
        let mut event = None;
        match kind {
            Kind::Track => event = Some(self.required("event", kind)?.to_owned()),
            Kind::Identify => {}
            Kind::Page | Kind::Screen => {
                self.text("name")?;
                self.text("category")?;
            }
            Kind::Group => {
                self.required("groupId", kind)?;
            }
            Kind::Alias => {
                self.required("userId", kind)?;
                self.required("previousId", kind)?;
            }
        }
        Ok(event)
    }

    /// A string; `None` if it is absent, null or blank.
    pub fn text(&self, field: &'static str) -> Result<Option<&'a str>, Fault> {
        match self.map.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => {
                Ok(Some(text.as_str()).filter(|text| !text.trim().is_empty()))
            }
            Some(_) => Err(self.wrong(field, "a string")),
        }
    }

    fn required(&self, field: &'static str, kind: Kind) -> Result<&'a str, Fault> {
        self.text(field)?.ok_or_else(|| Fault::Missing {
            at: self.at.into(),
            field,
            kind: kind.name(),
        })
    }

    fn object(&self, field: &'static str) -> Result<(), Fault> {
        match self.map.get(field) {
            None | Some(Value::Null | Value::Object(_)) => Ok(()),
            Some(_) => Err(self.wrong(field, "an object")),
        }
    }

    /// An instant; `None` where it is absent, null, or Go's zero time, which says that it was not set.
    pub fn time(&self, field: &'static str) -> Result<Option<i64>, Fault> {
        let Some(value) = self.map.get(field).filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        match value.as_str().and_then(instant::parse) {
            Some(instant::UNSET) => Ok(None),
            Some(instant) => Ok(Some(instant)),
            None => Err(Fault::Time {
                at: self.at.into(),
                field,
                found: describe(Some(value)),
            }),
        }
    }

    /// `context.sessionId`, as RudderStack and Tillside send it, or GA4's `properties.session_id`.
    pub fn session(&self) -> Option<String> {
        self.id("context", "sessionId")
            .or_else(|| self.id("properties", "session_id"))
    }

    /// The number of the order that the message is about: Segment's `order_id`, GA4's `transaction_id`.
    pub fn order(&self) -> Option<String> {
        let names = ["order_id", "orderId", "transaction_id"];
        names.iter().find_map(|name| self.id("properties", name))
    }

    fn id(&self, object: &str, field: &str) -> Option<String> {
        match self.map.get(object)?.get(field)? {
            Value::String(id) if !id.trim().is_empty() => Some(id.clone()),
            Value::Number(id) => Some(id.to_string()),
            _ => None,
        }
    }

    pub fn wrong(&self, field: &'static str, expected: &'static str) -> Fault {
        Fault::Field {
            at: self.at.into(),
            field,
            found: describe(self.map.get(field)),
            expected,
        }
    }
}
