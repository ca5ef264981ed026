//! What shoppers did, from any number of files of any kind.

use std::path::{Path, PathBuf};

use super::error::File;
use super::gather::Gather;
use super::source::{self, Content};
use super::table::Table;
use super::{Error, Interactions, Refusals, clicks, messages};

const WHAT: &str = "reading events";

/// Reads and joins files of events: JSON lines of Segment messages, the collector's database, or plain tables with
/// `session` or `user`, `item`, `time` and `kind`.
///
/// Shoppers' events are cut into sessions by the page's own rule; sessions that a table names stay as they are.
pub fn events(paths: &[PathBuf], refusals: &mut Refusals) -> Result<Interactions, Error> {
    let mut gather = Gather::default();
    for path in paths {
        read(path, &mut gather, refusals)?;
    }
    Ok(gather.finish())
}

fn read(path: &Path, gather: &mut Gather, refusals: &mut Refusals) -> Result<(), Error> {
    let mut content = source::open(path, WHAT)?;
    let holds_messages = match &mut content {
        Content::Lines(text) => messages::are_in(text),
        _ => false,
    };
    match content {
        Content::Sqlite => messages::database(path, gather, refusals),
        Content::Lines(text) if holds_messages => messages::lines(path, text, gather, refusals),
        table => {
            let table = Table::read(table, path, File::Events, WHAT, clicks::is_wanted)?;
            clicks::read(table, gather, refusals)
        }
    }
}
