//! Adam (Kingma & Ba 2015), for whole tensors and for the rows of a table that a batch has touched.

const MEAN: f32 = 0.9;
const SQUARE: f32 = 0.999;
const TINY: f32 = 1e-8;

/// The moments of one tensor.
pub struct Moments {
    pub mean: Vec<f32>,
    pub square: Vec<f32>,
}

/// The step sizes of one update.
#[derive(Clone, Copy)]
pub struct Pace {
    rate: f32,
    /// What corrects the squares for having begun at 0.
    square: f32,
}

impl Pace {
    /// `updates` counts from 1.
    pub fn new(rate: f32, updates: u64) -> Pace {
        let begun = |beta: f32| 1.0 - f64::from(beta).powf(updates as f64);
        Pace {
            rate: (f64::from(rate) / begun(MEAN)) as f32,
            square: begun(SQUARE) as f32,
        }
    }
}

impl Moments {
    pub fn new(size: usize) -> Moments {
        Moments {
            mean: vec![0.0; size],
            square: vec![0.0; size],
        }
    }

    pub fn update(&mut self, pace: Pace, weights: &mut [f32], gradient: &[f32]) {
        step(
            pace,
            weights,
            &mut self.mean,
            &mut self.square,
            gradient.iter().copied(),
        );
    }

    /// Updates one row of a table; the moments of others stand still.
    pub fn update_row(&mut self, pace: Pace, table: &mut [f32], gradient: &[f32], row: usize) {
        let span = row * gradient.len()..(row + 1) * gradient.len();
        step(
            pace,
            &mut table[span.clone()],
            &mut self.mean[span.clone()],
            &mut self.square[span],
            gradient.iter().copied(),
        );
    }
}

fn step(
    pace: Pace,
    weights: &mut [f32],
    mean: &mut [f32],
    square: &mut [f32],
    gradient: impl Iterator<Item = f32>,
) {
    let moments = mean.iter_mut().zip(square);
    for ((weight, (mean, square)), slope) in weights.iter_mut().zip(moments).zip(gradient) {
        *mean += (1.0 - MEAN) * (slope - *mean);
        *square += (1.0 - SQUARE) * (slope * slope - *square);
        *weight -= pace.rate * *mean / ((*square / pace.square).sqrt() + TINY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_down_to_the_bottom_of_a_bowl() {
        let mut weights = [3.0, -2.0];
        let mut moments = Moments::new(2);
        for updates in 1..2000 {
            let gradient = [2.0 * (weights[0] - 1.0), 20.0 * weights[1]];
            let pace = Pace::new(0.05 * 0.997f32.powi(updates as i32), updates);
            moments.update(pace, &mut weights, &gradient);
        }
        assert!(
            (weights[0] - 1.0).abs() < 1e-2 && weights[1].abs() < 1e-2,
            "{weights:?}"
        );
    }

    #[test]
    fn a_row_is_updated_as_if_it_were_alone() {
        let (mut table, mut alone) = ([1.0, 2.0, 3.0, 4.0], [3.0, 4.0]);
        let (mut all, mut one) = (Moments::new(4), Moments::new(2));
        for updates in 1..4 {
            let pace = Pace::new(0.1, updates);
            all.update_row(pace, &mut table, &[0.5, -1.0], 1);
            one.update(pace, &mut alone, &[0.5, -1.0]);
        }
        assert_eq!(table, [1.0, 2.0, alone[0], alone[1]]);
    }
}
