//! The one call of the full edition. Every edition has it, since all have one glue; without the feature it answers
//! nothing, and `pkg/` answers as for a shopper of whom nothing is known.

use wasm_bindgen::prelude::wasm_bindgen;

use super::page::put;

/// Answers a question, both as JSON; nothing where this edition cannot. One function with one set of names: the glue of
/// all modules must be the same.
#[wasm_bindgen]
pub fn ask(page: usize, what: &str, json: &str) {
    #[cfg(feature = "full")]
    {
        use crate::value::Value;
        let request = Value::parse(json).unwrap_or_default();
        let mut engine = super::page::engine(page);
        engine.lend(&super::patterns::RegExp);
        let answer = engine.ask(what, &request, super::now());
        // Values of features are a shop's own and cross as they are, and a list is made again from every bit.
        put(&match what {
            "feature" | "decisions" | "replay" => answer.to_json(),
            _ => answer.print(),
        });
    }
    #[cfg(not(feature = "full"))]
    {
        // All modules are of one glue, so all import what one of them needs.
        use crate::condition::Patterns;
        let _ = (page, what);
        if super::patterns::RegExp.matches("", false, json) == Some(true) {
            put("");
        }
    }
}
