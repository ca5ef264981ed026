//! Rows of plain tables as facts: what a warehouse exports, or the tables that training reads.
//!
//! A table with a column `message` holds the collector's messages, whatever else it has. In any other, a row is an event
//! with columns by their usual names: Segment's warehouse (`anonymous_id`, `experiment_id`, `context_user_agent`, …), and
//! those of training's tables (`user`, `time`, `kind`, `order`, `price`, `quantity`). A row with an experiment and a
//! variation and no other event is an exposure. Of an order in several rows, `price × quantity` are added up, while
//! `revenue` or `total` is that of the whole order and counts once. Rows have no message id unless a column has it.

use super::Error;
use super::browser::Browser;
use super::message::{self, Assigned, Dictionary, Fact, Outcome, Refused, hash, short};
use super::reading::{Read, Take};
use crate::ingest::{
    self, File, Kind, Look, Meaning, Needed, Reason, Refusals, Role, Source, Table, fold,
};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Message,
    Id,
    Anonymous,
    User,
    Time,
    Event,
    Experiment,
    Variation,
    Propensity,
    Leaf,
    Revenue,
    Price,
    Quantity,
    Order,
    Session,
    List,
    Path,
    Agent,
}

/// Names without letter case and separators. Others are those of training's tables.
const NAMES: [(Column, &[&str]); 13] = [
    (Column::Message, &["message"]),
    (Column::Id, &["messageid"]),
    (Column::Anonymous, &["anonymousid"]),
    (Column::Experiment, &["experimentid", "experiment"]),
    (
        Column::Variation,
        &["variationid", "variation", "variant", "arm"],
    ),
    (Column::Propensity, &["propensity"]),
    (Column::Leaf, &["leaf"]),
    (
        Column::Revenue,
        &["revenue", "total", "ordertotal", "value", "amount"],
    ),
    (Column::Price, &["price", "unitprice"]),
    (Column::Session, &["contextsessionid"]),
    (Column::List, &["listid"]),
    (Column::Path, &["contextpagepath", "pagepath", "path"]),
    (Column::Agent, &["contextuseragent", "useragent", "browser"]),
];

/// What a column holds, and its rank among columns that hold the same.
fn column(name: &str) -> Option<(Column, usize)> {
    let folded = fold(name);
    let own = NAMES.iter().find_map(|(column, names)| {
        let rank = names.iter().position(|other| *other == folded)?;
        Some((*column, rank))
    });
    own.or_else(|| {
        let (role, rank) = ingest::usual(name)?;
        let column = match role {
            Role::Session => Column::Session,
            Role::User => Column::User,
            Role::Order => Column::Order,
            Role::Time => Column::Time,
            Role::Kind => Column::Event,
            Role::Quantity => Column::Quantity,
            _ => return None,
        };
        Some((column, rank + 1))
    })
}

fn look(column: Column) -> Look {
    match column {
        Column::Anonymous | Column::User | Column::Session => Look::Person,
        Column::Time => Look::Time,
        Column::Event => Look::Word,
        Column::Id | Column::Order | Column::Experiment | Column::Variation => Look::Key,
        _ => Look::Text,
    }
}

struct Columns {
    /// Column and place, better ranks first.
    places: Vec<(Column, usize)>,
    cut: Option<usize>,
}

impl Columns {
    fn of(table: &mut Table, by: Option<&str>) -> Result<Columns, Error> {
        let mut found = Vec::new();
        let mut cut = None;
        for (place, name) in table.columns().iter().enumerate() {
            if by == Some(name.as_str()) {
                cut = Some(place);
            }
            if let Some((column, rank)) = column(name) {
                found.push((column, rank, place));
            }
        }
        found.sort_unstable();
        for (column, _, place) in &found {
            if look(*column) == Look::Key || look(*column) == Look::Person {
                table.take_keys(*place, "id")?;
            }
        }
        let places = found.into_iter();
        let columns = Columns {
            places: places.map(|(column, _, place)| (column, place)).collect(),
            cut,
        };
        if !columns.has(Column::Message) {
            columns.need(table)?;
        }
        Ok(columns)
    }

    fn has(&self, column: Column) -> bool {
        self.places.iter().any(|(other, _)| *other == column)
    }

    fn need(&self, table: &Table) -> Result<(), Error> {
        let lacks = |needed, others| {
            let remedy = "name it in the first line, or give the collector's database or messages";
            table.lacks_for(Needed(needed, others), remedy.into())
        };
        if !self.has(Column::Anonymous) && !self.has(Column::User) {
            return Err(lacks("anonymous_id", " (or `user_id`, `user`)").into());
        }
        if !self.has(Column::Time) {
            return Err(lacks("timestamp", " (or `time`)").into());
        }
        Ok(())
    }

    /// The first of the columns that says something.
    fn text<'a>(&self, table: &'a Table, column: Column) -> &'a str {
        let mut places = self.places.iter().filter(|(other, _)| *other == column);
        let texts = places.by_ref().map(|(_, place)| table.cell(*place));
        texts
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or("")
    }

    fn number(&self, table: &Table, column: Column) -> Option<f64> {
        let number: Option<f64> = self.text(table, column).parse().ok();
        number.filter(|number| number.is_finite())
    }
}

