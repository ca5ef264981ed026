//! Compatibility with the shopper's things: one phone's cases, one maker's devices.
//!
//! The model names attributes of which only equal values work together (`ecosystem`), each with the value, if there is
//! one, that works with all. A value is the shopper's where the item of the page has it; where there is no such item,
//! where what they have bought, carted or looked at has it, by weight at least [`ENOUGH`] and [`MOSTLY`] of all values:
//! who looks at one phone has not chosen a maker, who looks at a phone and a watch of one has. For a category asked for,
//! what is of it says nothing: a laptop is not what laptops work with. Then what has only
//! other values is left out, and where the request asks for it what has that value comes first. What has none is as it
//! was.
//!
//! Accessories name the models that they fit, devices the model that they are: `*model=` in place of the value that works
//! with all names the devices' attribute. Who has two phones needs cases of either, so every model that they have counts
//! for itself, and only accessories can be for another model.
//!
//! It does not know of single pairs of items: those are in the rows of what is bought together, where the trainer puts
//! what the feed says.

use crate::lines::parts;
use crate::recommend::call::Call;
use crate::recommend::candidates::Candidates;
use crate::recommend::flags::Flags;
use crate::recommend::marks::Marks;
use crate::recommend::request::Placement;
use crate::shopper::Kept;

/// What makes a value the shopper's: a look counts 1, what is bought or in the cart, or the item of the page, [`OWNED`].
const ENOUGH: u32 = 2;
const OWNED: u8 = 2;

/// This part of all values, in thirds.
const MOSTLY: u32 = 2;

/// What puts an item that fits before others: scores that no rule has raised are below it.
pub(crate) const FIRST: f32 = 8.0;

/// Before the attribute of devices, in place of the value that works with all.
const MODELS: &str = "*";

/// Of the marks, beside the weight of what is the shopper's: works with it.
const WORKS: u8 = 128;

/// Flags of an item that fits.
fn flags(owns: bool) -> Flags {
    if owns {
        Flags::FITS.or(Flags::OWNED_FIT)
    } else {
        Flags::FITS
    }
}

#[derive(Debug, Default)]
pub(super) struct Compatibility {
    /// The weight of what is the shopper's, and whether an item works with it.
    marks: Marks,
}

impl Compatibility {
    /// Flags what fits and what does not.
    #[inline(never)]
    pub fn run(&mut self, call: &Call, candidates: &mut Candidates) {
        let (model, request, shopper) = (call.model, call.request, call.shopper);
        if !(request.compatible || request.placement == Placement::Complements)
            || model.compatible().is_empty()
        {
            return;
        }
        let marks = self.marks.of(model.items());
        let mut own: Vec<u32> = Vec::new();
        let mut owned: Vec<u32> = call.anchor.into_iter().collect();
        // At most three lists have it.
        let mut mark = |item: u32, weight| {
            marks[item as usize] += weight;
            own.push(item);
        };
        if let Some(item) = call.anchor {
            mark(item, OWNED);
        } else if request.personal {
            for &(list, weight) in &[
                (shopper.recent(), 1),
                (shopper.cart(), OWNED),
                (shopper.bought(), OWNED),
            ] {
                for Kept { item, .. } in list {
                    if let Some(item) = *item
                        && (call.within.is_empty() || !call.in_category(item))
                    {
                        if weight == OWNED {
                            owned.push(item);
                        }
                        mark(item, weight);
                    }
                }
            }
        }
        let mut lines = parts(model.compatible(), b'\n');
        while let Some(name) = lines.next() {
            let neutral = lines.next().unwrap_or("");
            match neutral.strip_prefix(MODELS) {
                Some(models) => by_models(call, candidates, marks, [name, models], &owned),
                None => by_value(call, candidates, marks, [name, neutral], &owned),
            }
        }
        for item in own {
            marks[item as usize] = 0;
        }
    }
}

