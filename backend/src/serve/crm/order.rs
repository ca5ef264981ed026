//! Orders: placed with a coupon, delivered, cancelled, refunded. Points follow the order's state.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::config::Shop;
use super::error::CrmError;
use super::{DAY_MS, coupon, group, points};

/// Lines of one order.
const MAX_LINES: usize = 500;
/// Of one line, in minor units: a sum of 500 stays far from the range's end.
const MAX_AMOUNT: i64 = 1_000_000_000_000;

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub item: String,
    pub quantity: i64,
    /// Of one, in minor units.
    pub price: i64,
}

#[derive(Debug, Serialize)]
pub struct Order {
    pub id: String,
    pub placed: i64,
    pub state: String,
    pub changed: i64,
    pub subtotal: i64,
    pub discount: i64,
    pub total: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon: Option<String>,
    pub lines: Vec<Line>,
}

/// What an order is reduced by.
#[derive(Clone, Copy, Debug)]
pub enum Reduction<'a> {
    None,
    /// The code of a coupon.
    Coupon(&'a str),
    /// The id of a group.
    Group(&'a str),
}

/// Places an order; the coupon or group price is used and the points are earned in the same transaction.
///
/// # Errors
/// `crm.field` for a line out of range, and as [`coupon::discount`] and [`group::discount`].
pub fn place(
    database: &Connection,
    shop: &Shop,
    member: &str,
    lines: &[Line],
    reduction: Reduction,
    now: i64,
) -> Result<Order, CrmError> {
    if !(1..=MAX_LINES).contains(&lines.len()) {
        return Err(CrmError::Field {
            field: "lines",
            found: format!("{} lines long", lines.len()),
            expected: "1 to 500 lines",
        });
    }
    let mut amounts = Vec::with_capacity(lines.len());
    for line in lines {
        let amount = line.price.checked_mul(line.quantity);
        let amount = amount.filter(|amount| {
            line.price >= 0
                && line.quantity > 0
                && *amount <= MAX_AMOUNT
                && (1..=255).contains(&line.item.len())
        });
        amounts.push((
            line.item.clone(),
            amount.ok_or_else(|| CrmError::Field {
                field: "lines",
                found: format!(
                    "{} of {:?} at {}",
                    line.quantity,
                    line.item.chars().take(40).collect::<String>(),
                    line.price
                ),
                expected: "an item id of 1 to 255 bytes, a quantity of at least 1 and a price in minor units",
            })?,
        ));
    }
    let subtotal: i64 = amounts.iter().map(|(_, amount)| amount).sum();
    let (discount, code) = match reduction {
        Reduction::None => (0, None),
        Reduction::Coupon(code) => (
            coupon::discount(database, shop, member, code, &amounts, now)?,
            Some(code),
        ),
        Reduction::Group(id) => {
            let prices: Vec<_> = lines
                .iter()
                .map(|line| (line.item.as_str(), line.price))
                .collect();
            (
                group::discount(database, shop, member, id, &prices, now)?,
                None,
            )
        }
    };
    let id = uuid::Uuid::new_v4().to_string();
    database.execute(
        "INSERT INTO orders VALUES (?1, ?2, ?3, 'placed', ?3, ?4, ?5, ?6)",
        params![id, member, now, subtotal, discount, code],
    )?;
    for (n, line) in lines.iter().enumerate() {
        database.execute(
            "INSERT INTO order_lines VALUES (?1, ?2, ?3, ?4, ?5)",
            params![id, n as i64, line.item, line.quantity, line.price],
        )?;
    }
    match reduction {
        Reduction::None => {}
        Reduction::Coupon(code) => coupon::redeem(database, code, &id, now)?,
        Reduction::Group(group) => group::redeem(database, member, group, &id)?,
    }
    let earned = (subtotal - discount) / shop.minor_units;
    let expires = now + shop.window_days * DAY_MS;
    points::add(database, member, "earned", earned, Some(expires), &id, now)?;
    get(database, member, &id)
}

/// A change of an order's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Deliver,
    Cancel,
    Refund,
}

impl Change {
    /// Its name, the state it needs, the state it leads to.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Change::Deliver => ("delivering", "placed", "delivered"),
            Change::Cancel => ("cancelling", "placed", "cancelled"),
            Change::Refund => ("refunding", "delivered", "refunded"),
        }
    }
}

/// Changes an order's state. Cancelling and refunding take back the points; cancelling gives the coupon back.
///
/// # Errors
/// `crm.unknown`, `crm.order_state`.
pub fn change(
    database: &Connection,
    member: &str,
    id: &str,
    change: Change,
    now: i64,
) -> Result<Order, CrmError> {
    let order = get(database, member, id)?;
    let (wanted, needed, state) = change.names();
    if order.state == state {
        return Ok(order);
    }
    if order.state != needed {
        return Err(CrmError::OrderState {
            id: id.into(),
            state: order.state,
            wanted,
            needed,
        });
    }
    database.execute(
        "UPDATE orders SET state = ?2, changed_ms = ?3 WHERE id = ?1",
        params![id, state, now],
    )?;
    if change != Change::Deliver {
        let earned: Option<i64> = database
            .query_row(
                "SELECT amount FROM points WHERE member = ?1 AND kind = 'earned' AND source = ?2",
                [member, id],
                |row| row.get(0),
            )
            .optional()?;
        points::add(
            database,
            member,
            "reversed",
            -earned.unwrap_or(0),
            None,
            id,
            now,
        )?;
    }
    if change == Change::Cancel {
        coupon::give_back(database, id)?;
        group::give_back(database, id)?;
    }
    get(database, member, id)
}

pub fn get(database: &Connection, member: &str, id: &str) -> Result<Order, CrmError> {
    let orders = select(database, "member = ?1 AND id = ?2", &[member, id])?;
    orders.into_iter().next().ok_or_else(|| CrmError::Unknown {
        what: "order",
        id: id.into(),
    })
}

/// All orders of a member, the newest first.
pub fn all(database: &Connection, member: &str) -> Result<Vec<Order>, CrmError> {
    select(database, "member = ?1", &[member])
}

fn select(database: &Connection, filter: &str, values: &[&str]) -> Result<Vec<Order>, CrmError> {
    let mut orders = database.prepare_cached(&format!(
        "SELECT id, placed_ms, state, changed_ms, subtotal, discount, coupon FROM orders
         WHERE {filter} ORDER BY placed_ms DESC, id"
    ))?;
    let orders = orders.query_map(rusqlite::params_from_iter(values), |row| {
        let (subtotal, discount): (i64, i64) = (row.get(4)?, row.get(5)?);
        Ok(Order {
            id: row.get(0)?,
            placed: row.get(1)?,
            state: row.get(2)?,
            changed: row.get(3)?,
            subtotal,
            discount,
            total: subtotal - discount,
            coupon: row.get(6)?,
            lines: Vec::new(),
        })
    })?;
    let mut orders: Vec<Order> = orders.collect::<Result<_, _>>()?;
    let mut lines = database.prepare_cached(
        "SELECT item, quantity, price FROM order_lines WHERE order_id = ?1 ORDER BY n",
    )?;
    for order in &mut orders {
        let rows = lines.query_map([&order.id], |row| {
            Ok(Line {
                item: row.get(0)?,
                quantity: row.get(1)?,
                price: row.get(2)?,
            })
        })?;
        order.lines = rows.collect::<Result<_, _>>()?;
    }
    Ok(orders)
}
