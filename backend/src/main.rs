//! The `tillside` command: parses arguments and hands over to the rooms of the library.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tillside_backend::{Outcome, check, evaluate, lab, lint, serve, train};

/// Train, evaluate and serve in-page personalisation.
#[derive(Parser)]
#[command(name = "tillside", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Args),
    Train(train::Args),
    Refresh(train::refresh::Args),
    Evaluate(evaluate::Args),
    Serve(serve::Args),
    Lab(lab::Args),
    Lint(lint::Args),
}

fn main() -> ExitCode {
    let outcome: Outcome = match Cli::parse().command {
        Command::Check(args) => check::run(args),
        Command::Train(args) => train::run(args),
        Command::Refresh(args) => train::refresh::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Serve(args) => serve::run(args),
        Command::Lab(args) => lab::run(args),
        Command::Lint(args) => lint::run(args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error[{}]: {error}", error.code());
            ExitCode::FAILURE
        }
    }
}
