//! Lift of an item in a scene: smoothed log-lifts that the trainer counted, bounded.
//!
//! A row of lifts holds pairs of a feature and a code; the lift of a scene is the sum over its features, a festival's
//! by its strength, and multiplies a score by at least [`BOUND`]⁻¹ and at most [`BOUND`].

use super::Scene;

/// A scene makes an item at most so many times as good, or as bad.
pub const BOUND: f32 = 2.0;

/// Features: weekdays, parts of the day, seasons, and the festivals of the calendar.
pub const WEEKDAY: u8 = 0;
/// First feature of the parts of the day.
pub const PART: u8 = 7;
/// First feature of the seasons.
pub const SEASON: u8 = 11;
/// First feature of the festivals.
pub const FESTIVAL: u8 = 32;

/// A code of 0 is this.
const ZERO: f32 = 128.0;
/// Codes of one unit of log-lift.
const SCALE: f32 = 64.0;

/// The code of a log-lift, held within what a byte holds.
pub fn code(lift: f32) -> u8 {
    (lift * SCALE + ZERO).clamp(0.0, 255.0) as u8
}

/// The log-lift of a row in a scene; what is not in the row is 0.
pub fn of_row(row: &[u8], scene: &Scene) -> f32 {
    let mut sum = 0.0;
    for &[feature, code] in row.as_chunks::<2>().0 {
        let lift = (f32::from(code) - ZERO) / SCALE;
        sum += lift * strength(feature, scene);
    }
    sum
}

/// How far a feature is one of the scene's, 0–1.
fn strength(feature: u8, scene: &Scene) -> f32 {
    if feature >= FESTIVAL {
        let number = usize::from(feature - FESTIVAL);
        let near = scene.festivals.iter().find(|near| near.festival == number);
        return near.map_or(0.0, |near| near.strength);
    }
    let own = [
        WEEKDAY + scene.weekday,
        PART + scene.part as u8,
        SEASON + scene.season as u8,
    ];
    f32::from(u8::from(own.contains(&feature)))
}

/// The factor of a log-lift, bounded.
pub fn factor(lift: f32) -> f32 {
    (libm::exp(f64::from(lift)) as f32).clamp(1.0 / BOUND, BOUND)
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;
    use proptest::prelude::*;

    fn scene() -> Scene {
        // Friday 27 November 2026, 18:00 UTC.
        let now = i64::from(super::super::day::day_of(2026, 11, 27)) * 86_400_000 + 18 * 3_600_000;
        let calendar =
            super::super::calendar::Calendar::read("bf|B|黑|US|7|1|11/thu/4+1|").unwrap();
        let place = Place {
            region: "US".into(),
            ..Place::default()
        };
        Scene::at(now, &place, Some(&calendar))
    }

    #[test]
    fn a_row_counts_for_the_features_of_the_scene_only() {
        let row = [
            WEEKDAY + 4,
            code(0.5),
            WEEKDAY + 1,
            code(1.0),
            SEASON + 2,
            code(-0.25),
            PART + 3,
            code(0.125),
            FESTIVAL,
            code(0.25),
        ];
        assert!((of_row(&row, &scene()) - 0.625).abs() < 1e-6);
        assert_eq!(of_row(&[], &scene()), 0.0);
        assert_eq!(of_row(&row[..1], &scene()), 0.0, "half a pair says nothing");
    }

    proptest! {
        #[test]
        fn factors_are_bounded(row: Vec<u8>, lift in -9f32..9.0) {
            let found = factor(of_row(&row, &scene()));
            prop_assert!((1.0 / BOUND..=BOUND).contains(&found));
            prop_assert!((1.0 / BOUND..=BOUND).contains(&factor(lift)));
        }

        #[test]
        fn codes_are_near(lift in -1.9f32..1.9) {
            let back = (f32::from(code(lift)) - ZERO) / SCALE;
            prop_assert!((back - lift).abs() <= 1.0 / SCALE);
        }
    }
}
