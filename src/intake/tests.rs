use super::*;
use field::{Form, LONGEST, MANY, MOST};
use proptest::prelude::*;
use serde_json::json;

const NOW: i64 = 1_767_225_600_000;

fn value(json: serde_json::Value) -> Value {
    json.into()
}

fn arrival(id: &str, now: i64) -> Arrival<'_> {
    Arrival {
        id,
        now,
        time: None,
    }
}

fn view(intake: &mut Intake, id: &str, item: &str, now: i64) -> Result<Event, Refusal> {
    intake.accept(
        "Product Viewed",
        &value(json!({ "product_id": item })),
        arrival(id, now),
    )
}

fn reason(name: &str, properties: serde_json::Value) -> String {
    let outcome = Intake::new(1).accept(name, &value(properties), arrival("m", NOW));
    outcome.map_or_else(|refusal| refusal.to_string(), |_| "accepted".into())
}

#[test]
fn a_message_id_counts_once_and_so_does_a_happening_within_a_second() {
    let mut intake = Intake::new(1);
    assert!(view(&mut intake, "m1", "a", NOW).is_ok());
    assert_eq!(
        view(&mut intake, "m1", "b", NOW + 5000),
        Err(Refusal::Duplicate)
    );
    assert_eq!(
        view(&mut intake, "m2", "a", NOW + 999),
        Err(Refusal::Duplicate)
    );
    assert!(view(&mut intake, "m3", "b", NOW + 999).is_ok());
    assert!(view(&mut intake, "m4", "a", NOW + 1000).is_ok());
    // Two tag managers, one of which says more.
    let items = value(json!({ "items": [{ "item_id": "a", "price": 1 }], "currency": "EUR" }));
    let again = intake.accept("view_item", &items, arrival("m5", NOW + 1500));
    assert_eq!(again, Err(Refusal::Duplicate));
    assert_eq!(intake.stats().accepted, 3);
    assert_eq!(intake.stats().refused, [(Refusal::Duplicate, 3)]);
}

#[test]
fn an_order_reported_again_is_the_same_order_on_later_pages_too() {
    let order = |intake: &mut Intake, id: &str, number: &str, items: &[&str], now| {
        let products: Vec<_> = items
            .iter()
            .map(|item| json!({ "product_id": item }))
            .collect();
        let order = value(json!({ "order_id": number, "products": products }));
        let event = intake.accept("Order Completed", &order, arrival(id, now));
        event.map(|event| event.products.len())
    };
    let mut intake = Intake::new(1);
    assert_eq!(
        order(&mut intake, "m1", "O-1", &["a", "b", "b"], NOW),
        Ok(3)
    );
    let again = order(&mut intake, "m2", "O-1", &["b", "a"], NOW + 60_000);
    assert_eq!(again, Err(Refusal::Duplicate));
    let mut later = Intake::decode(&intake.encode(), 2).unwrap();
    let days = NOW + 3 * 24 * 60 * 60 * 1000;
    let again = order(&mut later, "m3", "O-1", &["a", "b", "b"], days);
    assert_eq!(again, Err(Refusal::Duplicate));
    // The rest of an order told in parts, and another order of the same things.
    assert_eq!(order(&mut later, "m4", "O-1", &["a", "c"], days), Ok(1));
    assert_eq!(order(&mut later, "m5", "O-2", &["a", "b"], days), Ok(2));
}

#[test]
fn two_shelves_with_the_same_items_are_two() {
    let mut intake = Intake::new(1);
    let shelf = |list: &str| {
        (
            vec![Product::new("a")],
            vec![(Field::ListId, Scalar::Text(list.into()))],
        )
    };
    for (id, list) in [("m1", "rec:home"), ("m2", "rec:cart")] {
        let (products, fields) = shelf(list);
        assert!(
            intake
                .admit(Kind::ProductListViewed, products, fields, arrival(id, NOW))
                .is_ok()
        );
    }
    let (products, fields) = shelf("rec:home");
    let again = intake.admit(
        Kind::ProductListViewed,
        products,
        fields,
        arrival("m3", NOW),
    );
    assert_eq!(again, Err(Refusal::Duplicate));
}

