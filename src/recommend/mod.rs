//! Recommendations: candidates → scores → an arranged list with reasons.
//!
//! A pipeline, in the order of [`Recommender::recommend`]. A stage with scratch of its own is a struct with one `run`, kept
//! between calls; one without is a function `run`.
//!
//! | stage | reads | does |
//! | --- | --- | --- |
//! | `call` | request, model, shopper | resolves keys, category and weights, once for all stages |
//! | `filter` | call | flags what a list may not hold |
//! | `sources` | call, flags | add to the scores of candidates, on record in the ledger |
//! | `variants` | scores, flags | one variant stands for its product |
//! | `sources::scenic` | scores | raises and lowers by season, festival and time of day |
//! | `select` | scores, flags, rules | the best, by `score` and as `rules` leave it |
//! | `arrange` | the best | pins, discovery, diversity, spread; departments for strangers |
//! | `explain`, `reasons` | ledger, places | what each source gave, and a sentence for it |
//! | `bundle` | the list | cuts complements down to a set within a price |
//!
//! A score is a sum over sources, `Σ λ·z`: neighbours of the session's items in three sparse matrices (co-view, co-purchase,
//! content), affinity to the item's category and brand, and popularity. The z are bounded when the model is made
//! (confidences and cosines at most 1, weights of a session summing to 1), and the λ come with the model, so that a part of
//! a score can be shown as it is. With no history nothing is left but popularity: a cold shopper's list is the popular
//! list, and every event moves it from there.
//!
//! Where a list may hold what was viewed already, such an item is not scored by that sum but by the odds that the next
//! look returns to it, which the model's weights put on the same scale: see [`revisit`]. Beside a cart, what was bought
//! before gets the odds that it is bought again: see [`repurchase`].
//!
//! Work is proportional to the neighbours touched, not to the catalogue. Ties go to the smaller item number. A list is a
//! function of shopper, request and model.
//!
//! | file beside the pipeline | what |
//! | --- | --- |
//! | `request`, `answer` | what is asked, and what is answered |
//! | `candidates`, `flags`, `ledger`, `marks` | what stages share: sums, typed flags, contributions on record; scratch |
//! | `rerank` | the order of a list that is on screen already |
//! | `contents` | reviews, photos and articles, ranked beside products |
//! | `why_not` | why an item is not on a list |

mod answer;
mod arrange;
mod bundle;
mod call;
mod candidates;
#[cfg(feature = "full")]
pub mod contents;
mod explain;
mod filter;
mod flags;
mod ledger;
mod marks;
mod reasons;
mod request;
mod rerank;
pub mod rules;
mod score;
mod select;
mod sources;
mod variants;
#[cfg(feature = "full")]
mod why_not;

pub use answer::*;
pub use reasons::{LANGUAGES, sentence};
pub use request::*;
pub use rerank::MAX_RERANKED;
pub use sources::{repurchase, revisit};
#[cfg(feature = "full")]
pub use why_not::WhyNot;

use crate::shop::Model;
use crate::shopper::Shopper;
use call::Call;
use candidates::Candidates;
use explain::Explain;
use filter::Filter;
use rules::Rules;
use sources::{Contributor, seeds};
use variants::Variants;

/// The longest list.
pub const MAX_LIMIT: usize = 100;

/// Milliseconds of a day.
const DAY: f32 = 86_400_000.0;

/// The stages with their scratch, and the candidates that they share, reused between calls.
#[derive(Debug, Default)]
pub struct Recommender {
    candidates: Candidates,
    filter: Filter,
    search: sources::search::Search,
    neighbours: sources::neighbours::Neighbours,
    #[cfg(feature = "encoder")]
    encoder: sources::encoder::Predictions,
    revisit: revisit::Revisit,
    repurchase: repurchase::Repurchase,
    #[cfg(feature = "full")]
    due: sources::due::DueNow,
    variants: Variants,
    scene: sources::scenic::Scenic,
    rules: Rules,
    explain: Explain,
}

impl Recommender {
    /// Ranks items for a request. `now` is milliseconds since 1970.
    ///
    /// Always returns a list: what is unknown in the request is left out and named in [`List::warnings`].
    pub fn recommend(
        &mut self,
        model: &Model,
        shopper: &Shopper,
        request: &Request,
        now: i64,
    ) -> List {
        self.clear(model, request);
        let (candidates, rules) = (&mut self.candidates, &self.rules);
        let mut list = List::default();

        let mut call = Call::new(model, shopper, request, now);
        if !call.narrow(&mut list) || !self.filter.run(&call, candidates, &mut list) {
            return list;
        }

        // Sources. Odds of a return replace a score, and what is due leads the best of all others: their places matter.
        self.search.run(&call, candidates, &mut list);
        call.seeds = seeds::of(&call);
        self.neighbours.run(&call, candidates, &mut list);
        #[cfg(feature = "encoder")]
        self.encoder.run(&call, candidates, &mut list);
        self.revisit.run(&call, candidates, &mut list);
        self.repurchase.run(&call, candidates, &mut list);
        #[cfg(feature = "full")]
        self.due.run(&call, candidates, &mut list);

        self.variants.run(&call, candidates);
        let variants = &self.variants;
        self.scene.run(&call, candidates, variants);

        // A set is chosen from the longest list.
        let limit = if request.bundle > 0.0 {
            MAX_LIMIT
        } else {
            call.limit
        };
        let mut places = arrange::departments::run(
            &call,
            candidates,
            variants,
            rules,
            &self.scene,
            limit,
            &mut list,
        );
        if places.is_empty() {
            let choices = arrange::choices(&call, limit);
            let best = select::run(&call, candidates, variants, rules, choices, &mut list);
            places = arrange::run(&call, candidates, variants, rules, &best, limit, &mut list);
        }

        self.explain
            .run(&call, candidates, &places, limit, &mut list);
        self.scene.explain(&mut list);
        rules.explain(candidates, &mut list);
        if request.bundle > 0.0 {
            bundle::keep(model, call.anchor, request.limit, request.bundle, &mut list);
        }
        list
    }

    /// The words that were looked for last, as the shop spells them.
    pub fn corrected(&self) -> &str {
        &self.search.corrected
    }

    /// The lines of rules that have no effect on this model; see [`Rules::odd`].
    pub fn odd_rules(&mut self, model: &Model, text: &str) -> &[u32] {
        self.rules.read(model, text);
        self.rules.odd()
    }

    /// Forgets the candidates of the call before, and reads the rules of this one.
    fn clear(&mut self, model: &Model, request: &Request) {
        if self.candidates.clear(model.items()) {
            self.rules.forget();
        }
        self.rules.read(model, request.rules);
    }
}

#[cfg(test)]
mod tests;
