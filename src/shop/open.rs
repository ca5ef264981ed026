//! Opening a model: that all it says lies where it says, checked before use.
//!
//! The header, every tensor's place, type and shape, and the sums of all lengths: so opening blocks a page for little more
//! than it takes to copy the file. What single items, texts and rows hold is checked where it is read, and all of it by
//! [`Model::verify`](super::Model::verify). It reads and refuses; what an opened model answers stands in the parent.

use core::ops::Range;

use super::rows::Ragged;
use super::safetensors::{self, Dtype, Header};
use super::{
    AGE, BLEND, Blend, Column, FORMAT, List, MAX_ITEMS, Model, ModelError, NONE, REPURCHASE,
    RETURN, VERSION, WINDOW, Why, f32_at,
};
use crate::lines::{join, parts};

/// Every tensor name of version 1; `requires` may name no other.
const KNOWN: &str = "\
item.key.length
item.key.bytes
item.key.order
item.popularity
item.category
item.brand
item.price
item.flags
item.group
category.rest
category.share
category.name.length
category.name.bytes
category.parent
brand.name.length
brand.name.bytes
term.text.length
term.text.bytes
term.items.length
term.items.data
item.title.length
item.title.bytes
view.length
view.data
buy.length
buy.data
content.length
content.data
encoder.bias
encoder.scale
encoder.code
encoder.centroid
encoder.weight
category.cycle
category.price
festivals
item.scene.length
item.scene.data
category.scene.length
category.scene.data";

/// How many elements or rows there must be.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Items,
    Categories,
    Terms,
    Any,
}

/// Every list by [`List`]: its name, whether it is of texts, its rows.
pub(super) static LISTS: [(&str, bool, Of); 9] = [
    ("item.key", true, Of::Items),
    ("category.name", true, Of::Any),
    ("brand.name", true, Of::Any),
    ("term.text", true, Of::Any),
    ("term.items", false, Of::Terms),
    ("item.title", true, Of::Items),
    ("view", false, Of::Items),
    ("buy", false, Of::Items),
    ("content", false, Of::Items),
];

/// Every column by [`Column`]: its name, type and elements.
pub(super) static COLUMNS: [(&str, Dtype, Of); 10] = [
    ("item.key.order", Dtype::U16, Of::Items),
    ("item.popularity", Dtype::U8, Of::Items),
    ("item.category", Dtype::U16, Of::Items),
    ("item.brand", Dtype::U16, Of::Items),
    ("category.parent", Dtype::U16, Of::Categories),
    ("item.price", Dtype::F32, Of::Items),
    ("item.flags", Dtype::U8, Of::Items),
    ("item.group", Dtype::U16, Of::Items),
    ("category.rest", Dtype::U16, Of::Categories),
    ("category.share", Dtype::U8, Of::Categories),
];

/// Without these there is no model.
static REQUIRED: [&str; 3] = ["item.key.length", "item.key.order", "item.popularity"];

/// Goes straight on when something is wrong: the first error is kept, what is refused is empty, and who opened asks once
/// at the end. Every refusal handed up the calls took kilobytes of the module.
pub(super) struct Opening<'a> {
    pub file: &'a [u8],
    pub header: &'a Header,
    pub error: Option<ModelError>,
}

