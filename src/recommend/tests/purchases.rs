//! What a purchase leads to.

use super::*;

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
