//! Candidates → scores → an arranged list with reasons.
//!
//! A score is a sum over sources, `Σ λ·z`: neighbours of the session's items in three sparse matrices (viewed
//! together, bought together, alike), the shopper's lean to the item's category and brand, and popularity. The z are
//! bounded when the model is made (confidences and cosines at most 1, weights of a session summing to 1), and the
//! λ come with the model, so that a part of a score can be shown as it is. With no history nothing is left but
//! popularity: a cold shopper's list is the popular list, and every event moves it from there.
//!
//! Where a list may hold what was viewed already, such an item is not scored by that sum but by the odds that the next
//! look returns to it, which the model's weights put on the same scale: see [`revisit`]. Likewise beside a cart, what
//! was bought before gets the odds that it is bought again: see [`repurchase`].
//!
//! Work is proportional to the neighbours touched, not to the catalogue: a dense array of sums with a list of the
//! places touched. Ties go to the smaller item number. A list is a function of shopper, request and model.
//!
//! | file | what |
//! | --- | --- |
//! | `request`, `answer` | what is asked, and what is answered |
//! | `candidates`, `flags` | the sums of one call, and what is known of each item |
//! | `seeds`, `leaning` | what a list starts from: items with weights, and the shopper's lean |
//! | `settled` | categories that a purchase has satisfied |
//! | `variants` | one place for all variants of a product |
//! | `departments` | a front page for strangers |
//! | `find` | what has the attributes and the words of a request |
//! | `query`, `spelling` | what was typed: prices told from words, and words spelt otherwise |
//! | `fit` | what works with what the shopper has |
//! | `encoder`, `revisit`, `repurchase` | probabilities and odds beside the rows of the matrices |
//! | `rules` | what the shop raises, lowers and buries |
//! | `select`, `arrange`, `bundle`, `rerank` | the best; how they stand; sets; a list that is there already |
//! | `likeness` | how alike items of a list are |
//! | `contents` | reviews, photos and articles, ranked beside products |
//! | `explain`, `reasons` | what a score is made of, and the sentence for it |

mod answer;
mod arrange;
mod bundle;
mod candidates;
#[cfg(feature = "full")]
pub mod contents;
mod departments;
#[cfg(feature = "full")]
mod due;
#[cfg(feature = "encoder")]
mod encoder;
mod explain;
mod find;
mod fit;
mod flags;
mod leaning;
mod likeness;
mod query;
mod reasons;
pub mod repurchase;
mod request;
mod rerank;
pub mod revisit;
pub mod rules;
#[cfg(feature = "full")]
mod scenic;
mod seeds;
mod select;
mod settled;
mod spelling;
mod variants;
#[cfg(feature = "full")]
mod why_not;

pub use answer::*;
pub use reasons::{LANGUAGES, sentence};
pub use request::*;
pub use rerank::MAX_RERANKED;
#[cfg(feature = "full")]
pub use why_not::WhyNot;

use crate::shop::{Blend, Model};
use crate::shopper::Shopper;
use arrange::Place;
use candidates::Candidates;
use flags::Flags;
use leaning::Leaning;
use rules::Rules;
use seeds::Seed;
use settled::Settled;

/// The longest list.
pub const MAX_LIMIT: usize = 100;

/// Candidates beyond the list that its items are compared with, to say what decided for them.
const RIVALS: usize = 4;

/// The working memory of [`Recommender::recommend`], reused between calls.
#[derive(Debug, Default)]
pub struct Recommender {
    candidates: Candidates,
    slot: Vec<u8>,
    /// What the rows of the seeds gave to which items, one row after another, and where each ends.
    heard: Vec<(u32, f32)>,
    ends: Vec<usize>,
    /// What the encoder, or for a cart the odds of buying again, added to which items.
    foreseen: Vec<(u32, f32)>,
    /// What was lifted because it is due, and by how much.
    #[cfg(feature = "full")]
    due: Vec<(u32, f32)>,
    /// What the scene asks for, and what that gave to which items.
    #[cfg(feature = "full")]
    lifts: scenic::Lifts,
    #[cfg(feature = "full")]
    scened: Vec<(u32, f32)>,
    #[cfg(feature = "encoder")]
    memory: encoder::Memory,
    rules: Rules,
    /// What was looked for last, as the shop spells it, and whether that is not as it was typed.
    corrected: String,
    misspelt: bool,
    /// How much the shopper likes each value of what tells variants apart; see [`variants`].
    looks: Vec<Vec<f32>>,
}