impl Opening<'_> {
    pub fn fail(&mut self, error: ModelError) {
        self.error.get_or_insert(error);
    }

    #[inline(never)]
    #[cold]
    pub fn refuse(&mut self, name: &str, why: Why) {
        self.fail(ModelError::Tensor {
            name: name.into(),
            why,
        });
    }

    #[inline(never)]
    #[cold]
    pub fn misread(&mut self, key: &'static str) {
        self.fail(ModelError::Metadata { key });
    }

    /// A one-dimensional tensor of this type, and of `elements` if given; empty where there is none.
    #[inline(never)]
    pub fn column(&mut self, name: &str, dtype: Dtype, elements: Option<usize>) -> Range<usize> {
        let Some(tensor) = self.header.tensor(name) else {
            return 0..0;
        };
        if tensor.dtype != dtype {
            self.refuse(name, Why::Dtype);
        } else if tensor.rank != 1 || elements.is_some_and(|elements| elements != tensor.elements) {
            self.refuse(name, Why::Shape);
        } else {
            return tensor.bytes.clone();
        }
        0..0
    }

    pub fn lacks(&self, name: &str) -> bool {
        self.header.tensor(name).is_none()
    }

    #[inline(never)]
    pub fn required(&mut self, name: &str, dtype: Dtype, elements: Option<usize>) -> Range<usize> {
        if self.lacks(name) {
            self.refuse(name, Why::Missing);
        }
        self.column(name, dtype, elements)
    }

    /// The rows of two tensors, `NAME.length` and `NAME.bytes` (texts) or `NAME.data`; none where there are none.
    #[inline(never)]
    pub(super) fn ragged(&mut self, name: &str, texts: bool, rows: Option<usize>) -> Ragged {
        let (of_length, suffix) = if texts {
            (Dtype::U8, ".bytes")
        } else {
            (Dtype::U16, ".data")
        };
        let lengths = join(name, ".length");
        if self.lacks(&lengths) {
            return Ragged::default();
        }
        let lengths = self.column(&lengths, of_length, rows);
        let bytes = self.required(&join(name, suffix), Dtype::U8, None);
        let mut ragged = Ragged::default();
        if let Err(why) = ragged.open(self.file, lengths, !texts, bytes.clone()) {
            self.refuse(name, why);
        }
        ragged
    }

    /// Refuses a column with a number outside a range.
    #[inline(never)]
    pub fn range(&mut self, name: &str, column: &Range<usize>, least: f32, most: f32) {
        for n in 0..column.len() / 4 {
            let value = f32_at(self.file, column.start, n);
            if !(least..=most).contains(&value) {
                return self.refuse(name, Why::Range);
            }
        }
    }

    /// The decimals of a metadata value into `to`, which tells how many there must be; whether there is such a value.
    #[inline(never)]
    pub(super) fn decimals(&mut self, key: &'static str, range: [f64; 2], to: &mut [f32]) -> bool {
        let Some(text) = self.header.meta(key) else {
            return false;
        };
        let mut count = 0;
        for value in parts(text, b' ') {
            let value = crate::decimal::parse(value).unwrap_or(f64::NAN);
            match to.get_mut(count) {
                Some(to) if (range[0]..=range[1]).contains(&value) => *to = value as f32,
                _ => self.misread(key),
            }
            count += 1;
        }
        if count < to.len() {
            self.misread(key);
        }
        true
    }

    /// All but the file itself.
    fn fill(&mut self, model: &mut Model) {
        let header = self.header;
        let meta = |key| header.meta(key).unwrap_or("");
        let (format, version) = (meta("format"), meta("version"));
        if format != FORMAT || version != VERSION {
            let found = join(&join(format, " "), version);
            self.fail(ModelError::Version { found });
        }
        for name in parts(meta("requires"), b' ') {
            if !name.is_empty() && parts(KNOWN, b'\n').all(|known| known != name) {
                self.fail(ModelError::Requires { name: name.into() });
            }
        }
        let mut number = [0.0];
        if !self.decimals("items", [0.0, MAX_ITEMS as f64], &mut number) {
            self.misread("items");
        }
        let items = number[0] as usize;
        model.items = items;
        model.id = meta("model").into();
        if model.id.is_empty() || model.id.len() > 64 {
            self.misread("model");
        }
        number = [2.0];
        self.decimals("decay", [0.1, 100.0], &mut number);
        model.decay = number[0];
        number = [WINDOW];
        self.decimals("window", [1.0, 3650.0], &mut number);
        model.window = number[0];
        number = [AGE];
        self.decimals("age", [0.1, 3650.0], &mut number);
        model.age = number[0];
        number = [0.0];
        self.decimals("fresh", [0.0, 10.0], &mut number);
        model.fresh = number[0];
        model.compatible = meta("compatible").into();
        model.variants.names = meta("variant").into();
        let mut blend = BLEND;
        self.decimals("blend", [0.0, 1000.0], &mut blend);
        model.blend = Blend::from(blend);
        let mut revisit = [0.0; RETURN];
        if self.decimals("revisit", [-100.0, 100.0], &mut revisit) {
            model.revisit = Some(revisit);
        }
        let mut repurchase = [0.0; REPURCHASE];
        if self.decimals("repurchase", [-100.0, 100.0], &mut repurchase) {
            model.repurchase = Some(repurchase);
        }

        for &name in &REQUIRED {
            if self.lacks(name) {
                self.refuse(name, Why::Missing);
            }
        }
        for &(name, texts, of) in &LISTS {
            let rows = model.many(of);
            model.lists.push(self.ragged(name, texts, rows));
        }
        for &(name, mut dtype, of) in &COLUMNS {
            let numbers = [Column::Order as usize, Column::Group as usize];
            if numbers.contains(&model.columns.len()) && items > 1 << 16 {
                dtype = Dtype::U32;
            }
            let column = self.column(name, dtype, model.many(of));
            model.columns.push(column);
        }
        let brands = model.list(List::Brand).len();
        if model.categories().max(brands) > usize::from(NONE) {
            let name = if brands > usize::from(NONE) {
                "brand.name.length"
            } else {
                "category.name.length"
            };
            self.refuse(name, Why::Shape);
        }
        #[cfg(feature = "encoder")]
        self.encoder(items, &mut model.encoder);
        #[cfg(feature = "full")]
        self.customers(items, model.categories(), &mut model.customers);
    }
}

impl Model {
    fn many(&self, of: Of) -> Option<usize> {
        match of {
            Of::Items => Some(self.items),
            Of::Categories => Some(self.categories()),
            Of::Terms => Some(self.list(List::Term).len()),
            Of::Any => None,
        }
    }

    /// Opens a model file.
    ///
    /// ```
    /// use tillside::shop::Model;
    ///
    /// let error = Model::open(b"not a model".to_vec()).unwrap_err();
    /// assert!(!error.to_string().is_empty());
    /// ```
    ///
    /// # Errors
    /// Whatever breaks `docs/model-format.md`. Never panics, and allocates no more than `docs/model-format.md` says.
    pub fn open(file: Vec<u8>) -> Result<Model, ModelError> {
        let header = safetensors::read(&file)?;
        let mut opening = Opening {
            file: &file,
            header: &header,
            error: None,
        };
        let mut model = Model::default();
        opening.fill(&mut model);
        if let Some(error) = opening.error {
            return Err(error);
        }
        model.file = file;
        model.link();
        Ok(model)
    }
}
