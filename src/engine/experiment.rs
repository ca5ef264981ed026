//! Experiments of the page: a value that is asked for is a value that is used, and what is used is reported.

use super::{Declined, Engine};
use crate::experiment::Exposure;
use crate::experiment::interleave::{Pick, Team, alike, draft};
use crate::intake::{Arrival, Field, Kind, Refusal, Scalar, Session};
use crate::recommend::MAX_LIMIT;
use crate::value::{NULL, Value};

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

    /// The fields of a shelf's report, by what it was ranked, and the variations that the shopper has used in the visit.
    pub(super) fn with_variants(
        &self,
        kind: Kind,
        mut fields: Vec<(Field, Scalar)>,
        now: i64,
    ) -> Vec<(Field, Scalar)> {
        let session = self.intake.session(now);
        let session = session.map_or_else(String::new, Session::text);
        let variants = self.experiments.variants(&session);
        if kind == Kind::ExperimentViewed {
            return fields;
        }
        if fields.iter().all(|(field, _)| *field != Field::Policy) {
            let policy = match self.purposes.personalisation {
                true => "personal",
                false => "common",
            };
            fields.push((Field::Policy, Scalar::Text(policy.into())));
        }
        if !variants.is_empty() {
            fields.push((Field::Variants, Scalar::Text(variants)));
        }
        fields
    }

    /// One list of two rankings; nothing without leave for experiments. Who begins is the same for the whole visit.
    pub(super) fn draft(&self, request: &Value, now: i64) -> Value {
        if !self.purposes.experiment {
            return Value::Null;
        }
        let texts = |key: &str| -> Vec<&str> {
            let list = request.get(key).unwrap_or(&NULL).elements();
            list.iter().filter_map(Value::text).collect()
        };
        let (a, b, shown) = (texts("a"), texts("b"), texts("shown"));
        let limit = request.number_of("limit").unwrap_or_default() as usize;
        let mut seed = Session(self.seed(now)).text();
        seed.push_str(request.text_of("experiment"));
        let picks = draft(&a, &b, &shown, &seed, limit.min(MAX_LIMIT));
        let alike = alike(&a, &b);
        let one = |pick: &Pick| {
            let ranker = match pick.team {
                Team::A => "a",
                Team::B => "b",
            };
            let competitive = !a[..alike].contains(&pick.item);
            Value::map([
                ("id", pick.item.into()),
                ("ranker", ranker.into()),
                ("competitive", competitive.into()),
            ])
        };
        Value::List(picks.iter().map(one).collect())
    }

    /// Forgets what was assigned, and what of it waits to be reported.
    pub(super) fn leave_experiments(&mut self) {
        self.experiments.forget();
        self.log.clear();
        let effects = self.queue.withdraw_experiments();
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
