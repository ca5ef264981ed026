//! Prices as feeds write them.

/// An amount, and its ISO 4217 currency where it is said. `None` for what is not a price: no number, negative, or not
/// finite as a 32-bit float.
///
/// The feed's form is `199.00 CNY`. Also read: the currency in front, no currency, signs (`¥199`, `$5`), thousands
/// separators, a decimal comma, and the object `{"value": "199.00", "currency": "CNY"}` of content APIs.
pub(super) fn parse(text: &str) -> Option<(f32, Option<String>)> {
    if text.starts_with('{') {
        return object(text);
    }
    let text = text.trim();
    let is_amount =
        |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | ' ' | '\u{a0}' | '-');
    let before = text.find(is_amount)?;
    let after = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let digits = text.get(before..after)?;
    if !digits.chars().all(is_amount) {
        return None;
    }
    let (front, back) = (text[..before].trim(), text[after..].trim());
    let currency = match (front, back) {
        ("", "") => None,
        (unit, "") | ("", unit) => Some(unit),
        _ => return None,
    };
    let currency = match currency {
        None | Some("$" | "¥" | "￥" | "€" | "£" | "元") => None,
        Some(code) if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            Some(code.to_ascii_uppercase())
        }
        Some(_) => return None,
    };
    Some((amount(digits)?, currency))
}

fn object(text: &str) -> Option<(f32, Option<String>)> {
    let object: serde_json::Value = serde_json::from_str(text).ok()?;
    let (value, _) = match object.get("value")? {
        serde_json::Value::String(text) if !text.starts_with('{') => parse(text)?,
        serde_json::Value::Number(number) => parse(&number.to_string())?,
        _ => return None,
    };
    let currency = object
        .get("currency")
        .and_then(|currency| currency.as_str());
    Some((value, currency.map(str::to_ascii_uppercase)))
}

/// The later of point and comma is the decimal mark, unless it stands before exactly three digits as a lone comma or
/// more than once.
fn amount(text: &str) -> Option<f32> {
    let marks = || text.char_indices().filter(|(_, c)| matches!(c, '.' | ','));
    let decimal = marks().next_back().filter(|(at, mark)| {
        let repeated = marks().filter(|(_, other)| other == mark).count() > 1;
        let thousands = *mark == ',' && text.len() - at == 4;
        !repeated && !thousands
    });
    let plain: String = text
        .char_indices()
        .filter_map(|(at, c)| match (c, decimal) {
            (_, Some((mark, _))) if mark == at => Some('.'),
            ('.' | ',' | '\'' | ' ' | '\u{a0}', _) => None,
            _ => Some(c),
        })
        .collect();
    plain
        .parse()
        .ok()
        .filter(|value: &f32| value.is_finite() && *value >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_prices_as_shops_write_them() {
        let cases = [
            ("199.00 CNY", 199.0, Some("CNY")),
            ("CNY 199.00", 199.0, Some("CNY")),
            ("199.00CNY", 199.0, Some("CNY")),
            ("15 eur", 15.0, Some("EUR")),
            ("15,50 EUR", 15.5, Some("EUR")),
            ("1,299.00 USD", 1299.0, Some("USD")),
            ("1.299,00 EUR", 1299.0, Some("EUR")),
            ("1,299 USD", 1299.0, Some("USD")),
            ("1,299,000 JPY", 1_299_000.0, Some("JPY")),
            ("1 299,50 EUR", 1299.5, Some("EUR")),
            ("2.555", 2.555, None),
            (".5", 0.5, None),
            ("¥88", 88.0, None),
            ("88元", 88.0, None),
            ("0", 0.0, None),
            (r#"{"value":"10.5","currency":"usd"}"#, 10.5, Some("USD")),
            (r#"{"value":10}"#, 10.0, None),
        ];
        for (text, value, currency) in cases {
            assert_eq!(
                parse(text),
                Some((value, currency.map(str::to_owned))),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_price() {
        for text in [
            "",
            "free",
            "-5.00 CNY",
            "5-6 CNY",
            "12.3.4.5x",
            "NaN",
            "1e5 CNY",
            "CNY",
            "5 Yuan renminbi",
            "1 CNY 2",
            "{}",
            r#"{"value":"{"}"#,
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_feeds_own_form_reads_back(cents in 0u32..1_000_000_000) {
            let text = format!("{}.{:02} CNY", cents / 100, cents % 100);
            let value: f32 = text[..text.len() - 4].parse().unwrap();
            prop_assert_eq!(parse(&text), Some((value, Some("CNY".to_owned()))));
        }

        #[test]
        fn any_text_is_an_answer(text in "(\\PC|[0-9.,¥ {}-]){0,20}") {
            if let Some((value, _)) = parse(&text) {
                prop_assert!(value.is_finite() && value >= 0.0);
            }
        }
    }
}
