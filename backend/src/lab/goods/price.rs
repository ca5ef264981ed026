//! Prices that a shop would print.

/// The printable price nearest to a computed one: 16.80, 129, 599, 4499.
pub fn shelf(price: f64) -> f64 {
    match price {
        ..50.0 => price.round().max(1.0) - 0.2,
        ..300.0 => price.round(),
        ..1000.0 => (price / 10.0).round() * 10.0 - 1.0,
        _ => (price / 100.0).round() * 100.0 - 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::shelf;

    #[test]
    fn prices_look_like_prices() {
        assert_eq!(shelf(9.9), 9.8);
        assert_eq!(shelf(25.2), 24.8);
        assert_eq!(shelf(129.4), 129.0);
        assert_eq!(shelf(598.5), 599.0);
        assert_eq!(shelf(4500.0), 4499.0);
        assert!(shelf(0.1) > 0.0);
    }
}
