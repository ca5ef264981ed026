//! Lists of rows of unequal length, and the two kinds of row: item numbers, and neighbours with weights.
//!
//! Rows are decoded where they lie, each time they are needed: a session touches some twenty of them, and a decoded
//! matrix would triple the page's memory. Encoders stand beside the decoders so that the trainer cannot drift from
//! the page. `docs/model-format.md` is the specification.

use core::ops::Range;

use super::Why;

/// Rows between two remembered starts: the step of a lookup, against four bytes for each block.
const BLOCK: usize = 16;

/// Where the rows of a list lie in the file. Lengths are one byte each (texts) or two (rows).
#[derive(Debug, Default)]
pub(super) struct Ragged {
    lengths: Range<usize>,
    wide: bool,
    data: Range<usize>,
    /// Start in `data` of every [`BLOCK`]th row.
    starts: Vec<u32>,
}

impl Ragged {
    /// # Errors
    /// [`Why::Lengths`] when the lengths do not sum to the size of the data.
    pub(super) fn open(
        &mut self,
        file: &[u8],
        lengths: Range<usize>,
        wide: bool,
        data: Range<usize>,
    ) -> Result<(), Why> {
        self.lengths = lengths;
        self.wide = wide;
        self.data = data;
        let lengths = file.get(self.lengths.clone()).unwrap_or(&[]);
        let blocks = lengths.chunks(BLOCK * self.step());
        self.starts.reserve_exact(blocks.len());
        let mut start = 0;
        for block in blocks {
            self.starts.push(start as u32);
            start += total(block, wide);
        }
        if start == self.data.len() && u32::try_from(start).is_ok() {
            Ok(())
        } else {
            Err(Why::Lengths)
        }
    }

    /// Bytes of a length.
    fn step(&self) -> usize {
        if self.wide { 2 } else { 1 }
    }

    #[inline(never)]
    pub(super) fn len(&self) -> usize {
        // A division takes as long as all else that asks for it.
        self.lengths.len() >> u8::from(self.wide)
    }

    /// The bytes of a row; empty beyond the last.
    pub(super) fn get<'a>(&self, file: &'a [u8], row: usize) -> &'a [u8] {
        let (block, step) = (row / BLOCK, self.step());
        let Some(&start) = self.starts.get(block) else {
            return &[];
        };
        let lengths = file.get(self.lengths.clone()).unwrap_or(&[]);
        let Some(lengths) = lengths.get(block * BLOCK * step..(row + 1) * step) else {
            return &[];
        };
        let (before, own) = lengths.split_at(row % BLOCK * step);
        let start = self.data.start + start as usize + total(before, self.wide);
        file.get(start..start + total(own, self.wide))
            .unwrap_or(&[])
    }
}

/// The sum of at most a block's lengths. Eight bytes at a time, in lanes of a word: opening a model sums all of them.
fn total(lengths: &[u8], wide: bool) -> usize {
    const BYTES: u64 = 0x00ff_00ff_00ff_00ff;
    const SHORTS: u64 = 0x0000_ffff_0000_ffff;
    let (mut sums, mut left) = (0, lengths);
    while !left.is_empty() {
        let word = match left.split_first_chunk() {
            Some((word, more)) => {
                left = more;
                *word
            }
            None => {
                let mut word = [0; 8];
                for (to, byte) in word.iter_mut().zip(left) {
                    *to = *byte;
                }
                left = &[];
                word
            }
        };
        let mut word = u64::from_le_bytes(word);
        if !wide {
            word = (word & BYTES) + (word >> 8 & BYTES);
        }
        sums += (word & SHORTS) + (word >> 16 & SHORTS);
    }
    (sums as u32 + (sums >> 32) as u32) as usize
}

/// A row broke its invariant: it was read up to there.
#[derive(Debug, PartialEq, Eq)]
pub struct Damaged;

fn uint(row: &[u8], at: &mut usize) -> Result<u32, Damaged> {
    let (mut value, mut shift) = (0u64, 0);
    while shift < 35 {
        let &byte = row.get(*at).ok_or(Damaged)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return u32::try_from(value).map_err(|_| Damaged);
        }
        shift += 7;
    }
    Err(Damaged)
}

/// The next item number after `last` (−1 before the first), below `items`.
fn next(row: &[u8], at: &mut usize, last: i64, items: usize) -> Result<i64, Damaged> {
    let item = last + 1 + i64::from(uint(row, at)?);
    if (item as u64) < items as u64 {
        Ok(item)
    } else {
        Err(Damaged)
    }
}

