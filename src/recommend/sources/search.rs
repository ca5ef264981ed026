//! Search: items by the words of a query.

use super::{Contributor, query, spelling};
use crate::recommend::answer::{List, Warning};
use crate::recommend::call::Call;
use crate::recommend::candidates::Candidates;
use crate::recommend::flags::Flags;
use crate::recommend::marks::Marks;
use crate::recommend::request::Placement;
use crate::recommend::variants;
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

/// The source: the words that were looked for last, as the shop spells them.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// Of which word an item was found for last.
    marks: Marks,
    pub corrected: String,
    /// Whether that is not as it was typed.
    misspelt: bool,
}

impl Contributor for Search {
    fn run(&mut self, call: &Call, candidates: &mut Candidates, list: &mut List) {
        if call.request.placement != Placement::Search {
            return;
        }
        self.misspelt = false;
        self.search(call, candidates);
        if self.misspelt {
            list.warn(Warning::QueryCorrected);
        }
        if call.products {
            variants::count_once(call.model, candidates);
        }
    }
}

impl Search {
    /// Scores items by the words of the query they have, rarer words counting for more (IDF); the last word may be
    /// the beginning of one, and each the singular of one. Items of a category that matches as a whole come before those
    /// that have a word by chance. A word that the shop does not have stands for the nearest that it has. Items with none are
    /// out, and so are those beyond a price that was named.
    fn search(&mut self, call: &Call, candidates: &mut Candidates) {
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
        let restricted = !call.request.attributes.is_empty();
        let marks = self.marks.of(model.items());
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
                    // A mark tells whether the item was found for this word: one that begins several terms counts once. What
                    // a product is counts beside its words.
                    model.term_items(term, |item| {
                        let seen_for = &mut marks[item as usize];
                        let seen = *seen_for == own_mark || *seen_for == own_mark | OF_HEADS;
                        if !seen {
                            *seen_for = own_mark;
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
            let has = !restricted || candidates.has(item, Flags::FOUND);
            marks[item as usize] = (has && fits(item)).into();
        }
        if restricted {
            for n in 0..candidates.flagged().len() {
                let item = candidates.flagged()[n];
                candidates.unflag(item, Flags::FOUND);
            }
        }
        let mut from = 0;
        for &(idf, end) in &matches {
            for &item in &found[from..end] {
                if marks[item as usize] != 0 {
                    candidates.add(item, MATCH * idf / total);
                    candidates.flag(item, Flags::FOUND);
                }
            }
            from = end;
        }
        intend(model, candidates, fits);
        if cheap {
            cheapen(model, candidates, marks, &found);
        }
        for &item in &found {
            marks[item as usize] = 0;
        }
    }
}

/// Raises what was found by how much of its leaf category, within the price, was.
fn intend(model: &Model, candidates: &mut Candidates, fits: impl Fn(u32) -> bool) {
    let mut shares = vec![(0.0f32, 0u32); model.categories()];
    for item in 0..model.items() as u32 {
        if let Some(category) = model.category(item)
            && fits(item)
        {
            let share = &mut shares[usize::from(category)];
            *share = (share.0 + candidates.score(item), share.1 + 1);
        }
    }
    for n in 0..candidates.touched().len() {
        let item = candidates.touched()[n];
        if let Some(category) = model.category(item) {
            let (sum, count) = shares[usize::from(category)];
            candidates.add(item, INTENT * sum / count.max(1) as f32);
        }
    }
}

/// Raises of what was found what costs less than others of its leaf category that were.
fn cheapen(model: &Model, candidates: &mut Candidates, marks: &mut [u8], found: &[u32]) {
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
        if core::mem::take(&mut marks[item as usize]) != 0
            && let Some(price) = model.price(item)
        {
            let less = 1.0 - price * count / sum;
            candidates.add(item, MATCH * CHEAP * less.clamp(-1.0, 1.0));
        }
    }
}
