//! Parquet: columns with a schema; nested values become JSON.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indicatif::ProgressBar;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use serde_json::Value;

use super::{Cells, Columns, Step};
use crate::ingest::{Error, Reason, instant};

pub(super) struct Rows {
    path: PathBuf,
    rows: RowIter<'static>,
    /// For each column read its place among the kept ones.
    places: Vec<usize>,
    row: u64,
    bar: ProgressBar,
}

impl Rows {
    pub fn new(path: &Path, what: &'static str, columns: &mut Columns) -> Result<Rows, Error> {
        let file = File::open(path).map_err(|source| Error::Unreadable {
            path: path.into(),
            source,
        })?;
        guard(path, || {
            let reader = SerializedFileReader::new(file)?;
            let about = reader.metadata().file_metadata();
            let bar = crate::progress::bar(what, u64::try_from(about.num_rows()).unwrap_or(0));
            let mut places = Vec::new();
            let mut wanted = Vec::new();
            for field in about.schema().get_fields() {
                if let Some(place) = columns.place(field.name()) {
                    places.push(place);
                    wanted.push(Arc::clone(field));
                }
            }
            let schema = Type::group_type_builder(about.schema().name())
                .with_fields(wanted)
                .build()?;
            Ok(Rows {
                path: path.into(),
                rows: RowIter::from_file_into(Box::new(reader)).project(Some(schema))?,
                places,
                row: 0,
                bar,
            })
        })
    }
}

/// Runs a step of the Parquet library, which answers some damaged files with a panic instead of an error.
fn guard<T>(path: &Path, step: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, Error> {
    let damaged = |detail| Error::Damaged {
        path: path.into(),
        format: "Parquet",
        detail,
    };
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(outcome) => outcome.map_err(|error| damaged(error.to_string())),
        Err(_) => Err(damaged("its pages contradict its schema".into())),
    }
}

impl super::Rows for Rows {
    fn step(&mut self, _: &mut Columns, cells: &mut Cells) -> Result<Step, Error> {
        let rows = &mut self.rows;
        let row = guard(&self.path, || rows.next().transpose())?;
        let Some(row) = row else {
            return Ok(Step::End);
        };
        self.row += 1;
        self.bar.inc(1);
        for ((name, field), place) in row.get_column_iter().zip(&self.places) {
            match text(field) {
                Some(text) => cells.set(*place, &text),
                None => {
                    return Ok(Step::Refused {
                        reason: Reason::Encoding,
                        column: name.clone(),
                        value: String::new(),
                    });
                }
            }
        }
        Ok(Step::Row)
    }

    fn line(&self) -> u64 {
        self.row
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A value as the text of a cell; `None` for bytes that are no text.
fn text(field: &Field) -> Option<String> {
    Some(match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => String::from_utf8(bytes.data().to_vec()).ok()?,
        Field::Float(value) => value.to_string(),
        Field::Double(value) => value.to_string(),
        Field::TimestampMillis(time) => instant::print(*time),
        Field::TimestampMicros(time) => instant::print(time.div_euclid(1000)),
        Field::Date(days) => instant::print(i64::from(*days) * 86_400_000),
        Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => json(field).to_string(),
        other => other.to_string(),
    })
}

fn json(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(value) => (*value).into(),
        Field::Group(row) => object(row),
        Field::ListInternal(list) => list.elements().iter().map(json).collect(),
        Field::MapInternal(map) => {
            let entries = map.entries().iter();
            Value::Object(
                entries
                    .map(|(key, value)| (text(key).unwrap_or_default(), json(value)))
                    .collect(),
            )
        }
        scalar => text(scalar).map_or(Value::Null, Value::String),
    }
}

fn object(row: &Row) -> Value {
    Value::Object(
        row.get_column_iter()
            .map(|(name, field)| (name.clone(), json(field)))
            .collect(),
    )
}
