//! Warnings about files that were read, each with its remedy.
//!
//! Thresholds are judgements, not laws: a warning changes nothing.

use serde::Serialize;

use super::Report;
use super::catalog::Catalog;
use super::log::Log;
use super::show::{count, percent};
use crate::ingest::{NOT_LEARNED, Understanding, iso};
use tillside::intake::Kind;

/// Rows left out beyond this share are worth a look.
const LEFT_OUT: f64 = 0.05;
const STRANGERS: f64 = 0.1;
const LACKING: f64 = 0.2;
const ROBOTS: f64 = 0.02;
const AGAIN: f64 = 0.01;
/// No shopper and no item of a real log has more than this share of the events.
const ONE_SHOPPER: f64 = 0.1;
const ONE_ITEM: f64 = 0.3;
/// Fewer events than this say nothing about shares of one shopper or item.
const FEW: u64 = 500;
/// Shops had no web pages before 1995.
const OLDEST: &str = "1995-01-01";
const DAY_MS: i64 = 86_400_000;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Warning {
    pub code: &'static str,
    pub message: String,
    pub remedy: &'static str,
}

fn warning(code: &'static str, message: String, remedy: &'static str) -> Warning {
    Warning {
        code,
        message,
        remedy,
    }
}

/// Everything odd about a report, the worst first.
pub fn of(report: &Report, now: i64) -> Vec<Warning> {
    let mut found = Vec::new();
    report
        .files
        .iter()
        .for_each(|file| of_file(file, &mut found));
    if let Some(log) = &report.log {
        of_log(log, now, &mut found);
    }
    if let Some(catalog) = &report.catalog {
        of_catalog(catalog, &mut found);
    }
    found
}

/// True for rows of known events that training does not use, such as `Product List Viewed`. An unknown event name may be
/// misspelt, so its rows count towards the warning.
fn is_usual(reason: &str) -> bool {
    reason
        .strip_prefix(NOT_LEARNED)
        .is_some_and(|name| Kind::from_name(name).is_some())
}

fn of_file(file: &Understanding, found: &mut Vec<Warning>) {
    let name = file
        .path
        .file_name()
        .unwrap_or(file.path.as_os_str())
        .to_string_lossy();
    let odd = || {
        let mut reasons = file.left_out.iter();
        std::iter::from_fn(move || reasons.find(|(reason, _)| !is_usual(reason)))
    };
    let left_out: u64 = odd().map(|(_, rows)| rows).sum();
    if file.unaccounted() != 0 {
        found.push(warning(
            "file.unaccounted",
            format!(
                "{name}: {} rows are neither read nor left out",
                file.unaccounted()
            ),
            "this is a fault of tillside, please report it with the file",
        ));
    }
    if left_out as f64 > LEFT_OUT * file.records as f64 {
        let most = odd().max_by_key(|(_, rows)| **rows);
        let most = most.map_or("", |(reason, _)| reason.as_str());
        found.push(warning(
            "file.left_out",
            format!(
                "{name}: {} of {} rows are left out, most: {most}",
                count(left_out),
                count(file.records)
            ),
            "look at the places that `train` prints for each reason, and correct the export",
        ));
    }
    if file.records == 0 {
        found.push(warning(
            "file.no_rows",
            format!("{name} has no rows"),
            "export it again, or leave it out",
        ));
    }
    if file.spanning as f64 > LEFT_OUT * file.records as f64 {
        found.push(warning(
            "file.spanning",
            format!(
                "{name}: {} rows go over several lines",
                count(file.spanning)
            ),
            "look for an unclosed quote: it joins all rows up to the next quote",
        ));
    }
}

fn of_log(log: &Log, now: i64, found: &mut Vec<Warning>) {
    if let Some(strangers) = log.strangers.as_ref().filter(|one| one.share > STRANGERS) {
        found.push(warning(
            "log.strangers",
            format!(
                "{} of the events refer to {} items missing from the catalogue, such as {}",
                percent(strangers.share),
                count(strangers.items as u64),
                strangers.samples.join(", ")
            ),
            "check that the ids of catalogue and events are the same kind, and that the catalogue is whole",
        ));
    }
    let newest = log.to.as_deref().unwrap_or_default();
    if log.from.as_deref().is_some_and(|from| from < OLDEST)
        || newest > iso(now + 2 * DAY_MS).as_str()
    {
        let from = log.from.as_deref().unwrap_or_default();
        found.push(warning(
            "log.time",
            format!("the events are from {from} to {newest}"),
            "check the kind of time: calendar numbers and day counts are not Unix times, and a clock may be wrong",
        ));
    }
    if log.events >= FEW {
        if log.shoppers > 10 && log.busiest_shopper > ONE_SHOPPER {
            found.push(warning(
                "log.one_shopper",
                format!("one shopper has {} of the events", percent(log.busiest_shopper)),
                "if the export uses it for guests, leave these cells empty and add a session column",
            ));
        }
        if log.items > 10 && log.top_item > ONE_ITEM {
            found.push(warning(
                "log.one_item",
                format!("the item `{}` has {} of the events", log.top_item_key, percent(log.top_item)),
                "if it is not an item but a missing value or a shipping line, remove it from the export",
            ));
        }
        if log.single == log.sessions {
            found.push(warning(
                "log.single",
                "no session has two events".into(),
                "check the columns of session, user and time: co-view rules are counted from sessions",
            ));
        }
    }
    if log.longest_hours > 24.0 {
        found.push(warning(
            "log.long",
            format!(
                "the longest session lasts {} days",
                count((log.longest_hours / 24.0).ceil() as u64)
            ),
            "check the session column: an id that covers several visits joins unrelated events",
        ));
    }
    if log.robots.all_fast {
        found.push(warning(
            "log.fast",
            "many sessions view more than one item a second, like impressions of lists".into(),
            "remove impressions, or give them a kind of their own",
        ));
    }
    if log.robots.share > ROBOTS {
        found.push(warning(
            "log.robots",
            format!("{} of the views are by robots", percent(log.robots.share)),
            "training limits each to a busy person's views; filter them at the source if you can identify them",
        ));
    }
    let orders = log.purchases + log.orders_again;
    if log.orders_again as f64 > AGAIN * orders as f64 {
        found.push(warning(
            "log.orders_again",
            format!("{} reports repeat an order", count(log.orders_again)),
            "they do not count; report an order once, not each time its page is loaded",
        ));
    }
}

fn of_catalog(catalog: &Catalog, found: &mut Vec<Warning>) {
    let all = catalog.products as f64;
    let mut lacking = |code, many: usize, what: &str, remedy| {
        if many as f64 > LACKING * all {
            let (many, of) = (count(many as u64), count(catalog.products as u64));
            found.push(warning(
                code,
                format!("{many} of {of} products {what}"),
                remedy,
            ));
        }
    };
    lacking(
        "catalog.title",
        catalog.without_title,
        "have no title",
        "name the column `title`: without it a product has no search terms and no similar products",
    );
    lacking(
        "catalog.price",
        catalog.without_price,
        "have no price",
        "name the column `price` and write prices as `199.00 CNY`",
    );
    lacking(
        "catalog.category",
        catalog.without_category,
        "have no category",
        "name the column `product_type` and write paths as `Phones > Smartphones`",
    );
    if 2 * catalog.out_of_stock > catalog.products {
        found.push(warning(
            "catalog.stock",
            format!(
                "{} of {} products are out of stock",
                count(catalog.out_of_stock as u64),
                count(catalog.products as u64)
            ),
            "check the column `availability`: items out of stock are not shown",
        ));
    }
}
