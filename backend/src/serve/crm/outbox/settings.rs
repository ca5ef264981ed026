//! Settings of the outbox: where messages go, signed with what, how often at most, and at which hours.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer};
use tillside::stores::clock::Clock;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Bytes of a secret, as Standard Webhooks has them.
const SECRET: core::ops::RangeInclusive<usize> = 24..=64;
/// Characters of an operator's key.
const KEY: core::ops::RangeInclusive<usize> = 16..=128;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where messages are posted. Without it they wait until they expire.
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub secret: Option<Secret>,
    /// What operators show to read the outbox. Without it nobody may.
    #[serde(default)]
    pub key: Option<Key>,
    #[serde(default)]
    pub caps: Caps,
    #[serde(default)]
    pub quiet: Quiet,
    /// The shop's time zone as a POSIX rule, for requests that do not say the shopper's.
    #[serde(default = "utc")]
    pub clock: String,
    /// How long the receiver may take.
    #[serde(default = "patience")]
    pub timeout_seconds: i64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            url: None,
            secret: None,
            key: None,
            caps: Caps::default(),
            quiet: Quiet::default(),
            clock: utc(),
            timeout_seconds: patience(),
        }
    }
}

fn utc() -> String {
    "UTC0".into()
}

fn patience() -> i64 {
    10
}

/// Most messages to one member within 24 hours and seven days, in all channels together.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caps {
    pub day: u32,
    pub week: u32,
}

impl Default for Caps {
    fn default() -> Caps {
        Caps { day: 1, week: 3 }
    }
}

/// From this hour up to that hour of the shopper's day nothing is sent; the same hour twice is none.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    pub from: u8,
    pub to: u8,
}

impl Default for Quiet {
    fn default() -> Quiet {
        Quiet { from: 21, to: 9 }
    }
}

impl Quiet {
    /// When the quiet hours that `time` falls into end; `None` outside them. `offset` is in minutes east of UTC.
    pub fn ends(self, time: i64, offset: i32) -> Option<i64> {
        let (from, to) = (
            i64::from(self.from) * 3_600_000,
            i64::from(self.to) * 3_600_000,
        );
        let of_day = (time + i64::from(offset) * 60_000).rem_euclid(DAY_MS);
        let within = match from <= to {
            true => (from..to).contains(&of_day),
            false => of_day >= from || of_day < to,
        };
        within.then(|| time + (to - of_day).rem_euclid(DAY_MS))
    }
}

/// The bytes that sign deliveries. Written as base64, with or without `whsec_` before it.
#[derive(Clone)]
pub struct Secret(pub Vec<u8>);

impl core::fmt::Debug for Secret {
    fn fmt(&self, out: &mut core::fmt::Formatter) -> core::fmt::Result {
        out.write_str("Secret")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(&text));
        match bytes {
            Ok(bytes) if SECRET.contains(&bytes.len()) => Ok(Secret(bytes)),
            _ => Err(serde::de::Error::custom(
                "outbox.secret is no base64 of 24 to 64 bytes; make one with: openssl rand -base64 32",
            )),
        }
    }
}

/// A secret that is compared and never shown.
#[derive(Clone, Deserialize)]
pub struct Key(String);

impl core::fmt::Debug for Key {
    fn fmt(&self, out: &mut core::fmt::Formatter) -> core::fmt::Result {
        out.write_str("Key")
    }
}

impl Key {
    /// Whether a token is this key, in a time that does not depend on how much of it is right.
    pub fn is(&self, token: &str) -> bool {
        use sha2::{Digest, Sha256};
        let (own, other) = (Sha256::digest(&self.0), Sha256::digest(token));
        own.iter().zip(&other).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    }
}

