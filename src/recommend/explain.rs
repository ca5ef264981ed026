//! Explanation of a list: for each entry what every source gave and which items caused it, and how personal the whole is.

use super::answer::{Cause, Code, Entry, Fallback, List, SOURCES, Source};
use super::arrange::Place;
use super::call::Call;
use super::candidates::Candidates;
use super::flags::Flags;
use super::marks::Marks;
use super::request::Placement;
use super::{reasons, score};
use crate::shop::Matrix;

/// Room for the items behind one score, which few scores exceed.
const CAUSES: usize = 16;

/// And for its reasons, before the weak ones are left out.
const REASONS: usize = 4;

#[derive(Debug, Default)]
pub(super) struct Explain {
    /// Of an item on the list its place from 1, and of all variants of its product.
    places: Marks,
}

impl Explain {
    /// Walks the ledger once for the few items chosen. Places beyond `limit` are not on the list: they are rivals, what
    /// its items are compared with.
    pub fn run(
        &mut self,
        call: &Call,
        candidates: &Candidates,
        places: &[Place],
        limit: usize,
        list: &mut List,
    ) {
        let model = call.model;
        let marks = self.places.of(model.items());
        list.entries.reserve(places.len());
        for (n, place) in places.iter().enumerate() {
            let &Place { item, placed, .. } = place;
            // Causes are those of the score before the rules.
            let [affinity, popularity] = score::beside(call, candidates, item);
            let score = candidates.score(item) + (affinity + popularity);
            let mut entry = Entry {
                item,
                score,
                placed,
                contributions: [0.0; SOURCES],
                ruled: 0.0,
                #[cfg(feature = "full")]
                scene: 0.0,
                rules: 0,
                reasons: Vec::with_capacity(REASONS),
                causes: Vec::with_capacity(CAUSES),
            };
            if !candidates.has(item, Flags::RETURNS) {
                marks[item as usize] = n as u8 + 1;
                if candidates.has(item, Flags::STANDS) {
                    for one in model.variants(item) {
                        marks[one as usize] = n as u8 + 1;
                    }
                }
                entry.contributions[Source::Affinity as usize] = affinity;
                entry.contributions[Source::Popularity as usize] = popularity;
            } else {
                entry.contributions[Source::Recent as usize] = score;
            }
            list.entries.push(entry);
        }
        // What was bought before: all of it beside a cart and on its own shelf, elsewhere what is due.
        let mut again: &[(u32, f32)] = &[];
        for (run, all) in candidates.ledger.runs() {
            if run.source == Source::Recent {
                again = all;
            }
            for &(item, given) in all {
                if let Some(n) = usize::from(marks[item as usize]).checked_sub(1) {
                    let entry = &mut list.entries[n];
                    entry.contributions[run.source as usize] += given;
                    if let Some((code, item)) = run.cause {
                        entry.causes.push(Cause { code, item, given });
                    }
                }
            }
        }
        for entry in &mut list.entries {
            marks[entry.item as usize] = 0;
            if candidates.has(entry.item, Flags::STANDS) {
                for one in model.variants(entry.item) {
                    marks[one as usize] = 0;
                }
            }
            if call.request.placement == Placement::Search {
                // What the search gave is what is left.
                let others: f32 = entry.contributions.iter().sum();
                entry.contributions[Source::Search as usize] = (entry.score - others).max(0.0);
            }
        }
        let newest = call.seeds.iter().find(|seed| seed.matrix == Matrix::View);
        let newest = newest.map(|seed| (seed.code, seed.item));
        let all_again = matches!(call.request.placement, Placement::Cart | Placement::Again);
        let own = |item| {
            // A product is due as a whole, whichever variant stands for it.
            let same = |due: &(u32, f32)| model.leader(due.0) == model.leader(item);
            if all_again || again.iter().any(same) {
                Code::Again
            } else {
                Code::Recent
            }
        };
        reasons::give(call, &mut list.entries, newest, own);
        list.entries.truncate(limit);
        for entry in &list.entries {
            for (total, given) in list.blend.iter_mut().zip(&entry.contributions) {
                *total += given;
            }
        }
        let total: f32 = list.blend.iter().sum();
        if total > 0.0 {
            list.blend.iter_mut().for_each(|share| *share /= total);
        }
        list.fallback = fallback(list);
    }
}

fn fallback(list: &List) -> Fallback {
    let given = |source: Source| list.blend[source as usize] > 0.0;
    if list.entries.is_empty() {
        Fallback::Empty
    } else if given(Source::Sequence)
        || given(Source::Complement)
        || given(Source::Search)
        || given(Source::Recent)
    {
        Fallback::None
    } else if given(Source::Content) || given(Source::Affinity) {
        Fallback::Content
    } else {
        Fallback::Popularity
    }
}
