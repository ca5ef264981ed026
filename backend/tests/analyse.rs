//! The lab's estimators are those of scipy, statsmodels, tea-tasting and gbstats on the same data; and an experiment
//! that is looked at every day is not fooled by it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tillside_backend::lab::analyse::difference::{
    Difference, TUNED_FOR, benjamini_hochberg, holm, phi, sample_ratio,
};
use tillside_backend::lab::analyse::moments::{Estimate, Sums};
use tillside_backend::lab::analyse::read::Log;
use tillside_backend::lab::analyse::readout::{Correction, Metric, Plan, Verdict};

fn known() -> Value {
    serde_json::from_str(include_str!("analyse/estimators.json")).unwrap()
}

fn sums(known: &Value, arm: &str) -> Sums {
    let mut sums = Sums::default();
    for unit in known["arms"][arm].as_array().unwrap() {
        let number = |key: &str| unit[key].as_f64().unwrap();
        sums.add(number("revenue"), number("orders"), number("before"));
    }
    sums
}

fn near(found: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        "{what}: {found} is not {expected}"
    );
}

#[test]
fn every_estimator_is_that_of_the_published_ones_to_nine_places() {
    let known = known();
    let (control, treatment) = (sums(&known, "control"), sums(&known, "treatment"));
    let theta = control.theta(&treatment);
    near(theta, &known["gbstats"]["theta"], "theta");
    let pairs: [(&str, Estimate, Estimate); 3] = [
        ("mean", control.mean(), treatment.mean()),
        ("ratio", control.ratio(), treatment.ratio()),
        ("cuped", control.adjusted(theta), treatment.adjusted(theta)),
    ];
    for (name, control, treatment) in &pairs {
        for (kind, difference) in [
            ("absolute", Difference::absolute(control, treatment)),
            ("relative", Difference::relative(control, treatment)),
        ] {
            let expected = &known["gbstats"][name][kind];
            let what = |part: &str| format!("{name} {kind} {part}");
            near(
                difference.estimate,
                &expected["estimate"],
                &what("estimate"),
            );
            near(difference.error, &expected["error"], &what("error"));
            near(difference.p(), &expected["p"], &what("p"));
            let interval = difference.interval(0.05);
            near(interval.low, &expected["interval"][0], &what("low"));
            near(interval.high, &expected["interval"][1], &what("high"));
            let anytime = difference.anytime(0.05, TUNED_FOR);
            near(anytime.low, &expected["anytime"][0], &what("anytime low"));
            near(anytime.high, &expected["anytime"][1], &what("anytime high"));
            near(
                difference.anytime_p(0.05, TUNED_FOR),
                &expected["anytime_p"],
                &what("anytime p"),
            );
            near(
                difference.chance_to_win(),
                &expected["chance_to_win"],
                &what("chance to win"),
            );
            near(
                difference.risk()[0],
                &expected["risk"][0],
                &what("risk of the control"),
            );
            near(
                difference.risk()[1],
                &expected["risk"][1],
                &what("risk of the treatment"),
            );
        }
    }
    for (name, control, treatment) in &pairs[..2] {
        let expected = &known["tea_tasting"][name];
        let difference = Difference::absolute(control, treatment);
        near(control.mean, &expected["control"], name);
        near(treatment.mean, &expected["treatment"], name);
        near(difference.estimate, &expected["difference"], name);
        near(difference.p(), &expected["p"], name);
        near(
            difference.interval(0.05).low,
            &expected["interval"][0],
            name,
        );
        near(
            Difference::relative(control, treatment).estimate,
            &expected["relative"],
            name,
        );
    }
    let welch = Difference::absolute(&pairs[0].1, &pairs[0].2);
    near(welch.p(), &known["scipy"]["welch_p"], "Welch");
    near(
        welch.freedom,
        &known["scipy"]["welch_df"],
        "degrees of freedom",
    );
    for (z, expected) in known["scipy"]["normal"].as_object().unwrap() {
        near(phi(z.parse().unwrap()), expected, "normal");
    }
    for case in known["scipy"]["sample_ratio"].as_array().unwrap() {
        let list = |key: &str| -> Vec<f64> { serde_json::from_value(case[key].clone()).unwrap() };
        near(
            sample_ratio(&list("counts"), &list("weights")),
            &case["p"],
            "sample ratio",
        );
    }
    near(
        sample_ratio(&[1000.0, 1100.0], &[0.5, 0.5]),
        &known["gbstats"]["check_srm"],
        "check_srm",
    );
    let p: Vec<f64> = serde_json::from_value(known["statsmodels"]["p"].clone()).unwrap();
    for (name, adjusted) in [("holm", holm(&p)), ("bh", benjamini_hochberg(&p))] {
        for (found, expected) in adjusted
            .iter()
            .zip(known["statsmodels"][name].as_array().unwrap())
        {
            near(*found, expected, name);
        }
    }
}

/// A sequence of numbers of 0 to 1 (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Looks at an experiment every day for four weeks; whether it ever found a difference, by each of two intervals.
fn peeked(chance: &mut Chance, lift: f64) -> (bool, bool) {
    let mut arms = [Sums::default(), Sums::default()];
    let (mut anytime, mut fixed) = (false, false);
    for _ in 0..28 {
        for _ in 0..250 {
            for (arm, sums) in arms.iter_mut().enumerate() {
                let share = if arm == 1 { 0.2 * (1.0 + lift) } else { 0.2 };
                sums.add(f64::from(u8::from(chance.next() < share)), 1.0, 0.0);
            }
        }
        let [control, treatment] = arms.map(|sums| sums.mean());
        let difference = Difference::relative(&control, &treatment);
        let excludes = |interval: tillside_backend::lab::analyse::difference::Interval| {
            interval.low > 0.0 || interval.high < 0.0
        };
        anytime |= excludes(difference.anytime(0.05, TUNED_FOR));
        fixed |= excludes(difference.interval(0.05));
    }
    (anytime, fixed)
}

