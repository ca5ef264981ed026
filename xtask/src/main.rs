//! `cargo xtask`: the only build script. Each verb says what it does, installs what it can, and where it cannot names
//! the remedy in one error.
//!
//! It deliberately has no configuration file and keeps no state but what lies under `target/`.

#![forbid(unsafe_code)]

mod args;
mod backend;
mod bench;
mod browser;
mod build;
mod debian;
mod demo;
mod folders;
mod node;
mod process;
mod python;
mod shop;
mod stamp;
mod surroundings;
mod system;
mod test;

use std::process::ExitCode;

use args::{Parsed, Verb};

const VERBS: &[&Verb] = &[&build::VERB, &demo::VERB, &test::VERB, &bench::VERB];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args::parse(VERBS, &arguments) {
        Ok(Parsed::Help(text)) => {
            println!("{text}");
            Ok(())
        }
        Ok(Parsed::Run(verb, call)) => {
            if call.has(system::NO_INSTALL.name) {
                system::decline();
            }
            (verb.run)(&call)
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
