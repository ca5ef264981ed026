//! Where things are.

use std::path::PathBuf;

/// The folder of the workspace. Cargo says at run time where the crate is that runs, one level below it; a copied `target/` must not
/// lead elsewhere.
pub fn root() -> PathBuf {
    let up = |crate_folder: PathBuf, levels: usize| {
        let above = crate_folder.ancestors().nth(levels);
        above.map_or_else(|| crate_folder.clone(), Into::into)
    };
    match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(running) if !PathBuf::from(&running).ends_with("xtask/tools") => up(running.into(), 1),
        // This crate's own, two levels below.
        _ => up(env!("CARGO_MANIFEST_DIR").into(), 2),
    }
}

/// Everything built goes under this folder, except the package's own `pkg/dist` and the `node_modules` of the tests.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_where_its_manifest_is() {
        assert!(root().join("Cargo.lock").is_file());
    }
}
