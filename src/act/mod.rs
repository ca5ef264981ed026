//! Acting: which message, service or offer a shopper gets now, and why not another (next best action).
//!
//! Rules are data: *when* something happens, *if* a condition over the shopper holds, *do* this. Rules that pass are put
//! in order by expected value less annoyance, held to caps, cool-downs and quiet hours, and led up a ladder from a
//! reminder to a discount. Deterministic: the same rules, contacts, attributes and time give the same actions.
//!
//! | file | content |
//! | --- | --- |
//! | [`rule`] | [`Rule`], read from JSON, with errors by path |
//! | [`benefits`] | what a member has, and what is missing to the next tier |
//! | [`campaign`] | a shop's campaigns of offers, read from JSON with errors by path |
//! | [`caps`] | how often an action may be shown |
//! | [`channel`] | the page, and what reaches a shopper elsewhere |
//! | [`decide`] | rules, contacts and attributes → actions, or the first clause that failed |
//! | [`decided`] | offers that were decided, by their key |
//! | [`draw`] | draws that a reload cannot repeat otherwise |
//! | [`lint`] | rules that can never fire, contradict themselves or interrupt without a cap |
//! | [`prices`] | alerts about prices, stock and flash sales, each told once |
//! | [`offer`] | which benefit, under a margin floor: Thompson sampling over Beta posteriors |
//! | [`policy`] | the same by a posterior that the shop trained and that knows the shopper's context |
//!
//! It deliberately sends nothing, mints nothing and sets no price: a coupon is requested from the shop's CRM.

pub mod benefits;
pub mod campaign;
pub mod caps;
pub mod channel;
pub mod decide;
pub mod decided;
pub mod draw;
pub mod lint;
pub mod offer;
pub mod policy;
pub mod prices;
pub mod rule;

pub use decide::{Action, Moment, WhyNot};
pub use rule::{Fault, Rule, RuleError, Rules};

/// The rules that a shop begins with: welcome, first order, hesitation, price drop, win-back, preview, apology.
pub const DEFAULT_RULES: &str = include_str!("rules.json");
