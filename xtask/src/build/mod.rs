//! `cargo xtask build`: the crate, compiled to WebAssembly, as a complete npm package in `pkg/`.
//!
//! Compile, generate the glue (wasm-bindgen), make small (wasm-opt), three times: a module for models that have no
//! sequence encoder, which is what most pages load, one for those that have, and the full edition. All with fixed
//! simd128, and of one glue.

mod compiler;
mod glue;
mod inline;
mod package;
mod reference;
mod site;
mod size;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::stamp::{Inputs, Stamp};
use crate::system::Install;
use compiler::{Compiler, TARGET, Wanted};
use xtask_tools::folders::{root, target};
use xtask_tools::process::{run, step};

pub use reference::reference;
pub use site::site;
pub use size::sizes;

/// Compiles the engine and leaves a complete npm package in pkg/
///
/// Uses the installed wasm32-unknown-unknown compiler, or installs one: rustup's, else Debian's.
#[derive(clap::Args)]
pub struct Args {
    /// Quick to build, slow and large: with checks and names, without wasm-opt
    #[arg(long)]
    dev: bool,
    /// Write the API reference of the package to target/docs/api, and build nothing
    #[arg(long, conflicts_with_all = ["dev", "compiler"])]
    docs: bool,
    /// Use only this compiler
    #[arg(long, value_name = "NAME")]
    compiler: Option<Wanted>,
    #[command(flatten)]
    pub install: Install,
}

pub fn build(args: &Args) -> Result<()> {
    if args.docs {
        println!("{}", reference()?.join("index.html").display());
        return Ok(());
    }
    let kind = if args.dev { Kind::Dev } else { Kind::Release };
    package(kind, args.compiler)?;
    sizes()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Dev,
    Release,
}

impl Kind {
    /// The profile of the workspace's manifest, and the folder that Cargo puts its output in.
    fn profile(self) -> (&'static str, &'static str) {
        match self {
            Kind::Dev => ("dev", "debug"),
            Kind::Release => ("wasm", "wasm"),
        }
    }
}

/// Builds `pkg/dist`, unless it is there and everything it was built from is unchanged.
pub fn package(kind: Kind, wanted: Option<Wanted>) -> Result<()> {
    let folder = target().join("wasm");
    let compiler = Compiler::find(wanted, &folder.join("compiler"))?;
    let described = compiler.describe()?;
    let hash = inputs(kind, &described)?;
    let stamp = Stamp::at(folder.join("package.stamp"));
    let scripted = script_inputs(&hash)?;
    let scripts = Stamp::at(folder.join("scripts.stamp"));
    let is_compiled = stamp.is(&hash) && package::has_modules();
    if is_compiled && scripts.is(&scripted) && package::has_scripts()? {
        eprintln!("• pkg/ is up to date");
        return Ok(());
    }
    scripts.clear()?;
    if !is_compiled {
        stamp.clear()?;
        let what = format!("compile the engine to WebAssembly ({described})");
        let modules = step(&what, || {
            let compiled = MODULES.iter().map(|module| {
                let made = compile(&compiler, kind, "tillside", module.flags)?;
                // The next goes to the same place.
                let path = folder.join(module.name);
                std::fs::copy(&made, &path)
                    .with_context(|| format!("{} could not be written", path.display()))?;
                Ok(path)
            });
            compiled.collect::<Result<Vec<_>>>()
        })?;
        step("generate the glue and make the modules small", || {
            package::assemble(&modules, kind)
        })?;
        stamp.set(&hash)?;
    }
    step("join the package's scripts", || package::bundle(kind))?;
    scripts.set(&scripted)
}

/// One of the package's modules: its file, and what cargo is told for it.
pub struct Module {
    pub name: &'static str,
    flags: &'static [&'static str],
}

/// The first is what a page loads unless its model wants the second or its shop the third.
pub const MODULES: [Module; 3] = [
    Module {
        name: "tillside_bg.wasm",
        flags: &["--no-default-features"],
    },
    Module {
        name: "tillside_encoder_bg.wasm",
        flags: &[],
    },
    Module {
        name: "tillside_full_bg.wasm",
        flags: &["--features", "full"],
    },
];

