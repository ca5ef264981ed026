//! What a list is made of: for each item what every source gave and which items caused it, and how personal the whole is.

use super::arrange::Place;
use super::seeds::Seed;
use super::{
    Call, Cause, Code, Entry, Fallback, Flags, List, Placement, Recommender, SOURCES, Source,
    reasons,
};
use crate::shop::Matrix;

/// Room for the items behind one score, which few scores exceed.
const CAUSES: usize = 16;

/// And for its reasons, before the weak ones are left out.
const REASONS: usize = 4;

impl Recommender {
    /// Walks what was heard once more for the few items chosen, to say what each source gave and which item caused it.
    /// The last `rivals` places are not on the list: they are what its items are compared with.
    pub(super) fn explain(
        &mut self,
        call: &Call,
        seeds: &[Seed],
        places: &[Place],
        rivals: usize,
        list: &mut List,
    ) {
        let model = call.model;
        list.entries.reserve(places.len());
        for (n, place) in places.iter().enumerate() {
            let &Place { item, placed, .. } = place;
            // Causes are those of the score before the rules.
            let [affinity, popularity] = self.standing(call, item);
            let score = self.candidates.score(item) + (affinity + popularity);
            let mut entry = Entry {
                item,
                score,
                placed,
                contributions: [0.0; SOURCES],
                ruled: 0.0,
                #[cfg(feature = "full")]
                scene: self.scene_of(item),
                rules: 0,
                reasons: Vec::with_capacity(REASONS),
                causes: Vec::with_capacity(CAUSES),
            };
            if !self.candidates.has(item, Flags::RETURNS) {
                self.slot[item as usize] = n as u8 + 1;
                if self.candidates.has(item, Flags::STANDS) {
                    for one in model.variants(item) {
                        self.slot[one as usize] = n as u8 + 1;
                    }
                }
                entry.contributions[Source::Affinity as usize] = affinity;
                entry.contributions[Source::Popularity as usize] = popularity;
            } else {
                entry.contributions[Source::Recent as usize] = score;
            }
            list.entries.push(entry);
        }
        let mut from = 0;
        for (seed, &end) in seeds.iter().zip(&self.ends) {
            let source = seed.matrix.source() as usize;
            for &(item, given) in &self.heard[core::mem::replace(&mut from, end)..end] {
                if let Some(n) = usize::from(self.slot[item as usize]).checked_sub(1) {
                    let entry = &mut list.entries[n];
                    entry.contributions[source] += given;
                    entry.causes.push(Cause {
                        code: seed.code,
                        item: seed.item,
                        given,
                    });
                }
            }
        }
        let newest = seeds.iter().find(|seed| seed.matrix == Matrix::View);
        let newest = newest.map(|seed| (seed.code, seed.item));
        // For a cart it is what was bought before.
        let (source, own) = match call.request.placement {
            Placement::Cart | Placement::Again => (Source::Recent, Code::Again),
            _ => (Source::Sequence, Code::Recent),
        };
        for &(item, given) in &self.foreseen {
            if let Some(n) = usize::from(self.slot[item as usize]).checked_sub(1) {
                list.entries[n].contributions[source as usize] += given;
            }
        }
        #[cfg(feature = "full")]
        for &(item, given) in &self.due {
            if let Some(n) = usize::from(self.slot[item as usize]).checked_sub(1) {
                list.entries[n].contributions[Source::Recent as usize] += given;
            }
        }
        for entry in &mut list.entries {
            self.slot[entry.item as usize] = 0;
            if self.candidates.has(entry.item, Flags::STANDS) {
                for one in model.variants(entry.item) {
                    self.slot[one as usize] = 0;
                }
            }
            if call.request.placement == Placement::Search {
                // What the search gave is what is left.
                let others: f32 = entry.contributions.iter().sum();
                entry.contributions[Source::Search as usize] = (entry.score - others).max(0.0);
            }
        }
        #[cfg(feature = "full")]
        let own = |item: u32| {
            // A product is due as a whole, whichever variant stands for it.
            let same = |due: &(u32, f32)| model.leader(due.0) == model.leader(item);
            if self.due.iter().any(same) {
                Code::Again
            } else {
                own
            }
        };
        #[cfg(not(feature = "full"))]
        let own = |_| own;
        reasons::give(call, &mut list.entries, newest, own);
        list.entries.truncate(places.len() - rivals);
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

impl Matrix {
    /// The source that its rows are of.
    fn source(self) -> Source {
        match self {
            Matrix::View => Source::Sequence,
            Matrix::Buy => Source::Complement,
            Matrix::Content => Source::Content,
        }
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
