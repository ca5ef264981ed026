//! The native companion of Tillside: everything that runs on the shop's side.
//!
//! | room | what |
//! | --- | --- |
//! | [`ingest`] | a shop's files, read, checked and cleaned |
//! | [`check`] | how a shop's files were understood, and what is odd about them |
//! | [`train`] | catalogue and events in, a model out |
//! | [`folder`] | a model folder: its manifest, checked and published |
//! | [`evaluate`] | how well a model ranks, measured with the page's own code |
//! | [`serve`] | the collector, the model and the pages over HTTP |
//! | [`lab`] | a shop and shoppers to try things on: made, simulated |
//! | [`lint`] | rules of triggers and offers, checked as the page reads them |
//! | [`progress`] | what long work shows on a terminal |
//!
//! Formats, sessions, conditions and ranking come from the crate `tillside`, so that page and trainer share one implementation.

#![forbid(unsafe_code)]

pub mod check;
mod compressed;
mod digest;
pub mod evaluate;
pub mod folder;
pub mod ingest;
mod instant;
mod json;
pub mod lab;
pub mod lint;
pub mod progress;
mod random;
pub mod serve;
pub mod train;

/// An error that a person sees: every room's error enum implements it.
pub trait Coded: std::error::Error {
    /// Stable and dotted, for scripts and documentation: `catalog.column`, `model.hash`.
    fn code(&self) -> &'static str;
}

/// What a command returns: nothing, or an error with a code.
pub type Outcome = Result<(), Box<dyn Coded>>;

impl<E: Coded + 'static> From<E> for Box<dyn Coded> {
    fn from(error: E) -> Self {
        Box::new(error)
    }
}
