use super::*;
use crate::codec::Reader;
use crate::intake::{Event, Field, Kind, Scalar, Session};
use crate::scene::day::day_of;
use proptest::prelude::*;

const DAY_MS: i64 = 86_400_000;
/// The CDNOW customers' parameters, in days instead of weeks.
fn fitted() -> Parameters {
    Parameters {
        activity: BgNbd::checked([0.243, 4.414 * 7.0, 0.793, 2.426]),
        spend: GammaGamma::checked([6.25, 3.74, 15.44]),
        ..Parameters::default()
    }
}

fn at(day: i32) -> i64 {
    i64::from(day) * DAY_MS + DAY_MS / 2
}

/// Orders and life together, as a profile has them.
#[derive(Clone, Default)]
struct Buyer {
    orders: Orders,
    life: Life,
}

impl Buyer {
    fn meets(&mut self, event: &Event, parameters: &Parameters) {
        self.orders.learn(event, 0);
        let at = (event.time, event.session.0);
        self.life.learn(&self.orders, at, 0, parameters);
    }

    fn answer(&mut self, parameters: &Parameters, now: i64) -> Answer {
        self.life
            .answer(&self.orders, parameters, now, 0, Doing::default())
    }
}

fn event(kind: Kind, day: i32, id: &str) -> Event {
    let mut event = Event::about(kind, at(day), ["sku"]);
    event.fields.push((Field::OrderId, Scalar::Text(id.into())));
    event.session = Session(day as u64 + 1);
    event.products[0].price = Some(20.0);
    event
}

fn bought(days: &[i32], parameters: &Parameters) -> Buyer {
    let mut buyer = Buyer::default();
    for day in days {
        buyer.meets(
            &event(Kind::OrderCompleted, *day, &format!("o-{day}")),
            parameters,
        );
    }
    buyer
}

fn stage_of(buyer: &mut Buyer, parameters: &Parameters, day: i32) -> Stage {
    buyer.answer(parameters, at(day)).stage
}

#[test]
fn a_shopper_goes_through_all_stages() {
    let parameters = fitted();
    let start = day_of(2025, 1, 10);
    let mut life = Buyer::default();
    life.meets(&event(Kind::ProductViewed, start, "v"), &parameters);
    assert_eq!(stage_of(&mut life, &parameters, start), Stage::Prospect);
    let buy = |life: &mut Buyer, day: i32| {
        life.meets(
            &event(Kind::OrderCompleted, day, &format!("o-{day}")),
            &parameters,
        );
        stage_of(life, &parameters, day + 1)
    };
    assert_eq!(buy(&mut life, start + 5), Stage::New);
    assert_eq!(buy(&mut life, start + 40), Stage::Growing);
    for more in [70, 100, 130, 160] {
        buy(&mut life, start + more);
    }
    assert_eq!(buy(&mut life, start + 200), Stage::Mature);
    let mut path = Vec::new();
    for day in 202..1200 {
        let stage = stage_of(&mut life, &parameters, start + day);
        if path.last() != Some(&stage) {
            path.push(stage);
        }
    }
    assert_eq!(path, [Stage::Mature, Stage::Dormant, Stage::Churned]);
    assert_eq!(buy(&mut life, start + 1200), Stage::WonBack);
    assert_eq!(
        stage_of(&mut life, &parameters, start + 1270),
        Stage::Mature
    );
}

#[test]
fn one_order_and_silence_is_told_by_days() {
    let parameters = fitted();
    let mut life = bought(&[100], &parameters);
    let mut band = |days: i32| {
        let answer = life.clone().answer(&parameters, at(100 + days));
        assert_eq!(
            answer.alive,
            Some(1.0),
            "the model says nothing of one-time buyers"
        );
        answer.band.unwrap().name()
    };
    let found = [59, 60, 120, 180, 240].map(&mut band);
    assert_eq!(
        found,
        ["active", "cooling", "at_risk", "highly_at_risk", "lost"]
    );
    assert_eq!(stage_of(&mut life, &parameters, 340), Stage::Churned);
}

#[test]
fn a_stage_that_has_just_changed_stays_for_a_day() {
    let parameters = fitted();
    let mut life = Buyer::default();
    let mut view = event(Kind::ProductViewed, 50, "v");
    life.meets(&view, &parameters);
    life.meets(&event(Kind::OrderCompleted, 52, "o-1"), &parameters);
    assert_eq!(life.answer(&parameters, at(52)).stage, Stage::New);
    // Cancelled within hours: still new today, a prospect again tomorrow.
    let mut cancel = event(Kind::OrderCancelled, 52, "o-1");
    cancel.time += 3_600_000;
    life.meets(&cancel, &parameters);
    assert_eq!(life.answer(&parameters, cancel.time).stage, Stage::New);
    view.time = at(53) + 1;
    life.meets(&view, &parameters);
    assert_eq!(life.answer(&parameters, at(53) + 1).stage, Stage::Prospect);
}