#[test]
fn the_last_512_ids_are_remembered_over_a_reload() {
    let mut intake = Intake::new(1);
    for number in 0..600i64 {
        view(&mut intake, &number.to_string(), "a", NOW + number * 1000).unwrap();
    }
    let later = NOW + 700_000;
    let mut next = Intake::decode(&intake.encode(), 2).unwrap();
    for number in 88..600 {
        assert_eq!(
            view(&mut next, &number.to_string(), "a", later),
            Err(Refusal::Duplicate),
            "{number}"
        );
    }
    let event = view(&mut next, "87", "a", later).unwrap();
    assert_eq!(event.sequence, 601, "the session goes on");
    let mut again = Intake::decode(&next.encode(), 2).unwrap();
    assert_eq!(
        view(&mut again, "87", "a", later + 5000),
        Err(Refusal::Duplicate)
    );
    assert!(
        view(&mut again, "88", "a", later + 5000).is_ok(),
        "the oldest made room"
    );
}

#[test]
fn replaying_a_file_changes_nothing() {
    let mut intake = Intake::new(1);
    for number in 0..300i64 {
        view(
            &mut intake,
            &number.to_string(),
            &(number % 7).to_string(),
            NOW + number * 400_000,
        )
        .unwrap();
    }
    let state = intake.encode();
    for number in 0..300i64 {
        let again = view(
            &mut intake,
            &number.to_string(),
            &(number % 7).to_string(),
            NOW + number * 400_000,
        );
        assert_eq!(again, Err(Refusal::Duplicate));
    }
    assert_eq!(intake.encode(), state);
}

/// The file of a shop's day: what is planted in it is refused for its reason, and nothing else is.
#[test]
fn of_a_hundred_thousand_events_every_planted_one_is_refused_and_no_other() {
    const EVENTS: i64 = 100_000;
    // Whether a robot's; id, name, properties, time; what is wrong with it.
    type Told = (
        bool,
        String,
        &'static str,
        serde_json::Value,
        i64,
        Option<Refusal>,
    );
    let mut events: Vec<Told> = Vec::new();
    let mut time = NOW;
    for n in 0..EVENTS {
        time += 700;
        // Sessions of fifty; of each fiftieth a program drives the browser.
        let robot = n / 50 % 50 == 7;
        let id = format!("m{n}");
        let (name, properties, wrong) = match n % 100 {
            // Five in a hundred come twice, three under their id and two from another tag manager.
            1..=3 if n > 100 => {
                let (_, id, name, properties, ..) = events[events.len() - 1].clone();
                let again = (robot, id, name, properties, time, Some(Refusal::Duplicate));
                events.push(again);
                continue;
            }
            41 | 43 => {
                let (_, _, _, properties, before, _) = events[events.len() - 1].clone();
                time = before + 200;
                let items = json!({ "items": [{ "item_id": properties["product_id"] }] });
                ("view_item", items, Some(Refusal::Duplicate))
            }
            50 => {
                let trials = [
                    json!({ "order_id": format!("TEST-{n}"), "products": [{ "product_id": "a" }] }),
                    json!({ "order_id": n, "products": [{ "product_id": "test-sku" }] }),
                    json!({ "order_id": n, "total": 0, "products": [{ "product_id": "a", "price": 0 }] }),
                    json!({ "order_id": n, "test": true, "products": [{ "product_id": "a", "price": 9 }] }),
                ];
                let trial = trials[n as usize / 100 % 4].clone();
                ("Order Completed", trial, Some(Refusal::Test))
            }
            60 => (
                "Order Completed",
                json!({ "order_id": n, "total": 9.5, "products": [{ "product_id": "a", "price": 9.5 }] }),
                None,
            ),
            _ => (
                "Product Viewed",
                json!({ "product_id": format!("sku-{}", n % 997) }),
                None,
            ),
        };
        events.push((robot, id, name, properties, time, wrong));
    }
    let mut intake = Intake::new(1);
    let mut taken = 0;
    for (robot, id, name, properties, time, wrong) in &events {
        intake.meet(if *robot {
            Visitor::Robot
        } else {
            Visitor::Anybody
        });
        if !robot {
            intake.touch();
        }
        let outcome = intake.accept(name, &value(properties.clone()), arrival(id, *time));
        match (robot, wrong) {
            (true, _) => assert_eq!(outcome, Err(Refusal::Robot), "{id}"),
            (false, Some(wrong)) => assert_eq!(outcome, Err(*wrong), "{id} {name} {properties}"),
            (false, None) => {
                assert!(outcome.is_ok(), "{id} {name} {properties} {outcome:?}");
                taken += 1;
            }
        }
    }
    assert!(taken > 90_000 * 48 / 50, "{taken}");
    // Its last events again change nothing.
    let before = (intake.sessions.clone(), intake.stats().accepted);
    for (robot, id, name, properties, time, _) in events.iter().rev().take(300) {
        intake.meet(if *robot {
            Visitor::Robot
        } else {
            Visitor::Person
        });
        let known = intake.accept(
            name,
            &value(properties.clone()),
            Arrival {
                id,
                now: time + 5000,
                time: Some(*time),
            },
        );
        let reasons = [Refusal::Duplicate, Refusal::Test, Refusal::Robot];
        assert!(
            known.is_err_and(|refusal| reasons.contains(&refusal)),
            "{id}"
        );
    }
    assert_eq!((intake.sessions.clone(), intake.stats().accepted), before);
}

