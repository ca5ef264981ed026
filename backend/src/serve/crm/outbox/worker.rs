//! The thread that delivers what is due, one message after another.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::ledger::{self, Next};
use super::webhook;
use crate::Coded;
use crate::instant;
use crate::serve::crm::Crm;

/// How long another process that shares the database may have added something unnoticed.
const PATIENCE: Duration = Duration::from_secs(30);
/// After a failure of the database.
const PAUSE: Duration = Duration::from_secs(1);

/// Wakes the thread where there is something new.
#[derive(Debug, Default)]
pub struct Bell {
    rung: Mutex<bool>,
    heard: Condvar,
}

impl Bell {
    pub fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.heard.notify_all();
    }

    /// Waits for the bell, but no longer than `most`.
    fn wait(&self, most: Duration) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut rung, _) = self
            .heard
            .wait_timeout_while(rung, most, |rung| !*rung)
            .unwrap_or_else(PoisonError::into_inner);
        *rung = false;
    }
}

/// Delivers until the process ends. A delivery that the end cuts off is done again by the next process.
pub fn start(crm: Arc<Crm>) -> std::io::Result<()> {
    let work = move || {
        let client = webhook::client(&crm.shop.outbox);
        loop {
            match step(&crm, &client) {
                Some(wait) => crm.bell.wait(wait),
                None => continue,
            }
        }
    };
    let thread = std::thread::Builder::new().name("outbox".into());
    thread.spawn(work).map(drop)
}

/// Does what is due first; how long to wait where nothing is.
pub fn step(crm: &Crm, client: &ureq::Agent) -> Option<Duration> {
    let settings = &crm.shop.outbox;
    let next = crm.transact(|database| ledger::next(database, settings, crm.now(), instant::now()));
    let entry = match next {
        Ok(Next::Send(entry)) => entry,
        Ok(Next::Decided) => return None,
        Ok(Next::Idle(wait)) => {
            let wait = wait.map_or(PATIENCE, |wait| {
                Duration::from_millis(wait.max(1).unsigned_abs())
            });
            return Some(wait.min(PATIENCE));
        }
        Err(error) => {
            tracing::error!(code = error.code(), "outbox: {error}");
            return Some(PAUSE);
        }
    };
    let posted = webhook::post(client, settings, &entry, instant::now());
    let settled = crm.transact(|database| match &posted {
        Ok(()) => ledger::delivered(database, &entry.id, crm.now()),
        Err(problem) => ledger::failed(database, &entry, problem, instant::now(), chance()),
    });
    if let Err(problem) = &posted
        && entry.attempts == 1
    {
        tracing::warn!(
            "outbox: message {} is not delivered yet: {problem}",
            entry.id
        );
    }
    match settled {
        Ok(()) => None,
        // Its lease ends, and it is sent again.
        Err(error) => {
            tracing::error!(code = error.code(), "outbox: {error}");
            Some(PAUSE)
        }
    }
}

/// From 0 to 1.
fn chance() -> f64 {
    let mut byte = [0];
    match getrandom::fill(&mut byte) {
        Ok(()) => f64::from(byte[0]) / 255.0,
        Err(_) => 0.5,
    }
}
