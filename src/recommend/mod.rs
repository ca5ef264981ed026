//! Candidates → scores → an arranged list with reasons.
//!
//! A score is a sum over sources, `Σ λ·z`: neighbours of the session's items in three sparse matrices (viewed
//! together, bought together, alike), the shopper's lean to the item's category and brand, and popularity. The z are
//! calibrated when the model is made (confidences and cosines at most 1, weights of a session summing to 1), and the
//! λ come with the model, so that a part of a score can be shown as it is. With no history nothing is left but
//! popularity: a cold shopper's list is the popular list, and every event moves it from there.
//!
//! Where a list may hold what was viewed already, such an item is not scored by that sum but by the odds that the next
//! look returns to it, which the model's weights put on the same scale: see [`revisit`]. Likewise beside a cart, what
//! was bought before gets the odds that it is bought again: see [`repurchase`].
//!
//! Work is proportional to the neighbours touched, not to the catalogue: a dense array of sums with a list of the
//! places touched. Ties go to the smaller item number. [`arrange`] makes a list of the best; a list is a function of
//! shopper, request and model.

mod arrange;
mod bundle;
mod encoder;
mod reasons;
pub mod repurchase;
mod request;
mod rerank;
pub mod revisit;
pub mod rules;
mod seeds;

pub use arrange::Placed;
pub use reasons::{LANGUAGES, sentence};
pub use request::*;
pub use rerank::MAX_RERANKED;

use crate::kernel::{self, Top};
use crate::shop::{Blend, Matrix, Model, terms};
use crate::shopper::Shopper;
use arrange::{Place, Stock};
use rules::Rules;
use seeds::Seed;

/// The longest list.
pub const MAX_LIMIT: usize = 100;

/// Popular items that are always candidates, and how far into the popular ones the shopper's categories are sought.
const POPULAR: usize = 200;
const LEANING: usize = 2000;

/// Candidates for each place of a list that is arranged, and for all of them.
const CHOICE: usize = 4;
const CHOICES: usize = 200;

/// Room for the items behind one score, which few scores exceed.
const CAUSES: usize = 16;

/// How far a search's own match outweighs the rest.
const MATCH: f32 = 4.0;

/// Flags of an item during one call.
const EXCLUDED: u8 = 1;
const IN_CART: u8 = 2;
const BOUGHT: u8 = 4;
/// One of those a search or a filter found.
const FOUND: u8 = 8;
/// Scored by the odds of a return alone.
const RETURNS: u8 = 16;
const BLOCKED: u8 = EXCLUDED | IN_CART | BOUGHT;

/// The working memory of [`Recommender::recommend`], reused between calls: five bytes and two for each item.
#[derive(Debug, Default)]
pub struct Recommender {
    score: Vec<f32>,
    touched: Vec<u32>,
    flags: Vec<u8>,
    flagged: Vec<u32>,
    slot: Vec<u8>,
    /// What the rows of the seeds gave to which items, one row after another, and where each ends.
    heard: Vec<(u32, f32)>,
    ends: Vec<usize>,
    /// What the encoder, or for a cart the odds of buying again, added to which items.
    foreseen: Vec<(u32, f32)>,
    memory: encoder::Memory,
    rules: Rules,
}

/// The shopper's lean to every category and brand of the model, as shares of the whole.
struct Leaning {
    categories: Vec<f32>,
    brands: Vec<f32>,
    /// No item has more.
    most: f32,
}

/// A brand counts for this part of a category.
const BRAND: f32 = 0.5;

impl Leaning {
    fn of(model: &Model, shopper: &Shopper, personal: bool, now: i64) -> Leaning {
        let shares = |count: usize, interests: &crate::shopper::Interests| {
            let mut shares = vec![0.0; if personal { count } else { 0 }];
            let mut total = 0.0;
            for interest in interests.iter() {
                let (short, long) = interest.at(now);
                let strength = (short + long) as f32;
                total += strength;
                if let Some(share) = interest
                    .number
                    .and_then(|number| shares.get_mut(usize::from(number)))
                {
                    *share += strength;
                }
            }
            if total > 0.0 {
                shares.iter_mut().for_each(|share| *share /= total);
            }
            shares
        };
        let categories = shares(model.categories(), shopper.categories());
        let brands = shares(model.brands(), shopper.brands());
        let most = |shares: &[f32]| shares.iter().copied().fold(0.0, f32::max);
        Leaning {
            most: most(&categories) + BRAND * most(&brands),
            categories,
            brands,
        }
    }

