//! What a list is made of: for each item what every source gave and which items caused it, and how personal the whole is.

use super::arrange::Place;
use super::seeds::Seed;
use super::{
    Call, Cause, Code, Entry, Fallback, List, Placement, RETURNS, Recommender, SOURCES, Source,
    reasons,
};
use crate::shop::Matrix;

/// Room for the items behind one score, which few scores exceed.
const CAUSES: usize = 16;

impl Recommender {
    /// Walks what was heard once more for the few items chosen, to say what each source gave and which item caused it.
    pub(super) fn explain(
        &mut self,
        call: &Call,
        seeds: &[Seed],
        places: Vec<Place>,
        list: &mut List,
    ) {
        let model = call.model;
        let mut strongest = vec![[(0.0f32, usize::MAX); 3]; places.len()];
        for (n, place) in places.into_iter().enumerate() {
            let Place {
                score,
                item,
                placed,
            } = place;
            let mut entry = Entry {
                item,
                score,
                placed,
                contributions: [0.0; SOURCES],
                ruled: 0.0,
                rules: 0,
                reasons: Vec::new(),
                causes: Vec::with_capacity(CAUSES),
            };
            if self.flags[item as usize] & RETURNS == 0 {
                self.slot[item as usize] = n as u8 + 1;
                let [affinity, popularity] = call.standing(item);
                entry.contributions[Source::Affinity as usize] = affinity;
                entry.contributions[Source::Popularity as usize] = popularity;
            } else {
                entry.contributions[Source::Recent as usize] = score;
            }
            list.entries.push(entry);
        }
        let mut from = 0;
        for (number, seed) in seeds.iter().enumerate() {
            let source = match seed.matrix {
                Matrix::View => Source::Sequence,
                Matrix::Buy => Source::Complement,
                Matrix::Content => Source::Content,
            } as usize;
            let end = self.ends[number];
            for &(item, given) in &self.heard[core::mem::replace(&mut from, end)..end] {
                if let Some(n) = usize::from(self.slot[item as usize]).checked_sub(1) {
                    list.entries[n].contributions[source] += given;
                    list.entries[n].causes.push(Cause {
                        code: seed.code,
                        item: seed.item,
                        given,
                    });
                    if given > strongest[n][source].0 {
                        strongest[n][source] = (given, number);
                    }
                }
            }
        }
        let newest = seeds.iter().position(|seed| seed.matrix == Matrix::View);
        // For a cart it is what was bought before.
        let (source, own) = match call.request.placement {
            Placement::Cart => (Source::Recent, Code::Again),
            _ => (Source::Sequence, Code::Recent),
        };
        for &(item, given) in &self.foreseen {
            if let Some(n) = usize::from(self.slot[item as usize]).checked_sub(1) {
                list.entries[n].contributions[source as usize] += given;
                // Nothing else leads to it: the encoder read this item last.
                let cause = &mut strongest[n][Source::Sequence as usize].1;
                if *cause == usize::MAX {
                    *cause = newest.unwrap_or(*cause);
                }
            }
        }
        for (entry, strongest) in list.entries.iter_mut().zip(&strongest) {
            self.slot[entry.item as usize] = 0;
            if call.request.placement == Placement::Search {
                // What the search gave is what is left.
                let others: f32 = entry.contributions.iter().sum();
                entry.contributions[Source::Search as usize] = (entry.score - others).max(0.0);
            }
            for (total, given) in list.blend.iter_mut().zip(entry.contributions) {
                *total += given;
            }
            let cause = |source: Source| {
                seeds
                    .get(strongest[source as usize].1)
                    .map(|seed| (seed.code, seed.item))
            };
            let lean = (
                call.leaning.category(model, entry.item),
                call.leaning.brand(model, entry.item),
            );
            reasons::give(model, entry, cause, lean, own);
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
    } else if [
        Source::Sequence,
        Source::Complement,
        Source::Search,
        Source::Recent,
    ]
    .into_iter()
    .any(given)
    {
        Fallback::None
    } else if [Source::Content, Source::Affinity].into_iter().any(given) {
        Fallback::Content
    } else {
        Fallback::Popularity
    }
}
