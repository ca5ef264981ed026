use super::*;
use crate::intake::{Event, Kind, Product, Session};
use crate::shop::Matrix;
use crate::shop::tests::{Toy, toy};
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000_000;

fn shopper(model: &Model, viewed: &[&str]) -> Shopper {
    let mut shopper = Shopper::default();
    for (n, key) in viewed.iter().enumerate() {
        shopper.view(key, model.find(key), NOW - 1000 + n as i64, 1);
    }
    shopper
}

fn keys<'a>(model: &'a Model, list: &List) -> Vec<&'a str> {
    list.entries
        .iter()
        .map(|entry| model.key(entry.item))
        .collect()
}

fn ask(model: &Model, shopper: &Shopper, request: &Request) -> List {
    Recommender::default().recommend(model, shopper, request, NOW)
}

fn request(placement: Placement) -> Request<'static> {
    Request::new(placement, 10)
}

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

#[test]
fn odd_requests_are_answered_and_said() {
    let model = toy().open();
    let odd = Request {
        limit: 0,
        item: Some("nope"),
        ..request(Placement::Product)
    };
    let list = ask(&model, &Shopper::default(), &odd);
    assert_eq!(
        (list.entries.len(), list.warnings),
        (1, vec![Warning::LimitClamped, Warning::UnknownItem])
    );
    let excluded = Request {
        exclude: vec!["phone-a", "nope"],
        ..request(Placement::Home)
    };
    let list = ask(&model, &Shopper::default(), &excluded);
    assert_eq!(
        (keys(&model, &list)[0], list.filtered.excluded),
        ("apple", 1)
    );
}

#[test]
fn two_requests_in_turn_do_not_touch_each_other() {
    let model = toy().open();
    let (shopper, mut recommender) = (
        shopper(&model, &["phone-a", "apple"]),
        Recommender::default(),
    );
    let mut search = request(Placement::Search);
    search.query = "phone";
    search.attributes = vec!["color=red".into()];
    let mut product = request(Placement::Product);
    product.item = Some("apple");
    let requests = [
        request(Placement::Home),
        search,
        product,
        request(Placement::Recent),
    ];
    for _ in 0..2 {
        for request in &requests {
            assert_eq!(
                recommender.recommend(&model, &shopper, request, NOW),
                ask(&model, &shopper, request)
            );
        }
    }
}

