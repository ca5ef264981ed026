//! Properties in any dialect → the fields of one event and of its products, each checked.

use super::dialect::{self, Meaning, Scope};
use super::event::Product;
use super::field::{Field, Form, LONGEST, MANY, MOST, Of, Scalar};
use super::kind::Kind;
use super::name::fold;
use super::refusal::Refusal;
use super::value::Value;
use crate::{consent, decimal};

/// Products that one event may have.
pub const PRODUCTS: usize = 500;

/// What the properties of one event came to.
pub(super) struct Content {
    pub products: Vec<Product>,
    pub fields: Vec<(Field, Scalar)>,
    /// Properties that were not taken.
    pub dropped: Dropped,
}

/// Properties that were not taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Outside the allow-list, or out of place.
    pub unknown: u32,
    /// Held personal data.
    pub personal: u32,
}

pub(super) fn read(kind: Kind, properties: &Value) -> Result<Content, Refusal> {
    let mut reading = Reading {
        kind,
        fields: Vec::new(),
        products: None,
        listed: false,
        personal: 0,
        dropped: Dropped::default(),
    };
    let mut single = Draft::default();
    match properties {
        Value::Map(map) => reading.object(Scope::Root, map, &mut single)?,
        Value::Null => {}
        Value::Beyond => return Err(Refusal::TooMany("properties")),
        _ => return Err(Refusal::BadType("properties")),
    }
    reading.finish(single)
}

struct Reading {
    kind: Kind,
    /// Of the event itself.
    fields: Vec<(Field, Scalar)>,
    /// From a list of products, once one was read.
    products: Option<Vec<Product>>,
    /// Inside that list.
    listed: bool,
    /// A bit for each field left out because of personal data.
    personal: u64,
    dropped: Dropped,
}

/// A product whose properties are still being found.
#[derive(Default)]
struct Draft {
    fields: Vec<(Field, Scalar)>,
    line_id: Option<String>,
    levels: [Option<String>; 5],
}

impl Reading {
    fn object(
        &mut self,
        scope: Scope,
        object: &[(String, Value)],
        product: &mut Draft,
    ) -> Result<(), Refusal> {
        for (name, value) in object {
            let name = fold(name);
            if let Value::Map(inner) = value
                && let Some(scope) = dialect::inner(name)
            {
                self.object(scope, inner, product)?;
            } else if !self.listed
                && let Some(scope) = dialect::list(name)
            {
                self.list(scope, value)?;
            } else if let Some(meaning) = dialect::meaning(scope, name) {
                self.property(meaning, value, product)?;
            } else {
                self.dropped.unknown += 1;
            }
        }
        Ok(())
    }

    fn list(&mut self, scope: Scope, value: &Value) -> Result<(), Refusal> {
        let list = match value {
            Value::Null => return Ok(()),
            _ if self.products.is_some() => return Ok(()),
            Value::List(list) if list.len() <= PRODUCTS => list,
            Value::List(_) | Value::Beyond => return Err(Refusal::TooMany("products")),
            _ => return Err(Refusal::BadType("products")),
        };
        let mut products = Vec::with_capacity(list.len());
        self.listed = true;
        for element in list {
            let Value::Map(object) = element else {
                return Err(Refusal::BadType("products"));
            };
            let mut draft = Draft::default();
            self.object(scope, object, &mut draft)?;
            products.push(self.product(draft)?);
        }
        self.listed = false;
        self.products = Some(products);
        Ok(())
    }

    fn property(
        &mut self,
        meaning: Meaning,
        value: &Value,
        product: &mut Draft,
    ) -> Result<(), Refusal> {
        let field = match meaning {
            Meaning::Field(Field::Position) if self.is_promotion() && !self.listed => Field::Slot,
            Meaning::Field(field) => field,
            Meaning::LineId => Field::ProductId,
            Meaning::Level(_) => Field::Category,
        };
        let on_product = self.listed || self.kind.is_single();
        let to_product = match field.of() {
            Of::Product if on_product => true,
            Of::Either => on_product,
            // GA4 and Shopify may say the currency with each item; it is the event's.
            Of::Event if !self.listed || field == Field::Currency => false,
            _ => {
                self.dropped.unknown += 1;
                return Ok(());
            }
        };
        let Some(scalar) = self.scalar(field, value)? else {
            return Ok(());
        };
        match (meaning, scalar) {
            (Meaning::LineId, Scalar::Text(id)) => product.line_id = Some(id),
            (Meaning::Level(level), Scalar::Text(text)) if to_product => {
                product.levels[usize::from(level)] = Some(text);
            }
            (_, scalar) if to_product => put(&mut product.fields, field, scalar),
            (_, scalar) => put(&mut self.fields, field, scalar),
        }
        Ok(())
    }

    fn is_promotion(&self) -> bool {
        matches!(self.kind, Kind::PromotionViewed | Kind::PromotionClicked)
    }

    /// The value as this field holds it; `None` where it says nothing, or too much about a person.
    fn scalar(&mut self, field: Field, value: &Value) -> Result<Option<Scalar>, Refusal> {
        let name = field.name();
        let form = field.form();
        if matches!(form, Form::Id | Form::Text) {
            return self.text(field, value);
        }
        let number = match value {
            Value::Null => return Ok(None),
            Value::Number(number) => *number,
            Value::Text(text) if text.trim().is_empty() => return Ok(None),
            Value::Text(text) => decimal::parse(text).ok_or(Refusal::BadType(name))?,
            Value::Map(money) if form == Form::Amount => return self.money(field, money),
            _ => return Err(Refusal::BadType(name)),
        };
        let scalar = if form == Form::Amount {
            (0.0..=MOST)
                .contains(&number)
                .then_some(Scalar::Amount(number))
        } else {
            let count = number as u32;
            let least = u32::from(field == Field::Quantity);
            (f64::from(count) == number && (least..=MANY).contains(&count))
                .then_some(Scalar::Count(count))
        };
        scalar.map(Some).ok_or(Refusal::BadRange(name))
    }

