//! A column's type follows from all of its cells.

use super::*;

/// Reads a table of events, and how it was understood.
fn understood(text: &str) -> (Interactions, Understanding) {
    let folder = Folder::new();
    let mut reader = Reader::default();
    let read = reader
        .events(&[folder.write("events.csv", text)])
        .expect("the events are read");
    (read, reader.understood.remove(0))
}

fn refused(text: &str) -> Error {
    let folder = Folder::new();
    Reader::default()
        .events(&[folder.write("events.csv", text)])
        .expect_err("the file is refused")
}

/// Two clicks on each of five days, by each of 12 shoppers, each row with its time as `write` writes it.
fn base(header: &str, write: impl Fn(i64, i64, i64) -> String) -> String {
    let mut text = format!("{header}\n");
    for day in 0..5 {
        for user in 0..12 {
            for click in 0..2 {
                text += &format!(
                    "u{user},p{},{}\n",
                    (user * 3 + day + click) % 9,
                    write(day, user, click)
                );
            }
        }
    }
    text
}

/// The sessions in `base`, and the time of the first.
fn sessions(read: &Interactions) -> (usize, usize, i64) {
    let events = read
        .sessions
        .iter()
        .map(|session| session.events.len())
        .sum();
    (read.sessions.len(), events, read.sessions[0].start)
}

const FIRST_DAY: i64 = 1_709_251_200_000;

#[test]
fn calendar_numbers_are_dates_and_small_numbers_days() {
    let (read, about) = understood(&base("user,item,date", |day, _, _| {
        format!("{}", 20_240_301 + 3 * day)
    }));
    assert_eq!(sessions(&read), (60, 120, FIRST_DAY));
    assert_eq!(about.columns[2].time, Some("yyyymmdd"));
    let (read, about) = understood(&base("household_id,product_id,time", |day, _, _| {
        format!("{}", 1 + 3 * day)
    }));
    assert_eq!(sessions(&read), (60, 120, 86_400_000));
    assert!(
        about.columns[2]
            .time
            .is_some_and(|kind| kind.starts_with("day numbers"))
    );
    // As a spreadsheet counts days.
    let (read, _) = understood(&base("user,item,date", |day, _, _| {
        format!("{}.5", 45_352 + day)
    }));
    assert_eq!(sessions(&read), (60, 120, FIRST_DAY + 43_200_000));
}

#[test]
fn the_order_of_day_and_month_is_that_of_the_whole_column() {
    let (read, about) = understood(&base("user,item,time", |day, user, click| {
        format!(
            "03/{:02}/2024 {:02}:{:02}",
            1 + 3 * day,
            8 + user,
            5 + 10 * click
        )
    }));
    assert_eq!(
        sessions(&read),
        (60, 120, FIRST_DAY + 8 * 3_600_000 + 300_000)
    );
    assert_eq!(about.columns[2].time, Some("month/day/year"));
    let error = refused("user,item,time\nu,a,01/02/2024\nu,b,03/04/2024\n");
    let told = error.to_string();
    assert_eq!(crate::Coded::code(&error), "events.contradiction");
    assert!(
        told.contains("`01/02/2024`")
            && told.contains("--map time=time:KIND")
            && told.contains("day-first"),
        "{told}"
    );
    let error = refused("user,item,time\nu,a,13/02/2024\nu,b,03/14/2024\n");
    let told = error.to_string();
    assert!(
        told.contains("`13/02/2024`") && told.contains("`03/14/2024` (line 3)"),
        "{told}"
    );
}

#[test]
fn a_column_with_two_kinds_of_number_is_refused_and_a_slip_left_out() {
    let told = refused("user,item,time\nu,a,1709280300\nu,b,20240301\n").to_string();
    assert!(
        told.contains("column `time`")
            && told.contains("Unix seconds")
            && told.contains("yyyymmdd"),
        "{told}"
    );
    let told = refused("user,item,time\nu,a,1709280300\nu,b,1709280300000\n").to_string();
    assert!(told.contains("Unix milliseconds"), "{told}");
    let rows: String = (0..30)
        .map(|n| format!("u,a,{}\n", 1_709_280_300 + n))
        .collect();
    let (read, about) = understood(&format!("user,item,time\n{rows}u,b,20240301\n"));
    assert_eq!(sessions(&read).1, 30);
    assert_eq!(
        (about.records, about.read, about.unaccounted()),
        (31, 30, 0)
    );
}

#[test]
fn a_person_may_say_the_kind_of_time() {
    let folder = Folder::new();
    let path = folder.write(
        "events.csv",
        "user,item,when\nu,a,01/02/2024\nu,b,03/04/2024\n",
    );
    let mut reader = Reader::with(Hints {
        map: vec![Mapping::parse("time=when:day-first").expect("a mapping")],
        layout: None,
    });
    let read = reader.events(&[path]).expect("the events are read");
    assert_eq!(
        instant::print(read.sessions[0].start),
        "2024-02-01T00:00:00.000Z"
    );
}

#[test]
fn a_date_and_a_clock_in_two_columns_are_one_time() {
    let mut text = String::from("date,time,user,item\n");
    for minute in [5, 15, 50] {
        text += &format!("2024-03-01,08:{minute:02}:00,u0,p{minute}\n");
    }
    let (read, about) = understood(&text);
    assert_eq!(told(&read), ["0: p5 p15", "0: p50"]);
    assert_eq!(read.sessions[0].start, FIRST_DAY + 8 * 3_600_000 + 300_000);
    let taken: Vec<Option<&str>> = about
        .columns
        .iter()
        .map(|column| column.taken_for.as_deref())
        .collect();
    assert_eq!(
        taken,
        [Some("time"), Some("clock"), Some("user"), Some("item")]
    );
}

