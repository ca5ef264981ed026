use super::*;
use proptest::prelude::*;

#[test]
fn reads_the_usual_ways_to_write_a_time() {
    let expected = Some(1_396_867_869_000);
    for text in [
        "2014-04-07T10:51:09Z",
        "2014-04-07T10:51:09.000Z",
        "2014-04-07 10:51:09",
        "2014-04-07T10:51:09",
        "2014-04-07 10:51:09 UTC",
        "2014-04-07 10:51:09+00:00",
        "2014-04-07T18:51:09+0800",
        "2014/04/07 10:51:09",
        "1396867869",
        "1396867869.0",
        "1396867869000",
        "1396867869000000",
        "1396867869000000000",
    ] {
        assert_eq!(parse(text), expected, "{text}");
    }
    assert_eq!(parse("2014-04-07T10:51:09.277Z"), Some(1_396_867_869_277));
    assert_eq!(parse("1396867869.277"), Some(1_396_867_869_277));
    assert_eq!(parse("2014-04-07"), Some(1_396_828_800_000));
}

#[test]
fn does_not_guess() {
    for text in [
        "",
        "01/12/2010 08:26",
        "yesterday",
        "-5",
        "NaN",
        "inf",
        "1e9",
        "2014-13-01",
        "9223372036854775807",
        "9000-01-01",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(time in 0..LAST) {
        prop_assert_eq!(parse(&print(time)), Some(time));
    }

    #[test]
    fn any_text_is_an_answer(text in ".{0,40}") {
        let _ = parse(&text);
    }
}

#[test]
fn dates_are_read_in_every_usual_form() {
    let expected = Some(1_709_280_300_000);
    for text in [
        "2024-03-01T08:05Z",
        "2024-03-01T08:05",
        "20240301T080500Z",
        "2024-03-01 08:05:00 +0000",
        "2024-03-01 08:05:00.000 Z",
        "2024-03-01 08:05:00 +0000 UTC",
        "2024-03-01T08:05:00.000+0000",
        "2024-03-01T08:05:00,000Z",
        "2024-03-01 08:05:00 GMT",
        "2024-03-01T09:05+01:00",
        "2024-03-01 16:05:00+08:00[Asia/Shanghai]",
        "2024-03-01 08:05:00+00",
        "2024.03.01 08:05",
        "01.03.2024 08:05",
        "Fri, 01 Mar 2024 08:05:00 GMT",
        "Mar 1, 2024 8:05 AM",
        "01/Mar/2024:08:05:00 +0000",
        "1-Mar-24 08:05",
        "2024年3月1日 08:05",
        "2024-03-01 03:05:00 EST",
    ] {
        assert_eq!(parse(text), expected, "{text}");
    }
    assert_eq!(parse("2024-03-01 08"), Some(1_709_280_000_000));
    assert_eq!(parse("2024/03/01"), Some(1_709_251_200_000));
    assert_eq!(shape("08:05:30"), Some(Shape::Clock(29_130_000)));
    assert_eq!(shape("8:05 pm"), Some(Shape::Clock(72_300_000)));
    assert_eq!(clock_number("1631"), Some(59_460_000));
    assert_eq!(calendar(20_240_301.0), Some(1_709_251_200_000));
    assert_eq!(calendar(20_240_301_080_500.0), expected);
    for text in [
        "2024-02-30",
        "2024-03-01 25:00",
        "2024-03-01 08:05 Mars",
        "31/31/2024",
        "1.2.3",
        "2024-03-01x",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}
