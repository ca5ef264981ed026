//! Which channels a member may be written to in, as they said: none until they allow one.
//!
//! A device asks for a message under an address: a random number that only the member's own devices are handed, that
//! stands for the member and says nothing of them. It is made with the first permission, and with the last one withdrawn
//! it is gone, so that what a device still asks for reaches nobody.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use tillside::act::channel::Channel;

use super::error::CrmError;

#[derive(Debug, Serialize)]
pub struct Permission {
    pub allowed: bool,
    /// When the member said so.
    pub changed: i64,
}

#[derive(Debug, Serialize)]
pub struct Channels {
    /// By channel; one that the member said nothing about is denied.
    pub channels: BTreeMap<&'static str, Permission>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl Channels {
    pub fn allows(&self, channel: Channel) -> bool {
        let found = self.channels.get(channel.name());
        found.is_some_and(|permission| permission.allowed)
    }

    /// Names of those that are allowed.
    pub fn allowed(&self) -> Vec<&'static str> {
        let all = Channel::OFF_SITE.into_iter();
        all.filter(|channel| self.allows(*channel))
            .map(Channel::name)
            .collect()
    }
}

/// What a member says: nothing of the channels that they leave as they were.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub mail: Option<bool>,
    pub sms: Option<bool>,
    pub wecom: Option<bool>,
}

impl Choice {
    fn of(self, channel: Channel) -> Option<bool> {
        match channel {
            Channel::Mail => self.mail,
            Channel::Sms => self.sms,
            Channel::Wecom => self.wecom,
            Channel::Page => None,
        }
    }
}

pub fn of(database: &Connection, member: &str) -> Result<Channels, CrmError> {
    let mut channels = BTreeMap::new();
    for channel in Channel::OFF_SITE {
        let said: Option<(bool, i64)> = database
            .query_row(
                "SELECT allowed, changed_ms FROM channels WHERE member = ?1 AND channel = ?2",
                [member, channel.name()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let (allowed, changed) = said.unwrap_or((false, 0));
        channels.insert(channel.name(), Permission { allowed, changed });
    }
    let address = database
        .query_row(
            "SELECT address FROM addresses WHERE member = ?1",
            [member],
            |row| row.get(0),
        )
        .optional()?;
    Ok(Channels { channels, address })
}

/// Writes down what a member says. What waits in a channel that is withdrawn is for [`super::outbox`] to suppress.
///
/// # Errors
/// `crm.database`.
pub fn choose(
    database: &Connection,
    member: &str,
    choice: Choice,
    now: i64,
) -> Result<Channels, CrmError> {
    for channel in Channel::OFF_SITE {
        let Some(allowed) = choice.of(channel) else {
            continue;
        };
        database.execute(
            "INSERT INTO channels VALUES (?1, ?2, ?3, ?4) ON CONFLICT (member, channel)
             DO UPDATE SET allowed = excluded.allowed, changed_ms = excluded.changed_ms
             WHERE allowed <> excluded.allowed",
            params![member, channel.name(), allowed, now],
        )?;
    }
    match of(database, member)?.allowed().is_empty() {
        true => database.execute("DELETE FROM addresses WHERE member = ?1", [member])?,
        false => {
            let address = uuid::Uuid::new_v4().simple().to_string();
            database.execute(
                "INSERT INTO addresses VALUES (?1, ?2) ON CONFLICT (member) DO NOTHING",
                params![member, address],
            )?
        }
    };
    of(database, member)
}

/// Whose address it is.
pub fn member_at(database: &Connection, address: &str) -> Result<Option<String>, CrmError> {
    let member = database
        .query_row(
            "SELECT member FROM addresses WHERE address = ?1",
            [address],
            |row| row.get(0),
        )
        .optional()?;
    Ok(member)
}
