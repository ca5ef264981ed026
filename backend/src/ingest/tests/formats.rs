//! Property tests of all file formats: written rows are read back equal, and arbitrary bytes never cause a panic.

use proptest::prelude::*;

use super::*;

const FEED: [&str; 8] = [
    "id",
    "title",
    "title_zh",
    "product_type",
    "brand",
    "price",
    "availability",
    "color",
];

/// A cell that each format can hold and that trimming leaves alone.
fn text() -> impl Strategy<Value = String> {
    "([a-zA-Z0-9äß中文手机\"',;|\\\\ >-]{0,12})".prop_map(|text| text.trim().to_owned())
}

fn feed_row() -> impl Strategy<Value = Vec<String>> {
    let price = prop::option::of(
        (0u32..1_000_000).prop_map(|cents| format!("{}.{:02} CNY", cents / 100, cents % 100)),
    );
    let stock = prop::sample::select(vec!["", "in_stock", "out_of_stock", "preorder"]);
    (
        "k[a-z0-9]{1,6}",
        text(),
        text(),
        // A comma may stand between two paths.
        text().prop_map(|path| path.replace(',', "").trim().to_owned()),
        text(),
        price,
        stock,
        text(),
    )
        .prop_map(
            |(id, title, chinese, category, brand, price, stock, color)| {
                vec![
                    id,
                    title,
                    chinese,
                    category,
                    brand,
                    price.unwrap_or_default(),
                    stock.to_owned(),
                    color,
                ]
            },
        )
}

/// Tests a cell for a null marker. Lists only the markers that [`text`] can generate.
fn is_null(cell: &str) -> bool {
    const WORDS: [&str; 18] = [
        "\\N", "-", "--", "NA", "NaN", "nan", "NAN", "-nan", "NaT", "nil", "inf", "-inf", "NULL",
        "null", "Null", "None", "none", "NONE",
    ];
    WORDS.contains(&cell)
}

/// The products that a feed means, found without any of the readers.
fn expected(rows: &[Vec<String>]) -> Vec<Product> {
    let product = |row: &Vec<String>| {
        let said =
            |n: usize| Some(row[n].clone()).filter(|cell| !cell.is_empty() && !is_null(cell));
        let mut titles: Vec<String> = [said(1), said(2)].into_iter().flatten().collect();
        titles.dedup();
        let path = said(3).unwrap_or_default();
        let segments = path
            .split('>')
            .map(str::trim)
            .filter(|segment| !segment.is_empty());
        Product {
            key: row[0].clone(),
            titles,
            category: segments.map(str::to_owned).collect(),
            brand: said(4),
            price: row[5]
                .strip_suffix(" CNY")
                .and_then(|amount| amount.parse().ok()),
            out_of_stock: row[6] == "out_of_stock",
            attributes: said(7)
                .map(|color| ("color".to_owned(), color.to_lowercase()))
                .into_iter()
                .collect(),
            ..Product::default()
        }
    };
    rows.iter().map(product).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_catalogue_reads_the_same_from_every_format(rows in prop::collection::vec(feed_row(), 1..12)) {
        let mut rows = rows;
        let mut keys = std::collections::BTreeSet::new();
        rows.retain(|row| keys.insert(row[0].clone()));
        let folder = Folder::new();
        let table = Rows { columns: &FEED, rows: &rows };
        let expected = expected(&rows);
        for (name, bytes) in table.every_format() {
            let (catalogue, refusals) = read_catalogue(&folder.write(name, bytes));
            prop_assert_eq!(&catalogue.products, &expected, "{}", name);
            prop_assert_eq!(refusals.rows(), 0, "{}: {}", name, refusals);
        }
    }

    #[test]
    fn events_read_the_same_from_every_format(
        rows in prop::collection::vec((0..4u8, "[a-c]{1,2}", 0..10_000_000u32, 0..3usize), 1..30),
    ) {
        const KINDS: [&str; 3] = ["view", "cart", "purchase"];
        let cells: Vec<Vec<String>> = rows.iter().map(|(user, item, time, kind)| {
            let time = 1_767_225_600_000 + i64::from(*time);
            vec![format!("u{user}"), item.clone(), instant::print(time), KINDS[*kind].to_owned()]
        }).collect();
        let table = Rows { columns: &["user_id", "product_id", "timestamp", "event"], rows: &cells };
        let folder = Folder::new();
        let mut first: Option<Interactions> = None;
        for (name, bytes) in table.every_format() {
            let (read, refusals) = read_events(&[folder.write(name, bytes)]);
            prop_assert!(refusals.is_empty(), "{}: {}", name, refusals);
            prop_assert_eq!(read.sessions.iter().map(|session| session.events.len()).sum::<usize>(), rows.len());
            for session in &read.sessions {
                prop_assert!(session.events.is_sorted_by_key(|event| event.time));
                prop_assert_eq!(session.start, session.events[0].time);
                prop_assert!(session.events.windows(2).all(|pair| pair[1].time - pair[0].time < 1_800_000));
            }
            prop_assert!(read.sessions.is_sorted_by_key(|session| session.start));
            match &first {
                Some(first) => prop_assert_eq!(&read, first, "{}", name),
                None => first = Some(read),
            }
        }
    }
}

