//! From a log to the read-out of one experiment.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::difference::{Difference, Interval, TUNED_FOR, benjamini_hochberg, holm, sample_ratio};
use super::moments::{Estimate, Sums};
use super::read::{Log, Outcome};

/// When, of which unit, and its outcome; an exposure has none.
type Step = (i64, u32, Option<(Outcome, f64)>);

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Below this the assignment, or what is reported of it, is taken to be broken.
pub const SRM_LEVEL: f64 = 0.001;
/// Units of a variation below which a ratio of variations is not tested.
const FEWEST: f64 = 8.0;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Units with an order.
    Conversion,
    /// Revenue of a unit.
    Revenue,
    /// Orders of a unit.
    Orders,
    /// Units with an item added to the cart.
    Cart,
    /// Revenue of an order: a ratio of sums.
    OrderValue,
    /// Clicks of a list shown: a ratio of sums.
    ListClicks,
}

impl Metric {
    pub const ALL: [Metric; 6] = [
        Metric::Conversion,
        Metric::Revenue,
        Metric::Orders,
        Metric::Cart,
        Metric::OrderValue,
        Metric::ListClicks,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Metric::Conversion => "conversion",
            Metric::Revenue => "revenue",
            Metric::Orders => "orders",
            Metric::Cart => "cart",
            Metric::OrderValue => "order-value",
            Metric::ListClicks => "list-clicks",
        }
    }

    fn is_ratio(self) -> bool {
        matches!(self, Metric::OrderValue | Metric::ListClicks)
    }

    /// Numerator and denominator of what a unit did.
    fn of(self, did: &Did, cap: f64) -> (f64, f64) {
        let one = |count: f64| f64::from(u8::from(count > 0.0));
        match self {
            Metric::Conversion => (one(did.orders), 1.0),
            Metric::Revenue => (did.revenue.min(cap), 1.0),
            Metric::Orders => (did.orders, 1.0),
            Metric::Cart => (one(did.added), 1.0),
            Metric::OrderValue => (did.revenue.min(cap), did.orders),
            Metric::ListClicks => (did.clicked, did.shown),
        }
    }
}

/// What a unit did in a time.
#[derive(Clone, Copy, Debug, Default)]
struct Did {
    orders: f64,
    revenue: f64,
    added: f64,
    shown: f64,
    clicked: f64,
}

impl Did {
    fn add(&mut self, outcome: Outcome, amount: f64) {
        match outcome {
            Outcome::Order => {
                self.orders += 1.0;
                self.revenue += amount;
            }
            Outcome::Added => self.added += 1.0,
            Outcome::Shown => self.shown += 1.0,
            Outcome::Clicked => self.clicked += 1.0,
        }
    }
}

/// How to read an experiment.
#[derive(Clone, Debug)]
pub struct Plan {
    pub control: Option<String>,
    /// Shares by variation; equal ones where there are none.
    pub weights: BTreeMap<String, f64>,
    pub metrics: Vec<Metric>,
    /// Metrics that must not get worse by more than this share.
    pub guardrails: Vec<(Metric, f64)>,
    pub alpha: f64,
    /// Days after exposure that count; all where there is none.
    pub window: Option<f64>,
    /// Days before exposure that stand for what a unit does anyway; 0 for no adjustment.
    pub before: f64,
    /// The quantile at which revenue is cut.
    pub cap: f64,
    pub correction: Correction,
}

/// What many metrics are corrected by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Correction {
    /// Holm: family-wise error rate.
    Holm,
    /// Benjamini–Hochberg: false discovery rate.
    Bh,
}

