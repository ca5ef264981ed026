//! The lab's estimators are those of scipy, statsmodels, tea-tasting and gbstats on the same data; and an experiment
//! that is looked at every day is not fooled by it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};
use tillside_backend::lab::analyse::difference::{
    Difference, TUNED_FOR, benjamini_hochberg, holm, phi, sample_ratio,
};
use tillside_backend::lab::analyse::metric::Metric;
use tillside_backend::lab::analyse::moments::{Estimate, Sums};
use tillside_backend::lab::analyse::plan::{Correction, Plan};
use tillside_backend::lab::analyse::readout::Verdict;
use tillside_backend::lab::analyse::units::Units;
use tillside_backend::lab::analyse::{Error, read_out};

#[path = "analyse/bounded.rs"]
mod bounded;
#[path = "analyse/sources.rs"]
mod sources;
#[path = "analyse/srm.rs"]
mod srm;

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

fn log(text: &str) -> Units {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("messages.jsonl");
    std::fs::write(&path, text).unwrap();
    Units::read(&[path], None).unwrap()
}

/// What was read beside the events that are used.
#[derive(Debug)]
struct Counts {
    refused: u64,
    duplicates: u64,
    /// Why messages were refused, for a person.
    reasons: String,
}

/// Reads all experiments of files out.
fn read(paths: &[PathBuf]) -> Result<(Value, Counts), Error> {
    let units = Units::read(paths, None)?;
    let counts = Counts {
        refused: units.refusals.rows(),
        duplicates: units.duplicates,
        reasons: units.refusals.to_string(),
    };
    Ok((json!(read_out(&units, &plan(), &[])?), counts))
}

/// Numbers are equal to nine places, all else is equal.
fn same(found: &Value, expected: &Value, place: &str) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            for (key, value) in expected {
                same(&found[key], value, &format!("{place}.{key}"));
            }
        }
        (Value::Array(found), Value::Array(expected)) => {
            assert_eq!(found.len(), expected.len(), "{place}");
            for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
                same(found, expected, &format!("{place}[{at}]"));
            }
        }
        (Value::Number(_), Value::Number(_)) => near(found.as_f64().unwrap(), expected, place),
        _ => assert_eq!(found, expected, "{place}"),
    }
}

#[test]
fn a_planted_difference_is_read_out_of_messages() {
    let log = log(&messages(20_000, 0.3, 0.0));
    let readout = plan().read(&log, "ranker").unwrap().unwrap();
    assert_eq!((readout.units, readout.dropped), (19_999, 1));
    assert!(readout.sample_ratio.passed && readout.sample_ratio.failing().next().is_none());
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
    assert!(plan().read(&log, "other").unwrap().is_none());
}

#[test]
fn exposures_lost_in_one_variation_stop_the_read_out() {
    let log = log(&messages(20_000, 0.3, 0.08));
    let readout = plan().read(&log, "ranker").unwrap().unwrap();
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
    let readout = plan().read(&log, "ranker").unwrap().unwrap();
    assert_eq!(readout.verdict, Verdict::NotEnough);
    assert!(readout.comparisons.is_empty());
}

/// Visits of an interleaved list, whose better ranker is chosen from in a share of them.
fn interleaved(visits: usize, share: f64) -> String {
    let mut chance = Chance(11);
    let mut out = String::new();
    for visit in 0..visits {
        let time = 1_790_000_000_000 + visit as i64 * 60_000;
        let mut message = |event: &str, after: i64, properties: Value| {
            let message = json!({
                "type": "track", "event": event, "anonymousId": format!("u{}", visit / 2), "messageId": format!("{event}{visit}"),
                "timestamp": chrono(time + after), "properties": properties, "context": { "sessionId": format!("s{visit}") },
            });
            out.push_str(&message.to_string());
            out.push('\n');
        };
        message(
            "Product List Viewed",
            0,
            json!({ "list_id": "rec:home", "experiment_id": "front", "policy": "interleaved", "products": [
                { "product_id": "p", "position": 1 },
                { "product_id": "q", "position": 2, "ranker": "plain" },
                { "product_id": "r", "position": 3, "ranker": "varied" },
            ] }),
        );
        // Of the top of both nobody is credited; a third of visits chooses nothing.
        let choice = chance.next();
        let ranker = match choice {
            _ if choice < 0.2 => Some(json!({})),
            _ if choice < 0.5 => None,
            _ if chance.next() < share => Some(json!({ "ranker": "varied" })),
            _ => Some(json!({ "ranker": "plain" })),
        };
        if let Some(mut clicked) = ranker {
            clicked["list_id"] = "rec:home".into();
            clicked["experiment_id"] = "front".into();
            message("Product Clicked", 1000, clicked);
        }
    }
    out
}

