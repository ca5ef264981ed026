//! Packs columns, texts and rows into a model file: the writing half of the format.
//!
//! It knows how the parts are laid out, not what they mean: what a model holds is the trainer's to say.

use super::safetensors::{Dtype, Part, write};

/// Collects the tensors of a model.
#[derive(Clone, Default)]
pub struct Packer {
    parts: Vec<(String, Dtype, usize, Vec<u8>)>,
}

impl Packer {
    fn add(&mut self, name: String, dtype: Dtype, elements: usize, bytes: Vec<u8>) {
        self.parts.push((name, dtype, elements, bytes));
    }

    /// Adds a tensor of bytes.
    pub fn u8s(&mut self, name: &str, values: &[u8]) {
        self.add(name.into(), Dtype::U8, values.len(), values.to_vec());
    }

    /// Adds a tensor of `u16`, little-endian.
    pub fn u16s(&mut self, name: &str, values: &[u16]) {
        let bytes = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.add(name.into(), Dtype::U16, values.len(), bytes);
    }

    /// Adds a tensor of `u32`, little-endian.
    pub fn u32s(&mut self, name: &str, values: &[u32]) {
        let bytes = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.add(name.into(), Dtype::U32, values.len(), bytes);
    }

    /// Adds a tensor of `f32`, little-endian.
    pub fn f32s(&mut self, name: &str, values: &[f32]) {
        let bytes = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.add(name.into(), Dtype::F32, values.len(), bytes);
    }

    /// A text list; a text is cut at 255 bytes, at a character.
    pub fn texts(&mut self, name: &str, texts: &[impl AsRef<str>]) {
        let (mut lengths, mut bytes) = (Vec::with_capacity(texts.len()), Vec::new());
        for text in texts {
            let text = text.as_ref();
            let text = &text[..text.floor_char_boundary(255)];
            lengths.push(text.len() as u8);
            bytes.extend_from_slice(text.as_bytes());
        }
        self.u8s(&format!("{name}.length"), &lengths);
        self.u8s(&format!("{name}.bytes"), &bytes);
    }

    /// A row list; each row holds at most 65,535 bytes.
    ///
    /// # Panics
    /// When a row is longer: the caller bounds what it puts in a row.
    pub fn rows(&mut self, name: &str, rows: &[Vec<u8>]) {
        let lengths: Vec<u16> = rows
            .iter()
            .map(|row| u16::try_from(row.len()).expect("a row holds at most 65,535 bytes"))
            .collect();
        self.u16s(&format!("{name}.length"), &lengths);
        self.u8s(&format!("{name}.data"), &rows.concat());
    }

    /// The item keys, and their order for lookups.
    pub fn keys(&mut self, keys: &[impl AsRef<str>]) {
        self.texts("item.key", keys);
        let mut order: Vec<u32> = (0..keys.len() as u32).collect();
        order.sort_by_key(|&item| keys[item as usize].as_ref());
        if keys.len() > 1 << 16 {
            self.u32s("item.key.order", &order);
        } else {
            let order: Vec<u16> = order.into_iter().map(|item| item as u16).collect();
            self.u16s("item.key.order", &order);
        }
    }

    /// Name and size in bytes of each tensor so far.
    pub fn sizes(&self) -> impl Iterator<Item = (&str, usize)> {
        self.parts
            .iter()
            .map(|(name, _, _, bytes)| (name.as_str(), bytes.len()))
    }

    /// The file. `metadata` is written in the order given, after the format and version.
    pub fn finish(self, metadata: &[(&str, &str)]) -> Vec<u8> {
        self.write(super::FORMAT, metadata)
    }

    /// A live part of the model with this identifier.
    pub fn finish_live(self, model: &str) -> Vec<u8> {
        self.write(super::live::LIVE, &[("model", model)])
    }

    fn write(self, format: &str, metadata: &[(&str, &str)]) -> Vec<u8> {
        let mut all = vec![("format", format), ("version", super::VERSION)];
        all.extend_from_slice(metadata);
        let parts = self
            .parts
            .iter()
            .map(|(name, dtype, elements, bytes)| Part {
                name,
                dtype: *dtype,
                shape: vec![*elements],
                bytes: bytes.clone(),
            })
            .collect();
        write(&all, parts)
    }
}
