//! The allow-list: every property that an event or a product may carry. What is not here never goes further.
//!
//! Left out on purpose: `recipient`, `share_message` and `review_body` (words between people), `url`, `image_url`,
//! `referrer` (addresses carry identifiers), and anything a shop adds of its own.

use crate::lines::nth;
use crate::name::Folded;

/// One property. The number is what is stored: never reuse or reorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
#[allow(
    missing_docs,
    reason = "a variant is named as its property: ProductId is `product_id`"
)]
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
    /// Seconds.
    Duration,
    /// Per cent of the page.
    Scroll,
    /// Of help, a survey or a service: `delivery`, `size`, `price`, …
    Topic,
    StoreId,
    /// Of a live broadcast.
    RoomId,
    /// Of a survey, beside `rating`.
    RatingService,
    RatingDelivery,
    /// Where the visit came from: `email`, `search`, …
    Channel,
    Campaign,
    /// A class and no address: `search`, `social`, `direct`, …
    Referrer,
    /// A quantity that is no whole number: half a kilogram.
    Measure,
    ExperimentId,
    VariationId,
    HashAttribute,
    /// The probability that a bandit gave the variation.
    Propensity,
    /// The bandit's context, a number below 0 for none.
    Leaf,
    BanditVersion,
    /// By what a shelf was ranked.
    Policy,
    /// Why it is less than that.
    Fallback,
    /// The variations that were used in the visit.
    Variants,
    /// The ranker that put an item into an interleaved list.
    Ranker,
    /// The numbers that an offer was decided by.
    Context,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A text of at most [`LONGEST`] bytes.
    Text(String),
    /// Finite, 0 to [`MOST`].
    Amount(f64),
    /// 0 to [`MANY`].
    Count(u32),
}

/// Longest text of a field, in bytes.
pub const LONGEST: usize = 256;
/// Largest amount: orders in dong and rupiah have ten digits.
pub const MOST: f64 = 1e12;
/// Largest count.
pub const MANY: u32 = 10_000;

/// The type of a field, and how it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A key: any digits are its own business.
    Id,
    /// Words, which may hide a person.
    Text,
    /// A number with fraction: [`Scalar::Amount`].
    Amount,
    /// A whole number: [`Scalar::Count`].
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

