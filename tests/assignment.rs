//! Assignment at the size of a shop: a million ids.

use tillside::condition::{NULL, NoPatterns, Value};
use tillside::experiment::{Features, Subject, Traces};

const IDS: u32 = 1_000_000;

fn features(rules: &str) -> Features {
    Features::read(&Value::parse(rules).unwrap()).unwrap()
}

/// The variation of each id, none for who is out.
fn assign(features: &Features, key: &str, ids: u32, each: &mut dyn FnMut(u32, Option<usize>)) {
    for id in 0..ids {
        let attributes = Value::map([("id", format!("visitor-{id}").into())]);
        let subject = Subject::new(&attributes, &NoPatterns);
        let evaluated = features.evaluate(key, &subject, &mut Traces::default());
        each(id, evaluated.experiment.map(|(_, result)| result.variation));
    }
}

/// The statistic of χ² against expected counts.
fn chi_square(counts: &[f64], expected: &[f64]) -> f64 {
    counts
        .iter()
        .zip(expected)
        .map(|(count, expected)| (count - expected).powi(2) / expected)
        .sum()
}

#[test]
fn a_million_ids_are_split_as_planned_and_two_experiments_know_nothing_of_each_other() {
    let features = features(
        r#"{"features":{
            "ranker":{"defaultValue":0,"rules":[{"key":"ranker","variations":[0,1],"hashVersion":2}]},
            "reason":{"defaultValue":0,"rules":[{"key":"reason","variations":[0,1,2],"weights":[0.2,0.3,0.5],"hashVersion":2}]}}}"#,
    );
    let mut ranker = Vec::new();
    assign(&features, "ranker", IDS, &mut |_, variation| {
        ranker.push(variation.unwrap())
    });
    let mut table = [[0.0; 3]; 2];
    assign(&features, "reason", IDS, &mut |id, variation| {
        table[ranker[id as usize]][variation.unwrap()] += 1.0
    });
    let total = f64::from(IDS);
    let rows = table.map(|row| row.iter().sum::<f64>());
    let columns: Vec<f64> = (0..3).map(|at| table[0][at] + table[1][at]).collect();
    // Above these, χ² of 1 and 2 degrees of freedom has p < 0.001.
    assert!(chi_square(&rows, &[total / 2.0; 2]) < 10.83, "{rows:?}");
    assert!(
        chi_square(&columns, &[0.2 * total, 0.3 * total, 0.5 * total]) < 13.82,
        "{columns:?}"
    );
    let (mut counts, mut expected) = (Vec::new(), Vec::new());
    for (row, sum) in table.iter().zip(rows) {
        for (count, column) in row.iter().zip(&columns) {
            counts.push(*count);
            expected.push(sum * column / total);
        }
    }
    assert!(chi_square(&counts, &expected) < 13.82, "{table:?}");
}

#[test]
fn raising_coverage_moves_nobody_who_was_exposed() {
    let at = |coverage: f64| {
        features(&format!(
            r#"{{"features":{{"f":{{"defaultValue":0,"rules":[{{"key":"f","variations":[0,1,2],"coverage":{coverage},"weights":[0.5,0.3,0.2],"hashVersion":2}}]}}}}}}"#
        ))
    };
    let mut before: Vec<Option<usize>> = vec![None; IDS as usize];
    for coverage in [0.1, 0.37, 0.8, 1.0] {
        let (mut moved, mut inside) = (0, 0.0);
        assign(&at(coverage), "f", IDS, &mut |id, variation| {
            let known = &mut before[id as usize];
            moved += u32::from(known.is_some() && *known != variation);
            inside += f64::from(u8::from(variation.is_some()));
            *known = variation;
        });
        assert_eq!(moved, 0);
        assert!(
            (inside / f64::from(IDS) - coverage).abs() < 0.002,
            "{inside} at {coverage}"
        );
    }
}

#[test]
fn only_what_is_asked_for_is_an_exposure() {
    let features = features(
        r#"{"features":{
            "used":{"rules":[{"key":"used","variations":["a","b"]}]},
            "unused":{"rules":[{"key":"unused","variations":["a","b"]}]},
            "forced":{"rules":[{"key":"forced","variations":["a","b"]}]}}}"#,
    );
    let attributes = Value::map([("id", "visitor".into())]);
    let forced = Value::map([("forced", 1.0.into())]);
    let subject = Subject {
        forced_variations: &forced,
        ..Subject::new(&attributes, &NoPatterns)
    };
    let mut traces = Traces::default();
    features.evaluate("used", &subject, &mut traces);
    assert_eq!(
        features.evaluate("forced", &subject, &mut traces).value,
        "b".into()
    );
    let experiments: Vec<_> = traces
        .exposures
        .iter()
        .map(|exposure| exposure.experiment.as_str())
        .collect();
    assert_eq!(experiments, ["used"]);
}

#[test]
fn a_payload_that_cannot_be_used_is_refused_and_what_it_cannot_do_is_named() {
    for (payload, code) in [
        ("null", "features_shape"),
        ("[]", "features_shape"),
        (r#"{"features":[]}"#, "features_shape"),
        (
            r#"{"features":{},"encryptedFeatures":"x.y"}"#,
            "features_encrypted",
        ),
    ] {
        assert_eq!(
            Features::read(&Value::parse(payload).unwrap())
                .unwrap_err()
                .code(),
            code
        );
    }
    let features = features(
        r#"{"features":{},"experiments":[{"key":"redirect","variations":[{},{"urlRedirect":"/b"}]}]}"#,
    );
    assert_eq!(features.unsupported, ["experiments[0] redirect"]);
    // Malformed rules give the default, and never panic.
    for rule in [
        "1",
        "null",
        r#"{"variations":1}"#,
        r#"{"variations":["a","b"],"ranges":[1],"namespace":[1]}"#,
        r#"{"force":1,"range":"x","coverage":"y","condition":5}"#,
    ] {
        let payload = format!(r#"{{"features":{{"f":{{"defaultValue":7,"rules":[{rule}]}}}}}}"#);
        let features = Features::read(&Value::parse(&payload).unwrap()).unwrap();
        let attributes = Value::map([("id", "a".into())]);
        let subject = Subject {
            forced_variations: &NULL,
            ..Subject::new(&attributes, &NoPatterns)
        };
        let value = features
            .evaluate("f", &subject, &mut Traces::default())
            .value;
        assert!(
            value == 7.0.into() || value == 1.0.into(),
            "{rule} {value:?}"
        );
    }
}

#[test]
fn somebody_who_was_assigned_stays_when_the_weights_change() {
    let at = |weights: &str| {
        features(&format!(
            r#"{{"features":{{"f":{{"rules":[{{"key":"f","variations":["a","b"],"meta":[{{"key":"a"}},{{"key":"b"}}],"weights":{weights}}}]}}}}}}"#
        ))
    };
    let (before, after) = (at("[0.5,0.5]"), at("[0,1]"));
    for id in 0..1000 {
        let attributes = Value::map([("id", f64::from(id + 1).into())]);
        let subject = Subject::new(&attributes, &NoPatterns);
        let mut traces = Traces {
            sticky: Some(tillside::experiment::Sticky::default()),
            ..Traces::default()
        };
        let first = before.evaluate("f", &subject, &mut traces).value;
        assert_eq!(after.evaluate("f", &subject, &mut traces).value, first);
    }
}
