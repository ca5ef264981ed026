//! A message of the collector, or a row of a table, as the facts that experiments are read from: who was put into which
//! variation, what was bought, which list was shown.
//!
//! Of a message only what an experiment asks for is read, and a value of an odd shape is as one that is absent. Units,
//! messages and sessions are kept as hashes of 64 bits: of ten million ids two differing ones share one with a
//! probability of 3 in a million.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::browser::Browser;
use super::scalar::{Anything, Scalar};
use crate::ingest;

/// Bytes of a page's path or of a value to cut by that are told apart.
const LONGEST: usize = 200;

/// Kinds of outcome that metrics count or sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Order,
    Added,
    /// A recommended list was shown.
    Shown,
    /// An item of a recommended list was chosen.
    Clicked,
}

/// The cart of an offer and the context that it was decided in.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    pub context: String,
    /// In major units.
    pub subtotal: f64,
    pub policy: String,
}

/// A unit was put into a variation.
#[derive(Clone, Debug, PartialEq)]
pub struct Assigned {
    pub experiment: u32,
    pub variation: u32,
    pub propensity: Option<f64>,
    pub leaf: Option<f64>,
    /// Context of an offer: the features of its decision.
    pub offer: Option<Box<Offered>>,
}

/// One parsed message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fact {
    pub unit: u64,
    pub time: i64,
    /// Of the message; none where it has no id, and is not told from its repetition.
    pub id: Option<u64>,
    pub session: Option<u64>,
    pub browser: Option<Browser>,
    pub path: Option<Box<str>>,
    /// The value of the property that units are told apart by.
    pub cut: Option<Box<str>>,
    /// Experiments of which a shelf says that a variation was used.
    pub used: Vec<u32>,
    pub assigned: Option<Assigned>,
    /// With the revenue of an order; 1 of anything else.
    pub outcome: Option<(Outcome, f64)>,
    /// The order that a row of a table is one line of, and whether its amount is that of the whole order.
    pub order: Option<(u64, bool)>,
    /// An interleaved list: its experiment, and the rankers that put an item there which the other would not have.
    pub draft: Option<(u32, Vec<u32>)>,
    /// An item of an interleaved list was chosen: its experiment, and the ranker that had put it there.
    pub credit: Option<(u32, u32)>,
}

/// Texts by number.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.numbers.insert(name.into(), number);
        self.names.push(name.into());
        number
    }

    pub fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    pub fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub fn all(&self) -> &[String] {
        &self.names
    }
}

/// Names of experiments, and of their variations and rankers.
#[derive(Debug, Default)]
pub struct Dictionary {
    pub experiments: Names,
    pub variations: Names,
}

pub fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Why a message is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Json,
    Unit,
    Time,
    /// An exposure without experiment or variation.
    Exposure,
}

#[derive(Deserialize, Default)]
struct Message<'a> {
    #[serde(borrow, default)]
    event: Scalar<'a>,
    #[serde(rename = "messageId", borrow, default)]
    id: Scalar<'a>,
    #[serde(rename = "anonymousId", borrow, default)]
    anonymous: Scalar<'a>,
    #[serde(rename = "userId", borrow, default)]
    user: Scalar<'a>,
    #[serde(borrow, default)]
    timestamp: Scalar<'a>,
    #[serde(borrow, default)]
    properties: Option<&'a RawValue>,
    #[serde(borrow, default)]
    traits: Option<&'a RawValue>,
    #[serde(borrow, default)]
    context: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
struct Properties<'a> {
    #[serde(borrow, default)]
    experiment_id: Scalar<'a>,
    #[serde(rename = "experimentId", borrow, default)]
    experiment: Scalar<'a>,
    #[serde(borrow, default)]
    variation_id: Scalar<'a>,
    #[serde(rename = "variationId", borrow, default)]
    variation: Scalar<'a>,
    #[serde(borrow, default)]
    propensity: Scalar<'a>,
    #[serde(borrow, default)]
    leaf: Scalar<'a>,
    #[serde(borrow, default)]
    context: Scalar<'a>,
    #[serde(borrow, default)]
    subtotal: Scalar<'a>,
    #[serde(borrow, default)]
    policy: Scalar<'a>,
    #[serde(borrow, default)]
    variants: Scalar<'a>,
    #[serde(borrow, default)]
    list_id: Scalar<'a>,
    #[serde(borrow, default)]
    ranker: Scalar<'a>,
    #[serde(borrow, default)]
    revenue: Scalar<'a>,
    #[serde(borrow, default)]
    total: Scalar<'a>,
    #[serde(borrow, default)]
    value: Scalar<'a>,
    #[serde(borrow, default)]
    products: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
struct Context<'a> {
    #[serde(rename = "sessionId", borrow, default)]
    session: Scalar<'a>,
    #[serde(rename = "userAgent", borrow, default)]
    agent: Scalar<'a>,
    /// The name alone, as the collector keeps it where it is asked to.
    #[serde(borrow, default)]
    browser: Scalar<'a>,
    #[serde(borrow, default)]
    page: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
