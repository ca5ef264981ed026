//! `session,items`: one session a row, its items in click order, the oldest session first, no times.

use std::path::Path;

use super::column::Look;
use super::column::list::Separator;
use super::error::File;
use super::gather::Gather;
use super::source::Source;
use super::table::{Needed, Table, fold};
use super::{Error, Interactions, Kind, Reader, Reason, Refusals};

pub(super) fn read(path: &Path, reader: &mut Reader) -> Result<Interactions, Error> {
    let mut mine = Refusals::default();
    let mut gather = Gather::default();
    let source = Source::open(path, "reading sessions")?;
    let hints = reader.hints.clone();
    let wanted = |name: &str| is_items(hints.question(name)).then_some(Look::Keys);
    let mut table = Table::open(source, File::Sessions, None, &wanted)?;
    table.rename(&hints);
    let need = |table: &Table| {
        table.need(
            Needed("items", ""),
            &["item", "itemids", "products", "sequence", "clicks"],
            is_items,
        )
    };
    need(&table)?;
    let separator = match table.columns() {
        [] => Separator::Space,
        _ => table.take_lists(0, "items"),
    };
    let mut used = 0;
    while table.advance(&mut mine)? {
        let keys = keys(table.cell(0), separator);
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
                used += 1;
                items
                    .into_iter()
                    .for_each(|item| gather.click(visit, item, 0, Kind::View));
            }
            Err((reason, key)) => mine.note(reason, &table.name, table.line(), "items", key),
        }
    }
    gather.count(table.count);
    table.conclude(used, None, mine, reader)?;
    Ok(Interactions {
        newest: None,
        ..gather.finish()
    })
}

fn is_items(name: &str) -> bool {
    fold(name) == "items"
}

/// Keys as the column separates them, or a JSON list of them, which lists in JSON lines and Parquet become.
pub(super) fn keys(text: &str, separator: Separator) -> Vec<String> {
    let list: Option<Vec<serde_json::Value>> = text
        .starts_with('[')
        .then(|| serde_json::from_str(text).ok())
        .flatten();
    let keys = match list {
        Some(list) => list
            .into_iter()
            .map(|key| match key {
                serde_json::Value::String(key) => key.trim().to_owned(),
                serde_json::Value::Null => String::new(),
                other => other.to_string(),
            })
            .collect(),
        None => separator.split(text).map(str::to_owned).collect::<Vec<_>>(),
    };
    keys.into_iter().filter(|key| !key.is_empty()).collect()
}
