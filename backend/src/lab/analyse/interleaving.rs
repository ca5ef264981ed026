//! Reads interleaved lists out: every visitor compares two rankers, so it takes far fewer visits than two groups.
//!
//! A visit is won by the ranker whose items were chosen more often. Only items count that one ranker would have put
//! there and the other would not: of those at the top of both, which carry no `ranker`, a choice tells nothing. A visit
//! without such a choice, or with as many for both, is a tie and decides nothing.
//!
//! Where the rankers are equal, each wins a decided visit with probability ½ whatever happened before, as coins decide
//! who drafts first. So the ratio of a beta mixture to ½ is a martingale, and by Ville's inequality its inverse is a
//! probability that holds at every look; shares that the same test does not refuse make the interval (Robbins 1970;
//! Waudby-Smith and Ramdas 2024).

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use statrs::function::beta::ln_beta;

use super::Error;
use super::difference::Interval;
use super::message::Fact;
use super::units::Units;

/// The mixture Beta(M, M): tuned for shares of 46 to 54 wins in a hundred, what rankers differ by.
const MIXTURE: f64 = 100.0;

/// Visits of an interleaved list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Won by the treatment.
    pub wins: u64,
    /// Won by the control.
    pub losses: u64,
    pub ties: u64,
}

impl Tally {
    pub fn visits(&self) -> u64 {
        self.wins + self.losses + self.ties
    }

    /// Of decided visits, the share that the treatment won; a half where none is decided.
    pub fn share(&self) -> f64 {
        match self.wins + self.losses {
            0 => 0.5,
            decided => self.wins as f64 / decided as f64,
        }
    }

    /// The logarithm of the mixture's ratio to a share of wins.
    fn evidence(&self, share: f64) -> f64 {
        let (wins, losses) = (self.wins as f64, self.losses as f64);
        ln_beta(wins + MIXTURE, losses + MIXTURE)
            - ln_beta(MIXTURE, MIXTURE)
            - wins * share.ln()
            - losses * (1.0 - share).ln()
    }

    /// The probability of evidence as strong, at this look or any before it, where the rankers are equal.
    pub fn p(&self) -> f64 {
        (-self.evidence(0.5)).exp().min(1.0)
    }

