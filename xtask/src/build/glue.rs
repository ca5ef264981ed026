//! What of the generated glue a page need not download: checks of how it is called, which `load.js` makes needless, work
//! for engines of long ago, and cleaning up after calls that could not be made, after which the engine is
//! not used again.
//!
//! Each change names the text it expects; a generator that writes otherwise stops the build.

use anyhow::{Result, bail};

/// Text of the glue, and what stands for it.
const ONCE: [(&str, &str); 10] = [
    // Its caller always gives an object with the module.
    (
        "    if (module !== undefined) {\n        if (Object.getPrototypeOf(module) === Object.prototype) {\n            \
         ({module} = module)\n        } else {\n            \n        }\n    }\n",
        "    ({module} = module);\n",
    ),
    ("    cachedUint32ArrayMemory0 = null;\n", ""),
    ("    cachedUint8ArrayMemory0 = null;\n", ""),
    // A view of memory that has grown has no length.
    (
        "cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0",
        "!cachedUint8ArrayMemory0?.length",
    ),
    (
        "cachedUint32ArrayMemory0 === null || cachedUint32ArrayMemory0.byteLength === 0",
        "!cachedUint32ArrayMemory0?.length",
    ),
    // Bytes, copied in one way.
    (
        "function passArray8ToWasm0(arg, malloc) {\n    const ptr = malloc(arg.length * 1, 1) >>> 0;",
        "function passArray8ToWasm0(arg) {\n    const ptr = wasm.__wbindgen_malloc(arg.length, 1);",
    ),
    (
        "    numBytesDecoded += bytes.length;\n    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {\n        \
         cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });\n        \
         cachedTextDecoder.decode();\n        numBytesDecoded = bytes.length;\n    }\n",
        "",
    ),
    // Importing touches nothing, and where a page has neither of them, as jsdom's has not, Node does.
    (
        "let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });\ncachedTextDecoder.decode();\n",
        "const coder = (name, ...how) => new (globalThis[name] ?? \
         globalThis.process.getBuiltinModule(\"node:util\")[name])(...how);\n\
         let cachedTextDecoder, cachedTextEncoder;\n",
    ),
    (
        "    return cachedTextDecoder.decode(bytes);\n",
        "    return (cachedTextDecoder ??= coder(\"TextDecoder\", \"utf-8\", { ignoreBOM: true })).decode(bytes);\n",
    ),
    ("const cachedTextEncoder = new TextEncoder();\n", ""),
];

/// The same of what is said more than once. Memory is some megabytes, and words in it begin at multiples of four.
const OFTEN: [(&str, &str); 3] = [
    (
        "getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);",
        "getUint32ArrayMemory0()[arg0 / 4 + 1] = len1;",
    ),
    (
        "getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);",
        "getUint32ArrayMemory0()[arg0 / 4] = ptr1;",
    ),
    (" >>> 0;", ";"),
];

/// Where the glue puts a string into memory, and what does so here: letter by letter as long as it is ASCII, which most
/// strings are and which is the quickest, else as a whole.
const STRING: (&str, &str) = (
    "function passStringToWasm0(arg, malloc, realloc) {\n",
    "    WASM_VECTOR_LEN = offset;\n    return ptr;\n}\n",
);
const STRING_HERE: &str = "function passStringToWasm0(arg) {
    const len = arg.length;
    let ptr = wasm.__wbindgen_malloc(len, 1);
    const mem = getUint8ArrayMemory0();
    let offset = 0;
    for (; offset < len; offset++) {
        const code = arg.charCodeAt(offset);
        if (code > 0x7F) break;
        mem[ptr + offset] = code;
    }
    if (offset !== len) {
        const bytes = (cachedTextEncoder ??= coder('TextEncoder')).encode(arg);
        ptr = wasm.__wbindgen_realloc(ptr, len, offset = bytes.length, 1);
        getUint8ArrayMemory0().set(bytes, ptr);
    }
    WASM_VECTOR_LEN = offset;
    return ptr;
}
";

