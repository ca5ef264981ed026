//! Weights that were trained elsewhere, to begin from.
//!
//! A gated recurrent unit as PyTorch's `GRU` keeps it, one layer, beside the items' vectors and their ids, in one
//! safetensors file (the layout is in `docs/model-format.md`). They are brought into the trainer's own order of gates and its
//! numbering of the items; what comes after the epochs in floats is done to them as to its own.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use tillside::shop::safetensors::{self, Dtype, Header};
use tillside::shop::{MAX_WIDTH, ModelError};

use super::cell::Cell;
use super::epochs::Pupil;
use super::table::Free;
use super::{Settings, begin};
use crate::digest::sha256;
use crate::train::Error;

/// What rounding may leave of a number that must be zero.
const ZERO: f32 = 1e-6;

/// A file of weights.
#[derive(Clone, Debug)]
pub struct Weights {
    settings: Settings,
    cell: Cell,
    /// The row of each item.
    rows: HashMap<String, usize>,
    /// `[rows × width]`
    vectors: Vec<f32>,
    /// Of the file, to tell it from others.
    pub hash: String,
}

/// Weights for the items of one training.
#[derive(Clone, Debug)]
pub struct Start {
    cell: Cell,
    table: Free,
    hash: String,
    /// Items that the file has.
    pub known: usize,
}

struct File<'a> {
    path: &'a Path,
    bytes: Vec<u8>,
    header: Header,
}

impl File<'_> {
    fn wrong(&self, why: String) -> Error {
        wrong(self.path, why)
    }

    fn bytes(&self, name: &str, dtype: Dtype, kind: &str) -> Result<Option<&[u8]>, Error> {
        let Some(tensor) = self.header.tensor(name) else {
            return Ok(None);
        };
        if tensor.dtype != dtype {
            return Err(self.wrong(format!("tensor {name:?} is not {kind}; save it as {kind}")));
        }
        Ok(self.bytes.get(tensor.bytes.clone()))
    }

    /// The numbers of a tensor, where there is one: `rows × columns` of them.
    fn numbers(&self, name: &str, rows: usize, columns: usize) -> Result<Option<Vec<f32>>, Error> {
        let Some(bytes) = self.bytes(name, Dtype::F32, "float32")? else {
            return Ok(None);
        };
        if bytes.len() != 4 * rows * columns {
            let found = bytes.len() / 4;
            return Err(self.wrong(format!(
                "tensor {name:?} has {found} numbers, not {rows} × {columns}"
            )));
        }
        let numbers = bytes
            .as_chunks()
            .0
            .iter()
            .map(|four| f32::from_le_bytes(*four));
        let numbers: Vec<f32> = numbers.collect();
        if numbers.iter().any(|number| !number.is_finite()) {
            return Err(self.wrong(format!(
                "tensor {name:?} holds a number that is not finite; train again with a lower rate"
            )));
        }
        Ok(Some(numbers))
    }

    fn needed(&self, name: &str, rows: usize, columns: usize) -> Result<Vec<f32>, Error> {
        self.numbers(name, rows, columns)?
            .ok_or_else(|| self.missing(name))
    }

    fn missing(&self, name: &str) -> Error {
        let has: Vec<&str> = self
            .header
            .tensors
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        self.wrong(format!(
            "tensor {name:?} is missing (it has {})",
            has.join(", ")
        ))
    }
}

fn wrong(path: &Path, why: String) -> Error {
    Error::Weights {
        path: path.to_owned(),
        why,
    }
}