#[test]
fn who_is_no_shopper_is_counted_and_leaves_no_trace() {
    for (visitor, refusal) in [
        (Visitor::Robot, Refusal::Robot),
        (Visitor::Staff, Refusal::Staff),
    ] {
        let mut intake = Intake::new(1);
        let before = intake.encode();
        intake.meet(visitor);
        assert_eq!(view(&mut intake, "m1", "a", NOW), Err(refusal));
        let shelf = intake.admit(
            Kind::ProductListViewed,
            vec![Product::new("a")],
            Vec::new(),
            arrival("m2", NOW),
        );
        assert_eq!(shelf, Err(refusal));
        assert_eq!((intake.encode(), intake.session(NOW)), (before, None));
        assert_eq!(intake.stats().refused, [(refusal, 2)]);
    }
}

#[test]
fn sixty_events_a_minute_that_no_hand_made_are_a_robots() {
    let pace = |visitor, milliseconds: i64, touched_after: i64| {
        let mut intake = Intake::new(1);
        intake.meet(visitor);
        let mut taken = 0;
        for n in 0..200 {
            if n == touched_after {
                intake.touch();
            }
            let seen = view(
                &mut intake,
                &n.to_string(),
                &n.to_string(),
                NOW + n * milliseconds,
            );
            assert!(
                seen.as_ref().is_ok_and(|event| event.sequence > 0) || seen == Err(Refusal::Robot)
            );
            taken += u32::from(seen.is_ok());
        }
        taken
    };
    assert_eq!(pace(Visitor::Anybody, 900, 999), 60);
    assert_eq!(
        pace(Visitor::Anybody, 1000, 999),
        200,
        "sixty a minute, no more"
    );
    assert_eq!(
        pace(Visitor::Anybody, 100, 5),
        200,
        "a hand touched the page"
    );
    assert_eq!(pace(Visitor::Anybody, 100, 150), 60 + 50, "and later too");
    assert_eq!(pace(Visitor::Person, 1, 999), 200, "the page says so");
    // On the next page of the visit a hand is remembered.
    let mut intake = Intake::new(1);
    view(&mut intake, "first", "a", NOW).unwrap();
    intake.touch();
    let mut next = Intake::decode(&intake.encode(), 2).unwrap();
    next.meet(Visitor::Anybody);
    for n in 0..200 {
        assert!(view(&mut next, &n.to_string(), &n.to_string(), NOW + 10 + n).is_ok());
    }
}

