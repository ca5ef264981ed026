//! Behaviour: what the shopper leans to against what everybody does.
//!
//! Baseline-normalised log-lift, `ln((a_v + κ·p_v) / (Σa + κ) / p_v)`: a is the shopper's decayed weight of a category or
//! brand, p its share of the shop, κ how much evidence the share stands for. So what everybody buys does not lead, and
//! little evidence moves little. Both memories of [`crate::shopper::Interests`] get a lift of their own.

use super::confidence;
use crate::shop::Model;
use crate::shopper::{Interests, Shopper};
use crate::value::Value;

/// κ: the weight of the shop's share, in views.
const PRIOR: f64 = 4.0;

/// The lift of one of several weights that sum to `sum`, whose share of the shop is `share`.
pub fn lift(weight: f64, sum: f64, share: f64) -> f64 {
    libm::log((weight + PRIOR * share) / (sum + PRIOR) / share)
}

fn dimension(interests: &Interests, now: i64, share: impl Fn(Option<u16>) -> f64) -> Value {
    let ranked = interests.ranked(now);
    let (mut short_sum, mut long_sum) = (0.0, 0.0);
    for interest in &ranked {
        let (short, long) = interest.at(now);
        short_sum += short;
        long_sum += long;
    }
    let entry = |interest: &&crate::shopper::Interest| {
        let (short, long) = interest.at(now);
        let share = share(interest.number);
        Value::map([
            ("name", interest.name.as_str().into()),
            ("short", short.into()),
            ("long", long.into()),
            ("share", share.into()),
            ("shortLift", lift(short, short_sum, share).into()),
            ("lift", lift(long, long_sum, share).into()),
            ("evidence", interest.evidence.into()),
            ("last", interest.last().into()),
            ("confidence", confidence(interest.evidence).into()),
        ])
    };
    Value::List(ranked.iter().map(entry).collect())
}

/// How many items each category and each brand of a model has, worked out once for each model.
#[derive(Clone, Debug, Default)]
pub(super) struct Shares {
    items: usize,
    categories: Vec<u32>,
    brands: Vec<u32>,
}

/// Follows from the model, so that two states are equal whatever is worked out of it.
impl PartialEq for Shares {
    fn eq(&self, _: &Shares) -> bool {
        true
    }
}

impl Shares {
    pub(super) fn of(model: &Model) -> Shares {
        let mut shares = Shares {
            items: model.items(),
            categories: vec![0; model.categories()],
            brands: vec![0; model.brands()],
        };
        for item in 0..model.items() as u32 {
            for (counts, number) in [
                (&mut shares.categories, model.category(item)),
                (&mut shares.brands, model.brand(item)),
            ] {
                if let Some(count) = number.and_then(|number| counts.get_mut(usize::from(number))) {
                    *count += 1;
                }
            }
        }
        shares
    }

    /// The share of all items; half an item where there is none, since a share of nothing would make any interest
    /// infinite.
    fn share(&self, counts: &[u32], number: Option<u16>) -> f64 {
        let count = number.and_then(|number| counts.get(usize::from(number)));
        f64::from(count.copied().unwrap_or(0)).max(0.5) / (self.items as f64).max(1.0)
    }
}

impl super::Profile {
    /// The dimension `behaviour` of the portrait.
    pub fn behaviour(&self, shopper: &Shopper, model: Option<&Model>, now: i64) -> Value {
        let known = self.shares.items > 0 || model.is_none();
        let fresh = model.filter(|_| !known).map(Shares::of);
        let shares = fresh.as_ref().unwrap_or(&self.shares);
        let categories = dimension(shopper.categories(), now, |number| {
            shares.share(&shares.categories, number)
        });
        let brands = dimension(shopper.brands(), now, |number| {
            shares.share(&shares.brands, number)
        });
        let mut all = vec![
            ("categories".into(), categories),
            ("brands".into(), brands),
            ("departments".into(), self.departments.answer(now)),
        ];
        for (name, value) in self.activity.answer(now) {
            all.push((name.into(), value));
        }
        Value::Map(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Event, Kind};
    use crate::shop::tests::toy;

    #[test]
    fn lift_is_none_for_what_is_as_common_as_in_the_shop() {
        assert!(lift(0.0, 0.0, 0.3).abs() < 1e-12);
        assert!(lift(30.0, 100.0, 0.3).abs() < 1e-12);
        // ln((10 + 4·.1) / (20 + 4) / .1)
        assert!((lift(10.0, 20.0, 0.1) - 1.466_337).abs() < 1e-6);
        assert!(lift(1.0, 20.0, 0.3) < 0.0);
    }

    #[test]
    fn a_rare_category_leads_a_common_one_of_the_same_weight() {
        let model = toy().open();
        let mut shopper = Shopper::default();
        for key in ["phone-a", "pear"] {
            shopper.learn(&Event::about(Kind::ProductViewed, 5, [key]), Some(&model));
        }
        let behaviour = shopper.profile.behaviour(&shopper, Some(&model), 5);
        let lifts: Vec<_> = behaviour
            .get("categories")
            .unwrap()
            .elements()
            .iter()
            .map(|entry| {
                (
                    entry.number_of("share").unwrap(),
                    entry.number_of("lift").unwrap(),
                )
            })
            .collect();
        assert_eq!(lifts.len(), 2);
        let (rare, common) = if lifts[0].0 < lifts[1].0 {
            (lifts[0], lifts[1])
        } else {
            (lifts[1], lifts[0])
        };
        assert!(rare.0 < common.0 && rare.1 > common.1, "{lifts:?}");
    }
}