/// Sound files of every format to break.
fn sound() -> Vec<(&'static str, Vec<u8>)> {
    let row = |n: usize| -> Vec<String> {
        [
            "id",
            "session",
            "items",
            "1767225600",
            "view",
            "9.00 CNY",
            "a b",
            "c",
        ]
        .iter()
        .map(|text| format!("{text}{n}"))
        .collect()
    };
    let rows: Vec<Vec<String>> = (0..40).map(row).collect();
    let columns = [
        "id", "session", "items", "time", "event", "price", "prefix", "target",
    ];
    let table = Rows {
        columns: &columns,
        rows: &rows,
    };
    let message = r#"{"type":"track","event":"Product Viewed","anonymousId":"a","messageId":"1","timestamp":"2026-01-01T00:00:00Z","properties":{"product_id":"p"}}"#;
    let mut formats = table.every_format();
    formats.push((
        "feed.xml",
        format!(
            "<rss><channel>{}</channel></rss>",
            "<item><g:id>1</g:id><g:title>A &amp; b</g:title></item>\n".repeat(9)
        )
        .into_bytes(),
    ));
    formats.push((
        "otto.jsonl",
        "{\"session\":1,\"events\":[{\"aid\":1,\"ts\":1661724000000,\"type\":\"clicks\"}]}\n"
            .repeat(4)
            .into_bytes(),
    ));
    formats.push((
        "messages.jsonl",
        format!("{message}\n{message}\n").into_bytes(),
    ));
    formats
}

/// Hands a file to every reader; what they answer does not matter, that they do does, and that no row is lost on the
/// way.
fn read_anyhow(path: &Path) {
    let mut reader = Reader::default();
    let _ = reader.catalogue(path);
    let _ = reader.events(&[path.into()]);
    let _ = reader.sessions(path);
    let _ = reader.predictions(path);
    let _ = reader.baskets(path);
    let _ = reader.refusals.to_string();
    for understood in &reader.understood {
        assert_eq!(understood.unaccounted(), 0, "{understood:?}");
        let _ = understood.decisions();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_an_answer(
        name in prop::sample::select(vec!["x", "x.csv", "x.tsv", "x.jsonl", "x.parquet", "x.gz", "x.xml"]),
        start in prop::sample::select(vec![
            &b""[..], b"{", b"[", b"id,items,prefix,target,session,item,time\n", b"PAR1", b"\x1f\x8b\x08\0",
            b"SQLite format 3\0", b"\xef\xbb\xbf{\"id\":1}\n", b"\xff\xfe", b"sep=;\n", b"<rss><item><id>1</id>",
            b"{\"session\":1,\"events\":[", b"user,item,time\n\"",
        ]),
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            "[{}\\[\\],:\"a-z0-9\n\t ]{0,300}".prop_map(String::into_bytes),
            "[<>/&;a-z\n=\"!]{0,300}".prop_map(String::into_bytes),
            "([a-c0-9]{0,4}[,\"\\\\;\n\r|]){0,100}".prop_map(String::into_bytes),
        ],
    ) {
        let folder = Folder::new();
        read_anyhow(&folder.write(name, [start, &bytes].concat()));
    }

    #[test]
    fn broken_files_are_an_answer(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        end in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut formats = sound();
        let (name, mut bytes) = formats.swap_remove(which.index(formats.len()));
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if cut {
            bytes.truncate(end.index(bytes.len()));
        }
        read_anyhow(&Folder::new().write(name, bytes));
    }
}