#[test]
fn words_for_no_value_are_no_value() {
    for word in [
        "\\N",
        "NULL",
        "null",
        "NA",
        "nan",
        "None",
        "undefined",
        "(not set)",
        "guest",
        "",
    ] {
        let text = format!(
            "user,item,order,time\n{word},a,1,2024-03-01\n{word},b,2,2024-03-01\nann,{word},3,2024-03-01\nann,c,4,2024-03-01\n"
        )
        .replace(",guest,", ",,");
        let (read, about) = understood(&text);
        assert_eq!(told(&read), ["0: a!", "1: b!", "2: c!"], "{word}");
        assert_eq!(read.shoppers, 3, "two guests are no one shopper: {word}");
        assert_eq!(about.left_out.values().sum::<u64>(), 1, "{word}");
        if !word.is_empty() {
            assert_eq!(about.columns[0].no_value.get(word), Some(&2), "{word}");
        }
    }
    let (read, _) = understood("user,item,time\nNA,a,1\nUS,b,2\nDE,c,3\nFR,d,4\n");
    assert_eq!(read.shoppers, 4, "among codes of two letters NA is one");
}

#[test]
fn ids_written_as_floats_are_whole_numbers_where_all_are() {
    let (read, about) = understood("user,item,time\n0.0,100.0,2024-03-01\n1.0,101.0,2024-03-01\n");
    assert_eq!(read.items, ["100", "101"]);
    assert!(about.columns[1].note.is_some());
    let (read, _) = understood("user,item,time\nu,1.0,2024-03-01\nu,2.5,2024-03-01\n");
    assert_eq!(
        read.items,
        ["1.0", "2.5"],
        "sizes and versions stay as they are"
    );
    let (read, _) = understood("user,item,time\nu,00123,2024-03-01\nu,1E5,2024-03-01\n");
    assert_eq!(read.items, ["00123", "1E5"]);
    let error = refused("user,item,time\nu,1.23457E+12,2024-03-01\nu,1234570000001,2024-03-01\n");
    let told = error.to_string();
    assert!(
        told.contains("column `item`") && told.contains("1.23457E+12") && told.contains("as text"),
        "{told}"
    );
}

#[test]
fn a_column_type_that_is_no_kind_is_not_taken_for_one() {
    let (read, about) = understood(
        "user,item,time,type\nu0,a,2024-03-01,mobile\nu1,b,2024-03-01,desktop\nu2,c,2024-03-01,order\n",
    );
    assert_eq!(told(&read), ["0: a", "1: b", "2: c"]);
    let column = &about.columns[3];
    assert_eq!(column.taken_for, None);
    assert!(
        column
            .note
            .as_ref()
            .is_some_and(|note| note.contains("`desktop`, `mobile`")),
        "{column:?}"
    );
}

#[test]
fn kinds_in_the_plural_in_chinese_and_partly_unknown_are_counted() {
    let (read, about) = understood(
        "user,item,time,action\nu,a,1,clicks\nu,b,2,carts\nu,c,3,orders\nu,d,4,浏览\nu,e,5,加购\nu,f,6,wink\nu,g,7,收藏\n",
    );
    assert_eq!(told(&read), ["0: a", "0: b+", "0: c!", "0: d", "0: e+"]);
    assert_eq!(about.left_out.get("not learned from: wink"), Some(&1));
    assert_eq!(about.unaccounted(), 0);
}

#[test]
fn a_structure_never_names_an_item() {
    let (read, _) = understood(
        "user,item,time\nu,\"[{\"\"item_id\"\":\"\"a\"\"},{\"\"item_id\"\":\"\"b\"\"}]\",2024-03-01\n",
    );
    assert_eq!(told(&read), ["0: a b"]);
    let folder = Folder::new();
    let path = folder.write(
        "events.csv",
        "user,item,time\nu,{\"\"x\"\":1},2024-03-01\nu,a,2024-03-01\nu,b,2024-03-01\n",
    );
    let (read, refusals) = read_events(&[path]);
    assert_eq!(read.items, ["a", "b"]);
    assert_eq!(refusals.count(Reason::Structure), 1);
}

#[test]
fn every_column_is_accounted_for() {
    let (_, about) = understood("user,item,time,referrer\nu,a,2024-03-01,x\n");
    let ignored: Vec<&str> = about.ignored().map(|column| &*column.name).collect();
    assert_eq!(ignored, ["referrer"]);
    assert_eq!(
        (about.lines, about.records, about.format, about.delimiter),
        (2, 1, "CSV", Some("comma"))
    );
    assert_eq!(about.encoding, Some("UTF-8"));
    assert_eq!(about.columns[0].examples, ["u"]);
}

#[test]
fn nothing_suggests_that_the_id_of_a_message_is_an_item() {
    let error = refused("id,received_at,anonymous_id,event,time\nm,2024-03-01,a,x,2024-03-01\n")
        .to_string();
    assert!(
        error.contains("needs a column `item`") && !error.contains("=id"),
        "{error}"
    );
    let error = refused("user,article_no,time\nu,a,2024-03-01\n").to_string();
    assert!(error.contains("--map item=article_no"), "{error}");
}