    /// Shopify writes `{ amount: "12.00", currencyCode: "EUR" }`.
    fn money(
        &mut self,
        field: Field,
        money: &[(String, Value)],
    ) -> Result<Option<Scalar>, Refusal> {
        let part = |name: u32| {
            money
                .iter()
                .find(|(key, _)| fold(key) == name)
                .map(|row| &row.1)
        };
        let amount = match part(dialect::AMOUNT) {
            Some(amount @ (Value::Number(_) | Value::Text(_))) => amount,
            Some(Value::Null) => return Ok(None),
            _ => return Err(Refusal::BadType(field.name())),
        };
        if let Some(code) = part(dialect::CURRENCY_CODE)
            && let Some(code) = self.text(Field::Currency, code)?
        {
            put(&mut self.fields, Field::Currency, code);
        }
        self.scalar(field, amount)
    }

    fn text(&mut self, field: Field, value: &Value) -> Result<Option<Scalar>, Refusal> {
        let name = field.name();
        let mut digits = String::new();
        let text = match value {
            Value::Text(text) => text.trim(),
            // A key of digits is a number in many shops.
            Value::Number(number) => {
                let whole = *number as u64;
                if whole as f64 != *number || whole >= 1 << 53 {
                    return Err(Refusal::BadType(name));
                }
                decimal::print_uint(&mut digits, whole);
                &digits
            }
            Value::List(list) if field == Field::Category => match list.first() {
                Some(first @ Value::Text(_)) => return self.text(field, first),
                Some(_) => return Err(Refusal::BadType(name)),
                None => return Ok(None),
            },
            Value::Null => return Ok(None),
            Value::Beyond => return Err(Refusal::TooLong(name)),
            _ => return Err(Refusal::BadType(name)),
        };
        // The query of an address carries identifiers, its fragment sometimes secrets.
        let text = match text.find(['?', '#']) {
            Some(end) if field == Field::Path => &text[..end],
            _ => text,
        };
        if text.len() > LONGEST {
            return Err(Refusal::TooLong(name));
        }
        if text.is_empty() {
            return Ok(None);
        }
        let found = if field.form() == Form::Id {
            consent::in_key(text)
        } else {
            consent::in_text(text)
        };
        if found.is_some() {
            self.personal |= 1 << field as u8;
            self.dropped.personal += 1;
            return Ok(None);
        }
        Ok(Some(Scalar::Text(text.into())))
    }

    fn product(&self, draft: Draft) -> Result<Product, Refusal> {
        let mut product = Product::new("");
        let mut id = draft.line_id;
        for (field, scalar) in draft.fields {
            match (field, scalar) {
                (Field::ProductId, Scalar::Text(text)) => id = Some(text),
                (Field::Category, Scalar::Text(text)) => product.category = Some(text),
                (Field::Brand, Scalar::Text(text)) => product.brand = Some(text),
                (Field::Price, Scalar::Amount(amount)) => product.price = Some(amount),
                (Field::Quantity, Scalar::Count(count)) => product.quantity = count,
                other => product.fields.push(other),
            }
        }
        if product.category.is_none() {
            product.category = path(draft.levels);
            if product
                .category
                .as_ref()
                .is_some_and(|path| path.len() > LONGEST)
            {
                return Err(Refusal::TooLong("category"));
            }
        }
        product.id = id.ok_or_else(|| self.missing(Field::ProductId))?;
        Ok(product)
    }

    fn missing(&self, field: Field) -> Refusal {
        if self.personal >> field as u8 & 1 == 1 {
            Refusal::Personal(field.name())
        } else {
            Refusal::Missing(field.name())
        }
    }

    fn require(&self, field: Field) -> Result<(), Refusal> {
        let held = self.fields.iter().any(|(held, _)| *held == field);
        if held {
            Ok(())
        } else {
            Err(self.missing(field))
        }
    }

    fn finish(mut self, single: Draft) -> Result<Content, Refusal> {
        let mut products = self.products.take().unwrap_or_default();
        if self.kind.is_single() && products.is_empty() {
            products.push(self.product(single)?);
        }
        match self.kind {
            Kind::ProductsSearched => self.require(Field::Query)?,
            Kind::OrderCompleted
            | Kind::OrderUpdated
            | Kind::OrderCancelled
            | Kind::OrderRefunded => {
                self.require(Field::OrderId)?;
            }
            _ => {}
        }
        if self.kind == Kind::OrderCompleted && products.is_empty() {
            return Err(Refusal::Missing("products"));
        }
        Ok(Content {
            products,
            fields: self.fields,
            dropped: self.dropped,
        })
    }
}

/// The first value of a field stays.
fn put(fields: &mut Vec<(Field, Scalar)>, field: Field, scalar: Scalar) {
    if fields.iter().all(|(held, _)| *held != field) {
        fields.push((field, scalar));
    }
}

/// `Fresh > Fruit`.
fn path(levels: [Option<String>; 5]) -> Option<String> {
    let levels: Vec<String> = levels.into_iter().flatten().collect();
    (!levels.is_empty()).then(|| levels.join(" > "))
}
