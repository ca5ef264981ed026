//! The command line: verbs with flags and at most one operand, described as data so that help and errors cannot drift
//! from what is accepted.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

/// One thing that `cargo xtask` does.
pub struct Verb {
    pub name: &'static str,
    pub about: &'static str,
    pub flags: &'static [Flag],
    /// The words that may follow the verb; empty when none may.
    pub operands: &'static [&'static str],
    pub run: fn(&Call) -> Result<()>,
}

/// `--name`, or `--name VALUE` where `value` says what the value is.
pub struct Flag {
    pub name: &'static str,
    pub value: Option<&'static str>,
    /// The values allowed; empty when any is.
    pub choices: &'static [&'static str],
    pub about: &'static str,
}

/// What was asked of a verb.
#[derive(Debug, Default)]
pub struct Call {
    flags: BTreeMap<&'static str, String>,
    pub operand: Option<&'static str>,
}

impl Call {
    pub fn has(&self, flag: &str) -> bool {
        self.flags.contains_key(flag)
    }

    pub fn value(&self, flag: &str) -> Option<&str> {
        self.flags.get(flag).map(String::as_str)
    }
}

pub enum Parsed {
    Help(String),
    Run(&'static Verb, Call),
}

pub fn parse(verbs: &'static [&'static Verb], arguments: &[String]) -> Result<Parsed> {
    let Some((first, rest)) = arguments.split_first() else {
        return Ok(Parsed::Help(overview(verbs)));
    };
    if is_help(first) || first == "help" {
        return Ok(Parsed::Help(overview(verbs)));
    }
    let Some(verb) = verbs.iter().find(|verb| verb.name == first) else {
        let names: Vec<_> = verbs.iter().map(|verb| verb.name).collect();
        bail!(
            "`{first}` is not something xtask does; it does: {}",
            names.join(", ")
        );
    };
    if rest.iter().any(|argument| is_help(argument)) {
        return Ok(Parsed::Help(help(verb)));
    }
    Ok(Parsed::Run(verb, call(verb, rest)?))
}

fn call(verb: &'static Verb, arguments: &[String]) -> Result<Call> {
    let mut call = Call::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let Some(long) = argument.strip_prefix("--") else {
            let operand = verb.operands.iter().find(|operand| *operand == argument);
            match operand {
                Some(operand) if call.operand.is_none() => call.operand = Some(operand),
                _ => bail!(
                    "`{argument}` is not expected here; see `cargo xtask {} --help`",
                    verb.name
                ),
            }
            continue;
        };
        let (name, inline) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (long, None),
        };
        let Some(flag) = verb.flags.iter().find(|flag| flag.name == name) else {
            bail!(
                "`cargo xtask {0}` has no flag `--{name}`; see `cargo xtask {0} --help`",
                verb.name
            );
        };
        let value = match (flag.value, inline) {
            (None, None) => String::new(),
            (None, Some(_)) => bail!("`--{name}` takes no value"),
            (Some(_), Some(value)) => value,
            (Some(what), None) => match rest.next() {
                Some(value) => value.clone(),
                None => bail!("`--{name}` needs a value: `--{name} {what}`"),
            },
        };
        if !flag.choices.is_empty() && !flag.choices.contains(&value.as_str()) {
            bail!(
                "`--{name} {value}`: it must be one of {}",
                flag.choices.join(", ")
            );
        }
        call.flags.insert(flag.name, value);
    }
    Ok(call)
}

fn is_help(argument: &str) -> bool {
    argument == "--help" || argument == "-h"
}

fn overview(verbs: &[&Verb]) -> String {
    let mut text = String::from("cargo xtask <verb> [--help]\n");
    for verb in verbs {
        text += &format!("\n  {:<7} {}", verb.name, first_line(verb.about));
    }
    text
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn help(verb: &Verb) -> String {
    let mut usage = format!("cargo xtask {}", verb.name);
    if !verb.operands.is_empty() {
        usage += &format!(" [{}]", verb.operands.join("|"));
    }
    let mut lines = String::new();
    for flag in verb.flags {
        let shown = match flag.value {
            Some(what) => format!("--{} {what}", flag.name),
            None => format!("--{}", flag.name),
        };
        usage += &format!(" [{shown}]");
        lines += &format!("\n  {shown:<18} {}", flag.about);
        if !flag.choices.is_empty() {
            lines += &format!(" ({})", flag.choices.join(", "));
        }
    }
    let separator = if lines.is_empty() { "" } else { "\n" };
    format!("{usage}\n\n{}{separator}{lines}", verb.about)
}

#[cfg(test)]
mod tests {
    use super::*;

    static VERB: Verb = Verb {
        name: "demo",
        about: "Shows a shop.\nMore about it.",
        flags: &[
            Flag {
                name: "port",
                value: Some("N"),
                choices: &[],
                about: "where",
            },
            Flag {
                name: "shop",
                value: Some("NAME"),
                choices: &["a", "b"],
                about: "which",
            },
            Flag {
                name: "once",
                value: None,
                choices: &[],
                about: "then stop",
            },
        ],
        operands: &["size"],
        run: |_| Ok(()),
    };
    static VERBS: &[&Verb] = &[&VERB];

    fn asked(line: &str) -> Result<Parsed> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(VERBS, &words)
    }

    fn called(line: &str) -> Call {
        match asked(line).unwrap() {
            Parsed::Run(_, call) => call,
            Parsed::Help(text) => panic!("help instead of a call: {text}"),
        }
    }

    fn refused(line: &str) -> String {
        match asked(line) {
            Ok(_) => panic!("accepted: {line}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn flags_and_operands_are_read_in_any_order() {
        let call = called("demo --port=80 size --once --shop b");
        assert_eq!(call.value("port"), Some("80"));
        assert_eq!(call.value("shop"), Some("b"));
        assert_eq!(call.operand, Some("size"));
        assert!(call.has("once"));
        assert!(!called("demo").has("once"));
    }

    #[test]
    fn what_is_not_understood_is_named_with_a_remedy() {
        assert!(refused("dmeo").contains("`dmeo` is not something xtask does; it does: demo"));
        assert!(
            refused("demo --prot 80").contains("no flag `--prot`; see `cargo xtask demo --help`")
        );
        assert!(refused("demo --port").contains("`--port N`"));
        assert!(refused("demo --shop c").contains("one of a, b"));
        assert!(refused("demo --once=yes").contains("takes no value"));
        assert!(refused("demo page").contains("`page` is not expected"));
        assert!(refused("demo size size").contains("`size` is not expected"));
    }

    #[test]
    fn help_lists_every_verb_and_every_flag() {
        let Parsed::Help(overview) = asked("").unwrap() else {
            panic!("no help without arguments")
        };
        assert!(overview.contains("demo    Shows a shop."));
        let Parsed::Help(help) = asked("demo --port 80 --help").unwrap() else {
            panic!("no help when asked")
        };
        for part in [
            "[size]",
            "--port N",
            "--shop NAME",
            "(a, b)",
            "More about it.",
        ] {
            assert!(help.contains(part), "{part} is missing in: {help}");
        }
    }
}
