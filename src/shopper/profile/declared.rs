//! Declared attributes: counters, sums, least, greatest and mean values, first and last values and unique lists that a
//! shop defines over events, with criteria in the condition language, over all time or a window (the vocabulary of
//! Snowplow Signals).
//!
//! Over all time a few numbers are kept and the answer is exact. Over a window the newest samples are kept, [`SAMPLES`] of
//! all attributes together; where more fell into the window, the answer covers those kept and says that it is short.
//! A definition that changes begins anew: what was counted before was something else.

use crate::codec::{Reader, hash, put_float, put_text, put_uint};
use crate::condition::{BARE, Condition, ConditionError};
use crate::intake::{Event, Field, Kind, Scalar};
use crate::value::Value;

pub(super) const VERSION: u8 = 1;

/// Attributes that a shop may declare.
const MOST: usize = 32;
/// Samples of all windows together.
const SAMPLES: usize = 600;
/// Values of a unique list.
const UNIQUE: usize = 20;
/// Bytes of a text value.
const TEXT: usize = 64;

/// What is made of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Count,
    Sum,
    Min,
    Max,
    Mean,
    First,
    Last,
    Unique,
}

const MEASURES: [(&str, Measure); 8] = [
    ("count", Measure::Count),
    ("sum", Measure::Sum),
    ("min", Measure::Min),
    ("max", Measure::Max),
    ("mean", Measure::Mean),
    ("first", Measure::First),
    ("last", Measure::Last),
    ("unique", Measure::Unique),
];

/// One attribute as a shop declares it:
/// `{ "name": "fruit_week", "event": "Order Completed", "measure": "count", "of": "quantity", "where": {…}, "days": 7 }`.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Name of the attribute.
    pub name: String,
    /// Of all it says: another definition under the same name is another attribute.
    id: u64,
    kind: Kind,
    measure: Measure,
    /// The property that is measured; empty to count.
    of: String,
    criteria: Option<Condition>,
    /// 0 for all time.
    window: i64,
}

/// Why a definition is refused: where, a stable code, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Path in the definition.
    pub path: String,
    /// Stable code.
    pub code: &'static str,
    /// What to write instead.
    pub remedy: String,
}

impl Refused {
    /// A refusal.
    pub fn new(path: &str, code: &'static str, remedy: &str) -> Refused {
        Refused {
            path: path.into(),
            code,
            remedy: remedy.into(),
        }
    }

    pub(super) fn condition(path: &str, error: &ConditionError) -> Refused {
        let mut path = String::from(path);
        if !error.path.is_empty() {
            path.push('.');
            path.push_str(&error.path);
        }
        Refused {
            path,
            code: error.code(),
            remedy: error.remedy().into(),
        }
    }

    /// As a JSON value.
    pub fn to_value(&self) -> Value {
        Value::map([
            ("path", self.path.as_str().into()),
            ("code", self.code.into()),
            ("remedy", self.remedy.as_str().into()),
        ])
    }
}

fn text_of<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::text).unwrap_or("")
}

impl Definition {
    fn read(path: &str, from: &Value) -> Result<Definition, Refused> {
        let at = |name: &str| format!("{path}.{name}");
        let name = text_of(from, "name");
        if name.is_empty() || name.len() > TEXT || name.contains('.') {
            return Err(Refused::new(
                &at("name"),
                "attribute_name",
                "give a name of 1 to 64 bytes without dots",
            ));
        }
        let event = text_of(from, "event");
        let Some(kind) = Kind::from_name(event) else {
            return Err(Refused::new(
                &at("event"),
                "attribute_event",
                "name an event that `track` takes, such as \"Product Viewed\"",
            ));
        };
        let measure = text_of(from, "measure");
        let Some(&(_, measure)) = MEASURES.iter().find(|row| row.0 == measure) else {
            return Err(Refused::new(
                &at("measure"),
                "attribute_measure",
                "write one of count sum min max mean first last unique",
            ));
        };
        let of = text_of(from, "of");
        if of.is_empty() && measure != Measure::Count {
            return Err(Refused::new(
                &at("of"),
                "attribute_of",
                "name the property that is measured, such as \"price\"",
            ));
        }
        let days = match from.get("days") {
            None | Some(Value::Null) => 0.0,
            Some(Value::Number(days)) if *days > 0.0 && *days <= 730.0 => *days,
            Some(_) => {
                return Err(Refused::new(
                    &at("days"),
                    "attribute_days",
                    "give a number of days above 0 and at most 730, or leave it out for all time",
                ));
            }
        };
        let criteria = match from.get("where") {
            None | Some(Value::Null) => None,
            Some(condition) => Some(
                Condition::parse(condition)
                    .map_err(|error| Refused::condition(&at("where"), &error))?,
            ),
        };
        Ok(Definition {
            name: name.into(),
            id: hash(from.to_json().as_bytes()),
            kind,
            measure,
            of: of.into(),
            criteria,
            window: (days * 86_400e3) as i64,
        })
    }
}

