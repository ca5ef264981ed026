//! Stores: which of a shop's stores near a place show an item, have it, and are open.
//!
//! A page hands the shop's list over and asks with a place of the moment, which is rounded before anything is worked
//! out and kept nowhere; without one the stores of the shopper's region answer. A booking is the CRM's business.
//!
//! | file | content |
//! | --- | --- |
//! | [`store`] | [`Store`], read from JSON, with errors by path |
//! | [`distance`] | great-circle distances between rounded places |
//! | [`clock`] | time zones as POSIX rules, `CET-1CEST,M3.5.0,M10.5.0/3` |
//! | [`hours`] | opening hours in schema.org's words, `Mo-Fr 10:00-19:00` |
//! | [`nearby()`] | stores, item, place and time → the stores to go to, nearest first |
//!
//! It deliberately knows no addresses of shoppers and no table of time zones.

pub mod clock;
pub mod distance;
pub mod hours;
pub mod nearby;
pub mod store;

pub use distance::Spot;
pub use nearby::{Found, Near, Wish, nearby};
pub use store::{Fault, Store, StoreError, Stores};
