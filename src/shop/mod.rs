//! Goods: the downloaded model, opened, checked and viewed in place.
//!
//! [`Model::open`] takes the file's bytes once and keeps views by offset into them. It checks what costs little for
//! its worth: the header, every tensor's place, type and shape, all row lengths, permutations, texts and numbers that
//! index something. The rows of the neighbour matrices are checked as they are read, so that opening stays a matter
//! of milliseconds; [`Model::verify`] checks them all, for the tools that make and serve models. Whether the bytes are
//! those the shop published is the manifest's hash, checked before they come here.

mod catalogue;
mod encoder;
pub mod pack;
pub mod rows;
pub mod safetensors;
pub mod terms;

use core::fmt;
use core::ops::{Range, RangeInclusive};

use catalogue::Catalogue;
pub use catalogue::SEPARATOR;
pub use encoder::Encoder;
use rows::{Damaged, Ragged};
use safetensors::{Dtype, Header, Tensor};

/// "None" where a category, brand or parent is a number.
const NONE: u16 = u16::MAX;

/// The most items a model may have.
pub const MAX_ITEMS: usize = 1 << 22;

/// The `__metadata__.format` and `.version` that this reader reads.
pub const FORMAT: &str = "tillside.model";
pub const VERSION: &str = "1";

/// What is wrong with a tensor.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It does not lie within the file.
    Bounds,
    /// Its bytes are not its shape times its type.
    Size,
    /// A required one is not there.
    Missing,
    /// Another type than the format says.
    Dtype,
    /// Another shape than the format says.
    Shape,
    /// The lengths do not sum to the size of the data.
    Lengths,
    /// A text is not UTF-8, or a key is empty.
    Text,
    /// Not sorted as the format says.
    Order,
    /// A number outside its range.
    Range,
}

impl Why {
    fn text(self) -> &'static str {
        match self {
            Why::Bounds => "lies outside the file, which may be cut short",
            Why::Size => "has a size that is not its shape times its type",
            Why::Missing => "is missing",
            Why::Dtype => "has the wrong type",
            Why::Shape => "has the wrong shape",
            Why::Lengths => "has lengths that do not sum to its data",
            Why::Text => "holds an empty key or text that is not UTF-8",
            Why::Order => "is not in the required order",
            Why::Range => "holds a number out of range",
        }
    }
}

/// Why a model was refused.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelError {
    /// The container's header broke at this byte.
    Header {
        at: usize,
    },
    Tensor {
        name: String,
        why: Why,
    },
    /// Another format or version than this reader's.
    Version {
        found: String,
    },
    /// A metadata value that is missing or out of range.
    Metadata {
        key: &'static str,
    },
    /// The model needs a tensor that this reader does not know.
    Requires {
        name: String,
    },
    /// A row broke its invariant; only [`Model::verify`] says so.
    Row {
        name: String,
        row: usize,
    },
}

impl ModelError {
    /// Stable; see `docs/model-format.md`.
    pub fn code(&self) -> &'static str {
        match self {
            ModelError::Header { .. } => "model.header",
            ModelError::Tensor { .. } => "model.tensor",
            ModelError::Version { .. } => "model.version",
            ModelError::Metadata { .. } => "model.metadata",
            ModelError::Requires { .. } => "model.requires",
            ModelError::Row { .. } => "model.row",
        }
    }
}

