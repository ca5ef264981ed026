//! Goods: the downloaded model, opened, checked and viewed in place.
//!
//! [`Model::open`] takes the file's bytes once, checks them and keeps views by offset into them: see [`open`]. The rows
//! of the neighbour matrices are checked as they are read, so that opening stays a matter of milliseconds;
//! [`Model::verify`] checks them all, for the tools that make and serve models. Whether the bytes are those the shop
//! published is the manifest's hash, checked before they come here.

mod catalogue;
mod encoder;
mod error;
mod open;
pub mod pack;
pub mod rows;
pub mod safetensors;
pub mod terms;

use core::ops::Range;

use catalogue::Catalogue;
pub use catalogue::SEPARATOR;
pub use encoder::Encoder;
pub use error::{ModelError, Why};
use rows::{Damaged, Ragged};

/// "None" where a category, brand or parent is a number.
const NONE: u16 = u16::MAX;

/// The most items a model may have.
pub const MAX_ITEMS: usize = 1 << 22;

/// The `__metadata__.format` and `.version` that this reader reads.
pub const FORMAT: &str = "tillside.model";
pub const VERSION: &str = "1";

/// Reads element `row` of a column of little-endian `u16`; 0 outside the file.
fn u16_at(file: &[u8], start: usize, row: usize) -> u16 {
    let at = start + row * 2;
    file.get(at..at + 2)
        .map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
}

/// The matrices of neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matrix {
    /// What is viewed in the same session.
    View,
    /// What is bought together or after.
    Buy,
    /// What is alike by its description.
    Content,
}

/// The weight λ of each source in a score. See [`crate::recommend`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blend {
    pub sequence: f32,
    pub complement: f32,
    pub content: f32,
    pub affinity: f32,
    pub popularity: f32,
}

impl Default for Blend {
    fn default() -> Self {
        Blend {
            sequence: 1.0,
            complement: 0.5,
            content: 0.2,
            affinity: 0.1,
            popularity: 0.02,
        }
    }
}

/// How many weights tell the odds of a return. See [`crate::recommend::revisit`].
pub const RETURN: usize = 15;

/// An opened model. Item numbers are popularity ranks.
#[derive(Debug, Default)]
pub struct Model {
    file: Vec<u8>,
    items: usize,
    id: String,
    decay: f32,
    blend: Blend,
    revisit: Option<[f32; RETURN]>,
    key: Ragged,
    order: Range<usize>,
    popularity: Range<usize>,
    catalogue: Catalogue,
    term: Option<Ragged>,
    term_items: Option<Ragged>,
    view: Option<Ragged>,
    buy: Option<Ragged>,
    content: Option<Ragged>,
    encoder: Option<encoder::Parts>,
}

impl Model {
    fn text<'a>(&'a self, list: &Option<Ragged>, row: usize) -> &'a str {
        let bytes = list
            .as_ref()
            .map_or(&[][..], |list| list.get(&self.file, row));
        core::str::from_utf8(bytes).unwrap_or("")
    }

    fn ordered(&self, rank: usize) -> u32 {
        if self.items > 1 << 16 {
            let at = self.order.start + rank * 4;
            let bytes = &self.file[at..at + 4];
            u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
        } else {
            u16_at(&self.file, self.order.start, rank).into()
        }
    }

    /// Number of items.
    pub fn items(&self) -> usize {
        self.items
    }

    /// Size of the file in bytes.
    pub fn bytes(&self) -> usize {
        self.file.len()
    }

    /// Which training this is.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// δ of the recency weights.
    pub fn decay(&self) -> f32 {
        self.decay
    }

    pub fn blend(&self) -> Blend {
        self.blend
    }

    /// The weights of the odds of a return, where they were fitted.
    pub fn revisit(&self) -> Option<&[f32; RETURN]> {
        self.revisit.as_ref()
    }

    /// The same model with other settings: how the trainer tries them out.
    pub fn tuned(self, decay: f32, blend: Blend, revisit: Option<[f32; RETURN]>) -> Model {
        Model {
            decay,
            blend,
            revisit,
            ..self
        }
    }

    /// The item's key; empty beyond the last.
    pub fn key(&self, item: u32) -> &str {
        core::str::from_utf8(self.key.get(&self.file, item as usize)).unwrap_or("")
    }

    /// The item with this key.
    pub fn find(&self, key: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.items);
        while low < high {
            let middle = (low + high) / 2;
            let item = self.ordered(middle);
            match self.key.get(&self.file, item as usize).cmp(key.as_bytes()) {
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
                core::cmp::Ordering::Equal => return Some(item),
            }
        }
        None
    }

    /// Popularity from 0 to 1, logarithmic.
    pub fn popularity(&self, item: u32) -> f32 {
        let at = self.popularity.start + item as usize;
        if (item as usize) < self.items {
            f32::from(self.file[at]) / 255.0
        } else {
            0.0
        }
    }

    pub fn has(&self, matrix: Matrix) -> bool {
        self.matrix(matrix).is_some()
    }

    fn matrix(&self, matrix: Matrix) -> &Option<Ragged> {
        match matrix {
            Matrix::View => &self.view,
            Matrix::Buy => &self.buy,
            Matrix::Content => &self.content,
        }
    }

    /// Calls `each` with the neighbours of an item, in rising number.
    ///
    /// # Errors
    /// [`Damaged`] when the row is; what came before the damage has been passed on.
    pub fn neighbours(
        &self,
        matrix: Matrix,
        item: u32,
        each: impl FnMut(u32, f32),
    ) -> Result<(), Damaged> {
        match self.matrix(matrix) {
            Some(list) => {
                rows::neighbours(list.get(&self.file, item as usize), item, self.items, each)
            }
            None => Ok(()),
        }
    }

    /// The terms that equal `text`, or begin with it when `prefix`: a range of term numbers.
    pub fn find_terms(&self, text: &str, prefix: bool) -> Range<usize> {
        let Some(term) = &self.term else {
            return 0..0;
        };
        let get = |n: usize| term.get(&self.file, n);
        let first = partition(term.len(), |n| get(n) < text.as_bytes());
        let rest = partition(term.len() - first, |n| {
            let found = get(first + n);
            found == text.as_bytes() || prefix && found.starts_with(text.as_bytes())
        });
        first..first + rest
    }

    /// Calls `each` with the items that have a term, and says how many there were.
    pub fn term_items(&self, term: usize, mut each: impl FnMut(u32)) -> usize {
        let Some(list) = &self.term_items else {
            return 0;
        };
        let mut count = 0;
        let row = list.get(&self.file, term);
        // A damaged row ends early: a search finds less, nothing worse.
        let _ = rows::items(row, self.items, |item| {
            count += 1;
            each(item);
        });
        count
    }
}

/// The first of `0..count` for which `before` is false.
fn partition(count: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = (low + high) / 2;
        if before(middle) {
            low = middle + 1
        } else {
            high = middle
        }
    }
    low
}

#[cfg(test)]
pub(crate) mod tests;
