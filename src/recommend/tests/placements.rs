//! What each placement shows.

use super::*;

#[test]
fn a_cold_shopper_gets_exactly_the_popular_items_in_stock() {
    let model = toy().open();
    let list = ask(&model, &Shopper::default(), &request(Placement::Home));
    assert_eq!(
        keys(&model, &list),
        [
            "phone-a", "apple", "phone-b", "case", "watch", "phone-c", "pear"
        ]
    );
    assert_eq!(list.fallback, Fallback::Popularity);
    assert_eq!(list.filtered.out_of_stock, 1);
    assert!(
        list.entries
            .iter()
            .all(|entry| entry.reasons[0].code == Code::Popular)
    );
}

#[test]
fn a_view_moves_the_list_and_says_why() {
    let model = toy().open();
    let list = ask(
        &model,
        &shopper(&model, &["phone-a"]),
        &request(Placement::Home),
    );
    assert_eq!(keys(&model, &list)[..2], ["phone-b", "phone-c"]);
    assert_eq!(list.fallback, Fallback::None);
    let reason = list.entries[0].reasons[0];
    assert_eq!(
        (reason.code, reason.because),
        (Code::Viewed, Because::Item(0))
    );
    assert!(
        !keys(&model, &list).contains(&"phone-a"),
        "what was just viewed has its own shelf"
    );
}

#[test]
fn without_leave_to_personalise_the_list_is_the_popular_one() {
    let model = toy().open();
    let mut home = request(Placement::Home);
    home.personal = false;
    let list = ask(&model, &shopper(&model, &["phone-a"]), &home);
    assert_eq!(
        keys(&model, &list),
        keys(&model, &ask(&model, &Shopper::default(), &home))
    );
    assert_eq!(list.fallback, Fallback::Popularity);
    assert!(
        ask(
            &model,
            &shopper(&model, &["phone-a"]),
            &Request {
                placement: Placement::Recent,
                ..home
            }
        )
        .entries
        .is_empty()
    );
}

#[test]
fn the_item_of_the_page_leads_its_own_shelves() {
    let model = toy().open();
    let mut product = request(Placement::Product);
    product.item = Some("phone-b");
    let list = ask(&model, &shopper(&model, &["apple"]), &product);
    assert_eq!(keys(&model, &list)[0], "phone-a");
    assert_eq!(list.entries[0].reasons[0].code, Code::AlsoViewed);
    assert!(!keys(&model, &list).contains(&"phone-b"));

    let mut complements = request(Placement::Complements);
    complements.item = Some("phone-a");
    let list = ask(&model, &Shopper::default(), &complements);
    assert_eq!(
        keys(&model, &list),
        ["case", "watch"],
        "nothing fills what goes together"
    );
    assert_eq!(list.entries[0].reasons[0].because, Because::Item(0));
    complements.item = Some("watch");
    assert_eq!(
        ask(&model, &Shopper::default(), &complements).fallback,
        Fallback::Empty
    );
}

#[test]
fn what_goes_with_an_item_is_none_of_its_substitutes() {
    let mut shop = toy();
    // Bought together as these are, and beside each other in a cart they belong.
    shop.buy.extend([(0, 2, 0.9), (1, 3, 0.2)]);
    let model = shop.open();
    let mut complements = request(Placement::Complements);
    complements.item = Some("phone-a");
    let list = ask(&model, &Shopper::default(), &complements);
    assert_eq!(keys(&model, &list), ["case", "watch"]);
    complements.item = Some("apple");
    let list = ask(&model, &Shopper::default(), &complements);
    assert_eq!(keys(&model, &list), ["case"], "a pear is fruit too");
}

#[test]
fn what_is_in_the_cart_or_was_bought_is_not_suggested() {
    let model = toy().open();
    let mut shopper = shopper(&model, &["watch"]);
    let mut learn = |kind, key: &str| {
        let products = vec![Product::new(key)];
        let event = Event {
            id: String::new(),
            kind,
            time: NOW,
            session: Session(1),
            sequence: 1,
            products,
            fields: Vec::new(),
        };
        shopper.learn(&event, Some(&model));
    };
    learn(Kind::ProductAdded, "phone-a");
    learn(Kind::OrderCompleted, "phone-b");
    learn(Kind::OrderCompleted, "apple");
    let list = ask(&model, &shopper, &request(Placement::Home));
    let shown = keys(&model, &list);
    assert!(!shown.contains(&"phone-a") && !shown.contains(&"phone-b"));
    assert!(shown.contains(&"apple"), "fruit is bought again");
    // Another phone is not wanted any more.
    assert!(!shown.contains(&"phone-c"));
    assert_eq!((list.filtered.in_cart, list.filtered.bought), (1, 2));
    let case = list
        .entries
        .iter()
        .find(|entry| model.key(entry.item) == "case")
        .unwrap();
    assert_eq!(
        (case.reasons[0].code, case.reasons[0].because),
        (Code::Bought, Because::Item(2))
    );

    let list = ask(&model, &shopper, &request(Placement::Cart));
    assert_eq!(keys(&model, &list), ["case", "watch"]);
    assert_eq!(list.entries[0].reasons[0].code, Code::GoesWith);

    let mut category = request(Placement::Category);
    category.category = Some("Phones > Smartphones");
    let shown = ask(&model, &shopper, &category);
    assert!(
        keys(&model, &shown).contains(&"phone-a"),
        "a category lists what it has, in the cart or not"
    );
}