pub(super) fn read(
    source: Source,
    by: Option<&str>,
    names: &mut Dictionary,
    take: Take,
) -> Result<Read, Error> {
    let wanted = |name: &str| match column(name) {
        Some((column, _)) => Some(look(column)),
        None => (by == Some(name)).then_some(Look::Text),
    };
    let mut table = Table::open(source, File::Events, None, &wanted)?;
    let columns = Columns::of(&mut table, by)?;
    let mut read = Read::default();
    let mut broken = Refusals::default();
    while table.advance(&mut broken)? {
        let fact = match columns.has(Column::Message) {
            true => {
                let time = columns.text(&table, Column::Time);
                let json = columns.text(&table, Column::Message);
                message::read(json.as_bytes(), ingest::instant(time), by, names)
            }
            false => row(&table, &columns, names, &mut read.refusals),
        };
        let shown = || columns.text(&table, Column::Message).to_owned();
        if let Some(fact) = read.count(&table.name, table.line(), fact, shown) {
            take(fact)?;
        }
    }
    read.messages += broken.rows();
    read.refusals.absorb(broken);
    Ok(read)
}

fn row(
    table: &Table,
    columns: &Columns,
    names: &mut Dictionary,
    refusals: &mut Refusals,
) -> Result<Fact, Refused> {
    let text = |column| columns.text(table, column);
    let some = |column| Some(text(column)).filter(|text| !text.is_empty());
    let unit = some(Column::Anonymous).or_else(|| some(Column::User));
    let cut = columns.cut.map(|place| table.cell(place));
    let mut fact = Fact {
        unit: hash(unit.ok_or(Refused::Unit)?),
        time: ingest::instant(text(Column::Time)).ok_or(Refused::Time)?,
        id: some(Column::Id).map(hash),
        session: some(Column::Session).map(hash),
        browser: Browser::of(text(Column::Agent)),
        path: some(Column::Path).map(short),
        cut: cut.filter(|cut| !cut.is_empty()).map(short),
        ..Fact::default()
    };
    let mut exposure = || {
        let (experiment, variation) = some(Column::Experiment).zip(some(Column::Variation))?;
        Some(Assigned {
            experiment: names.experiments.number(experiment),
            variation: names.variations.number(variation),
            propensity: columns.number(table, Column::Propensity),
            leaf: columns.number(table, Column::Leaf),
            offer: None,
        })
    };
    let event = fold(text(Column::Event));
    let is_recommended = text(Column::List).starts_with("rec:");
    match event.as_str() {
        "experimentviewed" | "$experimentstarted" | "exposure" => {
            fact.assigned = Some(exposure().ok_or(Refused::Exposure)?);
        }
        "productlistviewed" if is_recommended => fact.outcome = Some((Outcome::Shown, 1.0)),
        "productclicked" if is_recommended => fact.outcome = Some((Outcome::Clicked, 1.0)),
        "productadded" => fact.outcome = Some((Outcome::Added, 1.0)),
        "ordercompleted" => order(table, columns, &mut fact, refusals),
        "" => match exposure() {
            Some(assigned) => fact.assigned = Some(assigned),
            // As in training's tables: where nothing says the kind, a row with an order is a purchase.
            None if some(Column::Order).is_some() => order(table, columns, &mut fact, refusals),
            None => {}
        },
        word => match ingest::word(word) {
            Some(Meaning::Used(Kind::Buy)) => order(table, columns, &mut fact, refusals),
            Some(Meaning::Used(Kind::Cart)) => fact.outcome = Some((Outcome::Added, 1.0)),
            _ => {}
        },
    }
    Ok(fact)
}

/// Takes a row as an order, or as a line of one.
fn order(table: &Table, columns: &Columns, fact: &mut Fact, refusals: &mut Refusals) {
    let quantity = columns.number(table, Column::Quantity).unwrap_or(1.0);
    if quantity <= 0.0 {
        // A return.
        return;
    }
    let amounts = [Column::Revenue, Column::Price];
    let named = amounts
        .into_iter()
        .find(|column| !columns.text(table, *column).is_empty());
    let amount = named.and_then(|column| columns.number(table, column));
    let amount = amount.filter(|amount| *amount >= 0.0);
    if let (Some(column), None) = (named, amount) {
        let value = columns.text(table, column);
        refusals.note(Reason::Price, &table.name, table.line(), "price", value);
    }
    let is_whole = named == Some(Column::Revenue);
    let amount = amount.unwrap_or(0.0) * if is_whole { 1.0 } else { quantity };
    let number = columns.text(table, Column::Order);
    // Without a number, what a unit buys at one moment is one order.
    let order = match number {
        "" => fact.time as u64,
        number => hash(number),
    };
    fact.outcome = Some((Outcome::Order, amount));
    fact.order = Some((order, is_whole));
}
