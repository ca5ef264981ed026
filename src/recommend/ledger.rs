//! Ledger of contributions: which source added how much to which items, and because of which item.
//!
//! Sources write it while they score; [`super::explain`] reads it once, for the few items of the list. A run holds what
//! one source added at once, or one row of a matrix.

use super::answer::{Code, Source};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub source: Source,
    /// The item of the history, the page or the cart that it comes of; none where it comes of the shopper as a whole.
    pub cause: Option<(Code, u32)>,
    end: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Items and what they were given, one run after another.
    pub given: Vec<(u32, f32)>,
    runs: Vec<Run>,
}

impl Ledger {
    pub fn clear(&mut self) {
        self.given.clear();
        self.runs.clear();
    }

    /// Ends a run: what was given since the one before.
    pub fn close(&mut self, source: Source, cause: Option<(Code, u32)>) {
        let end = self.given.len();
        self.runs.push(Run { source, cause, end });
    }

    /// All runs, in the order of the sources.
    pub fn runs(&self) -> impl Iterator<Item = (Run, &[(u32, f32)])> {
        let mut from = 0;
        self.runs.iter().map(move |run| {
            let start = core::mem::replace(&mut from, run.end);
            (*run, &self.given[start..run.end])
        })
    }
}
