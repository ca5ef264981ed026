//! Experiments: assignment, exposure and bandits on the device.
//!
//! Reads GrowthBook's features payload and evaluates it as its SDKs do, evaluation specification 0.12.0; the shared
//! cases are run by `tests/growthbook.rs`. Nobody is put into anything by being looked at: an [`Exposure`] is made
//! where a value is asked for, and reported where it is used.
//!
//! | file | what |
//! | --- | --- |
//! | `bucket` | hashing, ranges, namespaces |
//! | `payload` | JSON → features, rules, experiments, bandits |
//! | `evaluate` | a feature's value for somebody |
//! | `sticky` | assignments that stay |
//! | `interleave` | two rankings in one list, and whose item was chosen |
//! | `page` | what one page holds: the open payload, what sticks, what was reported |
//!
//! Not here, and named where a payload asks for it: experiments on addresses (redirects) and on a page's elements, and
//! encrypted payloads.

pub mod bucket;
mod evaluate;
pub mod interleave;
mod page;
mod payload;
mod sticky;

pub use evaluate::{Assigned, Drawn, Evaluated, Exposure, Source, Subject, Traces};
pub use page::Experiments;
pub use payload::{Experiment, Features, MOST, PayloadError};
pub use sticky::Sticky;
