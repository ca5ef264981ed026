use super::*;
use crate::act::campaign::{Campaign, Campaigns, Moment};
use crate::act::draw::fold;
use crate::act::offer::{Benefit, Limits, Line, Sums, pick};
use crate::value::Value;

/// Who hesitates is moved by a discount, who is about to buy is not.
fn targeted() -> Weights {
    let mut mean = [0.0; WEIGHTS];
    mean[0] = -1.0;
    mean[2] = 2.0; // purchase
    mean[2 * WIDE] = 0.6; // share
    mean[2 * WIDE + 1] = 1.2; // share × hesitation
    mean[2 * WIDE + 2] = -1.0; // share × purchase
    mean
}

fn campaign(mean: &Weights, deviation: f64) -> Campaign {
    let file = crate::act::campaign::tests::file(mean, deviation);
    let read = Campaigns::read(&Value::parse(&file).expect("it is JSON"));
    read.expect("it is a file").all.remove(0)
}

fn moment(context: Context, subtotal: i64) -> Moment {
    Moment {
        sums: Sums {
            subtotal,
            headroom: subtotal / 3,
        },
        limits: Limits::default(),
        context,
        spend: 0.0,
    }
}

fn shopper(hesitation: f64, purchase: f64) -> Context {
    let behaviour = Behaviour {
        hesitation: Some(hesitation),
        purchase: Some(purchase),
        ..Behaviour::default()
    };
    Context::of(behaviour, 20_000.0, 20_000.0)
}

#[test]
fn a_discount_goes_to_whom_it_moves() {
    let campaign = campaign(&targeted(), 0.1);
    let of = |context| campaign.shares(&moment(context, 20_000)).1;
    let (hesitant, decided) = (of(shopper(0.95, 0.1)), of(shopper(0.05, 0.9)));
    assert!(hesitant[2] > 0.8, "{hesitant:?}");
    assert!(decided[0] > 0.8, "{decided:?}");
    for shares in [hesitant, decided] {
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(
            shares.iter().all(|share| *share >= campaign.floor),
            "{shares:?}"
        );
    }
}

#[test]
fn who_is_not_known_well_is_tried_more() {
    let of = |deviation| {
        let shares = campaign(&targeted(), deviation).shares(&moment(shopper(0.7, 0.4), 20_000));
        shares.1.iter().copied().fold(0.0, f64::max)
    };
    assert!(of(2.0) < of(0.05), "{} {}", of(2.0), of(0.05));
}

#[test]
fn the_propensity_is_the_share_of_keys_that_draw_the_arm() {
    let campaign = campaign(&targeted(), 0.8);
    let (_, shares) = campaign.shares(&moment(shopper(0.6, 0.5), 20_000));
    let mut counts = [0.0; 3];
    let keys = 60_000;
    for n in 0..keys {
        counts[pick(&shares, &format!("spring\ns{n}/2026-12")).expect("an arm")] += 1.0;
    }
    for (count, share) in counts.iter().zip(&shares) {
        let seen = count / f64::from(keys);
        // Four standard errors.
        let error = f64::sqrt(share * (1.0 - share) / f64::from(keys));
        assert!((seen - share).abs() < 4.0 * error, "{counts:?} {shares:?}");
    }
}

#[test]
fn weight_vectors_have_the_mean_and_the_spread_of_the_posterior() {
    let mut lower = [0.0; LOWER];
    let mut at = 0;
    for row in 0..WEIGHTS {
        for column in 0..=row {
            lower[at] = if row == column { 0.5 } else { 0.1 };
            at += 1;
        }
    }
    let posterior = Posterior::new("v".into(), (1.0, 1.0), [0.3; WEIGHTS], &lower);
    assert_eq!(posterior.draws.len(), DRAWS);
    for weight in [0, WEIGHTS - 1] {
        let all = posterior.draws.iter().map(|draw| draw[weight]);
        let mean = all.clone().sum::<f64>() / DRAWS as f64;
        assert!((mean - 0.3).abs() < 1e-12, "{mean}");
        let variance = all.map(|one| (one - 0.3).powi(2)).sum::<f64>() / DRAWS as f64;
        let truth = 0.25 + 0.01 * weight as f64;
        assert!(
            (variance / truth - 1.0).abs() < 0.5,
            "{weight}: {variance} {truth}"
        );
    }
}

#[test]
fn a_context_stays_about_0_where_nothing_is_known() {
    assert_eq!(
        Context::of(Behaviour::default(), 0.0, 0.0),
        Context::default()
    );
    let odd = Context::of(Behaviour::default(), 1e12, 1.0);
    assert!(odd.0.iter().all(|value| value.abs() <= 2.0));
}

