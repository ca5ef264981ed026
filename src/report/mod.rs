//! Events, impressions and clicks → messages → a durable queue → batches.
//!
//! Messages are those of the Segment HTTP Tracking API; the session and the place of an event in it travel as
//! `context.sessionId` and `context.sequence`. Sending and storing are the host's: see [`Queue`].

mod message;
mod queue;
mod shelf;
mod time;

pub use message::{Envelope, MESSAGE_BYTES, message};
pub use queue::{Batch, Dropped, Effect, Outcome, Priority, Queue};
pub use shelf::{Content, Place, Shelf};
pub use time::iso;
