//! 360° hand-off: what a shopper lets a customer-service agent, a store's guide or the shop's CRM know, for a quarter of
//! an hour.
//!
//! A snapshot is made by one call, with leave for that call, of what the device knows and what the shop's CRM told the
//! page. Each audience gets its own fields ([`schema`]), within a bound of bytes, with an end, and no person in it but
//! the member's hash. A code carries it through a link or a QR code, past every server.
//!
//! | file | content |
//! | --- | --- |
//! | [`schema`] | which fields each audience gets |
//! | [`snapshot`] | the parts put together, checked for persons, cut to the bound |
//! | [`pack`] | a snapshot as a short text and back |
//! | [`text`] | a snapshot in words, English and Chinese |
//!
//! What a shopper deleted is left out and not listed as deleted: a list of secrets keeps none. Whether a code is the
//! shop's own is a signature's business, which the page checks with the CRM's public key.

pub mod pack;
pub mod schema;
pub mod snapshot;
pub mod text;

/// Bytes of a snapshot as JSON, and of a code that is no QR code.
pub const MAX_BYTES: usize = 8 * 1024;
/// Bytes of a whole code for a QR code, its signature included.
pub const MAX_STORE_BYTES: usize = 1024;
/// What a key's name and a signature add to a code, with the dots between.
pub const SIGNATURE_BYTES: usize = 16 + 86 + 2;
/// Minutes that a snapshot holds, unless the page says less or more, and at most.
pub const MINUTES: f64 = 15.0;
/// Maximum validity in minutes.
pub const MOST_MINUTES: f64 = 30.0;

/// Who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Customer service.
    Agent,
    /// A guide in a store.
    Store,
    /// The shop's own records.
    Crm,
}

impl Audience {
    /// Names in requests.
    pub const NAMES: [(&'static str, Audience); 3] = [
        ("agent", Audience::Agent),
        ("store", Audience::Store),
        ("crm", Audience::Crm),
    ];

    /// The audience of a name.
    pub fn named(name: &str) -> Option<Audience> {
        let found = Audience::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, audience)| *audience)
    }

    /// Name in requests.
    pub fn name(self) -> &'static str {
        Audience::NAMES[self as usize].0
    }

    /// Bytes of a code before it is signed.
    pub fn most(self) -> usize {
        match self {
            Audience::Store => MAX_STORE_BYTES - SIGNATURE_BYTES,
            _ => MAX_BYTES - SIGNATURE_BYTES,
        }
    }
}

/// Why nothing is handed over, or a code is not opened.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandoffError {
    /// The shopper's consent is missing.
    Consent,
    /// An unknown audience.
    Audience,
    /// More characters than a code may have.
    TooLarge,
    /// Not a code.
    NotACode,
    /// A code of another version.
    Version,
    /// The code's content is damaged.
    Damaged,
    /// Validity has ended.
    Expired,
    /// Made in the future, by this device's clock.
    Ahead,
}

impl HandoffError {
    /// A stable code, and what to do.
    pub fn told(self) -> (&'static str, &'static str) {
        match self {
            HandoffError::Consent => (
                "handoff_consent",
                "ask the shopper, and say consent: true in this call; it is not remembered",
            ),
            HandoffError::Audience => ("handoff_audience", "write one of agent, store, crm"),
            HandoffError::TooLarge => (
                "handoff_too_large",
                "a code has at most 8192 characters, one for a store 1024; ask for a new one",
            ),
            HandoffError::NotACode => (
                "handoff_no_code",
                "this is no code of a shop; scan or paste it again",
            ),
            HandoffError::Version => (
                "handoff_version",
                "the code is of another version of the shop; load the page again",
            ),
            HandoffError::Damaged => (
                "handoff_damaged",
                "a character of the code is wrong or missing; scan it again",
            ),
            HandoffError::Expired => (
                "handoff_expired",
                "the code was valid for some minutes; ask for a new one",
            ),
            HandoffError::Ahead => (
                "handoff_ahead",
                "the code says a time that is still to come; set the clocks of both devices",
            ),
        }
    }

    /// Stable code.
    pub fn code(self) -> &'static str {
        self.told().0
    }
}

#[cfg(test)]
mod tests;
