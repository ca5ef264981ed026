//! However a table is written, its rows are the same.

use super::*;

fn rows(text: impl AsRef<[u8]>) -> (Vec<String>, Understanding) {
    let folder = Folder::new();
    let mut reader = Reader::default();
    let read = reader
        .events(&[folder.write("events.csv", text)])
        .expect("the events are read");
    (told(&read), reader.understood.remove(0))
}

const TABLE: &str = "user,item,time\nu0,p0,2024-03-01 08:05:00\nu0,p1,2024-03-01 08:15:00\nu1,p2,2024-03-01 09:00:00\n";
const TOLD: [&str; 2] = ["0: p0 p1", "1: p2"];

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let bytes = |unit: u16| {
        if little {
            unit.to_le_bytes()
        } else {
            unit.to_be_bytes()
        }
    };
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn delimiters_line_ends_and_wrappings_do_not_matter() {
    let mark = |bytes: Vec<u8>, mark: &[u8]| [mark, &bytes].concat();
    let cells = |mark: &str| TABLE.replace(',', mark);
    let mut padded = gzip(TABLE.as_bytes());
    padded.extend([0; 700]);
    let (first, second) = TABLE.split_at(40);
    for (name, bytes) in [
        (
            "semicolons said",
            format!("sep=;\n{}", cells(";")).into_bytes(),
        ),
        ("tabs", cells("\t").into_bytes()),
        ("ctrl-A", cells("\u{1}").into_bytes()),
        (
            "two colons",
            cells("::").replace(" 08::", " 08:").into_bytes(),
        ),
        ("windows", TABLE.replace('\n', "\r\n").into_bytes()),
        ("old mac", TABLE.replace('\n', "\r").into_bytes()),
        ("blank lines", TABLE.replace('\n', "\n\n").into_bytes()),
        (
            "comments",
            format!("# exported by shop\n#\n{TABLE}").into_bytes(),
        ),
        (
            "spaces around quotes",
            TABLE
                .lines()
                .map(|line| format!("\"{}\"\n", line.replace(',', "\" , \"")))
                .collect::<String>()
                .into_bytes(),
        ),
        ("zero bytes", TABLE.replace("p2", "p2\0").into_bytes()),
        (
            "invisible",
            TABLE.replace("p2", "\u{feff}p2\u{200b}").into_bytes(),
        ),
        ("utf-8 with mark", mark(TABLE.into(), b"\xef\xbb\xbf")),
        ("utf-16 with mark", mark(utf16(TABLE, true), b"\xff\xfe")),
        (
            "utf-16 big with mark",
            mark(utf16(TABLE, false), b"\xfe\xff"),
        ),
        ("utf-16", utf16(TABLE, true)),
        ("utf-16 big", utf16(TABLE, false)),
        ("gzip", gzip(TABLE.as_bytes())),
        (
            "gzip members",
            [gzip(first.as_bytes()), gzip(second.as_bytes())].concat(),
        ),
        ("gzip padding", padded),
    ] {
        let (told, about) = rows(bytes);
        assert_eq!(told, TOLD, "{name}");
        assert_eq!((about.records, about.read), (3, 3), "{name}");
    }
}

#[test]
fn a_table_without_names_is_read_by_numbers() {
    let body: String = TABLE.split_inclusive('\n').skip(1).collect();
    let folder = Folder::new();
    let path = folder.write("events.csv", &body);
    let error = Reader::default()
        .events(std::slice::from_ref(&path))
        .expect_err("it is refused")
        .to_string();
    assert!(
        error.contains("no names") && error.contains("--map item=1"),
        "{error}"
    );
    let map = ["user=1", "item=2", "time=3"].map(|text| Mapping::parse(text).expect("a mapping"));
    let mut reader = Reader::with(Hints {
        map: map.to_vec(),
        layout: None,
    });
    let read = reader.events(&[path]).expect("the events are read");
    assert_eq!(told(&read), TOLD);
    assert!(!reader.understood[0].header);
}

#[test]
fn a_stray_quote_swallows_no_rows_and_a_true_one_holds_its_lines() {
    let folder = Folder::new();
    let mut feed = String::from("id\ttitle\tprice\tdescription\n");
    for n in 0..40 {
        let text = match n {
            3 => "\"Ultra thin case, fits most",
            17 => "\"Slim\" edition",
            33 => "fits 19\" racks",
            36 => "the 24\"",
            _ => "plain words",
        };
        feed += &format!("p{n}\tThing {n}\t{}.00 EUR\t{text}\n", 10 + n);
    }
    let (catalogue, refusals) = read_catalogue(&folder.write("feed.tsv", feed));
    assert_eq!(catalogue.products.len(), 40);
    assert!(refusals.is_empty(), "{refusals}");

    let mut reader = Reader::default();
    let feed = "id,title,note\na,\"One,\ntwo \"\"x\"\"\",n\nb,TV 55\" black,n\nc,\"Three\n\nfour\",\"n\nm\"\nd,Last,n\n";
    let catalogue = reader
        .catalogue(&folder.write("feed.csv", feed))
        .expect("a catalogue");
    let titles: Vec<&str> = catalogue
        .products
        .iter()
        .map(|product| &*product.titles[0])
        .collect();
    assert_eq!(
        titles,
        ["One,\ntwo \"x\"", "TV 55\" black", "Three\n\nfour", "Last"]
    );
    let about = &reader.understood[0];
    assert_eq!((about.lines, about.records, about.spanning), (9, 4, 2));
}

