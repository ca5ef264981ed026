//! Plain cosine co-occurrence: what everyone tries first.
//!
//! Two items are as alike as the cosine of the sets of sessions they are in. A session's items count `exp(−k/2)`, the
//! newest k = 0, and only its last [`LAST`].

use std::collections::{HashMap, HashSet};

use super::log::Question;

const LAST: usize = 10;
const DECAY: f64 = 2.0;
const SHELF: usize = 20;

/// HitRate@20 for the questions whose answer is new to the session, seen items left out.
pub fn hit_rate(sessions: &[Vec<String>], questions: &[Question]) -> f64 {
    let similar = similarities(sessions);
    let (mut asked, mut hits) = (0, 0);
    for question in questions
        .iter()
        .filter(|question| !question.prefix.contains(&question.target))
    {
        asked += 1;
        let mut scores: HashMap<&str, f64> = HashMap::new();
        let mut seen: Vec<&str> = Vec::new();
        for item in question.prefix.iter().rev().map(String::as_str) {
            if !seen.contains(&item) {
                let weight = (-(seen.len() as f64) / DECAY).exp();
                let near = similar.get(item).filter(|_| seen.len() < LAST);
                for (other, likeness) in near.into_iter().flatten() {
                    *scores.entry(other).or_default() += weight * likeness;
                }
                seen.push(item);
            }
        }
        let Some(&score) = scores.get(question.target.as_str()) else {
            continue;
        };
        let better = |(item, other): &(&&str, &f64)| **other > score && !seen.contains(*item);
        hits += usize::from(scores.iter().filter(better).count() < SHELF);
    }
    f64::from(u32::try_from(hits).unwrap_or(u32::MAX)) / f64::from(asked.max(1))
}

fn similarities(sessions: &[Vec<String>]) -> HashMap<&str, Vec<(&str, f64)>> {
    let mut seen: HashMap<&str, f64> = HashMap::new();
    let mut together: HashMap<&str, HashMap<&str, f64>> = HashMap::new();
    for session in sessions {
        let items: HashSet<&str> = session.iter().map(String::as_str).collect();
        for &a in &items {
            *seen.entry(a).or_default() += 1.0;
            let row = together.entry(a).or_default();
            for &b in items.iter().filter(|&&b| b != a) {
                *row.entry(b).or_default() += 1.0;
            }
        }
    }
    let cosine = |a: &str, b: &str, count: f64| count / (seen[a] * seen[b]).sqrt();
    together
        .into_iter()
        .map(|(a, row)| {
            (
                a,
                row.into_iter()
                    .map(|(b, count)| (b, cosine(a, b, count)))
                    .collect(),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn counts_hits_among_what_is_new() {
        let sessions = [words("a b"), words("a b c"), words("d e")];
        let question = |prefix: &str, target: &str| Question {
            prefix: words(prefix),
            target: target.into(),
        };
        let rate = |questions: &[Question]| hit_rate(&sessions, questions);
        assert_eq!(rate(&[question("a", "b"), question("a", "e")]), 0.5);
        assert_eq!(
            rate(&[question("a b", "a"), question("d", "e")]),
            1.0,
            "re-visits are not asked"
        );
        assert_eq!(rate(&[question("nobody", "knows")]), 0.0);
        assert_eq!(rate(&[]), 0.0);
    }

    #[test]
    fn twenty_better_ones_are_no_hit() {
        // The last of 22 items that all go with x comes with it least often.
        let mut sessions: Vec<Vec<String>> = (0..22).map(|n| words(&format!("x i{n}"))).collect();
        sessions.extend((0..21).map(|n| words(&format!("x i{n}"))));
        sessions.push(words("i21 y"));
        let ask = |target: &str| {
            hit_rate(
                &sessions,
                &[Question {
                    prefix: words("x"),
                    target: target.into(),
                }],
            )
        };
        assert_eq!((ask("i0"), ask("i21")), (1.0, 0.0));
    }
}
