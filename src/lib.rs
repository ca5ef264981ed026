//! Tillside's core: everything that decides, as pure Rust on plain data.
//!
//! Outside `web`, nothing here reads a clock, draws randomness, or touches storage or the network: `now`, `seed` and
//! identifiers are arguments, and effects are returned as values for the host to carry out. So the same code runs in
//! the page, in Node, in the trainer and in the tests, and the same arguments give the same list to the bit.
//!
//! Data flows one way, `intake → shopper → recommend → report`; a room may use the rooms before it in that line, and
//! [`shop`], [`condition`] and [`consent`].
//!
//! | room | what it is for |
//! | --- | --- |
//! | [`condition`] | the one expression language, GrowthBook's: a condition and attributes → passed, failed, undecided |
//! | [`intake`] | raw page events → clean events: dialects, checks, duplicates, sessions |
//! | [`shopper`] | people: everything remembered about one shopper |
//! | [`shop`] | goods: the downloaded model, opened, checked and viewed in place |
//! | `scene` | page, time, season, festivals, region, device: an argument of a decision, as `now` is (feature `full`) |
//! | [`experiment`] | features and experiments: who gets which variation, and what of it is reported |
//! | [`recommend`] | candidates → scores → an arranged list with reasons |
//! | `act` | full edition: triggers, next best action, caps, offers |
//! | `handoff` | full edition: what a shopper lets an agent, a guide or the CRM know, as a short code |
//! | `stores` | full edition: the shop's stores near a place that show an item, have it, and are open |
//! | [`report`] | events, impressions and clicks → a durable queue → batches |
//! | [`consent`] | purposes, and the refusal of personal data |
//! | [`engine`] | the façade: one shopper, one shop → decisions; the journal, the purposes, the order of calls |
//! | `web` | wasm32 only: bindings, IndexedDB, fetch and beacon, page life cycle |
//!
//! [`codec`], [`decimal`], [`json`], [`lines`], `name`, `natural` and [`value`] are the small tools that several rooms
//! share; [`kernel`] is
//! arithmetic in loops, the
//! only place that may be `unsafe`.

//!
//! # Example
//!
//! One shopper without a model: nothing is taken before consent, and lists are empty rather than errors.
//!
//! ```
//! use tillside::consent::Purposes;
//! use tillside::engine::{Declined, Engine, Settings};
//! use tillside::intake::{Arrival, Value};
//! use tillside::recommend::{Fallback, Placement, Request};
//!
//! let now = 1_800_000_000_000; // milliseconds since 1970
//! let viewed = Value::Map(vec![("product_id".into(), Value::Text("sku-1".into()))]);
//! let arrival = |id| Arrival { id, now, time: None };
//!
//! let mut engine = Engine::new(Settings::default());
//! let taken = engine.track("Product Viewed", &viewed, arrival("message-1"));
//! assert_eq!(taken, Err(Declined::NoConsent));
//!
//! let personalisation = Purposes { personalisation: true, ..Purposes::default() };
//! engine.grant(personalisation, "device-1");
//! assert!(engine.track("Product Viewed", &viewed, arrival("message-2")).is_ok());
//! assert_eq!(engine.portrait(now).events, 1);
//!
//! let list = engine.recommend(Request::new(Placement::Home, 12), now);
//! assert_eq!(list.fallback, Fallback::Empty);
//! ```

#![deny(unsafe_code, missing_docs)]

#[cfg(feature = "full")]
pub mod act;
#[cfg(feature = "full")]
mod answer;
pub mod codec;
pub mod condition;
pub mod consent;
pub mod decimal;
pub mod engine;
pub mod experiment;
#[cfg(feature = "full")]
pub mod handoff;
pub mod intake;
pub mod json;
pub mod kernel;
pub mod lines;
mod name;
mod natural;
pub mod recommend;
pub mod report;
#[cfg(feature = "full")]
pub mod scene;
pub mod shop;
pub mod shopper;
#[cfg(feature = "full")]
pub mod stores;
pub mod value;
#[cfg(target_arch = "wasm32")]
mod web;
