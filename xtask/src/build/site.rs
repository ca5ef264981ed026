//! The demo's pages as a shop would publish them: `www/` with its scripts in one file.
//!
//! The pages run as they are, too (`tillside serve --site www`); in one file they take one request instead of twenty.
//! The package is not joined in: it finds its module beside itself.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::package::join;
use crate::stamp::{Inputs, Stamp};
use xtask_tools::folders::{root, target};
use xtask_tools::process::step;

const ENTRY: &str = "main.js";
/// As the pages import it.
const PACKAGE: [&str; 12] = [
    "/pkg/dist/index.js",
    "/pkg/dist/interleave.js",
    "/pkg/dist/shelf.js",
    "/pkg/dist/widgets.js",
    "/pkg/content.js",
    "/pkg/offers.js",
    "/pkg/prices.js",
    "/pkg/backup.js",
    "/pkg/benefits.js",
    "/pkg/stores.js",
    "/pkg/handoff.js",
    "/pkg/qr.js",
];

/// Makes it, or finds it as the sources have it.
pub fn site() -> Result<PathBuf> {
    let (from, to) = (root().join("www"), target().join("demo/site"));
    let made_of = Inputs::new()
        .text(include_str!("site.rs"))
        .path(&from)?
        .path(&root().join("tests/package-lock.json"))?
        .hash();
    let stamp = Stamp::at(target().join("demo/site.stamp"));
    if stamp.is(&made_of) && to.join(ENTRY).is_file() {
        return Ok(to);
    }
    stamp.clear()?;
    if to.exists() {
        fs::remove_dir_all(&to)
            .with_context(|| format!("{} could not be emptied", to.display()))?;
    }
    copy(&from, &to)?;
    step("join the demo's scripts", || {
        let mut apart: Vec<_> = PACKAGE
            .iter()
            .flat_map(|script| ["--external", script])
            .collect();
        apart.push("--no-codeSplitting");
        join(&from.join(ENTRY), &to.join(ENTRY), true, &apart)
    })?;
    stamp.set(&made_of)?;
    Ok(to)
}

/// All that is not a script or about scripts.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("{} could not be made", to.display()))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else if !matches!(extension, Some("js" | "ts" | "json")) {
            fs::copy(&path, to.join(name))
                .with_context(|| format!("{} could not be copied", path.display()))?;
        }
    }
    Ok(())
}
