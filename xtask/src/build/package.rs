//! `pkg/dist`: the module and its glue, as the hand-written `pkg/index.js` imports them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::Kind;
use crate::folders::root;
use crate::node;
use crate::process::run;

/// What a browser must have, named one by one: whatever wasm-opt adds beyond it, an older browser may not run.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

const GLUE: &str = "tillside.js";
const MODULE: &str = "tillside_bg.wasm";

fn dist() -> PathBuf {
    root().join("pkg/dist")
}

pub fn is_complete() -> bool {
    [GLUE, MODULE]
        .iter()
        .all(|name| dist().join(name).is_file())
}

pub fn assemble(compiled: &Path, kind: Kind) -> Result<()> {
    let dist = dist();
    if dist.exists() {
        fs::remove_dir_all(&dist)
            .with_context(|| format!("{} could not be emptied", dist.display()))?;
    }
    Bindgen::new()
        .input_path(compiled)
        .web(true)?
        // `index.js` says where the module is. A second `new URL(…, import.meta.url)` in the glue would make bundlers
        // ship the module twice.
        .omit_default_module_path(true)
        .typescript(true)
        .debug(kind == Kind::Dev)
        .keep_debug(kind == Kind::Dev)
        .remove_name_section(kind == Kind::Release)
        .remove_producers_section(true)
        .generate(&dist)
        .context("the glue could not be generated")?;
    match kind {
        Kind::Dev => Ok(()),
        Kind::Release => optimise(&dist.join(MODULE)),
    }
}

fn optimise(module: &Path) -> Result<()> {
    let mut wasm_opt = node::script("binaryen/bin/wasm-opt")?;
    wasm_opt
        .arg(module)
        .arg("--output")
        .arg(module)
        .args(["-Oz", "--converge"])
        .args(FEATURES)
        .args(["--strip-debug", "--strip-producers"]);
    run(&mut wasm_opt).context("wasm-opt, from the npm package binaryen, failed")
}
