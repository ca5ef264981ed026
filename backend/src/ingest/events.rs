//! What shoppers did, from any number of files of any kind.

use std::path::Path;

use super::error::File;
use super::gather::Gather;
use super::source::{self, Content};
use super::table::Table;
use super::{Error, Reader, clicks, messages};

const WHAT: &str = "reading events";

pub(super) fn read(path: &Path, gather: &mut Gather, reader: &mut Reader) -> Result<(), Error> {
    let mut content = source::open(path, WHAT)?;
    let holds_messages = match &mut content {
        Content::Lines(text) => messages::are_in(text),
        _ => false,
    };
    match content {
        Content::Sqlite => messages::database(path, gather, reader),
        Content::Lines(text) if holds_messages => messages::lines(path, text, gather, reader),
        table => {
            let table = Table::read(table, path, File::Events, WHAT, clicks::is_wanted)?;
            clicks::read(table, gather, reader)
        }
    }
}