impl fmt::Display for ModelError {
    // Joined rather than formatted: the formatting machinery would cost the page more than all these sentences.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const AGAIN: &str = "train again, or check that the download is whole";
        let number = |value: &usize| {
            let mut text = String::new();
            crate::decimal::print_uint(&mut text, *value as u64);
            text
        };
        f.write_str(&match self {
            ModelError::Header { at } => [
                "not a model: the safetensors header breaks at byte ",
                &number(at),
                "; ",
                AGAIN,
            ]
            .concat(),
            ModelError::Tensor { name, why } => {
                ["tensor ", name, " ", why.text(), "; ", AGAIN].concat()
            }
            ModelError::Version { found } => [
                "format \"",
                found,
                "\" is not ",
                FORMAT,
                " ",
                VERSION,
                "; train with, or upgrade to, a matching version",
            ]
            .concat(),
            ModelError::Metadata { key } => [
                "metadata \"",
                key,
                "\" is missing or out of range; train again",
            ]
            .concat(),
            ModelError::Requires { name } => [
                "the model needs tensor ",
                name,
                ", which this version does not know; upgrade tillside",
            ]
            .concat(),
            ModelError::Row { name, row } => [
                "row ",
                &number(row),
                " of ",
                name,
                " is damaged; train again",
            ]
            .concat(),
        })
    }
}

impl core::error::Error for ModelError {}

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

/// Every tensor name of version 1; `requires` may name no other.
const KNOWN: [&str; 28] = [
    "item.key.length",
    "item.key.bytes",
    "item.key.order",
    "item.popularity",
    "item.category",
    "item.brand",
    "item.price",
    "item.flags",
    "category.name.length",
    "category.name.bytes",
    "category.parent",
    "brand.name.length",
    "brand.name.bytes",
    "term.text.length",
    "term.text.bytes",
    "term.items.length",
    "term.items.data",
    "view.length",
    "view.data",
    "buy.length",
    "buy.data",
    "content.length",
    "content.data",
    "encoder.bias",
    "encoder.scale",
    "encoder.code",
    "encoder.centroid",
    "encoder.weight",
];

struct Opening<'a> {
    file: &'a [u8],
    header: Header,
}

#[inline(never)]
#[cold]
fn refuse<T>(name: &str, why: Why) -> Result<T, ModelError> {
    Err(ModelError::Tensor {
        name: name.into(),
        why,
    })
}

