use super::*;

const FEED: &str = "\
id\tTitle\ttitle_zh\tlink\tprice\tsale price\tavailability\tbrand\tg:product_type\tcolor\tsize\tproduct_detail\trepeatable
p1\tPhone \"Five\"\t五号手机\thttps://x\t1,999.00 CNY\t1799.00 CNY\tin stock\tAcme\tPhones > Smartphones\tRed/Blue\t6 in\tDisplay:Screen:6.1 in, 120 Hz,Battery:Capacity:4000 mAh\t
p2\tApples\t\t\t12.50 CNY\t\tout_of_stock\t\tFresh > Fruit\t\t\t\ttrue
p3\t\t\t\t\t\thttps://schema.org/SoldOut\t\t\t\t\t\tno
";

fn pair(name: &str, value: &str) -> (String, String) {
    (name.into(), value.into())
}

#[test]
fn a_merchant_feed_becomes_products() {
    let folder = Folder::new();
    let (catalogue, refusals) = read_catalogue(&folder.write("feed.tsv", FEED));
    assert!(refusals.is_empty(), "{refusals}");
    assert_eq!(catalogue.currency.as_deref(), Some("CNY"));
    let [phone, apples, bare] = &catalogue.products[..] else {
        panic!("three products, not {}", catalogue.products.len());
    };
    assert_eq!(
        *phone,
        Product {
            key: "p1".into(),
            titles: vec!["Phone \"Five\"".into(), "五号手机".into()],
            category: vec!["Phones".into(), "Smartphones".into()],
            brand: Some("Acme".into()),
            price: Some(1799.0),
            out_of_stock: false,
            repeatable: None,
            attributes: vec![
                pair("color", "red"),
                pair("color", "blue"),
                pair("size", "6 in"),
                pair("screen", "6.1 in, 120 hz"),
                pair("capacity", "4000 mah"),
            ],
            related: Vec::new(),
            group: None,
            first_seen: None,
            keywords: Vec::new(),
        }
    );
    assert_eq!(
        (apples.price, apples.out_of_stock, apples.repeatable),
        (Some(12.5), true, Some(true))
    );
    assert_eq!(
        (bare.price, bare.out_of_stock, bare.repeatable),
        (None, true, Some(false))
    );
    assert!(bare.titles.is_empty() && bare.category.is_empty() && bare.brand.is_none());
}

#[test]
fn json_lines_keep_their_nested_values() {
    let folder = Folder::new();
    let feed = r#"
{"id":42,"title":"Kettle","price":{"value":"35.5","currency":"eur"},"product_type":["Home > Kitchen","Gifts"],"product_detail":[{"section_name":"General","attribute_name":"Watts","attribute_value":2200},{"attribute_name":"Colour","attribute_value":"Red"}],"note":{"deep":[1,2]}}

{"title":"Lamp","id":" 43 ","price":12,"google_product_category":"Home & Garden > Lamps","availability":null}
"#;
    let (catalogue, refusals) = read_catalogue(&folder.write("catalog.jsonl", feed));
    assert!(refusals.is_empty(), "{refusals}");
    assert_eq!(catalogue.currency.as_deref(), Some("EUR"));
    let [kettle, lamp] = &catalogue.products[..] else {
        panic!("two products");
    };
    assert_eq!((kettle.key.as_str(), kettle.price), ("42", Some(35.5)));
    assert_eq!(kettle.category, ["Home", "Kitchen"]);
    assert_eq!(
        kettle.attributes,
        [pair("watts", "2200"), pair("colour", "red")]
    );
    assert_eq!((lamp.key.as_str(), lamp.price), ("43", Some(12.0)));
    assert_eq!(lamp.category, ["Home & Garden", "Lamps"]);
}

