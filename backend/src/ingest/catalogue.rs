//! A Merchant product feed → products.
//!
//! Only `id` is needed. A value that cannot be read is left out and counted, the row stays: a product without a price
//! can still be recommended.

mod column;
mod related;
mod row;
mod stock;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use self::column::{Column, Columns};
use self::row::Reading;
use super::error::File;
use super::source::Source;
use super::table::{Needed, Table};
use super::{Catalogue, Error, Product, Reader, Reason, Refusals};

/// Bytes of a key, and of any text that a model holds.
const LONGEST: usize = 255;
const ID: Needed = Needed("id", "");
const WHAT: &str = "reading the catalogue";

/// Reads a product feed. Rows of one id are one product: a later one replaces what it says, and one without a title (a
/// variant, a picture, another language) only adds.
pub(super) fn read(path: &Path, reader: &mut Reader) -> Result<Catalogue, Error> {
    let source = Source::open(path, WHAT)?;
    let wanted = |name: &str| column::look(name, &reader.hints);
    let mut table = Table::open(source, File::Catalogue, reader.hints.layout, &wanted)?;
    let mut mine = Refusals::default();
    let mut rows = Rows::default();
    let columns = Columns::of(&mut table, &reader.hints)?;
    if !columns.has(Column::Id) {
        let likely: Vec<String> = table
            .met()
            .iter()
            .filter(|name| column::is_like_id(name))
            .cloned()
            .collect();
        let likely: Vec<String> = likely.iter().map(|name| super::table::fold(name)).collect();
        let likely: Vec<&str> = likely.iter().map(String::as_str).collect();
        table.need(ID, &likely, |_| false)?;
    }
    while table.advance(&mut mine)? {
        rows.take(&table, &columns, reader.now, &mut mine);
    }
    let name = table.name.clone();
    let catalogue = rows.conclude(&name, &mut mine);
    table.conclude(catalogue.products.len() as u64, None, mine, reader)?;
    Ok(catalogue)
}

/// A product, with what is settled only when all are known.
struct Row {
    product: Product,
    line: u64,
    currency: Option<String>,
    /// True when out of stock; `None` when the row does not say.
    out: Option<bool>,
    /// The row holds the texts of another language, and nothing else.
    translates: bool,
}

impl Row {
    /// Takes over from `other`, a row of the same product, what this one leaves open.
    fn fill(&mut self, other: Row) {
        let (mine, theirs) = (&mut self.product, other.product);
        if mine.titles.is_empty() {
            mine.titles = theirs.titles;
        }
        if mine.category.is_empty() {
            mine.category = theirs.category;
        }
        if mine.price.is_none() {
            (mine.price, self.currency) = (theirs.price, other.currency);
        }
        mine.brand = mine.brand.take().or(theirs.brand);
        mine.repeatable = mine.repeatable.or(theirs.repeatable);
        if mine.attributes.is_empty() {
            mine.attributes = theirs.attributes;
        }
        mine.group = mine.group.take().or(theirs.group);
        mine.first_seen = mine.first_seen.or(theirs.first_seen);
        if mine.keywords.is_empty() {
            mine.keywords = theirs.keywords;
        }
        if mine.related.is_empty() {
            mine.related = theirs.related;
        }
        self.out = self.out.or(other.out);
        mine.out_of_stock = self.out.unwrap_or(false);
    }

    /// Adds what a variant, a picture or a translation of the product says.
    fn add(&mut self, part: Row) {
        for title in &part.product.titles {
            if !self.product.titles.contains(title) {
                self.product.titles.push(title.clone());
            }
        }
        if part.translates {
            return;
        }
        for attribute in &part.product.attributes {
            if !self.product.attributes.contains(attribute) {
                self.product.attributes.push(attribute.clone());
            }
        }
        // There is none of the product where there is none of any variant.
        if let (Some(mine), Some(theirs)) = (self.out, part.out) {
            self.out = Some(mine && theirs);
        }
        self.fill(part);
    }
}

#[derive(Default)]
struct Rows {
    products: Vec<Row>,
    by_key: HashMap<String, usize>,
}

impl Rows {
    fn take(&mut self, table: &Table, columns: &Columns, now: i64, refusals: &mut Refusals) {
        let mut reading = Reading {
            table,
            columns,
            now,
            refusals,
        };
        let Some(row) = reading.row() else {
            return;
        };
        let Some(&place) = self.by_key.get(&row.product.key) else {
            self.by_key
                .insert(row.product.key.clone(), self.products.len());
            self.products.push(row);
            return;
        };
        let known = &mut self.products[place];
        if row.translates || row.product.titles.is_empty() && !known.product.titles.is_empty() {
            refusals.note(Reason::Part, &table.name, row.line, "id", &row.product.key);
            known.add(row);
        } else {
            refusals.note(
                Reason::Replaced,
                &table.name,
                known.line,
                "id",
                &row.product.key,
            );
            let before = std::mem::replace(known, row);
            known.fill(before);
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
