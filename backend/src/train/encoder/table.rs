//! The vectors of the items, for what goes in and what comes out alike.
//!
//! At first each item has its own, of unit length: lengths would say how popular an item is, and rare ones would never
//! be foreseen (NISER, Gupta et al. 2019). Then vectors are trained on as their codes let them be seen, and codes follow
//! them. At last an item is its codes, and its vector the centroids they stand for, which are trained as they are.

use super::adam::{Moments, Pace};
use super::quantise::{self, Codes};

pub trait Table {
    /// What is trained.
    fn numbers(&mut self) -> &mut Vec<f32>;

    fn gather(&self, items: &[u32], width: usize) -> Gathered;

    /// One update by the gradient of what was gathered.
    fn update(
        &mut self,
        moments: &mut Moments,
        pace: Pace,
        items: &[u32],
        gathered: &Gathered,
        gradient: &mut [f32],
    );
}

/// `[items × width]`
#[derive(Clone, Debug, PartialEq)]
pub struct Free(pub Vec<f32>);

/// `[parts × CENTROIDS × width/parts]`, and which of them an item has.
pub struct Coded {
    pub codes: Codes,
    pub centroids: Vec<f32>,
}

/// Vectors that are seen through their codes: the slope of what is seen is taken for that of what is.
pub struct Seen {
    pub free: Free,
    pub coded: Coded,
    /// How much each item counts for centroids.
    pub weights: Vec<f32>,
    pub updates: usize,
}

/// Updates between two rounds in which codes follow their vectors.
const ROUND: usize = 16;

impl Seen {
    /// One round of k-means.
    pub fn follow(&mut self, width: usize) {
        let vectors = self.free.all(width);
        let Coded { codes, centroids } = &mut self.coded;
        quantise::follow(codes, centroids, &vectors, &self.weights);
    }
}

impl Free {
    /// Every vector at unit length.
    pub fn all(&self, width: usize) -> Vec<f32> {
        let everything: Vec<u32> = (0..(self.0.len() / width) as u32).collect();
        self.gather(&everything, width).vectors
    }
}

/// The vectors of some items, in a batch.
pub struct Gathered {
    pub vectors: Vec<f32>,
    /// Lengths before they were made 1; empty where they were not.
    lengths: Vec<f32>,
}

/// Makes a vector this long; says how long it was.
pub fn scale(vector: &mut [f32], length: f32) -> f32 {
    let before = (vector.iter().map(|x| x * x).sum::<f32>() + 1e-12).sqrt();
    vector.iter_mut().for_each(|x| *x *= length / before);
    before
}

/// From the gradient of a scaled vector to that of the vector as it was; `before` is what [`scale`] said.
pub fn unscale(gradient: &mut [f32], scaled: &[f32], length: f32, before: f32) {
    let along: f32 =
        gradient.iter().zip(scaled).map(|(g, x)| g * x).sum::<f32>() / (length * length);
    for (g, x) in gradient.iter_mut().zip(scaled) {
        *g = length / before * (*g - along * x);
    }
}

impl Table for Free {
    fn numbers(&mut self) -> &mut Vec<f32> {
        &mut self.0
    }

    fn gather(&self, items: &[u32], width: usize) -> Gathered {
        let mut vectors = Vec::with_capacity(items.len() * width);
        let mut lengths = Vec::with_capacity(items.len());
        for &item in items {
            let at = vectors.len();
            vectors.extend_from_slice(&self.0[item as usize * width..][..width]);
            lengths.push(scale(&mut vectors[at..], 1.0));
        }
        Gathered { vectors, lengths }
    }

    fn update(
        &mut self,
        moments: &mut Moments,
        pace: Pace,
        items: &[u32],
        gathered: &Gathered,
        gradient: &mut [f32],
    ) {
        let width = gradient.len() / items.len().max(1);
        let vectors = gathered.vectors.chunks_exact(width).zip(&gathered.lengths);
        let gradients = gradient.chunks_exact_mut(width);
        for ((&item, gradient), (vector, &length)) in items.iter().zip(gradients).zip(vectors) {
            unscale(gradient, vector, 1.0, length);
            moments.update_row(pace, &mut self.0, gradient, item as usize);
        }
    }
}

impl Table for Seen {
    fn numbers(&mut self) -> &mut Vec<f32> {
        &mut self.free.0
    }

    fn gather(&self, items: &[u32], width: usize) -> Gathered {
        self.coded.gather(items, width)
    }

    fn update(
        &mut self,
        moments: &mut Moments,
        pace: Pace,
        items: &[u32],
        _: &Gathered,
        gradient: &mut [f32],
    ) {
        let width = gradient.len() / items.len().max(1);
        let free = self.free.gather(items, width);
        self.free.update(moments, pace, items, &free, gradient);
        self.updates += 1;
        if self.updates.is_multiple_of(ROUND) {
            self.follow(width);
        }
    }
}

impl Table for Coded {
    fn numbers(&mut self) -> &mut Vec<f32> {
        &mut self.centroids
    }

    fn gather(&self, items: &[u32], width: usize) -> Gathered {
        let span = width / self.codes.parts;
        let mut vectors = Vec::with_capacity(items.len() * width);
        for row in items.iter().flat_map(|&item| self.codes.rows(item)) {
            vectors.extend_from_slice(&self.centroids[row * span..][..span]);
        }
        Gathered {
            vectors,
            lengths: Vec::new(),
        }
    }

    fn update(
        &mut self,
        moments: &mut Moments,
        pace: Pace,
        items: &[u32],
        _: &Gathered,
        gradient: &mut [f32],
    ) {
        let width = gradient.len() / items.len().max(1);
        let span = width / self.codes.parts;
        let mut sums = vec![0.0; self.centroids.len()];
        for (&item, gradient) in items.iter().zip(gradient.chunks_exact(width)) {
            for (row, gradient) in self.codes.rows(item).zip(gradient.chunks_exact(span)) {
                super::add(&mut sums[row * span..][..span], gradient);
            }
        }
        moments.update(pace, &mut self.centroids, &sums);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_goes_through_a_change_of_length() {
        let (x, given) = ([0.3f32, -1.2, 0.7], [0.5f32, 0.25, -1.0]);
        let value = |x: [f32; 3]| -> f32 {
            let mut scaled = x;
            scale(&mut scaled, 2.0);
            scaled.iter().zip(given).map(|(x, g)| x * g).sum()
        };
        let (mut scaled, mut slope) = (x, given);
        let before = scale(&mut scaled, 2.0);
        assert!((scaled.iter().map(|x| x * x).sum::<f32>() - 4.0).abs() < 1e-5);
        unscale(&mut slope, &scaled, 2.0, before);
        for n in 0..3 {
            let (mut up, mut down) = (x, x);
            up[n] += 1e-2;
            down[n] -= 1e-2;
            assert!((slope[n] - (value(up) - value(down)) / 2e-2).abs() < 1e-3);
        }
    }
}
