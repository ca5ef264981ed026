//! Catalogue and events in, a model out.
//!
//! | file | what |
//! | --- | --- |
//! | `goods` | items in the model's numbering, and what shoppers did with them |
//! | `sequence` | what is viewed after what |
//! | `lean` | what of that holds both ways, and what is rising |
//! | `linear` | what neighbours weigh where they predict together |
//! | `ridge`, `dense` | a regression for each item over its sources, or over all items |
//! | `matrix` | dense products |
//! | `complement` | what is bought with and after what |
//! | `joint` | what of that completes a basket together |
//! | `looked` | what is bought by those who look at an item |
//! | `bought` | the rows of all three |
//! | `related` | what the feed says of two products |
//! | `content` | what is alike by its description |
//! | `products` | variants of one product, and what works with what |
//! | `habits` | when a category is bought in again, where strangers go first, whether what is new is looked at |
//! | `age` | how fast views fade |
//! | `pinyin` | Chinese words as they are typed with Latin letters |
//! | `columns` | categories, brands, prices, stock, terms |
//! | `encoder` | what comes next, from a session in its order |
//! | `distil` | what the neighbours learn from it |
//! | `revisit` | the odds that a session goes back to an item |
//! | `repurchase` | what completes a basket: how rows are made, and the odds of buying again |
//! | `tune` | settings, found by trying them on sessions held back |
//! | `steps`, `forecast` | what goes on, and how long all takes |
//! | `customers` | for the full edition: customer models, intervals, prices, scenes, festivals |
//! | `pack` | all of it as the bytes of a model file |
//! | `shard` | a part for every page, and one for each category |
//! | `manifest`, `card`, `publish` | the files of a model folder |
//! | `refresh` | newer prices, stock and popularity for a model that is there |
//!
//! The same input gives the same bytes, whatever the number of threads: rows are counted one by one, sums run in the
//! order of the input, and nothing depends on a clock or on the order of a hash map.

mod age;
mod bought;
mod card;
mod columns;
mod complement;
mod content;
mod customers;
mod dense;
mod distil;
mod encoder;
mod error;
mod forecast;
mod goods;
mod habits;
mod heads;
mod joint;
mod lean;
mod linear;
mod looked;
mod manifest;
mod matrix;
mod pack;
mod pinyin;
mod products;
mod publish;
pub mod refresh;
mod related;
mod repurchase;
mod revisit;
mod ridge;
mod sequence;
mod shard;
mod steps;
mod sums;
mod tune;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tillside::scene::calendar::Calendar;
use tillside::shop::contents::{Content, Contents, TYPES};
use tillside::shop::{Model, terms};

use complement::Limits;
use content::Descriptions;
use customers::Customers;
use encoder::{Checkpoint, Weights};
pub use error::Error;
use forecast::{Amount, Step};
use goods::Goods;
use manifest::{Fallback, Manifest, Part};
use pack::{Counted, Labels, Packed};
use repurchase::Tried;
use shard::Shard;
use steps::{Steps, Work};
use sums::Row;

use crate::check::{Report, Robots};
use crate::ingest::{self, Catalogue, Interactions, Reader, Refusals};
use crate::{Outcome, progress};

/// Beside the model while an encoder is trained: for the trial without the sessions held back, and for the model.
const CHECKPOINTS: [&str; 2] = ["encoder-trial.checkpoint", "encoder.checkpoint"];

/// Attributes named where one is unknown, the likest first.
const NAMES: usize = 12;

/// The longest text of a model's metadata.
const LABEL: usize = 64;

