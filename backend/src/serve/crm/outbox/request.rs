//! A page's request for a message: a Segment `track` event, checked field by field.
//!
//! The times in it are the device's, whose clock may be wrong: only how far apart they are is taken over. Everything is a
//! word of an alphabet without spaces, so that no text, no address and no markup travels this way.

use serde_json::{Map, Value};
use tillside::act::channel::Channel;
use tillside::act::rule::Kind;

use crate::instant;
use crate::serve::event::Event;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How far ahead a message may be asked for.
const AHEAD_MS: i64 = 90 * DAY_MS;
/// How long one may be worth sending.
const VALID_MS: i64 = 30 * DAY_MS;
/// Of a rule, template or campaign.
const WORD: core::ops::RangeInclusive<usize> = 1..=100;

/// Why a message is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The member does not allow the channel.
    NoPermission,
    /// The member got as many messages as the shop allows itself.
    Cap,
    /// Its time ran out before the quiet hours did.
    QuietHours,
    /// Its time ran out.
    Expired,
    /// A complaint is open, and the message promotes.
    Complaint,
    /// The member has ordered since, and the message promotes.
    Ordered,
    /// A newer request of the same rule took its place.
    Superseded,
}

impl Reason {
    pub fn name(self) -> &'static str {
        match self {
            Reason::NoPermission => "no_permission",
            Reason::Cap => "cap",
            Reason::QuietHours => "quiet_hours",
            Reason::Expired => "expired",
            Reason::Complaint => "complaint",
            Reason::Ordered => "ordered",
            Reason::Superseded => "superseded",
        }
    }
}

/// What a page asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub id: String,
    /// Stands for the member.
    pub address: String,
    pub rule: String,
    pub kind: Kind,
    pub channel: Channel,
    pub template: String,
    pub campaign: Option<String>,
    pub locale: String,
    /// Minutes east of UTC where the shopper is.
    pub offset: Option<i32>,
    /// How long ago it was asked for, and from when to when after that it may be sent.
    pub age_ms: i64,
    pub from_ms: i64,
    pub to_ms: i64,
}

impl Request {
    /// Reads an event; `None` for another event, and for one that is not as described.
    pub fn read(event: &Event) -> Option<Request> {
        if event.event.as_deref() != Some(super::EVENT) {
            return None;
        }
        let message: Value = serde_json::from_str(&event.message).ok()?;
        let said = message.get("properties")?.as_object()?;
        let text = |name: &str| said.get(name).and_then(Value::as_str);
        let time = |name: &str| text(name).and_then(instant::parse);
        let original = message.get("originalTimestamp").and_then(Value::as_str);
        let original = original
            .and_then(instant::parse)
            .unwrap_or(event.timestamp_ms);
        let from_ms = time("not_before")?.checked_sub(original)?;
        let to_ms = time("not_after")?.checked_sub(original)?;
        let sound = (0..=AHEAD_MS).contains(&from_ms)
            && (from_ms..=from_ms + VALID_MS).contains(&to_ms)
            && word(&event.message_id);
        let kind = Kind::NAMES
            .iter()
            .find(|(name, _)| Some(*name) == text("type"));
        sound.then_some(Request {
            id: event.message_id.clone(),
            address: event.user_id.clone()?,
            rule: of(said, "rule")?,
            kind: kind?.1,
            channel: Channel::named(text("channel")?).filter(|channel| channel.is_off_site())?,
            template: of(said, "template")?,
            campaign: match said.get("campaign") {
                None | Some(Value::Null) => None,
                Some(_) => Some(of(said, "campaign")?),
            },
            locale: of(said, "locale")?,
            offset: said
                .get("utc_offset")
                .and_then(Value::as_i64)
                .filter(|minutes| (-14 * 60..=14 * 60).contains(minutes))
                .map(|minutes| minutes as i32),
            age_ms: event.received_at_ms - event.timestamp_ms,
            from_ms,
            to_ms,
        })
    }
}

fn of(said: &Map<String, Value>, name: &str) -> Option<String> {
    let text = said.get(name)?.as_str()?;
    word(text).then(|| text.to_owned())
}

/// Whether a text is a name: of letters and digits of ASCII and what joins them.
fn word(text: &str) -> bool {
    let joins = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte);
    WORD.contains(&text.len()) && text.bytes().all(joins)
}
