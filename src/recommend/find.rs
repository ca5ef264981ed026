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
        let mut matches: Vec<(f32, Vec<u32>)> = Vec::new();
        for (n, word) in words.iter().enumerate() {
            let mut found = Vec::new();
            let mark = n as u8 + 1;
            for term in model.find_terms(word, n + 1 == words.len()).take(32) {
                // `slot` tells whether the item was found for this word: one that begins several terms counts once.
                model.term_items(term, |item| {
                    if core::mem::replace(&mut self.slot[item as usize], mark) != mark {
                        found.push(item);
                    }
                });
            }
            if !found.is_empty() {
                let idf = libm::logf(1.0 + model.items() as f32 / found.len() as f32);
                total += idf;
                matches.push((idf, found));
            }
        }
        for (_, found) in &mut matches {
            for &item in found.iter() {
                self.slot[item as usize] = 0;
            }
            if restricted {
                found.retain(|item| self.flags[*item as usize] & FOUND != 0);
            }
        }
        if restricted {
            for &item in &self.flagged {
                self.flags[item as usize] &= !FOUND;
            }
        }
        for (idf, found) in matches {
            for item in found {
                self.add(item, MATCH * idf / total);
                self.flag(item, FOUND);
            }
        }
    }
}