#[derive(Debug, Serialize)]
pub struct Readout {
    pub experiment: String,
    pub from: String,
    pub to: String,
    pub units: u64,
    /// Units seen in two variations, which are counted in none.
    pub dropped: u64,
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

/// Units of one kind.
#[derive(Debug, Serialize)]
pub struct Part {
    /// `–` for units of which it was not known.
    pub value: String,
    /// Of the control and the treatment.
    pub units: [u64; 2],
    /// The probability of such counts.
    pub sample_ratio: f64,
    /// None where there are too few, or the counts are not as planned.
    pub reading: Option<Reading>,
    /// Corrected by Holm for all kinds.
    pub p_corrected: f64,
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

#[derive(Debug, Serialize)]
pub struct SampleRatio {
    pub p: f64,
    pub passed: bool,
    /// Days on which it fails by itself, corrected for how many days there are.
    pub bad_days: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Comparison {
    pub metric: Metric,
    pub variation: String,
    pub control: f64,
    pub treatment: f64,
    pub absolute: Reading,
    pub relative: Reading,
    /// Share of the variance that what units did before explains.
    pub cuped: Option<Reading>,
    pub variance_explained: f64,
    /// Of the relative difference, corrected for all comparisons.
    pub p_corrected: f64,
    pub chance_to_win: f64,
    /// Relative loss of choosing the control, and the treatment, where that is the wrong one.
    pub risk: [f64; 2],
}

/// A difference as people read it.
#[derive(Debug, Serialize)]
pub struct Reading {
    pub estimate: f64,
    pub interval: Interval,
    pub p: f64,
    /// Holds at every look.
    pub anytime: Interval,
    pub anytime_p: f64,
}

impl Reading {
    fn of(difference: &Difference, alpha: f64) -> Reading {
        Reading {
            estimate: difference.estimate,
            interval: difference.interval(alpha),
            p: difference.p(),
            anytime: difference.anytime(alpha, TUNED_FOR),
            anytime_p: difference.anytime_p(alpha, TUNED_FOR),
        }
    }
}

#[derive(Debug, Serialize)]
pub struct Guardrail {
    pub metric: Metric,
    pub variation: String,
    pub margin: f64,
    pub estimate: f64,
    /// One-sided: small shows that it is not worse by the margin.
    pub p: f64,
    pub passed: bool,
}

#[derive(Debug, Serialize)]
pub struct Day {
    pub day: String,
    pub units: u64,
    pub estimate: f64,
    pub anytime: Interval,
}

/// A unit in an experiment.
struct Unit {
    arm: usize,
    since: i64,
    after: Did,
    before: Did,
}

/// Units of an experiment by number, and how many were in two variations.
fn exposed(log: &Log, experiment: u32, arms: &mut Vec<u32>) -> (HashMap<u32, Unit>, u64) {
    let mut units: HashMap<u32, Unit> = HashMap::new();
    let mut twice = HashSet::new();
    for exposure in &log.exposures {
        if exposure.experiment != experiment {
            continue;
        }
        let arm = arms
            .iter()
            .position(|arm| *arm == exposure.variation)
            .unwrap_or_else(|| {
                arms.push(exposure.variation);
                arms.len() - 1
            });
        let unit = units.entry(exposure.unit).or_insert(Unit {
            arm,
            since: exposure.time,
            after: Did::default(),
            before: Did::default(),
        });
        if unit.arm != arm {
            twice.insert(exposure.unit);
        }
    }
    units.retain(|unit, _| !twice.contains(unit));
    (units, twice.len() as u64)
}

impl Plan {
    /// What a look without wishes reads.
    pub fn usual() -> Plan {
        Plan {
            control: None,
            weights: BTreeMap::new(),
            metrics: vec![
                Metric::Conversion,
                Metric::Revenue,
                Metric::OrderValue,
                Metric::ListClicks,
            ],
            guardrails: Vec::new(),
            alpha: 0.05,
            window: None,
            before: 28.0,
            cap: 0.999,
            correction: Correction::Holm,
        }
    }

    fn window_ms(&self) -> i64 {
        self.window
            .map_or(i64::MAX / 4, |days| (days * DAY_MS as f64) as i64)
    }

