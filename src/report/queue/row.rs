//! One message that waits, and how it lies on the device.

use crate::codec::{self, Reader, put_text, put_uint};
use crate::intake::{Event, Field, Kind};

/// What is dropped first when there is no room: the lowest, and of those the oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Dropped first.
    Low,
    /// Dropped after those.
    Normal,
    /// Dropped last.
    High,
}

impl Priority {
    /// Orders, and what became of recommendations, are worth the most; that a page or list was opened, the least.
    pub fn of(event: &Event) -> Priority {
        use Kind::*;
        match event.kind {
            _ if event.text(Field::RequestId).is_some() => Priority::High,
            OrderCompleted | OrderUpdated | OrderCancelled | OrderRefunded => Priority::High,
            PageViewed | ProductListViewed | ProductListFiltered | PromotionViewed => Priority::Low,
            _ => Priority::Normal,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub id: String,
    /// Rows are sent by it.
    pub order: u64,
    pub created: i64,
    pub priority: Priority,
    /// JSON.
    pub message: String,
    /// The batch it is being sent in; 0 while it waits. Not stored.
    pub flight: u32,
}

const VERSION: u8 = 1;
/// About what a row takes on the device beside its texts.
const OVERHEAD: usize = 32;

impl Row {
    pub fn size(&self) -> usize {
        self.id.len() + self.message.len() + OVERHEAD
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.size());
        put_text(&mut out, &self.id);
        put_uint(&mut out, self.order);
        put_uint(&mut out, self.created as u64);
        out.push(self.priority as u8);
        put_text(&mut out, &self.message);
        // Sealed, since one damaged message would make the collector refuse its whole batch.
        codec::seal(VERSION, &out)
    }

    #[inline(never)]
    pub fn decode(bytes: &[u8]) -> Option<Row> {
        const PRIORITIES: [Priority; 3] = [Priority::Low, Priority::Normal, Priority::High];
        let mut reader = Reader::open(VERSION, bytes);
        let mut row = Row {
            id: reader.text().into(),
            order: reader.uint(),
            created: reader.uint() as i64,
            priority: Priority::Low,
            message: String::new(),
            flight: 0,
        };
        let priority = PRIORITIES.get(usize::from(reader.byte()));
        reader.require(priority.is_some());
        row.priority = priority.copied().unwrap_or(Priority::Low);
        row.message = reader.text().into();
        reader.ends().then_some(row)
    }
}
