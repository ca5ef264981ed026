//! Segments: groups of customers whose orders are alike, by the nearest centroid of k-means (Lloyd 1982).
//!
//! The trainer finds the centroids among the shop's customers and ships them with the scale of each feature; the device
//! reckons the same features from its own orders and takes the nearest. Three features, recency, frequency and monetary value:
//! days since the last trip, trips, and spend of an order, as logarithms of one plus the value, so that one long absence or one
//! large order does not decide alone. Days between trips are left out: most customers have made one trip only.
//!
//! A segment is named by what sets its centroid apart from the average customer ([`Segments::traits`]). It deliberately reads
//! orders alone: no name, place or browsing goes into it. For the quintile grid of recency, frequency and value see `shopper/life/rfm.rs`.

use super::Model;

/// Numbers that describe an order history.
pub const FEATURES: usize = 3;
/// Segments that a model may have.
pub const COUNT: [usize; 2] = [2, 12];
/// Standard deviations from the average customer from which a feature is a trait.
const APART: f64 = 0.5;
/// Traits in a name.
const NAMED: usize = 2;

/// Of each feature, what a low and a high value is called.
const TRAITS: [[&str; 2]; FEATURES] = [
    ["recent", "away"],
    ["occasional", "frequent"],
    ["small_orders", "large_orders"],
];

/// Features of an order history: logarithms of days since the last trip, of trips and of mean spend.
pub type Features = [f64; FEATURES];

/// The features of an order history: days since the last trip, trips, and the mean spend of an order in the catalogue's
/// currency.
pub fn features(idle: i32, trips: u32, spend: f64) -> Features {
    [f64::from(idle.max(0)), trips.into(), spend.max(0.0)].map(libm::log1p)
}

/// What a model says of all segments.
#[derive(Clone, Debug, PartialEq)]
pub struct Segments {
    mean: Features,
    /// 0 for a feature that all customers share.
    deviation: Features,
    /// In standard deviations from the mean.
    centroids: Vec<Features>,
    shares: Vec<f64>,
}

/// Where a history lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// Index of the segment, from 0.
    pub number: usize,
    /// From the centroid, in standard deviations.
    pub distance: f64,
}

impl Segments {
    /// From the numbers of the tensor `customers.segments`: means, deviations, the centroids, and the share of customers in
    /// each. `None` for what is no such list.
    pub fn checked(numbers: &[f32]) -> Option<Segments> {
        let count = numbers.len().checked_sub(2 * FEATURES)? / (FEATURES + 1);
        let sound = numbers.len() == 2 * FEATURES + count * (FEATURES + 1)
            && (COUNT[0]..=COUNT[1]).contains(&count)
            && numbers.iter().all(|number| number.abs() <= 1e6);
        if !sound {
            return None;
        }
        let (rows, shares) = numbers.split_at(FEATURES * (2 + count));
        let mut rows = rows.chunks_exact(FEATURES).map(|row| {
            let mut features = [0.0; FEATURES];
            for (to, from) in features.iter_mut().zip(row) {
                *to = f64::from(*from);
            }
            features
        });
        let (mean, deviation) = (rows.next()?, rows.next()?);
        let all = Segments {
            mean,
            deviation,
            centroids: rows.collect(),
            shares: shares.iter().map(|share| f64::from(*share)).collect(),
        };
        all.deviation.iter().all(|one| *one >= 0.0).then_some(all)
    }

    /// What a model brings; `None` without a model or segments in it.
    pub fn of(model: Option<&Model>) -> Option<Segments> {
        Segments::checked(&model?.segments())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.centroids.len()
    }

    /// The share of the shop's customers in one, 0 to 1.
    pub fn share(&self, number: usize) -> f64 {
        self.shares[number]
    }

    /// The centroid in the units of the features before their logarithm: days, trips, spend.
    pub fn centre(&self, number: usize) -> Features {
        let mut centre = self.centroids[number];
        for (n, value) in centre.iter_mut().enumerate() {
            *value = libm::expm1(self.mean[n] + *value * self.deviation[n]);
        }
        centre
    }

    /// In standard deviations from the average customer.
    pub fn standardised(&self, features: &Features) -> Features {
        let mut scaled = *features;
        for (n, value) in scaled.iter_mut().enumerate() {
            let spread = self.deviation[n];
            *value = if spread > 0.0 {
                (*value - self.mean[n]) / spread
            } else {
                0.0
            };
        }
        scaled
    }

