//! Catalogues as shop systems export them.

use super::*;

fn read(name: &str, text: &str) -> (Catalogue, Understanding, Refusals) {
    let folder = Folder::new();
    let mut reader = Reader {
        now: 1_709_280_300_000,
        ..Reader::default()
    };
    let catalogue = reader
        .catalogue(&folder.write(name, text))
        .expect("the catalogue is read");
    let about = reader.understood.remove(0);
    assert_eq!(about.unaccounted(), 0, "{name}: {about:?}");
    (catalogue, about, reader.refusals)
}

fn said(product: &Product) -> (&str, Vec<&str>, Vec<&str>, Option<f32>) {
    let titles = product.titles.iter().map(String::as_str).collect();
    (
        &product.key,
        titles,
        product.category.iter().map(String::as_str).collect(),
        product.price,
    )
}

#[test]
fn variants_and_pictures_erase_nothing() {
    let rows = ",Title,Body,Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src\n\
        thing-0,Thing 0,\"<p>Line one\nline two, \"\"quoted\"\"</p>\",Acme,Lamps,Size,S,SKU0S,10.00,x.jpg\n\
        thing-0,,,,,,M,SKU0M,12.00,\nthing-0,,,,,,,,,y.jpg\nthing-1,Thing 1,,Acme,Lamps,Size,S,SKU1S,11.00,x.jpg\n";
    let exported = format!("Handle{rows}");
    let renamed = format!("id{rows}")
        .replace("Vendor", "brand")
        .replace("Type", "product_type")
        .replace("Variant Price", "price");
    for (layout, text) in [(Some("shopify"), exported), (None, renamed)] {
        let (catalogue, about, refusals) = read("products.csv", &text);
        assert_eq!(about.layout, layout);
        assert_eq!(
            said(&catalogue.products[0]),
            ("thing-0", vec!["Thing 0"], vec!["Lamps"], Some(10.0))
        );
        assert_eq!(catalogue.products[0].brand.as_deref(), Some("Acme"));
        assert_eq!(catalogue.products.len(), 2);
        assert_eq!((refusals.count(Reason::Part), refusals.rows()), (2, 0));
    }
}

#[test]
fn blank_cells_of_a_later_row_or_column_erase_nothing() {
    let (catalogue, ..) = read(
        "feed.csv",
        "id,title,price,brand,title\np0,Thing 0,10 EUR,Acme,\np1,,11 EUR,Acme,Thing 1\n",
    );
    assert_eq!(catalogue.products[0].titles, ["Thing 0"]);
    assert_eq!(catalogue.products[1].titles, ["Thing 1"]);
    let (catalogue, ..) = read(
        "feed.csv",
        "id,title,price,brand\np0,Thing 0,10 EUR,Acme\np0,Thing 0 new,,\n",
    );
    let product = &catalogue.products[0];
    assert_eq!(
        (&*product.titles[0], product.price, product.brand.as_deref()),
        ("Thing 0 new", Some(10.0), Some("Acme"))
    );
}

#[test]
fn woocommerce_is_read_as_exported() {
    let (catalogue, about, _) = read(
        "wc.csv",
        "ID,Type,SKU,Name,Published,\"Is featured?\",\"In stock?\",Stock,\"Sale price\",\"Regular price\",Categories,Brands\n\
         100,simple,SKU0,\"Thing, number 0\",1,0,0,0,,10,\"Home > Lamps, Sale > Winter\",Acme\n\
         101,simple,SKU1,\"Thing, number 1\",1,0,1,5,9,11,\"Sale, Home > Lamps\",Acme\n",
    );
    assert_eq!(about.layout, Some("woocommerce"));
    assert_eq!(
        said(&catalogue.products[0]),
        (
            "100",
            vec!["Thing, number 0"],
            vec!["Home", "Lamps"],
            Some(10.0)
        )
    );
    assert_eq!(
        said(&catalogue.products[1]),
        ("101", vec!["Thing, number 1"], vec!["Sale"], Some(9.0))
    );
    assert_eq!(
        catalogue
            .products
            .iter()
            .map(|product| product.out_of_stock)
            .collect::<Vec<_>>(),
        [true, false]
    );
}

#[test]
fn magento_is_read_as_exported() {
    let (catalogue, about, refusals) = read(
        "magento.csv",
        "sku,store_view_code,attribute_set_code,product_type,categories,product_websites,name,price,special_price,qty,is_in_stock\n\
         M0,,Default,simple,\"Default Category/Men/Tops,Default Category/Sale\",base,Shirt 0,20.0000,,0,0\n\
         M0,fr,Default,simple,,,Chemise 0,,,,\n\
         M1,,Default,configurable,Default Category/Men,base,Shirt 1,21.0000,19.0000,5,1\n",
    );
    assert_eq!(about.layout, Some("magento"));
    assert_eq!(
        said(&catalogue.products[0]),
        (
            "M0",
            vec!["Shirt 0", "Chemise 0"],
            vec!["Men", "Tops"],
            Some(20.0)
        )
    );
    assert!(catalogue.products[0].out_of_stock && !catalogue.products[1].out_of_stock);
    assert_eq!(catalogue.products[1].price, Some(19.0));
    assert_eq!(refusals.count(Reason::Part), 1);
    // Its types are no categories, whatever the other columns are called.
    let (catalogue, about, _) = read(
        "feed.csv",
        "id,title,product_type\na,A,simple\nb,B,configurable\n",
    );
    assert!(
        catalogue
            .products
            .iter()
            .all(|product| product.category.is_empty())
    );
    assert!(about.columns[2].note.is_some() && about.columns[2].taken_for.is_none());
}