#[test]
fn interleaved_lists_are_read_out_by_the_choices_that_tell_something() {
    use tillside_backend::lab::analyse::interleaving::{Preference, read};
    let found = read(&log(&interleaved(6000, 0.56)), Some("plain"), 0.05, &[]).unwrap();
    let [one] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!((one.lists, one.competitive, one.units), (6000, 6000, 3000));
    assert_eq!(
        (one.control.as_str(), one.treatment.as_str()),
        ("plain", "varied")
    );
    assert_eq!(one.tally.visits(), 6000);
    assert!((2800..3200).contains(&(one.tally.wins + one.tally.losses)));
    assert_eq!(one.preferred, Preference::Treatment, "{one:?}");
    assert!(one.interval.low > 0.5 && one.interval.low < 0.56 && one.interval.high > 0.56);
    let even = &read(&log(&interleaved(6000, 0.5)), Some("plain"), 0.05, &[]).unwrap()[0];
    assert_eq!(even.preferred, Preference::Open, "{even:?}");
    assert!(
        read(&log(&messages(100, 0.0, 0.0)), None, 0.05, &[])
            .unwrap()
            .is_empty()
    );
}

/// Ten items, of which a shopper likes some; how likely a ranker is to put those first is its skill.
fn ranking(chance: &mut Chance, liked: &[bool; 10], skill: f64) -> Vec<usize> {
    let scores: Vec<f64> = liked
        .iter()
        .map(|liked| chance.next() + if *liked { skill } else { 0.0 })
        .collect();
    let mut order: Vec<usize> = (0..10).collect();
    order.sort_by(|one, other| scores[*other].total_cmp(&scores[*one]));
    order
}

const NAMES: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
const PLACES: usize = 4;

/// What one visit of an interleaved list is: won by the second ranker (1), by the first (-1), or neither.
fn duel(chance: &mut Chance, visit: usize, skills: [f64; 2]) -> i32 {
    use tillside::experiment::interleave::{credit, draft};
    let liked: [bool; 10] = std::array::from_fn(|_| chance.next() < 0.2);
    let [a, b] = skills.map(|skill| {
        let order = ranking(chance, &liked, skill);
        order
            .into_iter()
            .map(|item| NAMES[item])
            .collect::<Vec<_>>()
    });
    let picks = draft(&a, &b, &[], &visit.to_string(), PLACES);
    let clicked: Vec<&str> = picks
        .iter()
        .map(|pick| pick.item)
        .filter(|item| {
            NAMES
                .iter()
                .position(|name| name == item)
                .is_some_and(|at| liked[at])
        })
        .filter(|_| chance.next() < 0.5)
        .collect();
    -credit(&picks, &a, &b, &clicked).signum()
}

