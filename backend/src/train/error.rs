//! Why a training ends without a model, beside what [`crate::ingest`] refuses.

use std::path::PathBuf;

use tillside::shop::{MAX_ITEMS, ModelError};

use crate::Coded;
use crate::folder::publish::Unwritten;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error(
        "nothing to train on: the input holds no item; give a catalogue with products, or events or sessions with items"
    )]
    Nothing,

    #[error(
        "nothing to train on: {} has no product; give a catalogue with products, or leave it out to train on events or sessions alone",
        .0.display()
    )]
    NoProduct(PathBuf),

    #[error(
        "none of {events} events refers to an item of the catalogue (for example {samples}); check that catalogue and events use the same ids"
    )]
    Strangers { events: u64, samples: String },

    #[error(
        "{left_out} of {events} events refer to {items} items missing from the catalogue, such as {samples}; check that catalogue and events use the same ids and that the catalogue is complete, or train on the rest with --force"
    )]
    MostlyStrangers {
        left_out: u64,
        events: u64,
        items: usize,
        samples: String,
    },

    #[error(
        "the model in {} has {before} items and the new one would have {now}; check that the catalogue is whole, or replace the model with --force",
        path.display()
    )]
    Shrunk {
        path: PathBuf,
        before: usize,
        now: usize,
    },

    #[error(
        "{gone} of the {items} items of the model are not in the feed, and {out} of {in_stock} that were in stock would be out of stock; check that the feed is whole, or take it as it is with --force"
    )]
    Emptied {
        gone: usize,
        items: usize,
        out: usize,
        in_stock: usize,
    },

    #[error(
        "{left_out} of {events} events refer to items missing from the model; check that they are of this shop, train again if its items changed, or count the rest with --force"
    )]
    OtherEventsMostly { left_out: u64, events: u64 },

    #[error(
        "{items} items exceed the limit of a model ({MAX_ITEMS}); train on the products on sale"
    )]
    TooMany { items: usize },

    #[error("{what} {text:?} is longer than 64 bytes; shorten it")]
    Label { what: &'static str, text: String },

    #[error(
        "no product of the catalogue has the attribute {text:?} (they have {known}); give --compatible a name, or a name and a value, that products have"
    )]
    Attribute { text: String, known: String },

    #[error("{}: {why}", path.display())]
    Weights { path: PathBuf, why: String },

    #[error("festivals {}: {why}", path.display())]
    Festivals { path: PathBuf, why: String },

    #[error(transparent)]
    Write(#[from] Unwritten),

    #[error("{} cannot be read: {source}; train the model again", path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },

    #[error(
        "none of the {products} products of the feed is among the {items} items of the model; check that it is the feed of this shop, and that its ids are those it was trained with"
    )]
    OtherFeed { products: usize, items: usize },

    #[error("no event refers to an item of the model; check that the events are of this shop")]
    OtherEvents,

    #[error(
        "the feed's prices are in {feed}, the model's in {model}; give the feed that the model was trained with, or train again"
    )]
    Currency { feed: String, model: String },

    #[error(
        "internal error: the packed model fails its check: {0}; please report it with the input"
    )]
    Unreadable(#[from] ModelError),
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::Nothing | Error::NoProduct(_) => "train.nothing",
            Error::Strangers { .. } | Error::MostlyStrangers { .. } => "train.strangers",
            Error::Shrunk { .. } => "train.shrunk",
            Error::Emptied { .. } => "refresh.emptied",
            Error::TooMany { .. } => "train.items",
            Error::Label { .. } => "train.label",
            Error::Attribute { .. } => "train.attribute",
            Error::Weights { .. } => "train.weights",
            Error::Festivals { .. } => "train.festivals",
            Error::Write(_) => "train.write",
            Error::Read { .. } => "refresh.read",
            Error::OtherFeed { .. } => "refresh.feed",
            Error::OtherEvents | Error::OtherEventsMostly { .. } => "refresh.events",
            Error::Currency { .. } => "refresh.currency",
            Error::Unreadable(_) => "train.unreadable",
        }
    }
}
