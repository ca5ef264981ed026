//! The two tables that are used: products and transactions.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use super::Error;
use crate::progress;

#[derive(Clone, Debug, Default)]
pub struct Product {
    pub id: i64,
    pub maker: i64,
    pub department: String,
    /// The supermarket's own brand.
    pub private: bool,
    pub category: Option<String>,
    pub kind: Option<String>,
    pub size: Option<String>,
}

/// One line of a receipt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    pub household: i64,
    pub basket: i64,
    pub product: i64,
    pub quantity: i64,
    /// What was paid to the shop, for all of them.
    pub dollars: f64,
    /// Unix milliseconds; the till's local time is taken for UTC.
    pub time: i64,
}

pub fn products(path: &Path) -> Result<Vec<Product>, Error> {
    let columns = [
        "product_id",
        "manufacturer_id",
        "department",
        "brand",
        "product_category",
        "product_type",
        "package_size",
    ];
    table(path, "reading products", columns, |cells| {
        let [id, maker, department, brand, category, kind, size] = cells;
        Some(Product {
            id: integer(id)?,
            maker: integer(maker).unwrap_or_default(),
            department: text(department)?,
            private: text(brand).is_some_and(|brand| brand == "Private"),
            category: text(category),
            kind: text(kind),
            size: text(size),
        })
    })
}

pub fn lines(path: &Path) -> Result<Vec<Line>, Error> {
    let columns = [
        "household_id",
        "basket_id",
        "product_id",
        "quantity",
        "sales_value",
        "transaction_timestamp",
    ];
    table(path, "reading purchases", columns, |cells| {
        let [household, basket, product, quantity, dollars, time] = cells;
        Some(Line {
            household: integer(household)?,
            basket: integer(basket)?,
            product: integer(product)?,
            quantity: integer(quantity)?,
            dollars: match dollars {
                Field::Double(value) if value.is_finite() => *value,
                _ => return None,
            },
            time: match time {
                Field::TimestampMillis(time) => *time,
                Field::TimestampMicros(time) => time.div_euclid(1000),
                _ => return None,
            },
        })
    })
}

fn integer(field: &Field) -> Option<i64> {
    match field {
        Field::Long(value) => Some(*value),
        Field::Int(value) => Some((*value).into()),
        _ => None,
    }
}

fn text(field: &Field) -> Option<String> {
    match field {
        Field::Str(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

/// Reads some columns of a table; rows that `row` makes nothing of are left out.
fn table<T, const N: usize>(
    path: &Path,
    what: &'static str,
    columns: [&'static str; N],
    row: impl Fn([&Field; N]) -> Option<T>,
) -> Result<Vec<T>, Error> {
    let file = File::open(path).map_err(|source| Error::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let damaged = |source: ParquetError| Error::Damaged {
        path: path.to_owned(),
        source,
    };
    let reader = SerializedFileReader::new(file).map_err(damaged)?;
    let about = reader.metadata().file_metadata();
    let count = u64::try_from(about.num_rows()).unwrap_or(0);
    let mut wanted = Vec::new();
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        let fields = about.schema().get_fields();
        let Some(field) = fields.iter().find(|field| field.name() == column) else {
            let path = path.to_owned();
            return Err(Error::Column { path, column });
        };
        *place = wanted.len();
        wanted.push(Arc::clone(field));
    }
    let schema = Type::group_type_builder(about.schema().name())
        .with_fields(wanted)
        .build()
        .map_err(damaged)?;
    let rows = RowIter::from_file_into(Box::new(reader))
        .project(Some(schema))
        .map_err(damaged)?;
    let mut read = Vec::new();
    for cells in progress::bar(what, count).wrap_iter(rows) {
        let cells = cells.map_err(damaged)?.into_columns();
        read.extend(row(places.map(|place| &cells[place].1)));
    }
    Ok(read)
}
