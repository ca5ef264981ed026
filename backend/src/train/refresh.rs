//! A newer feed for a model that is there: prices and stock, and from newer events popularity, in seconds.
//!
//! The model's own parts stay as they are, and so do item numbers; what is newer goes into a live part beside each, and
//! the manifest is written anew. What the feed no longer has is out of stock; what it has beyond the model waits for the
//! next training.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tillside::shop::live::MAX_RISING;
use tillside::shop::pack::Packer;
use tillside::shop::{Model, safetensors};

use super::error::Error;
use super::forecast::Step;
use super::items::goods;
use super::steps::Steps;
use super::write::lists::popularity;
use crate::Outcome;
use crate::check::{Report, Robots};
use crate::folder::fallback::Fallback;
use crate::folder::manifest::{CONTENT, Manifest, Part};
use crate::folder::{MANIFEST, check, publish};
use crate::ingest::{self, Catalogue, Interactions, Product, Reader};

/// Update prices, stock and popularity of a model without training
#[derive(clap::Args)]
pub struct Args {
    /// Model folder made by `tillside train --out`
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// The shop's current feed: CSV, TSV, JSON lines or Parquet
    #[arg(long, value_name = "FILE")]
    catalog: PathBuf,
    /// Events of the period that popularity should reflect; without them popularity stays as trained
    #[arg(long, value_name = "FILE", num_args = 1..)]
    events: Vec<PathBuf>,
    /// Accept a feed that would put most items out of stock, and events mostly on items outside the model
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    hints: ingest::Hints,
}

pub fn run(args: Args) -> Outcome {
    let mut steps = Steps::start();
    check::check(&args.model)?;
    let manifest = manifest(&args.model)?;
    let mut reader = Reader::with(args.hints.clone());
    let catalogue = reader.catalogue(&args.catalog)?;
    let mut events = match &args.events[..] {
        [] => None,
        files => Some(reader.events(files)?),
    };
    Report::of(&reader, events.as_ref(), Some(&catalogue)).print();
    if !reader.refusals.is_empty() {
        eprintln!("{}", reader.refusals);
    }
    if let Some(read) = &mut events {
        Robots::find(read).cap(read);
    }
    let feed = Feed {
        force: args.force,
        ..Feed::of(&catalogue, events.as_ref())
    };
    let (fresh, tally) = steps.during(Step::Refreshing, |_| feed.refresh(&args.model, manifest))?;
    let files: Vec<(&str, &[u8])> = fresh
        .live
        .iter()
        .map(|(url, bytes)| (url.as_str(), &bytes[..]))
        .collect();
    steps.during(Step::Writing, |_| {
        publish::Files {
            parts: &files,
            sweep: &["live"],
            others: &[],
            manifest: &fresh.manifest,
        }
        .publish(&args.model)
        .map_err(Error::from)
    })?;
    let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    println!(
        "Model {} in {}: {} items in the feed, {} other prices, {} other stock; {} no longer in the feed are out of stock, \
         {} are not in the model; {bytes} bytes of live parts",
        fresh.manifest.model,
        args.model.display(),
        tally.known,
        tally.prices,
        tally.stock,
        tally.gone,
        tally.strangers,
    );
    print!("{steps}");
    Ok(())
}

pub(super) fn manifest(folder: &Path) -> Result<Manifest, Error> {
    let path = folder.join(MANIFEST);
    let text = std::fs::read(&path).map_err(|source| Error::Read {
        path: path.clone(),
        source,
    })?;
    serde_json::from_slice(&text).map_err(|source| Error::Read {
        path,
        source: source.into(),
    })
}

/// What has become of the items of all parts, each counted once.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    known: usize,
    prices: usize,
    stock: usize,
    gone: usize,
    strangers: usize,
    /// In stock when the model was trained, and of these out of stock now.
    in_stock: usize,
    out: usize,
}

struct Fresh {
    manifest: Manifest,
    /// Names and bytes.
    live: Vec<(String, Vec<u8>)>,
}

/// What is newer, by item key.
struct Feed<'a> {
    currency: Option<&'a str>,
    products: HashMap<&'a str, &'a Product>,
    /// Weighted events, where there are any.
    counts: Option<HashMap<&'a str, u64>>,
    read: Option<&'a Interactions>,
    /// Whether to empty a shop that the feed empties.
    force: bool,
}

