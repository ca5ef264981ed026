//! `pkg/dist`: the modules, their glue, and the package's scripts with the glue as one small file.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::{Bindgen, EncodeInto, Output};

use super::{Kind, MODULES, Module, inline, scripts};
use crate::node;
use xtask_tools::folders::{root, target};
use xtask_tools::process::run;

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
/// The glue as the module knows it, and where in it the module's imports begin.
const FROM_GLUE: &str = "./tillside_bg.js";
const GIVEN: &str = "const import0 = {\n        __proto__: null,";
/// As the generator names a module.
const GENERATED: &str = "tillside_bg.wasm";
/// What the package exports: `pkg/index.js` and all that it imports.
const BUNDLE: &str = "index.js";
/// What of it only some pages load.
const LATER: &str = "features.js";
/// A script beside the package that tag managers want as a classic one too, that one, and the global which it leaves.
const CLASSIC: (&str, &str, &str) = ("datalayer.js", "datalayer.classic.js", "tillsideDataLayer");

fn dist() -> PathBuf {
    root().join("pkg/dist")
}

/// Whether the modules and their glue are there.
pub fn has_modules() -> bool {
    let modules = MODULES.iter().map(|module| module.name);
    modules
        .chain([GLUE])
        .all(|name| dist().join(name).is_file())
}

/// Whether every script is there that is made from them and from the package's own.
pub fn has_scripts() -> Result<bool> {
    let mut names: Vec<_> = inline::files().map(OsStr::new).collect();
    names.extend([BUNDLE, LATER, CLASSIC.1].map(OsStr::new));
    let apart = storefront()?;
    names.extend(apart.iter().filter_map(|path| path.file_name()));
    Ok(names.iter().all(|name| dist().join(name).is_file()))
}

/// Scripts that a page may have beside the package, each published as a file of its own.
pub fn storefront() -> Result<Vec<PathBuf>> {
    scripts(&root().join("pkg/storefront"))
}

/// What a script of the storefront is made of beside itself: `widgets.js` of what lies in `widgets/`.
pub fn parts(script: &Path) -> Result<Vec<PathBuf>> {
    let folder = script.with_extension("");
    if folder.is_dir() {
        scripts(&folder)
    } else {
        Ok(Vec::new())
    }
}

/// From what was compiled for each of [`MODULES`].
pub fn assemble(compiled: &[PathBuf], kind: Kind) -> Result<()> {
    let dist = dist();
    for (n, (path, module)) in compiled.iter().zip(&MODULES).enumerate() {
        let folder = match n {
            0 => dist.clone(),
            _ => target().join("wasm/generated"),
        };
        empty(&folder)?;
        generate(path, &folder, kind)?;
        // One glue serves all, so it must be the same.
        let glue = folder.join(GLUE);
        if fs::read(&glue)? != fs::read(dist.join(GLUE))? {
            bail!(
                "{} wants a glue of its own: {} differs from the first",
                module.name,
                glue.display()
            );
        }
        let to = dist.join(module.name);
        let from = folder.join(GENERATED);
        if from != to {
            fs::copy(from, &to)
                .with_context(|| format!("{} could not be written", to.display()))?;
        }
    }
    if kind == Kind::Release {
        optimise_all(&dist)?;
    }
    Ok(())
}

/// Side by side, since wasm-opt works on one core for most of its time.
fn optimise_all(dist: &Path) -> Result<()> {
    node::install()?;
    thread::scope(|scope| {
        let started: Vec<_> = MODULES
            .iter()
            .map(|module| scope.spawn(|| optimise(&dist.join(module.name))))
            .collect();
        started.into_iter().try_for_each(|one| {
            one.join()
                .unwrap_or_else(|_| bail!("wasm-opt could not be waited for"))
        })
    })
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("{} could not be emptied", folder.display()))?;
    }
    Ok(())
}

