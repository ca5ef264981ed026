//! Goods: the downloaded model, opened, checked and viewed in place.
//!
//! [`Model::open`] takes the file's bytes once, checks that all lies where it is said to and keeps views by offset into
//! them: see [`open`]. What is there is checked as it is read, so that opening costs little more than a copy;
//! [`Model::verify`] checks it all, for the tools that make and measure models: see [`verify`]. Whether the bytes are
//! those the shop published is the manifest's hash, checked before they come here.

mod catalogue;
#[cfg(feature = "full")]
pub mod contents;
#[cfg(feature = "full")]
pub mod customers;
#[cfg(feature = "encoder")]
mod encoder;
mod error;
#[cfg(feature = "full")]
pub mod feed;
pub mod live;
mod open;
pub mod pack;
pub mod rows;
pub mod safetensors;
#[cfg(feature = "full")]
pub mod segments;
pub mod terms;
mod variants;
mod verify;

use core::ops::Range;

pub use catalogue::SEPARATOR;
#[cfg(feature = "encoder")]
pub use encoder::{Encoder, MAX_WIDTH};
pub use error::{ModelError, Why};
use rows::{Damaged, Ragged};
pub use variants::MAX_LOOKS;

/// "None" where a category, brand or parent is a number.
const NONE: u16 = u16::MAX;

/// The most items a model may have.
pub const MAX_ITEMS: usize = 1 << 22;

/// The `__metadata__.format` and `.version` that this reader reads.
pub const FORMAT: &str = "tillside.model";
/// Version of the model format that this reader reads.
pub const VERSION: &str = "1";

/// Reads element `row` of a column of little-endian `u16`; 0 outside the file.
fn u16_at(file: &[u8], start: usize, row: usize) -> u16 {
    let at = start + row * 2;
    file.get(at..at + 2)
        .map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
}

/// The same of `u32`.
fn u32_at(file: &[u8], start: usize, row: usize) -> u32 {
    let at = start + row * 4;
    file.get(at..at + 4).map_or(0, |bytes| {
        u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    })
}

/// The same of `f32`.
fn f32_at(file: &[u8], start: usize, row: usize) -> f32 {
    f32::from_bits(u32_at(file, start, row))
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
    /// Items viewed in the same sessions.
    pub sequence: f32,
    /// Items bought together or after.
    pub complement: f32,
    /// Items with a similar description.
    pub content: f32,
    /// Favourite categories and brands.
    pub affinity: f32,
    /// Popularity.
    pub popularity: f32,
}

/// Where a model does not say, in the order of [`Blend`].
const BLEND: [f32; 5] = [1.0, 0.5, 0.2, 0.1, 0.02];

impl From<[f32; 5]> for Blend {
    fn from([sequence, complement, content, affinity, popularity]: [f32; 5]) -> Blend {
        Blend {
            sequence,
            complement,
            content,
            affinity,
            popularity,
        }
    }
}

impl Default for Blend {
    fn default() -> Self {
        Blend::from(BLEND)
    }
}

/// Days that a purchase leads to others, where a model does not say.
const WINDOW: f32 = 90.0;

/// Days after which a view counts half, where a model does not say.
const AGE: f32 = 30.0;

/// How many weights tell the odds of a return. See [`crate::recommend::revisit`].
pub const RETURN: usize = 15;

/// How many weights tell the odds of buying again. See [`crate::recommend::repurchase`].
pub const REPURCHASE: usize = 6;

/// Rows of unequal length, in the order in which they are opened.
#[derive(Clone, Copy)]
enum List {
    Key,
    Category,
    Brand,
    Term,
    TermItems,
    Title,
    /// The first of the matrices, in the order of [`Matrix`].
    View,
}

/// Numbers, in the order in which they are opened.
#[derive(Clone, Copy)]
enum Column {
    Order,
    Popularity,
    Category,
    Brand,
    Parent,
    Price,
    Flags,
    Group,
    Rest,
    Share,
}

/// An opened model. Item numbers are popularity ranks.
#[derive(Debug, Default)]
pub struct Model {
    file: Vec<u8>,
    items: usize,
    id: String,
    compatible: String,
    window: f32,
    age: f32,
    fresh: f32,
    decay: f32,
    blend: Blend,
    revisit: Option<[f32; RETURN]>,
    repurchase: Option<[f32; REPURCHASE]>,
    /// By [`List`]; empty where the model has none.
    lists: Vec<Ragged>,
    /// By [`Column`]; likewise.
    columns: Vec<Range<usize>>,
    #[cfg(feature = "encoder")]
    encoder: encoder::Parts,
    #[cfg(feature = "full")]
    customers: customers::Parts,
    variants: variants::Variants,
    rising: Vec<u32>,
    /// Whether popularity has changed so that it no longer falls with the item's number.
    reordered: bool,
}

impl Model {
    fn list(&self, list: List) -> &Ragged {
        &self.lists[list as usize]
    }

    fn column(&self, column: Column) -> &Range<usize> {
        &self.columns[column as usize]
    }

    #[inline(never)]
    fn text(&self, list: List, row: usize) -> &str {
        core::str::from_utf8(self.list(list).get(&self.file, row)).unwrap_or("")
    }