/// Calls `each` with every item number of a row, rising.
///
/// # Errors
/// [`Damaged`] at the first byte that breaks the row; what came before has been passed on.
pub fn items(row: &[u8], items: usize, mut each: impl FnMut(u32)) -> Result<(), Damaged> {
    each_item(row, items, &mut each)
}

// One decoder for all callers: a copy for each closure would cost the page more than a call through a pointer.
fn each_item(row: &[u8], items: usize, each: &mut dyn FnMut(u32)) -> Result<(), Damaged> {
    let (mut at, mut last) = (0, -1);
    while at < row.len() {
        last = next(row, &mut at, last, items)?;
        each(last as u32);
    }
    Ok(())
}

/// Appends every neighbour of `own` and its weight to `list`, in rising item number: a loop over what was read is
/// several times as fast as a call for each.
///
/// # Errors
/// As [`items`].
pub fn neighbours(
    row: &[u8],
    own: u32,
    items: usize,
    list: &mut Vec<(u32, f32)>,
) -> Result<(), Damaged> {
    if row.is_empty() {
        return Ok(());
    }
    let mut at = 0;
    let count = uint(row, &mut at)? as usize;
    let scale = scale(*row.get(at).ok_or(Damaged)?);
    at += 1;
    let weights = row.len().checked_sub(count.div_ceil(2)).ok_or(Damaged)?;
    if count == 0 || weights < at + count {
        return Err(Damaged);
    }
    let (ids, weights) = row.split_at(weights);
    list.reserve(count);
    let mut least = 0u32;
    for n in 0..count {
        let more = match ids.get(at) {
            // Most are a byte.
            Some(&small) if small < 0x80 => {
                at += 1;
                small.into()
            }
            _ => uint(ids, &mut at)?,
        };
        let item = least.saturating_add(more);
        let nibble = weights[n / 2] >> (n % 2 * 4) & 15;
        if item as usize >= items || item == own || nibble == 0 {
            return Err(Damaged);
        }
        list.push((item, scale * SQUARES[usize::from(nibble)]));
        least = item + 1;
    }
    let padding = if count % 2 == 1 {
        weights[count / 2] >> 4
    } else {
        0
    };
    if at == ids.len() && padding == 0 {
        Ok(())
    } else {
        Err(Damaged)
    }
}

/// (q/15)², so that small weights keep their order.
const SQUARES: [f32; 16] = {
    let mut table = [0.0; 16];
    let mut q = 0;
    while q < 16 {
        table[q] = (q * q) as f32 / 225.0;
        q += 1;
    }
    table
};

/// 2^(step/8) for the eight steps of an octave.
const OCTAVE: [f32; 8] = [
    1.0,
    1.090_507_7,
    1.189_207_1,
    1.296_839_6,
    core::f32::consts::SQRT_2,
    1.542_210_8,
    1.681_792_9,
    1.834_008,
];

/// 2^((byte − 160)/8), from a table so that it is the same everywhere.
fn scale(byte: u8) -> f32 {
    let exponent = u32::from(byte / 8) + 127 - 20;
    f32::from_bits(exponent << 23) * OCTAVE[usize::from(byte % 8)]
}

fn put_uint(out: &mut Vec<u8>, value: u32) {
    crate::codec::put_uint(out, value.into());
}

/// Appends a row of item numbers; `items` must rise.
pub fn encode_items(items: &[u32], out: &mut Vec<u8>) {
    let mut last = -1;
    for &item in items {
        put_uint(out, (i64::from(item) - last - 1) as u32);
        last = item.into();
    }
}

