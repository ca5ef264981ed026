//! GrowthBook's own cases, evaluation specification 0.12.0: `tests/vectors/growthbook/`.

use tillside::condition::regexp::RegExp;
use tillside::condition::{Condition, Env, Groups, NULL, Value};
use tillside::experiment::{Experiment, Features, Sticky, Subject, Traces, bucket};

fn cases() -> Value {
    let cases = Value::parse(include_str!("vectors/growthbook/cases.json")).unwrap();
    assert_eq!(
        cases.get("specVersion").and_then(Value::text),
        Some("0.12.0")
    );
    cases
}

fn suite<'a>(cases: &'a Value, path: &[&str]) -> &'a [Value] {
    let suite = path.iter().fold(cases, |here, key| here.get(key).unwrap());
    suite.list().unwrap()
}

/// Runs conditions; returns how many.
fn conditions(cases: &[Value], patterns: &RegExp) -> usize {
    let mut failed = Vec::new();
    for case in cases {
        let case = case.list().unwrap();
        let groups = Groups::read(case.get(4).unwrap_or(&NULL));
        let env = Env {
            groups: &groups,
            patterns,
        };
        let passes = Condition::lenient(&case[1]).passes(&case[2], &env);
        if Some(passes) != case[3].bool() {
            failed.push(case[0].text().unwrap());
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    cases.len()
}

#[test]
fn every_condition_passes_whom_growthbook_passes() {
    let cases = cases();
    let patterns = RegExp::default();
    assert_eq!(
        conditions(suite(&cases, &["evalCondition"]), &patterns),
        583
    );
    assert_eq!(
        conditions(
            suite(&cases, &["savedGroupReferencesV2", "evalCondition"]),
            &patterns
        ),
        56
    );
    assert_eq!(
        conditions(
            suite(&cases, &["savedGroupReferencesRemote", "evalCondition"]),
            &patterns
        ),
        15
    );
}

/// The options of a case's context.
struct Context<'a> {
    features: Features,
    attributes: &'a Value,
    context: &'a Value,
}

impl<'a> Context<'a> {
    fn read(context: &'a Value) -> Context<'a> {
        Context {
            features: Features::read(context).unwrap(),
            attributes: context.get("attributes").unwrap_or(&NULL),
            context,
        }
    }

    fn subject(&self, patterns: &'a RegExp, attributes: &'a Value) -> Subject<'a> {
        let get = |key: &str| self.context.get(key);
        Subject {
            forced_variations: get("forcedVariations").unwrap_or(&NULL),
            url: get("url").and_then(Value::text).unwrap_or(""),
            enabled: get("enabled").is_none_or(Value::truthy),
            qa: get("qaMode").is_some_and(Value::truthy),
            ..Subject::new(attributes, patterns)
        }
    }

    /// Remote groups of the context stand for the attribute.
    fn attributes(&self) -> Value {
        let mut attributes = match self.attributes {
            Value::Map(_) => self.attributes.clone(),
            _ => Value::Map(Vec::new()),
        };
        if let Some(groups) = self.context.get("remoteGroupIds") {
            attributes.set("__gb_remoteGroupIds", groups.clone());
        }
        attributes
    }
}

fn features(cases: &[Value], patterns: &RegExp) -> usize {
    for case in cases {
        let [name, context, key, expected] = case.list().unwrap() else {
            panic!("{}", case.to_json());
        };
        let context = Context::read(context);
        let attributes = context.attributes();
        let subject = context.subject(patterns, &attributes);
        let evaluated =
            context
                .features
                .evaluate(key.text().unwrap(), &subject, &mut Traces::default());
        let value = evaluated.to_value();
        assert!(
            value.equals(expected),
            "{name:?}\n{}\n{}",
            value.to_json(),
            expected.to_json()
        );
    }
    cases.len()
}

fn runs(cases: &[Value], patterns: &RegExp) -> usize {
    for case in cases {
        let [name, context, experiment, value, inside, hashed] = case.list().unwrap() else {
            panic!("{}", case.to_json());
        };
        let context = Context::read(context);
        let attributes = context.attributes();
        let subject = context.subject(patterns, &attributes);
        let experiment = Experiment::alone(experiment);
        let mut traces = Traces::default();
        let result = context.features.assign(&experiment, &subject, &mut traces);
        let found = (
            &result.value,
            Value::Bool(result.inside),
            Value::Bool(result.hashed),
        );
        assert_eq!(found, (value, inside.clone(), hashed.clone()), "{name:?}");
        assert_eq!(
            traces.exposures.len(),
            usize::from(result.hashed),
            "{name:?}"
        );
    }
    cases.len()
}

#[test]
fn every_feature_and_experiment_has_growthbooks_value() {
    let cases = cases();
    let patterns = RegExp::default();
    assert_eq!(features(suite(&cases, &["feature"]), &patterns), 61);
    assert_eq!(
        features(suite(&cases, &["contextualBandit"]), &patterns),
        35
    );
    assert_eq!(
        features(
            suite(&cases, &["savedGroupReferencesV2", "feature"]),
            &patterns
        ),
        4
    );
    assert_eq!(
        features(
            suite(&cases, &["savedGroupReferencesRemote", "feature"]),
            &patterns
        ),
        3
    );
    assert_eq!(runs(suite(&cases, &["run"]), &patterns), 88);
    assert_eq!(
        runs(suite(&cases, &["savedGroupReferencesV2", "run"]), &patterns),
        4
    );
}

#[test]
fn sticky_buckets_stay_as_growthbooks_do() {
    let cases = cases();
    let patterns = RegExp::default();
    let cases = suite(&cases, &["stickyBucket"]);
    for case in cases {
        let [name, context, documents, key, expected, after] = case.list().unwrap() else {
            panic!("{}", case.to_json());
        };
        let context = Context::read(context);
        let attributes = context.attributes();
        let subject = context.subject(&patterns, &attributes);
        let mut traces = Traces {
            sticky: Some(Sticky::read(documents)),
            ..Traces::default()
        };
        let evaluated = context
            .features
            .evaluate(key.text().unwrap(), &subject, &mut traces);
        let result = evaluated
            .experiment
            .map_or(Value::Null, |(_, result)| result.to_value());
        assert!(
            result.equals(expected),
            "{name:?}\n{}\n{}",
            result.to_json(),
            expected.to_json()
        );
        let mut documents = Value::Map(Vec::new());
        for document in traces.sticky.unwrap().to_value().list().unwrap() {
            let text = |key: &str| document.get(key).and_then(Value::text).unwrap();
            // A service hands out the documents of those who ask.
            if attributes.get(text("attributeName")).and_then(Value::text)
                != Some(text("attributeValue"))
            {
                continue;
            }
            documents.set(
                &format!("{}||{}", text("attributeName"), text("attributeValue")),
                document.clone(),
            );
        }
        assert!(
            documents.equals(after),
            "{name:?}\n{}\n{}",
            documents.to_json(),
            after.to_json()
        );
    }
    assert_eq!(cases.len(), 13);
}

#[test]
fn buckets_are_growthbooks() {
    let cases = cases();
    let number = |value: &Value| value.number().unwrap();
    let text = |value: &Value| value.text().unwrap().to_owned();
    let pair = |value: &Value| {
        let pair = value.list().unwrap();
        (number(&pair[0]), number(&pair[1]))
    };
    let mut count = 0;
    for case in suite(&cases, &["hash"]) {
        let case = case.list().unwrap();
        let found = bucket::hash(&text(&case[0]), &text(&case[1]), number(&case[2]));
        assert_eq!(found, case[3].number(), "{case:?}");
        count += 1;
    }
    for case in suite(&cases, &["getBucketRange"]) {
        let case = case.list().unwrap();
        let [variations, coverage, weights] = case[1].list().unwrap() else {
            panic!()
        };
        let weights: Option<Vec<f64>> = weights
            .list()
            .map(|weights| weights.iter().map(number).collect());
        let found = bucket::ranges(
            number(variations) as usize,
            number(coverage),
            weights.as_deref(),
        );
        let expected: Vec<_> = case[2].list().unwrap().iter().map(pair).collect();
        // The cases are rounded to what a person would write.
        let near = |one: f64, other: f64| (one - other).abs() < 1e-9;
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            assert!(
                near(found.0, expected.0) && near(found.1, expected.1),
                "{case:?} {found:?}"
            );
        }
        count += 1;
    }
    for case in suite(&cases, &["chooseVariation"]) {
        let case = case.list().unwrap();
        let ranges: Vec<_> = case[2].list().unwrap().iter().map(pair).collect();
        let found = bucket::choose(number(&case[1]), &ranges).map_or(-1.0, |at| at as f64);
        assert_eq!(found, number(&case[3]), "{case:?}");
        count += 1;
    }
    for case in suite(&cases, &["getQueryStringOverride"]) {
        let case = case.list().unwrap();
        let found =
            bucket::asked_by_url(&text(&case[1]), &text(&case[2]), number(&case[3]) as usize);
        assert_eq!(found.map(|at| at as f64), case[4].number(), "{case:?}");
        count += 1;
    }
    for case in suite(&cases, &["inNamespace"]) {
        let case = case.list().unwrap();
        let [id, from, to] = case[2].list().unwrap() else {
            panic!()
        };
        let found = bucket::in_namespace(&text(&case[1]), &text(id), (number(from), number(to)));
        assert_eq!(Some(found), case[3].bool(), "{case:?}");
        count += 1;
    }
    for case in suite(&cases, &["getEqualWeights"]) {
        let case = case.list().unwrap();
        let found = bucket::equal_weights(number(&case[0]).max(0.0) as usize);
        let expected: Vec<f64> = case[1].list().unwrap().iter().map(number).collect();
        assert_eq!(found.len(), expected.len());
        assert!(
            found
                .iter()
                .zip(expected)
                .all(|(found, expected)| (found - expected).abs() < 1e-8)
        );
        count += 1;
    }
    assert_eq!(count, 27 + 13 + 13 + 16 + 16 + 6);
}