impl Opening<'_> {
    /// A one-dimensional tensor of this type, and of `elements` if given.
    #[inline(never)]
    fn column(
        &self,
        name: &str,
        dtype: Dtype,
        elements: Option<usize>,
    ) -> Result<Option<Range<usize>>, ModelError> {
        let Some(tensor) = self.header.tensor(name) else {
            return Ok(None);
        };
        let Tensor {
            dtype: found,
            elements: count,
            rank,
            ..
        } = *tensor;
        if found != dtype {
            return refuse(name, Why::Dtype);
        }
        if rank != 1 || elements.is_some_and(|elements| elements != count) {
            return refuse(name, Why::Shape);
        }
        Ok(Some(tensor.bytes.clone()))
    }

    fn required(
        &self,
        name: &str,
        dtype: Dtype,
        elements: usize,
    ) -> Result<Range<usize>, ModelError> {
        match self.column(name, dtype, Some(elements))? {
            Some(bytes) => Ok(bytes),
            None => refuse(name, Why::Missing),
        }
    }

    /// The rows of two tensors, `NAME.length` and `NAME.bytes` (texts) or `NAME.data`.
    fn ragged(
        &self,
        name: &str,
        texts: bool,
        rows: Option<usize>,
    ) -> Result<Option<Ragged>, ModelError> {
        let (of_length, suffix) = if texts {
            (Dtype::U8, ".bytes")
        } else {
            (Dtype::U16, ".data")
        };
        let lengths = [name, ".length"].concat();
        let Some(lengths) = self.column(&lengths, of_length, rows)? else {
            return Ok(None);
        };
        let data = [name, suffix].concat();
        let Some(bytes) = self.column(&data, Dtype::U8, None)? else {
            return refuse(&data, Why::Missing);
        };
        let ragged = match Ragged::open(self.file, lengths, !texts, bytes.clone()) {
            Ok(ragged) => ragged,
            Err(why) => return refuse(name, why),
        };
        if texts {
            // One pass over the whole, then boundaries only: cheaper than checking text by text.
            let Ok(all) = core::str::from_utf8(&self.file[bytes.clone()]) else {
                return refuse(name, Why::Text);
            };
            let mut end = 0;
            for row in 0..ragged.len() {
                end += ragged.get(self.file, row).len();
                if !all.is_char_boundary(end) {
                    return refuse(name, Why::Text);
                }
            }
        }
        Ok(Some(ragged))
    }

    /// A column of numbers that are [`NONE`] or below their limit.
    fn numbers(
        &self,
        name: &str,
        elements: usize,
        limit: impl Fn(usize) -> usize,
    ) -> Result<Option<Range<usize>>, ModelError> {
        let column = self.column(name, Dtype::U16, Some(elements))?;
        if let Some(column) = &column {
            for row in 0..elements {
                let value = u16_at(self.file, column.start, row);
                if value != NONE && usize::from(value) >= limit(row) {
                    return refuse(name, Why::Range);
                }
            }
        }
        Ok(column)
    }

    fn catalogue(&self, items: usize, catalogue: &mut Catalogue) -> Result<(), ModelError> {
        catalogue.category_name = self.ragged("category.name", true, None)?;
        catalogue.brand_name = self.ragged("brand.name", true, None)?;
        let [categories, brands] = [&catalogue.category_name, &catalogue.brand_name]
            .map(|names| names.as_ref().map_or(0, Ragged::len));
        if categories > usize::from(NONE) {
            return refuse("category.name.length", Why::Shape);
        }
        if brands > usize::from(NONE) {
            return refuse("brand.name.length", Why::Shape);
        }
        let price = self.column("item.price", Dtype::F32, Some(items))?;
        if let Some(price) = &price {
            for bytes in self.file[price.clone()].chunks_exact(4) {
                let price = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
                if !(price >= 0.0 && price.is_finite()) {
                    return refuse("item.price", Why::Range);
                }
            }
        }
        catalogue.price = price;
        catalogue.category = self.numbers("item.category", items, |_| categories)?;
        catalogue.brand = self.numbers("item.brand", items, |_| brands)?;
        catalogue.flags = self.column("item.flags", Dtype::U8, Some(items))?;
        catalogue.category_parent = self.numbers("category.parent", categories, |row| row)?;
        Ok(())
    }

    /// The decimals of a metadata value into `to`, which tells how many there must be; whether there is such a value.
    fn decimals(
        &self,
        key: &'static str,
        range: RangeInclusive<f64>,
        to: &mut [f32],
    ) -> Result<bool, ModelError> {
        let Some(text) = self.header.meta(key) else {
            return Ok(false);
        };
        let mut values = text.split(' ').map(|value| {
            crate::decimal::parse(value)
                .filter(|value| range.contains(value))
                .map(|value| value as f32)
        });
        for to in to {
            *to = values
                .next()
                .flatten()
                .ok_or(ModelError::Metadata { key })?;
        }
        match values.next() {
            None => Ok(true),
            Some(_) => Err(ModelError::Metadata { key }),
        }
    }

    fn blend(&self) -> Result<Blend, ModelError> {
        let mut values = [0.0; 5];
        let given = self.decimals("blend", 0.0..=1000.0, &mut values)?;
        let [sequence, complement, content, affinity, popularity] = values;
        let blend = Blend {
            sequence,
            complement,
            content,
            affinity,
            popularity,
        };
        Ok(if given { blend } else { Blend::default() })
    }

    /// All but the file itself. Into a place that exists already: half a model returned from here and there, and dropped
    /// at each refusal, took kilobytes of the module.
    fn fill(&self, model: &mut Model) -> Result<(), ModelError> {
        let meta = |key| self.header.meta(key);
        let (format, version) = (meta("format").unwrap_or(""), meta("version").unwrap_or(""));
        if format != FORMAT || version != VERSION {
            return Err(ModelError::Version {
                found: [format, " ", version].concat(),
            });
        }
        for name in meta("requires").unwrap_or("").split_ascii_whitespace() {
            if !KNOWN.contains(&name) {
                return Err(ModelError::Requires { name: name.into() });
            }
        }
        let mut items = [0.0];
        if !self.decimals("items", 0.0..=MAX_ITEMS as f64, &mut items)? {
            return Err(ModelError::Metadata { key: "items" });
        }
        let items = items[0] as usize;
        model.items = items;
        model.id = meta("model").unwrap_or("").into();
        if !(1..=64).contains(&model.id.len()) {
            return Err(ModelError::Metadata { key: "model" });
        }
        let mut decay = [2.0];
        self.decimals("decay", 0.1..=100.0, &mut decay)?;
        model.decay = decay[0];
        model.blend = self.blend()?;
        let mut revisit = [0.0; RETURN];
        model.revisit = self
            .decimals("revisit", -100.0..=100.0, &mut revisit)?
            .then_some(revisit);

        let Some(key) = self.ragged("item.key", true, Some(items))? else {
            return refuse("item.key.length", Why::Missing);
        };
        model.key = key;
        let wide = items > 1 << 16;
        let dtype = if wide { Dtype::U32 } else { Dtype::U16 };
        model.order = self.required("item.key.order", dtype, items)?;
        model.popularity = self.required("item.popularity", Dtype::U8, items)?;
        if !self.file[model.popularity.clone()].is_sorted_by(|a, b| a >= b) {
            return refuse("item.popularity", Why::Order);
        }
        self.catalogue(items, &mut model.catalogue)?;
        model.term = self.ragged("term.text", true, None)?;
        if let Some(term) = &model.term {
            model.term_items = self.ragged("term.items", false, Some(term.len()))?;
        }
        model.view = self.ragged("view", false, Some(items))?;
        model.buy = self.ragged("buy", false, Some(items))?;
        model.content = self.ragged("content", false, Some(items))?;
        model.encoder = self.encoder(items)?;
        Ok(())
    }
}