#[test]
fn the_last_row_of_an_id_counts_and_the_earlier_is_reported() {
    let folder = Folder::new();
    let feed = "id,title\na,first\nb,other\na,last\n";
    let (catalogue, refusals) = read_catalogue(&folder.write("feed.csv", feed));
    let titles: Vec<&str> = catalogue
        .products
        .iter()
        .map(|product| &product.titles[0][..])
        .collect();
    assert_eq!(titles, ["last", "other"]);
    assert_eq!(refusals.count(Reason::Replaced), 1);
    assert_eq!(
        (refusals.samples(Reason::Replaced)[0].line, refusals.rows()),
        (2, 0)
    );
}

#[test]
fn a_bad_value_is_left_out_and_the_row_stays() {
    let folder = Folder::new();
    let long = "x".repeat(256);
    let feed = format!(
        "id,price,availability,brand,product_type,color,repeatable,product_detail\n\
         a,ten,maybe,{long},A > {long},{long},perhaps,words\n\
         b,1 EUR,,,,,,\n\
         c,2 EUR,,,,,,\n\
         d,3 CNY,,,,,,\n\
         ,4 EUR,,,,,,\n\
         {long},5 EUR,,,,,,\n"
    );
    let (catalogue, refusals) = read_catalogue(&folder.write("feed.csv", feed));
    assert_eq!(catalogue.products.len(), 4);
    let mut bare = Product {
        key: "a".into(),
        ..Product::default()
    };
    assert_eq!(catalogue.products[0], bare);
    bare.key = "d".into();
    assert_eq!(
        catalogue.products[3], bare,
        "its price is in another currency"
    );
    assert_eq!(catalogue.currency.as_deref(), Some("EUR"));
    for (reason, count) in [
        (Reason::Price, 1),
        (Reason::Availability, 1),
        (Reason::LongText, 3),
        (Reason::Flag, 1),
        (Reason::Detail, 1),
        (Reason::Currency, 1),
        (Reason::NoItem, 1),
        (Reason::LongItem, 1),
    ] {
        assert_eq!(refusals.count(reason), count, "{reason:?}: {refusals}");
    }
    let price = &refusals.samples(Reason::Price)[0];
    assert_eq!(
        (&*price.file, price.line, &*price.column, &*price.value),
        ("feed.csv", 2, "price", "ten")
    );
}

#[test]
fn rows_of_the_wrong_width_or_encoding_are_refused() {
    let folder = Folder::new();
    let mut feed = b"id,title\na,one\nb\nc,two,more\nd,three,\n".to_vec();
    feed.extend(b"e,\xc9\xfa\xcf\xca\nf,four\n");
    // One broken line among many that are UTF-8 is broken, and says nothing of the others.
    (0..20).for_each(|_| feed.extend("f,四\n".as_bytes()));
    let (catalogue, refusals) = read_catalogue(&folder.write("feed.csv", feed));
    let keys: Vec<&str> = catalogue
        .products
        .iter()
        .map(|product| &product.key[..])
        .collect();
    assert_eq!(keys, ["a", "d", "f"]);
    assert_eq!(
        (
            refusals.count(Reason::Cells),
            refusals.count(Reason::Encoding)
        ),
        (2, 1)
    );
    assert_eq!(refusals.samples(Reason::Cells)[0].line, 3);
    assert_eq!(refusals.samples(Reason::Encoding)[0].line, 6);
}

#[test]
fn a_header_without_rows_is_an_empty_catalogue() {
    let folder = Folder::new();
    let (catalogue, refusals) = read_catalogue(&folder.write("feed.csv", "id,title\n"));
    assert_eq!(catalogue, Catalogue::default());
    assert!(refusals.is_empty());
}

#[test]
fn quotes_line_breaks_and_a_byte_order_mark_are_understood() {
    let folder = Folder::new();
    let feed = "\u{feff}id,title\r\na,\"One,\r\n\"\"two\"\"\"\r\nb,three\r\n";
    let (catalogue, refusals) = read_catalogue(&folder.write("feed.csv", feed));
    assert!(refusals.is_empty(), "{refusals}");
    assert_eq!(catalogue.products[0].titles, ["One,\n\"two\""]);
    assert_eq!(catalogue.products[1].key, "b");
}

