//! The files of a training, read and reported.

use tillside::shop::contents::Content;

use super::cli::Args;
use crate::check::Report;
use crate::ingest::{self, Catalogue, Interactions, Reader, Refusals};

/// What was read.
pub struct Input {
    pub catalogue: Option<Catalogue>,
    pub content: Vec<Content>,
    pub read: Interactions,
    pub refusals: Refusals,
}

impl Input {
    pub fn read(args: &Args) -> Result<Input, ingest::Error> {
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
