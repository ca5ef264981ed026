//! Pins and discoveries of a whole list.

use super::*;

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