fn generate(compiled: &Path, to: &Path, kind: Kind) -> Result<()> {
    calls_what_it_links(&fs::read(compiled)?)?;
    let mut output = Bindgen::new()
        .input_path(compiled)
        .out_name("tillside")
        .web(true)?
        // `load.js` says where the modules are. A second `new URL(…, import.meta.url)` in the glue would make bundlers
        // ship one twice.
        .omit_default_module_path(true)
        // Whatever runs simd128 has it.
        .encode_into(EncodeInto::Always)
        .typescript(true)
        .debug(kind == Kind::Dev)
        .keep_debug(kind == Kind::Dev)
        .remove_name_section(kind == Kind::Release)
        .remove_producers_section(true)
        .generate_output()
        .context("the glue could not be generated")?;
    returns_no_reference(output.wasm())?;
    let renamed = (kind == Kind::Release).then(|| shorten(&mut output));
    output.emit(to)?;
    let glue = to.join(GLUE);
    let mut script = fs::read_to_string(&glue)?;
    if let Some(imports) = renamed {
        script = renamed_in(&script, &imports).with_context(|| glue.display().to_string())?;
        // `load.js` does it as advised; a page need not download the advice.
        script = super::glue::trim(&script.replace(ADVICE, ""))
            .with_context(|| glue.display().to_string())?;
    }
    if script.matches(COMPILES).count() != 1 {
        bail!(
            "{} does not ask once whether it has a module",
            glue.display()
        );
    }
    script = script.replace(COMPILES, "false");
    let look = script
        .lines()
        .find_map(|line| line.strip_prefix("import * as import1 from "))
        .with_context(|| format!("{} imports no script of the crate", glue.display()))?;
    let take = format!("export {{ take }} from {look};\n");
    fs::write(&glue, script + &take)?;
    let types = glue.with_extension("d.ts");
    let typed = fs::read_to_string(&types)? + "export function take(done: void): any;\n";
    fs::write(types, typed)?;
    Ok(())
}

/// Where a library was compiled by another calling convention than the crate, the linker puts a trap in the place of what is
/// called, and names it so.
fn calls_what_it_links(module: &[u8]) -> Result<()> {
    const TRAP: &[u8] = b"signature_mismatch:";
    let Some(at) = module.windows(TRAP.len()).position(|some| some == TRAP) else {
        return Ok(());
    };
    let name = module[at + TRAP.len()..].iter();
    let name = name.take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_');
    let name: String = name.map(|byte| char::from(*byte)).collect();
    bail!(
        "a call of `{name}` would trap: it was compiled by another calling convention than the crate"
    )
}

/// An engine of 2023 and before (Chrome 113, Node 20) may crash where a script that it has optimised calls a function
/// which returns a reference and nothing else; so none may.
fn returns_no_reference(module: &walrus::Module) -> Result<()> {
    for export in module.exports.iter() {
        let walrus::ExportItem::Function(function) = export.item else {
            continue;
        };
        let results = module.types.results(module.funcs.get(function).ty());
        if matches!(results, [walrus::ValType::Ref(_)]) {
            bail!(
                "`{}` returns a reference, at which some engines crash: let it answer by `put`",
                export.name
            );
        }
    }
    Ok(())
}

/// What the glue says to those who start a module as earlier versions did.
const ADVICE: &str =
    "console.warn('using deprecated parameters for `initSync()`; pass a single object instead')";

/// How the glue asks whether what it has must be compiled first. `load.js` always gives it a module, and one of another
/// frame is no instance of this frame's class.
const COMPILES: &str = "!(module instanceof WebAssembly.Module)";

/// What the module imports: its name in the glue, its name in the module now, and whether it comes from a script of the
/// crate's own rather than from the glue.
struct Renamed {
    old: String,
    new: String,
    own: bool,
}

/// Gives what the module imports names of a letter or two instead of ones that end in a hash, which no compression
/// shortens, and takes all of it from the glue.
fn shorten(output: &mut Output) -> Vec<Renamed> {
    // Sorted, so that what is the same in two modules has one name.
    let mut imports: Vec<_> = output.wasm_mut().imports.iter_mut().collect();
    imports.sort_by(|a, b| a.name.cmp(&b.name));
    imports
        .into_iter()
        .enumerate()
        .map(|(number, import)| {
            let new = short(number);
            let own = import.module != FROM_GLUE;
            import.module = FROM_GLUE.to_owned();
            let old = std::mem::replace(&mut import.name, new.clone());
            Renamed { old, new, own }
        })
        .collect()
}

/// a, b, …, z, ba, bb, …
fn short(number: usize) -> String {
    let last = char::from(b'a' + (number % 26) as u8).to_string();
    match number / 26 {
        0 => last,
        rest => short(rest) + &last,
    }
}

