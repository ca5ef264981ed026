//! Properties in any dialect → the fields of one event and of its products, each checked.

use super::dialect::{self, Meaning, Scope};
use super::event::{Event, Product, put};
use super::field::{Field, Form, LONGEST, MANY, MOST, Of, Scalar};
use super::kind::Kind;
use super::number;
use super::refusal::Refusal;
use super::value::{Value, cut};
use crate::name::fold;
use crate::{consent, decimal};

/// Products that one event may have.
pub const PRODUCTS: usize = 500;

/// Properties that were not taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Outside the allow-list, or out of place.
    pub unknown: u32,
    /// Held personal data.
    pub personal: u32,
    /// Not what their field holds; lines of a list that are no product among them.
    pub invalid: u32,
}

/// Fills an event that has only its kind from properties in any dialect.
pub(super) fn read(event: &mut Event, properties: &Value) -> Result<Dropped, Refusal> {
    let mut reading = Reading {
        event,
        dropped: Dropped::default(),
        product: Product::new(""),
        listed: false,
        none: false,
        personal: 0,
        faults: Vec::new(),
    };
    match properties {
        Value::Map(map) => reading.object(Scope::Root, map)?,
        Value::Null => {}
        Value::Beyond => return Err(Refusal::TooMany("properties")),
        _ => return Err(Refusal::BadType("properties")),
    }
    reading.finish()?;
    Ok(reading.dropped)
}

struct Reading<'a> {
    event: &'a mut Event,
    dropped: Dropped,
    /// The product at hand: of the event, or of the element of a list.
    product: Product,
    /// Inside a list of products.
    listed: bool,
    /// The line at hand is of none of its product.
    none: bool,
    /// A bit for each field left out because of personal data.
    personal: u64,
    /// Why values were left out: an event is refused for it where it says nothing without them.
    faults: Vec<(Field, Refusal)>,
}