/// Make a model from a catalogue and events, or from plain sessions
#[derive(clap::Args)]
#[command(group(
    clap::ArgGroup::new("input").required(true).multiple(true).args(["catalog", "events", "sessions"])
))]
pub struct Args {
    /// Merchant product feed: CSV, TSV, JSON lines or Parquet. Its products are the items, clicked or not
    #[arg(long, value_name = "FILE")]
    catalog: Option<PathBuf>,
    /// Reviews, buyers' photos, videos, articles, guides about the catalogue's goods, for pages of the full edition; see
    /// "Content" in docs/shop-files.md
    #[arg(long, value_name = "FILE", requires = "catalog")]
    content: Option<PathBuf>,
    /// What shoppers did: events as the collector stores them, or a table with session or user, item, time and kind;
    /// several files or a repeated option are read as one
    #[arg(long, value_name = "FILE", num_args = 1..)]
    events: Vec<PathBuf>,
    /// Plain sessions instead of events: rows of `session,items`, items separated by spaces in click order
    #[arg(long, value_name = "FILE", conflicts_with = "events")]
    sessions: Option<PathBuf>,
    /// Folder for the model; made if missing. A model already there is replaced once the new one is whole
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folder for what pages read, and nothing else: the manifest and its parts, each once. A model already there is replaced
    /// as in --out
    #[arg(long, value_name = "DIR")]
    publish: Option<PathBuf>,
    /// Name of the shop, kept in the model
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    shop: String,
    /// Neighbours kept of each item in the list of what is viewed together; by default as many as are worth their bytes
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(1..=1000))]
    neighbours: Option<u16>,
    /// For a large catalogue: a part with so many of the most popular items for every page, and for each top category a
    /// part with these and all of its own
    #[arg(long, value_name = "ITEMS", value_parser = clap::value_parser!(u32).range(1..))]
    head: Option<u32>,
    /// Train a sequence encoder too, which goes into the model if it ranks better with fewer neighbours; if not, the
    /// neighbours may still learn from it. It takes minutes
    #[arg(
        long,
        value_enum,
        default_value_t = encoder::Wanted::Off,
        default_value_if("encoder_weights", clap::builder::ArgPredicate::IsPresent, "on")
    )]
    encoder: encoder::Wanted,
    /// Begin the encoder from weights trained elsewhere, in safetensors, on sessions without the newest tenth; see
    /// "Weights from elsewhere" in docs/model-format.md. Means --encoder on
    #[arg(long, value_name = "FILE")]
    encoder_weights: Option<PathBuf>,
    /// Solve for session-aware linear weights too, from which neighbours learn where that ranks better. It takes seconds
    /// to a minute
    #[arg(long)]
    linear: bool,
    /// Days within which a later purchase follows from one, and for which a page expects it
    #[arg(long, value_name = "DAYS", default_value_t = Limits::default().window, value_parser = clap::value_parser!(u16).range(1..=3650))]
    window: u16,
    /// What is bought with or after an item must be so in at least this share of cases, by the lower end of the 95 %
    /// interval: .5 takes 600 of 1000 for a rule and 30 of 50 not. What is clearly above chance is one without it
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, hide_default_value = true)]
    min_lower_bound: f64,
    /// An attribute of which only equal values work together, and the value that works with all: `ecosystem=open`. May
    /// be given several times
    #[arg(long, value_name = "NAME[=VALUE]", requires = "catalog")]
    compatible: Vec<String>,
    /// Train although most events are on items that the catalogue does not have, and replace a model that has more than
    /// twice as many items
    #[arg(long)]
    force: bool,
    /// Which edition pages load. `full` also fits customer models, intervals between purchases, price quantiles and scenes to
    /// the order history, and brings a festival calendar
    #[arg(long, value_enum, default_value_t = Edition::Recommender)]
    edition: Edition,
    /// Minutes that the shop's days are east of UTC: for weekdays, times of day and seasons
    #[arg(long, value_name = "MINUTES", default_value_t = 0, allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(-840..=840))]
    zone: i32,
    /// The shop's region in two letters, such as SE: its seasons and festivals are looked for in the events
    #[arg(long, value_name = "REGION", value_parser = region)]
    region: Option<[u8; 2]>,
    /// Festival calendar in place of the one that comes along; its lines are those of docs/model-format.md. With it a model
    /// of either edition has what the full one reads
    #[arg(long, value_name = "FILE")]
    festivals: Option<PathBuf>,
    #[command(flatten)]
    hints: ingest::Hints,
}

/// What pages are to load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Edition {
    Recommender,
    Full,
}

