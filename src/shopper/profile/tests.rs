use super::*;
use crate::intake::{Kind, Scalar};
use crate::shop::tests::toy;
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000_000;
const DAY: i64 = 86_400_000;

#[test]
fn what_a_later_version_stored_outlives_this_one() {
    let mut out = Vec::new();
    for (number, version) in [(200u8, 1u8), (ORDERS, 250)] {
        out.extend_from_slice(&[number, version]);
        put_uint(&mut out, 3);
        out.extend_from_slice(b"new");
    }
    let stored = codec::seal(CONTAINER, &out);
    let mut profile = Profile::decode(&stored).unwrap();
    profile
        .orders
        .learn(&Event::about(Kind::OrderCompleted, 5, ["a"]), 0);
    let back = Profile::decode(&profile.encode()).unwrap();
    assert_eq!(back.unknown, profile.unknown);
    assert_eq!((back.unknown.len(), back.orders.totals().orders), (2, 1));
}

/// Event `n` of a shopper who does everything in many places.
fn busy_event(n: i64) -> Event {
    let kind = Kind::from_number((n * 7 % 59) as u8).unwrap();
    let key = format!("item-number-{}", n * 31 % 4001);
    let mut event = Event::about(kind, NOW + n * 60_000, [key]);
    event.session = crate::intake::Session(n as u64 / 9);
    event.products[0].category = Some(format!("Department {} > Aisle {}", n % 41, n % 211));
    event.products[0].brand = Some(format!("Brand {}", n % 97));
    event.products[0].price = Some((n % 50) as f64);
    for (field, text) in [
        (Field::Query, format!("search {}", n % 301)),
        (Field::Channel, format!("channel-{}", n % 23)),
        (Field::OrderId, format!("order-{n}")),
    ] {
        event.fields.push((field, Scalar::Text(text)));
    }
    let rating = Scalar::Amount((n % 5 + 1) as f64);
    event.fields.push((Field::Rating, rating));
    event
}

fn busy(count: i64, model: &Model, setup: &Setup) -> Shopper {
    let mut shopper = Shopper::default();
    for n in 0..count {
        let event = busy_event(n);
        shopper.learn(&event, Some(model));
        shopper.deepen(&event, Some(model), setup);
    }
    shopper
}

fn setup() -> Setup {
    let json = r#"{"attributes":[
        {"name":"viewed_week","event":"Product Viewed","measure":"count","days":7},
        {"name":"brands_viewed","event":"Product Viewed","measure":"unique","of":"brand"},
        {"name":"spent_month","event":"Order Completed","measure":"sum","of":"price","days":30}]}"#;
    let (setup, refused) = Setup::read(&Value::parse(json).unwrap());
    assert_eq!(refused, []);
    setup
}

#[test]
fn after_a_hundred_thousand_events_all_of_it_is_within_64_kibibytes() {
    let model = toy().open();
    let setup = setup();
    let mut shopper = busy(100_000, &model, &setup);
    for n in 0..300 {
        shopper.edit(&Edit::Erase(What::Category, format!("Department {n}")), NOW);
        shopper.edit(
            &Edit::Fact(format!("fact {n}"), format!("\"{}\"", "v".repeat(100)), n),
            NOW,
        );
    }
    let (portrait, profile) = (shopper.encode().len(), shopper.profile.encode().len());
    assert!(profile <= BUDGET, "{profile}");
    assert!(portrait + profile <= 64 * 1024, "{portrait} + {profile}");
}

#[test]
fn the_profile_comes_back_whole() {
    let model = toy().open();
    let setup = setup();
    let mut shopper = busy(3_000, &model, &setup);
    shopper.edit(
        &Edit::Member("5f4dcc3b5aa765d61d8327deb882cf99".into()),
        NOW,
    );
    let back = Profile::decode(&shopper.profile.encode()).unwrap();
    assert_eq!(back, shopper.profile);
}

/// What version 1 of every section wrote must be read by every later version; the file is never changed.
#[test]
fn the_first_stored_form_is_still_read() {
    let stored = include_bytes!("../../../tests/vectors/profile-1.bin");
    let profile = Profile::decode(stored).unwrap();
    assert_eq!(profile.unknown, []);
    assert_eq!(
        (profile.orders.totals().orders, profile.activity.visits()),
        (51, 334)
    );
    assert_eq!(profile.facts.value("tier"), Some("gold".into()));
    assert!(profile.erased.has(What::Tag, "warm", NOW));
}

#[test]
#[ignore = "writes the vector of the test above; run once, when there is a new section"]
fn write_the_first_stored_form() {
    let model = toy().open();
    let mut shopper = busy(3_000, &model, &setup());
    shopper.edit(&Edit::Fact("tier".into(), "\"gold\"".into(), 1), NOW);
    shopper.edit(&Edit::Erase(What::Tag, "warm".into()), NOW);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/profile-1.bin");
    std::fs::write(path, shopper.profile.encode()).unwrap();
}

