//! Impressions and clicks of a list, in the words of the e-commerce spec, which has no events of its own for them.

use crate::intake::{Field, Kind, Product, Scalar};
use crate::lines::join;

/// A shelf that was shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shelf<'a> {
    /// Placement of the list.
    pub placement: &'a str,
    /// Identifies this list; ties its clicks to it.
    pub decision: &'a str,
    /// The model that ranked it, or nothing.
    pub model: &'a str,
    /// By what it was ranked, and why it is less than that, or nothing.
    pub policy: &'a str,
    /// Why it was less than fully personal.
    pub fallback: &'a str,
    /// Of a list that two rankers drafted, the experiment.
    pub experiment: &'a str,
}

/// An item of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'a> {
    /// Id of the item.
    pub id: &'a str,
    /// Code of its first reason.
    pub reason: &'a str,
    /// The probability with which it was drawn for its place; nothing is 1.
    pub propensity: Option<f64>,
    /// The ranker that put it there, where the other would not have.
    pub ranker: &'a str,
}

/// Kind, products and fields, for [`crate::intake::Intake::admit`].
pub type Content = (Kind, Vec<Product>, Vec<(Field, Scalar)>);

impl Shelf<'_> {
    /// The shelf was seen: `Product List Viewed` with the items in their order.
    pub fn impression<'i>(&self, items: impl Iterator<Item = Place<'i>>) -> Content {
        let mut products = Vec::new();
        for item in items {
            products.push(item.at(products.len() as u32 + 1));
        }
        (Kind::ProductListViewed, products, self.fields())
    }

    /// An item of the shelf was chosen, at this position from 1: `Product Clicked`.
    pub fn click(&self, item: Place<'_>, position: u32) -> Content {
        (Kind::ProductClicked, vec![item.at(position)], self.fields())
    }

    fn fields(&self) -> Vec<(Field, Scalar)> {
        let list = join("rec:", self.placement);
        let mut fields = Vec::new();
        for &(field, text) in &[
            (Field::ListId, &*list),
            (Field::RequestId, self.decision),
            (Field::ModelVersion, self.model),
            (Field::Policy, self.policy),
            (Field::Fallback, self.fallback),
            (Field::ExperimentId, self.experiment),
        ] {
            put(&mut fields, field, text);
        }
        fields
    }
}

#[inline(never)]
fn put(fields: &mut Vec<(Field, Scalar)>, field: Field, text: &str) {
    if !text.is_empty() {
        fields.push((field, Scalar::Text(text.into())));
    }
}

impl Place<'_> {
    fn at(&self, position: u32) -> Product {
        let mut product = Product::new(self.id);
        let fields = &mut product.fields;
        fields.push((Field::Position, Scalar::Count(position)));
        if let Some(propensity) = self.propensity {
            fields.push((Field::Propensity, Scalar::Amount(propensity)));
        }
        for &(field, text) in &[(Field::Reason, self.reason), (Field::Ranker, self.ranker)] {
            put(fields, field, text);
        }
        product
    }
}
