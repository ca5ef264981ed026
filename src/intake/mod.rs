//! Raw page events → clean events.
//!
//! Whatever a shop's page says, in the words of Segment, GA4, Shopify's pixel or Google Retail, becomes one [`Event`]
//! of known fields in known ranges, placed in a session; or a [`Refusal`] with a stable reason. Nothing behind this
//! room checks an event again.
//!
//! Properties outside the allow-list ([`field`]) are dropped and counted, never forwarded; so are texts that hold
//! personal data ([`crate::consent`]), and values that are not what their field holds. What robots, staff and trials do
//! is refused whole ([`visitor`], [`trial`]).

mod dialect;
pub mod event;
pub mod field;
pub mod kind;
pub mod marks;
mod number;
mod packed;
mod read;
pub mod refusal;
mod seen;
pub mod session;
#[cfg(test)]
mod tests;
mod trial;
pub mod value;
pub mod visitor;

pub use event::{Event, Product};
pub use field::{Field, Scalar};
pub use kind::Kind;
pub use read::{Dropped, bare_path};
pub use refusal::Refusal;
pub use session::{Session, Sessions, Visit};
pub use value::Value;
pub use visitor::Visitor;

use crate::codec::{self, Reader, put_uint};
use crate::name::fold;
use marks::Marks;
use seen::{Happening, Seen};

/// Bytes of a message id.
const LONGEST_ID: usize = 64;
/// A device's clock may be this far ahead of the event's own time before the event is refused.
const AHEAD_MS: i64 = 5 * 60 * 1000;
/// An older event says nothing about the shopper of today.
const OLDEST_MS: i64 = 2 * 365 * 24 * 60 * 60 * 1000;
/// No clock is right that shows more: the year 2500.
const LATEST_MS: i64 = 16_725_225_600_000;

/// Takes in one shopper's events.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    seed: u64,
    sessions: Sessions,
    seen: Seen,
    stats: Stats,
    visitor: Visitor,
    /// The visit that was found to be a robot's by its pace.
    racing: Option<Session>,
}

/// When an event arrives, and as which message.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// Unique for ever; the collector drops a second message of the same id.
    pub id: &'a str,
    /// Milliseconds since 1970.
    pub now: i64,
    /// When it happened, if not now.
    pub time: Option<i64>,
}

/// What was taken and what was not, since the page opened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// Number of accepted events.
    pub accepted: u32,
    /// By reason.
    pub refused: Vec<(Refusal, u32)>,
    /// Properties of accepted events.
    pub dropped: Dropped,
}

impl Intake {
    /// `seed` is random, so that the session ids of two devices differ.
    pub fn new(seed: u64) -> Intake {
        Intake {
            seed,
            ..Intake::default()
        }
    }

    /// Learns who is on the page.
    pub fn meet(&mut self, visitor: Visitor) {
        self.visitor = visitor;
    }

    /// Somebody touched the page, with a hand and no program.
    pub fn touch(&mut self) {
        self.sessions.touch();
        self.racing = None;
    }

    /// Takes an event in any dialect.
    pub fn accept(
        &mut self,
        name: &str,
        properties: &Value,
        arrival: Arrival<'_>,
    ) -> Result<Event, Refusal> {
        let outcome = self.take(name, properties, arrival);
        self.count(&outcome);
        outcome
    }

    /// Takes an event that the engine itself made, such as a shelf that was seen.
    pub fn admit(
        &mut self,
        kind: Kind,
        products: Vec<Product>,
        fields: Vec<(Field, Scalar)>,
        arrival: Arrival<'_>,
    ) -> Result<Event, Refusal> {
        let mut outcome = self.arrive(kind, arrival);
        if let Ok(event) = &mut outcome {
            event.products = products;
            event.fields = fields;
            if let Err(refusal) = self.place(event, 0) {
                outcome = Err(refusal);
            }
        }
        self.count(&outcome);
        outcome
    }

    fn take(
        &mut self,
        name: &str,
        properties: &Value,
        arrival: Arrival<'_>,
    ) -> Result<Event, Refusal> {
        let kind = Kind::from_name(name).ok_or(Refusal::UnknownEvent)?;
        let mut event = self.arrive(kind, arrival)?;
        let dropped = read::read(&mut event, properties)?;
        if trial::is_trial(&event) {
            return Err(Refusal::Test);
        }
        self.place(&mut event, fold(name))?;
        self.stats.dropped.unknown += dropped.unknown;
        self.stats.dropped.personal += dropped.personal;
        self.stats.dropped.invalid += dropped.invalid;
        Ok(event)
    }

    /// The session under way at `now`.
    pub fn session(&self, now: i64) -> Option<Session> {
        self.sessions.at(now)
    }

    /// Counts since the page opened.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The visit of the newest event.
    pub fn visit(&self) -> Option<Visit> {
        self.sessions.current
    }

    /// Hears of the visit that another page of the same shopper is in.
    pub fn agree(&mut self, visit: Visit) {
        self.sessions.agree(visit);
    }

