//! `session,prefix,target[,time]`: one question a row.

use std::path::Path;

use super::error::File;
use super::sessions::keys;
use super::table::{Needed, Table, fold};
use super::{Error, Prediction, Reader, Reason, Refusals, instant};

const NAMES: [&str; 4] = ["session", "prefix", "target", "time"];

fn is_wanted(name: &str) -> bool {
    NAMES.contains(&fold(name).as_str())
}

pub(super) fn read(path: &Path, reader: &mut Reader) -> Result<Vec<Prediction>, Error> {
    let mut mine = Refusals::default();
    let mut table = Table::open(path, File::Predictions, "reading test rows", is_wanted)?;
    let mut predictions = Vec::new();
    let need = |table: &Table| {
        table.need(
            Needed("prefix", ""),
            &["items", "history", "input"],
            |name| fold(name) == "prefix",
        )?;
        table.need(Needed("target", ""), &["item", "next", "label"], |name| {
            fold(name) == "target"
        })
    };
    need(&table)?;
    while table.advance(&mut mine)? {
        match prediction(&table) {
            Ok(prediction) => predictions.push(prediction),
            Err((reason, column, value)) => {
                mine.note(reason, &table.name, table.line(), column, value)
            }
        }
    }
    need(&table)?;
    table.conclude(mine, reader)?;
    Ok(predictions)
}

fn prediction(table: &Table) -> Result<Prediction, (Reason, &'static str, &str)> {
    let text = |column: &str| {
        let place = table.columns().iter().position(|name| fold(name) == column);
        place.map_or("", |place| table.cell(place))
    };
    let (prefix, target, time) = (text("prefix"), text("target"), text("time"));
    let keys = keys(prefix);
    if keys.is_empty() {
        return Err((Reason::NoItems, "prefix", prefix));
    }
    if target.is_empty() {
        return Err((Reason::NoItems, "target", target));
    }
    let time = match time {
        "" => None,
        text => Some(instant::parse(text).ok_or((Reason::Time, "time", text))?),
    };
    Ok(Prediction {
        session: text("session").to_owned(),
        prefix: keys,
        target: target.to_owned(),
        time,
    })
}
