//! Purposes that the shopper allows, and personal data that is refused whatever they allow.
//!
//! This room decides; the host obeys: it stores nothing without [`Purposes::personalisation`], sends nothing without
//! [`Purposes::measurement`], puts nobody into an experiment without [`Purposes::experiment`], and deletes what a
//! withdrawn purpose had stored.

mod personal;

pub use personal::{Personal, find};

/// What the shopper allows. Everything is denied until granted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purposes {
    /// Keep a portrait on this device and use it.
    pub personalisation: bool,
    /// Report events to the collector.
    pub measurement: bool,
    /// Take part in experiments: be put into variations by chance, and have that reported where reports are allowed.
    pub experiment: bool,
}

impl Purposes {
    /// As they are kept and passed on: 1 personalisation, 2 measurement, 4 experiment.
    pub fn from_bits(bits: u8) -> Purposes {
        Purposes {
            personalisation: bits & 1 != 0,
            measurement: bits & 2 != 0,
            experiment: bits & 4 != 0,
        }
    }

    /// As bits, for storage and other tabs.
    pub fn bits(self) -> u8 {
        u8::from(self.personalisation)
            | u8::from(self.measurement) << 1
            | u8::from(self.experiment) << 2
    }

    /// Whether the device may have a name: reports and experiments need one, a portrait does not.
    pub fn names_device(self) -> bool {
        self.measurement || self.experiment
    }
}

/// What a page says about the purposes: nothing of those it leaves as they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Keep and use a portrait.
    pub personalisation: Option<bool>,
    /// Report events.
    pub measurement: Option<bool>,
    /// Assign variations at random.
    pub experiment: Option<bool>,
}

impl Choice {
    /// The purposes after this choice.
    pub fn over(self, before: Purposes) -> Purposes {
        Purposes {
            personalisation: self.personalisation.unwrap_or(before.personalisation),
            measurement: self.measurement.unwrap_or(before.measurement),
            experiment: self.experiment.unwrap_or(before.experiment),
        }
    }
}
