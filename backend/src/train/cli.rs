//! The options of `tillside train`.

use std::path::{Path, PathBuf};

use super::encoder;
use super::neighbours::complement::Limits;
use crate::ingest;

/// Train a model from a catalogue and events, or from plain sessions
#[derive(clap::Args)]
#[command(group(
    clap::ArgGroup::new("input").required(true).multiple(true).args(["catalog", "events", "sessions"])
))]
pub struct Args {
    /// Merchant product feed: CSV, TSV, JSON lines or Parquet. Its products are the items, with or without clicks
    #[arg(long, value_name = "FILE")]
    pub(super) catalog: Option<PathBuf>,
    /// Feed of reviews, buyers' photos, videos, articles and guides about the catalogue's products, for the full edition; see
    /// "Content" in docs/shop-files.md
    #[arg(long, value_name = "FILE", requires = "catalog")]
    pub(super) content: Option<PathBuf>,
    /// Events: the collector's database or JSON lines, or a table with session or user, item, time and kind; several files or
    /// a repeated option form one log
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(super) events: Vec<PathBuf>,
    /// Plain sessions instead of events: rows of `session,items`, items separated by spaces in click order
    #[arg(long, value_name = "FILE", conflicts_with = "events")]
    pub(super) sessions: Option<PathBuf>,
    /// Output folder, created if missing. An existing model is replaced when the new one is complete
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Second output folder with only the page's files: the manifest and its parts, each once. An existing model is replaced
    /// as in --out
    #[arg(long, value_name = "DIR")]
    pub(super) publish: Option<PathBuf>,
    /// Name of the shop, stored in the model, at most 64 bytes
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    pub(super) shop: String,
    /// Co-view neighbours kept for each item [default: as many as improve ranking enough for their bytes]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(super) neighbours: Option<u16>,
    /// Split a large model: one part with this number of most popular items for every page, and for each top category a
    /// part with these and its own items
    #[arg(long, value_name = "ITEMS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) head: Option<u32>,
    /// Train a sequence encoder (GRU), and keep it if held-back sessions rank better with it and fewer neighbours;
    /// otherwise it may be distilled into the neighbours. Takes minutes
    #[arg(
        long,
        value_enum,
        default_value_t = encoder::Wanted::Off,
        default_value_if("encoder_weights", clap::builder::ArgPredicate::IsPresent, "on")
    )]
    pub(super) encoder: encoder::Wanted,
    /// Initial encoder weights in safetensors, trained on sessions without the newest tenth; see "Weights from elsewhere" in
    /// docs/model-format.md. Implies --encoder on
    #[arg(long, value_name = "FILE")]
    pub(super) encoder_weights: Option<PathBuf>,
    /// Fit session-aware linear weights (SLIST), and blend them into the neighbours if held-back sessions rank better. Takes
    /// seconds to two minutes
    #[arg(long)]
    pub(super) linear: bool,
    /// Days after a purchase in which a later one counts as its complement, and in which a page suggests it
    #[arg(long, value_name = "DAYS", default_value_t = Limits::default().window, value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub(super) window: u16,
    /// Minimum lower bound (95 % Wilson) of a purchase rule's confidence: 0.5 keeps 600/1000 and drops 30/50. Without it a
    /// rule must only be clearly above chance
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, hide_default_value = true)]
    pub(super) min_lower_bound: f64,
    /// Attribute whose values work only with equal values, and the value that works with all: `ecosystem=open`. Repeatable
    #[arg(long, value_name = "NAME[=VALUE]", requires = "catalog")]
    pub(super) compatible: Vec<String>,
    /// Put the titles of the catalogue into the model, so that reasons name items on pages without a `title` function; prints their size.
    /// Of a title in several languages the first with Chinese characters and the first without are kept
    #[arg(long, requires = "catalog")]
    pub(super) titles: bool,
    /// Train although most events are on items outside the catalogue, and replace a model with more than twice as many
    /// items
    #[arg(long)]
    pub(super) force: bool,
    /// Edition that pages load. `full` also fits customer models, purchase intervals, price quantiles and scenes to the order
    /// history, and adds a festival calendar
    #[arg(long, value_enum, default_value_t = Edition::Recommender)]
    pub(super) edition: Edition,
    /// Time zone of the shop in minutes east of UTC, for weekdays and times of day
    #[arg(long, value_name = "MINUTES", default_value_t = 0, allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(-840..=840))]
    pub(super) zone: i32,
    /// Region of the shop in two letters, such as SE, for seasons and festivals in the events
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub(super) region: Option<[u8; 2]>,
    /// Festival calendar instead of the built-in one; lines as in docs/model-format.md. Adds the data of the full edition to a
    /// model of either edition
    #[arg(long, value_name = "FILE")]
    pub(super) festivals: Option<PathBuf>,
    #[command(flatten)]
    pub(super) hints: ingest::Hints,
}

/// Edition that pages load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Edition {
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

impl Args {
    /// Names of the files, without their folders.
    pub(super) fn sources(&self) -> Vec<(&'static str, String)> {
        let name = |path: &Path| {
            path.file_name()
                .unwrap_or(path.as_os_str())
                .to_string_lossy()
                .into_owned()
        };
        let catalogue = self.catalog.iter().map(|path| ("catalogue", name(path)));
        let content = self.content.iter().map(|path| ("content", name(path)));
        let events = self.events.iter().map(|path| ("events", name(path)));
        let sessions = self.sessions.iter().map(|path| ("sessions", name(path)));
        let weights = self.encoder_weights.iter();
        let weights = weights.map(|path| ("weights of an encoder", name(path)));
        catalogue
            .chain(content)
            .chain(events)
            .chain(sessions)
            .chain(weights)
            .collect()
    }
}
