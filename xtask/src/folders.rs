//! Where things are.

use std::path::{Path, PathBuf};

/// The folder of the workspace. Cargo says where this crate is at run time; a copied `target/` must not lead elsewhere.
pub fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map_or_else(|| here.clone(), Path::to_owned)
}

/// Everything built goes under this folder, except the package's own `pkg/dist` and the `node_modules` of the tests.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}
