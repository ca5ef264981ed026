use super::*;
use crate::Coded;

#[test]
fn session_files_keep_their_order() {
    let folder = Folder::new();
    let table = "session,items\n9,a b a\n3,c\n7,\n5,b  c\n";
    for (name, bytes) in [
        ("train.csv", table.into()),
        ("train.csv.gz", gzip(table.as_bytes())),
    ] {
        let mut refusals = Refusals::default();
        let read =
            super::super::sessions(&folder.write(name, bytes), &mut refusals).expect("it is read");
        assert_eq!(told(&read), ["0: a b a", "1: c", "2: b c"]);
        assert_eq!((read.rows, read.shoppers, read.newest), (4, 3, None));
        assert_eq!(read.items, ["a", "b", "c"]);
        assert_eq!(refusals.count(Reason::NoItems), 1);
        assert_eq!(refusals.samples(Reason::NoItems)[0].line, 4);
    }
}

#[test]
fn lists_of_json_lines_are_sessions_too() {
    let folder = Folder::new();
    let table = "{\"session\":1,\"items\":[\"red shoe\",7]}\n{\"session\":2,\"items\":\"a b\"}\n";
    let read = super::super::sessions(
        &folder.write("train.jsonl", table),
        &mut Refusals::default(),
    );
    assert_eq!(
        told(&read.expect("it is read")),
        ["0: red shoe 7", "1: a b"]
    );
}

#[test]
fn test_files_become_predictions() {
    let folder = Folder::new();
    let table = "session,prefix,target,time\n1,a b,c,1441940543\n1,a b c,d,\n2,,x,\n2,x,,\n3,x,y,soon\n4,p,q,\n";
    let mut refusals = Refusals::default();
    let read = super::super::predictions(&folder.write("test.csv", table), &mut refusals)
        .expect("it is read");
    let question = |session: &str, prefix: &[&str], target: &str, time| Prediction {
        session: session.into(),
        prefix: prefix.iter().map(|key| (*key).to_owned()).collect(),
        target: target.into(),
        time,
    };
    assert_eq!(
        read,
        [
            question("1", &["a", "b"], "c", Some(1_441_940_543_000)),
            question("1", &["a", "b", "c"], "d", None),
            question("4", &["p"], "q", None),
        ]
    );
    assert_eq!(
        (
            refusals.count(Reason::NoItems),
            refusals.count(Reason::Time)
        ),
        (2, 1)
    );
    let bare = super::super::predictions(
        &folder.write("bare.csv", "prefix,target\na,b\n"),
        &mut refusals,
    );
    assert_eq!(bare.expect("it is read"), [question("", &["a"], "b", None)]);
}

#[test]
fn test_files_become_baskets() {
    let folder = Folder::new();
    let table = "history,basket,target,days\na b|c,d e,f,30|2\n,d,f,\na|b,d,f,\na,,f,1\na,d,,1\na|b,d,f,3\na|b,d,f,3|4\na,d,f,soon\na,d,f,NaN\n,x,y,\n,x,y,\n,x,y,\n";
    let mut refusals = Refusals::default();
    let read = super::super::baskets(&folder.write("baskets.csv", table), &mut refusals)
        .expect("it is read");
    let order = |days: f64, items: &[&str]| PastOrder {
        days,
        items: items.iter().map(|key| (*key).to_owned()).collect(),
    };
    let basket = |history: &[PastOrder], items: &[&str]| Basket {
        history: history.to_vec(),
        items: items.iter().map(|key| (*key).to_owned()).collect(),
        target: "f".into(),
    };
    assert_eq!(
        read[..3],
        [
            basket(&[order(30.0, &["a", "b"]), order(2.0, &["c"])], &["d", "e"]),
            basket(&[], &["d"]),
            basket(&[order(14.0, &["a"]), order(7.0, &["b"])], &["d"]),
        ]
    );
    assert_eq!(
        (
            refusals.count(Reason::NoItems),
            refusals.count(Reason::Days)
        ),
        // `NaN` says nothing, and a week lies between the orders.
        (2, 3)
    );
    let wrong = folder.write("wrong.csv", "cart,target\na,b\n");
    let error = super::super::baskets(&wrong, &mut refusals).expect_err("it has no baskets");
    assert_eq!(error.code(), "baskets.column");
    assert!(error.to_string().contains("--map basket=cart"), "{error}");
}

#[test]
fn columns_of_test_rows_baskets_and_sessions_may_be_mapped() {
    let folder = Folder::new();
    let map = |texts: &[&str]| {
        let map = texts
            .iter()
            .map(|text| Mapping::parse(text).expect("a mapping"));
        Reader::with(Hints {
            map: map.collect(),
            ..Hints::default()
        })
    };
    let path = folder.write("asked.csv", "visit,history,next\n1,a b,c\n2,b,a\n");
    let mut reader = map(&["session=visit", "prefix=history", "target=next"]);
    let rows = reader.predictions(&path).expect("they are read");
    assert_eq!(rows[0].prefix, ["a", "b"]);
    assert_eq!((&*rows[1].session, &*rows[1].target), ("2", "a"));
    let path = folder.write("carts.csv", "cart,hidden\na b,c\n");
    let baskets = map(&["basket=cart", "target=hidden"]).baskets(&path);
    assert_eq!(baskets.expect("they are read")[0].items, ["a", "b"]);
    let path = folder.write("visits.csv", "clicks\na b\n");
    let mut reader = map(&["items=clicks", "session=visit"]);
    assert_eq!(
        reader.sessions(&path).expect("they are read").items,
        ["a", "b"]
    );
    let notes = format!("{:?}", reader.understood);
    assert!(
        notes.contains("--map session=visit: there is no such column"),
        "{notes}"
    );
}
