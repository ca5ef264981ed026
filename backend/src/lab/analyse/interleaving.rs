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

use std::collections::HashMap;

use serde::Serialize;
use statrs::function::beta::ln_beta;

use super::difference::Interval;
use super::read::Log;

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

/// Reads every interleaved experiment out, or those of these keys. Of more than two rankers, each is compared with the
/// control where they met.
pub fn read(log: &Log, control: Option<&str>, alpha: f64, keys: &[String]) -> Vec<Comparison> {
    let all = log.experiments.all();
    let wanted = |key: &&String| keys.is_empty() || keys.contains(key);
    all.iter()
        .filter(wanted)
        .filter_map(|key| one(log, key, control, alpha))
        .collect()
}

fn one(log: &Log, key: &str, control: Option<&str>, alpha: f64) -> Option<Comparison> {
    let number = log.experiments.find(key)?;
    let drafts = || log.drafts.iter().filter(|draft| draft.experiment == number);
    let mut names: Vec<&str> = drafts()
        .flat_map(|draft| &draft.rankers)
        .map(|ranker| log.variations.name(*ranker))
        .collect();
    names.sort_by_key(|name| (control != Some(*name), *name));
    names.dedup();
    let [base, treatment] = names[..] else {
        return None;
    };
    // Of every visit: how much more often the treatment's items were chosen.
    let mut visits: HashMap<u64, i64> = HashMap::new();
    let mut units = std::collections::HashSet::new();
    let (mut lists, mut competitive) = (0, 0);
    for draft in drafts() {
        visits.entry(draft.session).or_default();
        units.insert(draft.unit);
        lists += 1;
        competitive += u64::from(draft.rankers.len() > 1);
    }
    for credit in log.credits.iter().filter(|one| one.experiment == number) {
        // A choice without its list is one whose report was lost.
        if let Some(balance) = visits.get_mut(&credit.session) {
            *balance += if log.variations.name(credit.ranker) == treatment {
                1
            } else {
                -1
            };
        }
    }
    let mut tally = Tally::default();
    for balance in visits.values() {
        match balance.signum() {
            1 => tally.wins += 1,
            0 => tally.ties += 1,
            _ => tally.losses += 1,
        }
    }
    let interval = tally.interval(alpha);
    let end = |time: Option<i64>| time.map(crate::ingest::iso).unwrap_or_default();
    Some(Comparison {
        experiment: key.into(),
        control: base.into(),
        treatment: treatment.into(),
        from: end(drafts().map(|draft| draft.time).min()),
        to: end(drafts().map(|draft| draft.time).max()),
        units: units.len() as u64,
        lists,
        competitive,
        tally,
        share: tally.share(),
        interval,
        p: tally.p(),
        preferred: match () {
            () if interval.low > 0.5 => Preference::Treatment,
            () if interval.high < 0.5 => Preference::Control,
            () => Preference::Open,
        },
    })
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