    /// Reads one experiment out; nothing for one that nobody was exposed to.
    pub fn read(&self, log: &Log, experiment: &str) -> Option<Readout> {
        let number = log.experiments.find(experiment)?;
        let mut arms = Vec::new();
        let (mut units, dropped) = exposed(log, number, &mut arms);
        // Variations by name, the control first.
        let mut order: Vec<usize> = (0..arms.len()).collect();
        let name = |arm: usize| log.variations.name(arms[arm]);
        order.sort_by_key(|arm| {
            (
                self.control.as_deref() != Some(name(*arm)),
                name(*arm).to_owned(),
            )
        });
        let window = self.window_ms();
        let before = (self.before * DAY_MS as f64) as i64;
        for event in &log.events {
            if let Some(unit) = units.get_mut(&event.unit) {
                let since = event.time - unit.since;
                if (0..window).contains(&since) {
                    unit.after.add(event.outcome, event.amount);
                } else if (-before..0).contains(&since) {
                    unit.before.add(event.outcome, event.amount);
                }
            }
        }
        let cap = self.cap_of(&units);
        let mut all = vec![0.0; arms.len()];
        for unit in units.values() {
            all[unit.arm] += 1.0;
        }
        let weights: Vec<f64> = (0..arms.len())
            .map(|arm| {
                self.weights
                    .get(name(arm))
                    .copied()
                    .unwrap_or(if self.weights.is_empty() { 1.0 } else { 0.0 })
            })
            .collect();
        let ratio = self.sample_ratio(&units, &all, &weights);
        let total: f64 = weights.iter().sum();
        let variations = order
            .iter()
            .map(|arm| Variation {
                name: name(*arm).into(),
                units: all[*arm] as u64,
                weight: weights[*arm] / total,
                control: order[0] == *arm,
            })
            .collect();
        let ends = |time: Option<i64>| time.map(crate::ingest::iso).unwrap_or_default();
        let mut readout = Readout {
            experiment: experiment.into(),
            from: ends(units.values().map(|unit| unit.since).min()),
            to: ends(units.values().map(|unit| unit.since).max()),
            units: units.len() as u64,
            dropped,
            variations,
            sample_ratio: ratio,
            revenue_cap: cap,
            alpha: self.alpha,
            comparisons: Vec::new(),
            guardrails: Vec::new(),
            days: Vec::new(),
            parts: Vec::new(),
            verdict: Verdict::NotEnough,
        };
        if !readout.sample_ratio.passed {
            readout.verdict = Verdict::SampleRatioMismatch;
            return Some(readout);
        }
        if order.len() < 2 || all.iter().any(|count| *count < FEWEST) {
            return Some(readout);
        }
        for treatment in &order[1..] {
            self.compare(
                &units,
                cap,
                order[0],
                *treatment,
                name(*treatment),
                &mut readout,
            );
        }
        let p: Vec<f64> = readout
            .comparisons
            .iter()
            .map(|comparison| comparison.best().p)
            .collect();
        let corrected = match self.correction {
            Correction::Holm => holm(&p),
            Correction::Bh => benjamini_hochberg(&p),
        };
        for (comparison, p) in readout.comparisons.iter_mut().zip(corrected) {
            comparison.p_corrected = p;
        }
        readout.parts = self.parts(log, &units, cap, [order[0], order[1]], &weights);
        readout.days = self.days(log, number, &units, cap, order[0], order[1]);
        readout.verdict = readout.comparisons.first().map_or(Verdict::Open, |first| {
            // What holds at every look: nobody knows how often this was looked at.
            let interval = first.best().anytime;
            match () {
                () if interval.low > 0.0 => Verdict::Better,
                () if interval.high < 0.0 => Verdict::Worse,
                () => Verdict::Open,
            }
        });
        Some(readout)
    }

    /// The revenue above which a unit's is cut: a quantile of all units that bought, whatever their variation.
    fn cap_of(&self, units: &HashMap<u32, Unit>) -> f64 {
        let mut revenues: Vec<f64> = units
            .values()
            .map(|unit| unit.after.revenue)
            .filter(|revenue| *revenue > 0.0)
            .collect();
        revenues.sort_by(f64::total_cmp);
        let at = (revenues.len() as f64 * self.cap).ceil() as usize;
        revenues
            .get(at.saturating_sub(1))
            .copied()
            .unwrap_or(f64::MAX)
    }

    fn sample_ratio(
        &self,
        units: &HashMap<u32, Unit>,
        all: &[f64],
        weights: &[f64],
    ) -> SampleRatio {
        let p = sample_ratio(all, weights);
        let mut days: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        for unit in units.values() {
            let day = days
                .entry(unit.since.div_euclid(DAY_MS))
                .or_insert_with(|| vec![0.0; all.len()]);
            day[unit.arm] += 1.0;
        }
        let level = SRM_LEVEL / days.len().max(1) as f64;
        let bad = days
            .iter()
            .filter(|(_, counts)| sample_ratio(counts, weights) < level);
        SampleRatio {
            p,
            passed: p >= SRM_LEVEL,
            bad_days: bad.map(|(day, _)| date(*day)).collect(),
        }
    }

