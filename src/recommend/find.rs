//! What a request is about: the items that have its attributes, and those that have its words.

use super::{Call, Flags, List, Placement, Recommender, Warning, query, spelling};
use crate::shop::{Model, terms};

/// Words of the shop that the beginning of one stands for at most.
const MOST_ENDINGS: usize = 32;

/// How far a search's own match outweighs the rest.
const MATCH: f32 = 4.0;

/// What a word counts of which an item has only the beginning, where others have it whole.
const BEGINNING: f32 = 0.25;

/// What it counts on top that a word says what an item is: a phone is a phone, and a phone case is a case.
const HEAD: f32 = 0.25;

/// Of the marks of words, those of what a product is.
const OF_HEADS: u8 = 0x80;

/// What it counts that all of an item's leaf category matches: who types `tea` wants tea, not a tea dress.
const INTENT: f32 = 0.5;

/// What costing nothing would count against a full match, where something cheap is asked for.
const CHEAP: f32 = 0.4;

/// The terms that a word stands for: itself and its plural, the two as what a product is, and if it is the last what it begins.
fn forms(model: &Model, word: &str, last: bool) -> [core::ops::Range<usize>; 5] {
    // `phon` is no singular of `phones`.
    let hisses = word.ends_with(['s', 'x', 'z', 'h', 'o']);
    let plural = crate::lines::join(word, if hisses { "es" } else { "s" });
    let find = |word: &str| model.find_terms(word, false);
    let head = |word: &str| find(&terms::attribute(terms::HEAD, word));
    let mut begun = 0..0;
    if last {
        begun = model.find_terms(word, true);
        begun.end = begun.end.min(begun.start + MOST_ENDINGS);
    }
    [find(word), find(&plural), head(word), head(&plural), begun]
}

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
                    self.candidates.flag(item, Flags::FOUND);
                }
            }
        }
        if request.placement == Placement::Search {
            self.misspelt = false;
            self.search(call);
            if self.misspelt {
                list.warn(Warning::QueryCorrected);
            }
            if call.products {
                self.count_once(model);
            }
            call.only_found = true;
        }
        true
    }

    /// Scores items by the words of the query they have, rarer words counting for more (IDF); the last word may be
    /// the beginning of one, and each the singular of one. Items of a category that matches as a whole come before those
    /// that have a word by chance. A word that the shop does not have stands for the nearest that it has. Items with none are
    /// out, and so are those beyond a price that was named.
    fn search(&mut self, call: &Call) {
        let model = call.model;
        let query::Query {
            words,
            least,
            most,
            cheap,
        } = query::read(call.request.query);
        let priced = least > 0.0 || most < f32::INFINITY;
        let fits = |item| {
            !priced
                || model
                    .price(item)
                    .is_some_and(|price| (least..=most).contains(&price))
        };
        let restricted = call.only_found;
        let mut total = 0.0;
        // Of each word its weight, and where its items end.
        let mut found: Vec<u32> = Vec::new();
        let mut matches: Vec<(f32, usize)> = Vec::new();
        self.corrected.clear();
        for (n, word) in words.iter().enumerate() {
            let mut from = found.len();
            let mark = n as u8 + 1;
            let last = n + 1 == words.len();
            let mut spelt = word.as_str();
            let mut terms = forms(model, spelt, last);
            if terms.iter().all(|own| own.is_empty())
                && let Some(nearest) = spelling::nearest(model, word)
            {
                spelt = model.term(nearest);
                terms = forms(model, spelt, last);
                self.misspelt = true;
            }
            if !self.corrected.is_empty() {
                self.corrected.push(' ');
            }
            self.corrected.push_str(spelt);
            let mut weight = 0.0;
            for (kind, own) in terms.into_iter().enumerate() {
                let (own_mark, part) = match kind {
                    2 | 3 => (mark | OF_HEADS, HEAD),
                    4 => (mark, BEGINNING),
                    _ => (mark, 1.0),
                };
                for term in own {
                    // `slot` tells whether the item was found for this word: one that begins several terms counts once. What
                    // a product is counts beside its words.
                    model.term_items(term, |item| {
                        let slot = &mut self.slot[item as usize];
                        let seen = *slot == own_mark || *slot == own_mark | OF_HEADS;
                        if !seen {
                            *slot = own_mark;
                            found.push(item);
                        }
                    });
                }
                let count = found.len() - from;
                // A word and its plural are one, and so are the two as what a product is.
                if !matches!(kind, 0 | 2) && count > 0 {
                    let idf = crate::natural::ln(1.0 + model.items() as f32 / count as f32);
                    let given = if weight > 0.0 { part * weight } else { idf };
                    weight = f32::max(weight, given);
                    matches.push((given, found.len()));
                    from = found.len();
                }
            }
            total += weight;
        }
        if words.is_empty() && (priced || cheap) {
            // A price is all that is asked for.
            found.extend(0..model.items() as u32);
            total = 1.0;
            matches.push((1.0, found.len()));
        }
        // From here on it tells whether the item has the attributes and the price.
        for &item in &found {
            let has = !restricted || self.candidates.has(item, Flags::FOUND);
            self.slot[item as usize] = (has && fits(item)).into();
        }
        if restricted {
            for n in 0..self.candidates.flagged().len() {
                let item = self.candidates.flagged()[n];
                self.candidates.unflag(item, Flags::FOUND);
            }
        }
        let mut from = 0;
        for &(idf, end) in &matches {
            for &item in &found[from..end] {
                if self.slot[item as usize] != 0 {
                    self.candidates.add(item, MATCH * idf / total);
                    self.candidates.flag(item, Flags::FOUND);
                }
            }
            from = end;
        }
        self.intend(model, fits);
        if cheap {
            self.cheapen(model, &found);
        }
        for &item in &found {
            self.slot[item as usize] = 0;
        }
    }

    /// Raises what was found by how much of its leaf category, within the price, was.
    fn intend(&mut self, model: &Model, fits: impl Fn(u32) -> bool) {
        let mut shares = vec![(0.0f32, 0u32); model.categories()];
        for item in 0..model.items() as u32 {
            if let Some(category) = model.category(item)
                && fits(item)
            {
                let share = &mut shares[usize::from(category)];
                *share = (share.0 + self.candidates.score(item), share.1 + 1);
            }
        }
        for n in 0..self.candidates.touched().len() {
            let item = self.candidates.touched()[n];
            if let Some(category) = model.category(item) {
                let (sum, count) = shares[usize::from(category)];
                self.candidates
                    .add(item, INTENT * sum / count.max(1) as f32);
            }
        }
    }

    /// Raises of what was found what costs less than others of its leaf category that were.
    fn cheapen(&mut self, model: &Model, found: &[u32]) {
        let mut means = vec![(0.0f32, 0.0f32); model.categories() + 1];
        let place = |item| {
            model
                .category(item)
                .map_or(0, |category| usize::from(category) + 1)
        };
        for &item in found {
            let mean = &mut means[place(item)];
            if let Some(price) = model.price(item) {
                *mean = (mean.0 + price, mean.1 + 1.0);
            }
        }
        for &item in found {
            let (sum, count) = means[place(item)];
            if core::mem::take(&mut self.slot[item as usize]) != 0
                && let Some(price) = model.price(item)
            {
                let less = 1.0 - price * count / sum;
                self.candidates
                    .add(item, MATCH * CHEAP * less.clamp(-1.0, 1.0));
            }
        }
    }
}
