//! A features payload as it is kept: GrowthBook's JSON, read once.

use super::bucket::Range;
use crate::condition::{Condition, Groups};
use crate::value::{NULL, Value};

/// Features, saved groups and bandits of a shop.
#[derive(Clone, Debug, Default)]
pub struct Features {
    features: Vec<(String, Feature)>,
    /// Saved groups.
    pub groups: Groups,
    bandits: Vec<(String, Bandit)>,
    /// What the payload asks for and nobody does here, by path.
    pub unsupported: Vec<String>,
}

/// Why a payload is refused.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadError {
    /// It is no object, or its `features` are none.
    Shape,
    /// Its content is encrypted.
    Encrypted,
    /// It asks for more than [`MOST`] features.
    Size,
}

/// Features of one payload.
pub const MOST: usize = 2000;

impl PayloadError {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            PayloadError::Shape => "features_shape",
            PayloadError::Encrypted => "features_encrypted",
            PayloadError::Size => "features_size",
        }
    }

    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            PayloadError::Shape => "give an object with `features`, as GrowthBook's API answers",
            PayloadError::Encrypted => "turn payload encryption off: a key in a page hides nothing",
            PayloadError::Size => "split the features into projects of at most 2000",
        }
    }
}

impl std::fmt::Display for PayloadError {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "{} ({})", self.remedy(), self.code())
    }
}

impl std::error::Error for PayloadError {}

#[derive(Clone, Debug)]
pub(super) struct Feature {
    pub default: Value,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub id: String,
    pub parents: Vec<Parent>,
    pub force: Option<Force>,
    pub experiment: Option<Experiment>,
    pub filters: Option<Vec<Filter>>,
}

/// A value for everybody who passes.
#[derive(Clone, Debug)]
pub(super) struct Force {
    pub value: Value,
    pub condition: Option<Condition>,
    pub range: Option<Range>,
    pub coverage: Option<f64>,
    pub split: Split,
    pub tracks: Vec<Value>,
}

/// What somebody is hashed by.
#[derive(Clone, Debug)]
pub(super) struct Split {
    pub seed: String,
    pub attribute: String,
    pub fallback: Option<String>,
    pub version: f64,
    pub sticky: bool,
}

/// A prerequisite.
#[derive(Clone, Debug)]
pub(super) struct Parent {
    pub id: String,
    pub condition: Condition,
    pub gate: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub seed: String,
    pub ranges: Vec<Range>,
    pub version: f64,
    pub attribute: String,
}

/// An experiment, of a feature's rule or by itself.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// Tracking key.
    pub key: String,
    pub(super) variations: Vec<Value>,
    pub(super) split: Split,
    pub(super) weights: Option<Vec<f64>>,
    pub(super) coverage: f64,
    pub(super) ranges: Option<Vec<Range>>,
    pub(super) namespace: Option<(String, Range)>,
    pub(super) filters: Option<Vec<Filter>>,
    pub(super) meta: Vec<Value>,
    pub(super) condition: Option<Condition>,
    pub(super) parents: Vec<Parent>,
    pub(super) force: Option<f64>,
    pub(super) active: bool,
    pub(super) stopped: bool,
    pub(super) bucket_version: u32,
    pub(super) min_bucket_version: u32,
    pub(super) bandit: Option<String>,
    /// The experiment as the payload has it, for whoever asks why.
    pub(super) source: Value,
}

/// A contextual bandit: weights by context, learned elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Bandit {
    pub version: Option<f64>,
    pub contexts: Vec<Context>,
}

#[derive(Clone, Debug)]
pub(super) struct Context {
    pub leaf: f64,
    pub condition: Condition,
    pub weights: Vec<f64>,
}

fn text(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.text()?;
    (!text.is_empty()).then(|| text.into())
}

fn number(value: &Value, key: &str) -> Option<f64> {
    value.get(key)?.number()
}

fn truth(value: &Value, key: &str) -> bool {
    value.get(key).is_some_and(Value::truthy)
}

fn list<'a>(value: &'a Value, key: &str) -> Option<&'a [Value]> {
    value.get(key)?.list()
}

fn range(value: &Value) -> Option<Range> {
    match value.list()? {
        [from, to] => Some((from.number()?, to.number()?)),
        _ => None,
    }
}

fn ranges(value: &Value, key: &str) -> Option<Vec<Range>> {
    Some(list(value, key)?.iter().filter_map(range).collect())
}

