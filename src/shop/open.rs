//! Opening a model: every invariant of `docs/model-format.md` that costs little for its worth, checked before use.
//!
//! The header, every tensor's place, type and shape, all row lengths, permutations, texts, and numbers that index
//! something. Rows of the row lists are left until they are read; [`Model::verify`] checks them all. It reads and
//! refuses; what an opened model answers stands in the parent.

use core::ops::{Range, RangeInclusive};

use super::catalogue::Catalogue;
use super::error::refuse;
use super::rows::{self, Ragged};
use super::safetensors::{self, Dtype, Header, Tensor};
use super::{Blend, FORMAT, MAX_ITEMS, Model, ModelError, NONE, RETURN, VERSION, Why, u16_at};

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

pub(super) struct Opening<'a> {
    pub file: &'a [u8],
    pub header: Header,
}

impl Opening<'_> {
    /// A one-dimensional tensor of this type, and of `elements` if given.
    #[inline(never)]
    pub fn column(
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

    pub fn required(
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
}
