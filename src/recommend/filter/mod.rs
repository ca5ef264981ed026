//! Filter: what a list may not hold.
//!
//! It flags before anything is scored, so that sources and variants know; [`allowed`] answers for one item while the list
//! is chosen, and counts what was left out.
//!
//! | file | keeps out |
//! | --- | --- |
//! | `mod.rs` | the request's exclusions, what the shopper hid, has in the cart, bought or just viewed |
//! | `settled` | categories that a purchase has satisfied |
//! | `compatibility` | what does not work with the shopper's things |
//! | `attributes` | what lacks an attribute asked for |

mod attributes;
pub(crate) mod compatibility;
pub(crate) mod settled;

use super::answer::{Filtered, List};
use super::call::Call;
use super::candidates::Candidates;
use super::flags::Flags;
use super::request::Placement;
use attributes::Attributes;
use compatibility::Compatibility;

#[derive(Debug, Default)]
pub(crate) struct Filter {
    compatibility: Compatibility,
    attributes: Attributes,
}

impl Filter {
    /// Flags what may not be shown. False where nothing can be.
    pub fn run(&mut self, call: &Call, candidates: &mut Candidates, list: &mut List) -> bool {
        exclude(call, candidates);
        self.compatibility.run(call, candidates);
        self.attributes.run(call, candidates, list)
    }
}

/// Flags what the request and the shopper's history keep out.
fn exclude(call: &Call, candidates: &mut Candidates) {
    let (model, request, shopper) = (call.model, call.request, call.shopper);
    for item in request.exclude.iter().filter_map(|key| model.find(key)) {
        candidates.flag(item, Flags::EXCLUDED);
    }
    if request.personal {
        for item in shopper.hidden().iter().filter_map(|hidden| hidden.item) {
            candidates.flag(item, Flags::EXCLUDED);
        }
    }
    if request.personal && request.placement == Placement::Recent {
        for viewed in shopper.recent() {
            if let Some(item) = viewed.item
                && call.settled.covers(model, item, viewed.time)
            {
                candidates.flag(item, Flags::SETTLED);
            }
        }
    }
    if request.placement.is_listing() {
        return;
    }
    if let Some(item) = call.anchor {
        candidates.flag(item, Flags::EXCLUDED);
    }
    for item in shopper.cart().iter().filter_map(|line| line.item) {
        candidates.flag(item, Flags::IN_CART);
    }
    if !request.personal {
        return;
    }
    for item in shopper.bought().iter().filter_map(|bought| bought.item) {
        if !model.repeatable(item) {
            candidates.flag(item, Flags::BOUGHT);
        }
    }
    if request.placement == Placement::Home && !request.keep_viewed {
        for item in shopper.recent().iter().filter_map(|viewed| viewed.item) {
            candidates.flag(item, Flags::EXCLUDED);
        }
    }
}

/// Whether a purchase has satisfied what the item would be for, on a list of suggestions.
fn satisfied(call: &Call, candidates: &Candidates, item: u32) -> bool {
    call.request.placement == Placement::Home
        && !candidates.has(item, Flags::DUE)
        && call.settled.holds(call.model, item)
}

/// Whether an item may be shown; what keeps it out is counted. [`super::select`] passes what has nothing against it
/// without a call: what is asked here is asked there, too.
pub(crate) fn allowed(
    call: &Call,
    candidates: &Candidates,
    item: u32,
    filtered: &mut Filtered,
) -> bool {
    let flags = candidates.flags(item);
    let leaf = call.excluded_leaf;
    let substitute = leaf.is_some() && call.model.category(item) == leaf;
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
        if !satisfied(call, candidates, item) {
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
