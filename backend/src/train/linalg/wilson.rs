//! The lower end of Wilson's score interval (Wilson, JASA 1927): how large a share is at least, by its trials.

/// Two-sided 95 %.
const Z: f64 = 1.96;

/// Wilson's lower bound of a share.
pub fn lower_bound(hits: f64, trials: f64) -> f64 {
    if trials <= 0.0 {
        return 0.0;
    }
    let (share, z2) = (hits / trials, Z * Z);
    let middle = share + z2 / (2.0 * trials);
    let spread = Z * (share * (1.0 - share) / trials + z2 / (4.0 * trials * trials)).sqrt();
    ((middle - spread) / (1.0 + z2 / trials)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_bounds_are_wilsons() {
        assert!((lower_bound(30.0, 50.0) - 0.46).abs() < 0.005);
        assert!((lower_bound(600.0, 1000.0) - 0.57).abs() < 0.005);
        assert_eq!(lower_bound(0.0, 10.0), 0.0);
        assert_eq!(lower_bound(0.0, 0.0), 0.0);
        assert!(lower_bound(1.0, 1.0) < 0.3);
    }
}
