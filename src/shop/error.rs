//! Why a model file is refused: codes for machines, a sentence with the remedy for people.

use core::fmt;

use crate::decimal::print_uint;
use crate::lines::{cut, join, nth};

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
    /// A text is not UTF-8, a key is empty, or a term is too long.
    Text,
    /// Not sorted as the format says.
    Order,
    /// A number outside its range.
    Range,
}

impl Why {
    fn text(self) -> &'static str {
        // In the order of the reasons.
        const TEXTS: &str = "\
\u{20}lies outside the file, which may be cut short; 
 has a size that is not its shape times its type; 
 is missing; 
 has the wrong type; 
 has the wrong shape; 
 has lengths that do not sum to its data; 
 holds an empty key or text that is not UTF-8; 
 is not in the required order; 
 holds a number out of range; ";
        nth(TEXTS, self as usize)
    }
}

/// Why a model was refused.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelError {
    /// The container's header broke at this byte.
    Header {
        /// Byte of the file.
        at: usize,
    },
    /// A tensor is missing or malformed.
    Tensor {
        /// Name of the tensor.
        name: String,
        /// What is wrong with it.
        why: Why,
    },
    /// Another format or version than this reader's.
    Version {
        /// Format and version of the file.
        found: String,
    },
    /// A metadata value that is missing or out of range.
    Metadata {
        /// Key of the metadata.
        key: &'static str,
    },
    /// The model needs a tensor that this reader does not know.
    Requires {
        /// Name of the tensor.
        name: String,
    },
    /// A row broke its invariant; only [`Model::verify`](super::Model::verify) says so.
    Row {
        /// Name of the tensor.
        name: String,
        /// Number of the row, from 0.
        row: usize,
    },
}

impl ModelError {
    /// Stable; see `docs/model-format.md`.
    pub fn code(&self) -> &'static str {
        nth(CODES, self.number())
    }

    /// What is wrong, and the remedy.
    // Joined rather than formatted: the formatting machinery would cost the page more than all these sentences.
    pub fn text(&self) -> String {
        let mut words = String::new();
        let (about, why) = match self {
            ModelError::Header { at } => {
                print_uint(&mut words, *at as u64);
                (&words, "")
            }
            ModelError::Version { found } => (found, ""),
            ModelError::Metadata { key } => {
                words.push_str(key);
                (&words, "")
            }
            ModelError::Requires { name } => (name, ""),
            ModelError::Tensor { name, why } => (name, why.text()),
            ModelError::Row { name, row } => {
                words.push_str("row ");
                print_uint(&mut words, *row as u64);
                words.push_str(" of ");
                words.push_str(name);
                (&words, "")
            }
        };
        let mut after = nth(TEXTS, self.number());
        let before = cut(&mut after, b'*');
        join(&join(before, about), &join(why, after))
    }

    fn number(&self) -> usize {
        match self {
            ModelError::Header { .. } => 0,
            ModelError::Tensor { .. } => 1,
            ModelError::Version { .. } => 2,
            ModelError::Metadata { .. } => 3,
            ModelError::Requires { .. } => 4,
            ModelError::Row { .. } => 5,
        }
    }
}

const CODES: &str = "\
model.header
model.tensor
model.version
model.metadata
model.requires
model.row";

/// What it is about stands at the star.
const TEXTS: &str = "\
not a model: the safetensors header breaks at byte *; train again, or check that the download is whole
tensor *train again, or check that the download is whole
format \"*\" is not tillside.model 1; train with, or upgrade to, a matching version
metadata \"*\" is missing or out of range; train again
the model needs tensor *, which this version does not know; upgrade tillside
* is damaged; train again";

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl core::error::Error for ModelError {}
