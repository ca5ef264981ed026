//! Where a visit came from: what its events say of channel, campaign and referrer class is said of all that follow. What
//! an event of the service says is of itself: by which channel the service was reached.

use crate::intake::{Event, Field, Kind, Scalar, Session};
use crate::value::Value;

const FIELDS: [Field; 3] = [Field::Channel, Field::Campaign, Field::Referrer];

#[derive(Debug, Default)]
pub struct Origin {
    session: u64,
    known: Vec<(Field, String)>,
    changed: bool,
}

impl Origin {
    /// The event with what is known of its visit; what it says itself is remembered where it may be.
    pub fn stamp(&mut self, event: &Event, may_keep: bool) -> Event {
        let mut stamped = event.clone();
        if !may_keep {
            return stamped;
        }
        if self.session != event.session.0 {
            self.session = event.session.0;
            self.changed |= !self.known.is_empty();
            self.known.clear();
        }
        if is_of_service(event.kind) {
            return stamped;
        }
        for field in FIELDS {
            let said = event.fields.iter().find_map(|(name, scalar)| match scalar {
                Scalar::Text(text) if *name == field => Some(text),
                _ => None,
            });
            let known = self.known.iter_mut().find(|(name, _)| *name == field);
            match (said, known) {
                (Some(text), Some(known)) if known.1 != *text => {
                    known.1.clone_from(text);
                    self.changed = true;
                }
                (Some(text), None) => {
                    self.known.push((field, text.clone()));
                    self.changed = true;
                }
                (None, Some(known)) => stamped.fields.push((field, Scalar::Text(known.1.clone()))),
                _ => {}
            }
        }
        stamped
    }

    /// What the device keeps, if it changed since the last call.
    pub fn changed(&mut self) -> Option<Vec<u8>> {
        core::mem::take(&mut self.changed).then(|| {
            let mut kept = Value::map([("session", Session(self.session).text().as_str().into())]);
            for (field, text) in &self.known {
                kept.set(field.name(), text.as_str().into());
            }
            kept.to_json().into_bytes()
        })
    }

    /// Goes on from what the device kept, where this page knows nothing newer.
    pub fn restore(&mut self, kept: &[u8]) {
        let kept = Value::parse(core::str::from_utf8(kept).unwrap_or("")).unwrap_or_default();
        let Ok(session) = u64::from_str_radix(kept.text_of("session"), 16) else {
            return;
        };
        if self.session < session {
            self.session = session;
            self.known.clear();
            for field in FIELDS {
                if let Some(text) = kept.get(field.name()).and_then(Value::text) {
                    self.known.push((field, text.into()));
                }
            }
        }
    }

    pub fn forget(&mut self) {
        *self = Origin::default();
    }
}

fn is_of_service(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ServiceContacted
            | Kind::ServiceIssueReported
            | Kind::ServiceRepairRequested
            | Kind::CallbackRequested
    )
}