impl<'a> Feed<'a> {
    fn of(catalogue: &'a Catalogue, events: Option<&'a Interactions>) -> Feed<'a> {
        let keyed = catalogue.products.iter();
        Feed {
            currency: catalogue.currency.as_deref(),
            products: keyed
                .map(|product| (product.key.as_str(), product))
                .collect(),
            counts: events.map(|read| {
                let mut counts: HashMap<&str, u64> = HashMap::new();
                for event in read.sessions.iter().flat_map(|session| &session.events) {
                    let key = read.items[event.item as usize].as_str();
                    *counts.entry(key).or_default() += goods::weight(event.kind);
                }
                counts
            }),
            read: events,
            force: false,
        }
    }

    fn count(&self, key: &str) -> u64 {
        let counts = self.counts.as_ref();
        counts
            .and_then(|counts| counts.get(key))
            .copied()
            .unwrap_or(0)
    }

    /// Live parts for the parts of a folder, and the manifest that names them.
    fn refresh(&self, folder: &Path, mut manifest: Manifest) -> Result<(Fresh, Tally), Error> {
        manifest.parts.retain(|part| part.name != "live");
        // Content stays as it is, behind the parts that have goods.
        let kept = manifest.parts.iter().position(|part| part.name == CONTENT);
        let kept = kept.map(|at| manifest.parts.remove(at));
        let mut models = Vec::new();
        for part in &manifest.parts {
            let path = folder.join(&part.url);
            let bytes = std::fs::read(&path).map_err(|source| Error::Read { path, source })?;
            self.check_currency(&bytes)?;
            models.push(Model::open_verified(bytes)?);
        }
        let tally = self.tally(&models);
        if tally.known == 0 && tally.gone > 0 {
            return Err(Error::OtherFeed {
                products: self.products.len(),
                items: tally.gone,
            });
        }
        let keys = |model: &Model| {
            (0..model.items() as u32)
                .map(|item| self.count(model.key(item)))
                .max()
        };
        let most = models.iter().filter_map(keys).max().unwrap_or(0);
        if self.counts.is_some() && most == 0 {
            return Err(Error::OtherEvents);
        }
        if !self.force {
            self.check_loss(&models, &tally)?;
        }
        let mut live = Vec::new();
        for (n, model) in models.iter_mut().enumerate() {
            let bytes = self.live(model, most);
            model.refresh(&bytes)?;
            let part = Part::of("live", manifest.parts[n].category.as_deref(), &bytes);
            live.push((part.url.clone(), bytes));
            manifest.parts.push(part);
        }
        manifest.parts.extend(kept);
        manifest.fallback = Fallback::of(&models);
        Ok((Fresh { manifest, live }, tally))
    }

    /// Refuses to put most of the shop out of stock, and to count popularity from what is mostly on other items.
    fn check_loss(&self, models: &[Model], tally: &Tally) -> Result<(), Error> {
        if 2 * tally.gone > tally.gone + tally.known || 2 * tally.out > tally.in_stock {
            return Err(Error::Emptied {
                gone: tally.gone,
                items: tally.gone + tally.known,
                out: tally.out,
                in_stock: tally.in_stock,
            });
        }
        let Some(read) = self.read else {
            return Ok(());
        };
        let is_known = |key: &String| models.iter().any(|model| model.find(key).is_some());
        let known: Vec<bool> = read.items.iter().map(is_known).collect();
        let (mut events, mut left_out) = (0, 0);
        for event in read.sessions.iter().flat_map(|session| &session.events) {
            events += 1;
            left_out += u64::from(!known[event.item as usize]);
        }
        match 2 * left_out > events {
            true => Err(Error::OtherEventsMostly { left_out, events }),
            false => Ok(()),
        }
    }

    fn check_currency(&self, model: &[u8]) -> Result<(), Error> {
        let header = safetensors::read(model)?;
        match (header.meta("currency"), self.currency) {
            (Some(model), Some(feed)) if model != feed => Err(Error::Currency {
                model: model.into(),
                feed: feed.into(),
            }),
            _ => Ok(()),
        }
    }

    fn price(&self, model: &Model, item: u32) -> f32 {
        let known = model.price(item).unwrap_or(0.0);
        let product = self.products.get(model.key(item));
        product.map_or(known, |product| product.price.unwrap_or(0.0))
    }

    fn out_of_stock(&self, model: &Model, item: u32) -> bool {
        let product = self.products.get(model.key(item));
        product.is_none_or(|product| product.out_of_stock)
    }

    fn tally(&self, models: &[Model]) -> Tally {
        let mut tally = Tally::default();
        let mut seen: HashMap<&str, ()> = HashMap::new();
        for model in models {
            for item in 0..model.items() as u32 {
                if seen.insert(model.key(item), ()).is_some() {
                    continue;
                }
                if self.products.contains_key(model.key(item)) {
                    tally.known += 1;
                } else {
                    tally.gone += 1;
                }
                let known = model.price(item).unwrap_or(0.0);
                tally.prices += usize::from(self.price(model, item) != known);
                let out = self.out_of_stock(model, item);
                let was_in_stock = !model.out_of_stock(item);
                tally.in_stock += usize::from(was_in_stock);
                tally.out += usize::from(out && was_in_stock);
                tally.stock += usize::from(out != model.out_of_stock(item));
            }
        }
        tally.strangers = self.products.len() - tally.known;
        tally
    }

    /// The live part of a model.
    fn live(&self, model: &Model, most: u64) -> Vec<u8> {
        let items = 0..model.items() as u32;
        let prices: Vec<f32> = items.clone().map(|item| self.price(model, item)).collect();
        let flag = |item| {
            let product = self.products.get(model.key(item));
            let told = product.and_then(|product| product.repeatable);
            let repeatable = told.unwrap_or(model.repeatable(item));
            Model::flags(
                self.out_of_stock(model, item),
                repeatable,
                model.is_new(item),
            )
        };
        let flags: Vec<u8> = items.clone().map(flag).collect();
        let mut packer = Packer::default();
        packer.f32s("item.price", &prices);
        packer.u8s("item.flags", &flags);
        if self.counts.is_some() {
            let counts: Vec<u64> = items.map(|item| self.count(model.key(item))).collect();
            packer.u8s("item.popularity", &popularity(&counts, most));
            packer.u32s("item.rising", &rising(&counts));
        }
        packer.finish_live(model.id())
    }
}

/// Of the most popular items now those that are not numbered among them.
fn rising(counts: &[u64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..counts.len() as u32).collect();
    order.sort_by_key(|&item| (std::cmp::Reverse(counts[item as usize]), item));
    order.truncate(MAX_RISING);
    order.retain(|&item| item as usize >= MAX_RISING && counts[item as usize] > 0);
    order.sort_unstable();
    order
}
