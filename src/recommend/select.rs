//! The best candidates: those that sources touched, and popular items where a list may be filled.
//!
//! Popular items are walked only as far as one may still come in. How the chosen stand is [`super::arrange`]'s to say.

use super::answer::List;
use super::call::Call;
use super::candidates::Candidates;
use super::filter::{self, compatibility};
use super::flags::Flags;
use super::request::Placement;
use super::rules::Rules;
use super::score;
use super::sources::standing;
use super::variants::Variants;
use crate::kernel::Top;

/// Popular items that are always candidates, and how far into the popular ones the shopper's categories are sought.
const POPULAR: usize = 200;
const LEANING: usize = 2000;

/// The best of all candidates: those touched; and where the placement may be filled, the popular ones.
pub(super) fn run(
    call: &Call,
    candidates: &mut Candidates,
    variants: &Variants,
    rules: &Rules,
    limit: usize,
    list: &mut List,
) -> Vec<(f32, u32)> {
    let model = call.model;
    let mut top = Top::new(limit);
    // Popularity falls with the item's number: none has more beside its sums than the first would, were it of all
    // that the shopper leans to most.
    let beside = |item| {
        let popularity = model.popularity_from(item);
        let [affinity, popularity] = standing::most(call, popularity);
        affinity + popularity
    };
    let raised = rules.most();
    let first = if call.request.compatible {
        compatibility::FIRST
    } else {
        0.0
    };
    let fills = match call.request.placement {
        Placement::Home | Placement::Product if !rules.hold() => LEANING,
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
            candidates.add(item, f32::MIN_POSITIVE);
        }
    }
    let most = beside(0);
    // Most items have nothing against them, and are told so here without a call.
    let free = !call.only_found
        && call.excluded_leaf.is_none()
        && call.within.is_empty()
        && call.settled.is_empty();
    let mut least = f32::NEG_INFINITY;
    for &item in candidates.touched() {
        let free = free && !candidates.has(item, Flags::BLOCKED) && !model.out_of_stock(item);
        if (free || filter::allowed(call, candidates, item, &mut list.filtered))
            && raised * (candidates.score(item) + most) + first >= least
        {
            top.offer(
                rules.ruled(candidates, score::total(call, candidates, item), item),
                item,
            );
            least = top.bar().map_or(least, |(bar, _)| bar);
        }
    }
    if fills == 0 {
        return top.best;
    }
    // Filtered items at the head must not starve the list.
    let mut popular = POPULAR + candidates.flagged().len();
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
        if !call.in_category(item) || candidates.score(item) != 0.0 {
            continue;
        }
        let mut item = item;
        if call.products {
            if candidates.has(item, Flags::JOINED) {
                continue;
            }
            item = variants.stand(call, candidates, item);
        }
        let ruled = rules.of(item) != 0;
        let candidate =
            listing || ruled || popular > 0 || call.affinity.category(model, item) > 0.0;
        if candidate && filter::allowed(call, candidates, item, &mut list.filtered) {
            let [affinity, popularity] = standing::of(call, item);
            top.offer(rules.ruled(candidates, affinity + popularity, item), item);
            popular = popular.saturating_sub(1);
        }
    }
    top.best
}
