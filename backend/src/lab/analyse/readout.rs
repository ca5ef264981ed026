//! The read-out of experiments: what was read, unit by unit and by a plan, as figures.
//!
//! Units are gone through twice. The first pass counts variations and finds the revenue above which a unit's is cut, a
//! quantile of all; the second adds each unit to the sums that everything is made of. What is held grows with the
//! variations, days, pages and values to cut by, and with one number for each buyer.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Error;
use super::compare::{self, Comparison, Guardrail, Metrics};
use super::days::{Day, Days};
use super::member::{Member, Membership, experiments, membership};
use super::message::Fact;
pub use super::metric::Metric;
use super::parts::{Part, Parts};
pub use super::plan::{Correction, Plan};
use super::split::{FEWEST, SampleRatio, Split};
use super::units::Units;

#[derive(Debug, Serialize)]
pub struct Readout {
    pub experiment: String,
    pub from: String,
    pub to: String,
    pub units: u64,
    /// Units seen in two variations, which are counted in none.
    pub dropped: u64,
    /// Units whose lists say that a variation was used, and of them those of which no exposure has arrived.
    pub used: u64,
    pub lost: u64,
    pub variations: Vec<Variation>,
    pub sample_ratio: SampleRatio,
    /// Revenue above this counts as this.
    pub revenue_cap: f64,
    pub alpha: f64,
    /// None where the sample ratio forbids to compare.
    pub comparisons: Vec<Comparison>,
    pub guardrails: Vec<Guardrail>,
    /// The first metric after each day, for the first treatment.
    pub days: Vec<Day>,
    /// The first metric by what units are told apart by, for the first treatment.
    pub parts: Vec<Part>,
    pub verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Counts do not fit the weights: nothing is compared.
    SampleRatioMismatch,
    /// One variation only, or too few units.
    NotEnough,
    Better,
    Worse,
    /// No difference is shown.
    Open,
}

#[derive(Debug, Serialize)]
pub struct Variation {
    pub name: String,
    pub units: u64,
    pub weight: f64,
    pub control: bool,
}

/// Offers are drawn by the shopper, so their groups are never alike: `lab offers` reads them.
const DRAWN: &str = "offer:";

/// Reads these experiments out, or all, in the order in which they began.
pub fn read_out(units: &Units, plan: &Plan, keys: &[String]) -> Result<Vec<Readout>, Error> {
    let names = &units.names.experiments;
    let exposed: Vec<&str> = units.exposed.keys().map(|key| names.name(*key)).collect();
    if exposed.is_empty() {
        return Err(Error::NoExposure {
            messages: units.messages,
        });
    }
    if let Some(unknown) = keys.iter().find(|key| !exposed.contains(&key.as_str())) {
        return Err(Error::Unknown {
            key: unknown.clone(),
            known: exposed.join(", "),
        });
    }
    let is_wanted = |key: &str| match keys.is_empty() {
        true => !key.starts_with(DRAWN),
        false => keys.iter().any(|wanted| wanted == key),
    };
    check_weights(units, plan, &is_wanted)?;
    let mut studies: BTreeMap<u32, Study> = units
        .exposed
        .iter()
        .filter(|(experiment, _)| is_wanted(names.name(**experiment)))
        .map(|(experiment, variations)| {
            (
                *experiment,
                Study::new(variations.iter().copied().collect()),
            )
        })
        .collect();
    units.each(|facts| {
        for (experiment, study) in &mut studies {
            study.count(facts, *experiment, plan);
        }
    })?;
    studies.values_mut().for_each(|study| study.settle(plan));
    units.each(|facts| {
        for experiment in experiments(facts) {
            if let Some(study) = studies.get_mut(&experiment) {
                study.add(facts, experiment, plan);
            }
        }
    })?;
    let mut studies: Vec<(u32, Study)> = studies.into_iter().collect();
    studies.sort_by_key(|(experiment, study)| (study.from, names.name(*experiment).to_owned()));
    let read = studies
        .into_iter()
        .map(|(experiment, study)| study.read(units, plan, names.name(experiment)));
    Ok(read.collect())
}

