//! Experiments of the page: a value that is asked for is a value that is used, and what is used is reported.

use super::{Declined, Engine};
use crate::experiment::Exposure;
use crate::intake::{Arrival, Kind, Refusal, Session};
use crate::value::Value;

impl Engine {
    pub(super) fn feature(&mut self, request: &Value, now: i64) -> Value {
        // Before the device has said what it holds, nobody knows who this is or what they were put into.
        let early = request.get("early").and_then(Value::bool).unwrap_or(false);
        let device = Some(self.device.as_str()).filter(|_| self.purposes.experiment && !early);
        let (value, exposures) = self.experiments.feature(request, device, self.patterns);
        for exposure in exposures {
            self.exposed(&exposure, now);
        }
        value
    }

    /// Forgets what was assigned, and what of it waits to be reported.
    pub(super) fn leave_experiments(&mut self) {
        self.experiments.forget();
        let effects = self.queue.withdraw_kind(Kind::ExperimentViewed);
        self.queued(effects);
    }

    /// Reports an exposure, once a session; only where reports are allowed as well.
    fn exposed(&mut self, exposure: &Exposure, now: i64) {
        if !self.purposes.experiment || !self.purposes.measurement {
            return;
        }
        // The session goes on or begins with it.
        let before = self
            .intake
            .session(now)
            .map_or_else(String::new, Session::text);
        if self.experiments.viewed(exposure, &before) {
            return;
        }
        // Every tab of a session gives it one id, so that a collector keeps one of them.
        let place = match before.as_str() {
            "" => Session(now as u64).text(),
            session => session.into(),
        };
        let arrival = Arrival {
            id: &exposure.id(&place, &self.device),
            now,
            time: None,
        };
        let content = (Kind::ExperimentViewed, Vec::new(), exposure.fields());
        match self.shelf_event(content, arrival) {
            Ok(session) => self.experiments.note(exposure, &session.text()),
            Err(Declined::Refused(Refusal::Duplicate)) => self.experiments.note(exposure, &before),
            // What was not reported is tried again with the next use.
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