impl Weights {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`Error::Weights`] says what of it is not as it should be.
    pub fn read(path: &Path) -> Result<Weights, Error> {
        let bytes = fs::read(path)
            .map_err(|fault| wrong(path, format!("cannot be read: {fault}; check the path")))?;
        let header = safetensors::read(&bytes).map_err(|fault| match fault {
            ModelError::Header { at } => wrong(
                path,
                format!("it is not safetensors, or damaged: the header breaks at byte {at}; save it anew"),
            ),
            other => wrong(path, other.to_string()),
        })?;
        let file = File {
            path,
            bytes,
            header,
        };
        let ids = file.bytes("items", Dtype::U8, "uint8")?;
        let ids = ids.ok_or_else(|| file.missing("items"))?;
        let ids = std::str::from_utf8(ids)
            .map_err(|fault| file.wrong(format!("\"items\" is not UTF-8: {fault}")))?;
        let rows: HashMap<String, usize> = ids.lines().map(str::to_owned).zip(0..).collect();
        let lines = ids.lines().count();
        if rows.len() != lines {
            let twice = lines - rows.len();
            return Err(file.wrong(format!(
                "\"items\" names {twice} of its {lines} items twice; give each one line"
            )));
        }
        let default = Settings::default();
        let codes = default.codes;
        let numbers = file
            .header
            .tensor("embedding.weight")
            .map_or(0, |tensor| tensor.elements);
        let width = numbers.checked_div(lines).unwrap_or(0);
        if width == 0 || width > MAX_WIDTH || !width.is_multiple_of(codes) {
            return Err(file.wrong(format!(
                "\"embedding.weight\" has {numbers} numbers for {lines} items; give each item 16, 32, 48 … or 256"
            )));
        }
        let vectors = file.needed("embedding.weight", lines, width)?;
        let input = file.needed("gru.weight_ih_l0", 3 * width, width)?;
        let state = file.needed("gru.weight_hh_l0", 3 * width, width)?;
        let bias = |name| {
            let bias = file.numbers(name, 3 * width, 1)?;
            Ok::<_, Error>(bias.unwrap_or_else(|| vec![0.0; 3 * width]))
        };
        let (of_input, of_state) = (bias("gru.bias_ih_l0")?, bias("gru.bias_hh_l0")?);
        if of_state[2 * width..].iter().any(|bias| bias.abs() > ZERO) {
            return Err(file.wrong(
                "the last third of \"gru.bias_hh_l0\" is not zero, and a model has no place for it; hold it at zero while training"
                    .into(),
            ));
        }
        let sharpness = file.numbers("sharpness", 1, 1)?;
        let sharpness = sharpness.map_or(default.sharpness, |one| one[0]);
        if !(sharpness > 0.0 && sharpness <= 1000.0) {
            return Err(file.wrong(format!(
                "\"sharpness\" is {sharpness}; give what the cosine of state and vector is multiplied by, such as 14"
            )));
        }
        let mut cell = Cell::zeros(width);
        cell.input = turned(&input, width);
        cell.state = turned(&state, width);
        let bias: Vec<f32> = of_input.iter().zip(&of_state).map(|(a, b)| a + b).collect();
        cell.bias = turned(&bias, 1);
        Ok(Weights {
            settings: Settings {
                width,
                sharpness,
                epochs: (0, default.epochs.1),
                ..default
            },
            cell,
            rows,
            vectors,
            hash: sha256(&file.bytes),
        })
    }

    /// How the rest of the training goes.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// For a training's own items; what the file does not have begins anew.
    pub fn start(&self, keys: &[&str]) -> Start {
        let width = self.settings.width;
        let mut table = begin(keys.len(), &self.settings).table;
        let mut known = 0;
        for (key, vector) in keys.iter().zip(table.0.chunks_exact_mut(width)) {
            if let Some(row) = self.rows.get(*key) {
                vector.copy_from_slice(&self.vectors[row * width..][..width]);
                known += 1;
            }
        }
        Start {
            cell: self.cell.clone(),
            table,
            hash: self.hash.clone(),
            known,
        }
    }
}

