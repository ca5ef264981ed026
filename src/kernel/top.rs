//! The best so far.

/// The best of what was offered, best first; of equals the smaller item.
#[derive(Clone, Debug)]
pub struct Top<S> {
    limit: usize,
    /// Scores and items, best first.
    pub best: Vec<(S, u32)>,
}

impl<S: Copy + PartialOrd> Top<S> {
    /// With room for `limit`, at least one.
    pub fn new(limit: usize) -> Top<S> {
        let limit = limit.max(1);
        Top {
            limit,
            best: Vec::with_capacity(limit + 1),
        }
    }

    /// What an item must be better than: the last of a full list.
    pub fn bar(&self) -> Option<(S, u32)> {
        self.best.get(self.limit - 1).copied()
    }

    /// Adds an item if it is better than the last of a full list.
    pub fn offer(&mut self, score: S, item: u32) {
        let before = |&(other, than): &(S, u32)| other > score || other == score && than < item;
        if self.bar().as_ref().is_some_and(before) {
            return;
        }
        self.best.truncate(self.limit - 1);
        let at = self.best.partition_point(before);
        self.best.insert(at, (score, item));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn is_the_head_of_all_sorted(scores in prop::collection::vec(-5i32..5, 0..60), limit in 1usize..30) {
            let mut all: Vec<(i32, u32)> = scores.iter().copied().zip(0..).collect();
            all.sort_by_key(|&(score, item)| (-score, item));
            all.truncate(limit);
            for backwards in [false, true] {
                let mut items: Vec<u32> = (0..scores.len() as u32).collect();
                if backwards {
                    items.reverse();
                }
                let mut top = Top::new(limit);
                items.iter().for_each(|&item| top.offer(scores[item as usize], item));
                prop_assert_eq!(&top.best, &all);
            }
        }
    }
}
