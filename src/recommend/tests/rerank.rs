//! Orders of a list on screen.

use super::*;

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