/// The ranking by its definition: every item, every seed, dense.
fn naive(model: &Model, shopper: &Shopper, request: &Request) -> Vec<u32> {
    let blend = model.blend();
    let newest: Vec<u32> = shopper
        .recent()
        .iter()
        .rev()
        .filter_map(|viewed| viewed.item)
        .take(20)
        .collect();
    let total: f32 = (0..newest.len())
        .map(|k| (-(k as f32) / model.decay()).exp())
        .sum();
    let mut scored: Vec<(f32, u32)> = Vec::new();
    for item in 0..model.items() as u32 {
        if model.out_of_stock(item) || newest.contains(&item) {
            continue;
        }
        let mut score = blend.popularity * model.popularity(item);
        for (k, &seed) in newest.iter().enumerate() {
            let share = (-(k as f32) / model.decay()).exp() / total;
            for (matrix, lambda) in [
                (Matrix::View, blend.sequence),
                (Matrix::Content, blend.content),
            ] {
                model
                    .neighbours(matrix, seed, |to, weight| {
                        if to == item {
                            score += lambda * share * weight;
                        }
                    })
                    .unwrap();
            }
        }
        scored.push((score, item));
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    scored
        .iter()
        .take(request.limit)
        .map(|&(_, item)| item)
        .collect()
}

proptest! {
    #[test]
    fn ranks_as_defined(
        view in prop::collection::btree_map((0u32..8, 0u32..8), 0.01f32..1.0, 0..30),
        content in prop::collection::btree_map((0u32..8, 0u32..8), 0.01f32..1.0, 0..30),
        viewed in prop::collection::vec(0usize..8, 0..6),
        limit in 1usize..10,
    ) {
        let entries = |map: &std::collections::BTreeMap<(u32, u32), f32>| {
            map.iter().filter(|((a, b), _)| a != b).map(|(&(a, b), &weight)| (a, b, weight)).collect::<Vec<_>>()
        };
        let toy = Toy { view: entries(&view), content: entries(&content), ..toy() };
        let model = toy.open();
        let viewed: Vec<&str> = viewed.iter().map(|&n| toy.items[n].0).collect();
        let shopper = shopper(&model, &viewed);
        let request = Request::new(Placement::Home, limit);
        let list = ask(&model, &shopper, &request);
        for entry in &list.entries {
            let sum: f32 = entry.contributions.iter().sum();
            prop_assert!((sum - entry.score).abs() < 1e-6);
            prop_assert!(!entry.reasons.is_empty());
        }
        let ranked: Vec<u32> = list.entries.iter().map(|entry| entry.item).collect();
        let expected = naive(&model, &shopper, &request);
        // Sums in another order may swap near-equals; scores decide.
        prop_assert_eq!(ranked.len(), expected.len());
        let mut both = (ranked.clone(), expected.clone());
        both.0.sort_unstable();
        both.1.sort_unstable();
        if ranked != expected {
            for (a, b) in ranked.iter().zip(&expected).filter(|(a, b)| a != b) {
                let score = |item: &u32| list.entries.iter().find(|entry| entry.item == *item).map(|entry| entry.score);
                if let (Some(a), Some(b)) = (score(a), score(b)) {
                    prop_assert!((a - b).abs() < 1e-5);
                }
            }
        }
    }
}

fn order(model: &Model, shopper: &Shopper, ids: &[&str], stays: &[usize]) -> Vec<u32> {
    let request = Request::new(Placement::Home, ids.len());
    let stays = |n: usize| stays.contains(&n);
    Recommender::default().rerank(model, shopper, &request, ids, stays, NOW)
}

#[test]
fn a_list_on_screen_follows_the_shopper_and_keeps_what_stays() {
    let model = toy().open();
    let ids = ["apple", "watch", "nobody-knows", "phone-c", "phone-b"];
    let shopper = shopper(&model, &["phone-a"]);
    let free = order(&model, &shopper, &ids, &[]);
    let place = |n: u32| free.iter().position(|other| *other == n).unwrap();
    assert!(place(4) < place(0), "a phone before an apple: {free:?}");
    assert_eq!(free[4], 2, "what nobody knows comes last");
    let kept = order(&model, &shopper, &ids, &[0, 1]);
    assert_eq!(kept[..2], [0, 1]);
}

proptest! {
    #[test]
    fn reranking_is_a_permutation(ids in prop::collection::vec(0..9usize, 0..20), stays in prop::collection::vec(0..20usize, 0..6)) {
        const IDS: [&str; 9] = ["phone-a", "apple", "phone-b", "case", "watch", "phone-c", "x", "", "é"];
        let ids: Vec<&str> = ids.into_iter().map(|n| IDS[n]).collect();
        let found = order(&toy().open(), &Shopper::default(), &ids, &stays);
        let mut sorted = found.clone();
        sorted.sort_unstable();
        prop_assert_eq!(sorted, (0..ids.len() as u32).collect::<Vec<_>>());
        prop_assert!(stays.iter().all(|n| *n >= ids.len() || found[*n] == *n as u32));
    }
}

#[test]
fn what_each_item_gave_is_its_source() {
    let model = toy().open();
    let shopper = shopper(&model, &["phone-a", "phone-b"]);
    let list = ask(&model, &shopper, &request(Placement::Home));
    assert!(list.entries.iter().any(|entry| entry.causes.len() > 1));
    for entry in &list.entries {
        let given: f32 = entry.causes.iter().map(|cause| cause.given).sum();
        let sources: f32 = entry.contributions[..3].iter().sum();
        assert!((given - sources).abs() < 1e-6);
        let all: f32 = entry.contributions.iter().sum();
        assert!((all - entry.score).abs() < 1e-6);
    }
}

#[test]
fn pins_hold_their_places_and_say_when_they_cannot() {
    let model = toy().open();
    let mut request = Request::new(Placement::Home, 4);
    request.exclude = vec!["case"];
    request.arrangement.pins = vec![
        ("watch", 1),
        ("phone-c", 3),
        ("apple", 3),
        ("case", 2),
        ("gone", 4),
        ("apple", 9),
    ];
    let list = ask(&model, &Shopper::default(), &request);
    let shown = keys(&model, &list);
    assert_eq!((shown[0], shown[2]), ("watch", "phone-c"));
    assert_eq!(list.entries[0].placed, Placed::Pinned);
    assert_eq!(list.entries[0].reasons[0].code, Code::Pinned);
    assert_eq!(
        list.warnings,
        [Warning::PinConflict, Warning::PinUnavailable]
    );
}

proptest! {
    /// Looking ends where nothing that follows can come in: a full list must not end another way than a longer one begins.
    #[test]
    fn a_short_list_begins_the_long_one(
        viewed in prop::collection::vec(0usize..8, 0..6),
        blend in prop::sample::select(vec!["1 0 0.2 0.1 0.02", "0 0 0 1 0.1", "0.1 0 0 0 1", "0 0 0 3 0", "0 0 0 0 0"]),
        placement in prop::sample::select(vec![Placement::Home, Placement::Product, Placement::Category]),
        limit in 1usize..8,
    ) {
        let toy = Toy { blend: Some(blend), ..toy() };
        let model = toy.open();
        let mut shopper = Shopper::default();
        for (n, item) in viewed.into_iter().enumerate() {
            let event = Event {
                id: String::new(),
                kind: Kind::ProductViewed,
                time: NOW - 1000 + n as i64,
                session: Session(1),
                sequence: 1,
                products: vec![Product::new(toy.items[item].0)],
                fields: Vec::new(),
            };
            shopper.learn(&event, Some(&model));
        }
        let ask = |limit| {
            let request = Request { item: Some("pear"), ..Request::new(placement, limit) };
            let entries = ask(&model, &shopper, &request).entries;
            entries.into_iter().map(|entry| (entry.item, entry.score.to_bits())).collect::<Vec<_>>()
        };
        let mut long = ask(MAX_LIMIT);
        long.truncate(limit);
        prop_assert_eq!(ask(limit), long);
    }
}

#[test]
fn discoveries_of_a_large_catalogue_are_of_its_whole_less_popular_half() {
    const ITEMS: usize = 40_000;
    let item = |n: usize| (&*format!("item-{n:05}").leak(), "All", "", 1.0, 0);
    let model = Toy {
        items: (0..ITEMS).map(item).collect(),
        view: Vec::new(),
        buy: Vec::new(),
        content: Vec::new(),
        terms: Vec::new(),
        ..toy()
    }
    .open();
    let mut recommender = Recommender::default();
    let mut tenths = [0; 10];
    for seed in 0..400 {
        let request = Request {
            arrangement: Arrangement {
                discovery: 0.5,
                seed,
                ..Arrangement::default()
            },
            ..request(Placement::Home)
        };
        let list = recommender.recommend(&model, &Shopper::default(), &request, NOW);
        for entry in &list.entries {
            if let Placed::Discovered { propensity } = entry.placed {
                tenths[(entry.item as usize - ITEMS / 2) * 10 / (ITEMS / 2)] += 1;
                let many = 1.0 / propensity / (ITEMS / 2) as f32;
                assert!((many - 1.0).abs() < 0.01, "{many}");
            }
        }
    }
    assert!(tenths.iter().all(|&drawn| drawn > 120), "{tenths:?}");
}

/// Running shoes lead to a tracksuit of the sportswear category; the rest is popular.
fn sports() -> Model {
    let mut shop = toy();
    shop.items = vec![
        ("phone", "Phones", "Nova", 5.0, 0),
        ("watch", "Watches", "Nova", 3.0, 0),
        ("shoes", "Shoes", "Stride", 2.0, 0),
        ("tracksuit", "Sportswear", "Stride", 2.0, 0),
        ("shorts", "Sportswear", "Stride", 2.0, 0),
        ("towel", "Towels", "Tree", 1.0, 2),
        ("bottle", "Bottles", "Tree", 1.0, 0),
    ];
    (shop.view, shop.content, shop.terms) = Default::default();
    shop.buy = vec![(2, 3, 0.6), (2, 5, 0.3)];
    shop.open()
}

fn due(model: &Model, orders: &[(i64, &str)], day: i64) -> Vec<(String, f32)> {
    const DAY: i64 = 86_400_000;
    let mut shopper = Shopper::default();
    for (day, key) in orders {
        shopper.learn(
            &Event::about(Kind::OrderCompleted, day * DAY + 1, [*key]),
            Some(model),
        );
    }
    let list = Recommender::default().recommend(
        model,
        &shopper,
        &Request::new(Placement::Home, 9),
        day * DAY + 1,
    );
    let due = list
        .entries
        .iter()
        .filter(|one| one.contributions[Source::Complement as usize] > 0.0);
    due.map(|one| {
        (
            model.key(one.item).to_owned(),
            one.contributions[Source::Complement as usize],
        )
    })
    .collect()
}

#[test]
fn a_purchase_leads_to_others_until_they_came_or_its_window_ends() {
    let model = sports();
    let keys = |orders: &[(i64, &str)], day| {
        let mut keys: Vec<String> = due(&model, orders, day)
            .into_iter()
            .map(|one| one.0)
            .collect();
        keys.sort();
        keys
    };
    for day in [0, 1, 45, 90] {
        assert_eq!(
            keys(&[(0, "shoes")], day),
            ["towel", "tracksuit"],
            "day {day}"
        );
    }
    assert_eq!(keys(&[(0, "shoes")], 91), [""; 0]);
    // Bought since, or in the same order, itself or another of its kind; not if it came before.
    assert_eq!(keys(&[(0, "shoes"), (5, "tracksuit")], 6), ["towel"]);
    assert_eq!(keys(&[(0, "shoes"), (5, "shorts")], 6), ["towel"]);
    assert_eq!(keys(&[(0, "shoes"), (0, "shorts")], 6), ["towel"]);
    assert_eq!(
        keys(&[(0, "shorts"), (3, "shoes")], 6),
        ["towel", "tracksuit"]
    );
    // What is bought every week is due again.
    assert_eq!(
        keys(&[(0, "shoes"), (5, "towel")], 6),
        ["towel", "tracksuit"]
    );
    // By and by it weighs less.
    let weight = |day| {
        let due = due(&model, &[(0, "shoes")], day);
        due.iter().find(|one| one.0 == "tracksuit").unwrap().1
    };
    assert!(weight(0) > weight(45) && weight(45) > weight(90));
    assert!((weight(90) / weight(0) - 0.5).abs() < 1e-3);
}
