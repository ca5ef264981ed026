//! One call: a request, resolved against the model and the shopper.
//!
//! Every stage reads it, none changes it: what a stage finds out about items is in [`super::candidates`].

use super::MAX_LIMIT;
use super::answer::{Code, List, Warning};
use super::filter::settled::Settled;
use super::request::{Placement, Request};
use super::sources::affinity::Affinity;
use crate::shop::{Blend, Matrix, Model};
use crate::shopper::Shopper;

/// An item that a list starts from: its neighbours in `matrix` are candidates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed {
    pub item: u32,
    pub matrix: Matrix,
    /// λ of the source times the item's share.
    pub weight: f32,
    pub code: Code,
}

pub(crate) struct Call<'a> {
    pub model: &'a Model,
    pub shopper: &'a Shopper,
    pub request: &'a Request<'a>,
    /// Milliseconds since 1970.
    pub now: i64,
    /// How long the list may be.
    pub limit: usize,
    /// The item of the page.
    pub anchor: Option<u32>,
    pub blend: Blend,
    pub affinity: Affinity,
    /// For each category whether it is the one asked for or below it; empty when none was asked for.
    pub within: Vec<bool>,
    /// Only items flagged `FOUND` may be shown.
    pub only_found: bool,
    /// The leaf category whose items may not: complements are never substitutes.
    pub excluded_leaf: Option<u16>,
    /// Categories that a purchase has satisfied; not for listings.
    pub settled: Settled,
    /// Whether a list holds products, each by one of its variants.
    pub products: bool,
    /// The history, the page's item and the cart, as [`super::sources::seeds`] weighs them.
    pub seeds: Vec<Seed>,
}

impl<'a> Call<'a> {
    /// A call without bounds on what may be shown.
    pub fn new(
        model: &'a Model,
        shopper: &'a Shopper,
        request: &'a Request<'a>,
        now: i64,
    ) -> Call<'a> {
        let settled = Settled::of(model, shopper, request.personal, now);
        Call {
            model,
            shopper,
            request,
            now,
            limit: request.limit.clamp(1, MAX_LIMIT),
            anchor: request.item.and_then(|key| model.find(key)),
            blend: blend(model, request.placement),
            affinity: Affinity::of(model, shopper, request.personal, now, &settled),
            within: Vec::new(),
            only_found: false,
            excluded_leaf: None,
            settled,
            products: model.has_variants() && !request.skus,
            seeds: Vec::new(),
        }
    }

    /// Sets the bounds that the request asks for. False where nothing can be shown: the model has no such category.
    pub fn narrow(&mut self, list: &mut List) -> bool {
        let (model, request) = (self.model, self.request);
        if self.limit != request.limit {
            list.warnings.push(Warning::LimitClamped);
        }
        if request.item.is_some() && self.anchor.is_none() {
            list.warnings.push(Warning::UnknownItem);
        }
        if let Some(path) = request.category {
            let Some(asked) = model.find_category(path) else {
                list.warnings.push(Warning::UnknownCategory);
                return false;
            };
            for one in 0..model.categories() as u16 {
                self.within.push(model.category_within(one, asked));
            }
        }
        self.excluded_leaf = self
            .anchor
            .filter(|_| request.placement == Placement::Complements)
            .and_then(|item| model.category(item));
        self.only_found = request.placement == Placement::Search || !request.attributes.is_empty();
        true
    }

    pub fn in_category(&self, item: u32) -> bool {
        self.within.is_empty()
            || self
                .model
                .category(item)
                .is_some_and(|category| self.within[usize::from(category)])
    }
}

/// The weights λ for a placement: the model's, bent to what the placement is for.
fn blend(model: &Model, placement: Placement) -> Blend {
    let mut blend = model.blend();
    match placement {
        Placement::Home | Placement::Search => {}
        Placement::Product => {
            // Beside an item, what it is counts for more, and only alike things belong.
            blend.content *= 2.0;
            blend.affinity *= 0.5;
        }
        Placement::Complements | Placement::Cart => {
            blend = Blend::from([0.0, 1.0, 0.0, 0.0, 0.0]);
        }
        Placement::Category => blend.popularity = blend.popularity.max(0.1),
        Placement::Recent | Placement::Again => blend = Blend::from([0.0; 5]),
    }
    blend
}
