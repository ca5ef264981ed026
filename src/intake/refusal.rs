//! Why an event was not taken: something without which it says nothing is missing or wrong. What it can do without is
//! left out and counted instead.

use core::fmt;

/// A reason. Fields are named as on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// No dialect has an event of this name.
    UnknownEvent,
    /// A value of another type.
    BadType(&'static str),
    /// Not finite, negative, too large, or a fraction where a whole number belongs.
    BadRange(&'static str),
    /// A required field is missing.
    Missing(&'static str),
    /// A text beyond its bound.
    TooLong(&'static str),
    /// A list beyond its bound.
    TooMany(&'static str),
    /// A field without which the event says nothing holds personal data.
    Personal(&'static str),
    /// The id was seen before, or the same happened within a second.
    Duplicate,
    /// More than five minutes ahead, or more than two years ago.
    BadTime,
    /// A browser that a program drives, or that does more than people can.
    Robot,
    /// The shop's own staff, as its page says.
    Staff,
    /// A trial of the shop's own: marked so, or an order like one.
    Test,
}

impl Refusal {
    /// The stable text: `bad_type:price`.
    pub fn code(self) -> String {
        let (reason, field) = self.parts();
        crate::lines::join(reason, field)
    }

    fn parts(self) -> (&'static str, &'static str) {
        const REASONS: &str = "\
unknown_event
bad_type:
bad_range:
missing:
too_long:
too_many:
personal:
duplicate
bad_time
robot
staff
test";
        let (reason, field) = match self {
            Refusal::UnknownEvent => (0, ""),
            Refusal::BadType(field) => (1, field),
            Refusal::BadRange(field) => (2, field),
            Refusal::Missing(field) => (3, field),
            Refusal::TooLong(field) => (4, field),
            Refusal::TooMany(field) => (5, field),
            Refusal::Personal(field) => (6, field),
            Refusal::Duplicate => (7, ""),
            Refusal::BadTime => (8, ""),
            Refusal::Robot => (9, ""),
            Refusal::Staff => (10, ""),
            Refusal::Test => (11, ""),
        };
        (crate::lines::nth(REASONS, reason), field)
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