/// Every field by its number.
const FIELDS: [(Field, Form, Of); 63] = [
    (ProductId, Form::Id, Of::Product),
    (Category, Form::Text, Of::Either),
    (Brand, Form::Text, Of::Product),
    (Price, Form::Amount, Of::Product),
    (Quantity, Form::Count, Of::Product),
    (Name, Form::Text, Of::Either),
    (Sku, Form::Id, Of::Product),
    (Variant, Form::Id, Of::Product),
    (Coupon, Form::Id, Of::Either),
    (Position, Form::Count, Of::Product),
    (Discount, Form::Amount, Of::Either),
    (Currency, Form::Id, Of::Event),
    (Value, Form::Amount, Of::Event),
    (Revenue, Form::Amount, Of::Event),
    (Total, Form::Amount, Of::Event),
    (Subtotal, Form::Amount, Of::Event),
    (Shipping, Form::Amount, Of::Event),
    (Tax, Form::Amount, Of::Event),
    (OrderId, Form::Id, Of::Event),
    (CheckoutId, Form::Id, Of::Event),
    (CartId, Form::Id, Of::Event),
    (ListId, Form::Id, Of::Event),
    (WishlistId, Form::Id, Of::Event),
    (PromotionId, Form::Id, Of::Event),
    (CouponId, Form::Id, Of::Event),
    (ReviewId, Form::Id, Of::Event),
    (RequestId, Form::Id, Of::Event),
    (ModelVersion, Form::Id, Of::Event),
    (Affiliation, Form::Text, Of::Event),
    (Creative, Form::Text, Of::Event),
    (Slot, Form::Text, Of::Event),
    (CouponName, Form::Text, Of::Event),
    (WishlistName, Form::Text, Of::Event),
    (ShippingMethod, Form::Text, Of::Event),
    (PaymentMethod, Form::Text, Of::Event),
    (ShareVia, Form::Text, Of::Event),
    (Reason, Form::Text, Of::Event),
    (Step, Form::Count, Of::Event),
    (Rating, Form::Amount, Of::Event),
    (Query, Form::Text, Of::Event),
    (Path, Form::Text, Of::Event),
    (Duration, Form::Count, Of::Event),
    (Scroll, Form::Count, Of::Event),
    (Topic, Form::Text, Of::Event),
    (StoreId, Form::Id, Of::Event),
    (RoomId, Form::Id, Of::Event),
    (RatingService, Form::Amount, Of::Event),
    (RatingDelivery, Form::Amount, Of::Event),
    (Channel, Form::Id, Of::Event),
    (Campaign, Form::Id, Of::Event),
    (Referrer, Form::Id, Of::Event),
    (Measure, Form::Amount, Of::Product),
    (ExperimentId, Form::Id, Of::Event),
    (VariationId, Form::Id, Of::Event),
    (HashAttribute, Form::Id, Of::Event),
    (Propensity, Form::Amount, Of::Event),
    (Leaf, Form::Id, Of::Event),
    (BanditVersion, Form::Count, Of::Event),
    (Policy, Form::Id, Of::Event),
    (Fallback, Form::Id, Of::Event),
    (Variants, Form::Id, Of::Event),
    (Ranker, Form::Id, Of::Product),
    (Context, Form::Id, Of::Event),
];

/// The name that each has on the wire, a line each in the same order.
const NAMES: &str = "\
product_id
category
brand
price
quantity
name
sku
variant
coupon
position
discount
currency
value
revenue
total
subtotal
shipping
tax
order_id
checkout_id
cart_id
list_id
wishlist_id
promotion_id
coupon_id
review_id
request_id
model_version
affiliation
creative
position
coupon_name
wishlist_name
shipping_method
payment_method
share_via
reason
step
rating
query
path
duration
scroll
topic
store_id
room_id
rating_service
rating_delivery
channel
campaign
referrer_class
quantity
experiment_id
variation_id
hash_attribute
propensity
leaf
bandit_version
policy
fallback
variants
ranker
context";

static FOLDED: Folded = Folded::of(NAMES);

impl Field {
    /// The canonical name on the wire.
    pub fn name(self) -> &'static str {
        nth(NAMES, self as usize)
    }

    /// Type and check of the field.
    pub fn form(self) -> Form {
        FIELDS[self as usize].1
    }

    pub(super) fn of(self) -> Of {
        FIELDS[self as usize].2
    }

    /// The field stored under this number.
    pub fn from_number(number: u8) -> Option<Field> {
        FIELDS.get(usize::from(number)).map(|row| row.0)
    }

    /// The field of this folded name; `position` is [`Position`], `quantity` is [`Quantity`].
    pub(super) fn from_folded(name: u32) -> Option<Field> {
        FIELDS.get(FOLDED.find(name)?).map(|row| row.0)
    }
}

impl Scalar {
    /// The text, if it is one.
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
    use crate::name::fold;

    #[test]
    fn numbers_lead_back() {
        for (number, row) in FIELDS.iter().enumerate() {
            let field = row.0;
            assert_eq!(field as usize, number);
            assert_eq!(Field::from_number(number as u8), Some(field));
            let own = format!("{field:?}")
                .replace("Slot", "Position")
                .replace("Referrer", "ReferrerClass")
                .replace("Measure", "Quantity");
            assert_eq!(fold(field.name()), fold(&own));
        }
        assert_eq!(NAMES.lines().count(), FIELDS.len());
        assert_eq!(Field::from_number(FIELDS.len() as u8), None);
    }
}