    fn compare(
        &self,
        units: &HashMap<u32, Unit>,
        cap: f64,
        control: usize,
        treatment: usize,
        name: &str,
        readout: &mut Readout,
    ) {
        let sums = |metric: Metric, arm: usize| {
            let mut sums = Sums::default();
            for unit in units.values().filter(|unit| unit.arm == arm) {
                let (x, d) = metric.of(&unit.after, cap);
                let (p, _) = metric.of(&unit.before, cap);
                sums.add(x, d, p);
            }
            sums
        };
        let estimates = |metric: Metric| {
            let (control, treatment) = (sums(metric, control), sums(metric, treatment));
            let plain = |sums: &Sums| {
                if metric.is_ratio() {
                    sums.ratio()
                } else {
                    sums.mean()
                }
            };
            let theta = if metric.is_ratio() || self.before == 0.0 {
                0.0
            } else {
                control.theta(&treatment)
            };
            let adjusted =
                (theta != 0.0).then(|| (control.adjusted(theta), treatment.adjusted(theta)));
            (plain(&control), plain(&treatment), adjusted)
        };
        let sound = |estimate: &Estimate| {
            estimate.mean.is_finite() && estimate.mean > 0.0 && estimate.variance > 0.0
        };
        for metric in &self.metrics {
            let (control, treatment, adjusted) = estimates(*metric);
            if !sound(&control) || !treatment.mean.is_finite() {
                continue;
            }
            let relative = Difference::relative(&control, &treatment);
            let cuped =
                adjusted.map(|(control, treatment)| Difference::relative(&control, &treatment));
            let best = cuped.unwrap_or(relative);
            readout.comparisons.push(Comparison {
                metric: *metric,
                variation: name.into(),
                control: control.mean,
                treatment: treatment.mean,
                absolute: Reading::of(&Difference::absolute(&control, &treatment), self.alpha),
                relative: Reading::of(&relative, self.alpha),
                variance_explained: 1.0 - (best.error / relative.error).powi(2),
                cuped: cuped.map(|cuped| Reading::of(&cuped, self.alpha)),
                p_corrected: 1.0,
                chance_to_win: best.chance_to_win(),
                risk: best.risk(),
            });
        }
        for (metric, margin) in &self.guardrails {
            let (control, treatment, adjusted) = estimates(*metric);
            if !sound(&control) || !treatment.mean.is_finite() {
                continue;
            }
            let (control, treatment) = adjusted.unwrap_or((control, treatment));
            let difference = Difference::relative(&control, &treatment);
            let p = difference.not_worse(*margin);
            readout.guardrails.push(Guardrail {
                metric: *metric,
                variation: name.into(),
                margin: *margin,
                estimate: difference.estimate,
                p,
                passed: p < self.alpha,
            });
        }
    }

    /// The first metric of the units of each kind.
    fn parts(
        &self,
        log: &Log,
        units: &HashMap<u32, Unit>,
        cap: f64,
        arms: [usize; 2],
        weights: &[f64],
    ) -> Vec<Part> {
        let (Some(metric), false) = (self.metrics.first(), log.cuts.all().is_empty()) else {
            return Vec::new();
        };
        let mut sums: BTreeMap<Option<u32>, [Sums; 2]> = BTreeMap::new();
        for (number, unit) in units {
            if let Some(arm) = arms.iter().position(|arm| *arm == unit.arm) {
                let (x, d) = metric.of(&unit.after, cap);
                let of = sums.entry(log.cut(*number, unit.since)).or_default();
                of[arm].add(x, d, 0.0);
            }
        }
        let level = SRM_LEVEL / sums.len() as f64;
        let mut parts: Vec<Part> = Vec::new();
        for (value, sums) in &sums {
            let counts = sums.each_ref().map(|sums| sums.n);
            let planned = arms.map(|arm| weights[arm]);
            let ratio = sample_ratio(&counts, &planned);
            let [control, treatment] = sums.each_ref().map(|sums| match metric.is_ratio() {
                true => sums.ratio(),
                false => sums.mean(),
            });
            let sound = ratio >= level
                && counts.iter().all(|count| *count >= FEWEST)
                && control.mean.is_finite()
                && control.mean > 0.0
                && control.variance > 0.0
                && treatment.mean.is_finite();
            let reading =
                sound.then(|| Reading::of(&Difference::relative(&control, &treatment), self.alpha));
            parts.push(Part {
                value: value.map_or("–".into(), |value| log.cuts.name(value).into()),
                units: counts.map(|count| count as u64),
                sample_ratio: ratio,
                reading,
                p_corrected: 1.0,
            });
        }
        parts.sort_by(|one, other| one.value.cmp(&other.value));
        let tested = parts
            .iter()
            .filter_map(|part| Some(part.reading.as_ref()?.p));
        let mut corrected = holm(&tested.collect::<Vec<_>>()).into_iter();
        for part in parts.iter_mut().filter(|part| part.reading.is_some()) {
            part.p_corrected = corrected.next().unwrap_or(1.0);
        }
        parts
    }

