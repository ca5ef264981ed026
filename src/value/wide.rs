//! Numbers of 128 bits, as two of 64.
//!
//! Only what numbers of JSON need: the compiler's own come with a library of divisions that a page would download. Division is
//! shift and subtract, since such numbers are rare.

/// High and low half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wide {
    high: u64,
    low: u64,
}

impl From<u64> for Wide {
    fn from(low: u64) -> Wide {
        Wide { high: 0, low }
    }
}

impl Wide {
    /// The lower 64 bits.
    pub fn low(self) -> u64 {
        self.low
    }

    pub fn is_zero(self) -> bool {
        self.high | self.low == 0
    }

    /// The lower 128 bits of the product.
    pub fn times(self, other: u64) -> Wide {
        const HALF: u64 = u32::MAX as u64;
        let (a, b) = (self.low >> 32, self.low & HALF);
        let (c, d) = (other >> 32, other & HALF);
        let (outer, inner) = (a * d, b * c);
        let lowest = b * d;
        let middle = (lowest >> 32) + (outer & HALF) + (inner & HALF);
        let carried = a * c + (outer >> 32) + (inner >> 32) + (middle >> 32);
        Wide {
            high: self.high.wrapping_mul(other).wrapping_add(carried),
            low: (middle << 32) | (lowest & HALF),
        }
    }

    /// Shifted to the left by 0 to 127.
    pub fn shifted(self, by: u32) -> Wide {
        match by {
            0 => self,
            1..64 => Wide {
                high: self.high << by | self.low >> (64 - by),
                low: self.low << by,
            },
            _ => Wide {
                high: self.low << (by - 64),
                low: 0,
            },
        }
    }

    pub fn leading_zeros(self) -> u32 {
        match self.high {
            0 => 64 + self.low.leading_zeros(),
            high => high.leading_zeros(),
        }
    }

    fn minus(self, other: Wide) -> Wide {
        let borrow = u64::from(self.low < other.low);
        Wide {
            high: self.high.wrapping_sub(other.high).wrapping_sub(borrow),
            low: self.low.wrapping_sub(other.low),
        }
    }

    /// Quotient and remainder; all of it remains where `by` is 0.
    pub fn divided(self, by: Wide) -> (Wide, Wide) {
        let (mut quotient, mut rest) = (Wide::from(0), Wide::from(0));
        if by.is_zero() {
            return (quotient, self);
        }
        let mut digits = self;
        for _ in 0..128 {
            // The bit that leaves the rest counts: the rest is then larger than what divides it.
            let over = rest.high >> 63 != 0;
            rest = rest.shifted(1);
            rest.low |= digits.high >> 63;
            digits = digits.shifted(1);
            quotient = quotient.shifted(1);
            if over || rest >= by {
                rest = rest.minus(by);
                quotient.low |= 1;
            }
        }
        (quotient, rest)
    }

    /// Its lowest bit set where `lost` is, so that rounding knows of what was left out.
    pub fn sticky(self, lost: bool) -> Wide {
        Wide {
            low: self.low | u64::from(lost),
            ..self
        }
    }

    /// Rounded to the nearest, of two the even one.
    pub fn float(self) -> f64 {
        if self.is_zero() {
            return 0.0;
        }
        let shift = self.leading_zeros();
        let Wide { high, low } = self.shifted(shift);
        // What lies below is remembered in the last bit, which is below where rounding looks.
        (high | u64::from(low != 0)) as f64 * super::number::power_of_two(64 - shift as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wide(value: u128) -> Wide {
        Wide {
            high: (value >> 64) as u64,
            low: value as u64,
        }
    }

    fn of_any_size() -> impl Strategy<Value = u128> {
        (any::<u128>(), 0u32..128).prop_map(|(value, shift)| value >> shift)
    }

    proptest! {
        #[test]
        fn agrees_with_the_compilers_own(a in of_any_size(), b in of_any_size(), factor: u64, shift in 0u32..128) {
            prop_assert_eq!(wide(a).times(factor), wide(a.wrapping_mul(factor.into())));
            prop_assert_eq!(wide(a).shifted(shift), wide(a << shift));
            prop_assert_eq!(wide(a).leading_zeros(), a.leading_zeros());
            prop_assert_eq!(wide(a).float(), a as f64);
            if b > 0 {
                prop_assert_eq!(wide(a).divided(wide(b)), (wide(a / b), wide(a % b)));
            }
        }
    }
}
