//! The points ledger, growth and tiers.
//!
//! Points are rows that are added and never changed; the balance is their sum. Each earning has an expiry; what is spent
//! is taken from what expires first, so a balance at any time follows from the rows alone. Growth is the money ordered
//! within the window, in whole major units.

use rusqlite::{Connection, params};
use serde::Serialize;
use tillside::act::benefits::{self, Counting, Paid};

use super::DAY_MS;
use super::config::{Shop, Text};
use super::error::CrmError;

/// One row of the ledger, as members see it.
#[derive(Debug, Serialize)]
pub struct Row {
    pub at: i64,
    pub kind: String,
    pub amount: i64,
    pub source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<i64>,
}

/// Points that expire together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lot {
    pub amount: i64,
    pub expires: i64,
}

#[derive(Debug, Serialize)]
pub struct Standing {
    pub tier: String,
    pub name: Text,
    pub benefits: Vec<Text>,
    pub growth: i64,
    /// When growth next falls, because an order leaves the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
}

/// What is missing to the next tier.
#[derive(Debug, Serialize)]
pub struct Next {
    pub tier: String,
    pub name: Text,
    pub missing: i64,
}

pub fn add(
    database: &Connection,
    member: &str,
    kind: &str,
    amount: i64,
    expires: Option<i64>,
    source: &str,
    now: i64,
) -> Result<(), CrmError> {
    if amount != 0 {
        database.execute(
            "INSERT INTO points (member, at_ms, kind, amount, expires_ms, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (member, kind, source) DO NOTHING",
            params![member, now, kind, amount, expires, source],
        )?;
    }
    Ok(())
}