    /// Shares of wins that are not refused; holds at every look.
    pub fn interval(&self, alpha: f64) -> Interval {
        let limit = -alpha.ln();
        let end = |mut outside: f64| {
            let mut inside = self.share();
            for _ in 0..60 {
                let middle = (inside + outside) / 2.0;
                if self.evidence(middle) < limit {
                    inside = middle;
                } else {
                    outside = middle;
                }
            }
            inside
        };
        Interval {
            low: end(0.0),
            high: end(1.0),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Preference {
    Treatment,
    Control,
    /// Neither is shown to be better.
    Open,
}

/// What interleaved lists say of two rankers.
#[derive(Debug, Serialize)]
pub struct Comparison {
    pub experiment: String,
    pub control: String,
    pub treatment: String,
    pub from: String,
    pub to: String,
    pub units: u64,
    /// Lists that were shown, and of them those in which the rankers differed at all.
    pub lists: u64,
    pub competitive: u64,
    #[serde(flatten)]
    pub tally: Tally,
    pub share: f64,
    /// Holds at every look, as `p` does.
    pub interval: Interval,
    pub p: f64,
    pub preferred: Preference,
}

/// Lists of one experiment while units are gone through.
struct Duel<'a> {
    names: [&'a str; 2],
    treatment: u32,
    tally: Tally,
    units: u64,
    lists: u64,
    competitive: u64,
    from: i64,
    to: i64,
}

/// Reads every interleaved experiment out, or those of these keys. An experiment of more or fewer than two rankers is
/// none.
pub fn read(
    units: &Units,
    control: Option<&str>,
    alpha: f64,
    keys: &[String],
) -> Result<Vec<Comparison>, Error> {
    let names = &units.names;
    let key = |experiment: u32| names.experiments.name(experiment);
    let mut duels: BTreeMap<u32, Duel> = BTreeMap::new();
    for (experiment, rankers) in &units.drafted {
        let mut rankers: Vec<u32> = rankers.iter().copied().collect();
        rankers.sort_by_key(|ranker| {
            let name = names.variations.name(*ranker);
            (control != Some(name), name)
        });
        let is_wanted = keys.is_empty() || keys.iter().any(|wanted| wanted == key(*experiment));
        if let ([base, treatment], true) = (&rankers[..], is_wanted) {
            let duel = Duel {
                names: [*base, *treatment].map(|ranker| names.variations.name(ranker)),
                treatment: *treatment,
                tally: Tally::default(),
                units: 0,
                lists: 0,
                competitive: 0,
                from: i64::MAX,
                to: i64::MIN,
            };
            duels.insert(*experiment, duel);
        }
    }
    if !duels.is_empty() {
        units.each(|facts| {
            for (experiment, duel) in &mut duels {
                duel.add(facts, *experiment);
            }
        })?;
    }
    let mut duels: Vec<(u32, Duel)> = duels.into_iter().collect();
    duels.sort_by_key(|(experiment, duel)| (duel.from, key(*experiment)));
    let read = duels
        .into_iter()
        .map(|(experiment, duel)| duel.read(key(experiment), alpha));
    Ok(read.collect())
}

impl Duel<'_> {
    /// Takes the lists and choices of a unit.
    fn add(&mut self, facts: &[Fact], experiment: u32) {
        // Of every visit: how much more often the treatment's items were chosen.
        let mut visits: HashMap<Option<u64>, i64> = HashMap::new();
        for fact in facts {
            let draft = fact.draft.as_ref().filter(|draft| draft.0 == experiment);
            if let Some((_, rankers)) = draft {
                visits.entry(fact.session).or_default();
                self.lists += 1;
                self.competitive += u64::from(rankers.len() > 1);
                self.from = self.from.min(fact.time);
                self.to = self.to.max(fact.time);
            }
        }
        self.units += u64::from(!visits.is_empty());
        for fact in facts {
            // A choice without its list is one whose report was lost.
            if let Some((_, ranker)) = fact.credit.filter(|credit| credit.0 == experiment)
                && let Some(balance) = visits.get_mut(&fact.session)
            {
                *balance += if ranker == self.treatment { 1 } else { -1 };
            }
        }
        for balance in visits.values() {
            match balance.signum() {
                1 => self.tally.wins += 1,
                0 => self.tally.ties += 1,
                _ => self.tally.losses += 1,
            }
        }
    }

    fn read(self, experiment: &str, alpha: f64) -> Comparison {
        let tally = self.tally;
        let interval = tally.interval(alpha);
        let [control, treatment] = self.names.map(String::from);
        Comparison {
            experiment: experiment.into(),
            control,
            treatment,
            from: crate::ingest::iso(self.from),
            to: crate::ingest::iso(self.to),
            units: self.units,
            lists: self.lists,
            competitive: self.competitive,
            tally,
            share: tally.share(),
            interval,
            p: tally.p(),
            preferred: match () {
                () if interval.low > 0.5 => Preference::Treatment,
                () if interval.high < 0.5 => Preference::Control,
                () => Preference::Open,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn probability_and_interval_are_those_of_the_mixture_by_hand() {
        let tally = |wins, losses| Tally {
            wins,
            losses,
            ties: 3,
        };
        // One win: B(101, 100) / B(100, 100) / ½ = (100 / 200) / ½ = 1.
        assert!((tally(1, 0).p() - 1.0).abs() < 1e-12);
        // Two wins: (100 · 101) / (200 · 201) · 4 = 1.00497…
        assert!((tally(2, 0).p() - 201.0 / 202.0).abs() < 1e-12);
        assert_eq!(tally(0, 0).share(), 0.5);
        let clear = tally(700, 300);
        assert!(clear.p() < 1e-12);
        let interval = clear.interval(0.05);
        assert!(interval.low > 0.5 && interval.low < 0.7 && interval.high > 0.7);
        assert!((tally(300, 700).interval(0.05).high - (1.0 - interval.low)).abs() < 1e-9);
        // An end of the interval is a share that is just refused.
        assert!((clear.evidence(interval.low) + 0.05f64.ln()).abs() < 1e-6);
    }

    #[test]
    fn equal_rankers_looked_at_every_hour_raise_few_alarms_and_the_interval_holds_the_truth() {
        let mut random = Random::of(3, "interleaving", 0);
        let mut alarms = 0;
        let mut missed = 0;
        for run in 0..1000 {
            // Half of the runs have a difference, which the interval must hold at every look.
            let truth = if run % 2 == 0 { 0.5 } else { 0.53 };
            let (mut alarm, mut miss) = (false, false);
            let mut tally = Tally::default();
            // Four weeks of hours, three decided visits in each.
            for _ in 0..672 {
                for _ in 0..3 {
                    if random.unit() < truth {
                        tally.wins += 1;
                    } else {
                        tally.losses += 1;
                    }
                }
                alarm |= tally.p() < 0.05;
                miss |= tally.evidence(truth) > -(0.05f64.ln());
            }
            alarms += u32::from(alarm && run % 2 == 0);
            missed += u32::from(miss);
        }
        assert!(alarms <= 25, "{alarms} of 500");
        assert!(missed <= 50, "{missed} of 1000");
    }
}
