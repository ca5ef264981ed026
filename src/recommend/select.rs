//! Which candidates are best, and which of them a shelf that is arranged may choose from.
//!
//! Popular items are walked only as far as one may still come in. How the chosen stand is [`arrange`]'s to say.

use super::arrange::{self, Place, Stock};
use super::fit;
use super::{Call, Filtered, Flags, List, Placement, Recommender, Warning};
use crate::kernel::Top;

/// Popular items that are always candidates, and how far into the popular ones the shopper's categories are sought.
const POPULAR: usize = 200;
const LEANING: usize = 2000;

/// Candidates for each place of a list that is arranged, and for all of them.
const CHOICE: usize = 4;
const CHOICES: usize = 200;

/// Discoveries of one list are sought among no more than so many items.
const SOUGHT: u32 = 8192;

impl Recommender {
    /// The best of all candidates: those touched; and where the placement may be filled, the popular ones.
    pub(super) fn select(&mut self, call: &Call, limit: usize, list: &mut List) -> Vec<(f32, u32)> {
        let model = call.model;
        let mut top = Top::new(limit);
        // Popularity falls with the item's number: none has more beside its sums than the first would, were it of all
        // that the shopper leans to most.
        let beside = |item| {
            let popularity = model.popularity_from(item);
            let [lean, popularity] = call.weighed(call.leaning.most, popularity);
            lean + popularity
        };
        let raised = self.rules.most();
        let first = if call.request.compatible {
            fit::FIRST
        } else {
            0.0
        };
        let fills = match call.request.placement {
            Placement::Home | Placement::Product if !self.rules.hold() => LEANING,
            Placement::Home | Placement::Product | Placement::Category => model.items(),
            Placement::Search
            | Placement::Recent
            | Placement::Complements
            | Placement::Cart
            | Placement::Again => 0,
        };
        if fills > 0 {
            // Touched, so that they are looked at wherever they are numbered; the least there is changes no score.
            for &item in model.rising() {
                self.candidates.add(item, f32::MIN_POSITIVE);
            }
        }
        let most = beside(0);
        // Most items have nothing against them, and are told so here without a call.
        let free = !call.only_found
            && call.apart.is_none()
            && call.within.is_empty()
            && call.settled.is_empty();
        let mut least = f32::NEG_INFINITY;
        for &item in self.candidates.touched() {
            let free =
                free && !self.candidates.has(item, Flags::BLOCKED) && !model.out_of_stock(item);
            if (free || self.allowed(call, item, &mut list.filtered))
                && raised * (self.candidates.score(item) + most) + first >= least
            {
                top.offer(self.ruled(self.total(call, item), item), item);
                least = top.bar().map_or(least, |(bar, _)| bar);
            }
        }
        if fills == 0 {
            return top.best;
        }
        // Filtered items at the head must not starve the list.
        let mut popular = POPULAR + self.candidates.flagged().len();
        let listing = call.request.placement == Placement::Category || call.only_found;
        for item in 0..model.items() as u32 {
            if popular == 0 && item as usize >= fills {
                break;
            }
            // Neither this nor what follows can come in.
            let bound = raised * beside(item) + first;
            if top
                .bar()
                .is_some_and(|(bar, last)| bar > bound || bar == bound && last < item)
            {
                break;
            }
            if !call.in_category(item) || self.candidates.score(item) != 0.0 {
                continue;
            }
            let mut item = item;
            if call.products {
                if self.candidates.has(item, Flags::JOINED) {
                    continue;
                }
                item = self.stand(call, item);
            }
            let ruled = self.rules.of(item) != 0;
            let candidate =
                listing || ruled || popular > 0 || call.leaning.category(model, item) > 0.0;
            if candidate && self.allowed(call, item, &mut list.filtered) {
                let [lean, popularity] = call.standing(item);
                top.offer(self.ruled(lean + popularity, item), item);
                popular = popular.saturating_sub(1);
            }
        }
        top.best
    }

    pub(super) fn arrange(&mut self, call: &Call, limit: usize, list: &mut List) -> Vec<Place> {
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
        let mut drawn = 1.0;
        if wish.discovery > 0.0 {
            // The less popular half, of what the shopper leans to where there is enough of that.
            let (mut from, mut to) = (model.items() as u32 / 2, model.items() as u32);
            if call.within.is_empty() && !call.only_found {
                // Of a large catalogue one part, drawn by itself.
                let parts = (to - from).div_ceil(SOUGHT).max(1);
                let size = (to - from).div_ceil(parts);
                from += size * (arrange::mix(!wish.seed) % u64::from(parts)) as u32;
                to = to.min(from + size);
                drawn /= parts as f32;
            }
            for one in &ranked {
                self.candidates.flag(one.1, Flags::LISTED);
            }
            for pin in &pins {
                self.candidates.flag(pin.2, Flags::LISTED);
            }
            for item in from..to {
                if call.products && !self.candidates.has(item, Flags::JOINED) {
                    self.stand(call, item);
                }
                if self.candidates.score(item) == 0.0
                    && !self.candidates.has(item, Flags::LISTED)
                    && self.rules.applied(0.0, item) >= 0.0
                    && self.allowed(call, item, &mut nothing)
                {
                    discoveries.push(item);
                }
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
            drawn,
        };
        let (places, relaxed) = arrange::arrange(&stock, wish, limit);
        if relaxed {
            list.warn(Warning::SpreadRelaxed);
        }
        places
    }
}
