//! A shop and shoppers to try things on: made, simulated, taken from a published data set, or one's own, cut in time.

pub mod complete_journey;
mod draw;
mod goods;
pub mod shop;
pub mod simulate;
pub mod split;

use crate::Outcome;

/// Make a shop and shoppers to try things on.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    Shop(shop::Args),
    Simulate(simulate::Args),
    CompleteJourney(complete_journey::Args),
    Split(split::Args),
}

pub fn run(args: Args) -> Outcome {
    match args.command {
        Command::Shop(args) => shop::run(args),
        Command::Simulate(args) => simulate::run(args),
        Command::CompleteJourney(args) => complete_journey::run(args),
        Command::Split(args) => split::run(args),
    }
}
