//! What the shopper allows, and what is refused no matter what they allow.
//!
//! This room decides; the host obeys: it stores nothing without [`Purposes::personalisation`], sends nothing without
//! [`Purposes::measurement`], and deletes what a withdrawn purpose had stored.

mod personal;

pub use personal::{Personal, find};

/// What the shopper allows. Everything is denied until granted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purposes {
    /// Keep a portrait on this device and use it.
    pub personalisation: bool,
    /// Report events to the collector.
    pub measurement: bool,
}
