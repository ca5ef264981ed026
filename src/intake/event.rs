//! A clean event: what every other room works on.

use super::field::{Field, Scalar};
use super::kind::Kind;
use super::marks::Marks;
use super::session::Session;

/// A checked event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The message id: fixed when the event happened, unchanged by every retry.
    pub id: String,
    /// Kind of the event.
    pub kind: Kind,
    /// Milliseconds since 1970.
    pub time: i64,
    /// Its session.
    pub session: Session,
    /// Place in the session, from 1: with it the backend can tell how many events it never got.
    pub sequence: u32,
    /// The products it is about; exactly as reported, never looked up.
    pub products: Vec<Product>,
    /// Properties of the event itself, each field at most once.
    pub fields: Vec<(Field, Scalar)>,
}

/// A product of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Id in the feed.
    pub id: String,
    /// Category path.
    pub category: Option<String>,
    /// Brand.
    pub brand: Option<String>,
    /// Price of one piece, in major units.
    pub price: Option<f64>,
    /// 1 where it was not said.
    pub quantity: u32,
    /// The rest, each field at most once.
    pub fields: Vec<(Field, Scalar)>,
}

impl Event {
    /// An event that is not yet placed in a session, and of which nothing more is known.
    pub(super) fn new(id: &str, kind: Kind, time: i64) -> Event {
        Event {
            id: id.into(),
            kind,
            time,
            session: Session(0),
            sequence: 0,
            products: Vec::new(),
            fields: Vec::new(),
        }
    }

    /// An event of which only this is known, such as one of a log: unnamed, and of one session with all others.
    pub fn about<K: Into<String>>(
        kind: Kind,
        time: i64,
        keys: impl IntoIterator<Item = K>,
    ) -> Event {
        Event {
            session: Session(1),
            sequence: 1,
            products: keys.into_iter().map(Product::new).collect(),
            ..Event::new("", kind, time)
        }
    }

    /// What it says of where its visit came from. Only the look at a page does: the `channel` of a call to the service is
    /// the telephone.
    pub fn marks(&self) -> Marks {
        let looks = matches!(
            self.kind,
            Kind::PageViewed
                | Kind::ProductsSearched
                | Kind::ProductListViewed
                | Kind::ProductViewed
                | Kind::CartViewed
        );
        let said = [Field::Channel, Field::Campaign, Field::Referrer];
        Marks::of(said.map(|field| self.text(field).filter(|_| looks)))
    }

    /// The text of a field of the event itself.
    pub fn text(&self, field: Field) -> Option<&str> {
        text(&self.fields, field)
    }
}

impl Product {
    /// A product of which only the id is known.
    pub fn new(id: impl Into<String>) -> Product {
        Product {
            id: id.into(),
            category: None,
            brand: None,
            price: None,
            quantity: 1,
            fields: Vec::new(),
        }
    }

    pub(super) fn set(&mut self, field: Field, scalar: Scalar) {
        match (field, scalar) {
            (Field::ProductId, Scalar::Text(id)) => self.id = id,
            (Field::Category, Scalar::Text(text)) => self.category = Some(text),
            (Field::Brand, Scalar::Text(text)) => self.brand = Some(text),
            (Field::Price, Scalar::Amount(amount)) => self.price = Some(amount),
            (Field::Quantity, Scalar::Count(count)) => self.quantity = count.max(1),
            (_, scalar) => put(&mut self.fields, field, scalar),
        }
    }

    /// The text of one of the other fields.
    pub fn text(&self, field: Field) -> Option<&str> {
        text(&self.fields, field)
    }
}

fn text(fields: &[(Field, Scalar)], field: Field) -> Option<&str> {
    let (_, scalar) = fields.iter().find(|(held, _)| *held == field)?;
    scalar.text()
}

/// The first value of a field stays.
pub(super) fn put(fields: &mut Vec<(Field, Scalar)>, field: Field, scalar: Scalar) {
    if fields.iter().all(|(held, _)| *held != field) {
        fields.push((field, scalar));
    }
}