#[test]
fn a_visit_that_an_earlier_version_kept_goes_on() {
    let mut intake = Intake::new(1);
    let first = view(&mut intake, "m1", "a", NOW).unwrap();
    let mut old = Vec::new();
    intake.seen.encode(&mut old);
    for number in [first.session.0, NOW as u64, 7] {
        put_uint(&mut old, number);
    }
    let mut next = Intake::decode(&codec::seal(UNMARKED, &old), 2).unwrap();
    assert_eq!(
        view(&mut next, "m1", "b", NOW + 5000),
        Err(Refusal::Duplicate)
    );
    let event = view(&mut next, "m2", "b", NOW + 6000).unwrap();
    assert_eq!((event.session, event.sequence), (first.session, 8));
    // And is marked from here on.
    let page = |intake: &mut Intake, id: &str, campaign: &str, now| {
        let properties = value(json!({ "path": "/", "utm_campaign": campaign }));
        intake
            .accept("page_view", &properties, arrival(id, now))
            .unwrap()
            .session
    };
    assert_eq!(page(&mut next, "m3", "spring", NOW + 8000), first.session);
    let mut later = Intake::decode(&next.encode(), 3).unwrap();
    assert_eq!(
        page(&mut later, "m4", "spring", NOW + 60_000),
        first.session
    );
    assert!(page(&mut later, "m5", "summer", NOW + 70_000) > first.session);
    // A call to the service names its own channel, and no campaign.
    let session = later.session(NOW + 80_000);
    let call = value(json!({ "channel": "telephone" }));
    let call = later.accept("service_contact", &call, arrival("m6", NOW + 80_000));
    assert_eq!(call.unwrap().session, session.unwrap());
}

#[test]
fn clocks_are_believed_within_reason() {
    let minute = 60_000;
    let year = 365 * 24 * 60 * minute;
    let at = |now: i64, time: i64| {
        let properties = value(json!({ "product_id": "a" }));
        let arrival = Arrival {
            id: "m",
            now,
            time: Some(time),
        };
        Intake::new(1)
            .accept("Product Viewed", &properties, arrival)
            .map(|event| event.time)
    };
    assert_eq!(at(NOW, NOW - 3 * minute), Ok(NOW - 3 * minute));
    assert_eq!(at(NOW, NOW + 5 * minute), Ok(NOW));
    assert_eq!(at(NOW, NOW + 5 * minute + 1), Err(Refusal::BadTime));
    assert_eq!(at(NOW, NOW - 2 * year), Ok(NOW - 2 * year));
    assert_eq!(at(NOW, NOW - 2 * year - 1), Err(Refusal::BadTime));
    for absurd in [i64::MIN, -1, i64::MAX] {
        assert_eq!(at(NOW, absurd), Err(Refusal::BadTime));
        assert_eq!(at(absurd, absurd), Err(Refusal::BadTime));
    }
}

#[test]
fn a_refused_event_leaves_no_trace_but_its_count() {
    let mut intake = Intake::new(1);
    let before = intake.encode();
    let refused = intake.accept(
        "Product Viewed",
        &value(json!({ "price": 1 })),
        arrival("m", NOW),
    );
    assert_eq!(refused, Err(Refusal::Missing("product_id")));
    assert_eq!(intake.encode(), before);
    assert_eq!(view(&mut intake, "m", "a", NOW).unwrap().sequence, 1);
}

