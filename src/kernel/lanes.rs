//! Operations on a register of sixteen bytes.

/// Operations on registers: of four floats, four ints, eight shorts (of 16 bits) or sixteen bytes. Integers wrap.
pub trait Lanes {
    /// Four `f32`.
    type Floats: Copy;
    /// Four `i32`.
    type Ints: Copy;
    /// Eight 16-bit integers.
    type Shorts: Copy;
    /// Sixteen bytes.
    type Bytes: Copy;

    /// Loads four numbers.
    fn floats(numbers: &[f32; 4]) -> Self::Floats;
    /// Four times the same.
    fn splat(number: f32) -> Self::Floats;
    /// Stores four numbers.
    fn store(lanes: Self::Floats, numbers: &mut [f32; 4]);
    /// Sums.
    fn add(a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// Products.
    fn mul(a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// Each held from `least` to `most`.
    fn clamp(a: Self::Floats, least: f32, most: f32) -> Self::Floats;
    /// To the nearest whole number, to the even one of two.
    fn round(a: Self::Floats) -> Self::Floats;
    /// Two to the power of whole numbers from −126 to 127.
    fn exp2(a: Self::Floats) -> Self::Floats;
    /// What bytes differ from 128 by.
    fn around_128(bytes: Self::Bytes) -> [Self::Floats; 4];

    /// Four times the same.
    fn splat_int(number: i32) -> Self::Ints;
    /// As an array.
    fn to_ints(lanes: Self::Ints) -> [i32; 4];
    /// Sums, wrapping.
    fn add_ints(a: Self::Ints, b: Self::Ints) -> Self::Ints;
    /// Whether any is greater than its counterpart.
    fn any_int_greater(a: Self::Ints, b: Self::Ints) -> bool;
    /// The sum of each register.
    fn sums(of: [Self::Ints; 4]) -> Self::Ints;
    /// Divided by 256, down to a whole number.
    fn over_256(a: Self::Ints) -> Self::Ints;

    /// Eight times the same.
    fn splat_short(number: u16) -> Self::Shorts;
    /// As an array.
    fn to_shorts(lanes: Self::Shorts) -> [u16; 8];
    /// Signed bytes.
    fn widen(bytes: Self::Bytes) -> [Self::Shorts; 2];
    /// Signed bytes at even and at odd places, times 256.
    fn times_256(bytes: Self::Bytes) -> [Self::Shorts; 2];
    /// Products of signed shorts, summed in pairs.
    fn dot(a: Self::Shorts, b: Self::Shorts) -> Self::Ints;
    /// Adds unsigned bytes to unsigned shorts.
    fn add_bytes(sums: [Self::Shorts; 2], bytes: Self::Bytes) -> [Self::Shorts; 2];
    /// Whether any unsigned short is greater than its counterpart.
    fn any_short_greater(a: Self::Shorts, b: Self::Shorts) -> bool;

    /// Loads sixteen bytes.
    fn bytes(bytes: &[u8; 16]) -> Self::Bytes;
    /// For each byte of `at` the one of the table that it names; zero beyond 15.
    fn look_up(table: Self::Bytes, at: Self::Bytes) -> Self::Bytes;
    /// The lower and the higher halves.
    fn nibbles(bytes: Self::Bytes) -> [Self::Bytes; 2];
}

/// Numbers in arrays: the oracle, and what runs natively.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

/// Lane by lane.
#[inline(always)]
fn each<T: Copy, const N: usize>(a: [T; N], b: [T; N], of: impl Fn(T, T) -> T) -> [T; N] {
    let mut result = a;
    for (result, b) in result.iter_mut().zip(b) {
        *result = of(*result, b);
    }
    result
}

impl Lanes for Plain {
    type Floats = [f32; 4];
    type Ints = [i32; 4];
    type Shorts = [u16; 8];
    type Bytes = [u8; 16];

    #[inline(always)]
    fn floats(numbers: &[f32; 4]) -> [f32; 4] {
        *numbers
    }
    #[inline(always)]
    fn splat(number: f32) -> [f32; 4] {
        [number; 4]
    }
    #[inline(always)]
    fn store(lanes: [f32; 4], numbers: &mut [f32; 4]) {
        *numbers = lanes;
    }
    #[inline(always)]
    fn add(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        each(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn mul(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        each(a, b, |a, b| a * b)
    }
    #[inline(always)]
    fn clamp(a: [f32; 4], least: f32, most: f32) -> [f32; 4] {
        let a = each(a, [least; 4], |a, least| if a < least { least } else { a });
        each(a, [most; 4], |a, most| if most < a { most } else { a })
    }
    #[inline(always)]
    fn round(a: [f32; 4]) -> [f32; 4] {
        // Adding and taking away so much rounds numbers as small as these, and needs no call.
        const MUCH: f32 = (3 << 22) as f32;
        each(a, [MUCH; 4], |a, much| (a + much) - much)
    }
    #[inline(always)]
    fn exp2(a: [f32; 4]) -> [f32; 4] {
        each(a, a, |power, _| {
            f32::from_bits(((power as i32 + 127) << 23) as u32)
        })
    }
    #[inline(always)]
    fn around_128(bytes: [u8; 16]) -> [[f32; 4]; 4] {
        let mut result = [[0.0; 4]; 4];
        for (number, byte) in result.as_flattened_mut().iter_mut().zip(bytes) {
            *number = f32::from(byte) - 128.0;
        }
        result
    }

    fn splat_int(number: i32) -> [i32; 4] {
        [number; 4]
    }
    fn to_ints(lanes: [i32; 4]) -> [i32; 4] {
        lanes
    }
    fn add_ints(a: [i32; 4], b: [i32; 4]) -> [i32; 4] {
        each(a, b, i32::wrapping_add)
    }
    fn any_int_greater(a: [i32; 4], b: [i32; 4]) -> bool {
        a.iter().zip(&b).any(|(a, b)| a > b)
    }
    fn sums(of: [[i32; 4]; 4]) -> [i32; 4] {
        of.map(|lanes| lanes.into_iter().fold(0, i32::wrapping_add))
    }
    fn over_256(a: [i32; 4]) -> [i32; 4] {
        a.map(|a| a >> 8)
    }

    fn splat_short(number: u16) -> [u16; 8] {
        [number; 8]
    }
    fn to_shorts(lanes: [u16; 8]) -> [u16; 8] {
        lanes
    }
    fn widen(bytes: [u8; 16]) -> [[u16; 8]; 2] {
        let mut result = [[0; 8]; 2];
        for (short, byte) in result.as_flattened_mut().iter_mut().zip(bytes) {
            *short = i16::from(byte as i8) as u16;
        }
        result
    }
    fn times_256(bytes: [u8; 16]) -> [[u16; 8]; 2] {
        let mut result = [[0; 8]; 2];
        for (n, &[even, odd]) in bytes.as_chunks().0.iter().enumerate() {
            result[0][n] = u16::from(even) << 8;
            result[1][n] = u16::from(odd) << 8;
        }
        result
    }
    fn dot(a: [u16; 8], b: [u16; 8]) -> [i32; 4] {
        let mut result = [0i32; 4];
        for (n, (a, b)) in a.into_iter().zip(b).enumerate() {
            let product = i32::from(a as i16) * i32::from(b as i16);
            result[n / 2] = result[n / 2].wrapping_add(product);
        }
        result
    }
    fn add_bytes(sums: [[u16; 8]; 2], bytes: [u8; 16]) -> [[u16; 8]; 2] {
        let mut result = sums;
        for (sum, byte) in result.as_flattened_mut().iter_mut().zip(bytes) {
            *sum = sum.wrapping_add(byte.into());
        }
        result
    }
    fn any_short_greater(a: [u16; 8], b: [u16; 8]) -> bool {
        a.iter().zip(&b).any(|(a, b)| a > b)
    }

    fn bytes(bytes: &[u8; 16]) -> [u8; 16] {
        *bytes
    }
    fn look_up(table: [u8; 16], at: [u8; 16]) -> [u8; 16] {
        at.map(|at| table.get(usize::from(at)).copied().unwrap_or(0))
    }
    fn nibbles(bytes: [u8; 16]) -> [[u8; 16]; 2] {
        [bytes.map(|byte| byte & 15), bytes.map(|byte| byte >> 4)]
    }
}

/// Fixed simd128, which every browser since 2023 has.
#[cfg(target_arch = "wasm32")]
#[derive(Clone, Copy, Debug)]
pub struct Simd;

#[cfg(target_arch = "wasm32")]
mod simd {
    use super::{Lanes, Simd};
    use core::arch::wasm32::*;

    // SAFETY of all three: a reference to sixteen bytes may be read from, or written to, and none asks for alignment.
    #[allow(unsafe_code)]
    impl Lanes for Simd {
        type Floats = v128;
        type Ints = v128;
        type Shorts = v128;
        type Bytes = v128;

        #[inline(always)]
        fn floats(numbers: &[f32; 4]) -> v128 {
            unsafe { v128_load(numbers.as_ptr().cast()) }
        }
        #[inline(always)]
        fn splat(number: f32) -> v128 {
            f32x4_splat(number)
        }
        #[inline(always)]
        fn store(lanes: v128, numbers: &mut [f32; 4]) {
            unsafe { v128_store(numbers.as_mut_ptr().cast(), lanes) }
        }
        #[inline(always)]
        fn add(a: v128, b: v128) -> v128 {
            f32x4_add(a, b)
        }
        #[inline(always)]
        fn mul(a: v128, b: v128) -> v128 {
            f32x4_mul(a, b)
        }
        #[inline(always)]
        fn clamp(a: v128, least: f32, most: f32) -> v128 {
            f32x4_pmin(f32x4_pmax(a, f32x4_splat(least)), f32x4_splat(most))
        }
        #[inline(always)]
        fn round(a: v128) -> v128 {
            f32x4_nearest(a)
        }
        #[inline(always)]
        fn exp2(a: v128) -> v128 {
            let power = i32x4_trunc_sat_f32x4(a);
            i32x4_shl(i32x4_add(power, i32x4_splat(127)), 23)
        }
        #[inline(always)]
        fn around_128(bytes: v128) -> [v128; 4] {
            // With its highest bit turned a byte is that difference, signed.
            let [low, high] = Self::widen(v128_xor(bytes, u8x16_splat(128)));
            [
                f32x4_convert_i32x4(i32x4_extend_low_i16x8(low)),
                f32x4_convert_i32x4(i32x4_extend_high_i16x8(low)),
                f32x4_convert_i32x4(i32x4_extend_low_i16x8(high)),
                f32x4_convert_i32x4(i32x4_extend_high_i16x8(high)),
            ]
        }

        #[inline(always)]
        fn splat_int(number: i32) -> v128 {
            i32x4_splat(number)
        }
        #[inline(always)]
        fn to_ints(lanes: v128) -> [i32; 4] {
            [
                i32x4_extract_lane::<0>(lanes),
                i32x4_extract_lane::<1>(lanes),
                i32x4_extract_lane::<2>(lanes),
                i32x4_extract_lane::<3>(lanes),
            ]
        }
        #[inline(always)]
        fn add_ints(a: v128, b: v128) -> v128 {
            i32x4_add(a, b)
        }
        #[inline(always)]
        fn any_int_greater(a: v128, b: v128) -> bool {
            v128_any_true(i32x4_gt(a, b))
        }
        #[inline(always)]
        fn sums([a, b, c, d]: [v128; 4]) -> v128 {
            let pairs = |a, b| {
                i32x4_add(
                    i32x4_shuffle::<0, 4, 1, 5>(a, b),
                    i32x4_shuffle::<2, 6, 3, 7>(a, b),
                )
            };
            // a₀+a₂, b₀+b₂, a₁+a₃, b₁+b₃
            let (ab, cd) = (pairs(a, b), pairs(c, d));
            i32x4_add(i64x2_shuffle::<0, 2>(ab, cd), i64x2_shuffle::<1, 3>(ab, cd))
        }

        #[inline(always)]
        fn splat_short(number: u16) -> v128 {
            u16x8_splat(number)
        }
        #[inline(always)]
        fn to_shorts(lanes: v128) -> [u16; 8] {
            [
                u16x8_extract_lane::<0>(lanes),
                u16x8_extract_lane::<1>(lanes),
                u16x8_extract_lane::<2>(lanes),
                u16x8_extract_lane::<3>(lanes),
                u16x8_extract_lane::<4>(lanes),
                u16x8_extract_lane::<5>(lanes),
                u16x8_extract_lane::<6>(lanes),
                u16x8_extract_lane::<7>(lanes),
            ]
        }
        #[inline(always)]
        fn widen(bytes: v128) -> [v128; 2] {
            [
                i16x8_extend_low_i8x16(bytes),
                i16x8_extend_high_i8x16(bytes),
            ]
        }
        #[inline(always)]
        fn over_256(a: v128) -> v128 {
            i32x4_shr(a, 8)
        }
        #[inline(always)]
        fn times_256(bytes: v128) -> [v128; 2] {
            [i16x8_shl(bytes, 8), v128_and(bytes, u16x8_splat(0xff00))]
        }
        #[inline(always)]
        fn dot(a: v128, b: v128) -> v128 {
            i32x4_dot_i16x8(a, b)
        }
        #[inline(always)]
        fn add_bytes([low, high]: [v128; 2], bytes: v128) -> [v128; 2] {
            [
                i16x8_add(low, u16x8_extend_low_u8x16(bytes)),
                i16x8_add(high, u16x8_extend_high_u8x16(bytes)),
            ]
        }
        #[inline(always)]
        fn any_short_greater(a: v128, b: v128) -> bool {
            v128_any_true(u16x8_gt(a, b))
        }

        #[inline(always)]
        fn bytes(bytes: &[u8; 16]) -> v128 {
            unsafe { v128_load(bytes.as_ptr().cast()) }
        }
        #[inline(always)]
        fn look_up(table: v128, at: v128) -> v128 {
            u8x16_swizzle(table, at)
        }
        #[inline(always)]
        fn nibbles(bytes: v128) -> [v128; 2] {
            [v128_and(bytes, u8x16_splat(15)), u8x16_shr(bytes, 4)]
        }
    }
}
