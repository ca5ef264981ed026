//! Events of shoppers, from any number of files of any format.

use std::path::Path;

use super::error::File;
use super::gather::Gather;
use super::source::{Shape, Source};
use super::table::Table;
use super::{Error, Reader, clicks, messages};

const WHAT: &str = "reading events";

pub(super) fn read(path: &Path, gather: &mut Gather, reader: &mut Reader) -> Result<(), Error> {
    let source = Source::open(path, WHAT)?;
    match source.shape {
        Shape::Sqlite => messages::database(path, gather, reader),
        Shape::Lines if messages::are_in(&source)? => messages::lines(&source, gather, reader),
        _ => {
            let layout = reader.hints.layout;
            let wanted = |name: &str| clicks::look(name, reader);
            let table = Table::open(source, File::Events, layout, &wanted)?;
            clicks::read(table, gather, reader)
        }
    }
}
