//! A queue that loses nothing silently: messages wait on the device until a collector has taken them.
//!
//! A pure state machine. It never touches storage or the network: it says in [`Effect`]s what the host must store or
//! delete, hands out [`Batch`]es to send, and learns how each ended. The order of work is store, send, delete
//! on success; a crash anywhere means that a message is sent again under the same id, which a collector drops.
//!
//! Tabs of one shop share the rows on the device, and none leads: whoever opens adopts what it finds there, and before
//! it sends a batch the host looks whether the rows are still there: one that is gone was sent by another tab,
//! and the batch is [`Queue::lost`]. A page that is leaving has no time to ask, and sends. A request that is under way
//! then may end with the page, so that what it carries is sent again, in one that outlives the page.

mod batch;
mod row;
#[cfg(test)]
mod tests;

pub use batch::Batch;
pub use row::Priority;

use super::message::MESSAGE_BYTES;
use crate::lines::join;
use batch::Body;
use row::Row;

/// Bytes of all rows.
const BYTES: usize = 1 << 20;
const ROWS: usize = 1000;
const AGE_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How long a send may stay unsettled before its rows are sent again.
const PATIENCE_MS: i64 = 60_000;

/// Bytes of one request.
const BODY_BYTES: usize = 500_000;
const BODY_MESSAGES: usize = 100;
/// Bytes of all unsettled requests that outlive the page: browsers refuse more than 64 KiB.
const LEAVING_BYTES: usize = 60_000;
const LEAVING_REQUESTS: usize = 8;

/// The first delay; each failure doubles it up to [`LONGEST_DELAY_MS`].
const DELAY_MS: i64 = 500;
const LONGEST_DELAY_MS: i64 = 60_000;
/// Failures in a row after which the collector is taken to be down, and is left alone for longer.
const DOWN: u32 = 10;
const DOWN_DELAY_MS: i64 = 600_000;
/// What a collector may ask for.
const RETRY_AFTER_MS: i64 = 300_000;
/// Sends without an answer after which the device is taken to be offline.
const UNANSWERED: u32 = 3;

/// What the host must do on the device. Keys are message ids.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Write a row.
    Store {
        /// Message id.
        key: String,
        /// Content of the row.
        bytes: Vec<u8>,
    },
    /// Delete rows.
    Delete {
        /// Message ids.
        keys: Vec<String>,
    },
    /// Delete every row, also those of other tabs.
    Clear,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An HTTP status, and for how many milliseconds `Retry-After` asked to be left alone.
    Status {
        /// HTTP status code.
        code: u16,
        /// Milliseconds.
        retry_after: Option<i64>,
    },
    /// No network, an aborted request, or a reply that scripts may not see.
    NoAnswer,
}

/// Messages that will never arrive, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Older than a week.
    pub old: u32,
    /// No room for them.
    pub full: u32,
    /// Longer than a collector takes.
    pub large: u32,
    /// The collector said that it will not have them.
    pub refused: u32,
    /// Consent was withdrawn.
    pub withdrawn: u32,
    /// Stored rows that were damaged.
    pub damaged: u32,
}

/// Reports that wait to be sent, with the state of sending.
#[derive(Clone, Debug)]
pub struct Queue {
    write_key: String,
    /// By `order`.
    rows: Vec<Row>,
    flights: Vec<Flight>,
    last_number: u32,
    /// Bytes of a request that the collector is thought to take.
    body_bytes: usize,
    failures: u32,
    unanswered: u32,
    retry_at: i64,
    /// The collector asked for the pause until `retry_at`.
    asked: bool,
    sent: u32,
    dropped: Dropped,
}

/// The batch of rows that are about to be forgotten.
const GONE: u32 = u32::MAX;

/// A batch that was handed out.
#[derive(Clone, Debug)]
struct Flight {
    number: u32,
    count: usize,
    bytes: usize,
    leaving: bool,
    until: i64,
}