/// Two letters.
fn region(text: &str) -> Result<[u8; 2], String> {
    tillside::scene::region(text).ok_or_else(|| "give two letters, such as SE".into())
}

/// A number from 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok();
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "give a number from 0 to 1".into())
}

pub fn run(args: Args) -> Outcome {
    let mut steps = Steps::start();
    let Input {
        catalogue,
        content,
        mut read,
        refusals,
    } = Input::read(&args)?;
    if !refusals.is_empty() {
        eprintln!("{refusals}");
    }
    let trained = read.newest.map_or_else(String::new, ingest::iso);
    let compatible = compatible(&args.compatible, catalogue.as_ref())?;
    let labels = labels(&args.shop, catalogue.as_ref(), &trained, &compatible)?;
    let limits = Limits {
        window: args.window,
        least: args.min_lower_bound,
    };
    let neighbours = args.neighbours.map(usize::from);
    let robots = Robots::find(&read);
    robots.cap(&mut read);
    let goods = Goods::number(&read, &read.sessions, catalogue.as_ref());
    check(&goods, args.catalog.as_deref())?;
    if !args.force {
        check_loss(&goods, &args)?;
    }
    let weights = match &args.encoder_weights {
        Some(path) if args.encoder == encoder::Wanted::Off => {
            return Err(Error::Weights {
                path: path.clone(),
                why: "--encoder off has no use for it; leave one of the two out".into(),
            }
            .into());
        }
        Some(path) => Some(weights(path, &goods)?),
        None => None,
    };
    // Now rather than after the work.
    let folders = [Some(&args.out), args.publish.as_ref()];
    for folder in folders.into_iter().flatten() {
        publish::prepare(folder)?;
    }

    let views = goods.browsing().iter().map(Vec::len).sum();
    let [on_trial, at_last] = CHECKPOINTS.map(|name| args.out.join(name));
    let stays = args.encoder != encoder::Wanted::Teach;
    let trainer = tune::Trainer {
        encode: &|counted, work| encode(counted, weights.as_ref(), &on_trial, stays, work),
        stays,
    };
    let trainer = args.encoder.with(views).then_some(trainer);
    let settings = settings(weights.as_ref(), stays);
    steps.forecast.of(&Amount {
        views,
        items: goods.len(),
        linear: args.linear,
        encoder: match trainer {
            Some(_) => settings.all() as f64 / encoder::Settings::default().all() as f64,
            None => 0.0,
        },
    });
    let mut tuned = steps.during(Step::Settings, |work| {
        tune::tune(
            &read,
            &robots,
            catalogue.as_ref(),
            neighbours,
            args.linear,
            trainer,
            work,
        )
        .map_err(Error::Unreadable)
    })?;
    let solves = tuned.settings.linear > 0.0;
    let learns = tuned.settings.encoder > 0.0 || tuned.settings.taught > 0.0;
    for (step, wanted) in [(Step::Linear, solves), (Step::Encoder, learns)] {
        if !wanted {
            steps.forecast.without(step);
        }
    }
    let baskets = steps.during(Step::Baskets, |work| {
        repurchase::tune(
            &read,
            catalogue.as_ref(),
            limits,
            &mut tuned.settings,
            |more| work.inc(more),
        )
        .map_err(Error::Unreadable)
    })?;
    let mut counted = steps.during(Step::Counting, |work| {
        pack::count(goods, Some(limits), |step| work.bar.set_message(step))
    });
    if args.edition == Edition::Full || args.festivals.is_some() {
        counted.customers = Some(customers(&args, &counted)?);
    }
    if solves {
        counted.linear = steps.during(Step::Linear, |_| counted.solve());
    }
    if learns {
        let (encoder, foreseen) = steps.during(Step::Encoder, |work| {
            let stays = tuned.settings.encoder > 0.0;
            encode(&counted, weights.as_ref(), &at_last, stays, work)
        });
        (counted.encoder, counted.foreseen) = (Some(encoder), foreseen);
    }
    let (packed, whole, split) = steps.during(Step::Packing, |_| {
        let rows = counted.rows(&tuned.settings, neighbours);
        let packed = counted.pack_within(&rows, &tuned.settings, neighbours, &labels);
        let whole = Model::open_verified(packed.bytes.clone())?;
        let split = match args.head {
            Some(head) => shard::split(&counted, &rows, head, &packed.id, |part, rows, id| {
                let part = part.pack_with(rows, &tuned.settings, neighbours, &labels, Some(id));
                Model::open_verified(part.bytes.clone())?;
                Ok(part)
            })?,
            None => Vec::new(),
        };
        Ok::<_, Error>((packed, whole, split))
    })?;
    let facts = card::Facts {
        shop: labels.shop,
        trained: labels.trained,
        compatible: labels.compatible,
        sources: &sources(&args),
        read: &read,
        robots: &robots,
        refusals: &refusals,
        tuned: &tuned,
        baskets: baskets.as_ref(),
    };
    let card = card::card(&facts, &counted, &packed);
    steps.during(Step::Writing, |_| {
        let folders = Folders {
            model: &args.out,
            pages: args.publish.as_deref(),
            edition: args.edition,
        };
        let parts = Parts {
            packed: &packed,
            split: &split,
            content: &content,
        };
        publish(&folders, &labels, &counted, &parts, whole, &card)
    })?;
    for name in CHECKPOINTS {
        Checkpoint::remove(&args.out.join(name));
    }
    print!(
        "{}",
        summary(
            &args.out,
            &counted,
            &packed,
            &split,
            (&tuned, baskets.as_ref()),
            &read,
            &steps
        )
    );
    print!("{}", told(&content));
    let untried = args.encoder == encoder::Wanted::Off && encoder::Wanted::Auto.with(views);
    let takes = steps.forecast.encoder(views, counted.goods.len());
    if let Some(takes) = takes.filter(|_| untried) {
        println!(
            "Not tried: a sequence encoder, which may rank better; --encoder on takes about {} more",
            progress::about(takes)
        );
    }
    Ok(())
}

