//! A Merchant product feed → products.
//!
//! Only `id` is needed. A value that cannot be read is left out and counted, the row stays: a product without a price
//! can still be recommended.

mod column;
mod related;
mod row;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use self::column::{Column, Columns};
use self::row::Reading;
use super::error::File;
use super::table::{Needed, Table};
use super::{Catalogue, Error, Product, Reader, Reason, Refusals};

/// Bytes of a key, and of any text that a model holds.
const LONGEST: usize = 255;
const ID: Needed = Needed("id", "");
const WHAT: &str = "reading the catalogue";
/// Other names that shops give the id, to suggest what to rename.
const LIKE_ID: [&str; 10] = [
    "itemid",
    "productid",
    "sku",
    "item",
    "product",
    "offerid",
    "goodsid",
    "stockcode",
    "code",
    "key",
];

/// Reads a product feed. Of rows with the same id the last counts.
pub(super) fn read(path: &Path, reader: &mut Reader) -> Result<Catalogue, Error> {
    let wanted = |name: &str| Column::named(name).is_some();
    let mut table = Table::open(path, File::Catalogue, WHAT, wanted)?;
    let mut mine = Refusals::default();
    let mut columns = Columns::default();
    let mut rows = Rows::default();
    let is_id = |name: &str| Column::named(name) == Some(Column::Id);
    table.need(ID, &LIKE_ID, is_id)?;
    while table.advance(&mut mine)? {
        columns.learn(table.columns());
        rows.take(&table, &columns, &mut mine);
    }
    table.need(ID, &LIKE_ID, is_id)?;
    let catalogue = rows.conclude(&table.name, &mut mine);
    table.conclude(mine, reader)?;
    Ok(catalogue)
}

/// A product, with what is settled only when all are known.
struct Row {
    product: Product,
    line: u64,
    currency: Option<String>,
}

#[derive(Default)]
struct Rows {
    products: Vec<Row>,
    by_key: HashMap<String, usize>,
}

impl Rows {
    fn take(&mut self, table: &Table, columns: &Columns, refusals: &mut Refusals) {
        let mut reading = Reading {
            table,
            columns,
            refusals,
        };
        let Some(row) = reading.row() else {
            return;
        };
        match self.by_key.get(&row.product.key) {
            Some(&place) => {
                let (line, key) = (self.products[place].line, &row.product.key);
                refusals.note(Reason::Replaced, &table.name, line, "id", key);
                self.products[place] = row;
            }
            None => {
                self.by_key
                    .insert(row.product.key.clone(), self.products.len());
                self.products.push(row);
            }
        }
    }

    /// Settles what leads to other products, and the currency: the one of most prices, of equals the first in the alphabet.
    fn conclude(mut self, name: &str, refusals: &mut Refusals) -> Catalogue {
        related::settle(&mut self.products, &self.by_key, name, refusals);
        let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &self.products {
            if let (Some(_), Some(currency)) = (row.product.price, &row.currency) {
                *uses.entry(currency).or_default() += 1;
            }
        }
        let most = uses.iter().rev().max_by_key(|(_, uses)| **uses);
        let currency = most.map(|(currency, _)| (*currency).to_owned());
        let products = self.products.into_iter().map(|row| {
            let mut product = row.product;
            if let Some(other) = row
                .currency
                .filter(|other| Some(other) != currency.as_ref())
                && let Some(price) = product.price.take()
            {
                refusals.note(
                    Reason::Currency,
                    name,
                    row.line,
                    "price",
                    &format!("{price} {other}"),
                );
            }
            product
        });
        Catalogue {
            products: products.collect(),
            currency,
        }
    }
}
