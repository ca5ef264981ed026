//! API reference of the npm package: its types, `pkg/index.d.ts` and those of the subpaths, as pages (TypeDoc).
//!
//! TypeDoc reads types with a JavaScript build of TypeScript, which TypeScript 7 does not have: both are installed in a folder of
//! their own, `tests/reference`. Nothing generated is committed.

use std::path::PathBuf;

use anyhow::{Context, Result};
use xtask_tools::folders::{root, target};
use xtask_tools::process::{run, step};

use crate::node;

/// Writes the reference and gives its folder. Fails for an export or a method without a description.
pub fn reference() -> Result<PathBuf> {
    // Types of React and Vue, which two subpaths use.
    node::install()?;
    let folder = root().join("tests/reference");
    node::install_in(&folder, "TypeDoc")?;
    let pages = target().join("docs/api");
    step("write the API reference", || {
        let mut typedoc = node::node()?;
        typedoc.arg(folder.join("node_modules/typedoc/bin/typedoc"));
        typedoc.arg("--options").arg(folder.join("typedoc.json"));
        run(typedoc.arg("--out").arg(&pages).current_dir(&folder))
            .context("describe each export that is named above in its .d.ts file, in pkg/")
    })?;
    Ok(pages)
}
