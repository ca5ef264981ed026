//! What holds for every format: what was written is read, and no bytes make a reader fall over.

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
        "[a-z0-9]{1,6}",
        text(),
        text(),
        text(),
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

/// The products that a feed means, found without any of the readers.
fn expected(rows: &[Vec<String>]) -> Vec<Product> {
    let mut products: Vec<Product> = Vec::new();
    for row in rows {
        let mut titles = vec![row[1].clone(), row[2].clone()];
        titles.retain(|title| !title.is_empty());
        titles.dedup();
        let segments = row[3]
            .split('>')
            .map(str::trim)
            .filter(|segment| !segment.is_empty());
        let mut attributes = Vec::new();
        if !row[7].is_empty() {
            attributes.push(("color".to_owned(), row[7].to_lowercase()));
        }
        let product = Product {
            key: row[0].clone(),
            titles,
            category: segments.map(str::to_owned).collect(),
            brand: Some(row[4].clone()).filter(|brand| !brand.is_empty()),
            price: row[5]
                .strip_suffix(" CNY")
                .and_then(|amount| amount.parse().ok()),
            out_of_stock: row[6] == "out_of_stock",
            repeatable: None,
            attributes,
            related: Vec::new(),
        };
        match products.iter_mut().find(|other| other.key == product.key) {
            Some(other) => *other = product,
            None => products.push(product),
        }
    }
    products
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_catalogue_reads_the_same_from_every_format(rows in prop::collection::vec(feed_row(), 1..12)) {
        let folder = Folder::new();
        let table = Rows { columns: &FEED, rows: &rows };
        let expected = expected(&rows);
        for (name, bytes) in table.every_format() {
            let (catalogue, refusals) = read_catalogue(&folder.write(name, bytes));
            prop_assert_eq!(&catalogue.products, &expected, "{}", name);
            prop_assert_eq!(refusals.rows(), 0, "{}: {}", name, refusals);
            prop_assert_eq!(refusals.count(Reason::Replaced) as usize, rows.len() - expected.len());
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
        "messages.jsonl",
        format!("{message}\n{message}\n").into_bytes(),
    ));
    formats
}

/// Hands a file to every reader; what they answer does not matter, that they do does.
fn read_anyhow(path: &Path) {
    let mut refusals = Refusals::default();
    let _ = super::super::catalogue(path, &mut refusals);
    let _ = super::super::events(&[path.into()], &mut refusals);
    let _ = super::super::sessions(path, &mut refusals);
    let _ = super::super::predictions(path, &mut refusals);
    let _ = refusals.to_string();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_an_answer(
        name in prop::sample::select(vec!["x", "x.csv", "x.tsv", "x.jsonl", "x.parquet", "x.gz"]),
        start in prop::sample::select(vec![
            &b""[..], b"{", b"[", b"id,items,prefix,target,session,item,time\n", b"PAR1", b"\x1f\x8b\x08\0",
            b"SQLite format 3\0", b"\xef\xbb\xbf{\"id\":1}\n",
        ]),
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            "[{}\\[\\],:\"a-z0-9\n\t ]{0,300}".prop_map(String::into_bytes),
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
