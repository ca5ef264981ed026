//! Events as a plain table: one click a row.

use super::gather::{Census, Gather};
use super::table::{Needed, Table, fold};
use super::{Error, Kind, Reader, Reason, Refusals, instant};

const ITEM: Needed = Needed("item", " (or `product_id`, `sku`)");
/// What purchases of no or a negative quantity are counted as.
const RETURNED: &str = "(returned)";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Session,
    User,
    Order,
    Item,
    Time,
    Kind,
    Quantity,
}

/// Column names without case and separators, the better one first where a table has several for one role.
const NAMES: [(Role, &[&str]); 7] = [
    (
        Role::Session,
        &["session", "sessionid", "gasessionid", "visitid"],
    ),
    (
        Role::User,
        &[
            "user",
            "userid",
            "shopper",
            "shopperid",
            "visitor",
            "visitorid",
            "customer",
            "customerid",
            "member",
            "memberid",
            "anonymousid",
            "userpseudoid",
            "clientid",
            "householdid",
            "uid",
        ],
    ),
    (
        Role::Order,
        &[
            "order",
            "orderid",
            "invoice",
            "invoiceno",
            "basket",
            "basketid",
            "transactionid",
        ],
    ),
    (
        Role::Item,
        &[
            "item",
            "itemid",
            "product",
            "productid",
            "sku",
            "skuid",
            "stockcode",
            "goodsid",
            "articleid",
        ],
    ),
    (
        Role::Time,
        &[
            "time",
            "timestamp",
            "timestampms",
            "ts",
            "datetime",
            "eventtime",
            "eventtimestamp",
            "createdat",
            "transactiontimestamp",
            "invoicedate",
            "date",
        ],
    ),
    (
        Role::Kind,
        &[
            "kind",
            "event",
            "eventtype",
            "eventname",
            "action",
            "behavior",
            "behaviour",
            "behaviortype",
            "behaviourtype",
            "type",
        ],
    ),
    (Role::Quantity, &["quantity", "qty"]),
];

/// The role of a column and its rank among the names for it.
fn role(name: &str) -> Option<(Role, usize)> {
    let name = fold(name);
    NAMES.iter().find_map(|(role, names)| {
        let rank = names.iter().position(|other| *other == name)?;
        Some((*role, rank))
    })
}

pub(super) fn is_wanted(name: &str) -> bool {
    role(name).is_some()
}

/// Words for kinds beyond the event names that the page understands, without case and separators.
fn word_kind(word: &str) -> Option<Kind> {
    Some(match &fold(word)[..] {
        "view" | "click" | "pv" | "detail" => Kind::View,
        "cart" | "addtocart" | "addcart" | "add" | "basket" => Kind::Cart,
        "buy" | "purchase" | "purchased" | "transaction" | "order" | "sale" => Kind::Buy,
        _ => return None,
    })
}

/// Where the roles are in a table.
#[derive(Default)]
struct Roles {
    /// Column, role and rank, the better rank first.
    columns: Vec<(usize, Role, usize)>,
    known: usize,
}

impl Roles {
    fn learn(&mut self, columns: &[String]) {
        if columns.len() == self.known {
            return;
        }
        for (place, name) in columns.iter().enumerate().skip(self.known) {
            if let Some((role, rank)) = role(name) {
                self.columns.push((place, role, rank));
            }
        }
        self.columns.sort_by_key(|(_, _, rank)| *rank);
        self.known = columns.len();
    }

    fn has(&self, role: Role) -> bool {
        self.columns.iter().any(|(_, other, _)| *other == role)
    }

    /// The first text of the current row in that role, and the name of its column.
    fn read<'a>(&self, table: &'a Table, role: Role) -> (&'a str, &'a str) {
        let mut columns = self.columns.iter().filter(|(_, other, _)| *other == role);
        let column = columns
            .clone()
            .find(|(place, ..)| !table.cell(*place).is_empty());
        match column.or_else(|| columns.next()) {
            Some((place, ..)) => (table.cell(*place), &table.columns()[*place]),
            None => ("", ""),
        }
    }

    fn text<'a>(&self, table: &'a Table, role: Role) -> &'a str {
        self.read(table, role).0
    }
}

/// Reads a table of clicks. Where no column tells the kind, a row with an order number is a purchase and any other a
/// view. A purchase of no or a negative quantity is a return, and ignored.
pub(super) fn read(
    mut table: Table,
    gather: &mut Gather,
    reader: &mut Reader,
) -> Result<(), Error> {
    let mut mine = Refusals::default();
    let mut roles = Roles::default();
    let mut names = Census::default();
    need(&table)?;
    while table.advance(&mut mine)? {
        roles.learn(table.columns());
        let Some(kind) = kind_of(&table, &roles, gather, &mut names) else {
            continue;
        };
        if let Err((reason, role)) = click(&table, &roles, kind, gather) {
            let (value, column) = roles.read(&table, role);
            mine.note(reason, &table.name, table.line(), column, value);
        }
    }
    need(&table)?;
    gather.count(table.count);
    table.conclude(mine, reader)?;
    names.conclude(&table.path)
}

/// The kind of the current row, or `None` where training has no use for it.
fn kind_of(table: &Table, roles: &Roles, gather: &mut Gather, names: &mut Census) -> Option<Kind> {
    let word = roles.text(table, Role::Kind);
    let ordered = !roles.text(table, Role::Order).is_empty();
    let kind = match (roles.has(Role::Kind), word_kind(word)) {
        (false, _) if ordered => Kind::Buy,
        (false, _) => Kind::View,
        (true, Some(kind)) => kind,
        (true, None) => return gather.used(word, names),
    };
    names.known += 1;
    let quantity: Option<f64> = roles.text(table, Role::Quantity).parse().ok();
    if kind == Kind::Buy && quantity.is_some_and(|quantity| quantity <= 0.0) {
        gather.ignore(RETURNED);
        return None;
    }
    Some(kind)
}

fn click(
    table: &Table,
    roles: &Roles,
    kind: Kind,
    gather: &mut Gather,
) -> Result<(), (Reason, Role)> {
    let text = |role| roles.text(table, role);
    let time = instant::parse(text(Role::Time)).ok_or((Reason::Time, Role::Time))?;
    let item = gather
        .item(text(Role::Item))
        .map_err(|reason| (reason, Role::Item))?;
    let visit = gather.visit(text(Role::Session), text(Role::User), text(Role::Order));
    let visit = visit.ok_or((Reason::NoShopper, Role::User))?;
    let order = text(Role::Order);
    if kind == Kind::Buy && !order.is_empty() && !gather.order_row(visit, order, time, item) {
        return Err((Reason::OrderAgain, Role::Order));
    }
    gather.click(visit, item, time, kind);
    Ok(())
}

fn need(table: &Table) -> Result<(), Error> {
    let has = |roles: &'static [Role]| {
        move |name: &str| role(name).is_some_and(|(role, _)| roles.contains(&role))
    };
    if table.has("items") {
        return Err(table.lacks_for(ITEM, "a file of `session,items` goes to --sessions".into()));
    }
    table.need(ITEM, &["id", "code", "ean", "gtin"], has(&[Role::Item]))?;
    table.need(
        Needed("time", " (or `timestamp`)"),
        &["day", "when", "created", "eventdate"],
        has(&[Role::Time]),
    )?;
    table.need(
        Needed("session", " (or `user`, `visitor_id`, `order_id`)"),
        &["sid", "cookie", "client", "account", "email"],
        has(&[Role::Session, Role::User, Role::Order]),
    )
}
