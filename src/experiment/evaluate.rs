//! A feature's value and an experiment's variation for somebody, and the exposures that come of asking.

use super::bucket::{asked_by_url, choose, hash, in_namespace, ranges, within};
use super::payload::{Experiment, Features, Filter, Force, Parent, Rule, Split};
use super::sticky::{Found, Sticky};
use crate::condition::{Attributes, Env, Patterns};
use crate::value::{NULL, Value, number};

/// Who asks, and how.
pub struct Subject<'a> {
    /// Attributes of conditions and of hashing.
    pub attributes: &'a dyn Attributes,
    /// Evaluates `$regex`.
    pub patterns: &'a dyn Patterns,
    /// Values of features that stand whatever the rules say, a map.
    pub forced_features: &'a Value,
    /// Variations of experiments, by number, that stand whatever the hash says, a map.
    pub forced_variations: &'a Value,
    /// The page's address, whose query may ask for a variation; empty where it may not.
    pub url: &'a str,
    /// False puts everybody out of every experiment.
    pub enabled: bool,
    /// Only forced variations, nothing by chance.
    pub qa: bool,
}

impl<'a> Subject<'a> {
    /// A subject without overrides, who may take part in experiments.
    pub fn new(attributes: &'a dyn Attributes, patterns: &'a dyn Patterns) -> Subject<'a> {
        Subject {
            attributes,
            patterns,
            forced_features: &NULL,
            forced_variations: &NULL,
            url: "",
            enabled: true,
            qa: false,
        }
    }
}

/// What evaluations leave behind.
#[derive(Clone, Debug, Default)]
pub struct Traces {
    /// Who was put into what by chance, in order; the same one as often as it was asked for.
    pub exposures: Vec<Exposure>,
    /// Where there is one, assignments stick.
    pub sticky: Option<Sticky>,
}

/// Somebody was put into a variation by chance, and may have seen it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exposure {
    /// Key of the experiment.
    pub experiment: String,
    /// Key of the variation.
    pub variation: String,
    /// Hashed attribute.
    pub attribute: String,
    /// Value of that attribute.
    pub value: String,
    /// The probability that this variation was chosen, where it is a bandit's.
    pub propensity: Option<f64>,
    /// The weights that the bandit drew from, of the context.
    pub leaf: Option<f64>,
    /// Version of a bandit's weights.
    pub bandit_version: Option<f64>,
}

/// Where a feature's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The payload has no such feature.
    UnknownFeature,
    /// The feature's default.
    DefaultValue,
    /// A rule that forces the value.
    Force,
    /// An experiment.
    Experiment,
    /// A prerequisite that does not hold.
    Prerequisite,
    /// Prerequisites that lead back to the feature.
    CyclicPrerequisite,
    /// An override of the page.
    Override,
}

impl Source {
    /// GrowthBook's name.
    pub fn name(self) -> &'static str {
        match self {
            Source::UnknownFeature => "unknownFeature",
            Source::DefaultValue => "defaultValue",
            Source::Force => "force",
            Source::Experiment => "experiment",
            Source::Prerequisite => "prerequisite",
            Source::CyclicPrerequisite => "cyclicPrerequisite",
            Source::Override => "override",
        }
    }
}

/// A feature's value.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// The value; null without one.
    pub value: Value,
    /// Where it comes from.
    pub source: Source,
    /// Id of the deciding rule; empty where none decided.
    pub rule: String,
    /// The experiment that decided it, as the payload has it, and what it decided.
    pub experiment: Option<(Value, Assigned)>,
}

