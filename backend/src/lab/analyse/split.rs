//! Sample ratio mismatch (Fabijan et al., KDD 2019): whether the counts of variations fit the planned shares, as a whole
//! and among units of one day, one browser and one entry page.
//!
//! A loss of exposures that spares one browser or one page can hide in the whole. Groups are what was so before the
//! experiment could change it: the day of the first exposure, the browser, and the first page of the visit. A group is
//! tested where at least [`FEWEST`] units of each variation are expected by plan; browsers with fewer are put together, and
//! pages with the others of their section (`/p/1` with `/p/…`, that with `/…`). With more tests one of them fails by
//! chance: the probability of each is multiplied by how many groups there are of all three kinds (Bonferroni), so that a
//! sound experiment is stopped by any of them in one case of a thousand, and by the whole in another.

use std::collections::BTreeMap;

use serde::Serialize;

use super::browser::Browser;
use super::difference::sample_ratio;
use super::member::Member;
use super::plan::DAY_MS;

/// Below this the assignment, or what is reported of it, is taken to be broken.
pub const SRM_LEVEL: f64 = 0.001;
/// Units of a variation below which a ratio of variations is not tested.
pub const FEWEST: f64 = 8.0;
/// Groups of one kind that are shown by themselves: those with the smallest probabilities.
const MOST_SHOWN: usize = 20;

/// What the counts of an experiment say of its split.
#[derive(Debug, Serialize)]
pub struct SampleRatio {
    /// The probability of such counts, of all units.
    pub p: f64,
    /// Neither the whole nor a group fails.
    pub passed: bool,
    /// Groups that were tested, of all kinds.
    pub tests: usize,
    pub by: Vec<Kind>,
}

/// What groups are made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    Day,
    Browser,
    EntryPage,
}

/// Groups of one kind.
#[derive(Debug, Serialize)]
pub struct Kind {
    pub by: By,
    /// Units of which it is not known: their messages do not say it.
    pub unknown: u64,
    pub tested: usize,
    /// Tested groups, the smallest probability first, and no more than are shown.
    pub groups: Vec<Group>,
}

#[derive(Debug, Serialize)]
pub struct Group {
    /// `–` for units of which it is not known.
    pub value: String,
    /// By variation, as they are listed.
    pub units: Vec<u64>,
    pub p: f64,
    /// Times the number of tests.
    pub p_corrected: f64,
}

impl Group {
    pub fn failed(&self) -> bool {
        self.p_corrected < SRM_LEVEL
    }
}

impl SampleRatio {
    /// Groups that fail, with what they are made by.
    pub fn failing(&self) -> impl Iterator<Item = (By, &Group)> {
        let groups = |kind: &'_ Kind| kind.by;
        self.by.iter().flat_map(move |kind| {
            let by = groups(kind);
            kind.groups
                .iter()
                .filter(|group| group.failed())
                .map(move |group| (by, group))
        })
    }
}

/// Units by variation.
type Counts = Vec<f64>;

/// Counts of units by what may be wrong for some of them only.
#[derive(Debug, Default)]
pub struct Split {
    days: BTreeMap<i64, Counts>,
    browsers: BTreeMap<Option<Browser>, Counts>,
    pages: BTreeMap<Option<Box<str>>, Counts>,
}

impl Split {
    /// Counts a unit of a variation, of so many.
    pub fn add(&mut self, member: &Member, arm: usize, arms: usize) {
        let count = |counts: &mut Counts| {
            counts.resize(arms, 0.0);
            counts[arm] += 1.0;
        };
        count(
            self.days
                .entry(member.since.div_euclid(DAY_MS))
                .or_default(),
        );
        count(self.browsers.entry(member.browser()).or_default());
        let page = member.entry();
        match self
            .pages
            .get_mut(&page.map(Box::from) as &Option<Box<str>>)
        {
            Some(counts) => count(counts),
            None => count(self.pages.entry(page.map(Box::from)).or_default()),
        }
    }

    /// Tests all; counts and weights are those of the variations in the given order.
    pub fn test(&self, order: &[usize], all: &[f64], weights: &[f64]) -> SampleRatio {
        let total: f64 = weights.iter().sum();
        let enough = |counts: &Counts| {
            let units: f64 = counts.iter().sum();
            let mut planned = weights.iter().filter(|weight| **weight > 0.0);
            planned.all(|weight| units * weight / total >= FEWEST)
        };
        let days = self.days.iter();
        let days = days.map(|(day, counts)| (super::date(*day), counts.clone()));
        let kinds = [
            (By::Day, 0.0, days.collect()),
            (
                By::Browser,
                unknown(&self.browsers),
                browsers(&self.browsers, &enough),
            ),
            (
                By::EntryPage,
                unknown(&self.pages),
                pages(&self.pages, &enough),
            ),
        ];
        let kinds = kinds.map(
            |(by, unknown, mut groups): (By, f64, BTreeMap<String, Counts>)| {
                groups.retain(|_, counts| enough(counts));
                // One group of all is the whole, which is tested already.
                let everybody: f64 = all.iter().sum();
                groups.retain(|_, counts| counts.iter().sum::<f64>() < everybody);
                (by, unknown, groups)
            },
        );
        let tests = kinds.iter().map(|(_, _, groups)| groups.len()).sum();
        let by: Vec<Kind> = kinds
            .into_iter()
            .map(|(by, unknown, groups)| {
                let tested = groups.len();
                let group = |(value, counts): (String, Counts)| {
                    let p = sample_ratio(&counts, weights);
                    Group {
                        value,
                        units: order.iter().map(|arm| counts[*arm] as u64).collect(),
                        p,
                        p_corrected: (p * tests as f64).min(1.0),
                    }
                };
                let mut groups: Vec<Group> = groups.into_iter().map(group).collect();
                groups.sort_by(|one, other| one.p.total_cmp(&other.p));
                let failed = groups.iter().filter(|group| group.failed()).count();
                groups.truncate(MOST_SHOWN.max(failed));
                Kind {
                    by,
                    unknown: unknown as u64,
                    tested,
                    groups,
                }
            })
            .collect();
        let p = sample_ratio(all, weights);
        let failed = by.iter().flat_map(|kind| &kind.groups).any(Group::failed);
        SampleRatio {
            p,
            passed: p >= SRM_LEVEL && !failed,
            tests,
            by,
        }
    }
}