/// What the order history says of customers as a whole.
fn customers(args: &Args, counted: &Counted) -> Result<Customers, Error> {
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).map_err(|fault| Error::Festivals {
            path: path.clone(),
            why: fault.to_string(),
        })
    };
    let text = match &args.festivals {
        Some(path) => read(path)?,
        None => customers::FESTIVALS.to_owned(),
    };
    let calendar = Calendar::read(&text).map_err(|refused| Error::Festivals {
        path: args.festivals.clone().unwrap_or_default(),
        why: refused.to_string(),
    })?;
    let home = customers::Home {
        zone: args.zone,
        region: args.region,
        southern: tillside::scene::is_southern("", args.region),
    };
    let Counted {
        goods,
        orders,
        categories,
        ..
    } = counted;
    Ok(Customers::of(
        goods, orders, categories, &home, &calendar, &text,
    ))
}

/// Trains an encoder that stays or one that only teaches, going on from where an earlier run of the same command came,
/// and asks it about every item.
fn encode(
    counted: &Counted,
    weights: Option<&Weights>,
    at: &Path,
    stays: bool,
    work: &Work,
) -> (encoder::Encoder, Vec<Row>) {
    let (sessions, items) = (counted.goods.browsing(), counted.goods.len());
    let settings = settings(weights, stays);
    let start = weights.map(|weights| weights.start(&counted.goods.keys));
    let start = start.as_ref();
    let described = Descriptions::of(&counted.goods.products).into_features();
    let checkpoint = Checkpoint::new(
        at.to_owned(),
        &sessions,
        items,
        &described,
        &settings,
        start,
    );
    if let Some(course) = checkpoint.load(items, &settings) {
        let (done, of, path) = (course.epochs(&settings), settings.all(), at.display());
        work.bar
            .suspend(|| eprintln!("Going on after epoch {done} of {of}, from {path}"));
    }
    progress::begin(&work.bar, Step::Encoder.name(), 1);
    let mut told = false;
    let (encoder, teacher) = encoder::fit(
        &sessions,
        items,
        &described,
        settings,
        start,
        Some(&checkpoint),
        |done, of| {
            if !std::mem::replace(&mut told, true) {
                work.bar.set_length(of);
                work.skip(done - 1, of);
            }
            work.bar.set_position(done);
        },
    );
    if let Some(fault) = checkpoint.fault() {
        let path = checkpoint.path().display();
        work.bar.suspend(|| {
            eprintln!(
                "{path} could not be written, so that an interruption would have cost all: {fault}"
            )
        });
    }
    work.bar.set_message("asking the encoder about every item");
    let foreseen = encoder::foresee(&teacher, &sessions, settings, &counted.candidates());
    (encoder, foreseen)
}