/// Names the functions that the glue gives to the module as the module now does.
fn renamed_in(script: &str, imports: &[Renamed]) -> Result<String> {
    // Each of the crate's own scripts is given to the module as a whole, as often as something of it is imported.
    let mut script: String = script
        .split_inclusive('\n')
        .filter(|line| !line.trim_start().starts_with("\"./snippets/"))
        .collect();
    let mut given = String::from(GIVEN);
    for Renamed { old, new, own } in imports {
        if *own {
            given += &format!("\n        {new}: import1.{old},");
            continue;
        }
        let key = format!(" {old}: ");
        if script.matches(&key).count() != 1 {
            bail!("does not give {old} to the module once");
        }
        script = script.replace(&key, &format!(" {new}: "));
    }
    if script.matches(GIVEN).count() != 1 {
        bail!("does not give the module its imports in one place");
    }
    Ok(script.replace(GIVEN, &given))
}

/// A script and all that it imports, in one file.
pub fn join(entry: &Path, to: &Path, minify: bool, more: &[&str]) -> Result<()> {
    let mut rolldown = node::script("rolldown/bin/cli.mjs")?;
    rolldown
        .arg(entry)
        .arg("--file")
        .arg(to)
        .args(["--format", "esm", "--platform", "browser"])
        .args(["--log-level", "warn"])
        .args(more);
    if minify {
        rolldown.arg("--minify");
    }
    run(&mut rolldown).context("rolldown, from the npm package of that name, failed")
}

/// One request in the page instead of four, and a third of the bytes.
pub fn bundle(kind: Kind) -> Result<()> {
    let path = dist().join(BUNDLE);
    let minify = kind == Kind::Release;
    let source = root().join("pkg");
    let later = ["--external", &format!("./{LATER}")];
    join(&source.join(BUNDLE), &path, minify, &later)?;
    join(&source.join(LATER), &dist().join(LATER), minify, &[])?;
    // The bundle stands beside the modules that its source names from one folder up.
    let mut bundle = fs::read_to_string(&path)?;
    // Said for bundlers that drop what is not used, of which nothing is left here.
    bundle = bundle.replace("/* @__PURE__ */ ", "");
    for Module { name, .. } in &MODULES {
        let named = format!("./dist/{name}");
        if bundle.matches(&named).count() != 1 {
            bail!("{} does not name {name} once, as {named}", path.display());
        }
        bundle = bundle.replace(&named, &format!("./{name}"));
    }
    // It stands there too.
    bundle = bundle.replace(&format!("../{LATER}"), &format!("./{LATER}"));
    fs::write(&path, bundle)?;
    // For the tests, which import the bundle from where it is; it is not published.
    fs::write(
        path.with_extension("d.ts"),
        "export * from \"../index.js\";\n",
    )?;
    // As Node wants them beside a script for `require`.
    fs::copy(root().join("pkg/index.d.ts"), dist().join("index.d.cts"))?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let to = root().join("pkg").join(licence);
        fs::copy(root().join(licence), to)?;
    }
    for script in storefront()? {
        apart(&script, minify)?;
    }
    let (module, classic, global) = CLASSIC;
    inline::form(&dist().join(module), &dist().join(classic), "iife", global)?;
    inline::inline(&dist(), BUNDLE, &source.join(LATER))
}

/// A script beside the package, without what it imports: the page has that once.
fn apart(script: &Path, minify: bool) -> Result<()> {
    let name = script.file_name().unwrap_or_default();
    let to = dist().join(name);
    fs::write(
        to.with_extension("d.ts"),
        format!("export * from \"../types/{}\";\n", name.to_string_lossy()),
    )?;
    let imported = outside(script)?;
    let mut external = Vec::new();
    for name in &imported {
        external.extend(["--external", name]);
    }
    join(script, &to, minify, &external)?;
    let written = fs::read_to_string(&to)?;
    let mut left: Vec<_> = imports(&written).map(String::from).collect();
    left.sort_unstable();
    // Parts lie one folder deeper than what they are joined to.
    let mut wanted: Vec<_> = imported
        .iter()
        .map(|name| name.replace("../", "./"))
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    if left != wanted {
        bail!("{} imports {left:?} instead of {wanted:?}", to.display());
    }
    Ok(())
}

