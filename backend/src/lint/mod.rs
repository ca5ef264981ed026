//! `tillside lint`: a file of rules read as the page reads it; every mistake with its line and the remedy.
//!
//! The findings come from `tillside::act::lint`, so that a page's console and this command say the same. Only the line
//! is found here.

mod place;

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;
use tillside::act::lint::{Finding, lint};
use tillside::value::Value;

use crate::{Coded, Outcome};

/// Check rules of actions as the page reads them
#[derive(clap::Args)]
pub struct Args {
    /// JSON files of rules
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print findings as JSON lines
    #[arg(long)]
    json: bool,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LintError {
    #[error("{path} cannot be read: {source}; check the path and its permissions", path = .path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{count} finding{} in the rules; correct them, docs/actions.md describes the fields", if *.count == 1 { "" } else { "s" })]
    Findings { count: usize },
}

impl Coded for LintError {
    fn code(&self) -> &'static str {
        match self {
            LintError::Read { .. } => "lint.read",
            LintError::Findings { .. } => "lint.findings",
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    line: usize,
    code: &'a str,
    path: &'a str,
    message: &'a str,
}

/// Checks each file; an error where any finding remains.
pub fn run(args: Args) -> Outcome {
    let mut out = std::io::stdout().lock();
    let mut count = 0;
    for path in &args.files {
        let text = std::fs::read_to_string(path).map_err(|source| LintError::Read {
            path: path.clone(),
            source,
        })?;
        let file = path.display().to_string();
        let findings = findings(&text);
        count += findings.len();
        for (line, finding) in &findings {
            // A reader that has gone away wants no more.
            let _ = match args.json {
                true => {
                    let line = Line {
                        file: &file,
                        line: *line,
                        code: finding.code,
                        path: &finding.path,
                        message: &finding.message,
                    };
                    writeln!(out, "{}", serde_json::to_string(&line).unwrap_or_default())
                }
                false => writeln!(
                    out,
                    "{file}:{line}: {} [{}]\n    {}",
                    finding.path, finding.code, finding.message
                ),
            };
        }
        if findings.is_empty() && !args.json {
            let _ = writeln!(out, "{file}: no findings");
        }
    }
    match count {
        0 => Ok(()),
        count => Err(LintError::Findings { count }.into()),
    }
}

/// What is wrong with a file's text, each with its line from 1.
fn findings(text: &str) -> Vec<(usize, Finding)> {
    match serde_json::from_str::<serde_json::Value>(text) {
        Err(error) => vec![(
            error.line(),
            Finding {
                code: "lint_json",
                path: format!("column {}", error.column()),
                message: format!("{error}; write JSON"),
            },
        )],
        Ok(_) => match Value::parse(text) {
            Ok(value) => lint(&value)
                .into_iter()
                .map(|finding| (place::line(text, &finding.path), finding))
                .collect(),
            Err(error) => vec![(
                1,
                Finding {
                    code: "lint_json",
                    path: String::new(),
                    message: format!("{error}; write shorter or flatter JSON"),
                },
            )],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_names_the_line_where_a_person_looks() {
        let text = "{\n  \"rules\": [\n    {\n      \"id\": \"a\",\n      \"if\": {\n        \"cart.value\": { \"$gtt\": 5 }\n      },\n      \"do\": { \"type\": \"reminder\", \"title\": \"x\" }\n    },\n    { \"id\": \"b\", \"interrupts\": true,\n      \"do\": { \"type\": \"reminder\", \"title\": \"x\" } }\n  ]\n}\n";
        let found = findings(text);
        let found: Vec<_> = found
            .iter()
            .map(|(line, finding)| (*line, finding.code))
            .collect();
        assert_eq!(found, [(6, "rule_condition"), (10, "lint_no_cap")]);
    }

    #[test]
    fn text_that_is_no_json_is_named_by_line() {
        let found = findings("{\n \"rules\": [,]\n}");
        assert_eq!((found[0].0, found[0].1.code), (2, "lint_json"));
    }

    #[test]
    fn the_default_rules_have_no_findings() {
        assert!(findings(tillside::act::DEFAULT_RULES).is_empty());
    }
}