/// How an encoder is trained that stays, or one that only teaches.
fn settings(weights: Option<&Weights>, stays: bool) -> encoder::Settings {
    let settings = weights.map_or_else(encoder::Settings::default, Weights::settings);
    if stays {
        settings
    } else {
        settings.of_teacher()
    }
}

/// Weights from elsewhere, for these items.
fn weights(path: &Path, goods: &Goods) -> Result<Weights, Error> {
    let weights = Weights::read(path)?;
    let (known, items) = (weights.start(&goods.keys).known, goods.len());
    if known == 0 {
        return Err(Error::Weights {
            path: path.to_owned(),
            why: format!(
                "none of its items is among the {items} of this training (for example {:?}); check that the ids are the same kind",
                goods.keys[0]
            ),
        });
    }
    eprintln!("{}: vectors of {known} of {items} items", path.display());
    Ok(weights)
}

/// What was read.
struct Input {
    catalogue: Option<Catalogue>,
    content: Vec<Content>,
    read: Interactions,
    refusals: Refusals,
}

impl Input {
    fn read(args: &Args) -> Result<Input, ingest::Error> {
        let mut reader = Reader::with(args.hints.clone());
        let catalogue = match &args.catalog {
            Some(path) => Some(reader.catalogue(path)?),
            None => None,
        };
        let content = match (&args.content, &catalogue) {
            (Some(path), Some(catalogue)) => reader.content(path, catalogue)?,
            _ => Vec::new(),
        };
        let read = match &args.sessions {
            Some(path) => Some(reader.sessions(path)?),
            None if args.events.is_empty() => None,
            None => Some(reader.events(&args.events)?),
        };
        Report::of(&reader, read.as_ref(), catalogue.as_ref()).print();
        Ok(Input {
            catalogue,
            content,
            read: read.unwrap_or_default(),
            refusals: reader.refusals,
        })
    }
}

fn labels<'a>(
    shop: &'a str,
    catalogue: Option<&'a Catalogue>,
    trained: &'a str,
    compatible: &'a str,
) -> Result<Labels<'a>, Error> {
    let currency = catalogue
        .and_then(|catalogue| catalogue.currency.as_deref())
        .unwrap_or("");
    for (what, text) in [("the shop's name", shop), ("the currency", currency)] {
        if text.len() > LABEL {
            return Err(Error::Label {
                what,
                text: text.to_owned(),
            });
        }
    }
    Ok(Labels {
        shop,
        currency,
        trained,
        compatible,
    })
}

