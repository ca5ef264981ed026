//! Completing baskets: a model trained on a shop's purchases, asked which item of a later basket is missing.
//!
//! Beside the model stand the most sold products and the plain cosine of the sets of baskets, counted on the same rows.

mod baselines;

use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Deserialize;

use super::{Metrics, Percentiles, try_out};

/// What to train on, and what is asked.
pub(super) struct Files {
    pub catalogue: Option<PathBuf>,
    pub events: PathBuf,
    pub baskets: PathBuf,
}

/// What `tillside evaluate --baskets --json` prints, as far as it is shown.
#[derive(Deserialize)]
struct Evaluation {
    items: u64,
    baskets: u64,
    model_bytes: u64,
    bytes_per_item: f64,
    cart: Metrics,
    microseconds: Percentiles,
}

/// Trains and evaluates, and returns a table. `known` are HitRate@20 and MRR@20, the best that is known of others.
pub(super) fn measure(
    tillside: &Path,
    name: &str,
    files: &Files,
    model: &Path,
    known: Option<[f64; 2]>,
) -> Result<String> {
    let mut train: Vec<[&OsStr; 2]> = vec![["--events".as_ref(), files.events.as_os_str()]];
    if let Some(catalogue) = &files.catalogue {
        train.push(["--catalog".as_ref(), catalogue.as_os_str()]);
    }
    let test = ["--baskets".as_ref(), files.baskets.as_os_str()];
    let (training, found): (f64, Evaluation) = try_out(tillside, &train, &test, model)?;
    let [popular, cosine] = baselines::measure(
        &fs::read_to_string(&files.events)?,
        &fs::read_to_string(&files.baskets)?,
    )?;
    let mut rows = vec![("this model", [found.cart.hr, found.cart.mrr])];
    rows.extend(known.map(|known| ("best other method", known)));
    rows.extend([("cosine of baskets", cosine), ("most sold", popular)]);
    let [best, _] = known.unwrap_or(cosine);
    let mut table = format!("| {name} | HR@20 | MRR@20 | ratio |\n| --- | --: | --: | --: |");
    for (name, [hr, mrr]) in rows {
        // Writing to a String does not fail.
        let _ = write!(
            table,
            "\n| {name} | {hr:.4} | {mrr:.4} | {:.3} |",
            hr / best
        );
    }
    let _ = write!(
        table,
        "\n\n{} baskets, {} items, {} bytes ({:.1} an item), trained in {training:.1} s, one list {:.0} / {:.0} µs (p50 / p99).",
        found.baskets,
        found.items,
        found.model_bytes,
        found.bytes_per_item,
        found.microseconds.p50,
        found.microseconds.p99
    );
    Ok(table)
}
