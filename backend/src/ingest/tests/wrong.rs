//! Files that are wholly wrong, as a new user would hand them over.

use super::*;
use crate::Coded;

/// What each reader says of a file.
fn refused(path: &Path) -> [Option<(&'static str, String)>; 4] {
    let mut refusals = Refusals::default();
    let told = |error: Error| (error.code(), error.to_string());
    [
        super::super::catalogue(path, &mut refusals).err().map(told),
        super::super::events(&[path.into()], &mut refusals)
            .err()
            .map(told),
        super::super::sessions(path, &mut refusals).err().map(told),
        super::super::predictions(path, &mut refusals)
            .err()
            .map(told),
    ]
}

/// Checks that every reader refuses a file with this code and says all of `words`.
fn all_refuse(path: &Path, code: &str, words: &[&str]) {
    for refusal in refused(path) {
        let (found, message) = refusal.expect("the file is refused");
        assert_eq!(found, code, "{message}");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        assert!(message.contains(&*name), "{message}");
        for word in words {
            assert!(message.contains(word), "{word:?} is not in: {message}");
        }
    }
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = Folder::new();
    all_refuse(
        &folder.path("nowhere.csv"),
        "input.missing",
        &["there is no file", "check the path"],
    );
    folder.write("catalog.jsonl", "{}");
    folder.write("events.jsonl", "{}");
    let message = refused(folder.0.path())[0]
        .clone()
        .expect("a folder is refused");
    assert_eq!(message.0, "input.folder");
    assert!(
        message
            .1
            .ends_with("give a file in it: catalog.jsonl, events.jsonl"),
        "{}",
        message.1
    );
}

#[test]
fn empty_files_are_refused() {
    let folder = Folder::new();
    for (name, bytes) in [
        ("empty.csv", Vec::new()),
        ("blank.jsonl", b"\xef\xbb\xbf \n\n\t".to_vec()),
        ("empty.csv.gz", gzip(b"")),
    ] {
        all_refuse(
            &folder.write(name, bytes),
            "input.empty",
            &["is empty", "leave the option out"],
        );
    }
}

#[test]
fn foreign_formats_are_named_with_the_remedy() {
    let folder = Folder::new();
    let cases: [(&str, &[u8], &[&str]); 8] = [
        (
            "pretty.json",
            b"{\n  \"id\": 1\n}\n",
            &[":1:2: a JSON object that goes on", "one object a line"],
        ),
        (
            "text.jsonl",
            b"id,title\n",
            &[":1:1: expected `{`, found `i`"],
        ),
        (
            "notes.xml",
            b"<?xml version=\"1.0\"?><notes><note/></notes>",
            &[":1:1: XML without", "RSS or Atom"],
        ),
        (
            "page.html",
            b"<!DOCTYPE html><html></html>",
            &[":1:1: a web page", "download the file"],
        ),
        (
            "book.xlsx",
            b"PK\x03\x04\x14\0\x06\0",
            &["spreadsheet", "save the sheet as CSV"],
        ),
        ("feed.csv.zst", b"\x28\xb5\x2f\xfd\0\0", &["zstd", "gzip"]),
        (
            "photo.csv",
            b"id,\n\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            &[":4:1: binary data", "Parquet"],
        ),
        ("feed.parquet.gz", &gzip(b"PAR1...."), &["gunzip"]),
    ];
    for (name, bytes, words) in cases {
        all_refuse(&folder.write(name, bytes), "input.format", words);
    }
    let database = folder.path("other.sqlite");
    let connection = rusqlite::Connection::open(&database).expect("a database");
    connection
        .execute_batch("CREATE TABLE other (x)")
        .expect("a table");
    all_refuse(&database, "input.format", &["SQLite database"]);
}

#[test]
fn damaged_files_are_told_from_foreign_ones() {
    let folder = Folder::new();
    let rows: Vec<Vec<String>> = (0..5000)
        .map(|n| vec![format!("item-{}", n * 7919 % 5000)])
        .collect();
    let table = Rows {
        columns: &["id"],
        rows: &rows,
    };
    let packed = gzip(&table.delimited(b','));
    let path = folder.write("cut.csv.gz", &packed[..packed.len() / 2]);
    let parquet = table.parquet();
    let cut = folder.write("cut.parquet", &parquet[..parquet.len() - 9]);
    let not = folder.write("not.parquet", "id,title\n");
    for (path, word) in [
        (path, "gzip"),
        (cut, "Parquet"),
        (not, "does not begin with PAR1"),
        (
            folder.write("cut.xml", "<?xml version=\"1.0\"?><rss><item><id>1"),
            "ends inside",
        ),
    ] {
        let (code, message) = refused(&path)[0].clone().expect("it is refused");
        assert_eq!(code, "input.damaged", "{message}");
        assert!(
            message.contains(word) && message.contains("again"),
            "{message}"
        );
    }
    let path = folder.write(
        "bad.sqlite",
        [&b"SQLite format 3\0"[..], &[7; 4096]].concat(),
    );
    let (code, message) = refused(&path)[1].clone().expect("it is refused");
    assert_eq!(code, "input.damaged", "{message}");
}

#[test]
fn a_missing_column_is_named_with_those_found() {
    let folder = Folder::new();
    let cases = [
        (
            0,
            "sku,title\nx,y\n",
            "catalog.column",
            "needs a column `id`, found only `sku`, `title`; if `sku` holds it, say so: --map id=sku",
        ),
        (
            0,
            "1,Phone\n2,Case\n",
            "catalog.column",
            "add a first line with the names",
        ),
        (
            0,
            "{\"title\":\"x\"}\n",
            "catalog.column",
            "found only `title`",
        ),
        (
            1,
            "session,item\n1,a\n",
            "events.column",
            "needs a column `time` (or `timestamp`), found only `session`, `item`",
        ),
        (
            1,
            "session,time\n1,5\n",
            "events.column",
            "needs a column `item`",
        ),
        (
            1,
            "item,time\n1,5\n",
            "events.column",
            "needs a column `session`",
        ),
        (
            1,
            "session,items\n1,a b\n",
            "events.column",
            "goes to --sessions",
        ),
        (1, "{\"a\":1}\n", "events.column", "needs a column `item`"),
        (
            2,
            "session,item\n1,a\n",
            "sessions.column",
            "needs a column `items`, found only `session`, `item`; if `item` holds it, say so: --map items=item",
        ),
        (
            3,
            "session,items\n1,a\n",
            "test.column",
            "needs a column `prefix`",
        ),
        (
            3,
            "prefix,next\n1,a\n",
            "test.column",
            "needs a column `target`, found only `prefix`, `next`; if `next` holds it, say so: --map target=next",
        ),
    ];
    for (reader, text, code, words) in cases {
        let (found, message) = refused(&folder.write("table", text))[reader]
            .clone()
            .expect("it is refused");
        assert_eq!(found, code, "{message}");
        assert!(
            message.contains(":1: ") && message.contains(words),
            "{message}"
        );
    }
}

#[test]
fn a_file_most_of_which_cannot_be_used_is_refused_with_samples() {
    let folder = Folder::new();
    let cases = [
        (
            0,
            "id,title\na,x\n,y\n,z\n",
            "catalog",
            "2 of 3 rows of this catalogue",
            "table:3:id",
        ),
        (
            1,
            "{\"type\":\"track\"\n{]\n",
            "events",
            "2 of 2 rows",
            "table:2:2 `key must be a string`",
        ),
        (
            1,
            "session,item,time\n1,a,noon\n1,b,5\n1,c,dusk\n",
            "events",
            "2 of 3 rows",
            "table:2:time `noon`",
        ),
        (
            2,
            "session,items\n1,\n",
            "sessions",
            "1 of 1 rows",
            "table:2:items",
        ),
        (
            3,
            "prefix,target\na,\n",
            "test",
            "1 of 1 rows",
            "table:2:target",
        ),
    ];
    for (reader, text, code, count, sample) in cases {
        let (found, message) = refused(&folder.write("table", text))[reader]
            .clone()
            .expect("it is refused");
        assert_eq!(found, format!("{code}.mostly_unreadable"), "{message}");
        assert!(
            message.contains(count) && message.contains(sample),
            "{message}"
        );
    }
    let half = folder.write("half.csv", "id\na\n\"\"\n");
    assert_eq!(
        read_catalogue(&half).1.rows(),
        1,
        "half of the rows may be wrong"
    );
}

#[test]
fn events_in_a_foreign_tongue_are_refused_with_their_names() {
    let folder = Folder::new();
    let message = r#"{"type":"track","event":"Produkt angesehen","anonymousId":"a","timestamp":"2026-01-01T00:00:00Z"}"#;
    for (text, name) in [
        (message.to_owned(), "`Produkt angesehen`"),
        ("session,item,time,kind\n1,a,5,winked\n".into(), "`winked`"),
    ] {
        let (code, message) = refused(&folder.write("table", text))[1]
            .clone()
            .expect("it is refused");
        assert_eq!(code, "events.names", "{message}");
        assert!(
            message.contains(name) && message.contains("Product Viewed"),
            "{message}"
        );
    }
}

#[test]
fn a_quote_that_is_not_closed_swallows_no_row() {
    let folder = Folder::new();
    let mut feed = "id,title\na,ok\nb,\"broken\n".to_owned();
    feed.push_str(&"c,fine\n".repeat(40_000));
    let (catalogue, refusals) = read_catalogue(&folder.write("feed.csv", feed));
    assert_eq!(catalogue.products.len(), 3);
    assert_eq!(catalogue.products[1].titles, ["\"broken"]);
    assert_eq!(refusals.count(Reason::Replaced), 39_999);
}

#[test]
fn a_line_without_end_is_refused_and_the_next_is_read() {
    let folder = Folder::new();
    let long = format!("{{\"id\":\"{}\"}}\n", "x".repeat(3 << 20));
    let feed = format!("{{\"id\":\"a\"}}\n{long}{{\"id\":\"b\"}}\n");
    let (catalogue, refusals) = read_catalogue(&folder.write("feed.jsonl", feed));
    assert_eq!(catalogue.products.len(), 2);
    assert_eq!(refusals.count(Reason::LongLine), 1);
    assert_eq!(refusals.samples(Reason::LongLine)[0].line, 2);
}
