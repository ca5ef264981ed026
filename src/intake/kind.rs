//! What happened: the events of the Segment e-commerce spec v2, page views, and the families that it has no names for:
//! dwell, feedback, live rooms, group buying, referrals, stores, service, and hesitation.

use crate::lines::nth;
use crate::name::{Folded, Table, fold};

/// One kind of event. The number is what is stored: never reuse or reorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
#[allow(
    missing_docs,
    reason = "a variant is named as its event: ProductViewed is \"Product Viewed\""
)]
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
    ProductDisliked,
    ProductGifted,
    ProductDwelled,
    ProductRated,
    ProductWatched,
    ProductTriedOn,
    ProductViewedIn3d,
    TextCopied,
    HelpViewed,
    CouponFieldFocused,
    PageLeft,
    PageReturned,
    LiveViewed,
    LiveQuestionAsked,
    LiveCommented,
    GroupBuyStarted,
    GroupBuyJoined,
    ReferralInvited,
    ReferralAccepted,
    StoreVisited,
    StoreVisitBooked,
    OrderPickedUp,
    OrderReturned,
    OrderStatusViewed,
    SurveyAnswered,
    CheckedIn,
    ServiceContacted,
    ServiceIssueReported,
    ServiceRepairRequested,
    CallbackRequested,
    ExperimentViewed,
}

use Kind::*;

/// Every kind by its number.
const KINDS: [Kind; 60] = [
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
    ProductDisliked,
    ProductGifted,
    ProductDwelled,
    ProductRated,
    ProductWatched,
    ProductTriedOn,
    ProductViewedIn3d,
    TextCopied,
    HelpViewed,
    CouponFieldFocused,
    PageLeft,
    PageReturned,
    LiveViewed,
    LiveQuestionAsked,
    LiveCommented,
    GroupBuyStarted,
    GroupBuyJoined,
    ReferralInvited,
    ReferralAccepted,
    StoreVisited,
    StoreVisitBooked,
    OrderPickedUp,
    OrderReturned,
    OrderStatusViewed,
    SurveyAnswered,
    CheckedIn,
    ServiceContacted,
    ServiceIssueReported,
    ServiceRepairRequested,
    CallbackRequested,
    ExperimentViewed,
];

/// The name that each has on the wire, a line each in the same order.
const NAMES: &str = "\
Page Viewed
Products Searched
Product List Viewed
Product List Filtered
Promotion Viewed
Promotion Clicked
Product Clicked
Product Viewed
Product Added
Product Removed
Cart Viewed
Checkout Started
Checkout Step Viewed
Checkout Step Completed
Payment Info Entered
Order Completed
Order Updated
Order Cancelled
Order Refunded
Coupon Entered
Coupon Applied
Coupon Denied
Coupon Removed
Product Added to Wishlist
Product Removed from Wishlist
Wishlist Product Added to Cart
Product Shared
Cart Shared
Product Reviewed
Product Disliked
Product Gifted
Product Dwelled
Product Rated
Product Watched
Product Tried On
Product Viewed in 3D
Text Copied
Help Viewed
Coupon Field Focused
Page Left
Page Returned
Live Viewed
Live Question Asked
Live Commented
Group Buy Started
Group Buy Joined
Referral Invited
Referral Accepted
Store Visited
Store Visit Booked
Order Picked Up
Order Returned
Order Status Viewed
Survey Answered
Checked In
Service Contacted
Service Issue Reported
Service Repair Requested
Callback Requested
Experiment Viewed";

static FOLDED: Folded = Folded::of(NAMES);

/// Names in other dialects: GA4, then Shopify's pixel, then Google Retail, then the short names of the trade. What folds to a name above (Shopify's
/// `product_viewed`, `cart_viewed`, `checkout_started`) needs no row.
static ALIASES: Table<Kind, 70> = Table::of([
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
    (fold("dwell"), ProductDwelled),
    (fold("not_interested"), ProductDisliked),
    (fold("dislike"), ProductDisliked),
    (fold("rate"), ProductRated),
    (fold("watch"), ProductWatched),
    (fold("try_on"), ProductTriedOn),
    (fold("view_3d"), ProductViewedIn3d),
    (fold("live_view"), LiveViewed),
    (fold("live_ask"), LiveQuestionAsked),
    (fold("live_comment"), LiveCommented),
    (fold("group_buy_start"), GroupBuyStarted),
    (fold("group_buy_join"), GroupBuyJoined),
    (fold("referral_invite"), ReferralInvited),
    (fold("referral_accept"), ReferralAccepted),
    (fold("store_visit"), StoreVisited),
    (fold("store_book"), StoreVisitBooked),
    (fold("pickup"), OrderPickedUp),
    (fold("return"), OrderReturned),
    (fold("order_status"), OrderStatusViewed),
    (fold("survey"), SurveyAnswered),
    (fold("checkin"), CheckedIn),
    (fold("service_contact"), ServiceContacted),
    (fold("service_issue"), ServiceIssueReported),
    (fold("service_repair"), ServiceRepairRequested),
    (fold("callback_request"), CallbackRequested),
    (fold("category_view"), ProductListViewed),
    (fold("product_view"), ProductViewed),
    (fold("rec_shown"), ProductListViewed),
    (fold("rec_click"), ProductClicked),
    (fold("wishlist_add"), ProductAddedToWishlist),
    (fold("cart_add"), ProductAdded),
    (fold("cart_remove"), ProductRemoved),
    (fold("cart_view"), CartViewed),
    (fold("checkout_step"), CheckoutStepCompleted),
    (fold("offer_shown"), PromotionViewed),
    (fold("offer_claim"), PromotionClicked),
    (fold("offer_redeem"), CouponApplied),
    (fold("review"), ProductReviewed),
]);

impl Kind {
    /// The kind that `name` means in any dialect; letter case and separators do not matter.
    pub fn from_name(name: &str) -> Option<Kind> {
        let name = fold(name);
        let named = || KINDS.get(FOLDED.find(name)?).copied();
        ALIASES.find(name).or_else(named)
    }

    /// The canonical name on the wire.
    pub fn name(self) -> &'static str {
        nth(NAMES, self as usize)
    }

    /// The kind stored under this number.
    pub fn from_number(number: u8) -> Option<Kind> {
        KINDS.get(usize::from(number)).copied()
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
                | ProductDwelled
                | ProductDisliked
                | ProductGifted
                | ProductRated
                | ProductWatched
                | ProductTriedOn
                | ProductViewedIn3d
                | TextCopied
                | LiveQuestionAsked
                | GroupBuyStarted
                | GroupBuyJoined
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
                | OrderReturned
                | OrderPickedUp
                | WishlistProductAddedToCart
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_lead_back() {
        let names = NAMES.lines();
        assert_eq!(names.clone().count(), KINDS.len());
        for (number, (kind, name)) in KINDS.into_iter().zip(names).enumerate() {
            assert_eq!(kind as usize, number);
            assert_eq!(Kind::from_number(number as u8), Some(kind));
            assert_eq!(Kind::from_name(name), Some(kind));
            assert_eq!(kind.name(), name);
            assert_eq!(fold(name), fold(&format!("{kind:?}")));
        }
        assert_eq!(Kind::from_number(KINDS.len() as u8), None);
    }

    #[test]
    fn no_two_names_meet() {
        let mut names: Vec<u32> = ALIASES.names().chain(NAMES.lines().map(fold)).collect();
        names.sort_unstable();
        let known = names.len();
        names.dedup();
        assert_eq!(names.len(), known);
    }
}
