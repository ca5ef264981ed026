//! Return odds: how likely the next view goes back to an item viewed before.
//!
//! A fifth to a half of all looks are returns. The model may bring [`RETURN`] weights, fitted on sessions that were held
//! back, by which each item of the session gets `exp(w·x)`: the odds that it is looked at next, on the scale of the
//! scores of new items, so that both can stand in one list. The features x are numbers of the session alone, given in
//! `docs/model-format.md`; the trainer takes them from here.

use super::Contributor;
use super::seeds::EARLIER;
use crate::recommend::answer::List;
use crate::recommend::call::Call;
use crate::recommend::candidates::Candidates;
use crate::recommend::flags::Flags;
use crate::recommend::request::Placement;
use crate::shop::{Matrix, Model, RETURN};
use crate::shopper::Shopper;

/// Beyond this, either way, odds are as good as certain.
const CERTAIN: f32 = 20.0;

/// An item that may be looked at again.
#[derive(Clone, Debug, PartialEq)]
pub struct Return {
    /// Index of the item in the model.
    pub item: u32,
    /// Whether it was last viewed in an earlier session.
    pub earlier: bool,
    /// Features of the return model.
    pub features: [f32; RETURN],
}

impl Return {
    /// On the scale of scores: positive and finite.
    pub fn odds(&self, weights: &[f32; RETURN]) -> f32 {
        let odds = odds(&self.features, weights);
        if self.earlier { odds * EARLIER } else { odds }
    }
}

/// `exp(w·x)`, positive and finite.
#[inline(never)]
pub fn odds(features: &[f32], weights: &[f32]) -> f32 {
    let terms = features.iter().zip(weights);
    let sum: f32 = terms.map(|(feature, weight)| feature * weight).sum();
    crate::natural::exp(f64::from(sum.clamp(-CERTAIN, CERTAIN))) as f32
}

fn ln(value: u32) -> f32 {
    crate::natural::ln(value as f32)
}

/// What the shopper viewed and the model knows, newest first.
pub fn returns(model: &Model, shopper: &Shopper) -> Vec<Return> {
    let session = shopper.recent().last().map(|viewed| viewed.session);
    let (mut items, mut looks, mut visits) = (0, 0.0, 0.0);
    for viewed in shopper.recent() {
        if Some(viewed.session) == session {
            items += 1;
            looks += viewed.count as f32;
            visits += viewed.visits as f32;
        }
    }
    let reloads = if looks > 0.0 {
        1.0 - visits / looks
    } else {
        0.0
    };
    let mut returns: Vec<Return> = Vec::new();
    for viewed in shopper.recent().iter().rev() {
        let Some(item) = viewed.item else {
            continue;
        };
        let mut features = [0.0; RETURN];
        let popularity = model.popularity(item);
        let visits = ln(viewed.visits);
        let reloaded = ln(viewed.count) - visits;
        let k = returns.len();
        if k == 0 {
            let of = [1.0, ln(items), popularity, visits, reloaded, reloads];
            features[..6].copy_from_slice(&of);
        } else {
            let second = if k == 1 { 1.0 } else { 0.0 };
            let of = [1.0, second, ln(k as u32), ln(items), popularity];
            features[6..11].copy_from_slice(&of);
            (features[12], features[13]) = (visits, reloaded);
        }
        returns.push(Return {
            item,
            earlier: Some(viewed.session) != session,
            features,
        });
    }
    // What the current item says of the others.
    if let Some((current, others)) = returns.split_first_mut() {
        // A damaged row is reported where it is summed.
        let _ = model.neighbours(Matrix::View, current.item, |to, weight| {
            if let Some(other) = others.iter_mut().find(|other| other.item == to) {
                other.features[11] = crate::natural::ln(1.0 + 1000.0 * weight);
            }
        });
        for other in others {
            other.features[14] = current.features[3];
        }
    }
    returns
}

/// The source: the shopper's own items, where they have a place, by the odds of a return. Where the model has no weights
/// for that, newest first on their own shelf, and scored as any other item elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Revisit;

