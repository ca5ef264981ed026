//! Parts of a profile that several devices of a shopper share: deletions and declarations. See `shopper::merge`.

use super::{Profile, erased, wishes};
use crate::codec::{Reader, unhex};
use crate::shopper::Shopper;

impl Profile {
    /// Appends what is shared.
    pub(in crate::shopper) fn put_shared(&self, out: &mut Vec<u8>) {
        self.erased.encode(out);
        self.wishes.encode(out);
    }

    /// Reads what [`Profile::put_shared`] wrote.
    pub(in crate::shopper) fn take_shared(&mut self, reader: &mut Reader) {
        self.erased.decode(erased::VERSION, reader);
        self.wishes.decode(wishes::VERSION, reader);
    }
}

impl Shopper {
    /// Joins a backup that a row of the journal has as digits; one that cannot be read changes nothing.
    pub(super) fn join_backup(&mut self, digits: &str, now: i64) {
        let backup = unhex(digits).and_then(|bytes| Shopper::from_backup(&bytes));
        if let Some(other) = backup {
            self.join(&other, now);
        }
    }
}
