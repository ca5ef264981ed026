//! Standing of an item: its affinity and its popularity, the two parts of a score that every item has.

use crate::recommend::call::Call;

/// What affinity and popularity give an item.
pub(crate) fn of(call: &Call, item: u32) -> [f32; 2] {
    let model = call.model;
    let affinity = call.affinity.category(model, item) + call.affinity.brand(model, item);
    // A product is as popular as its best variant.
    let known = if call.products {
        model.leader(item)
    } else {
        item
    };
    weighed(call, affinity, model.popularity(known))
}

/// The most that an item of this popularity may have.
pub(crate) fn most(call: &Call, popularity: f32) -> [f32; 2] {
    weighed(call, call.affinity.most, popularity)
}

fn weighed(call: &Call, affinity: f32, popularity: f32) -> [f32; 2] {
    [
        call.blend.affinity * affinity,
        call.blend.popularity * popularity,
    ]
}
