//! Experiments of one page: the payload that is open, what sticks, and what was reported in this session.

use std::borrow::Cow;

use super::{Exposure, Features, Sticky, Subject, Traces};
use crate::condition::{Attributes, Patterns};
use crate::intake::{Field, Scalar};
use crate::value::{NULL, Value, number};

/// Bytes of a field of a report.
const LONGEST: usize = 256;
/// Exposures remembered as reported in one session.
const MOST_VIEWED: usize = 200;

/// What a page holds of experiments.
#[derive(Clone, Debug, Default)]
pub struct Experiments {
    features: Option<Features>,
    /// What the page says of the shopper and itself.
    attributes: Value,
    /// Variations by experiment that the page forces, to look at them.
    forced: Value,
    sticky: Sticky,
    session: String,
    /// What was reported in that session.
    viewed: Vec<String>,
}

/// Attributes of a question before those of the page, and the device's id under `id` where neither says who it is.
struct Person<'a> {
    asked: &'a Value,
    page: &'a Value,
    id: Option<Value>,
}

impl Attributes for Person<'_> {
    fn attribute(&self, name: &str) -> Option<Cow<'_, Value>> {
        let own = || self.id.as_ref().filter(|_| name == "id");
        let given = self.asked.get(name).or_else(|| self.page.get(name));
        given.or_else(own).map(Cow::Borrowed)
    }
}

impl Experiments {
    /// Takes over `payload`, `attributes` and `overrides` of a request. Answers `ok` with what is `unsupported`, or why
    /// the payload is refused; the one before stays then.
    pub fn open(&mut self, request: &Value) -> Value {
        match Features::read(request.get("payload").unwrap_or(&NULL)) {
            Ok(features) => {
                let unsupported = features.unsupported.clone();
                self.features = Some(features);
                self.attributes = request.get("attributes").cloned().unwrap_or_default();
                self.forced = request.get("overrides").cloned().unwrap_or_default();
                Value::map([("ok", true.into()), ("unsupported", unsupported.into())])
            }
            Err(error) => Value::map([
                ("ok", false.into()),
                ("code", error.code().into()),
                ("remedy", error.remedy().into()),
            ]),
        }
    }

    /// A feature's value for this shopper, as GrowthBook's SDKs answer, and the exposures that come of asking. Without a
    /// `device`, which exists only where experiments are allowed, nobody is put into anything by chance.
    pub fn feature(
        &mut self,
        request: &Value,
        device: Option<&str>,
        patterns: &dyn Patterns,
    ) -> (Value, Vec<Exposure>) {
        let Some(features) = &self.features else {
            return (Value::Null, Vec::new());
        };
        let mut key = request.text_of("key");
        if key.is_empty() {
            // By an experiment: the feature that it decides.
            key = features
                .of_experiment(request.text_of("experiment"))
                .unwrap_or("");
        }
        let person = Person {
            asked: request.get("attributes").unwrap_or(&NULL),
            page: &self.attributes,
            id: device.map(Value::from),
        };
        let subject = Subject {
            forced_variations: &self.forced,
            enabled: device.is_some(),
            ..Subject::new(&person, patterns)
        };
        let mut traces = Traces {
            exposures: Vec::new(),
            sticky: device.map(|_| core::mem::take(&mut self.sticky)),
        };
        let evaluated = features.evaluate(key, &subject, &mut traces);
        if let Some(sticky) = traces.sticky {
            self.sticky = sticky;
        }
        (evaluated.to_value(), traces.exposures)
    }

    /// Whether an exposure was reported in a session.
    pub fn viewed(&self, exposure: &Exposure, session: &str) -> bool {
        !session.is_empty() && self.session == session && self.viewed.contains(&exposure.name())
    }

    /// The variations that were used in a session: `ranker=1,hero=a`, as many as a field of a report holds.
    pub fn variants(&self, session: &str) -> String {
        let mut text = String::new();
        if session.is_empty() || self.session != session {
            return text;
        }
        for name in &self.viewed {
            let mut parts = name.split('\n');
            let (experiment, variation) = (parts.next(), parts.next());
            let (experiment, variation) = (experiment.unwrap_or(""), variation.unwrap_or(""));
            let odd = |part: &str| part.contains(['"', '\\', ',', '=']);
            if odd(experiment) || odd(variation) {
                continue;
            }
            if text.len() + experiment.len() + variation.len() + 2 > LONGEST {
                break;
            }
            if !text.is_empty() {
                text.push(',');
            }
            for part in [experiment, "=", variation] {
                text.push_str(part);
            }
        }
        text
    }

    /// Remembers that an exposure was reported in a session.
    pub fn note(&mut self, exposure: &Exposure, session: &str) {
        if self.session != session {
            self.session = session.into();
            self.viewed.clear();
        }
        if self.viewed.len() >= MOST_VIEWED {
            self.viewed.remove(0);
        }
        self.viewed.push(exposure.name());
        self.sticky.changed = true;
    }

    /// What the device keeps, if it changed since the last call.
    pub fn changed(&mut self) -> Option<Vec<u8>> {
        core::mem::take(&mut self.sticky.changed).then(|| {
            let kept = Value::map([
                ("session", self.session.as_str().into()),
                ("viewed", self.viewed.clone().into()),
                ("sticky", self.sticky.to_value()),
            ]);
            kept.to_json().into_bytes()
        })
    }

    /// Goes on from what the device kept; what is damaged is left out.
    pub fn restore(&mut self, kept: &[u8]) {
        let kept = core::str::from_utf8(kept).unwrap_or("");
        let kept = Value::parse(kept).unwrap_or_default();
        self.session = kept.text_of("session").into();
        let viewed = kept.get("viewed").unwrap_or(&NULL).elements().iter();
        self.viewed = viewed
            .filter_map(|name| Some(name.text()?.into()))
            .collect();
        self.sticky = Sticky::read(kept.get("sticky").unwrap_or(&NULL));
    }

    /// Forgets what was assigned and reported; the payload is nobody's and stays.
    pub fn forget(&mut self) {
        self.sticky = Sticky::default();
        self.session.clear();
        self.viewed.clear();
    }
}

impl Exposure {
    /// What makes it the same exposure, with a separator that none of its parts has in practice.
    fn name(&self) -> String {
        let mut name = String::new();
        for part in [
            &self.experiment,
            &self.variation,
            &self.attribute,
            &self.value,
        ] {
            name.push_str(part);
            name.push('\n');
        }
        name
    }

    /// What the report of it says.
    pub fn fields(&self) -> Vec<(Field, Scalar)> {
        let mut fields = Vec::new();
        for (field, text) in [
            (Field::ExperimentId, &self.experiment),
            (Field::VariationId, &self.variation),
            (Field::HashAttribute, &self.attribute),
        ] {
            fields.push((field, Scalar::Text(text.clone())));
        }
        if let Some(propensity) = self.propensity {
            fields.push((Field::Propensity, Scalar::Amount(propensity)));
        }
        if let Some(leaf) = self.leaf {
            let mut text = String::new();
            number::print(&mut text, leaf);
            fields.push((Field::Leaf, Scalar::Text(text)));
        }
        if let Some(version) = self.bandit_version {
            fields.push((Field::BanditVersion, Scalar::Count(version as u32)));
        }
        fields
    }

    /// A message id that is the same in every tab of a session, so that a collector keeps one.
    pub fn id(&self, session: &str, device: &str) -> String {
        let mut id = String::from("x");
        id.push_str(session);
        let name = self.name();
        for text in [&name, device] {
            id.push('-');
            let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
            id.push_str(&crate::intake::Session(hash).text());
        }
        id
    }
}
