use std::collections::{HashMap, HashSet};

use super::{Product, all, categories, words};

#[test]
fn the_store_is_always_the_same() {
    assert_eq!(all(), all());
}

#[test]
fn there_are_about_two_thousand_products_of_every_trade() {
    let products = all();
    assert!(
        (1900..=2100).contains(&products.len()),
        "{}",
        products.len()
    );
    for aisle in leaves() {
        let count = products
            .iter()
            .filter(|product| product.category == aisle)
            .count();
        assert!(count >= 3, "{aisle}: {count}");
    }
}

/// Categories without others within.
fn leaves() -> Vec<String> {
    let paths: Vec<String> = categories()
        .into_iter()
        .map(|category| category.path)
        .collect();
    let parents: HashSet<&str> = paths
        .iter()
        .filter_map(|path| Some(path.rsplit_once(" > ")?.0))
        .collect();
    paths
        .iter()
        .filter(|path| !parents.contains(path.as_str()))
        .cloned()
        .collect()
}

#[test]
fn parents_stand_before_their_children() {
    let mut known = HashSet::new();
    for category in categories() {
        if let Some((parent, _)) = category.path.rsplit_once(" > ") {
            assert!(known.contains(parent), "{}", category.path);
        }
        assert!(
            known.insert(category.path.clone()),
            "{} twice",
            category.path
        );
        assert!(!category.zh.is_empty());
    }
}

#[test]
fn every_product_is_complete() {
    let leaves: HashSet<String> = leaves().into_iter().collect();
    for product in all() {
        let id = &product.id;
        assert!(
            product.price > 1.0 && product.sale_price.is_none_or(|sale| sale < product.price),
            "{id}"
        );
        assert!(
            leaves.contains(&product.category),
            "{id}: {}",
            product.category
        );
        for [en, zh] in [&product.title, &product.about] {
            assert!(
                !en.is_empty() && !en.contains(is_chinese) && !en.contains("{line}"),
                "{id}: {en}"
            );
            assert!(
                zh.contains(is_chinese) && !zh.contains("{line}"),
                "{id}: {zh}"
            );
        }
        let names: HashSet<&String> = product.attributes.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), product.attributes.len(), "{id}");
    }
}

fn is_chinese(character: char) -> bool {
    ('\u{4e00}'..'\u{a000}').contains(&character)
}

#[test]
fn ids_are_unique_readable_and_fit_a_feed() {
    let products = all();
    let mut ids = HashMap::new();
    for Product { id, title, .. } in &products {
        assert!((1..=50).contains(&id.len()), "{id}");
        assert!(
            id.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{id}"
        );
        if let Some(other) = ids.insert(id, title) {
            panic!("{id}: {title:?} and {other:?}");
        }
    }
    assert!(ids.contains_key(&"lumero-halo-14-5g-phone-256-gb-sky".to_owned()));
}

#[test]
fn attributes_have_chinese_words() {
    let words = words();
    for product in all() {
        for (name, value) in &product.attributes {
            assert!(words.name(name).is_some(), "{}: {name}", product.id);
            let letters = value
                .split(' ')
                .any(|word| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase()));
            let chinese = words.chinese(name, value);
            assert!(
                !letters || chinese.contains(is_chinese),
                "{}: {name}={value} is {chinese}",
                product.id
            );
        }
    }
}

#[test]
fn some_are_on_offer_and_a_few_are_gone() {
    let products = all();
    let share = |count: usize| count as f64 / products.len() as f64;
    let gone = products
        .iter()
        .filter(|product| product.out_of_stock)
        .count();
    let offers = products
        .iter()
        .filter(|product| product.sale_price.is_some())
        .count();
    assert!((0.01..0.05).contains(&share(gone)), "{gone}");
    assert!((0.05..0.2).contains(&share(offers)), "{offers}");
}

#[test]
fn what_is_used_up_is_bought_again() {
    let products = all();
    let repeatable = |category: &str| {
        let mut shelf = products
            .iter()
            .filter(|product| product.category == category);
        let first = shelf.next().map(|product| product.repeatable);
        assert!(
            shelf.all(|product| Some(product.repeatable) == first),
            "{category}"
        );
        first
    };
    assert_eq!(repeatable("Fresh > Fruit"), Some(true));
    assert_eq!(repeatable("Mother & Baby > Nappies"), Some(true));
    assert_eq!(repeatable("Phones > Smartphones"), Some(false));
}

#[test]
fn one_title_tries_to_break_the_page() {
    let hostile = "<img src=x onerror=alert(1)>";
    assert!(
        all()
            .iter()
            .any(|product| product.title.iter().all(|title| title.contains(hostile)))
    );
}