#[test]
fn a_search_teaches_the_category_that_most_of_what_it_finds_is_of() {
    let model = toy().open();
    let mut search = Event::about(Kind::ProductsSearched, NOW, Vec::<String>::new());
    let lean = |query: &str, search: &mut Event| {
        search.fields = vec![(Field::Query, Scalar::Text(query.into()))];
        let mut shopper = Shopper::default();
        shopper.learn(search, Some(&model));
        shopper.deepen(search, Some(&model), &Setup::default());
        let named = shopper
            .categories
            .iter()
            .next()
            .map(|interest| interest.name.clone());
        (
            named,
            shopper
                .profile
                .behaviour(&shopper, Some(&model), NOW)
                .get("searches")
                .unwrap()
                .elements()
                .len(),
        )
    };
    let (category, searches) = lean("5g phone", &mut search);
    assert!(category.is_some_and(|name| name.starts_with("Phones")) && searches == 1);
    assert_eq!(lean("zebra", &mut search), (None, 1));
}

#[test]
fn what_the_shopper_deleted_is_not_learned_again_for_180_days() {
    let model = toy().open();
    let setup = Setup::default();
    let mut shopper = Shopper::default();
    let view = |shopper: &mut Shopper, day: i64| {
        let event = Event::about(Kind::ProductViewed, NOW + day * DAY, ["phone-a"]);
        shopper.learn(&event, Some(&model));
        shopper.deepen(&event, Some(&model), &setup);
    };
    let names = |shopper: &Shopper| {
        let of = |interests: &crate::shopper::Interests| {
            interests
                .iter()
                .map(|one| one.name.clone())
                .collect::<Vec<_>>()
        };
        (
            of(shopper.categories()),
            of(shopper.brands()),
            shopper.recent().len(),
        )
    };
    view(&mut shopper, 0);
    let (categories, brands, _) = names(&shopper);
    shopper.edit(&Edit::Erase(What::Category, categories[0].clone()), NOW);
    shopper.edit(&Edit::Erase(What::Brand, brands[0].clone()), NOW);
    shopper.edit(&Edit::Erase(What::Item, "phone-a".into()), NOW);
    for day in [0, 1, 100, 179] {
        view(&mut shopper, day);
        assert_eq!(names(&shopper), (vec![], vec![], 0), "day {day}");
    }
    view(&mut shopper, 181);
    assert_eq!(names(&shopper), (categories, brands, 1));
}

/// The example of the commissioning document: premium kitchen and imported food.
#[test]
fn premium_kitchen_and_imported_food_make_a_quality_of_life_seeker() {
    let rule = r#"{"tags":[{"tag":"quality-of-life","title":{"en":"Quality-of-life seeker","zh":"品质生活追求者"},
        "enter":{"departments.Phones.level":{"$gte":0.65},"departments.Phones.events":{"$gte":3},"departments.Fresh.events":{"$gte":3}},
        "exit":{"departments.Phones.level":{"$lt":0.4}}}]}"#;
    let (setup, refused) = Setup::read(&Value::parse(rule).unwrap());
    assert_eq!(refused, []);
    let model = toy().open();
    let dear = (0..model.items() as u32)
        .filter(|item| model.category(*item) == model.category(0))
        .max_by(|a, b| {
            model
                .price(*a)
                .unwrap_or(0.0)
                .total_cmp(&model.price(*b).unwrap_or(0.0))
        });
    let dear = model.key(dear.unwrap()).to_owned();
    let mut shopper = Shopper::default();
    let mut tags = Vec::new();
    for (n, key) in [&dear, "pear", &dear, "pear", "pear", &dear]
        .into_iter()
        .enumerate()
    {
        let event = Event::about(Kind::ProductViewed, NOW + n as i64, [key]);
        shopper.learn(&event, Some(&model));
        shopper.deepen(&event, Some(&model), &setup);
        shopper.retag(Some(&model), &setup, NOW + n as i64);
        tags.push(shopper.profile.tags.all().len());
    }
    assert_eq!(tags, [0, 0, 0, 0, 0, 1]);
    assert_eq!(shopper.profile.tags.all()[0].name, "quality-of-life");
}

proptest! {
    #[test]
    fn damaged_storage_is_refused(bytes: Vec<u8>) {
        let _ = Profile::decode(&codec::seal(CONTAINER, &bytes));
        prop_assert!(Profile::decode(&bytes).is_none());
    }

    #[test]
    fn in_whatever_batches_events_come_the_state_is_the_same(cuts in prop::collection::vec(0usize..300, 0..5)) {
        let model = toy().open();
        let setup = setup();
        let whole = busy(300, &model, &setup);
        // Stored and read again at any of the cuts.
        let mut shopper = Shopper::default();
        for n in 0..300i64 {
            let one = busy_event(n);
            shopper.learn(&one, Some(&model));
            shopper.deepen(&one, Some(&model), &setup);
            if cuts.contains(&(n as usize)) {
                let profile = Profile::decode(&shopper.profile.encode()).unwrap();
                shopper = Shopper::decode(&shopper.encode()).unwrap();
                shopper.profile = profile;
                shopper.resolve(&model);
            }
        }
        prop_assert_eq!(shopper.profile, whole.profile);
    }
}
