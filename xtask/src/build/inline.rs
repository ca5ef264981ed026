//! `tillside/inline`: the package with its module inside, for tools and places that cannot carry a file beside a script. As
//! a module (`inline.js`), for `require` (`inline.cjs`), and as a classic script with a global `tillside` (`classic.js`).
//!
//! The module is the one that reads every model, in base64, which costs a page a third more bytes than the file. It
//! deliberately holds one module only: a shop with the full edition gives that as `options.wasm`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::MODULES;
use crate::node;
use xtask_tools::process::run;

/// The module that reads every model, and the one that is left out.
const INLINED: &str = "tillside_encoder_bg.wasm";
const LEFT_OUT: &str = "tillside_full_bg.wasm";
const MODULE: &str = "inline.js";
/// Each other form, as rolldown calls it.
const OTHERS: [(&str, &str); 2] = [("inline.cjs", "cjs"), ("classic.js", "iife")];
/// What a classic script leaves on the page.
const GLOBAL: &str = "tillside";
/// In the script: nothing else there is called so.
const BYTES: &str = "tillside_module_bytes";
const LATER: &str = "tillside_later";

/// Every file that this makes.
pub fn files() -> impl Iterator<Item = &'static str> {
    std::iter::once(MODULE).chain(OTHERS.map(|(name, _)| name))
}

/// Makes them from the bundle, the modules beside it, and the script that the bundle loads when it is wanted.
pub fn inline(dist: &Path, bundle: &str, later: &Path) -> Result<()> {
    let module = fs::read(dist.join(INLINED))?;
    let from = dist.join(MODULE);
    form(later, &from, "iife", LATER)?;
    let later = Later {
        name: &later.file_name().unwrap_or_default().to_string_lossy(),
        script: &fs::read_to_string(&from)?,
    };
    let script = inlined(&fs::read_to_string(dist.join(bundle))?, &module, &later)?;
    fs::write(&from, script)?;
    for (name, format) in OTHERS {
        form(&from, &dist.join(name), format, GLOBAL)?;
    }
    Ok(())
}

/// A script in one of rolldown's forms, `name` being what it exports where that has a name.
pub fn form(from: &Path, to: &Path, format: &str, name: &str) -> Result<()> {
    let mut rolldown = node::script("rolldown/bin/cli.mjs")?;
    rolldown
        .arg(from)
        .arg("--file")
        .arg(to)
        .args(["--format", format, "--name", name, "--minify"])
        .args(["--platform", "browser", "--log-level", "warn"]);
    run(&mut rolldown).context("rolldown, from the npm package of that name, failed")
}

/// A script that the bundle loads when it is wanted, and itself as one that leaves [`LATER`].
struct Later<'a> {
    name: &'a str,
    script: &'a str,
}

/// The bundle with bytes in place of every module's address, and a script in place of the one that it loads, which are the two
/// things in it that a bundler has to understand.
fn inlined(bundle: &str, module: &[u8], later: &Later) -> Result<String> {
    let mut script = bundle.to_owned();
    // Not where a comment only speaks of its type.
    let loads = ['"', '\'', '`']
        .map(|quote| format!("await import({quote}./{name}{quote})", name = later.name));
    let found: Vec<_> = loads
        .iter()
        .filter(|load| script.matches(load.as_str()).count() == 1)
        .collect();
    let [load] = found[..] else {
        bail!("the bundle does not load {} in one place", later.name);
    };
    script = script.replace(load, &format!("await Promise.resolve({LATER})"));
    for name in MODULES.map(|module| module.name) {
        let addresses = ['"', '\'', '`'].map(|quote| {
            [", ", ","]
                .map(|comma| format!("new URL({quote}./{name}{quote}{comma}import.meta.url)"))
        });
        let found: Vec<_> = addresses
            .iter()
            .flatten()
            .filter(|address| script.contains(address.as_str()))
            .collect();
        let [address] = found[..] else {
            bail!("the bundle does not name {name} by its address in one way");
        };
        // What compiles to nothing makes the package go on with the next module.
        let place = match name {
            LEFT_OUT => "void 0".to_owned(),
            _ => format!("{BYTES}()"),
        };
        script = script.replace(address, &place);
    }
    if script.contains("import.meta") {
        bail!("the bundle asks for its own address for more than its modules");
    }
    let text = base64(module);
    Ok(format!(
        "const {BYTES}=()=>Uint8Array.from(atob(\"{text}\"),c=>c.charCodeAt(0));\n{}\n{script}",
        later.script
    ))
}

/// RFC 4648.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |n: usize| u32::from(three.get(n).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for n in 0..4 {
            text.push(if n <= three.len() {
                char::from(DIGITS[(bits >> (18 - 6 * n) & 63) as usize])
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle() -> String {
        let addresses = MODULES.map(|module| {
            let name = module.name;
            format!("m(new URL(`./{name}`,import.meta.url));")
        });
        addresses.concat() + "await import(`./later.js`);"
    }

    const LATE: Later = Later {
        name: "later.js",
        script: "var tillside_later={};",
    };

    #[test]
    fn the_module_for_every_model_stands_for_both_and_the_full_edition_is_left_out() {
        let script = inlined(&bundle(), b"\0asm", &LATE).unwrap();
        assert!(script.contains("atob(\"AGFzbQ==\")"), "{script}");
        let calls = script.matches("m(tillside_module_bytes());").count();
        assert_eq!(calls, MODULES.len() - 1);
        assert_eq!(script.matches("m(void 0);").count(), 1);
        assert!(!script.contains("import"), "{script}");
        let (there, used) = script
            .split_once("await Promise.resolve(tillside_later);")
            .unwrap();
        assert!(there.contains("var tillside_later={};"), "{script}");
        assert_eq!(used, "");
    }

    #[test]
    fn a_bundle_that_is_written_otherwise_is_refused() {
        let other = bundle().replace("new URL(`", "new URL( `");
        assert!(inlined(&other, b"", &LATE).is_err());
        assert!(inlined(&(bundle() + "import.meta.env"), b"", &LATE).is_err());
        assert!(inlined(&bundle().replace("later", "sooner"), b"", &LATE).is_err());
    }

    #[test]
    fn base64_is_as_everybody_writes_it() {
        let texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let expected = [
            "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy",
        ];
        assert_eq!(texts.map(|text| base64(text.as_bytes())), expected);
    }
}