    /// Hears of an event that was taken before, or by another page.
    pub fn recall(&mut self, event: &Event) {
        self.agree(Visit {
            marks: event.marks(),
            ..Visit::new(event.session, event.time, event.sequence)
        });
    }

    /// Remembers the id of a message that another page took.
    pub fn note(&mut self, id: &str) {
        self.seen.note(id);
    }

    /// Takes over what [`Intake::encode`] wrote on another page, if anything; keeps what this one knows.
    pub fn absorb(&mut self, bytes: &[u8]) {
        if let Some(older) = Intake::decode(bytes, self.seed) {
            self.seen.absorb(older.seen);
            if let Some(current) = older.sessions.current {
                self.agree(current);
            }
        }
    }

    /// An event that was taken cannot be used after all: counts it as refused.
    pub fn refuse(&mut self, refusal: Refusal) {
        self.stats.accepted -= 1;
        self.count(&Err(refusal));
    }

    /// The checks that need no look at the content.
    fn arrive(&self, kind: Kind, arrival: Arrival<'_>) -> Result<Event, Refusal> {
        if let Some(refusal) = self.visitor.refusal() {
            return Err(refusal);
        }
        if arrival.id.is_empty() {
            return Err(Refusal::Missing("id"));
        }
        if arrival.id.len() > LONGEST_ID {
            return Err(Refusal::TooLong("id"));
        }
        if self.seen.has(arrival.id) {
            return Err(Refusal::Duplicate);
        }
        let now = arrival.now;
        let time = arrival.time.unwrap_or(now);
        let possible = (0..=LATEST_MS).contains(&now)
            && (0..=LATEST_MS).contains(&time)
            && time - now <= AHEAD_MS
            && now - time <= OLDEST_MS;
        if !possible {
            return Err(Refusal::BadTime);
        }
        // Slightly ahead is a clock's error, not the future.
        Ok(Event::new(arrival.id, kind, time.min(now)))
    }

    fn place(&mut self, event: &mut Event, name: u32) -> Result<(), Refusal> {
        let what = Happening::of(event, name);
        if self.seen.has_happened(&what, event.time) {
            // Told again by itself, long after what it repeats, it is still no other event.
            self.seen.note(&event.id);
            return Err(Refusal::Duplicate);
        }
        if !self.seen.renew(event) {
            return Err(Refusal::Duplicate);
        }
        if self.races(event.time) {
            return Err(Refusal::Robot);
        }
        self.seen.add(event, what);
        let said = event.marks();
        (event.session, event.sequence) = self.sessions.come(event.time, self.seed, said);
        Ok(())
    }

    /// Whether the visit under way is a robot's, for all that is known; what one does is one's for the rest of the visit.
    fn races(&mut self, time: i64) -> bool {
        let under_way = self.sessions.at(time);
        if self.visitor == Visitor::Anybody
            && let Some(visit) = self.sessions.current.filter(|_| under_way.is_some())
            && visitor::races(&visit, time)
        {
            self.racing = under_way;
        }
        self.racing.is_some() && self.racing == under_way
    }

    fn count(&mut self, outcome: &Result<Event, Refusal>) {
        match outcome {
            Ok(_) => self.stats.accepted += 1,
            Err(refusal) => {
                let refused = &mut self.stats.refused;
                match refused.iter_mut().find(|(reason, _)| reason == refusal) {
                    Some((_, count)) => *count += 1,
                    None => refused.push((*refusal, 1)),
                }
            }
        }
    }

    /// What the next page must know: the ids seen and the session under way. Not the statistics.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.seen.encode(&mut out);
        if let Some(visit) = &self.sessions.current {
            put_uint(&mut out, visit.session.0);
            put_uint(&mut out, visit.last as u64);
            put_uint(&mut out, visit.sequence.into());
            out.push(u8::from(visit.parted) | u8::from(visit.touched) << 1);
            visit.marks.encode(&mut out);
        }
        codec::seal(VERSION, &out)
    }

    /// Goes on where another page stopped, of this version or the one before; `None` for what [`Intake::encode`] did not
    /// write.
    #[inline(never)]
    pub fn decode(bytes: &[u8], seed: u64) -> Option<Intake> {
        let version = bytes.first().copied();
        let version = version.filter(|version| *version == UNMARKED);
        let mut reader = Reader::open(version.unwrap_or(VERSION), bytes);
        let mut intake = Intake::new(seed);
        intake.seen.decode(&mut reader);
        if reader.has_more() {
            let session = Session(reader.uint());
            let mut visit = Visit::new(session, reader.uint() as i64, reader.small());
            if version.is_none() {
                let flags = reader.byte();
                (visit.parted, visit.touched) = (flags & 1 > 0, flags & 2 > 0);
                visit.marks = Marks::decode(&mut reader);
            }
            intake.sessions.current = Some(visit);
        }
        reader.ends().then_some(intake)
    }
}

const VERSION: u8 = 2;
/// The version whose visits have no marks.
const UNMARKED: u8 = 1;
