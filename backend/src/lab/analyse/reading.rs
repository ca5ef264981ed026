//! How much was read of files, and what could not be used.

use std::path::Path;

use super::Error;
use super::message::{Fact, Refused};
use crate::ingest::{self, File, Reason, Refusals};

/// Takes facts one after the other.
pub type Take<'a> = &'a mut dyn FnMut(Fact) -> Result<(), Error>;

/// How much was read.
#[derive(Debug, Default)]
pub struct Read {
    pub messages: u64,
    pub refusals: Refusals,
}

impl Read {
    pub fn absorb(&mut self, path: &Path, one: Read) -> Result<(), Error> {
        let bad = one.refusals.rows();
        if bad > one.messages / 2 {
            return Err(Error::Input(ingest::Error::MostlyUnreadable {
                file: File::Events,
                path: path.into(),
                bad,
                rows: one.messages,
                refusals: one.refusals,
            }));
        }
        self.messages += one.messages;
        self.refusals.absorb(one.refusals);
        Ok(())
    }

    /// Counts a message, and why it is refused where it is; `value` is shown then.
    pub fn count(
        &mut self,
        name: &str,
        line: u64,
        read: Result<Fact, Refused>,
        value: impl FnOnce() -> String,
    ) -> Option<Fact> {
        self.messages += 1;
        let refused = match read {
            Ok(fact) => return Some(fact),
            Err(refused) => refused,
        };
        let (reason, column) = match refused {
            Refused::Json => (Reason::Json, "1"),
            Refused::Unit => (Reason::NoShopper, "anonymousId"),
            Refused::Time => (Reason::Time, "timestamp"),
            Refused::Exposure => (Reason::NoVariation, "properties"),
        };
        self.refusals.note(reason, name, line, column, &value());
        None
    }
}

/// The name of a file as samples show it.
pub fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
