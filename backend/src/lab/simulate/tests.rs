//! The simulator on a small department store: is what was planted really there?

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::sync::LazyLock;

use super::event::Deed;
use super::*;
use crate::ingest::{Catalogue, Kind, Product};

const CATEGORIES: &[&str] = &[
    "Phones > Smartphones",
    "Phones > Cases",
    "Phones > Screen Films",
    "Phones > Chargers & Cables",
    "Watches > Smartwatches",
    "Sports > Running Shoes",
    "Sports > Sportswear > Tops",
    "Sports > Sportswear > Shorts",
    "Kitchen > Coffee Machines",
    "Imported Food > Coffee Beans",
    "Imported Food > Nuts & Dried Fruit",
    "Mother & Baby > Prams",
    "Mother & Baby > Nappies",
    "Fresh > Fruit",
    "Home > Lamps",
    "Home > Plants",
];
const BRANDS: [&str; 4] = ["Lumero", "Vantro", "Mirelo", "Alpenza"];
const EACH: usize = 24;

fn catalogue(categories: &[&str], each: usize) -> Catalogue {
    let mut products = Vec::new();
    for (number, path) in categories.iter().enumerate() {
        for place in 0..each {
            let food = ["Fresh", "Imported", "Mother & Baby > N"];
            products.push(Product {
                key: format!("{number}-{place}"),
                category: path.split(" > ").map(str::to_owned).collect(),
                brand: Some(BRANDS[(place * 7 + number) % 4].to_owned()),
                price: Some((place * 37 % 101 + 5) as f32 + 0.9),
                out_of_stock: place == 3,
                repeatable: Some(food.iter().any(|start| path.starts_with(start))),
                ..Product::default()
            });
        }
    }
    let currency = Some("CNY".to_owned());
    Catalogue { products, currency }
}

struct World {
    shop: Shop,
    habits: Habits,
    calendar: Calendar,
    simulation: Simulation,
}

impl World {
    fn new(catalogue: Catalogue, shoppers: u32, days: u32, seed: u64) -> Self {
        let shop = Shop::new(catalogue, seed);
        let habits = Habits::new(&shop, seed);
        let first = date("2026-09-01").expect("a date");
        let calendar = Calendar::new(first, days);
        let simulation = simulate(&shop, &habits, &calendar, 0..shoppers, seed);
        World {
            shop,
            habits,
            calendar,
            simulation,
        }
    }

    /// What each shopper bought: day and article, oldest first.
    fn purchases(&self) -> HashMap<u32, Vec<(i64, u32)>> {
        let mut purchases: HashMap<u32, Vec<(i64, u32)>> = HashMap::new();
        for event in &self.simulation.events {
            if let Deed::Ordered(lines) = &event.deed {
                let bought = lines.iter().map(|line| (self.day(event), line.item));
                purchases.entry(event.shopper).or_default().extend(bought);
            }
        }
        purchases
    }

    fn day(&self, event: &Event) -> i64 {
        (event.time - self.calendar.start).div_euclid(DAY)
    }

    fn category(&self, item: u32) -> u32 {
        self.shop.good(item).category
    }
}

/// Long enough for the longest rule.
static STORE: LazyLock<World> =
    LazyLock::new(|| World::new(catalogue(CATEGORIES, EACH), 1500, 200, 1));

fn written(seed: u64) -> Vec<u8> {
    let world = World::new(catalogue(CATEGORIES, EACH), 60, 30, seed);
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, &world.shop, seed);
    for event in &world.simulation.events {
        writer.write(event).expect("memory takes bytes");
    }
    writer.finish().expect("memory takes bytes");
    let truth = Truth::new(&world.shop, &world.habits, &world.simulation.weekly);
    serde_json::to_writer(&mut bytes, &truth).expect("memory takes bytes");
    bytes
}

#[test]
fn equal_seeds_give_equal_bytes() {
    assert!(written(1) == written(1));
    assert!(written(1) != written(2));
}

#[test]
fn shoppers_follow_the_bonds_that_the_truth_lists() {
    let world = &*STORE;
    let truth = Truth::new(&world.shop, &world.habits, &BTreeMap::new());
    let planted: BTreeSet<(&str, &str)> = truth
        .viewed_with
        .iter()
        .flat_map(|pair| [(pair.a, pair.b), (pair.b, pair.a)])
        .collect();
    let mut before: HashMap<u32, (i64, u32)> = HashMap::new();
    let (mut followed, mut steps) = (0, 0);
    for event in &world.simulation.events {
        let Deed::Viewed(item) = event.deed else {
            continue;
        };
        let day = world.day(event);
        if let Some((earlier, last)) = before.insert(event.shopper, (day, item))
            && earlier == day
            && last != item
        {
            let key = |item| world.shop.good(item).key.as_str();
            followed += usize::from(planted.contains(&(key(last), key(item))));
            steps += 1;
        }
    }
    let count = world.shop.goods.len();
    let at_random = planted.len() as f64 / (count * (count - 1)) as f64;
    let share = followed as f64 / steps as f64;
    assert!(steps > 10_000);
    assert!(share > 20.0 * at_random, "{share} against {at_random}");
    assert!(share > 0.6, "{share}");
}

