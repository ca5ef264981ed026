//! The least of a smooth function of a few numbers: the simplex of Nelder & Mead (1965), begun again from where it ended
//! until that no longer helps. Deterministic.

const ROUNDS: usize = 8;
const STEPS: usize = 400;
/// What a round must gain, relative to the value, for another.
const GAIN: f64 = 1e-9;

/// The place of the least value that was found, from `start` with first steps of `step`.
pub fn least<const N: usize>(
    start: [f64; N],
    step: f64,
    value: impl Fn(&[f64; N]) -> f64,
) -> ([f64; N], f64) {
    let mut best = (start, value(&start));
    let mut step = step;
    for _ in 0..ROUNDS {
        let found = round(best.0, step, &value);
        let gained = best.1 - found.1;
        if found.1 < best.1 {
            best = found;
        }
        if gained <= GAIN * best.1.abs() {
            break;
        }
        step /= 2.0;
    }
    best
}

fn round<const N: usize>(
    start: [f64; N],
    step: f64,
    value: &impl Fn(&[f64; N]) -> f64,
) -> ([f64; N], f64) {
    let mut corners: Vec<([f64; N], f64)> = vec![(start, value(&start))];
    for n in 0..N {
        let mut corner = start;
        corner[n] += step;
        corners.push((corner, value(&corner)));
    }
    for _ in 0..STEPS {
        corners.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (low, high) = (corners[0].1, corners[N].1);
        let size = (1..=N).flat_map(|n| (0..N).map(move |d| (n, d)));
        let spread = size
            .map(|(n, d)| (corners[n].0[d] - corners[0].0[d]).abs())
            .fold(0.0, f64::max);
        if high - low <= 1e-13 * low.abs() && spread < 1e-7 {
            break;
        }
        let mut middle = [0.0; N];
        for corner in &corners[..N] {
            for (sum, x) in middle.iter_mut().zip(corner.0) {
                *sum += x / N as f64;
            }
        }
        let worst = corners[N];
        let along = |by: f64| {
            let mut at = middle;
            for (x, from) in at.iter_mut().zip(worst.0) {
                *x += by * (*x - from);
            }
            (at, value(&at))
        };
        let reflected = along(1.0);
        let next = if reflected.1 < low {
            let further = along(2.0);
            if further.1 < reflected.1 {
                further
            } else {
                reflected
            }
        } else if reflected.1 < corners[N - 1].1 {
            reflected
        } else {
            along(if reflected.1 < high { 0.5 } else { -0.5 })
        };
        if next.1 < high {
            corners[N] = next;
            continue;
        }
        let best = corners[0].0;
        for corner in &mut corners[1..] {
            for (x, to) in corner.0.iter_mut().zip(best) {
                *x = (*x + to) / 2.0;
            }
            corner.1 = value(&corner.0);
        }
    }
    corners.sort_by(|a, b| a.1.total_cmp(&b.1));
    corners[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_bottom_of_a_bent_valley() {
        let rosenbrock = |x: &[f64; 2]| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
        let (at, value) = least([-1.2, 1.0], 0.5, rosenbrock);
        assert!(
            value < 1e-10 && (at[0] - 1.0).abs() < 1e-4,
            "{at:?} {value}"
        );
    }
}
