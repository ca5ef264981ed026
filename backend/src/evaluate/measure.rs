//! Ranking metrics of a model, computed with the page's own recommender.
//!
//! Three protocols. *All*: the whole catalogue is ranked, and the answer may be an item the session has seen. *Others*:
//! the same, but the list leaves out the item that is being looked at, as nothing is gained by proposing it; a question
//! whose answer it is counts as missed. *New*: seen items are left out, as a shelf does, and only questions whose answer
//! was not seen are asked.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rayon::prelude::*;
use serde::Serialize;
use tillside::intake::{Event, Kind};
use tillside::recommend::{Placement, Recommender, Request};
use tillside::shop::Model;
use tillside::shopper::Shopper;

use crate::ingest::Interactions;

/// Length of the lists that are judged.
pub const LIMIT: usize = 20;

/// A second between views, from some time after 1970: only order matters.
pub(super) const START: i64 = 1_600_000_000_000;
const STEP: i64 = 1_000;

/// An item with fewer clicks than this is rare.
pub const RARE: u64 = 5;

/// What comes after these items?
#[derive(Clone, Debug, PartialEq)]
pub struct Question<'a> {
    /// Item keys, oldest first.
    pub prefix: &'a [String],
    pub target: &'a str,
}

impl Question<'_> {
    /// Whether the answer was not in the session yet.
    pub fn is_new(&self) -> bool {
        !self.prefix.iter().any(|key| key == self.target)
    }
}

/// The questions whose answer is rare in what was seen.
pub fn rare<'a>(questions: &[Question<'a>], seen: &Interactions) -> Vec<Question<'a>> {
    let mut clicks: HashMap<&str, u64> = HashMap::new();
    for event in seen.sessions.iter().flat_map(|session| &session.events) {
        *clicks.entry(&seen.items[event.item as usize]).or_default() += 1;
    }
    let clicks_on = |key: &str| clicks.get(key).copied().unwrap_or(0);
    let rare = |question: &&Question| clicks_on(question.target) < RARE;
    questions.iter().filter(rare).cloned().collect()
}

/// What may be on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    All,
    Others,
    New,
}

/// Metrics of one protocol. HR: the share of answers among the first k. MRR: the mean of 1/rank, 0 beyond k. NDCG
/// with a single answer is the mean of 1/log₂(1+rank). Coverage: the share of all items that were shown at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Metrics {
    #[serde(rename = "hr@5")]
    pub hr5: f64,
    #[serde(rename = "mrr@5")]
    pub mrr5: f64,
    #[serde(rename = "hr@10")]
    pub hr10: f64,
    #[serde(rename = "mrr@10")]
    pub mrr10: f64,
    #[serde(rename = "hr@20")]
    pub hr20: f64,
    #[serde(rename = "mrr@20")]
    pub mrr20: f64,
    #[serde(rename = "ndcg@20")]
    pub ndcg20: f64,
    #[serde(rename = "coverage@20")]
    pub coverage20: f64,
}

impl Metrics {
    /// From the rank of each answer, from 1, `None` where it was not on the list.
    fn new(ranks: &[Option<usize>], coverage20: f64) -> Metrics {
        let mean = |value: &dyn Fn(f64) -> f64, k: usize| {
            let ranks_in = ranks.iter().flatten().filter(|rank| **rank <= k);
            // Not `sum`, which of nothing is −0.
            let sum = ranks_in.fold(0.0, |sum, &rank| sum + value(rank as f64));
            sum / ranks.len().max(1) as f64
        };
        let hit = |_| 1.0;
        let reciprocal = |rank: f64| 1.0 / rank;
        Metrics {
            hr5: mean(&hit, 5),
            mrr5: mean(&reciprocal, 5),
            hr10: mean(&hit, 10),
            mrr10: mean(&reciprocal, 10),
            hr20: mean(&hit, 20),
            mrr20: mean(&reciprocal, 20),
            ndcg20: mean(&|rank| 1.0 / (1.0 + rank).log2(), 20),
            coverage20,
        }
    }
}

/// The answers to all questions.
pub struct Answers {
    pub metrics: Metrics,
    /// Nanoseconds of each call of `recommend`, in the order of the questions.
    pub nanoseconds: Vec<u32>,
}

/// A question as it is put to the recommender: by this shopper, with this request, now.
pub struct Asked<'a> {
    pub shopper: Shopper,
    pub request: Request<'a>,
    pub now: i64,
    pub target: &'a str,
}

/// Asks every question; `tick` is told how many more were answered.
pub fn ask(
    model: &Model,
    questions: &[Question],
    protocol: Protocol,
    tick: impl Fn(u64) + Sync,
) -> Answers {
    judge(model, questions, tick, |question| {
        asked(model, question, protocol)
    })
}

