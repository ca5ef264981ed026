//! Why an event was not taken.

use core::fmt;

/// A reason. Fields are named as on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// No dialect has an event of this name.
    UnknownEvent,
    BadType(&'static str),
    /// Not finite, negative, too large, or a fraction where a count belongs.
    BadRange(&'static str),
    Missing(&'static str),
    TooLong(&'static str),
    TooMany(&'static str),
    /// A field without which the event says nothing holds personal data.
    Personal(&'static str),
    /// The id was seen before, or the same happened within a second.
    Duplicate,
    /// More than five minutes ahead, or more than two years ago.
    BadTime,
}

impl Refusal {
    /// The stable text: `bad_type:price`.
    pub fn code(self) -> String {
        let (reason, field) = self.parts();
        [reason, field].concat()
    }

    fn parts(self) -> (&'static str, &'static str) {
        match self {
            Refusal::UnknownEvent => ("unknown_event", ""),
            Refusal::BadType(field) => ("bad_type:", field),
            Refusal::BadRange(field) => ("bad_range:", field),
            Refusal::Missing(field) => ("missing:", field),
            Refusal::TooLong(field) => ("too_long:", field),
            Refusal::TooMany(field) => ("too_many:", field),
            Refusal::Personal(field) => ("personal:", field),
            Refusal::Duplicate => ("duplicate", ""),
            Refusal::BadTime => ("bad_time", ""),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (reason, field) = self.parts();
        out.write_str(reason)?;
        out.write_str(field)
    }
}

impl core::error::Error for Refusal {}
