//! `session,items`: one session a row, its items in click order, the oldest session first, no times.

use std::path::Path;

use super::error::File;
use super::gather::Gather;
use super::table::{Needed, Table, fold};
use super::{Error, Interactions, Kind, Reader, Reason, Refusals};

pub(super) fn read(path: &Path, reader: &mut Reader) -> Result<Interactions, Error> {
    let mut mine = Refusals::default();
    let mut gather = Gather::default();
    let mut table = Table::open(path, File::Sessions, "reading sessions", is_items)?;
    let need = |table: &Table| {
        table.need(
            Needed("items", ""),
            &["item", "itemids", "products", "sequence", "clicks"],
            is_items,
        )
    };
    need(&table)?;
    while table.advance(&mut mine)? {
        let keys = keys(table.cell(0));
        if keys.is_empty() {
            mine.note(Reason::NoItems, &table.name, table.line(), "items", "");
            continue;
        }
        let items: Result<Vec<u32>, _> = keys
            .iter()
            .map(|key| gather.item(key).map_err(|reason| (reason, key)))
            .collect();
        match items {
            Ok(items) => {
                let visit = gather.stranger();
                items
                    .into_iter()
                    .for_each(|item| gather.click(visit, item, 0, Kind::View));
            }
            Err((reason, key)) => mine.note(reason, &table.name, table.line(), "items", key),
        }
    }
    need(&table)?;
    gather.count(table.count);
    table.conclude(mine, reader)?;
    Ok(Interactions {
        newest: None,
        ..gather.finish()
    })
}

fn is_items(name: &str) -> bool {
    fold(name) == "items"
}

/// Keys separated by spaces, or a JSON list of them, which lists in JSON lines and Parquet become.
pub(super) fn keys(text: &str) -> Vec<String> {
    let list: Option<Vec<serde_json::Value>> = text
        .starts_with('[')
        .then(|| serde_json::from_str(text).ok())
        .flatten();
    let keys = match list {
        Some(list) => list
            .into_iter()
            .map(|key| match key {
                serde_json::Value::String(key) => key.trim().to_owned(),
                other => other.to_string(),
            })
            .collect(),
        None => text
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>(),
    };
    keys.into_iter().filter(|key| !key.is_empty()).collect()
}