/// A million carts, of which one in ten meets a posterior: what the arms are is never a matter of chance.
#[test]
fn in_a_million_random_carts_the_floor_is_never_broken_and_nothing_held_is_offered_again() {
    let learned = campaign(&targeted(), 0.5);
    let mut random = Random(11);
    let mut offered = [0u32; 3];
    const CARTS: u32 = 1_000_000;
    for n in 0..CARTS {
        let mut draw = |most: f64| (random.uniform() * most) as i64;
        let mut lines = Vec::new();
        for _ in 0..draw(5.0) {
            let headroom = draw(130.0);
            lines.push(Line {
                amount: draw(5_000_000.0),
                headroom: (headroom <= 100).then_some(headroom as u8),
            });
        }
        let mut arms = learned.arms.clone();
        arms[1].benefit = Benefit::Amount(1 + draw(1_000_000.0));
        arms[1].threshold = draw(2_000_000.0);
        arms[2].benefit = Benefit::Percent(1 + draw(100.0) as u8, 1 + draw(1_000_000.0));
        let limits = Limits {
            held: draw(4.0) == 0,
            left: (draw(2.0) == 0).then_some(draw(500_000.0)),
        };
        let moment = Moment {
            sums: Sums::of(&lines),
            limits,
            context: shopper(random.uniform(), random.uniform()),
            spend: 0.0,
        };
        let campaign = Campaign {
            arms,
            posterior: learned.posterior.clone().filter(|_| n % 10 == 0),
            ..learned.clone()
        };
        let (sorted, shares) = match campaign.posterior {
            Some(_) => campaign.shares(&moment),
            // The draws of the Beta posteriors would take minutes; what is possible does not follow from them.
            None => {
                let sorted = crate::act::offer::sort(&campaign.arms, moment.sums, limits);
                let even = 1.0 / sorted.possible.len() as f64;
                let shares = vec![even; sorted.possible.len()];
                (sorted, shares)
            }
        };
        let at = pick(&shares, &n.to_string()).expect("none is always possible");
        let arm = &campaign.arms[sorted.possible[at]];
        // Everything once more, without the code under test.
        let subtotal: i64 = lines.iter().map(|line| line.amount).sum();
        let room = |line: &Line| line.amount as i128 * i128::from(line.headroom.unwrap_or(0)) / 100;
        let floor: i128 = lines.iter().map(room).sum();
        let off = match arm.benefit {
            Benefit::None => 0,
            Benefit::Amount(amount) => amount.min(subtotal),
            Benefit::Percent(percent, cap) => {
                (i128::from(subtotal) * i128::from(percent) / 100).min(cap.into()) as i64
            }
        };
        assert!(i128::from(off) <= floor, "cart {n}: {off} of {floor}");
        assert!(subtotal >= arm.threshold, "cart {n}");
        if arm.benefit != Benefit::None {
            assert!(!limits.held, "cart {n}: a duplicate");
            assert!(limits.left.is_none_or(|left| off <= left), "cart {n}");
            assert!(off > 0, "cart {n}");
        }
        offered[sorted.possible[at]] += 1;
    }
    assert!(
        offered.iter().all(|count| *count > CARTS / 100),
        "{offered:?}"
    );
}

#[test]
fn with_the_same_cart_the_largest_benefit_in_reach_is_the_same_for_everybody() {
    let campaign = campaign(&targeted(), 0.5);
    let mut random = Random(5);
    for n in 0..2_000u32 {
        let subtotal = 1_000 + (random.uniform() * 60_000.0) as i64;
        let largest = |context: Context, spend: f64| {
            let moment = Moment {
                spend,
                ..moment(context, subtotal)
            };
            let (sorted, shares) = campaign.shares(&moment);
            let of = |(at, share): (&usize, &f64)| {
                (*share >= campaign.floor).then(|| campaign.arms[*at].benefit.of(subtotal))
            };
            let largest = sorted.possible.iter().zip(&shares).filter_map(of).max();
            (largest, sorted)
        };
        let anyone = shopper(random.uniform(), random.uniform());
        let known = largest(anyone, random.uniform() * 1e6);
        assert_eq!(known, largest(Context::default(), 0.0), "{n}");
    }
}

/// How sensitive to prices a shopper is may move who gets which benefit, and never makes a cart dearer, or out of reach what
/// the same cart of somebody else reaches.
#[test]
fn no_sensitivity_to_prices_makes_a_cart_dearer() {
    let campaign = campaign(&targeted(), 0.5);
    let mut random = Random(17);
    for n in 0..5_000 {
        let subtotal = 1 + (random.uniform() * 60_000.0) as i64;
        let reached = |price: f64| {
            let behaviour = Behaviour {
                price: Some(price),
                hesitation: Some(0.5),
                purchase: Some(0.5),
                ..Behaviour::default()
            };
            let context = Context::of(behaviour, subtotal as f64, 20_000.0);
            let (sorted, shares) = campaign.shares(&moment(context, subtotal));
            let arms = sorted.possible.iter().zip(&shares);
            let paid = arms.map(|(at, share)| {
                assert!(*share >= campaign.floor, "cart {n}");
                subtotal - campaign.arms[*at].benefit.of(subtotal)
            });
            paid.collect::<Vec<i64>>()
        };
        let least = reached(0.0);
        assert!(least.iter().all(|paid| (0..=subtotal).contains(paid)));
        assert_eq!(least, reached(random.uniform()), "cart {n}");
        assert_eq!(least, reached(1.0), "cart {n}");
    }
}

#[test]
fn keys_that_differ_in_one_letter_draw_independently() {
    let even = [0.5, 0.5];
    let same = (0..4_000).filter(|n| {
        let one = pick(&even, &format!("spring\nshopper-{n}/2026-12"));
        one == pick(&even, &format!("spring\nshopper-{n}/2026-13"))
    });
    let same = same.count();
    assert!((1_850..=2_150).contains(&same), "{same}");
    assert_ne!(fold("a"), fold("b"));
}