impl Queue {
    /// An empty queue for a write key.
    pub fn new(write_key: &str) -> Queue {
        Queue {
            write_key: write_key.into(),
            rows: Vec::new(),
            flights: Vec::new(),
            last_number: 0,
            body_bytes: BODY_BYTES,
            failures: 0,
            unanswered: 0,
            retry_at: 0,
            asked: false,
            sent: 0,
            dropped: Dropped::default(),
        }
    }

    /// Takes a message, which is JSON.
    pub fn push(&mut self, id: &str, message: String, priority: Priority, now: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        if message.len() > MESSAGE_BYTES {
            self.dropped.large += 1;
            return effects;
        }
        // By time, so that rows of an earlier page come first even when they are read later; never backwards, so that
        // a clock that is set back does not turn a session around.
        let last = self.rows.last().map_or(0, |row| row.order);
        let order = (last + 1).max(now.max(0) as u64 * 1024);
        let row = Row {
            id: id.into(),
            order,
            created: now,
            priority,
            message,
            flight: 0,
        };
        let bytes = row.encode();
        if self.insert(row) {
            self.trim(now, &mut effects);
            // It may itself be what there was no room for.
            if effects.is_empty() || self.find(id) {
                effects.push(Effect::Store {
                    key: id.into(),
                    bytes,
                });
            }
        }
        effects
    }

