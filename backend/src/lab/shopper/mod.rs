//! Calibration and accuracy of the customer models: `tillside lab shopper`.
//!
//! | file | what |
//! | --- | --- |
//! | `history` | orders before and after the cut, and what the engine says of each customer at the cut |
//! | `activity` | who orders again, and how often |
//! | `timing` | when the next order or purchase comes |
//! | `basket` | what is in the next basket |
//! | `score` | reliability, Brier score, log loss |
//! | `report` | the tables |
//!
//! The models are fitted by the trainer's code to what was before the cut, and asked by the functions that a page calls.
//! Beside each stand rules of thumb that use the same history. It trains no model that is kept.

mod activity;
mod basket;
mod history;
mod report;
mod score;
mod timing;

use std::path::PathBuf;

use rayon::prelude::*;
use serde::Serialize;
use tillside::shop::ModelError;
use tillside::shopper::life::Parameters;

use crate::ingest::{self, Interactions, Reader};
use crate::train::part;
use crate::{Coded, Outcome, progress};
use history::{Asked, Cut};

/// Measure how well order history predicts who orders again, when, and what, on a temporal hold-out and against rules of thumb
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example:\n  tillside lab shopper --events orders.csv --catalog catalog.csv --hold-out 30"
)]
pub struct Args {
    /// Events: the collector's messages or a table, as `tillside train` reads them; repeatable
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    events: Vec<PathBuf>,
    /// Product feed, for categories
    #[arg(long, value_name = "FILE")]
    catalog: Option<PathBuf>,
    /// Newest days that are held out for testing
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(7..=365))]
    hold_out: u16,
    /// Also predict the last basket of every customer with 3 to 50 baskets
    #[arg(long)]
    next_basket: bool,
    /// Print all figures as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    hints: ingest::Hints,
}

/// Why customers cannot be measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("no order has a time; give events with a column `time`, or name it: --map time=COLUMN")]
    NoTimes,

    #[error(
        "{customers} customers ordered before the last {days} days and {later} of them in these days; at least {FEWEST} \
         before and one after are needed: give a longer history, or fewer days with --hold-out"
    )]
    TooFew {
        customers: usize,
        later: usize,
        days: i32,
    },

    #[error(transparent)]
    Model(#[from] ModelError),
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::NoTimes => "lab.shopper_times",
            Error::TooFew { .. } => "lab.shopper_few",
            Error::Model(error) => error.code(),
        }
    }
}

/// Customers before the cut.
const FEWEST: usize = 50;

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Lines {
    dates: timing::Timing,
    within_a_week: Vec<score::Score>,
}

/// All figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Measured {
    customers: usize,
    repeaters: usize,
    /// The end of what is known.
    until: String,
    hold_out_days: i32,
    activity: Option<activity::Activity>,
    next_order: timing::Timing,
    products: Lines,
    categories: Lines,
    next_basket: Option<basket::Baskets>,
}

pub fn run(args: Args) -> Outcome {
    let mut reader = Reader::with(args.hints);
    let catalogue = match &args.catalog {
        Some(path) => Some(reader.catalogue(path)?),
        None => None,
    };
    let catalogue = catalogue.as_ref();
    let read = reader.events(&args.events)?;
    if !reader.refusals.is_empty() {
        eprintln!("{}", reader.refusals);
    }
    let mut found = measure(&read, catalogue, args.hold_out.into())?;
    if args.next_basket {
        let bar = progress::bar("finding settings", 0);
        found.next_basket = basket::measure(
            read,
            catalogue,
            |what, total| progress::begin(&bar, what, total),
            |more| bar.inc(more),
        )
        .map_err(Error::Model)?;
        bar.finish_and_clear();
    }
    if args.json {
        println!(
            "{}",
            serde_json::to_string_pretty(&found).unwrap_or_default()
        );
    } else {
        println!("{}", report::print(&found));
    }
    Ok(())
}

fn measure(
    read: &Interactions,
    catalogue: Option<&ingest::Catalogue>,
    days: i32,
) -> Result<Measured, Error> {
    let orders = history::orders(read);
    let newest = orders.iter().flatten().map(|order| order.time).max();
    let Some(newest) = newest.filter(|time| *time > 0) else {
        return Err(Error::NoTimes);
    };
    let cut = Cut {
        last: history::day(newest) - days,
        days,
    };
    let customers = history::customers(orders, cut);
    let later = customers.iter().filter(|one| !one.later.is_empty()).count();
    if customers.len() < FEWEST || later == 0 {
        let customers = customers.len();
        return Err(Error::TooFew {
            customers,
            later,
            days,
        });
    }
    let at = read
        .sessions
        .partition_point(|session| session.start <= cut.now());
    let model = part::of_customers(read, &read.sessions[..at], catalogue)?;
    let bar = progress::bar("asking about customers", customers.len() as u64);
    let ask = |one| {
        bar.inc(1);
        history::ask(read, &model, one, cut)
    };
    let asked: Vec<Asked> = customers.par_iter().with_min_len(16).map(ask).collect();
    bar.finish_and_clear();
    let lines = |category| Lines {
        dates: timing::lines(&asked, cut, category),
        within_a_week: timing::due(&asked, cut, category),
    };
    Ok(Measured {
        customers: asked.len(),
        repeaters: asked.iter().filter(|one| one.days.len() > 1).count(),
        until: ingest::iso(cut.now()),
        hold_out_days: days,
        activity: activity::measure(&asked, Parameters::of(Some(&model)).activity, cut),
        next_order: timing::orders(&asked, cut),
        products: lines(false),
        categories: lines(true),
        next_basket: None,
    })
}
