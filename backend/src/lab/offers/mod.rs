//! Offer policy of a campaign: a Bayesian logit of conversion, trained on logged decisions, with off-policy estimates of revenue.
//!
//! | file | content |
//! | --- | --- |
//! | [`log`] | messages of the collector → decisions with what they earned |
//! | [`fit`] | decisions → the posterior of a Bayesian logit of conversion |
//! | [`value`] | off-policy estimates of every arm, of all arms evenly, of the logged and of the trained policy |
//! | [`population`] | simulated shoppers whose truth is known |
//! | [`mod@print`] | tables |
//!
//! The posterior goes into the file of campaigns that pages read (`tillside/offers`). It holds weights of a few numbers of
//! behaviour and no row about a person. What things cost the shop is not known here: "earned" is what was paid.

// Loops over matrices have the indices of the formulas.
#[allow(clippy::needless_range_loop)]
pub mod fit;
pub mod log;
pub mod population;
mod print;
pub mod value;

use std::path::{Path, PathBuf};

use tillside::act::campaign::{CampaignError, Campaigns};
use tillside::value::Value;

use self::fit::{Decision, Fit};
use super::analyse::Error as ReadError;
use super::analyse::read::Log;
use crate::{Coded, Outcome};

/// Decisions below which nothing is trained.
const FEWEST: usize = 200;
/// The collector's database in its folder.
const DATABASE: &str = "collector.sqlite";

const EXAMPLE: &str = "Examples:
  tillside lab offers --data tillside-data --campaign spring --offers site/offers.json --out site/offers.json
  tillside lab offers --simulate --seed 101";

/// Train the offer policy of a campaign on the collector's events, and estimate what each policy would have earned
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLE)]
pub struct Args {
    /// Folder of `tillside serve`, its database, or JSON lines of its messages; repeatable
    #[arg(long, value_name = "DIR|FILE", required_unless_present = "simulate", num_args = 1..)]
    data: Vec<PathBuf>,
    /// Campaign to train
    #[arg(long, value_name = "NAME", required_unless_present = "simulate")]
    campaign: Option<String>,
    /// Campaign file that pages read [default: the file of --out]
    #[arg(long, value_name = "FILE")]
    offers: Option<PathBuf>,
    /// Output file for the campaigns with the trained policy [default: none]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Days after a decision in which an order counts
    #[arg(long, value_name = "DAYS", default_value_t = 7.0, value_parser = days)]
    window: f64,
    /// Train and estimate on a simulated population with known truth instead
    #[arg(long, conflicts_with_all = ["data", "campaign", "offers", "out"])]
    simulate: bool,
    /// Random seed of the simulated population
    #[arg(long, value_name = "NUMBER", default_value_t = 101)]
    seed: u64,
    /// Decisions of the simulated population
    #[arg(long, value_name = "COUNT", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(2_000..=1_000_000))]
    decisions: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn days(text: &str) -> Result<f64, String> {
    let days = text
        .parse()
        .ok()
        .filter(|days| (0.01..=365.0).contains(days));
    days.ok_or_else(|| "give 0.01 to 365 days".into())
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("invalid campaign file {}: {detail}; docs/offers.md describes the format", path.display())]
    Offers { path: PathBuf, detail: String },
    #[error("no campaign file; name the file that pages read with --offers FILE")]
    NoOffers,
    #[error("unknown campaign `{campaign}`; the file has: {known}")]
    NoCampaign { campaign: String, known: String },
    #[error(
        "no decision of `{campaign}` among {messages} messages; pages of the full edition log them as exposures to `offer:{campaign}` where reports and experiments are allowed"
    )]
    NoDecision { campaign: String, messages: u64 },
    #[error(
        "{missing} of {decisions} decisions of `{campaign}` carry no propensity between 0 and 1, so nothing can be learned or estimated from them; log them with `till.offer({{ campaign, cart, key }})`"
    )]
    NoPropensity {
        campaign: String,
        missing: usize,
        decisions: usize,
    },
    #[error(
        "{decisions} decisions of `{campaign}` can be used, and {left_out} cannot; gather at least {FEWEST}"
    )]
    Few {
        campaign: String,
        decisions: usize,
        left_out: usize,
    },
    #[error("{} cannot be written: {source}; check the path, its permissions and the disk", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::Read(error) => error.code(),
            Error::Offers { .. } | Error::NoOffers => "lab.offers",
            Error::NoCampaign { .. } => "lab.no_campaign",
            Error::NoDecision { .. } | Error::Few { .. } => "lab.no_decision",
            Error::NoPropensity { .. } => "lab.no_propensity",
            Error::Write { .. } => "lab.write",
        }
    }
}

