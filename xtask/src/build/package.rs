//! `pkg/dist`: the module, its glue, and the package's scripts with the glue as one small file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
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
/// What the package exports: `pkg/index.js` and all that it imports.
const BUNDLE: &str = "index.js";

fn dist() -> PathBuf {
    root().join("pkg/dist")
}

pub fn is_complete() -> bool {
    [GLUE, MODULE, BUNDLE]
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
    if kind == Kind::Release {
        optimise(&dist.join(MODULE))?;
    }
    bundle(kind)
}

/// One request in the page instead of four, and a third of the bytes.
fn bundle(kind: Kind) -> Result<()> {
    let path = dist().join(BUNDLE);
    let mut rolldown = node::script("rolldown/bin/cli.mjs")?;
    rolldown
        .arg(root().join("pkg/index.js"))
        .arg("--file")
        .arg(&path)
        .args([
            "--format",
            "esm",
            "--platform",
            "browser",
            "--log-level",
            "warn",
        ]);
    if kind == Kind::Release {
        rolldown.arg("--minify");
    }
    run(&mut rolldown).context("rolldown, from the npm package of that name, failed")?;
    // The bundle stands beside the module that its source names from one folder up.
    let bundle = fs::read_to_string(&path)?;
    let named = format!("./dist/{MODULE}");
    if bundle.matches(&named).count() != 1 {
        bail!(
            "{} does not name the module once, as {named}",
            path.display()
        );
    }
    fs::write(&path, bundle.replace(&named, &format!("./{MODULE}")))?;
    // For the tests, which import the bundle from where it is; it is not published.
    fs::write(
        path.with_extension("d.ts"),
        "export * from \"../index.js\";\n",
    )?;
    Ok(())
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
