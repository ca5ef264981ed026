//! Decimal numbers as text, both ways, to six places.
//!
//! Prices, quantities and settings need no more, and the standard library's exact float parsing and printing would
//! cost the page some twenty kilobytes. No exponents, no infinities.

/// Places kept behind the point when printing.
pub const PLACES: u32 = 6;

/// The number that `text` writes as `[-]digits[.digits]`, at most 15 digits in all; spaces around it are ignored.
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim_ascii();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mut value, mut scale, mut count, mut point) = (0u64, 1u64, 0, false);
    for byte in digits.bytes() {
        match byte {
            b'0'..=b'9' if count < 15 => {
                value = value * 10 + u64::from(byte - b'0');
                count += 1;
                if point {
                    scale *= 10;
                }
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    if count == 0 {
        return None;
    }
    // Both are exact below 10^15, so one division rounds correctly.
    let value = value as f64 / scale as f64;
    Some(if negative { -value } else { value })
}

/// Appends `value` rounded to six places, without trailing zeros. Outside ±9·10^12, and for what is not a number,
/// appends `0`: callers check ranges before.
pub fn print(out: &mut String, value: f64) {
    let micros = value * 1e6;
    if !micros.is_finite() || micros.abs() >= 9e18 {
        out.push('0');
        return;
    }
    let (negative, size) = (micros < 0.0, micros.abs());
    let mut micros = size as u64;
    micros += u64::from(size - micros as f64 >= 0.5);
    if negative && micros > 0 {
        out.push('-');
    }
    print_uint(out, micros / 1_000_000);
    let mut rest = micros % 1_000_000;
    if rest > 0 {
        out.push('.');
        let mut unit = 100_000;
        while rest > 0 {
            out.push(char::from(b'0' + (rest / unit) as u8));
            rest %= unit;
            unit /= 10;
        }
    }
}

/// Appends an integer.
pub fn print_uint(out: &mut String, value: u64) {
    if value >= 10 {
        print_uint(out, value / 10);
    }
    out.push(char::from(b'0' + (value % 10) as u8));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_shops_write() {
        assert_eq!(parse("12.50"), Some(12.5));
        assert_eq!(parse(" 7 "), Some(7.0));
        assert_eq!(parse("-0.1"), Some(-0.1));
        assert_eq!(parse(".5"), Some(0.5));
        for wrong in [
            "",
            ".",
            "-",
            "1e3",
            "1,5",
            "NaN",
            "1.2.3",
            "1234567890123456",
            "12 CNY",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(whole in 0u32..1_000_000_000, part in 0u32..1_000_000) {
            let text = format!("{whole}.{part:06}");
            prop_assert_eq!(parse(&text), text.parse().ok());
            let mut printed = String::new();
            print(&mut printed, parse(&text).unwrap());
            prop_assert_eq!(printed.parse::<f64>().unwrap(), text.parse::<f64>().unwrap());
        }

        #[test]
        fn any_float_prints_as_a_json_number(bits: u64) {
            let mut printed = String::new();
            print(&mut printed, f64::from_bits(bits));
            prop_assert!(serde_json::from_str::<f64>(&printed).is_ok(), "{}", printed);
        }
    }
}
