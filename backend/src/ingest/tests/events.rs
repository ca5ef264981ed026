use super::*;
use proptest::prelude::*;

const START: i64 = 1_767_225_600_000;
const MINUTE: i64 = 60_000;

fn message(id: &str, event: &str, shopper: &str, minutes: f64, properties: &str) -> String {
    let time = instant::print(START + (minutes * MINUTE as f64) as i64);
    format!(
        r#"{{"type":"track","event":"{event}","anonymousId":"{shopper}","messageId":"{id}","timestamp":"{time}","properties":{properties},"context":{{"locale":"zh-CN"}}}}"#
    )
}

fn view(id: &str, shopper: &str, minutes: f64, item: &str) -> String {
    message(
        id,
        "Product Viewed",
        shopper,
        minutes,
        &format!(r#"{{"product_id":"{item}","price":5}}"#),
    )
}

fn collected() -> Vec<String> {
    vec![
        view("1", "ann", 0.0, "phone"),
        view("2", "bob", 1.0, "pear"),
        message(
            "3",
            "Product Added",
            "ann",
            2.0,
            r#"{"product_id":"phone","quantity":1}"#,
        ),
        message(
            "4",
            "Order Completed",
            "ann",
            4.0,
            r#"{"order_id":"o1","products":[{"product_id":"phone"},{"product_id":7}]}"#,
        ),
        view("5", "ann", 33.9, "case"),
        view("6", "bob", 31.0, "plum"),
        message(
            "7",
            "Product List Viewed",
            "bob",
            31.5,
            r#"{"list_id":"rec:home","products":[{"product_id":"fig"}]}"#,
        ),
        message("8", "Lamp Rubbed", "bob", 31.6, "{}"),
        r#"{"type":"identify","anonymousId":"bob","messageId":"9","traits":{}}"#.into(),
    ]
}

const TOLD: [&str; 3] = ["0: phone phone+ phone! 7! case", "1: pear", "1: plum"];

#[test]
fn collected_messages_become_sessions() {
    let folder = Folder::new();
    let (read, refusals) = read_events(&[folder.write("events.jsonl", collected().join("\n"))]);
    assert!(refusals.is_empty(), "{refusals}");
    assert_eq!(told(&read), TOLD);
    assert_eq!((read.rows, read.shoppers), (9, 2));
    assert_eq!(read.sessions[0].start, START);
    assert_eq!(read.newest, Some(START + 339 * MINUTE / 10));
    let ignored: Vec<(&str, u64)> = read
        .ignored
        .iter()
        .map(|(name, count)| (&name[..], *count))
        .collect();
    assert_eq!(
        ignored,
        [
            ("Lamp Rubbed", 1),
            ("Product List Viewed", 1),
            ("identify", 1)
        ]
    );
}

#[test]
fn the_collectors_database_gives_the_same() {
    let folder = Folder::new();
    let path = folder.path("collector.sqlite");
    let database = rusqlite::Connection::open(&path).expect("a database");
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE events (message_id TEXT PRIMARY KEY, write_key, type, event, anonymous_id, user_id, session_id,
             timestamp_ms INTEGER, sent_at_ms, received_at_ms INTEGER, message TEXT)",
        )
        .expect("a table");
    for (nth, message) in collected().iter().enumerate() {
        let time = serde_json::from_str::<serde_json::Value>(message).expect("JSON")["timestamp"]
            .as_str()
            .and_then(instant::parse);
        database
            .execute(
                "INSERT INTO events (message_id, timestamp_ms, message) VALUES (?1, ?2, ?3)",
                (nth as i64, time, message),
            )
            .expect("a row");
    }
    // Read while the collector has it open, as nightly training does.
    let (read, refusals) = read_events(&[path]);
    assert!(refusals.is_empty(), "{refusals}");
    assert_eq!(told(&read), TOLD);
    drop(database);
}

#[test]
fn sessions_are_cut_after_half_an_hour_whatever_the_order_of_the_lines() {
    let folder = Folder::new();
    let second = 1.0 / 60.0;
    let lines = [
        view("4", "ann", 60.0 - second, "d"),
        view("3", "ann", 30.0 - second, "c"),
        view("1", "ann", 0.0, "a"),
        view("2", "ann", 0.0, "b"),
    ];
    let (read, _) = read_events(&[folder.write("events.jsonl", lines.join("\n"))]);
    assert_eq!(
        told(&read),
        ["0: a b c", "0: d"],
        "29:59 stays, 30:00 does not"
    );
}

