//! A model folder: what is in it, whether it is whole, and how it is replaced.
//!
//! | file | what |
//! | --- | --- |
//! | `manifest` | the one type of a manifest and its parts |
//! | `fallback` | what a page shows without an engine, which the manifest carries |
//! | `check` | sizes and hashes of all parts, before a folder is used |
//! | `publish` | files written so that a page never sees half of a model |
//!
//! The format is `docs/model-format.md`. What is inside a part is the reader's to check.

pub mod check;
pub mod fallback;
pub mod manifest;
pub mod publish;

/// The file that names the rest.
pub const MANIFEST: &str = "manifest.json";