#[test]
fn a_category_lists_its_own_in_the_shoppers_order() {
    let model = toy().open();
    let mut category = request(Placement::Category);
    category.category = Some("Phones");
    assert_eq!(
        keys(&model, &ask(&model, &Shopper::default(), &category)),
        ["phone-a", "phone-b", "case", "phone-c"]
    );
    let list = ask(&model, &shopper(&model, &["phone-b"]), &category);
    assert_eq!(keys(&model, &list).len(), 4);
    assert_eq!(keys(&model, &list)[..2], ["phone-a", "phone-c"]);
    category.category = Some("Nowhere");
    let list = ask(&model, &Shopper::default(), &category);
    assert_eq!(
        (list.entries.len(), list.warnings),
        (0, vec![Warning::UnknownCategory])
    );
}

#[test]
fn a_search_finds_words_beginnings_and_attributes() {
    let model = toy().open();
    let find = |query: &'static str, attributes: &[&str]| {
        let mut search = request(Placement::Search);
        search.query = query;
        search.attributes = attributes
            .iter()
            .map(|&attribute| attribute.into())
            .collect();
        let list = ask(&model, &Shopper::default(), &search);
        (keys(&model, &list).join(" "), list.warnings)
    };
    assert_eq!(find("Phone", &[]).0, "phone-a phone-b phone-c");
    assert_eq!(find("pho", &[]).0, "phone-a phone-b phone-c");
    assert_eq!(find("5G 手机", &[]).0, "phone-a phone-b phone-c");
    assert_eq!(find("phone", &["color=red"]).0, "phone-a phone-c");
    assert_eq!(find("apple", &["color=red"]).0, "");
    assert_eq!(find("", &[]).0, "");
    assert_eq!(find("zzz", &[]).0, "");
    assert_eq!(
        find("phone", &["color=mauve"]).1,
        [Warning::UnknownAttribute]
    );
}

#[test]
fn a_search_for_a_phone_finds_phones_before_their_cases() {
    let mut shop = toy();
    shop.terms = vec![
        ("phone", vec![0, 2, 3, 5]),
        ("cases", vec![3]),
        ("机壳", vec![3]),
        ("手机", vec![0, 2, 3, 5]),
        ("=phones", vec![0, 2, 5]),
        ("=手机", vec![0, 2, 5]),
        ("=机", vec![0, 2, 5]),
        ("=case", vec![3]),
    ];
    let model = shop.open();
    let first = |query: &'static str| {
        let mut search = request(Placement::Search);
        search.query = query;
        let list = ask(&model, &Shopper::default(), &search);
        keys(&model, &list).join(" ")
    };
    // The case is more popular than the last of the phones.
    for query in ["phone", "手机", "机"] {
        assert_eq!(first(query), "phone-a phone-b phone-c case", "{query}");
    }
    for query in ["phone case", "手机壳"] {
        assert!(
            first(query).starts_with("case"),
            "{query}: {}",
            first(query)
        );
    }
}

#[test]
fn recent_is_newest_first() {
    let model = toy().open();
    let list = ask(
        &model,
        &shopper(&model, &["pear", "phone-old", "watch"]),
        &request(Placement::Recent),
    );
    assert_eq!(
        keys(&model, &list),
        ["watch", "pear"],
        "what is out of stock is left out"
    );
    assert_eq!(list.entries[0].reasons[0].code, Code::Recent);
}

/// Older items are the likelier to be returned to, the one looked at hardly.
const BACK: &str = "-3 0 0 0 0 0 -2 0 1 0 0 0 0 0 0";

#[test]
fn what_was_viewed_stands_by_the_odds_of_a_return() {
    let model = Toy {
        revisit: Some(BACK),
        ..toy()
    }
    .open();
    let shopper = shopper(&model, &["pear", "phone-old", "watch", "phone-a"]);
    let recent = ask(&model, &shopper, &request(Placement::Recent));
    assert_eq!(keys(&model, &recent), ["pear", "watch", "phone-a"]);
    let odds = |sum: f32| sum.exp();
    let expected = [odds(-2.0 + 3f32.ln()), odds(-2.0), odds(-3.0)];
    for (entry, odds) in recent.entries.iter().zip(expected) {
        assert!((entry.score - odds).abs() < 1e-6);
        assert_eq!(
            entry.contributions[Source::Recent as usize],
            entry.score,
            "nothing else speaks for it"
        );
        assert_eq!(entry.reasons[0].code, Code::Recent);
    }

    let mut home = request(Placement::Home);
    let without = ask(&model, &shopper, &home);
    home.keep_viewed = true;
    let list = ask(&model, &shopper, &home);
    let viewed: Vec<_> = list
        .entries
        .iter()
        .filter(|entry| entry.contributions[Source::Recent as usize] > 0.0)
        .cloned()
        .collect();
    assert_eq!(viewed, recent.entries, "the same odds in one list");
    let new: Vec<_> = list
        .entries
        .iter()
        .filter(|entry| !viewed.contains(entry))
        .cloned()
        .collect();
    assert_eq!(new, without.entries, "new items keep score and order");
    assert!(list.entries.is_sorted_by(|a, b| a.score >= b.score));
    assert_eq!(keys(&model, &list)[..2], ["pear", "phone-b"]);
    home.personal = false;
    assert!(
        ask(&model, &shopper, &home)
            .entries
            .iter()
            .all(|entry| entry.contributions[Source::Recent as usize] == 0.0)
    );
}
