//! Shoppers to train on, for a shop that has none yet: seeded, with habits planted on purpose.
//!
//! | part | what |
//! | --- | --- |
//! | `shop` | the goods as shoppers see them |
//! | `habits` | what is viewed with what and bought after what; `rules` says which categories |
//! | `shopper` | one shopper: favourites, taste, days |
//! | `session` | one session: views, cart, order |
//! | `event` | the messages, as the collector would have stored them |
//! | `planted` | experiments: who is in which variation, what it does, which exposures get lost |
//! | `truth` | what was planted, for tests of what a model found |
//!
//! Equal catalogues, options and seeds give equal bytes. Days are those of UTC and of China alike: shoppers come
//! between 8 in the morning and midnight in China. Seasons, prices that change and robots are not simulated.

mod error;
mod event;
mod habits;
mod planted;
mod rules;
mod session;
mod shop;
mod shopper;
mod truth;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};

pub use self::error::Error;
use self::event::{Event, Writer};
use self::habits::Habits;
use self::planted::{Planted, Said};
use self::shop::Shop;
use self::shopper::Shopper;
use self::truth::Truth;
use crate::ingest::{self, Refusals};
use crate::{Outcome, progress};

const DAY: i64 = 86_400_000;

/// Simulate shoppers of a shop, and write their events as JSON lines.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Shop folder with catalog.jsonl
    #[arg(long, value_name = "DIR")]
    shop: PathBuf,
    /// Output file: one Segment message a line, oldest first
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Number of shoppers
    #[arg(long, value_name = "N", default_value_t = 6000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    shoppers: u32,
    /// Number of days
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// Random seed: equal seeds give equal shoppers
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// First day
    #[arg(long, value_name = "YYYY-MM-DD", default_value = "2026-09-01", value_parser = date)]
    start: NaiveDate,
    /// Features payload: assigns shoppers to the variations of its experiments and writes their exposures
    #[arg(long, value_name = "FILE")]
    features: Option<PathBuf>,
    /// Planted relative effect on orders, EXPERIMENT:VARIATION=SHARE; repeatable
    #[arg(long, value_name = "EFFECT", requires = "features", value_parser = planted::said)]
    effect: Vec<Said>,
    /// Share of a variation's exposures that is lost, EXPERIMENT:VARIATION=SHARE; repeatable
    #[arg(long, value_name = "LOSS", requires = "features", value_parser = planted::said)]
    lost: Vec<Said>,
    /// Output file for the planted habits and effects, as JSON
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
}

fn date(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|date| (1970..2090).contains(&date.year()))
        .ok_or_else(|| "give a day between 1970 and 2089, such as 2026-09-01".to_owned())
}

/// The days that are simulated.
struct Calendar {
    first: NaiveDate,
    /// Unix milliseconds of the first day's midnight, UTC.
    start: i64,
    days: u32,
}

impl Calendar {
    fn new(first: NaiveDate, days: u32) -> Self {
        Calendar {
            first,
            start: first.and_time(NaiveTime::MIN).and_utc().timestamp_millis(),
            days,
        }
    }

    fn is_friday(&self, day: u32) -> bool {
        let date = self.first.checked_add_days(Days::new(day.into()));
        date.is_some_and(|date| date.weekday() == Weekday::Fri)
    }
}

/// What all shoppers did, oldest first, and who buys what every week.
struct Simulation {
    events: Vec<Event>,
    weekly: BTreeMap<u32, Vec<u32>>,
}

fn simulate(
    shop: &Shop,
    habits: &Habits,
    calendar: &Calendar,
    shoppers: impl Iterator<Item = u32>,
    seed: u64,
) -> Simulation {
    let mut events = Vec::new();
    let mut weekly = BTreeMap::new();
    for number in shoppers {
        let mut shopper = Shopper::new(shop, habits, number, seed);
        shopper.live(calendar, &mut events);
        if !shopper.weekly.is_empty() {
            weekly.insert(number, shopper.weekly);
        }
    }
    events.sort_by_key(|event| event.time);
    Simulation { events, weekly }
}

pub fn run(args: Args) -> Outcome {
    let begun = Instant::now();
    let shop = open(&args.shop, args.seed)?;
    let habits = Habits::new(&shop, args.seed);
    let calendar = Calendar::new(args.start, args.days);
    let bar = progress::bar("simulating shoppers", args.shoppers.into());
    let simulation = simulate(
        &shop,
        &habits,
        &calendar,
        bar.wrap_iter(0..args.shoppers),
        args.seed,
    );
    let mut simulation = simulation;
    if let Some(path) = &args.features {
        let planted = Planted::read(path, args.effect, args.lost)?;
        simulation.events = planted.plant(simulation.events, args.seed);
    }
    write(&args.out, |file| {
        let bar = progress::bar("writing events", simulation.events.len() as u64);
        let mut writer = Writer::new(file, &shop, args.seed);
        for event in bar.wrap_iter(simulation.events.iter()) {
            writer.write(event)?;
        }
        writer.finish()
    })?;
    if let Some(path) = &args.truth {
        let truth = Truth::new(&shop, &habits, &simulation.weekly);
        write(path, |file| Ok(serde_json::to_writer(file, &truth)?))?;
    }
    eprintln!(
        "{}: {} events of {} shoppers in {} days, on {} products; {:.1} s",
        args.out.display(),
        simulation.events.len(),
        args.shoppers,
        args.days,
        shop.goods.len(),
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}

fn open(folder: &Path, seed: u64) -> Result<Shop, Error> {
    let path = folder.join("catalog.jsonl");
    if !path.is_file() {
        let shop = folder.to_owned();
        return Err(Error::ShopMissing { shop });
    }
    let mut refusals = Refusals::default();
    let catalogue = ingest::catalogue(&path, &mut refusals)?;
    if !refusals.is_empty() {
        eprint!("{refusals}");
    }
    let count = catalogue.products.len();
    if count < 2 {
        return Err(Error::ShopSmall {
            catalogue: path,
            count,
        });
    }
    Ok(Shop::new(catalogue, seed))
}

fn write(
    path: &Path,
    content: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<(), Error> {
    let written = File::create(path).and_then(|file| {
        let mut file = BufWriter::with_capacity(1 << 20, file);
        content(&mut file)?;
        file.into_inner()?.sync_data()
    });
    written.map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests;
