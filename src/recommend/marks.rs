//! One byte of scratch for each item, zero between uses.
//!
//! A stage has marks of its own, with one meaning, allocated at its first use: a page that never searches pays for none.

#[derive(Debug, Default)]
pub(crate) struct Marks(Vec<u8>);

impl Marks {
    /// The marks of a catalogue. Whoever sets one zeroes it again.
    pub fn of(&mut self, items: usize) -> &mut [u8] {
        self.0.resize(items, 0);
        &mut self.0
    }
}
