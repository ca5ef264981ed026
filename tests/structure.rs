//! The rooms of the house: what may use what, and how long a file may be. docs/architecture.md draws the same order.
//!
//! Reads `use` lines and paths of the sources as text; comments and tests are left out, since a test may look anywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms of the engine. Each may use those before it.
const ENGINE: &[&str] = &[
    // Small tools that several rooms share.
    "kernel",
    "lines",
    "natural",
    "decimal",
    "json",
    "value",
    "codec",
    "name",
    "answer",
    // What is known and decided.
    "consent",
    "condition",
    "scene",
    "intake",
    "shop",
    "shopper",
    "experiment",
    "recommend",
    "act",
    "stores",
    "handoff",
    "report",
    "engine",
    "web",
];

/// Rooms of the companion.
const COMPANION: &[&str] = &[
    "digest",
    "instant",
    "json",
    "random",
    "compressed",
    "progress",
    "ingest",
    "check",
    "folder",
    "evaluate",
    "train",
    "lab",
    "serve",
    "lint",
    "main",
];

/// Files that use each other, and why they still do. Nothing may be added to them.
const CIRCLES: &[(&str, &[&str])] = &[
    (
        "a profile's sections read each other's sums",
        &[
            "shopper::habits",
            "shopper::life",
            "shopper::profile",
            "shopper::taste",
        ],
    ),
    (
        "a visit is what churn counts, and churn ends a visit",
        &["shopper::life::churn", "shopper::life::visits"],
    ),
    (
        "a snapshot is packed into a code and read from one",
        &["handoff::pack", "handoff::snapshot"],
    ),
    (
        "one number type in two sizes",
        &["value::number", "value::wide"],
    ),
    (
        "a refusal names the bound of a batch",
        &["serve::batch", "serve::refusal"],
    ),
    (
        "the store opens the database that it is",
        &["serve::database", "serve::store"],
    ),
    (
        "the demo's products are tables of words",
        &[
            "lab::goods::product",
            "lab::goods::table",
            "lab::goods::words",
        ],
    ),
    (
        "a simulated session is a shopper's",
        &["lab::simulate::session", "lab::simulate::shopper"],
    ),
    (
        "the half-life is one of the settings",
        &["train::fit::age", "train::fit::tune"],
    ),
    (
        "layouts are known by their columns",
        &["ingest::kinds", "ingest::layout", "ingest::table"],
    ),
    (
        "a dialect is found by reading rows in it",
        &["ingest::table::delimited", "ingest::table::dialect"],
    ),
];

/// Lines of a file that holds one idea.
const LONG: usize = 500;

