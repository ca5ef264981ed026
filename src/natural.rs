//! Powers of e and natural logarithms of ordinary numbers: the arithmetic of FreeBSD's msun, as `libm` has it, without
//! the ways out for what never comes here, which would be half of it in the page.

const LN_2: (f64, f64) = (6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10);
const EXP: [f64; 5] = [
    4.138_136_797_057_238_5e-8,
    -1.653_390_220_546_525_2e-6,
    6.613_756_321_437_934e-5,
    -2.777_777_777_701_559_3e-3,
    1.666_666_666_666_660_2e-1,
];

/// e to the power of `x`, which is at most 700; 0 where that would be below the least normal number.
#[inline(never)]
pub fn exp(x: f64) -> f64 {
    if x < -708.0 {
        return 0.0;
    }
    if x.abs() < 1.0 / (1 << 28) as f64 {
        return 1.0 + x;
    }
    let power = (core::f64::consts::LOG2_E * x + 0.5f64.copysign(x)) as i32;
    let (high, low) = (x - f64::from(power) * LN_2.0, f64::from(power) * LN_2.1);
    let x = high - low;
    let xx = x * x;
    let series = EXP.iter().fold(0.0, |sum, term| sum * xx + term);
    let c = x - xx * series;
    let y = 1.0 + (x * c / (2.0 - c) - low + high);
    y * f64::from_bits(((power + 1023) as u64) << 52)
}

/// The natural logarithm of `x`, which is positive, finite and normal.
#[inline(never)]
pub fn ln(x: f32) -> f32 {
    /// Bits of √½.
    const ROOT: u32 = 0x3f35_04f3;
    let bits = x.to_bits() + (0x3f80_0000 - ROOT);
    let power = (bits >> 23) as i32 - 127;
    let f = f32::from_bits((bits & 0x007f_ffff) + ROOT) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let odd = w * (0.400_009_72 + w * 0.242_790_79);
    let even = z * (0.666_666_6 + w * 0.284_987_87);
    let half = 0.5 * f * f;
    let power = power as f32;
    s * (half + (even + odd)) + power * 9.058_001e-6 - half + f + power * 0.693_138_1
}

/// `x` to the power of `y`. For ½ the root: the library's own takes it by arithmetic of 128 bits, slower and no closer.
#[cfg(feature = "full")]
pub fn pow(x: f64, y: f64) -> f64 {
    if y == 0.5 { x.sqrt() } else { libm::pow(x, y) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// libm compares the upper halves of numbers only: where one range of its meets the next, the last bit may differ.
    fn same(x: f64) -> bool {
        exp(x).to_bits().abs_diff(libm::exp(x).to_bits()) <= 1
    }

    proptest! {
        #[test]
        fn are_those_of_libm(power in -707f64..700.0, little in -1f64..1.0, bits in 0x0080_0000u32..0x7f80_0000, count: u16) {
            prop_assert!(same(power) && same(little) && same(little * 1e-7));
            prop_assert_eq!(exp(little * 1e-9), libm::exp(little * 1e-9));
            prop_assert_eq!(ln(f32::from_bits(bits)), libm::logf(f32::from_bits(bits)));
            prop_assert_eq!(ln(f32::from(count) + 1.0), libm::logf(f32::from(count) + 1.0));
        }
    }

    #[test]
    fn ends_are_ordinary() {
        assert_eq!(
            (exp(0.0), exp(-0.0), exp(-1e9), ln(1.0)),
            (1.0, 1.0, 0.0, 0.0)
        );
        assert!(ln(0.0) < -80.0);
    }
}