pub fn ledger(database: &Connection, member: &str) -> Result<Vec<Row>, CrmError> {
    let mut rows = database.prepare_cached(
        "SELECT at_ms, kind, amount, source, expires_ms FROM points WHERE member = ?1 ORDER BY at_ms, id",
    )?;
    let rows = rows.query_map([member], |row| {
        Ok(Row {
            at: row.get(0)?,
            kind: row.get(1)?,
            amount: row.get(2)?,
            source: row.get(3)?,
            expires: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What can be spent, by expiry, after writing down what has expired.
pub fn settle(database: &Connection, member: &str, now: i64) -> Result<Vec<Lot>, CrmError> {
    let (lots, expired) = fold(&ledger(database, member)?, now);
    for lot in expired {
        let source = format!("expiry {}", lot.expires);
        add(
            database,
            member,
            "expired",
            -lot.amount,
            None,
            &source,
            lot.expires,
        )?;
    }
    Ok(lots)
}

/// What is left of each earning at `now`, and what expired without a row that says so. What is reversed after it was
/// spent is a debt that the next earning pays.
fn fold(rows: &[Row], now: i64) -> (Vec<Lot>, Vec<Lot>) {
    let mut lots: Vec<Lot> = Vec::new();
    let mut debt = 0;
    for row in rows {
        if let Some(expires) = row.expires {
            let paid = row.amount.min(debt);
            debt -= paid;
            let at = lots.partition_point(|lot| lot.expires <= expires);
            let amount = row.amount - paid;
            lots.insert(at, Lot { amount, expires });
            continue;
        }
        let mut owed = -row.amount;
        for lot in &mut lots {
            // Points that had expired could not be spent any more.
            if row.kind == "expired" || lot.expires > row.at {
                let taken = lot.amount.min(owed);
                lot.amount -= taken;
                owed -= taken;
            }
        }
        debt += owed;
    }
    lots.retain(|lot| lot.amount > 0);
    let left = lots.split_off(lots.partition_point(|lot| lot.expires <= now));
    (left, lots)
}

/// Takes points for a reward.
///
/// # Errors
/// `crm.unknown`, `crm.tier`, `crm.points`.
pub fn redeem(
    database: &Connection,
    shop: &Shop,
    member: &str,
    reward: &str,
    now: i64,
) -> Result<i64, CrmError> {
    let found = shop.rewards.iter().find(|one| one.id == reward);
    let found = found.ok_or_else(|| CrmError::Unknown {
        what: "reward",
        id: reward.into(),
    })?;
    let standing = standing(database, shop, member, now)?;
    if shop.rank(&standing.tier) < shop.rank(&found.tier) {
        return Err(CrmError::Tier {
            what: found.id.clone(),
            tier: found.tier.clone(),
        });
    }
    let has: i64 = settle(database, member, now)?
        .iter()
        .map(|lot| lot.amount)
        .sum();
    if has < found.points {
        return Err(CrmError::Points {
            needed: found.points,
            has,
        });
    }
    let source = format!("{} {}", found.id, uuid::Uuid::new_v4());
    add(
        database,
        member,
        "redeemed",
        -found.points,
        None,
        &source,
        now,
    )?;
    Ok(has - found.points)
}

/// What a member ordered within the window, in minor units, the oldest first.
pub fn paid(
    database: &Connection,
    shop: &Shop,
    member: &str,
    now: i64,
) -> Result<Vec<Paid>, CrmError> {
    let window = shop.window_days * DAY_MS;
    let mut rows = database.prepare_cached(
        "SELECT placed_ms, subtotal - discount FROM orders
         WHERE member = ?1 AND state IN ('placed', 'delivered') AND placed_ms > ?2 AND placed_ms <= ?3
         ORDER BY placed_ms",
    )?;
    let rows = rows.query_map(params![member, now - window, now], |row| {
        Ok(Paid {
            at: row.get(0)?,
            amount: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A member's tier and what is missing to the next, by the arithmetic that a page shows it with.
pub fn standing(
    database: &Connection,
    shop: &Shop,
    member: &str,
    now: i64,
) -> Result<Standing, CrmError> {
    let least: Vec<i64> = shop.tiers.iter().map(|tier| tier.growth).collect();
    let counting = Counting {
        tiers: &least,
        window_days: shop.window_days,
        minor_units: shop.minor_units,
    };
    let found = benefits::standing(&paid(database, shop, member, now)?, counting, now);
    let tier = &shop.tiers[found.rank];
    let next = shop.tiers.get(found.rank + 1).zip(found.missing);
    Ok(Standing {
        tier: tier.id.clone(),
        name: tier.name.clone(),
        benefits: tier.benefits.clone(),
        growth: found.growth,
        until: found.until,
        next: next.map(|(next, missing)| Next {
            tier: next.id.clone(),
            name: next.name.clone(),
            missing,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(kind: &str, at: i64, amount: i64, expires: Option<i64>) -> Row {
        Row {
            at,
            kind: kind.into(),
            amount,
            source: String::new(),
            expires,
        }
    }

    #[test]
    fn the_points_that_expire_first_are_spent_first() {
        let rows = [
            row("earned", 0, 100, Some(20)),
            row("earned", 1, 50, Some(10)),
            row("redeemed", 5, -70, None),
        ];
        assert_eq!(
            fold(&rows, 6).0,
            [Lot {
                amount: 80,
                expires: 20
            }]
        );
        let (left, expired) = fold(&rows, 20);
        assert!(left.is_empty());
        assert_eq!(
            expired,
            [Lot {
                amount: 80,
                expires: 20
            }]
        );
    }

    #[test]
    fn a_reversal_after_spending_is_a_debt_on_the_next_earning() {
        let rows = [
            row("earned", 0, 100, Some(50)),
            row("redeemed", 1, -100, None),
            row("reversed", 2, -100, None),
            row("earned", 3, 130, Some(60)),
        ];
        assert_eq!(
            fold(&rows, 4).0,
            [Lot {
                amount: 30,
                expires: 60
            }]
        );
    }

    proptest! {
        /// The oracle keeps every point by itself.
        #[test]
        fn lots_equal_points_counted_one_by_one(steps in prop::collection::vec((any::<bool>(), 1i64..40, 1i64..30), 0..40)) {
            let (mut rows, mut single, mut now) = (Vec::new(), Vec::<i64>::new(), 0);
            for (earns, amount, wait) in steps {
                now += wait;
                single.retain(|expires| *expires > now);
                if earns {
                    rows.push(row("earned", now, amount, Some(now + 100)));
                    single.extend(std::iter::repeat_n(now + 100, amount as usize));
                } else {
                    let amount = amount.min(single.len() as i64);
                    if amount > 0 {
                        rows.push(row("redeemed", now, -amount, None));
                        single.sort_unstable();
                        single.drain(..amount as usize);
                    }
                }
                let left: i64 = fold(&rows, now).0.iter().map(|lot| lot.amount).sum();
                prop_assert_eq!(left, single.len() as i64);
            }
        }
    }
}
