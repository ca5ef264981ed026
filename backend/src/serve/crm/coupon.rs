//! Coupons: minted once for each (member, campaign, period) under a budget, kept in a wallet, redeemed with an order.
//!
//! A budget bounds what coupons *can* take off: those that were redeemed and those that still may be. It is worked out
//! from the coupons themselves, inside the transaction that mints, so no crash between two writes can overrun it.

use chrono::{DateTime, Datelike};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use super::DAY_MS;
use super::config::{Audience, Campaign, Shop};
use super::error::CrmError;
use super::member;

const HOUR_MS: i64 = 60 * 60 * 1000;
/// Days without an order after which a member is to be won back.
const AWAY_DAYS: i64 = 30;

#[derive(Debug, Serialize)]
pub struct Coupon {
    pub code: String,
    pub campaign: String,
    /// Most it takes off, in minor units.
    pub value: i64,
    pub threshold: i64,
    pub minted: i64,
    pub expires: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redeemed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

const COLUMNS: &str =
    "code, campaign, value, threshold, minted_ms, expires_ms, redeemed_ms, order_id";

fn read(row: &Row) -> rusqlite::Result<Coupon> {
    Ok(Coupon {
        code: row.get(0)?,
        campaign: row.get(1)?,
        value: row.get(2)?,
        threshold: row.get(3)?,
        minted: row.get(4)?,
        expires: row.get(5)?,
        redeemed: row.get(6)?,
        order: row.get(7)?,
    })
}

/// The member's coupon of a campaign in the period of `now`: the one they have, or a new one.
///
/// # Errors
/// `crm.campaign`, `crm.ineligible`, `crm.budget`.
pub fn mint(
    database: &Connection,
    shop: &Shop,
    member: &str,
    campaign: &str,
    now: i64,
) -> Result<Coupon, CrmError> {
    let campaign = shop
        .campaign(campaign)
        .ok_or_else(|| CrmError::Campaign(campaign.into()))?;
    if let Some(held) = held(database, member, campaign, now)? {
        return Ok(held);
    }
    eligible(database, member, campaign, now)?;
    let value = campaign.benefit().most();
    if committed(database, &campaign.id, now)? + value > campaign.budget {
        return Err(CrmError::Budget(campaign.id.clone()));
    }
    let code = code();
    let period = match campaign.again_days {
        0 => "once".into(),
        _ => now.to_string(),
    };
    database.execute(
        "INSERT INTO coupons VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL, NULL)",
        params![
            code,
            member,
            campaign.id,
            period,
            value,
            campaign.threshold,
            now,
            now + campaign.hours * HOUR_MS
        ],
    )?;
    get(database, member, &code)
}

/// The coupon that stands for the period of `now`: of a campaign that gives one for ever, any; else the latest for as
/// long as no other may be minted.
fn held(
    database: &Connection,
    member: &str,
    campaign: &Campaign,
    now: i64,
) -> Result<Option<Coupon>, CrmError> {
    let since = match campaign.again_days {
        0 => i64::MIN,
        days => now - days * DAY_MS,
    };
    let found = database
        .query_row(
            &format!("SELECT {COLUMNS} FROM coupons WHERE member = ?1 AND campaign = ?2 AND minted_ms > ?3 ORDER BY minted_ms DESC LIMIT 1"),
            params![member, campaign.id, since],
            read,
        )
        .optional()?;
    Ok(found)
}

fn eligible(
    database: &Connection,
    id: &str,
    campaign: &Campaign,
    now: i64,
) -> Result<(), CrmError> {
    let last: Option<i64> = database.query_row(
        "SELECT max(placed_ms) FROM orders WHERE member = ?1 AND state IN ('placed', 'delivered')",
        [id],
        |row| row.get(0),
    )?;
    let (holds, needed) = match campaign.audience {
        Audience::Everyone => (true, ""),
        Audience::FirstOrder => (last.is_none(), "have not ordered yet"),
        Audience::WinBack => (
            last.is_some_and(|last| now - last >= AWAY_DAYS * DAY_MS),
            "ordered last at least 30 days ago",
        ),
        Audience::Birthday => {
            let birthday = member::get(database, id)?.birthday;
            let birthday = birthday.and_then(|text| member::month_and_day(&text));
            let month = DateTime::from_timestamp_millis(now).map(|time| time.month());
            (
                birthday.is_some_and(|(of, _)| Some(of) == month),
                "have their birthday this month",
            )
        }
    };
    match holds {
        true => Ok(()),
        false => Err(CrmError::Ineligible {
            campaign: campaign.id.clone(),
            needed,
        }),
    }
}

/// Minor units that a campaign's coupons took off or may still take off.
pub fn committed(database: &Connection, campaign: &str, now: i64) -> Result<i64, CrmError> {
    let value = database.query_row(
        "SELECT coalesce((SELECT sum(value) FROM coupons
                          WHERE campaign = ?1 AND (redeemed_ms IS NOT NULL OR expires_ms > ?2)), 0)
              + coalesce((SELECT value FROM spent WHERE campaign = ?1), 0)",
        params![campaign, now],
        |row| row.get(0),
    )?;
    Ok(value)
}