/// Appends a row of neighbours, each once; weights that are not positive and finite are left out. Sorts the list.
pub fn encode_neighbours(list: &mut Vec<(u32, f32)>, out: &mut Vec<u8>) {
    list.retain(|(_, weight)| *weight > 0.0 && weight.is_finite());
    list.sort_unstable_by_key(|(item, _)| *item);
    let Some(strongest) = list.iter().map(|(_, weight)| *weight).reduce(f32::max) else {
        return;
    };
    let byte = (0..=255u8)
        .find(|&byte| scale(byte) >= strongest)
        .unwrap_or(255);
    put_uint(out, list.len() as u32);
    out.push(byte);
    let mut last = -1;
    for (item, _) in list.iter() {
        put_uint(out, (i64::from(*item) - last - 1) as u32);
        last = i64::from(*item);
    }
    let nibble =
        |weight: f32| (libm::roundf(15.0 * f32::sqrt(weight / scale(byte))) as u8).clamp(1, 15);
    for pair in list.chunks(2) {
        let high = pair.get(1).map_or(0, |(_, weight)| nibble(*weight));
        out.push(nibble(pair[0].1) | high << 4);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn neighbours_come_back_within_a_step(list in prop::collection::btree_map(1u32..5000, 1e-4f32..100.0, 0..60)) {
            let mut row = Vec::new();
            encode_neighbours(&mut list.clone().into_iter().collect(), &mut row);
            let mut read = Vec::new();
            neighbours(&row, 0, 5000, &mut read).unwrap();
            let read: BTreeMap<u32, f32> = read.into_iter().collect();
            prop_assert_eq!(read.keys().collect::<Vec<_>>(), list.keys().collect::<Vec<_>>());
            let strongest = list.values().fold(0f32, |a, &b| a.max(b));
            for (item, weight) in &list {
                // Half a step of the square root, of at most 1.1 × the strongest.
                let (root, true_root) = (read[item].sqrt(), weight.sqrt());
                prop_assert!((root - true_root).abs() <= (strongest * 1.1).sqrt() / 15.0 + 1e-4);
            }
        }

        #[test]
        fn items_come_back(list in prop::collection::btree_set(0u32..4_000_000, 0..60)) {
            let list: Vec<u32> = list.into_iter().collect();
            let mut row = Vec::new();
            encode_items(&list, &mut row);
            let mut read = Vec::new();
            items(&row, 4_000_000, |item| read.push(item)).unwrap();
            prop_assert_eq!(read, list);
        }

        #[test]
        fn any_bytes_stay_in_range(row: Vec<u8>, own in 0u32..50) {
            let (mut last, mut list) = (None, Vec::new());
            let _ = neighbours(&row, own, 50, &mut list);
            for (item, weight) in list {
                assert!(item < 50 && item != own && last < Some(item) && weight > 0.0 && weight.is_finite());
                last = Some(item);
            }
            let _ = items(&row, 50, |item| assert!(item < 50));
        }
    }

    #[test]
    fn a_known_row() {
        let mut row = Vec::new();
        encode_neighbours(&mut vec![(300, 0.25), (2, 1.0), (3, 0.0)], &mut row);
        // Two neighbours; scale 2^0; 2, then 297 more; roots 1 and ½ as nibbles 15 and 8.
        assert_eq!(row, [2, 160, 2, 0xa9, 0x02, 0x8f]);
        let mut read = Vec::new();
        neighbours(&row, 0, 301, &mut read).unwrap();
        assert_eq!(read, [(2, 1.0), (300, 64.0 / 225.0)]);
        assert_eq!(neighbours(&row, 0, 300, &mut read), Err(Damaged));
        assert_eq!(neighbours(&row, 2, 301, &mut read), Err(Damaged));
    }

    proptest! {
        #[test]
        fn lengths_are_summed(lengths in prop::collection::vec(any::<u8>(), 0..33)) {
            let narrow: usize = lengths.iter().map(|&length| usize::from(length)).sum();
            prop_assert_eq!(total(&lengths, false), narrow);
            let (pairs, _) = lengths.as_chunks();
            let wide: usize = pairs.iter().map(|&pair| usize::from(u16::from_le_bytes(pair))).sum();
            prop_assert_eq!(total(pairs.as_flattened(), true), wide);
        }
    }

    #[test]
    fn lookups_cross_blocks() {
        let lengths: Vec<u8> = (0..100).map(|n| n % 7).collect();
        let data: Vec<u8> = (0..100u8)
            .flat_map(|n| vec![n; usize::from(n % 7)])
            .collect();
        let file = [lengths, data].concat();
        let mut ragged = Ragged::default();
        ragged.open(&file, 0..100, false, 100..file.len()).unwrap();
        for n in 0..100u8 {
            assert_eq!(ragged.get(&file, n.into()), vec![n; usize::from(n % 7)]);
        }
        assert!(ragged.get(&file, 100).is_empty());
        assert_eq!(
            Ragged::default().open(&file, 0..99, false, 100..file.len()),
            Err(Why::Lengths)
        );
    }
}
