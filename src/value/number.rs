//! Numbers of JSON, both ways, as JavaScript reads and prints them. The standard library's exact conversions would
//! cost the page some twenty kilobytes; these are exact where numbers of a shop lie, and cost less than one.

use super::wide::Wide;

/// Powers of five that a `u64` holds; those of two only move the exponent.
const EXACT: i32 = 27;

pub(super) fn power_of_two(power: i32) -> f64 {
    f64::from_bits(((1023 + power) as u64) << 52)
}

/// `digits`·10^`power`, rounded correctly where `power` is between -27 and 27; an ulp or two off beyond.
fn compose(digits: u64, power: i32) -> f64 {
    if digits == 0 {
        return 0.0;
    }
    let near = power.clamp(-EXACT, EXACT);
    let five = 5u64.pow(near.unsigned_abs());
    let mut value = if near >= 0 {
        Wide::from(digits).times(five).float() * power_of_two(near)
    } else {
        // At least 64 bits of quotient; the rest is remembered in the last one, which is below where rounding looks.
        let shift = digits.leading_zeros();
        let whole = Wide::from(digits << shift).shifted(64);
        let (quotient, rest) = whole.divided(five.into());
        quotient.sticky(!rest.is_zero()).float() * power_of_two(near - 64 - shift as i32)
    };
    for _ in 0..(power - near).unsigned_abs().min(700) {
        value = if power > 0 {
            value * 10.0
        } else {
            value / 10.0
        };
    }
    value
}

/// Reads a number at the start of `bytes`: its value, and how many bytes it takes. Nothing for what JSON does not
/// call a number or what is beyond the largest.
pub fn parse(bytes: &[u8]) -> Option<(f64, usize)> {
    let mut at = 0;
    let peek = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let negative = peek(0) == b'-';
    at += usize::from(negative);
    let (mut digits, mut power, start) = (0u64, 0i32, at);
    let mut take = |at: &mut usize, scale: i32| {
        let first = *at;
        while peek(*at).is_ascii_digit() {
            // Nineteen digits fit; those behind them only move the point.
            if digits < 1_000_000_000_000_000_000 {
                digits = digits * 10 + u64::from(peek(*at) - b'0');
                power += scale;
            } else {
                power += 1 + scale;
            }
            *at += 1;
        }
        *at > first
    };
    if !take(&mut at, 0) || (peek(start) == b'0' && at > start + 1) {
        return None;
    }
    if peek(at) == b'.' {
        at += 1;
        if !take(&mut at, -1) {
            return None;
        }
    }
    if peek(at) | 0x20 == b'e' {
        at += 1;
        let down = peek(at) == b'-';
        at += usize::from(matches!(peek(at), b'+' | b'-'));
        let (first, mut exponent) = (at, 0i32);
        while peek(at).is_ascii_digit() {
            exponent = (exponent * 10 + i32::from(peek(at) - b'0')).min(9999);
            at += 1;
        }
        if at == first {
            return None;
        }
        power = power.saturating_add(if down { -exponent } else { exponent });
    }
    let value = compose(digits, power);
    value
        .is_finite()
        .then_some((if negative { -value } else { value }, at))
}

/// Appends a number as JavaScript's `String` does: the shortest digits that read back as the same number, exactly so
/// between 1e-6 and 1e21. Not a number and infinities become `null`, as in `JSON.stringify`.
pub fn print(out: &mut String, value: f64) {
    if !value.is_finite() {
        return out.push_str("null");
    }
    if value < 0.0 {
        out.push('-');
    }
    let value = value.abs();
    if value < 9e15 && value as u64 as f64 == value {
        return crate::decimal::print_uint(out, value as u64);
    }
    let (digits, point) = shortest(value);
    let mut text = String::new();
    crate::decimal::print_uint(&mut text, digits);
    let count = text.len() as i32;
    let zeros = |out: &mut String, count: i32| (0..count).for_each(|_| out.push('0'));
    let split = |out: &mut String, at: usize| {
        out.push_str(text.get(..at).unwrap_or(""));
        if let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            out.push('.');
            out.push_str(rest);
        }
    };
    match point {
        _ if count <= point && point <= 21 => {
            out.push_str(&text);
            zeros(out, point - count);
        }
        1..=21 => split(out, point as usize),
        -5..=0 => {
            out.push_str("0.");
            zeros(out, -point);
            out.push_str(&text);
        }
        _ => {
            split(out, 1);
            out.push_str(if point > 0 { "e+" } else { "e-" });
            crate::decimal::print_uint(out, u64::from((point - 1).unsigned_abs()));
        }
    }
}

