//! Typed set of flags of a candidate.
//!
//! One bit a flag, in two bytes: every item of the catalogue has a set, and the sets of one call are cleared one by one.
//! A set cannot be mistaken for a number or for another mask of bits.

/// Flags of one item during one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags(u16);

impl Flags {
    /// Excluded by the request or the shopper, or viewed lately where a list holds new items only.
    pub const EXCLUDED: Flags = Flags(1 << 0);
    pub const IN_CART: Flags = Flags(1 << 1);
    /// Bought before, and not a repeat purchase.
    pub const BOUGHT: Flags = Flags(1 << 2);
    /// Matched by a search or by the attributes of a request.
    pub const FOUND: Flags = Flags(1 << 3);
    /// Scored by its return odds alone.
    pub const RETURNS: Flags = Flags(1 << 4);
    /// Compatible with the shopper's things.
    pub const FITS: Flags = Flags(1 << 5);
    /// Incompatible with them.
    pub const UNFIT: Flags = Flags(1 << 6);
    /// Represented by another variant of its product.
    pub const VARIANT: Flags = Flags(1 << 7);
    /// Represents its product.
    pub const STANDS: Flags = Flags(1 << 8);
    /// Viewed lately.
    pub const VIEWED: Flags = Flags(1 << 9);
    /// Viewed before a purchase that satisfied the need.
    pub const SETTLED: Flags = Flags(1 << 10);
    /// Compatible with what the shopper owns or has in the cart, or with the item of the page.
    pub const OWNED_FIT: Flags = Flags(1 << 11);
    /// Follows a purchase, and nothing of its kind was bought since.
    pub const DUE: Flags = Flags(1 << 12);
    /// Its search match counts once for all variants of the product.
    pub const COUNTED: Flags = Flags(1 << 13);
    /// On the list already, by rank or by a pin.
    pub const LISTED: Flags = Flags(1 << 14);

    /// Excluded as a whole product, in all its variants.
    pub const OF_PRODUCT: Flags = Flags::EXCLUDED.or(Flags::IN_CART).or(Flags::BOUGHT);
    /// Whether its product has been joined.
    pub const JOINED: Flags = Flags::VARIANT.or(Flags::STANDS);
    /// Never shown.
    pub const BLOCKED: Flags = Flags::OF_PRODUCT
        .or(Flags::UNFIT)
        .or(Flags::VARIANT)
        .or(Flags::SETTLED);

    /// Union.
    pub const fn or(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// Intersection.
    pub const fn and(self, other: Flags) -> Flags {
        Flags(self.0 & other.0)
    }

    /// Difference.
    pub const fn without(self, other: Flags) -> Flags {
        Flags(self.0 & !other.0)
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it has any flag of `other`.
    pub const fn meets(self, other: Flags) -> bool {
        !self.and(other).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flag_is_a_bit_of_its_own() {
        let all = [
            Flags::EXCLUDED,
            Flags::IN_CART,
            Flags::BOUGHT,
            Flags::FOUND,
            Flags::RETURNS,
            Flags::FITS,
            Flags::UNFIT,
            Flags::VARIANT,
            Flags::STANDS,
            Flags::VIEWED,
            Flags::SETTLED,
            Flags::OWNED_FIT,
            Flags::DUE,
            Flags::COUNTED,
            Flags::LISTED,
        ];
        let mut set = Flags::default();
        for flag in all {
            assert!(!set.meets(flag));
            set = set.or(flag);
            assert!(set.meets(flag) && !set.without(flag).meets(flag));
        }
        assert_eq!(all.into_iter().fold(set, Flags::without), Flags::default());
    }
}