/// What is wrong with settings, with its place.
pub fn check(settings: &Settings) -> Result<(), String> {
    if let Some(url) = &settings.url {
        let parsed: Option<axum::http::Uri> = url.parse().ok();
        let scheme = parsed.as_ref().and_then(|url| url.scheme_str());
        let host = parsed.as_ref().and_then(|url| url.host());
        if !matches!(scheme, Some("http" | "https")) || host.is_none_or(str::is_empty) {
            return Err(format!(
                "outbox.url is {url:?}; expected http:// or https:// and a host"
            ));
        }
        if settings.secret.is_none() {
            return Err("outbox.secret is missing; the receiver must be able to tell who posts: openssl rand -base64 32".into());
        }
    }
    if let Some(Key(key)) = &settings.key
        && !KEY.contains(&key.len())
    {
        return Err(format!(
            "outbox.key has {} characters; expected 16 to 128",
            key.len()
        ));
    }
    let Caps { day, week } = settings.caps;
    if day > week || week > 100 {
        return Err(format!(
            "outbox.caps is {day} a day and {week} a week; expected at most 100 a week, and no more a day than a week"
        ));
    }
    let Quiet { from, to } = settings.quiet;
    if from > 24 || to > 24 {
        return Err(format!(
            "outbox.quiet is from {from} to {to}; expected hours from 0 to 24"
        ));
    }
    if Clock::parse(&settings.clock).is_none() {
        return Err(format!(
            "outbox.clock is {:?}; expected a POSIX time zone such as CST-8",
            settings.clock
        ));
    }
    if !(1..=60).contains(&settings.timeout_seconds) {
        return Err(format!(
            "outbox.timeout_seconds is {}; expected 1 to 60",
            settings.timeout_seconds
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn quiet_hours_end_in_the_morning_of_the_shopper() {
        let quiet = Quiet { from: 21, to: 9 };
        let day = 20_000 * DAY_MS;
        for (hour, offset, ends) in [
            (22, 0, Some(day + 33 * HOUR)),
            (3, 0, Some(day + 9 * HOUR)),
            (9, 0, None),
            (20, 0, None),
            // 20:30 in India is 15:00 by UTC, 21:30 is quiet.
            (16, 330, Some(day + 27 * HOUR + HOUR / 2)),
            (15, 330, None),
        ] {
            assert_eq!(
                quiet.ends(day + hour * HOUR, offset),
                ends,
                "{hour} {offset}"
            );
        }
        assert_eq!(Quiet { from: 5, to: 5 }.ends(day + 5 * HOUR, 0), None);
        assert_eq!(
            Quiet { from: 0, to: 24 }.ends(day + 5 * HOUR, 0),
            Some(day + 24 * HOUR)
        );
    }

    #[test]
    fn settings_are_checked_with_their_place() {
        let read = |json: &str| {
            serde_json::from_str::<Settings>(json)
                .map_err(|error| error.to_string())
                .and_then(|settings| check(&settings))
        };
        let secret = r#""secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw""#;
        assert_eq!(read("{}"), Ok(()));
        assert_eq!(
            read(&format!(r#"{{"url": "https://a.example/hook", {secret}}}"#)),
            Ok(())
        );
        for (json, part) in [
            (r#"{"url": "ftp://a.example"}"#.to_owned(), "outbox.url"),
            (
                r#"{"url": "https://a.example"}"#.into(),
                "outbox.secret is missing",
            ),
            (
                r#"{"secret": "short"}"#.into(),
                "outbox.secret is no base64",
            ),
            (r#"{"key": "short"}"#.into(), "outbox.key"),
            (r#"{"caps": {"day": 4, "week": 3}}"#.into(), "outbox.caps"),
            (r#"{"quiet": {"from": 25, "to": 3}}"#.into(), "outbox.quiet"),
            (r#"{"clock": "Shanghai"}"#.into(), "outbox.clock"),
            (r#"{"timeout_seconds": 0}"#.into(), "outbox.timeout_seconds"),
            (r#"{"uri": ""}"#.into(), "unknown field"),
        ] {
            let error = read(&json).expect_err(&json);
            assert!(error.contains(part), "{error}");
        }
    }
}
