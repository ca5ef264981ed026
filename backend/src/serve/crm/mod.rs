//! Reference CRM service: members, orders, tiers, points, coupons, service contacts and stores behind one HTTP API.
//!
//! A page knows what a shopper does on one device; only the shop's CRM knows what was ordered, which coupons were minted
//! and which tier a member holds. This room is that CRM for the demo and for tests, and the reference for the API that a
//! shop puts its own CRM behind (`openapi.json`, served at `/crm/v1/openapi.json`).
//!
//! | file | content |
//! | --- | --- |
//! | [`config`] | tiers, campaigns, stores, headroom: a shop's settings, checked when they are read |
//! | [`schema`] | the SQLite tables and their versions |
//! | [`member`] | registration, sign-in, erasure |
//! | [`order`] | placing, delivering, cancelling, refunding |
//! | [`points`] | the points ledger, growth and tiers |
//! | [`coupon`] | minting under budgets, the wallet, redemption |
//! | [`terms`] | of group buys: a shop's settings |
//! | [`group`] | group buys: started, joined, ordered at their price |
//! | [`contact`] | service contacts and store bookings |
//! | [`survey`] | answers to surveys, and the contact that a bad one opens |
//! | [`backup`] | a portrait that the member's devices encrypted, as bytes |
//! | [`channel`] | which channels a member may be written to in |
//! | [`outbox`] | messages off the site: asked for by pages, judged, delivered to the shop's sender |
//! | [`facts`] | signed, expiring statements about a member for the page |
//! | [`operations`] | the table of operations and their handlers |
//! | [`api`] | HTTP: authentication, idempotency, answers |
//! | [`error`] | refusals with stable codes |
//!
//! Every call that writes is one transaction that is on the disk before it is answered; a repeated `Idempotency-Key` gets
//! the first answer again. It deliberately takes no payment, knows no mail address and holds no cost or margin: a discount
//! is bounded by the headroom of each item.

pub mod api;
pub mod backup;
pub mod channel;
pub mod config;
pub mod contact;
pub mod coupon;
pub mod error;
pub mod facts;
pub mod group;
pub mod member;
pub mod operations;
pub mod order;
pub mod outbox;
pub mod points;
mod schema;
pub mod survey;
pub mod terms;

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior};

use config::Shop;
use error::{CrmError, StartError};
use facts::Signer;
use outbox::request::Request;
use outbox::worker::Bell;

use super::event::Event;
use crate::instant;

const DATABASE: &str = "crm.sqlite";
const KEY: &str = "facts.key";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The service: one database, one shop's settings, one signing key.
pub struct Crm {
    database: Mutex<Connection>,
    shop: Shop,
    signer: Signer,
    /// Whether a request may say what time it is, so that a demonstration can travel through time.
    pub travels: bool,
    /// How far the last such request was ahead of the machine's clock.
    ahead: AtomicI64,
    /// Wakes the outbox.
    bell: Bell,
}

impl Crm {
    /// Opens the database and the signing key in `folder`; makes both where they are missing.
    ///
    /// # Errors
    /// [`StartError`] where a file cannot be made or read.
    pub fn open(folder: &Path, shop: Shop, travels: bool) -> Result<Crm, StartError> {
        std::fs::create_dir_all(folder).map_err(|source| StartError::Folder {
            path: folder.into(),
            source,
        })?;
        Ok(Crm {
            database: Mutex::new(schema::open(&folder.join(DATABASE))?),
            signer: Signer::open(&folder.join(KEY))?,
            shop,
            travels,
            ahead: AtomicI64::new(0),
            bell: Bell::default(),
        })
    }

    /// What time it is: the machine's, or where time is travelled in, that of the latest request.
    pub fn now(&self) -> i64 {
        instant::now() + self.ahead.load(Ordering::Relaxed)
    }

    /// A request says what time it is.
    fn travel(&self, now: i64) {
        self.ahead.store(now - instant::now(), Ordering::Relaxed);
        self.bell.ring();
    }

    /// Takes requests for messages out of what a collector was delivered. A repetition changes nothing, so that a
    /// delivery that was not answered may come again.
    ///
    /// # Errors
    /// `crm.database`.
    pub fn requested(&self, events: &[Event]) -> Result<(), CrmError> {
        let requests: Vec<Request> = events.iter().filter_map(Request::read).collect();
        if requests.is_empty() {
            return Ok(());
        }
        let now = self.now();
        self.transact(|database| {
            for request in &requests {
                outbox::ledger::take(database, request, now)?;
            }
            Ok(())
        })?;
        self.bell.ring();
        Ok(())
    }

    /// Runs `work` in one transaction, which is written only when it succeeds.
    fn transact<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, CrmError>,
    ) -> Result<T, CrmError> {
        let mut database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        // Taking the write lock first, so that a budget is never read by two writers at once.
        let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let outcome = work(&transaction)?;
        transaction.commit()?;
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests;