impl Start {
    pub fn pupil(&self) -> Pupil<Free> {
        Pupil::new(self.cell.clone(), self.table.clone())
    }

    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// From gates `r z n` in rows of their own to `z r n` side by side: `[3w × columns]` to `[columns × 3w]`.
fn turned(weights: &[f32], columns: usize) -> Vec<f32> {
    let rows = weights.len() / columns;
    let width = rows / 3;
    let mut turned = vec![0.0; weights.len()];
    for (row, weights) in weights.chunks_exact(columns).enumerate() {
        let row = match row / width {
            0 => row + width,
            1 => row - width,
            _ => row,
        };
        for (column, weight) in weights.iter().enumerate() {
            turned[column * rows + row] = *weight;
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::train::linalg::matrix::{sigmoid, tanh};
    use tillside::shop::pack::Packer;

    const WIDTH: usize = 16;

    /// A file, one of whose tensors is other than it should be.
    fn file(other: Option<(&str, Option<Vec<f32>>)>) -> (tempfile::NamedTempFile, [Vec<f32>; 5]) {
        let mut random = Random::of(5, "import", 0);
        let mut draw =
            |many: usize| -> Vec<f32> { (0..many).map(|_| random.unit() as f32 - 0.5).collect() };
        let mut tensors = [
            draw(3 * WIDTH),
            draw(3 * WIDTH * WIDTH),
            draw(3 * WIDTH * WIDTH),
            draw(3 * WIDTH),
            draw(3 * WIDTH),
        ];
        tensors[4][2 * WIDTH..].fill(0.0);
        let names = [
            "embedding.weight",
            "gru.weight_ih_l0",
            "gru.weight_hh_l0",
            "gru.bias_ih_l0",
            "gru.bias_hh_l0",
        ];
        let mut packer = Packer::default();
        packer.u8s("items", "soap\nmug\ncup\n".as_bytes());
        for (name, numbers) in names.iter().zip(&tensors) {
            match &other {
                Some((wrong, None)) if wrong == name => {}
                Some((wrong, Some(numbers))) if wrong == name => packer.f32s(name, numbers),
                _ => packer.f32s(name, numbers),
            }
        }
        packer.f32s("sharpness", &[9.0]);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut file, &packer.finish(&[])).unwrap();
        (file, tensors)
    }

    /// The equations that PyTorch's documentation gives for its `GRU`.
    fn naive(x: &[f32], h: &[f32], [_, ih, hh, b_ih, b_hh]: &[Vec<f32>; 5]) -> Vec<f32> {
        let line = |weights: &[f32], row: usize, x: &[f32]| -> f32 {
            weights[row * WIDTH..][..WIDTH]
                .iter()
                .zip(x)
                .map(|(w, x)| w * x)
                .sum()
        };
        let gate = |gate: usize, i: usize| {
            let row = gate * WIDTH + i;
            (line(ih, row, x) + b_ih[row], line(hh, row, h) + b_hh[row])
        };
        let state = |i: usize| {
            let (r, z, n) = (gate(0, i), gate(1, i), gate(2, i));
            let (r, z) = (sigmoid(r.0 + r.1), sigmoid(z.0 + z.1));
            let n = tanh(n.0 + r * n.1);
            (1.0 - z) * n + z * h[i]
        };
        (0..WIDTH).map(state).collect()
    }

    #[test]
    fn what_is_read_computes_what_it_was_trained_to() {
        let (file, tensors) = file(None);
        let weights = Weights::read(file.path()).unwrap();
        assert_eq!(weights.settings().sharpness, 9.0);
        let start = weights.start(&["cup", "lamp", "soap"]);
        assert_eq!(start.known, 2);
        let row = |n: usize| &start.table.0[n * WIDTH..][..WIDTH];
        assert_eq!(row(0), &tensors[0][2 * WIDTH..]);
        assert_eq!(row(2), &tensors[0][..WIDTH]);
        let fresh = begin(3, &weights.settings()).table;
        assert_eq!(row(1), &fresh.0[WIDTH..2 * WIDTH]);
        // Two steps of one session.
        let inputs = [row(0), row(2)].concat();
        let trace = start.cell.forward(&inputs, &[1, 1]);
        let first = naive(row(0), &[0.0; WIDTH], &tensors);
        let second = naive(row(2), &first, &tensors);
        for (found, wanted) in trace.states.iter().zip(first.iter().chain(&second)) {
            assert!((found - wanted).abs() < 1e-5, "{found} {wanted}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let refused = |other| {
            let (file, _) = file(Some(other));
            Weights::read(file.path()).unwrap_err().to_string()
        };
        let of_n = refused(("gru.bias_hh_l0", Some(vec![0.5; 3 * WIDTH])));
        assert!(
            of_n.contains("last third") && of_n.contains("hold it at zero"),
            "{of_n}"
        );
        let missing = refused(("gru.weight_ih_l0", None));
        assert!(
            missing.contains("\"gru.weight_ih_l0\" is missing (it has embedding.weight"),
            "{missing}"
        );
        let narrow = refused(("embedding.weight", Some(vec![0.5; 3 * 12])));
        assert!(narrow.contains("36 numbers for 3 items"), "{narrow}");
        let short = refused(("gru.weight_hh_l0", Some(vec![0.5; 12])));
        assert!(short.contains("12 numbers, not 48 × 16"), "{short}");
        let infinite = refused(("gru.bias_ih_l0", Some(vec![f32::NAN; 3 * WIDTH])));
        assert!(infinite.contains("not finite"), "{infinite}");
        let mut text = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut text, b"session,items").unwrap();
        let text = Weights::read(text.path()).unwrap_err().to_string();
        assert!(text.contains("is not safetensors"), "{text}");
    }
}