/// What an experiment decided.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// Key of the variation.
    pub key: String,
    /// Index of the variation, from 0.
    pub variation: usize,
    /// Value of the variation.
    pub value: Value,
    /// Whether the subject takes part.
    pub inside: bool,
    /// By chance; otherwise it was forced.
    pub hashed: bool,
    /// Hashed attribute.
    pub attribute: String,
    /// What was hashed, as the attribute has it.
    pub hash_value: Value,
    /// The feature whose rule held the experiment.
    pub feature: Option<String>,
    /// The hash as a number from 0 to 1.
    pub bucket: Option<f64>,
    /// Name of the variation.
    pub name: Option<String>,
    /// The experiment only counts who is in it and leaves the feature to later rules: a holdout.
    pub passthrough: bool,
    /// Taken from a stored assignment.
    pub sticky: bool,
    /// A bandit's part in it.
    pub bandit: Option<Drawn>,
}

/// A bandit's part in an assignment.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Index of the leaf of the bandit's context tree.
    pub leaf: f64,
    /// Probability of each variation.
    pub weights: Vec<f64>,
    /// Version of the weights.
    pub version: Option<f64>,
}

impl Evaluated {
    fn of(value: Value, source: Source) -> Evaluated {
        Evaluated {
            value,
            source,
            rule: String::new(),
            experiment: None,
        }
    }

    /// As GrowthBook's SDKs answer.
    pub fn to_value(&self) -> Value {
        let on = self.value.truthy();
        let mut value = Value::map([
            ("value", self.value.clone()),
            ("on", on.into()),
            ("off", (!on).into()),
            ("source", self.source.name().into()),
            ("ruleId", self.rule.as_str().into()),
        ]);
        if let Some((experiment, result)) = &self.experiment {
            value.set("experiment", experiment.clone());
            value.set("experimentResult", result.to_value());
        }
        value
    }
}

fn numbers(numbers: &[f64]) -> Value {
    Value::List(
        numbers
            .iter()
            .map(|number| Value::Number(*number))
            .collect(),
    )
}

impl Drawn {
    fn write(&self, out: &mut Value) {
        out.set("leafId", self.leaf.into());
        out.set("variationWeights", numbers(&self.weights));
        if let Some(version) = self.version {
            out.set("banditVersion", version.into());
        }
    }
}

impl Assigned {
    /// As GrowthBook's SDKs answer.
    pub fn to_value(&self) -> Value {
        let mut value = Value::map([
            ("key", self.key.as_str().into()),
            (
                "featureId",
                self.feature.as_deref().map_or(Value::Null, Value::from),
            ),
            ("inExperiment", self.inside.into()),
            ("hashUsed", self.hashed.into()),
            ("variationId", (self.variation as f64).into()),
            ("value", self.value.clone()),
            ("hashAttribute", self.attribute.as_str().into()),
            ("hashValue", self.hash_value.clone()),
            ("stickyBucketUsed", self.sticky.into()),
        ]);
        if let Some(bucket) = self.bucket {
            value.set("bucket", bucket.into());
        }
        if let Some(name) = &self.name {
            value.set("name", name.as_str().into());
        }
        if self.passthrough {
            value.set("passthrough", true.into());
        }
        if let Some(drawn) = &self.bandit {
            drawn.write(&mut value);
        }
        value
    }
}

/// The features that led to the one being evaluated.
struct Asked<'a> {
    key: &'a str,
    by: Option<&'a Asked<'a>>,
}

/// How a prerequisite went.
enum Gate {
    Open,
    Shut { gate: bool },
    Cycle,
}

/// One evaluation.
struct Run<'a> {
    features: &'a Features,
    subject: &'a Subject<'a>,
    env: Env<'a>,
    traces: &'a mut Traces,
}

impl Features {
    /// A feature's value for somebody.
    pub fn evaluate(&self, key: &str, subject: &Subject, traces: &mut Traces) -> Evaluated {
        self.run(subject, traces).feature(key, None)
    }

    /// An experiment's variation for somebody.
    pub fn assign(
        &self,
        experiment: &Experiment,
        subject: &Subject,
        traces: &mut Traces,
    ) -> Assigned {
        self.run(subject, traces)
            .experiment(experiment, None, None)
            .0
    }

    fn run<'a>(&'a self, subject: &'a Subject, traces: &'a mut Traces) -> Run<'a> {
        let env = Env {
            groups: &self.groups,
            patterns: subject.patterns,
        };
        Run {
            features: self,
            subject,
            env,
            traces,
        }
    }
}

