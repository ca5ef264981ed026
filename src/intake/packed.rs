//! An event as a row of bytes on the device.
//!
//! `1` (version) · kind · time · session · sequence · id · products · fields. Numbers are LEB128, texts have
//! their length before them, amounts are floats of 8 bytes; a field is its number and then what its form says.
//! A row that breaks a rule of intake is no event: what is read back needs no second check.

use super::event::{Event, Product};
use super::field::{Field, Form, LONGEST, MANY, MOST, Scalar};
use super::kind::Kind;
use super::read::PRODUCTS;
use super::session::Session;
use crate::codec::{Reader, put_float, put_text, put_uint};

const VERSION: u8 = 1;

/// What a product has beside its id and its fields.
const CATEGORY: u8 = 1;
const BRAND: u8 = 2;
const PRICE: u8 = 4;

impl Event {
    /// Appends the event's row.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.push(self.kind as u8);
        put_uint(out, self.time as u64);
        put_uint(out, self.session.0);
        put_uint(out, self.sequence.into());
        put_text(out, &self.id);
        put_uint(out, self.products.len() as u64);
        for product in &self.products {
            product.encode(out);
        }
        put_fields(out, &self.fields);
    }

    /// The event of a row; `None` when it is damaged or of another version.
    pub fn decode(row: &[u8]) -> Option<Event> {
        let mut reader = Reader(row);
        if reader.byte()? != VERSION {
            return None;
        }
        let kind = Kind::from_number(reader.byte()?)?;
        let time = reader.uint()? as i64;
        let session = Session(reader.uint()?);
        let sequence = reader.uint()?.try_into().ok()?;
        let id = text(&mut reader)?;
        let count = reader.count(4)?;
        if count > PRODUCTS {
            return None;
        }
        let mut products = Vec::with_capacity(count);
        for _ in 0..count {
            products.push(Product::decode(&mut reader)?);
        }
        let fields = fields(&mut reader)?;
        let whole = Event {
            id,
            kind,
            time,
            session,
            sequence,
            products,
            fields,
        };
        reader.0.is_empty().then_some(whole)
    }
}

impl Product {
    fn encode(&self, out: &mut Vec<u8>) {
        put_text(out, &self.id);
        put_uint(out, self.quantity.into());
        out.push(
            u8::from(self.category.is_some()) * CATEGORY
                + u8::from(self.brand.is_some()) * BRAND
                + u8::from(self.price.is_some()) * PRICE,
        );
        for text in [&self.category, &self.brand].into_iter().flatten() {
            put_text(out, text);
        }
        if let Some(price) = self.price {
            put_float(out, price);
        }
        put_fields(out, &self.fields);
    }

    fn decode(reader: &mut Reader<'_>) -> Option<Product> {
        let mut product = Product::new(text(reader)?);
        product.quantity = count(reader)?;
        let has = reader.byte()?;
        if has & CATEGORY != 0 {
            product.category = Some(text(reader)?);
        }
        if has & BRAND != 0 {
            product.brand = Some(text(reader)?);
        }
        if has & PRICE != 0 {
            product.price = Some(amount(reader)?);
        }
        product.fields = fields(reader)?;
        (has <= CATEGORY + BRAND + PRICE && product.quantity > 0).then_some(product)
    }
}

fn put_fields(out: &mut Vec<u8>, fields: &[(Field, Scalar)]) {
    put_uint(out, fields.len() as u64);
    for (field, scalar) in fields {
        out.push(*field as u8);
        match scalar {
            Scalar::Text(text) => put_text(out, text),
            Scalar::Amount(amount) => put_float(out, *amount),
            Scalar::Count(count) => put_uint(out, (*count).into()),
        }
    }
}

fn fields(reader: &mut Reader<'_>) -> Option<Vec<(Field, Scalar)>> {
    let count_of_fields = reader.count(2)?;
    let mut fields: Vec<(Field, Scalar)> = Vec::new();
    for _ in 0..count_of_fields {
        let field = Field::from_number(reader.byte()?)?;
        // Each at most once, which also bounds the list.
        if fields.iter().any(|(held, _)| *held == field) {
            return None;
        }
        let scalar = match field.form() {
            Form::Id | Form::Text => Scalar::Text(text(reader)?),
            Form::Amount => Scalar::Amount(amount(reader)?),
            Form::Count => Scalar::Count(count(reader)?),
        };
        fields.push((field, scalar));
    }
    Some(fields)
}

fn text(reader: &mut Reader<'_>) -> Option<String> {
    let text = reader.text()?;
    (text.len() <= LONGEST).then(|| text.into())
}

fn amount(reader: &mut Reader<'_>) -> Option<f64> {
    reader
        .float()
        .filter(|amount| (0.0..=MOST).contains(amount))
}

fn count(reader: &mut Reader<'_>) -> Option<u32> {
    let count = reader.uint()?.try_into().ok()?;
    (count <= MANY).then_some(count)
}
