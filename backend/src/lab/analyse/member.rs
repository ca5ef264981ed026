//! A unit in an experiment: its first exposure, and what it did before and after.

use super::browser::Browser;
use super::message::Fact;
use super::metric::Did;
use super::plan::Plan;

/// A unit's place in an experiment.
pub enum Membership<'a> {
    /// Exposed to one variation.
    In(Member<'a>),
    /// Exposed to two variations, which counts for none.
    Twice,
    Out,
}

/// A unit in one variation of an experiment.
pub struct Member<'a> {
    pub variation: u32,
    /// When it was exposed first.
    pub since: i64,
    pub after: Did,
    pub before: Did,
    facts: &'a [Fact],
    /// Where the first exposure is among its facts.
    first: usize,
}

/// Experiments that a unit was exposed to, each once.
pub fn experiments(facts: &[Fact]) -> Vec<u32> {
    let exposures = facts.iter().filter_map(|fact| fact.assigned.as_ref());
    let mut experiments: Vec<u32> = exposures.map(|one| one.experiment).collect();
    experiments.sort_unstable();
    experiments.dedup();
    experiments
}

/// A unit's place in an experiment, by its facts in the order of time.
pub fn membership<'a>(facts: &'a [Fact], experiment: u32, plan: &Plan) -> Membership<'a> {
    let of = |fact: &Fact| {
        let assigned = fact.assigned.as_ref();
        assigned
            .filter(|one| one.experiment == experiment)
            .map(|one| one.variation)
    };
    let mut variations = facts
        .iter()
        .enumerate()
        .filter_map(|(at, fact)| Some((at, of(fact)?)));
    let Some((first, variation)) = variations.next() else {
        return Membership::Out;
    };
    if variations.any(|(_, other)| other != variation) {
        return Membership::Twice;
    }
    let since = facts[first].time;
    let (mut after, mut before) = (Did::default(), Did::default());
    for fact in facts {
        if let Some((outcome, amount)) = fact.outcome {
            if plan.is_after(fact.time - since) {
                after.add(outcome, amount);
            } else if plan.is_before(fact.time - since) {
                before.add(outcome, amount);
            }
        }
    }
    Membership::In(Member {
        variation,
        since,
        after,
        before,
        facts,
        first,
    })
}

impl Member<'_> {
    /// The value that it is told apart by, as it was known at exposure: later ones may be what the experiment did.
    pub fn cut(&self) -> Option<&str> {
        let known = self.facts.iter().take_while(|fact| fact.time <= self.since);
        known.filter_map(|fact| fact.cut.as_deref()).last()
    }

    /// The browser that its exposure names, else the first that any of its messages does: a unit is one browser's storage.
    pub fn browser(&self) -> Option<Browser> {
        let exposure = self.facts[self.first].browser;
        exposure.or_else(|| self.facts.iter().find_map(|fact| fact.browser))
    }

    /// The first page of the visit in which it was exposed; where its messages name no visit, the page of the exposure.
    pub fn entry(&self) -> Option<&str> {
        let exposure = &self.facts[self.first];
        let Some(visit) = exposure.session else {
            return exposure.path.as_deref();
        };
        let mut visit = self.facts.iter().filter(|fact| fact.session == Some(visit));
        visit.find_map(|fact| fact.path.as_deref())
    }
}