fn weights(value: &Value) -> Option<Vec<f64>> {
    Some(
        list(value, "weights")?
            .iter()
            .filter_map(Value::number)
            .collect(),
    )
}

fn condition(value: &Value) -> Option<Condition> {
    let condition = value
        .get("condition")
        .filter(|condition| condition.truthy())?;
    Some(Condition::lenient(condition))
}

fn parents(rule: &Value) -> Vec<Parent> {
    let parents = list(rule, "parentConditions").unwrap_or(&[]).iter();
    let read = |parent: &Value| Parent {
        id: text(parent, "id").unwrap_or_default(),
        condition: Condition::lenient(parent.get("condition").unwrap_or(&Value::Map(Vec::new()))),
        gate: truth(parent, "gate"),
    };
    parents.map(read).collect()
}

fn filters(rule: &Value) -> Option<Vec<Filter>> {
    let read = |filter: &Value| Filter {
        seed: text(filter, "seed").unwrap_or_default(),
        ranges: ranges(filter, "ranges").unwrap_or_default(),
        version: number(filter, "hashVersion").unwrap_or(2.0),
        attribute: text(filter, "attribute").unwrap_or_else(|| "id".into()),
    };
    Some(list(rule, "filters")?.iter().map(read).collect())
}

impl Split {
    fn read(rule: &Value, key: &str) -> Split {
        Split {
            seed: text(rule, "seed").unwrap_or_else(|| key.into()),
            attribute: text(rule, "hashAttribute").unwrap_or_else(|| "id".into()),
            fallback: text(rule, "fallbackAttribute"),
            version: number(rule, "hashVersion")
                .filter(|version| *version != 0.0)
                .unwrap_or(1.0),
            sticky: !truth(rule, "disableStickyBucketing"),
        }
    }
}

/// What an experiment tells of itself.
const TOLD: [&str; 19] = [
    "key",
    "variations",
    "coverage",
    "weights",
    "hashAttribute",
    "fallbackAttribute",
    "disableStickyBucketing",
    "bucketVersion",
    "minBucketVersion",
    "namespace",
    "meta",
    "ranges",
    "name",
    "phase",
    "seed",
    "hashVersion",
    "filters",
    "condition",
    "force",
];

impl Experiment {
    /// Reads an experiment; `key` for one without.
    pub fn read(rule: &Value, key: &str) -> Experiment {
        let key = text(rule, "key").unwrap_or_else(|| key.into());
        let contextual = list(rule, "contextualVariations");
        let variations = contextual
            .or(list(rule, "variations"))
            .unwrap_or(&[])
            .to_vec();
        let namespace = list(rule, "namespace").and_then(|namespace| match namespace {
            [id, from, to] => Some((id.text()?.to_owned(), (from.number()?, to.number()?))),
            _ => None,
        });
        let status = text(rule, "status").unwrap_or_default();
        let mut source = Value::Map(Vec::new());
        for name in TOLD {
            let value = match name {
                "key" => Some(Value::Text(key.clone())),
                "variations" => Some(Value::List(variations.clone())),
                _ => rule.get(name).cloned(),
            };
            if let Some(value) = value {
                source.set(name, value);
            }
        }
        Experiment {
            split: Split::read(rule, &key),
            key,
            variations,
            weights: weights(rule),
            coverage: number(rule, "coverage").unwrap_or(1.0),
            ranges: ranges(rule, "ranges"),
            namespace,
            filters: filters(rule).filter(|filters| !filters.is_empty()),
            meta: list(rule, "meta").unwrap_or(&[]).to_vec(),
            condition: condition(rule),
            parents: Vec::new(),
            force: rule
                .get("force")
                .map(|force| force.number().unwrap_or(-1.0)),
            active: rule.get("active").is_none_or(Value::truthy) && status != "draft",
            stopped: status == "stopped",
            bucket_version: number(rule, "bucketVersion").unwrap_or(0.0) as u32,
            min_bucket_version: number(rule, "minBucketVersion").unwrap_or(0.0) as u32,
            bandit: contextual.and(text(rule, "contextualBanditRef")),
            source,
        }
    }

    /// Reads an experiment that is no feature's: it may have prerequisites of its own.
    pub fn alone(experiment: &Value) -> Experiment {
        Experiment {
            parents: parents(experiment),
            ..Experiment::read(experiment, "")
        }
    }
}

