//! A shop and shoppers to try things on: made, simulated, taken from a published data set, or one's own, cut in time;
//! and experiments: planned, read out, replayed.

pub mod analyse;
pub mod bandit;
#[cfg(feature = "parquet")]
pub mod complete_journey;
pub mod decisions;
mod draw;
mod goods;
pub mod live;
pub mod offers;
pub mod power;
pub mod replay;
pub mod shelves;
pub mod shop;
pub mod shopper;
pub mod simulate;
pub mod split;

use crate::Outcome;

/// Generate a test shop and shoppers; plan, analyse and replay experiments.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    Shop(shop::Args),
    Live(live::Args),
    Simulate(simulate::Args),
    #[cfg(feature = "parquet")]
    CompleteJourney(complete_journey::Args),
    Split(split::Args),
    Shopper(shopper::Args),
    Analyse(analyse::Args),
    Replay(replay::Args),
    Power(power::Args),
    Bandit(bandit::Args),
    Offers(offers::Args),
    Shelves(shelves::Args),
    Decisions(decisions::Args),
}

pub fn run(args: Args) -> Outcome {
    match args.command {
        Command::Shop(args) => shop::run(args),
        Command::Live(args) => live::run(args),
        Command::Simulate(args) => simulate::run(args),
        #[cfg(feature = "parquet")]
        Command::CompleteJourney(args) => complete_journey::run(args),
        Command::Split(args) => split::run(args),
        Command::Shopper(args) => shopper::run(args),
        Command::Analyse(args) => analyse::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Power(args) => power::run(args),
        Command::Bandit(args) => bandit::run(args),
        Command::Offers(args) => offers::run(args),
        Command::Shelves(args) => shelves::run(args),
        Command::Decisions(args) => decisions::run(args),
    }
}
