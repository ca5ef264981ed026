//! Everything that was read, unit by unit: what experiments are read out from, in memory that grows with the units and
//! not with their events.
//!
//! Messages are sorted by unit ([`super::sort`]), so that one unit is in memory at a time: there a message that was read
//! before is told by its id, and rows of one order become one order. Units that no experiment knows are left out, and the
//! others are kept, in memory or beyond a bound in a file, to be gone through as often as needed. Neither the order of
//! messages, nor how they are spread over files, nor that some come twice, changes what comes out.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, Write};
use std::path::PathBuf;

use super::message::{Dictionary, Fact, Outcome};
use super::packed;
use super::sort::{Record, Sorter};
use super::{Error, files};
use crate::ingest::Refusals;

/// Bytes of memory for messages that are sorted, and for those that are kept.
const MEMORY: usize = 64 << 20;
/// Messages of one unit above which it is no device: a robot, or all shoppers under one id. It is left out.
pub const MOST: usize = 100_000;

/// What was read, and the units that experiments know.
pub struct Units {
    pub names: Dictionary,
    /// Messages of any kind.
    pub messages: u64,
    /// Messages that could not be used, by reason.
    pub refusals: Refusals,
    /// Messages whose id was read before.
    pub duplicates: u64,
    /// Units of any kind.
    pub units: u64,
    /// Units with more messages than [`MOST`], which are left out.
    pub oversized: u64,
    /// Experiments that units were exposed to, and their variations.
    pub exposed: BTreeMap<u32, BTreeSet<u32>>,
    /// Units whose lists say that a variation of the experiment was used, though no exposure to it arrived from anybody.
    pub unexposed: BTreeMap<u32, u64>,
    /// Interleaved experiments, and their rankers.
    pub drafted: BTreeMap<u32, BTreeSet<u32>>,
    kept: RefCell<Kept>,
}

/// Files that are needed for sorting cannot be written or read.
fn scratch(source: io::Error) -> Error {
    Error::Scratch {
        folder: std::env::temp_dir(),
        source,
    }
}

impl Units {
    /// Reads files of any of the kinds, and of every message the property or trait `by`.
    pub fn read(paths: &[PathBuf], by: Option<&str>) -> Result<Units, Error> {
        Units::read_within(paths, by, MEMORY)
    }

    /// Reads within so many bytes of memory for messages that are sorted, and as many for those that are kept.
    pub fn read_within(paths: &[PathBuf], by: Option<&str>, bound: usize) -> Result<Units, Error> {
        let mut names = Dictionary::default();
        let mut sorter = Sorter::new(bound);
        let read = files::read(paths, by, &mut names, &mut |fact| {
            let key = (fact.unit, fact.time, fact.id.unwrap_or(0));
            let pushed = sorter.push(key, |out| packed::pack(&fact, out));
            pushed.map_err(scratch)
        })?;
        let mut units = Units {
            names,
            messages: read.messages,
            refusals: read.refusals,
            duplicates: 0,
            units: 0,
            oversized: 0,
            exposed: BTreeMap::new(),
            unexposed: BTreeMap::new(),
            drafted: BTreeMap::new(),
            kept: RefCell::new(Kept::new(bound)),
        };
        let mut group: Vec<Record> = Vec::new();
        let mut beyond = false;
        for record in sorter.finish().map_err(scratch)? {
            let record = record.map_err(scratch)?;
            if group.first().is_some_and(|first| first.unit != record.unit) {
                units.close(&group, beyond).map_err(scratch)?;
                group.clear();
                beyond = false;
            }
            match group.len() < MOST {
                true => group.push(record),
                false => beyond = true,
            }
        }
        units.close(&group, beyond).map_err(scratch)?;
        let exposed = &units.exposed;
        units
            .unexposed
            .retain(|experiment, _| !exposed.contains_key(experiment));
        Ok(units)
    }