    fn category(&self, model: &Model, item: u32) -> f32 {
        let number = model.category(item).map(usize::from);
        number
            .and_then(|number| self.categories.get(number))
            .copied()
            .unwrap_or(0.0)
    }

    fn brand(&self, model: &Model, item: u32) -> f32 {
        let number = model.brand(item).map(usize::from);
        BRAND
            * number
                .and_then(|number| self.brands.get(number))
                .copied()
                .unwrap_or(0.0)
    }
}

/// One call's view of everything.
struct Call<'a> {
    model: &'a Model,
    request: &'a Request<'a>,
    blend: Blend,
    leaning: Leaning,
    /// For each category whether it is the one asked for or below it; empty when none was asked for.
    within: Vec<bool>,
    /// Only items flagged [`FOUND`] may be shown.
    only_found: bool,
    /// The leaf category whose items may not: nothing is completed by its own substitutes.
    apart: Option<u16>,
}

impl Call<'_> {
    fn standing(&self, item: u32) -> [f32; 2] {
        let lean = self.leaning.category(self.model, item) + self.leaning.brand(self.model, item);
        self.weighed(lean, self.model.popularity(item))
    }

    fn weighed(&self, lean: f32, popularity: f32) -> [f32; 2] {
        [
            self.blend.affinity * lean,
            self.blend.popularity * popularity,
        ]
    }

    fn in_category(&self, item: u32) -> bool {
        self.within.is_empty()
            || self
                .model
                .category(item)
                .is_some_and(|category| self.within[usize::from(category)])
    }
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
        self.clear(model.items());
        self.rules.read(model, request.rules);
        let mut list = List::default();
        let mut limit = request.limit.clamp(1, MAX_LIMIT);
        if limit != request.limit {
            list.warnings.push(Warning::LimitClamped);
        }
        let anchor = request.item.and_then(|key| model.find(key));
        if request.item.is_some() && anchor.is_none() {
            list.warnings.push(Warning::UnknownItem);
        }
        let category = request.category.and_then(|path| model.find_category(path));
        if request.category.is_some() && category.is_none() {
            list.warnings.push(Warning::UnknownCategory);
            return list;
        }
        let within = |asked| {
            (0..model.categories() as u16)
                .map(|one| model.category_within(one, asked))
                .collect()
        };
        let mut call = Call {
            model,
            request,
            blend: seeds::blend(model, request.placement),
            leaning: Leaning::of(model, shopper, request.personal, now),
            within: category.map_or_else(Vec::new, within),
            only_found: false,
            apart: anchor
                .filter(|_| request.placement == Placement::Complements)
                .and_then(|item| model.category(item)),
        };
        self.block(shopper, &call, anchor);
        if !self.filter(&mut call, &mut list) {
            return list;
        }
        let seeds = seeds::seeds(model, shopper, request, anchor, &call.blend);
        self.accumulate(&call, &seeds, &mut list);
        self.returns(shopper, &call);
        if request.placement == Placement::Cart && request.personal {
            self.rebuy(&call, shopper, now);
        }
        if request.bundle > 0.0 {
            limit = MAX_LIMIT;
        }
        let mut places: Vec<Place> = if request.arrangement.is_plain() {
            let ranked = self.select(&call, limit, &mut list);
            let place = |(score, item)| Place {
                score,
                item,
                placed: Placed::Ranked,
            };
            ranked.into_iter().map(place).collect()
        } else {
            self.arrange(&call, limit, &mut list)
        };
        if self.rules.hold() {
            // Causes are those of the score before the rules.
            for place in &mut places {
                place.score = self.total(&call, place.item);
            }
        }
        self.explain(&call, &seeds, places, &mut list);
        self.rules.explain(&mut list);
        if request.bundle > 0.0 {
            bundle::keep(model, anchor, request.limit, request.bundle, &mut list);
        }
        list
    }

    fn clear(&mut self, items: usize) {
        if self.score.len() != items {
            *self = Recommender {
                score: vec![0.0; items],
                flags: vec![0; items],
                slot: vec![0; items],
                ..Recommender::default()
            };
        }
        for item in self.touched.drain(..) {
            self.score[item as usize] = 0.0;
        }
        for item in self.flagged.drain(..) {
            self.flags[item as usize] = 0;
        }
    }

    fn flag(&mut self, item: u32, flag: u8) {
        let flags = &mut self.flags[item as usize];
        if *flags == 0 {
            self.flagged.push(item);
        }
        *flags |= flag;
    }

    fn add(&mut self, item: u32, weight: f32) {
        kernel::add(&mut self.score, &mut self.touched, item, weight);
    }

    /// Marks what must not be shown.
    fn block(&mut self, shopper: &Shopper, call: &Call, anchor: Option<u32>) {
        let (model, request) = (call.model, call.request);
        for item in request.exclude.iter().filter_map(|key| model.find(key)) {
            self.flag(item, EXCLUDED);
        }
        if request.placement.is_listing() {
            return;
        }
        if let Some(item) = anchor {
            self.flag(item, EXCLUDED);
        }
        for item in shopper.cart().iter().filter_map(|line| line.item) {
            self.flag(item, IN_CART);
        }
        if !request.personal {
            return;
        }
        for item in shopper.bought().iter().filter_map(|bought| bought.item) {
            if !model.repeatable(item) {
                self.flag(item, BOUGHT);
            }
        }
        if request.placement == Placement::Home && !request.keep_viewed {
            for item in shopper.recent().iter().filter_map(|viewed| viewed.item) {
                self.flag(item, EXCLUDED);
            }
        }
    }

    /// Finds what matches the words and has the attributes; false when nothing can.
    fn filter(&mut self, call: &mut Call, list: &mut List) -> bool {
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

    /// The shopper's own items, where they have a place, by the odds of a return; where the model tells none, newest
    /// first on their own shelf, and as any other item elsewhere.
    fn returns(&mut self, shopper: &Shopper, call: &Call) {
        let own = call.request.placement == Placement::Recent;
        let weights = call.model.revisit();
        let kept = call.request.placement == Placement::Home && call.request.keep_viewed;
        if !call.request.personal || !(own || kept && weights.is_some()) {
            return;
        }
        let returns = revisit::returns(call.model, shopper);
        for (k, one) in returns.iter().enumerate() {
            let score = weights.map_or(1.0 / (k + 1) as f32, |weights| one.odds(weights));
            self.add(one.item, 0.0);
            self.score[one.item as usize] = score;
            self.flag(one.item, RETURNS);
        }
    }

    fn accumulate(&mut self, call: &Call, seeds: &[Seed], list: &mut List) {
        self.heard.clear();
        self.ends.clear();
        for seed in seeds {
            let from = self.heard.len();
            let row = call
                .model
                .read_neighbours(seed.matrix, seed.item, &mut self.heard);
            if row.is_err() {
                list.warn(Warning::DamagedRow);
            }
            if call.only_found {
                let mut at = from;
                for n in from..self.heard.len() {
                    if self.flags[self.heard[n].0 as usize] & FOUND != 0 {
                        self.heard[at] = self.heard[n];
                        at += 1;
                    }
                }
                self.heard.truncate(at);
            }
            let row = &mut self.heard[from..];
            kernel::add_row(&mut self.score, &mut self.touched, row, seed.weight);
            self.ends.push(self.heard.len());
        }
        self.foresee(call, seeds);
    }

    /// The best of all candidates: those touched; and where the placement may be filled, the popular ones.
    fn select(&mut self, call: &Call, limit: usize, list: &mut List) -> Vec<(f32, u32)> {
        let model = call.model;
        let mut top = Top::new(limit);
        // Popularity falls with the item's number: none has more beside its sums than the first would, were it of all
        // that the shopper leans to most.
        let beside = |item| {
            let most = call.weighed(call.leaning.most, model.popularity_from(item));
            most.iter().sum::<f32>()
        };
        let raised = self.rules.most();
        let fills = match call.request.placement {
            Placement::Home | Placement::Product if !self.rules.hold() => LEANING,
            Placement::Home | Placement::Product | Placement::Category => model.items(),
            Placement::Search | Placement::Recent | Placement::Complements | Placement::Cart => 0,
        };
        if fills > 0 {
            // Touched, so that they are looked at wherever they are numbered; the least there is changes no score.
            for &item in model.rising() {
                self.add(item, f32::MIN_POSITIVE);
            }
        }
        let most = beside(0);
        for &item in &self.touched {
            if self.allowed(call, item, &mut list.filtered) {
                let bound = raised * (self.score[item as usize] + most);
                if top.bar().is_none_or(|(bar, _)| bound >= bar) {
                    top.offer(self.rules.applied(self.total(call, item), item), item);
                }
            }
        }
        if fills == 0 {
            return top.best;
        }
        // Filtered items at the head must not starve the list.
        let mut popular = POPULAR + self.flagged.len();
        let listing = call.request.placement == Placement::Category || call.only_found;
        for item in 0..model.items() as u32 {
            if popular == 0 && item as usize >= fills {
                break;
            }
            // Neither this nor what follows can come in.
            let bound = raised * beside(item);
            if top
                .bar()
                .is_some_and(|(bar, last)| bar > bound || bar == bound && last < item)
            {
                break;
            }
            if !call.in_category(item) || self.score[item as usize] != 0.0 {
                continue;
            }
            let ruled = self.rules.of(item) != 0;
            let candidate =
                listing || ruled || popular > 0 || call.leaning.category(model, item) > 0.0;
            if candidate && self.allowed(call, item, &mut list.filtered) {
                let standing: f32 = call.standing(item).iter().sum();
                top.offer(self.rules.applied(standing, item), item);
                popular = popular.saturating_sub(1);
            }
        }
        top.best
    }

    fn arrange(&mut self, call: &Call, limit: usize, list: &mut List) -> Vec<Place> {
        let model = call.model;
        let wish = &call.request.arrangement;
        let ranked = self.select(call, (limit * CHOICE).min(CHOICES).max(limit), list);
        let mut nothing = Filtered::default();
        let mut pins: Vec<(usize, f32, u32)> = Vec::new();
        for (key, place) in &wish.pins {
            let item = model.find(key).filter(|item| {
                (1..=limit).contains(place) && self.allowed(call, *item, &mut nothing)
            });
            let warning = match item {
                None => Warning::PinUnavailable,
                Some(item) if pins.iter().any(|pin| pin.0 == place - 1 || pin.2 == item) => {
                    Warning::PinConflict
                }
                Some(item) => {
                    pins.push((place - 1, self.total(call, item), item));
                    continue;
                }
            };
            list.warn(warning);
        }
        let mut discoveries = Vec::new();
        if wish.discovery > 0.0 {
            // The less popular half, of what the shopper leans to where there is enough of that.
            let items = model.items() as u32;
            let listed = ranked.iter().map(|one| one.1);
            let listed: Vec<u32> = listed.chain(pins.iter().map(|pin| pin.2)).collect();
            // `slot` tells what is on the list already.
            for item in &listed {
                self.slot[*item as usize] = 1;
            }
            let hardly_seen = |item: &u32| {
                self.score[*item as usize] == 0.0
                    && self.slot[*item as usize] == 0
                    && self.rules.applied(0.0, *item) >= 0.0
                    && self.allowed(call, *item, &mut nothing)
            };
            discoveries = (items / 2..items).filter(hardly_seen).collect();
            for item in listed {
                self.slot[item as usize] = 0;
            }
            let leans = |item: &u32| call.leaning.category(model, *item) > 0.0;
            if discoveries.iter().filter(|item| leans(item)).count() >= limit {
                discoveries.retain(leans);
            }
        }
        let stock = Stock {
            model,
            ranked: &ranked,
            pins: &pins,
            discoveries: &discoveries,
        };
        let (mut places, relaxed) = arrange::arrange(&stock, wish, limit);
        for place in &mut places {
            if matches!(place.placed, Placed::Discovered { .. }) {
                place.score = self.total(call, place.item);
            }
        }
        if relaxed {
            list.warn(Warning::SpreadRelaxed);
        }
        places
    }

    /// An item's score.
    fn total(&self, call: &Call, item: u32) -> f32 {
        self.score[item as usize] + self.standing(call, item).iter().sum::<f32>()
    }

    /// What a score has beside the sums.
    fn standing(&self, call: &Call, item: u32) -> [f32; 2] {
        if self.flags[item as usize] & RETURNS == 0 {
            call.standing(item)
        } else {
            [0.0; 2]
        }
    }

    fn allowed(&self, call: &Call, item: u32, filtered: &mut Filtered) -> bool {
        let flags = self.flags[item as usize];
        let substitute = call.apart.is_some() && call.model.category(item) == call.apart;
        if call.only_found && flags & FOUND == 0 || substitute || !call.in_category(item) {
            return false;
        }
        let by = if call.model.out_of_stock(item) {
            &mut filtered.out_of_stock
        } else if flags & BLOCKED == 0 {
            return true;
        } else if flags & IN_CART != 0 {
            &mut filtered.in_cart
        } else if flags & BOUGHT != 0 {
            &mut filtered.bought
        } else {
            &mut filtered.excluded
        };
        *by += 1;
        false
    }

    /// Walks what was heard once more for the few items chosen, to say what each source gave and which item caused it.
    fn explain(&mut self, call: &Call, seeds: &[Seed], places: Vec<Place>, list: &mut List) {
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

#[cfg(test)]
mod tests;