/// A variation without a planned share would be left out of the test in silence.
fn check_weights(
    units: &Units,
    plan: &Plan,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<(), Error> {
    for (experiment, variations) in &units.exposed {
        let experiment = units.names.experiments.name(*experiment);
        let name = |one: &u32| units.names.variations.name(*one);
        let mut names = variations.iter().map(name);
        let all: f64 = variations.iter().map(|one| plan.weight(name(one))).sum();
        let lacking = names.find(|name| all <= 0.0 || !plan.weights.contains_key(*name));
        if let (true, false, Some(variation)) =
            (is_wanted(experiment), plan.weights.is_empty(), lacking)
        {
            return Err(Error::Weights {
                experiment: experiment.into(),
                variation: variation.into(),
            });
        }
    }
    Ok(())
}

impl Plan {
    /// Reads one experiment out; nothing for one that nobody was exposed to.
    pub fn read(&self, units: &Units, experiment: &str) -> Result<Option<Readout>, Error> {
        match read_out(units, self, &[experiment.to_owned()]) {
            Ok(readouts) => Ok(readouts.into_iter().next()),
            Err(Error::Unknown { .. } | Error::NoExposure { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// One experiment while its units are gone through.
struct Study {
    /// Variations that anybody was exposed to.
    arms: Vec<u32>,
    units: Vec<f64>,
    dropped: u64,
    used: u64,
    lost: u64,
    from: i64,
    to: i64,
    /// Of every unit that bought.
    revenues: Vec<f64>,
    cap: f64,
    metrics: Vec<Metrics>,
    split: Split,
    days: Days,
    parts: Parts,
}

impl Study {
    fn new(arms: Vec<u32>) -> Study {
        Study {
            units: vec![0.0; arms.len()],
            metrics: vec![Metrics::default(); arms.len()],
            arms,
            dropped: 0,
            used: 0,
            lost: 0,
            from: i64::MAX,
            to: i64::MIN,
            revenues: Vec::new(),
            cap: f64::MAX,
            split: Split::default(),
            days: Days::default(),
            parts: Parts::default(),
        }
    }

    fn arm(&self, variation: u32) -> Option<usize> {
        self.arms.iter().position(|arm| *arm == variation)
    }

    /// The first pass.
    fn count(&mut self, facts: &[Fact], experiment: u32, plan: &Plan) {
        let is_used = facts.iter().any(|fact| fact.used.contains(&experiment));
        self.used += u64::from(is_used);
        match membership(facts, experiment, plan) {
            Membership::Out => self.lost += u64::from(is_used),
            Membership::Twice => self.dropped += 1,
            Membership::In(member) => {
                if let Some(arm) = self.arm(member.variation) {
                    self.units[arm] += 1.0;
                }
                self.from = self.from.min(member.since);
                self.to = self.to.max(member.since);
                if member.after.revenue > 0.0 {
                    self.revenues.push(member.after.revenue);
                }
            }
        }
    }

    /// Finds the revenue above which a unit's is cut: a quantile of all units that bought, whatever their variation.
    fn settle(&mut self, plan: &Plan) {
        let mut revenues = std::mem::take(&mut self.revenues);
        let at = (revenues.len() as f64 * plan.cap).ceil() as usize;
        let at = at.saturating_sub(1);
        if at < revenues.len() {
            let (_, cap, _) = revenues.select_nth_unstable_by(at, f64::total_cmp);
            self.cap = *cap;
        }
    }

    /// The second pass.
    fn add(&mut self, facts: &[Fact], experiment: u32, plan: &Plan) {
        self.days.exposed(facts, experiment);
        let Membership::In(member) = membership(facts, experiment, plan) else {
            return;
        };
        let Some(arm) = self.arm(member.variation) else {
            return;
        };
        let (cap, of) = (self.cap, (arm, self.arms.len()));
        for metric in Metric::ALL {
            let (x, d) = metric.of(&member.after, cap);
            let (before, _) = metric.of(&member.before, cap);
            self.metrics[arm][metric as usize].add(x, d, before);
        }
        self.split.add(&member, of.0, of.1);
        if let Some(metric) = plan.metrics.first() {
            self.days.add((&member, facts), of, (*metric, cap), plan);
            self.part(&member, of, *metric);
        }
    }

    fn part(&mut self, member: &Member, of: (usize, usize), metric: Metric) {
        let measured = metric.of(&member.after, self.cap);
        self.parts.add(member.cut(), of, measured);
    }

    fn read(self, units: &Units, plan: &Plan, experiment: &str) -> Readout {
        let name = |arm: usize| units.names.variations.name(self.arms[arm]);
        // Variations by name, the control first.
        let mut order: Vec<usize> = (0..self.arms.len()).collect();
        order.sort_by_key(|arm| (plan.control.as_deref() != Some(name(*arm)), name(*arm)));
        let weights: Vec<f64> = (0..self.arms.len())
            .map(|arm| plan.weight(name(arm)))
            .collect();
        let total: f64 = weights.iter().sum();
        let variations = order.iter().map(|arm| Variation {
            name: name(*arm).into(),
            units: self.units[*arm] as u64,
            weight: weights[*arm] / total,
            control: order[0] == *arm,
        });
        let none = self.from > self.to;
        let end = |time: i64| {
            if none {
                String::new()
            } else {
                crate::ingest::iso(time)
            }
        };
        let mut readout = Readout {
            experiment: experiment.into(),
            from: end(self.from),
            to: end(self.to),
            units: self.units.iter().sum::<f64>() as u64,
            dropped: self.dropped,
            used: self.used,
            lost: self.lost,
            variations: variations.collect(),
            sample_ratio: self.split.test(&order, &self.units, &weights),
            revenue_cap: self.cap,
            alpha: plan.alpha,
            comparisons: Vec::new(),
            guardrails: Vec::new(),
            days: Vec::new(),
            parts: Vec::new(),
            verdict: Verdict::NotEnough,
        };
        if !readout.sample_ratio.passed {
            readout.verdict = Verdict::SampleRatioMismatch;
            return readout;
        }
        let [base, first, ..] = order[..] else {
            return readout;
        };
        if self.units.iter().any(|count| *count < FEWEST) {
            return readout;
        }
        for arm in &order[1..] {
            let (control, treatment) = (&self.metrics[base], &self.metrics[*arm]);
            let (compared, name) = (&mut readout.comparisons, name(*arm));
            compared.extend(compare::compare(control, treatment, name, plan));
            let guarded = compare::guard(control, treatment, name, plan);
            readout.guardrails.extend(guarded);
        }
        compare::correct(&mut readout.comparisons, plan.correction);
        if let Some(metric) = plan.metrics.first() {
            let planned = [weights[base], weights[first]];
            let arms = [base, first];
            readout.parts = self.parts.compare(arms, planned, *metric, plan.alpha);
            readout.days = self.days.course(arms, *metric, plan.alpha);
        }
        readout.verdict = verdict(&readout.comparisons);
        readout
    }
}

/// What the first comparison says.
fn verdict(comparisons: &[Comparison]) -> Verdict {
    comparisons.first().map_or(Verdict::Open, |first| {
        // What holds at every look: nobody knows how often this was looked at.
        let interval = first.best().anytime;
        match () {
            () if interval.low > 0.0 => Verdict::Better,
            () if interval.high < 0.0 => Verdict::Worse,
            () => Verdict::Open,
        }
    })
}
