//! Variants: one product in several colours, sizes or capacities.
//!
//! The variants of a product are items of their own, joined by the feed's `item_group_id`. In a model the number of the
//! most popular of them names the product. What tells variants apart, as far as the trainer found it, is kept beside
//! each item, so that the one that suits a shopper is found without searching the index of terms.
//!
//! It does not say which variant is shown: that is the list's to decide.

use super::{Column, Model, u16_at, u32_at};
use crate::lines::parts;

/// The most attributes that tell variants apart.
pub const MAX_LOOKS: usize = 4;

/// What is worked out of `item.group` and `variant` when a model is opened.
#[derive(Debug, Default)]
pub(super) struct Variants {
    /// Terms that the attributes begin with, a line each: `color=`.
    pub names: String,
    /// For each item the next variant of its product, 0 after the last; empty where no product has several.
    next: Vec<u32>,
    /// For each item and attribute which of the attribute's values it has, from 1; 0 where it has none.
    looks: Vec<u16>,
    /// How many values each attribute has.
    values: Vec<usize>,
}

impl Model {
    /// Reads the groups.
    pub(super) fn link(&mut self) {
        if self.column(Column::Group).is_empty() {
            return;
        }
        let items = self.items;
        let mut next = vec![0; items];
        let mut last: Vec<u32> = (0..items as u32).collect();
        for item in 0..items as u32 {
            let leader = self.leader(item) as usize;
            if leader < item as usize {
                next[last[leader] as usize] = item;
                last[leader] = item;
            }
        }
        let names = core::mem::take(&mut self.variants.names);
        let kinds = parts(&names, b'\n').filter(|name| !name.is_empty());
        let ranges: Vec<_> = kinds
            .take(MAX_LOOKS)
            .map(|name| self.find_terms(name, true))
            .collect();
        let mut looks = vec![0; items * ranges.len()];
        for (n, range) in ranges.iter().enumerate() {
            for (value, term) in range.clone().enumerate() {
                self.term_items(term, |item| {
                    looks[item as usize * ranges.len() + n] = (value + 1) as u16;
                });
            }
        }
        self.variants = Variants {
            names,
            next,
            looks,
            values: ranges.iter().map(|range| range.len()).collect(),
        };
    }

    /// The variant whose number names the product; the item itself where it has no variants.
    pub fn leader(&self, item: u32) -> u32 {
        let leader = self.group(item);
        // Of a damaged group nobody leads.
        if leader < item && self.group(leader) == leader {
            leader
        } else {
            item
        }
    }

    fn group(&self, item: u32) -> u32 {
        let column = self.column(Column::Group);
        if column.is_empty() || item as usize >= self.items {
            item
        } else if self.items > 1 << 16 {
            u32_at(&self.file, column.start, item as usize)
        } else {
            u16_at(&self.file, column.start, item as usize).into()
        }
    }

    /// Every group is led by its smallest number.
    pub(super) fn verify_groups(&self) -> bool {
        (0..self.items as u32).all(|item| {
            let leader = self.group(item);
            leader <= item && self.group(leader) == leader
        })
    }

    /// Whether any product has several variants.
    pub fn has_variants(&self) -> bool {
        !self.variants.next.is_empty()
    }

    /// All variants of the item's product, the item among them, most popular first.
    pub fn variants(&self, item: u32) -> impl Iterator<Item = u32> + '_ {
        let mut at = Some(self.leader(item));
        core::iter::from_fn(move || {
            let own = at?;
            let next = self.variants.next.get(own as usize).copied().unwrap_or(0);
            at = (next > own).then_some(next);
            Some(own)
        })
    }

    /// How many values there are of each attribute that tells variants apart.
    pub fn look_values(&self) -> &[usize] {
        &self.variants.values
    }

    /// Which value of each such attribute the item has, from 1; 0 for none.
    pub fn looks(&self, item: u32) -> &[u16] {
        let count = self.variants.values.len();
        let from = item as usize * count;
        self.variants.looks.get(from..from + count).unwrap_or(&[])
    }
}