/// The glue with less.
pub fn trim(glue: &str) -> Result<String> {
    let mut glue = glue
        .replace(", wasm.__wbindgen_malloc, wasm.__wbindgen_realloc)", ")")
        .replace(", wasm.__wbindgen_malloc)", ")");
    for (old, new) in ONCE {
        if glue.matches(old).count() != 1 {
            bail!("the glue does not say once:\n{old}");
        }
        glue = glue.replace(old, new);
    }
    for (old, new) in OFTEN {
        if !glue.contains(old) {
            bail!("the glue does not say:\n{old}");
        }
        glue = glue.replace(old, new);
    }
    let (start, end) = STRING;
    let Some((before, rest)) = glue.split_once(start) else {
        bail!("the glue has no {start}");
    };
    let Some((_, after)) = rest.split_once(end) else {
        bail!("the glue has no end of {start}");
    };
    let mut trimmed = String::new();
    for function in format!("{before}{STRING_HERE}{after}").split_inclusive("\n}\n") {
        match function.find("export function ") {
            Some(at) => {
                let (before, function) = function.split_at(at);
                trimmed += before;
                trimmed += &call(function)?;
            }
            None => trimmed += function,
        }
    }
    Ok(trimmed)
}

/// A call of the module, its strings and bytes passed where they are arguments: what was passed is read from left to right.
fn call(function: &str) -> Result<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut passed: Vec<(String, String)> = Vec::new();
    let mut plain: Vec<(String, String)> = Vec::new();
    let mut cleaning = false;
    for line in function.split_inclusive('\n') {
        let text = line.trim();
        let word = text.strip_prefix("const ").unwrap_or(text);
        if cleaning {
            cleaning = text != "}" || !line.starts_with("    }");
        } else if text.starts_with("} catch (e) {") {
            cleaning = true;
        } else if text == "try {"
            || text.starts_with("let ptr")
            || word.ends_with("= WASM_VECTOR_LEN;")
        {
            // Said where it is passed.
        } else if let Some((name, what)) = assigned(word, "ptr") {
            passed.push((format!("{name}, {}", name.replace("ptr", "len")), what));
        } else if let Some((name, what)) =
            assigned(word, "val").filter(|(_, what)| what.starts_with('+'))
        {
            plain.push((name, what.trim_start_matches('+').to_owned()));
        } else {
            lines.push(line.to_owned());
        }
    }
    let mut body = lines.concat();
    for (names, what) in &passed {
        if body.matches(names.as_str()).count() != 1 {
            bail!("{names} is not passed once in\n{function}");
        }
        body = body.replace(names, &format!("{what}, WASM_VECTOR_LEN"));
    }
    // Of `val1` and `val10` the longer goes first.
    plain.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    for (name, what) in &plain {
        body = body.replace(name, what);
    }
    Ok(body)
}

/// `NAME3 = WHAT;`
fn assigned(text: &str, name: &str) -> Option<(String, String)> {
    let (left, right) = text.strip_suffix(';')?.split_once(" = ")?;
    let number = left.strip_prefix(name)?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| (left.to_owned(), right.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_passed_where_they_are_arguments() {
        let function = "export function ask(page, what, bytes) {
    const val3 = +page;
    let ptr0, len0, ptr1, len1;
    try {
        ptr0 = passStringToWasm0(what);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passArray8ToWasm0(bytes);
        len1 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    const ret = wasm.ask(val3, ptr0, len0, ptr1, len1);
    return ret >>> 0;
}
";
        let expected = "export function ask(page, what, bytes) {
    const ret = wasm.ask(page, passStringToWasm0(what), WASM_VECTOR_LEN, passArray8ToWasm0(bytes), WASM_VECTOR_LEN);
    return ret >>> 0;
}
";
        assert_eq!(call(function).unwrap(), expected);
        let twice = function.replace("ptr1, len1)", "ptr0, len0)");
        assert!(call(&twice).is_err());
    }

    #[test]
    fn glue_that_is_written_otherwise_is_refused() {
        assert!(trim("export function ask(page) {\n    wasm.ask(page);\n}\n").is_err());
    }
}