impl Rule {
    fn read(rule: &Value, feature: &str) -> Rule {
        let force = rule.get("force").map(|value| Force {
            value: value.clone(),
            condition: condition(rule),
            range: rule.get("range").and_then(range),
            coverage: number(rule, "coverage"),
            split: Split::read(rule, feature),
            tracks: list(rule, "tracks").unwrap_or(&[]).to_vec(),
        });
        let varied = rule.get("contextualVariations").or(rule.get("variations"));
        let varied = varied.is_some_and(Value::truthy) && force.is_none();
        Rule {
            id: text(rule, "id").unwrap_or_default(),
            parents: parents(rule),
            force,
            experiment: varied.then(|| Experiment::read(rule, feature)),
            filters: filters(rule),
        }
    }
}

impl Bandit {
    fn read(bandit: &Value) -> Bandit {
        let contexts = list(bandit, "contexts").unwrap_or(&[]).iter();
        let read = |context: &Value| Context {
            leaf: number(context, "leafId").unwrap_or(-1.0),
            condition: Condition::lenient(context.get("condition").unwrap_or(&NULL)),
            weights: weights(context).unwrap_or_default(),
        };
        Bandit {
            version: number(bandit, "banditVersion"),
            contexts: contexts.map(read).collect(),
        }
    }
}

impl Features {
    /// Reads a payload as GrowthBook's API answers it. Experiments on addresses and on the page's elements are noted
    /// as unsupported and left out; the features stand.
    ///
    /// # Errors
    /// For what is no payload, and for one that is encrypted.
    pub fn read(payload: &Value) -> Result<Features, PayloadError> {
        if [
            "encryptedFeatures",
            "encryptedExperiments",
            "encryptedSavedGroups",
        ]
        .into_iter()
        .any(|key| truth(payload, key))
        {
            return Err(PayloadError::Encrypted);
        }
        let empty = Value::Map(Vec::new());
        let features = payload
            .fields()
            .map(|_| payload.get("features").unwrap_or(&empty));
        let features = features
            .and_then(Value::fields)
            .ok_or(PayloadError::Shape)?;
        if features.len() > MOST {
            return Err(PayloadError::Size);
        }
        let mut read = Features {
            groups: Groups::read(payload.get("savedGroups").unwrap_or(&NULL)),
            ..Features::default()
        };
        for (key, feature) in features {
            let rules = list(feature, "rules").unwrap_or(&[]).iter();
            let default = feature.get("defaultValue").cloned().unwrap_or_default();
            let rules = rules.map(|rule| Rule::read(rule, key)).collect();
            read.features
                .push((key.clone(), Feature { default, rules }));
        }
        for (key, bandit) in payload.get("contextualBandits").unwrap_or(&NULL).entries() {
            if bandit.fields().is_some() {
                read.bandits.push((key.clone(), Bandit::read(bandit)));
            }
        }
        for (at, experiment) in list(payload, "experiments")
            .unwrap_or(&[])
            .iter()
            .enumerate()
        {
            let mut path = String::from("experiments[");
            crate::decimal::print_uint(&mut path, at as u64);
            path.push_str("] ");
            path.push_str(experiment.get("key").and_then(Value::text).unwrap_or(""));
            read.unsupported.push(path);
        }
        Ok(read)
    }

    pub(super) fn feature(&self, key: &str) -> Option<&Feature> {
        let at = self.features.iter().rposition(|(known, _)| known == key)?;
        Some(&self.features[at].1)
    }

    pub(super) fn bandit(&self, key: &str) -> Option<&Bandit> {
        let at = self.bandits.iter().rposition(|(known, _)| known == key)?;
        Some(&self.bandits[at].1)
    }

    /// The feature that an experiment decides.
    pub(super) fn of_experiment(&self, key: &str) -> Option<&str> {
        let decides = |(_, feature): &&(String, Feature)| {
            let mut experiments = feature
                .rules
                .iter()
                .filter_map(|rule| rule.experiment.as_ref());
            experiments.any(|experiment| experiment.key == key)
        };
        self.features
            .iter()
            .find(decides)
            .map(|(name, _)| name.as_str())
    }

    /// The features' keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.features.iter().map(|(key, _)| key.as_str())
    }

    /// The experiments of the features, in order.
    pub fn experiments(&self) -> impl Iterator<Item = &Experiment> {
        let rules = self.features.iter().flat_map(|(_, feature)| &feature.rules);
        rules.filter_map(|rule| rule.experiment.as_ref())
    }
}