/// Lints what only the WebAssembly modules compile.
pub fn lint() -> Result<()> {
    let folder = target().join("wasm");
    let compiler = Compiler::find(None, &folder.join("compiler"))?;
    for module in &MODULES {
        let mut clippy = compiler.clippy()?;
        clippy
            .args(["--package", "tillside", "--lib", "--locked"])
            .args(module.flags)
            .args(["--profile", Kind::Release.profile().0, "--target-dir"])
            .arg(&folder)
            .args(["--", "-D", "warnings"])
            .current_dir(root());
        run(&mut clippy)?;
    }
    Ok(())
}

fn inputs(kind: Kind, compiler: &str) -> Result<String> {
    let root = root();
    let mut inputs = Inputs::new().text(&format!("{kind:?}")).text(compiler);
    for part in [
        "src",
        "Cargo.toml",
        "Cargo.lock",
        ".cargo/config.toml",
        "xtask/src/build",
        "tests/package-lock.json",
    ] {
        inputs = inputs.path(&root.join(part))?;
    }
    Ok(inputs.hash())
}

/// What `pkg/index.js` is made of that is no script of its own.
const INTERNAL: &str = "internal";

/// Whatever the bundles may be joined from, so that a script that is new needs no line here.
fn script_inputs(modules: &str) -> Result<String> {
    let mut inputs = Inputs::new().text(modules);
    let folder = root().join("pkg");
    let own = [scripts(&folder)?, scripts(&folder.join(INTERNAL))?].concat();
    for script in own.iter().chain(&package::storefront()?) {
        inputs = inputs.path(script)?;
        for part in package::parts(script)? {
            inputs = inputs.path(&part)?;
        }
    }
    Ok(inputs.path(&folder.join("index.d.ts"))?.hash())
}

/// The scripts that lie in a folder itself, sorted.
fn scripts(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed = std::fs::read_dir(folder)
        .with_context(|| format!("{} could not be listed", folder.display()))?;
    let mut found = listed
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    found.retain(|path| path.extension().is_some_and(|extension| extension == "js"));
    found.sort();
    Ok(found)
}

/// The kernels alone, for tests and bench: a module as the compiler leaves it.
pub fn kernels() -> Result<PathBuf> {
    let compiler = Compiler::find(None, &target().join("wasm/compiler"))?;
    step("compile the kernels to WebAssembly", || {
        compile(&compiler, Kind::Release, "tillside-kernels", &[])
    })
}

fn compile(compiler: &Compiler, kind: Kind, package: &str, flags: &[&str]) -> Result<PathBuf> {
    let (profile, output) = kind.profile();
    let folder = target().join("wasm");
    // The crate type is named because fat LTO is left out for a crate that is a library as well.
    let mut cargo = compiler.cargo(kind == Kind::Release);
    cargo
        .args([
            "--package",
            package,
            "--lib",
            "--crate-type",
            "cdylib",
            "--locked",
            "--profile",
            profile,
        ])
        .args(flags)
        .arg("--target-dir")
        .arg(&folder)
        .current_dir(root());
    run(&mut cargo).with_context(|| format!("{package} does not compile for WebAssembly"))?;
    let name = package.replace('-', "_") + ".wasm";
    let module = folder.join(TARGET).join(output).join(name);
    if !module.is_file() {
        bail!("{} was not made", module.display());
    }
    Ok(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_is_built_again_when_any_of_its_scripts_changes() {
        let folder = root().join("pkg");
        let found = [folder.clone(), folder.join(INTERNAL)].map(|folder| scripts(&folder).unwrap());
        let found = found.concat();
        let index = std::fs::read_to_string(folder.join("index.js")).unwrap();
        let imported = index
            .lines()
            .filter_map(|line| line.split_once("from \"./"));
        let imported: Vec<_> = imported
            .filter_map(|(_, name)| name.strip_suffix("\";"))
            .filter(|name| !name.starts_with("dist/"))
            .collect();
        assert!(imported.contains(&"goods.js"));
        assert!(imported.contains(&"internal/views.js"));
        for name in imported {
            assert!(found.contains(&folder.join(name)), "{name}");
        }
    }
}
