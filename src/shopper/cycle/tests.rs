use super::*;
use crate::scene::day::day_of;
use proptest::prelude::*;

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// A prior of the reference buyer.
const PRIOR: Prior = Prior {
    mean: 10.0,
    variance: 36.0,
    weight: 3.0,
};

/// Orders of these days, each of one product of this quantity, at noon.
fn bought(days: &[(i32, u32)]) -> Cycles {
    let mut cycles = Cycles::default();
    for (n, (day, quantity)) in days.iter().enumerate() {
        cycles.learn(&order(*day, *quantity, n), 0, None);
    }
    cycles
}

fn order(day: i32, quantity: u32, n: usize) -> Event {
    let time = i64::from(day) * DAY_MS + 12 * HOUR_MS;
    let mut event = Event::about(Kind::OrderCompleted, time, ["apples"]);
    event.id = format!("m-{n}");
    event.products[0].quantity = quantity;
    event.products[0].category = Some("Fresh > Fruit".into());
    event
}

fn due(cycles: &Cycles, day: i32, hour: i64, known: Known, prior: Option<Prior>) -> Option<Due> {
    let now = i64::from(day) * DAY_MS + hour * HOUR_MS;
    let all = cycles.due(now, 0, known, &|_| prior, &|line| !line.category);
    all.into_iter().next()
}

/// Four Fridays, the last of them 27 November 2026.
fn fridays() -> (Cycles, i32) {
    let last = day_of(2026, 11, 27);
    let days: Vec<(i32, u32)> = (0..4).map(|n| (last - 21 + 7 * n, 1)).collect();
    (bought(&days), last)
}

#[test]
fn fruit_of_every_friday_is_due_on_friday_and_thursday_evening_and_not_on_tuesday() {
    let (cycles, last) = fridays();
    for prior in [None, Some(PRIOR), Prior::checked(30.0, 400.0, 3.0)] {
        let is_due = |ahead: i32, hour| {
            let found = due(&cycles, last + ahead, hour, Known::default(), prior).unwrap();
            assert_eq!(found.weekday.map(|(day, _)| day), Some(4));
            assert!((found.weekday.unwrap().1 - 0.60).abs() < 1e-12);
            found.due
        };
        assert!(is_due(7, 0) && is_due(7, 9) && is_due(7, 23), "Friday");
        assert!(!is_due(6, 12) && is_due(6, 18), "Thursday noon and evening");
        assert!(!is_due(4, 12) && !is_due(4, 20), "Tuesday");
        assert!(!is_due(0, 20), "already bought");
        assert!(is_due(14, 12), "missed one Friday");
        assert!(!is_due(11, 12), "the Tuesday after");
    }
}

#[test]
fn one_purchase_claims_no_weekday_and_needs_the_category() {
    let last = day_of(2026, 11, 27);
    let once = bought(&[(last, 1)]);
    assert_eq!(due(&once, last + 10, 12, Known::default(), None), None);
    let found = due(&once, last + 10, 12, Known::default(), Some(PRIOR)).unwrap();
    assert_eq!((found.weekday, found.evidence), (None, 0));
    assert!((found.every - 10.0).abs() < 1e-12 && found.due);
}

#[test]
fn bought_early_the_next_is_due_later() {
    let start = day_of(2026, 3, 3);
    let days = [
        (start, 1),
        (start + 13, 1),
        (start + 23, 1),
        (start + 34, 1),
    ];
    let usual = bought(&days);
    let mut early = usual.clone();
    early.learn(&order(start + 40, 1, 9), 0, None);
    let at = |cycles: &Cycles, day| due(cycles, day, 12, Known::default(), Some(PRIOR)).unwrap();
    assert!(at(&usual, start + 44).due && !at(&early, start + 44).due);
    assert!(at(&early, start + 51).due);
}

#[test]
fn what_is_under_way_or_plenty_is_not_due() {
    let (cycles, last) = fridays();
    let keys = ["apples"];
    let known = Known {
        undelivered: &keys,
        ..Known::default()
    };
    let found = due(&cycles, last + 7, 12, known, None).unwrap();
    assert_eq!(
        (found.due, found.suppressed),
        (false, Some(Suppressed::Undelivered))
    );
    let known = Known {
        stocked: &keys,
        ..Known::default()
    };
    let found = due(&cycles, last + 7, 12, known, None).unwrap();
    assert_eq!(
        (found.due, found.suppressed),
        (false, Some(Suppressed::Stocked))
    );
}

#[test]
fn who_stocked_up_is_left_alone_for_longer() {
    let start = day_of(2026, 3, 2);
    let days: Vec<(i32, u32)> = (0..5).map(|n| (start + 10 * n, 1)).collect();
    let mut plenty = bought(&days);
    plenty.learn(&order(start + 50, 3, 9), 0, None);
    let mut usual = bought(&days);
    usual.learn(&order(start + 50, 1, 9), 0, None);
    let at = |cycles: &Cycles, day| due(cycles, day, 12, Known::default(), Some(PRIOR)).unwrap();
    assert!(at(&usual, start + 60).due && !at(&plenty, start + 60).due);
    assert!(at(&plenty, start + 75).due);
}

