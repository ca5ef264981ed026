//! Members: registration, sign-in, sessions, erasure.
//!
//! A secret is kept as an Argon2id hash, a session token as a SHA-256. A birthday is a month and a day, never a year.

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::error::CrmError;
use super::{DAY_MS, group};

const SESSION_MS: i64 = 30 * DAY_MS;
/// Days of each month; a birthday on 29 February is one.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

#[derive(Debug, Serialize)]
pub struct Member {
    pub id: String,
    pub name: String,
    /// `MM-DD`.
    pub birthday: Option<String>,
    pub joined: i64,
}

/// Adds a member; returns their id.
///
/// # Errors
/// `crm.login_taken`, and `crm.field` for a field out of range.
pub fn register(
    database: &Connection,
    login: &str,
    secret: &str,
    name: &str,
    birthday: Option<&str>,
    now: i64,
) -> Result<String, CrmError> {
    let length = |field, text: &str, least: usize| match text.chars().count() {
        length if (least..=64).contains(&length) => Ok(()),
        length => Err(CrmError::Field {
            field,
            found: format!("{length} characters long"),
            expected: if least > 1 {
                "8 to 64 characters"
            } else {
                "1 to 64 characters"
            },
        }),
    };
    length("login", login, 1)?;
    length("secret", secret, 8)?;
    length("name", name, 1)?;
    if let Some(birthday) = birthday
        && month_and_day(birthday).is_none()
    {
        return Err(CrmError::Field {
            field: "birthday",
            found: format!("{birthday:?}"),
            expected: "a month and a day such as 02-29, without a year",
        });
    }
    let hash = Argon2::default()
        .hash_password(secret.as_bytes())
        .map_err(|error| CrmError::Internal(error.to_string()))?
        .to_string();
    let id = uuid::Uuid::new_v4().to_string();
    let added = database.execute(
        "INSERT INTO members VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (login) DO NOTHING",
        params![id, login, hash, name, birthday, now],
    )?;
    match added {
        1 => Ok(id),
        _ => Err(CrmError::Taken(login.into())),
    }
}

/// The month and the day of `MM-DD`.
pub fn month_and_day(text: &str) -> Option<(u32, u32)> {
    let (month, day) = text.split_once('-')?;
    let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(month) || !two_digits(day) {
        return None;
    }
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    let days: u32 = *DAYS.get(usize::try_from(month).ok()?.checked_sub(1)?)?;
    (1..=days).contains(&day).then_some((month, day))
}

/// Checks a login; returns the member's id.
///
/// # Errors
/// `crm.credentials`, the same for an unknown login and for a wrong secret.
pub fn verify(database: &Connection, login: &str, secret: &str) -> Result<String, CrmError> {
    let found: Option<(String, String)> = database
        .query_row(
            "SELECT id, secret FROM members WHERE login = ?1",
            [login],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let (id, hash) = found.ok_or(CrmError::Credentials)?;
    let hash = PasswordHash::new(&hash).map_err(|error| CrmError::Internal(error.to_string()))?;
    Argon2::default()
        .verify_password(secret.as_bytes(), &hash)
        .map_err(|_| CrmError::Credentials)?;
    Ok(id)
}

/// Opens a session; returns its token.
pub fn open_session(database: &Connection, member: &str, now: i64) -> Result<String, CrmError> {
    let token = format!(
        "{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    );
    database.execute("DELETE FROM sessions WHERE expires_ms <= ?1", [now])?;
    database.execute(
        "INSERT INTO sessions VALUES (?1, ?2, ?3)",
        params![digest(&token), member, now + SESSION_MS],
    )?;
    Ok(token)
}

pub fn close_session(database: &Connection, token: &str) -> Result<(), CrmError> {
    database.execute(
        "DELETE FROM sessions WHERE token_hash = ?1",
        [digest(token)],
    )?;
    Ok(())
}

/// Whose session a token is.
///
/// # Errors
/// `crm.sign_in`.
pub fn of_token(database: &Connection, token: &str, now: i64) -> Result<String, CrmError> {
    database
        .query_row(
            "SELECT member FROM sessions WHERE token_hash = ?1 AND expires_ms > ?2",
            params![digest(token), now],
            |row| row.get(0),
        )
        .optional()?
        .ok_or(CrmError::SignIn)
}

fn digest(token: &str) -> String {
    Sha256::digest(token.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub fn get(database: &Connection, id: &str) -> Result<Member, CrmError> {
    let member = database.query_row(
        "SELECT id, name, birthday, joined_ms FROM members WHERE id = ?1",
        [id],
        |row| {
            Ok(Member {
                id: row.get(0)?,
                name: row.get(1)?,
                birthday: row.get(2)?,
                joined: row.get(3)?,
            })
        },
    )?;
    Ok(member)
}

/// Deletes a member and every row about them; returns how many rows there were. What campaigns have spent stays spent,
/// as a sum that names nobody.
pub fn erase(database: &Connection, id: &str, now: i64) -> Result<i64, CrmError> {
    database.execute(
        "INSERT INTO spent SELECT campaign, sum(value) FROM coupons
         WHERE member = ?1 AND redeemed_ms IS NOT NULL GROUP BY campaign
         ON CONFLICT (campaign) DO UPDATE SET value = value + excluded.value",
        [id],
    )?;
    let mut rows = 1;
    for table in [
        "sessions",
        "orders",
        "points",
        "coupons",
        "contacts",
        "bookings",
        "answers",
        "channels",
        "addresses",
        "outbox",
        "backups",
        "group_members",
        "surveys",
    ] {
        let count: i64 = database.query_row(
            &format!("SELECT count(*) FROM {table} WHERE member = ?1"),
            [id],
            |row| row.get(0),
        )?;
        rows += count;
    }
    database.execute("DELETE FROM members WHERE id = ?1", [id])?;
    group::sweep(database)?;
    database.execute("INSERT INTO erasures VALUES (?1, ?2)", params![now, rows])?;
    Ok(rows)
}
