//! Exposures and outcomes, from the collector's database or from JSON lines of its messages.
//!
//! Of a message only what an experiment asks for is read. A unit is a device, `anonymousId`.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use super::Error;
use crate::ingest;

/// What happened, of which metrics are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Order,
    Added,
    /// A recommended list was shown.
    Shown,
    /// An item of a recommended list was chosen.
    Clicked,
}

/// What a unit did.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    pub unit: u32,
    pub time: i64,
    pub outcome: Outcome,
    /// The revenue of an order; 1 of anything else.
    pub amount: f64,
}

/// A unit was put into a variation.
#[derive(Clone, Debug)]
pub struct Exposure {
    pub unit: u32,
    pub time: i64,
    pub experiment: u32,
    pub variation: u32,
    pub propensity: Option<f64>,
    pub leaf: Option<f64>,
    /// Context of an offer: the features of its decision.
    pub offer: Option<Box<Offered>>,
}

/// The cart of an offer and the context that it was decided in.
#[derive(Clone, Debug)]
pub struct Offered {
    pub context: String,
    /// In major units.
    pub subtotal: f64,
    pub policy: String,
}

/// An interleaved list was shown.
#[derive(Clone, Debug)]
pub struct Draft {
    pub unit: u32,
    pub session: u32,
    pub time: i64,
    pub experiment: u32,
    /// Rankers that put an item there which the other would not have put there; as variations.
    pub rankers: Vec<u32>,
}

/// An item that one ranker had put into an interleaved list was chosen.
#[derive(Clone, Copy, Debug)]
pub struct Credit {
    pub session: u32,
    pub experiment: u32,
    pub ranker: u32,
}

/// Everything that was read, in the order of time.
#[derive(Debug, Default)]
pub struct Log {
    pub exposures: Vec<Exposure>,
    pub events: Vec<Event>,
    pub drafts: Vec<Draft>,
    pub credits: Vec<Credit>,
    /// Units and experiments of which a shelf says that a variation was used.
    pub used: HashSet<(u32, u32)>,
    /// Visits, by unit and session.
    sessions: Names,
    /// The values of the property that the read-out is cut by, and of each unit the first at or before its exposure.
    pub cuts: Names,
    cut_of: HashMap<u32, Vec<(i64, u32)>>,
    by: Option<String>,
    pub experiments: Names,
    pub variations: Names,
    units: Names,
    /// Messages of any kind.
    pub messages: u64,
    /// Messages that could not be read, or have no unit or no time.
    pub refused: u64,
}

/// Texts by number.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
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

impl Log {
    /// Reads files of any of the kinds.
    pub fn read(paths: &[PathBuf]) -> Result<Log, Error> {
        Log::read_by(paths, None)
    }

    /// Reads files, and of every message the property or trait `by` that units are told apart by.
    pub fn read_by(paths: &[PathBuf], by: Option<&str>) -> Result<Log, Error> {
        let mut log = Log {
            by: by.map(String::from),
            ..Log::default()
        };
        for path in paths {
            log.file(path)?;
        }
        log.exposures.sort_by_key(|exposure| exposure.time);
        log.events.sort_by_key(|event| event.time);
        for values in log.cut_of.values_mut() {
            values.sort_unstable();
        }
        Ok(log)
    }

