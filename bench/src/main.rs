//! The benchmarks: measure, keep dated records, and derive `docs/benchmarks.md` from them.
//!
//! | folder | content |
//! | --- | --- |
//! | `definitions/` | which logs, settings and baselines |
//! | `records/` | a dated file of figures for each run that was kept |
//! | `page/`, `exposures/` | scripts that measure in browsers and Node |
//! | `src/` | the command |
//!
//! `cargo xtask bench` starts it, after `--needs` has told what to prepare. Measuring asserts nothing: what must hold is a test, or the
//! one check at the end of `quality`.

#![forbid(unsafe_code)]

mod bandit;
mod baskets;
mod data;
mod definition;
mod docs;
mod experiments;
mod exposures;
mod lab;
mod measure;
mod page;
mod quality;
mod record;
mod shopper;
mod size;
mod train;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};

/// Measures and prints the figures of docs/benchmarks.md.
#[derive(Parser)]
#[command(
    name = "cargo xtask bench",
    bin_name = "cargo xtask bench",
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    bench: Option<Bench>,
    /// Install nothing on this machine; what is missing is named, with the command that installs it
    #[arg(long, global = true)]
    no_install: bool,
    /// Print what has to be prepared, a word a line
    #[arg(long, hide = true)]
    needs: bool,
}

/// The command line of each.
#[derive(Subcommand)]
enum Bench {
    /// Download of a page in bytes (the default)
    Size {
        #[command(flatten)]
        keep: Keep,
    },
    /// Times of calls and of the first shelf, in Chromium and Node
    Page {
        #[command(flatten)]
        keep: Keep,
    },
    /// Exposures that arrive from visitors who leave at once, beside GrowthBook's SDK, in Chromium and Firefox
    Exposures {
        #[command(flatten)]
        keep: Keep,
    },
    /// Ranking and basket completion on held-out data
    Quality(quality::Args),
    /// Seconds and peak memory of training on a million clicks
    Train {
        /// Train a sequence encoder too; minutes more
        #[arg(long, value_name = "WHEN", default_value = "off")]
        encoder: Switch,
        #[command(flatten)]
        keep: Keep,
    },
    /// Calibration of customer models on order histories
    Shopper(shopper::Args),
    /// Defects of the demo shop's shelves, counted
    Shelves,
    /// Revenue of targeted discounts in simulated populations
    Offers,
    /// Throughput of the lab: events analysed and sessions simulated a second, and peak memory
    Lab {
        #[command(flatten)]
        keep: Keep,
    },
    /// Rewards of the bandit beside those of obp and Vowpal Wabbit
    Bandit {
        #[command(flatten)]
        keep: Keep,
    },
    /// Derive the tables and plots of docs/benchmarks.md from bench/records
    Docs {
        /// Fail, and change nothing, where the page is not what the records say
        #[arg(long)]
        check: bool,
    },
    /// Rank a real click log better than item cosine, or fail
    #[command(hide = true)]
    Check,
}

#[derive(clap::Args)]
struct Keep {
    /// Keep the figures in bench/records and bring docs/benchmarks.md up to date
    #[arg(long)]
    write: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    Off,
    On,
}

impl Bench {
    /// Words that `cargo xtask bench` knows.
    fn needs(&self) -> &'static [&'static str] {
        match self {
            Bench::Size { .. } => &["node", "package"],
            Bench::Page { .. } | Bench::Exposures { .. } => &["node", "package", "surroundings"],
            Bench::Quality(_)
            | Bench::Train { .. }
            | Bench::Shopper(_)
            | Bench::Bandit { .. }
            | Bench::Offers
            | Bench::Lab { .. } => &["backend"],
            Bench::Check => &["backend"],
            Bench::Shelves => &["backend", "model"],
            Bench::Docs { .. } => &[],
        }
    }

    fn run(self) -> Result<()> {
        match self {
            Bench::Size { keep } => size::run(keep.write),
            Bench::Page { keep } => page::run(keep.write),
            Bench::Exposures { keep } => exposures::run(keep.write),
            Bench::Quality(args) => quality::run(&given("TILLSIDE")?, &args),
            Bench::Train { encoder, keep } => {
                train::run(&given("TILLSIDE")?, encoder == Switch::On, keep.write)
            }
            Bench::Shopper(args) => shopper::run(&given("TILLSIDE")?, &args),
            Bench::Shelves => lab::shelves(&given("TILLSIDE")?, &given("TILLSIDE_MODEL")?),
            Bench::Bandit { keep } => bandit::run(&given("TILLSIDE")?, keep.write),
            Bench::Offers => lab::offers(&given("TILLSIDE")?),
            Bench::Lab { keep } => experiments::throughput(&given("TILLSIDE")?, keep.write),
            Bench::Docs { check: true } => docs::check(),
            Bench::Docs { check: false } => docs::derive(),
            Bench::Check => quality::check(&given("TILLSIDE")?),
        }
    }
}

/// A path that `cargo xtask bench` puts into the environment.
fn given(variable: &str) -> Result<PathBuf> {
    std::env::var_os(variable)
        .map(PathBuf::from)
        .with_context(|| format!("{variable} is not set: run `cargo xtask bench`, which sets it"))
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let keep = Keep { write: false };
    let bench = cli.bench.unwrap_or(Bench::Size { keep });
    if cli.needs {
        bench.needs().iter().for_each(|need| println!("{need}"));
        return ExitCode::SUCCESS;
    }
    match bench.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