#[test]
fn feeds_are_read_from_rss_and_atom() {
    let rss = "<?xml version=\"1.0\"?>\n<rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\"><channel><title>shop</title>\n\
        <item><g:id>p0</g:id><title>short</title><g:title>Lamp &amp; shade &#8364;</g:title><g:price>10.00 EUR</g:price>\
        <g:product_type>Home &gt; Lamps</g:product_type><g:product_type>Sale</g:product_type>\
        <g:product_detail><g:section_name>General</g:section_name><g:attribute_name>Watt</g:attribute_name><g:attribute_value>8</g:attribute_value></g:product_detail></item>\n\
        <item><g:id>p1</g:id><g:title><![CDATA[Thing <1>]]></g:title><g:availability>out_of_stock</g:availability></item>\n\
        </channel></rss>\n";
    let (catalogue, about, refusals) = read("feed.xml", rss);
    assert!(refusals.is_empty(), "{refusals}");
    assert_eq!(
        said(&catalogue.products[0]),
        (
            "p0",
            vec!["Lamp & shade €"],
            vec!["Home", "Lamps"],
            Some(10.0)
        )
    );
    assert_eq!(
        catalogue.products[0].attributes,
        [("watt".to_owned(), "8".to_owned())]
    );
    assert_eq!(catalogue.products[1].titles, ["Thing <1>"]);
    assert!(catalogue.products[1].out_of_stock);
    assert_eq!((about.format, about.records, about.lines), ("XML", 2, 6));
    let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:g=\"http://base.google.com/ns/1.0\"><title>shop</title>\
        <entry><id>tag:x</id><g:id>p0</g:id><title>Thing 0</title><g:price>10.00 EUR</g:price></entry></feed>";
    let (catalogue, ..) = read("feed.xml", atom);
    assert_eq!(
        said(&catalogue.products[0]),
        ("p0", vec!["Thing 0"], vec![], Some(10.0))
    );
}

#[test]
fn a_sale_price_counts_while_it_is_one() {
    let rows = [
        (
            "5.00 EUR",
            "2019-01-01T00:00+0100/2019-01-31T23:59+0100",
            100.0,
        ),
        ("0.00 EUR", "", 100.0),
        ("120.00 EUR", "", 100.0),
        ("90.00 EUR", "2024-02-01T00:00Z/2024-04-01T00:00Z", 90.0),
        ("90.00 EUR", "2024-04-01T00:00Z/2024-05-01T00:00Z", 100.0),
        ("90.00 EUR", "", 90.0),
    ];
    let mut feed = String::from("id,price,sale_price,sale_price_effective_date\n");
    for (n, (sale, dates, _)) in rows.iter().enumerate() {
        feed += &format!("p{n},100.00 EUR,{sale},{dates}\n");
    }
    let (catalogue, _, refusals) = read("feed.csv", &feed);
    for (product, (sale, dates, price)) in catalogue.products.iter().zip(rows) {
        assert_eq!(product.price, Some(price), "{sale} {dates}");
    }
    assert_eq!(refusals.count(Reason::Sale), 4);
}

#[test]
fn several_categories_in_a_cell_are_not_one_path() {
    let (catalogue, ..) = read(
        "feed.csv",
        "id,product_type\na,\"Home > Lamps, Sale > Winter\"\nb,\"Food, Beverages & Tobacco > Tea\"\nc,Home > Lamps\n",
    );
    assert_eq!(catalogue.products[0].category, ["Home", "Lamps"]);
    assert_eq!(
        catalogue.products[1].category,
        ["Food, Beverages & Tobacco", "Tea"]
    );
}

#[test]
fn lists_of_categories_and_chinese_headers_are_known() {
    let (catalogue, about, _) = read(
        "meta.jsonl",
        "{\"parent_asin\":\"B0\",\"title\":\"Lamp\",\"categories\":[\"Home\",\"Lamps\"],\"store\":\"Acme\",\"price\":19.99}\n\
         {\"parent_asin\":\"B1\",\"title\":\"Case\",\"categories\":[],\"store\":null,\"price\":\"None\"}\n",
    );
    assert_eq!(about.layout, Some("amazon-products"));
    assert_eq!(
        said(&catalogue.products[0]),
        ("B0", vec!["Lamp"], vec!["Home", "Lamps"], Some(19.99))
    );
    assert_eq!(
        said(&catalogue.products[1]),
        ("B1", vec!["Case"], vec![], None)
    );
    let (catalogue, ..) = read(
        "商品.csv",
        "商品ID,商品名称,类目,价格,库存状态\n1,手机壳,手机 > 配件,\"￥1,299\",缺货\n",
    );
    assert_eq!(
        said(&catalogue.products[0]),
        ("1", vec!["手机壳"], vec!["手机", "配件"], Some(1299.0))
    );
    assert!(catalogue.products[0].out_of_stock);
}

#[test]
fn prices_that_contradict_each_other_are_refused_with_both() {
    let folder = Folder::new();
    let feed = "id,price\na,\"1,299.00 EUR\"\nb,\"1.299,00 EUR\"\nc,1.299 EUR\n";
    let error = Reader::default()
        .catalogue(&folder.write("feed.csv", feed))
        .expect_err("it is refused");
    assert_eq!(crate::Coded::code(&error), "catalog.contradiction");
    let told = error.to_string();
    assert!(
        told.contains("feed.csv:2: column `price`") && told.contains("`1.299,00 EUR` (line 3)"),
        "{told}"
    );
}
