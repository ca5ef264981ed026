//! Parquet: columns with a schema; nested values become JSON.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indicatif::ProgressBar;
use parquet::basic::{LogicalType, Type as Physical};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use serde_json::Value;

use super::{Cells, Columns, Step};
use crate::ingest::{Error, Reason, Understanding, instant};

/// Whole numbers beyond this are not exact in a 64-bit float, and in a 32-bit one.
const EXACT: f64 = 9_007_199_254_740_992.0;
const EXACT_SINGLE: f32 = 16_777_216.0;

pub(super) struct Rows {
    path: PathBuf,
    rows: RowIter<'static>,
    /// For each column read its place among the kept ones.
    places: Vec<usize>,
    /// For each column read whether its bytes are a UUID.
    uuids: Vec<bool>,
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
            let mut uuids = Vec::new();
            for field in about.schema().get_fields() {
                if let Some(place) = columns.place(field.name()) {
                    places.push(place);
                    uuids.push(is_uuid(field));
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
                uuids,
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
        let places = self.places.iter().zip(&self.uuids);
        for ((name, field), (place, uuid)) in row.get_column_iter().zip(places) {
            let value = if *uuid {
                hyphenated(field)
            } else {
                text(field)
            };
            match value {
                Ok(text) => cells.set(*place, &text),
                Err(reason) => {
                    return Ok(Step::Refused {
                        reason,
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

    fn describe(&self, understood: &mut Understanding) {
        understood.format = "Parquet";
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Whether a column holds sixteen bytes for a UUID rather than letters.
fn is_uuid(field: &Type) -> bool {
    match field {
        Type::PrimitiveType {
            basic_info,
            physical_type: Physical::FIXED_LEN_BYTE_ARRAY,
            type_length: 16,
            ..
        } => matches!(
            basic_info.logical_type_ref(),
            None | Some(LogicalType::Uuid)
        ),
        _ => false,
    }
}

fn hyphenated(field: &Field) -> Result<String, Reason> {
    match field {
        // Sixteen letters are letters.
        Field::Bytes(bytes) if !bytes.data().iter().all(u8::is_ascii_graphic) => {
            let uuid = uuid::Uuid::from_slice(bytes.data()).map_err(|_| Reason::Encoding)?;
            Ok(uuid.to_string())
        }
        other => text(other),
    }
}

/// A number without its last digits, written so that nobody takes it for an id.
fn scientific(text: String) -> String {
    if text.contains('.') {
        text
    } else {
        text.replacen('e', ".0e", 1)
    }
}

/// A value as the text of a cell, or why there is none: bytes that are no text.
fn text(field: &Field) -> Result<String, Reason> {
    Ok(match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => {
            String::from_utf8(bytes.data().to_vec()).map_err(|_| Reason::Encoding)?
        }
        Field::Float(value) if !value.is_finite() => String::new(),
        Field::Double(value) if !value.is_finite() => String::new(),
        Field::Float(value) if value.abs() > EXACT_SINGLE && value.fract() == 0.0 => {
            scientific(format!("{value:e}"))
        }
        Field::Double(value) if value.abs() > EXACT => scientific(format!("{value:e}")),
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
