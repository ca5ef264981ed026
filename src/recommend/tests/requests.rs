//! Odd requests, and one request after another.

use super::*;

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

#[test]
fn an_unknown_attribute_leaves_nothing_behind_for_the_next_request() {
    let model = toy().open();
    let mut recommender = Recommender::default();
    let mut home = |attributes: &[&str]| {
        let request = Request {
            attributes: attributes.iter().map(|one| (*one).into()).collect(),
            ..request(Placement::Home)
        };
        let list = recommender.recommend(&model, &Shopper::default(), &request, NOW);
        keys(&model, &list).join(" ")
    };
    assert_eq!(home(&["color=red", "no=such"]), "");
    assert_eq!(home(&["apple"]), "apple");
}
