//! What a request is about: the items that have its attributes, and those that have its words.

use super::{Call, FOUND, List, Placement, Recommender, Warning};
use crate::shop::terms;

/// How far a search's own match outweighs the rest.
const MATCH: f32 = 4.0;

impl Recommender {
    /// Finds what matches the words and has the attributes; false when nothing can.
    pub(super) fn filter(&mut self, call: &mut Call, list: &mut List) -> bool {
        let (model, request) = (call.model, call.request);
        for (n, attribute) in request.attributes.iter().enumerate() {
            let term = model.find_terms(attribute, false);
            if term.is_empty() {
                list.warnings.push(Warning::UnknownAttribute);
                return false;
            }
            // `slot` counts the attributes that an item has so far.
            model.term_items(term.start, |item| {
                let has = &mut self.slot[item as usize];
                if usize::from(*has) == n.min(255) {
                    *has = has.saturating_add(1);
                }
            });
            call.only_found = true;
        }
        if call.only_found {
            let all = request.attributes.len().min(255);
            for item in 0..model.items() as u32 {
                if usize::from(core::mem::take(&mut self.slot[item as usize])) == all {
                    self.flag(item, FOUND);
                }
            }
        }
        if request.placement == Placement::Search {
            self.search(call);
            call.only_found = true;
        }
        true
    }

    /// Scores items by the words of the query they have, rarer words counting for more (IDF); the last word may be
    /// the beginning of one. Items with none are out.
    fn search(&mut self, call: &Call) {
        let model = call.model;
        let mut words: Vec<String> = Vec::new();
        terms::tokens(call.request.query, |word| {
            if !words.iter().any(|known| known == word) && words.len() < 16 {
                words.push(word.into());
            }
        });
        let restricted = call.only_found;
        let mut total = 0.0;
        // Of each word its weight, and where its items end.
        let mut found: Vec<u32> = Vec::new();
        let mut matches: Vec<(f32, usize)> = Vec::new();
        for (n, word) in words.iter().enumerate() {
            let from = found.len();
            let mark = n as u8 + 1;
            let terms = model.find_terms(word, n + 1 == words.len());
            for term in terms.start..terms.end.min(terms.start + 32) {
                // `slot` tells whether the item was found for this word: one that begins several terms counts once.
                model.term_items(term, |item| {
                    if core::mem::replace(&mut self.slot[item as usize], mark) != mark {
                        found.push(item);
                    }
                });
            }
            let count = found.len() - from;
            if count > 0 {
                let idf = crate::natural::ln(1.0 + model.items() as f32 / count as f32);
                total += idf;
                matches.push((idf, found.len()));
            }
        }
        // From here on it tells whether the item has the attributes.
        for &item in &found {
            let has = !restricted || self.flags[item as usize] & FOUND != 0;
            self.slot[item as usize] = has.into();
        }
        if restricted {
            for &item in &self.flagged {
                self.flags[item as usize] &= !FOUND;
            }
        }
        let mut from = 0;
        for &(idf, end) in &matches {
            for &item in &found[from..end] {
                if self.slot[item as usize] != 0 {
                    self.add(item, MATCH * idf / total);
                    self.flag(item, FOUND);
                }
            }
            from = end;
        }
        for &item in &found {
            self.slot[item as usize] = 0;
        }
    }
}
