//! Sources of candidates, and of the parts of their scores.
//!
//! Sparse sources know something about a few items: they are [`Contributor`]s, and what they add is on record in the
//! ledger. Two sources have a value for every item, affinity and popularity: adding those would be a walk over the whole
//! catalogue, so they are computed for an item when it is scored (`standing`) and are no contributors. Nor is the scene,
//! which multiplies what all others gave.
//!
//! | file | source |
//! | --- | --- |
//! | `search`, `query`, `spelling` | words of a query: prices told from words, misspelt words corrected |
//! | `seeds` | items of the history, the page and the cart, with weights |
//! | `neighbours` | rows of the seeds in three matrices: co-view, co-purchase, content |
//! | `encoder` | the sequence encoder's probabilities (feature `encoder`) |
//! | `revisit` | odds of a return to a viewed item |
//! | `repurchase`, `due` | odds of buying again; what is due now (feature `full`) |
//! | `standing`, `affinity` | affinity to category and brand, popularity |
//! | `scenic` | factors of season, festival and time of day (feature `full`; `sceneless` stands in for it elsewhere) |

pub(crate) mod affinity;
#[cfg(feature = "full")]
pub(crate) mod due;
#[cfg(feature = "encoder")]
pub(crate) mod encoder;
pub(crate) mod neighbours;
mod query;
pub mod repurchase;
pub mod revisit;
#[cfg_attr(not(feature = "full"), path = "sceneless.rs")]
pub(crate) mod scenic;
pub(crate) mod search;
pub(crate) mod seeds;
mod spelling;
pub(crate) mod standing;

use super::answer::List;
use super::call::Call;
use super::candidates::Candidates;

/// A sparse source. Called with its concrete type, so that the module holds no tables of methods.
pub(crate) trait Contributor {
    /// Adds its part to the scores of the items that it knows something about, where the placement asks for it. What was
    /// odd is said in `list`.
    fn run(&mut self, call: &Call, candidates: &mut Candidates, list: &mut List);
}
