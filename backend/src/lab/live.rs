//! `tillside lab live`: what a shop's feed says at this moment, made up for the demo.
//!
//! A price list changes from minute to minute: flash sales begin and end, stock runs out. This writes such a feed for a shop
//! folder, as `tillside/prices` reads it: three flash sales that are on, one to come and one that is sold out, and a few items of which
//! little is left. Which items follows from their ids alone; times are those of the call.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::instant;
use crate::{Coded, Outcome};

const HOUR_MS: i64 = 3_600_000;

/// Generate a shop folder's current feed of prices, stock and flash sales
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Shop folder with catalog.jsonl
    #[arg(long, value_name = "DIR")]
    shop: PathBuf,
    /// Output file; its folder is created if missing
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Hours until the flash sales end
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(i64).range(1..=720))]
    hours: i64,
}

/// Why a feed could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("{} cannot be read: {source}; make the shop with `tillside lab shop --out DIR`", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{} has no item with an id and a price; give the folder of a shop: --shop DIR", .0.display())]
    Empty(PathBuf),
    #[error("{} cannot be written: {source}; free the place, or choose another file: --out FILE", path.display())]
    Unwritable {
        path: PathBuf,
        source: std::io::Error,
    },
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::Unreadable { .. } => "live.unreadable",
            Error::Empty(_) => "live.empty",
            Error::Unwritable { .. } => "live.unwritable",
        }
    }
}

/// A line of the catalogue, as far as it matters here.
#[derive(Deserialize)]
struct Line {
    id: String,
    price: String,
    sale_price: Option<String>,
    #[serde(default)]
    availability: String,
}

pub fn run(args: Args) -> Outcome {
    let path = args.shop.join("catalog.jsonl");
    let text = fs::read_to_string(&path).map_err(|source| Error::Unreadable {
        path: path.clone(),
        source,
    })?;
    let feed = feed(&text, instant::now(), args.hours).ok_or(Error::Empty(path))?;
    write(&args.out, &feed.to_string())?;
    println!("feed written to {}", args.out.display());
    Ok(())
}

fn write(path: &Path, content: &str) -> Result<(), Error> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| fs::write(path, content))
        .map_err(|source| Error::Unwritable {
            path: path.into(),
            source,
        })
}

/// The feed of a catalogue; `None` where no item has a price.
fn feed(catalogue: &str, now: i64, hours: i64) -> Option<Value> {
    let lines = catalogue.lines();
    let mut items: Vec<(u32, Line, f64)> = lines
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Line| line.sale_price.is_none() && line.availability == "in_stock")
        .filter_map(|line| {
            let price = line.price.split(' ').next()?.parse().ok()?;
            (price > 0.0).then(|| (hash(&line.id), line, price))
        })
        .collect();
    items.sort_by_key(|item| item.0);
    let currency = items.first()?.1.price.split(' ').nth(1)?.to_owned();
    let (end, later) = (now + hours * HOUR_MS, now + HOUR_MS);
    let mut rows = Vec::new();
    for (n, (_, line, price)) in items.iter().take(11).enumerate() {
        let reduced = (price * 80.0).round() / 100.0;
        let flash = |from: i64, left: u32| json!({ "price": reduced, "from": from, "until": end, "left": left });
        let mut row = json!({ "id": line.id, "price": price });
        match n {
            0..=2 => row["flash"] = flash(now - HOUR_MS / 6, 40),
            3 => row["flash"] = flash(later.min(end - 1), 40),
            4 => row["flash"] = flash(now - HOUR_MS / 6, 0),
            _ => row["stock"] = json!(n - 3),
        }
        rows.push(row);
    }
    Some(json!({ "version": now / 1000, "currency": currency, "counted": now, "rows": rows }))
}

/// FNV-1a, 32 bits: an order that has nothing to do with the catalogue's.
fn hash(id: &str) -> u32 {
    id.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::goods;

    #[test]
    fn the_engine_takes_every_row_of_the_feed() {
        let products = goods::all();
        let lines = super::super::shop::catalogue(&products);
        let now = 1_800_000_000_000;
        let feed = feed(&lines, now, 2).unwrap();
        let patch = tillside::value::Value::parse(&feed.to_string()).unwrap();
        let mut taken = tillside::shop::feed::Feed::default();
        let outcome = taken.take(&patch, now, &|_| None).unwrap();
        assert_eq!(
            (outcome.applied, outcome.refused, outcome.stale),
            (11, 0, 0)
        );
        let states: Vec<&str> = taken
            .rows()
            .iter()
            .filter_map(|row| Some(row.flash.as_ref()?.state(now, 0).name()))
            .collect();
        let count = |name: &str| states.iter().filter(|state| **state == name).count();
        assert_eq!(
            (count("live"), count("upcoming"), count("sold_out")),
            (3, 1, 1)
        );
        assert!(super::feed("", now, 2).is_none());
    }
}