impl Reading<'_> {
    fn object(&mut self, scope: Scope, object: &[(String, Value)]) -> Result<(), Refusal> {
        for (name, value) in object {
            let name = fold(name);
            if name == dialect::TEST && scope == Scope::Root && *value == Value::Bool(true) {
                return Err(Refusal::Test);
            }
            if let Value::Map(inner) = value
                && let Some(scope) = dialect::inner(name)
            {
                self.object(scope, inner)?;
            } else if !self.listed
                && let Some(scope) = dialect::list(name)
            {
                self.list(scope, value)?;
            } else if let Some(meaning) = dialect::meaning(scope, name) {
                self.property(meaning, value)?;
            } else {
                self.dropped.unknown += 1;
            }
        }
        Ok(())
    }

    fn list(&mut self, scope: Scope, value: &Value) -> Result<(), Refusal> {
        let list = match value {
            Value::Null => return Ok(()),
            // One list is enough: some pages send the same under two names.
            _ if !self.event.products.is_empty() => return Ok(()),
            Value::List(list) if list.len() <= PRODUCTS => list,
            Value::List(_) | Value::Beyond => return Err(Refusal::TooMany("products")),
            _ => {
                self.dropped.invalid += 1;
                return Ok(());
            }
        };
        self.listed = true;
        let outside = core::mem::replace(&mut self.product, Product::new(""));
        for element in list {
            self.none = false;
            if let Value::Map(object) = element {
                self.object(scope, object)?;
            }
            // What a line has beside its product, such as a gift's wrapping, is no product.
            if self.none || self.take_product().is_err() {
                self.product = Product::new("");
                // That it is of none is counted.
                self.dropped.invalid += u32::from(!self.none);
            }
        }
        self.product = outside;
        self.listed = false;
        Ok(())
    }

    fn take_product(&mut self) -> Result<(), Refusal> {
        if self.product.id.is_empty() {
            return Err(self.missing(Field::ProductId));
        }
        let product = core::mem::replace(&mut self.product, Product::new(""));
        self.event.products.push(product);
        Ok(())
    }

    fn property(&mut self, meaning: Meaning, value: &Value) -> Result<(), Refusal> {
        let is_promotion = matches!(
            self.event.kind,
            Kind::PromotionViewed | Kind::PromotionClicked
        );
        let field = match meaning {
            Meaning::Field(Field::Position) if is_promotion && !self.listed => Field::Slot,
            Meaning::Field(field) => field,
            Meaning::LineId => Field::ProductId,
            Meaning::Deeper => Field::Category,
        };
        let on_product = self.listed || self.event.kind.is_single();
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
        let scalar = match self.scalar(field, value) {
            Ok(Some(scalar)) => scalar,
            Ok(None) => return Ok(()),
            Err(refusal) => {
                self.dropped.invalid += 1;
                self.faults.push((field, refusal));
                return Ok(());
            }
        };
        if !to_product {
            put(&mut self.event.fields, field, scalar);
            return Ok(());
        }
        let product = &mut self.product;
        match (meaning, &mut product.category, scalar) {
            (Meaning::LineId, ..) if !product.id.is_empty() => {}
            (Meaning::Deeper, Some(path), Scalar::Text(level)) => {
                // A path ends with a whole level.
                if path.len() + 3 + level.len() <= LONGEST {
                    path.push_str(" > ");
                    path.push_str(&level);
                }
            }
            (Meaning::Field(Field::Category), Some(_), _) => {}
            (Meaning::Field(Field::Quantity), _, Scalar::Amount(measure)) => {
                product.quantity = measure as u32 + 1;
                put(&mut product.fields, Field::Measure, Scalar::Amount(measure));
            }
            (_, _, scalar) => product.set(field, scalar),
        }
        Ok(())
    }

    /// The value as this field holds it; `None` where it says nothing, or too much about a person.
    fn scalar(&mut self, field: Field, value: &Value) -> Result<Option<Scalar>, Refusal> {
        let name = field.name();
        let form = field.form();
        let mut value = value;
        match value {
            // Google Retail lists the categories of a page, the first being its own.
            Value::List(list) if field == Field::Category => {
                value = list.first().unwrap_or(&Value::Null);
            }
            // Shopify writes `{ amount: "12.00", currencyCode: "EUR" }`.
            Value::Map(money) if form == Form::Amount => {
                if let Some(code) = part(money, dialect::CURRENCY_CODE)
                    && let Some(code) = self.text(Field::Currency, code)?
                {
                    put(&mut self.event.fields, Field::Currency, code);
                }
                value = part(money, dialect::AMOUNT).unwrap_or(value);
            }
            _ => {}
        }
        if matches!(form, Form::Id | Form::Text) {
            return self.text(field, value);
        }
        let number = match value {
            Value::Null => return Ok(None),
            Value::Number(number) => *number,
            Value::Text(text) if text.trim_ascii().is_empty() => return Ok(None),
            Value::Text(text) => number::read(text).ok_or(Refusal::BadType(name))?,
            _ => return Err(Refusal::BadType(name)),
        };
        let count = number as u32;
        let quantity = field == Field::Quantity;
        let least = u32::from(quantity);
        self.none |= quantity && number == 0.0;
        let is_part = quantity && number > 0.0 && number < MANY.into() && number.fract() != 0.0;
        if is_part || (form == Form::Amount && (0.0..=MOST).contains(&number)) {
            Ok(Some(Scalar::Amount(number)))
        } else if form == Form::Count
            && f64::from(count) == number
            && (least..=MANY).contains(&count)
        {
            Ok(Some(Scalar::Count(count)))
        } else {
            Err(Refusal::BadRange(name))
        }
    }

    fn text(&mut self, field: Field, value: &Value) -> Result<Option<Scalar>, Refusal> {
        let name = field.name();
        let mut digits = String::new();
        let mut text = match value {
            Value::Text(text) => text.trim_ascii(),
            // A key of digits is a number in many shops.
            Value::Number(number) => {
                let whole = *number as u64;
                if whole as f64 != *number || whole >= 1 << 53 {
                    return Err(Refusal::BadType(name));
                }
                decimal::print_uint(&mut digits, whole);
                &digits
            }
            Value::Null => return Ok(None),
            _ => return Err(Refusal::BadType(name)),
        };
        if field == Field::Path {
            text = bare_path(text);
        }
        let words = field.form() == Form::Text;
        if text.len() > LONGEST && !words {
            return Err(Refusal::TooLong(name));
        }
        if text.is_empty() {
            return Ok(None);
        }
        if consent::find(text, words).is_some() {
            self.personal |= 1 << field as u8;
            self.dropped.personal += 1;
            return Ok(None);
        }
        Ok(Some(Scalar::Text(cut(text, LONGEST).trim_ascii().into())))
    }

    fn missing(&self, field: Field) -> Refusal {
        let mut faults = self.faults.iter();
        if self.personal >> field as u8 & 1 == 1 {
            Refusal::Personal(field.name())
        } else if let Some((_, refusal)) = faults.find(|(faulty, _)| *faulty == field) {
            *refusal
        } else {
            Refusal::Missing(field.name())
        }
    }

    fn finish(&mut self) -> Result<(), Refusal> {
        if self.event.kind.is_single() && self.event.products.is_empty() {
            self.take_product()?;
        }
        let required = match self.event.kind {
            Kind::ProductsSearched => Some(Field::Query),
            Kind::OrderCompleted
            | Kind::OrderUpdated
            | Kind::OrderCancelled
            | Kind::OrderRefunded => Some(Field::OrderId),
            _ => None,
        };
        if let Some(field) = required
            && self.event.fields.iter().all(|(held, _)| *held != field)
        {
            return Err(self.missing(field));
        }
        if self.event.kind == Kind::OrderCompleted && self.event.products.is_empty() {
            return Err(Refusal::Missing("products"));
        }
        Ok(())
    }
}

fn part(object: &[(String, Value)], name: u32) -> Option<&Value> {
    let (_, value) = object.iter().find(|(key, _)| fold(key) == name)?;
    Some(value)
}

/// An address without its query, which carries identifiers, and its fragment, which sometimes carries secrets.
pub fn bare_path(path: &str) -> &str {
    let end = path.bytes().position(|byte| matches!(byte, b'?' | b'#'));
    end.and_then(|end| path.get(..end)).unwrap_or(path)
}
