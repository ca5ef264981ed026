use super::*;
use crate::codec::Reader;
use crate::scene::day::day_of;
use proptest::prelude::*;

fn event(kind: Kind, day: i32, key: &str, category: &str, discount: f64) -> Event {
    let mut event = Event::about(kind, i64::from(day) * 86_400_000, [key]);
    event.id = format!("m-{day}-{key}");
    let product = &mut event.products[0];
    product.category = Some(category.into());
    product.brand = Some("Aurora".into());
    product.price = Some(10.0);
    if discount > 0.0 {
        product
            .fields
            .push((Field::Discount, Scalar::Amount(discount)));
    }
    event
}

/// A taste of these percentiles.
fn of(percentiles: &[f64]) -> Taste {
    Taste {
        bought: Moments::of(percentiles.iter().copied()),
        ..Taste::default()
    }
}

/// Four orders, so many of them reduced.
fn orders(reduced: usize) -> Orders {
    let mut orders = Orders::default();
    let start = day_of(2026, 5, 1);
    for n in 0..4 {
        let mut order = event(Kind::OrderCompleted, start + n as i32, "sku", "Fresh", 0.0);
        order
            .fields
            .push((Field::OrderId, Scalar::Text(format!("o-{n}"))));
        if n < reduced {
            order.fields.push((Field::Discount, Scalar::Amount(10.0)));
        }
        orders.learn(&order, 0);
    }
    orders
}

#[test]
fn nothing_is_claimed_on_less_than_its_evidence() {
    let taste = Taste::default();
    assert_eq!((taste.level(), taste.named(&orders(0))), (None, None));
    assert_eq!(of(&[0.9, 0.9]).level(), None);
    assert!(of(&[0.9; 3]).level().is_some());
    assert_eq!(
        of(&[0.9; 4]).named(&orders(0)),
        None,
        "five purchases make a type"
    );
    assert_eq!(
        of(&[0.9; 9]).named(&Orders::default()),
        None,
        "and three orders"
    );
    assert_eq!(taste.fit(0.2, 0.2), 1.0);
}

#[test]
fn a_type_is_what_most_purchases_are() {
    let dear = of(&[0.9, 0.85, 0.95, 0.9, 0.88, 0.92, 0.9]);
    assert_eq!(dear.named(&orders(0)), Some(Type::QualitySeeking));
    let cheap = of(&[0.1, 0.15, 0.05, 0.1, 0.12, 0.2, 0.1]);
    assert_eq!(cheap.named(&orders(0)), Some(Type::PriceSensitive));
    let middle = of(&[0.1, 0.9, 0.5, 0.4, 0.6]);
    assert_eq!(middle.named(&orders(0)), Some(Type::Balanced));
    assert!(dear.fit(0.9, 0.2) > 1.05 && dear.fit(0.1, 0.2) < 0.95);
    assert!(cheap.fit(0.1, 0.2) > cheap.fit(0.9, 0.2));
}

#[test]
fn views_and_orders_of_reduced_things_are_what_sensitivity_is_made_of() {
    let mut taste = Taste::default();
    for n in 0..8 {
        taste.learn(
            &event(Kind::ProductViewed, n, "a", "Fresh", f64::from(n % 2)),
            None,
        );
    }
    taste.learn(&event(Kind::OrderCompleted, 9, "a", "Fresh", 2.0), None);
    taste.learn(&event(Kind::OrderCompleted, 10, "b", "Fresh", 0.0), None);
    assert_eq!(
        (taste.promotion.viewed, taste.promotion.bought),
        ([4, 4], [1, 1])
    );
    let eager = taste.sensitivity(&orders(4)).unwrap();
    let cool = taste.sensitivity(&orders(0)).unwrap();
    assert!(eager.all > cool.all);
    assert!(
        (cool.discount, eager.discount) == (0.0, 0.8 * 0.5 + 0.2),
        "{eager:?}"
    );
}

#[test]
fn breadth_is_how_many_categories_purchases_spread_over() {
    let mut cycles = Cycles::default();
    assert_eq!(breadth(&cycles), None);
    for (n, category) in ["Fruit", "Milk", "Bread", "Fruit"].iter().enumerate() {
        cycles.learn(
            &event(Kind::OrderCompleted, n as i32 * 3, "a", category, 0.0),
            0,
            None,
        );
    }
    let (count, effective) = breadth(&cycles).unwrap();
    assert_eq!(count, 3);
    assert!((effective - libm::exp(0.5 * libm::log(2.0) + 0.5 * libm::log(4.0))).abs() < 1e-9);
}

proptest! {
    #[test]
    fn levels_are_means_with_intervals_about_them(percentiles in prop::collection::vec(0f64..=1.0, 3..60)) {
        let found = of(&percentiles).level().unwrap();
        let mean = percentiles.iter().sum::<f64>() / percentiles.len() as f64;
        prop_assert!((found.mean - mean).abs() < 1e-9);
        prop_assert!(found.between[0] <= found.mean && found.mean <= found.between[1]);
        for p in percentiles {
            let fit = of(&[0.2, 0.4, 0.9]).fit(p as f32, 0.2);
            prop_assert!((0.8..=1.2).contains(&fit));
        }
    }

    #[test]
    fn what_is_stored_is_read_back_within_its_bound(
        events in prop::collection::vec((0u8..3, "[a-z]{1,120}", 0usize..40, 0f64..2.0), 0..120), noise: Vec<u8>,
    ) {
        let mut taste = Taste::default();
        for (n, (kind, brand, category, discount)) in events.iter().enumerate() {
            let kind = [Kind::ProductViewed, Kind::ProductAdded, Kind::OrderCompleted][usize::from(*kind)];
            let mut event = event(kind, n as i32, "sku", &format!("Category number {category}"), *discount);
            event.products[0].brand = Some(brand.clone());
            taste.learn(&event, None);
        }
        let mut stored = Vec::new();
        taste.encode(&mut stored);
        prop_assert!(stored.len() <= BUDGET);
        let read = |bytes: &[u8]| {
            let (mut taste, mut reader) = (Taste::default(), Reader::new(bytes));
            (taste.decode(VERSION, &mut reader) && reader.ends()).then_some(taste)
        };
        prop_assert_eq!(read(&stored), Some(taste));
        let _ = read(&noise);
    }
}
