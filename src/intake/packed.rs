//! An event as a row of bytes on the device.
//!
//! `1` (version) · kind · time · session · sequence · id · products · fields. A product is id · quantity · fields,
//! its category, brand and price among them. Numbers are LEB128, texts and lists have their length before them; a field
//! is its number and then a text, a float of 8 bytes or a number, as its form says. What is read back needs no second
//! check: a row that breaks a bound of intake is no event.

use super::event::{Event, Product, put};
use super::field::{Field, Form, LONGEST, MANY, MOST, Scalar};
use super::kind::Kind;
use super::read::PRODUCTS;
use super::session::Session;
use crate::codec::{Reader, put_float, put_text, put_uint};

const VERSION: u8 = 1;

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
        put_uint(out, self.fields.len() as u64);
        put_fields(out, &self.fields);
    }

    /// The event of a row; `None` when it is damaged or of another version.
    #[inline(never)]
    pub fn decode(row: &[u8]) -> Option<Event> {
        let reader = &mut Reader::new(row);
        let version = reader.byte();
        reader.require(version == VERSION);
        let kind = Kind::from_number(reader.byte());
        reader.require(kind.is_some());
        let mut event = Event {
            id: String::new(),
            kind: kind.unwrap_or(Kind::PageViewed),
            time: reader.uint() as i64,
            session: Session(reader.uint()),
            sequence: reader.small(),
            products: Vec::new(),
            fields: Vec::new(),
        };
        event.id = text(reader);
        for _ in 0..reader.count(3, PRODUCTS) {
            let mut product = Product::new(text(reader));
            product.quantity = count(reader).max(1);
            for _ in 0..reader.count(2, usize::MAX) {
                if let Some((field, scalar)) = field(reader) {
                    product.set(field, scalar);
                }
            }
            event.products.push(product);
        }
        for _ in 0..reader.count(2, usize::MAX) {
            if let Some((field, scalar)) = field(reader) {
                put(&mut event.fields, field, scalar);
            }
        }
        reader.ends().then_some(event)
    }
}

impl Product {
    fn encode(&self, out: &mut Vec<u8>) {
        put_text(out, &self.id);
        put_uint(out, self.quantity.into());
        let texts = [
            (Field::Category, &self.category),
            (Field::Brand, &self.brand),
        ];
        let own = texts.iter().filter(|(_, text)| text.is_some()).count();
        let count = self.fields.len() + own + usize::from(self.price.is_some());
        put_uint(out, count as u64);
        for &(field, text) in &texts {
            if let Some(text) = text {
                out.push(field as u8);
                put_text(out, text);
            }
        }
        if let Some(price) = self.price {
            out.push(Field::Price as u8);
            put_float(out, price);
        }
        put_fields(out, &self.fields);
    }
}

fn put_fields(out: &mut Vec<u8>, fields: &[(Field, Scalar)]) {
    for (field, scalar) in fields {
        out.push(*field as u8);
        match scalar {
            Scalar::Text(text) => put_text(out, text),
            Scalar::Amount(amount) => put_float(out, *amount),
            Scalar::Count(count) => put_uint(out, (*count).into()),
        }
    }
}

/// `None` where there is no such field: the reader has failed then.
fn field(reader: &mut Reader<'_>) -> Option<(Field, Scalar)> {
    let field = Field::from_number(reader.byte());
    reader.require(field.is_some());
    let field = field?;
    let scalar = match field.form() {
        Form::Id | Form::Text => Scalar::Text(text(reader)),
        Form::Amount => {
            let amount = reader.float();
            reader.require((0.0..=MOST).contains(&amount));
            Scalar::Amount(amount)
        }
        Form::Count => Scalar::Count(count(reader)),
    };
    Some((field, scalar))
}

fn text(reader: &mut Reader<'_>) -> String {
    let text = reader.text();
    reader.require(text.len() <= LONGEST);
    text.into()
}

fn count(reader: &mut Reader<'_>) -> u32 {
    let count = reader.small();
    reader.require(count <= MANY);
    count
}
