//! Why a file is no model: codes for machines, a sentence with the remedy for people.

use core::fmt;

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
            Why::Bounds => " lies outside the file, which may be cut short; ",
            Why::Size => " has a size that is not its shape times its type; ",
            Why::Missing => " is missing; ",
            Why::Dtype => " has the wrong type; ",
            Why::Shape => " has the wrong shape; ",
            Why::Lengths => " has lengths that do not sum to its data; ",
            Why::Text => " holds an empty key or text that is not UTF-8; ",
            Why::Order => " is not in the required order; ",
            Why::Range => " holds a number out of range; ",
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
        let mut digits = String::new();
        if let ModelError::Header { at: number } | ModelError::Row { row: number, .. } = self {
            crate::decimal::print_uint(&mut digits, *number as u64);
        }
        let parts: [&str; 4] = match self {
            ModelError::Header { .. } => [
                "not a model: the safetensors header breaks at byte ",
                &digits,
                "; ",
                AGAIN,
            ],
            ModelError::Tensor { name, why } => ["tensor ", name, why.text(), AGAIN],
            ModelError::Version { found } => [
                "format \"",
                found,
                "\" is not tillside.model 1; train with, or upgrade to, a matching version",
                "",
            ],
            ModelError::Metadata { key } => [
                "metadata \"",
                key,
                "\" is missing or out of range; train again",
                "",
            ],
            ModelError::Requires { name } => [
                "the model needs tensor ",
                name,
                ", which this version does not know; upgrade tillside",
                "",
            ],
            ModelError::Row { name, .. } => ["row ", &digits, " of ", name],
        };
        f.write_str(&parts.concat())?;
        match self {
            ModelError::Row { .. } => f.write_str(" is damaged; train again"),
            _ => Ok(()),
        }
    }
}

impl core::error::Error for ModelError {}