    /// The nearest centroid; of two as near the first, which has more customers.
    pub fn nearest(&self, features: &Features) -> Nearest {
        let scaled = self.standardised(features);
        let mut nearest = Nearest {
            number: 0,
            distance: f64::INFINITY,
        };
        for (number, centroid) in self.centroids.iter().enumerate() {
            let squares = scaled.iter().zip(centroid).map(|(a, b)| (a - b) * (a - b));
            let distance = squares.sum::<f64>().sqrt();
            if distance < nearest.distance {
                nearest = Nearest { number, distance };
            }
        }
        nearest
    }

    /// What sets a segment apart from the average customer, the furthest first; empty for the average.
    pub fn traits(&self, number: usize) -> Vec<&'static str> {
        let centroid = &self.centroids[number];
        let mut apart: Vec<usize> = (0..FEATURES).collect();
        apart.retain(|n| centroid[*n].abs() >= APART);
        apart.sort_by(|a, b| centroid[*b].abs().total_cmp(&centroid[*a].abs()));
        apart
            .iter()
            .map(|n| TRAITS[*n][usize::from(centroid[*n] > 0.0)])
            .collect()
    }

    /// The two leading traits, such as `frequent-recent`, or `average`; with a number where an earlier segment has that name.
    pub fn name(&self, number: usize) -> String {
        let plain = |number: usize| match self.traits(number) {
            none if none.is_empty() => "average".into(),
            some => some[..some.len().min(NAMED)].join("-"),
        };
        let name: String = plain(number);
        match (0..number).filter(|one| plain(*one) == name).count() {
            0 => name,
            same => {
                let mut text = name + "-";
                crate::decimal::print(&mut text, same as f64 + 1.0);
                text
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two segments: customers of often and lately, and of once and long ago; spend tells nothing.
    fn two() -> Segments {
        let mean = [3.0, 1.5, 4.0];
        let deviation = [1.0, 0.5, 0.0];
        let often = [-1.0, 2.0, 0.0];
        let gone = [1.2, -0.8, 0.0];
        let numbers = [&mean[..], &deviation, &often, &gone, &[0.7, 0.3]].concat();
        Segments::checked(&numbers).unwrap()
    }

    #[test]
    fn a_history_is_in_the_segment_whose_centre_it_is_next_to() {
        let segments = two();
        assert_eq!(segments.count(), 2);
        let weekly = features(3, 12, 20.0);
        let once = features(200, 1, 9000.0);
        assert_eq!(segments.nearest(&weekly).number, 0);
        assert_eq!(segments.nearest(&once).number, 1);
        let [idle, trips, _] = segments.centre(0);
        assert!(
            (idle - (2f64.exp() - 1.0)).abs() < 1e-9 && (trips - (2.5f64.exp() - 1.0)).abs() < 1e-9
        );
        assert!((segments.share(1) - 0.3).abs() < 1e-6);
    }

    #[test]
    fn a_feature_that_all_share_moves_nobody() {
        let segments = two();
        let at = |spend| segments.nearest(&features(10, 3, spend));
        assert_eq!(at(0.0), at(1e9));
    }

    #[test]
    fn a_segment_is_called_by_what_sets_it_apart() {
        let segments = two();
        assert_eq!(segments.traits(0), ["frequent", "recent"]);
        assert_eq!(segments.name(1), "away-occasional");
        let same = [[0.0f32; 3], [1.0; 3], [0.1; 3], [-0.1; 3]].concat();
        let same = Segments::checked(&[&same[..], &[0.5, 0.5]].concat()).unwrap();
        assert_eq!([same.name(0), same.name(1)], ["average", "average-2"]);
    }

    #[test]
    fn what_is_no_list_of_segments_is_none() {
        for numbers in [
            vec![],
            vec![0.0; 5],
            vec![0.0; 10],
            vec![0.0; 15],
            vec![0.0; 6 + 13 * 4],
            [vec![0.0; 3], vec![-1.0; 3], vec![0.0; 8]].concat(),
            vec![f32::NAN; 14],
        ] {
            assert_eq!(Segments::checked(&numbers), None, "{numbers:?}");
        }
    }
}
