use super::*;
use crate::ingest::tests::interactions;
use crate::ingest::{Catalogue, Product};
use tillside::shop::Model;

const WEEK: i64 = 24 * 7;

fn catalogue() -> Catalogue {
    let product = |n: u8| Product {
        key: char::from(b'a' + n).to_string(),
        category: vec![if n < 6 { "Fruit" } else { "Soap" }.into()],
        price: Some(f32::from(n + 1)),
        ..Product::default()
    };
    Catalogue {
        products: (0..12).map(product).collect(),
        currency: None,
    }
}

/// Shoppers who buy fruit every week, some of them for long, and soap every fourth.
fn shop() -> crate::ingest::Interactions {
    let mut sessions = Vec::new();
    for shopper in 0..400u32 {
        let weeks = 1 + i64::from(shopper * 7 % 23);
        for week in 0..weeks {
            let at = (week + i64::from(shopper % 5)) * WEEK + 24 + i64::from(shopper % 9);
            sessions.push((shopper, at, if week % 4 == 3 { "ABI" } else { "AB" }));
        }
    }
    sessions.sort_by_key(|session| session.1);
    interactions(&sessions)
}

fn of(read: &crate::ingest::Interactions, catalogue: &Catalogue) -> (Customers, Vec<u8>) {
    let goods = Goods::number(read, &read.sessions, Some(catalogue));
    let categories = Categories::of(&goods.products);
    let calendar = Calendar::read(FESTIVALS).unwrap();
    let customers = Customers::of(
        &goods,
        &goods.orders(),
        &categories,
        &Home::default(),
        &calendar,
        FESTIVALS,
    );
    let mut packer = Packer::default();
    packer.keys(&goods.keys);
    packer.u8s("item.popularity", &vec![1; goods.len()]);
    packer.texts("category.name", &categories.names);
    packer.u16s("item.category", &categories.of);
    customers.pack(&mut packer);
    let metadata = customers.metadata();
    let items = goods.len().to_string();
    let mut all = vec![("items", items.as_str()), ("model", "m")];
    let fitted = metadata.iter().map(|(key, text)| (*key, text.as_str()));
    all.extend(fitted.filter(|(_, text)| !text.is_empty()));
    let bytes = packer.finish(&all);
    (customers, bytes)
}

#[test]
fn a_page_reads_what_was_fitted() {
    let (read, catalogue) = (shop(), catalogue());
    let (customers, bytes) = of(&read, &catalogue);
    let model = Model::open_verified(bytes.clone()).unwrap();
    assert_eq!((customers.customers, customers.repeaters), (400, 382));
    // Trips as regular as these hold nothing about dropping out, so the activity model may be left out.
    for (n, what) in [Fitted::Rfm, Fitted::Interval, Fitted::Cycle]
        .into_iter()
        .enumerate()
    {
        assert!(model.fitted(what).is_some(), "{n}");
    }
    let fruit = model.find_category("Fruit").unwrap();
    let soap = model.find_category("Soap").unwrap();
    let [weekly, _] = model.category_cycle(fruit).unwrap();
    let [monthly, _] = model.category_cycle(soap).unwrap();
    assert!(
        (weekly - 7.0).abs() < 0.1 && (monthly - 28.0).abs() < 0.1,
        "{weekly} {monthly}"
    );
    // Six prices, 1 to 6: the middle is 3.5.
    let middle = model.price_percentile(fruit, 3.5).unwrap();
    assert!((middle - 0.5).abs() < 1e-4, "{middle}");
    assert!(model.price_percentile(fruit, 1.0).unwrap() < 0.1);
    assert!(model.price_percentile(fruit, 60.0).unwrap() >= 0.9);
    assert!(model.festivals().contains("spring_festival"));
    assert!(customers.card().contains("BG/NBD"));
    assert_eq!(
        of(&read, &catalogue).1,
        bytes,
        "the same input gives the same bytes"
    );
}

#[test]
fn without_times_or_customers_nothing_is_fitted() {
    let read = interactions(&[]);
    let (customers, bytes) = of(&read, &catalogue());
    assert!(customers.metadata().iter().all(|(_, text)| text.is_empty()));
    Model::open_verified(bytes).unwrap();
}