/// What is hashed of a value: texts and numbers that are something.
fn hashable(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) if *number != 0.0 && number.is_finite() => {
            let mut text = String::new();
            number::print(&mut text, *number);
            Some(text)
        }
        _ => None,
    }
}

impl Run<'_> {
    fn attribute(&self, name: &str) -> Value {
        let value = self.subject.attributes.attribute(name);
        value.map_or(Value::Null, |value| value.into_owned())
    }

    /// The attribute that somebody is hashed by, its value, and that as a text, if it can be hashed.
    fn hashed_by(&self, split: &Split) -> (String, Value, Option<String>) {
        let value = self.attribute(&split.attribute);
        let text = hashable(&value);
        if text.is_none()
            && let Some(fallback) = &split.fallback
            && self.traces.sticky.is_some()
            && split.sticky
        {
            let other = self.attribute(fallback);
            if let Some(text) = hashable(&other) {
                return (fallback.clone(), other, Some(text));
            }
        }
        (split.attribute.clone(), value, text)
    }

    fn feature(&mut self, key: &str, by: Option<&Asked>) -> Evaluated {
        let mut earlier = by;
        while let Some(asked) = earlier {
            if asked.key == key {
                return Evaluated::of(Value::Null, Source::CyclicPrerequisite);
            }
            earlier = asked.by;
        }
        if let Some(forced) = self.subject.forced_features.get(key) {
            return Evaluated::of(forced.clone(), Source::Override);
        }
        let features = self.features;
        let Some(feature) = features.feature(key) else {
            return Evaluated::of(Value::Null, Source::UnknownFeature);
        };
        let asked = Asked { key, by };
        for rule in &feature.rules {
            if let Some(evaluated) = self.rule(rule, &asked) {
                return evaluated;
            }
        }
        Evaluated::of(feature.default.clone(), Source::DefaultValue)
    }

    /// A rule's value; nothing where it does not apply.
    fn rule(&mut self, rule: &Rule, asked: &Asked) -> Option<Evaluated> {
        match self.parents(&rule.parents, Some(asked)) {
            Gate::Open => {}
            Gate::Cycle => return Some(Evaluated::of(Value::Null, Source::CyclicPrerequisite)),
            Gate::Shut { gate: true } => {
                return Some(Evaluated::of(Value::Null, Source::Prerequisite));
            }
            Gate::Shut { gate: false } => return None,
        }
        if rule
            .filters
            .as_ref()
            .is_some_and(|filters| self.filtered(filters))
        {
            return None;
        }
        let mut evaluated = if let Some(force) = &rule.force {
            if !self.passes(force.condition.as_ref()) || !self.included(force) {
                return None;
            }
            self.tracked(force);
            Evaluated::of(force.value.clone(), Source::Force)
        } else {
            let (result, source) =
                self.experiment(rule.experiment.as_ref()?, Some(asked.key), Some(asked));
            if !result.inside || result.passthrough {
                return None;
            }
            Evaluated {
                experiment: Some((source, result.clone())),
                ..Evaluated::of(result.value, Source::Experiment)
            }
        };
        evaluated.rule.clone_from(&rule.id);
        Some(evaluated)
    }

    fn passes(&self, condition: Option<&crate::condition::Condition>) -> bool {
        condition.is_none_or(|condition| condition.passes(self.subject.attributes, &self.env))
    }

    fn parents(&mut self, parents: &[Parent], asked: Option<&Asked>) -> Gate {
        for parent in parents {
            let result = self.feature(&parent.id, asked);
            if result.source == Source::CyclicPrerequisite {
                return Gate::Cycle;
            }
            let value = Value::map([("value", result.value)]);
            if !parent.condition.passes(&value, &self.env) {
                return Gate::Shut { gate: parent.gate };
            }
        }
        Gate::Open
    }

    fn filtered(&self, filters: &[Filter]) -> bool {
        filters.iter().any(|filter| {
            let value = hashable(&self.attribute(&filter.attribute));
            let bucket = value.and_then(|value| hash(&filter.seed, &value, filter.version));
            bucket
                .and_then(|bucket| choose(bucket, &filter.ranges))
                .is_none()
        })
    }

    fn included(&self, force: &Force) -> bool {
        if force.range.is_none() && force.coverage.is_none() {
            return true;
        }
        let (.., value) = self.hashed_by(&force.split);
        let bucket = value.and_then(|value| hash(&force.split.seed, &value, force.split.version));
        bucket.is_some_and(|bucket| match (force.range, force.coverage) {
            (Some(range), _) => within(bucket, range),
            (None, coverage) => coverage.is_none_or(|coverage| bucket < coverage),
        })
    }

    /// Exposures that a forced value stands for: the console decided an experiment elsewhere.
    fn tracked(&mut self, force: &Force) {
        for track in &force.tracks {
            let result = track.get("result").unwrap_or(&NULL);
            let text = |value: Option<&Value>| value.and_then(hashable).unwrap_or_default();
            self.traces.exposures.push(Exposure {
                experiment: text(
                    track
                        .get("experiment")
                        .and_then(|experiment| experiment.get("key")),
                ),
                variation: text(result.get("key")),
                attribute: text(result.get("hashAttribute")),
                value: text(result.get("hashValue")),
                propensity: None,
                leaf: None,
                bandit_version: None,
            });
        }
    }

    /// The result, and the experiment as it was run.
    fn experiment(
        &mut self,
        experiment: &Experiment,
        feature: Option<&str>,
        asked: Option<&Asked>,
    ) -> (Assigned, Value) {
        let count = experiment.variations.len();
        let (attribute, hash_value, value) = self.hashed_by(&experiment.split);
        let result = |variation: Option<usize>, hashed: bool| {
            let at = variation.filter(|at| *at < count);
            let inside = at.is_some();
            let at = at.unwrap_or(0);
            let meta = experiment.meta.get(at);
            let text = |key: &str| meta.and_then(|meta| meta.get(key)).and_then(Value::text);
            let mut key = text("key").unwrap_or("").to_owned();
            if key.is_empty() {
                crate::decimal::print_uint(&mut key, at as u64);
            }
            Assigned {
                key,
                variation: at,
                value: experiment.variations.get(at).cloned().unwrap_or_default(),
                inside,
                hashed: hashed && inside,
                attribute: attribute.clone(),
                hash_value: hash_value.clone(),
                feature: feature.map(String::from),
                bucket: None,
                name: text("name").map(String::from),
                passthrough: meta
                    .and_then(|meta| meta.get("passthrough"))
                    .is_some_and(Value::truthy),
                sticky: false,
                bandit: None,
            }
        };
        let mut source = experiment.source.clone();
        let drawn = self.draw(experiment);
        if let Some(drawn) = &drawn {
            source.set("weights", numbers(&drawn.weights));
        }
        let out = |source: Value| (result(None, false), source);
        if count < 2 || !self.subject.enabled {
            return out(source);
        }
        if let Some(asked) = asked_by_url(&experiment.key, self.subject.url, count) {
            return (result(Some(asked), false), source);
        }
        if let Some(forced) = self
            .subject
            .forced_variations
            .get(&experiment.key)
            .and_then(Value::number)
        {
            return (result(whole(forced), false), source);
        }
        let Some(value) = value.filter(|_| experiment.active) else {
            return out(source);
        };
        let found = self.sticky(experiment, &attribute, &value);
        let mut stuck = None;
        if let Found::Variation(key) = &found {
            let named = |meta: &Value| meta.get("key").and_then(Value::text) == Some(key);
            stuck = experiment.meta.iter().position(named).or_else(|| {
                let number = number::parse(key.as_bytes())?;
                (experiment.meta.is_empty() && number.1 == key.len()).then_some(number.0 as usize)
            });
        }
        if stuck.is_none() {
            let shut = match (&experiment.filters, &experiment.namespace) {
                (Some(filters), _) => self.filtered(filters),
                (None, Some((id, range))) => !in_namespace(&value, id, *range),
                _ => false,
            };
            if shut || !self.passes(experiment.condition.as_ref()) {
                return out(source);
            }
            if !matches!(self.parents(&experiment.parents, asked), Gate::Open) {
                return out(source);
            }
        }
        let Some(bucket) = hash(&experiment.split.seed, &value, experiment.split.version) else {
            return out(source);
        };
        let drawn = drawn.filter(|_| stuck.is_none());
        let mut weights = experiment.weights.as_deref();
        if let Some(drawn) = &drawn {
            weights = Some(&drawn.weights);
            let mut told = Value::Map(Vec::new());
            drawn.write(&mut told);
            source.set("contextualBandit", told);
        }
        let spread = match &experiment.ranges {
            Some(own) if drawn.is_none() => own.clone(),
            _ => ranges(count, experiment.coverage, weights),
        };
        let chosen = stuck.or_else(|| choose(bucket, &spread));
        if matches!(found, Found::Blocked) {
            let mut result = result(None, false);
            result.sticky = true;
            return (result, source);
        }
        let Some(chosen) = chosen else {
            return out(source);
        };
        if let Some(force) = experiment.force {
            return (result(whole(force), false), source);
        }
        if self.subject.qa || experiment.stopped {
            return out(source);
        }
        let mut result = result(Some(chosen), true);
        result.bucket = Some(bucket);
        result.sticky = stuck.is_some();
        if let Some(sticky) = self
            .traces
            .sticky
            .as_mut()
            .filter(|_| experiment.split.sticky)
        {
            sticky.remember(
                (&attribute, &value),
                &experiment.key,
                experiment.bucket_version,
                &result.key,
            );
        }
        self.traces.exposures.push(Exposure {
            experiment: experiment.key.clone(),
            variation: result.key.clone(),
            attribute,
            value,
            propensity: drawn
                .as_ref()
                .and_then(|drawn| drawn.weights.get(chosen).copied()),
            leaf: drawn.as_ref().map(|drawn| drawn.leaf),
            bandit_version: drawn.as_ref().and_then(|drawn| drawn.version),
        });
        result.bandit = drawn;
        (result, source)
    }

    fn sticky(&self, experiment: &Experiment, attribute: &str, value: &str) -> Found {
        let Some(sticky) = self
            .traces
            .sticky
            .as_ref()
            .filter(|_| experiment.split.sticky)
        else {
            return Found::Nothing;
        };
        // What is known of the attribute itself goes before what is known of the one that stands in for it.
        let other = experiment.split.fallback.as_ref();
        let other = other.and_then(|name| Some((name.as_str(), hashable(&self.attribute(name))?)));
        let mut owners = vec![(attribute, value)];
        if let Some((name, value)) = &other {
            owners.push((name, value));
        }
        let version = experiment.bucket_version;
        sticky.look_up(
            &owners,
            &experiment.key,
            version,
            experiment.min_bucket_version,
        )
    }

    /// The weights of the first of a bandit's contexts that somebody is in; the rule's own where they are in none.
    fn draw(&self, experiment: &Experiment) -> Option<Drawn> {
        let bandit = self.features.bandit(experiment.bandit.as_ref()?)?;
        let context = bandit.contexts.iter();
        let mut context =
            context.filter(|context| context.weights.len() == experiment.variations.len());
        let context =
            context.find(|context| context.condition.passes(self.subject.attributes, &self.env));
        let own = || experiment.weights.clone().unwrap_or_default();
        Some(Drawn {
            leaf: context.map_or(-1.0, |context| context.leaf),
            weights: context.map_or_else(own, |context| context.weights.clone()),
            version: bandit.version,
        })
    }
}

/// A number of a variation; nothing for what is none.
fn whole(number: f64) -> Option<usize> {
    (0.0..1e6).contains(&number).then_some(number as usize)
}