/// The same for one attribute, and the value that works with all.
fn by_value(
    call: &Call,
    candidates: &mut Candidates,
    marks: &mut [u8],
    [name, neutral]: [&str; 2],
    owned: &[u32],
) {
    let model = call.model;
    let values = model.find_terms(name, true);
    let neutral = model.find_terms(neutral, false);
    let (mut best, mut most, mut total) = (usize::MAX, 0, 0);
    // Values that something owned has.
    let mut owning: Vec<usize> = Vec::new();
    for pass in 0..4 {
        for term in values.clone() {
            let own = term == best;
            let (mut weight, works) = (0, own || neutral.contains(&term));
            let (owns, mut has) = (owning.contains(&term), false);
            model.term_items(term, |item| {
                let mark = &mut marks[item as usize];
                match pass {
                    0 => {
                        weight += u32::from(*mark);
                        has |= *mark > 0 && owned.contains(&item);
                    }
                    1 if works => {
                        *mark |= WORKS;
                        if own && call.request.compatible {
                            candidates.flag(item, flags(owns));
                        }
                    }
                    2 if *mark & WORKS == 0 => candidates.flag(item, Flags::UNFIT),
                    3 => *mark &= !WORKS,
                    _ => {}
                }
            });
            if has {
                owning.push(term);
            }
            if pass == 0 && !neutral.contains(&term) {
                total += weight;
                if weight > most {
                    (best, most) = (term, weight);
                }
            }
        }
        if most < ENOUGH || 3 * most < MOSTLY * total {
            return;
        }
    }
}

