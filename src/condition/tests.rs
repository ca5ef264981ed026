use super::*;
use proptest::prelude::*;

fn value(json: &str) -> Value {
    Value::parse(json).unwrap()
}

fn condition(json: &str) -> Condition {
    Condition::parse(&value(json)).unwrap()
}

/// Patterns that are plain texts.
#[derive(Debug)]
struct Find;

impl Patterns for Find {
    fn matches(&self, pattern: &str, _: bool, text: &str) -> Option<bool> {
        Some(text.contains(pattern))
    }
}

#[test]
fn a_rule_with_a_mistake_is_refused_by_its_path() {
    for (rule, code, path) in [
        (
            r#"{"$and":[{"a":1},{"price":{"$gtt":5}}]}"#,
            "condition_unknown_operator",
            "$and[1].price.$gtt",
        ),
        (
            r#"{"tags":{"$in":"sale"}}"#,
            "condition_operand",
            "tags.$in",
        ),
        (
            r#"{"price":{"$gt":true}}"#,
            "condition_operand",
            "price.$gt",
        ),
        (r#"{"$gt":5}"#, "condition_missing_attribute", "$gt"),
        (r#"{"a":{"$gt":5,"b":1}}"#, "condition_mixed_keys", "a"),
        (r#"{"a":{"$type":"text"}}"#, "condition_operand", "a.$type"),
        (
            r#"{"a":{"$not":{"$or":[]}}}"#,
            "condition_unknown_operator",
            "a.$not.$or",
        ),
        (r#"{"$or":{"a":1}}"#, "condition_operand", "$or"),
        (
            r#"{"a":{"$elemMatch":{"b":{"$siz":1}}}}"#,
            "condition_unknown_operator",
            "a.$elemMatch.b.$siz",
        ),
        ("[]", "condition_operand", ""),
    ] {
        let error = Condition::parse(&value(rule)).unwrap_err();
        assert_eq!((error.code(), error.path.as_str()), (code, path), "{rule}");
        assert!(error.to_string().contains(error.remedy()));
    }
}

#[test]
fn what_is_not_known_here_decides_nothing() {
    let attributes = value(r#"{"name":"anna","plan":"pro"}"#);
    for (rule, result) in [
        (r#"{"name":{"$sounds":"ana"}}"#, None),
        (r#"{"$not":{"name":{"$sounds":"ana"}}}"#, None),
        (
            r#"{"$or":[{"name":{"$sounds":"ana"}},{"plan":"pro"}]}"#,
            Some(true),
        ),
        (r#"{"name":{"$sounds":"ana"},"plan":"free"}"#, Some(false)),
        (r#"{"name":{"$regex":"a"}}"#, None),
    ] {
        assert_eq!(
            Condition::lenient(&value(rule)).eval(&attributes, &BARE),
            result,
            "{rule}"
        );
    }
}

#[test]
fn the_first_clause_that_failed_is_named_with_its_values() {
    let attributes = value(r#"{"cart":{"value":40},"tags":["new"],"tier":"silver"}"#);
    for (rule, path, attribute, actual, expected) in [
        (
            r#"{"tier":"silver","cart.value":{"$gte":10,"$lt":30}}"#,
            "cart.value.$lt",
            "cart.value",
            "40",
            "30",
        ),
        (
            r#"{"$and":[{"tier":"silver"},{"tags":{"$all":["new","vip"]}}]}"#,
            "$and[1].tags.$all",
            "tags",
            r#"["new"]"#,
            r#"["new","vip"]"#,
        ),
        (
            r#"{"$or":[{"tier":"gold"},{"city":"Suzhou"}]}"#,
            "$or[0].tier",
            "tier",
            r#""silver""#,
            r#""gold""#,
        ),
        (
            r#"{"$not":{"tier":"silver"}}"#,
            "$not.tier",
            "tier",
            r#""silver""#,
            r#""silver""#,
        ),
        (
            r#"{"$nor":[{"city":"Suzhou"},{"tags":{"$size":1}}]}"#,
            "$nor[1].tags",
            "tags",
            r#"["new"]"#,
            r#"{"$size":1}"#,
        ),
        (
            r#"{"city":{"$exists":true}}"#,
            "city.$exists",
            "city",
            "null",
            "true",
        ),
    ] {
        let rule = condition(rule);
        assert!(!rule.passes(&attributes, &BARE));
        let miss = rule.why_not(&attributes, &BARE).unwrap();
        let said = (
            miss.path.as_str(),
            miss.attribute.as_str(),
            miss.actual.to_json(),
            miss.expected.to_json(),
        );
        assert_eq!(said, (path, attribute, actual.into(), expected.into()));
        assert!(miss.failed);
    }
    assert_eq!(
        condition(r#"{"tier":"silver"}"#).why_not(&attributes, &BARE),
        None
    );
    let open = Condition::lenient(&value(r#"{"tier":{"$sounds":"x"}}"#));
    assert!(!open.why_not(&attributes, &BARE).unwrap().failed);
}

#[test]
fn groups_that_name_each_other_end() {
    let groups = Groups::read(&value(
        r#"{"a":{"type":"condition","condition":{"$or":[{"$savedGroup":{"id":"b"}},{"$savedGroup":{"id":"b"}}]}},
            "b":{"type":"condition","condition":{"$not":{"$savedGroup":{"id":"a"}}}}}"#,
    ));
    let env = Env {
        groups: &groups,
        patterns: &Find,
    };
    let rule = condition(r#"{"$savedGroup":{"id":"a"}}"#);
    assert_eq!(rule.eval(&value("{}"), &env), Some(true));

    // Each of thirty groups names the next one twice: a billion look-ups, if they were all made.
    let mut wide = Value::Map(Vec::new());
    for at in 0..30 {
        let next = format!(r#"{{"$savedGroup":{{"id":"g{}"}}}}"#, at + 1);
        wide.set(
            &format!("g{at}"),
            value(&format!(
                r#"{{"type":"condition","condition":{{"$and":[{next},{next}]}}}}"#
            )),
        );
    }
    wide.set("g30", value(r#"{"type":"condition","condition":{}}"#));
    let groups = Groups::read(&wide);
    let env = Env {
        groups: &groups,
        patterns: &Find,
    };
    assert_eq!(
        condition(r#"{"$not":{"$savedGroup":{"id":"g0"}}}"#).eval(&value("{}"), &env),
        Some(false)
    );
}

#[test]
fn a_condition_says_what_it_reads() {
    let rule = condition(
        r#"{"$or":[{"a.b":1},{"c":{"$gt":2}}],"a.b":{"$exists":true},"$not":{"d":null}}"#,
    );
    assert_eq!(rule.attributes(), ["a.b", "c", "d"]);
}

/// Any value of the shapes that conditions are made of.
fn any_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        (-5i32..5).prop_map(serde_json::Value::from),
        "[ab5\u{e9}\u{1f600}\"\\\\\n]{0,3}".prop_map(serde_json::Value::from),
    ];
    let key = prop_oneof![
        "[ab.]{1,3}",
        (0usize..12).prop_map(|at| [
            "$and",
            "$or",
            "$nor",
            "$not",
            "$in",
            "$gt",
            "$elemMatch",
            "$size",
            "$all",
            "$savedGroup",
            "$eq",
            "$x"
        ][at]
            .to_string()),
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::btree_map(key.clone(), inner, 0..4)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_a_condition_that_ends(rule in any_value(), attributes in any_value()) {
        let (rule, attributes) = (value(&rule.to_string()), value(&attributes.to_string()));
        let lenient = Condition::lenient(&rule);
        let result = lenient.eval(&attributes, &BARE);
        // Read strictly, it is the same condition or none.
        if let Ok(strict) = Condition::parse(&rule) {
            prop_assert_eq!(strict.eval(&attributes, &BARE), result);
            prop_assert!(strict.node.source().equals(&rule));
            let miss = strict.why_not(&attributes, &BARE);
            prop_assert_eq!(miss.is_none(), result == Some(true));
        }
    }
}
