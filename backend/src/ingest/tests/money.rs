use super::*;
use proptest::prelude::*;

fn parse(text: &str) -> Option<(f32, Option<String>)> {
    Money::default().read(text)
}

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

/// What each price of a column is read as, or what two of them contradict in.
fn column(texts: &[&str]) -> Result<Vec<Option<f32>>, Clash> {
    let mut census = Census::default();
    texts
        .iter()
        .zip(2..)
        .for_each(|(text, line)| census.see(text, line));
    let money = census.decide()?;
    Ok(texts.iter().map(|text| Some(money.read(text)?.0)).collect())
}

#[test]
fn the_other_prices_of_the_currency_say_what_a_mark_means() {
    for (texts, values) in [
        (
            &["299.000 VND", "1.299.000 VND"][..],
            [299_000.0, 1_299_000.0],
        ),
        (&["299.000 VND", "15.990 VND"], [299_000.0, 15_990.0]),
        (&["1.299 EUR", "12,50 EUR"], [1299.0, 12.5]),
        (&["1,299 EUR", "12.50 EUR"], [1299.0, 12.5]),
        (&["1,299", "0.5"], [1299.0, 0.5]),
        (&["1,299", "0,5"], [1.299, 0.5]),
        // One currency says nothing, the column does.
        (&["1.299 EUR", "9,90 CHF"], [1299.0, 9.9]),
        (&["2.555", "3.125"], [2.555, 3.125]),
        (&["20.0000", "1.2500"], [20.0, 1.25]),
        (&["1.250 KWD", "3.125 KWD"], [1.25, 3.125]),
    ] {
        assert_eq!(column(texts), Ok(values.map(Some).to_vec()), "{texts:?}");
    }
    // Each currency its own way.
    let mixed = [
        "€19.99 EUR",
        "R$ 1.299,00",
        "₹1,299",
        "CHF 1'299.00",
        "199,- Kč",
        "R$ 1.299",
    ];
    let values = [19.99, 1299.0, 1299.0, 1299.0, 199.0, 1299.0];
    assert_eq!(column(&mixed), Ok(values.map(Some).to_vec()));
}

#[test]
fn prices_of_one_currency_that_contradict_each_other_are_not_guessed() {
    let clash =
        column(&["1,299.00 EUR", "1.299,00 EUR", "1.299 EUR"]).expect_err("a contradiction");
    assert_eq!((&*clash.one.0, clash.one.1), ("1,299.00 EUR", 2));
    assert_eq!((&*clash.other.0, clash.other.1), ("1.299,00 EUR", 3));
    // Where every price says by itself what it is, there is nothing to guess.
    assert_eq!(
        column(&["1,299.00 EUR", "1.299,00 EUR"]),
        Ok(vec![Some(1299.0); 2])
    );
    let clash = column(&["1.299 EUR", "2,500 EUR"]).expect_err("a contradiction");
    assert_eq!(&*clash.other.0, "2,500 EUR");
}

#[test]
fn signs_codes_and_what_is_said_behind_them_are_understood() {
    for (text, value, currency) in [
        ("$19.99 USD", 19.99, Some("USD")),
        ("€19.99 EUR", 19.99, Some("EUR")),
        ("US$19.99", 19.99, Some("USD")),
        ("R$ 1.299,00", 1299.0, Some("BRL")),
        ("Rs. 1,299.00", 1299.0, None),
        ("kr 199,00", 199.0, None),
        ("199,- Kč", 199.0, Some("CZK")),
        ("19.99 zł", 19.99, Some("PLN")),
        ("A$5.00", 5.0, Some("AUD")),
        ("1299 руб.", 1299.0, Some("RUB")),
        ("￥1,299", 1299.0, None),
        ("HK$88", 88.0, Some("HKD")),
        ("199.00 CNY / 件", 199.0, Some("CNY")),
        ("5.00 USD incl. VAT", 5.0, Some("USD")),
        ("5.00 USD incl. 19 % VAT", 5.0, Some("USD")),
    ] {
        assert_eq!(
            parse(text),
            Some((value, currency.map(str::to_owned))),
            "{text}"
        );
    }
}
