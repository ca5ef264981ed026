//! Definitions: `bench/definitions/NAME.toml`, read when a benchmark runs.

use std::fs;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use xtask_tools::folders::root;

/// The definition of that name; one with an unknown or missing key is an error that names its line.
pub fn read<T: DeserializeOwned>(name: &str) -> Result<T> {
    let path = root().join(format!("bench/definitions/{name}.toml"));
    let fault = || format!("{} is no definition of this benchmark", path.display());
    let text = fs::read_to_string(&path).with_context(fault)?;
    toml::from_str(&text).with_context(fault)
}