#[test]
fn without_parameters_the_rule_decides_and_the_answer_says_so() {
    let nothing = Parameters::default();
    let mut life = bought(&[100, 110, 120], &nothing);
    let answer = life.answer(&nothing, at(149));
    assert!(answer.rule_only && answer.alive.is_none() && answer.expected.is_none());
    assert!(!answer.rule.warns());
    assert_eq!(answer.stage, Stage::Growing);
    let answer = life.answer(&nothing, at(150));
    assert!(answer.rule.is_silent());
    assert_eq!(answer.stage, Stage::Dormant);
    assert!(!life.answer(&fitted(), at(150)).rule_only);
}

/// Draws that any machine repeats.
struct Draws(u64);

impl Draws {
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn exponential(&mut self) -> f64 {
        -libm::log(self.uniform())
    }
}

/// Shoppers who buy and leave as the model assumes: who still buys within a quarter is told as often as promised.
#[test]
fn on_shoppers_with_a_known_fate_the_risk_of_churn_is_calibrated_and_right() {
    // Rates are gamma(2, mean 1/20 days), chances of leaving uniform^(1/0.8)-like: beta(1, 3) by inversion.
    let parameters = Parameters {
        activity: BgNbd::checked([2.0, 40.0, 1.0, 3.0]),
        ..Parameters::default()
    };
    let draws = &mut Draws(11);
    let (mut right, mut all) = (0u32, 0u32);
    let mut bins = [(0u32, 0.0, 0.0); 10];
    for _ in 0..4000 {
        let rate = (draws.exponential() + draws.exponential()) / 40.0;
        let leaves = 1.0 - crate::natural::pow(1.0 - draws.uniform(), 1.0 / 3.0);
        let (mut time, mut days) = (0.0, vec![0]);
        let mut later = Vec::new();
        loop {
            time += draws.exponential() / rate;
            if time > 455.0 {
                break;
            }
            if time <= 365.0 {
                days.push(time as i32);
            } else {
                later.push(time);
            }
            if draws.uniform() < leaves {
                break;
            }
        }
        let mut life = bought(&days, &Parameters::default());
        let answer = life.answer(&parameters, at(365));
        let churn = answer.churn.unwrap();
        let gone = later.is_empty();
        all += 1;
        right += u32::from((churn > 0.5) == gone);
        let bin = &mut bins[((churn * 10.0) as usize).min(9)];
        *bin = (bin.0 + 1, bin.1 + churn, bin.2 + f64::from(u8::from(gone)));
    }
    let accuracy = f64::from(right) / f64::from(all);
    let error: f64 = bins.iter().map(|bin| (bin.1 - bin.2).abs()).sum::<f64>() / f64::from(all);
    assert!(accuracy >= 0.85, "accuracy {accuracy}");
    assert!(error <= 0.05, "calibration error {error}, {bins:?}");
}

proptest! {
    #[test]
    fn what_is_stored_is_read_back_and_any_bytes_are_no_harm(days in prop::collection::vec(0i32..5000, 0..60), noise: Vec<u8>) {
        let life = bought(&days, &fitted()).life;
        let mut stored = Vec::new();
        life.encode(&mut stored);
        prop_assert!(stored.len() <= 150);
        let read = |bytes: &[u8]| {
            let (mut life, mut reader) = (Life::default(), Reader::new(bytes));
            (life.decode(VERSION, &mut reader) && reader.ends()).then_some(life)
        };
        prop_assert_eq!(read(&stored), Some(life));
        let _ = read(&noise);
    }

    #[test]
    fn answers_are_numbers_whatever_the_history(days in prop::collection::vec(0i32..5000, 0..40), now in 0i32..6000) {
        let mut life = bought(&days, &fitted());
        let answer = life.answer(&fitted(), at(now));
        for p in [answer.alive, answer.churn].into_iter().flatten() {
            prop_assert!((0.0..=1.0).contains(&p));
        }
        for number in answer.expected.into_iter().flatten().chain(answer.spend).chain(answer.next.into_iter().flatten()) {
            prop_assert!(number.is_finite() && number >= 0.0);
        }
    }
}