#[test]
fn daily_peeks_at_no_difference_raise_few_alarms_and_find_a_planted_one() {
    let mut chance = Chance(20261130);
    let mut alarms = (0, 0);
    for _ in 0..1000 {
        let (anytime, fixed) = peeked(&mut chance, 0.0);
        alarms = (alarms.0 + u32::from(anytime), alarms.1 + u32::from(fixed));
    }
    // What the interval for one look would have done, looked at daily.
    assert!(alarms.1 > 150, "{alarms:?}");
    assert!(alarms.0 <= 50, "{alarms:?}");
    let found = (0..100).filter(|_| peeked(&mut chance, 0.2).0).count();
    assert!(found >= 80, "{found}");
}

fn plan() -> Plan {
    Plan {
        control: None,
        weights: BTreeMap::new(),
        metrics: vec![Metric::Conversion, Metric::Revenue, Metric::OrderValue],
        guardrails: vec![(Metric::Orders, 0.2)],
        alpha: 0.05,
        window: None,
        before: 14.0,
        cap: 0.999,
        correction: Correction::Holm,
    }
}

/// Messages of a shop whose variation 1 converts better by `lift`, and loses the exposures of a `lost` share.
fn messages(units: usize, lift: f64, lost: f64) -> String {
    let mut chance = Chance(7);
    let mut out = String::new();
    let mut message = |event: &str, unit: usize, time: i64, properties: Value| {
        let time = chrono(time);
        let message = json!({
            "type": "track", "event": event, "anonymousId": format!("u{unit}"), "messageId": format!("{event}{unit}{time}"),
            "timestamp": time, "properties": properties,
        });
        out.push_str(&message.to_string());
        out.push('\n');
    };
    let day = 86_400_000;
    for unit in 0..units {
        let arm = unit % 2;
        let since = 1_790_000_000_000 + (chance.next() * 20.0 * day as f64) as i64;
        let rich = chance.next();
        if chance.next() < 0.9 {
            message(
                "Order Completed",
                unit,
                since - 3 * day,
                json!({ "revenue": 100.0 * rich }),
            );
        }
        if arm == 0 || chance.next() >= lost {
            message(
                "Experiment Viewed",
                unit,
                since,
                json!({ "experiment_id": "ranker", "variation_id": arm.to_string() }),
            );
        }
        message(
            "Product Added",
            unit,
            since + 1000,
            json!({ "product_id": "p" }),
        );
        if chance.next() < 0.2 * (1.0 + if arm == 1 { lift } else { 0.0 }) {
            message(
                "Order Completed",
                unit,
                since + 60_000,
                json!({ "revenue": 100.0 * rich + 20.0 * chance.next() }),
            );
        }
    }
    // Seen in both, which counts for neither.
    message(
        "Experiment Viewed",
        0,
        1_795_000_000_000,
        json!({ "experiment_id": "ranker", "variation_id": "1" }),
    );
    out
}

/// ISO 8601 of milliseconds since 1970.
fn chrono(time: i64) -> String {
    tillside::report::iso(time)
}

fn log(text: &str) -> Log {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("messages.jsonl");
    std::fs::write(&path, text).unwrap();
    Log::read(&[path]).unwrap()
}

#[test]
fn a_planted_difference_is_read_out_of_messages() {
    let log = log(&messages(20_000, 0.3, 0.0));
    let readout = plan().read(&log, "ranker").unwrap();
    assert_eq!((readout.units, readout.dropped), (19_999, 1));
    assert!(readout.sample_ratio.passed && readout.sample_ratio.bad_days.is_empty());
    assert_eq!(readout.verdict, Verdict::Better);
    let conversion = &readout.comparisons[0];
    assert!(
        (conversion.relative.estimate - 0.3).abs() < 0.1,
        "{}",
        conversion.relative.estimate
    );
    // What units spent before tells what they spend now.
    let revenue = &readout.comparisons[1];
    assert!(
        revenue.cuped.is_some() && revenue.variance_explained > 0.01,
        "{} {}",
        revenue.cuped.is_some(),
        revenue.variance_explained
    );
    assert!(readout.guardrails[0].passed);
    let last = readout.days.last().unwrap();
    assert!(last.anytime.low > 0.0 && readout.days.len() > 15);
    assert!(plan().read(&log, "other").is_none());
}

#[test]
fn exposures_lost_in_one_variation_stop_the_read_out() {
    let log = log(&messages(20_000, 0.3, 0.08));
    let readout = plan().read(&log, "ranker").unwrap();
    assert_eq!(readout.verdict, Verdict::SampleRatioMismatch);
    assert!(readout.comparisons.is_empty() && !readout.sample_ratio.passed);
}

#[test]
fn one_variation_alone_is_not_compared() {
    let lines: Vec<String> = messages(200, 0.0, 0.0)
        .lines()
        .filter(|line| !line.contains("\"variation_id\":\"1\""))
        .map(String::from)
        .collect();
    let log = log(&lines.join("\n"));
    let readout = plan().read(&log, "ranker").unwrap();
    assert_eq!(readout.verdict, Verdict::NotEnough);
    assert!(readout.comparisons.is_empty());
}
