//! What happened: the events of the Segment e-commerce spec v2, and page views.

/// One kind of event. The number is what is stored: never reuse or reorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
pub enum Kind {
    PageViewed,
    ProductsSearched,
    ProductListViewed,
    ProductListFiltered,
    PromotionViewed,
    PromotionClicked,
    ProductClicked,
    ProductViewed,
    ProductAdded,
    ProductRemoved,
    CartViewed,
    CheckoutStarted,
    CheckoutStepViewed,
    CheckoutStepCompleted,
    PaymentInfoEntered,
    OrderCompleted,
    OrderUpdated,
    OrderCancelled,
    OrderRefunded,
    CouponEntered,
    CouponApplied,
    CouponDenied,
    CouponRemoved,
    ProductAddedToWishlist,
    ProductRemovedFromWishlist,
    WishlistProductAddedToCart,
    ProductShared,
    CartShared,
    ProductReviewed,
}

use Kind::*;

/// Every kind by its number, with the name it has on the wire.
const KINDS: [(Kind, &str); 29] = [
    (PageViewed, "Page Viewed"),
    (ProductsSearched, "Products Searched"),
    (ProductListViewed, "Product List Viewed"),
    (ProductListFiltered, "Product List Filtered"),
    (PromotionViewed, "Promotion Viewed"),
    (PromotionClicked, "Promotion Clicked"),
    (ProductClicked, "Product Clicked"),
    (ProductViewed, "Product Viewed"),
    (ProductAdded, "Product Added"),
    (ProductRemoved, "Product Removed"),
    (CartViewed, "Cart Viewed"),
    (CheckoutStarted, "Checkout Started"),
    (CheckoutStepViewed, "Checkout Step Viewed"),
    (CheckoutStepCompleted, "Checkout Step Completed"),
    (PaymentInfoEntered, "Payment Info Entered"),
    (OrderCompleted, "Order Completed"),
    (OrderUpdated, "Order Updated"),
    (OrderCancelled, "Order Cancelled"),
    (OrderRefunded, "Order Refunded"),
    (CouponEntered, "Coupon Entered"),
    (CouponApplied, "Coupon Applied"),
    (CouponDenied, "Coupon Denied"),
    (CouponRemoved, "Coupon Removed"),
    (ProductAddedToWishlist, "Product Added to Wishlist"),
    (ProductRemovedFromWishlist, "Product Removed from Wishlist"),
    (WishlistProductAddedToCart, "Wishlist Product Added to Cart"),
    (ProductShared, "Product Shared"),
    (CartShared, "Cart Shared"),
    (ProductReviewed, "Product Reviewed"),
];

/// Names in other dialects: GA4, then Shopify's pixel, then Google Retail. Shopify names that fold to a Segment name
/// (`product_viewed`, `cart_viewed`, `checkout_started`) need no row.
const ALIASES: [(&str, Kind); 32] = [
    ("page_view", PageViewed),
    ("search", ProductsSearched),
    ("view_search_results", ProductsSearched),
    ("view_item_list", ProductListViewed),
    ("view_promotion", PromotionViewed),
    ("select_promotion", PromotionClicked),
    ("select_item", ProductClicked),
    ("view_item", ProductViewed),
    ("add_to_cart", ProductAdded),
    ("remove_from_cart", ProductRemoved),
    ("view_cart", CartViewed),
    ("begin_checkout", CheckoutStarted),
    ("add_shipping_info", CheckoutStepCompleted),
    ("add_payment_info", PaymentInfoEntered),
    ("purchase", OrderCompleted),
    ("refund", OrderRefunded),
    ("add_to_wishlist", ProductAddedToWishlist),
    ("share", ProductShared),
    ("collection_viewed", ProductListViewed),
    ("search_submitted", ProductsSearched),
    ("product_added_to_cart", ProductAdded),
    ("product_removed_from_cart", ProductRemoved),
    ("checkout_contact_info_submitted", CheckoutStepCompleted),
    ("checkout_address_info_submitted", CheckoutStepCompleted),
    ("checkout_shipping_info_submitted", CheckoutStepCompleted),
    ("payment_info_submitted", PaymentInfoEntered),
    ("checkout_completed", OrderCompleted),
    ("home-page-view", PageViewed),
    ("category-page-view", ProductListViewed),
    ("detail-page-view", ProductViewed),
    ("shopping-cart-page-view", CartViewed),
    ("purchase-complete", OrderCompleted),
];

impl Kind {
    /// The kind that `name` means in any dialect; letter case and separators do not matter.
    pub fn from_name(name: &str) -> Option<Kind> {
        KINDS
            .iter()
            .find(|(_, wire)| folds_to(name, wire))
            .map(|&(kind, _)| kind)
            .or_else(|| {
                ALIASES
                    .iter()
                    .find(|(alias, _)| folds_to(name, alias))
                    .map(|&(_, kind)| kind)
            })
    }

    /// The canonical name on the wire.
    pub fn name(self) -> &'static str {
        KINDS[self as usize].1
    }

    /// The kind stored under this number.
    pub fn from_number(number: u8) -> Option<Kind> {
        KINDS.get(usize::from(number)).map(|&(kind, _)| kind)
    }

    /// Is it about one product, whose properties stand beside the event's own?
    pub fn is_single(self) -> bool {
        matches!(
            self,
            ProductClicked
                | ProductViewed
                | ProductAdded
                | ProductRemoved
                | ProductAddedToWishlist
                | ProductRemovedFromWishlist
                | WishlistProductAddedToCart
                | ProductShared
                | ProductReviewed
        )
    }

    /// Does the quantity of its products mean something?
    pub fn has_quantities(self) -> bool {
        matches!(
            self,
            ProductAdded
                | ProductRemoved
                | CartViewed
                | CheckoutStarted
                | OrderCompleted
                | OrderUpdated
                | OrderCancelled
                | OrderRefunded
                | WishlistProductAddedToCart
        )
    }
}

/// Are two names the same but for letter case and the separators space, `_` and `-`?
fn folds_to(name: &str, known: &str) -> bool {
    letters(name).eq(letters(known))
}

fn letters(text: &str) -> impl Iterator<Item = u8> {
    text.bytes()
        .filter(|byte| !matches!(byte, b' ' | b'_' | b'-'))
        .map(|byte| byte.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_lead_back() {
        for (number, (kind, name)) in KINDS.iter().enumerate() {
            assert_eq!(*kind as usize, number);
            assert_eq!(Kind::from_number(number as u8), Some(*kind));
            assert_eq!(Kind::from_name(name), Some(*kind));
            assert_eq!(kind.name(), *name);
        }
        assert_eq!(Kind::from_number(KINDS.len() as u8), None);
    }
}
