//! When the next order comes, and when a product or category is bought again: the engine's dates beside those of naive
//! intervals.
//!
//! A span of a month cannot show when a cycle of two months is over, and of those cycles it would only show the early
//! ones: asked are cycles of at most half the span, told by the days before the cut. Nothing comes before tomorrow,
//! whoever foresees it.

use serde::Serialize;
use tillside::shopper::cycle::gamma::Interval;

use super::history::{Asked, Cut, LEAST};
use super::score::{Score, mean, median, score, share};

/// A date is near within this part of the cycle.
const NEAR: f64 = 0.2;
/// Days that the probability of a due list speaks of.
const WEEK: i32 = 7;

/// Dates of one method.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dates {
    pub name: &'static str,
    pub median_error_days: f64,
    pub mean_error_days: f64,
    /// Median error as a share of the cycle.
    pub median_error_of_cycle: f64,
    /// The share that is off by at most a fifth of the cycle.
    pub near: f64,
}

/// The middle half, in whole days, of what came in the span: the share that it should hold and does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Window {
    pub nominal: f64,
    pub observed: f64,
    pub mean_days: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timing {
    /// Cycles of at most half the span, and how many of them went on in the span.
    pub asked: usize,
    pub came: usize,
    pub dates: Vec<Dates>,
    pub window: Window,
}

/// One thing that comes again.
struct Moment {
    /// Days from the cut.
    actual: f64,
    cycle: f64,
    /// The model, the mean of all intervals, the own mean, the last interval.
    foreseen: [f64; 4],
    window: [f64; 2],
    nominal: f64,
}

const NAMES: [&str; 4] = [
    "model",
    "overall mean interval",
    "own mean interval",
    "last interval",
];

/// What is foreseen of one history of days.
fn moment(days: &[i32], interval: &Interval, overall: f64, actual: i32, cut: Cut) -> Moment {
    let last = days[days.len() - 1];
    let elapsed = f64::from(cut.last - last);
    let cycle = f64::from(last - days[0]) / (days.len() - 1) as f64;
    let newest = f64::from(last - days[days.len() - 2]);
    let window = [0.25, 0.75].map(|p| interval.day(elapsed, p) - elapsed);
    // Whole days, as a page shows them, and how often they should be right of what comes in the span.
    let [from, to] = window.map(|day| day.round().max(1.0));
    let by = |day: f64| interval.within(elapsed, day.min(f64::from(cut.days) + 0.5));
    let all = by(f64::INFINITY) - by(0.5);
    let nominal = if all > 1e-9 {
        (by(to + 0.5) - by(from - 0.5)) / all
    } else {
        1.0
    };
    let naive = [overall, cycle, newest].map(|every| every - elapsed);
    let [overall, own, newest] = naive;
    let middle = interval.day(elapsed, 0.5) - elapsed;
    Moment {
        actual: f64::from(actual - cut.last),
        cycle,
        foreseen: [middle, overall, own, newest].map(|day| day.max(1.0)),
        window: [from, to],
        nominal,
    }
}

fn timing(asked: usize, moments: &[Moment]) -> Timing {
    let dates = NAMES.iter().enumerate().map(|(n, name)| {
        let off = |one: &Moment| (one.foreseen[n] - one.actual).abs();
        let part = |one: &Moment| off(one) / one.cycle;
        Dates {
            name,
            median_error_days: median(moments.iter().map(off).collect()),
            mean_error_days: mean(moments.iter().map(off)),
            median_error_of_cycle: median(moments.iter().map(part).collect()),
            near: share(moments.iter().map(|one| part(one) <= NEAR)),
        }
    });
    let inside = |one: &Moment| (one.window[0]..=one.window[1]).contains(&one.actual);
    Timing {
        asked,
        came: moments.len(),
        dates: dates.collect(),
        window: Window {
            nominal: mean(moments.iter().map(|one| one.nominal)),
            observed: share(moments.iter().map(inside)),
            mean_days: mean(
                moments
                    .iter()
                    .map(|one| one.window[1] - one.window[0] + 1.0),
            ),
        },
    }
}

/// Days, what the engine says of the next interval, and the first day after the cut.
type History<'a> = (&'a [i32], Option<&'a Interval>, Option<i32>);

fn of<'a>(histories: impl Iterator<Item = History<'a>> + Clone, cut: Cut) -> Timing {
    let often = histories.filter(|one| one.0.len() >= LEAST);
    let gaps = often.clone().flat_map(|(days, ..)| days.windows(2));
    let overall = mean(gaps.map(|two| f64::from(two[1] - two[0])));
    let short = often.filter(|(days, ..)| {
        let cycle = f64::from(days[days.len() - 1] - days[0]) / (days.len() - 1) as f64;
        cycle <= f64::from(cut.days) / 2.0
    });
    let mut asked = 0;
    let mut moments = Vec::new();
    for (days, interval, next) in short {
        let Some(interval) = interval else {
            continue;
        };
        asked += 1;
        if let Some(next) = next {
            moments.push(moment(days, interval, overall, next, cut));
        }
    }
    timing(asked, &moments)
}

/// The next order.
pub fn orders(asked: &[Asked], cut: Cut) -> Timing {
    let history = asked.iter().map(|one| {
        let next = one.later.first().copied();
        (&one.days[..], one.interval.as_ref(), next)
    });
    of(history, cut)
}

/// The next purchase of a product, or of a category.
pub fn lines(asked: &[Asked], cut: Cut, category: bool) -> Timing {
    let all = asked.iter().flat_map(|one| &one.lines);
    let all = all.filter(|line| line.category == category);
    let history = all.map(|line| {
        let interval = line.due.as_ref().map(|due| &due.interval);
        (&line.days[..], interval, line.next)
    });
    of(history, cut)
}

/// The probability that a line is bought within a week, beside the share of lines that were, a week before the cut.
pub fn due(asked: &[Asked], cut: Cut, category: bool) -> Vec<Score> {
    let lines = || {
        let all = asked.iter().flat_map(|one| &one.lines);
        all.filter(|line| line.category == category)
    };
    let before = cut.last - WEEK;
    let earlier = lines().filter_map(|line| {
        let at = line.days.partition_point(|day| *day <= before);
        (at >= LEAST).then_some(at < line.days.len())
    });
    let base = share(earlier);
    let pairs: Vec<(f64, bool)> = lines()
        .filter_map(|line| {
            let came = line.next.is_some_and(|day| day - cut.last <= WEEK);
            Some((line.due.as_ref()?.probability, came))
        })
        .collect();
    let naive: Vec<(f64, bool)> = pairs.iter().map(|pair| (base, pair.1)).collect();
    vec![score("model", &pairs), score("base rate", &naive)]
}