#[test]
fn quotes_after_a_backslash_are_part_of_the_text() {
    let folder = Folder::new();
    for (feed, title) in [
        (
            "id,title,price\n\"p0\",\"Screen 0\\\" wide, black\",\"10 EUR\"\n",
            "Screen 0\" wide, black",
        ),
        (
            "id,title,price\n\"p3\",\"Bag \\\"Rio\\\"\",\"12 EUR\"\n",
            "Bag \"Rio\"",
        ),
        ("id,title,price\n\"p3\",\"C:\\\",\"12 EUR\"\n", "C:\\"),
    ] {
        let (catalogue, refusals) = read_catalogue(&folder.write("feed.csv", feed));
        assert!(refusals.is_empty(), "{refusals}");
        assert_eq!(catalogue.products[0].titles, [title], "{feed}");
        assert!(catalogue.products[0].price.is_some(), "{feed}");
    }
    let (told, _) = rows(
        "user,item,time,properties\nu0,p0,2024-03-01,\"{\\\"page\\\":\\\"home\\\",\\\"n\\\":0}\"\n",
    );
    assert_eq!(told, ["0: p0"]);
}

#[test]
fn a_file_in_another_encoding_is_read_in_it_as_a_whole() {
    let folder = Folder::new();
    // Some cells happen to be UTF-8, too: that of the second row would be `¨µ`.
    let mut feed = b"id,title,brand\n".to_vec();
    feed.extend(b"p0,\xba\xec\xc9\xab\xca\xd6\xbb\xfa\xbf\xc7,Acme\np1,Thing,\xc2\xa8\xc2\xb5\n");
    let mut reader = Reader::default();
    let catalogue = reader
        .catalogue(&folder.write("feed.csv", feed))
        .expect("a catalogue");
    assert_eq!(catalogue.products[0].titles, ["红色手机壳"]);
    assert_eq!(catalogue.products[1].brand.as_deref(), Some("篓碌"));
    assert_eq!(reader.understood[0].encoding, Some("GBK"));
    let feed =
        b"id,title,brand\np0,Caf\xe9 cr\xe8me br\xfbl\xe9e,Herm\xe8s\np1,Cr\xe8me fra\xeeche,X\n";
    let (catalogue, _) = read_catalogue(&folder.write("latin.csv", feed));
    assert_eq!(catalogue.products[0].titles, ["Café crème brûlée"]);
}

#[test]
fn the_line_that_is_named_is_the_line() {
    let folder = Folder::new();
    for end in ["\n", "\r\n", "\r"] {
        let text = [
            "user,item,time",
            "u1,p1,2024-03-01",
            "",
            "u1,p2,2024-03-01",
            "u1,p3,yesterday",
            "u1,p4,2024-03-01",
        ]
        .join(end);
        let (_, refusals) = read_events(&[folder.write("events.csv", text)]);
        assert_eq!(refusals.samples(Reason::Time)[0].line, 5, "{end:?}");
    }
}

#[test]
fn empty_cells_at_the_end_may_be_left_out_throughout() {
    let mut text = String::from("user,item,time,referrer,campaign\n");
    for n in 0..30 {
        text += &format!(
            "u,p{n},2024-03-01{}\n",
            if n % 2 == 0 { "" } else { ",google,spring" }
        );
    }
    assert_eq!(rows(text).1.read, 30);
}

#[test]
fn what_json_does_not_have_is_no_value() {
    let folder = Folder::new();
    let text = r#"{"user":"u0","item":"p0","time":{"$date":"2024-03-01T08:05:00Z"},"score":NaN,"note":"\ud83d is NaN"}
{"user":{"$oid":"u0"},"item":{"$numberLong":"7"},"time":{"$date":{"$numberLong":"1709280300000"}},"score":-Infinity}
"#;
    let (read, refusals) = read_events(&[folder.write("events.jsonl", text)]);
    assert!(refusals.is_empty(), "{refusals}");
    assert_eq!(told(&read), ["0: p0 7"]);
}
