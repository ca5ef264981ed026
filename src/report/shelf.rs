//! What became of a recommendation, in the words of the e-commerce spec, which has none of its own for it.

use crate::intake::{Field, Kind, Product, Scalar};
use crate::lines::join;

/// A shelf that was shown.
#[derive(Clone, Copy, Debug)]
pub struct Shelf<'a> {
    pub placement: &'a str,
    /// Identifies this list; ties its clicks to it.
    pub decision: &'a str,
    /// The model that ranked it, or nothing.
    pub model: &'a str,
}

/// Kind, products and fields, for [`crate::intake::Intake::admit`].
pub type Content = (Kind, Vec<Product>, Vec<(Field, Scalar)>);

impl Shelf<'_> {
    /// The shelf was seen: `Product List Viewed` with the items in their order.
    pub fn impression<'i>(&self, ids: impl Iterator<Item = &'i str>) -> Content {
        let mut products = Vec::new();
        for id in ids {
            products.push(at(id, products.len() as u32 + 1));
        }
        (Kind::ProductListViewed, products, self.fields())
    }

    /// An item of the shelf was chosen, at this position from 1: `Product Clicked`.
    pub fn click(&self, id: &str, position: u32) -> Content {
        (Kind::ProductClicked, vec![at(id, position)], self.fields())
    }

    fn fields(&self) -> Vec<(Field, Scalar)> {
        let list = join("rec:", self.placement);
        let mut fields = vec![
            (Field::ListId, Scalar::Text(list)),
            (Field::RequestId, Scalar::Text(self.decision.into())),
        ];
        if !self.model.is_empty() {
            fields.push((Field::ModelVersion, Scalar::Text(self.model.into())));
        }
        fields
    }
}

fn at(id: &str, position: u32) -> Product {
    let mut product = Product::new(id);
    product
        .fields
        .push((Field::Position, Scalar::Count(position)));
    product
}