    /// The first metric as it was known at the end of each day.
    fn days(
        &self,
        log: &Log,
        experiment: u32,
        units: &HashMap<u32, Unit>,
        cap: f64,
        control: usize,
        treatment: usize,
    ) -> Vec<Day> {
        let Some(metric) = self.metrics.first() else {
            return Vec::new();
        };
        let window = self.window_ms();
        let mut so_far: HashMap<u32, Did> = HashMap::new();
        let mut sums = [Sums::default(), Sums::default()];
        let arm = |unit: &Unit| [control, treatment].iter().position(|arm| *arm == unit.arm);
        // Exposures and outcomes in one order of time.
        let mut steps: Vec<Step> = Vec::new();
        for exposure in log
            .exposures
            .iter()
            .filter(|exposure| exposure.experiment == experiment)
        {
            steps.push((exposure.time, exposure.unit, None));
        }
        for event in &log.events {
            let inside = units
                .get(&event.unit)
                .is_some_and(|unit| (0..window).contains(&(event.time - unit.since)));
            if inside {
                steps.push((event.time, event.unit, Some((event.outcome, event.amount))));
            }
        }
        steps.sort_by_key(|step| step.0);
        let mut days: Vec<Day> = Vec::new();
        let mut take = |sums: &[Sums; 2], day: i64| {
            let [control, treatment] = sums.map(|sums| {
                if metric.is_ratio() {
                    sums.ratio()
                } else {
                    sums.mean()
                }
            });
            let difference = Difference::relative(&control, &treatment);
            let anytime = difference.anytime(self.alpha, TUNED_FOR);
            if sums.iter().all(|sums| sums.n >= FEWEST)
                && anytime.low.is_finite()
                && anytime.high.is_finite()
            {
                days.push(Day {
                    day: date(day),
                    units: (control.n + treatment.n) as u64,
                    estimate: difference.estimate,
                    anytime,
                });
            }
        };
        let mut today = None;
        for (time, number, what) in steps {
            let day = time.div_euclid(DAY_MS);
            if today.is_some_and(|today| today != day) {
                take(&sums, today.unwrap_or(day));
            }
            today = Some(day);
            let Some((unit, arm)) = units.get(&number).and_then(|unit| Some((unit, arm(unit)?)))
            else {
                continue;
            };
            let (before, _) = metric.of(&unit.before, cap);
            let known = so_far.contains_key(&number);
            let did = so_far.entry(number).or_default();
            if known {
                let (x, d) = metric.of(did, cap);
                sums[arm].remove(x, d, before);
            }
            if let Some((outcome, amount)) = what {
                did.add(outcome, amount);
            }
            let (x, d) = metric.of(did, cap);
            sums[arm].add(x, d, before);
        }
        if let Some(today) = today {
            take(&sums, today);
        }
        days
    }
}

impl Comparison {
    /// The reading with the least variance.
    pub fn best(&self) -> &Reading {
        self.cuped.as_ref().unwrap_or(&self.relative)
    }
}

fn date(day: i64) -> String {
    crate::ingest::iso(day * DAY_MS).chars().take(10).collect()
}
