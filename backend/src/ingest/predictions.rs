//! `session,prefix,target[,time]`: one question a row.

use std::path::Path;

use super::column::Look;
use super::column::list::Separator;
use super::column::time::Times;
use super::error::File;
use super::sessions::keys;
use super::source::Source;
use super::table::{Needed, Table, fold};
use super::{Error, Hints, Prediction, Reader, Reason, Refusals};

/// What the cells of a column are looked at as.
fn look(name: &str) -> Option<Look> {
    Some(match &fold(name)[..] {
        "session" => Look::Person,
        "prefix" => Look::Keys,
        "target" => Look::Key,
        "time" => Look::Time,
        _ => return None,
    })
}

pub(super) fn read(path: &Path, reader: &mut Reader) -> Result<Vec<Prediction>, Error> {
    let mut mine = Refusals::default();
    let source = Source::open(path, "reading test rows")?;
    let hints = reader.hints.clone();
    let wanted = |name: &str| look(hints.question(name));
    let mut table = Table::open(source, File::Predictions, None, &wanted)?;
    table.rename(&hints);
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
    let form = Form::of(&mut table, &hints)?;
    while table.advance(&mut mine)? {
        match prediction(&table, &form) {
            Ok(prediction) => predictions.push(prediction),
            Err((reason, column, value)) => {
                mine.note(reason, &table.name, table.line(), column, value)
            }
        }
    }
    table.conclude(predictions.len() as u64, None, mine, reader)?;
    Ok(predictions)
}

/// How the columns are written.
#[derive(Default)]
struct Form {
    separator: Separator,
    times: Times,
}

impl Form {
    fn of(table: &mut Table, hints: &Hints) -> Result<Form, Error> {
        let mut form = Form::default();
        let times = hints.map.iter().find(|mapping| mapping.name == "time");
        for (place, name) in table.columns().to_vec().into_iter().enumerate() {
            match &fold(&name)[..] {
                "prefix" => form.separator = table.take_lists(place, "prefix"),
                "time" => {
                    form.times =
                        table.take_times(place, "time", times.and_then(|time| time.times))?
                }
                name => table.take_keys(place, name)?,
            }
        }
        Ok(form)
    }
}

fn prediction<'a>(
    table: &'a Table,
    form: &Form,
) -> Result<Prediction, (Reason, &'static str, &'a str)> {
    let text = |column: &str| {
        let place = table.columns().iter().position(|name| fold(name) == column);
        place.map_or("", |place| table.cell(place))
    };
    let (prefix, target, time) = (text("prefix"), text("target"), text("time"));
    let keys = keys(prefix, form.separator);
    if keys.is_empty() {
        return Err((Reason::NoItems, "prefix", prefix));
    }
    if target.is_empty() {
        return Err((Reason::NoItems, "target", target));
    }
    let time = match time {
        "" => None,
        text => Some(form.times.read(text).ok_or((Reason::Time, "time", text))?),
    };
    Ok(Prediction {
        session: text("session").to_owned(),
        prefix: keys,
        target: target.to_owned(),
        time,
    })
}
