//! Records sorted by unit in bounded memory: an external merge sort (Knuth, TAOCP 3, 5.4).
//!
//! Records are collected up to a bound, sorted, and written to a file without a name in the folder for temporary files,
//! as a run; in the end the runs are merged. What fits within the bound never touches the disk. The order is that of all
//! that a record says, so that it does not depend on the order in which records came.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, Write};

/// Runs that are merged into one when there are as many: each holds a file open and a buffer.
const MOST_RUNS: usize = 64;
const BUFFER: usize = 128 * 1024;

/// What is sorted: by unit, then by time.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    pub unit: u64,
    pub time: i64,
    pub id: u64,
    pub bytes: Vec<u8>,
}

impl Record {
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        write(out, (self.unit, self.time, self.id), &self.bytes)
    }

    /// Reads the next; `false` at the end.
    pub fn read(&mut self, source: &mut impl Read) -> io::Result<bool> {
        let mut head = [0; 28];
        let mut filled = 0;
        while filled < head.len() {
            match source.read(&mut head[filled..]) {
                Ok(0) if filled == 0 => return Ok(false),
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let part = |at: usize| {
            let mut part = [0; 8];
            part.copy_from_slice(&head[at..at + 8]);
            u64::from_le_bytes(part)
        };
        self.unit = part(0);
        self.time = part(8).cast_signed();
        self.id = part(16);
        // The upper half of the last part is the length.
        let length = (part(20) >> 32) as usize;
        self.bytes.resize(length, 0);
        source.read_exact(&mut self.bytes)?;
        Ok(true)
    }
}

fn write(out: &mut impl Write, key: (u64, i64, u64), bytes: &[u8]) -> io::Result<()> {
    out.write_all(&key.0.to_le_bytes())?;
    out.write_all(&key.1.to_le_bytes())?;
    out.write_all(&key.2.to_le_bytes())?;
    out.write_all(&(bytes.len() as u32).to_le_bytes())?;
    out.write_all(bytes)
}

/// A record whose bytes are among those of all.
pub struct Held {
    key: (u64, i64, u64),
    at: usize,
    length: usize,
}

/// Collects records.
pub struct Sorter {
    bytes: Vec<u8>,
    held: Vec<Held>,
    runs: Vec<File>,
    /// Bytes of memory that may be used.
    bound: usize,
}

impl Sorter {
    pub fn new(bound: usize) -> Sorter {
        Sorter {
            bytes: Vec::new(),
            held: Vec::new(),
            runs: Vec::new(),
            bound,
        }
    }

    /// Takes a record, whose bytes `pack` appends.
    pub fn push(
        &mut self,
        key: (u64, i64, u64),
        pack: impl FnOnce(&mut Vec<u8>),
    ) -> io::Result<()> {
        let at = self.bytes.len();
        pack(&mut self.bytes);
        let length = self.bytes.len() - at;
        self.held.push(Held { key, at, length });
        if self.bytes.len() + self.held.len() * size_of::<Held>() >= self.bound {
            self.spill()?;
        }
        Ok(())
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        let of = |held: &Held| &bytes[held.at..held.at + held.length];
        self.held
            .sort_unstable_by(|one, other| (one.key, of(one)).cmp(&(other.key, of(other))));
    }

    /// Writes what is held as a run.
    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let mut out = BufWriter::with_capacity(BUFFER, tempfile::tempfile()?);
        for held in &self.held {
            let bytes = &self.bytes[held.at..held.at + held.length];
            write(&mut out, held.key, bytes)?;
        }
        self.runs.push(rewound(out)?);
        self.held.clear();
        self.bytes.clear();
        if self.runs.len() == MOST_RUNS {
            let mut merged = BufWriter::with_capacity(BUFFER, tempfile::tempfile()?);
            for record in Merge::new(std::mem::take(&mut self.runs))? {
                record?.write(&mut merged)?;
            }
            self.runs.push(rewound(merged)?);
        }
        Ok(())
    }

    /// All records in order.
    pub fn finish(mut self) -> io::Result<Sorted> {
        if self.runs.is_empty() {
            self.sort();
            return Ok(Sorted::Held {
                held: self.held.into_iter(),
                bytes: self.bytes,
            });
        }
        self.spill()?;
        self.bytes = Vec::new();
        self.held = Vec::new();
        Merge::new(self.runs).map(Sorted::Merged)
    }
}

fn rewound(out: BufWriter<File>) -> io::Result<File> {
    let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(file)
}

/// Records in order, from memory or from runs.
pub enum Sorted {
    Held {
        held: std::vec::IntoIter<Held>,
        bytes: Vec<u8>,
    },
    Merged(Merge),
}

impl Iterator for Sorted {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Sorted::Held { held, bytes } => {
                let Held { key, at, length } = held.next()?;
                let (unit, time, id) = key;
                let bytes = bytes[at..at + length].to_vec();
                Some(Ok(Record {
                    unit,
                    time,
                    id,
                    bytes,
                }))
            }
            Sorted::Merged(merge) => merge.next(),
        }
    }
}

/// Merges runs: the least record of each is in a heap.
pub struct Merge {
    runs: Vec<BufReader<File>>,
    heads: BinaryHeap<Reverse<(Record, usize)>>,
}

impl Merge {
    fn new(runs: Vec<File>) -> io::Result<Merge> {
        let mut merge = Merge {
            runs: runs
                .into_iter()
                .map(|run| BufReader::with_capacity(BUFFER, run))
                .collect(),
            heads: BinaryHeap::new(),
        };
        for run in 0..merge.runs.len() {
            merge.refill(run, Record::default())?;
        }
        Ok(merge)
    }

    fn refill(&mut self, run: usize, mut record: Record) -> io::Result<()> {
        if record.read(&mut self.runs[run])? {
            self.heads.push(Reverse((record, run)));
        }
        Ok(())
    }
}

impl Iterator for Merge {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((record, run)) = self.heads.pop()?;
        Some(self.refill(run, Record::default()).map(|()| record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn records_come_in_order_however_little_memory_there_is(
            records in prop::collection::vec((0u64..5, -3i64..3, 0u64..3, prop::collection::vec(any::<u8>(), 0..4)), 0..300),
            bound in prop::sample::select(vec![1usize, 100, 1000, 1 << 20]),
        ) {
            let mut sorter = Sorter::new(bound);
            for (unit, time, id, bytes) in &records {
                sorter.push((*unit, *time, *id), |out| out.extend(bytes)).unwrap();
            }
            let found: Vec<_> = sorter.finish().unwrap().map(|record| {
                let Record { unit, time, id, bytes } = record.unwrap();
                (unit, time, id, bytes)
            }).collect();
            let mut expected = records;
            expected.sort();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_run_that_ends_within_a_record_is_an_error() {
        let record = Record {
            bytes: vec![1, 2, 3],
            ..Record::default()
        };
        let mut bytes = Vec::new();
        record.write(&mut bytes).unwrap();
        for end in 1..bytes.len() {
            assert!(Record::default().read(&mut &bytes[..end]).is_err());
        }
        let mut back = Record::default();
        assert!(back.read(&mut &bytes[..]).unwrap() && back == record);
        assert!(!back.read(&mut &[][..]).unwrap());
    }
}