/// The attributes as [`Model::compatible`] gives them.
fn compatible(given: &[String], catalogue: Option<&Catalogue>) -> Result<String, Error> {
    let products = catalogue.map_or(&[][..], |catalogue| &catalogue.products);
    let attributes = || products.iter().flat_map(|product| &product.attributes);
    let mut lines: Vec<String> = Vec::new();
    for text in given {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let of_all = terms::attribute(name, "");
        let neutral = match value {
            "" => String::new(),
            value => terms::attribute(name, value),
        };
        let has = |(name, value): &(String, String)| {
            terms::attribute(name, "") == of_all
                && (neutral.is_empty() || terms::attribute(name, value) == neutral)
        };
        if !attributes().any(has) {
            // Where the name is right, what is wrong is the value.
            let named = |(name, _): &&(String, String)| terms::attribute(name, "") == of_all;
            let known: BTreeSet<String> = if attributes().any(|one| named(&one)) {
                let own = attributes().filter(named);
                own.map(|(name, value)| format!("{name}={value}")).collect()
            } else {
                attributes().map(|one| one.0.clone()).collect()
            };
            let mut known: Vec<String> = known.into_iter().collect();
            let alike = |other: &String| {
                let both = text.chars().zip(other.chars());
                both.take_while(|(a, b)| a.to_lowercase().eq(b.to_lowercase()))
                    .count()
            };
            known.sort_by_key(|other| std::cmp::Reverse(alike(other)));
            known.truncate(NAMES);
            return Err(Error::Attribute {
                text: text.clone(),
                known: known.join(", "),
            });
        }
        let line = format!("{of_all}\n{neutral}");
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    Ok(lines.join("\n"))
}

fn check(goods: &Goods, catalogue: Option<&Path>) -> Result<(), Error> {
    let items = goods.len();
    if items == 0 {
        return Err(match catalogue {
            Some(path) => Error::NoProduct(path.to_owned()),
            None => Error::Nothing,
        });
    }
    if items > tillside::shop::MAX_ITEMS {
        return Err(Error::TooMany { items });
    }
    if goods.sessions.is_empty() && goods.unknown.events > 0 {
        let samples = goods.unknown.samples.join(", ");
        return Err(Error::Strangers {
            events: goods.unknown.events,
            samples,
        });
    }
    Ok(())
}

/// Refuses what would lose most of what there is: a catalogue that most events are not on, or a model of fewer than half
/// the items of the one that it replaces.
fn check_loss(goods: &Goods, args: &Args) -> Result<(), Error> {
    let known = goods
        .sessions
        .iter()
        .map(|session| session.events.len() as u64);
    let left_out = goods.unknown.events;
    let events = known.sum::<u64>() + left_out;
    if 2 * left_out > events {
        return Err(Error::MostlyStrangers {
            left_out,
            events,
            items: goods.unknown.items,
            samples: goods.unknown.samples.join(", "),
        });
    }
    match refresh::manifest(&args.out) {
        Ok(before) if before.shop == args.shop && 2 * goods.len() < before.items => {
            Err(Error::Shrunk {
                path: args.out.clone(),
                before: before.items,
                now: goods.len(),
            })
        }
        _ => Ok(()),
    }
}

/// Names of the files, without their folders.
fn sources(args: &Args) -> Vec<(&'static str, String)> {
    let name = |path: &Path| {
        path.file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned()
    };
    let catalogue = args.catalog.iter().map(|path| ("catalogue", name(path)));
    let content = args.content.iter().map(|path| ("content", name(path)));
    let events = args.events.iter().map(|path| ("events", name(path)));
    let sessions = args.sessions.iter().map(|path| ("sessions", name(path)));
    let weights = args.encoder_weights.iter();
    let weights = weights.map(|path| ("weights of an encoder", name(path)));
    catalogue
        .chain(content)
        .chain(events)
        .chain(sessions)
        .chain(weights)
        .collect()
}

/// Where a model goes: whole, and what pages read of it.
struct Folders<'a> {
    model: &'a Path,
    pages: Option<&'a Path>,
    /// Which edition pages load.
    edition: Edition,
}

/// The parts of a model.
struct Parts<'a> {
    packed: &'a Packed,
    split: &'a [Shard],
    content: &'a [Content],
}

