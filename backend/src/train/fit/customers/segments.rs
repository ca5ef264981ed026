//! Segments of customers whose orders are alike: k-means (Lloyd 1982) from k-means++ starts (Arthur & Vassilvitskii 2007).
//!
//! How many there are is decided by the simplified silhouette (Hruschka, de Castro & Campello 2004): how much nearer customers
//! are to their own centroid than to the next. Written here rather than taken from a library, because a model must be the
//! same to the bit whatever the number of threads and whichever version of a library is in use; it is one loop.
//!
//! Features and the choice of the nearest centroid are [`tillside::shop::segments`], which the page runs too.

use tillside::shop::segments::{FEATURES, Features, Segments};

use super::fit::CUSTOMERS;
use crate::random::Random;

/// Segments tried.
const COUNTS: std::ops::RangeInclusive<usize> = 2..=8;
/// Starts of each, and rounds of one start at most.
const STARTS: u64 = 8;
const ROUNDS: usize = 100;
/// Customers whom a segment needs: this many, and this share of all.
const FEWEST: usize = 10;
const LEAST: f64 = 0.02;
/// Of a large shop every so many-th customer is taken.
const MOST: usize = 20_000;

/// Mean and standard deviation of each feature; a deviation of 0 for one that does not differ.
fn scale(rows: &[Features]) -> [Features; 2] {
    let count = rows.len() as f64;
    let mut both = [[0.0; FEATURES]; 2];
    for n in 0..FEATURES {
        let mean = rows.iter().map(|row| row[n]).sum::<f64>() / count;
        let squares: f64 = rows.iter().map(|row| (row[n] - mean).powi(2)).sum();
        let deviation = (squares / count).sqrt();
        both[0][n] = mean;
        both[1][n] = if deviation > 1e-6 { deviation } else { 0.0 };
    }
    both
}

fn apart(a: &Features, b: &Features) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// The number of the nearest centroid and the squared distances to it and to the second.
fn nearest(row: &Features, centroids: &[Features]) -> (usize, [f64; 2]) {
    let (mut own, mut least) = (0, [f64::INFINITY; 2]);
    for (number, centroid) in centroids.iter().enumerate() {
        let distance = apart(row, centroid);
        if distance < least[0] {
            (own, least) = (number, [distance, least[0]]);
        } else if distance < least[1] {
            least[1] = distance;
        }
    }
    (own, least)
}

/// Starts that are far from one another: each drawn with a chance as the squared distance to the nearest before it.
fn start(rows: &[Features], count: usize, random: &mut Random) -> Vec<Features> {
    let mut centroids = vec![rows[random.below(rows.len())]];
    let mut least: Vec<f64> = rows.iter().map(|row| apart(row, &centroids[0])).collect();
    while centroids.len() < count {
        let mut at = random.unit() * least.iter().sum::<f64>();
        let chosen = least.iter().position(|distance| {
            at -= distance;
            at < 0.0
        });
        let chosen = rows[chosen.unwrap_or(rows.len() - 1)];
        for (least, row) in least.iter_mut().zip(rows) {
            *least = least.min(apart(row, &chosen));
        }
        centroids.push(chosen);
    }
    centroids
}

/// Centroids, the customers of each, the sum of squared distances, and the silhouette.
struct Found {
    centroids: Vec<Features>,
    sizes: Vec<usize>,
    loss: f64,
    silhouette: f64,
}

fn lloyd(rows: &[Features], mut centroids: Vec<Features>) -> Found {
    for _ in 0..ROUNDS {
        let mut sums = vec![([0.0; FEATURES], 0.0); centroids.len()];
        for row in rows {
            let (sum, count) = &mut sums[nearest(row, &centroids).0];
            sum.iter_mut()
                .zip(row)
                .for_each(|(sum, value)| *sum += value);
            *count += 1.0;
        }
        let before = centroids.clone();
        for (centroid, (sum, count)) in centroids.iter_mut().zip(sums) {
            // One that nobody is next to stays, and makes this start lose.
            if count > 0.0 {
                *centroid = sum.map(|sum| sum / count);
            }
        }
        if centroids == before {
            break;
        }
    }
    let mut sizes = vec![0; centroids.len()];
    let (mut loss, mut silhouette) = (0.0, 0.0);
    for row in rows {
        let (own, [a, b]) = nearest(row, &centroids);
        sizes[own] += 1;
        loss += a;
        silhouette += if b > 0.0 { 1.0 - (a / b).sqrt() } else { 0.0 };
    }
    Found {
        centroids,
        sizes,
        loss,
        silhouette: silhouette / rows.len() as f64,
    }
}

