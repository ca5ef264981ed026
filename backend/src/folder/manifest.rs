//! The manifest, which a page reads first: names, sizes and hashes of the parts, and fallback lists.

use serde::{Deserialize, Serialize};

use super::fallback::Fallback;
use crate::digest::sha256;

/// The version of the format that is written and read.
pub const FORMAT: u64 = 1;

/// The name of the part with a shop's content, which is JSON.
pub const CONTENT: &str = "content";

#[derive(Deserialize, Serialize)]
pub struct Manifest {
    pub format: u64,
    pub model: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub shop: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub created: String,
    pub items: usize,
    /// True for a model with a sequence encoder, for which pages load the module that reads it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub encoder: bool,
    /// `full` where pages are to load the full edition; empty where the page decides.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub edition: String,
    pub parts: Vec<Part>,
    #[serde(default)]
    pub fallback: Fallback,
}

impl Manifest {
    pub fn text(&self) -> String {
        // Strings, numbers and maps of strings: nothing in it can fail to serialise.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

#[derive(Clone, Deserialize, Serialize)]
pub struct Part {
    #[serde(default)]
    pub name: String,
    /// Of a shard, and of what is newer of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    pub url: String,
    pub bytes: usize,
    pub sha256: String,
}

impl Part {
    pub fn of(name: &str, category: Option<&str>, bytes: &[u8]) -> Part {
        let sha256 = sha256(bytes);
        Part {
            name: name.into(),
            category: category.map(str::to_owned),
            url: format!(
                "{name}-{}.{}",
                &sha256[..12],
                if name == CONTENT {
                    "json"
                } else {
                    "safetensors"
                }
            ),
            bytes: bytes.len(),
            sha256,
        }
    }
}