#[test]
fn every_sort_of_bond_is_planted_between_the_right_goods() {
    let world = &*STORE;
    let mut sorts = BTreeMap::new();
    for (item, steps) in (0..).zip(&world.habits.steps) {
        for (to, bond) in &steps.to {
            *sorts.entry(*bond).or_insert(0) += 1;
            let (from, to) = (world.shop.good(item), world.shop.good(*to));
            match bond {
                habits::Bond::Comparison => assert_eq!(from.category, to.category),
                habits::Bond::Brand => assert_eq!(from.brand, to.brand),
                habits::Bond::Ecosystem => {
                    assert_eq!(from.ecosystem, to.ecosystem);
                    assert_ne!(from.category, to.category);
                }
            }
        }
    }
    assert_eq!(sorts.len(), 3, "{sorts:?}");
}

#[test]
fn rules_hold_with_their_probability_within_their_window() {
    let world = &*STORE;
    let purchases = world.purchases();
    let names: Vec<&str> = world
        .habits
        .sequences
        .iter()
        .map(|sequence| sequence.rule.name)
        .collect();
    assert!(
        names.contains(&"running shoes, then sportswear"),
        "{names:?}"
    );
    assert!(!names.contains(&"laptop, then mouse"), "{names:?}");
    for sequence in &world.habits.sequences {
        let window = i64::from(sequence.rule.window_days);
        let is_second = |item| sequence.to.contains(&world.category(item));
        let (mut causes, mut kept, mut by_chance) = (0u32, 0u32, 0u32);
        for bought in purchases.values() {
            let first = bought
                .iter()
                .find(|(_, item)| sequence.partners.contains_key(item));
            // As long a time, of shoppers who bought nothing of the first side.
            let since = first.map_or(100, |(day, _)| *day);
            if since + window > i64::from(world.calendar.days) {
                continue;
            }
            let then = bought
                .iter()
                .any(|(day, item)| (since..=since + window).contains(day) && is_second(*item));
            match first {
                Some(_) => {
                    causes += 1;
                    kept += u32::from(then);
                }
                None => by_chance += u32::from(then),
            }
        }
        let name = sequence.rule.name;
        let share = f64::from(kept) / f64::from(causes);
        let base = f64::from(by_chance) / f64::from(purchases.len() as u32 - causes);
        assert!(causes > 50, "{name}: {causes}");
        assert!(share > sequence.rule.probability - 0.2, "{name}: {share}");
        assert!(share > 2.0 * base, "{name}: {share} against {base}");
    }
}

#[test]
fn weekly_shoppers_buy_the_same_fruit_on_fridays() {
    let world = &*STORE;
    let weekly = &world.simulation.weekly;
    assert!((40..120).contains(&weekly.len()), "{}", weekly.len());
    let fruit = CATEGORIES.iter().position(|path| *path == "Fresh > Fruit");
    let fruit = fruit.expect("in the list") as u32;
    let purchases = world.purchases();
    let (mut on_fridays, mut all) = (0, 0);
    for (shopper, basket) in weekly {
        assert!(basket.iter().all(|item| world.category(*item) == fruit));
        for (day, item) in &purchases[shopper] {
            if world.category(*item) == fruit {
                all += 1;
                let friday = world.calendar.is_friday(*day as u32);
                on_fridays += usize::from(friday && basket.contains(item));
            }
        }
    }
    let fridays = (0..world.calendar.days).filter(|day| world.calendar.is_friday(*day));
    let expected = fridays.count() * weekly.values().map(Vec::len).sum::<usize>();
    assert!(on_fridays as f64 > 0.85 * expected as f64);
    assert!(
        on_fridays as f64 > 0.85 * f64::from(all),
        "{on_fridays}/{all}"
    );
}

#[test]
fn fridays_are_fridays() {
    // 2026-09-01 is a Tuesday.
    let calendar = Calendar::new(date("2026-09-01").expect("a date"), 14);
    let fridays: Vec<u32> = (0..14).filter(|day| calendar.is_friday(*day)).collect();
    assert_eq!(fridays, [3, 10]);
    assert_eq!(calendar.start, 1_788_220_800_000);
}

#[test]
fn sessions_are_of_two_to_fifteen_views_and_end_before_midnight() {
    let world = &*STORE;
    let mut sessions: BTreeMap<(u32, i64), Vec<&Event>> = BTreeMap::new();
    for event in &world.simulation.events {
        let session = sessions.entry((event.shopper, world.day(event)));
        session.or_default().push(event);
    }
    for events in sessions.values() {
        let views = events
            .iter()
            .filter(|event| matches!(event.deed, Deed::Viewed(_)));
        assert!((2..=15).contains(&views.count()));
        let mut pauses = events.windows(2).map(|pair| pair[1].time - pair[0].time);
        assert!(pauses.all(|pause| (1..30 * 60_000).contains(&pause)));
    }
    let last = i64::from(world.calendar.days) - 1;
    assert!(sessions.keys().all(|(_, day)| (0..=last).contains(day)));
    let times = world.simulation.events.windows(2);
    assert!(times.into_iter().all(|pair| pair[0].time <= pair[1].time));
}