#[test]
fn a_message_counts_once_however_often_and_wherever_it_is_delivered() {
    let folder = Folder::new();
    let one = folder.write(
        "one.jsonl",
        [view("1", "ann", 0.0, "a"), view("2", "ann", 1.0, "b")].join("\n"),
    );
    let two = folder.write(
        "two.jsonl.gz",
        gzip(
            [view("2", "ann", 1.0, "b"), view("3", "ann", 2.0, "c")]
                .join("\n")
                .as_bytes(),
        ),
    );
    let (read, refusals) = read_events(&[one, two]);
    assert_eq!(told(&read), ["0: a b c"]);
    assert_eq!(
        (
            refusals.count(Reason::Duplicate),
            refusals.rows(),
            read.rows
        ),
        (1, 0, 4)
    );
}

#[test]
fn an_order_reported_again_is_one_order() {
    let folder = Folder::new();
    let order = |id: &str, shopper: &str, minutes: f64, order: &str| {
        let products = r#""products":[{"product_id":"p"},{"product_id":"q"}]"#;
        let properties = format!("{{{order}{products}}}");
        message(id, "Order Completed", shopper, minutes, &properties)
    };
    let day = 1440.0;
    let lines = [
        order("1", "ann", 0.0, r#""order_id":"O-1","#),
        order("2", "ann", 3.0 * day, r#""order_id":"O-1","#),
        order("3", "ann-on-her-phone", day, r#""order_id":"O-1","#),
        order("4", "bob", 0.0, r#""transaction_id":7,"#),
        order("5", "bob", day, r#""transaction_id":7,"#),
        order("6", "cem", 0.0, ""),
        order("7", "cem", 10.0, ""),
        order("8", "cem", day, ""),
        order("9", "ann", 4.0 * day, r#""order_id":"O-2","#),
    ];
    let (read, refusals) = read_events(&[folder.write("events.jsonl", lines.join("\n"))]);
    assert_eq!(told(&read).len(), 5, "{:?}", told(&read));
    assert!(told(&read).iter().all(|session| session.ends_with("p! q!")));
    assert_eq!(
        (refusals.count(Reason::OrderAgain), refusals.rows()),
        (4, 0)
    );
    assert_eq!(read.rows, 9);
}

#[test]
fn products_in_any_shape_are_found_and_an_odd_value_costs_only_itself() {
    let folder = Folder::new();
    let properties = [
        r#"{"order_id":"1","products":{"product_id":"a","quantity":1}}"#,
        r#"{"order_id":"2","products":{"0":{"product_id":"a"},"1":{"product_id":"b"}}}"#,
        r#"{"order_id":"3","products":"[{\"product_id\":\"a\"},{\"product_id\":\"b\"}]"}"#,
        r#"{"order_id":{"id":4},"products":["a",12345678901234567890123]}"#,
        r#"{"order_id":"5","total":NaN,"products":[{"product_id":"a","title":"\ud83d"},null]}"#,
    ];
    let lines: Vec<String> = (properties.iter().zip(0..))
        .map(|(properties, nth): (_, i32)| {
            let (id, minutes) = (nth.to_string(), f64::from(nth) * 60.0);
            message(&id, "Order Completed", "ann", minutes, properties)
        })
        .collect();
    let (read, refusals) = read_events(&[folder.write("events.jsonl", lines.join("\n"))]);
    let expected = [
        "0: a!",
        "0: a! b!",
        "0: a! b!",
        "0: a! 12345678901234567890123!",
        "0: a!",
    ];
    assert_eq!(told(&read), expected);
    assert_eq!((refusals.rows(), refusals.count(Reason::Product)), (0, 1));
}

#[test]
fn sessions_that_are_numbered_for_each_user_are_not_one() {
    let folder = Folder::new();
    let table =
        "user_id,session_id,item,time\nann,1,a,100\nbob,1,b,101\nann,1,c,102\nbob,2,d,200\n";
    let (read, _) = read_events(&[folder.write("table.csv", table)]);
    assert_eq!(told(&read), ["0: a c", "1: b", "1: d"]);
    // Before a login the row names nobody, and the session is the same.
    let table = "user_id,session_id,item,time\n,s1,a,100\nann,s1,b,101\n,s2,c,102\n,1,d,103\nann,1,e,104\nbob,1,f,105\n";
    let (read, _) = read_events(&[folder.write("logins.csv", table)]);
    assert_eq!(told(&read), ["0: a b", "1: c", "2: d", "0: e", "3: f"]);
}

proptest! {
    #[test]
    fn every_line_of_messages_is_accounted_for(
        picks in prop::collection::vec((0..14usize, 0..3u8, 0..4u8), 1..40), cut in 0..200usize,
    ) {
        let folder = Folder::new();
        let mut lines: Vec<String> = picks.iter().zip(0..).map(|((shape, shopper, item), nth): (_, i32)| {
            let id = if *shape == 0 { "same".into() } else { nth.to_string() };
            let (shopper, minutes) = (format!("s{shopper}"), f64::from(nth));
            let said = |event: &str, properties: &str| message(&id, event, &shopper, minutes, properties);
            match shape {
                0..=3 => view(&id, &shopper, minutes, &item.to_string()),
                4 => said("Order Completed", &format!(r#"{{"order_id":"{item}","products":["x"]}}"#)),
                5 => said("Order Completed", r#"{"products":{"product_id":"x"}}"#),
                6 => said("Product Viewed", "{}"),
                7 => said("Product Viewed", r#"{"product_id":NaN}"#),
                8 => said("Lamp Rubbed", "[]"),
                9 => said("Product List Viewed", "null"),
                10 => view(&id, "", minutes, "x"),
                11 => r#"{"type":"identify","anonymousId":{}}"#.into(),
                12 => r#"{"messageId":7,"anonymousId":true,"event":"view_item","properties":"x"}"#.into(),
                _ => "{\"type\":\"track\",\"event\":\"\u{ffff}".into(),
            }
        }).collect();
        let last = lines.pop().unwrap();
        let whole = last.chars().take(cut).collect::<String>();
        lines.push(whole);
        lines.push(r#"{"messageId":"last","properties":{}}"#.into());
        lines.insert(0, r#"{"messageId":"first","properties":{}}"#.into());
        let lines = lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>();
        let path = folder.write("events.jsonl", lines.join("\n"));
        let mut refusals = Refusals::default();
        match super::super::events(&[path], &mut refusals) {
            Ok(read) => {
                let used = read.sessions.iter().map(|session| session.events.len() as u64).sum::<u64>();
                let ignored = read.ignored.values().sum::<u64>();
                let repeated = refusals.count(Reason::Duplicate) + refusals.count(Reason::OrderAgain);
                prop_assert_eq!(read.rows, lines.len() as u64);
                prop_assert_eq!(used + ignored + repeated + refusals.rows(), read.rows, "{}", refusals);
            }
            Err(error) => prop_assert!(matches!(error, Error::MostlyUnreadable { .. } | Error::Names { .. }), "{error}"),
        }
    }

    #[test]
    fn any_bytes_as_messages_are_an_answer(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..6)) {
        let folder = Folder::new();
        let mut bytes = br#"{"messageId":"1","properties":{}}"#.to_vec();
        for line in lines {
            bytes.push(b'\n');
            bytes.extend(line);
        }
        let path = folder.write("events.jsonl", bytes);
        let _ = super::super::events(&[path], &mut Refusals::default());
    }
}

#[test]
fn other_dialects_are_understood_as_the_page_understands_them() {
    let folder = Folder::new();
    let said = [
        ("view_item", r#"{"product_id":"a"}"#),
        (
            "view_item",
            r#"{"currency":"EUR","items":[{"item_id":"b","price":2}]}"#,
        ),
        ("add_to_cart", r#"{"items":[{"item_id":"b","quantity":1}]}"#),
        (
            "product_viewed",
            r#"{"data":{"productVariant":{"id":"v1","product":{"id":"c","title":"C"}}}}"#,
        ),
        (
            "checkout_completed",
            r#"{"checkout":{"order":{"id":"1"},"lineItems":[{"variant":{"product":{"id":"c"}}},{"variant":{"product":{"id":"d"}}}]}}"#,
        ),
        ("view_item_list", r#"{"items":[{"item_id":"e"}]}"#),
    ];
    let lines: Vec<String> = (0..)
        .zip(said)
        .map(|(nth, (event, properties))| {
            message(&nth.to_string(), event, "ann", nth.into(), properties)
        })
        .collect();
    let (read, refusals) = read_events(&[folder.write("events.jsonl", lines.join("\n"))]);
    assert!(refusals.is_empty(), "{refusals}");
    assert_eq!(told(&read), ["0: a b b+ c c! d!"]);
    assert_eq!(read.ignored.get("Product List Viewed"), Some(&1));
}

#[test]
fn a_bad_message_is_counted_with_its_place_and_the_rest_is_read() {
    let folder = Folder::new();
    let lines = [
        view("1", "ann", 0.0, "a"),
        r#"{"type":"track","event":"Product Viewed","anonymousId":"ann","#.into(),
        r#"{"type":"track","event":"Product Viewed","anonymousId":{}}"#.into(),
        message("2", "Product Viewed", "ann", 1.0, "{}"),
        message("3", "Product Viewed", "ann", 1.0, r#"{"product_id":[]}"#),
        view("4", "", 1.0, "a"),
        view("5", "ann", 1.0, &"k".repeat(256)),
        view("6", "ann", 1.0, "a").replace("2026", "26"),
        message(
            "7",
            "Order Completed",
            "ann",
            1.0,
            r#"{"products":[{"sku":"x"},{"product_id":"b"}]}"#,
        ),
    ];
    let good = (10..20).map(|id| view(&id.to_string(), "ann", 2.0, "c"));
    let lines: Vec<String> = lines.into_iter().chain(good).collect();
    let (read, refusals) = read_events(&[folder.write("events.jsonl", lines.join("\n"))]);
    assert_eq!(told(&read), [format!("0: a b!{}", " c".repeat(10))]);
    for (reason, count, line, column) in [
        (Reason::Json, 1, 2, "61"),
        (Reason::NoItem, 2, 4, "properties.product_id"),
        (Reason::NoShopper, 1, 6, "anonymousId"),
        (Reason::LongItem, 1, 7, "properties.product_id"),
        (Reason::Time, 2, 3, "timestamp"),
        (Reason::Product, 1, 9, "properties.product_id"),
    ] {
        assert_eq!(refusals.count(reason), count, "{reason:?}: {refusals}");
        let sample = &refusals.samples(reason)[0];
        assert_eq!((sample.line, &*sample.column), (line, column), "{reason:?}");
    }
    assert_eq!(refusals.rows(), 7);
}

#[test]
fn a_plain_table_of_users_is_cut_and_one_of_sessions_is_not() {
    let folder = Folder::new();
    let rows = "1396861200,x,view,7\n1396866600,y,addtocart,7\n1396866601,y,transaction,7\n1396866602,z,wink,7\n";
    let users = folder.write(
        "users.csv",
        format!("timestamp,itemid,event,visitorid\n{rows}"),
    );
    let (read, refusals) = read_events(&[users]);
    assert!(refusals.is_empty(), "{refusals}");
    assert_eq!(told(&read), ["0: x", "0: y+ y!"]);
    assert_eq!(read.ignored.get("wink"), Some(&1));
    let sessions = folder.write(
        "sessions.csv",
        format!("Time,ItemId,event,SessionId\n{rows}"),
    );
    assert_eq!(told(&read_events(&[sessions]).0), ["0: x y+ y!"]);
}

#[test]
fn sessions_of_one_user_share_a_shopper() {
    let folder = Folder::new();
    let table =
        "session_id,user_id,item,time\ns1,ann,a,100\ns2,ann,b,200\ns3,,c,300\ns4,bob,d,400\n";
    let (read, _) = read_events(&[folder.write("table.csv", table)]);
    assert_eq!(told(&read), ["0: a", "0: b", "1: c", "2: d"]);
    assert_eq!(read.shoppers, 3);
}

#[test]
fn lines_of_orders_are_purchases_and_returns_are_not() {
    let folder = Folder::new();
    let table = "InvoiceNo,StockCode,Quantity,InvoiceDate,CustomerID\n\
                 1,cup,6,2010-12-01 08:26:00,17850\n1,mug,2,2010-12-01 08:26:00,17850\n\
                 C2,cup,-6,2010-12-01 09:41:00,17850\n3,tin,1,2010-12-01 10:00:00,\n";
    let (read, refusals) = read_events(&[folder.write("invoices.csv", table)]);
    assert!(refusals.is_empty(), "{refusals}");
    assert_eq!(told(&read), ["0: cup! mug!", "1: tin!"]);
    assert_eq!(read.ignored.values().sum::<u64>(), 1);
}

#[test]
fn lines_of_an_order_that_come_again_days_later_are_not_bought_again() {
    let folder = Folder::new();
    let table = "order_id,sku,time,customer_id\n\
                 1,cup,2026-01-01 08:26:00,7\n1,cup,2026-01-01 08:26:00,7\n1,mug,2026-01-01 08:27:00,7\n\
                 1,cup,2026-01-04 10:00:00,7\n2,cup,2026-01-09 10:00:00,7\n";
    let (read, refusals) = read_events(&[folder.write("orders.csv", table)]);
    assert_eq!(told(&read), ["0: cup! cup! mug!", "0: cup!"]);
    assert_eq!(
        (refusals.count(Reason::OrderAgain), refusals.rows()),
        (1, 0)
    );
}

#[test]
fn json_lines_may_be_a_plain_table() {
    let folder = Folder::new();
    let table = r#"{"user_id":1,"item_id":10,"time":"2026-01-01T00:00:00Z"}
{"user_id":1,"item_id":12345678901234567890123,"time":"2026-01-01T00:01:00Z"}
{"time":1767225720000,"kind":"buy","item_id":"11","user_id":1}
"#;
    let (read, refusals) = read_events(&[folder.write("table.jsonl", table)]);
    assert_eq!(told(&read), ["0: 10 11!"]);
    assert_eq!(
        refusals.count(Reason::Json),
        1,
        "a number that lost its digits names no item"
    );
}

#[test]
fn a_table_with_a_header_only_is_read_as_no_events() {
    let folder = Folder::new();
    let (read, refusals) = read_events(&[folder.write("table.csv", "session,item,time\n")]);
    assert_eq!(read, Interactions::default());
    assert!(refusals.is_empty());
}
