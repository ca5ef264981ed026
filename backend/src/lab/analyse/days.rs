//! The first metric as it was known at the end of each day: of each unit what changed on a day, so that sums of days do.

use std::collections::BTreeMap;

use serde::Serialize;

use super::difference::{Difference, Interval, TUNED_FOR};
use super::member::Member;
use super::message::Fact;
use super::metric::{Did, Metric};
use super::moments::{Estimate, Sums};
use super::plan::{DAY_MS, Plan};
use super::split::FEWEST;

#[derive(Debug, Serialize)]
pub struct Day {
    pub day: String,
    pub units: u64,
    pub estimate: f64,
    pub anytime: Interval,
}

/// Changes of the sums on each day, by variation.
#[derive(Debug, Default)]
pub struct Days(BTreeMap<i64, Vec<Sums>>);

impl Days {
    /// Takes the days on which a unit was exposed, whatever variation it counts for.
    pub fn exposed(&mut self, facts: &[Fact], experiment: u32) {
        for fact in facts {
            if fact
                .assigned
                .as_ref()
                .is_some_and(|one| one.experiment == experiment)
            {
                self.0.entry(fact.time.div_euclid(DAY_MS)).or_default();
            }
        }
    }

    /// Takes what a unit of a variation, of so many, did day by day.
    pub fn add(
        &mut self,
        (member, facts): (&Member, &[Fact]),
        (arm, arms): (usize, usize),
        (metric, cap): (Metric, f64),
        plan: &Plan,
    ) {
        let (before, _) = metric.of(&member.before, cap);
        let mut change = |day: i64, from: Option<(f64, f64)>, to: (f64, f64)| {
            let sums = self.0.entry(day).or_default();
            sums.resize(arms, Sums::default());
            if let Some((x, d)) = from {
                sums[arm].remove(x, d, before);
            }
            sums[arm].add(to.0, to.1, before);
        };
        let mut did = Did::default();
        let mut counted = metric.of(&did, cap);
        let mut today = member.since.div_euclid(DAY_MS);
        change(today, None, counted);
        for fact in facts {
            let Some((outcome, amount)) = fact.outcome else {
                continue;
            };
            if !plan.is_after(fact.time - member.since) {
                continue;
            }
            let day = fact.time.div_euclid(DAY_MS);
            if day != today {
                let now = metric.of(&did, cap);
                change(today, Some(counted), now);
                (counted, today) = (now, day);
            }
            did.add(outcome, amount);
        }
        change(today, Some(counted), metric.of(&did, cap));
    }

    /// The course of two variations.
    pub fn course(&self, arms: [usize; 2], metric: Metric, alpha: f64) -> Vec<Day> {
        let mut sums = [Sums::default(); 2];
        let mut days = Vec::new();
        for (day, changes) in &self.0 {
            for (sums, arm) in sums.iter_mut().zip(arms) {
                if let Some(change) = changes.get(arm) {
                    *sums = sums.join(change);
                }
            }
            let [control, treatment] = sums.map(|sums| estimate(&sums, metric));
            let difference = Difference::relative(&control, &treatment);
            let anytime = difference.anytime(alpha, TUNED_FOR);
            if sums.iter().all(|sums| sums.n >= FEWEST)
                && anytime.low.is_finite()
                && anytime.high.is_finite()
            {
                days.push(Day {
                    day: super::date(*day),
                    units: (control.n + treatment.n) as u64,
                    estimate: difference.estimate,
                    anytime,
                });
            }
        }
        days
    }
}

/// A metric's estimate: a mean, or a ratio of sums.
pub fn estimate(sums: &Sums, metric: Metric) -> Estimate {
    match metric.is_ratio() {
        true => sums.ratio(),
        false => sums.mean(),
    }
}
