//! Score of an item: the sum of what the sparse sources added, with its standing beside it.
//!
//! `Σ λ·z` over sources. Computed when it is asked for, since few candidates come near the list. The rules of the shop come
//! on top: [`super::rules`].

use super::call::Call;
use super::candidates::Candidates;
use super::flags::Flags;
use super::sources::standing;

pub(crate) fn total(call: &Call, candidates: &Candidates, item: u32) -> f32 {
    let [affinity, popularity] = beside(call, candidates, item);
    candidates.score(item) + (affinity + popularity)
}

/// Affinity and popularity, as far as they count: the odds of a return stand alone.
pub(crate) fn beside(call: &Call, candidates: &Candidates, item: u32) -> [f32; 2] {
    if candidates.has(item, Flags::RETURNS) {
        [0.0; 2]
    } else {
        standing::of(call, item)
    }
}
