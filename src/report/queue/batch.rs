//! The body of one request: `{"batch":[…],"writeKey":"…","sentAt":"…"}`.

use crate::report::json::Json;
use crate::report::time::iso;

/// Messages to send in one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Names the batch when it is settled or lost.
    pub number: u32,
    /// The rows to lease, in the order of the messages.
    pub ids: Vec<String>,
    pub body: String,
    /// Until when to lease the rows.
    pub until: i64,
}

/// A body that grows, and knows beforehand how long it will be.
pub(super) struct Body {
    json: Json,
    end: String,
}

impl Body {
    pub fn new(write_key: &str, now: i64) -> Body {
        let mut json = Json::default();
        json.open('{').key("batch").open('[');
        // What follows is written on an object of its own to have its commas.
        let mut end = Json("]".into());
        end.key("writeKey")
            .text(write_key)
            .key("sentAt")
            .text(&iso(now))
            .close('}');
        Body { json, end: end.0 }
    }

    /// Bytes of the whole, were this message added.
    pub fn length_with(&self, message: &str) -> usize {
        // A comma before every message but the first.
        let comma = usize::from(!self.json.0.ends_with('['));
        self.json.0.len() + comma + message.len() + self.end.len()
    }

    pub fn add(&mut self, message: &str) {
        self.json.raw(message);
    }

    pub fn finish(mut self) -> String {
        self.json.0.push_str(&self.end);
        self.json.0
    }
}