    /// Takes all messages of one unit.
    fn close(&mut self, group: &[Record], beyond: bool) -> io::Result<()> {
        if group.is_empty() {
            return Ok(());
        }
        self.units += 1;
        if beyond {
            self.oversized += 1;
            return Ok(());
        }
        let facts = facts(group)?;
        let all = facts.len();
        let mut seen = HashSet::new();
        let first = |fact: &Fact| fact.id.is_none_or(|id| seen.insert(id));
        let facts: Vec<Fact> = facts.into_iter().filter(first).collect();
        self.duplicates += (all - facts.len()) as u64;
        let facts = joined(facts);
        let mut is_known = false;
        let mut used = BTreeSet::new();
        for fact in &facts {
            if let Some(assigned) = &fact.assigned {
                let variations = self.exposed.entry(assigned.experiment).or_default();
                variations.insert(assigned.variation);
            }
            if let Some((experiment, rankers)) = &fact.draft {
                self.drafted.entry(*experiment).or_default().extend(rankers);
            }
            used.extend(&fact.used);
            is_known |= fact.assigned.is_some() || fact.draft.is_some() || !fact.used.is_empty();
        }
        for experiment in used {
            *self.unexposed.entry(experiment).or_default() += 1;
        }
        if is_known {
            self.kept.get_mut().add(&facts)?;
        }
        Ok(())
    }

    /// Goes through the facts of each unit that an experiment knows, in the order of time.
    pub fn each(&self, mut take: impl FnMut(&[Fact])) -> Result<(), Error> {
        let mut kept = self.kept.borrow_mut();
        let mut source = kept.reader().map_err(scratch)?;
        let mut group: Vec<Record> = Vec::new();
        loop {
            let mut record = Record::default();
            let more = record.read(&mut source).map_err(scratch)?;
            let ends = !more || group.first().is_some_and(|first| first.unit != record.unit);
            if ends && !group.is_empty() {
                take(&facts(&group).map_err(scratch)?);
                group.clear();
            }
            if !more {
                return Ok(());
            }
            group.push(record);
        }
    }
}

fn facts(group: &[Record]) -> io::Result<Vec<Fact>> {
    let fact = |record: &Record| packed::unpack(record.unit, record.time, record.id, &record.bytes);
    let facts: Option<Vec<Fact>> = group.iter().map(fact).collect();
    facts.ok_or_else(|| ErrorKind::InvalidData.into())
}

/// Facts with the rows of each order as one.
fn joined(facts: Vec<Fact>) -> Vec<Fact> {
    let mut orders: HashMap<u64, usize> = HashMap::new();
    let mut joined: Vec<Fact> = Vec::with_capacity(facts.len());
    for fact in facts {
        if let (Some((Outcome::Order, amount)), Some((order, is_whole))) =
            (fact.outcome, fact.order)
        {
            let next = joined.len();
            let at = *orders.entry(order).or_insert(next);
            if at < next {
                if let Some((_, sum)) = &mut joined[at].outcome {
                    *sum += if is_whole { 0.0 } else { amount };
                }
                continue;
            }
        }
        joined.push(fact);
    }
    joined
}

/// Packed facts of units, one after the other.
struct Kept {
    bytes: Vec<u8>,
    file: Option<BufWriter<File>>,
    bound: usize,
}

impl Kept {
    fn new(bound: usize) -> Kept {
        Kept {
            bytes: Vec::new(),
            file: None,
            bound,
        }
    }

    fn add(&mut self, facts: &[Fact]) -> io::Result<()> {
        for fact in facts {
            let mut bytes = Vec::new();
            packed::pack(fact, &mut bytes);
            let record = Record {
                unit: fact.unit,
                time: fact.time,
                id: fact.id.unwrap_or(0),
                bytes,
            };
            record.write(&mut self.bytes)?;
        }
        if self.bytes.len() >= self.bound {
            let file = match &mut self.file {
                Some(file) => file,
                none => none.insert(BufWriter::new(tempfile::tempfile()?)),
            };
            file.write_all(&self.bytes)?;
            self.bytes.clear();
        }
        Ok(())
    }

    fn reader(&mut self) -> io::Result<impl Read + '_> {
        let file: Box<dyn Read> = match &mut self.file {
            Some(file) => {
                file.flush()?;
                let file = file.get_mut();
                file.rewind()?;
                Box::new(BufReader::with_capacity(1 << 18, file))
            }
            None => Box::new(io::empty()),
        };
        Ok(file.chain(&self.bytes[..]))
    }
}
