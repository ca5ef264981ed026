//! The readers, tried with files on a disk as a shop would hand them over.

mod catalogue;
mod columns;
mod events;
mod feeds;
mod formats;
mod forms;
mod layouts;
mod parquet;
mod sessions;
mod wrong;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::parquet::basic::{ConvertedType, Repetition, Type as Physical};
use ::parquet::data_type::{ByteArray, ByteArrayType};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::Type;

use super::*;

/// `sessions` are a shopper, a time in hours, and letters: lower case viewed, upper case bought.
pub fn interactions(sessions: &[(u32, i64, &str)]) -> Interactions {
    let mut read = Interactions::default();
    for &(shopper, hour, letters) in sessions {
        let events = letters.chars().zip(0..).map(|(letter, n)| {
            let key = letter.to_ascii_lowercase().to_string();
            let item = read
                .items
                .iter()
                .position(|known| *known == key)
                .unwrap_or_else(|| {
                    read.items.push(key);
                    read.items.len() - 1
                });
            let kind = if letter.is_ascii_uppercase() {
                Kind::Buy
            } else {
                Kind::View
            };
            Interaction {
                item: item as u32,
                time: hour * 3_600_000 + n,
                kind,
            }
        });
        let events: Vec<Interaction> = events.collect();
        read.rows += events.len() as u64;
        read.newest = read.newest.max(events.last().map(|event| event.time));
        read.shoppers = read.shoppers.max(shopper + 1);
        read.sessions.push(Session {
            shopper,
            start: hour * 3_600_000,
            events,
        });
    }
    read
}

/// A folder that is gone after the test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("the file is written");
        path
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("memory takes it");
    packer.finish().expect("memory takes it")
}

/// A table of texts, written in each format that is read.
struct Rows<'a> {
    columns: &'a [&'a str],
    rows: &'a [Vec<String>],
}

impl Rows<'_> {
    fn delimited(&self, delimiter: u8) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .from_writer(Vec::new());
        writer.write_record(self.columns).expect("memory takes it");
        for row in self.rows {
            writer.write_record(row).expect("memory takes it");
        }
        writer.into_inner().expect("memory takes it")
    }

    /// As an export is that a person may look at.
    fn array(&self) -> Vec<u8> {
        let lines = self.lines();
        let rows = serde_json::Deserializer::from_slice(&lines).into_iter();
        let rows: Result<Vec<serde_json::Value>, _> = rows.collect();
        serde_json::to_vec_pretty(&rows.expect("it was written as JSON")).expect("it is written")
    }

    fn lines(&self) -> Vec<u8> {
        let mut text = String::new();
        for row in self.rows {
            let cells = self
                .columns
                .iter()
                .zip(row)
                .filter(|(_, cell)| !cell.is_empty());
            let cells = cells.map(|(name, cell)| ((*name).to_owned(), cell.clone().into()));
            text.push_str(&serde_json::Value::Object(cells.collect()).to_string());
            text.push('\n');
        }
        text.into_bytes()
    }

    fn parquet(&self) -> Vec<u8> {
        let field = |name: &&str| {
            let field = Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
                .with_repetition(Repetition::OPTIONAL)
                .with_converted_type(ConvertedType::UTF8);
            Arc::new(field.build().expect("a text column"))
        };
        let fields = self.columns.iter().map(field).collect();
        let schema = Type::group_type_builder("schema")
            .with_fields(fields)
            .build();
        let schema = Arc::new(schema.expect("a schema"));
        let mut bytes = Vec::new();
        let mut writer =
            SerializedFileWriter::new(&mut bytes, schema, Arc::default()).expect("a writer");
        let mut group = writer.next_row_group().expect("a row group");
        for column in 0..self.columns.len() {
            let mut out = group.next_column().expect("a column").expect("a column");
            let cells = || self.rows.iter().map(|row| &row[column]);
            let levels: Vec<i16> = cells().map(|cell| i16::from(!cell.is_empty())).collect();
            let values: Vec<ByteArray> = cells()
                .filter(|cell| !cell.is_empty())
                .map(|cell| ByteArray::from(cell.as_str()))
                .collect();
            out.typed::<ByteArrayType>()
                .write_batch(&values, Some(&levels), None)
                .expect("values are written");
            out.close().expect("a column ends");
        }
        group.close().expect("a row group ends");
        writer.close().expect("a file ends");
        bytes
    }

    /// The same table in every format, by file name.
    fn every_format(&self) -> Vec<(&'static str, Vec<u8>)> {
        vec![
            ("table.csv", self.delimited(b',')),
            ("table.tsv", self.delimited(b'\t')),
            ("semicolons.csv", self.delimited(b';')),
            ("table.jsonl", self.lines()),
            ("table.json", self.array()),
            ("table.parquet", self.parquet()),
            ("table.csv.gz", gzip(&self.delimited(b','))),
            ("table.jsonl.gz", gzip(&self.lines())),
        ]
    }
}

fn read_catalogue(path: &Path) -> (Catalogue, Refusals) {
    let mut refusals = Refusals::default();
    let catalogue = super::catalogue(path, &mut refusals).expect("the catalogue is read");
    (catalogue, refusals)
}

fn read_events(paths: &[PathBuf]) -> (Interactions, Refusals) {
    let mut refusals = Refusals::default();
    let interactions = super::events(paths, &mut refusals).expect("the events are read");
    (interactions, refusals)
}

/// Sessions as `shopper: item kind, …` with item keys.
fn told(interactions: &Interactions) -> Vec<String> {
    let event = |event: &Interaction| {
        let kind = match event.kind {
            Kind::View => "",
            Kind::Cart => "+",
            Kind::Buy => "!",
        };
        format!("{}{kind}", interactions.items[event.item as usize])
    };
    let sessions = interactions.sessions.iter();
    sessions
        .map(|session| {
            let events: Vec<String> = session.events.iter().map(event).collect();
            format!("{}: {}", session.shopper, events.join(" "))
        })
        .collect()
}