fn unknown<K: Ord>(counts: &BTreeMap<Option<K>, Counts>) -> f64 {
    counts.get(&None).map_or(0.0, |counts| counts.iter().sum())
}

fn add(sum: &mut Counts, counts: &Counts) {
    sum.resize(counts.len(), 0.0);
    for (sum, count) in sum.iter_mut().zip(counts) {
        *sum += count;
    }
}

/// What is shown of units of which a thing is not known.
const UNKNOWN: &str = "–";

fn browsers(
    counts: &BTreeMap<Option<Browser>, Counts>,
    enough: &dyn Fn(&Counts) -> bool,
) -> BTreeMap<String, Counts> {
    let mut groups: BTreeMap<String, Counts> = BTreeMap::new();
    for (browser, counts) in counts {
        let name = match browser {
            None => UNKNOWN,
            Some(browser) if enough(counts) => browser.name(),
            Some(_) => "another",
        };
        add(groups.entry(name.into()).or_default(), counts);
    }
    groups
}

/// Pages with enough units, the others by their sections.
fn pages(
    counts: &BTreeMap<Option<Box<str>>, Counts>,
    enough: &dyn Fn(&Counts) -> bool,
) -> BTreeMap<String, Counts> {
    let mut groups: BTreeMap<String, Counts> = BTreeMap::new();
    for (page, counts) in counts {
        let page = match page.as_deref() {
            None => UNKNOWN,
            Some("/") => "/",
            Some(page) => page.trim_end_matches('/'),
        };
        add(groups.entry(page.to_owned()).or_default(), counts);
    }
    let deepest = groups.keys().map(|page| depth(page)).max().unwrap_or(0);
    for level in (1..=deepest).rev() {
        let small: Vec<String> = (groups.iter())
            .filter(|(page, counts)| *page != UNKNOWN && depth(page) == level && !enough(counts))
            .map(|(page, _)| page.clone())
            .collect();
        for page in small {
            if let Some(counts) = groups.remove(&page) {
                add(groups.entry(section(&page)).or_default(), &counts);
            }
        }
    }
    groups
}

const REST: &str = "/…";

/// Steps from the root: 1 for `/cart` and `/p/…`, 2 for `/p/1`.
fn depth(page: &str) -> usize {
    page.strip_suffix(REST).unwrap_or(page).matches('/').count()
}

/// The section of a page: `/p/…` of `/p/1`, `/…` of `/p/…`.
fn section(page: &str) -> String {
    let page = page.strip_suffix(REST).unwrap_or(page);
    let above = page.rsplit_once('/').map_or("", |(above, _)| above);
    format!("{above}{REST}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_with_few_units_are_put_together_by_section() {
        let some = |page: &str, units: f64| (Some(Box::from(page)), vec![units, units]);
        let counts = BTreeMap::from([
            some("/", 50.0),
            some("/cart/", 4.0),
            some("/p/1", 5.0),
            some("/p/2", 5.0),
            some("/p/3", 40.0),
            some("/a/b/c", 1.0),
            some("/a/b/d", 2.0),
            (None, vec![1.0, 0.0]),
        ]);
        let enough = |counts: &Counts| counts.iter().all(|count| *count >= 8.0);
        let groups = pages(&counts, &enough);
        let found: Vec<(&str, f64)> = groups
            .iter()
            .map(|(page, counts)| (page.as_str(), counts[0]))
            .collect();
        assert_eq!(
            found,
            [
                ("/", 50.0),
                ("/p/3", 40.0),
                ("/p/…", 10.0),
                ("/…", 7.0),
                ("–", 1.0)
            ]
        );
    }

    #[test]
    fn a_loss_in_one_browser_stops_what_passes_as_a_whole() {
        let (firefox, safari) = (Browser::of("Firefox"), Browser::of("Safari"));
        let split = Split {
            days: BTreeMap::from([(1, vec![5000.0, 4930.0]), (2, vec![5000.0, 4930.0])]),
            browsers: BTreeMap::from([
                (firefox, vec![9000.0, 9020.0]),
                (safari, vec![1000.0, 840.0]),
                (Browser::of("Edge"), vec![3.0, 2.0]),
            ]),
            pages: BTreeMap::from([(None, vec![10_003.0, 9862.0])]),
        };
        let ratio = split.test(&[1, 0], &[10_003.0, 9862.0], &[1.0, 1.0]);
        assert!(ratio.p > SRM_LEVEL && !ratio.passed, "{ratio:?}");
        assert_eq!(ratio.tests, 4);
        let failing: Vec<_> = ratio.failing().collect();
        let [(By::Browser, group)] = failing[..] else {
            panic!("{failing:?}")
        };
        assert_eq!(
            (group.value.as_str(), &group.units[..]),
            ("Safari", &[840, 1000][..])
        );
        assert!(
            (group.p_corrected - 4.0 * sample_ratio(&[1000.0, 840.0], &[1.0, 1.0])).abs() < 1e-12
        );
        // What no message says is not tested a second time as a group of all.
        assert_eq!((ratio.by[2].unknown, ratio.by[2].tested), (19_865, 0));
    }
}
