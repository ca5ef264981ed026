//! Special functions of the life-cycle and cycle models: the hypergeometric function ₂F₁, the incomplete gamma function
//! and quantiles of it.
//!
//! Every elementary function is `libm`'s, so that a page and a server give the same bits. Not a general library: the
//! arguments are those of fitted models, positive and of ordinary size.

/// Terms of a series before it is taken as it is.
const TERMS: u32 = 100_000;
const EPSILON: f64 = 1e-16;

/// ln Γ(x) for x > 0.
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The Gauss series of ₂F₁(a, b; c; z) for 0 ≤ z < 1 and c > 0.
fn series(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 0..TERMS {
        let n = f64::from(n);
        term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
        sum += term;
        if term.abs() <= EPSILON * sum.abs() {
            break;
        }
    }
    sum
}

/// ₂F₁(a, b; c; z) for 0 ≤ z < 1 and c > 0.
///
/// Where c < a + b, Euler's transformation `(1 − z)^(c−a−b) ₂F₁(c−a, c−b; c; z)` replaces a series of large terms by one
/// of small terms.
pub fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    if c < a + b {
        crate::natural::pow(1.0 - z, c - a - b) * series(c - a, c - b, c, z)
    } else {
        series(a, b, c, z)
    }
}

/// The share of a gamma distribution of shape `k` and scale 1 below `x`: the regularised lower incomplete gamma function
/// P(k, x), by its series below k + 1 and by Lentz's continued fraction above (Numerical Recipes, §6.2).
pub fn gamma_below(k: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = libm::exp(k * libm::log(x) - x - ln_gamma(k));
    if x < k + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / k, 1.0 / k, k);
        for _ in 0..TERMS {
            n += 1.0;
            term *= x / n;
            sum += term;
            if term <= EPSILON * sum {
                break;
            }
        }
        return (front * sum).min(1.0);
    }
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - k;
    let (mut c, mut d) = (1.0 / TINY, 1.0 / b);
    let mut fraction = d;
    for n in 1..TERMS {
        let n = f64::from(n);
        let a = -n * (n - k);
        b += 2.0;
        d = a * d + b;
        c = b + a / c;
        d = 1.0 / if d.abs() < TINY { TINY } else { d };
        c = if c.abs() < TINY { TINY } else { c };
        let factor = d * c;
        fraction *= factor;
        if (factor - 1.0).abs() <= EPSILON * 4.0 {
            break;
        }
    }
    (1.0 - front * fraction).clamp(0.0, 1.0)
}

/// The value below which the share `p` of a gamma distribution of shape `k` and scale 1 lies, by bisection: 60 halvings
/// of a bracket cost less module than a start value and Newton's method. Exact to `k + 1` in 10^15: of a shape far below 1 the
/// lowest quantiles are nearer to 0 than that, and are about 0 here.
pub fn gamma_quantile(k: f64, p: f64) -> f64 {
    let mut high = k + 1.0;
    while gamma_below(k, high) < p && high < 1e9 {
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if gamma_below(k, middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(found: f64, expected: f64) {
        assert!(
            (found - expected).abs() <= 1e-10 * expected.abs().max(1.0),
            "{found} instead of {expected}"
        );
    }

    #[test]
    fn values_of_the_hypergeometric_function_are_those_of_tables() {
        // −ln(1 − z)/z, (1 − z)^−a, and asin(√z)/√z: Abramowitz & Stegun 15.1.
        close(hypergeometric(1.0, 1.0, 2.0, 0.5), -libm::log(0.5) / 0.5);
        close(
            hypergeometric(3.5, 2.0, 2.0, 0.9),
            crate::natural::pow(0.1, -3.5),
        );
        close(hypergeometric(0.5, 0.5, 1.5, 0.64), libm::asin(0.8) / 0.8);
        close(hypergeometric(7.0, 2.0, 3.0, 0.0), 1.0);
    }

    #[test]
    fn the_incomplete_gamma_function_has_its_closed_forms() {
        for x in [0.01, 0.5, 1.0, 3.0, 20.0] {
            close(gamma_below(1.0, x), 1.0 - libm::exp(-x));
            close(gamma_below(2.0, x), 1.0 - libm::exp(-x) * (1.0 + x));
            close(gamma_below(0.5, x), libm::erf(f64::sqrt(x)));
        }
        assert_eq!(gamma_below(3.0, -1.0), 0.0);
    }

    proptest! {
        #[test]
        fn quantiles_lead_back(k in 0.05f64..400.0, p in 0.001f64..0.999) {
            let (found, step) = (gamma_quantile(k, p), 1e-15 * (k + 1.0));
            let (below, above) = (gamma_below(k, (found - step).max(0.0)), gamma_below(k, found + step));
            prop_assert!(below <= p + 1e-9 && above >= p - 1e-9, "{} {} {}", below, p, above);
        }

        #[test]
        fn both_forms_of_the_series_agree(a in 0.1f64..8.0, b in 0.1f64..8.0, c in 0.5f64..8.0, z in 0f64..0.8) {
            let (one, other) = (series(a, b, c, z), crate::natural::pow(1.0 - z, c - a - b) * series(c - a, c - b, c, z));
            prop_assert!((one - other).abs() <= 1e-9 * one.abs(), "{} {}", one, other);
        }
    }
}