/// What a script and its parts import that the page has once, beside it.
fn outside(script: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let text = fs::read_to_string(script)?;
    let own = format!(
        "./{}/",
        script.file_stem().unwrap_or_default().to_string_lossy()
    );
    names.extend(
        imports(&text)
            .filter(|name| !name.starts_with(&own))
            .map(String::from),
    );
    for part in parts(script)? {
        let text = fs::read_to_string(part)?;
        names.extend(
            imports(&text)
                .filter(|name| !name.starts_with("./"))
                .map(String::from),
        );
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// What a script names after `from`.
fn imports(script: &str) -> impl Iterator<Item = &str> {
    let quoted = script.match_indices("from").filter_map(|(at, _)| {
        let rest = script.get(at + 4..)?.trim_start();
        let quote = rest
            .chars()
            .next()
            .filter(|&c| matches!(c, '"' | '\'' | '`'))?;
        rest.get(1..)?.split(quote).next()
    });
    quoted.filter(|name| !name.is_empty())
}

fn optimise(module: &Path) -> Result<()> {
    let mut wasm_opt = node::script("binaryen/bin/wasm-opt")?;
    wasm_opt
        .arg(module)
        .arg("--output")
        .arg(module)
        // Addresses below the first kilobyte are the far end of the stack, where nothing points.
        .args(["-Oz", "--converge", "--low-memory-unused"])
        // Functions that are called once go into their caller as long as they are short: beyond that, what is inlined
        // compresses worse than what is called.
        .args([
            "--one-caller-inline-max-function-size=100",
            "--always-inline-max-function-size=4",
        ])
        // Control flow built anew from what is left of it takes less.
        .args(["--flatten", "--rereloop", "-Oz", "-Oz"])
        .args(FEATURES)
        .args(["--strip-debug", "--strip-producers"]);
    run(&mut wasm_opt).context("wasm-opt, from the npm package binaryen, failed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_come_from_one_place_under_short_names() {
        let import = |old: &str, new: &str, own| Renamed {
            old: old.into(),
            new: new.into(),
            own,
        };
        let glue = "import * as import1 from \"./snippets/a/look.js\"\n    const import0 = {\n        __proto__: null,\n        \
                    __wbg_now_1: function() {}\n    };\n        \"./snippets/a/look.js\": import1,\n";
        let imports = [import("__wbg_now_1", "a", false), import("kind", "b", true)];
        assert_eq!(
            renamed_in(glue, &imports).unwrap(),
            "import * as import1 from \"./snippets/a/look.js\"\n    const import0 = {\n        __proto__: null,\n        \
             b: import1.kind,\n        a: function() {}\n    };\n"
        );
        assert!(renamed_in(glue, &[import("__wbg_then_2", "a", false)]).is_err());
    }

    #[test]
    fn a_function_that_returns_a_reference_is_refused() {
        use walrus::{FunctionBuilder, Module, RefType, ValType};
        let with = |results: &[ValType]| {
            let mut module = Module::default();
            let mut builder = FunctionBuilder::new(&mut module.types, &[], results);
            builder.func_body().unreachable();
            let function = builder.finish(Vec::new(), &mut module.funcs);
            module.exports.add("answer", function);
            returns_no_reference(&module)
        };
        let reference = ValType::Ref(RefType::EXTERNREF);
        let refused = with(&[reference]).unwrap_err().to_string();
        assert!(refused.contains("`answer`"), "{refused}");
        with(&[]).unwrap();
        with(&[ValType::I32]).unwrap();
        with(&[ValType::I32, reference]).unwrap();
    }

    #[test]
    fn a_call_that_the_linker_replaced_by_a_trap_is_refused() {
        calls_what_it_links(b"\0asm name __udivti3\0").unwrap();
        let refused =
            calls_what_it_links(b"\0asm name signature_mismatch:__udivti3\0x").unwrap_err();
        assert!(refused.to_string().contains("`__udivti3`"), "{refused}");
    }

    #[test]
    fn short_names_are_all_different() {
        let names: std::collections::BTreeSet<_> = (0..1000).map(short).collect();
        assert_eq!(names.len(), 1000);
        assert_eq!(
            (short(0), short(25), short(26)),
            ("a".into(), "z".into(), "ba".into())
        );
    }
}
