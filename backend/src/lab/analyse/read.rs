//! Exposures and outcomes one by one, in the order of time: what replay, bandits and offers are estimated from.
//!
//! Everything is held in memory. The read-out of experiments, which needs only sums of units, does not use it.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use super::message::{Dictionary, Fact};
pub use super::message::{Names, Offered, Outcome};
use super::{Error, files};

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

/// Everything that was read, in the order of time.
#[derive(Debug, Default)]
pub struct Log {
    pub exposures: Vec<Exposure>,
    pub events: Vec<Event>,
    pub experiments: Names,
    pub variations: Names,
    units: HashMap<u64, u32>,
    ids: HashSet<u64>,
    /// Of orders in several rows, where they are among the events.
    orders: HashMap<(u32, u64), usize>,
    /// Messages of any kind.
    pub messages: u64,
    /// Messages that could not be read, or have no unit or no time.
    pub refused: u64,
    /// Why, as a table with samples; empty where none was refused.
    pub reasons: String,
    /// Messages whose id was read before.
    pub duplicates: u64,
}

impl Log {
    /// Reads files of any of the kinds.
    pub fn read(paths: &[PathBuf]) -> Result<Log, Error> {
        let mut log = Log::default();
        let mut names = Dictionary::default();
        let read = files::read(paths, None, &mut names, &mut |fact| {
            log.take(fact);
            Ok(())
        })?;
        if !read.refusals.is_empty() {
            log.reasons = read.refusals.to_string();
        }
        log.messages = read.messages;
        log.refused = read.refusals.rows();
        log.experiments = names.experiments;
        log.variations = names.variations;
        log.exposures.sort_by_key(|exposure| exposure.time);
        log.events.sort_by_key(|event| event.time);
        Ok(log)
    }

    fn take(&mut self, fact: Fact) {
        if let Some(id) = fact.id
            && !self.ids.insert(id)
        {
            self.duplicates += 1;
            return;
        }
        let next = self.units.len() as u32;
        let unit = *self.units.entry(fact.unit).or_insert(next);
        let time = fact.time;
        if let Some(assigned) = fact.assigned {
            self.exposures.push(Exposure {
                unit,
                time,
                experiment: assigned.experiment,
                variation: assigned.variation,
                propensity: assigned.propensity,
                leaf: assigned.leaf,
                offer: assigned.offer,
            });
        }
        if let Some((outcome, amount)) = fact.outcome {
            if let Some((order, is_whole)) = fact.order {
                let next = self.events.len();
                let at = *self.orders.entry((unit, order)).or_insert(next);
                if at < next {
                    self.events[at].amount += if is_whole { 0.0 } else { amount };
                    return;
                }
            }
            self.events.push(Event {
                unit,
                time,
                outcome,
                amount,
            });
        }
    }

    pub fn units(&self) -> usize {
        self.units.len()
    }
}
