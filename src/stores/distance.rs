//! Great-circle distances by the haversine formula (Sinnott, Sky & Telescope 1984) on a sphere of the earth's mean radius.
//!
//! Within 0.5 % of the ellipsoid. Nothing is special about the poles or the 180th meridian: only sines of differences
//! enter. A shopper's place is rounded to a hundredth of a degree, 1.1 km of latitude, before it is used.

use crate::value::Value;

/// Mean radius of the earth (IUGG) in metres.
const RADIUS: f64 = 6_371_008.8;
/// Parts of a degree that a shopper's place is rounded to.
const PARTS: f64 = 100.0;

/// A point on the earth, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    latitude: f64,
    longitude: f64,
}

impl Spot {
    /// `None` for a place that is not on the earth.
    pub fn new(latitude: f64, longitude: f64) -> Option<Spot> {
        let sound = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        sound.then_some(Spot {
            latitude,
            longitude,
        })
    }

    /// Reads `latitude` and `longitude`.
    pub fn read(value: &Value) -> Option<Spot> {
        Spot::new(value.number_of("latitude")?, value.number_of("longitude")?)
    }

    /// The place to a hundredth of a degree: whereabouts, not an address.
    pub fn rounded(self) -> Spot {
        let round = |degrees: f64| (degrees * PARTS + 0.5).floor() / PARTS;
        Spot {
            latitude: round(self.latitude).clamp(-90.0, 90.0),
            longitude: round(self.longitude).clamp(-180.0, 180.0),
        }
    }

    /// Metres to another place.
    pub fn metres(self, other: Spot) -> f64 {
        let half = |from: f64, to: f64| {
            let half = sine((to - from).to_radians() / 2.0);
            half * half
        };
        let cosines = cosine(self.latitude) * cosine(other.latitude);
        let chord =
            half(self.latitude, other.latitude) + cosines * half(self.longitude, other.longitude);
        let chord = chord.clamp(0.0, 1.0);
        2.0 * RADIUS * libm::atan2(chord.sqrt(), (1.0 - chord).sqrt())
    }
}

/// The cosine of a latitude in degrees: 0 at the poles.
fn cosine(latitude: f64) -> f64 {
    sine((90.0 - latitude.abs()).to_radians())
}

/// The sine of an angle from −π to π by its series, to 10⁻¹¹: `libm`'s own brings the reduction of any angle with it.
fn sine(x: f64) -> f64 {
    use core::f64::consts::{FRAC_PI_2, PI};
    let x = if x > FRAC_PI_2 {
        PI - x
    } else if x < -FRAC_PI_2 {
        -PI - x
    } else {
        x
    };
    let xx = x * x;
    let series = [
        16.0 * 17.0,
        14.0 * 15.0,
        12.0 * 13.0,
        10.0 * 11.0,
        8.0 * 9.0,
        6.0 * 7.0,
        4.0 * 5.0,
        2.0 * 3.0,
    ];
    x * series
        .iter()
        .fold(1.0, |sum, factor: &f64| 1.0 - xx / factor * sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spot(latitude: f64, longitude: f64) -> Spot {
        Spot::new(latitude, longitude).expect("it is on the earth")
    }

    /// Distances on the WGS 84 ellipsoid (Karney's geodesics), in kilometres.
    #[test]
    fn known_distances_are_within_half_a_percent() {
        for (from, to, km) in [
            // London – Paris, New York – London, Sydney – Auckland, Nanjing – Shanghai, Quito – Nairobi.
            ((51.5074, -0.1278), (48.8566, 2.3522), 343.9),
            ((40.7128, -74.0060), (51.5074, -0.1278), 5585.2),
            ((-33.8688, 151.2093), (-36.8485, 174.7633), 2156.5),
            ((32.0415, 118.7847), (31.2363, 121.4804), 270.0),
            ((-0.1807, -78.4678), (-1.2921, 36.8219), 12_834.0),
            // A degree of latitude and of longitude where they differ most from the sphere's.
            ((45.0, 10.0), (46.0, 10.0), 111.14),
            ((0.0, 0.0), (0.0, 1.0), 111.32),
        ] {
            let found = spot(from.0, from.1).metres(spot(to.0, to.1)) / 1000.0;
            assert!(
                (found / km - 1.0).abs() < 0.005,
                "{from:?} {to:?}: {found} km, not {km}"
            );
        }
    }

    #[test]
    fn the_180th_meridian_and_the_poles_are_places_as_others() {
        // Two villages of Fiji on either side of the meridian.
        let across = spot(-16.8, 179.95).metres(spot(-16.8, -179.95));
        assert!((across - 10_645.0).abs() < 60.0, "{across}");
        assert_eq!(spot(0.0, 180.0).metres(spot(0.0, -180.0)).round(), 0.0);
        // All longitudes meet at a pole.
        assert!(spot(90.0, 0.0).metres(spot(90.0, 137.0)) < 1e-3);
        let over = spot(89.0, 0.0).metres(spot(89.0, 180.0));
        assert!((over - 2.0 * 111_195.0).abs() < 10.0, "{over}");
        let through = spot(90.0, 0.0).metres(spot(-90.0, 77.0));
        assert!(
            (through - core::f64::consts::PI * RADIUS).abs() < 1.0,
            "{through}"
        );
    }

    #[test]
    fn what_is_not_on_the_earth_is_no_place() {
        for (latitude, longitude) in [
            (90.1, 0.0),
            (0.0, -180.5),
            (f64::NAN, 0.0),
            (0.0, f64::INFINITY),
        ] {
            assert_eq!(Spot::new(latitude, longitude), None);
        }
        assert_eq!(Spot::read(&Value::Null), None);
    }

    proptest! {
        #[test]
        fn sines_are_those_of_libm(x in -core::f64::consts::PI..core::f64::consts::PI) {
            prop_assert!((sine(x) - libm::sin(x)).abs() < 1e-10);
        }

        #[test]
        fn distances_are_a_metric(a in (-90.0..=90.0, -180.0..=180.0), b in (-90.0..=90.0, -180.0..=180.0), c in (-90.0..=90.0, -180.0..=180.0)) {
            let [a, b, c] = [a, b, c].map(|(latitude, longitude)| spot(latitude, longitude));
            let there = a.metres(b);
            prop_assert!((0.0..=20_016_000.0).contains(&there));
            prop_assert!((there - b.metres(a)).abs() < 1e-3);
            prop_assert!(there <= a.metres(c) + c.metres(b) + 1.0);
        }

        #[test]
        fn rounding_moves_a_place_by_less_than_800_metres(latitude in -90.0..=90.0, longitude in -180.0..=180.0) {
            let exact = spot(latitude, longitude);
            let rounded = exact.rounded();
            prop_assert!(exact.metres(rounded) < 800.0);
            let parts = rounded.latitude * PARTS;
            prop_assert!((parts - parts.round()).abs() < 1e-6);
            prop_assert_eq!(rounded.rounded(), rounded);
        }
    }
}
