//! The sequence encoder's tensors, checked and viewed in place: what it is for is [`crate::recommend`]'s to know.
//!
//! Numbers are bytes around 128 times a step. An item's vector is made of centroids, one for each of its codes
//! (product quantisation): an item costs as many bytes as it has codes, whatever the width.

use core::ops::Range;
use core::sync::atomic::{AtomicU32, Ordering};

use super::open::Opening;
use super::safetensors::Dtype;
use super::{Model, Why, f32_at};
use crate::kernel::{Native, add_product};

/// Centroids that one byte tells apart.
const CENTROIDS: usize = 256;

/// The widest state.
pub const MAX_WIDTH: usize = 256;

/// How many were opened.
static OPENED: AtomicU32 = AtomicU32::new(0);

#[derive(Debug, Default)]
pub(super) struct Parts {
    number: u32,
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
        let rows = self.bytes.get(from * out.len()..).unwrap_or(&[]);
        add_product::<Native>(rows, self.step, x, out);
    }

    /// The products of x with as many rows as `out` has room for, from row `from` on.
    pub fn products(&self, from: usize, x: &[f32], out: &mut [f32]) {
        let rows = self.bytes.get(from * x.len()..).unwrap_or(&[]);
        for (out, row) in out.iter_mut().zip(rows.chunks_exact(x.len())) {
            let mut sum = 0.0;
            for (x, &byte) in x.iter().zip(row) {
                sum += x * (f32::from(byte) - 128.0);
            }
            *out = sum * self.step;
        }
    }
}

/// What [`crate::recommend`] computes with.
#[derive(Clone, Copy, Debug)]
pub struct Encoder<'a> {
    /// Tells it from every other that was opened, so that what was computed with it may be kept.
    pub number: u32,
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
    pub(super) fn encoder(&mut self, items: usize, parts: &mut Parts) {
        if self.lacks("encoder.bias") {
            return;
        }
        let bias = self.column("encoder.bias", Dtype::F32, None);
        self.range("encoder.bias", &bias, -1e6, 1e6);
        let width = bias.len() / 12;
        if width == 0 || width > MAX_WIDTH || !bias.len().is_multiple_of(12) {
            return self.refuse("encoder.bias", Why::Shape);
        }
        let scale = self.required("encoder.scale", Dtype::F32, Some(5));
        self.range("encoder.scale", &scale, 0.0, 1e6);
        let code = self.required("encoder.code", Dtype::U8, None);
        let codes = code.len().checked_div(items).unwrap_or(1);
        if codes == 0 || codes * items != code.len() || !width.is_multiple_of(codes) {
            return self.refuse("encoder.code", Why::Shape);
        }
        let numbers = |column: Range<usize>| {
            (0..column.len() / 4)
                .map(|n| f32_at(self.file, column.start, n))
                .collect()
        };
        (parts.bias, parts.scale) = (numbers(bias), numbers(scale));
        (parts.width, parts.codes, parts.code) = (width, codes, code);
        parts.number = OPENED.fetch_add(1, Ordering::Relaxed) + 1;
        parts.centroid = self.required("encoder.centroid", Dtype::U8, Some(CENTROIDS * width));
        parts.weight = self.required("encoder.weight", Dtype::U8, Some(6 * width * width));
    }
}

impl Model {
    /// The sequence encoder, where the model has one.
    pub fn encoder(&self) -> Option<Encoder<'_>> {
        let parts = &self.encoder;
        let &[centroid, input, state, sharpness, share] = parts.scale.as_slice() else {
            return None;
        };
        let bytes = |range: Range<usize>, step| Bytes {
            bytes: &self.file[range],
            step,
        };
        let half = parts.weight.start + parts.weight.len() / 2;
        Some(Encoder {
            number: parts.number,
            width: parts.width,
            codes: parts.codes,
            code: &self.file[parts.code.clone()],
            centroid: bytes(parts.centroid.clone(), centroid),
            input: bytes(parts.weight.start..half, input),
            state: bytes(half..parts.weight.end, state),
            bias: &parts.bias,
            sharpness,
            share,
        })
    }

    /// The same model with the encoder's probability at another λ: how the trainer tries them out.
    pub fn weighing_encoder(mut self, share: f32) -> Model {
        if let Some(last) = self.encoder.scale.last_mut() {
            *last = share;
        }
        self
    }
}
