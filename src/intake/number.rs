//! Numbers as people and their shops write them: `1,299.00`, `¥1,299`, `12,50 €`, `1 299 kr`, `0.5 kg`.
//!
//! Reads what has one meaning, and deliberately nothing else: a range, a percentage, a sum in words, or `299.000 VND`,
//! which is three hundred dong to one reader and three hundred thousand to another.

use crate::decimal;

/// Letters of a currency or unit: `CNY`, `руб`, `kg`.
const LETTERS: usize = 3;

/// The number that the text writes; `None` where it writes none, or may mean two.
pub(super) fn read(text: &str) -> Option<f64> {
    if let Some(plain) = decimal::parse(text) {
        return Some(plain);
    }
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let first = text.bytes().position(|byte| is_digit(&byte))?;
    let last = text.bytes().rposition(|byte| is_digit(&byte))?;
    let (before, after) = (text.get(..first)?, text.get(last + 1..)?);
    if !is_unit(before) || !is_unit(after) {
        return None;
    }
    let bare = before.trim_ascii().is_empty() && after.trim_ascii().is_empty();
    let number = grouped(text.get(first..=last)?, bare)?;
    let negative = before.bytes().any(|byte| byte == b'-');
    Some(if negative { -number } else { number })
}

/// Can this stand beside a number: a currency or a unit, and punctuation?
fn is_unit(text: &str) -> bool {
    let letters = text.chars().filter(|char| char.is_ascii_alphabetic());
    letters.count() <= LETTERS
        && text.chars().count() <= 2 * LETTERS
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || byte >= 0x80 || b" $.,-".contains(&byte))
}

/// Digits with marks between them, of which the last may part off a fraction; `bare` when nothing stands beside them.
fn grouped(text: &str, bare: bool) -> Option<f64> {
    let mut digits = String::new();
    // The marks, and how many digits stand before the first and after each.
    let mut marks = Vec::new();
    let mut run = 0;
    let mut runs = Vec::new();
    for char in text.chars() {
        if char.is_ascii_digit() {
            digits.push(char);
            run += 1;
            continue;
        }
        if !matches!(
            char,
            '.' | ',' | ' ' | '\'' | '\u{2019}' | '\u{a0}' | '\u{202f}'
        ) {
            return None;
        }
        marks.push(char);
        runs.push(run);
        run = 0;
    }
    runs.push(run);
    let Some((&mark, groups)) = marks.split_last() else {
        return decimal::parse(&digits);
    };
    let whole = *runs.first()?;
    let decimal = if !matches!(mark, '.' | ',') {
        false
    } else if groups.is_empty() {
        // Three digits after one mark: a comma groups thousands, a point is not known to.
        let thousands = run == 3 && whole <= 3 && !digits.starts_with('0');
        if thousands && mark == '.' && !bare {
            return None;
        }
        !thousands || mark == '.'
    } else {
        groups.iter().all(|group| *group != mark)
    };
    let grouping = if decimal { groups } else { &marks };
    let one = grouping.iter().all(|group| Some(group) == grouping.first());
    // Groups have three digits, in India the last one.
    let mut groups = runs.get(1..=grouping.len())?.iter().rev();
    let right =
        groups.next().is_none_or(|last| *last == 3) && groups.all(|run| matches!(run, 2 | 3));
    if !one || !right || (!grouping.is_empty() && !(1..=3).contains(&whole)) {
        return None;
    }
    if decimal {
        digits.insert(digits.len() - run, '.');
    }
    decimal::parse(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_has_one_meaning() {
        for (text, number) in [
            ("12.50", 12.5),
            ("299.000", 299.0),
            ("1,299.00", 1299.0),
            ("1.299,00", 1299.0),
            ("¥1,299", 1299.0),
            ("1,299,000", 1_299_000.0),
            ("1.299.000", 1_299_000.0),
            ("12,50", 12.5),
            ("0,125", 0.125),
            ("$12.00", 12.0),
            ("US$ 12.00", 12.0),
            ("12.00 CNY", 12.0),
            ("1 299,00 kr.", 1299.0),
            ("1\u{a0}299\u{202f}€", 1299.0),
            ("CHF 1'299.50", 1299.5),
            ("₹1,29,900.00", 129_900.0),
            ("1299 руб", 1299.0),
            ("59.90元", 59.9),
            ("0.5 kg", 0.5),
            ("12,-", 12.0),
            ("-$5.00", -5.0),
        ] {
            assert_eq!(read(text), Some(number), "{text}");
        }
    }

    #[test]
    fn reads_nothing_that_may_mean_two_things() {
        for text in [
            "",
            "Free",
            "twelve",
            "299.000 VND",
            "10-20",
            "2 for 10",
            "20%",
            "1e3",
            "From $12",
            "1,2,3",
            "12,34.56",
            "1.2,3.4",
            "12:30",
            "iPhone 12",
            "1/2",
            "1234,567.00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_price_is_read_back_however_it_is_written(cents in 0u64..100_000_000_000, mark in 0..3usize) {
            let (group, point) = [(',', '.'), ('.', ','), (' ', ',')][mark];
            let digits = (cents / 100).to_string();
            let mut text = String::new();
            for (n, digit) in digits.chars().enumerate() {
                if n > 0 && (digits.len() - n) % 3 == 0 {
                    text.push(group);
                }
                text.push(digit);
            }
            let text = format!("{text}{point}{:02}", cents % 100);
            prop_assert_eq!(read(&text), Some(cents as f64 / 100.0));
        }

        #[test]
        fn any_text_is_a_number_or_none(text: String) {
            let _ = read(&text);
        }
    }
}