#[test]
fn related_products_are_those_that_the_feed_has_and_no_circle() {
    let folder = Folder::new();
    let text = "id\trelated_product\n\
        phone\taccessory:id:case,substitute:id:other,accessory:gtin:811571013579,friend:id:case\n\
        case\taccessory:id:phone-2,often_bought_with:id:film,often_bought_with:id:film\n\
        phone-2\trequired_part:id:case,accessory:id:phone-2\n\
        film\toften_bought_with:id:case,accessory:id:gone\n\
        other\t\n";
    let json = r#"
{"id":"phone","related_product":[{"relationship_type":"accessory","identifier_type":"id","identifier":"case"},{"relationship_type":"substitute","identifier_type":"id","identifier":"other"},{"relationship_type":"accessory","identifier_type":"gtin","identifier":"811571013579"},{"relationship_type":"friend","identifier_type":"id","identifier":"case"}]}
{"id":"case","related_product":[{"relationship_type":"accessory","identifier_type":"id","identifier":"phone-2"},{"relationship_type":"often_bought_with","identifier_type":"id","identifier":"film"},{"relationship_type":"often_bought_with","identifier_type":"id","identifier":"film"}]}
{"id":"phone-2","related_product":[{"relationship_type":"required_part","identifier_type":"id","identifier":"case"},{"relationship_type":"accessory","identifier_type":"id","identifier":"phone-2"}]}
{"id":"film","related_product":[{"relationship_type":"often_bought_with","identifier_type":"id","identifier":"case"},{"relationship_type":"accessory","identifier_type":"id","identifier":"gone"}]}
{"id":"other"}
"#;
    for (name, text) in [("feed.tsv", text), ("feed.jsonl", json)] {
        let (catalogue, refusals) = read_catalogue(&folder.write(name, text));
        let related = |n: usize| {
            let related = catalogue.products[n].related.iter();
            related
                .map(|one| (one.relation, one.key.as_str()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            related(0),
            [(Relation::Completes, "case"), (Relation::Replaces, "other")],
            "{name}"
        );
        assert_eq!(related(1), [(Relation::Together, "film")]);
        assert_eq!(related(2), []);
        assert_eq!(related(3), [(Relation::Together, "case")]);
        // A GTIN, a relation that is none, a product that is gone; a product of itself, and two that complete each other.
        assert_eq!(refusals.count(Reason::Related), 3, "{refusals}");
        assert_eq!(refusals.count(Reason::Circle), 3, "{refusals}");
        assert_eq!(
            refusals.samples(Reason::Related)[0].column,
            "related_product"
        );
        assert_eq!(refusals.rows(), 0);
    }
}

#[test]
fn variants_models_and_first_days_are_read() {
    let folder = Folder::new();
    let feed = r#"
{"id":"a","item_group_id":"g","keywords":"mobile, 手机","first_seen":"2026-10-05","product_detail":[{"section_name":"Details","attribute_name":"fits","attribute_value":"Halo 14/Halo 14 Pro"}]}
{"id":"b","model":"Halo 14","date_added":"soon"}
"#;
    let path = folder.write("feed.jsonl", feed);
    let mut refusals = Refusals::default();
    let catalogue = catalogue(&path, &mut refusals).unwrap();
    let [a, b] = &catalogue.products[..] else {
        panic!("two products");
    };
    assert_eq!(a.group.as_deref(), Some("g"));
    assert_eq!(a.keywords, ["mobile, 手机"]);
    assert_eq!(a.first_seen, Some(1_791_158_400_000));
    let fits = [pair("fits", "halo 14"), pair("fits", "halo 14 pro")];
    assert_eq!(a.attributes, fits);
    assert_eq!((&b.group, b.first_seen), (&None, None));
    assert_eq!(b.attributes, [pair("model", "halo 14")]);
    assert!(!refusals.is_empty(), "a day that is none is counted");
}
