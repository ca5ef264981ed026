//! Candidates of one call: sums of scores, flags, and the ledger of who gave what.
//!
//! Dense arrays over the catalogue, each with a list of the places touched: a call works on, and clears, what it reads,
//! whatever the size of the catalogue. They are kept between calls: six bytes an item.

use super::flags::Flags;
use super::ledger::Ledger;
use crate::kernel;

#[derive(Debug, Default)]
pub(crate) struct Candidates {
    scores: Vec<f32>,
    touched: Vec<u32>,
    flags: Vec<Flags>,
    flagged: Vec<u32>,
    pub ledger: Ledger,
}

impl Candidates {
    /// Removes the candidates of the call before, and makes room for a catalogue. Says whether it is of another size.
    pub fn clear(&mut self, items: usize) -> bool {
        let resized = self.scores.len() != items;
        if resized {
            self.touched.clear();
            self.flagged.clear();
            self.scores = vec![0.0; items];
            self.flags = vec![Flags::default(); items];
        }
        for &item in &self.touched {
            self.scores[item as usize] = 0.0;
        }
        self.touched.clear();
        for &item in &self.flagged {
            self.flags[item as usize] = Flags::default();
        }
        self.flagged.clear();
        self.ledger.clear();
        resized
    }

    /// Items with a score, in the order in which they got one.
    pub fn touched(&self) -> &[u32] {
        &self.touched
    }

    /// Items with a flag.
    pub fn flagged(&self) -> &[u32] {
        &self.flagged
    }

    /// The sum of what sources added.
    pub fn score(&self, item: u32) -> f32 {
        self.scores[item as usize]
    }

    /// Adds to the sum, unrecorded.
    pub fn add(&mut self, item: u32, weight: f32) {
        kernel::add(&mut self.scores, &mut self.touched, item, weight);
    }

    /// Adds to the sum, on record. The source closes its run in the ledger.
    pub fn give(&mut self, item: u32, given: f32) {
        self.add(item, given);
        self.ledger.given.push((item, given));
    }

    /// Adds what the ledger got from `from` on, each weight times `factor`, and leaves in it what was added.
    pub fn give_row(&mut self, from: usize, factor: f32) {
        let row = &mut self.ledger.given[from..];
        kernel::add_row(&mut self.scores, &mut self.touched, row, factor);
    }

    /// Replaces the sum.
    pub fn set(&mut self, item: u32, score: f32) {
        self.add(item, 0.0);
        self.scores[item as usize] = score;
    }

    /// Multiplies the sum.
    pub fn scale(&mut self, item: u32, factor: f32) {
        self.scores[item as usize] *= factor;
    }

    pub fn flags(&self, item: u32) -> Flags {
        self.flags[item as usize]
    }

    /// Whether it has any of these.
    pub fn has(&self, item: u32, any: Flags) -> bool {
        self.flags(item).meets(any)
    }

    pub fn flag(&mut self, item: u32, more: Flags) {
        let flags = &mut self.flags[item as usize];
        if flags.is_empty() {
            self.flagged.push(item);
        }
        *flags = flags.or(more);
    }

    pub fn unflag(&mut self, item: u32, less: Flags) {
        let flags = &mut self.flags[item as usize];
        *flags = flags.without(less);
    }
}
