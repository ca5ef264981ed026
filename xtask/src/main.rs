//! `cargo xtask`: the only build script. Each verb says what it does, installs what it can, and where it cannot names
//! the remedy in one error.
//!
//! The command line is clap's, which costs 2 of the 21 s that a first build of this crate takes on two cores.
//!
//! It deliberately has no configuration file and keeps no state but what lies under `target/`.

#![forbid(unsafe_code)]

mod backend;
mod bench;
mod browser;
mod build;
mod debian;
mod demo;
mod node;
mod python;
mod shop;
mod stamp;
mod surroundings;
mod system;
mod test;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use system::Install;

/// Builds, shows, tests and measures Tillside.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
enum Verb {
    Build(build::Args),
    Demo(demo::Args),
    Test(test::Args),
    /// Measures and prints the figures of docs/benchmarks.md; `bench --help` lists them
    #[command(disable_help_flag = true)]
    Bench {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

impl Verb {
    fn run(&self) -> Result<()> {
        match self {
            Verb::Build(args) => permitted(&args.install, || build::build(args)),
            Verb::Demo(args) => permitted(&args.install, || demo::demo(args)),
            Verb::Test(args) => permitted(&args.install, || test::test(args)),
            Verb::Bench { arguments } => bench::bench(arguments),
        }
    }
}

fn permitted(install: &Install, work: impl FnOnce() -> Result<()>) -> Result<()> {
    if install.no_install {
        system::decline();
    }
    work()
}

fn main() -> ExitCode {
    match Verb::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_verb_has_its_flags_and_bench_takes_any() {
        Verb::command().debug_assert();
        let refused = |line: &str| {
            let parsed = Verb::try_parse_from(format!("xtask {line}").split_whitespace());
            parsed.err().map(|error| error.to_string())
        };
        for line in [
            "build --dev --compiler debian --no-install",
            "build --docs",
            "demo --port=80 --once --shop complete-journey --no-install",
            "test --packaging --write --no-install",
            "bench quality --only serenade --no-install",
            "bench --help",
        ] {
            assert_eq!(refused(line), None, "{line}");
        }
        for (line, said) in [
            ("dmeo", "demo"),
            ("demo --prot 80", "--port"),
            ("demo --port x", "--port"),
            ("demo --shop c", "complete-journey"),
            ("test --write", "--packaging"),
            ("build --docs --dev", "--dev"),
        ] {
            let error = refused(line).unwrap();
            assert!(error.contains(said), "{line}: {error}");
        }
    }
}