#[test]
fn a_cancelled_order_was_never_placed() {
    let (cycles, last) = fridays();
    let mut cancelled = cycles.clone();
    let mut event = order(last + 2, 1, 7);
    event.id = "m-7".into();
    cancelled.learn(&event, 0, None);
    assert_ne!(cancelled, cycles);
    event.kind = Kind::OrderCancelled;
    cancelled.learn(&event, 0, None);
    assert_eq!(cancelled, cycles);
}

#[test]
fn the_usual_basket_is_what_most_trips_held() {
    let mut cycles = Cycles::default();
    let days = [3, 10, 17, 24];
    for (n, day) in days.iter().enumerate() {
        let time = i64::from(*day) * DAY_MS;
        let mut keys = vec!["milk", "bread"];
        if n == 2 {
            keys = vec!["milk", "candle"];
        }
        let mut event = Event::about(Kind::OrderCompleted, time, keys);
        event.id = format!("m-{n}");
        event.products[0].quantity = 2;
        cycles.learn(&event, 0, None);
    }
    let basket: Vec<(String, u32)> = cycles
        .usual(&days)
        .into_iter()
        .map(|line| (line.key, line.quantity))
        .collect();
    assert_eq!(basket, [("milk".to_owned(), 2), ("bread".to_owned(), 1)]);
    assert!(
        cycles.usual(&days[..2]).is_empty(),
        "two trips are no habit"
    );
}

/// The shape of a regular buyer's intervals: they vary by a fifth of their mean.
const REGULAR: u32 = 22;

/// Draws of a gamma distribution: sums of −ln(1−u) for whole shapes.
fn gamma(state: &mut u64, shape: u32, mean: f64) -> f64 {
    let mut sum = 0.0;
    for _ in 0..shape {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let u = ((*state >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        sum -= libm::log(u);
    }
    sum * mean / f64::from(shape)
}

#[test]
fn on_renewal_data_probabilities_are_calibrated_and_dates_near() {
    let state = &mut 7u64;
    let mut bins = [(0u32, 0.0, 0u32); 10];
    let mut misses: Vec<f64> = Vec::new();
    for _ in 0..3000 {
        // Shoppers differ in how often they buy: the prior is that of their means and of the spread about them.
        let own = gamma(state, 9, 14.0);
        let mut time = 0.0;
        let mut days = vec![(0, 1)];
        for _ in 0..8 {
            time += gamma(state, REGULAR, own);
            days.push((time as i32, 1));
        }
        let next = time + gamma(state, REGULAR, own);
        let cycles = bought(&days);
        let last = time as i32;
        // As a trainer finds it: shoppers differ by a ninth, intervals of one by 1/REGULAR of the squared mean.
        let spread = 1.0 / 9.0 + 1.0 / f64::from(REGULAR);
        let prior = Prior::checked(14.0, 14.0 * 14.0 * spread, 1.0);
        let found = due(&cycles, last, 12, Known::default(), prior).unwrap();
        let middle = found.window().iter().sum::<f64>() / 2.0;
        misses.push((middle - (next - f64::from(last))).abs() / found.every);
        // A day within the cycle by which the next purchase has not come.
        let asked = last + gamma(state, 2, own * 0.6) as i32;
        // At noon, as the question is.
        let now = f64::from(asked) + 0.5;
        if now >= next {
            continue;
        }
        let found = due(&cycles, asked, 12, Known::default(), prior).unwrap();
        let came = next - now <= AHEAD;
        let bin = &mut bins[((found.probability * 10.0) as usize).min(9)];
        *bin = (
            bin.0 + 1,
            bin.1 + found.probability,
            bin.2 + u32::from(came),
        );
    }
    let all: u32 = bins.iter().map(|bin| bin.0).sum();
    let error: f64 = bins
        .iter()
        .map(|(_, sum, came)| (sum - f64::from(*came)).abs())
        .sum::<f64>()
        / f64::from(all);
    misses.sort_by(f64::total_cmp);
    let median = misses[misses.len() / 2];
    assert!(error <= 0.05, "calibration error {error}, {bins:?}");
    assert!(median <= 0.20, "median error {median} of the cycle");
}

proptest! {
    #[test]
    fn what_is_stored_is_read_back_and_any_bytes_are_no_harm(
        orders in prop::collection::vec((0i32..20_000, 1u32..50, 0usize..300), 0..300), noise: Vec<u8>,
    ) {
        let mut cycles = Cycles::default();
        for (n, (day, quantity, product)) in orders.iter().enumerate() {
            let mut event = order(*day, *quantity, n);
            event.products[0].id = format!("sku-{product}");
            cycles.learn(&event, 0, None);
        }
        prop_assert!(cycles.lines().len() <= LINES);
        let mut stored = Vec::new();
        cycles.encode(&mut stored);
        prop_assert!(stored.len() <= BUDGET + 20);
        let read = |bytes: &[u8]| {
            let (mut cycles, mut reader) = (Cycles::default(), Reader::new(bytes));
            (cycles.decode(VERSION, &mut reader) && reader.ends()).then_some(cycles)
        };
        prop_assert_eq!(read(&stored), Some(cycles));
        let _ = read(&noise);
    }

    #[test]
    fn habits_are_on_their_weekday_and_after_the_last(last in 0i32..30_000, mean in 0f64..400.0, habit in 0u8..7) {
        let next = next_habit(last, mean, habit);
        prop_assert!(next > last && weekday_of(next) == habit);
        prop_assert!((f64::from(next - last) - mean).abs() <= 7.0 || next - last <= 7);
    }
}
