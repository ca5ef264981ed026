//! The order of a list that is on screen already.
//!
//! Nothing is added and nothing left out. What the shopper has seen stays where it is, and so does what the shop has
//! pinned: a list that jumps under the reader's eyes is worse than one in yesterday's order. The rest is sorted by the
//! sums that [`Recommender::recommend`] ranks new items by, the odds of a return left aside, equals in the order they
//! were in; what the model does not know comes last, in the order it was in.

use super::answer::List;
use super::call::Call;
use super::request::Request;
use super::sources::{Contributor, seeds};
use super::{Recommender, score};
use crate::shop::Model;
use crate::shopper::Shopper;

/// The longest list that is ordered; what is beyond stays where it is.
pub const MAX_RERANKED: usize = 500;

impl Recommender {
    /// The new order of `ids`: for each place the index of what was given. `stays` says of an index from 0 whether its
    /// item keeps its place. Of the request, placement, item, rules and whether history may be used count.
    pub fn rerank(
        &mut self,
        model: &Model,
        shopper: &Shopper,
        request: &Request,
        ids: &[&str],
        stays: impl Fn(usize) -> bool,
        now: i64,
    ) -> Vec<u32> {
        self.clear(model, request);
        let candidates = &mut self.candidates;
        let mut call = Call::new(model, shopper, request, now);
        call.seeds = seeds::of(&call);
        // A damaged row costs an item its score, as it does on a shelf, and no more.
        let mut nothing = List::default();
        self.neighbours.run(&call, candidates, &mut nothing);
        #[cfg(feature = "encoder")]
        self.encoder.run(&call, candidates, &mut nothing);
        let mut order: Vec<u32> = (0..ids.len() as u32).collect();
        let mut places = Vec::new();
        let mut scored: Vec<(f32, u32)> = Vec::new();
        // As on a shelf, a product has what its variants have together.
        let mut sums: Vec<(u32, f32)> = Vec::new();
        for item in ids.iter().filter_map(|id| model.find(id)) {
            if call.products {
                let all = model.variants(item).map(|one| candidates.score(one));
                sums.push((item, all.sum()));
            }
        }
        for (item, sum) in sums {
            candidates.set(item, sum);
        }
        for (n, id) in ids.iter().enumerate().take(MAX_RERANKED) {
            if stays(n) {
                continue;
            }
            let known = model.find(id);
            let score = known.map_or(f32::NEG_INFINITY, |item| {
                self.rules
                    .applied(score::total(&call, candidates, item), item)
            });
            places.push(n);
            let at = scored.partition_point(|other| other.0 >= score);
            scored.insert(at, (score, n as u32));
        }
        for (&place, &(_, n)) in places.iter().zip(&scored) {
            order[place] = n;
        }
        order
    }
}