/// The fewest digits whose number is `value`, and where the point stands behind the first `point` of them.
fn shortest(value: f64) -> (u64, i32) {
    // 10^point is the least power of ten above the value.
    let mut point = 0;
    while compose(1, point) <= value {
        point += 1;
    }
    while point > -330 && compose(1, point - 1) > value {
        point -= 1;
    }
    for count in 1..=17 {
        let (near, part) = scaled(value, count - point);
        // Of digits that read back as the value the nearest are right, and of two as near the even.
        let mut best: Option<(u64, f64)> = None;
        for step in -2i8..=3 {
            let Some(digits) = near.checked_add_signed(step.into()) else {
                continue;
            };
            let off = (f64::from(step) - part).abs();
            if compose(digits, point - count) == value
                && best.is_none_or(|(_, least)| {
                    off < least || (off == least && digits.is_multiple_of(2))
                })
            {
                best = Some((digits, off));
            }
        }
        if let Some((mut digits, _)) = best {
            if digits >= 10u64.pow(count as u32) {
                digits /= 10;
                point += 1;
            }
            while digits.is_multiple_of(10) && digits > 0 {
                digits /= 10;
            }
            return (digits, point);
        }
    }
    (scaled(value, 17 - point).0, point)
}

/// `value`·10^`power`: its whole and its other part. Exact for values from 1e-6 to 1e21 and 17 digits of them.
fn scaled(value: f64, power: i32) -> (u64, f64) {
    let bits = value.to_bits();
    let (exponent, mantissa) = (
        (bits >> 52) as i32 - 1075,
        (bits & ((1 << 52) - 1)) | (1 << 52),
    );
    let mut ten = Wide::from(1);
    for _ in 0..power.unsigned_abs().min(22) {
        ten = ten.times(10);
    }
    if power.abs() > 22 || !(-120..=20).contains(&exponent) {
        let scaled = if power > 0 {
            value * compose(1, power)
        } else {
            value / compose(1, -power)
        };
        return (scaled as u64, scaled - scaled as u64 as f64);
    }
    let (mut whole, mut under) = (Wide::from(mantissa), Wide::from(1));
    if power > 0 {
        whole = ten.times(mantissa);
    } else {
        under = ten;
    }
    if exponent > 0 {
        whole = whole.shifted(exponent as u32);
    } else {
        under = under.shifted((-exponent.max(-126)) as u32);
    }
    let (quotient, rest) = whole.divided(under);
    (quotient.low(), rest.float() / under.float())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn printed(value: f64) -> String {
        let mut out = String::new();
        print(&mut out, value);
        out
    }

    #[test]
    fn numbers_are_printed_as_javascript_prints_them() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (0.6000000000000001, "0.6000000000000001"),
            (1e21, "1e+21"),
            (1e-7, "1e-7"),
            (0.000002, "0.000002"),
            (0.00001234, "0.00001234"),
            (123456789012345680000.0, "123456789012345680000"),
            (9007199254740993.0, "9007199254740992"),
            (1.5e21, "1.5e+21"),
            (2.5e-9, "2.5e-9"),
            (99.99, "99.99"),
            (f64::NAN, "null"),
        ] {
            assert_eq!(printed(value), text);
        }
    }

    #[test]
    fn what_json_calls_no_number_is_refused() {
        for text in ["", "-", "01", ".5", "1.", "1e", "+1", "1e400", "NaN"] {
            assert!(parse(text.as_bytes()).is_none(), "{text}");
        }
        assert_eq!(parse(b"12,"), Some((12.0, 2)));
    }

    proptest! {
        #[test]
        fn numbers_read_and_print_as_in_the_standard_library(
            digits in any::<u64>(), places in 0u32..19, whole in any::<u32>(), part in 0f64..1.0,
        ) {
            // `digits` with the point `places` from its end.
            let text = format!("{}.{:0width$}", digits / 10u64.pow(places), digits % 10u64.pow(places), width = places as usize);
            let text = text.trim_end_matches('.');
            let text = if places == 0 { text.trim_end_matches(".0") } else { text };
            let value: f64 = text.parse().unwrap();
            if text.len() < 20 {
                prop_assert_eq!(parse(text.as_bytes()), Some((value, text.len())));
            }
            for value in [part, f64::from(whole) + part, part * 1e-4, value.min(1e18)] {
                if value >= 1e-6 {
                    // Of two that are equally near, JavaScript takes the even one, and Rust the larger.
                    prop_assert_eq!(printed(value).len(), format!("{value}").len());
                }
                let text = printed(value);
                let back: f64 = text.parse().unwrap();
                prop_assert_eq!(parse(text.as_bytes()).unwrap().0, back);
                // Below that the last digit may be another.
                if value >= 1e-6 {
                    prop_assert_eq!(back, value);
                } else {
                    prop_assert!((back - value).abs() <= value * 1e-15);
                }
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, power in -400i32..400) {
            let _ = parse(&bytes);
            let text = format!("7e{power}");
            if let Some((value, _)) = parse(text.as_bytes()) {
                let real: f64 = text.parse().unwrap();
                prop_assert!((value - real).abs() <= real * 1e-13);
            }
        }
    }
}
