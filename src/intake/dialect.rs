//! Names and nesting of the properties of [`Field`] in other dialects.
//!
//! GA4 and Google Retail are flat lists of items under other names. Shopify's pixel nests: a cart line holds a
//! variant, which holds a product, and `id` and `title` mean something else in each. So a name is looked up in the
//! scope of the object that holds it, then among the names that mean the same everywhere.

use super::field::Field;
use crate::name::{Table, fold};

/// What kind of object a property stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Root,
    /// An element of a list of products.
    Line,
    Variant,
    Goods,
    Order,
    Checkout,
    Cart,
    Shelf,
}

/// What a property that holds no object means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Field(Field),
    /// The product id, unless a better one stands elsewhere in the line: Shopify numbers its lines too.
    LineId,
    /// The next level of a category path.
    Deeper,
}

use Meaning::{Deeper, LineId};

const fn is(field: Field) -> Meaning {
    Meaning::Field(field)
}

/// Names that mean the same in every scope.
static EVERYWHERE: Table<Meaning, 33> = Table::of([
    // GA4
    (fold("item_id"), is(Field::ProductId)),
    (fold("item_name"), is(Field::Name)),
    (fold("item_brand"), is(Field::Brand)),
    (fold("item_variant"), is(Field::Variant)),
    (fold("item_category"), is(Field::Category)),
    (fold("item_category2"), Deeper),
    (fold("item_category3"), Deeper),
    (fold("item_category4"), Deeper),
    (fold("item_category5"), Deeper),
    (fold("index"), is(Field::Position)),
    (fold("transaction_id"), is(Field::OrderId)),
    (fold("item_list_id"), is(Field::ListId)),
    (fold("item_list_name"), is(Field::ListId)),
    (fold("search_term"), is(Field::Query)),
    (fold("promotion_name"), is(Field::Name)),
    (fold("creative_name"), is(Field::Creative)),
    (fold("creative_slot"), is(Field::Slot)),
    (fold("shipping_tier"), is(Field::ShippingMethod)),
    (fold("payment_type"), is(Field::PaymentMethod)),
    (fold("method"), is(Field::ShareVia)),
    (fold("page_path"), is(Field::Path)),
    (fold("medium"), is(Field::Channel)),
    (fold("utm_medium"), is(Field::Channel)),
    (fold("utm_campaign"), is(Field::Campaign)),
    // Shopify
    (fold("vendor"), is(Field::Brand)),
    (fold("currencyCode"), is(Field::Currency)),
    (fold("totalPrice"), is(Field::Total)),
    (fold("subtotalPrice"), is(Field::Subtotal)),
    (fold("totalTax"), is(Field::Tax)),
    (fold("discountsAmount"), is(Field::Discount)),
    // Google Retail
    (fold("searchQuery"), is(Field::Query)),
    (fold("pageCategories"), is(Field::Category)),
    (fold("attributionToken"), is(Field::RequestId)),
]);

/// Names that mean something in one scope only.
const SCOPED: [(Scope, u32, Meaning); 11] = [
    (Scope::Line, fold("id"), LineId),
    (Scope::Line, fold("title"), is(Field::Name)),
    (Scope::Variant, fold("id"), is(Field::Variant)),
    (Scope::Goods, fold("id"), is(Field::ProductId)),
    (Scope::Goods, fold("title"), is(Field::Name)),
    (Scope::Goods, fold("type"), is(Field::Category)),
    (Scope::Order, fold("id"), is(Field::OrderId)),
    (Scope::Checkout, fold("token"), is(Field::CheckoutId)),
    (Scope::Cart, fold("id"), is(Field::CartId)),
    (Scope::Shelf, fold("id"), is(Field::ListId)),
    (Scope::Shelf, fold("title"), is(Field::Category)),
];

/// Objects to look into, and what they are.
static INNER: Table<Scope, 13> = Table::of([
    (fold("ecommerce"), Scope::Root),
    (fold("data"), Scope::Root),
    (fold("searchResult"), Scope::Root),
    (fold("cartLine"), Scope::Line),
    (fold("merchandise"), Scope::Variant),
    (fold("productVariant"), Scope::Variant),
    (fold("variant"), Scope::Variant),
    (fold("product"), Scope::Goods),
    (fold("order"), Scope::Order),
    (fold("purchaseTransaction"), Scope::Order),
    (fold("checkout"), Scope::Checkout),
    (fold("cart"), Scope::Cart),
    (fold("collection"), Scope::Shelf),
]);

/// Lists of products, and what their elements are.
static LISTS: Table<Scope, 6> = Table::of([
    (fold("products"), Scope::Line),
    (fold("items"), Scope::Line),
    (fold("lines"), Scope::Line),
    (fold("lineItems"), Scope::Line),
    (fold("productDetails"), Scope::Line),
    (fold("productVariants"), Scope::Variant),
]);

/// What marks an event of a trial, being true.
pub(super) const TEST: u32 = fold("test");

/// Parts of an amount of money that is an object.
pub(super) const AMOUNT: u32 = fold("amount");
pub(super) const CURRENCY_CODE: u32 = fold("currencyCode");

/// What this name means for a plain value.
pub(super) fn meaning(scope: Scope, name: u32) -> Option<Meaning> {
    SCOPED
        .iter()
        .find(|row| row.0 == scope && row.1 == name)
        .map(|row| row.2)
        .or_else(|| Field::from_folded(name).map(Meaning::Field))
        .or_else(|| EVERYWHERE.find(name))
}

/// What an object under this name is.
pub(super) fn inner(name: u32) -> Option<Scope> {
    INNER.find(name)
}

/// What the elements of a list of products under this name are.
pub(super) fn list(name: u32) -> Option<Scope> {
    LISTS.find(name)
}

/// Does any dialect use this name for anything? What none uses is not even read.
pub(super) fn is_known(name: u32) -> bool {
    name == AMOUNT
        || name == TEST
        || inner(name).is_some()
        || list(name).is_some()
        || meaning(Scope::Root, name).is_some()
        || SCOPED.iter().any(|row| row.1 == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_has_two_meanings() {
        let everywhere = || EVERYWHERE.names();
        let once = |mut names: Vec<u32>| {
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            names.len() == count
        };
        assert!(everywhere().all(|name| Field::from_folded(name).is_none()));
        assert!(once(everywhere().chain(LISTS.names()).collect()));
        assert!(once(INNER.names().chain(LISTS.names()).collect()));
        assert!(
            SCOPED
                .iter()
                .all(|row| meaning(Scope::Root, row.1).is_none())
        );
    }
}