struct Page<'a> {
    #[serde(borrow, default)]
    path: Scalar<'a>,
}

/// An object of this shape; what is no object says nothing.
fn object<'a, T: Deserialize<'a> + Default>(raw: Option<&'a RawValue>) -> Result<T, Refused> {
    match raw.map(RawValue::get).filter(|text| text.starts_with('{')) {
        Some(text) => serde_json::from_str(text).map_err(|_| Refused::Json),
        None => Ok(T::default()),
    }
}

/// A member of an object by its name.
fn member<'a>(raw: Option<&'a RawValue>, name: &str) -> Option<Scalar<'a>> {
    struct Member<'n>(&'n str);
    impl<'de> Visitor<'de> for Member<'_> {
        type Value = Option<Scalar<'de>>;

        fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            out.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut found = None;
            while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                if key == self.0 {
                    found = Some(map.next_value()?);
                } else {
                    map.next_value::<Anything>()?;
                }
            }
            Ok(found)
        }
    }
    let text = raw
        .map(RawValue::get)
        .filter(|text| text.starts_with('{'))?;
    let mut source = serde_json::Deserializer::from_str(text);
    source.deserialize_map(Member(name)).ok()?
}

/// Reads the JSON of a message. The collector's own time, corrected for the shopper's clock, comes before the message's.
pub fn read(
    json: &[u8],
    time: Option<i64>,
    by: Option<&str>,
    names: &mut Dictionary,
) -> Result<Fact, Refused> {
    if let Ok(message) = serde_json::from_slice(json) {
        return take(&message, time, by, names);
    }
    // What serde refuses and the collector could mend is mended here too.
    let mended = crate::json::mend(json).ok_or(Refused::Json)?;
    let message = serde_json::from_slice(&mended).map_err(|_| Refused::Json)?;
    take(&message, time, by, names)
}

fn take(
    message: &Message,
    time: Option<i64>,
    by: Option<&str>,
    names: &mut Dictionary,
) -> Result<Fact, Refused> {
    let unit = message.anonymous.text().or(message.user.text());
    let unit = hash(unit.ok_or(Refused::Unit)?);
    let time = time.or_else(|| ingest::instant(message.timestamp.text()?));
    let properties: Properties = object(message.properties)?;
    let context: Context = object(message.context)?;
    let page: Page = object(context.page)?;
    let path = page.path.text().filter(|path| !path.is_empty());
    let cut = by.and_then(|by| {
        let parts = [message.properties, message.traits];
        let value = parts.into_iter().find_map(|part| member(part, by))?;
        let value = value.shown()?;
        (!value.is_empty()).then(|| short(&value))
    });
    let session = context.session.text();
    let agent = context.agent.text().or(context.browser.text());
    let mut fact = Fact {
        unit,
        time: time.ok_or(Refused::Time)?,
        id: message.id.text().map(hash),
        session: session.map(hash),
        browser: agent.and_then(Browser::of),
        path: path.map(|path| short(bare(path))),
        cut,
        ..Fact::default()
    };
    for key in properties.variants.text().unwrap_or("").split(',') {
        if let Some((key, _)) = key.split_once('=') {
            fact.used.push(names.experiments.number(key));
        }
    }
    event(message, &properties, &mut fact, names)?;
    Ok(fact)
}

/// Takes what the message's event says.
fn event(
    message: &Message,
    properties: &Properties,
    fact: &mut Fact,
    names: &mut Dictionary,
) -> Result<(), Refused> {
    let experiment = properties.experiment_id.text();
    let is_recommended = || properties.list_id.text().unwrap_or("").starts_with("rec:");
    match message.event.text().unwrap_or("") {
        "Experiment Viewed" => fact.assigned = Some(assigned(properties, names)?),
        "Order Completed" => fact.outcome = Some((Outcome::Order, revenue(properties))),
        "Product Added" => fact.outcome = Some((Outcome::Added, 1.0)),
        "Product List Viewed" => {
            if let Some(experiment) = experiment {
                let mut rankers: Vec<u32> = (products(properties).iter())
                    .filter_map(|product| product.get("ranker")?.as_str())
                    .map(|ranker| names.variations.number(ranker))
                    .collect();
                rankers.sort_unstable();
                rankers.dedup();
                fact.draft = Some((names.experiments.number(experiment), rankers));
            }
            if is_recommended() {
                fact.outcome = Some((Outcome::Shown, 1.0));
            }
        }
        "Product Clicked" => {
            if let (Some(experiment), Some(ranker)) = (experiment, properties.ranker.text()) {
                let experiment = names.experiments.number(experiment);
                fact.credit = Some((experiment, names.variations.number(ranker)));
            }
            if is_recommended() {
                fact.outcome = Some((Outcome::Clicked, 1.0));
            }
        }
        _ => {}
    }
    Ok(())
}