/// Reads a file of campaigns: as values, which are written again, and as a page would.
fn campaigns(path: &Path) -> Result<(Value, Campaigns), Error> {
    let refused = |detail: String| Error::Offers {
        path: path.into(),
        detail,
    };
    let text = std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    let file = Value::parse(&text).map_err(|_| refused("it is no JSON".into()))?;
    let read = Campaigns::read(&file);
    let read =
        read.map_err(|CampaignError { path, remedy, .. }| refused(format!("{path}: {remedy}")))?;
    Ok((file, read))
}

/// Puts a posterior into its campaign.
fn with(file: &mut Value, campaign: &str, posterior: Value) {
    let within = |value: &mut Value, name: &str| match value {
        Value::Map(entries) => entries.iter().rposition(|(known, _)| known == name),
        _ => None,
    };
    let Some(all) = within(file, "campaigns") else {
        return;
    };
    if let Value::Map(entries) = file
        && let Some(at) = within(&mut entries[all].1, campaign)
        && let Value::Map(campaigns) = &mut entries[all].1
    {
        campaigns[at].1.set("posterior", posterior);
    }
}

pub fn run(args: Args) -> Outcome {
    if args.simulate {
        let run = population::run(args.seed, args.decisions as usize, None);
        print::simulated(&run, args.json);
        return Ok(());
    }
    let path = args.offers.as_ref().or(args.out.as_ref());
    let path = path.ok_or(Error::NoOffers)?;
    let (mut file, read) = campaigns(path)?;
    let name = args.campaign.unwrap_or_default();
    let Some(campaign) = read.find(&name) else {
        let known: Vec<&str> = read.all.iter().map(|one| one.id.as_str()).collect();
        let known = known.join(", ");
        return Err(Error::NoCampaign {
            campaign: name,
            known,
        }
        .into());
    };
    let data: Vec<PathBuf> = args
        .data
        .iter()
        .map(|path| match path.is_dir() {
            true => path.join(DATABASE),
            false => path.clone(),
        })
        .collect();
    let log = Log::read(&data).map_err(Error::from)?;
    let decisions = log::read(&log, &read, campaign, args.window)?;
    let judged = value::policies(campaign, &decisions.all, read.minor_units);
    let all: Vec<&Decision> = decisions.all.iter().collect();
    let fit = Fit::of(&all, &campaign.arms);
    let day = chrono::DateTime::from_timestamp_millis(decisions.newest);
    let day = day.map_or_else(String::new, |day| day.format("%Y-%m-%d").to_string());
    let version = format!("{day}/{}", all.len());
    print::trained(&name, &version, &decisions, &judged, args.json);
    let Some(out) = args.out else {
        return Ok(());
    };
    let posterior = Value::parse(&fit.to_json(&version).to_string()).unwrap_or_default();
    with(&mut file, &name, posterior);
    // Whole, or not at all: pages may be reading it.
    let write = |source| Error::Write {
        path: out.clone(),
        source,
    };
    let beside = out.with_extension("new");
    std::fs::write(&beside, file.to_json()).map_err(write)?;
    std::fs::rename(&beside, &out).map_err(write)?;
    if !args.json {
        println!("\n{}", out.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
