//! Completing baskets: a model trained on a shop's purchases, asked which item of a later basket is missing.
//!
//! Beside the model stand the most sold products and the plain cosine of the sets of baskets, counted on the same rows.

mod baselines;
pub mod retail;
pub mod tafeng;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::quality::{Metrics, Percentiles, try_out};

/// The definitions of both shops.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    ta_feng: tafeng::Definition,
    online_retail: retail::Definition,
}

/// Training baskets and test questions.
struct Files {
    catalogue: Option<PathBuf>,
    events: PathBuf,
    baskets: PathBuf,
}

/// The fields used from the output of `tillside evaluate --baskets --json`.
#[derive(Deserialize)]
struct Evaluation {
    items: u64,
    baskets: u64,
    model_bytes: u64,
    bytes_per_item: f64,
    cart: Metrics,
    microseconds: Percentiles,
}

/// What the documentation prints. Pairs are HitRate@20 and MRR@20.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// The shop.
    pub name: String,
    pub model: [f64; 2],
    /// The best other method, where one is known.
    pub known: Option<[f64; 2]>,
    /// Cosine of baskets.
    pub cosine: [f64; 2],
    /// Most sold.
    pub popular: [f64; 2],
    pub baskets: u64,
    pub items: u64,
    pub model_bytes: u64,
    pub bytes_per_item: f64,
    pub training_seconds: f64,
    /// One list, in microseconds: p50 and p99.
    pub microseconds: [f64; 2],
}

/// Trains and evaluates.
fn measure(
    tillside: &Path,
    name: &str,
    files: &Files,
    model: &Path,
    known: Option<[f64; 2]>,
) -> Result<Figures> {
    let mut train: Vec<[&OsStr; 2]> = vec![["--events".as_ref(), files.events.as_os_str()]];
    if let Some(catalogue) = &files.catalogue {
        train.push(["--catalog".as_ref(), catalogue.as_os_str()]);
    }
    let test = ["--baskets".as_ref(), files.baskets.as_os_str()];
    let (training_seconds, found): (f64, Evaluation) = try_out(tillside, &train, &test, model)?;
    let [popular, cosine] = baselines::measure(
        &fs::read_to_string(&files.events)?,
        &fs::read_to_string(&files.baskets)?,
    )?;
    Ok(Figures {
        name: name.to_owned(),
        model: [found.cart.hr, found.cart.mrr],
        known,
        cosine,
        popular,
        baskets: found.baskets,
        items: found.items,
        model_bytes: found.model_bytes,
        bytes_per_item: found.bytes_per_item,
        training_seconds,
        microseconds: [found.microseconds.p50, found.microseconds.p99],
    })
}
