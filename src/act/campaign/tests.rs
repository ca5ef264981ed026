use super::*;

/// A file with a posterior of these means and this deviation of every weight.
pub(in crate::act) fn file(mean: &Weights, deviation: f64) -> String {
    let mut lower = Vec::new();
    for row in 0..WEIGHTS {
        for column in 0..=row {
            lower.push(if row == column { deviation } else { 0.0 });
        }
    }
    format!(
        r#"{{"format":1,"minor_units":100,"campaigns":{{"spring":{{"arms":[{{"id":"none"}},{{"id":"ten","percent":10,"cap":5000}},{{"id":"twenty","percent":20,"cap":8000}}],
        "hours":48,"posterior":{{"version":"v1","features":{FEATURES:?},"cart":20000,"cap":80000,"mean":{mean:?},"cholesky":{lower:?}}}}}}}}}"#
    )
}

fn refused(json: &str) -> (&'static str, String) {
    let error = Campaigns::read(&Value::parse(json).expect("it is JSON")).expect_err(json);
    assert!(!error.remedy.is_empty());
    (error.code, error.path)
}

#[test]
fn a_file_is_read_whole() {
    let read = Campaigns::read(&Value::parse(&file(&[0.0; WEIGHTS], 1.0)).expect("it is JSON"));
    let read = read.expect("it is a file");
    let spring = read.find("spring").expect("it is there");
    assert_eq!((spring.arms.len(), spring.floor), (3, FLOOR));
    assert_eq!(spring.version(), "v1");
    assert_eq!(read.find("autumn"), None);
    let bare = r#"{"format":1,"campaigns":{"a":{"arms":[{"id":"none"},{"id":"x","amount":5}]}}}"#;
    let bare = Campaigns::read(&Value::parse(bare).expect("it is JSON")).expect("it is a file");
    assert_eq!(bare.all[0].version(), "prior");
}

#[test]
fn what_is_wrong_is_named_by_code_and_path() {
    let arms = |arms: &str| format!(r#"{{"format":1,"campaigns":{{"a":{{"arms":[{arms}]}}}}}}"#);
    for (json, code, path) in [
        (r#"{"format":2}"#.into(), "offers_format", "format"),
        (r#"{"format":1}"#.into(), "offers_format", "campaigns"),
        (
            r#"{"format":1,"minor_units":0,"campaigns":{}}"#.into(),
            "offers_format",
            "minor_units",
        ),
        (arms(r#"{"id":"none"}"#), "offers_arm", "campaigns.a.arms"),
        (
            arms(r#"{"id":"x","amount":5},{"id":"y","amount":6}"#),
            "offers_arm",
            "campaigns.a.arms",
        ),
        (
            arms(r#"{"id":"none"},{"id":"x","amount":-5}"#),
            "offers_arm",
            "campaigns.a.arms[1].amount",
        ),
        (
            arms(r#"{"id":"none"},{"id":"x","percent":101,"cap":5}"#),
            "offers_arm",
            "campaigns.a.arms[1].percent",
        ),
        (
            arms(r#"{"id":"none"},{"id":"x","percent":-1,"cap":5}"#),
            "offers_arm",
            "campaigns.a.arms[1].percent",
        ),
        (
            arms(r#"{"id":"none"},{"id":"none","amount":5}"#),
            "offers_arm",
            "campaigns.a.arms[1].id",
        ),
        (
            r#"{"format":1,"campaigns":{"a":{"floor":0.5,"arms":[{"id":"none"},{"id":"x","amount":5}]}}}"#.into(),
            "offers_campaign",
            "campaigns.a.floor",
        ),
        (
            file(&[0.0; WEIGHTS], 1.0).replace("\"hesitation\"", "\"age\""),
            "offers_posterior",
            "campaigns.spring.posterior.features",
        ),
        (
            file(&[0.0; WEIGHTS], -1.0),
            "offers_posterior",
            "campaigns.spring.posterior.cholesky",
        ),
        (
            file(&[1e4; WEIGHTS], 1.0),
            "offers_posterior",
            "campaigns.spring.posterior.mean",
        ),
        (
            file(&[0.0; WEIGHTS], 1.0).replace("\"cap\":80000", "\"cap\":0"),
            "offers_posterior",
            "campaigns.spring.posterior.cap",
        ),
    ] {
        assert_eq!(refused(&json), (code, path.into()), "{json}");
    }
}
