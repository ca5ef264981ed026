//! Team-draft interleaving (Radlinski, Kurup and Joachims, CIKM 2008): two rankings in one list, and clicks credited to
//! the one that put the item there. Finds the better of two rankers with far fewer visits than an A/B test, since every
//! visitor compares both.
//!
//! Deterministic: the coin of each round is a hash of the seed and the round, so that a second page of the list, or a
//! replay, goes on as the first began.

use super::bucket::hash;

/// Which of the rankings an item stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Team {
    /// The first ranking.
    A,
    /// The second ranking.
    B,
}

/// An item of the list: its place in the ranking that put it there, and which that was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick<'a> {
    /// Key of the item.
    pub item: &'a str,
    /// The ranking that it counts for.
    pub team: Team,
}

/// Drafts a list of at most `limit` items from two rankings, best first. Items of an earlier page that are in `shown`
/// are not drafted again.
///
/// ```
/// use tillside::experiment::interleave::{Pick, draft};
///
/// let picks = draft(&["a", "b", "c"], &["c", "d", "a"], &[], "visit-1", 4);
/// let items: Vec<&str> = picks.iter().map(|pick: &Pick| pick.item).collect();
/// assert_eq!(items.len(), 4);
/// assert!(["a", "b", "c", "d"].iter().all(|item| items.contains(item)));
/// ```
pub fn draft<'a>(
    a: &[&'a str],
    b: &[&'a str],
    shown: &[&str],
    seed: &str,
    limit: usize,
) -> Vec<Pick<'a>> {
    let mut picks: Vec<Pick> = Vec::new();
    let (mut counts, mut next) = ([0, 0], [0, 0]);
    while picks.len() < limit {
        // Whoever has fewer goes on; a coin decides between equals.
        let first = match counts[0].cmp(&counts[1]) {
            core::cmp::Ordering::Less => 0,
            core::cmp::Ordering::Greater => 1,
            core::cmp::Ordering::Equal => usize::from(coin(seed, shown.len() + picks.len())),
        };
        let mut drafted = false;
        for team in [first, 1 - first] {
            let ranking = [a, b][team];
            let fresh =
                |item: &&str| !shown.contains(item) && picks.iter().all(|pick| pick.item != *item);
            let from = next[team];
            if let Some(at) = ranking[from..].iter().position(fresh) {
                next[team] = from + at + 1;
                counts[team] += 1;
                let team = [Team::A, Team::B][team];
                let item = ranking[from + at];
                picks.push(Pick { item, team });
                drafted = true;
                break;
            }
        }
        if !drafted {
            break;
        }
    }
    picks
}

fn coin(seed: &str, round: usize) -> bool {
    let mut text = String::from(seed);
    text.push('#');
    crate::decimal::print_uint(&mut text, round as u64);
    hash("interleave", &text, 2.0).is_some_and(|side| side >= 0.5)
}

/// How many items both rankings have at their top alike.
pub fn alike(a: &[&str], b: &[&str]) -> usize {
    let pairs = a.iter().zip(b);
    pairs.take_while(|(one, other)| one == other).count()
}

/// How much better `a` did by the clicks of one list: clicks on its items less those on the other's. Of items that both
/// rankings would have shown at the top alike, nothing can be told; they are not competitive and earn nobody a credit.
pub fn credit(picks: &[Pick], a: &[&str], b: &[&str], clicked: &[&str]) -> i32 {
    let alike = alike(a, b);
    let mut credit = 0;
    for pick in picks {
        if clicked.contains(&pick.item) && !a[..alike].contains(&pick.item) {
            credit += match pick.team {
                Team::A => 1,
                Team::B => -1,
            };
        }
    }
    credit
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: [&str; 6] = ["p", "q", "r", "s", "t", "u"];
    const B: [&str; 6] = ["p", "t", "s", "x", "y", "z"];

    #[test]
    fn a_click_on_what_both_would_have_shown_first_tells_nothing() {
        let picks = draft(&A, &B, &[], "visit", 4);
        assert_eq!(picks[0].item, "p");
        assert_eq!(credit(&picks, &A, &B, &["p"]), 0);
        let of = |team| {
            picks
                .iter()
                .skip(1)
                .find(|pick| pick.team == team)
                .unwrap()
                .item
        };
        assert_eq!(credit(&picks, &A, &B, &[of(Team::A)]), 1);
        assert_eq!(credit(&picks, &A, &B, &[of(Team::A), of(Team::B)]), 0);
    }

    #[test]
    fn equal_rankers_win_as_often_and_a_better_one_more() {
        // Shoppers choose what they like; each item is liked by chance, and the better ranker puts liked ones first.
        let likes =
            |visit: u32, item: &str| hash("likes", &format!("{visit} {item}"), 2.0).unwrap() < 0.3;
        let play = |better: f64| {
            let (mut wins, mut losses) = (0, 0);
            for visit in 0..4000 {
                let names: Vec<String> = (0..10).map(|at| format!("i{at}")).collect();
                let items: Vec<&str> = names.iter().map(String::as_str).collect();
                let order = |name: &str, skill: f64| {
                    let mut order = items.clone();
                    let score = |item: &str| {
                        let luck = hash(name, &format!("{visit} {item}"), 2.0).unwrap();
                        luck - if likes(visit, item) { skill } else { 0.0 }
                    };
                    order.sort_by(|one, other| score(one).total_cmp(&score(other)));
                    order
                };
                let (a, b) = (order("a", better), order("b", 0.0));
                let picks = draft(&a, &b, &[], &format!("visit {visit}"), 6);
                let clicked: Vec<&str> = picks
                    .iter()
                    .map(|pick| pick.item)
                    .filter(|item| likes(visit, item))
                    .collect();
                match credit(&picks, &a, &b, &clicked) {
                    1.. => wins += 1,
                    0 => {}
                    _ => losses += 1,
                }
            }
            (f64::from(wins), f64::from(losses))
        };
        let (wins, losses) = play(0.0);
        // Within three standard errors of a half.
        assert!(
            (wins - losses).abs() < 3.0 * (wins + losses).sqrt(),
            "{wins} {losses}"
        );
        let (wins, losses) = play(0.2);
        assert!(
            wins - losses > 4.0 * (wins + losses).sqrt(),
            "{wins} {losses}"
        );
    }

    proptest! {
        #[test]
        fn teams_are_even_items_come_once_and_pages_go_on(seed: u32, limit in 0usize..8, a in 1usize..7, b in 1usize..7) {
            let (a, b) = (&A[..a], &B[..b]);
            let seed = seed.to_string();
            let picks = draft(a, b, &[], &seed, limit);
            let items: Vec<&str> = picks.iter().map(|pick| pick.item).collect();
            let mut once = items.clone();
            once.sort_unstable();
            once.dedup();
            prop_assert_eq!(once.len(), items.len());
            let mut all: Vec<&str> = a.iter().chain(b).copied().collect();
            all.sort_unstable();
            all.dedup();
            prop_assert_eq!(items.len(), limit.min(all.len()));
            // Each stands for the ranking it comes from, and one has not two more than the other while both can.
            for pick in &picks {
                let ranking = if pick.team == Team::A { a } else { b };
                prop_assert!(ranking.contains(&pick.item));
            }
            let next = draft(a, b, &items, &seed, 3);
            prop_assert!(next.iter().all(|pick| !items.contains(&pick.item)));
            prop_assert_eq!(draft(a, b, &[], &seed, limit), picks);
        }
    }
}