/// The same for accessories by the models that they fit.
fn by_models(
    call: &Call,
    candidates: &mut Candidates,
    marks: &mut [u8],
    [fits, models]: [&str; 2],
    owned: &[u32],
) {
    let model = call.model;
    // What the shopper has of each: the model, and whether it is owned.
    let mut chosen: Vec<(&str, bool)> = Vec::new();
    for &prefix in &[fits, models] {
        for term in model.find_terms(prefix, true) {
            let (mut weight, mut owns) = (0, false);
            model.term_items(term, |item| {
                let mark = marks[item as usize];
                weight += u32::from(mark);
                owns |= mark > 0 && owned.contains(&item);
            });
            if weight >= ENOUGH {
                let name = model.term(term).get(prefix.len()..).unwrap_or_default();
                chosen.push((name, owns));
            }
        }
    }
    if chosen.is_empty() {
        return;
    }
    for pass in 0..3 {
        for term in model.find_terms(fits, true) {
            let name = model.term(term).get(fits.len()..).unwrap_or_default();
            let own = chosen.iter().filter(|one| one.0 == name);
            let (works, owns) = (own.clone().count() > 0, own.clone().any(|one| one.1));
            // What fits nothing that is sold as a model fits whatever it says.
            let sold = works || {
                let device = crate::lines::join(models, name);
                !model.find_terms(&device, false).is_empty()
            };
            model.term_items(term, |item| {
                let mark = marks[item as usize];
                match pass {
                    0 if works => {
                        marks[item as usize] |= WORKS;
                        if call.request.compatible {
                            candidates.flag(item, flags(owns));
                        }
                    }
                    1 if sold && mark & WORKS == 0 => candidates.flag(item, Flags::UNFIT),
                    2 => marks[item as usize] &= !WORKS,
                    _ => {}
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::recommend::{Code, List, Placement, Recommender, Request};
    use crate::shop::Model;
    use crate::shop::tests::{Toy, toy};
    use crate::shopper::Shopper;
    use proptest::prelude::*;

    /// Phones, watches and laptops of two makers, a laptop that works with all and a stand that has no maker.
    fn shop() -> Model {
        let mut shop = toy();
        shop.items = vec![
            ("kite-book", "Computers", "Kite", 9.0, 0),
            ("stand", "Computers", "Tree", 1.0, 0),
            ("open-book", "Computers", "Tree", 8.0, 0),
            ("nova-book", "Computers", "Nova", 9.0, 0),
            ("nova-phone", "Phones", "Nova", 5.0, 0),
            ("kite-phone", "Phones", "Kite", 5.0, 0),
            ("nova-watch", "Watches", "Nova", 3.0, 0),
            ("kite-watch", "Watches", "Kite", 3.0, 0),
        ];
        (shop.view, shop.content) = Default::default();
        shop.buy = vec![(4, 7, 0.9), (4, 6, 0.2), (4, 1, 0.1)];
        shop.terms = vec![
            ("ecosystem=kite", vec![0, 5, 7]),
            ("ecosystem=nova", vec![3, 4, 6]),
            ("ecosystem=open", vec![2]),
        ];
        shop.open()
    }

    /// Eight things of one category, each with its values; the third works with all.
    fn shop_of(values: &[std::collections::BTreeSet<usize>]) -> Toy {
        let mut shop = toy();
        const KEYS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
        shop.items = KEYS.map(|key| (key, "All", "Any", 1.0, 0)).to_vec();
        (shop.view, shop.content, shop.buy) = Default::default();
        let having = |value| {
            (0u32..8)
                .filter(|item| values[*item as usize].contains(&value))
                .collect()
        };
        shop.terms = vec![
            ("ecosystem=kite", having(0)),
            ("ecosystem=nova", having(1)),
            ("ecosystem=open", having(2)),
        ];
        shop.terms
            .retain(|(_, items): &(_, Vec<u32>)| !items.is_empty());
        shop
    }

    fn ask(model: &Model, viewed: &[&str], request: Request) -> List {
        let mut shopper = Shopper::default();
        for key in viewed {
            shopper.view(key, model.find(key), 1, 1);
        }
        Recommender::default().recommend(model, &shopper, &request, 2)
    }

    fn computers(model: &Model, viewed: &[&str], compatible: bool) -> (String, List) {
        let request = Request {
            category: Some("Computers"),
            compatible,
            ..Request::new(Placement::Category, 10)
        };
        let list = ask(model, viewed, request);
        let keys = list.entries.iter().map(|entry| model.key(entry.item));
        (keys.collect::<Vec<_>>().join(" "), list)
    }

    #[test]
    fn a_phone_and_a_watch_of_one_maker_bring_its_computers_first_and_no_other_makers() {
        let model = shop();
        let viewed = ["nova-phone", "nova-watch"];
        let (keys, list) = computers(&model, &viewed, true);
        assert_eq!(keys, "nova-book stand open-book");
        assert_eq!(list.entries[0].reasons[0].code, Code::FitsViewed);
        assert_eq!(list.filtered.excluded, 1);
        for entry in &list.entries {
            let sum: f32 = entry.contributions.iter().sum();
            assert!((sum + entry.ruled - entry.score).abs() <= 1e-6);
        }
        let all = "kite-book stand open-book nova-book";
        let (keys, _) = computers(&model, &viewed, false);
        assert_eq!(keys.split(' ').count(), 4, "only where asked for");
        assert_eq!(computers(&model, &["nova-phone"], true).0.len(), all.len());
        let laptop = ["nova-phone", "nova-book"];
        assert_eq!(computers(&model, &laptop, true).0.len(), all.len());
        let both = ["nova-phone", "nova-watch", "kite-phone", "kite-watch"];
        assert_eq!(computers(&model, &both, true).0.len(), all.len());
    }

    #[test]
    fn complements_work_with_the_item_of_the_page() {
        let model = shop();
        let request = Request {
            item: Some("nova-phone"),
            ..Request::new(Placement::Complements, 10)
        };
        let list = ask(&model, &["kite-phone", "kite-watch"], request);
        let keys: Vec<_> = list.entries.iter().map(|one| model.key(one.item)).collect();
        assert_eq!(keys, ["nova-watch", "stand"]);
    }

    proptest! {
        #[test]
        fn what_fits_is_first_and_what_does_not_is_out(
            values in prop::collection::vec(prop::collection::btree_set(0usize..3, 0..3), 8),
            viewed in prop::collection::vec(0usize..8, 0..6),
        ) {
            let shop = shop_of(&values);
            let model = shop.open();
            let keys: Vec<&str> = shop.items.iter().map(|item| item.0).collect();
            let distinct: std::collections::BTreeSet<usize> = viewed.iter().copied().collect();
            let looked: Vec<&str> = viewed.iter().map(|item| keys[*item]).collect();
            let count = |value: usize| distinct.iter().filter(|item| values[**item].contains(&value)).count();
            // Value 2 works with all.
            let mine = (0..2).rev().max_by_key(|value| count(*value)).unwrap();
            let chosen = count(mine) >= 2 && 3 * count(mine) >= 2 * (count(0) + count(1));
            let request = Request { compatible: true, keep_viewed: true, ..Request::new(Placement::Home, 10) };
            let list = ask(&model, &looked, request);
            let shown: Vec<usize> = list.entries.iter().map(|one| one.item as usize).collect();
            let fits = |item: &usize| chosen && values[*item].contains(&mine);
            let out = |item: &usize| chosen && !fits(item) && !values[*item].contains(&2) && !values[*item].is_empty();
            prop_assert!(shown.iter().is_sorted_by_key(|item| !fits(item)));
            let mut sorted = shown.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..8).filter(|item| !out(item)).collect::<Vec<_>>());
        }
    }
}
