//! Vectors as a few bytes (product quantisation, Jégou et al. 2011), and weights as one byte each.

use rayon::prelude::*;

use crate::random::Random;

/// Centroids of each part: what one byte tells apart.
pub const CENTROIDS: usize = 256;

/// Rounds of k-means.
const ROUNDS: usize = 12;

/// `[items × parts]`
#[derive(Clone, Debug, PartialEq)]
pub struct Codes {
    pub parts: usize,
    pub bytes: Vec<u8>,
}

impl Codes {
    /// The rows of an item's centroids in `[parts × CENTROIDS]`.
    pub fn rows(&self, item: u32) -> impl Iterator<Item = usize> {
        let codes = &self.bytes[item as usize * self.parts..][..self.parts];
        codes
            .iter()
            .enumerate()
            .map(|(part, &code)| part * CENTROIDS + usize::from(code))
    }
}

/// Codes for vectors of `width` numbers, and the centroids they stand for: k-means in each part, where an item counts
/// by its weight.
pub fn codes(vectors: &[f32], width: usize, parts: usize, weights: &[f32]) -> (Codes, Vec<f32>) {
    let items = weights.len();
    let span = width / parts;
    let found: Vec<(Vec<u8>, Vec<f32>)> = (0..parts)
        .into_par_iter()
        .map(|part| {
            let row = |item: usize| &vectors[item * width + part * span..][..span];
            k_means(span, weights, row, Random::of(1, "centroids", part as u64))
        })
        .collect();
    let bytes = (0..items)
        .flat_map(|item| found.iter().map(move |(codes, _)| codes[item]))
        .collect();
    let centroids = found
        .iter()
        .flat_map(|(_, centroids)| centroids.iter().copied());
    (Codes { parts, bytes }, centroids.collect())
}

fn k_means<'a>(
    span: usize,
    weights: &[f32],
    row: impl Fn(usize) -> &'a [f32],
    mut random: Random,
) -> (Vec<u8>, Vec<f32>) {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    random.shuffle(&mut order);
    let first = order.iter().cycle().take(CENTROIDS);
    let mut centroids: Vec<f32> = first.flat_map(|&item| row(item).iter().copied()).collect();
    let mut codes = vec![0; weights.len()];
    for _ in 0..ROUNDS {
        let masses = round(&mut codes, &mut centroids, weights, &row);
        for (centroid, mass) in centroids.chunks_exact_mut(span).zip(masses) {
            if mass == 0.0 {
                // Nothing is near it: it tries its luck elsewhere.
                centroid.copy_from_slice(row(order[random.below(order.len())]));
            }
        }
    }
    (codes, centroids)
}

/// One round: every item takes the centroid nearest to it, and centroids with any go to their middle. Says how much
/// each has.
fn round<'a>(
    codes: &mut [u8],
    centroids: &mut [f32],
    weights: &[f32],
    row: impl Fn(usize) -> &'a [f32],
) -> Vec<f32> {
    let span = centroids.len() / CENTROIDS;
    let halves: Vec<f32> = centroids
        .chunks_exact(span)
        .map(|centroid| 0.5 * centroid.iter().map(|x| x * x).sum::<f32>())
        .collect();
    let mut sums = vec![0.0; CENTROIDS * span];
    let mut masses = vec![0.0; CENTROIDS];
    for (item, code) in codes.iter_mut().enumerate() {
        let x = row(item);
        let mut nearest = (f32::MIN, 0);
        for (n, (centroid, half)) in centroids.chunks_exact(span).zip(&halves).enumerate() {
            let near = x.iter().zip(centroid).map(|(a, b)| a * b).sum::<f32>() - half;
            if near > nearest.0 {
                nearest = (near, n);
            }
        }
        let at = nearest.1;
        *code = at as u8;
        masses[at] += weights[item];
        for (sum, x) in sums[at * span..][..span].iter_mut().zip(x) {
            *sum += weights[item] * x;
        }
    }
    for (n, centroid) in centroids.chunks_exact_mut(span).enumerate() {
        if masses[n] > 0.0 {
            for (x, sum) in centroid.iter_mut().zip(&sums[n * span..]) {
                *x = sum / masses[n];
            }
        }
    }
    masses
}

/// One round in each part, for vectors that have moved since.
pub fn follow(codes: &mut Codes, centroids: &mut [f32], vectors: &[f32], weights: &[f32]) {
    let width = vectors.len() / weights.len().max(1);
    let (parts, span) = (codes.parts, width / codes.parts);
    let found: Vec<Vec<u8>> = centroids
        .par_chunks_exact_mut(CENTROIDS * span)
        .enumerate()
        .map(|(part, centroids)| {
            let row = |item: usize| &vectors[item * width + part * span..][..span];
            let mut codes = vec![0; weights.len()];
            round(&mut codes, centroids, weights, row);
            codes
        })
        .collect();
    for (part, of_part) in found.into_iter().enumerate() {
        for (item, code) in of_part.into_iter().enumerate() {
            codes.bytes[item * parts + part] = code;
        }
    }
}

/// Numbers as bytes around 128 times a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Bytes {
    pub bytes: Vec<u8>,
    pub step: f32,
}

impl Bytes {
    pub fn of(values: &[f32]) -> Bytes {
        let most = values.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        let step = if most > 0.0 { most / 127.0 } else { 1.0 };
        let byte = |&x: &f32| ((x / step).round() + 128.0) as u8;
        Bytes {
            bytes: values.iter().map(byte).collect(),
            step,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn few_different_vectors_are_told_apart_exactly() {
        let vectors: Vec<f32> = (0..400)
            .flat_map(|n| [(n % 7) as f32, (n % 3) as f32, -1.0, 2.0])
            .collect();
        let (codes, centroids) = codes(&vectors, 4, 2, &[1.0; 400]);
        for (item, vector) in vectors.chunks_exact(4).enumerate() {
            let back: Vec<f32> = codes
                .rows(item as u32)
                .flat_map(|row| centroids[row * 2..][..2].iter().copied())
                .collect();
            for (x, y) in vector.iter().zip(&back) {
                assert!((x - y).abs() < 1e-3, "{vector:?} {back:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_byte_is_off_by_half_a_step(values in prop::collection::vec(-3f32..3.0, 1..50)) {
            let bytes = Bytes::of(&values);
            for (x, &byte) in values.iter().zip(&bytes.bytes) {
                prop_assert!((x - (f32::from(byte) - 128.0) * bytes.step).abs() <= bytes.step * 0.5001);
            }
        }
    }
}