/// All questions, for [`ask_again`]: who asks is made only once.
pub fn prepare<'a>(
    model: &Model,
    questions: &[Question<'a>],
    protocol: Protocol,
) -> Vec<Asked<'a>> {
    let asked = |question| asked(model, question, protocol);
    questions.par_iter().with_min_len(64).map(asked).collect()
}

/// Asks any model that numbers items, categories and brands as the one does that these were made for.
pub fn ask_again(model: &Model, asked: &[Asked], tick: impl Fn(u64) + Sync) -> Answers {
    judge(model, asked, tick, |asked| asked)
}

fn asked<'a>(model: &Model, question: &Question<'a>, protocol: Protocol) -> Asked<'a> {
    let (shopper, now) = shopper_of(model, question.prefix);
    let mut request = Request::new(Placement::Home, LIMIT);
    request.keep_viewed = protocol != Protocol::New;
    request.skus = true;
    if protocol == Protocol::Others {
        request
            .exclude
            .extend(question.prefix.last().map(String::as_str));
    }
    Asked {
        shopper,
        request,
        now,
        target: question.target,
    }
}

/// Puts every question to the recommender.
pub(super) fn judge<'q, 'a: 'q, Q: Sync, A: Borrow<Asked<'a>>>(
    model: &Model,
    questions: &'q [Q],
    tick: impl Fn(u64) + Sync,
    put: impl Fn(&'q Q) -> A + Sync,
) -> Answers {
    let shown: Vec<AtomicBool> = (0..model.items()).map(|_| AtomicBool::new(false)).collect();
    let answers: Vec<(Option<usize>, u32)> = questions
        .par_iter()
        .with_min_len(64)
        .map_init(Recommender::default, |recommender, question| {
            let put = put(question);
            let asked = put.borrow();
            let started = Instant::now();
            let list = recommender.recommend(model, &asked.shopper, &asked.request, asked.now);
            let nanoseconds = started.elapsed().as_nanos().min(u32::MAX.into()) as u32;
            for entry in &list.entries {
                shown[entry.item as usize].store(true, Ordering::Relaxed);
            }
            tick(1);
            let target = model.find(asked.target);
            let at = list
                .entries
                .iter()
                .position(|entry| Some(entry.item) == target);
            (at.map(|at| at + 1), nanoseconds)
        })
        .collect();
    let ranks: Vec<Option<usize>> = answers.iter().map(|answer| answer.0).collect();
    let covered = shown
        .iter()
        .filter(|shown| shown.load(Ordering::Relaxed))
        .count();
    Answers {
        metrics: Metrics::new(&ranks, covered as f64 / model.items().max(1) as f64),
        nanoseconds: answers.iter().map(|answer| answer.1).collect(),
    }
}

/// Someone who viewed these items, one after another, and when it is then.
pub fn shopper_of(model: &Model, viewed: &[String]) -> (Shopper, i64) {
    let mut shopper = Shopper::default();
    for (key, n) in viewed.iter().zip(0..) {
        let event = Event::about(Kind::ProductViewed, START + STEP * n, [key]);
        shopper.learn(&event, Some(model));
    }
    (shopper, START + STEP * viewed.len() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{self, Interaction, Session};

    #[test]
    fn metrics_by_hand() {
        let metrics = Metrics::new(&[Some(1), Some(4), Some(10), None], 0.5);
        assert_eq!((metrics.hr5, metrics.hr10, metrics.hr20), (0.5, 0.75, 0.75));
        assert_eq!(metrics.mrr5, 1.25 / 4.0);
        assert!((metrics.mrr20 - 1.35 / 4.0).abs() < 1e-12);
        assert!(
            (metrics.ndcg20 - (1.0 + 1.0 / 5f64.log2() + 1.0 / 11f64.log2()) / 4.0).abs() < 1e-12
        );
        assert_eq!(metrics.coverage20, 0.5);
        assert_eq!(Metrics::new(&[], 0.0), Metrics::default());
    }

    #[test]
    fn a_question_is_new_when_its_answer_was_not_seen() {
        let prefix = ["a".to_owned(), "b".to_owned()];
        let question = |target| Question {
            prefix: &prefix,
            target,
        };
        assert!(question("c").is_new());
        assert!(!question("a").is_new());
    }

    #[test]
    fn an_answer_is_rare_below_five_clicks() {
        let session = |items: &[u32]| Session {
            shopper: 0,
            start: 0,
            events: items
                .iter()
                .map(|&item| Interaction {
                    item,
                    time: 0,
                    kind: ingest::Kind::View,
                })
                .collect(),
        };
        let seen = Interactions {
            items: vec!["a".into(), "b".into()],
            sessions: vec![session(&[0, 0, 0, 1]), session(&[1, 0, 0, 1, 1])],
            ..Interactions::default()
        };
        let asked = ["a", "b", "c"].map(|target| Question {
            prefix: &[],
            target,
        });
        assert_eq!(rare(&asked, &seen), asked[1..]);
        assert_eq!(rare(&asked, &Interactions::default()), asked);
    }
}
