//! Loyalty to brands: the share of the leading brand and the Herfindahl index of all, both shrunk to a shopper who does
//! not look at brands.

use crate::codec::{Reader, put_text, put_uint};

/// Purchases below which nothing is claimed.
pub const FEWEST: u32 = 3;
/// Brands kept; the least bought makes room.
const MOST: usize = 24;
/// Purchases that the shopper without a preference counts as, and the brands they spread over.
const PRIOR: f64 = 2.0;
const SPREAD: f64 = 8.0;

/// Purchases by brand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brands {
    /// Lines bought of each.
    counts: Vec<(String, u32)>,
    /// Of all that had a brand, those no longer kept included.
    lines: u32,
}

/// Loyalty to brands.
#[derive(Clone, Debug, PartialEq)]
pub struct Loyalty {
    /// Brand with most purchases.
    pub leading: String,
    /// Of the leading brand in all lines, shrunk.
    pub share: f64,
    /// Σ share², shrunk: 1 for one brand.
    pub concentration: f64,
    /// Purchases with a brand.
    pub evidence: u32,
}

impl Brands {
    pub(super) fn buy(&mut self, brand: &str) {
        self.lines = self.lines.saturating_add(1);
        if let Some(known) = self.counts.iter_mut().find(|known| known.0 == brand) {
            known.1 = known.1.saturating_add(1);
            return;
        }
        if self.counts.len() == MOST {
            let least = (0..MOST).min_by_key(|n| self.counts[*n].1);
            self.counts.remove(least.unwrap_or(0));
        }
        self.counts.push((brand.into(), 1));
    }

    /// `None` below [`FEWEST`] purchases of any brand.
    pub fn loyalty(&self) -> Option<Loyalty> {
        if self.lines < FEWEST {
            return None;
        }
        let mut leading = self.counts.first()?;
        let mut squares = 0.0;
        let n = f64::from(self.lines);
        for one in &self.counts {
            if one.1 > leading.1 {
                leading = one;
            }
            squares += f64::from(one.1) * f64::from(one.1);
        }
        let shrunk = |share: f64| (n * share + PRIOR / SPREAD) / (n + PRIOR);
        Some(Loyalty {
            leading: leading.0.clone(),
            share: shrunk(f64::from(leading.1) / n),
            concentration: shrunk(squares / (n * n)),
            evidence: self.lines,
        })
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.counts.retain(|known| keep(&known.0));
    }

    pub(super) fn bytes(&self) -> usize {
        self.counts.iter().map(|known| known.0.len() + 7).sum()
    }

    pub(super) fn forget_least(&mut self) -> bool {
        let least = (0..self.counts.len()).min_by_key(|n| self.counts[*n].1);
        least.map(|n| self.counts.remove(n)).is_some()
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.lines.into());
        put_uint(out, self.counts.len() as u64);
        for (brand, count) in &self.counts {
            put_text(out, brand);
            put_uint(out, (*count).into());
        }
    }

    pub(super) fn decode(reader: &mut Reader) -> Brands {
        let mut brands = Brands {
            lines: reader.small(),
            ..Brands::default()
        };
        for _ in 0..reader.count(2, MOST) {
            let brand = (reader.text().into(), reader.small());
            brands.counts.push(brand);
        }
        brands
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(brands: &[&str]) -> Brands {
        let mut all = Brands::default();
        brands.iter().for_each(|brand| all.buy(brand));
        all
    }

    #[test]
    fn who_buys_one_brand_is_loyal_from_the_third_purchase_on() {
        assert_eq!(of(&["Aurora", "Aurora"]).loyalty(), None);
        let three = of(&["Aurora"; 3]).loyalty().unwrap();
        // (3·1 + 2/8)/(3 + 2)
        assert!((three.share - 0.65).abs() < 1e-12 && (three.concentration - 0.65).abs() < 1e-12);
        let mixed = of(&["Aurora", "Borea", "Cirro", "Aurora"])
            .loyalty()
            .unwrap();
        assert_eq!(mixed.leading, "Aurora");
        assert!((mixed.share - (4.0 * 0.5 + 0.25) / 6.0).abs() < 1e-12);
        assert!((mixed.concentration - (4.0 * 0.375 + 0.25) / 6.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn counts_are_those_of_all_purchases(lines in prop::collection::vec(0usize..MOST, 3..90)) {
            let names: Vec<String> = lines.iter().map(|n| format!("brand {n}")).collect();
            let all = of(&names.iter().map(String::as_str).collect::<Vec<_>>());
            let found = all.loyalty().unwrap();
            let count = |n: usize| lines.iter().filter(|line| **line == n).count() as f64;
            let n = lines.len() as f64;
            let most = (0..MOST).map(count).fold(0.0, f64::max);
            let squares: f64 = (0..MOST).map(|one| (count(one) / n).powi(2)).sum();
            prop_assert!((found.share - (most + 0.25) / (n + 2.0)).abs() < 1e-9);
            prop_assert!((found.concentration - (n * squares + 0.25) / (n + 2.0)).abs() < 1e-9);
        }
    }
}