impl Contributor for Revisit {
    fn run(&mut self, call: &Call, candidates: &mut Candidates, _: &mut List) {
        let own = call.request.placement == Placement::Recent;
        let weights = call.model.revisit();
        let kept = call.request.placement == Placement::Home && call.request.keep_viewed;
        if !call.request.personal || !(own || kept && weights.is_some()) {
            return;
        }
        let returns = returns(call.model, call.shopper);
        for (k, one) in returns.iter().enumerate() {
            let score = weights.map_or(1.0 / (k + 1) as f32, |weights| one.odds(weights));
            candidates.set(one.item, score);
            candidates.flag(one.item, Flags::RETURNS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::tests::toy;
    use proptest::prelude::*;

    fn shopper(model: &Model, viewed: &[(&str, u64)]) -> Shopper {
        let mut shopper = Shopper::default();
        for (&(key, session), time) in viewed.iter().zip(1..) {
            shopper.view(key, model.find(key), time, session);
        }
        shopper
    }

    #[test]
    fn features_by_hand() {
        let model = toy().open();
        // A reload, a way back, an item that the model does not know, and an earlier session.
        let viewed = [
            ("pear", 1),
            ("phone-a", 2),
            ("phone-b", 2),
            ("phone-b", 2),
            ("unheard-of", 2),
            ("phone-a", 2),
        ];
        let found = returns(&model, &shopper(&model, &viewed));
        let (ln2, ln3) = (2f32.ln(), 3f32.ln());
        let popularity = |key| model.popularity(model.find(key).unwrap());
        assert_eq!(found.len(), 3);
        assert_eq!((found[0].item, found[0].earlier), (0, false));
        let close = |found: &[f32], expected: &[f32]| {
            let mut pairs = found.iter().zip(expected);
            let all = pairs.all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(
                all && found.len() == expected.len(),
                "{found:?} {expected:?}"
            );
        };
        let of = [1.0, ln3, popularity("phone-a"), ln2, 0.0, 0.2];
        close(&found[0].features[..6], &of);
        assert_eq!(found[0].features[6..], [0.0; 9]);
        let mut weight = 0.0;
        model
            .neighbours(Matrix::View, 0, |to, w| {
                if to == 2 {
                    weight = w
                }
            })
            .unwrap();
        assert!(weight > 0.4);
        assert_eq!((found[1].item, found[1].earlier), (2, false));
        assert_eq!(found[1].features[..6], [0.0; 6]);
        let of = [
            1.0,
            1.0,
            0.0,
            ln3,
            popularity("phone-b"),
            (1.0 + 1000.0 * weight).ln(),
            0.0,
            ln2,
            ln2,
        ];
        close(&found[1].features[6..], &of);
        assert_eq!((found[2].item, found[2].earlier), (6, true));
        assert_eq!(found[2].features[8], ln2);
        assert_eq!(found[2].features[11], 0.0, "phones do not lead to pears");
    }

    #[test]
    fn odds_by_hand() {
        let mut one = Return {
            item: 0,
            earlier: false,
            features: [0.0; RETURN],
        };
        (one.features[0], one.features[1]) = (1.0, 2.0);
        let mut weights = [0.0; RETURN];
        (weights[0], weights[1]) = (-1.0, 0.25);
        assert!((one.odds(&weights) - (-0.5f32).exp()).abs() < 1e-6);
        one.earlier = true;
        assert!((one.odds(&weights) - 0.3 * (-0.5f32).exp()).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn odds_are_positive_and_finite(
            viewed in prop::collection::vec((0usize..9, 1u64..3), 0..40),
            weights in prop::array::uniform15(-100f32..100.0),
        ) {
            let toy = toy();
            let model = toy.open();
            let key = |n: usize| toy.items.get(n).map_or("unheard-of", |item| item.0);
            let viewed: Vec<_> = viewed.into_iter().map(|(n, session)| (key(n), session)).collect();
            let shopper = shopper(&model, &viewed);
            let found = returns(&model, &shopper);
            let known = shopper.recent().iter().filter(|viewed| viewed.item.is_some());
            prop_assert_eq!(found.len(), known.count());
            for one in found {
                prop_assert!(one.features.iter().all(|x| x.is_finite() && *x >= 0.0));
                let odds = one.odds(&weights);
                prop_assert!(odds > 0.0 && odds.is_finite());
            }
        }
    }
}
