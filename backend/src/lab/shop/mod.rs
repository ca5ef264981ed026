//! `tillside lab shop`: the demo's department store, written to a folder.
//!
//! The goods come from [`goods`], their pictures from [`draw`](super::draw); this room gives them the
//! form that a trainer (`catalog.jsonl`, `content.jsonl`) and a page (`shop.json`, `live.json`, `products/`, `content/`,
//! `img/`) read. The same program always
//! writes the same bytes. Shoppers are another command's work: `tillside lab simulate`.

mod content;
mod feed;
mod festivals;
mod page;
mod phrases;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Coded, Outcome, progress};

use super::draw::Pictures;
use super::goods;

/// Generate a department store: a catalogue, data of product pages, and drawn pictures.
///
/// About two thousand products of invented brands, in English and Chinese, priced in CNY. The output is the same every
/// time. Files of an earlier run are overwritten; other files in the folder stay.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Output folder, created if missing: catalog.jsonl, content.jsonl and festivals.txt for training; shop.json,
    /// live.json, products/, content/, img/ and live/ for the pages.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Why a shop could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("{} is a file; give a folder: --out DIR", .0.display())]
    NoFolder(PathBuf),
    #[error("{} cannot be written: {source}; free the place, or choose another folder: --out DIR", path.display())]
    Unwritable {
        path: PathBuf,
        source: std::io::Error,
    },
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::NoFolder(_) => "shop.no_folder",
            Error::Unwritable { .. } => "shop.unwritable",
        }
    }
}

pub fn run(args: Args) -> Outcome {
    let count = write(&args.out)?;
    println!("{count} products written to {}", args.out.display());
    Ok(())
}

/// The catalogue as a trainer reads it.
#[cfg(test)]
pub(super) fn catalogue(products: &[goods::Product]) -> String {
    feed::lines(products, &goods::categories())
}

/// Writes the whole folder and says how many products are in it.
fn write(out: &Path) -> Result<usize, Error> {
    if out.is_file() {
        return Err(Error::NoFolder(out.to_owned()));
    }
    let products = goods::all();
    let pictures = Pictures::new();
    for folder in ["products", "content", "img", "img/buyers", "live"] {
        let folder = out.join(folder);
        fs::create_dir_all(&folder).map_err(|source| Error::Unwritable {
            path: folder,
            source,
        })?;
    }
    put(
        &out.join("catalog.jsonl"),
        &feed::lines(&products, &goods::categories()),
    )?;
    put(
        &out.join("shop.json"),
        &page::shop(&goods::categories(), &products),
    )?;
    put(&out.join("festivals.txt"), &festivals::festivals())?;
    put(&out.join(page::FEED), page::NO_NEWS)?;
    for (number, shard) in page::shards(&products, &goods::words()).iter().enumerate() {
        put(&out.join(format!("products/{number}.json")), shard)?;
    }
    let pieces = content::all(&products, &goods::categories(), &goods::words());
    put(&out.join("content.jsonl"), &content::feed(&pieces))?;
    put(&out.join("live.json"), &content::rooms(&products))?;
    for (number, shard) in content::shards(&pieces).iter().enumerate() {
        put(&out.join(format!("content/{number}.json")), shard)?;
    }
    let bar = progress::bar("draw the pictures", products.len() as u64);
    for product in bar.wrap_iter(products.iter()) {
        put(
            &out.join(page::picture(&product.id)),
            &pictures.draw(product),
        )?;
    }
    for piece in &pieces {
        let shown = piece.drawn();
        if let Some(product) = products.iter().find(|one| Some(one.id.as_str()) == shown) {
            put(
                &out.join(&piece.image),
                &pictures.photo(product, piece.scene),
            )?;
        }
    }
    Ok(products.len())
}

fn put(path: &Path, content: &str) -> Result<(), Error> {
    fs::write(path, content).map_err(|source| Error::Unwritable {
        path: path.to_owned(),
        source,
    })
}