    fn file(&mut self, path: &Path) -> Result<(), Error> {
        let unreadable = |source: std::io::Error| Error::Unreadable {
            path: path.into(),
            detail: source.to_string(),
        };
        let mut head = [0; 16];
        let mut file = File::open(path).map_err(unreadable)?;
        let length = file.read(&mut head).map_err(unreadable)?;
        if head[..length].starts_with(b"SQLite format 3") {
            return self.database(path);
        }
        let file = File::open(path).map_err(unreadable)?;
        let reader: Box<dyn Read> = if head[..length].starts_with(b"\x1f\x8b") {
            Box::new(flate2::read::MultiGzDecoder::new(file))
        } else {
            Box::new(file)
        };
        let mut reader = BufReader::with_capacity(1 << 18, reader);
        let mut line = Vec::new();
        loop {
            line.clear();
            if reader.read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
                return Ok(());
            }
            if !line.trim_ascii().is_empty() {
                self.message(&line, None);
            }
        }
    }

    fn database(&mut self, path: &Path) -> Result<(), Error> {
        let unreadable = |source: rusqlite::Error| Error::Unreadable {
            path: path.into(),
            detail: source.to_string(),
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(path, flags).map_err(unreadable)?;
        let query = "SELECT message, timestamp_ms FROM events";
        let mut query = database.prepare(query).map_err(unreadable)?;
        let mut rows = query.query([]).map_err(unreadable)?;
        while let Some(row) = rows.next().map_err(unreadable)? {
            let message = row
                .get_ref(0)
                .and_then(|cell| Ok(cell.as_str()?))
                .map_err(unreadable)?;
            let time = row.get(1).map_err(unreadable)?;
            self.message(message.as_bytes(), Some(time));
        }
        Ok(())
    }

    fn message(&mut self, json: &[u8], time: Option<i64>) {
        self.messages += 1;
        let taken = serde_json::from_slice::<Value>(json)
            .ok()
            .and_then(|message| self.take(&message, time));
        self.refused += u64::from(taken.is_none());
    }

    /// Takes what an experiment asks for; nothing where a message has no unit or no time.
    fn take(&mut self, message: &Value, time: Option<i64>) -> Option<()> {
        let text = |key: &str| message.get(key).and_then(Value::as_str);
        let name = text("anonymousId").or(text("userId"))?;
        let time = time.or_else(|| ingest::instant(text("timestamp")?))?;
        let none = Value::Null;
        let properties = message.get("properties").unwrap_or(&none);
        if let Some(by) = &self.by {
            let of = |part: &str| message.get(part)?.get(by);
            let value = ["properties", "traits"].iter().find_map(|part| of(part));
            let value = match value {
                Some(Value::String(text)) => Some(text.clone()),
                Some(Value::Number(number)) => Some(number.to_string()),
                Some(Value::Bool(is)) => Some(is.to_string()),
                _ => None,
            };
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                let (unit, cut) = (self.units.number(name), self.cuts.number(&value));
                self.cut_of.entry(unit).or_default().push((time, cut));
            }
        }
        if let Some(variants) = properties.get("variants").and_then(Value::as_str) {
            let unit = self.units.number(name);
            for (key, _) in variants.split(',').filter_map(|one| one.split_once('=')) {
                let experiment = self.experiments.number(key);
                self.used.insert((unit, experiment));
            }
        }
        self.interleaved(message, properties, name, time);
        let outcome = match text("event").unwrap_or("") {
            "Experiment Viewed" => {
                let word = |names: [&str; 2]| {
                    names.iter().find_map(|name| match properties.get(name)? {
                        Value::String(text) => Some(text.clone()),
                        Value::Number(number) => Some(number.to_string()),
                        _ => None,
                    })
                };
                let experiment = word(["experiment_id", "experimentId"])?;
                let variation = word(["variation_id", "variationId"])?;
                let number = |key: &str| match properties.get(key)? {
                    Value::String(text) => text.parse().ok(),
                    other => other.as_f64(),
                };
                let offer = properties.get("context").and_then(Value::as_str);
                let offer = offer.map(|context| {
                    let policy = properties.get("policy").and_then(Value::as_str);
                    Box::new(Offered {
                        context: context.into(),
                        subtotal: number("subtotal").unwrap_or(f64::NAN),
                        policy: policy.unwrap_or("").into(),
                    })
                });
                self.exposures.push(Exposure {
                    offer,
                    unit: self.units.number(name),
                    time,
                    experiment: self.experiments.number(&experiment),
                    variation: self.variations.number(&variation),
                    propensity: number("propensity"),
                    leaf: number("leaf"),
                });
                return Some(());
            }
            "Order Completed" => Outcome::Order,
            "Product Added" => Outcome::Added,
            "Product List Viewed" => Outcome::Shown,
            "Product Clicked" => Outcome::Clicked,
            _ => return Some(()),
        };
        let list = properties
            .get("list_id")
            .and_then(Value::as_str)
            .unwrap_or("");
        if matches!(outcome, Outcome::Shown | Outcome::Clicked) && !list.starts_with("rec:") {
            return Some(());
        }
        let amount = match outcome {
            Outcome::Order => revenue(properties),
            _ => 1.0,
        };
        let unit = self.units.number(name);
        self.events.push(Event {
            unit,
            time,
            outcome,
            amount,
        });
        Some(())
    }

    /// Takes what an interleaved list tells, if the message is of one.
    fn interleaved(&mut self, message: &Value, properties: &Value, name: &str, time: i64) {
        let text = |key: &str| properties.get(key).and_then(Value::as_str);
        let Some(experiment) = text("experiment_id") else {
            return;
        };
        let event = message.get("event").and_then(Value::as_str);
        let session = message
            .get("context")
            .and_then(|context| context.get("sessionId"));
        let session = session.and_then(Value::as_str).unwrap_or("");
        let session = format!("{name} {session}");
        match event {
            Some("Product List Viewed") => {
                let products = properties.get("products").and_then(Value::as_array);
                let products = products.into_iter().flatten();
                let mut rankers: Vec<u32> = products
                    .filter_map(|product| product.get("ranker")?.as_str())
                    .map(|ranker| self.variations.number(ranker))
                    .collect();
                rankers.sort_unstable();
                rankers.dedup();
                let draft = Draft {
                    unit: self.units.number(name),
                    session: self.sessions.number(&session),
                    time,
                    experiment: self.experiments.number(experiment),
                    rankers,
                };
                self.drafts.push(draft);
            }
            Some("Product Clicked") => {
                if let Some(ranker) = text("ranker") {
                    let credit = Credit {
                        session: self.sessions.number(&session),
                        experiment: self.experiments.number(experiment),
                        ranker: self.variations.number(ranker),
                    };
                    self.credits.push(credit);
                }
            }
            _ => {}
        }
    }

    /// What a unit was told apart by, as it was known at a time: later values may be what the experiment did.
    pub fn cut(&self, unit: u32, time: i64) -> Option<u32> {
        let values = self.cut_of.get(&unit)?;
        let known = values.partition_point(|(at, _)| *at <= time);
        values.get(known.checked_sub(1)?).map(|(_, cut)| *cut)
    }

    pub fn units(&self) -> usize {
        self.units.names.len()
    }
}

/// What an order is worth: `revenue`, else `total`, else `value`, else its products.
fn revenue(properties: &Value) -> f64 {
    let number = |value: &Value| {
        value
            .as_f64()
            .filter(|number| number.is_finite() && *number >= 0.0)
    };
    let named = ["revenue", "total", "value"]
        .iter()
        .find_map(|key| number(properties.get(key)?));
    named.unwrap_or_else(|| {
        let products = properties.get("products").and_then(Value::as_array);
        let line = |product: &Value| {
            let quantity = product.get("quantity").and_then(number).unwrap_or(1.0);
            product.get("price").and_then(number).unwrap_or(0.0) * quantity
        };
        products.map_or(0.0, |products| products.iter().map(line).sum())
    })
}