#[test]
fn the_calendar_that_comes_along_has_known_days() {
    let calendar = Calendar::read(FESTIVALS).unwrap();
    let first = |id: &str, year: i32| {
        let festival = calendar.0.iter().find(|one| one.id == id).unwrap();
        let (year, month, date) = day::civil(festival.in_year(year).unwrap());
        format!("{year}-{month:02}-{date:02}")
    };
    // Hong Kong Observatory; Umm al-Qura; the day after the fourth Thursday.
    for (year, spring) in [
        (2020, "01-25"),
        (2024, "02-10"),
        (2025, "01-29"),
        (2026, "02-17"),
        (2027, "02-06"),
        (2030, "02-03"),
        (2033, "01-31"),
        (2040, "02-12"),
    ] {
        assert_eq!(first("spring_festival", year), format!("{year}-{spring}"));
    }
    for (year, ramadan) in [
        (2020, "04-24"),
        (2023, "03-23"),
        (2025, "03-01"),
        (2026, "02-18"),
        (2030, "01-05"),
        (2040, "09-07"),
    ] {
        assert_eq!(first("ramadan", year), format!("{year}-{ramadan}"));
    }
    assert_eq!(first("black_friday", 2026), "2026-11-27");
    for festival in &calendar.0 {
        if !["diwali"].contains(&festival.id.as_str()) {
            assert!(
                (2020..=2040).all(|year| festival.in_year(year).is_some()),
                "{}",
                festival.id
            );
        }
    }
    let near = calendar.near(day::day_of(2030, 12, 28), Some(*b"ID"));
    assert!(
        near.iter()
            .any(|near| calendar.0[near.festival].id == "ramadan"),
        "twice in 2030"
    );
}

#[test]
fn a_model_brings_the_days_of_the_years_to_come_only() {
    let newest = i64::from(day::day_of(2026, 11, 30)) * 86_400_000;
    let text = trimmed(FESTIVALS, Some(newest), 0);
    let calendar = Calendar::read(&text).unwrap();
    assert_eq!(calendar.0.len(), Calendar::read(FESTIVALS).unwrap().0.len());
    let spring = calendar
        .0
        .iter()
        .find(|one| one.id == "spring_festival")
        .unwrap();
    assert!(
        spring.in_year(2027).is_some()
            && spring.in_year(2023).is_none()
            && spring.in_year(2035).is_none()
    );
    assert!(text.len() < FESTIVALS.len() / 2 + 500, "{}", text.len());
}

/// Regulars, customers of large orders once a month, and people who came once, each a little different.
fn crowd(shoppers: u32) -> crate::ingest::Interactions {
    let mut sessions = Vec::new();
    for shopper in 0..shoppers {
        let (weeks, every, basket) = match shopper % 5 {
            0 | 1 => (20 + shopper % 7, 1, "AB"),
            2 => (20 + shopper % 4, 4, "IJKL"),
            _ => (1, 1, "C"),
        };
        for week in (0..weeks).step_by(every) {
            let at = i64::from(week) * WEEK + i64::from(shopper % 23) * 24 + 24;
            sessions.push((shopper, at, basket));
        }
    }
    sessions.sort_by_key(|session| session.1);
    interactions(&sessions)
}

#[test]
fn ten_thousand_devices_choose_the_segment_that_the_trainer_chose() {
    use tillside::intake::{Event, Kind};
    use tillside::shop::segments::{Segments, features};
    use tillside::shopper::Shopper;
    use tillside::shopper::profile::Setup;
    use tillside::value::Value;

    let (read, catalogue) = (crowd(10_000), catalogue());
    let (_, bytes) = of(&read, &catalogue);
    let model = Model::open_verified(bytes).unwrap();
    let segments = Segments::of(Some(&model)).unwrap();
    assert!(segments.count() >= 3);
    let goods = Goods::number(&read, &read.sessions, Some(&catalogue));
    let orders = goods.orders();
    let end = newest(&goods).unwrap();
    let mut counts = vec![0.0; segments.count()];
    for (history, own) in histories(&goods, &orders, 0)
        .iter()
        .zip(orders.chunk_by(|a, b| a.shopper == b.shopper))
    {
        let mut shopper = Shopper::default();
        for (n, order) in own.iter().enumerate() {
            let keys = order.items.iter().map(|item| &*goods.keys[*item as usize]);
            let mut event = Event::about(Kind::OrderCompleted, order.time, keys);
            event.id = format!("order-{n}");
            for (product, item) in event.products.iter_mut().zip(&order.items) {
                product.price = goods.products[*item as usize]
                    .and_then(|product| product.price)
                    .map(f64::from);
                product.quantity = 1;
            }
            shopper.deepen(&event, Some(&model), &Setup::default());
        }
        let profile = &shopper.profile;
        let answer = profile.habits.segment(&profile.orders, Some(&model), end);
        let idle = day(end, 0) - history.days.last().unwrap();
        let spend = history.spend / f64::from(history.orders);
        let trained = segments.nearest(&features(idle, history.days.len() as u32, spend));
        assert_eq!(answer.number_of("number"), Some(trained.number as f64));
        assert_eq!(answer.text_of("name"), segments.name(trained.number));
        counts[trained.number] += 1.0;
    }
    for (number, count) in counts.iter().enumerate() {
        let share = count / counts.iter().sum::<f64>();
        assert!((share - segments.share(number)).abs() < 0.01, "{counts:?}");
    }
    let nobody = Shopper::default();
    let none = nobody
        .profile
        .habits
        .segment(&nobody.profile.orders, Some(&model), end);
    assert_eq!(none, Value::Null, "without an order nobody is in one");
}