/// The best of several starts, if each of its segments has customers enough.
fn best(rows: &[Features], count: usize) -> Option<Found> {
    let starts = (0..STARTS).map(|number| {
        let mut random = Random::of(number, "segments", count as u64);
        lloyd(rows, start(rows, count, &mut random))
    });
    let found = starts.min_by(|a, b| a.loss.total_cmp(&b.loss))?;
    let fewest = FEWEST.max((LEAST * rows.len() as f64).ceil() as usize);
    found
        .sizes
        .iter()
        .all(|size| *size >= fewest)
        .then_some(found)
}

/// The numbers of `customers.segments`, the segment of most customers first; `None` for few customers, or where no number
/// of segments has enough customers in each.
pub fn fit(histories: &[Features]) -> Option<Vec<f32>> {
    if histories.len() < CUSTOMERS {
        return None;
    }
    let step = histories.len().div_ceil(MOST);
    let taken: Vec<Features> = histories.iter().step_by(step).copied().collect();
    let [mean, deviation] = scale(&taken);
    let scaled = |row: &Features| {
        let mut row = *row;
        for n in 0..FEATURES {
            row[n] = match deviation[n] {
                0.0 => 0.0,
                spread => (row[n] - mean[n]) / spread,
            };
        }
        row
    };
    let rows: Vec<Features> = taken.iter().map(scaled).collect();
    let tried = COUNTS.filter_map(|count| best(&rows, count));
    let found = tried.max_by(|a, b| a.silhouette.total_cmp(&b.silhouette))?;
    let mut order: Vec<usize> = (0..found.sizes.len()).collect();
    order.sort_by_key(|number| std::cmp::Reverse(found.sizes[*number]));
    let centroids = order.iter().flat_map(|number| found.centroids[*number]);
    let shares = order
        .iter()
        .map(|number| found.sizes[*number] as f64 / rows.len() as f64);
    let numbers = mean
        .into_iter()
        .chain(deviation)
        .chain(centroids)
        .chain(shares);
    Some(numbers.map(|number| number as f32).collect())
}

/// Rows of the model card: name, share and centre of each.
pub fn card(numbers: &[f32]) -> Vec<[String; 5]> {
    let Some(segments) = Segments::checked(numbers) else {
        return Vec::new();
    };
    let one = |number: usize| {
        let [idle, trips, spend] = segments.centre(number);
        [
            segments.name(number),
            format!("{:.0} %", 100.0 * segments.share(number)),
            format!("{idle:.0}"),
            format!("{trips:.1}"),
            format!("{spend:.2}"),
        ]
    };
    (0..segments.count()).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillside::shop::segments::features;

    /// Weekly customers of small orders, monthly ones of large orders, and those who came once, long ago.
    fn all(count: u64) -> Vec<Features> {
        (0..count)
            .map(|number| {
                let mut random = Random::of(3, "history", number);
                let mut between = |low: f64, high: f64| low + (high - low) * random.unit();
                let (idle, trips, spend) = match number % 5 {
                    0 | 1 => (between(1.0, 8.0), between(20.0, 40.0), between(10.0, 20.0)),
                    2 => (
                        between(5.0, 35.0),
                        between(6.0, 12.0),
                        between(150.0, 300.0),
                    ),
                    _ => (between(150.0, 300.0), 1.0, between(20.0, 60.0)),
                };
                features(idle as i32, trips as u32, spend)
            })
            .collect()
    }

    #[test]
    fn groups_that_were_planted_are_found_and_named() {
        let numbers = fit(&all(3000)).unwrap();
        let segments = Segments::checked(&numbers).unwrap();
        assert_eq!(segments.count(), 3);
        let mut names: Vec<String> = (0..3).map(|number| segments.name(number)).collect();
        names.sort();
        assert!(
            names.iter().any(|name| name.contains("frequent")),
            "{names:?}"
        );
        assert!(names.iter().any(|name| name.contains("away")), "{names:?}");
        assert!(
            names.iter().any(|name| name.contains("large_orders")),
            "{names:?}"
        );
        for (number, history) in all(3000).iter().enumerate() {
            let planted = segments.nearest(&all(5)[number % 5]).number;
            assert_eq!(segments.nearest(history).number, planted, "{number}");
        }
        assert_eq!(card(&numbers).len(), 3);
        assert_eq!(
            fit(&all(3000)).unwrap(),
            numbers,
            "the same input gives the same numbers"
        );
    }

    #[test]
    fn few_or_equal_customers_have_no_segments() {
        assert_eq!(fit(&all(100)), None);
        assert_eq!(fit(&[features(4, 2, 10.0); 500]), None);
    }
}