/// Longer files, with the reason. Whoever shortens one takes it out.
const LONGER: &[(&str, &str)] = &[
    (
        "pkg/index.js",
        "the façade and how it opens; the latter is to be parted from it",
    ),
    ("src/act/rule.rs", "one rule, from JSON to a checked value"),
    (
        "src/engine.rs",
        "the façade: a method for each call of a page",
    ),
    (
        "src/experiment/evaluate.rs",
        "GrowthBook's evaluation, in the order of its specification",
    ),
    (
        "src/shopper/profile/declared.rs",
        "declared attributes: reading, updating and merging go by one table",
    ),
    (
        "src/shopper/profile/mod.rs",
        "the sections of a profile, each written, read and bounded in its place",
    ),
    (
        "src/web/page.rs",
        "the bindings: a function for each call of a page",
    ),
    ("www/texts.js", "the demo's texts, one a line"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Sources below a folder, sorted; no tests, nothing built.
fn sources(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["tests", "dist", "node_modules"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if name.ends_with(&format!(".{extension}")) && name != "tests.rs" {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A source without the tests at its end.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    match text.find("\n#[cfg(test)]\n") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// The modules of a crate by their paths, with their code without comments.
fn modules(folder: &Path) -> BTreeMap<String, String> {
    let module = |path: PathBuf| {
        let inner = path.strip_prefix(folder).unwrap().with_extension("");
        let mut parts: Vec<_> = inner
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        if parts.last().is_some_and(|last| last == "mod") {
            parts.pop();
        }
        let lines = code(&path);
        let lines = lines
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default());
        (parts.join("::"), lines.collect::<Vec<_>>().join("\n"))
    };
    sources(folder, "rs").into_iter().map(module).collect()
}

/// What the paths of a module name: `crate::a::b`, `super::c::{d, e}`, from the crate's root.
fn named(module: &str, code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, word) in code
        .match_indices("crate::")
        .chain(code.match_indices("super::"))
    {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|before| before.is_alphanumeric() || before == '_' || before == ':') {
            continue;
        }
        let end = code[at..]
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
            .unwrap_or(code.len() - at);
        let path = code[at..at + end].trim_end_matches(':');
        let mut parts: Vec<String> = path.split("::").map(str::to_owned).collect();
        let mut from: Vec<String> = Vec::new();
        if word == "super::" {
            from = module.split("::").map(str::to_owned).collect();
            while parts.first().is_some_and(|part| part == "super") {
                from.pop();
                parts.remove(0);
            }
        } else {
            parts.remove(0);
        }
        from.extend(parts);
        let rest = code[at + end..]
            .strip_prefix('{')
            .and_then(|rest| rest.split_once(";"));
        match rest.filter(|_| code[..at + end].ends_with("::")) {
            None => found.push(from),
            Some((list, _)) => {
                for one in list
                    .split([',', '{', '}'])
                    .map(str::trim)
                    .filter(|one| !one.is_empty())
                {
                    let tail = one.split("::").map(str::to_owned);
                    found.push(from.iter().cloned().chain(tail).collect());
                }
            }
        }
    }
    found
}

/// From each module to those it uses; not between a room and what is in it.
fn uses(modules: &BTreeMap<String, String>) -> BTreeMap<&str, BTreeSet<&str>> {
    let known = |mut parts: Vec<String>| loop {
        if parts.is_empty() {
            return None;
        }
        if let Some((module, _)) = modules.get_key_value(&parts.join("::")) {
            return Some(module.as_str());
        }
        parts.pop();
    };
    let inside = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with("::"));
    let of = |(module, code): (&'_ String, &String)| {
        let used = named(module, code)
            .into_iter()
            .filter_map(known)
            .collect::<BTreeSet<_>>();
        let used = used
            .into_iter()
            .filter(|used| used != module && !inside(used, module) && !inside(module, used));
        used.collect::<BTreeSet<_>>()
    };
    modules
        .iter()
        .map(|entry| (entry.0.as_str(), of(entry)))
        .collect()
}

fn breaches(folder: &Path, rooms: &[&str]) -> Vec<String> {
    let modules = modules(folder);
    let room = |module: &str| module.split("::").next().unwrap_or_default().to_owned();
    let rank = |module: &str| rooms.iter().position(|known| *known == room(module));
    let mut found = Vec::new();
    for (module, used) in uses(&modules) {
        if module == "lib" {
            continue;
        }
        let Some(own) = rank(module) else {
            found.push(format!("{module} is in no room that this test knows"));
            continue;
        };
        let wrong = used
            .iter()
            .filter(|used| rank(used).is_none_or(|rank| rank > own));
        found.extend(wrong.map(|used| format!("{module} uses {used}")));
    }
    found
}

#[test]
fn rooms_use_only_what_comes_before_them() {
    assert_eq!(breaches(&root().join("src"), ENGINE), Vec::<String>::new());
    assert_eq!(
        breaches(&root().join("backend/src"), COMPANION),
        Vec::<String>::new()
    );
}

/// Modules that can be reached from `from`.
fn reached<'a>(from: &'a str, uses: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut ahead = vec![from];
    while let Some(module) = ahead.pop() {
        for next in uses.get(module).into_iter().flatten() {
            if found.insert(*next) {
                ahead.push(next);
            }
        }
    }
    found
}

#[test]
fn no_files_use_each_other_but_those_that_are_named() {
    let mut found = BTreeSet::new();
    for folder in ["src", "backend/src"] {
        let modules = modules(&root().join(folder));
        let uses = uses(&modules);
        let reach: BTreeMap<&str, BTreeSet<&str>> = uses
            .keys()
            .map(|module| (*module, reached(module, &uses)))
            .collect();
        for (module, all) in &reach {
            let circle: Vec<String> = all
                .iter()
                .filter(|other| reach[*other].contains(module))
                .map(|other| (*other).to_owned())
                .collect();
            if circle.len() > 1 {
                found.insert(circle);
            }
        }
    }
    let known: BTreeSet<Vec<String>> = CIRCLES
        .iter()
        .map(|(_, circle)| circle.iter().map(|module| (*module).to_owned()).collect())
        .collect();
    assert_eq!(found, known);
}

#[test]
fn files_are_short_or_say_why_not() {
    let mut long = BTreeSet::new();
    for (folder, extension) in [
        ("src", "rs"),
        ("backend/src", "rs"),
        ("bench/src", "rs"),
        ("xtask", "rs"),
        ("pkg", "js"),
        ("www", "js"),
    ] {
        for path in sources(&root().join(folder), extension) {
            if code(&path).lines().count() > LONG {
                long.insert(
                    path.strip_prefix(root())
                        .unwrap()
                        .to_string_lossy()
                        .into_owned(),
                );
            }
        }
    }
    let known: BTreeSet<String> = LONGER.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(long, known);
}
