use super::*;
use crate::act::draw::Random;
use proptest::prelude::*;

fn arm(id: &str, benefit: Benefit, threshold: i64, successes: f64, failures: f64) -> Arm {
    Arm {
        id: id.into(),
        benefit,
        threshold,
        successes,
        failures,
    }
}

fn three() -> Vec<Arm> {
    vec![
        arm("none", Benefit::None, 0, 10.0, 90.0),
        arm("ten", Benefit::Percent(10, 5_000), 0, 14.0, 86.0),
        arm("twenty", Benefit::Amount(2_000), 9_900, 13.0, 87.0),
    ]
}

#[test]
fn a_reload_another_tab_and_another_device_draw_the_same() {
    let lines = [Line {
        amount: 20_000,
        headroom: Some(30),
    }];
    let mut seen = std::collections::BTreeSet::new();
    for shopper in 0..200 {
        let key = format!("shopper-{shopper}/spring/2026-11");
        let first = choose(&three(), &lines, &key).expect("an arm");
        assert_eq!(choose(&three(), &lines, &key).as_ref(), Some(&first));
        seen.insert(first.arm);
    }
    assert_eq!(seen.len(), 3, "all arms are explored");
}

#[test]
fn what_the_wallet_holds_or_the_budget_cannot_pay_is_left_out() {
    let sums = Sums {
        subtotal: 20_000,
        headroom: 6_000,
    };
    let of = |held, left| sort(&three(), sums, Limits { held, left });
    assert_eq!(of(false, None).possible, [0, 1, 2]);
    let held = of(true, None);
    assert_eq!(held.possible, [0], "no coupon beside the one in the wallet");
    assert_eq!(held.left_out, [(1, "offer_held"), (2, "offer_held")]);
    let spent = of(false, Some(0));
    assert_eq!(spent.possible, [0], "an exhausted budget leaves none");
    assert_eq!(spent.left_out, [(1, "offer_budget"), (2, "offer_budget")]);
    assert_eq!(of(false, Some(1_999)).possible, [0]);
    assert_eq!(of(false, Some(2_000)).possible, [0, 1, 2]);
}

#[test]
fn an_item_without_headroom_takes_no_discount() {
    let lines = [Line {
        amount: 20_000,
        headroom: None,
    }];
    let offer = choose(&three(), &lines, "k").expect("no discount is an arm");
    assert_eq!((offer.arm, offer.discount), (0, 0));
    assert_eq!(
        offer.left_out,
        [(1, "offer_headroom"), (2, "offer_headroom")]
    );
    assert_eq!(choose(&three()[1..], &lines, "k"), None);
}

#[test]
fn the_next_threshold_says_what_is_missing() {
    let lines = [Line {
        amount: 7_000,
        headroom: Some(50),
    }];
    assert_eq!(next_threshold(&three(), &lines), Some((2, 2_900)));
}

#[test]
fn the_propensity_is_the_share_of_shoppers_who_get_the_arm() {
    let lines = [Line {
        amount: 20_000,
        headroom: Some(30),
    }];
    let (mut share, mut told) = ([0.0; 3], [0.0; 3]);
    let shoppers = 4_000;
    for shopper in 0..shoppers {
        let offer = choose(&three(), &lines, &format!("s{shopper}")).expect("an arm");
        share[offer.arm] += 1.0 / f64::from(shoppers);
        told[offer.arm] += offer.propensity;
    }
    for at in 0..3 {
        let mean = told[at] / (share[at] * f64::from(shoppers));
        assert!((mean - share[at]).abs() < 0.03, "{at}: {mean} {share:?}");
    }
}

#[test]
fn thompson_sampling_finds_the_best_arm() {
    // True conversions: the coupon of 10 % lifts from .10 to .16, worth more than it costs.
    let truth = [0.10, 0.16, 0.11];
    let mut arms = three();
    for arm in &mut arms {
        (arm.successes, arm.failures) = (1.0, 9.0);
    }
    let mut random = Random(7);
    let mut earned = 0.0;
    let rounds = 20_000;
    let mut by = Vec::new();
    for n in 0..rounds {
        // As a shop learns: not after every shopper.
        if n % 50 == 0 {
            by = shares(&arms, &[0, 1, 2], 20_000);
        }
        let offer = pick(&by, &format!("s{n}")).expect("an arm");
        let arm = &mut arms[offer];
        if random.uniform() < truth[offer] {
            arm.successes += 1.0;
            earned += (20_000 - arm.benefit.of(20_000)) as f64;
        } else {
            arm.failures += 1.0;
        }
    }
    let worth: Vec<f64> = (0..3)
        .map(|at| truth[at] * (20_000 - arms[at].benefit.of(20_000)) as f64)
        .collect();
    let uniform = worth.iter().sum::<f64>() / 3.0 * f64::from(rounds);
    let best = worth.iter().copied().fold(0.0, f64::max) * f64::from(rounds);
    assert!(
        earned > uniform * 1.15 && earned > best * 0.96,
        "{earned} of {best}, uniform {uniform}"
    );
}

#[test]
fn impossible_arms_are_refused_by_their_field() {
    for (json, field) in [
        (r#"{"amount": 5}"#, "id"),
        (r#"{"id": "a", "amount": -5}"#, "amount"),
        (r#"{"id": "a", "percent": 120, "cap": 5}"#, "percent"),
        (r#"{"id": "a", "percent": 10}"#, "cap"),
        (
            r#"{"id": "a", "percent": 10, "cap": 5, "amount": 5}"#,
            "percent",
        ),
        (r#"{"id": "a", "threshold": -1}"#, "threshold"),
        (r#"{"id": "a", "successes": 0}"#, "successes"),
    ] {
        let refused = Arm::read(&Value::parse(json).expect("it is JSON")).expect_err(json);
        assert_eq!(refused.0, field);
    }
    let none =
        Arm::read(&Value::parse(r#"{"id": "none"}"#).expect("it is JSON")).expect("it is an arm");
    assert_eq!(none.benefit, Benefit::None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]
    #[test]
    fn the_floor_is_never_broken(
        lines in prop::collection::vec((0i64..5_000_000, prop::option::of(0u8..=255)), 0..8),
        arms in prop::collection::vec((0u8..3, 1i64..1_000_000, 1u8..=100, 0i64..2_000_000, 0.1f64..50.0), 0..6),
        key in "[a-z]{0,8}",
    ) {
        let lines: Vec<Line> = lines.into_iter().map(|(amount, headroom)| Line { amount, headroom }).collect();
        let arms: Vec<Arm> = arms.into_iter().enumerate().map(|(n, (kind, value, percent, threshold, successes))| {
            let benefit = [Benefit::None, Benefit::Amount(value), Benefit::Percent(percent, value)][usize::from(kind)].clone();
            arm(&n.to_string(), benefit, threshold, successes, 10.0)
        }).collect();
        if let Some(offer) = choose(&arms, &lines, &key) {
            let subtotal: i64 = lines.iter().map(|line| line.amount).sum();
            // The floor, line by line and without the code under test.
            let floor: i128 = lines.iter().map(|line| i128::from(line.amount) * i128::from(line.headroom.unwrap_or(0).min(100)) / 100).sum();
            prop_assert!(i128::from(offer.discount) <= floor);
            prop_assert!(subtotal >= arms[offer.arm].threshold);
            prop_assert!(offer.propensity > 0.0 && offer.propensity <= 1.0);
        }
    }
}