/// Reads what a shop declares; what is refused is left out and said.
pub fn read(path: &str, list: &Value) -> (Vec<Definition>, Vec<Refused>) {
    let (mut definitions, mut refused): (Vec<Definition>, _) = (Vec::new(), Vec::new());
    for (n, from) in list.list().unwrap_or(&[]).iter().enumerate() {
        let path = format!("{path}[{n}]");
        match Definition::read(&path, from) {
            _ if definitions.len() == MOST => refused.push(Refused::new(
                &path,
                "attribute_many",
                "declare at most 32 attributes",
            )),
            Ok(one) if definitions.iter().any(|known| known.name == one.name) => {
                refused.push(Refused::new(
                    &path,
                    "attribute_twice",
                    "give each attribute a name of its own",
                ));
            }
            Ok(one) => definitions.push(one),
            Err(error) => refused.push(error),
        }
    }
    (definitions, refused)
}

/// An event as criteria and `of` see it: one product at a time, its properties beside the event's own.
fn properties(event: &Event, product: Option<usize>) -> Value {
    let mut all = Value::map([("event", event.kind.name().into())]);
    let mut put = |field: &Field, scalar: &Scalar| {
        let value = match scalar {
            Scalar::Text(text) => text.as_str().into(),
            Scalar::Amount(amount) => (*amount).into(),
            Scalar::Count(count) => f64::from(*count).into(),
        };
        all.set(field.name(), value);
    };
    event
        .fields
        .iter()
        .for_each(|(field, scalar)| put(field, scalar));
    if let Some(product) = product.and_then(|n| event.products.get(n)) {
        product
            .fields
            .iter()
            .for_each(|(field, scalar)| put(field, scalar));
        all.set("product_id", product.id.as_str().into());
        all.set("quantity", f64::from(product.quantity).into());
        if let Some(price) = product.price {
            all.set("price", price.into());
        }
        if let Some(category) = &product.category {
            all.set("category", category.as_str().into());
        }
        if let Some(brand) = &product.brand {
            all.set("brand", brand.as_str().into());
        }
    }
    all
}

/// What was measured of one attribute.
#[derive(Clone, Debug, Default, PartialEq)]
struct Tally {
    id: u64,
    count: u32,
    sum: f64,
    min: f64,
    max: f64,
    first: (i64, Sample),
    last: (i64, Sample),
    unique: Vec<(Sample, i64)>,
    /// Of a window, oldest first.
    window: Vec<(i64, Sample)>,
    /// Of the newest sample that made room.
    dropped: i64,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum Sample {
    #[default]
    None,
    Number(f64),
    Text(String),
}

impl Sample {
    fn of(value: &Value) -> Option<Sample> {
        match value {
            Value::Number(number) => Some(Sample::Number(*number)),
            Value::Text(text) if text.len() <= TEXT => Some(Sample::Text(text.clone())),
            _ => None,
        }
    }

    fn value(&self) -> Value {
        match self {
            Sample::None => Value::Null,
            Sample::Number(number) => (*number).into(),
            Sample::Text(text) => text.as_str().into(),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Sample::Number(number) => Some(*number),
            _ => None,
        }
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Sample::None => out.push(0),
            Sample::Number(number) => {
                out.push(1);
                put_float(out, *number);
            }
            Sample::Text(text) => {
                out.push(2);
                put_text(out, text);
            }
        }
    }

    fn decode(reader: &mut Reader) -> Sample {
        match reader.byte() {
            0 => Sample::None,
            1 => Sample::Number(reader.float()),
            2 => Sample::Text(reader.text().into()),
            _ => {
                reader.fail();
                Sample::None
            }
        }
    }
}

