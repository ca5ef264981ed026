//! The sequence encoder's tensors, checked and viewed in place: what it is for is [`crate::recommend`]'s to know.
//!
//! Numbers are bytes around 128 times a step. An item's vector is made of centroids, one for each of its codes
//! (product quantisation): an item costs as many bytes as it has codes, whatever the width.

use core::ops::Range;

use super::error::refuse;
use super::open::Opening;
use super::safetensors::Dtype;
use super::{Model, ModelError, Why};

/// Centroids that one byte tells apart.
const CENTROIDS: usize = 256;

/// The widest state.
const WIDEST: usize = 256;

#[derive(Debug)]
pub(super) struct Parts {
    width: usize,
    codes: usize,
    code: Range<usize>,
    centroid: Range<usize>,
    weight: Range<usize>,
    bias: Vec<f32>,
    scale: Vec<f32>,
}

/// Bytes that stand for numbers.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'a> {
    bytes: &'a [u8],
    step: f32,
}

impl Bytes<'_> {
    /// `out += x · M`, M being the rows of `out.len()` numbers that begin at row `from`.
    pub fn add_product(&self, from: usize, x: &[f32], out: &mut [f32]) {
        let columns = out.len();
        for (row, &x) in x.iter().enumerate() {
            let x = x * self.step;
            let start = (from + row) * columns;
            let row = self.bytes.get(start..start + columns).unwrap_or(&[]);
            for (out, &byte) in out.iter_mut().zip(row) {
                *out += x * (f32::from(byte) - 128.0);
            }
        }
    }
}

/// What [`crate::recommend`] computes with.
#[derive(Clone, Copy, Debug)]
pub struct Encoder<'a> {
    /// Numbers of a state and of an item's vector.
    pub width: usize,
    /// Codes of an item; they divide the width.
    pub codes: usize,
    /// `[items × codes]`
    pub code: &'a [u8],
    /// `[codes × 256 × width/codes]`, one row for each centroid.
    pub centroid: Bytes<'a>,
    /// `[width × 3·width]`, gates `z r n`, from the input.
    pub input: Bytes<'a>,
    /// The same from the state.
    pub state: Bytes<'a>,
    /// `[3·width]`
    pub bias: &'a [f32],
    /// Length given to a state before it meets the items' vectors.
    pub sharpness: f32,
    /// λ of the probability, as a part of the sequence's.
    pub share: f32,
}

impl Opening<'_> {
    fn floats(&self, name: &str, elements: Option<usize>) -> Result<Option<Vec<f32>>, ModelError> {
        let Some(bytes) = self.column(name, Dtype::F32, elements)? else {
            return Ok(None);
        };
        let values: Vec<f32> = self.file[bytes]
            .chunks_exact(4)
            .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            .collect();
        if values.iter().all(|value| value.abs() <= 1e6) {
            Ok(Some(values))
        } else {
            refuse(name, Why::Range)
        }
    }

    pub(super) fn encoder(&self, items: usize) -> Result<Option<Parts>, ModelError> {
        let Some(bias) = self.floats("encoder.bias", None)? else {
            return Ok(None);
        };
        let width = bias.len() / 3;
        if width == 0 || width > WIDEST || bias.len() % 3 != 0 {
            return refuse("encoder.bias", Why::Shape);
        }
        let Some(scale) = self.floats("encoder.scale", Some(5))? else {
            return refuse("encoder.scale", Why::Missing);
        };
        if scale.iter().any(|&scale| scale < 0.0) {
            return refuse("encoder.scale", Why::Range);
        }
        let Some(code) = self.column("encoder.code", Dtype::U8, None)? else {
            return refuse("encoder.code", Why::Missing);
        };
        let codes = code.len().checked_div(items).unwrap_or(1);
        if codes == 0 || codes * items != code.len() || width % codes != 0 {
            return refuse("encoder.code", Why::Shape);
        }
        Ok(Some(Parts {
            width,
            codes,
            code,
            centroid: self.required("encoder.centroid", Dtype::U8, CENTROIDS * width)?,
            weight: self.required("encoder.weight", Dtype::U8, 6 * width * width)?,
            bias,
            scale,
        }))
    }
}

impl Model {
    /// The sequence encoder, where the model has one.
    pub fn encoder(&self) -> Option<Encoder<'_>> {
        let parts = self.encoder.as_ref()?;
        let bytes = |range: &Range<usize>, step: usize| Bytes {
            bytes: &self.file[range.clone()],
            step: parts.scale[step],
        };
        let half = parts.weight.start + parts.weight.len() / 2;
        Some(Encoder {
            width: parts.width,
            codes: parts.codes,
            code: &self.file[parts.code.clone()],
            centroid: bytes(&parts.centroid, 0),
            input: bytes(&(parts.weight.start..half), 1),
            state: bytes(&(half..parts.weight.end), 2),
            bias: &parts.bias,
            sharpness: parts.scale[3],
            share: parts.scale[4],
        })
    }

    /// The same model with the encoder's probability at another λ: how the trainer tries them out.
    pub fn weighing_encoder(mut self, share: f32) -> Model {
        if let Some(parts) = &mut self.encoder {
            parts.scale[4] = share;
        }
        self
    }
}
