//! Lists against the definition of the ranking: all items, all seeds, dense.

use super::*;

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