impl Tally {
    fn add(&mut self, definition: &Definition, time: i64, sample: Sample) {
        if definition.window > 0 {
            let at = self.window.partition_point(|known| known.0 <= time);
            self.window.insert(at, (time, sample));
            return;
        }
        let number = sample.number();
        if let Some(number) = number {
            let first = self.count == 0;
            self.sum += number;
            self.min = if first { number } else { self.min.min(number) };
            self.max = if first { number } else { self.max.max(number) };
        } else if !matches!(
            definition.measure,
            Measure::Count | Measure::First | Measure::Last | Measure::Unique
        ) {
            return;
        }
        if self.count == 0 || time < self.first.0 {
            self.first = (time, sample.clone());
        }
        if self.count == 0 || time >= self.last.0 {
            self.last = (time, sample.clone());
        }
        if definition.measure == Measure::Unique {
            note(&mut self.unique, sample, time);
        }
        self.count = self.count.saturating_add(1);
    }

    fn value(&self, definition: &Definition, now: i64) -> Value {
        if definition.window == 0 {
            return self.measured(definition.measure);
        }
        let mut within = Tally::default();
        let whole = Definition {
            window: 0,
            ..definition.clone()
        };
        for (time, sample) in &self.window {
            if now.saturating_sub(*time) < definition.window && *time <= now {
                within.add(&whole, *time, sample.clone());
            }
        }
        within.measured(definition.measure)
    }

    fn measured(&self, measure: Measure) -> Value {
        if self.count == 0
            && measure != Measure::Count
            && measure != Measure::Sum
            && measure != Measure::Unique
        {
            return Value::Null;
        }
        match measure {
            Measure::Count => f64::from(self.count).into(),
            Measure::Sum => self.sum.into(),
            Measure::Min => self.min.into(),
            Measure::Max => self.max.into(),
            Measure::Mean => (self.sum / f64::from(self.count)).into(),
            Measure::First => self.first.1.value(),
            Measure::Last => self.last.1.value(),
            Measure::Unique => Value::List(
                self.unique
                    .iter()
                    .map(|(sample, _)| sample.value())
                    .collect(),
            ),
        }
    }
}

/// Remembers a value once, the newest last; the oldest makes room.
fn note(unique: &mut Vec<(Sample, i64)>, sample: Sample, time: i64) {
    let mut time = time;
    if let Some(at) = unique.iter().position(|(known, _)| *known == sample) {
        time = time.max(unique.remove(at).1);
    }
    let at = unique.partition_point(|known| known.1 <= time);
    unique.insert(at, (sample, time));
    if unique.len() > UNIQUE {
        unique.remove(0);
    }
}

/// What was measured of all attributes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declared {
    tallies: Vec<Tally>,
}

impl Declared {
    /// Updates the attributes that an event concerns.
    pub fn learn(&mut self, definitions: &[Definition], event: &Event) {
        for definition in definitions.iter().filter(|one| one.kind == event.kind) {
            for product in 0..event.products.len().max(1) {
                let properties = properties(event, Some(product));
                let fits = |criteria: &Condition| criteria.passes(&properties, &BARE);
                if !definition.criteria.as_ref().is_none_or(fits) {
                    continue;
                }
                let sample = match definition.of.as_str() {
                    "" => Some(Sample::None),
                    of => properties.get(of).and_then(Sample::of),
                };
                if let Some(sample) = sample {
                    self.tally(definition.id)
                        .add(definition, event.time, sample);
                }
                // Without a property of products, an event counts once however many it has.
                if definition.of.is_empty() && definition.criteria.is_none() {
                    break;
                }
            }
        }
        self.shrink();
    }

    fn tally(&mut self, id: u64) -> &mut Tally {
        let at = self.tallies.iter().position(|tally| tally.id == id);
        let at = at.unwrap_or_else(|| {
            self.tallies.push(Tally {
                id,
                ..Tally::default()
            });
            self.tallies.len() - 1
        });
        &mut self.tallies[at]
    }

    /// The longest window's oldest sample makes room.
    fn shrink(&mut self) {
        let mut all: usize = self.tallies.iter().map(|tally| tally.window.len()).sum();
        while all > SAMPLES {
            if let Some(longest) = self
                .tallies
                .iter_mut()
                .max_by_key(|tally| tally.window.len())
            {
                longest.dropped = longest.window.remove(0).0;
            }
            all -= 1;
        }
    }

    /// Lets go of what is no longer declared.
    pub fn keep(&mut self, definitions: &[Definition]) {
        self.tallies
            .retain(|tally| definitions.iter().any(|one| one.id == tally.id));
    }