/// Sixteen characters without those that people mistake for others.
fn code() -> String {
    const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let bits = uuid::Uuid::new_v4();
    let letters = bits.as_bytes().iter();
    letters
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}

pub fn get(database: &Connection, member: &str, code: &str) -> Result<Coupon, CrmError> {
    database
        .query_row(
            &format!("SELECT {COLUMNS} FROM coupons WHERE member = ?1 AND code = ?2"),
            [member, code],
            read,
        )
        .optional()?
        .ok_or_else(|| CrmError::Unknown {
            what: "coupon",
            id: code.into(),
        })
}

/// All coupons of a member, the newest first.
pub fn wallet(database: &Connection, member: &str) -> Result<Vec<Coupon>, CrmError> {
    let mut rows = database.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM coupons WHERE member = ?1 ORDER BY minted_ms DESC, code"
    ))?;
    let rows = rows.query_map([member], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a coupon takes off an order of these lines (item, amount).
///
/// # Errors
/// Why it may not be used: `crm.unknown`, `crm.coupon_used`, `crm.coupon_expired`, `crm.coupon_threshold`,
/// `crm.coupon_headroom`.
pub fn discount(
    database: &Connection,
    shop: &Shop,
    member: &str,
    code: &str,
    lines: &[(String, i64)],
    now: i64,
) -> Result<i64, CrmError> {
    let coupon = get(database, member, code)?;
    if let Some(order) = coupon.order {
        return Err(CrmError::Used {
            code: code.into(),
            order,
        });
    }
    if coupon.expires <= now {
        return Err(CrmError::Expired {
            code: code.into(),
            at: coupon.expires,
        });
    }
    let subtotal: i64 = lines.iter().map(|(_, amount)| amount).sum();
    if subtotal < coupon.threshold {
        return Err(CrmError::Threshold {
            code: code.into(),
            needed: coupon.threshold,
            has: subtotal,
        });
    }
    let campaign = shop
        .campaign(&coupon.campaign)
        .ok_or(CrmError::Campaign(coupon.campaign))?;
    let discount = campaign.benefit().of(subtotal);
    let headroom: i64 = lines
        .iter()
        .map(|(item, amount)| shop.headroom.of(item, *amount))
        .sum();
    if discount > headroom {
        return Err(CrmError::Headroom {
            code: code.into(),
            discount,
            headroom,
        });
    }
    Ok(discount)
}

pub fn redeem(database: &Connection, code: &str, order: &str, now: i64) -> Result<(), CrmError> {
    database.execute(
        "UPDATE coupons SET redeemed_ms = ?2, order_id = ?3 WHERE code = ?1",
        params![code, now, order],
    )?;
    Ok(())
}

/// Gives a coupon back after its order was cancelled; it expires when it would have.
pub fn give_back(database: &Connection, order: &str) -> Result<(), CrmError> {
    database.execute(
        "UPDATE coupons SET redeemed_ms = NULL, order_id = NULL WHERE order_id = ?1",
        [order],
    )?;
    Ok(())
}
