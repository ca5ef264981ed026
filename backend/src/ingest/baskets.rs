//! `history,basket,target[,days]`: one basket with an item hidden a row.

use std::path::Path;

use super::column::Look;
use super::column::list::Separator;
use super::error::File;
use super::sessions::keys;
use super::source::Source;
use super::table::{Needed, Table, fold};
use super::{Basket, Error, PastOrder, Reader, Reason, Refusals};

const NAMES: [&str; 4] = ["history", "basket", "target", "days"];

/// What lies between two orders where the file does not say.
const DAYS: f64 = 7.0;

/// The type of value to detect in a column, by its name. Orders of a history are separated by `|`; its reader splits them.
fn look(name: &str) -> Option<Look> {
    Some(match &fold(name)[..] {
        "basket" => Look::Keys,
        "target" => Look::Key,
        "history" | "days" => Look::Text,
        _ => return None,
    })
}

pub(super) fn read(path: &Path, reader: &mut Reader) -> Result<Vec<Basket>, Error> {
    let mut mine = Refusals::default();
    let source = Source::open(path, "reading baskets")?;
    let hints = reader.hints.clone();
    let wanted = |name: &str| look(hints.question(name));
    let mut table = Table::open(source, File::Baskets, None, &wanted)?;
    table.rename(&hints);
    let mut baskets = Vec::new();
    let need = |table: &Table| {
        table.need(
            Needed("basket", ""),
            &["items", "cart", "prefix", "input"],
            |name| fold(name) == "basket",
        )?;
        table.need(
            Needed("target", ""),
            &["item", "next", "label", "hidden"],
            |name| fold(name) == "target",
        )
    };
    need(&table)?;
    let mut separator = Separator::Space;
    for (place, name) in table.columns().to_vec().into_iter().enumerate() {
        match &fold(&name)[..] {
            "basket" => separator = table.take_lists(place, "basket"),
            "target" => table.take_keys(place, "target")?,
            name => table.take(place, name),
        }
    }
    while table.advance(&mut mine)? {
        match basket(&table, separator) {
            Ok(basket) => baskets.push(basket),
            Err((reason, column, value)) => {
                mine.note(reason, &table.name, table.line(), column, value)
            }
        }
    }
    table.conclude(baskets.len() as u64, None, mine, reader)?;
    Ok(baskets)
}

fn basket(table: &Table, separator: Separator) -> Result<Basket, (Reason, &'static str, &str)> {
    let text = |column: &str| {
        let place = table.columns().iter().position(|name| fold(name) == column);
        place.map_or("", |place| table.cell(place))
    };
    let [history, basket, target, days] = NAMES.map(text);
    if target.is_empty() {
        return Err((Reason::NoItems, "target", target));
    }
    let items = keys(basket, separator);
    if items.is_empty() {
        return Err((Reason::NoItems, "basket", basket));
    }
    let orders: Vec<Vec<String>> = match history {
        "" => Vec::new(),
        text => text
            .split('|')
            .map(|order| keys(order, Separator::Space))
            .collect(),
    };
    let ages: Vec<f64> = if days.is_empty() {
        (1..=orders.len()).rev().map(|n| n as f64 * DAYS).collect()
    } else {
        let age = |text: &str| {
            text.trim()
                .parse()
                .ok()
                .filter(|age| (0.0..1e5).contains(age))
        };
        let ages: Option<Vec<f64>> = days.split('|').map(age).collect();
        ages.filter(|ages| ages.len() == orders.len() && ages.is_sorted_by(|a, b| a >= b))
            .ok_or((Reason::Days, "days", days))?
    };
    let history = orders.into_iter().zip(ages);
    Ok(Basket {
        history: history
            .map(|(items, days)| PastOrder { days, items })
            .collect(),
        items,
        target: target.to_owned(),
    })
}