#[test]
fn bounds_are_refused_by_name() {
    let long = "x".repeat(LONGEST + 1);
    for long in [&long, &"x".repeat(1 << 20)] {
        assert_eq!(
            reason("Product Viewed", json!({ "product_id": long })),
            "too_long:product_id"
        );
    }
    let lines =
        |count: usize| json!({ "products": vec![json!({ "product_id": "a", "price": 1 }); count] });
    assert_eq!(reason("Cart Viewed", lines(500)), "accepted");
    assert_eq!(reason("Cart Viewed", lines(501)), "too_many:products");
    assert_eq!(reason("Cart Viewed", lines(10_000)), "too_many:products");
    for (id, expected) in [("", "missing:id"), (&*long, "too_long:id")] {
        let outcome = view(&mut Intake::new(1), id, "a", NOW);
        assert_eq!(outcome.unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_price_that_is_none_is_left_out_and_counted() {
    for (number, invalid) in [(f64::NAN, 1), (f64::INFINITY, 1), (-0.5, 1), (1.2e9, 0)] {
        let properties = Value::Map(vec![
            ("product_id".into(), Value::Text("a".into())),
            ("price".into(), Value::Number(number)),
        ]);
        let mut intake = Intake::new(1);
        let event = intake
            .accept("Product Viewed", &properties, arrival("m", NOW))
            .unwrap();
        assert_eq!(event.products[0].price.is_none(), invalid == 1);
        assert_eq!(intake.stats().dropped.invalid, invalid);
    }
}

#[test]
fn a_long_title_is_cut_at_a_character() {
    for (title, length) in [
        ("长".repeat(90), 255),
        ("n".repeat(9_000), 256),
        ("𠮷".repeat(2_000), 256),
    ] {
        let mut intake = Intake::new(1);
        let properties = value(json!({ "product_id": "a", "name": title }));
        let event = intake
            .accept("Product Viewed", &properties, arrival("m", NOW))
            .unwrap();
        let name = event.products[0].text(Field::Name).unwrap();
        assert!(title.starts_with(name));
        assert_eq!(name.len(), length);
        assert_eq!(intake.stats().dropped, Dropped::default());
    }
}

#[test]
fn of_a_line_of_none_and_of_what_is_no_product_the_rest_of_the_cart_stays() {
    let mut intake = Intake::new(1);
    let properties = value(json!({ "products": [
        { "product_id": "x", "quantity": 2 }, { "product_id": "y", "quantity": 0 },
        { "name": "gift wrap" }, "z", { "product_id": "half", "quantity": "0.5 kg" },
        { "product_id": "rebate", "price": -2 },
    ] }));
    let event = intake
        .accept("Cart Viewed", &properties, arrival("m", NOW))
        .unwrap();
    let lines: Vec<_> = event
        .products
        .iter()
        .map(|product| (&*product.id, product.quantity))
        .collect();
    assert_eq!(lines, [("x", 2), ("half", 1), ("rebate", 1)]);
    assert_eq!(intake.stats().dropped.invalid, 4);
    let envelope = crate::report::Envelope {
        anonymous: "a",
        locale: None,
        path: None,
    };
    let message: serde_json::Value =
        serde_json::from_str(&crate::report::message(&event, &envelope)).unwrap();
    assert_eq!(message["properties"]["products"][1]["quantity"], 0.5);
}

#[test]
fn two_events_within_a_second_are_the_same_only_if_all_that_is_said_is() {
    let pairs = [
        (
            "Checkout Step Completed",
            json!({ "checkout_id": "c", "step": 1 }),
            json!({ "checkout_id": "c", "step": 2 }),
        ),
        (
            "Cart Viewed",
            json!({ "products": [{ "product_id": "m" }] }),
            json!({ "products": [{ "product_id": "m", "quantity": 3 }] }),
        ),
        (
            "Product Added",
            json!({ "product_id": "t", "variant": "S" }),
            json!({ "product_id": "t", "variant": "M" }),
        ),
        (
            "Product Added",
            json!({ "product_id": "p", "quantity": 1 }),
            json!({ "product_id": "p", "quantity": 5 }),
        ),
        (
            "Promotion Clicked",
            json!({ "promotion_id": "1", "products": [{ "product_id": "h" }] }),
            json!({ "promotion_id": "2", "products": [{ "product_id": "h" }] }),
        ),
        (
            "Product Added to Wishlist",
            json!({ "product_id": "r", "wishlist_id": "1" }),
            json!({ "product_id": "r", "wishlist_id": "2" }),
        ),
        (
            "Order Refunded",
            json!({ "order_id": "o", "total": 10 }),
            json!({ "order_id": "o", "total": 5 }),
        ),
        (
            "Product Reviewed",
            json!({ "product_id": "p", "review_id": "1" }),
            json!({ "product_id": "p", "review_id": "2" }),
        ),
        (
            "Product Viewed",
            json!({ "product_id": "p" }),
            json!({ "product_id": "p", "price": 5 }),
        ),
    ];
    for (name, one, two) in pairs {
        let mut intake = Intake::new(1);
        let mut take = |id: &str, properties: &serde_json::Value| {
            intake
                .accept(name, &value(properties.clone()), arrival(id, NOW))
                .is_ok()
        };
        assert!(take("1", &one) && take("2", &two), "{name}: {one} {two}");
        assert!(!take("3", &one) && !take("4", &two), "{name} again");
    }
}

#[test]
fn another_dialect_is_another_event_where_it_says_otherwise() {
    let mut intake = Intake::new(1);
    let mut take = |id: &str, name: &str, properties: serde_json::Value| {
        intake
            .accept(name, &value(properties), arrival(id, NOW))
            .is_ok()
    };
    assert!(take(
        "1",
        "Product Added",
        json!({ "product_id": "t", "variant": "S" })
    ));
    assert!(!take(
        "2",
        "add_to_cart",
        json!({ "items": [{ "item_id": "t", "item_variant": "S", "price": 3 }] })
    ));
    assert!(take(
        "3",
        "add_to_cart",
        json!({ "items": [{ "item_id": "t", "item_variant": "M", "price": 3 }] })
    ));
}

#[test]
fn what_no_dialect_names_is_not_even_read() {
    let mut deep = json!(1);
    for _ in 0..60 {
        deep = json!({ "product": deep });
    }
    let properties =
        json!({ "element": vec![json!({ "name": "x" }); 9_000], "product_id": "a", "data": deep });
    assert_eq!(reason("Product Viewed", properties.clone()), "accepted");
    let Value::Map(read) = value(properties) else {
        panic!("no map")
    };
    assert_eq!(read[1], ("element".into(), Value::Beyond));
}

#[test]
fn what_was_left_out_is_counted() {
    let mut intake = Intake::new(1);
    let properties = json!({
        "product_id": "a", "name": "call 13800138000", "colour": "red", "margin": 3,
    });
    intake
        .accept("Product Viewed", &value(properties), arrival("m", NOW))
        .unwrap();
    assert_eq!(
        intake.stats().dropped,
        Dropped {
            unknown: 2,
            personal: 1,
            invalid: 0
        }
    );
}

fn scalar(field: Field) -> BoxedStrategy<(Field, Scalar)> {
    let scalar = match field.form() {
        Form::Id | Form::Text => "\\PC{0,60}".prop_map(Scalar::Text).boxed(),
        Form::Amount => (0.0..=MOST).prop_map(Scalar::Amount).boxed(),
        Form::Count => (0..=MANY).prop_map(Scalar::Count).boxed(),
    };
    scalar.prop_map(move |scalar| (field, scalar)).boxed()
}

/// Fields beside those that a product holds apart.
fn fields() -> impl Strategy<Value = Vec<(Field, Scalar)>> {
    let all: Vec<Field> = (Field::Name as u8..)
        .map_while(Field::from_number)
        .collect();
    let most = all.len();
    prop::sample::subsequence(all, 0..most)
        .prop_flat_map(|fields| fields.into_iter().map(scalar).collect::<Vec<_>>())
}

fn product() -> impl Strategy<Value = Product> {
    (
        "\\PC{1,40}",
        prop::option::of("\\PC{0,40}"),
        prop::option::of("\\PC{0,40}"),
        prop::option::of(0.0..=MOST),
        1..=MANY,
        fields(),
    )
        .prop_map(|(id, category, brand, price, quantity, fields)| Product {
            id,
            category,
            brand,
            price,
            quantity,
            fields,
        })
}

prop_compose! {
    fn event()(
        id in "\\PC{1,40}",
        kind in (0..29u8).prop_map(|number| Kind::from_number(number).unwrap()),
        time in 0..=LATEST_MS,
        session: u64,
        sequence: u32,
        products in prop::collection::vec(product(), 0..6),
        fields in fields(),
    ) -> Event {
        Event { id, kind, time, session: Session(session), sequence, products, fields }
    }
}

/// Properties as a careless or hostile page writes them.
fn anything() -> impl Strategy<Value = serde_json::Value> {
    let names = prop::sample::select(vec![
        "product_id",
        "products",
        "items",
        "price",
        "quantity",
        "name",
        "category",
        "position",
        "product",
        "variant",
        "data",
        "id",
        "query",
        "order_id",
        "currency",
        "item_category2",
        "amount",
        "path",
        "whatever",
    ]);
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|bool| json!(bool)),
        any::<f64>().prop_map(|number| json!(number)),
        any::<i64>().prop_map(|number| json!(number)),
        "\\PC{0,300}".prop_map(|text| json!(text)),
        "[0-9]{1,6}(\\.[0-9]{2})?".prop_map(|text| json!(text)),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|list| json!(list)),
            prop::collection::hash_map(names.clone(), inner, 0..8).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn an_event_is_read_back(event in event(), end: prop::sample::Index) {
        let mut row = Vec::new();
        event.encode(&mut row);
        prop_assert_eq!(Event::decode(&row), Some(event));
        prop_assert_eq!(Event::decode(&row[..end.index(row.len())]), None);
    }

    #[test]
    fn any_bytes_are_an_event_or_none(mut bytes: Vec<u8>, event in event(), at: prop::sample::Index, to: u8) {
        let _ = (Event::decode(&bytes), Intake::decode(&bytes, 1));
        bytes.clear();
        event.encode(&mut bytes);
        let at = at.index(bytes.len());
        bytes[at] = to;
        if let Some(damaged) = Event::decode(&bytes) {
            prop_assert!(damaged.products.iter().all(|product| product.price.is_none_or(|price| price <= MOST)));
        }
    }

    #[test]
    fn any_properties_are_an_event_that_can_be_stored_or_a_refusal(
        properties in anything(), kind in (0..29u8).prop_map(|number| Kind::from_number(number).unwrap()),
    ) {
        if let Ok(event) = Intake::new(1).accept(kind.name(), &value(properties), arrival("m", NOW)) {
            let mut row = Vec::new();
            event.encode(&mut row);
            let read = Event::decode(&row);
            prop_assert_eq!(read.as_ref(), Some(&event));
            let envelope = crate::report::Envelope { anonymous: "a", locale: None, path: None };
            let message = crate::report::message(&event, &envelope);
            prop_assert!(serde_json::from_str::<serde_json::Value>(&message).is_ok());
        }
    }

    #[test]
    fn the_state_is_read_back(gaps in prop::collection::vec(0i64..5_000_000, 0..700)) {
        let mut intake = Intake::new(3);
        let mut now = NOW;
        for (number, gap) in gaps.iter().enumerate() {
            now += gap;
            let _ = view(&mut intake, &number.to_string(), "a", now);
        }
        let again = Intake::decode(&intake.encode(), 3).unwrap();
        prop_assert_eq!(again.encode(), intake.encode());
        prop_assert_eq!(&again.sessions, &intake.sessions);
    }
}
