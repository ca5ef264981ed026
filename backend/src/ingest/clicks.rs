//! Events as a plain table: one click a row, or a row of several.

mod nested;
mod roles;

pub(crate) use roles::usual;

use self::roles::Roles;
use super::gather::{Census, Gather};
use super::kinds::Meaning;
use super::layout::{Layout, Role};
use super::table::{Needed, Table};
use super::{Error, Kind, NOT_LEARNED, Reader, Reason, Refusals, instant};

const ITEM: Needed = Needed("item", " (or `product_id`, `sku`)");
/// What purchases of no or a negative quantity are counted as.
const RETURNED: &str = "(returned)";

/// What a table may be read as, asked before it is opened.
pub(super) fn look(column: &str, reader: &Reader) -> Option<super::column::Look> {
    let hints = &reader.hints;
    if let Some(look) = hints.look(column) {
        return Some(look);
    }
    if let Some(role) = hints.layout.and_then(|layout| layout.role(column)) {
        return Some(role.0.look());
    }
    let usual = roles::usual(column).map(|(role, _)| role);
    usual.or_else(|| Layout::any_role(column)).map(Role::look)
}

/// A row of a table as far as it was read.
struct Click<'a> {
    kind: Kind,
    time: i64,
    session: &'a str,
    user: &'a str,
    order: &'a str,
}

type Wrong = (Reason, Role);

/// What became of a row.
enum Outcome {
    Read,
    /// Of no use for training, or not understood as far as its kind goes: by name.
    Ignored(String),
    Wrong(Wrong),
}

/// Reads a table of clicks. Where no column tells the kind, a row with an order number is a purchase and any other a
/// view. A purchase of no or a negative quantity is a return, and ignored.
pub(super) fn read(
    mut table: Table,
    gather: &mut Gather,
    reader: &mut Reader,
) -> Result<(), Error> {
    let mut mine = Refusals::default();
    let mut names = Census::default();
    let mut ignored = std::collections::BTreeMap::new();
    let roles = Roles::of(&mut table, reader)?;
    let mut used = 0;
    while table.advance(&mut mine)? {
        match row(&table, &roles, gather, &mut names) {
            Outcome::Read => used += 1,
            Outcome::Ignored(name) => {
                *ignored.entry(format!("{NOT_LEARNED}{name}")).or_default() += 1
            }
            Outcome::Wrong((reason, role)) => {
                let (value, column) = roles.read(&table, role);
                mine.note(reason, &table.name, table.line(), column, value);
            }
        }
    }
    let path = table.path.clone();
    gather.count(table.count);
    table.conclude(used, ignored, mine, reader)?;
    names.conclude(&path)
}

fn row(table: &Table, roles: &Roles, gather: &mut Gather, names: &mut Census) -> Outcome {
    if roles.has(Role::Id) {
        let id = roles.text(table, Role::Id);
        if !id.is_empty() && !gather.is_first(id) {
            return Outcome::Wrong((Reason::Duplicate, Role::Id));
        }
    }
    if roles.has(Role::Events) {
        return nested::events(table, roles, gather, names);
    }
    let kind = match kind_of(table, roles, roles.text(table, Role::Kind), gather, names) {
        Ok(kind) => kind,
        Err(name) => return Outcome::Ignored(name),
    };
    match click(table, roles, kind, gather) {
        Ok(()) => Outcome::Read,
        Err(wrong) => Outcome::Wrong(wrong),
    }
}

/// The kind of the current row, or the name under which it is ignored.
fn kind_of(
    table: &Table,
    roles: &Roles,
    word: &str,
    gather: &mut Gather,
    names: &mut Census,
) -> Result<Kind, String> {
    let ordered = !roles.text(table, Role::Order).is_empty();
    let kind = match (
        roles.has(Role::Kind) || roles.has(Role::Events),
        roles.meaning(word),
    ) {
        (false, _) => {
            roles
                .kind
                .unwrap_or(Meaning::Used(if ordered { Kind::Buy } else { Kind::View }))
        }
        // A row that does not say it is one of a table that does not.
        (true, _) if word.is_empty() => Meaning::Used(if ordered { Kind::Buy } else { Kind::View }),
        (true, Some(meaning)) => meaning,
        (true, None) => match gather.used(word, names) {
            Some(kind) => {
                names.known -= 1;
                Meaning::Used(kind)
            }
            None => return Err(super::gather::label(word)),
        },
    };
    names.known += 1;
    let kind = match kind {
        Meaning::Used(kind) => kind,
        Meaning::Unused(name) => {
            gather.ignore(name);
            return Err(name.to_owned());
        }
    };
    let quantity: Option<f64> = roles.text(table, Role::Quantity).parse().ok();
    if kind == Kind::Buy && quantity.is_some_and(|quantity| quantity <= 0.0) {
        gather.ignore(RETURNED);
        return Err(RETURNED.into());
    }
    Ok(kind)
}

fn click(table: &Table, roles: &Roles, kind: Kind, gather: &mut Gather) -> Result<(), Wrong> {
    let text = |role| roles.text(table, role);
    let time = roles.time(table)?;
    let parameters = text(Role::Params);
    let session = match text(Role::Session) {
        "" if !parameters.is_empty() => nested::session(parameters),
        session => session.to_owned(),
    };
    let click = Click {
        kind,
        time,
        session: &session,
        user: text(Role::User),
        order: text(Role::Order),
    };
    let mut keys = nested::keys(table, roles)?;
    keys.retain(|key| !key.is_empty());
    if keys.is_empty() {
        let role = if roles.has(Role::Item) || !roles.has(Role::Items) {
            Role::Item
        } else {
            Role::Items
        };
        return Err((Reason::NoItem, role));
    }
    let items: Result<Vec<u32>, Reason> = keys.iter().map(|key| gather.item(key)).collect();
    let items = items.map_err(|reason| (reason, Role::Item))?;
    let visit = gather.visit(click.session, click.user, click.order);
    let visit = visit.ok_or((Reason::NoShopper, Role::User))?;
    let mut items = items;
    if kind == Kind::Buy && !click.order.is_empty() {
        let (order, time) = (click.order, click.time);
        match items[..] {
            [item] if gather.order_row(visit, order, time, item) => {}
            [_] => items.clear(),
            _ => {
                let mut new = gather.order(visit, order, time, &items).into_iter();
                items.retain(|_| new.next() == Some(true));
            }
        }
        if items.is_empty() {
            return Err((Reason::OrderAgain, Role::Order));
        }
    }
    for item in items {
        gather.click(visit, item, click.time, click.kind);
    }
    Ok(())
}

/// Milliseconds of the day that a clock column says.
fn clock(text: &str, roles: &Roles) -> Option<i64> {
    if roles.clock_number {
        return instant::clock_number(text);
    }
    match instant::shape(text)? {
        instant::Shape::Clock(time) => Some(time),
        _ => None,
    }
}