fn assigned(properties: &Properties, names: &mut Dictionary) -> Result<Assigned, Refused> {
    let experiment = properties.experiment_id.word();
    let experiment = experiment.or_else(|| properties.experiment.word());
    let variation = properties.variation_id.word();
    let variation = variation.or_else(|| properties.variation.word());
    let (experiment, variation) = experiment.zip(variation).ok_or(Refused::Exposure)?;
    let offer = properties.context.text().map(|context| {
        Box::new(Offered {
            context: context.into(),
            subtotal: properties.subtotal.number().unwrap_or(f64::NAN),
            policy: properties.policy.text().unwrap_or("").into(),
        })
    });
    Ok(Assigned {
        experiment: names.experiments.number(&experiment),
        variation: names.variations.number(&variation),
        propensity: properties.propensity.number(),
        leaf: properties.leaf.number(),
        offer,
    })
}

fn products(properties: &Properties) -> Vec<Value> {
    let raw = properties.products.map(RawValue::get);
    match raw.map(serde_json::from_str) {
        Some(Ok(Value::Array(products))) => products,
        _ => Vec::new(),
    }
}

/// Value of an order: `revenue`, else `total`, else `value`, else its products.
fn revenue(properties: &Properties) -> f64 {
    let sound = |number: &f64| number.is_finite() && *number >= 0.0;
    let named = [&properties.revenue, &properties.total, &properties.value];
    let named = named
        .into_iter()
        .find_map(|value| value.plain_number().filter(sound));
    named.unwrap_or_else(|| {
        let number = |product: &Value, key| product.get(key).and_then(Value::as_f64).filter(sound);
        let line = |product: &Value| {
            number(product, "price").unwrap_or(0.0) * number(product, "quantity").unwrap_or(1.0)
        };
        products(properties).iter().map(line).sum()
    })
}

/// A path without what follows `?` or `#`.
fn bare(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or(path)
}

/// A text of at most [`LONGEST`] bytes.
pub fn short(text: &str) -> Box<str> {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(message: &Value) -> Result<Fact, Refused> {
        let mut names = Dictionary::default();
        read(
            message.to_string().as_bytes(),
            None,
            Some("channel"),
            &mut names,
        )
    }

    fn viewed(properties: Value) -> Value {
        json!({
            "event": "Experiment Viewed", "anonymousId": "a", "messageId": "m", "timestamp": "2026-01-02T03:04:05Z",
            "properties": properties, "context": { "sessionId": "s", "page": { "path": "/p/1?x=1" } },
        })
    }

    #[test]
    fn an_exposure_is_read_in_either_spelling_with_numbers_as_names() {
        for properties in [
            json!({ "experiment_id": "ranker", "variation_id": 1, "propensity": "0.5", "channel": "email" }),
            json!({ "experimentId": "ranker", "variationId": "1", "propensity": 0.5, "channel": "email" }),
        ] {
            let fact = one(&viewed(properties)).unwrap();
            let assigned = fact.assigned.unwrap();
            assert_eq!((assigned.experiment, assigned.variation), (0, 0));
            assert_eq!(assigned.propensity, Some(0.5));
            assert_eq!(
                (fact.path.as_deref(), fact.cut.as_deref()),
                (Some("/p/1"), Some("email"))
            );
            assert_eq!((fact.session, fact.id), (Some(hash("s")), Some(hash("m"))));
        }
    }

    #[test]
    fn what_is_missing_is_named_and_what_is_odd_beside_it_costs_nothing() {
        let full = viewed(json!({ "experiment_id": "r", "variation_id": "1" }));
        let but = |key: &str, value: Value| {
            let mut message = full.clone();
            message[key] = value;
            one(&message)
        };
        assert_eq!(but("anonymousId", Value::Null), Err(Refused::Unit));
        assert_eq!(but("timestamp", json!("soon")), Err(Refused::Time));
        assert_eq!(but("properties", json!({})), Err(Refused::Exposure));
        assert_eq!(but("properties", json!("odd")), Err(Refused::Exposure));
        for (key, value) in [
            ("context", json!(7)),
            ("context", json!({ "page": "/p", "sessionId": [1] })),
            ("traits", json!([])),
            ("messageId", json!({})),
        ] {
            assert!(but(key, value).is_ok());
        }
        let mut names = Dictionary::default();
        let broken = read(b"{\"event\":", None, None, &mut names);
        assert_eq!(broken, Err(Refused::Json));
    }

    #[test]
    fn an_order_is_worth_what_it_names_or_its_products() {
        let order = |properties: Value| {
            let message = json!({ "event": "Order Completed", "userId": "u", "timestamp": 1_790_000_000_000i64.to_string(), "properties": properties });
            one(&message).unwrap().outcome
        };
        for (properties, worth) in [
            (
                json!({ "revenue": 5, "total": 7, "products": [{ "price": 9 }] }),
                5.0,
            ),
            (json!({ "revenue": -5, "total": 7 }), 7.0),
            (
                json!({ "revenue": "5", "products": [{ "price": 2.5, "quantity": 2 }, { "price": 1 }, 3] }),
                6.0,
            ),
            (json!({}), 0.0),
        ] {
            assert_eq!(order(properties), Some((Outcome::Order, worth)));
        }
    }

    #[test]
    fn a_long_text_is_cut_between_letters() {
        assert_eq!(short(&"茶".repeat(100)).chars().count(), 66);
    }
}