#[test]
fn a_ranker_two_per_cent_better_is_found_by_interleaving_long_before_two_groups_show_it() {
    use tillside_backend::lab::analyse::interleaving::Tally;
    let skills = [0.5, 0.525];
    let mut chance = Chance(5);
    // What two groups need: the lift in choices by visit, and their variance.
    let mut groups = [Sums::default(), Sums::default()];
    for _ in 0..200_000 {
        for (group, sums) in groups.iter_mut().enumerate() {
            let liked: [bool; 10] = std::array::from_fn(|_| chance.next() < 0.2);
            let order = ranking(&mut chance, &liked, skills[group]);
            let shown = order[..PLACES].iter().filter(|item| liked[**item]).count();
            let clicks = (0..shown).filter(|_| chance.next() < 0.5).count();
            sums.add(clicks as f64, 1.0, 0.0);
        }
    }
    let [control, treatment] = groups.map(|sums| sums.mean());
    let change = treatment.mean - control.mean;
    let lift = change / control.mean;
    assert!((0.01..0.035).contains(&lift), "{lift}");
    // At 80 % power and 5 %, for one look at the end.
    let by_groups =
        2.0 * (1.96f64 + 0.8416).powi(2) * (control.variance + treatment.variance) / change.powi(2);
    // What interleaving needs, looked at after every hundred visits.
    const RUNS: usize = 30;
    let mut stops: Vec<usize> = Vec::new();
    let mut wrong = 0;
    for run in 0..RUNS {
        let mut tally = Tally::default();
        for visit in 0..150_000 {
            match duel(&mut chance, run * 200_000 + visit, skills) {
                1 => tally.wins += 1,
                0 => tally.ties += 1,
                _ => tally.losses += 1,
            }
            if visit % 100 == 99 && tally.p() < 0.05 {
                wrong += usize::from(tally.share() < 0.5);
                stops.push(visit + 1);
                break;
            }
        }
    }
    assert!(stops.len() >= RUNS * 8 / 10, "{} of {RUNS}", stops.len());
    assert!(wrong <= RUNS / 20, "{wrong}");
    stops.sort_unstable();
    let by_interleaving = stops[RUNS * 8 / 10 - 1] as f64;
    println!(
        "a lift of {:.2} %: {by_interleaving} visits interleaved against {by_groups:.0} in two groups, 1 to {:.1}",
        lift * 100.0,
        by_groups / by_interleaving
    );
    assert!(
        by_groups / by_interleaving >= 3.0,
        "{by_groups} {by_interleaving}"
    );
}

#[test]
fn kinds_of_units_are_told_apart_by_what_was_known_before() {
    let mut text = String::new();
    // A channel that is said before the exposure counts; one that is said after it does not.
    for unit in 0..400 {
        let (first, later) = match unit % 3 {
            0 => ("email", "search"),
            _ => ("search", "email"),
        };
        for (event, time, properties) in [
            ("Page Viewed", 0, json!({ "channel": first })),
            (
                "Experiment Viewed",
                1000,
                json!({ "experiment_id": "ranker", "variation_id": (unit / 3 % 2).to_string() }),
            ),
            ("Page Viewed", 2000, json!({ "channel": later })),
        ] {
            let message = json!({
                "type": "track", "event": event, "anonymousId": format!("u{unit}"), "messageId": format!("{time}{unit}"),
                "timestamp": chrono(1_790_000_000_000 + time), "properties": properties,
            });
            text.push_str(&format!("{message}\n"));
        }
        if unit % 5 == 0 {
            let order = json!({
                "type": "track", "event": "Order Completed", "anonymousId": format!("u{unit}"), "messageId": format!("o{unit}"),
                "timestamp": chrono(1_790_000_003_000), "properties": { "revenue": 10 },
            });
            text.push_str(&format!("{order}\n"));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("messages.jsonl");
    std::fs::write(&path, text).unwrap();
    let log = Units::read(&[path], Some("channel")).unwrap();
    let readout = plan().read(&log, "ranker").unwrap().unwrap();
    let parts: Vec<(&str, u64)> = readout
        .parts
        .iter()
        .map(|part| (part.value.as_str(), part.units.iter().sum()))
        .collect();
    assert_eq!(parts, [("email", 134), ("search", 266)]);
    assert!(
        readout
            .parts
            .iter()
            .all(|part| part.reading.is_some() && part.p_corrected <= 1.0)
    );
}

#[test]
fn lost_exposures_are_seen_by_the_shelves_that_name_their_variation() {
    use tillside_backend::lab::analyse::health::health;
    let mut text = messages(2000, 0.0, 0.0);
    for unit in 0..2100 {
        let shown = json!({
            "type": "track", "event": "Product List Viewed", "anonymousId": format!("u{unit}"), "messageId": format!("s{unit}"),
            "timestamp": chrono(1_796_000_000_000), "properties": { "list_id": "rec:home", "variants": "ranker=1,other=0" },
        });
        text.push_str(&format!("{shown}\n"));
    }
    let log = log(&text);
    let readouts = read_out(&log, &plan(), &[]).unwrap();
    let health = health(&readouts, |_| 3);
    let [one] = &health[..] else {
        panic!("{health:?}")
    };
    assert_eq!(
        (one.used, one.lost, one.peeks, one.sound),
        (2100, 100, 3, false)
    );
}