/// One call's view of everything.
struct Call<'a> {
    model: &'a Model,
    request: &'a Request<'a>,
    blend: Blend,
    leaning: Leaning,
    /// For each category whether it is the one asked for or below it; empty when none was asked for.
    within: Vec<bool>,
    /// Only items flagged [`Flags::FOUND`] may be shown.
    only_found: bool,
    /// The leaf category whose items may not: nothing is completed by its own substitutes.
    apart: Option<u16>,
    /// Categories that a purchase has satisfied; not for listings.
    settled: Settled,
    /// Whether a list holds products, each by one of its variants.
    products: bool,
}

impl Call<'_> {
    fn standing(&self, item: u32) -> [f32; 2] {
        let lean = self.leaning.category(self.model, item) + self.leaning.brand(self.model, item);
        // A product is as popular as its best variant.
        let known = if self.products {
            self.model.leader(item)
        } else {
            item
        };
        self.weighed(lean, self.model.popularity(known))
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
        let mut within = Vec::new();
        if let Some(asked) = category {
            for one in 0..model.categories() as u16 {
                within.push(model.category_within(one, asked));
            }
        }
        let settled = Settled::of(model, shopper, request.personal, now);
        let mut call = Call {
            model,
            request,
            blend: seeds::blend(model, request.placement),
            leaning: Leaning::of(model, shopper, request.personal, now, &settled),
            within,
            only_found: false,
            apart: anchor
                .filter(|_| request.placement == Placement::Complements)
                .and_then(|item| model.category(item)),
            settled,
            products: model.has_variants() && !request.skus,
        };
        self.block(shopper, &call, anchor);
        if request.compatible || request.placement == Placement::Complements {
            self.fit(shopper, &call, anchor);
        }
        if !self.filter(&mut call, &mut list) {
            return list;
        }
        let seeds = seeds::seeds(model, shopper, request, anchor, &call, now);
        self.accumulate(&call, shopper, &seeds, &mut list);
        self.returns(shopper, &call);
        if request.placement == Placement::Cart && request.personal {
            self.rebuy(&call, shopper, now);
        }
        #[cfg(feature = "full")]
        {
            self.due.clear();
            if request.placement == Placement::Home && request.personal {
                self.lift_due(&call, shopper, limit, now);
            }
        }
        if request.placement == Placement::Again && request.personal {
            self.again(&call, shopper, now);
        }
        if call.products {
            self.join(shopper, &call, anchor);
        }
        #[cfg(feature = "full")]
        self.set_scene(&call);
        if request.bundle > 0.0 {
            limit = MAX_LIMIT;
        }
        let cold = seeds.is_empty() && call.leaning.most == 0.0;
        let mut places: Vec<Place> = Vec::with_capacity(limit + RIVALS);
        let ranked = |places: &mut Vec<Place>, score, item| {
            let placed = Placed::Ranked;
            places.push(Place {
                score,
                item,
                placed,
            });
        };
        let mut rivals = 0;
        if cold && request.arrangement.departments && request.placement == Placement::Home {
            for &(score, item) in &self.departments(&call, limit, &mut list) {
                ranked(&mut places, score, item);
            }
        }
        if places.is_empty() && request.arrangement.is_plain() {
            for &(score, item) in &self.select(&call, limit + RIVALS, &mut list) {
                ranked(&mut places, score, item);
            }
            rivals = places.len().saturating_sub(limit);
        } else if places.is_empty() {
            places = self.arrange(&call, limit, &mut list);
        }
        self.explain(&call, &seeds, &places, rivals, &mut list);
        self.explain_rules(&mut list);
        if request.bundle > 0.0 {
            bundle::keep(model, anchor, request.limit, request.bundle, &mut list);
        }
        list
    }

    /// The words that were looked for last, as the shop spells them.
    pub fn corrected(&self) -> &str {
        &self.corrected
    }

    fn clear(&mut self, items: usize) {
        if self.candidates.clear(items) {
            self.slot = vec![0; items];
            self.rules.forget();
        }
    }

    /// Marks what must not be shown.
    fn block(&mut self, shopper: &Shopper, call: &Call, anchor: Option<u32>) {
        let (model, request) = (call.model, call.request);
        for item in request.exclude.iter().filter_map(|key| model.find(key)) {
            self.candidates.flag(item, Flags::EXCLUDED);
        }
        if request.personal {
            for item in shopper.hidden().iter().filter_map(|hidden| hidden.item) {
                self.candidates.flag(item, Flags::EXCLUDED);
            }
        }
        if request.personal && request.placement == Placement::Recent {
            for viewed in shopper.recent() {
                if let Some(item) = viewed.item
                    && call.settled.covers(model, item, viewed.time)
                {
                    self.candidates.flag(item, Flags::SETTLED);
                }
            }
        }
        if request.placement.is_listing() {
            return;
        }
        if let Some(item) = anchor {
            self.candidates.flag(item, Flags::EXCLUDED);
        }
        for item in shopper.cart().iter().filter_map(|line| line.item) {
            self.candidates.flag(item, Flags::IN_CART);
        }
        if !request.personal {
            return;
        }
        for item in shopper.bought().iter().filter_map(|bought| bought.item) {
            if !model.repeatable(item) {
                self.candidates.flag(item, Flags::BOUGHT);
            }
        }
        if request.placement == Placement::Home && !request.keep_viewed {
            for item in shopper.recent().iter().filter_map(|viewed| viewed.item) {
                self.candidates.flag(item, Flags::EXCLUDED);
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
            self.candidates.set(one.item, score);
            self.candidates.flag(one.item, Flags::RETURNS);
        }
    }

    fn accumulate(&mut self, call: &Call, shopper: &Shopper, seeds: &[Seed], list: &mut List) {
        self.heard.clear();
        self.ends.clear();
        self.foreseen.clear();
        for seed in seeds {
            let from = self.heard.len();
            let row = call
                .model
                .read_neighbours(seed.matrix, seed.item, &mut self.heard);
            if row.is_err() {
                list.warn(Warning::DamagedRow);
            }
            if call.only_found || seed.code == Code::Bought {
                let mut at = from;
                for n in from..self.heard.len() {
                    let item = self.heard[n].0;
                    if !(call.only_found && !self.candidates.has(item, Flags::FOUND)
                        || seed.code == Code::Bought && seed.came(call.model, shopper, item))
                    {
                        self.heard[at] = self.heard[n];
                        at += 1;
                    }
                }
                self.heard.truncate(at);
            }
            if seed.code == Code::Bought && !call.settled.is_empty() {
                let own = call.model.category(seed.item);
                for n in from..self.heard.len() {
                    let item = self.heard[n].0;
                    if call.model.category(item) != own {
                        self.candidates.flag(item, Flags::DUE);
                    }
                }
            }
            let row = &mut self.heard[from..];
            self.candidates.add_row(row, seed.weight);
            self.ends.push(self.heard.len());
        }
        #[cfg(feature = "encoder")]
        self.foresee(call, seeds);
    }

    /// An item's score.
    fn total(&self, call: &Call, item: u32) -> f32 {
        let [lean, popularity] = self.standing(call, item);
        self.candidates.score(item) + (lean + popularity)
    }

    /// What a score has beside the sums.
    fn standing(&self, call: &Call, item: u32) -> [f32; 2] {
        if !self.candidates.has(item, Flags::RETURNS) {
            call.standing(item)
        } else {
            [0.0; 2]
        }
    }

    /// Whether a purchase has satisfied what the item would be for, on a list of suggestions.
    fn satisfied(&self, call: &Call, item: u32) -> bool {
        call.request.placement == Placement::Home
            && !self.candidates.has(item, Flags::DUE)
            && call.settled.holds(call.model, item)
    }

    /// [`Self::select`] passes what has nothing against it without a call: what is asked here is asked there, too.
    fn allowed(&self, call: &Call, item: u32, filtered: &mut Filtered) -> bool {
        let flags = self.candidates.flags(item);
        let substitute = call.apart.is_some() && call.model.category(item) == call.apart;
        if call.only_found && !flags.meets(Flags::FOUND)
            || substitute
            || flags.meets(Flags::VARIANT)
            || !call.in_category(item)
        {
            return false;
        }
        let by = if call.model.out_of_stock(item) {
            &mut filtered.out_of_stock
        } else if !flags.meets(Flags::BLOCKED) {
            if !self.satisfied(call, item) {
                return true;
            }
            &mut filtered.bought
        } else if flags.meets(Flags::IN_CART) {
            &mut filtered.in_cart
        } else if flags.meets(Flags::BOUGHT.or(Flags::SETTLED)) {
            &mut filtered.bought
        } else {
            &mut filtered.excluded
        };
        *by += 1;
        false
    }
}

#[cfg(test)]
mod tests;
