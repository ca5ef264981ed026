//! Questions of the full edition, by name, as JSON: what [`Engine::ask`] passes on, and to which room.
//!
//! | question | request | answer |
//! | --- | --- | --- |
//! | `portrait` | – | the portrait's dimensions, each number with evidence, time and confidence |

use super::Engine;
use crate::value::Value;

impl Engine {
    /// Answers a question of the full edition; `Null` for one that there is not. Without leave to personalise, the answer
    /// is that of a shopper of whom nothing is known.
    pub fn ask(&mut self, what: &str, _request: &Value, now: i64) -> Value {
        match what {
            "portrait" => self.full_portrait(now),
            _ => Value::Null,
        }
    }

    fn full_portrait(&self, now: i64) -> Value {
        let profile = &self.shopper.profile;
        Value::map([
            (
                "behaviour",
                profile.behaviour(&self.shopper, self.model.as_ref(), now),
            ),
            ("transactions", profile.transactions(now)),
        ])
    }
}
