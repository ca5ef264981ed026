//! Rows cut down to four bits for each part, against tables of sixteen bytes (after André et al., "Cache locality is not
//! enough", VLDB 2015): a part's table fits a register, so that sixteen rows are looked up at once.

use super::{Lanes, Top};

/// Rows that lie together: for each pair of parts sixteen bytes, one for each row, the first part in the lower half.
pub const BLOCK: usize = 16;

/// Offers the sum of each row's entries. `tables` has sixteen bytes for each part, an even number of them and at most
/// 256; `codes` has `BLOCK` bytes for each pair of parts, for each block of rows.
pub fn fast_scan<L: Lanes>(codes: &[u8], tables: &[u8], rows: u32, top: &mut Top<u16>) {
    let (tables, _) = tables.as_chunks::<16>();
    let tables: Vec<L::Bytes> = tables.iter().map(L::bytes).collect();
    let bytes = BLOCK * (tables.len() / 2);
    if bytes == 0 {
        return;
    }
    let mut bar = top.bar().map_or(0, |bar| bar.0);
    let mut first = 0;
    for block in codes.chunks_exact(bytes) {
        let mut sums = [L::splat_short(0); 2];
        for (pair, tables) in block.as_chunks().0.iter().zip(tables.chunks_exact(2)) {
            let [low, high] = L::nibbles(L::bytes(pair));
            sums = L::add_bytes(sums, L::look_up(tables[0], low));
            sums = L::add_bytes(sums, L::look_up(tables[1], high));
        }
        let above = |sums| L::any_short_greater(sums, L::splat_short(bar));
        if above(sums[0]) || above(sums[1]) || top.bar().is_none() {
            let sums = sums.into_iter().flat_map(L::to_shorts);
            for (item, sum) in (first..rows).zip(sums) {
                top.offer(sum, item);
            }
            bar = top.bar().map_or(0, |bar| bar.0);
        }
        first += BLOCK as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Plain;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_the_greatest_sums(
            pairs in 1usize..9,
            rows in 0u32..80,
            limit in 1usize..12,
            tables in prop::collection::vec(prop_oneof![0u8..3, any::<u8>()], 16 * 16),
            codes in prop::collection::vec(0u8..16, 80 * 16),
        ) {
            let parts = 2 * pairs;
            let code = |row: usize, part: usize| codes[row * parts + part];
            let mut packed = Vec::new();
            for block in 0..(rows as usize).div_ceil(BLOCK) {
                for pair in 0..pairs {
                    packed.extend((block * BLOCK..(block + 1) * BLOCK).map(|row| {
                        let of = |part| if row < rows as usize { code(row, part) } else { 0 };
                        of(2 * pair) | of(2 * pair + 1) << 4
                    }));
                }
            }
            let mut top = Top::new(limit);
            fast_scan::<Plain>(&packed, &tables[..16 * parts], rows, &mut top);
            let mut expected = Top::new(limit);
            for row in 0..rows {
                let entry = |part: usize| u16::from(tables[16 * part + usize::from(code(row as usize, part))]);
                expected.offer((0..parts).map(entry).sum(), row);
            }
            prop_assert_eq!(top.best, expected.best);
        }
    }
}
