//! What happened: the events of the Segment e-commerce spec v2, and page views.

use crate::name::fold;

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

const FOLDED: [u32; KINDS.len()] = {
    let mut folded = [0; KINDS.len()];
    let mut at = 0;
    while at < folded.len() {
        folded[at] = fold(KINDS[at].1);
        at += 1;
    }
    folded
};

/// Names in other dialects: GA4, then Shopify's pixel, then Google Retail. What folds to a name above (Shopify's
/// `product_viewed`, `cart_viewed`, `checkout_started`) needs no row.
const ALIASES: [(u32, Kind); 32] = [
    (fold("page_view"), PageViewed),
    (fold("search"), ProductsSearched),
    (fold("view_search_results"), ProductsSearched),
    (fold("view_item_list"), ProductListViewed),
    (fold("view_promotion"), PromotionViewed),
    (fold("select_promotion"), PromotionClicked),
    (fold("select_item"), ProductClicked),
    (fold("view_item"), ProductViewed),
    (fold("add_to_cart"), ProductAdded),
    (fold("remove_from_cart"), ProductRemoved),
    (fold("view_cart"), CartViewed),
    (fold("begin_checkout"), CheckoutStarted),
    (fold("add_shipping_info"), CheckoutStepCompleted),
    (fold("add_payment_info"), PaymentInfoEntered),
    (fold("purchase"), OrderCompleted),
    (fold("refund"), OrderRefunded),
    (fold("add_to_wishlist"), ProductAddedToWishlist),
    (fold("share"), ProductShared),
    (fold("collection_viewed"), ProductListViewed),
    (fold("search_submitted"), ProductsSearched),
    (fold("product_added_to_cart"), ProductAdded),
    (fold("product_removed_from_cart"), ProductRemoved),
    (
        fold("checkout_contact_info_submitted"),
        CheckoutStepCompleted,
    ),
    (
        fold("checkout_address_info_submitted"),
        CheckoutStepCompleted,
    ),
    (
        fold("checkout_shipping_info_submitted"),
        CheckoutStepCompleted,
    ),
    (fold("payment_info_submitted"), PaymentInfoEntered),
    (fold("checkout_completed"), OrderCompleted),
    (fold("home-page-view"), PageViewed),
    (fold("category-page-view"), ProductListViewed),
    (fold("detail-page-view"), ProductViewed),
    (fold("shopping-cart-page-view"), CartViewed),
    (fold("purchase-complete"), OrderCompleted),
];

impl Kind {
    /// The kind that `name` means in any dialect; letter case and separators do not matter.
    pub fn from_name(name: &str) -> Option<Kind> {
        let name = fold(name);
        if let Some(&(_, kind)) = ALIASES.iter().find(|(alias, _)| *alias == name) {
            return Some(kind);
        }
        let number = FOLDED.iter().position(|folded| *folded == name)?;
        Some(KINDS[number].0)
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

    #[test]
    fn no_two_names_meet() {
        let mut names: Vec<u32> = ALIASES.iter().map(|row| row.0).chain(FOLDED).collect();
        names.sort_unstable();
        let known = names.len();
        names.dedup();
        assert_eq!(names.len(), known);
    }
}