    /// Byte `row` of a column of bytes; 0 beyond the last.
    fn byte(&self, column: Column, row: u32) -> u8 {
        let column = self.file.get(self.column(column).clone());
        let byte = column.and_then(|bytes| bytes.get(row as usize));
        byte.copied().unwrap_or(0)
    }

    /// The item at this place of the order of keys.
    fn ordered(&self, file: &[u8], rank: usize) -> u32 {
        let at = self.column(Column::Order).start;
        if self.items > 1 << 16 {
            u32_at(file, at, rank)
        } else {
            u16_at(file, at, rank).into()
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

    /// Attributes of which only equal values work together, two lines each: `name=`, and the term that works with all, or
    /// nothing.
    pub fn compatible(&self) -> &str {
        &self.compatible
    }

    /// For how many days a purchase leads to others.
    pub fn window(&self) -> f32 {
        self.window
    }

    /// Half-life in days of what a view says.
    pub fn age(&self) -> f32 {
        self.age
    }

    /// By which part being new raises an item of a category the shopper likes.
    pub fn fresh(&self) -> f32 {
        self.fresh
    }

    /// δ of the recency weights.
    pub fn decay(&self) -> f32 {
        self.decay
    }

    /// Weights of the sources in a score.
    pub fn blend(&self) -> Blend {
        self.blend
    }

    /// The weights of the odds of a return, where they were fitted.
    pub fn revisit(&self) -> Option<&[f32; RETURN]> {
        self.revisit.as_ref()
    }

    /// The weights of the odds of buying again, where they were fitted.
    pub fn repurchase(&self) -> Option<&[f32; REPURCHASE]> {
        self.repurchase.as_ref()
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

    /// A copy with other weights of the sources: how an explanation is put to the test.
    pub fn blended(&self, blend: Blend) -> Model {
        let mut copy = Model::open(self.file.clone()).unwrap_or_default();
        copy.blend = blend;
        copy
    }

    /// The same model with views that fade otherwise.
    pub fn ageing(self, days: f32) -> Model {
        Model { age: days, ..self }
    }

    /// The same model with other odds of buying again.
    pub fn rebuying(self, repurchase: Option<[f32; REPURCHASE]>) -> Model {
        Model { repurchase, ..self }
    }

    /// The item's key; empty beyond the last.
    pub fn key(&self, item: u32) -> &str {
        self.text(List::Key, item as usize)
    }

    /// The item with this key.
    pub fn find(&self, key: &str) -> Option<u32> {
        let keys = self.list(List::Key);
        let (mut low, mut high) = (0, self.items);
        while low < high {
            let middle = (low + high) / 2;
            let item = self.ordered(&self.file, middle);
            match keys.get(&self.file, item as usize).cmp(key.as_bytes()) {
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
                core::cmp::Ordering::Equal => {
                    return ((item as usize) < self.items).then_some(item);
                }
            }
        }
        None
    }

    /// Popularity from 0 to 1, logarithmic.
    pub fn popularity(&self, item: u32) -> f32 {
        f32::from(self.byte(Column::Popularity, item)) / 255.0
    }

    /// What neither this item's popularity nor that of any after it is above.
    pub fn popularity_from(&self, item: u32) -> f32 {
        if self.reordered {
            1.0
        } else {
            self.popularity(item)
        }
    }

    /// Whether the model has this matrix.
    pub fn has(&self, matrix: Matrix) -> bool {
        self.matrix(matrix).len() > 0
    }

    fn matrix(&self, matrix: Matrix) -> &Ragged {
        &self.lists[List::View as usize + matrix as usize]
    }

    /// Calls `each` with the neighbours of an item, in rising number.
    ///
    /// # Errors
    /// [`Damaged`] when the row is; what came before the damage has been passed on.
    pub fn neighbours(
        &self,
        matrix: Matrix,
        item: u32,
        mut each: impl FnMut(u32, f32),
    ) -> Result<(), Damaged> {
        let mut list = Vec::new();
        let outcome = self.read_neighbours(matrix, item, &mut list);
        for &(item, weight) in &list {
            each(item, weight);
        }
        outcome
    }

    /// Appends the neighbours of an item and their weights to `list`, in rising number.
    ///
    /// # Errors
    /// As [`Model::neighbours`].
    pub fn read_neighbours(
        &self,
        matrix: Matrix,
        item: u32,
        list: &mut Vec<(u32, f32)>,
    ) -> Result<(), Damaged> {
        let row = self.matrix(matrix).get(&self.file, item as usize);
        rows::neighbours(row, item, self.items, list)
    }

    /// The terms that equal `text`, or begin with it when `prefix`: a range of term numbers.
    pub fn find_terms(&self, text: &str, prefix: bool) -> Range<usize> {
        let terms = self.list(List::Term);
        let get = |n: usize| terms.get(&self.file, n);
        let first = partition(terms.len(), |n| get(n) < text.as_bytes());
        let rest = partition(terms.len() - first, |n| {
            let found = get(first + n);
            found == text.as_bytes() || prefix && found.starts_with(text.as_bytes())
        });
        first..first + rest
    }

    /// The text of a term.
    pub fn term(&self, term: usize) -> &str {
        self.text(List::Term, term)
    }

    /// Calls `each` with the items that have a term, and says how many there were.
    pub fn term_items(&self, term: usize, mut each: impl FnMut(u32)) -> usize {
        let mut count = 0;
        let row = self.list(List::TermItems).get(&self.file, term);
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