    /// Adopts rows that were found on the device, as key and bytes.
    pub fn load<'a>(
        &mut self,
        rows: impl Iterator<Item = (&'a str, &'a [u8])>,
        now: i64,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (key, bytes) in rows {
            match Row::decode(bytes) {
                Some(row) if row.id == key => {
                    self.insert(row);
                }
                _ => {
                    self.dropped.damaged += 1;
                    effects.push(Effect::Delete {
                        keys: vec![key.into()],
                    });
                }
            }
        }
        self.trim(now, &mut effects);
        effects
    }

    fn find(&self, id: &str) -> bool {
        // From the end: ids of one page begin alike, with the time.
        let same = |row: &Row| row.id.bytes().rev().eq(id.bytes().rev());
        self.rows.iter().any(same)
    }

    fn insert(&mut self, row: Row) -> bool {
        let new = !self.find(&row.id);
        if new {
            let at = self.rows.partition_point(|held| held.order <= row.order);
            self.rows.insert(at, row);
        }
        new
    }

    /// What to send now, if anything. `leaving` is for requests that outlive the page (`keepalive`): they carry what
    /// other requests have under way too, and do not wait for a better moment, which this page may not have, unless
    /// the collector asked for it.
    pub fn next(&mut self, now: i64, leaving: bool) -> Option<Batch> {
        self.take_back(|flight| flight.until <= now || (leaving && !flight.leaving));
        let (mut count, mut bytes) = (0, 0);
        for flight in &self.flights {
            if flight.leaving == leaving {
                count += 1;
                bytes += flight.bytes;
            }
        }
        let (room, most) = if leaving {
            (LEAVING_BYTES.saturating_sub(bytes), LEAVING_REQUESTS)
        } else {
            (BODY_BYTES, 1)
        };
        let waits = self.retry_at > now && (!leaving || self.asked);
        if count >= most || waits || (self.is_offline() && !leaving) {
            return None;
        }
        let number = self.last_number + 1;
        let mut body = Body::new(&self.write_key, now);
        let mut ids = Vec::new();
        for row in self.rows.iter_mut().filter(|row| row.flight == 0) {
            // One message goes even where the collector took less before, to be told so of this one.
            let length = body.length_with(&row.message);
            if ids.len() == BODY_MESSAGES
                || length > room
                || (length > self.body_bytes && !ids.is_empty())
            {
                break;
            }
            body.add(&row.message);
            row.flight = number;
            ids.push(row.id.clone());
        }
        if ids.is_empty() {
            return None;
        }
        self.last_number = number;
        let body = body.finish();
        let until = now + PATIENCE_MS;
        self.flights.push(Flight {
            number,
            count: ids.len(),
            bytes: body.len(),
            leaving,
            until,
        });
        Some(Batch {
            number,
            ids,
            body,
            until,
        })
    }

    /// Some rows of this batch are `gone` from the device: another tab sent them, and the batch was not sent.
    pub fn lost(&mut self, number: u32, gone: impl Fn(&str) -> bool) {
        self.land(number);
        for row in &mut self.rows {
            if row.flight == number {
                row.flight = if gone(&row.id) { GONE } else { 0 };
            }
        }
        self.take(GONE);
    }

    /// Learns how a batch ended. `jitter` is random.
    pub fn settled(&mut self, number: u32, outcome: Outcome, now: i64, jitter: u32) -> Vec<Effect> {
        let mut effects = Vec::new();
        let Some(flight) = self.land(number) else {
            return effects;
        };
        let (code, retry_after) = match outcome {
            Outcome::Status { code, retry_after } => (code, retry_after),
            Outcome::NoAnswer => (0, None),
        };
        self.unanswered = if code == 0 { self.unanswered + 1 } else { 0 };
        match code {
            200..=299 => {
                self.failures = 0;
                self.retry_at = 0;
                let keys = self.take(number);
                self.sent += keys.len() as u32;
                effects.push(Effect::Delete { keys });
            }
            413 if flight.count > 1 => self.body_bytes = flight.bytes / 2,
            400..=407 | 409..=428 | 430..=499 | 501 | 505 => {
                let keys = self.take(number);
                self.dropped.refused += keys.len() as u32;
                effects.push(Effect::Delete { keys });
            }
            _ => self.postpone(retry_after, now, jitter),
        }
        self.release(number);
        effects
    }

    /// The device is, or may be, on the network again: call it on `online`, and when the page is shown again.
    pub fn online(&mut self) {
        if self.unanswered > 0 {
            self.unanswered = 0;
            self.failures = 0;
            self.retry_at = 0;
        }
    }

    /// The device has another name than the one in these messages. Those under way keep it.
    pub fn rename(&mut self, from: &str, to: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for row in self.rows.iter_mut().filter(|row| row.flight == 0) {
            let mut places = row.message.as_bytes().windows(from.len().max(1));
            if let Some(at) = places.position(|found| found == from.as_bytes())
                && let Some((before, after)) = row.message.split_at_checked(at)
            {
                let after = after.get(from.len()..).unwrap_or_default();
                row.message = join(before, &join(to, after));
                effects.push(Effect::Store {
                    key: row.id.clone(),
                    bytes: row.encode(),
                });
            }
        }
        effects
    }

    /// Measurement is no longer allowed: nothing of it stays.
    pub fn withdraw(&mut self) -> Vec<Effect> {
        self.dropped.withdrawn += self.rows.len() as u32;
        self.rows.clear();
        self.flights.clear();
        vec![Effect::Clear]
    }

    /// Experiments are no longer allowed: exposures that wait are dropped unsent, and what else waits no longer says which
    /// variations were used.
    #[cfg(feature = "full")]
    pub fn withdraw_experiments(&mut self) -> Vec<Effect> {
        // A quote within a text is escaped, so these begin a member of the message and nothing else.
        const VARIANTS: &str = r#""variants":""#;
        let mut begins = crate::json::Json::default();
        begins
            .raw(super::message::MESSAGE_BEGINS)
            .text(crate::intake::Kind::ExperimentViewed.name());
        let (mut keys, mut effects) = (Vec::new(), Vec::new());
        for row in &mut self.rows {
            if row.message.starts_with(&begins.0) {
                row.flight = GONE;
                keys.push(row.id.clone());
            } else if row.flight == 0
                && let Some(at) = row.message.find(VARIANTS)
                && let Some(size) = row.message[at + VARIANTS.len()..].find('"')
            {
                let mut end = at + VARIANTS.len() + size + 1;
                end += usize::from(row.message[end..].starts_with(','));
                let comma = row.message[..at].ends_with(',') && !row.message[..end].ends_with(',');
                row.message.replace_range(at - usize::from(comma)..end, "");
                effects.push(Effect::Store {
                    key: row.id.clone(),
                    bytes: row.encode(),
                });
            }
        }
        self.dropped.withdrawn += keys.len() as u32;
        self.take(GONE);
        effects.push(Effect::Delete { keys });
        effects
    }

    /// Personalisation is no longer allowed: offers that wait are dropped unsent, since they say what is known of the shopper.
    #[cfg(feature = "full")]
    pub fn withdraw_offers(&mut self) -> Vec<Effect> {
        const OFFER: &str = r#""experiment_id":"offer:"#;
        let mut keys = Vec::new();
        for row in &mut self.rows {
            if row.message.contains(OFFER) {
                row.flight = GONE;
                keys.push(row.id.clone());
            }
        }
        self.dropped.withdrawn += keys.len() as u32;
        self.take(GONE);
        vec![Effect::Delete { keys }]
    }

    /// Messages that wait, those being sent included.
    pub fn waiting(&self) -> usize {
        self.rows.len()
    }

    /// What waits, oldest first, as JSON.
    pub fn messages(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.message.as_str())
    }

    /// Size of the waiting rows in bytes.
    pub fn bytes(&self) -> usize {
        self.rows.iter().map(Row::size).sum()
    }

    /// Messages that a collector has taken.
    pub fn sent(&self) -> u32 {
        self.sent
    }

    /// Messages that were dropped, by reason.
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// The earliest time at which [`Queue::next`] may have something; `None` while nothing waits, or until
    /// [`Queue::online`].
    pub fn next_try(&self, now: i64) -> Option<i64> {
        if self.is_offline() {
            return None;
        }
        let waits = self.rows.iter().any(|row| row.flight == 0);
        waits.then_some(self.retry_at.max(now))
    }

    fn is_offline(&self) -> bool {
        self.unanswered >= UNANSWERED
    }

    /// Full jitter: shops have many pages, and they must not all come back at once.
    fn postpone(&mut self, retry_after: Option<i64>, now: i64, jitter: u32) {
        let longest = if self.failures < DOWN {
            (DELAY_MS << self.failures).min(LONGEST_DELAY_MS)
        } else {
            DOWN_DELAY_MS
        };
        self.failures = (self.failures + 1).min(DOWN);
        self.asked = retry_after.is_some();
        let delay = match retry_after {
            Some(wait) => wait.clamp(0, RETRY_AFTER_MS),
            None => (longest * i64::from(jitter)) >> 32,
        };
        self.retry_at = now + delay;
    }

    /// Takes back batches that are not settled; how they end is not heard any more.
    fn take_back(&mut self, which: impl Fn(&Flight) -> bool) {
        while let Some(flight) = self.flights.iter().find(|flight| which(flight)) {
            let number = flight.number;
            self.land(number);
            self.release(number);
        }
    }

    /// Takes out the batch of this number.
    fn land(&mut self, number: u32) -> Option<Flight> {
        let mut flights = self.flights.iter();
        let at = flights.position(|flight| flight.number == number)?;
        Some(self.flights.swap_remove(at))
    }

    fn release(&mut self, number: u32) {
        for row in &mut self.rows {
            if row.flight == number {
                row.flight = 0;
            }
        }
    }

    /// Drops what is too old, then the oldest of the lowest priority until the rest fits.
    fn trim(&mut self, now: i64, effects: &mut Vec<Effect>) {
        let (mut bytes, mut count) = (0, 0);
        for row in &mut self.rows {
            if row.flight == 0 && now - row.created > AGE_MS {
                row.flight = GONE;
                self.dropped.old += 1;
            } else {
                bytes += row.size();
                count += 1;
            }
        }
        while bytes > BYTES || count > ROWS {
            let waiting = self.rows.iter_mut().filter(|row| row.flight == 0);
            let Some(row) = waiting.min_by_key(|row| row.priority) else {
                break;
            };
            row.flight = GONE;
            self.dropped.full += 1;
            bytes -= row.size();
            count -= 1;
        }
        if count < self.rows.len() {
            let keys = self.take(GONE);
            effects.push(Effect::Delete { keys });
        }
    }

    /// Forgets the rows of a batch.
    fn take(&mut self, number: u32) -> Vec<String> {
        let mut keys = Vec::new();
        self.rows.retain_mut(|row| {
            let stays = row.flight != number;
            if !stays {
                keys.push(core::mem::take(&mut row.id));
            }
            stays
        });
        keys
    }
}