#[test]
fn nobody_buys_what_is_sold_out_or_what_they_have() {
    let world = &*STORE;
    for bought in world.purchases().into_values() {
        let mut owned = BTreeSet::new();
        for (_, item) in bought {
            let good = world.shop.good(item);
            assert!(good.available, "{}", good.key);
            assert!(good.repeatable || owned.insert(item), "{}", good.key);
        }
    }
}

#[test]
fn the_liked_are_viewed_far_more_than_the_rest() {
    let world = &*STORE;
    let mut views = vec![0; world.shop.goods.len()];
    for event in &world.simulation.events {
        if let Deed::Viewed(item) = event.deed {
            views[item as usize] += 1;
        }
    }
    views.sort_unstable();
    let (median, most) = (views[views.len() / 2], views[views.len() - 1]);
    assert!(most > 4 * median, "{most} against {median}");
}

/// A shop folder, and the command's arguments for it.
fn folder(lines: &str) -> (tempfile::TempDir, Args) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("catalog.jsonl"), lines).expect("a file");
    let args = Args {
        shop: folder.path().to_owned(),
        out: folder.path().join("events.jsonl"),
        shoppers: 40,
        days: 20,
        seed: 1,
        start: date("2026-09-01").expect("a date"),
        truth: Some(folder.path().join("truth.json")),
        features: None,
        effect: Vec::new(),
        lost: Vec::new(),
    };
    (folder, args)
}

const TWO: &str = r#"{"id":"a","title":"Apple \"red\"","price":"5.80 CNY","availability":"in_stock"}
{"id":"梨","title":"Pear","price":"7.20 CNY","availability":"in_stock","product_type":"Fresh > Fruit","repeatable":true}
"#;

#[test]
fn the_trainer_reads_what_is_written() {
    let (folder, args) = folder(TWO);
    let out = args.out.clone();
    run(args).unwrap_or_else(|error| panic!("{error}"));
    let mut refusals = Refusals::default();
    let read = ingest::events(std::slice::from_ref(&out), &mut refusals).expect("events");
    assert!(refusals.is_empty(), "{refusals}");
    let text = fs::read_to_string(&out).expect("events");
    let count = |name: &str| {
        let event = format!("\"event\":\"{name}\"");
        text.lines().filter(|line| line.contains(&event)).count()
    };
    let of_kind = |kind: Kind| {
        let events = read.sessions.iter().flat_map(|session| &session.events);
        events.filter(|event| event.kind == kind).count()
    };
    assert_eq!(read.rows, text.lines().count() as u64);
    assert_eq!(of_kind(Kind::View), count("Product Viewed"));
    assert!(of_kind(Kind::Buy) >= count("Order Completed"));
    assert_eq!(read.items.len(), 2);
    let truth = fs::read(folder.path().join("truth.json")).expect("truth");
    let truth: serde_json::Value = serde_json::from_slice(&truth).expect("JSON");
    assert!(truth["weekly"].is_array() && truth["bought_after"].is_array());
}

#[test]
fn orders_say_what_was_paid() {
    let (_folder, args) = folder(TWO);
    let out = args.out.clone();
    run(args).unwrap_or_else(|error| panic!("{error}"));
    let text = fs::read_to_string(&out).expect("events");
    let mut orders = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for line in text.lines() {
        let message: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(message["type"], "track");
        assert!(message["anonymousId"].is_string() && message["timestamp"].is_string());
        assert!(ids.insert(message["messageId"].to_string()));
        if message["event"] == "Order Completed" {
            let order = &message["properties"];
            assert!(orders.insert(order["order_id"].to_string()));
            assert_eq!(order["currency"], "CNY");
            let products = order["products"].as_array().expect("products");
            let paid = products.iter().map(|product| {
                product["price"].as_f64().expect("a price")
                    * product["quantity"].as_f64().expect("a quantity")
            });
            let total = order["total"].as_f64().expect("a total");
            assert!((paid.sum::<f64>() - total).abs() < 1e-6);
        }
    }
    assert!(!orders.is_empty());
}

#[test]
fn what_is_wrong_is_said_with_a_code() {
    let code = |args: Args| run(args).map_err(|error| (error.code(), error.to_string()));
    let (_one, args) = folder(r#"{"id":"a","title":"Apple"}"#);
    assert_eq!(code(args).unwrap_err().0, "lab.shop_small");
    let (none, args) = folder("");
    assert_eq!(code(args).unwrap_err().0, "input.empty");
    fs::remove_file(none.path().join("catalog.jsonl")).expect("it is there");
    let (_kept, mut args) = folder(TWO);
    args.shop = none.path().to_owned();
    let (missing, text) = code(args).unwrap_err();
    assert_eq!(missing, "lab.shop_missing");
    assert!(text.contains("tillside lab shop --out"), "{text}");
    let (_kept, mut args) = folder(TWO);
    args.out = none.path().join("no/such/folder.jsonl");
    assert_eq!(code(args).unwrap_err().0, "lab.write");
    assert!(date("2026-02-30").is_err() && date("9999-01-01").is_err());
}
