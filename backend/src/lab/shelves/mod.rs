//! Defects of a shop's shelves that a merchandiser would see, counted: `tillside lab shelves`.
//!
//! A trained model is asked by shoppers who do plain things: look at a few items, buy one, come back the next day, type
//! a query. Each line names what is counted and the bar that it should hold. The shoppers are drawn from the catalogue
//! with a seed, and no event of training is needed. It measures the engine; the page's own composition is its tests'.

mod measure;
mod search;

use std::path::{Path, PathBuf};

use tillside::shop::Model;

use crate::folder::check;
use crate::{Coded, Outcome, progress};

/// Count defects of a model's shelves that a merchandiser would see.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Model folder made by `tillside train --out`
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Random seed: equal seeds ask the same questions
    #[arg(long, value_name = "N", default_value_t = 2)]
    seed: u64,
    /// Print the queries that missed their category
    #[arg(long)]
    misses: bool,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("{} cannot be read: {source}; check the path and its permissions, or train the model again", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{}: {source}", path.display())]
    Model {
        path: PathBuf,
        source: tillside::shop::ModelError,
    },
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::Unreadable { .. } => "model.unreadable",
            Error::Model { source, .. } => source.code(),
        }
    }
}

/// One figure, and what it should be.
pub struct Figure {
    pub name: &'static str,
    /// With single items in place of products, where that makes a difference.
    pub single: Option<f64>,
    pub value: f64,
    pub bar: &'static str,
}

pub fn run(args: Args) -> Outcome {
    let model = open(&args.model)?;
    let bar = progress::bar("asking for shelves", 8);
    let mut figures = Vec::new();
    for measure in measure::ALL {
        figures.extend(measure(&model, args.seed));
        bar.inc(1);
    }
    figures.extend(search::success(&model, args.misses));
    bar.finish_and_clear();
    println!("{:<58} {:>8} {:>8}  bar", "", "items", "products");
    for figure in figures {
        let single = figure
            .single
            .map_or_else(String::new, |one| format!("{one:.3}"));
        println!(
            "{:<58} {single:>8} {:>8.3}  {}",
            figure.name, figure.value, figure.bar
        );
    }
    Ok(())
}

fn open(folder: &Path) -> Result<Model, Box<dyn Coded>> {
    let files = check::check(folder)?;
    let path = files.first().cloned().unwrap_or_else(|| folder.to_owned());
    let bytes = std::fs::read(&path).map_err(|source| Error::Unreadable {
        path: path.clone(),
        source,
    })?;
    Ok(Model::open_verified(bytes).map_err(|source| Error::Model { path, source })?)
}