    /// The value of an attribute; `None` for one that is not declared.
    pub fn value(&self, definitions: &[Definition], name: &str, now: i64) -> Option<Value> {
        let definition = definitions.iter().find(|one| one.name == name)?;
        let tally = self.tallies.iter().find(|tally| tally.id == definition.id);
        Some(tally.map_or_else(
            || Tally::default().value(definition, now),
            |tally| tally.value(definition, now),
        ))
    }

    /// Whether the window holds more than was kept.
    pub fn is_short(&self, definitions: &[Definition], name: &str, now: i64) -> bool {
        let definition = definitions.iter().find(|one| one.name == name);
        definition.is_some_and(|definition| {
            let tally = self.tallies.iter().find(|tally| tally.id == definition.id);
            tally.is_some_and(|tally| {
                tally.dropped > 0 && now.saturating_sub(tally.dropped) < definition.window
            })
        })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.tallies.len() as u64);
        for tally in &self.tallies {
            put_uint(out, tally.id);
            put_uint(out, tally.count.into());
            for number in [tally.sum, tally.min, tally.max] {
                put_float(out, number);
            }
            for (time, sample) in [&tally.first, &tally.last] {
                put_uint(out, *time as u64);
                sample.encode(out);
            }
            put_uint(out, tally.unique.len() as u64);
            for (sample, time) in &tally.unique {
                sample.encode(out);
                put_uint(out, *time as u64);
            }
            put_uint(out, tally.window.len() as u64);
            for (time, sample) in &tally.window {
                put_uint(out, *time as u64);
                sample.encode(out);
            }
            put_uint(out, tally.dropped as u64);
        }
    }

    pub(super) fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        for _ in 0..reader.count(30, MOST) {
            let mut tally = Tally {
                id: reader.uint(),
                count: reader.small(),
                sum: reader.float(),
                min: reader.float(),
                max: reader.float(),
                ..Tally::default()
            };
            for end in [&mut tally.first, &mut tally.last] {
                *end = (reader.uint() as i64, Sample::decode(reader));
            }
            for _ in 0..reader.count(2, UNIQUE) {
                let sample = Sample::decode(reader);
                tally.unique.push((sample, reader.uint() as i64));
            }
            for _ in 0..reader.count(2, SAMPLES) {
                let time = reader.uint() as i64;
                tally.window.push((time, Sample::decode(reader)));
            }
            tally.dropped = reader.uint() as i64;
            self.tallies.push(tally);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000;

    fn define(json: &str) -> Vec<Definition> {
        let (definitions, refused) = read("attributes", &Value::parse(json).unwrap());
        assert_eq!(refused, []);
        definitions
    }

    fn viewed(time: i64, price: f64, category: &str) -> Event {
        let mut event = Event::about(Kind::ProductViewed, time, ["a"]);
        event.products[0].price = Some(price);
        event.products[0].category = Some(category.into());
        event
    }

    #[test]
    fn each_measure_says_what_its_name_says() {
        let measures = [
            "count", "sum", "min", "max", "mean", "first", "last", "unique",
        ];
        let all: Vec<String> = measures.iter().map(|measure| format!(
            r#"{{"name":"{measure}","event":"view_item","measure":"{measure}","of":"price","where":{{"category":"Fruit"}}}}"#)).collect();
        let definitions = define(&format!("[{}]", all.join(",")));
        let mut declared = Declared::default();
        for (time, price, category) in [
            (3, 8.0, "Fruit"),
            (1, 2.0, "Fruit"),
            (2, 99.0, "Meat"),
            (4, 2.0, "Fruit"),
        ] {
            declared.learn(&definitions, &viewed(time, price, category));
        }
        let found: Vec<String> = measures
            .iter()
            .map(|name| declared.value(&definitions, name, 5).unwrap().to_json())
            .collect();
        assert_eq!(found, ["3", "12", "2", "8", "4", "2", "2", "[8,2]"]);
    }

    #[test]
    fn mistakes_are_refused_with_path_and_remedy() {
        let wrong = r#"[{"name":"a"},{"name":"a.b","event":"search","measure":"count"},
            {"name":"b","event":"search","measure":"median","of":"x"},{"name":"c","event":"search","measure":"sum"},
            {"name":"d","event":"search","measure":"count","days":-1},
            {"name":"e","event":"search","measure":"count","where":{"query":{"$gtt":1}}},
            {"name":"f","event":"search","measure":"count"},{"name":"f","event":"search","measure":"count"}]"#;
        let (taken, refused) = read("attributes", &Value::parse(wrong).unwrap());
        assert_eq!(taken.len(), 1);
        let codes: Vec<_> = refused
            .iter()
            .map(|one| (one.path.as_str(), one.code))
            .collect();
        assert_eq!(
            codes,
            [
                ("attributes[0].event", "attribute_event"),
                ("attributes[1].name", "attribute_name"),
                ("attributes[2].measure", "attribute_measure"),
                ("attributes[3].of", "attribute_of"),
                ("attributes[4].days", "attribute_days"),
                (
                    "attributes[5].where.query.$gtt",
                    "condition_unknown_operator"
                ),
                ("attributes[7]", "attribute_twice"),
            ]
        );
        assert!(refused.iter().all(|one| !one.remedy.is_empty()));
    }

    #[test]
    fn a_definition_that_changes_begins_anew() {
        let weekly = define(r#"[{"name":"n","event":"view_item","measure":"count","days":7}]"#);
        let monthly = define(r#"[{"name":"n","event":"view_item","measure":"count","days":30}]"#);
        let mut declared = Declared::default();
        declared.learn(&weekly, &viewed(DAY, 1.0, "x"));
        assert_eq!(declared.value(&weekly, "n", DAY), Some(1.0.into()));
        declared.keep(&monthly);
        assert_eq!(declared.value(&monthly, "n", DAY), Some(0.0.into()));
        assert_eq!(declared.value(&monthly, "other", DAY), None);
    }

    #[test]
    fn a_window_with_more_than_is_kept_says_so() {
        let definitions =
            define(r#"[{"name":"n","event":"view_item","measure":"count","days":7}]"#);
        let mut declared = Declared::default();
        for n in 0..SAMPLES as i64 + 5 {
            declared.learn(&definitions, &viewed(DAY + n, 1.0, "x"));
        }
        let now = DAY + SAMPLES as i64 + 5;
        assert_eq!(
            declared.value(&definitions, "n", now),
            Some((SAMPLES as f64).into())
        );
        assert!(declared.is_short(&definitions, "n", now));
        assert!(!declared.is_short(&definitions, "n", now + 8 * DAY));
    }

    proptest! {
        #[test]
        fn windows_equal_a_count_of_the_events_themselves(
            events in prop::collection::vec((0i64..40, 0u32..100, any::<bool>()), 0..80),
            split in 0usize..80, later in 0i64..20, days in 1i64..30,
        ) {
            let json = format!(r#"[
                {{"name":"n","event":"view_item","measure":"count","where":{{"category":"x"}},"days":{days}}},
                {{"name":"sum","event":"view_item","measure":"sum","of":"price","days":{days}}},
                {{"name":"max","event":"view_item","measure":"max","of":"price"}},
                {{"name":"mean","event":"view_item","measure":"mean","of":"price","days":{days}}}]"#);
            let definitions = define(&json);
            let mut declared = Declared::default();
            for (n, (day, price, x)) in events.iter().enumerate() {
                if n == split {
                    let mut out = Vec::new();
                    declared.encode(&mut out);
                    declared = Declared::default();
                    let mut reader = Reader::new(&out);
                    prop_assert!(declared.decode(VERSION, &mut reader) && reader.ends());
                }
                declared.learn(&definitions, &viewed(day * DAY, f64::from(*price), if *x { "x" } else { "y" }));
            }
            let now = (40 + later) * DAY;
            let within: Vec<_> = events.iter().filter(|(day, ..)| now - day * DAY < days * DAY).collect();
            let number = |name: &str| declared.value(&definitions, name, now).unwrap();
            let sum: f64 = within.iter().map(|event| f64::from(event.1)).sum();
            prop_assert_eq!(number("n"), (within.iter().filter(|event| event.2).count() as f64).into());
            prop_assert_eq!(number("sum"), sum.into());
            let max = events.iter().map(|event| event.1).max();
            prop_assert_eq!(number("max"), max.map_or(Value::Null, |max| f64::from(max).into()));
            match number("mean") {
                Value::Number(mean) => prop_assert!((mean - sum / within.len() as f64).abs() < 1e-9),
                _ => prop_assert!(within.is_empty()),
            }
        }
    }
}
