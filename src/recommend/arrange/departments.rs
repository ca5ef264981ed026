//! A front page for somebody of whom nothing is known: the best of many departments.
//!
//! Popular items alone are of one department, the one that is bought in every week. The model weighs departments by
//! where strangers went first; places are dealt by these weights one after another (Webster's method, as seats are dealt
//! to parties, so that any beginning of the list is dealt fairly too), and each place goes to the most popular item of
//! its department that is not on the list yet.

use super::{Place, in_order};
use crate::recommend::answer::{Filtered, List};
use crate::recommend::call::Call;
use crate::recommend::candidates::Candidates;
use crate::recommend::flags::Flags;
use crate::recommend::request::Placement;
use crate::recommend::rules::Rules;
use crate::recommend::sources::scenic::Scenic;
use crate::recommend::variants::Variants;
use crate::recommend::{filter, score};

/// At most `limit` places; none where the shopper is known, or the model does not weigh departments.
pub(crate) fn run(
    call: &Call,
    candidates: &mut Candidates,
    variants: &Variants,
    rules: &Rules,
    scene: &Scenic,
    limit: usize,
    list: &mut List,
) -> Vec<Place> {
    let (model, request) = (call.model, call.request);
    let cold = call.seeds.is_empty() && call.affinity.most == 0.0;
    if !(cold && request.arrangement.departments && request.placement == Placement::Home) {
        return Vec::new();
    }
    let weights: Vec<f32> = (0..model.categories() as u16)
        .map(|category| model.share(category))
        .collect();
    let weights = scene.weigh(weights);
    let mut shelves: Vec<Vec<(f32, u32)>> = vec![Vec::new(); weights.len()];
    let sum: f32 = weights.iter().sum();
    if sum <= 0.0 {
        return Vec::new();
    }
    // One more than its share has room for, so that one department may fill in for another.
    let room = |department: usize| (weights[department] / sum * limit as f32) as usize + 2;
    let mut missing = (0..weights.len()).filter(|n| weights[*n] > 0.0).count();
    let mut filtered = Filtered::default();
    for item in 0..model.items() as u32 {
        let category = model.category(item).map(|own| model.department(own));
        let Some(department) = category.map(usize::from) else {
            continue;
        };
        if weights[department] <= 0.0 || shelves[department].len() >= room(department) {
            continue;
        }
        let mut shown = item;
        if call.products {
            if candidates.has(item, Flags::JOINED) {
                continue;
            }
            shown = variants.stand(call, candidates, item);
        }
        let item = shown;
        if !filter::allowed(call, candidates, item, &mut filtered) {
            continue;
        }
        let score = rules.ruled(candidates, score::total(call, candidates, item), item);
        shelves[department].push((score, item));
        if shelves[department].len() == room(department) {
            missing -= 1;
            if missing == 0 {
                break;
            }
        }
    }
    scene.fill(call, candidates, rules, &mut shelves, room);
    list.filtered = filtered;
    let mut placed = vec![0usize; weights.len()];
    let mut chosen = Vec::with_capacity(limit);
    while chosen.len() < limit {
        let mut best: Option<(f32, usize)> = None;
        for (department, shelf) in shelves.iter().enumerate() {
            let claim = weights[department] / (2 * placed[department] + 1) as f32;
            if placed[department] < shelf.len() && best.is_none_or(|(most, _)| claim > most) {
                best = Some((claim, department));
            }
        }
        let Some((_, department)) = best else {
            break;
        };
        chosen.push(shelves[department][placed[department]]);
        placed[department] += 1;
    }
    in_order(&chosen)
}

#[cfg(test)]
mod tests {
    use crate::recommend::{Arrangement, List, Placement, Recommender, Request};
    use crate::shop::Model;
    use crate::shop::tests::toy;
    use crate::shopper::Shopper;

    /// Six kinds of fruit before two phones and a kettle.
    fn shop() -> Model {
        let mut shop = toy();
        let item = |key, category| (key, category, "", 1.0, 0);
        shop.items = ["a", "b", "c", "d", "e", "f"]
            .map(|key| item(key, "Fresh > Fruit"))
            .into();
        shop.items.extend(["g", "h"].map(|key| item(key, "Phones")));
        shop.items.push(item("i", "Kitchen > Kettles"));
        (shop.view, shop.buy, shop.content, shop.terms) = Default::default();
        shop.shares = vec![("Fresh", 200), ("Phones", 150), ("Kitchen", 90)];
        shop.open()
    }

    fn ask(model: &Model, shopper: &Shopper, departments: bool, limit: usize) -> List {
        let arrangement = Arrangement {
            departments,
            ..Default::default()
        };
        let request = Request {
            arrangement,
            ..Request::new(Placement::Home, limit)
        };
        Recommender::default().recommend(model, shopper, &request, 9)
    }

    fn keys(model: &Model, list: &List) -> String {
        list.entries.iter().map(|one| model.key(one.item)).collect()
    }

    #[test]
    fn strangers_see_departments_by_their_weights() {
        let model = shop();
        let cold = Shopper::default();
        assert_eq!(keys(&model, &ask(&model, &cold, false, 6)), "abcdef");
        assert_eq!(keys(&model, &ask(&model, &cold, true, 6)), "agibhc");
        assert_eq!(keys(&model, &ask(&model, &cold, true, 9)).len(), 9);
        let mut known = Shopper::default();
        known.view("g", model.find("g"), 1, 1);
        assert_eq!(
            keys(&model, &ask(&model, &known, true, 3)),
            keys(&model, &ask(&model, &known, false, 3))
        );
    }
}
