//! Lists of a model file, encoded: popularity, neighbours within their room, items of a term.

use rayon::prelude::*;
use tillside::shop::rows::{encode_items, encode_neighbours};

use crate::train::linalg::sums::Row;
use crate::train::rows::MOST;

/// The fewest viewed-together neighbours, however little room there is.
pub const FEWEST: usize = 4;

/// Rows by which the size of all is judged.
const SAMPLE: usize = 8_192;

/// Longest row that a row list holds.
const ROW: usize = u16::MAX as usize;

/// One byte each, logarithmic, the most popular 255.
pub fn popularity(counts: &[u64], most: u64) -> Vec<u8> {
    let most = (1.0 + most as f64).ln();
    let byte = |&count: &u64| (255.0 * (1.0 + count as f64).ln() / most).round() as u8;
    counts
        .iter()
        .map(|count| if most > 0.0 { byte(count) } else { 0 })
        .collect()
}

pub fn encode(rows: &[Row], keep: usize) -> Vec<Vec<u8>> {
    rows.par_iter()
        .map(|row| {
            let mut list = row[..row.len().min(keep)].to_vec();
            let mut bytes = Vec::new();
            encode_neighbours(&mut list, &mut bytes);
            bytes
        })
        .collect()
}

/// The most neighbours whose rows take at most `room` bytes each, judged by a sample of them.
pub fn affordable(rows: &[Row], room: f64) -> usize {
    let sample: Vec<Row> = rows
        .iter()
        .step_by(rows.len().div_ceil(SAMPLE).max(1))
        .cloned()
        .collect();
    let fits = |keep: usize| {
        let bytes: usize = encode(&sample, keep).iter().map(|row| 2 + row.len()).sum();
        bytes as f64 <= sample.len() as f64 * room
    };
    let (mut low, mut high) = (FEWEST, MOST);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if fits(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

/// A row of item numbers; where it would be too long, of the most popular.
pub fn item_row(mut items: &[u32]) -> Vec<u8> {
    loop {
        let mut bytes = Vec::new();
        encode_items(items, &mut bytes);
        if bytes.len() <= ROW {
            return bytes;
        }
        items = &items[..items.len() / 16 * 15];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_of_very_many_items_keeps_the_most_popular() {
        let items: Vec<u32> = (0..50_000).map(|n| 200 * n).collect();
        let row = item_row(&items);
        assert!(row.len() <= ROW && row.len() > ROW / 2);
        assert_eq!(item_row(&items[..100]).len(), 1 + 99 * 2);
    }
}
