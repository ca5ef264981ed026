//! Off-site outbox: messages that pages ask for, from the request to the shop's sender.
//!
//! A page decides by its rules that a member should be written to, and asks for it with a Segment event, `Message
//! Requested`, under an id that is the same for the same decision. The CRM judges again what a device cannot know: whether
//! the member still allows the channel, what was sent to them by other devices and channels, the hours of the night,
//! an open complaint. What passes goes to one webhook as a Segment `track` message, signed, at least once, under the same
//! id each time.
//!
//! | file | content |
//! | --- | --- |
//! | [`settings`] | where to, signed with what, how often, which hours |
//! | [`request`] | a `Message Requested` event → a checked request |
//! | [`judge`] | entry and standing → send, wait or suppress; pure |
//! | [`ledger`] | the table: taken in once, claimed under a lease, settled |
//! | [`webhook`] | the body, its signature (Standard Webhooks), the delivery |
//! | [`worker`] | the thread that delivers what is due |
//!
//! It deliberately knows no mail address and no text: the shop's sender has both, by member and template.

pub mod judge;
pub mod ledger;
pub mod request;
pub mod settings;
pub mod webhook;
pub mod worker;

/// The name of the event, in and out.
pub const EVENT: &str = tillside::act::channel::EVENT;
