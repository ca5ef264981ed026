//! The allow-list: every property that an event or a product may carry. What is not here never goes further.
//!
//! Left out on purpose: `recipient`, `share_message` and `review_body` (words between people), `url`, `image_url`,
//! `referrer` (addresses carry identifiers), and anything a shop adds of its own.

use crate::name::fold;

/// One property. The number is what is stored: never reuse or reorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
pub enum Field {
    ProductId,
    Category,
    Brand,
    Price,
    Quantity,
    Name,
    Sku,
    Variant,
    Coupon,
    /// Place in a list, of a product.
    Position,
    Discount,
    Currency,
    Value,
    Revenue,
    Total,
    Subtotal,
    Shipping,
    Tax,
    OrderId,
    CheckoutId,
    CartId,
    ListId,
    WishlistId,
    PromotionId,
    CouponId,
    ReviewId,
    RequestId,
    ModelVersion,
    Affiliation,
    Creative,
    /// Place on the page, of a promotion: a word.
    Slot,
    CouponName,
    WishlistName,
    ShippingMethod,
    PaymentMethod,
    ShareVia,
    Reason,
    Step,
    Rating,
    Query,
    Path,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    Text(String),
    /// Finite, 0 to [`MOST`].
    Amount(f64),
    /// 0 to [`MANY`].
    Count(u32),
}

/// Longest text of a field, in bytes.
pub const LONGEST: usize = 256;
/// Largest amount.
pub const MOST: f64 = 1e9;
/// Largest count.
pub const MANY: u32 = 10_000;

/// The type of a field, and how it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A key: any digits are its own business.
    Id,
    /// Words, which may hide a person.
    Text,
    Amount,
    Count,
}

/// Who may carry a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Product,
    Event,
    Either,
}

use Field::*;

const FIELDS: [(Field, &str, Form, Of); 41] = [
    (ProductId, "product_id", Form::Id, Of::Product),
    (Category, "category", Form::Text, Of::Either),
    (Brand, "brand", Form::Text, Of::Product),
    (Price, "price", Form::Amount, Of::Product),
    (Quantity, "quantity", Form::Count, Of::Product),
    (Name, "name", Form::Text, Of::Either),
    (Sku, "sku", Form::Id, Of::Product),
    (Variant, "variant", Form::Id, Of::Product),
    (Coupon, "coupon", Form::Id, Of::Either),
    (Position, "position", Form::Count, Of::Product),
    (Discount, "discount", Form::Amount, Of::Either),
    (Currency, "currency", Form::Id, Of::Event),
    (Value, "value", Form::Amount, Of::Event),
    (Revenue, "revenue", Form::Amount, Of::Event),
    (Total, "total", Form::Amount, Of::Event),
    (Subtotal, "subtotal", Form::Amount, Of::Event),
    (Shipping, "shipping", Form::Amount, Of::Event),
    (Tax, "tax", Form::Amount, Of::Event),
    (OrderId, "order_id", Form::Id, Of::Event),
    (CheckoutId, "checkout_id", Form::Id, Of::Event),
    (CartId, "cart_id", Form::Id, Of::Event),
    (ListId, "list_id", Form::Id, Of::Event),
    (WishlistId, "wishlist_id", Form::Id, Of::Event),
    (PromotionId, "promotion_id", Form::Id, Of::Event),
    (CouponId, "coupon_id", Form::Id, Of::Event),
    (ReviewId, "review_id", Form::Id, Of::Event),
    (RequestId, "request_id", Form::Id, Of::Event),
    (ModelVersion, "model_version", Form::Id, Of::Event),
    (Affiliation, "affiliation", Form::Text, Of::Event),
    (Creative, "creative", Form::Text, Of::Event),
    (Slot, "position", Form::Text, Of::Event),
    (CouponName, "coupon_name", Form::Text, Of::Event),
    (WishlistName, "wishlist_name", Form::Text, Of::Event),
    (ShippingMethod, "shipping_method", Form::Text, Of::Event),
    (PaymentMethod, "payment_method", Form::Text, Of::Event),
    (ShareVia, "share_via", Form::Text, Of::Event),
    (Reason, "reason", Form::Text, Of::Event),
    (Step, "step", Form::Count, Of::Event),
    (Rating, "rating", Form::Amount, Of::Event),
    (Query, "query", Form::Text, Of::Event),
    (Path, "path", Form::Text, Of::Event),
];

const FOLDED: [u32; FIELDS.len()] = {
    let mut folded = [0; FIELDS.len()];
    let mut at = 0;
    while at < folded.len() {
        folded[at] = fold(FIELDS[at].1);
        at += 1;
    }
    folded
};

impl Field {
    /// The canonical name on the wire.
    pub fn name(self) -> &'static str {
        FIELDS[self as usize].1
    }

    pub fn form(self) -> Form {
        FIELDS[self as usize].2
    }

    pub(super) fn of(self) -> Of {
        FIELDS[self as usize].3
    }

    /// The field stored under this number.
    pub fn from_number(number: u8) -> Option<Field> {
        FIELDS.get(usize::from(number)).map(|row| row.0)
    }

    /// The field of this folded name; `position` is [`Position`].
    pub(super) fn from_folded(name: u32) -> Option<Field> {
        let number = FOLDED.iter().position(|folded| *folded == name)?;
        Some(FIELDS[number].0)
    }
}

impl Scalar {
    pub fn text(&self) -> Option<&str> {
        match self {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_back() {
        for (number, row) in FIELDS.iter().enumerate() {
            let field = row.0;
            assert_eq!(field as usize, number);
            assert_eq!(Field::from_number(number as u8), Some(field));
        }
        assert_eq!(Field::from_number(FIELDS.len() as u8), None);
    }
}