impl Model {
    /// Opens a model file.
    ///
    /// # Errors
    /// Whatever breaks `docs/model-format.md`. Never panics, and never allocates more than a part of the file's size.
    pub fn open(file: Vec<u8>) -> Result<Model, ModelError> {
        let mut model = Model::default();
        Opening {
            file: &file,
            header: safetensors::read(&file)?,
        }
        .fill(&mut model)?;
        model.file = file;
        model.check_order()?;
        Ok(model)
    }

    /// Keys and terms strictly rise in their order: then they are distinct, and the order is a permutation.
    fn check_order(&self) -> Result<(), ModelError> {
        let mut before: Option<&[u8]> = None;
        for rank in 0..self.items {
            let item = self.ordered(rank);
            if item as usize >= self.items {
                return refuse("item.key.order", Why::Range);
            }
            let key = self.key.get(&self.file, item as usize);
            if key.is_empty() {
                return refuse("item.key", Why::Text);
            }
            if before >= Some(key) {
                return refuse("item.key.order", Why::Order);
            }
            before = Some(key);
        }
        if let Some(term) = &self.term
            && !(1..term.len()).all(|n| term.get(&self.file, n - 1) < term.get(&self.file, n))
        {
            return refuse("term.text", Why::Order);
        }
        Ok(())
    }

    /// Checks every row, which [`Model::open`] leaves until they are read.
    ///
    /// # Errors
    /// [`ModelError::Row`] at the first damaged one.
    pub fn verify(&self) -> Result<(), ModelError> {
        for (name, matrix) in [
            ("view", &self.view),
            ("buy", &self.buy),
            ("content", &self.content),
        ] {
            if let Some(matrix) = matrix {
                rows::verify(matrix, &self.file, name, |own, row| {
                    rows::neighbours(row, own, self.items, |_, _| ())
                })?;
            }
        }
        match &self.term_items {
            Some(list) => rows::verify(list, &self.file, "term.items", |_, row| {
                rows::items(row, self.items, |_| ())
            }),
            None => Ok(()),
        }
    }

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