fn publish(
    folders: &Folders,
    labels: &Labels,
    counted: &Counted,
    &Parts {
        packed,
        split,
        content,
    }: &Parts,
    whole: Model,
    card: &str,
) -> Result<(), Error> {
    let content = match content.is_empty() {
        true => None,
        false => Some(Contents::part(content).to_json().into_bytes()),
    };
    let mut parts: Vec<(Part, &[u8])> = split
        .iter()
        .map(|shard| {
            let (name, category) = match &shard.category {
                None => ("model", None),
                Some(category) => ("shard", Some(category.as_str())),
            };
            let bytes = &shard.packed.bytes;
            (Part::of(name, category, bytes), &bytes[..])
        })
        .collect();
    if parts.is_empty() {
        parts.push((Part::of("model", None, &packed.bytes), &packed.bytes));
    }
    if let Some(bytes) = &content {
        parts.push((Part::of(manifest::CONTENT, None, bytes), bytes));
    }
    let manifest = Manifest {
        format: 1,
        model: packed.id.clone(),
        shop: labels.shop.into(),
        created: labels.trained.into(),
        items: counted.goods.len(),
        encoder: whole.encoder().is_some(),
        edition: match folders.edition {
            Edition::Full => "full".into(),
            Edition::Recommender => String::new(),
        },
        parts: parts.iter().map(|(part, _)| part.clone()).collect(),
        fallback: Fallback::of(&[whole]),
    };
    let files: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(part, bytes)| (part.url.as_str(), *bytes))
        .collect();
    let whole = publish::Files {
        parts: &files,
        sweep: &["model", "shard", "live", manifest::CONTENT],
        others: &[
            (publish::STABLE, &packed.bytes),
            (publish::CARD, card.as_bytes()),
        ],
        manifest: &manifest,
    };
    whole.publish(folders.model)?;
    match folders.pages {
        Some(pages) => publish::Files {
            others: &[],
            ..whole
        }
        .publish(pages),
        None => Ok(()),
    }
}

/// How much content of each type there is.
fn told(content: &[Content]) -> String {
    if content.is_empty() {
        return String::new();
    }
    let count = |kind: usize| {
        content
            .iter()
            .filter(|one| usize::from(one.kind) == kind)
            .count()
    };
    let all = TYPES
        .iter()
        .enumerate()
        .map(|(kind, name)| (count(kind), name));
    let each: Vec<String> = all
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    format!(
        "Content: {} items, of type {}\n",
        content.len(),
        each.join(", ")
    )
}

fn summary(
    out: &Path,
    counted: &Counted,
    packed: &Packed,
    split: &[Shard],
    (tuned, baskets): (&tune::Tuned, Option<&Tried>),
    read: &Interactions,
    steps: &Steps,
) -> String {
    let items = counted.goods.len();
    let mut text = format!(
        "Model {} in {}: {items} items, {} bytes ({:.1} an item), from {} rows in {} sessions\n",
        packed.id,
        out.display(),
        packed.bytes.len(),
        packed.bytes.len() as f64 / items as f64,
        read.rows,
        counted.goods.sessions.len(),
    );
    if let Some((head, shards)) = split.split_first() {
        let sizes = shards.iter().map(|shard| shard.packed.bytes.len());
        text += &format!(
            "For every page {} items, {} bytes; {} categories have a part of their own, the largest of {} bytes\n",
            head.items,
            head.packed.bytes.len(),
            shards.len(),
            sizes.max().unwrap_or(0),
        );
        let left = shard::left_out(&counted.categories, head.items);
        if left > 0 {
            text += &format!("In no part: {left} items without a category\n");
        }
    }
    match &tuned.validation {
        Some((metrics, questions)) => {
            text += &format!(
                "On sessions held back, for {questions} views of something new: HitRate@20 {:.4}, MRR@20 {:.4}\n",
                metrics.hr20, metrics.mrr20
            );
        }
        None => {
            text += "Too few sessions with views to try out what is viewed together; the defaults are used\n";
        }
    }
    if let Some(Tried { after, baskets, .. }) = baskets {
        text += &format!(
            "On baskets held back, {baskets} with an item hidden: HitRate@20 {:.4}, MRR@20 {:.4}\n",
            after.hr20, after.mrr20
        );
    }
    let unknown = &counted.goods.unknown;
    if unknown.events > 0 {
        text += &format!(
            "Left out: {} events on {} items that are not in the catalogue, such as {}\n",
            unknown.events,
            unknown.items,
            unknown.samples.join(", ")
        );
    }
    if !read.ignored.is_empty() {
        let names: Vec<String> = read
            .ignored
            .iter()
            .map(|(name, many)| format!("{name} ({many})"))
            .collect();
        text += &format!(
            "Events not learned from, of no use or of an unknown name: {}\n",
            names.join(", ")
        );
    }
    text + &steps.to_string()
}
