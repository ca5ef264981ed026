//! The body of one request: `{"batch":[…],"writeKey":"…","sentAt":"…"}`.

use crate::json::Json;
use crate::report::time::iso;

/// Messages to send in one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Names the batch when it is settled or lost.
    pub number: u32,
    /// The rows, in the order of the messages.
    pub ids: Vec<String>,
    /// JSON body of the request.
    pub body: String,
    /// When the rows are sent again if nobody has said how this ended.
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
        json.raw(r#"{"batch":["#);
        let mut end = Json::default();
        end.raw(r#"],"writeKey":"#).text(write_key);
        end.key("sentAt").text(&iso(now)).raw("}");
        Body { json, end: end.0 }
    }

    /// Bytes of the whole, were this message added.
    pub fn length_with(&self, message: &str) -> usize {
        // A comma before every message but the first.
        let comma = usize::from(!self.json.0.ends_with('['));
        self.json.0.len() + comma + message.len() + self.end.len()
    }

    pub fn add(&mut self, message: &str) {
        self.json.value(message);
    }

    pub fn finish(mut self) -> String {
        self.json.0.push_str(&self.end);
        self.json.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_length_is_known_beforehand(write_key: String, texts in prop::collection::vec(".{0,20}", 1..9)) {
            let mut body = Body::new(&write_key, 0);
            let mut length = 0;
            for text in texts {
                let message = serde_json::json!({ "x": text }).to_string();
                length = body.length_with(&message);
                body.add(&message);
            }
            prop_assert_eq!(body.finish().len(), length);
        }
    }
}
